"""S53: what those who keep the service running are told, and that nothing of a case or a person is in it."""

from __future__ import annotations

import io
import json
import sys
import uuid
from collections.abc import Callable, Iterator

import httpx2
import pytest
import structlog

from app.api.app import create_app
from app.api.logs import write_logs
from tests.database import Database
from tests.world import NOWHERE, World, report_body

MEMBERS = {"event", "level", "method", "ms", "request_id", "route", "status", "timestamp"}
Told = Callable[[], list[str]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """The lines that were logged so far."""
    said, before = io.StringIO(), structlog.get_config()
    monkeypatch.setattr(sys, "stderr", said)
    write_logs()
    yield lambda: said.getvalue().splitlines()
    structlog.configure(**before)


async def ask(app: object, path: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://upstander.test") as client:
        return await client.get(path)


class TestReadiness:
    """Alive is the process; ready is the database too."""

    async def test_a_working_service_is_alive_and_ready(self, world: World) -> None:
        assert (await ask(world.app, "/livez")).json() == {"status": "alive"}
        assert (await ask(world.app, "/readyz")).json() == {"status": "ready"}

    async def test_without_its_database_it_is_alive_and_not_ready(self, database: Database) -> None:
        away = database.settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none", pool_wait_seconds=0.2)
        app = create_app(away, database.secrets)
        try:
            assert (await ask(app, "/livez")).status_code == 200
            answer = await ask(app, "/readyz")
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        finally:
            await app.state.engine.dispose()


class TestMeasures:
    """Counts by route template: no id, no name, no agency."""

    async def test_they_count_routes_and_never_the_records_asked_for(self, world: World) -> None:
        await world.sergeant.get(f"/v1/cases/{NOWHERE}")
        told = (await ask(world.app, "/metrics")).text
        assert 'upstander_requests_total{method="GET",route="/v1/cases/{case_id}",status="404"}' in told
        assert str(NOWHERE) not in told
        assert str(world.agency.id) not in told

    async def test_a_path_that_anyone_may_invent_is_counted_under_one_name(self, world: World) -> None:
        await ask(world.app, f"/{uuid.uuid4()}/canary")
        told = (await ask(world.app, "/metrics")).text
        assert 'route="unmatched"' in told
        assert "canary" not in told


class TestLogs:
    """One JSON line a request, of allow-listed members; no body, no query, no name."""

    async def test_a_report_leaves_no_word_of_it(self, world: World, told: Told) -> None:
        await world.reporter.post("/v1/reports", report_body(world, narrative="canary in the narrative"))
        await world.reporter.get("/v1/cases?state=canary")
        lines = told()
        requests = [json.loads(line) for line in lines]
        assert [(one["route"], one["status"]) for one in requests] == [("/v1/reports", 201), ("/v1/cases", 422)]
        assert all(set(one) == MEMBERS for one in requests)
        assert not [line for line in lines if "canary" in line or world.reporter.name in line]

    def test_what_is_not_listed_is_left_out(self, told: Told) -> None:
        structlog.get_logger().info("said", narrative="canary", name="canary", status=200)
        [line] = told()
        assert "canary" not in line
        assert json.loads(line)["status"] == 200

    def test_an_exception_tells_its_places_and_never_its_text(self, told: Told) -> None:
        try:
            raise ValueError("canary")
        except ValueError as error:
            structlog.get_logger().error("failed", exc_info=error)
        [line] = told()
        assert "canary" not in line
        assert "test_watching.py:" in line
