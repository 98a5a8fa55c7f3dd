"""What the signer last signed of a log, on the signer's own disk: the guard against restored and rewritten copies.

Whoever can change these files can fork a log, so they lie beside the keys and nobody else reads them.
"""

from __future__ import annotations

import json
import uuid
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

from app.audit.keys import write_state_file
from app.audit.notes import encode_base64
from app.audit.tlog import Frontier


class StateLost(Exception):
    """The last-signed state of a log is absent or damaged; without it nothing is signed."""


@dataclass(frozen=True)
class LastSigned:
    """The tree that was signed last: its frontier, from which every later tree must grow, and the signed note."""

    size: int
    frontier: tuple[bytes, ...]
    root: bytes
    note: str | None

    def tree(self) -> Frontier:
        return Frontier(self.size, self.frontier)


def read_state(folder: Path, agency_id: uuid.UUID) -> LastSigned:
    """Raises StateLost."""
    try:
        kept = json.loads((folder / f"{agency_id}.json").read_text())
        frontier = tuple(b64decode(one, validate=True) for one in kept["frontier"])
        found = LastSigned(kept["size"], frontier, b64decode(kept["root"], validate=True), kept["note"])
        if found.tree().root() != found.root or (found.note is None) is not (found.size == 0):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StateLost(f"{agency_id}.json") from error
    return found


def write_state(folder: Path, agency_id: uuid.UUID, state: LastSigned) -> None:
    """On the disk before this returns; only then may the signature leave the process."""
    kept = {
        "frontier": [encode_base64(one) for one in state.frontier],
        "note": state.note,
        "root": encode_base64(state.root),
        "size": state.size,
    }
    write_state_file(folder / f"{agency_id}.json", json.dumps(kept, sort_keys=True))
