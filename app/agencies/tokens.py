"""Bearer tokens of API clients; the only module that knows python-jose (S37).

ES256 only. The header is checked before the library sees the token, and the key comes by `kid` from our own map: a
token never says how it wants to be verified (RFC 8725).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk, jwt
from jose.exceptions import JOSEError

MAX_CHARACTERS = 4096
MAX_SECONDS = 600
LEEWAY_SECONDS = 30
REQUIRED = ("aud", "iat", "exp", "nbf", "iss", "sub", "jti")
AUDIENCE = "upstander-api"
MOST_KNOWN = 4096
"""Verified tokens that a process remembers: those of its 10 minutes, at most about 4 MB."""


class BadToken(Exception):
    """Not a token of ours, or no longer. There is one answer for all of them."""


class KeyRefused(Exception):
    """A token key is not a P-256 private key."""


@dataclass(frozen=True)
class Tokens:
    """Signs with the last key by name, verifies with all of them, so that keys rotate without a break."""

    issuer: str
    private: dict[str, str]
    public: dict[str, str]
    known: dict[bytes, dict[str, Any]] = field(default_factory=dict, repr=False, compare=False)
    """Claims of tokens whose signature was found good, by SHA-256 of the token.

    A signature stays good, and checking it costs more than a query. Whether the token is still within its time is asked
    at every reading, and what its account may do is read from the database by each request (S7).
    """

    @classmethod
    def load(cls, issuer: str, pems: dict[str, str]) -> Tokens:
        """`pems` maps kid to PEM. Raises KeyRefused."""
        public = {}
        for kid, pem in pems.items():
            key = serialization.load_pem_private_key(pem.encode(), password=None)
            if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
                raise KeyRefused(f"The token key {kid} is not a P-256 key.")
            public[kid] = (
                key.public_key()
                .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
                .decode()
            )
        return cls(issuer, pems, public)

    def issue(self, subject: str, agency: str, at: datetime, minutes: int) -> tuple[str, str]:
        """A token and its jti; lives at most 10 minutes."""
        kid = max(self.private)
        jti = secrets.token_urlsafe(16)
        life = min(timedelta(minutes=minutes), timedelta(seconds=MAX_SECONDS))
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": subject,
            "agency": agency,
            "iat": int(at.timestamp()),
            "nbf": int(at.timestamp()),
            "exp": int((at + life).timestamp()),
            "jti": jti,
        }
        token = jwt.encode(claims, self.private[kid], algorithm="ES256", headers={"kid": kid, "typ": "at+jwt"})
        return token, jti

    def read(self, token: str) -> dict[str, Any]:
        """The claims of a token. Raises BadToken for all that is not exactly ours."""
        name = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        claims = self.known.get(name)
        if claims is None:
            claims = self._verify(token)
            if len(self.known) >= MOST_KNOWN:
                self.known.clear()
            self.known[name] = claims
        if not claims["nbf"] - LEEWAY_SECONDS <= int(time.time()) <= claims["exp"] + LEEWAY_SECONDS:
            raise BadToken
        return claims

    def _verify(self, token: str) -> dict[str, Any]:
        pem = self.public.get(_kid(token))
        if pem is None:
            raise BadToken
        options = {"leeway": LEEWAY_SECONDS, "verify_at_hash": False, **{f"require_{name}": True for name in REQUIRED}}
        try:
            claims: dict[str, Any] = jwt.decode(
                token, pem, algorithms=["ES256"], audience=AUDIENCE, issuer=self.issuer, options=options
            )
        except (JOSEError, ValueError, TypeError, KeyError, RecursionError, OverflowError):
            raise BadToken from None
        for name in ("iat", "exp", "nbf"):
            if type(claims[name]) is not int:
                raise BadToken
        if not 0 < claims["exp"] - claims["iat"] <= MAX_SECONDS or not isinstance(claims.get("agency"), str):
            raise BadToken
        return claims

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """Public keys for /.well-known/jwks.json."""
        keys = []
        for kid, pem in sorted(self.public.items()):
            shown = {name: _text(value) for name, value in jwk.construct(pem, "ES256").to_dict().items()}
            keys.append({**shown, "kid": kid, "use": "sig", "alg": "ES256"})
        return {"keys": keys}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _kid(token: str) -> str:
    if len(token) > MAX_CHARACTERS or token.count(".") != 2 or not token.isascii():
        raise BadToken
    part = token.split(".", 1)[0]
    try:
        head = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        raise BadToken from None
    if not isinstance(head, dict) or set(head) != {"alg", "typ", "kid"}:
        raise BadToken
    if (head["alg"], head["typ"]) != ("ES256", "at+jwt") or not isinstance(head["kid"], str):
        raise BadToken
    return head["kid"]


def new_token_key() -> str:
    """PEM of a fresh P-256 key."""
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )
