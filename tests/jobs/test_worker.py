"""The worker outlives its database: stopped and started again, nothing is lost and nobody has to help."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from app.api.app import create_app
from app.audit.log import record
from app.db.embedded import Server
from app.db.roles import Roles
from tests.database import fresh_database
from tests.record import process
from tests.world import World, make_world


@pytest.fixture
def place() -> Iterator[Path]:
    """A short path that the server's own user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="upw-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


async def write(world: World) -> None:
    async with world.transaction() as tx:
        record(tx, "agency.read", ("agency", world.agency.id))


async def numbered(world: World) -> None:
    """Wait until nothing waits."""
    for _ in range(400):
        if await asyncio.to_thread(world.database.sql, "SELECT count(*) FROM audit.pending") == [(0,)]:
            return
        await asyncio.sleep(0.1)
    pytest.fail("what was written was not numbered")


class TestADatabaseThatRestarts:
    async def test_is_waited_for_and_worked_for_again(self, place: Path) -> None:
        server = Server.start(place / "pg", durable=False)
        try:
            roles = Roles(f"ut_{secrets.token_hex(4)}")
            with fresh_database(make_url(server.url("postgres")), roles, place / "data") as database:
                app = create_app(database.settings(), database.secrets)
                async with app.router.lifespan_context(app):
                    world = await make_world(app, database)
                    with process(database, "worker") as worker:
                        await numbered(world)
                        server.stop()
                        with pytest.raises(DBAPIError):
                            await write(world)
                        await asyncio.sleep(2)
                        assert worker.poll() is None
                        server = Server.start(place / "pg", durable=False)
                        await write(world)
                        await numbered(world)
                        assert worker.poll() is None
                    assert worker.returncode == 0
                sizes = database.sql("SELECT size, (SELECT count(*) FROM audit.event) FROM audit.head WHERE size > 0")
                assert sum(int(str(size)) for size, _ in sizes) == sizes[0][1]
        finally:
            server.stop()
