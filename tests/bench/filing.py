"""Filing a report, everything on, as a share of pgbench's rate on rows of the same shape in the same run.

Where the share stays below its aim, the processor times printed beside it say why: of a filing's time about two thirds
are the web process's and one third PostgreSQL's, which alone spends 5 to 10 times what pgbench's transaction costs:
some 60 rows (eight entries of a leaf, four blocks and a place in the queue each) under row security and foreign keys.
In the web process, by profile: a fifth makes and hashes entries, a quarter sends eight statements, a tenth makes the
rows, and a quarter is the framework's way from socket to route and back. On cores that others use too the share falls
further: pgbench's many processes get more turns than two workers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tests.bench import load
from tests.bench.stage import AGENCIES, PORT, Cast, Reporter, Stage, alone, cpu_seconds, web
from tests.bench.yardstick import transactions_a_second

SECONDS = 5
YARD_SECONDS = 3
CLIENTS = (1, 8, 32)


def measure(stage: Stage) -> None:
    print("filing, everything on, 2 workers; yardstick: pgbench, 12 single inserts in one transaction")
    with web(stage) as workers:
        for many in (AGENCIES, 1):
            warm_up(stage, stage.casts[:many])
            for clients in CLIENTS:
                before = cpu_seconds(stage.postmaster)
                yard = transactions_a_second(stage.url, stage.folder, clients, YARD_SECONDS)
                yard_cpu = (cpu_seconds(stage.postmaster) - before) / (yard * YARD_SECONDS)
                before, web_before = cpu_seconds(stage.postmaster), cpu_seconds(workers)
                found = file_for(stage, stage.casts[:many], clients, SECONDS)
                in_database = (cpu_seconds(stage.postmaster) - before) / len(found.times)
                in_web = (cpu_seconds(workers) - web_before) / len(found.times)
                print(
                    f"  {many:>2} agencies, {clients:>2} clients: {found.rate:5.0f}/s"
                    f"  p50 {found.percentile(0.5):6.1f} ms  p95 {found.percentile(0.95):6.1f} ms"
                    f"  pgbench {yard:5.0f}/s  share {found.rate / yard:.2f}"
                    f"  processor: web {in_web * 1000:.1f} ms, database {in_database * 1000:.1f} ms,"
                    f" pgbench's transaction {yard_cpu * 1000:.2f} ms{found.told(201)}"
                )


def warm_up(stage: Stage, casts: Sequence[Cast]) -> None:
    """Until every connection has prepared its statements."""
    file_for(stage, casts, 32, 2.0)


def file_for(stage: Stage, casts: Sequence[Cast], clients: int, seconds: float) -> load.Measured:
    return asyncio.run(load.run(PORT, clients, seconds, requests_of(stage, casts)))


def requests_of(stage: Stage, casts: Sequence[Cast]) -> load.Request:
    ready = [
        [(stage.token(cast, reporter.account_id), body_of(reporter)) for reporter in cast.reporters] for cast in casts
    ]
    run = datetime.now(UTC).timestamp()

    def request(number: int) -> bytes:
        turn, place = divmod(number, len(ready))
        token, body = ready[place][turn % len(ready[place])]
        mine = body.replace(b"NUMBER", f"{run:.0f}-{number}".encode())
        return load.post("/v1/reports", token, f"bench-{run:.3f}-{number:012}", mine)

    return request


def body_of(reporter: Reporter) -> bytes:
    """About 4 KB of JSON, two officers named, one harmed."""
    happened = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
    return json.dumps(
        {
            "statement_class": "duty_report",
            "warning": "duty-1",
            "incident": {"agency_number": "NUMBER", "occurred_at": happened, "place": "Alder Street"},
            "officers": [
                {"officer_id": str(reporter.names[0]), "role": "used_force", "force": ["punch"]},
                {"officer_id": str(reporter.names[1]), "role": "present"},
            ],
            "harmed": [{"description": "a man", "injuries": ["contusion"]}],
            "own_view": {"saw": "all", "vantage": "ten feet away"},
            "own_acts": {"intervened": "tried", "means": ["verbal"], "worked": "no"},
            "narrative": "He struck a man who lay on the ground. " * 80,
            "declares_accuracy": True,
        }
    ).encode()


if __name__ == "__main__":
    alone(measure)
