"""Checkpoints: the three lines that stand for a whole log, signed by the log and cosigned by witnesses.

C2SP tlog-checkpoint and tlog-cosignature. Ours carry no extension lines, and what we do not understand we refuse.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from app.audit.notes import (
    MalformedNote,
    PublicKey,
    SecretKey,
    Signed,
    UnsignedNote,
    encode_base64,
    exact_base64,
    open_note,
    parse_note,
    sign_note,
)
from app.audit.tlog import EMPTY_ROOT, HASH_BYTES, MOST_ENTRIES
from app.errors import Invalid

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(eq=False)
class OtherLog(Invalid):
    """The note is of another log."""


@dataclass(frozen=True)
class Checkpoint:
    """Origin (the log's name), size in entries and root hash."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read exactly three lines. Raises MalformedNote."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0] or _SIZE.fullmatch(lines[1]) is None:
            raise MalformedNote("checkpoint")
        root, size = exact_base64(lines[2]), int(lines[1])
        if root is None or len(root) != HASH_BYTES or size > MOST_ENTRIES or (size == 0 and root != EMPTY_ROOT):
            raise MalformedNote("checkpoint")
        return cls(lines[0], size, root)


@dataclass(frozen=True)
class OpenCheckpoint:
    """A checkpoint that its log signed, with the cosignatures of the witnesses that were asked for."""

    checkpoint: Checkpoint
    cosigned: tuple[Signed, ...]


def sign_checkpoint(checkpoint: Checkpoint, keys: Sequence[SecretKey]) -> str:
    """The signed note; two keys while one follows the other."""
    return sign_note(checkpoint.text, keys)


def open_checkpoint(
    note: str, log_keys: Sequence[PublicKey], witnesses: Sequence[PublicKey] = (), *, origin: str
) -> OpenCheckpoint:
    """Read the signed checkpoint of the log with that origin. Raises UnsignedNote unless one of its own keys signed."""
    opened = open_note(note, (*log_keys, *witnesses))
    if not any(one.key in log_keys for one in opened.signed):
        raise UnsignedNote
    checkpoint = Checkpoint.parse(opened.text)
    if checkpoint.origin != origin:
        raise OtherLog
    return OpenCheckpoint(checkpoint, tuple(one for one in opened.signed if one.seen_at is not None))


def cosign(note: str, key: SecretKey, *, seen_at: int) -> str:
    """A witness's line for a signed checkpoint it has checked; seconds since 1970. Append it to the note."""
    text = parse_note(note).text
    Checkpoint.parse(text)
    return key.cosign_line(text, seen_at)
