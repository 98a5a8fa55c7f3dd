"""What a database administrator can do past every fence, and who sees it: signer, exporter or the board's verifier.

Each attack runs as superuser with the triggers taken off. The board then pulls the record again and checks it on its
own machine, against what that machine kept.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from zipfile import ZipFile

import pytest
from fastapi import FastAPI

from app.api.app import create_app
from app.audit.entries import make_entry
from app.audit.keys import read_policy
from app.audit.log import record
from app.audit.tlog import Frontier
from app.jobs.exports import Exporter
from tests.database import Database
from tests.record import Answer, Recorder, exporter, pull, recorder, verify
from tests.world import World, make_world

FROZEN = ("log", "event", "block", "entry", "checkpoint")


@dataclass
class Board:
    """A board that pulled the record before anyone touched it, and kept what its verifier remembered."""

    world: World
    at_work: Recorder
    exports: Exporter
    kept: Answer
    size: int

    async def checks_again(self, since: int | None = 0) -> Answer:
        bundle = await pull(self.at_work, self.exports, self.world.board, since=since)
        policy = read_policy(self.at_work.settings.policies_folder, self.world.agency.id)
        return verify(bundle, policy, "--state", "state.json", "--json", folder=self.kept.folder)

    async def is_refused_an_export(self) -> str:
        """Ask for the whole record; why there is none. The signer must have signed nothing meanwhile."""
        asked = await self.world.board.post("/v1/audit/exports", {"purpose": "mirror", "since_size": 0})
        await self.at_work.settle(self.world.agency.id)
        await self.exports.make_all()
        told = (await self.world.board.get(f"/v1/audit/exports/{asked.json()['id']}")).json()
        assert told["state"] != "made"
        return str(told["failed_because"])

    def sql(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        return self.world.database.sql(statement, **values)

    def refusal(self) -> str | None:
        return self.at_work.signer.refused.get(self.world.agency.id)


@pytest.fixture
async def board(own_database: Database) -> AsyncIterator[Board]:
    app: FastAPI = create_app(own_database.settings(), own_database.secrets)
    async with app.router.lifespan_context(app), recorder(own_database) as at_work, exporter(at_work) as exports:
        world = await make_world(app, own_database)
        for _ in range(30):
            await read_the_agency(world)
        bundle = await pull(at_work, exports, world.board)
        kept = verify(bundle, read_policy(at_work.settings.policies_folder, world.agency.id), "--state", "state.json")
        assert kept.code == 0, kept.text
        with ZipFile(io.BytesIO(bundle)) as archive:
            size = json.loads(archive.read("bundle.json"))["to"]
        own_database.sql("DELETE FROM public.export")
        for table in FROZEN:
            own_database.sql(f"ALTER TABLE audit.{table} DISABLE TRIGGER USER")
        yield Board(world, at_work, exports, kept, size)


async def read_the_agency(world: World) -> None:
    async with world.transaction() as tx:
        record(tx, "agency.read", ("agency", world.agency.id))


def named(answer: Answer) -> set[int]:
    """The entries that the verifier's failures name."""
    assert answer.code == 1, answer.text
    told = json.loads(answer.text)
    assert told["verdict"] == "refuted"
    return {line["entry"] for line in told["lines"] if line["says"] == "failed" and line["entry"] is not None}


OF_ENTRY = "(SELECT event_id FROM audit.entry WHERE idx = :idx)"
AT = 7


class TestWithoutTampering:
    async def test_the_board_verifies_again(self, board: Board) -> None:
        """So that what follows fails because of what was done, and of nothing else."""
        answer = await board.checks_again()
        assert answer.code == 0, answer.text


class TestAChangedEntry:
    async def test_a_changed_block_is_named(self, board: Board) -> None:
        board.sql(
            "UPDATE audit.block SET text = convert_to(replace(convert_from(text, 'UTF8'), '\"out\":\"ok\"', "
            f"'\"out\":\"denied\"'), 'UTF8') WHERE name = 'what' AND event_id = {OF_ENTRY}",
            idx=AT,
        )
        assert named(await board.checks_again()) == {AT}

    async def test_two_blocks_that_were_exchanged_are_named(self, board: Board) -> None:
        board.sql(
            "UPDATE audit.block b SET text = o.text FROM audit.block o, audit.entry x, audit.entry y "
            "WHERE b.name = 'who' AND o.name = 'who' AND b.event_id = x.event_id AND o.event_id = y.event_id "
            "AND ((x.idx = 3 AND y.idx = 7) OR (x.idx = 7 AND y.idx = 3))"
        )
        assert named(await board.checks_again()) == {3, 7}

    async def test_a_block_that_is_no_longer_readable_is_named(self, board: Board) -> None:
        board.sql(
            f"UPDATE audit.block SET text = '\\xff00'::bytea WHERE name = 'what' AND event_id = {OF_ENTRY}", idx=AT
        )
        assert AT in named(await board.checks_again())

    async def test_a_changed_leaf_is_named(self, board: Board) -> None:
        board.sql(
            "UPDATE audit.event SET leaf = convert_to(overlay(convert_from(leaf, 'UTF8') placing 'AAAA' from 20), "
            f"'UTF8') WHERE event_id = {OF_ENTRY}",
            idx=AT,
        )
        assert AT in named(await board.checks_again())

    async def test_an_entry_that_was_forged_whole_is_named(self, board: Board) -> None:
        """Leaf and blocks fit each other, made with the server's own code; the tiles were left alone."""
        self.forge(board)
        assert AT in named(await board.checks_again())

    async def test_and_with_every_tile_made_to_fit_it_still_is_not_the_tree_that_was_signed(self, board: Board) -> None:
        self.forge(board)
        self.hash_again(board)
        assert board.refusal() is None
        assert await board.is_refused_an_export() == "None"
        assert board.refusal() == "forked"

    async def test_nor_does_the_old_checkpoint_cover_it(self, board: Board) -> None:
        """The administrator keeps the signed root in `head`, so that the signer sees nothing new to look at."""
        [[size, root]] = board.sql("SELECT size, root FROM audit.head WHERE agency_id = :a", a=board.world.agency.id)
        self.forge(board)
        self.hash_again(board)
        board.sql(
            "UPDATE audit.head SET root = :root WHERE agency_id = :a AND size = :size",
            a=board.world.agency.id,
            root=root,
            size=size,
        )
        await read_the_agency(board.world)
        await board.at_work.settle(board.world.agency.id)
        assert board.refusal() == "forked"

    @staticmethod
    def forge(board: Board) -> None:
        [[origin]] = board.sql("SELECT origin FROM audit.log WHERE agency_id = :a", a=board.world.agency.id)
        forged = make_entry(str(origin), what={}, who={}, on={}, of={})
        board.sql(f"UPDATE audit.event SET leaf = :leaf WHERE event_id = {OF_ENTRY}", idx=AT, leaf=forged.leaf)
        for name, text in zip(("of", "on", "what", "who"), forged.texts, strict=True):
            board.sql(
                f"UPDATE audit.block SET text = :text WHERE name = :name AND event_id = {OF_ENTRY}",
                idx=AT,
                name=name,
                text=text.encode(),
            )

    @staticmethod
    def hash_again(board: Board) -> None:
        """Number the whole log anew from its leaves, as the sequencer would have."""
        board.sql("DELETE FROM audit.tile WHERE agency_id = :a", a=board.world.agency.id)
        board.sql(
            "UPDATE audit.entry x SET leaf_hash = sha256('\\x00'::bytea || e.leaf) FROM audit.event e "
            "WHERE e.event_id = x.event_id"
        )
        board.sql(
            "INSERT INTO audit.tile SELECT agency_id, 0, 0, string_agg(leaf_hash, ''::bytea ORDER BY idx) "
            "FROM audit.entry WHERE agency_id = :a GROUP BY agency_id",
            a=board.world.agency.id,
        )


class TestAMissingEntry:
    async def test_an_event_that_was_deleted_cannot_be_served(self, board: Board) -> None:
        board.sql("ALTER TABLE audit.block DROP CONSTRAINT fk_block_event")
        board.sql(f"DELETE FROM audit.event WHERE event_id = {OF_ENTRY}", idx=AT)
        assert await board.is_refused_an_export() == "record-incomplete"

    async def test_an_entry_that_was_taken_out_cannot_be_served(self, board: Board) -> None:
        board.sql("DELETE FROM audit.entry WHERE idx = :idx", idx=AT)
        assert await board.is_refused_an_export() == "record-incomplete"

    async def test_an_entry_that_was_taken_out_with_the_others_moved_up_is_named(self, board: Board) -> None:
        board.sql("DELETE FROM audit.entry WHERE idx = :idx", idx=AT)
        board.sql("UPDATE audit.entry SET idx = -idx - 1 WHERE idx > :idx", idx=AT)
        board.sql("UPDATE audit.entry SET idx = -idx - 2 WHERE idx < 0")
        [[last]] = board.sql("SELECT max(idx) FROM audit.entry")
        board.sql(
            "INSERT INTO audit.entry SELECT agency_id, :next, gen_random_uuid(), leaf_hash FROM audit.entry "
            "WHERE idx = :idx",
            idx=AT,
            next=int(str(last)) + 1,
        )
        board.sql(
            "INSERT INTO audit.event SELECT x.event_id, x.agency_id, e.leaf, e.xid, e.ord FROM audit.entry x "
            "JOIN audit.entry y ON y.idx = :idx JOIN audit.event e ON e.event_id = y.event_id WHERE x.idx = :next",
            idx=AT,
            next=int(str(last)) + 1,
        )
        assert min(named(await board.checks_again())) == AT

    async def test_blocks_that_were_deleted_are_not_passed_over(self, board: Board) -> None:
        """In profile `board` blocks may be withheld, but not some of an entry and others not."""
        board.sql(f"DELETE FROM audit.block WHERE name = 'of' AND event_id = {OF_ENTRY}", idx=AT)
        answer = await board.checks_again()
        assert re.search(r"1 of [0-9]+ entries are shown in part", answer.text)

    async def test_entries_in_another_order_are_named(self, board: Board) -> None:
        board.sql("UPDATE audit.entry SET idx = -1 WHERE idx = 3")
        board.sql("UPDATE audit.entry SET idx = 3 WHERE idx = :idx", idx=AT)
        board.sql("UPDATE audit.entry SET idx = :idx WHERE idx = -1", idx=AT)
        assert named(await board.checks_again()) & {3, AT}

    async def test_a_tile_that_was_changed_is_found(self, board: Board) -> None:
        board.sql("UPDATE audit.tile SET hashes = overlay(hashes placing sha256('x') from 32 * 7 + 1) WHERE level = 0")
        await board.is_refused_an_export()
        assert board.refusal() == "forked"


class TestACutTail:
    async def test_a_log_cut_short_is_not_signed_again(self, board: Board) -> None:
        self.cut(board, 5)
        assert await board.is_refused_an_export() == "record-incomplete"
        assert board.refusal() == "smaller"

    async def test_a_log_cut_short_and_filled_up_again_is_not_either(self, board: Board) -> None:
        """The last entries are replaced by as many harmless ones and more, hashed without a flaw."""
        self.cut(board, 5)
        for _ in range(10):
            await read_the_agency(board.world)
        assert await board.is_refused_an_export() == "None"
        assert board.refusal() == "forked"

    async def test_a_record_that_was_emptied_is_not_signed(self, board: Board) -> None:
        board.sql("TRUNCATE audit.pending, audit.entry, audit.tile, audit.block, audit.event")
        board.sql("UPDATE audit.head SET size = 0, frontier = '{}', root = sha256('')")
        assert await board.is_refused_an_export() == "record-incomplete"
        assert board.refusal() == "smaller"

    async def test_and_with_the_checkpoints_gone_too_the_signer_still_remembers(self, board: Board) -> None:
        board.sql("TRUNCATE audit.pending, audit.entry, audit.tile, audit.block, audit.event, audit.checkpoint")
        board.sql("UPDATE audit.head SET size = 0, frontier = '{}', root = sha256('')")
        for _ in range(board.size + 10):
            await read_the_agency(board.world)
        assert await board.is_refused_an_export() == "None"
        assert board.refusal() == "forked"

    @staticmethod
    def cut(board: Board, amount: int) -> None:
        """Take the last entries away and set head and tiles to what they were before, exactly."""
        agency = board.world.agency.id
        rows = board.sql("SELECT leaf_hash FROM audit.entry WHERE agency_id = :a ORDER BY idx", a=agency)
        hashes = [bytes(row[0]) for row in rows][:-amount]  # type: ignore[call-overload]
        tree = Frontier()
        tree.push(hashes)
        board.sql("DELETE FROM audit.entry WHERE agency_id = :a AND idx >= :size", a=agency, size=len(hashes))
        board.sql(
            "UPDATE audit.tile SET hashes = :hashes WHERE agency_id = :a AND level = 0",
            a=agency,
            hashes=b"".join(hashes),
        )
        board.sql(
            "UPDATE audit.head SET size = :size, frontier = CAST(:frontier AS bytea[]), root = :root "
            "WHERE agency_id = :a",
            a=agency,
            size=tree.size,
            frontier=list(tree.hashes),
            root=tree.root(),
        )


class TestAStolenKey:
    async def test_signs_a_rewritten_log_that_the_boards_own_memory_refutes(self, board: Board) -> None:
        """With key and signer's memory in hand everything inside the agency agrees; the board's machine does not."""
        TestAChangedEntry.forge(board)
        agency = board.world.agency.id
        board.sql("INSERT INTO audit.pending SELECT e.xid, e.ord, e.event_id, e.agency_id FROM audit.event e "
                  "JOIN audit.entry x USING (event_id) WHERE e.agency_id = :a", a=agency)  # fmt: skip
        board.sql("TRUNCATE audit.entry, audit.tile, audit.checkpoint")
        board.sql("UPDATE audit.head SET size = 0, frontier = '{}', root = sha256('')")
        state = board.at_work.settings.signer_folder / "state" / f"{agency}.json"
        empty = json.loads(state.read_text()) | {"frontier": [], "note": None, "size": 0}
        empty["root"] = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        state.write_text(json.dumps(empty))
        board.at_work.signer.settled.clear()
        answer = await board.checks_again()
        assert board.refusal() is None
        assert answer.code == 1
        assert "the log was rewritten" in answer.text
