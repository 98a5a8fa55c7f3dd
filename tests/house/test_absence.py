"""S1, S3: on every route there is, for whoever is on the wall, a case and all within it are as absent as nothing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.access.actor import Role
from app.agencies.actions import declare_kin
from tests.findings.matter import make_matter
from tests.pages.test_guard import Browser
from tests.world import NOWHERE, Person, World

GUARDED = ("case_id", "allegation_id", "finding_id")
"""What a case is asked for by; all other ids of an address lie within one."""
VARYING = re.compile(r"\b[0-9a-f]{32}\b")
"""The id of a request."""


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(app.routes):
        if any(f"{{{name}}}" in (route.path or "") for name in GUARDED):
            yield from ((method, str(route.path)) for method in sorted(route.methods or ()))


def told(answer: httpx2.Response, ids: dict[str, str]) -> tuple[int, str, dict[str, str]]:
    """All that an answer tells besides the ids that were asked for."""
    text, headers = answer.text, dict(answer.headers)
    for each in ids.values():
        text = text.replace(each, str(NOWHERE))
    for name in ("x-request-id", "date", "content-length"):
        headers.pop(name, None)
    return answer.status_code, VARYING.sub("", text), headers


async def ask(person: Person, browser: Browser, token: str, method: str, path: str) -> httpx2.Response:
    if path.startswith("/v1"):
        body: dict[str, Any] = {"json": {"step": "case.reroute", "reason": "So."}} if method != "GET" else {}
        headers = {"Idempotency-Key": uuid.uuid4().hex, "If-Match": '"1"'}
        return await person.call(method, path, headers=headers, **body)
    if method == "GET":
        return await browser.get(path)
    return await browser.post(path, {"form_token": token, "once": "x" * 20, "version": "1"})


async def test_a_relative_in_every_office_gets_what_there_is_of_nothing(app: FastAPI, world: World) -> None:
    walled = world.lieutenant
    async with world.transaction() as tx:
        await declare_kin(tx, world.agency.id, world.striker.officer_id, walled.officer_id)
    matter = await make_matter(world)
    notice = await matter.ready()
    [[finding]] = world.database.sql("SELECT finding_id FROM notice WHERE id = :id", id=notice)
    [[presence], *_] = world.database.sql("SELECT id FROM presence WHERE incident_id = :id", id=matter.incident_id)
    for role in set(Role) - walled.roles:
        world.database.sql(
            "INSERT INTO account_role (agency_id, account_id, role, granted_at) VALUES (:a, :id, :r, now())",
            a=world.agency.id,
            id=walled.account_id,
            r=role,
        )
    guarded = {"case_id": matter.case_id, "allegation_id": matter.failure, "finding_id": str(finding)}
    inner = {"report_id": matter.report_id, "presence_id": str(presence), "officer_id": str(world.bystander.officer_id)}
    inner |= {"evidence_id": matter.video, "ground_id": matter.video, "place": "0", "step": "case.reroute"}
    browser = Browser(app, str(app.state.settings.base_url))
    await browser.sign_in(walled)
    token = await browser.token()
    asked = list(routes(app))
    assert len(asked) > 80
    for method, path in asked:
        seen = [
            told(await ask(walled, browser, token, method, path.format(**ids, **inner)), guarded)
            for ids in (guarded, dict.fromkeys(guarded, str(NOWHERE)))
        ]
        assert seen[0] == seen[1], (method, path)
        assert seen[0][0] == 404, (method, path)
