"""S49: an answer that was lost on the way is given again; the act happened once."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx2
import pytest

from app.api.app import create_app
from tests.database import Database
from tests.faults.serving import free_port, web
from tests.world import fresh_key, make_world, report_body


async def test_killed_between_commit_and_answer_a_retry_with_the_same_key_files_nothing_more(
    own_database: Database, tmp_path: Path
) -> None:
    app = create_app(own_database.settings(), own_database.secrets)
    world = await make_world(app, own_database)
    port, marker = free_port(), tmp_path / "die"
    base = f"http://127.0.0.1:{port}"
    world.app.state.tokens = type(app.state.tokens).load(base, own_database.secrets.token_keys)
    key, body = fresh_key(), report_body(world)
    headers = {"Authorization": f"Bearer {world.reporter.token}", "Idempotency-Key": key}
    with web(own_database, "tests.faults.dying:server", port, DIES_AT=str(marker)) as running:
        marker.touch()
        async with httpx2.AsyncClient(base_url=base) as client:
            with pytest.raises(httpx2.TransportError):
                await client.post("/v1/reports", json=body, headers=headers)
        assert running.process.wait(10) == -signal.SIGKILL
    assert own_database.sql("SELECT count(*) FROM report") == [(1,)]
    with web(own_database, port=port):
        async with httpx2.AsyncClient(base_url=base) as client:
            again = await client.post("/v1/reports", json=body, headers=headers)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    rows = own_database.sql("SELECT id::text FROM report")
    assert rows == [(again.json()["id"],)]
    assert own_database.sql("SELECT number FROM filing_number") == [(1,)]
    assert world.kinds().count("report.filed") == 1
