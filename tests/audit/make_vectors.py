"""Makes the vectors of our own, in `vectors/`: run `python -m tests.audit.make_vectors` after a change that is meant.

Everything follows from the seeds below, so the same program gives the same bytes; a test holds the files to that. The
keys are for tests and protect nothing. The made-up log has 300 entries, ten seconds apart: of three cases that the
board sees, of one that it does not, two findings and a heartbeat.
"""

from __future__ import annotations

import io
import json
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from app.audit.bundle import Contents, write_bundle
from app.audit.checkpoints import Checkpoint, cosign, sign_checkpoint
from app.audit.cover import Cover, Profile, export_key_name
from app.audit.entries import BLOCKS, Entry, canonical, commitment, make_entry
from app.audit.notes import KeyType, SecretKey, sign_note
from app.audit.promises import Promise, promise_key_name, sign_promise
from app.audit.tiles import entry_bundles_of_range, grow, pack_entries
from app.audit.tlog import FindNode, consistency_proof, inclusion_proof, leaf_hash, levels, root_of, subtrees

FOLDER = Path(__file__).parent / "vectors"

ORIGIN = "audit.example.gov/ia/metro-pd"
SIZE = 300
BOARD_STOPS = (200, 300)
STARTED = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
APART = timedelta(seconds=10)

FINDINGS = {125: "failure_to_intervene", 257: "failure_to_report"}

SIZES = (0, 1, 2, 3, 7, 8, 200, 255, 256, 257, 300)


def seed(name: str) -> bytes:
    return sha256(f"upstander test vectors v1: {name}".encode()).digest()


def uuid(name: str) -> str:
    return str(UUID(bytes=seed(name)[:16], version=4))


KEYS = {
    "log": SecretKey(ORIGIN, KeyType.ED25519, seed("log key")),
    "export": SecretKey(export_key_name(ORIGIN), KeyType.ED25519, seed("export key")),
    "promise": SecretKey(promise_key_name(ORIGIN), KeyType.ED25519, seed("promise key")),
    "witness": SecretKey("board.example.org/witness", KeyType.COSIGNATURE, seed("witness key")),
}

POLICY = f"""log {KEYS["log"].public.vkey}
log {KEYS["export"].public.vkey}
log {KEYS["promise"].public.vkey}
witness board {KEYS["witness"].public.vkey}
group outside 1 board
quorum outside
"""


# --- the log --------------------------------------------------------------------------------------------------------


def at(index: int) -> datetime:
    return STARTED + index * APART


def blocks_of(index: int) -> dict[str, dict[str, Any]]:
    """What entry `index` says: a heartbeat at the hour, else a step in the life of one of four cases."""
    what = {"at": at(index).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "app": "0.1.0", "code": "", "out": "ok"}
    if index % 360 == 4:
        return {
            "what": what | {"kind": "heartbeat", "req": ""},
            "who": {"actor": "service", "role": "service", "sess": "", "step": None},
            "on": {"agency": uuid("agency"), "type": "none", "id": None, "rev": None, "state": None},
            "of": {},
        }
    which, turn = index % 4, index // 4
    act = turn % 3 == 0  # one act, then two reads of what it left
    on = {"agency": uuid("agency"), "type": "case", "id": uuid(f"case {which}"), "rev": None, "state": None}
    kind: str
    of: dict[str, Any]
    kind, of = "case.read", {"fields": ["roster", "timeline"]}
    if act:
        kind, of = "case.assign", {"office": "investigator", "account": uuid(f"account {turn}")}
        of["reason_sha256"] = seed(f"reason {index}").hex()
        on |= {"rev": turn // 3 + 1, "state": seed(f"state {index}").hex()}
    elif index in FINDINGS:
        kind = "finding.approved"
        of = {name: uuid(f"{name} {index}") for name in ("case", "allegation", "officer")}
        of |= {"duty": FINDINGS[index], "disposition": "sustained", "reason_sha256": seed(f"reason {index}").hex()}
        on |= {"type": "finding", "id": uuid(f"finding {index}"), "rev": 1, "state": seed(f"state {index}").hex()}
    elif index % 50 == 49:
        what["out"] = "denied"
        kind, of = "access.denied", {"right": "case:read", "because": "nothing grants it", "count": 1}
    return {
        "what": what | {"kind": kind, "req": uuid(f"request {index}")},
        "who": {
            "actor": uuid(f"actor {turn % 5}"),
            "role": "commander" if act else "supervisor",
            "sess": seed(f"session {turn % 5}").hex()[:16],
            "step": 12 if act else None,
        },
        "on": on,
        "of": of,
    }


def salts(index: int) -> Callable[[], bytes]:
    drawn: Iterator[bytes] = (seed(f"salt {index} {name}")[:16] for name in BLOCKS)
    return lambda: next(drawn)


def entry(index: int) -> Entry:
    return make_entry(ORIGIN, **blocks_of(index), salt=salts(index))


def is_shown_to_the_board(index: int) -> bool:
    return index % 360 == 4 or index % 4 != 3


def checkpoint(size: int, hashes: list[bytes]) -> str:
    """Signed, and cosigned 15 s after its last entry."""
    note = sign_checkpoint(Checkpoint(ORIGIN, size, root_of(hashes[:size])), [KEYS["log"]])
    seen_at = at(size - 1) + timedelta(seconds=15)
    return note + cosign(note, KEYS["witness"], seen_at=int(seen_at.timestamp()))


def find_in(hashes: list[bytes]) -> FindNode:
    rows = levels(hashes)
    return lambda node: rows[node.level][node.number]


def bundle(entries: list[Entry], start: int, end: int, profile: Profile) -> bytes:
    """The export of entries start..end-1 as the board gets it."""
    hashes = [leaf_hash(one.leaf) for one in entries]
    tiles = {(tile.level, tile.n): content for tile, content in grow({}, 0, hashes)}
    shown = [index for index in range(start, end) if profile is Profile.ALL or is_shown_to_the_board(index)]
    cover = Cover(
        origin=ORIGIN,
        start=start,
        end=end,
        profile=profile,
        purpose="oversight",
        role="oversight",
        made_at=at(end) + timedelta(minutes=1),
    )
    contents = Contents(
        checkpoint=checkpoint(end, hashes),
        previous=checkpoint(start, hashes) if start else None,
        find_tile=lambda level, n: tiles[level, n],
        leaves=(one.leaf for one in entries[cover.first_leaf : end]),
        blocks=((index, entries[index].texts) for index in shown if profile is not Profile.BARE),
        policy=POLICY,
    )
    out = io.BytesIO()
    write_bundle(out, cover, contents, sign=lambda text: sign_note(text, [KEYS["export"]]), words=NullTranslations())
    return out.getvalue()


# --- the files ------------------------------------------------------------------------------------------------------


def b64(raw: bytes) -> str:
    return b64encode(raw).decode()


def entries_file(entries: list[Entry]) -> Any:
    chosen = (0, 1, 2, 3, 49, 299)
    return {
        "note": "texts: the block texts in the order of, on, what, who; commitments: base64url(SHA-256(text)).",
        "origin": ORIGIN,
        "entries": [
            {
                "index": index,
                "salts_hex": {name: seed(f"salt {index} {name}")[:16].hex() for name in BLOCKS},
                "blocks": blocks_of(index),
                "texts": list(entries[index].texts),
                "commitments": [commitment(text) for text in entries[index].texts],
                "leaf": entries[index].leaf.decode(),
                "leaf_hash": b64(leaf_hash(entries[index].leaf)),
            }
            for index in chosen
        ],
    }


def tree_file(entries: list[Entry]) -> Any:
    hashes = [leaf_hash(one.leaf) for one in entries]
    pairs = [(old, new) for old in SIZES for new in SIZES if 0 < old < new]
    places = [(index, size) for size in SIZES for index in {0, size // 2, size - 1} if 0 <= index < size]
    return {
        "note": "leaves: the whole log as text, one leaf each; frontier: subtree roots, largest first.",
        "leaves": [one.leaf.decode() for one in entries],
        "trees": [
            {
                "size": size,
                "root": b64(root_of(hashes[:size])),
                "frontier": [b64(find_in(hashes[:size])(node)) for node in subtrees(0, size)],
            }
            for size in SIZES
        ],
        "inclusion": [
            {"index": index, "size": size, "proof": [*map(b64, inclusion_proof(index, size, find_in(hashes[:size])))]}
            for index, size in sorted(places)
        ],
        "consistency": [
            {"old": old, "new": new, "proof": [*map(b64, consistency_proof(old, new, find_in(hashes[:new])))]}
            for old, new in pairs
        ],
        "tiles_sha256": {tile.path: sha256(content).hexdigest() for tile, content in grow({}, 0, hashes)}
        | {
            one.path: sha256(pack_entries(e.leaf for e in entries[one.n * 256 : one.n * 256 + one.width])).hexdigest()
            for one in entry_bundles_of_range(0, SIZE)
        },
    }


def notes_file(entries: list[Entry]) -> Any:
    hashes = [leaf_hash(one.leaf) for one in entries]
    promise = Promise(ORIGIN, hashes[1], at(1) + timedelta(seconds=60))
    return {
        "keys": {
            name: {"name": key.name, "skey": key.skey, "vkey": key.public.vkey, "key_id": key.public.key_id.hex()}
            for name, key in KEYS.items()
        },
        "policy": POLICY,
        "checkpoints": {str(size): checkpoint(size, hashes) for size in BOARD_STOPS},
        "promise": sign_promise(promise, KEYS["promise"]),
    }


def bundles_file(entries: list[Entry]) -> Any:
    first, second = BOARD_STOPS
    wanted = {
        "board-first": (0, first, Profile.BOARD),
        "board-second": (first, second, Profile.BOARD),
        "all-whole": (0, second, Profile.ALL),
    }
    return {
        "note": "zip_base64: export bundles of one log; board-second joins board-first. policy: to check them by.",
        "policy": POLICY,
        "bundles": {
            name: {
                "from": start,
                "to": end,
                "profile": profile,
                "zip_base64": b64(bundle(entries, start, end, profile)),
            }
            for name, (start, end, profile) in wanted.items()
        },
    }


def make() -> dict[str, Any]:
    """Content of each vector file by name."""
    entries = [entry(index) for index in range(SIZE)]
    return {
        "entries.json": entries_file(entries),
        "tree.json": tree_file(entries),
        "notes.json": notes_file(entries),
        "bundles.json": bundles_file(entries),
    }


def text_of(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name, content in make().items():
        (FOLDER / name).write_text(text_of(content), encoding="utf-8")
        sys.stdout.write(f"{name}: {len(canonical(json.loads(text_of(content))))} bytes\n")
