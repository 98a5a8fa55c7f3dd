"""S37: what a bearer token must be, and that nothing else is one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm
from jose import jwe, jwt

from app.agencies.token_keys import LAST, LEAD, KeyRefused, new_kid, new_token_key
from app.agencies.tokens import AUDIENCE, BadToken, Tokens
from tests.world import World

ISSUER = "https://ia.example.gov"
OURS, THEIRS = new_token_key(), new_token_key()
KID = "a-key-of-ours"
GOOD_HEAD = {"alg": "ES256", "typ": "at+jwt", "kid": KID}

PUBLIC = serialization.load_pem_private_key(OURS.encode(), None).public_key()
PUBLIC_PEM = PUBLIC.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
PUBLIC_DER = PUBLIC.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def tokens() -> Tokens:
    return Tokens.load(ISSUER, {KID: OURS})


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a good token, with some replaced; None takes one away."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "7f3f9a9e-2ad5-4b0c-9c1e-0b5a2f6d8c11",
        "agency": "0d5f8b8e-91a1-4f3e-8c77-5a1f4a1f2b22",
        "iat": now,
        "nbf": now,
        "exp": now + 600,
        "jti": "a-jti-of-this-token",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def part(content: Any) -> str:
    return b64(content if isinstance(content, bytes) else json.dumps(content).encode())


def head_of(token: str) -> dict[str, Any]:
    head = token.partition(".")[0]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return found


def es256(head: Any, body: Any, key: str = OURS, hashed: HashAlgorithm = SHA256()) -> str:  # noqa: B008
    """Signed with a P-256 key, whatever the header says."""
    signed = f"{part(head)}.{part(body)}"
    private = serialization.load_pem_private_key(key.encode(), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(hashed)))
    return f"{signed}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def hmac_with(secret: bytes, head: dict[str, Any], bits: int = 256) -> str:
    signed = f"{part(head)}.{part(claims())}"
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), f'sha{bits}').digest())}"


def by_stranger_rsa() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return jwt.encode(claims(), pem, algorithm="RS256", headers=GOOD_HEAD | {"alg": "RS256"})


def own_jwk() -> dict[str, Any]:
    """A stranger's public key as a header would carry it."""
    numbers = serialization.load_pem_private_key(THEIRS.encode(), None).public_key().public_numbers()  # type: ignore[union-attr]
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": b64(numbers.x.to_bytes(32, "big")),
        "y": b64(numbers.y.to_bytes(32, "big")),
    }


def encrypted(alg: str, key: bytes) -> str:
    return jwe.encrypt(json.dumps(claims()), key, encryption="A128GCM", algorithm=alg, zip="DEF").decode()


class TestGoodTokens:
    def test_what_we_issue_we_read(self) -> None:
        issued, jti = tokens().issue("who", "where", datetime.now(UTC), 10)
        read = tokens().read(issued)
        assert (read["sub"], read["agency"], read["jti"]) == ("who", "where", jti)

    def test_it_lives_ten_minutes_at_most(self) -> None:
        issued, _ = tokens().issue("who", "where", datetime.now(UTC), 60 * 24)
        read = tokens().read(issued)
        assert read["exp"] - read["iat"] == 600

    def test_its_header_holds_three_members_and_no_more(self) -> None:
        issued, _ = tokens().issue("who", "where", datetime.now(UTC), 10)
        assert head_of(issued) == GOOD_HEAD

    def test_one_read_before_is_refused_once_its_time_is_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Later(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.now(tz) + timedelta(minutes=11)

        ours = tokens()
        token = es256(GOOD_HEAD, claims())
        assert ours.read(token)
        monkeypatch.setattr("app.agencies.tokens.datetime", Later)
        with pytest.raises(BadToken):
            ours.read(token)

    async def test_anyone_verifies_a_token_with_the_published_keys(self, world: World) -> None:
        keys = (await world.board.get("/.well-known/jwks.json", headers={"Authorization": ""})).json()["keys"]
        assert all(set(key) == {"alg", "crv", "kid", "kty", "use", "x", "y"} for key in keys)
        issuer = world.app.state.settings.base_url
        read = jwt.decode(world.board.token, {"keys": keys}, algorithms=["ES256"], audience=AUDIENCE, issuer=issuer)
        assert read["sub"] == str(world.board.account_id)

    def test_the_forger_of_these_tests_can_make_a_good_one(self) -> None:
        """Otherwise each refusal below would prove nothing."""
        assert tokens().read(es256(GOOD_HEAD, claims()))["jti"] == "a-jti-of-this-token"
        assert tokens().read(es256(GOOD_HEAD, claims(scope="agency:read")))["scope"] == "agency:read"

    @pytest.mark.parametrize("key", [ec.SECP384R1(), ec.SECP256K1()], ids=lambda curve: str(curve.name))
    def test_no_other_curve_is_taken_as_a_key(self, key: ec.EllipticCurve) -> None:
        pem = ec.generate_private_key(key).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with pytest.raises(KeyRefused):
            Tokens.load(ISSUER, {KID: pem.decode()})


HEADERS: dict[str, Any] = {
    "alg none": GOOD_HEAD | {"alg": "none"},
    "alg None, in other letters": GOOD_HEAD | {"alg": "nOnE"},
    "alg of another curve": GOOD_HEAD | {"alg": "ES384"},
    "alg in small letters": GOOD_HEAD | {"alg": "es256"},
    "alg a list": GOOD_HEAD | {"alg": ["ES256"]},
    "alg missing": {"typ": "at+jwt", "kid": KID},
    "typ JWT": GOOD_HEAD | {"typ": "JWT"},
    "typ of an ID token": GOOD_HEAD | {"typ": "id_token"},
    "typ with its prefix": GOOD_HEAD | {"typ": "application/at+jwt"},
    "typ missing": {"alg": "ES256", "kid": KID},
    "kid missing": {"alg": "ES256", "typ": "at+jwt"},
    "kid of nobody": GOOD_HEAD | {"kid": "another-key"},
    "kid a path": GOOD_HEAD | {"kid": "../../../../dev/null"},
    "kid an address": GOOD_HEAD | {"kid": "https://evil.example/key.pem"},
    "kid an injection": GOOD_HEAD | {"kid": f"{KID}' OR '1'='1"},
    "kid a command": GOOD_HEAD | {"kid": f"{KID}; cat /etc/passwd |"},
    "kid with a NUL": GOOD_HEAD | {"kid": f"{KID}\0"},
    "kid empty": GOOD_HEAD | {"kid": ""},
    "kid a number": GOOD_HEAD | {"kid": 0},
    "kid a list": GOOD_HEAD | {"kid": [KID]},
    "kid an object": GOOD_HEAD | {"kid": {KID: OURS}},
    "jwk, a key of its own": GOOD_HEAD | {"jwk": own_jwk()},
    "jku": GOOD_HEAD | {"jku": "https://evil.example/jwks.json"},
    "jku of ours": GOOD_HEAD | {"jku": f"{ISSUER}/.well-known/jwks.json"},
    "x5u": GOOD_HEAD | {"x5u": "https://evil.example/chain.pem"},
    "x5c": GOOD_HEAD | {"x5c": [b64(PUBLIC_DER)]},
    "x5t": GOOD_HEAD | {"x5t": b64(b"thumb")},
    "crit": GOOD_HEAD | {"crit": ["exp"]},
    "crit with what it names": GOOD_HEAD | {"crit": ["b64"], "b64": False},
    "zip": GOOD_HEAD | {"zip": "DEF"},
    "enc": GOOD_HEAD | {"enc": "A256GCM"},
    "cty, a token inside": GOOD_HEAD | {"cty": "JWT"},
    "a list": [GOOD_HEAD],
    "a string": "ES256",
    "null": None,
    "no JSON": b"not json at all",
    "no UTF-8": b"\xff\xfe\x00",
    "too deep": b"[" * 2500 + b"]" * 2500,
}
"""Headers that are not exactly `alg`, `typ` and `kid`; each is signed with our own key, so that this alone counts."""

NOW = int(time.time())
CLAIMS: dict[str, dict[str, Any]] = {
    "ended": {"iat": NOW - 1200, "nbf": NOW - 1200, "exp": NOW - 600},
    "not begun": {"iat": NOW + 300, "nbf": NOW + 300, "exp": NOW + 900},
    "good for longer than ten minutes": {"exp": NOW + 86_400},
    "good for ever": {"exp": 2**62},
    "an end that no clock holds": {"exp": 10**30},
    "an end before its beginning": {"exp": NOW - 5, "iat": NOW, "nbf": NOW},
    "an end at once": {"exp": NOW, "iat": NOW, "nbf": NOW},
    "issued in 1970": {"iat": 0},
    "issued before time": {"iat": -1, "nbf": -1},
    "issued later than it holds": {"iat": NOW + 500},
    "holds from another moment than it was issued": {"nbf": NOW - 500},
    "times as text": {"exp": str(NOW + 600)},
    "times as fractions": {"exp": NOW + 599.5},
    "times that are true": {"iat": True, "nbf": True},
    "times as lists": {"exp": [NOW + 600]},
    "times as objects": {"nbf": {}},
    "no end": {"exp": None},
    "no beginning": {"nbf": None},
    "no moment of issue": {"iat": None},
    "nobody": {"sub": None},
    "somebody who is no text": {"sub": 7},
    "no issuer": {"iss": None},
    "another issuer": {"iss": "https://evil.example"},
    "many issuers": {"iss": [ISSUER]},
    "no audience": {"aud": None},
    "another audience": {"aud": "another-api"},
    "many audiences": {"aud": [AUDIENCE, "another-api"]},
    "no jti": {"jti": None},
    "a jti that is no text": {"jti": 7},
    "no agency": {"agency": None},
    "many agencies": {"agency": ["a", "b"]},
    "a scope that is no text": {"scope": ["agency:read"]},
    "a claim that we do not write": {"roles": ["agency_admin"]},
}
"""Claims that are not exactly ours, under a good header and our own signature."""

FORGED: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "two parts": lambda: ".".join(es256(GOOD_HEAD, claims()).split(".")[:2]),
    "alg none without signature": lambda: f"{part(GOOD_HEAD | {'alg': 'none'})}.{part(claims())}.",
    "a good header without signature": lambda: f"{part(GOOD_HEAD)}.{part(claims())}.",
    "a signature of zeros": lambda: f"{part(GOOD_HEAD)}.{part(claims())}.{b64(bytes(64))}",
    "a stranger's signature": lambda: es256(GOOD_HEAD, claims(), THEIRS),
    "a stranger's signature with their key beside it": lambda: es256(GOOD_HEAD | {"jwk": own_jwk()}, claims(), THEIRS),
    "HS256 with our public key in PEM": lambda: hmac_with(PUBLIC_PEM, GOOD_HEAD | {"alg": "HS256"}),
    "HS256 with our public key in PEM, stripped": lambda: hmac_with(PUBLIC_PEM.strip(), GOOD_HEAD | {"alg": "HS256"}),
    "HS256 with our public key in DER": lambda: hmac_with(PUBLIC_DER, GOOD_HEAD | {"alg": "HS256"}),
    "HS512 with our public key in DER": lambda: hmac_with(PUBLIC_DER, GOOD_HEAD | {"alg": "HS512"}, 512),
    "HS256 with nothing": lambda: hmac_with(b"", GOOD_HEAD | {"alg": "HS256"}),
    "HMAC under a header that says ES256": lambda: hmac_with(PUBLIC_DER, GOOD_HEAD, 512),
    "RS256": by_stranger_rsa,
    "a JWE with a key of ours": lambda: encrypted("dir", hashlib.sha256(PUBLIC_PEM).digest()[:16]),
    "a JWE that unpacks to a great deal": lambda: ".".join(
        [part(GOOD_HEAD | {"alg": "dir", "enc": "A128GCM", "zip": "DEF"}), "", b64(bytes(12))]
        + [b64(zlib.compress(bytes(10**6))), b64(bytes(16))]
    ),
    "a good signature of other claims": lambda: _with_part(2, es256(GOOD_HEAD, claims(jti="b")).rpartition(".")[2]),
    "five parts, as if encrypted": lambda: "a.b.c.d.e",
    "no header": lambda: _with_part(0, ""),
    "other claims under a good signature": lambda: _with_part(1, part(claims(sub="someone-else"))),
    "another header under a good signature": lambda: _with_part(0, part({**GOOD_HEAD, "kid": KID, "typ": "JWT"})),
    "claims that are no object": lambda: es256(GOOD_HEAD, [claims()]),
    "claims that are no JSON": lambda: es256(GOOD_HEAD, b"\xff\xfe"),
    "claims too deep": lambda: es256(GOOD_HEAD, b"[" * 1200 + b"]" * 1200),
    "more than 4 KB": lambda: es256(GOOD_HEAD, claims(jti="x" * 4096)),
    "a megabyte": lambda: "A" * 1_000_000 + ".A." + "A" * 86,
    "letters that are no base64": lambda: es256(GOOD_HEAD, claims()).replace(".", ".!", 1),
    "a line break behind it": lambda: es256(GOOD_HEAD, claims()) + "\n",
    "letters of another script": lambda: es256(GOOD_HEAD, claims()).replace("e", "е"),  # noqa: RUF001
}


def _with_part(place: int, other: str) -> str:
    parts = es256(GOOD_HEAD, claims()).split(".")
    parts[place] = other
    return ".".join(parts)


def refuse(token: str) -> None:
    ours = tokens()
    with pytest.raises(BadToken):
        ours.read(token)
    with pytest.raises(BadToken):
        ours.read(token)  # nor is it taken when it comes again


class TestForgedTokens:
    """A token never says how it wants to be verified (RFC 8725)."""

    @pytest.mark.parametrize("name", HEADERS)
    def test_a_header_of_another_kind_is_refused_under_our_own_signature(self, name: str) -> None:
        refuse(es256(HEADERS[name], claims()))

    @pytest.mark.parametrize("name", CLAIMS)
    def test_claims_that_we_do_not_write_are_refused_under_our_own_signature(self, name: str) -> None:
        refuse(es256(GOOD_HEAD, claims(**CLAIMS[name])))

    @pytest.mark.parametrize("name", FORGED)
    def test_a_forged_token_is_refused(self, name: str) -> None:
        refuse(FORGED[name]())

    def test_the_library_is_told_the_one_algorithm_too(self) -> None:
        """Were the header not checked before, it would verify by what the header says."""
        with pytest.raises(BadToken):
            tokens()._verify(es256(GOOD_HEAD | {"alg": "ES384"}, claims(), hashed=SHA384()), PUBLIC_PEM.decode())
        assert tokens()._verify(es256(GOOD_HEAD, claims()), PUBLIC_PEM.decode())


def named(age: timedelta) -> str:
    """The name of a key that is this old."""
    return new_kid(datetime.now(UTC) - age)


def kid_of(token: str) -> str:
    return str(head_of(token)["kid"])


class TestRotation:
    """Two keys during a rotation: the new one is known before it signs, the old one until its tokens have ended."""

    def issue(self, held: Tokens) -> str:
        return held.issue("who", "where", datetime.now(UTC), 10)[0]

    def kids(self, held: Tokens) -> list[str]:
        return [key["kid"] for key in held.jwks()["keys"]]

    def test_a_new_key_is_published_before_it_signs(self) -> None:
        fresh = named(timedelta(seconds=5))
        both = Tokens.load(ISSUER, {"0ld": OURS, fresh: THEIRS})
        assert self.kids(both) == ["0ld", fresh]
        assert kid_of(self.issue(both)) == "0ld"

    def test_then_it_signs_and_the_old_one_still_verifies(self) -> None:
        fresh = named(LEAD + timedelta(seconds=5))
        before = self.issue(Tokens.load(ISSUER, {"f0ld": OURS}))
        both = Tokens.load(ISSUER, {"f0ld": OURS, fresh: THEIRS})
        assert self.kids(both) == ["f0ld", fresh]
        assert kid_of(self.issue(both)) == fresh
        assert both.read(before)["sub"] == "who"
        assert both.read(self.issue(both))["sub"] == "who"

    def test_the_old_one_ends_when_the_last_of_its_tokens_has_ended(self) -> None:
        nearly, over = named(LEAD + LAST - timedelta(seconds=5)), named(LEAD + LAST + timedelta(seconds=5))
        before = self.issue(Tokens.load(ISSUER, {"old": OURS}))
        assert Tokens.load(ISSUER, {"old": OURS, nearly: THEIRS}).read(before)["sub"] == "who"
        after = Tokens.load(ISSUER, {"old": OURS, over: THEIRS})
        assert self.kids(after) == [over]
        with pytest.raises(BadToken):
            after.read(before)

    def test_a_first_key_signs_at_once(self) -> None:
        only = named(timedelta())
        held = Tokens.load(ISSUER, {only: OURS})
        assert held.read(self.issue(held))["sub"] == "who"

    def test_a_process_learns_of_keys_and_of_their_end_by_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = {"old": OURS}
        held = Tokens.load(ISSUER, dict(folder), reread=lambda: dict(folder))
        before = self.issue(held)
        assert held.read(before)
        folder.pop("old")
        folder["stolen-no-more"] = THEIRS
        assert held.read(before), "the folder is not read at every request"
        held.ring.read_at -= 3600
        with pytest.raises(BadToken):
            held.read(before)  # though its signature was found good before
        assert kid_of(self.issue(held)) == "stolen-no-more"

    def test_a_folder_that_cannot_be_read_changes_nothing(self) -> None:
        def broken() -> dict[str, str]:
            return {"half": OURS[:40]}

        held = Tokens.load(ISSUER, {KID: OURS}, reread=broken)
        held.ring.read_at -= 3600
        assert held.read(self.issue(held))["sub"] == "who"
