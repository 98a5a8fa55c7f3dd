"""Bearer tokens of API clients; the only module that knows python-jose (S37).

ES256 only. The header is checked before the library sees the token, and the key comes by `kid` from our own map: a
token never says how it wants to be verified (RFC 8725).
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from jose import jwk, jwt
from jose.exceptions import JOSEError

from app.agencies.token_keys import LEEWAY_SECONDS, TOKEN_SECONDS, KeyRing, in_order

MAX_CHARACTERS = 4096
SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}", re.ASCII)
"""Three parts, the last of 64 bytes: an ES256 signature. A JWE has five."""
REQUIRED = ("aud", "iat", "exp", "nbf", "iss", "sub", "jti")
CLAIMS = frozenset({*REQUIRED, "agency"})
SCOPED = CLAIMS | {"scope"}
AUDIENCE = "upstander-api"
MOST_KNOWN = 4096
"""Verified tokens that a process remembers: those of its 10 minutes, at most about 4 MB."""


class BadToken(Exception):
    """Not a token of ours, or no longer. There is one answer for all of them."""


@dataclass(frozen=True)
class Tokens:
    """Signs with the key whose time it is, verifies with all that have not ended."""

    issuer: str
    ring: KeyRing
    known: dict[bytes, tuple[str, dict[str, Any]]] = field(default_factory=dict, repr=False, compare=False)
    """kid and claims of tokens whose signature was found good, by SHA-256 of the token.

    A signature stays good, and checking it costs more than a query. Whether the token is still within its time, and its
    key still one of ours, is asked at every reading, and what its account may do is read from the database by each
    request (S7).
    """

    @classmethod
    def load(cls, issuer: str, pems: dict[str, str], reread: Callable[[], dict[str, str]] | None = None) -> Tokens:
        """`pems` maps kid to PEM; `reread` tells them anew. Raises KeyRefused."""
        return cls(issuer, KeyRing(in_order(pems), reread))

    def issue(self, subject: str, agency: str, at: datetime, minutes: int, scope: str | None = None) -> tuple[str, str]:
        """A token and its jti; lives at most 10 minutes. `scope` narrows what it may be used for."""
        key = self.ring.signing(at)
        jti = secrets.token_urlsafe(16)
        life = min(timedelta(minutes=minutes), timedelta(seconds=TOKEN_SECONDS))
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": subject,
            "agency": agency,
            "iat": int(at.timestamp()),
            "nbf": int(at.timestamp()),
            "exp": int((at + life).timestamp()),
            "jti": jti,
            **({} if scope is None else {"scope": scope}),
        }
        token = jwt.encode(claims, key.private, algorithm="ES256", headers={"kid": key.kid, "typ": "at+jwt"})
        return token, jti

    def read(self, token: str) -> dict[str, Any]:
        """The claims of a token. Raises BadToken for all that is not exactly ours."""
        name = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        at = datetime.now(UTC)
        public = {key.kid: key.public for key in self.ring.verifying(at)}
        kid, claims = self.known.get(name) or self._remember(name, token, public)
        now = int(at.timestamp())
        if kid not in public or not claims["nbf"] - LEEWAY_SECONDS <= now <= claims["exp"] + LEEWAY_SECONDS:
            raise BadToken
        return claims

    def _remember(self, name: bytes, token: str, public: dict[str, str]) -> tuple[str, dict[str, Any]]:
        kid = _kid(token)
        if kid not in public:
            raise BadToken
        claims = self._verify(token, public[kid])
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        self.known[name] = kid, claims
        return kid, claims

    def _verify(self, token: str, pem: str) -> dict[str, Any]:
        options = {"leeway": LEEWAY_SECONDS, "verify_at_hash": False, **{f"require_{name}": True for name in REQUIRED}}
        try:
            claims: dict[str, Any] = jwt.decode(
                token, pem, algorithms=["ES256"], audience=AUDIENCE, issuer=self.issuer, options=options
            )
        except (JOSEError, ValueError, TypeError, KeyError, RecursionError, OverflowError):
            raise BadToken from None
        if not _are_ours(claims):
            raise BadToken
        return claims

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """Public keys for /.well-known/jwks.json: the one that signs, the next, and the last until its tokens ended."""
        keys = []
        for key in self.ring.verifying(datetime.now(UTC)):
            shown = {name: _text(value) for name, value in jwk.construct(key.public, "ES256").to_dict().items()}
            keys.append({**shown, "kid": key.kid, "use": "sig", "alg": "ES256"})
        return {"keys": keys}


def _are_ours(claims: dict[str, Any]) -> bool:
    """Whether these are the claims that `issue` writes: no more, no fewer, and times that make sense."""
    if set(claims) not in (CLAIMS, SCOPED) or claims["aud"] != AUDIENCE:
        return False
    if any(type(claims[name]) is not int for name in ("iat", "exp", "nbf")):
        return False
    if not all(isinstance(claims[name], str) for name in ("sub", "agency", "jti")):
        return False
    if not isinstance(claims.get("scope", ""), str):
        return False
    return bool(claims["nbf"] == claims["iat"] and 0 < claims["exp"] - claims["iat"] <= TOKEN_SECONDS)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _kid(token: str) -> str:
    if len(token) > MAX_CHARACTERS or not SHAPE.fullmatch(token):
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
