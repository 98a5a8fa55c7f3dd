"""What goes straight to the driver: whole or not at all, however large it is and whatever becomes of the connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.audit import log
from app.db.direct import ONE_TRIP, Statement
from tests.world import World, fresh_key, report_body

WAITS = 20
"""Seconds after which something hangs."""
LIMIT = 1024 * 1024
"""Of a request's body."""
Sends = Callable[[Session, Sequence[Statement]], Sequence[Statement]]


def largest_report(world: World) -> bytes:
    """As near to the limit as whole texts come, of characters that take four bytes each."""
    text = "\U0001f693" * 20_000
    officers = [{"name": "someone", "role": "present", "did": text}]
    body = report_body(world, narrative=text, officers=officers * 12)
    return json.dumps(body, ensure_ascii=False).encode()


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Sends], None]:
    """Have something done to the statements of the next commits just before they are sent."""
    send = log.send_together

    def arrange(act: Sends) -> None:
        def sending(session: Session, last: Sequence[Statement], *, commits: bool = False) -> None:
            send(session, act(session, last), commits=commits)

        monkeypatch.setattr(log, "send_together", sending)

    return arrange


def filed(world: World) -> tuple[list[Any], list[Any]]:
    of = {"a": world.agency.id}
    reports = world.database.sql("SELECT count(*) FROM report WHERE agency_id = :a", **of)
    return reports, world.database.sql("SELECT number FROM filing_number WHERE agency_id = :a", **of)


class TestLarge:
    """What is larger than one trip arrives as well, and nobody waits for ever over it."""

    async def test_a_report_near_the_limit_is_filed_whole(self, world: World) -> None:
        content = largest_report(world)
        assert LIMIT * 0.9 < len(content) < LIMIT
        headers = {"Content-Type": "application/json", "Idempotency-Key": fresh_key()}
        async with asyncio.timeout(WAITS):
            answer = await world.reporter.call("POST", "/v1/reports", content=content, headers=headers)
        assert answer.status_code == 201, answer.text
        own = (await world.reporter.get(f"/v1/reports/{answer.json()['id']}")).json()
        assert own["content"]["officers"][11]["did"] == "\U0001f693" * 20_000

    @pytest.mark.parametrize("characters", [ONE_TRIP // 4 - 1000, ONE_TRIP // 4 + 1000, ONE_TRIP, LIMIT // 4 - 100])
    async def test_an_answer_is_kept_of_whatever_size(self, world: World, characters: int) -> None:
        """It goes with the commit: below one trip in a pipeline, above it statement by statement."""
        said, key = {"content": {"narrative": "\U0001f693" * characters}}, fresh_key()
        body = {"content": json.dumps(said, ensure_ascii=False).encode()}
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        async with asyncio.timeout(WAITS):
            answers = [await world.reporter.call("POST", "/v1/drafts", headers=headers, **body) for _ in range(2)]
        assert [a.status_code for a in answers] == [201, 201], answers[0].text
        assert answers[0].content == answers[1].content
        assert len((await world.reporter.get("/v1/drafts")).json()) == 1


class TestLost:
    """Nothing is filed by halves, nothing twice, and the connections that are left work."""

    @pytest.mark.parametrize("words", [10, ONE_TRIP // 2])
    async def test_a_connection_lost_at_the_commit_files_nothing_and_a_retry_files_once(
        self, world: World, meanwhile: Callable[[Sends], None], monkeypatch: pytest.MonkeyPatch, words: int
    ) -> None:
        def cut(session: Session, last: Sequence[Statement]) -> Sequence[Statement]:
            pid = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar()
            world.database.sql("SELECT pg_terminate_backend(:pid, 5000)", pid=pid)
            return last

        body, key = report_body(world, narrative="w" * words), fresh_key()
        meanwhile(cut)
        answer = await world.reporter.post("/v1/reports", body, key=key)
        monkeypatch.undo()
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        assert filed(world) == ([(0,)], [])
        for _ in range(10):
            assert (await world.reporter.get("/v1/me")).status_code == 200
        again = await world.reporter.post("/v1/reports", body, key=key)
        assert (again.status_code, "idempotency-replayed" in again.headers) == (201, False)
        assert filed(world) == ([(1,)], [(1,)])

    async def test_a_statement_that_fails_among_others_takes_all_of_them_back(
        self, world: World, meanwhile: Callable[[Sends], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        body, key = report_body(world), fresh_key()
        meanwhile(lambda _, last: [*last[:-1], ("SELECT 1 / %(zero)s::int", {"zero": 0}), last[-1]])
        answer = await world.reporter.post("/v1/reports", body, key=key)
        monkeypatch.undo()
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/validation")
        assert filed(world) == ([(0,)], [])
        assert (await world.reporter.post("/v1/reports", body, key=key)).status_code == 201
        assert filed(world) == ([(1,)], [(1,)])
        stuck = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        assert world.database.sql(stuck) == [(0,)]
