"""What a receipt proves: it commits to what was filed, the log promised to hold it, and by now it does.

Whoever asks brings everything themselves; the answer adds only the place in the published log.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.entries import BLOCKS, Block, UnfitEntryError, commitment, make_leaf, open_block
from app.audit.keys import KeysMissing, keys_in, read_policy
from app.audit.notes import BadKey, encode_base64
from app.audit.promises import open_promise, promise_key_name
from app.audit.tiles import nodes_from
from app.audit.tlog import inclusion_parts, inclusion_proof, leaf_hash
from app.errors import DomainError
from app.oversight.published import NoSuchLog, Published, published_log, tiles_of
from app.oversight.schemas import Point, ReceiptIn, ReceiptProof, Says

PLACE = text("SELECT idx FROM audit.entry WHERE agency_id = :agency AND leaf_hash = :hash ORDER BY idx LIMIT 1")


@dataclass
class Findings:
    points: list[Point] = field(default_factory=list)

    def say(self, what: Any, says: Says, detail: str) -> None:
        self.points.append(Point(what=what, says=says, detail=detail))

    @property
    def verdict(self) -> Any:
        if any(point.says == "failed" for point in self.points):
            return "refuted"
        return "verified" if all(point.says == "proven" for point in self.points) else "undecided"


@dataclass(frozen=True)
class Place:
    """Where the leaf stands under the newest checkpoint, with the proof of it."""

    index: int
    size: int
    proof: str


async def verify_receipt(tx: AsyncSession, receipt: ReceiptIn, policies: Path) -> ReceiptProof:
    """Judge a receipt, whatever it holds."""
    found = Findings()
    leaf = read_leaf(receipt.leaf)
    if leaf is None:
        found.say("commitment", "failed", "the leaf is no entry of a log")
        return _proof(found, None, None)
    origin, commitments = leaf
    _judge_blocks(found, receipt, commitments)
    try:
        log = await published_log(tx, origin)
    except NoSuchLog:
        found.say("inclusion", "not_proven", "no signed log of that name is kept here")
        return _proof(found, origin, None)
    hash_of_leaf = leaf_hash(receipt.leaf.encode())
    _judge_promise(found, receipt.promise, log, hash_of_leaf, policies)
    return _proof(found, origin, await _judge_inclusion(tx, found, log, hash_of_leaf))


def read_leaf(leaf: str) -> tuple[str, dict[str, str]] | None:
    """The log's name and the commitments of a leaf, or None where it is not exactly a leaf of ours."""
    try:
        members = json.loads(leaf)
        origin, commitments = members["log"], members["b"]
        texts = [commitments[name] for name in BLOCKS]
        if isinstance(origin, str) and make_leaf(origin, texts) == leaf.encode() and all(map(_is_commitment, texts)):
            return origin, dict(zip(BLOCKS, texts, strict=True))
    except (ValueError, KeyError, TypeError, RecursionError, UnfitEntryError):
        return None
    return None


def _is_commitment(text: object) -> bool:
    return isinstance(text, str) and len(text) == 43


def _judge_blocks(found: Findings, receipt: ReceiptIn, commitments: dict[str, str]) -> None:
    blocks: dict[str, Block] = {}
    for shown in receipt.blocks:
        block = _open(shown)
        if block is None or block.name in blocks or commitment(shown) != commitments[block.name]:
            found.say("commitment", "failed", "a block is not one that the entry commits to")
            return
        blocks[block.name] = block
    if "of" not in blocks:
        found.say("commitment", "failed", "the receipt shows no block that states what was filed")
        return
    found.say("commitment", "proven", "the entry commits to the blocks of the receipt")
    if blocks["of"].members.get("content_sha256") == receipt.content_sha256:
        found.say("content", "proven", "the entry states the content hash of the receipt")
    else:
        found.say("content", "failed", "the entry states another content hash than the receipt")


def _open(text: str) -> Block | None:
    try:
        text.encode()
        return open_block(text)
    except (ValueError, TypeError):
        return None


def _judge_promise(found: Findings, promise: str | None, log: Published, hash_of_leaf: bytes, policies: Path) -> None:
    if promise is None:
        found.say("promise", "not_proven", "the receipt holds no promise")
        return
    try:
        keys = keys_in(read_policy(policies, log.agency_id), promise_key_name(log.origin))
    except (KeysMissing, BadKey):
        found.say("promise", "not_proven", "the keys of this log are not at hand")
        return
    try:
        opened = open_promise(promise, keys, origin=log.origin)
    except DomainError:
        found.say("promise", "failed", "the promise is not one that this log signed")
        return
    if opened.leaf_hash != hash_of_leaf:
        found.say("promise", "failed", "the promise is about another entry")
    else:
        found.say("promise", "proven", "the log promised to hold the entry")


async def _judge_inclusion(tx: AsyncSession, found: Findings, log: Published, hash_of_leaf: bytes) -> Place | None:
    index = await tx.scalar(PLACE, {"agency": log.agency_id, "hash": hash_of_leaf})
    if index is None or index >= log.size:
        found.say("inclusion", "not_proven", "the entry is not under a signed checkpoint yet")
        return None
    find = nodes_from(await tiles_of(tx, log, inclusion_parts(index, log.size)))
    try:
        steps = inclusion_proof(index, log.size, find)
    except ValueError:
        found.say("inclusion", "failed", "the log cannot prove that it holds the entry: parts of it are missing")
        return None
    found.say("inclusion", "proven", "the entry stands in the log, under the newest signed checkpoint")
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *map(encode_base64, steps)]
    return Place(index, log.size, "\n".join(lines) + f"\n\n{log.note}")


def _proof(found: Findings, origin: str | None, place: Place | None) -> ReceiptProof:
    return ReceiptProof(
        verdict=found.verdict,
        points=found.points,
        origin=origin,
        index=place.index if place else None,
        checkpoint_size=place.size if place else None,
        proof=place.proof if place else None,
    )
