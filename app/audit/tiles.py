"""Tiles: the hashes of a log in pieces of 256, and its entries in bundles of 256 (C2SP tlog-tiles).

Tile (L, N) holds the hashes of the perfect subtrees of 256^L leaves, from number N * 256 on. A full tile never changes;
a partial one is named with its width, so it never changes under its name either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.audit.tlog import HASH_BYTES, MOST_ENTRIES, FindNode, Node, next_level

TILE_WIDTH = 256
TILE_BITS = 8
MOST_LEVELS = 8  # 256^8 is more than any size
MOST_ENTRY_BYTES = 0xFFFF  # the length prefix has two bytes

ENTRIES = -1
"""The level under which entry bundles run: they are cut like the tiles of level 0."""

_PATH = re.compile(r"tile/([0-9]{1,2}|entries)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, order=True)
class Tile:
    """One tile (level 0 and up) or entry bundle (level `ENTRIES`); width 1 to 256, full at 256."""

    level: int
    n: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Its name in a tile directory, `tile/<level>/<x001/x234/067>[.p/<width>]`."""
        kind = "entries" if self.level == ENTRIES else str(self.level)
        part = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{kind}/{index_path(self.n)}{part}"


def index_path(n: int) -> str:
    """A tile's number in groups of three digits, all but the last marked x: 1234067 is `x001/x234/067`."""
    groups = [f"{n % 1000:03d}"]
    while n := n // 1000:
        groups.insert(0, f"x{n % 1000:03d}")
    return "/".join(groups)


def parse_path(path: str) -> Tile | None:
    """The tile that a path names, or None where it is not exactly the one path of a tile."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    kind, groups, width = found.groups()
    n = int(groups.replace("x", "").replace("/", ""))
    tile = Tile(ENTRIES if kind == "entries" else int(kind), n, int(width or TILE_WIDTH))
    if tile.level >= MOST_LEVELS or n > MOST_ENTRIES >> TILE_BITS or tile.width > TILE_WIDTH:
        return None
    return tile if tile.path == path else None  # of several ways to write it, one counts


# --- which tiles ----------------------------------------------------------------------------------------------------


def hashes_at(level: int, size: int) -> int:
    """How many hashes a tree of that size has at a tile level: its complete subtrees of 256^level leaves."""
    return size >> (TILE_BITS * max(level, 0))


def tile_at(level: int, n: int, size: int) -> Tile:
    """Tile n of a level as it stands in a tree of that size. Raises ValueError where that tree has none."""
    width = min(TILE_WIDTH, hashes_at(level, size) - n * TILE_WIDTH)
    if n < 0 or width < 1:
        raise ValueError("the tree has no such tile")
    return Tile(level, n, width)


def tiles_of_size(size: int) -> Iterator[Tile]:
    """Every hash tile of a tree, level by level."""
    return tiles_of_range(0, size)


def tiles_of_range(start: int, end: int) -> Iterator[Tile]:
    """The hash tiles that an export of entries start..end-1 carries, as they stand at size `end`.

    Level 0: all that touch the range. Above: from the tile in which the next hash after size `start` goes to the last,
    that is all that hold a hash over an entry of the range, and every partial one, of which the root is made. From
    start 0 that is the whole tree.
    """
    for level in range(MOST_LEVELS):
        count = hashes_at(level, end)
        if count == 0:
            return
        if level == 0 and start == end:
            continue
        first = hashes_at(level, start) // TILE_WIDTH
        for n in range(first, (count - 1) // TILE_WIDTH + 1):
            yield tile_at(level, n, end)


def entry_bundles_of_range(start: int, end: int) -> Iterator[Tile]:
    """The entry bundles that touch entries start..end-1, as they stand at size `end`."""
    if start < end:
        for n in range(start // TILE_WIDTH, (end - 1) // TILE_WIDTH + 1):
            yield tile_at(ENTRIES, n, end)


# --- hashes in tiles ------------------------------------------------------------------------------------------------

FindTile = Callable[[int, int], bytes]
"""(level, n) to the tile's hashes, one after the other; it may be wider than was asked for, since a tile only grows."""


def tile_holding(node: Node) -> tuple[int, int]:
    """(level, n) of the tile from which the hash of a node is read or computed."""
    level, rest = divmod(node.level, TILE_BITS)
    return level, (node.number << rest) // TILE_WIDTH


def node_in_tile(node: Node, hashes: bytes) -> bytes:
    """The hash of a node, from the hashes of the tile that holds it. Raises ValueError where the tile is too narrow."""
    rest = node.level % TILE_BITS
    first = (node.number << rest) % TILE_WIDTH
    row = split_hashes(hashes[first * HASH_BYTES : (first + (1 << rest)) * HASH_BYTES])
    if len(row) != 1 << rest:
        raise ValueError("the tile does not reach that far")
    while len(row) > 1:
        row = next_level(row)
    return row[0]


def nodes_from(find_tile: FindTile) -> FindNode:
    """Reads nodes out of tiles, keeping each tile it was given for the next question."""
    kept: dict[tuple[int, int], bytes] = {}

    def find(node: Node) -> bytes:
        where = tile_holding(node)
        if where not in kept:
            kept[where] = find_tile(*where)
        return node_in_tile(node, kept[where])

    return find


def grow(edge: Mapping[int, bytes], size: int, leaf_hashes: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
    """The tiles that change when leaf hashes are appended to a tree of that size, with their new hashes.

    `edge` holds the hashes of the partial tile of each level that has one (for size 0: none).
    """
    changed: list[tuple[Tile, bytes]] = []
    added = list(leaf_hashes)
    for level in range(MOST_LEVELS):
        if not added:
            break
        n, filled = divmod(hashes_at(level, size), TILE_WIDTH)
        row = split_hashes(edge[level]) if filled else []
        if len(row) != filled:
            raise ValueError("the edge does not fit the size")
        row += added
        added = []
        for first in range(0, len(row), TILE_WIDTH):
            piece = row[first : first + TILE_WIDTH]
            changed.append((Tile(level, n + first // TILE_WIDTH, len(piece)), b"".join(piece)))
            if len(piece) == TILE_WIDTH:
                added.append(_root_of_full(piece))
    return changed


def split_hashes(hashes: bytes) -> list[bytes]:
    """The hashes of a tile one by one."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def _root_of_full(row: list[bytes]) -> bytes:
    while len(row) > 1:
        row = next_level(row)
    return row[0]


# --- entry bundles --------------------------------------------------------------------------------------------------


def pack_entries(leaves: Iterable[bytes]) -> bytes:
    """An entry bundle: each leaf after its length in two bytes, big end first."""
    parts: list[bytes] = []
    for leaf in leaves:
        if len(leaf) > MOST_ENTRY_BYTES:
            raise ValueError("too long for an entry bundle")
        parts += (len(leaf).to_bytes(2, "big"), leaf)
    return b"".join(parts)


def unpack_entries(packed: bytes) -> list[bytes]:
    """The leaves of an entry bundle. Raises ValueError where it is cut off or holds more than 256."""
    leaves: list[bytes] = []
    at = 0
    while at < len(packed):
        begin = at + 2
        at = begin + int.from_bytes(packed[at:begin], "big")
        if begin > len(packed) or at > len(packed) or len(leaves) == TILE_WIDTH:
            raise ValueError("not an entry bundle")
        leaves.append(packed[begin:at])
    return leaves
