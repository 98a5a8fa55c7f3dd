"""Security section 6, row by row: what a bad request gets, and that it leaves every table as it was (S43)."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import create_engine, text

from app.agencies.token_keys import new_token_key
from app.agencies.tokens import Tokens
from app.api.app import create_app
from tests.database import Database
from tests.house.test_bad_input import MALFORMED, UNFIT, place, raw
from tests.pages.test_guard import Browser
from tests.proceedings.walk import problem
from tests.shared import PROJECT
from tests.world import Person, World, file_case, fresh_key, make_world, report_body

NOBODY = str(uuid.UUID(int=1))
DATES = {case for case in UNFIT if "date" in case or case in ("before 1900", "future", "overflow by offset")}


@dataclass
class Scene:
    """A world in which Officer Rivera has filed a report and begun another."""

    world: World
    case: dict[str, Any]
    draft: str
    elsewhere: dict[str, Any]
    """A case of another agency."""

    @property
    def path(self) -> str:
        return f"/v1/cases/{self.case['case_id']}"

    async def send(self, body: bytes, kind: str = "application/json") -> httpx2.Response:
        return await self.world.reporter.call("POST", "/v1/reports", **raw(body, kind))

    async def bearing(self, token: str) -> httpx2.Response:
        return await self.world.reporter.get("/v1/reports", headers={"Authorization": token})

    async def form(self, token: str | None = None, **headers: str) -> httpx2.Response:
        """Begin a report on the pages."""
        browser = Browser(self.world.app, "http://upstander.test")
        await browser.sign_in(self.world.stranger)
        fields = {"form_token": await browser.token() if token is None else token, "once": "x" * 20}
        return await browser.post("/file", fields, **headers)

    def everything(self) -> dict[str, Any]:
        """Of each table that has rows of this agency: how many, and a hash over them."""
        tables = self.world.database.sql(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND column_name = 'agency_id' AND table_name <> 'session' ORDER BY 1"
        )
        assert len(tables) > 30
        parts = " UNION ALL ".join(
            f"SELECT '{name}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) "
            f'FROM "{name}" t WHERE agency_id = :a'
            for [name] in tables
        )
        return {str(name): rest for name, *rest in self.world.database.sql(parts, a=self.world.agency.id)}


Act = Callable[[Scene], Awaitable[httpx2.Response]]


@dataclass(frozen=True)
class Bad:
    """One bad request of a row of the table; `act` sends it."""

    row: str
    says: str
    act: Act
    status: int
    slug: str


BAD: list[Bad] = []


def bad(row: str, says: str, status: int, slug: str) -> Callable[[Act], Act]:
    def keep(act: Act) -> Act:
        BAD.append(Bad(row, says, act, status, slug))
        return act

    return keep


def list_bodies() -> None:
    """The rows about what a body holds, from the tables of test_bad_input."""
    for says, content in MALFORMED.items():
        BAD.append(Bad("malformed body", says, lambda s, b=content: s.send(b), 400, "malformed-body"))
    for says, (path, value) in UNFIT.items():

        async def act(scene: Scene, path: str = path, value: Any = value) -> httpx2.Response:
            return await scene.send(json.dumps(place(report_body(scene.world), path, value)).encode())

        row = "unfit date" if says in DATES else "unfit body"
        if says not in ("nobody", "officer of nowhere"):  # these are no rule of one member
            BAD.append(Bad(row, says, act, 422, "validation"))
    BAD.append(Bad("unfit body", "no body", lambda s: s.send(b""), 422, "validation"))


list_bodies()


@bad("type, form, method", "a type that is not JSON", 415, "unsupported-media")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.send(b"mode=named", "application/x-www-form-urlencoded")


@bad("type, form, method", "an answer in a form that is not made", 406, "not-acceptable")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.reporter.post("/v1/reports", report_body(scene.world), headers={"Accept": "text/csv"})


@bad("type, form, method", "an unlisted method", 405, "method-not-allowed")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.reporter.call("DELETE", f"/v1/reports/{scene.case['id']}")


@bad("body over the limit", "announced", 413, "too-large")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.send(b'"' + b"x" * 1_100_000 + b'"')


@bad("body over the limit", "not announced", 413, "too-large")
async def _(scene: Scene) -> httpx2.Response:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    return await scene.world.reporter.call("POST", "/v1/reports", **raw(b"") | {"content": pieces()})


@bad("address or header over the limit", "the address", 414, "uri-too-long")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.reporter.post("/v1/reports?" + "x" * 9000, report_body(scene.world))


@bad("address or header over the limit", "a header", 431, "headers-too-large")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.reporter.post("/v1/reports", report_body(scene.world), headers={"X-Long": "a" * 66_000})


def list_strangers() -> None:
    def issued(tokens: Tokens, who: Person, minutes_ago: int = 0) -> str:
        token, _ = tokens.issue(
            str(who.account_id), str(who.agency_id), datetime.now(UTC) - timedelta(minutes=minutes_ago), 10
        )
        return f"Bearer {token}"

    own: Callable[[Scene], Tokens] = lambda s: s.world.app.state.tokens  # noqa: E731
    another = Tokens.load("http://upstander.test", {"test": new_token_key()})
    foreign: Callable[[Scene], Tokens] = lambda s: Tokens.load("http://else.test", s.world.database.secrets.token_keys)  # noqa: E731
    tokens: dict[str, Callable[[Scene], str]] = {
        "no token": lambda s: "",
        "no bearer": lambda s: "Basic eDp4",
        "nonsense": lambda s: "Bearer x.y.z",
        "an expired token": lambda s: issued(own(s), s.world.reporter, 60),
        "a forged token": lambda s: issued(another, s.world.reporter),
        "a token of another house": lambda s: issued(foreign(s), s.world.reporter),
        "a cut token": lambda s: issued(own(s), s.world.reporter)[:-3],
    }
    for says, make in tokens.items():
        BAD.append(Bad("no one signed in", says, lambda s, m=make: s.bearing(m(s)), 401, "unauthenticated"))


list_strangers()


@bad("no one signed in", "a token of an account that was disabled since", 401, "unauthenticated")
async def _(scene: Scene) -> httpx2.Response:
    scene.world.database.sql("UPDATE account SET disabled_at = now() WHERE id = :id", id=scene.world.board.account_id)
    try:
        return await scene.world.board.get("/v1/me")
    finally:
        scene.world.database.sql(
            "UPDATE account SET disabled_at = NULL WHERE id = :id", id=scene.world.board.account_id
        )


@bad("no one signed in", "a session that was ended, on a page", 401, "")
async def _(scene: Scene) -> httpx2.Response:
    browser = Browser(scene.world.app, "http://upstander.test")
    await browser.sign_in(scene.world.stranger)
    token = await browser.token()
    scene.world.database.sql(
        "UPDATE session SET ended_at = now() WHERE account_id = :a", a=scene.world.stranger.account_id
    )
    return await browser.post("/file", {"form_token": token, "once": "x" * 20})


@bad("a foreign page", "another site's form", 403, "")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.form(Sec_Fetch_Site="cross-site")


@bad("a foreign page", "another Origin", 403, "")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.form(Sec_Fetch_Site="", Origin="https://evil.example")


@bad("a foreign page", "no token of the session", 403, "")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.form(token="")


@bad("visible, not allowed", "an act of another office", 403, "forbidden")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.reporter.post("/v1/units", {"name": "Patrol"})


@bad("visible, not allowed", "an act on a case that one only reads", 403, "forbidden")
async def _(scene: Scene) -> httpx2.Response:
    said = {"account_id": str(scene.world.investigator.account_id), "office": "investigator", "reason": "So."}
    return await scene.world.intake.post(f"{scene.path}/assignments", said)


def list_absent() -> None:
    ways: dict[str, tuple[str, Callable[[Scene], str]]] = {
        "a case behind a wall": ("striker", lambda s: s.path),
        "a case that is not there": ("commander", lambda s: f"/v1/cases/{NOBODY}"),
        "a case of another agency": ("commander", lambda s: f"/v1/cases/{s.elsewhere['case_id']}"),
        "a report of another agency": ("reporter", lambda s: f"/v1/reports/{s.elsewhere['id']}"),
        "a tampered id": ("commander", lambda s: f"{s.path}0"),
        "an address of nothing": ("commander", lambda s: "/v1/nothing"),
    }
    for says, (who, path) in ways.items():

        async def act(scene: Scene, who: str = who, path: Callable[[Scene], str] = path) -> httpx2.Response:
            return await scene.world.cast[who].get(path(scene))

        async def step(scene: Scene, who: str = who, path: Callable[[Scene], str] = path) -> httpx2.Response:
            said = {"step": "case.acknowledge"}
            return await scene.world.cast[who].post(f"{path(scene)}/steps", said, headers={"If-Match": '"1"'})

        BAD.append(Bad("invisible or absent", f"reading {says}", act, 404, "not-found"))
        BAD.append(Bad("invisible or absent", f"acting on {says}", step, 404, "not-found"))


list_absent()


@bad("invisible or absent", "a cursor that was not given out", 400, "bad-cursor")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.commander.get("/v1/cases?cursor=AAAA")


@bad("the state does not allow it", "a step that is taken already", 409, "state-conflict")
async def _(scene: Scene) -> httpx2.Response:
    headers = {"If-Match": scene.case["etag"]}
    return await scene.world.sergeant.post(f"{scene.path}/steps", {"step": "case.acknowledge"}, headers=headers)


@bad("stale", "another version", 412, "stale")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.reporter.put(f"/v1/drafts/{scene.draft}", {"content": {}}, headers={"If-Match": '"9"'})


@bad("stale", "any version", 412, "stale")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.reporter.call("DELETE", f"/v1/drafts/{scene.draft}", headers={"If-Match": "*"})


@bad("stale", "no version", 428, "precondition-required")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.reporter.put(f"/v1/drafts/{scene.draft}", {"content": {}})


@bad("the key of an act", "none", 400, "idempotency-required")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.reporter.call("POST", "/v1/reports", json=report_body(scene.world))


@bad("the key of an act", "a malformed one", 400, "idempotency-required")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.reporter.post("/v1/reports", report_body(scene.world), key="short")


@bad("the key of an act", "used with another body", 422, "idempotency-mismatch")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.reporter.post("/v1/drafts", {"content": {"narrative": "x"}}, key=KEY)


@bad("the key of an act", "still running", 409, "idempotency-in-progress")
async def _(scene: Scene) -> httpx2.Response:
    asker, key = scene.world.reporter, fresh_key()
    name = json.dumps([str(asker.account_id), "POST /v1/drafts", key])
    engine = create_engine(scene.world.database.admin_url)
    with engine.connect() as first:
        first.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7))"), {"name": name})
        answer = await asker.post("/v1/drafts", {"content": {}}, key=key)
    engine.dispose()
    return answer


@bad("conditions on what one may not see", "a case behind a wall, unless unchanged", 404, "not-found")
async def _(scene: Scene) -> httpx2.Response:
    return await scene.world.striker.get(scene.path, headers={"If-None-Match": "*", "Range": "bytes=0-1"})


@bad("too often", "passwords", 429, "rate-limited")
async def _(scene: Scene) -> httpx2.Response:
    said = {"username": scene.world.outside.email, "password": "wrong"}
    for _ in range(5):
        await scene.world.outside.call("POST", "/v1/auth/token", data=said)
    return await scene.world.outside.call("POST", "/v1/auth/token", data=said)


@bad("the house is not whole", "no database", 503, "unavailable")
async def _(scene: Scene) -> httpx2.Response:
    away = scene.world.database.admin_url.set(host="127.0.0.1", port=1).render_as_string(hide_password=False)
    app = create_app(scene.world.database.settings(database_url=away), scene.world.database.secrets)
    who = scene.world.reporter
    async with app.router.lifespan_context(app):
        return await Person(app, "", "", who.account_id, who.agency_id, who.roles).post("/v1/drafts", {"content": {}})


@bad("anything else", "a fault of ours", 500, "internal")
async def _(scene: Scene) -> httpx2.Response:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.reports.actions.record", _fail)
        return await scene.world.reporter.post("/v1/drafts", {"content": {}})


def _fail(*_: object, **__: object) -> None:
    raise RuntimeError("canary-31a7")


ELSEWHERE = {
    "two readings of one request": "tests/faults/test_front.py::TestTwoReadings",
    "slow head or body": "tests/faults/test_front.py::TestSlowness",
    "the second approver is the first": "tests/findings/test_approvals.py::same-person",
    "the same key and the same body": "tests/house/test_twice_and_in_part.py::TestTheSameAgain",
    "many ranges, and conditions on private data": "tests/house/test_twice_and_in_part.py::TestRanges",
    "the record cannot be written": "tests/house/test_twice_and_in_part.py::TestTheRecord",
}
"""Rows that need more than one request, each with what shows it."""

NOT_BUILT = {
    "missing step-up": "there is no second factor yet",
    "legal hold": "there is no hold yet",
    "files: type, content, bomb, pixels, infection, checksum, offset": "evidence is a reference; no file is taken",
    "target of a webhook": "there are no webhooks yet",
}

KEY = "the-key-of-the-draft-of-the-scene"


@asynccontextmanager
async def _scene(world: World, neighbours: World) -> AsyncIterator[Scene]:
    filed = await file_case(world)
    acknowledged = await world.sergeant.step(filed["case_id"], "case.acknowledge")
    filed["etag"] = acknowledged.headers["etag"]
    draft = (await world.reporter.post("/v1/drafts", {"content": {}}, key=KEY)).json()["id"]
    yield Scene(world, filed, draft, await file_case(neighbours))


@pytest.fixture(scope="module")
async def scene(app: Any, database: Database) -> AsyncIterator[Scene]:
    """One for all rows: each leaves it as it was, or fails."""
    async with _scene(await make_world(app, database), await make_world(app, database)) as scene:
        yield scene


class TestEveryRow:
    @pytest.mark.parametrize("each", BAD, ids=lambda each: f"{each.row}: {each.says}")
    async def test_it_is_refused_as_written_and_nothing_is_lost_or_half_done(self, scene: Scene, each: Bad) -> None:
        before, entries = scene.everything(), len(scene.world.entries())
        answer = await each.act(scene)
        assert answer.status_code == each.status, answer.text
        if each.slug:
            assert problem(answer) == (each.status, each.slug)
            assert answer.headers["content-type"] == "application/problem+json"
        else:
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert scene.everything() == before
        unlike = [e["what"] for e in scene.world.entries()[entries:] if e["what"]["out"] != "denied"]
        assert [what["kind"] for what in unlike if what["kind"] not in LEFT_BY_ASKING] == []

    @pytest.mark.parametrize("status", [429, 503])
    async def test_what_may_work_later_says_when(self, scene: Scene, status: int) -> None:
        for each in BAD:
            if each.status == status:
                assert int((await each.act(scene)).headers["retry-after"]) > 0

    async def test_whoever_is_not_signed_in_gets_one_text(self, scene: Scene) -> None:
        texts = set()
        for each in BAD:
            if (each.status, each.slug) == (401, "unauthenticated"):
                told = (await each.act(scene)).json()
                texts.add(json.dumps({**told, "request_id": ""}))
        assert len(texts) == 1

    def test_rows_shown_elsewhere_are_shown_there(self) -> None:
        for row, where in ELSEWHERE.items():
            file, _, name = where.partition("::")
            assert name in (PROJECT / file).read_text(), row
        assert not {each.row for each in BAD} & (ELSEWHERE.keys() | NOT_BUILT.keys())


LEFT_BY_ASKING = {"session.opened", "report.listed", "draft.listed"}
"""Entries of what came before the refused request: signing in, and the page with the form."""
