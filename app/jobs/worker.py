"""The worker: numbers the record, keeps its heartbeat, makes exports; one process, and any number of them may run."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.audit.sequencer import RecordDamaged, beat_all, number_all
from app.audit.signer_client import SignerClient
from app.db.roles import Roles
from app.db.session import as_role, make_engine, make_sessions
from app.jobs.exports import NOTE_SECONDS, Exporter, sweep
from app.settings import Settings, read_secret

HEARTBEAT_LOOK_SECONDS = 60.0
EXPORT_LOOK_SECONDS = 1.0
SWEEP_SECONDS = 600.0
LONGEST_PAUSE = 10.0

log = structlog.get_logger()
Work = Callable[[], Awaitable[object]]


async def run_worker(settings: Settings, stop: asyncio.Event) -> None:
    """Work until told to stop; a database that restarts is waited for. Raises SecretsMissing."""
    roles = Roles(settings.role_prefix)
    log_url = as_role(settings.database_url, roles.log, read_secret(settings.secrets_folder, "log_password"))
    export_url = as_role(settings.database_url, roles.export, read_secret(settings.secrets_folder, "export_password"))
    numbering, exporting = make_engine(log_url, pool_size=4), make_engine(export_url, pool_size=4)
    exporter = Exporter(settings, export_url, exporting, SignerClient(settings.signer_socket, NOTE_SECONDS))
    heartbeats = make_sessions(numbering)

    async def number() -> None:
        await number_all(numbering)

    async def beat() -> None:
        await beat_all(heartbeats)

    async def tidy() -> None:
        await asyncio.to_thread(sweep, settings.exports_folder)

    log.info("worker.started", process=os.getpid())
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_again_and_again("number", number, settings.tick_seconds, stop))
            tasks.create_task(_again_and_again("heartbeat", beat, HEARTBEAT_LOOK_SECONDS, stop))
            tasks.create_task(_again_and_again("export", exporter.make_all, EXPORT_LOOK_SECONDS, stop))
            tasks.create_task(_again_and_again("sweep", tidy, SWEEP_SECONDS, stop))
    finally:
        await numbering.dispose()
        await exporting.dispose()
        log.info("worker.stopped", process=os.getpid())


async def _again_and_again(name: str, work: Work, every_seconds: float, stop: asyncio.Event) -> None:
    """Do one kind of work on its beat; after a failure wait longer each time, and say so."""
    pause = every_seconds
    while not stop.is_set():
        try:
            await work()
            pause = every_seconds
        except (DBAPIError, PoolTimeout, OSError, RecordDamaged) as error:
            log.error("worker.failed", what=name, error=type(error).__name__, exc_info=error)
            pause = min(max(pause, 0.1) * 2, LONGEST_PAUSE)
        try:
            await asyncio.wait_for(stop.wait(), pause)
        except TimeoutError:
            continue
