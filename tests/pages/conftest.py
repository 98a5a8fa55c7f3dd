"""A real server on a free port, and a real Chromium that reports what a strict page must never do."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, async_playwright

from app.api.app import create_app
from tests.database import Database
from tests.pages.browsing import DESK, PHONE, Visitor
from tests.world import World, make_world

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def browser_path() -> str | None:
    return os.environ.get("UPSTANDER_BROWSER") or shutil.which("chromium") or shutil.which("chromium-browser")


@asynccontextmanager
async def served(app: FastAPI, listening: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on", server_header=False))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        assert not running.done(), "the server did not start"
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        await running


@pytest.fixture(scope="session")
async def pages_app(database: Database) -> AsyncIterator[FastAPI]:
    """The application with its pages at the address it is told to have."""
    listening = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = create_app(database.settings(base_url=base), database.secrets)
    async with served(app, listening):
        yield app


@pytest.fixture(scope="session")
def base(pages_app: FastAPI) -> str:
    return str(pages_app.state.settings.base_url)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    path = browser_path()
    if path is None:
        pytest.skip("no Chromium: set UPSTANDER_BROWSER or put chromium on PATH")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def world(pages_app: FastAPI, database: Database) -> World:
    """A fresh agency behind the served pages."""
    return await make_world(pages_app, database)


@pytest.fixture
async def desk(chromium: Browser, base: str) -> AsyncIterator[Visitor]:
    """A browser of desk size, without script."""
    async with Visitor.comes(chromium, base, DESK) as visitor:
        yield visitor


@pytest.fixture
async def phone(chromium: Browser, base: str) -> AsyncIterator[Visitor]:
    """A browser of phone size, without script."""
    async with Visitor.comes(chromium, base, PHONE) as visitor:
        yield visitor


@pytest.fixture
async def scripted(chromium: Browser, base: str) -> AsyncIterator[Visitor]:
    """A browser of desk size that runs script."""
    async with Visitor.comes(chromium, base, DESK, script=True) as visitor:
        yield visitor


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
async def visitor(request: pytest.FixtureRequest, chromium: Browser, base: str) -> AsyncIterator[Visitor]:
    """The same test at a desk and on a phone, without script."""
    async with Visitor.comes(chromium, base, request.param) as visitor:
        yield visitor
