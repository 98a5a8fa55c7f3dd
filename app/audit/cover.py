"""What an export says of itself: its range, for whom and why it was made, and the digest of every file in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from app.audit.entries import canonical
from app.audit.notes import encode_base64
from app.audit.tiles import TILE_WIDTH

FORMAT = "upstander-bundle/v1"


class Profile(StrEnum):
    """Which blocks an export shows; the range of entries is whole in every one."""

    ALL = "all"
    """Every block, pads included: for the one reader outside the agency who is on no wall."""
    BOARD = "board"
    """What the law lets this reader see; of all other entries no block at all."""
    REDACTED = "redacted"
    CASE = "case"
    BARE = "bare"
    """No block: continuity only."""


class Stored(NamedTuple):
    """A file in an export, as the manifest states it."""

    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Cover:
    """Entries start..end-1 of one log, for a role and a purpose, made at an instant (UTC)."""

    origin: str
    start: int
    end: int
    profile: Profile
    purpose: str
    role: str
    made_at: datetime

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError("no such range")

    @property
    def first_leaf(self) -> int:
        """The entry with which the leaves of the export begin: entry bundles are cut at multiples of 256."""
        return self.start if self.start == self.end else self.start // TILE_WIDTH * TILE_WIDTH

    @property
    def made_at_text(self) -> str:
        return self.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def manifest(self, files: Mapping[str, Stored]) -> bytes:
        """`bundle.json`: the cover with name, digest and size of every other file, by name."""
        listed = [{"name": name, "sha256": files[name].sha256, "size": files[name].size} for name in sorted(files)]
        return canonical(
            {
                "files": listed,
                "format": FORMAT,
                "from": self.start,
                "made_at": self.made_at_text,
                "origin": self.origin,
                "profile": self.profile.value,
                "purpose": self.purpose,
                "role": self.role,
                "to": self.end,
            }
        )

    def note_text(self, manifest: bytes) -> str:
        """The text of `bundle.note`, to be signed by the log's export key."""
        return f"{FORMAT}\n{self.origin}\n{encode_base64(sha256(manifest).digest())}\n"


def export_key_name(origin: str) -> str:
    return f"{origin}/export"
