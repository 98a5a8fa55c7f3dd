"""S37: a token is ours to the letter, or it is nobody's."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)
from jose import jwt

from app.agencies.tokens import AUDIENCE, BadToken, KeyRefused, Tokens, new_token_key
from tests.world import World

ISSUER = "https://ia.example.test"
KEY, OTHER = new_token_key(), new_token_key()
OURS = Tokens.load(ISSUER, {"k1": KEY})
HEAD = {"alg": "ES256", "typ": "at+jwt", "kid": "k1"}


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def claims(**changes: Any) -> dict[str, Any]:
    whole = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "someone",
        "agency": "some agency",
        "iat": now(),
        "nbf": now(),
        "exp": now() + 600,
        "jti": "once",
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def signed(key: str = KEY, head: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token as a client with this key could make it; claims set to None are left out."""
    more = {name: value for name, value in (head or HEAD).items() if name != "alg"}
    return str(jwt.encode(claims(**changes), key, algorithm="ES256", headers=more))


def part(of: Any) -> bytes:
    return urlsafe_b64encode(json.dumps(of).encode()).rstrip(b"=")


def by_hand(head: dict[str, Any], secret: bytes | None = None) -> str:
    """Any header over good claims, with an HMAC under `secret`, else with no signature."""
    body = part(head) + b"." + part(claims())
    mark = b"" if secret is None else urlsafe_b64encode(hmac.digest(secret, body, hashlib.sha256)).rstrip(b"=")
    return (body + b"." + mark).decode()


def public(form: Encoding) -> bytes:
    return load_pem_public_key(OURS.public["k1"].encode()).public_bytes(form, PublicFormat.SubjectPublicKeyInfo)


def another_signature() -> str:
    return f"{signed().rpartition('.')[0]}.{signed(jti='another').rpartition('.')[2]}"


def no_object() -> str:
    return f"{part([]).decode()}.{signed().partition('.')[2]}"


FORGED: dict[str, Callable[[], str]] = {
    "signed by another key under our kid": lambda: signed(OTHER),
    "HMAC with our public key in DER": lambda: by_hand({**HEAD, "alg": "HS256"}, public(Encoding.DER)),
    "HMAC with our public key in PEM": lambda: by_hand({**HEAD, "alg": "HS256"}, public(Encoding.PEM)),
    "HMAC that says it is ES256": lambda: by_hand(HEAD, public(Encoding.PEM)),
    "no algorithm": lambda: by_hand({**HEAD, "alg": "none"}),
    "no signature": lambda: by_hand(HEAD),
    "another signature": another_signature,
    "an unknown kid": lambda: signed(head={**HEAD, "kid": "k2"}),
    "a kid that is no text": lambda: by_hand({**HEAD, "kid": ["k1"]}),
    "no kid": lambda: signed(head={"typ": "at+jwt"}),
    "another type": lambda: signed(head={**HEAD, "typ": "JWT"}),
    "a critical header": lambda: signed(head={**HEAD, "crit": ["b64"]}),
    "a key of its own": lambda: signed(head={**HEAD, "jwk": OURS.jwks()["keys"][0]}),
    "an address of a key": lambda: signed(head={**HEAD, "jku": "https://elsewhere.example/keys"}),
    "a certificate of its own": lambda: signed(head={**HEAD, "x5c": ["MII"]}),
    "an address of a certificate": lambda: signed(head={**HEAD, "x5u": "https://elsewhere.example/cert"}),
    "packed": lambda: signed(head={**HEAD, "zip": "DEF"}),
    "another issuer": lambda: signed(iss="https://elsewhere.example"),
    "another audience": lambda: signed(aud="another-api"),
    "run out": lambda: signed(iat=now() - 1200, nbf=now() - 1200, exp=now() - 600),
    "not begun": lambda: signed(iat=now() + 300, nbf=now() + 300, exp=now() + 600),
    "longer than ten minutes": lambda: signed(exp=now() + 1200),
    "a life of nothing": lambda: signed(iat=now() + 20, exp=now() + 20),
    "times that are text": lambda: signed(iat=str(now())),
    "five parts, as if encrypted": lambda: "a.b.c.d.e",
    "larger than 4 KB": lambda: signed(jti="x" * 5000),
    "a header that is no object": no_object,
    "no JSON at all": lambda: "a.b.c",
    "nothing": lambda: "",
    **{
        f"no {name}": lambda name=name: signed(**{name: None})
        for name in ("iss", "aud", "sub", "agency", "iat", "nbf", "exp", "jti")
    },
}


class TestForgeries:
    """ES256 only, header first, key by kid from our own map, every claim, ten minutes."""

    def test_what_we_make_ourselves_is_read(self) -> None:
        assert OURS.read(signed())["sub"] == "someone"

    @pytest.mark.parametrize("name", FORGED)
    def test_everything_else_is_refused(self, name: str) -> None:
        with pytest.raises(BadToken):
            OURS.read(FORGED[name]())

    def test_one_read_before_is_refused_once_its_time_is_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        token = signed()
        OURS.read(token)
        later = (datetime.now(UTC) + timedelta(minutes=11)).timestamp()
        monkeypatch.setattr("app.agencies.tokens.time.time", lambda: later)
        with pytest.raises(BadToken):
            OURS.read(token)


class TestIssuing:
    """At most ten minutes, whatever is asked for; the header holds three members and no more."""

    def test_it_never_lives_longer_than_ten_minutes(self) -> None:
        token, jti = OURS.issue("someone", "some agency", datetime.now(UTC), minutes=60)
        read = OURS.read(token)
        assert (read["exp"] - read["iat"], read["jti"]) == (600, jti)
        assert json.loads(urlsafe_b64decode(token.partition(".")[0] + "==")) == HEAD


class TestKeys:
    """Keys rotate without a break, and only P-256 is one."""

    def test_after_a_rotation_the_old_one_still_verifies_and_the_new_one_signs(self) -> None:
        both = Tokens.load(ISSUER, {"k1": KEY, "k2": OTHER})
        assert both.read(signed())["jti"] == "once"
        token, _ = both.issue("someone", "some agency", datetime.now(UTC), minutes=10)
        assert both.read(token)
        with pytest.raises(BadToken):
            OURS.read(token)

    def test_a_key_of_another_curve_is_refused(self) -> None:
        other = ec.generate_private_key(ec.SECP384R1())
        pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        with pytest.raises(KeyRefused):
            Tokens.load(ISSUER, {"k1": pem})

    async def test_anyone_verifies_a_token_with_the_published_ones(self, world: World) -> None:
        keys = (await world.board.get("/.well-known/jwks.json", headers={"Authorization": ""})).json()["keys"]
        assert all(set(key) == {"alg", "crv", "kid", "kty", "use", "x", "y"} for key in keys)
        issuer = world.app.state.settings.base_url
        read = jwt.decode(world.board.token, {"keys": keys}, algorithms=["ES256"], audience=AUDIENCE, issuer=issuer)
        assert read["sub"] == str(world.board.account_id)
