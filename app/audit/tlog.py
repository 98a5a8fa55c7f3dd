"""The Merkle tree of a log: hashes, proofs and the frontier (RFC 6962 section 2.1, RFC 9162 section 2.1).

Pure: it knows neither tables nor files. A `Node` names a perfect subtree, and whoever asks for a proof brings a
function that finds the hash of a node, from tiles or from memory. Sizes and indices are counted from 0 and end at
2^63 - 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

HASH_BYTES = 32
MOST_ENTRIES = 2**63 - 1  # what a checkpoint line may state

EMPTY_ROOT = sha256(b"").digest()


class Node(NamedTuple):
    """A perfect subtree: leaves number * 2^level up to, not including, (number + 1) * 2^level."""

    level: int
    number: int


FindNode = Callable[[Node], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def fold(subtrees: Sequence[bytes]) -> bytes:
    """Root over adjoining perfect subtrees, largest first; the empty root where there is none."""
    if not subtrees:
        return EMPTY_ROOT
    root = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        root = node_hash(left, root)
    return root


def next_level(hashes: Sequence[bytes]) -> list[bytes]:
    """Parents of a row of hashes; a last one without a neighbour has no parent yet."""
    return [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes) - 1, 2)]


def levels(leaf_hashes: Sequence[bytes]) -> list[list[bytes]]:
    """Every perfect subtree of a tree in memory: row L holds those of 2^L leaves, left to right."""
    rows = [list(leaf_hashes)]
    while len(rows[-1]) > 1:
        rows.append(next_level(rows[-1]))
    return rows


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root of a tree in memory."""
    rows = levels(leaf_hashes)
    return fold([rows[node.level][node.number] for node in subtrees(0, len(leaf_hashes))])


def subtrees(start: int, end: int) -> Iterator[Node]:
    """The perfect subtrees that make up leaves start..end-1, left to right.

    They are the frontier of a tree where start is 0. A start above 0 must itself begin a subtree of the tree, as the
    parts of a proof do; then the sizes only fall.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield Node(level, start >> level)
        start += 1 << level


# --- proofs ---------------------------------------------------------------------------------------------------------


def inclusion_parts(index: int, size: int) -> list[list[Node]]:
    """What each line of the inclusion proof is folded from, in the order of the proof (RFC 6962 section 2.1.1)."""
    if not 0 <= index < size <= MOST_ENTRIES:
        raise ValueError("the entry must lie in the tree")
    parts: list[list[Node]] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            parts.append(list(subtrees(middle, end)))
            end = middle
        else:
            parts.append(list(subtrees(start, middle)))
            start = middle
    parts.reverse()
    return parts


def consistency_parts(old: int, new: int) -> list[list[Node]]:
    """What each line of the consistency proof is folded from, in the order of the proof (RFC 6962 section 2.1.2).

    From the empty tree, and from a tree to itself, there is nothing to prove: no parts.
    """
    if not 0 <= old <= new <= MOST_ENTRIES:
        raise ValueError("a log only grows")
    if old in {0, new}:
        return []
    parts: list[list[Node]] = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            parts.append(list(subtrees(middle, end)))
            end = middle
        else:
            parts.append(list(subtrees(start, middle)))
            start = middle
    if start > 0:  # the old tree is not a subtree of the new one by itself, so its last part is named
        parts.append(list(subtrees(start, end)))
    parts.reverse()
    return parts


def inclusion_proof(index: int, size: int, find: FindNode) -> list[bytes]:
    return [fold([find(node) for node in part]) for part in inclusion_parts(index, size)]


def consistency_proof(old: int, new: int, find: FindNode) -> list[bytes]:
    return [fold([find(node) for node in part]) for part in consistency_parts(old, new)]


def _split(size: int) -> int:
    """The largest power of two below a size of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_holds(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf hash stands at that index in the tree with that root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size <= MOST_ENTRIES or any(len(one) != HASH_BYTES for one in (leaf, *proof)):
        return False
    position, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            found = node_hash(step, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, step)
        position, last = position >> 1, last >> 1
    return last == 0 and found == root


def consistency_holds(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the new tree begins with the whole old one (RFC 9162 section 2.1.4.2).

    A proof from size 0 is refused: it would say nothing. Who may start from nothing (a witness, a first export) decides
    that before asking.
    """
    if not 0 < old <= new <= MOST_ENTRIES or any(len(step) != HASH_BYTES for step in proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    as_old = as_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            as_old, as_new = node_hash(step, as_old), node_hash(step, as_new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            as_new = node_hash(as_new, step)
        position, last = position >> 1, last >> 1
    return last == 0 and as_old == old_root and as_new == new_root


# --- frontier -------------------------------------------------------------------------------------------------------


class Frontier:
    """The right edge of a growing tree: the roots of its perfect subtrees, largest first, one per set bit of the size.

    At most 63 hashes, however long the log; enough to append and to state the root.
    """

    __slots__ = ("_hashes", "_size")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if not 0 <= size <= MOST_ENTRIES:
            raise ValueError("no such size")
        if len(hashes) != size.bit_count() or any(len(one) != HASH_BYTES for one in hashes):
            raise ValueError("a frontier has one hash for each set bit of the size")
        self._size = size
        self._hashes = list(hashes)

    @property
    def size(self) -> int:
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        return tuple(self._hashes)

    def push(self, leaf_hashes: Iterable[bytes]) -> None:
        """Append leaf hashes in order."""
        size, stack = self._size, self._hashes
        for one in leaf_hashes:
            carry, full = one, size
            while full & 1:
                carry = node_hash(stack.pop(), carry)
                full >>= 1
            stack.append(carry)
            size += 1
        self._size = size

    def root(self) -> bytes:
        return fold(self._hashes)
