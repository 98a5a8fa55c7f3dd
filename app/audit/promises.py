"""Promises: the log's signed word that a leaf will be numbered by a time (audit-log design, S21).

A promise is a signed note of four lines by the key `<origin>/promise`. Whoever holds one and finds the leaf missing
afterwards has proof against the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from app.audit.checkpoints import OtherLog
from app.audit.notes import MalformedNote, PublicKey, SecretKey, encode_base64, exact_base64, open_note, sign_note
from app.audit.tlog import HASH_BYTES

FORMAT = "upstander-promise/v1"
MERGES_WITHIN = timedelta(seconds=60)

_TIME = "%Y-%m-%dT%H:%M:%SZ"


def promise_key_name(origin: str) -> str:
    return f"{origin}/promise"


@dataclass(frozen=True)
class Promise:
    """That the leaf with this hash stands in the log before a time (UTC, whole seconds)."""

    origin: str
    leaf_hash: bytes
    merge_before: datetime

    @property
    def text(self) -> str:
        before = self.merge_before.astimezone(UTC).strftime(_TIME)
        return f"{FORMAT}\n{self.origin}\n{encode_base64(self.leaf_hash)}\n{before}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read exactly four lines. Raises MalformedNote."""
        lines = text.split("\n")
        if len(lines) != 5 or lines[0] != FORMAT or not lines[1] or lines[4]:
            raise MalformedNote("promise")
        leaf_hash = exact_base64(lines[2])
        if leaf_hash is None or len(leaf_hash) != HASH_BYTES:
            raise MalformedNote("promise")
        try:
            before = datetime.strptime(lines[3], _TIME).replace(tzinfo=UTC)
        except ValueError:
            raise MalformedNote("promise") from None
        promise = cls(lines[1], leaf_hash, before)
        if promise.text != text:
            raise MalformedNote("promise")
        return promise


def sign_promise(promise: Promise, key: SecretKey) -> str:
    """The signed note. The key must be the promise key of that log."""
    if key.name != promise_key_name(promise.origin):
        raise ValueError("promises are signed by the log's promise key")
    return sign_note(promise.text, [key])


def open_promise(note: str, keys: list[PublicKey], *, origin: str) -> Promise:
    """Read a promise of the log with that origin. Raises MalformedNote, BadSignature, UnsignedNote or OtherLog."""
    promise = Promise.parse(open_note(note, keys).text)
    if promise.origin != origin:
        raise OtherLog
    return promise
