"""S54: what OWASP ASVS 5 chapter V3 asks of headers stands on every answer: routes, refusals, assets."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.agencies.tokens import Tokens
from app.api.app import create_app
from app.pages.assets import address, assets
from tests.database import Database
from tests.pages.test_guard import Browser
from tests.world import Person, World, fresh_key, make_world, report_body

FIXED = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
DIRECTIVES = {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"}
"""The rest may name 'self' and data: images, and nothing else."""
SOURCES = {"'none'", "'self'", "data:"}
SENSORS = {"camera=()", "geolocation=()", "microphone=()"}

KEPT_BY_BROWSERS = {
    "/assets/{edition}/{name:path}": "style and scripts, the same for everyone, under a name made of their contents",
    "/file-worker.js": "a script without anything of a case, compared with the server's before each use",
    "/v1/audit/tile/{log}/{path:path}": "a full tile is published for everyone and never changes",
}
"""Routes whose answer a browser or proxy may keep, each with its reason."""


def refuse_bare(answer: httpx2.Response, what: object, *, is_https: bool = False, is_kept: bool = False) -> None:
    """Fail, naming `what`, where a header of S54 is missing, doubled or weak."""
    found = answer.headers
    for name, value in FIXED.items():
        assert found.get_list(name) == [value], (what, name)
    assert found.get_list("referrer-policy") in (["no-referrer"], ["same-origin"]), what
    [policy] = found.get_list("content-security-policy")
    directives = [part.strip() for part in policy.split(";")]
    assert set(directives) >= DIRECTIVES, what
    assert {source for each in directives for source in each.split()[1:]} <= SOURCES, what
    assert set(found["permissions-policy"].split(", ")) >= SENSORS, what
    assert len(found.get_list("x-request-id")) == 1, what
    assert found.get_list("cache-control") == ["no-store"] or is_kept, what
    assert ("strict-transport-security" in found) is is_https, what
    told_too_much = {"server", "x-powered-by", "access-control-allow-origin"} & set(found)
    assert not told_too_much, (what, told_too_much)
    if answer.content:
        kind, _, more = found["content-type"].partition(";")
        assert "charset=utf-8" in more or not kind.startswith("text/") or is_kept, (what, found["content-type"])


def addresses(app: FastAPI) -> list[tuple[str, str, str]]:
    """Method, route and an address of it in which every id is of nothing."""
    found = []
    for route in iter_route_contexts(app.routes):
        path = str(route.path)
        for name in (part.split("}")[0] for part in path.split("{")[1:]):
            value = "1" if name.startswith(("year", "place", "key", "edition")) else str(uuid.uuid4())
            path = path.replace("{" + name + "}", value)
        found += [(method, str(route.path), path) for method in sorted(route.methods or ())]
    return found


class TestEveryRoute:
    async def test_to_a_stranger_and_to_someone_signed_in(self, world: World) -> None:
        signed_in, stranger = Browser(world.app, "http://upstander.test"), Browser(world.app, "http://upstander.test")
        await signed_in.sign_in(world.commander)
        met = set()
        for method, route, path in addresses(world.app):
            answers = [
                await stranger.client.request(method, path),
                await signed_in.client.request(method, path),
                await world.commander.call(method, path, json={}, headers={"Idempotency-Key": fresh_key()}),
            ]
            for answer in answers:
                refuse_bare(answer, (method, path), is_kept=route in KEPT_BY_BROWSERS and answer.status_code == 200)
                met.add(answer.status_code)
        assert met >= {200, 303, 401, 403, 404, 422}

    async def test_assets_carry_them_too(self, world: World) -> None:
        for name in assets().by_name:
            for path in (address(name), f"/assets/old/{name}"):
                answer = await world.commander.get(path)
                assert answer.status_code == 200
                refuse_bare(answer, path, is_kept=True)


async def _fault(world: World) -> httpx2.Response:
    """What an answer looks like when the house itself fails."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tokens, "read", _broken)
        return await world.reporter.get("/v1/me")


def _broken(tokens: Tokens, token: str) -> dict[str, Any]:
    raise RuntimeError("canary-5c02")


async def _too_many(world: World) -> httpx2.Response:
    said = {"username": world.stranger.email, "password": "wrong"}
    for _ in range(5):
        await world.stranger.call("POST", "/v1/auth/token", data=said)
    return await world.stranger.call("POST", "/v1/auth/token", data=said)


async def _stale(world: World) -> httpx2.Response:
    draft = (await world.reporter.post("/v1/drafts", {"content": {}})).json()["id"]
    return await world.reporter.put(f"/v1/drafts/{draft}", {"content": {}}, headers={"If-Match": '"99"'})


async def _unconditional(world: World) -> httpx2.Response:
    draft = (await world.reporter.post("/v1/drafts", {"content": {}})).json()["id"]
    return await world.reporter.put(f"/v1/drafts/{draft}", {"content": {}})


async def _said_twice(world: World) -> httpx2.Response:
    said = {"name": "Metro", "filters": {}}
    await world.commander.post("/v1/queue-views", said)
    return await world.commander.post("/v1/queue-views", said)


REFUSED: dict[int, Callable[[World], Awaitable[httpx2.Response]]] = {
    400: lambda world: world.reporter.call("POST", "/v1/reports", json=report_body(world)),
    401: lambda world: world.reporter.call("GET", "/v1/me", headers={"Authorization": "Bearer x"}),
    403: lambda world: world.reporter.post("/v1/units", {"name": "Patrol"}),
    404: lambda world: world.reporter.get("/v1/nowhere"),
    405: lambda world: world.reporter.call("DELETE", "/v1/reports"),
    406: lambda world: world.reporter.get("/v1/reports", headers={"Accept": "text/html"}),
    409: _said_twice,
    412: _stale,
    413: lambda world: world.reporter.post("/v1/reports", {"x": "x" * 1_100_000}),
    414: lambda world: world.reporter.get("/v1/officers?name=" + "a" * 9000),
    415: lambda world: world.reporter.call("POST", "/v1/reports", content=b"x", headers={"Content-Type": "text/plain"}),
    422: lambda world: world.reporter.post("/v1/reports", {}),
    428: _unconditional,
    429: _too_many,
    431: lambda world: world.reporter.get("/v1/me", headers={"X-Long": "a" * 66_000}),
    500: _fault,
}


class TestEveryRefusal:
    @pytest.mark.parametrize("status", REFUSED)
    async def test_they_are_on_it(self, world: World, status: int) -> None:
        answer = await REFUSED[status](world)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        refuse_bare(answer, status)

    async def test_a_fault_tells_its_number_and_nothing_else(self, world: World) -> None:
        answer = await _fault(world)
        told = answer.json()
        assert set(told) == {"type", "title", "status", "request_id"}
        assert (told["type"], told["request_id"]) == ("/problems/internal", answer.headers["x-request-id"])
        assert "canary" not in answer.text

    async def test_a_house_without_its_database_says_when_to_come_back(self, world: World, database: Database) -> None:
        away = database.admin_url.set(host="127.0.0.1", port=1).render_as_string(hide_password=False)
        app = create_app(database.settings(database_url=away), database.secrets)
        asker = Person(app, "", "", world.reporter.account_id, world.agency.id, frozenset())
        async with app.router.lifespan_context(app):
            answers = [await asker.get("/v1/me"), await asker.get("/readyz"), await asker.post("/v1/reports", {})]
        for answer in answers:
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
            assert int(answer.headers["retry-after"]) > 0
            refuse_bare(answer, 503)


class TestOverHttps:
    async def test_browsers_are_told_to_stay_there(self, database: Database) -> None:
        app = create_app(database.settings(base_url="https://ia.example.test"), database.secrets)
        async with app.router.lifespan_context(app):
            world = await make_world(app, database)
            for path in ("/livez", "/sign-in", "/nowhere", "/v1/me", address("own/pages.css")):
                answer = await world.commander.get(path)
                refuse_bare(answer, path, is_https=True, is_kept=path.startswith("/assets"))
                seconds, *more = answer.headers["strict-transport-security"].split("; ")
                assert int(seconds.removeprefix("max-age=")) >= 31_536_000
                assert "includeSubDomains" in more
