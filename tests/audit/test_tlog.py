"""Properties of the tree: what is right is proven, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.audit.tlog import (
    EMPTY_ROOT,
    MOST_ENTRIES,
    FindNode,
    Frontier,
    Node,
    consistency_holds,
    consistency_parts,
    consistency_proof,
    fold,
    inclusion_holds,
    inclusion_parts,
    inclusion_proof,
    leaf_hash,
    levels,
    node_hash,
    root_of,
    subtrees,
)

SIZES = 70
HASHES = [leaf_hash(f"leaf {at}".encode()) for at in range(SIZES)]
ROOTS = [root_of(HASHES[:size]) for size in range(SIZES + 1)]


def by_definition(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, written down as it stands there."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(by_definition(hashes[:k]), by_definition(hashes[k:]))


def find_in(hashes: list[bytes]) -> FindNode:
    rows = levels(hashes)
    return lambda node: rows[node.level][node.number]


def spoiled(proof: list[bytes]) -> list[list[bytes]]:
    """Every way to get one line wrong: a bit of it, left out, twice, swapped with the next, one too many, cut off."""
    wrong = [[*proof, HASHES[0]], [HASHES[0], *proof]]
    for at, line in enumerate(proof):
        wrong.append([*proof[:at], bytes((line[0] ^ 1,)) + line[1:], *proof[at + 1 :]])
        wrong.append([*proof[:at], *proof[at + 1 :]])
        wrong.append([*proof[: at + 1], *proof[at:]])
        wrong.append([*proof[:at], line[:-1], *proof[at + 1 :]])
        if at + 1 < len(proof):
            wrong.append([*proof[:at], proof[at + 1], line, *proof[at + 2 :]])
    return wrong


class TestEveryPairOfSizes:
    def test_roots_are_those_of_the_definition(self) -> None:
        assert [by_definition(HASHES[:size]) for size in range(SIZES + 1)] == ROOTS

    def test_every_inclusion_is_proven_and_no_line_can_be_wrong(self) -> None:
        for size in range(1, SIZES + 1):
            find = find_in(HASHES[:size])
            for index in range(size):
                proof = inclusion_proof(index, size, find)
                assert inclusion_holds(index, size, HASHES[index], proof, ROOTS[size])
                for wrong in spoiled(proof):
                    assert not inclusion_holds(index, size, HASHES[index], wrong, ROOTS[size])

    def test_no_other_place_size_leaf_or_root_fits_an_inclusion_proof(self) -> None:
        for size in range(1, 40):
            find = find_in(HASHES[:size])
            for index in range(size):
                proof = inclusion_proof(index, size, find)
                others = [other for other in range(size + 2) if other != index]
                assert not any(inclusion_holds(other, size, HASHES[index], proof, ROOTS[size]) for other in others)
                assert not inclusion_holds(index, size, HASHES[index - 1], proof, ROOTS[size]) or size == 1
                assert not inclusion_holds(index, size, HASHES[index], proof, ROOTS[size + 1])

    def test_every_consistency_is_proven_and_no_line_can_be_wrong(self) -> None:
        for new in range(1, SIZES + 1):
            find = find_in(HASHES[:new])
            for old in range(1, new + 1):
                proof = consistency_proof(old, new, find)
                assert consistency_holds(old, new, ROOTS[old], ROOTS[new], proof)
                for wrong in spoiled(proof):
                    assert not consistency_holds(old, new, ROOTS[old], ROOTS[new], wrong)

    def test_no_other_size_or_root_fits_a_consistency_proof(self) -> None:
        for new in range(2, SIZES):
            find = find_in(HASHES[:new])
            for old in range(1, new):
                proof = consistency_proof(old, new, find)
                assert not consistency_holds(old, new, ROOTS[old - 1], ROOTS[new], proof)
                assert not consistency_holds(old, new, ROOTS[old], ROOTS[new + 1], proof)
                assert not consistency_holds(new, old, ROOTS[new], ROOTS[old], proof)

    def test_a_frontier_grown_from_any_size_gives_any_later_root(self) -> None:
        for old in range(SIZES + 1):
            find = find_in(HASHES[:old])
            start = [find(node) for node in subtrees(0, old)]
            assert fold(start) == ROOTS[old]
            for new in range(old, SIZES + 1):
                frontier = Frontier(old, start)
                frontier.push(HASHES[old:new])
                assert (frontier.size, frontier.root()) == (new, ROOTS[new])
                assert len(frontier.hashes) == new.bit_count()


class TestEdges:
    def test_nothing_is_included_in_an_empty_tree(self) -> None:
        assert not inclusion_holds(0, 0, HASHES[0], [], EMPTY_ROOT)
        assert not inclusion_holds(-1, 1, HASHES[0], [], HASHES[0])
        with pytest.raises(ValueError, match="in the tree"):
            inclusion_parts(0, 0)

    def test_a_proof_from_the_empty_tree_says_nothing_and_is_refused(self) -> None:
        assert consistency_proof(0, 5, find_in(HASHES[:5])) == []
        assert not consistency_holds(0, 5, EMPTY_ROOT, ROOTS[5], [])
        assert not consistency_holds(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])

    def test_a_log_never_shrinks(self) -> None:
        with pytest.raises(ValueError, match="only grows"):
            consistency_parts(5, 4)

    def test_a_tree_equals_itself_without_proof(self) -> None:
        assert consistency_holds(5, 5, ROOTS[5], ROOTS[5], [])
        assert not consistency_holds(5, 5, ROOTS[5], ROOTS[5], [HASHES[0]])
        assert not consistency_holds(5, 5, ROOTS[5], ROOTS[6], [])

    @pytest.mark.parametrize(("size", "hashes"), [(3, HASHES[:1]), (0, HASHES[:1]), (1, [b"short"]), (-1, [])])
    def test_a_frontier_that_does_not_fit_its_size_is_refused(self, size: int, hashes: list[bytes]) -> None:
        with pytest.raises(ValueError, match=r"frontier|size"):
            Frontier(size, hashes)


class TestLargeTrees:
    """No tree of 2^63 entries fits in memory; one whose leaves are all equal needs one hash for each level."""

    @staticmethod
    def find(node: Node) -> bytes:
        found = HASHES[0]
        for _ in range(node.level):
            found = node_hash(found, found)
        return found

    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_proofs_hold_up_to_the_largest_size(self, data: st.DataObject) -> None:
        new = data.draw(st.integers(1, MOST_ENTRIES))
        old = data.draw(st.integers(1, new))
        root_new = fold([self.find(node) for node in subtrees(0, new)])
        root_old = fold([self.find(node) for node in subtrees(0, old)])
        proof = consistency_proof(old, new, self.find)
        assert consistency_holds(old, new, root_old, root_new, proof)
        proof = inclusion_proof(old - 1, new, self.find)
        assert len(proof) <= 63
        assert inclusion_holds(old - 1, new, HASHES[0], proof, root_new)
        frontier = Frontier(old, [self.find(node) for node in subtrees(0, old)])
        frontier.push(HASHES[:1])
        assert frontier.root() == fold([self.find(node) for node in subtrees(0, old + 1)])

    def test_the_largest_size_itself_is_within_bounds(self) -> None:
        root = fold([self.find(node) for node in subtrees(0, MOST_ENTRIES)])
        last = inclusion_proof(MOST_ENTRIES - 1, MOST_ENTRIES, self.find)
        assert inclusion_holds(MOST_ENTRIES - 1, MOST_ENTRIES, HASHES[0], last, root)
        whole = fold([self.find(node) for node in subtrees(0, MOST_ENTRIES - 1)])
        proof = consistency_proof(MOST_ENTRIES - 1, MOST_ENTRIES, self.find)
        assert consistency_holds(MOST_ENTRIES - 1, MOST_ENTRIES, whole, root, proof)
        assert not inclusion_holds(0, MOST_ENTRIES + 1, HASHES[0], last, root)
        with pytest.raises(ValueError, match="in the tree"):
            inclusion_parts(0, MOST_ENTRIES + 1)

    @given(st.integers(), st.integers(), st.lists(st.binary(max_size=33), max_size=70), st.binary(max_size=32))
    def test_no_input_breaks_the_verification(self, a: int, b: int, proof: list[bytes], root: bytes) -> None:
        assert not inclusion_holds(a, b, root, proof, HASHES[0])
        assert not consistency_holds(a, b, root, HASHES[1], proof)
