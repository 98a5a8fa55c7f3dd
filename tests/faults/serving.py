"""The web process as a real process on a free port, with a database of its own."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

from tests.database import Database
from tests.record import environment, write_secrets
from tests.shared import PROJECT

READY_SECONDS = 30


@dataclass
class Web:
    base: str
    process: subprocess.Popen[bytes]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def web(database: Database, factory: str = "app.main:server", port: int | None = None, **more: str) -> Iterator[Web]:
    """Uvicorn with this application factory; ended by its id when the block ends."""
    write_secrets(database)
    port = port or free_port()
    base = f"http://127.0.0.1:{port}"
    settings = {**environment(database), "UPSTANDER_BASE_URL": base, **more}
    command = [sys.executable, "-m", "uvicorn", factory, "--factory", "--port", str(port), "--log-level", "warning"]
    with (database.folder / f"web.{port}.log").open("ab") as log:
        running = subprocess.Popen(command, cwd=PROJECT, env=settings, stdout=log, stderr=log)
        try:
            _wait(base, running)
            yield Web(base, running)
        finally:
            if running.poll() is None:
                running.terminate()
            running.wait(20)


def _wait(base: str, running: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends:
        assert running.poll() is None, "the web process ended at its start"
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{base}/livez", timeout=2)
            return
        time.sleep(0.05)
    raise AssertionError("the web process did not answer")
