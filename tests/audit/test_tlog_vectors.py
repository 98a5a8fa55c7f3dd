"""The tree, tiles and canonical JSON against vectors that others published."""

from __future__ import annotations

import json
import struct
from base64 import b64decode
from typing import Any

import pytest
import rfc8785

from app.audit.checkpoints import open_checkpoint
from app.audit.entries import UnfitEntryError, canonical, commitment
from app.audit.notes import PublicKey
from app.audit.tiles import (
    TILE_WIDTH,
    entry_bundles_of_range,
    grow,
    index_path,
    node_in_tile,
    nodes_from,
    pack_entries,
    parse_path,
    split_hashes,
    tile_holding,
    tiles_of_size,
    unpack_entries,
)
from app.audit.tlog import (
    EMPTY_ROOT,
    Frontier,
    Node,
    consistency_holds,
    consistency_proof,
    fold,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
    levels,
    node_hash,
    root_of,
    subtrees,
)
from tests.shared import needs_shared, shared_vectors

pytestmark = needs_shared


def steps(proof: list[str] | None) -> list[bytes]:
    return [b64decode(step) for step in proof or []]


class TestHashes:
    """RFC 6962 section 2.1, on the eight-leaf reference tree."""

    def test_leaf_node_and_empty_hash(self) -> None:
        for case in shared_vectors("rfc6962/tree8.json")["hashes"]:
            if "leaf_hex" in case:
                found = leaf_hash(bytes.fromhex(case["leaf_hex"]))
            elif "left_hex" in case:
                found = node_hash(bytes.fromhex(case["left_hex"]), bytes.fromhex(case["right_hex"]))
            else:
                found = EMPTY_ROOT
            assert found.hex() == case["want"], case["desc"]

    def test_every_subtree_and_every_root(self) -> None:
        tree = shared_vectors("rfc6962/tree8.json")
        hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in tree["leaf_inputs_hex"]]
        assert [[one.hex() for one in row] for row in levels(hashes)] == tree["complete_subtree_hashes_by_level_hex"]
        for size, root in enumerate(tree["root_by_tree_size_hex"]):
            frontier = Frontier()
            frontier.push(hashes[:size])
            assert frontier.root().hex() == root_of(hashes[:size]).hex() == root


class TestProofs:
    def test_inclusion_cases_hold_or_fail_as_published(self) -> None:
        cases = shared_vectors("rfc6962/inclusion.json")["cases"]
        for case in cases:
            leaf, root = b64decode(case["leafHash"]), b64decode(case["root"])
            holds = inclusion_holds(case["leafIdx"], case["treeSize"], leaf, steps(case["proof"]), root)
            assert holds is not case["wantErr"], case["file"]
        assert len(cases) == 59

    def test_consistency_cases_hold_or_fail_as_published(self) -> None:
        cases = shared_vectors("rfc6962/consistency.json")["cases"]
        for case in cases:
            old, new = b64decode(case["root1"]), b64decode(case["root2"])
            holds = consistency_holds(case["size1"], case["size2"], old, new, steps(case["proof"]))
            assert holds is not case["wantErr"], case["file"]
        assert len(cases) == 50

    def test_real_entries_of_large_logs_are_included(self) -> None:
        for entry in shared_vectors("rekor/real-entries.json")["entries"]:
            leaf = leaf_hash(b64decode(entry["leaf_b64"]))
            root, proof = b64decode(entry["root_b64"]), steps(entry["proof_b64"])
            assert inclusion_holds(entry["index"], entry["size"], leaf, proof, root), entry["file"]
            assert not inclusion_holds(entry["index"] - 1, entry["size"], leaf, proof, root), entry["file"]


class TestTiles:
    """C2SP tlog-tiles."""

    def test_paths(self) -> None:
        for n, path in shared_vectors("tiles/paths.json")["index_path"]:
            assert index_path(n) == path
            tile = parse_path(f"tile/0/{path}")
            assert tile is not None
            assert (tile.n, tile.width) == (n, TILE_WIDTH)

    def test_which_tiles_make_up_a_tree(self) -> None:
        for case in shared_vectors("tiles/paths.json")["partials_for_size"]:
            tiles = list(tiles_of_size(case["size"]))
            for level in range(3):
                full = sum(tile.level == level and tile.width == TILE_WIDTH for tile in tiles)
                part = [tile.width for tile in tiles if tile.level == level and tile.width < TILE_WIDTH]
                assert full == case.get(f"level{level}_full", 0)
                assert sum(part) == case.get(f"level{level}_partial", 0)
                assert len(part) <= 1

    def test_a_foreign_log_is_read_and_rebuilt(self) -> None:
        log = shared_vectors("tiles/small-log.json")
        files = {name: b64decode(content) for name, content in log["files_b64"].items()}
        key = PublicKey.from_vkey(log["vkey"])
        leaves = unpack_entries(files["tile/entries/000.p/15"])
        hashes = [leaf_hash(leaf) for leaf in leaves]
        for name, signed in log["checkpoints_by_size"].items():
            size = int(name)
            checkpoint = open_checkpoint(signed, [key], origin="example.com/log/testdata").checkpoint
            assert (checkpoint.size, checkpoint.root) == (size, root_of(hashes[:size]))
            for tile, content in grow({}, 0, hashes[:size]):
                assert files[tile.path] == content
            for bundle in entry_bundles_of_range(0, size):
                assert files[bundle.path] == pack_entries(leaves[:size])

    def test_proofs_are_made_from_its_tiles(self) -> None:
        log = shared_vectors("tiles/small-log.json")
        tile = b64decode(log["files_b64"]["tile/0/000.p/15"])
        find = nodes_from(lambda _level, _n: tile)
        hashes = split_hashes(tile)
        assert all(node_in_tile(Node(0, at), tile) == one for at, one in enumerate(hashes))
        assert tile_holding(Node(3, 1)) == (0, 0)
        for new in range(1, 16):
            root = fold([find(node) for node in subtrees(0, new)])
            for old in range(1, new + 1):
                proof = consistency_proof(old, new, find)
                assert consistency_holds(old, new, root_of(hashes[:old]), root, proof)
            for index in range(new):
                assert inclusion_holds(index, new, hashes[index], inclusion_proof(index, new, find), root)


def is_exact(value: Any) -> bool:
    """Whether a value holds no float, and so may stand in an entry."""
    if isinstance(value, dict):
        return all(is_exact(member) for member in value.values())
    if isinstance(value, list):
        return all(is_exact(item) for item in value)
    return not isinstance(value, float)


class TestCanonicalJson:
    """RFC 8785: the library serialises as published, and entries take the part of it without floats."""

    def test_files(self) -> None:
        for case in shared_vectors("jcs/files.json")["cases"]:
            value, want = json.loads(b64decode(case["input_b64"])), b64decode(case["output_b64"])
            assert rfc8785.dumps(value) == want, case["name"]
            if is_exact(value):
                assert canonical(value) == want, case["name"]
            else:
                with pytest.raises(UnfitEntryError):
                    canonical(value)

    def test_numbers(self) -> None:
        for bits, want in shared_vectors("jcs/numbers.json")["cases"]:
            (number,) = struct.unpack(">d", bytes.fromhex(bits))
            if want is None:
                with pytest.raises(rfc8785.FloatDomainError):
                    rfc8785.dumps(number)
            else:
                assert rfc8785.dumps(number) == want.encode()
            with pytest.raises(UnfitEntryError):
                canonical(number)

    def test_commitments_are_made_like_the_digests_of_selective_disclosure(self) -> None:
        """RFC 9901: the hash covers the text as sent."""
        vectors = shared_vectors("sdjwt/disclosures.json")
        cases = vectors["single"] + [one for example in vectors["examples"] for one in example["disclosures"]]
        for case in cases:
            assert commitment(case["disclosure"]) == case["digest"]
        assert len(cases) == 12
