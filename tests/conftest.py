"""What every test may ask for: a database, the application on it, a world with a cast."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from hypothesis import settings
from sqlalchemy.engine import URL

from app.api.app import create_app
from app.api.logs import write_logs
from app.db.roles import Roles
from tests.database import Database, database_server, drop_roles, fresh_database
from tests.world import World, make_world

settings.register_profile("ci", derandomize=True)
"""The verdict on a change hangs on the change alone; at a desk every run still draws anew."""
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session")
def server(worker_id: str) -> Iterator[tuple[URL, Roles]]:
    with database_server(worker_id) as (url, roles):
        yield url, roles


@pytest.fixture(scope="session")
def template(server: tuple[URL, Roles], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A migrated database that nobody connects to, to be copied."""
    url, roles = server
    with fresh_database(url, roles, tmp_path_factory.mktemp("template")) as database:
        yield database
    drop_roles(url, roles)


@pytest.fixture(scope="session")
def database(
    server: tuple[URL, Roles], template: Database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The database that most tests share; each works in an agency of its own."""
    with fresh_database(*server, tmp_path_factory.mktemp("data"), template) as database:
        yield database


@pytest.fixture
def own_database(server: tuple[URL, Roles], template: Database, tmp_path: Path) -> Iterator[Database]:
    """A database for one test alone: for tampering, killing, migrating."""
    with fresh_database(*server, tmp_path / "data", template) as database:
        yield database


@pytest.fixture(scope="session")
async def app(database: Database) -> AsyncIterator[FastAPI]:
    write_logs(logging.WARNING)
    application = create_app(database.settings(), database.secrets)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def world(app: FastAPI, database: Database) -> World:
    """A fresh agency with its cast."""
    return await make_world(app, database)


@pytest.fixture
async def neighbours(app: FastAPI, database: Database) -> World:
    """Another agency on the same installation (A6)."""
    return await make_world(app, database)
