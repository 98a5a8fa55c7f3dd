"""Signed notes and the keys that sign them (C2SP signed-note).

A note is a text, an empty line and signature lines. A line of a key we do not know is carried along and ignored, so
that new kinds of signature need no new format; a wrong line of a key we do know refuses the note.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.errors import Invalid, Malformed

MOST_NOTE_BYTES = 1_000_000
MOST_SIGNATURES = 100  # a note must be able to carry 16; beyond 100 it is an attack
KEY_BYTES = 32
SIGNATURE_BYTES = 64
KEY_ID_BYTES = 4
TIME_BYTES = 8

_DASH = "\u2014 "
_NOT_TEXT = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_SKEY_PREFIX = "PRIVATE+KEY+"


class KeyType(IntEnum):
    """The byte before a key that says how it signs; both kinds here are Ed25519 keys."""

    ED25519 = 0x01  # signs the text of the note
    COSIGNATURE = 0x04  # a witness's: signs the text with the time it was seen


@dataclass(eq=False)
class BadKey(Invalid):
    """The key cannot be used."""

    rule: str


@dataclass(eq=False)
class MalformedNote(Malformed):
    """What was sent is no signed note."""

    rule: str


@dataclass(eq=False)
class UnsignedNote(Invalid):
    """No key that counts here has signed this note."""


@dataclass(eq=False)
class BadSignature(Invalid):
    """A signature on this note is wrong."""

    signer: str


# --- keys -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PublicKey:
    """A key by which notes are checked, under the name that stands in its signature lines."""

    name: str
    type: KeyType
    raw: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise BadKey("name")
        if _is_weak(self.raw):
            raise BadKey("weak-key")

    @classmethod
    def from_vkey(cls, vkey: str) -> Self:
        """Read `name+id+base64(type || key)`. Weak keys are refused: under one, others' signatures would be as good."""
        name, key_id, typed = _split_key(vkey)
        key = cls(name, _key_type(typed), typed[1:])
        if key.key_id.hex() != key_id:
            raise BadKey("key-id")
        return key

    @cached_property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes((self.type,)) + self.raw).digest()[:KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes((self.type,)) + self.raw)}"

    def fits(self, text: str, signature: bytes) -> bool:
        """Whether a signature (without its key id) is this key's over that note text."""
        if self.type is KeyType.COSIGNATURE:
            if len(signature) != TIME_BYTES + SIGNATURE_BYTES:
                return False
            text = _cosigned_text(text, _seconds(signature))
            signature = signature[TIME_BYTES:]
        try:
            self._library_key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    @cached_property
    def _library_key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.raw)


@dataclass(frozen=True, repr=False)
class SecretKey:
    """A key that signs. Its text form lets whoever reads it sign as that name."""

    name: str
    type: KeyType
    seed: bytes

    @classmethod
    def from_skey(cls, skey: str) -> Self:
        """Read `PRIVATE+KEY+name+id+base64(type || seed)`, as the Go note package writes it."""
        if not skey.startswith(_SKEY_PREFIX):
            raise BadKey("form")
        name, key_id, typed = _split_key(skey.removeprefix(_SKEY_PREFIX))
        key = cls(name, _key_type(typed), typed[1:])
        if key.public.key_id.hex() != key_id:
            raise BadKey("key-id")
        return key

    @classmethod
    def create(cls, name: str, kind: KeyType = KeyType.ED25519) -> Self:
        return cls(name, kind, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def skey(self) -> str:
        return f"{_SKEY_PREFIX}{self.name}+{self.public.key_id.hex()}+{encode_base64(bytes((self.type,)) + self.seed)}"

    @cached_property
    def public(self) -> PublicKey:
        return PublicKey(self.name, self.type, self._library_key.public_key().public_bytes_raw())

    def line(self, text: str) -> str:
        """The signature line over a note text. A witness's key signs with `cosign_line` instead."""
        if self.type is not KeyType.ED25519:
            raise ValueError("a cosignature states its time")
        return self._line(self._library_key.sign(text.encode()))

    def cosign_line(self, text: str, seen_at: int) -> str:
        """A witness's line over a checkpoint text: seen at that time, in seconds since 1970."""
        if self.type is not KeyType.COSIGNATURE:
            raise ValueError("only a witness's key cosigns")
        signature = self._library_key.sign(_cosigned_text(text, seen_at).encode())
        return self._line(seen_at.to_bytes(TIME_BYTES, "big") + signature)

    def _line(self, signature: bytes) -> str:
        return f"{_DASH}{self.name} {encode_base64(self.public.key_id + signature)}\n"

    @cached_property
    def _library_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def __repr__(self) -> str:
        return f"SecretKey(name={self.name!r})"  # never the seed: this may reach a log


def is_key_name(name: str) -> bool:
    """Whether lines can carry that name: something, without spaces, plus or control characters."""
    return bool(name) and not any(mark == "+" or mark < " " or mark.isspace() for mark in name)


def _split_key(text: str) -> tuple[str, str, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3 or re.fullmatch(r"[0-9a-f]{8}", parts[1]) is None:
        raise BadKey("form")
    typed = exact_base64(parts[2])
    if typed is None or len(typed) != 1 + KEY_BYTES:
        raise BadKey("form")
    return parts[0], parts[1], typed


def _key_type(typed: bytes) -> KeyType:
    try:
        return KeyType(typed[0])
    except ValueError:
        raise BadKey("type") from None


_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P


def _is_weak(raw: bytes) -> bool:
    """Whether a public key is of low order, not canonically written, or no point of the curve (RFC 8032 section 5.1).

    Points of order 1 and 2 have x = 0 (and y = 1 or -1), those of order 4 have y = 0, and doubling one of order 8 gives
    one of order 4: d y^4 + 2 y^2 = 1.
    """
    if len(raw) != KEY_BYTES:
        return True
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _P or y == 0 or (_D * y**4 + 2 * y**2 - 1) % _P == 0:
        return True
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    return pow(x_squared, (_P - 1) // 2, _P) != 1  # zero, or no square and so off the curve


# --- notes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SignatureLine:
    """One signature line as it stands on a note, whoever made it."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A note's text and lines, not yet checked."""

    text: str
    lines: tuple[SignatureLine, ...]


@dataclass(frozen=True)
class Signed:
    """A signature that was checked: whose, and for a cosignature when the witness saw the note (seconds since 1970)."""

    key: PublicKey
    seen_at: int | None


@dataclass(frozen=True)
class OpenNote:
    """A note that at least one known key signed."""

    text: str
    signed: tuple[Signed, ...]
    ignored: tuple[SignatureLine, ...]


def parse_note(note: str) -> Note:
    """Take a note apart without trusting it. Raises MalformedNote."""
    if len(note.encode("utf-8", "surrogatepass")) > MOST_NOTE_BYTES:
        raise MalformedNote("length")
    text, gap, block = note.rpartition("\n\n")
    if not gap or not block:
        raise MalformedNote("no-signatures")
    text += "\n"
    if not _is_text(note) or not note.endswith("\n"):
        raise MalformedNote("characters")
    rows = block[:-1].split("\n")
    if len(rows) > MOST_SIGNATURES:
        raise MalformedNote("too-many-signatures")
    return Note(text, tuple(_parse_line(row) for row in rows))


def open_note(note: str, keys: Iterable[PublicKey]) -> OpenNote:
    """Check a note against the keys that count here.

    Of a key that signed twice the first line counts. Raises MalformedNote, BadSignature where a known key's line is
    wrong, UnsignedNote where no known key signed.
    """
    parsed = parse_note(note)
    known: dict[tuple[str, bytes], PublicKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise BadKey("ambiguous")
    signed: dict[PublicKey, Signed] = {}
    ignored: list[SignatureLine] = []
    for line in parsed.lines:
        signer = known.get((line.name, line.key_id))
        if signer is None:
            if line not in ignored:
                ignored.append(line)
        elif signer not in signed:
            if not signer.fits(parsed.text, line.signature):
                raise BadSignature(signer.name)
            seen_at = _seconds(line.signature) if signer.type is KeyType.COSIGNATURE else None
            signed[signer] = Signed(signer, seen_at)
    if not signed:
        raise UnsignedNote
    return OpenNote(parsed.text, tuple(signed.values()), tuple(ignored))


def sign_note(text: str, keys: Sequence[SecretKey]) -> str:
    """A text with the lines of those keys. The text must end its last line and hold no other control character."""
    if not text.endswith("\n") or not _is_text(text):
        raise ValueError("not a text that a note can carry")
    return text + "\n" + "".join(key.line(text) for key in keys)


def _parse_line(row: str) -> SignatureLine:
    name, space, encoded = row.removeprefix(_DASH).partition(" ")
    payload = _any_base64(encoded)
    if not row.startswith(_DASH) or not space or not is_key_name(name):
        raise MalformedNote("signature-line")
    if payload is None or len(payload) <= KEY_ID_BYTES:
        raise MalformedNote("signature-line")
    return SignatureLine(name, payload[:KEY_ID_BYTES], payload[KEY_ID_BYTES:])


def _is_text(text: str) -> bool:
    """UTF-8 without control characters other than line ends."""
    return _NOT_TEXT.search(text) is None


def _cosigned_text(text: str, seen_at: int) -> str:
    return f"cosignature/v1\ntime {seen_at}\n{text}"


def _seconds(signature: bytes) -> int:
    return int.from_bytes(signature[:TIME_BYTES], "big")


def exact_base64(text: str) -> bytes | None:
    """Bytes of standard, padded base64, or None where the text is not the one way to write them."""
    found = _any_base64(text)
    return found if found is not None and encode_base64(found) == text else None


def _any_base64(text: str) -> bytes | None:
    """The same, but unused last bits may be set, as common readers of notes allow in signature lines."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def encode_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
