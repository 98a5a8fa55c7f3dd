"""The signer: it signs what grew out of what it signed before, promises what it knows, and refuses all else."""

from __future__ import annotations

import asyncio
import json
import signal
import stat
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from app.api.app import create_app
from app.audit.checkpoints import Checkpoint, open_checkpoint
from app.audit.cover import export_key_name
from app.audit.keys import KeysLost, KeysMissing, LogKeys, keys_in, load_keys, make_log_keys, read_policy
from app.audit.log import record
from app.audit.notes import open_note
from app.audit.promises import open_promise, promise_key_name
from app.audit.signer_client import SignerClient
from app.audit.tlog import leaf_hash, root_of
from app.db.session import as_role, make_engine, speak_for
from tests.database import Database
from tests.record import Recorder, process, recorder
from tests.world import World, make_world


@pytest.fixture
async def alone(own_database: Database) -> AsyncIterator[World]:
    """A world on a database of its own: signers look at every log, and records get damaged here."""
    app: FastAPI = create_app(own_database.settings(), own_database.secrets)
    async with app.router.lifespan_context(app):
        yield await make_world(app, own_database)


@pytest.fixture
async def at_work(alone: World) -> AsyncIterator[Recorder]:
    async with recorder(alone.database) as found:
        found.make_keys(alone.agency.id)
        yield found


async def write(world: World, amount: int = 1) -> None:
    async with world.transaction() as tx:
        for _ in range(amount):
            record(tx, "agency.read", ("agency", world.agency.id))


def checkpoints(world: World) -> list[tuple[int, str]]:
    rows = world.database.sql(
        "SELECT size, note FROM audit.checkpoint WHERE agency_id = :agency ORDER BY size", agency=world.agency.id
    )
    return [(int(row[0]), str(row[1])) for row in rows]  # type: ignore[call-overload]


def leaves(world: World) -> list[bytes]:
    rows = world.database.sql(
        "SELECT e.leaf FROM audit.entry x JOIN audit.event e USING (event_id) WHERE x.agency_id = :a ORDER BY x.idx",
        a=world.agency.id,
    )
    return [bytes(row[0]) for row in rows]  # type: ignore[call-overload]


def origin_of(world: World) -> str:
    [[origin]] = world.database.sql("SELECT origin FROM audit.log WHERE agency_id = :a", a=world.agency.id)
    return str(origin)


def keys_of(at_work: Recorder, world: World) -> LogKeys:
    return load_keys(at_work.settings.signer_folder / "keys", world.agency.id, origin_of(world))


def state_file(at_work: Recorder, world: World) -> Path:
    return at_work.settings.signer_folder / "state" / f"{world.agency.id}.json"


async def waiting_leaf(world: World) -> bytes:
    """A leaf that is durable and not numbered."""
    await write(world)
    rows = world.database.sql(
        "SELECT e.leaf FROM audit.pending p JOIN audit.event e USING (event_id) WHERE p.agency_id = :a "
        "ORDER BY p.xid DESC, p.ord DESC LIMIT 1",
        a=world.agency.id,
    )
    return bytes(rows[0][0])  # type: ignore[call-overload]


class TestCheckpoints:
    async def test_are_signed_over_the_tree_of_the_leaves(self, alone: World, at_work: Recorder) -> None:
        for amount in (1, 300, 7):
            await write(alone, amount)
            await at_work.settle(alone.agency.id)
        signed = checkpoints(alone)
        hashes = [leaf_hash(leaf) for leaf in leaves(alone)]
        keys = [key.public for key in keys_of(at_work, alone).log]
        assert len(signed) == 3
        for size, note in signed:
            opened = open_checkpoint(note, keys, origin=origin_of(alone))
            assert opened.checkpoint == Checkpoint(origin_of(alone), size, root_of(hashes[:size]))

    async def test_are_not_signed_twice_for_one_size(self, alone: World, at_work: Recorder) -> None:
        await at_work.settle(alone.agency.id)
        before = checkpoints(alone)
        assert await at_work.signer.beat() == 0
        assert checkpoints(alone) == before

    async def test_wait_for_keys(self, alone: World) -> None:
        async with recorder(alone.database) as without:
            await without.number(alone.agency.id)
            await without.signer.beat()
            assert without.signer.refused == {alone.agency.id: "no-keys"}
        assert checkpoints(alone) == []

    async def test_a_stop_between_the_state_and_the_insert_is_made_good(self, alone: World, at_work: Recorder) -> None:
        """The state is on the disk before the note leaves the process, so the same note is inserted later."""
        await at_work.settle(alone.agency.id)
        [(size, note)] = checkpoints(alone)
        alone.database.sql("ALTER TABLE audit.checkpoint DISABLE TRIGGER USER")
        alone.database.sql("DELETE FROM audit.checkpoint")
        async with recorder(alone.database) as restarted:
            assert await restarted.signer.beat() == 1
        assert checkpoints(alone) == [(size, note)]


class TestWhatIsRefused:
    """Each of these is what someone with every right on the database could do. Nothing of it is signed."""

    @pytest.fixture(autouse=True)
    async def signed_before(self, alone: World, at_work: Recorder) -> None:
        await write(alone, 20)
        await at_work.settle(alone.agency.id)
        for table in ("event", "block", "entry", "checkpoint"):
            alone.database.sql(f"ALTER TABLE audit.{table} DISABLE TRIGGER USER")

    async def refused(self, alone: World, at_work: Recorder) -> str | None:
        before = checkpoints(alone)
        assert await at_work.signer.beat() == 0
        assert checkpoints(alone) == before
        return at_work.signer.refused.get(alone.agency.id)

    async def test_a_smaller_tree_after_a_restore_of_an_older_copy(self, alone: World, at_work: Recorder) -> None:
        older = [
            alone.database.sql(f"SELECT * FROM audit.{table}") for table in ("entry", "tile", "head", "checkpoint")
        ]
        await write(alone, 5)
        await at_work.settle(alone.agency.id)
        self.restore(alone, older)
        assert await self.refused(alone, at_work) == "smaller"

    @staticmethod
    def restore(world: World, older: list[list[tuple[object, ...]]]) -> None:
        """Put the older rows of the tree back, as a restored backup would have them."""
        for table, rows in zip(("entry", "tile", "head", "checkpoint"), older, strict=True):
            world.database.sql(f"DELETE FROM audit.{table}")
            for row in rows:
                marks = ", ".join(f":v{n}" for n in range(len(row)))
                world.database.sql(
                    f"INSERT INTO audit.{table} VALUES ({marks})", **{f"v{n}": value for n, value in enumerate(row)}
                )
        world.database.sql("DELETE FROM audit.pending")

    async def test_another_tree_of_the_same_size(self, alone: World, at_work: Recorder) -> None:
        alone.database.sql("UPDATE audit.head SET root = sha256('other') WHERE size > 0")
        assert await self.refused(alone, at_work) == "forked"

    async def test_a_larger_tree_that_did_not_grow_out_of_the_signed_one(self, alone: World, at_work: Recorder) -> None:
        """The whole log is rewritten, numbered and hashed again without a flaw; only our memory tells."""
        alone.database.sql(
            "UPDATE audit.event SET leaf = convert_to(regexp_replace(convert_from(leaf, 'UTF8'), 'A', 'B'), 'UTF8')"
        )
        alone.database.sql("DELETE FROM audit.tile")
        alone.database.sql("INSERT INTO audit.pending SELECT xid, ord, event_id, agency_id FROM audit.event")
        alone.database.sql("DELETE FROM audit.entry")
        alone.database.sql("UPDATE audit.head SET size = 0, frontier = '{}', root = sha256('')")
        await write(alone, 5)
        await at_work.number(alone.agency.id)
        assert await self.refused(alone, at_work) == "forked"

    async def test_a_new_entry_whose_leaf_was_changed(self, alone: World, at_work: Recorder) -> None:
        await write(alone)
        await at_work.number(alone.agency.id)
        alone.database.sql(
            "UPDATE audit.event SET leaf = leaf || '\\x20'::bytea WHERE event_id = "
            "(SELECT event_id FROM audit.entry ORDER BY idx DESC LIMIT 1)"
        )
        assert await self.refused(alone, at_work) == "leaf-changed"

    async def test_a_new_entry_that_is_gone(self, alone: World, at_work: Recorder) -> None:
        await write(alone, 3)
        await at_work.number(alone.agency.id)
        alone.database.sql("DELETE FROM audit.entry WHERE idx = (SELECT max(idx) - 1 FROM audit.entry)")
        assert await self.refused(alone, at_work) == "entries-missing"

    async def test_tiles_that_no_longer_prove_the_tree(self, alone: World, at_work: Recorder) -> None:
        await write(alone, 3)
        await at_work.number(alone.agency.id)
        alone.database.sql("UPDATE audit.tile SET hashes = overlay(hashes placing sha256('x') from 1) WHERE level = 0")
        assert await self.refused(alone, at_work) == "forked"

    async def test_anything_once_the_memory_is_lost(self, alone: World, at_work: Recorder) -> None:
        state_file(at_work, alone).unlink()
        await write(alone)
        await at_work.number(alone.agency.id)
        assert await self.refused(alone, at_work) == "no-state"

    @pytest.mark.parametrize("damage", ["", "{}", '{"size": 1}', "[]", '{"size":3,"frontier":[],"root":"","note":""}'])
    async def test_anything_once_the_memory_is_damaged(self, alone: World, at_work: Recorder, damage: str) -> None:
        state_file(at_work, alone).write_text(damage)
        await write(alone)
        await at_work.number(alone.agency.id)
        assert await self.refused(alone, at_work) == "no-state"

    async def test_anything_where_the_memory_itself_was_set_back(self, alone: World, at_work: Recorder) -> None:
        """A restored signer folder beside a newer database: it must not sign from its older memory in silence."""
        older = state_file(at_work, alone).read_text()
        await write(alone)
        await at_work.settle(alone.agency.id)
        state_file(at_work, alone).write_text(older)
        async with recorder(alone.database) as restarted:
            assert await restarted.signer.beat() == 0
        async with recorder(alone.database) as restarted:
            state_file(at_work, alone).write_text(older)
            kept = alone.database.sql("SELECT max(size) FROM audit.checkpoint")
            alone.database.sql("UPDATE audit.head SET root = sha256('other') WHERE size > 0")
            await restarted.signer.beat()
            assert restarted.signer.refused[alone.agency.id] == "forked"
        assert alone.database.sql("SELECT max(size) FROM audit.checkpoint") == kept

    async def test_a_log_that_was_repaired_is_signed_again(self, alone: World, at_work: Recorder) -> None:
        alone.database.sql("UPDATE audit.head SET size = size - 1 WHERE size > 0")
        assert await self.refused(alone, at_work) == "smaller"
        alone.database.sql("UPDATE audit.head SET size = size + 1 WHERE size > 0")
        await write(alone)
        await at_work.settle(alone.agency.id)
        assert at_work.signer.refused == {}

    async def test_one_log_that_is_refused_does_not_stop_the_others(self, alone: World, at_work: Recorder) -> None:
        alone.database.sql("UPDATE audit.head SET root = sha256('other') WHERE agency_id = :a", a=alone.agency.id)
        other = await make_world(alone.app, alone.database)
        await at_work.settle(other.agency.id)
        assert at_work.signer.refused == {alone.agency.id: "forked"}
        assert checkpoints(other)


class TestPromises:
    async def test_are_given_for_what_waits_and_for_what_is_numbered(self, alone: World, at_work: Recorder) -> None:
        leaf = await waiting_leaf(alone)
        for _ in range(2):
            note = await at_work.signer.promise(alone.agency.id, leaf_hash(leaf))
            keys = [keys_of(at_work, alone).promise.public]
            promise = open_promise(note, keys, origin=origin_of(alone))
            assert promise.leaf_hash == leaf_hash(leaf)
            assert timedelta(0) < promise.merge_before - datetime.now(UTC) <= timedelta(seconds=60)
            await at_work.number(alone.agency.id)

    @pytest.mark.parametrize("ask", [b"\x01" * 32])
    async def test_are_refused_for_a_leaf_that_is_not_there(self, alone: World, at_work: Recorder, ask: bytes) -> None:
        assert await at_work.signer.answer(request("promise", alone, ask)) == {"ok": False, "why": "unknown-leaf"}

    async def test_are_refused_for_a_leaf_of_another_agency(self, alone: World, at_work: Recorder) -> None:
        other = await make_world(alone.app, alone.database)
        at_work.make_keys(other.agency.id)
        leaf = await waiting_leaf(other)
        assert await at_work.signer.answer(request("promise", alone, leaf_hash(leaf))) == {
            "ok": False,
            "why": "unknown-leaf",
        }
        assert (await at_work.signer.answer(request("promise", other, leaf_hash(leaf))))["ok"] is True

    async def test_are_refused_while_nobody_numbers(self, alone: World, at_work: Recorder) -> None:
        """A promise of a minute is not given where what waits has waited for half of one."""
        leaf = await waiting_leaf(alone)
        alone.database.sql("ALTER TABLE audit.event DISABLE TRIGGER USER")
        alone.database.sql("UPDATE audit.event SET stored_at = stored_at - interval '31 seconds'")
        asked = request("promise", alone, leaf_hash(leaf))
        assert await at_work.signer.answer(asked) == {"ok": False, "why": "behind"}
        await at_work.number(alone.agency.id)
        assert (await at_work.signer.answer(asked))["ok"] is True

    async def test_are_refused_for_a_log_that_is_refused(self, alone: World, at_work: Recorder) -> None:
        await at_work.settle(alone.agency.id)
        alone.database.sql("UPDATE audit.head SET root = sha256('other') WHERE size > 0")
        await at_work.signer.beat()
        leaf = await waiting_leaf(alone)
        assert await at_work.signer.answer(request("promise", alone, leaf_hash(leaf))) == {
            "ok": False,
            "why": "log-refused",
        }

    async def test_a_broken_one_is_said_loudly(self, alone: World, at_work: Recorder) -> None:
        """The entry vanishes after the promise and before it is numbered."""
        leaf = await waiting_leaf(alone)
        await at_work.signer.promise(alone.agency.id, leaf_hash(leaf))
        alone.database.sql("DELETE FROM audit.pending")
        with capture_logs() as early:
            await at_work.signer.beat()
        [watched] = at_work.signer.watched
        at_work.signer.watched[0] = replace(watched, merge_before=datetime.now(UTC) - timedelta(seconds=1))
        with capture_logs() as late:
            await at_work.signer.beat()
        broken = {"event": "signer.promise_broken", "log_level": "error", "agency": str(alone.agency.id)}
        assert broken not in early
        assert broken in late
        assert not at_work.signer.watched

    async def test_a_kept_one_is_forgotten_in_silence(self, alone: World, at_work: Recorder) -> None:
        leaf = await waiting_leaf(alone)
        await at_work.signer.promise(alone.agency.id, leaf_hash(leaf))
        await at_work.number(alone.agency.id)
        [watched] = at_work.signer.watched
        at_work.signer.watched[0] = replace(watched, merge_before=datetime.now(UTC) - timedelta(seconds=1))
        with capture_logs() as said:
            await at_work.signer.beat()
        assert "signer.promise_broken" not in [line["event"] for line in said]
        assert not at_work.signer.watched


def request(ask: str, world: World, digest: bytes) -> bytes:
    return json.dumps({"ask": ask, "agency": str(world.agency.id), "sha256": digest.hex()}).encode() + b"\n"


class TestTheSocket:
    @pytest.mark.parametrize(
        "line",
        [
            b"\n",
            b"null\n",
            b"[]\n",
            b"{}\n",
            b'"health"\n',
            b"\xff\xfe\n",
            b'{"ask":"sign","agency":"00000000-0000-0000-0000-000000000000","sha256":"00"}\n',
            b'{"ask":"promise","agency":"x","sha256":"' + b"00" * 32 + b'"}\n',
            b'{"ask":"promise","agency":7,"sha256":"' + b"00" * 32 + b'"}\n',
            b'{"ask":"promise","agency":"00000000-0000-0000-0000-000000000000","sha256":"00"}\n',
            b'{"ask":["health"]}\n',
            b"[" * 900 + b"\n",
        ],
    )
    async def test_what_is_no_request_is_told_so(self, at_work: Recorder, line: bytes) -> None:
        assert await at_work.signer.answer(line) == {"ok": False, "why": "malformed"}

    async def test_a_log_that_is_not_there_is_refused(self, at_work: Recorder, alone: World) -> None:
        asked = {"ask": "export", "agency": str(uuid.uuid4()), "sha256": "00" * 32}
        assert await at_work.signer.answer(json.dumps(asked).encode()) == {"ok": False, "why": "unknown-log"}

    async def test_the_process_answers_promises_exports_and_health(self, alone: World, at_work: Recorder) -> None:
        leaf = await waiting_leaf(alone)
        settings = at_work.settings
        client = SignerClient(settings.signer_socket, 5)
        with process(alone.database, "signer") as running:
            await until(settings.signer_socket.exists)
            assert stat.S_IMODE(settings.signer_socket.stat().st_mode) == 0o660
            assert await client.ask(ask="health") == {"ok": True, "refused": {}}
            promise = await client.promise_for(alone.agency.id, leaf)
            assert promise is not None
            policy = read_policy(settings.policies_folder, alone.agency.id)
            open_promise(promise, keys_in(policy, promise_key_name(origin_of(alone))), origin=origin_of(alone))
            note = await client.export_note(alone.agency.id, b"\x07" * 32)
            assert note is not None
            opened = open_note(note, keys_in(policy, export_key_name(origin_of(alone))))
            assert opened.text.splitlines()[:2] == ["upstander-bundle/v1", origin_of(alone)]
            await self.refuses_floods(settings.signer_socket)
            assert await client.ask(ask="health") == {"ok": True, "refused": {}}
            await self.only_one(alone.database)
            running.send_signal(signal.SIGTERM)
            assert running.wait(10) == 0
        assert not settings.signer_socket.exists()

    @staticmethod
    async def refuses_floods(socket: Path) -> None:
        reader, writer = await asyncio.open_unix_connection(socket)
        writer.write(b"x" * 100_000)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()

    @staticmethod
    async def only_one(database: Database) -> None:
        with process(database, "signer") as second:
            await until(lambda: second.poll() is not None)
            assert second.returncode == 1

    async def test_nobody_waits_for_a_signer_that_is_away(self, alone: World, at_work: Recorder) -> None:
        client = SignerClient(at_work.settings.signer_socket, 0.5)
        assert await client.promise_for(alone.agency.id, b"{}") is None

    async def test_nobody_waits_long_for_a_signer_that_hangs(self, tmp_path: Path) -> None:
        async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        path = tmp_path / "s"
        server = await asyncio.start_unix_server(hang, path)
        try:
            started = asyncio.get_running_loop().time()
            assert await SignerClient(path, 0.3).ask(ask="health") is None
            assert asyncio.get_running_loop().time() - started < 2
        finally:
            server.close()

    @pytest.mark.parametrize("answer", [b"", b"no json\n", b"[]\n", b"{", b'{"ok":true}\n', b"x" * 200_000])
    async def test_an_answer_that_is_none_is_no_promise(self, tmp_path: Path, answer: bytes) -> None:
        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(answer)
            writer.close()

        path = tmp_path / "s"
        server = await asyncio.start_unix_server(speak, path)
        try:
            assert await SignerClient(path, 2).promise_for(uuid.uuid4(), b"{}") is None
        finally:
            server.close()


async def until(holds: Callable[[], Any], seconds: float = 20) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


class TestKeys:
    def test_are_readable_by_the_signer_alone(self, tmp_path: Path) -> None:
        agency_id = uuid.uuid4()
        assert make_log_keys(tmp_path / "signer", tmp_path / "policies", agency_id, "log.example/x", is_signed=False)
        folder = tmp_path / "signer/keys" / str(agency_id)
        assert sorted(path.name for path in folder.iterdir()) == ["export.key", "log.key", "promise.key"]
        for path in (folder, *folder.iterdir(), tmp_path / "signer/state", *(tmp_path / "signer/state").iterdir()):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
        assert "PRIVATE" not in read_policy(tmp_path / "policies", agency_id)

    def test_are_made_once(self, tmp_path: Path) -> None:
        agency_id = uuid.uuid4()
        make = lambda: make_log_keys(tmp_path / "s", tmp_path / "p", agency_id, "log.example/x", is_signed=False)  # noqa: E731
        assert make()
        before = load_keys(tmp_path / "s/keys", agency_id, "log.example/x")
        assert not make()
        assert load_keys(tmp_path / "s/keys", agency_id, "log.example/x") == before

    def test_are_never_made_anew_for_a_log_that_was_signed(self, tmp_path: Path) -> None:
        with pytest.raises(KeysLost):
            make_log_keys(tmp_path / "s", tmp_path / "p", uuid.uuid4(), "log.example/x", is_signed=True)

    def test_of_another_log_are_not_taken(self, tmp_path: Path) -> None:
        agency_id = uuid.uuid4()
        make_log_keys(tmp_path / "s", tmp_path / "p", agency_id, "log.example/x", is_signed=False)
        with pytest.raises(KeysMissing):
            load_keys(tmp_path / "s/keys", agency_id, "log.example/y")

    def test_a_policy_that_names_witnesses_is_left_as_it_is(self, tmp_path: Path) -> None:
        agency_id = uuid.uuid4()
        make_log_keys(tmp_path / "s", tmp_path / "p", agency_id, "log.example/x", is_signed=False)
        (tmp_path / "p" / f"{agency_id}.txt").write_text("# ours\n")
        make_log_keys(tmp_path / "s", tmp_path / "p", agency_id, "log.example/x", is_signed=False)
        assert read_policy(tmp_path / "p", agency_id) == "# ours\n"


class TestWhoMayDoWhat:
    """The roles of PostgreSQL: what each process cannot do, whatever runs in it."""

    FORBIDDEN = {
        "app": [
            "INSERT INTO audit.event (event_id, agency_id, leaf, ord) VALUES (:a, :a, sha256(''), 1)",
            "UPDATE audit.event SET leaf = leaf",
            "DELETE FROM audit.event",
            "SELECT leaf FROM audit.event",
            "INSERT INTO audit.block (event_id, name, agency_id, text) VALUES (gen_random_uuid(), 'of', :a, '')",
            "UPDATE audit.block SET text = text",
            "DELETE FROM audit.block",
            "SELECT text FROM audit.block",
            "DELETE FROM audit.pending",
            "INSERT INTO audit.entry VALUES (:a, 0, gen_random_uuid(), sha256(''))",
            "UPDATE audit.entry SET idx = idx",
            "DELETE FROM audit.entry",
            "UPDATE audit.tile SET hashes = hashes",
            "UPDATE audit.head SET size = 0",
            "INSERT INTO audit.checkpoint (agency_id, size, note) VALUES (:a, 1, '')",
            "DELETE FROM audit.checkpoint",
            "TRUNCATE audit.event, audit.block, audit.pending",
            "ALTER TABLE audit.event DISABLE TRIGGER ALL",
            "DROP TABLE audit.pending",
            "SET session_replication_role = replica",
        ],
        "log": [
            "UPDATE audit.event SET leaf = leaf",
            "DELETE FROM audit.event",
            "SELECT text FROM audit.block",
            "UPDATE audit.entry SET idx = idx",
            "DELETE FROM audit.entry",
            "DELETE FROM audit.tile",
            "INSERT INTO audit.checkpoint (agency_id, size, note) VALUES (:a, 1, '')",
            "SELECT * FROM report",
            'SELECT * FROM "case"',
        ],
        "signer": [
            "SELECT text FROM audit.block",
            "DELETE FROM audit.pending",
            "INSERT INTO audit.entry VALUES (:a, 0, gen_random_uuid(), sha256(''))",
            "UPDATE audit.head SET size = 0",
            "UPDATE audit.tile SET hashes = hashes",
            "DELETE FROM audit.checkpoint",
            "SELECT * FROM report",
            "SELECT audit.append('{}', '{}', '{}', '{}', now())",
        ],
        "export": [
            "DELETE FROM audit.block",
            "UPDATE audit.head SET size = 0",
            "INSERT INTO audit.checkpoint (agency_id, size, note) VALUES (:a, 1, '')",
            "SELECT content FROM report",
            "SELECT password_hash FROM account",
            "SELECT sealed FROM draft",
            "UPDATE export SET asked_by = asked_by",
            "INSERT INTO export DEFAULT VALUES",
        ],
    }

    @pytest.mark.parametrize(
        ("role", "statement"), [(role, statement) for role, each in FORBIDDEN.items() for statement in each]
    )
    async def test_is_refused_by_the_server(self, database: Database, role: str, statement: str) -> None:
        password = getattr(database.secrets, f"{role}_password")
        engine = make_engine(as_role(database.settings().database_url, getattr(database.roles, role), password))
        try:
            with pytest.raises(DBAPIError) as refused:
                async with engine.begin() as tx:
                    await tx.execute(
                        text(statement),
                        {"a": uuid.UUID(int=0)} if ":a" in statement else {},
                    )
        finally:
            await engine.dispose()
        assert refused.value.orig.sqlstate == "42501"  # type: ignore[union-attr]

    async def test_even_a_superuser_who_switches_triggers_off_for_the_session_is_stopped_once(
        self, alone: World, at_work: Recorder
    ) -> None:
        await at_work.settle(alone.agency.id)
        for table in ("log", "event", "block", "entry", "checkpoint"):
            for act in (
                f"UPDATE {table} SET agency_id = agency_id",
                f"DELETE FROM {table}",
                f"TRUNCATE {table} CASCADE",
            ):
                script = f"SET LOCAL session_replication_role = replica; SET LOCAL search_path = audit; {act};"
                with pytest.raises(DBAPIError, match="the record is never changed"):
                    alone.database.sql(f"DO $do$ BEGIN {script} END $do$")

    async def test_an_agency_sees_no_other_log(self, alone: World) -> None:
        other = await make_world(alone.app, alone.database)
        async with alone.app.state.sessions() as tx:
            await speak_for(tx, alone.agency.id)
            for table in ("log", "head"):
                found = list(await tx.scalars(text(f"SELECT agency_id FROM audit.{table}")))
                assert found == [alone.agency.id]
        assert other.agency.id != alone.agency.id
