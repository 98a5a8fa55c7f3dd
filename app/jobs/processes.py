"""Runs the worker or the signer as a process: the event loop, and a clean stop on SIGTERM and SIGINT."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from app.settings import Settings

Process = Callable[[Settings, asyncio.Event], Awaitable[None]]


def run_process(run: Process, settings: Settings) -> None:
    """Run until told to stop; what was begun is finished first."""

    async def until_stopped() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await run(settings, stop)

    asyncio.run(until_stopped())
