"""The triage queue, 50 rows, at 10 thousand and 100 thousand cases of one agency: flat, or growing with them."""

from __future__ import annotations

import asyncio

import psycopg

from tests.bench import load
from tests.bench.stage import PORT, Stage, alone, web

SIZES = (10_000, 100_000)
SECONDS = 4
CLIENTS = 8
CASES = """
    WITH made AS (
        INSERT INTO incident (id, agency_id, agency_number, occurred_at, precision, place, source, facts, has_injury,
            made_up, created_at)
        SELECT gen_random_uuid(), %(agency)s, 'Q-' || n, now() - n * interval '10 minutes', 'minute', 'Alder Street',
            'intake', '{}', false, false, now()
        FROM generate_series(1, %(amount)s) n
        RETURNING id, agency_id, occurred_at
    )
    INSERT INTO "case" (id, agency_id, incident_id, state, level, triage_due_at, entered_at, version, made_up,
        created_at)
    SELECT gen_random_uuid(), agency_id, id, 'routed', 'internal_affairs', occurred_at + interval '7 days', now(), 1,
        false, now()
    FROM made
"""


def measure(stage: Stage) -> None:
    cast = stage.casts[-1]
    url = stage.url.set(drivername="postgresql").render_as_string(hide_password=False)
    request = load.get("/v1/cases?limit=50", stage.token(cast, cast.commander_id))
    p95s: list[float] = []
    there = 0
    print(f"triage queue, 50 rows, {CLIENTS} clients; yardstick: itself at {SIZES[0]:,} cases")
    with web(stage):
        for size in SIZES:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(CASES, {"agency": cast.agency_id, "amount": size - there})
                connection.execute('ANALYZE incident, "case"')
            there = size
            asyncio.run(load.run(PORT, CLIENTS, 1.0, lambda _: request))
            found = asyncio.run(load.run(PORT, CLIENTS, SECONDS, lambda _: request))
            p95s.append(found.percentile(0.95))
            print(
                f"  {size:>7,} cases: {found.rate:5.0f}/s  p50 {found.percentile(0.5):6.1f} ms  p95 {p95s[-1]:6.1f} ms"
                f"  ratio {p95s[-1] / p95s[0]:.2f}{found.told(200)}"
            )


if __name__ == "__main__":
    alone(measure)
