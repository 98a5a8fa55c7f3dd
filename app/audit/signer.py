"""Signs checkpoints, exports and promises: a process of its own, with keys and a memory that no other process has.

It signs a tree only after growing it, leaf by leaf, from the one it signed last. A smaller or another tree is refused
and said loudly, whoever restored or rewrote what; so it is the first witness of its own log.
"""

from __future__ import annotations

import json
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.audit.checkpoints import Checkpoint, sign_checkpoint
from app.audit.cover import FORMAT as BUNDLE_FORMAT
from app.audit.keys import KeysMissing, LogKeys, load_keys
from app.audit.last_signed import LastSigned, StateLost, read_state, write_state
from app.audit.notes import encode_base64, sign_note
from app.audit.promises import MERGES_WITHIN, Promise, sign_promise
from app.audit.tiles import nodes_from, tile_holding
from app.audit.tlog import HASH_BYTES, consistency_holds, consistency_parts, consistency_proof, leaf_hash
from app.db.session import SET_AGENCY

AT_ONCE = 5_000
"""Leaves that are read and hashed at a time, so that memory stays flat however long the backlog is."""
BEHIND = timedelta(seconds=30)
"""Older than this, what waits says that nobody numbers: no promise is given then that may be broken."""
MOST_WATCHED = 10_000

HEADS = text("SELECT l.agency_id, l.origin, h.size, h.root FROM audit.log l JOIN audit.head h USING (agency_id)")
LEAVES = text("""
    SELECT x.idx, x.leaf_hash, e.leaf FROM audit.entry x
    LEFT JOIN audit.event e ON e.event_id = x.event_id AND e.agency_id = :agency
    WHERE x.agency_id = :agency AND x.idx >= :first AND x.idx < :end ORDER BY x.idx
""")
TILES = text("""
    SELECT t.level, t.n, t.hashes FROM audit.tile t
    JOIN unnest(CAST(:levels AS smallint[]), CAST(:numbers AS bigint[])) AS wanted (level, n) USING (level, n)
    WHERE t.agency_id = :agency
""")
PUBLISHED = text("SELECT note FROM audit.checkpoint WHERE agency_id = :agency AND size = :size")
LARGER = text("SELECT max(size) FROM audit.checkpoint WHERE agency_id = :agency")
PUBLISH = text("INSERT INTO audit.checkpoint (agency_id, size, note) VALUES (:agency, :size, :note)")
NUMBERED = text("SELECT 1 FROM audit.entry WHERE agency_id = :agency AND leaf_hash = :hash LIMIT 1")
KNOWN = text("""
    SELECT EXISTS (SELECT 1 FROM audit.entry WHERE agency_id = :agency AND leaf_hash = :hash) AS numbered,
           coalesce(bool_or(sha256('\\x00'::bytea || e.leaf) = :hash), false) AS waits,
           min(e.stored_at) AS oldest
    FROM audit.pending p JOIN audit.event e USING (event_id) WHERE p.agency_id = :agency
""")

log = structlog.get_logger()


@dataclass(eq=False)
class Refused(Exception):
    """Something may not be signed; `why` is one word for the log and for whoever asked."""

    why: str


@dataclass(frozen=True)
class Watched:
    """A promise that was given, until the leaf is found numbered."""

    agency_id: uuid.UUID
    leaf_hash: bytes
    merge_before: datetime


@dataclass
class Signer:
    """The keys, the memory and the database connection (role `signer`) of the signing process."""

    engine: AsyncEngine
    keys_folder: Path
    state_folder: Path
    refused: dict[uuid.UUID, str] = field(default_factory=dict)
    """Logs that are not signed at present, and why."""
    settled: dict[uuid.UUID, tuple[int, bytes]] = field(default_factory=dict)
    """Heads that were signed and published: what has not moved costs nothing."""
    watched: deque[Watched] = field(default_factory=lambda: deque(maxlen=MOST_WATCHED))

    async def beat(self) -> int:
        """Look at every log once, sign what has grown, refuse what has not grown out of what was signed."""
        async with self.engine.connect() as connection:
            heads = (await connection.execute(HEADS)).all()
        signed = 0
        for head in heads:
            try:
                signed += await self._attend(head)
                self.refused.pop(head.agency_id, None)
            except Refused as refused:
                self.refused[head.agency_id] = refused.why
                log.error("signer.refused", agency=str(head.agency_id), what=refused.why, size=head.size)
        await self._watch()
        return signed

    def health(self) -> dict[str, Any]:
        return {"ok": True, "refused": {str(agency_id): why for agency_id, why in self.refused.items()}}

    # --- checkpoints ------------------------------------------------------------------------------------------------

    async def _attend(self, head: Row[Any]) -> bool:
        """Sign a log that has grown. Raises Refused."""
        agency_id = head.agency_id
        if self.settled.get(agency_id) == (head.size, head.root):
            return False
        if head.size == 0 and not (self.keys_folder / str(agency_id)).exists():
            return False  # a log that nobody wrote to yet needs no keys
        keys, last = self._own(agency_id, head.origin)
        if head.size < last.size:
            raise Refused("smaller")
        if head.size == last.size and head.root != last.root:
            raise Refused("forked")
        if head.size > last.size:
            last = await self._sign(agency_id, head, keys, last)
        published = await self._publish(agency_id, last)
        self.settled[agency_id] = (last.size, last.root)
        return published

    def _own(self, agency_id: uuid.UUID, origin: str) -> tuple[LogKeys, LastSigned]:
        try:
            return load_keys(self.keys_folder, agency_id, origin), read_state(self.state_folder, agency_id)
        except KeysMissing:
            raise Refused("no-keys") from None
        except StateLost:
            raise Refused("no-state") from None

    async def _sign(self, agency_id: uuid.UUID, head: Row[Any], keys: LogKeys, last: LastSigned) -> LastSigned:
        tree = last.tree()
        async with self.engine.connect() as connection:
            tx = await connection.execution_options(isolation_level="REPEATABLE READ")
            await tx.execute(SET_AGENCY, {"agency": str(agency_id)})
            for first in range(last.size, head.size, AT_ONCE):
                tree.push(await _leaf_hashes(tx, agency_id, first, min(first + AT_ONCE, head.size)))
            root = tree.root()
            if root != head.root or not await _tiles_agree(tx, agency_id, last, head.size, root):
                raise Refused("forked")
        note = sign_checkpoint(Checkpoint(head.origin, head.size, root), keys.log)
        signed = LastSigned(head.size, tree.hashes, root, note)
        write_state(self.state_folder, agency_id, signed)
        return signed

    async def _publish(self, agency_id: uuid.UUID, last: LastSigned) -> bool:
        """Insert the checkpoint, unless it is there; also after a stop between the state file and the insert."""
        if last.note is None:
            return False
        async with self.engine.begin() as tx:
            await tx.execute(SET_AGENCY, {"agency": str(agency_id)})
            if (await tx.scalar(LARGER, {"agency": agency_id}) or 0) > last.size:
                raise Refused("state-older")  # a restored folder, or a second signer with another one
            published = await tx.scalar(PUBLISHED, {"agency": agency_id, "size": last.size})
            if published is None:
                await tx.execute(PUBLISH, {"agency": agency_id, "size": last.size, "note": last.note})
            return published is None

    # --- promises ---------------------------------------------------------------------------------------------------

    async def promise(self, agency_id: uuid.UUID, hash_of_leaf: bytes) -> str:
        """A signed promise for a leaf that waits or is numbered. Raises Refused."""
        if agency_id in self.refused:
            raise Refused("log-refused")
        origin = await self._origin(agency_id)
        keys, _ = self._own(agency_id, origin)
        now = datetime.now(UTC)
        async with self.engine.begin() as tx:
            await tx.execute(SET_AGENCY, {"agency": str(agency_id)})
            known = (await tx.execute(KNOWN, {"agency": agency_id, "hash": hash_of_leaf})).one()
        if not known.numbered and not known.waits:
            raise Refused("unknown-leaf")
        if not known.numbered and now - known.oldest > BEHIND:
            raise Refused("behind")
        promise = Promise(origin, hash_of_leaf, (now + MERGES_WITHIN).replace(microsecond=0))
        if not known.numbered:
            self.watched.append(Watched(agency_id, hash_of_leaf, promise.merge_before))
        return sign_promise(promise, keys.promise)

    async def _watch(self) -> None:
        """Say loudly where a promise was broken: a durable entry vanished before it was numbered."""
        now = datetime.now(UTC)
        while self.watched and self.watched[0].merge_before < now:
            due = self.watched[0]
            async with self.engine.begin() as tx:
                await tx.execute(SET_AGENCY, {"agency": str(due.agency_id)})
                numbered = await tx.scalar(NUMBERED, {"agency": due.agency_id, "hash": due.leaf_hash})
            if not numbered:
                log.error("signer.promise_broken", agency=str(due.agency_id))
            self.watched.popleft()

    # --- exports ----------------------------------------------------------------------------------------------------

    async def export_note(self, agency_id: uuid.UUID, manifest_sha256: bytes) -> str:
        """The note over an export's manifest. Raises Refused."""
        origin = await self._origin(agency_id)
        keys, _ = self._own(agency_id, origin)
        return sign_note(f"{BUNDLE_FORMAT}\n{origin}\n{encode_base64(manifest_sha256)}\n", [keys.export])

    async def _origin(self, agency_id: uuid.UUID) -> str:
        async with self.engine.connect() as connection:
            found = text("SELECT origin FROM audit.log WHERE agency_id = :agency")
            origin = await connection.scalar(found, {"agency": agency_id})
        if origin is None:
            raise Refused("unknown-log")
        return str(origin)

    # --- one line in, one line out ----------------------------------------------------------------------------------

    async def answer(self, line: bytes) -> dict[str, Any]:
        """The answer to one request of the socket; whatever is asked, it is a JSON object."""
        try:
            asked = json.loads(line)
            if asked["ask"] == "health":
                return self.health()
            agency_id, digest = uuid.UUID(asked["agency"]), bytes.fromhex(asked["sha256"])
            if len(digest) != HASH_BYTES:
                raise ValueError
            sign = {"promise": self.promise, "export": self.export_note}[asked["ask"]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {"ok": False, "why": "malformed"}
        try:
            return {"ok": True, "note": await sign(agency_id, digest)}
        except Refused as refused:
            return {"ok": False, "why": refused.why}


async def _leaf_hashes(tx: AsyncConnection, agency_id: uuid.UUID, first: int, end: int) -> list[bytes]:
    """Hashes of entries first..end-1, from the leaves themselves. Raises Refused where one is missing or changed."""
    rows = (await tx.execute(LEAVES, {"agency": agency_id, "first": first, "end": end})).all()
    if [row.idx for row in rows] != list(range(first, end)):
        raise Refused("entries-missing")
    hashes = [leaf_hash(row.leaf) if row.leaf is not None else b"" for row in rows]
    if hashes != [row.leaf_hash for row in rows]:
        raise Refused("leaf-changed")
    return hashes


async def _tiles_agree(tx: AsyncConnection, agency_id: uuid.UUID, last: LastSigned, size: int, root: bytes) -> bool:
    """Whether the tiles, from which others get their proofs, prove the new tree consistent with the signed one."""
    if last.size == 0:
        return True
    wanted = sorted({tile_holding(node) for part in consistency_parts(last.size, size) for node in part})
    found = await tx.execute(
        TILES,
        {"agency": agency_id, "levels": [level for level, _ in wanted], "numbers": [n for _, n in wanted]},
    )
    tiles = {(row.level, row.n): row.hashes for row in found}
    try:
        proof = consistency_proof(last.size, size, nodes_from(lambda level, n: tiles[level, n]))
    except (KeyError, ValueError):
        return False
    return consistency_holds(last.size, size, last.root, root, proof)
