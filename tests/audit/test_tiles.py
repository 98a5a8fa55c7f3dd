"""Tiles: cutting, naming, growing and reading them, and entry bundles."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.audit.tiles import (
    ENTRIES,
    TILE_WIDTH,
    Tile,
    entry_bundles_of_range,
    grow,
    hashes_at,
    node_in_tile,
    nodes_from,
    pack_entries,
    parse_path,
    split_hashes,
    tile_at,
    tiles_of_range,
    tiles_of_size,
    unpack_entries,
)
from app.audit.tlog import Node, fold, leaf_hash, levels, subtrees

MANY = 70_000
HASHES = [leaf_hash(at.to_bytes(4, "big")) for at in range(MANY)]
ROWS = levels(HASHES)

tiles = st.builds(Tile, st.integers(-1, 7), st.integers(0, 2**55 - 1), st.integers(1, 256))


class TestPaths:
    @given(tiles)
    def test_a_path_names_one_tile_and_a_tile_has_one_path(self, tile: Tile) -> None:
        assert parse_path(tile.path) == tile

    @given(st.text("tile/0123456789entriesxp.", max_size=40) | st.text(max_size=20))
    def test_what_parses_is_written_the_same_way(self, path: str) -> None:
        tile = parse_path(path)
        assert tile is None or tile.path == path

    @pytest.mark.parametrize(
        "path",
        [
            "tile/00/000",
            "tile/8/000",
            "tile/0/00",
            "tile/0/0000",
            "tile/0/x000/001",
            "tile/0/001/002",
            "tile/0/x001/x002",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/entries/000.p/257",
            "tile/data/000",
            "/tile/0/000",
            "tile/0/000/",
            "tile/0/\u0661\u0662\u0663",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        ],
    )
    def test_any_other_way_to_write_it_is_refused(self, path: str) -> None:
        assert parse_path(path) is None


class TestWhichTiles:
    @pytest.mark.parametrize("size", [1, 255, 256, 257, 65_535, 65_536, 65_537, MANY])
    def test_a_whole_tree_has_every_hash_of_every_level_once(self, size: int) -> None:
        for level in range(4):
            assert sum(tile.width for tile in tiles_of_size(size) if tile.level == level) == hashes_at(level, size)

    def test_an_empty_tree_has_no_tile(self) -> None:
        assert list(tiles_of_size(0)) == []
        with pytest.raises(ValueError, match="no such tile"):
            tile_at(0, 0, 0)

    @given(st.integers(0, MANY), st.integers(0, MANY))
    @example(65_538, 65_541)  # the last tile of level 1 is full and lies before the range: the root needs level 2
    def test_a_range_has_what_covers_it_and_every_partial_tile(self, one: int, other: int) -> None:
        start, end = sorted((one, other))
        chosen = set(tiles_of_range(start, end))
        for tile in tiles_of_size(end):
            ends_at = (tile.n * TILE_WIDTH + tile.width) * TILE_WIDTH**tile.level
            covers = ends_at > start and start < end
            is_edge = tile.level > 0 and tile.width < TILE_WIDTH
            assert (tile in chosen) == (covers or is_edge), tile
        assert chosen <= set(tiles_of_size(end))
        if start < end:
            assert {tile.n for tile in chosen if tile.level == 0} == {
                at // TILE_WIDTH for at in (*range(start, end, TILE_WIDTH), end - 1)
            }
            assert [bundle.n for bundle in entry_bundles_of_range(start, end)] == sorted(
                tile.n for tile in chosen if tile.level == 0
            )
        else:
            assert list(entry_bundles_of_range(start, end)) == []


class TestGrowing:
    @given(st.lists(st.integers(1, 700), max_size=8))
    @settings(deadline=None)
    def test_in_any_steps_it_gives_the_same_tiles(self, steps: list[int]) -> None:
        held: dict[tuple[int, int], bytes] = {}
        size = 0
        for step in steps:
            edge = {
                level: held[level, hashes_at(level, size) // TILE_WIDTH]
                for level in range(3)
                if hashes_at(level, size) % TILE_WIDTH
            }
            for tile, content in grow(edge, size, HASHES[size : size + step]):
                assert len(content) == tile.width * 32
                held[tile.level, tile.n] = content
            size += step
        assert {Tile(level, n, len(content) // 32) for (level, n), content in held.items()} == set(tiles_of_size(size))
        for (level, n), content in held.items():
            first = n * TILE_WIDTH
            assert split_hashes(content) == ROWS[level * 8][first : first + len(content) // 32]

    def test_an_edge_that_does_not_fit_is_refused(self) -> None:
        with pytest.raises(ValueError, match="edge"):
            grow({0: HASHES[0]}, 2, HASHES[2:3])


class TestReading:
    def test_any_node_is_found_in_its_tile(self) -> None:
        held = {(tile.level, tile.n): content for tile, content in grow({}, 0, HASHES)}
        asked: list[tuple[int, int]] = []

        def find_tile(level: int, n: int) -> bytes:
            asked.append((level, n))
            return held[level, n]

        find = nodes_from(find_tile)
        for level, row in enumerate(ROWS):
            for number in {0, len(row) // 2, len(row) - 1}:
                assert find(Node(level, number)) == row[number]
        assert len(asked) == len(set(asked))
        assert fold([find(node) for node in subtrees(0, MANY)]) == fold(
            [ROWS[node.level][node.number] for node in subtrees(0, MANY)]
        )

    def test_a_tile_that_is_too_narrow_is_refused(self) -> None:
        with pytest.raises(ValueError, match="reach"):
            node_in_tile(Node(1, 1), b"".join(HASHES[:3]))


class TestEntryBundles:
    @given(st.lists(st.binary(max_size=300), max_size=256))
    def test_what_is_packed_is_unpacked(self, leaves: list[bytes]) -> None:
        assert unpack_entries(pack_entries(leaves)) == leaves

    @given(st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=5), st.data())
    def test_one_that_is_cut_off_is_refused(self, leaves: list[bytes], data: st.DataObject) -> None:
        packed = pack_entries(leaves)
        ends = {sum(len(leaf) + 2 for leaf in leaves[:count]) for count in range(len(leaves))}
        cut = data.draw(st.sampled_from([at for at in range(len(packed)) if at not in ends]))
        with pytest.raises(ValueError, match="bundle"):
            unpack_entries(packed[:cut])

    def test_more_than_256_or_too_long_is_refused(self) -> None:
        assert unpack_entries(pack_entries([b"x" * 65_535])) == [b"x" * 65_535]
        with pytest.raises(ValueError, match="bundle"):
            unpack_entries(pack_entries([b""] * 257))
        with pytest.raises(ValueError, match="bundle"):
            pack_entries([b"x" * 65_536])

    def test_they_are_named_beside_the_tiles(self) -> None:
        assert Tile(ENTRIES, 1234067, 7).path == "tile/entries/x001/x234/067.p/7"
