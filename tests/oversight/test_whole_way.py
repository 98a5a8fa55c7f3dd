"""From a filed report to a verified export, with worker and signer as the processes they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from app.api.app import create_app
from tests.database import Database
from tests.record import command, process, verify
from tests.world import World, file_case, make_world


@pytest.fixture
async def alone(own_database: Database) -> AsyncIterator[World]:
    app: FastAPI = create_app(own_database.settings(), own_database.secrets)
    async with app.router.lifespan_context(app):
        yield await make_world(app, own_database)


async def until(holds: Callable[[], Any], seconds: float = 60) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not await asyncio.to_thread(holds):
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.1)


class TestTheWholeWay:
    async def test_from_a_report_to_a_verified_export(self, alone: World) -> None:
        database = alone.database
        made = await asyncio.to_thread(command, database, "keys", "make")
        assert (made.returncode, made.stderr) == (0, "")
        assert len(made.stdout.splitlines()) == 2  # the agency's log, and the one of what belongs to no agency
        again = await asyncio.to_thread(command, database, "keys", "make")
        assert (again.returncode, again.stdout) == (0, "")
        policy = (await asyncio.to_thread(command, database, "keys", "policy", "--agency", alone.agency.ori)).stdout
        shown = (await asyncio.to_thread(command, database, "keys", "show")).stdout.split()
        assert {line.split()[1] for line in policy.splitlines() if line.startswith("log ")} <= set(shown)
        with process(database, "worker"), process(database, "signer"):
            report = await file_case(alone)
            asked = (await alone.board.post("/v1/audit/exports", {"purpose": "case_review"})).json()
            await until(lambda: self.state(database, asked["id"]) != "asked")
            bundle = (await alone.board.get(f"/v1/audit/exports/{asked['id']}/content")).content
            outside = verify(bundle, policy, "--state", "state.json")
            assert outside.code == 0, outside.text
            receipt = (await alone.reporter.get(report["receipt"])).json()
            assert receipt["promise"] is not None
            self.lose_every_connection(database)
            await file_case(alone)
            await until(lambda: database.sql("SELECT count(*) FROM audit.pending") == [(0,)])
            await self.at_the_command_line(alone, policy, outside.folder)

    @staticmethod
    def state(database: Database, export_id: str) -> object:
        return database.sql("SELECT state FROM export WHERE id = :id", id=export_id)[0][0]

    @staticmethod
    def lose_every_connection(database: Database) -> None:
        """What a restart of the database does to worker and signer."""
        database.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename = ANY(:roles)",
            roles=[database.roles.log, database.roles.signer, database.roles.export],
        )

    @staticmethod
    async def at_the_command_line(alone: World, policy: str, desk: Path) -> None:
        """The same export, joined to the last one; asked for in the name of the board, which sees it in its list."""
        target = alone.database.folder / "pulled.zip"
        words = ["export", "--agency", alone.agency.ori, "--as", alone.board.email, "--to", str(target)]
        done = await asyncio.to_thread(command, alone.database, *words)
        assert done.returncode == 0, done.stderr
        joined = verify(target.read_bytes(), policy, "--state", "state.json", folder=desk)
        assert joined.code == 0, joined.text
        assert "continues the tree" in joined.text
        assert len((await alone.board.get("/v1/audit/exports")).json()) == 2
        asked = [entry for entry in alone.entries() if entry["what"]["kind"] == "export.asked"]
        assert [entry["who"]["actor"] == "service" for entry in asked] == [False, True]
        assert asked[1]["of"]["for_account"] == str(alone.board.account_id)
        again = await asyncio.to_thread(command, alone.database, *words)
        assert (again.returncode, "nothing is overwritten" in again.stderr) == (1, True)
        checked = await asyncio.to_thread(
            command, alone.database, "verify", "check", str(target), "--policy", str(desk / "policy.txt")
        )
        assert checked.returncode == 0, checked.stdout

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"--agency": "ZZ0000000"}, "No agency has the ORI"),
            ({"--as": "nobody@example.org"}, "No account"),
            ({"--as": "reporter"}, "holds no office"),
            ({"--since": "12345"}, "No checkpoint of size 12345"),
            ({"--purpose": "curiosity"}, "The purpose is one of"),
        ],
    )
    async def test_the_command_line_goes_by_the_same_rules(
        self, alone: World, change: dict[str, str], says: str
    ) -> None:
        options = {
            "--agency": alone.agency.ori,
            "--as": alone.board.email,
            "--to": str(alone.database.folder / "no.zip"),
            **{name: alone.reporter.email if value == "reporter" else value for name, value in change.items()},
        }
        words = [word for pair in options.items() for word in pair]
        refused = await asyncio.to_thread(command, alone.database, "export", *words)
        assert refused.returncode == 1
        assert says in refused.stderr
        assert "Traceback" not in refused.stderr
        assert "export.asked" not in alone.kinds()
