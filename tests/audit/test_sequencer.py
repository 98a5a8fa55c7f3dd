"""Numbering: nothing is skipped, nothing is numbered twice, no writer waits, and death does not matter."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.api.app import create_app
from app.audit.checkpoints import Checkpoint
from app.audit.log import record
from app.audit.notes import parse_note
from app.audit.sequencer import RecordDamaged, beat_all, number_next
from app.audit.tiles import grow
from app.audit.tlog import Frontier, leaf_hash
from app.db.direct import send_last
from app.db.session import make_sessions, speak_for
from tests.database import Database
from tests.record import Recorder, process, recorder
from tests.world import World, make_world

FAIL = ("SELECT 1 / 0", {})


@pytest.fixture
async def at_work(world: World) -> AsyncIterator[Recorder]:
    async with recorder(world.database) as found:
        yield found


@pytest.fixture
async def alone(own_database: Database) -> AsyncIterator[World]:
    """A world on a database of its own, whose record may be damaged."""
    app: FastAPI = create_app(own_database.settings(), own_database.secrets)
    async with app.router.lifespan_context(app):
        yield await make_world(app, own_database)


async def write(world: World, amount: int = 1, *, fails: bool = False) -> None:
    """One transaction of so many entries; a failing one breaks after it has appended them."""
    async with world.app.state.sessions.begin() as tx:
        await speak_for(tx, world.agency.id)
        for _ in range(amount):
            record(tx, "agency.read", ("agency", world.agency.id))
        if fails:
            send_last(tx, FAIL)


def leaves(world: World) -> list[bytes]:
    """The leaves in the order in which they belong."""
    rows = world.database.sql(
        "SELECT leaf FROM audit.event WHERE agency_id = :agency ORDER BY xid, ord", agency=world.agency.id
    )
    return [bytes(row[0]) for row in rows]  # type: ignore[call-overload]


def numbered(world: World) -> list[bytes]:
    """The leaves by index; fails where an index is skipped or given twice."""
    rows = world.database.sql(
        "SELECT x.idx, e.leaf, x.leaf_hash FROM audit.entry x JOIN audit.event e USING (event_id) "
        "WHERE x.agency_id = :agency ORDER BY x.idx",
        agency=world.agency.id,
    )
    assert [row[0] for row in rows] == list(range(len(rows)))
    found = [bytes(row[1]) for row in rows]  # type: ignore[call-overload]
    assert [leaf_hash(leaf) for leaf in found] == [bytes(row[2]) for row in rows]  # type: ignore[call-overload]
    return found


def stored_tiles(world: World) -> dict[tuple[int, int], bytes]:
    rows = world.database.sql(
        "SELECT level, n, hashes FROM audit.tile WHERE agency_id = :agency", agency=world.agency.id
    )
    return {(row[0], row[1]): bytes(row[2]) for row in rows}  # type: ignore[misc, call-overload]


async def grown(world: World) -> None:
    """Wait until some sequencer has numbered more than there is now."""
    size = "SELECT size FROM audit.head WHERE agency_id = :agency"
    [[before]] = await asyncio.to_thread(world.database.sql, size, agency=world.agency.id)
    for _ in range(400):
        [[now]] = await asyncio.to_thread(world.database.sql, size, agency=world.agency.id)
        if now > before:  # type: ignore[operator]
            return
        await asyncio.sleep(0.05)
    pytest.fail("nothing was numbered")


class TestNumberingTheRecord:
    async def test_entries_are_numbered_from_nought_in_the_order_of_their_transactions(
        self, world: World, at_work: Recorder
    ) -> None:
        for amount in (1, 3, 2):
            await write(world, amount)
        expected = leaves(world)
        assert await at_work.number(world.agency.id) == len(expected)
        assert numbered(world) == expected

    async def test_head_and_tiles_are_those_of_the_whole_tree(self, world: World, at_work: Recorder) -> None:
        for amount in (200, 400, 1):
            await write(world, amount)
            await at_work.number(world.agency.id)
        hashes = [leaf_hash(leaf) for leaf in leaves(world)]
        tree = Frontier()
        tree.push(hashes)
        [[size, frontier, root]] = world.database.sql(
            "SELECT size, frontier, root FROM audit.head WHERE agency_id = :agency", agency=world.agency.id
        )
        assert (size, [bytes(one) for one in frontier], bytes(root)) == (  # type: ignore[attr-defined, call-overload]
            tree.size,
            list(tree.hashes),
            tree.root(),
        )
        assert stored_tiles(world) == {(tile.level, tile.n): content for tile, content in grow({}, 0, hashes)}

    async def test_a_large_backlog_is_numbered_in_ticks(self, world: World, at_work: Recorder) -> None:
        await write(world, 40)
        waiting = len(leaves(world))
        assert await number_next(at_work.sequencer, world.agency.id, most=30) == 30
        assert await number_next(at_work.sequencer, world.agency.id, most=waiting) == waiting - 30
        assert await number_next(at_work.sequencer, world.agency.id) == 0
        assert numbered(world) == leaves(world)

    async def test_a_transaction_that_failed_leaves_no_gap(self, world: World, at_work: Recorder) -> None:
        await write(world)
        with pytest.raises(DBAPIError):
            await write(world, 3, fails=True)
        await write(world)
        await at_work.number(world.agency.id)
        assert numbered(world) == leaves(world)

    async def test_a_slow_transaction_is_not_skipped_by_quicker_ones(self, world: World, at_work: Recorder) -> None:
        async with world.app.state.sessions.begin() as slow:
            await speak_for(slow, world.agency.id)
            await slow.execute(text("SELECT pg_current_xact_id()"))
            record(slow, "agency.read", ("agency", world.agency.id))
            await write(world, 5)
            await at_work.number(world.agency.id)
            before = len(numbered(world))
        await at_work.number(world.agency.id)
        assert len(numbered(world)) == before + 1

    async def test_agencies_do_not_wait_for_each_other(
        self, world: World, neighbours: World, at_work: Recorder
    ) -> None:
        async with at_work.sequencer.begin() as tx:
            await tx.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(CAST(:agency AS text), 26))"),
                {"agency": str(world.agency.id)},
            )
            assert await number_next(at_work.sequencer, world.agency.id) == 0
            assert await number_next(at_work.sequencer, neighbours.agency.id) == len(leaves(neighbours))

    async def test_no_writer_waits_while_entries_are_numbered(self, world: World, at_work: Recorder) -> None:
        async with at_work.sequencer.begin() as tx:
            await tx.execute(text("SELECT set_config('app.agency_id', :a, true)"), {"a": str(world.agency.id)})
            await tx.execute(
                text("SELECT size FROM audit.head WHERE agency_id = :a FOR UPDATE"), {"a": world.agency.id}
            )
            await asyncio.wait_for(write(world), 5)


class TestTwoSequencersAtOnce:
    async def test_share_the_work_without_skipping_or_renumbering(self, world: World) -> None:
        acknowledged = 0
        async with recorder(world.database) as one, recorder(world.database) as other:
            writing = True

            async def number(at_work: Recorder) -> int:
                total = 0
                while writing or await number_next(at_work.sequencer, world.agency.id):
                    total += await number_next(at_work.sequencer, world.agency.id, most=7)
                    await asyncio.sleep(0)
                return total

            async def writer() -> None:
                nonlocal acknowledged
                for _ in range(40):
                    await write(world, 2)
                    acknowledged += 2

            sequencers = [asyncio.create_task(number(each)) for each in (one, other)]
            before = len(leaves(world))
            await asyncio.gather(*(writer() for _ in range(4)))
            writing = False
            await asyncio.gather(*sequencers)
            await one.number(world.agency.id)
        assert len(numbered(world)) == before + acknowledged
        assert sorted(numbered(world)) == sorted(leaves(world))


class TestASequencerThatIsKilled:
    async def test_loses_nothing_and_leaves_no_gap_and_every_checkpoint_is_right(self, alone: World) -> None:
        done: list[int] = []
        writing = True

        async def writer(number: int) -> None:
            tries = 0
            while writing:
                tries += 1
                fails = tries % 20 == 0
                try:
                    await write(alone, 2, fails=fails)
                    done.append(number)
                except DBAPIError:
                    assert fails
                await asyncio.sleep(0.01)  # two cores are shared with the workers that are to be killed

        async def killer() -> None:
            nonlocal writing
            for _ in range(3):
                with process(alone.database, "worker") as running:
                    await grown(alone)
                    await asyncio.sleep(random.uniform(0, 0.3))
                    os.kill(running.pid, signal.SIGKILL)
                    running.wait()
            writing = False

        before = len(leaves(alone))
        async with recorder(alone.database) as at_work:
            at_work.make_keys(alone.agency.id)

            async def sign() -> None:
                while writing:
                    await at_work.signer.beat()
                    await asyncio.sleep(0.2)

            async with asyncio.TaskGroup() as tasks:
                for number in range(3):
                    tasks.create_task(writer(number))
                tasks.create_task(sign())
                await killer()
            await at_work.settle(alone.agency.id)
        beats = [kind for kind in alone.kinds() if kind == "heartbeat"]
        found = numbered(alone)
        assert len(found) == before + 2 * len(done) + len(beats)
        assert sorted(found) == sorted(leaves(alone))
        self.refuse_wrong_roots(alone, [leaf_hash(leaf) for leaf in found])

    @staticmethod
    def refuse_wrong_roots(world: World, hashes: list[bytes]) -> None:
        notes = world.database.sql(
            "SELECT size, note FROM audit.checkpoint WHERE agency_id = :agency ORDER BY size", agency=world.agency.id
        )
        assert len(notes) > 1
        tree = Frontier()
        for size, note in notes:
            tree.push(hashes[tree.size : size])  # type: ignore[misc]
            assert Checkpoint.parse(parse_note(str(note)).text).root == tree.root()


class TestHeartbeats:
    async def test_come_once_an_hour_however_many_workers_there_are(self, world: World, at_work: Recorder) -> None:
        sessions = make_sessions(at_work.sequencer)
        await asyncio.gather(*(beat_all(sessions) for _ in range(3)))
        await beat_all(sessions)
        assert world.kinds().count("heartbeat") == 1
        world.database.sql(
            "UPDATE audit.head SET beat_at = beat_at - interval '61 minutes' WHERE agency_id = :agency",
            agency=world.agency.id,
        )
        await beat_all(sessions)
        assert world.kinds().count("heartbeat") == 2

    async def test_name_the_service_as_the_one_who_did_it(self, world: World, at_work: Recorder) -> None:
        await beat_all(make_sessions(at_work.sequencer))
        [beat] = [entry for entry in world.entries() if entry["what"]["kind"] == "heartbeat"]
        assert (beat["who"]["actor"], beat["on"]["id"], beat["of"]) == ("service", None, {})


class TestADamagedRecord:
    async def test_is_not_numbered_over(self, alone: World) -> None:
        """A durable entry was deleted before it was numbered: its place in the queue tells."""
        async with recorder(alone.database) as at_work:
            await at_work.number(alone.agency.id)
            await write(alone)
            alone.database.sql("ALTER TABLE audit.event DISABLE TRIGGER USER")
            alone.database.sql("ALTER TABLE audit.pending DROP CONSTRAINT fk_pending_event")
            alone.database.sql("ALTER TABLE audit.block DROP CONSTRAINT fk_block_event")
            alone.database.sql("DELETE FROM audit.event e USING audit.pending p WHERE p.event_id = e.event_id")
            with pytest.raises(RecordDamaged):
                await number_next(at_work.sequencer, alone.agency.id)

    async def test_a_head_that_was_set_back_stops_the_numbering(self, alone: World) -> None:
        async with recorder(alone.database) as at_work:
            await at_work.number(alone.agency.id)
            alone.database.sql(
                "UPDATE audit.head SET size = size - 1 WHERE agency_id = :agency", agency=alone.agency.id
            )
            await write(alone)
            with pytest.raises(RecordDamaged):
                await number_next(at_work.sequencer, alone.agency.id)


class TestTheWorker:
    async def test_numbers_what_is_written_and_stops_cleanly(self, alone: World) -> None:
        with process(alone.database, "worker") as running:
            for _ in range(100):
                [[waiting]] = alone.database.sql("SELECT count(*) FROM audit.pending")
                if waiting == 0 and running.poll() is None:
                    break
                await asyncio.sleep(0.1)
            running.send_signal(signal.SIGTERM)
            started = time.monotonic()
            assert running.wait(10) == 0
            assert time.monotonic() - started < 5
        assert sorted(numbered(alone)) == sorted(leaves(alone))
