"""Numbering beside filing: whether it keeps up, and how long an entry is durable but unnumbered."""

from __future__ import annotations

import threading
import time

import psycopg

from tests.bench import yardstick
from tests.bench.filing import file_for, warm_up
from tests.bench.stage import Stage, alone, process, web

SECONDS = 8
CLIENTS = 32
LOOK_SECONDS = 0.02
OLDEST = """
    SELECT extract(epoch FROM clock_timestamp() - min(e.stored_at))
    FROM (SELECT event_id FROM audit.pending ORDER BY xid LIMIT 50) p JOIN audit.event e USING (event_id)
"""
COUNTS = "SELECT (SELECT count(*) FROM audit.entry), (SELECT count(*) FROM audit.pending)"


def measure(stage: Stage) -> None:
    yard = yardstick.commits_a_second(stage.url, stage.folder, CLIENTS, 3)
    with web(stage), process(stage, "app.cli", "worker"):
        warm_up(stage, stage.casts)
        _wait_until_numbered(stage)
        with _Looking(stage) as looking:
            numbered = _counts(stage)[0]
            found = file_for(stage, stage.casts, CLIENTS, SECONDS)
            after, waiting = _counts(stage)
        drained = _wait_until_numbered(stage)
    lags = sorted(looking.lags) or [0.0]
    print(
        f"sequencing beside filing ({found.rate:.0f} reports/s): {(after - numbered) / found.seconds:.0f} entries/s"
        f" numbered, {waiting} waiting at the end, none after {drained:.1f} s; oldest unnumbered"
        f" p50 {lags[len(lags) // 2] * 1000:.0f} ms, p99 {lags[int(len(lags) * 0.99)] * 1000:.0f} ms;"
        f" pgbench one row, one commit {yard:.0f}/s"
    )


class _Looking:
    """Looks at the age of the oldest entry that waits, again and again, until the block ends."""

    def __init__(self, stage: Stage) -> None:
        self.lags: list[float] = []
        self._stage, self._over = stage, threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        with psycopg.connect(_dsn(self._stage), autocommit=True) as connection:
            while not self._over.wait(LOOK_SECONDS):
                row = connection.execute(OLDEST).fetchone()
                self.lags.append(float(row[0] or 0) if row else 0.0)

    def __enter__(self) -> _Looking:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def _dsn(stage: Stage) -> str:
    return stage.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _counts(stage: Stage) -> tuple[int, int]:
    with psycopg.connect(_dsn(stage)) as connection:
        row = connection.execute(COUNTS).fetchone()
    assert row
    return row[0], row[1]


def _wait_until_numbered(stage: Stage) -> float:
    """Seconds until nothing waits; a minute at most."""
    begun = time.monotonic()
    while _counts(stage)[1] and time.monotonic() - begun < 60:
        time.sleep(0.1)
    return time.monotonic() - begun


if __name__ == "__main__":
    alone(measure)
