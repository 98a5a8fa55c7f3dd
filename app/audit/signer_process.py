"""The signing process: a beat over all logs and a local socket, and the lock that keeps a second signer away."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import structlog
from sqlalchemy.exc import DBAPIError

from app.audit.keys import make_signer_folder
from app.audit.signer import Signer
from app.db.roles import Roles
from app.db.session import as_role, make_engine
from app.settings import Settings, read_secret

REQUEST_BYTES = 1024
REQUEST_SECONDS = 5.0
MOST_CALLERS = 64
LONGEST_PAUSE = 10.0
SOCKET_PATH_BYTES = 107  # sun_path of unix(7) less its closing zero

log = structlog.get_logger()


class SignerRunning(Exception):
    """Another signer works with this folder; two of them would sign two trees."""


class SocketUnusable(Exception):
    """The path of the signer's socket is too long for a socket."""


async def run_signer(settings: Settings, stop: asyncio.Event) -> None:
    """Sign until told to stop. Raises SignerRunning, SocketUnusable, SecretsMissing."""
    password = read_secret(settings.secrets_folder, "signer_password")
    folder, path = settings.signer_folder, settings.signer_socket
    if len(os.fsencode(path.absolute())) > SOCKET_PATH_BYTES:
        raise SocketUnusable(f"The path {path.absolute()} is too long for a socket; choose a shorter data folder.")
    make_signer_folder(folder)
    url = as_role(settings.database_url, Roles(settings.role_prefix).signer, password)
    engine = make_engine(url, pool_size=4)
    with _alone(folder / "lock"):
        signer = Signer(engine, folder / "keys", folder / "state")
        server = await open_socket(signer, path)
        log.info("signer.started", process=os.getpid())
        try:
            await _beat_until(signer, settings.beat_seconds, stop)
        finally:
            server.close()
            _clear(path)
            await engine.dispose()
            log.info("signer.stopped", process=os.getpid())


async def _beat_until(signer: Signer, beat_seconds: float, stop: asyncio.Event) -> None:
    pause = 0.1
    while not stop.is_set():
        try:
            await signer.beat()
            wait, pause = beat_seconds, 0.1
        except (DBAPIError, OSError) as error:
            log.error("signer.database_away", error=type(error).__name__)
            wait, pause = pause, min(pause * 2, LONGEST_PAUSE)
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            continue


async def open_socket(signer: Signer, path: Path) -> asyncio.Server:
    """A socket for this user and group alone; a path left behind by a killed process is taken over under the lock."""
    callers = asyncio.Semaphore(MOST_CALLERS)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_SECONDS), callers:
                answer = await signer.answer(await reader.readuntil(b"\n"))
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, DBAPIError) as error:
            log.warning("signer.unanswered", error=type(error).__name__)
        finally:
            writer.close()

    _clear(path)
    before = os.umask(0o117)
    try:
        return await asyncio.start_unix_server(serve, path, limit=REQUEST_BYTES)
    finally:
        os.umask(before)


def _clear(path: Path) -> None:
    make_signer_folder(path.parent)
    path.unlink(missing_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[IO[str]]:
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SignerRunning(f"Another signer works with {path.parent}.") from None
        yield lock
