"""What an entry is made of: four salted blocks, and a blind leaf that only commits to them.

The leaf goes into the tree and says nothing; each block is shown or withheld on its own, and its hash covers the text
as stored and sent. Canonical JSON (RFC 8785) throughout, without floats.
"""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import rfc8785
from pydantic_core import from_json

LEAF_VERSION: Final = 1
SALT_BYTES: Final = 16
MOST_LEAF_BYTES: Final = 1024
MOST_BLOCK_BYTES: Final = 16 * 1024
MOST_INTEGER: Final = 2**53 - 1  # beyond it readers of JSON disagree
MOST_DEPTH: Final = 16

BLOCKS: Final = ("of", "on", "what", "who")

MEMBERS: Final[Mapping[str, frozenset[str]]] = {
    "what": frozenset({"kind", "at", "out", "code", "req", "app"}),
    "who": frozenset({"actor", "role", "sess", "step"}),
    "on": frozenset({"agency", "type", "id", "rev", "state"}),
}
"""Members of the blocks that are the same for every kind; those of `of` stand in the table of kinds."""

WRITE: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False).encode
"""The interpreter's own encoder: the bytes of RFC 8785 wherever member names are ASCII, in a tenth of the time.

It sorts names by code point, RFC 8785 by UTF-16 unit; the two part only above ASCII. There are no floats here.
"""

OUTCOMES: Final = frozenset({"ok", "denied", "failed"})


class UnfitEntryError(ValueError):
    """The program made an entry that the record cannot hold: a mistake of ours, never of an input."""


@dataclass(frozen=True)
class Entry:
    """A leaf with the texts of its blocks, in the order of `BLOCKS`."""

    leaf: bytes
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A block that was opened for reading."""

    name: str
    members: Mapping[str, Any]


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def make_entry(
    origin: str,
    *,
    what: Mapping[str, Any],
    who: Mapping[str, Any],
    on: Mapping[str, Any],
    of: Mapping[str, Any],
    salt: Callable[[], bytes] = new_salt,
) -> Entry:
    """Blocks and leaf of one entry. A block is empty or has exactly its members.

    Raises UnfitEntryError where a member is unknown or missing, a value is no JSON of ours, or a limit is passed.
    """
    blocks = {"what": what, "who": who, "on": on, "of": of}
    for name, members in MEMBERS.items():
        if blocks[name] and blocks[name].keys() != members:
            raise UnfitEntryError(f"members of {name}")
    if what and what["out"] not in OUTCOMES:
        raise UnfitEntryError("outcome")
    texts = tuple(block_text(name, blocks[name], salt()) for name in BLOCKS)
    return Entry(make_leaf(origin, [commitment(text) for text in texts]), texts)


def block_text(name: str, members: Mapping[str, Any], salt: bytes) -> str:
    """The text that is stored, sent and committed to: `[salt, name, members]`."""
    if name not in BLOCKS or len(salt) != SALT_BYTES:
        raise UnfitEntryError("block")
    text = canonical([_base64url(salt), name, dict(members)])
    if len(text) > MOST_BLOCK_BYTES:
        raise UnfitEntryError("block too long")
    return text.decode()


def commitment(text: str) -> str:
    """The hash of a text as it stands (43 characters); nothing is ever serialised again to be checked."""
    return _base64url(sha256(text.encode()).digest())


def make_leaf(origin: str, commitments: Sequence[str]) -> bytes:
    """The leaf over four commitments in the order of `BLOCKS`; its length depends on the origin alone."""
    leaf = canonical({"b": dict(zip(BLOCKS, commitments, strict=True)), "log": origin, "v": LEAF_VERSION})
    if len(leaf) > MOST_LEAF_BYTES:
        raise UnfitEntryError("leaf too long")
    return leaf


def leaf_length(origin: str) -> int:
    """Bytes of every leaf of a log, so that size tells nothing."""
    return len(make_leaf(origin, ["." * 43] * len(BLOCKS)))


def open_block(text: str) -> Block:
    """Take a block text apart for reading. Raises ValueError where it is no block."""
    parts = from_json(text, allow_inf_nan=False)
    if not isinstance(parts, list) or len(parts) != 3 or parts[1] not in BLOCKS or not isinstance(parts[2], dict):
        raise ValueError("not a block")
    return Block(parts[1], parts[2])


def canonical(value: Any) -> bytes:
    """RFC 8785 JSON of strings, integers, booleans, null, lists and objects. Raises UnfitEntryError for all else."""
    has_plain_names = _has_plain_names(value, MOST_DEPTH)
    try:
        return WRITE(value).encode() if has_plain_names else rfc8785.dumps(value)
    except ValueError:
        raise UnfitEntryError("text that is no Unicode") from None


def _has_plain_names(value: Any, depth: int) -> bool:
    """Whether all member names are ASCII. Raises UnfitEntryError for what the record does not hold."""
    if depth == 0:
        raise UnfitEntryError("too deep")
    if value is None or isinstance(value, (str, bool)):
        return True
    if isinstance(value, int):
        if abs(value) > MOST_INTEGER:
            raise UnfitEntryError("integer too large")
        return True
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            raise UnfitEntryError("member name")
        return _have_plain_names(value.values(), depth) and "".join(value).isascii()
    if isinstance(value, (list, tuple)):
        return _have_plain_names(value, depth)
    raise UnfitEntryError(f"value of type {type(value).__name__}")


def _have_plain_names(values: Iterable[Any], depth: int) -> bool:
    plain = True
    for value in values:
        if type(value) is not str:  # most are, and this runs some hundred times a filing
            plain = _has_plain_names(value, depth - 1) and plain
        elif depth == 1:
            raise UnfitEntryError("too deep")
    return plain


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")
