"""Gives entries their index: empties `pending` in order, without a lock that any writer would wait for.

A queue that is emptied by deletion cannot skip: what committed stays in it until it is numbered. Whatever happens to
this process, a tick is done as a whole or not at all, so any number of sequencers may run and be killed.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.audit.log import record
from app.audit.tiles import MOST_LEVELS, TILE_WIDTH, Tile, grow, hashes_at
from app.audit.tlog import Frontier, leaf_hash
from app.db.session import SET_AGENCY, Sessions, speak_for

MOST_AT_ONCE = 5_000
"""Entries of one tick: about 0.2 s of work, so that no other sequencer waits long for its turn."""


@dataclass(eq=False)
class RecordDamaged(Exception):
    """What is to be numbered does not fit what stands; only someone past every fence could have done that."""

    agency_id: uuid.UUID
    what: str


# Steps from agency to agency along the index: the cost follows the logs that wait, not the entries or logs there are.
WAITING = text("""
    WITH RECURSIVE waiting AS (
        (SELECT agency_id FROM audit.pending ORDER BY agency_id LIMIT 1)
        UNION ALL
        SELECT (SELECT p.agency_id FROM audit.pending p WHERE p.agency_id > w.agency_id ORDER BY p.agency_id LIMIT 1)
        FROM waiting w WHERE w.agency_id IS NOT NULL
    )
    SELECT agency_id FROM waiting WHERE agency_id IS NOT NULL
""")
MY_TURN = text("SELECT pg_try_advisory_xact_lock(hashtextextended(CAST(:agency AS text), 26))")
HEAD = text("SELECT size, frontier FROM audit.head WHERE agency_id = :agency FOR UPDATE")
TAKE = text("""
    WITH taken AS (
        DELETE FROM audit.pending p USING (
            SELECT xid, ord FROM audit.pending WHERE agency_id = :agency ORDER BY xid, ord LIMIT :most
        ) AS next
        WHERE p.agency_id = :agency AND p.xid = next.xid AND p.ord = next.ord
        RETURNING p.xid, p.ord, p.event_id
    )
    SELECT t.event_id, e.leaf FROM taken t LEFT JOIN audit.event e ON e.event_id = t.event_id AND e.agency_id = :agency
    ORDER BY t.xid, t.ord
""")
EDGE = text("""
    SELECT t.level, t.hashes FROM audit.tile t
    JOIN unnest(CAST(:levels AS smallint[]), CAST(:numbers AS bigint[])) AS edge (level, n) USING (level, n)
    WHERE t.agency_id = :agency
""")
ENTER = text("""
    INSERT INTO audit.entry (agency_id, idx, event_id, leaf_hash)
    SELECT :agency, :size + place - 1, event_id, leaf_hash
    FROM unnest(CAST(:events AS uuid[]), CAST(:hashes AS bytea[])) WITH ORDINALITY AS e (event_id, leaf_hash, place)
""")
TILES = text("""
    INSERT INTO audit.tile (agency_id, level, n, hashes)
    SELECT :agency, t.level, t.n, t.hashes
    FROM unnest(CAST(:levels AS smallint[]), CAST(:numbers AS bigint[]), CAST(:hashes AS bytea[]))
        AS t (level, n, hashes)
    ON CONFLICT (agency_id, level, n) DO UPDATE SET hashes = excluded.hashes
""")
GROW_HEAD = text("""
    UPDATE audit.head SET size = :size, frontier = CAST(:frontier AS bytea[]), root = :root WHERE agency_id = :agency
""")


async def number_all(engine: AsyncEngine) -> int:
    """Number everything that waits in every log; gives how many entries. Raises RecordDamaged after all others."""
    async with engine.connect() as connection:
        waiting = list(await connection.scalars(WAITING))
    numbered, damaged = 0, None
    for agency_id in waiting:
        amount = MOST_AT_ONCE
        while amount == MOST_AT_ONCE:
            try:
                amount = await number_next(engine, agency_id)
            except RecordDamaged as found:
                damaged = found
                break
            numbered += amount
    if damaged is not None:
        raise damaged
    return numbered


async def number_next(engine: AsyncEngine, agency_id: uuid.UUID, most: int = MOST_AT_ONCE) -> int:
    """One tick for one log, in one transaction of role `log`; 0 where nothing waits or another sequencer is at it."""
    async with engine.begin() as tx:
        await tx.execute(SET_AGENCY, {"agency": str(agency_id)})
        if not await tx.scalar(MY_TURN, {"agency": str(agency_id)}):
            return 0
        head = (await tx.execute(HEAD, {"agency": agency_id})).one_or_none()
        if head is None:
            raise RecordDamaged(agency_id, "no head")
        taken = (await tx.execute(TAKE, {"agency": agency_id, "most": most})).all()
        if taken:
            await _enter(tx, agency_id, head, taken)
        return len(taken)


async def _enter(
    tx: AsyncConnection,
    agency_id: uuid.UUID,
    head: Row[tuple[int, list[bytes]]],
    taken: Sequence[Row[tuple[uuid.UUID, bytes]]],
) -> None:
    if any(row.leaf is None for row in taken):
        raise RecordDamaged(agency_id, "a pending entry has no event")
    hashes = [leaf_hash(row.leaf) for row in taken]
    try:
        frontier = Frontier(head.size, head.frontier)
        tiles = grow(await _edge(tx, agency_id, head.size), head.size, hashes)
    except (ValueError, KeyError) as error:
        raise RecordDamaged(agency_id, "head and tiles do not fit") from error
    frontier.push(hashes)
    await tx.execute(
        ENTER, {"agency": agency_id, "size": head.size, "events": [row.event_id for row in taken], "hashes": hashes}
    )
    await _write_tiles(tx, agency_id, tiles)
    await tx.execute(
        GROW_HEAD,
        {"agency": agency_id, "size": frontier.size, "frontier": list(frontier.hashes), "root": frontier.root()},
    )


async def _edge(tx: AsyncConnection, agency_id: uuid.UUID, size: int) -> dict[int, bytes]:
    """The partial tile of each level that has one."""
    partial = {
        level: hashes_at(level, size) // TILE_WIDTH
        for level in range(MOST_LEVELS)
        if hashes_at(level, size) % TILE_WIDTH
    }
    found = await tx.execute(EDGE, {"agency": agency_id, "levels": list(partial), "numbers": list(partial.values())})
    return {row.level: row.hashes for row in found}


async def _write_tiles(tx: AsyncConnection, agency_id: uuid.UUID, tiles: Sequence[tuple[Tile, bytes]]) -> None:
    await tx.execute(
        TILES,
        {
            "agency": agency_id,
            "levels": [tile.level for tile, _ in tiles],
            "numbers": [tile.n for tile, _ in tiles],
            "hashes": [hashes for _, hashes in tiles],
        },
    )


# --- heartbeats -----------------------------------------------------------------------------------------------------

SILENT = text("SELECT agency_id FROM audit.head WHERE beat_at IS NULL OR beat_at <= now() - interval '1 hour'")
MY_BEAT = text("""
    UPDATE audit.head SET beat_at = now()
    WHERE agency_id = :agency AND (beat_at IS NULL OR beat_at <= now() - interval '1 hour')
""")


async def beat_all(sessions: Sessions) -> int:
    """Append the hourly heartbeat to every log that is due, so that silence is a claim too; gives how many."""
    async with sessions() as tx:
        silent = list(await tx.scalars(SILENT))
    beaten = 0
    for agency_id in silent:
        async with sessions.begin() as tx:
            await speak_for(tx, agency_id)
            done = await tx.execute(MY_BEAT, {"agency": agency_id})
            if done.rowcount:  # type: ignore[attr-defined]
                record(tx, "heartbeat", ("none", None))
                beaten += 1
    return beaten
