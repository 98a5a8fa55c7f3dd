"""What of a log is public: its newest signed checkpoint, and tiles and entries up to there. Leaves are blind."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.tiles import ENTRIES, TILE_WIDTH, FindTile, Tile, pack_entries, parse_path, tile_at, tile_holding
from app.audit.tlog import HASH_BYTES, Node
from app.db.session import speak_for
from app.errors import NotFound

FIND_LOG = text("SELECT audit.find_log(:origin)")
NEWEST = text("SELECT size, note FROM audit.checkpoint WHERE agency_id = :agency ORDER BY size DESC LIMIT 1")
TILES = text("""
    SELECT t.level, t.n, t.hashes FROM audit.tile t
    JOIN unnest(CAST(:levels AS smallint[]), CAST(:numbers AS bigint[])) AS wanted (level, n) USING (level, n)
    WHERE t.agency_id = :agency
""")
LEAVES = text("SELECT audit.leaves(:first, :amount)")
SLUG = re.compile(r"[a-z0-9-]{1,60}")


@dataclass(eq=False)
class NoSuchLog(NotFound):
    """No log of that name is kept here, or nothing of it is signed yet."""


@dataclass(frozen=True)
class Published:
    """A log up to its newest signed checkpoint."""

    agency_id: uuid.UUID
    origin: str
    size: int
    note: str


async def published_log(tx: AsyncSession, origin: str) -> Published:
    """The log of that name; the transaction speaks for its agency from here on. Raises NoSuchLog."""
    agency_id = await tx.scalar(FIND_LOG, {"origin": origin}) if "\0" not in origin else None
    if agency_id is None:
        raise NoSuchLog
    await speak_for(tx, agency_id)
    newest: Row[tuple[int, str]] | None = (await tx.execute(NEWEST, {"agency": agency_id})).one_or_none()
    if newest is None:
        raise NoSuchLog
    return Published(agency_id, origin, newest.size, newest.note)


async def published_tile(tx: AsyncSession, log: Published, path: str) -> tuple[Tile, bytes]:
    """A tile or entry bundle by its C2SP path, no wider than what is signed. Raises NotFound."""
    tile = parse_path(path)
    if tile is None:
        raise NotFound
    try:
        widest = tile_at(tile.level, tile.n, log.size).width
    except ValueError:
        raise NotFound from None
    if tile.width > widest:
        raise NotFound
    if tile.level == ENTRIES:
        leaves = list(await tx.scalars(LEAVES, {"first": tile.n * TILE_WIDTH, "amount": tile.width}))
        content, whole = pack_entries(leaves), len(leaves) == tile.width
    else:
        stored = (await _tiles(tx, log.agency_id, [(tile.level, tile.n)])).get((tile.level, tile.n), b"")
        content, whole = stored[: tile.width * HASH_BYTES], len(stored) >= tile.width * HASH_BYTES
    if not whole:
        raise NotFound
    return tile, content


async def tiles_of(tx: AsyncSession, log: Published, parts: list[list[Node]]) -> FindTile:
    """Brings the tiles that a proof needs in one query, for finding nodes in."""
    tiles = await _tiles(tx, log.agency_id, sorted({tile_holding(node) for part in parts for node in part}))

    def find(level: int, n: int) -> bytes:
        return tiles.get((level, n), b"")

    return find


async def _tiles(tx: AsyncSession, agency_id: uuid.UUID, wanted: list[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    found = await tx.execute(
        TILES, {"agency": agency_id, "levels": [level for level, _ in wanted], "numbers": [n for _, n in wanted]}
    )
    return {(row.level, row.n): row.hashes for row in found}
