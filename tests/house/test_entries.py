"""S26: every act, every read of case content and every denial leaves its entry, named by the server."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.access.actor import Role
from app.access.rights import OFFICES
from app.api.app import doors_of
from app.audit.kinds import KINDS, Nature
from app.demo.client import Client
from app.demo.load import load_matrix
from app.demo.stories import STORIES, scene_of
from app.demo.walk import Cast
from tests.database import Database
from tests.world import Person, World, make_world

CAST = {
    "adeyemi": "chief",
    "moreau": "captain",
    "okafor": "lieutenant",
    "novak": "sergeant",
    "brennan": "south_sergeant",
    "rivera": "reporter",
    "bauer": "striker",
    "haddad": "bystander",
    "lindqvist": "stranger",
    "tanaka": "south_reporter",
    "whitfield": "south_striker",
    "osei": "south_bystander",
    "castellano": "intake",
    "brandt": "investigator",
    "mbeki": "commander",
    "teller": "second_commander",
    "arslan": "authority",
    "quill": "board",
    "admin": "admin",
}
"""Who plays whom of the demo."""

LEAVES_NOTHING = {
    "/livez": "the same for everyone",
    "/readyz": "the same for everyone",
    "/metrics": "the same for everyone",
    "/.well-known/jwks.json": "public keys",
    "/openapi.json": "the published contract",
    "/v1/me": "what the asker is told of themselves",
    "/v1/audit/checkpoint": "published for everyone",
    "/v1/audit/tile/{log}/{path:path}": "published for everyone",
}
"""Routes that may be called without an entry, each with its reason."""


MADE_ELSEWHERE = {"/v1/audit/exports/{export_id}/content"}
"""Needs a bundle that worker and signer made: its entry is asked for in tests/oversight."""

ASKING = {"/v1/search": "?q=alder"}
"""What a route cannot be read without."""

BODIES = {"/v1/cases/{case_id}/steps": {"step": "case.acknowledge"}}
"""Where the body says which right is needed."""


def api_routes(app: FastAPI) -> list[Any]:
    return [
        route
        for route in iter_route_contexts(app.routes)
        if getattr(route, "dependant", None) is not None and (route.path or "").startswith(("/v1", "/livez", "/."))
    ]


@pytest.fixture(scope="module")
async def told(app: FastAPI, database: Database) -> World:
    """A world in which every story of the demo was told, through the API."""
    world = await make_world(app, database)
    cast: Cast = {
        demo: Client(app, person.account_id, person.agency_id, person.officer_id)
        for demo, name in CAST.items()
        for person in [world.cast[name]]
    }
    await load_matrix(cast["admin"])
    await cast["admin"].post("/v1/units", {"name": "Patrol"})
    for number, story in enumerate(STORIES):
        await story.tell(cast, scene_of(number, datetime.now(UTC)))
    await cast["rivera"].post("/v1/drafts", {"content": {}})
    await cast["quill"].post("/v1/audit/exports", {"purpose": "periodic_review"})
    return world


class TestActs:
    async def test_the_whole_walk_leaves_an_entry_of_every_kind_of_act_on_a_case(self, told: World) -> None:
        seen = set(told.kinds())
        steps = {name for name in KINDS if name.startswith("case.") and KINDS[name].nature is Nature.ACT}
        untold = {"case.resume", "case.return_from_referral", "case.send_back", "case.appeal", "case.conclude_appeal"}
        untold |= {"case.reopen", "case.reroute", "case.recused", "case.relieved"}
        assert steps - seen <= untold, steps - seen - untold

    async def test_every_entry_names_its_request_and_its_actor(self, told: World) -> None:
        for entry in told.entries():
            if entry["who"]["role"] not in ("service", "none"):
                assert entry["what"]["kind"] in KINDS
                assert entry["who"]["actor"]


class TestReads:
    async def test_every_route_that_reads_leaves_an_entry(self, told: World) -> None:
        for route in api_routes(told.app):
            if "GET" not in route.methods or route.path in LEAVES_NOTHING.keys() | MADE_ELSEWHERE:
                continue
            person, path = _rightful(told, route.path)
            answer = await person.get(path + ASKING.get(route.path, ""))
            assert answer.status_code == 200, (route.path, answer.status_code, answer.text)
            entries = _entries_of(told, answer.headers["x-request-id"])
            assert entries, route.path
            assert all(KINDS[e["what"]["kind"]].nature is Nature.READ for e in entries), route.path


class TestDenials:
    async def test_every_route_with_a_record_denies_on_the_record(self, told: World, neighbours: World) -> None:
        for route in api_routes(told.app):
            [door] = doors_of(route)
            if door.kind not in ("record", "office") or OFFICES.get(door.right) == frozenset(Role):
                continue
            asker = neighbours.inspector if door.kind == "record" else neighbours.operator
            path = _fill(told, route.path)
            for method in sorted(route.methods):
                headers = {"Idempotency-Key": uuid.uuid4().hex, "If-Match": '"1"'}
                answer = await asker.call(method, path, json=BODIES.get(route.path, {}), headers=headers)
                assert answer.status_code in (403, 404), (method, route.path, answer.status_code, answer.text)
                entries = _entries_of(neighbours, answer.headers["x-request-id"])
                assert [e["what"]["out"] for e in entries] == ["denied"], (method, route.path)


def _entries_of(world: World, request_id: str) -> list[dict[str, Any]]:
    return [entry for entry in world.entries() if entry["what"]["req"] == request_id]


def _one(world: World, sql: str) -> str:
    return str(world.database.sql(sql, a=world.agency.id)[0][0])


CLOSED = "SELECT c.id FROM \"case\" c WHERE c.agency_id = :a AND c.state = 'closed' ORDER BY c.created_at LIMIT 1"
IDS = {
    "case_id": CLOSED,
    "report_id": f'SELECT r.id FROM report r JOIN "case" c USING (incident_id) WHERE c.id = ({CLOSED})',
    "draft_id": "SELECT id FROM draft WHERE agency_id = :a",
    "officer_id": f"SELECT officer_id FROM assessment WHERE case_id = ({CLOSED})",
    "allegation_id": f"SELECT id FROM allegation WHERE case_id = ({CLOSED})",
    "finding_id": f"SELECT f.id FROM finding f JOIN allegation a ON a.id = allegation_id WHERE a.case_id = ({CLOSED})",
    "evidence_id": f'SELECT e.id FROM evidence_item e JOIN "case" c USING (incident_id) WHERE c.id = ({CLOSED})',
    "presence_id": f'SELECT p.id FROM presence p JOIN "case" c USING (incident_id) WHERE c.id = ({CLOSED})',
    "notice_id": "SELECT n.id FROM notice n JOIN account USING (officer_id) WHERE n.agency_id = :a ORDER BY n.id",
    "matrix_id": "SELECT id FROM matrix_version WHERE agency_id = :a",
    "account_id": "SELECT id FROM account WHERE agency_id = :a",
    "export_id": "SELECT id FROM export WHERE agency_id = :a",
    "unit_id": "SELECT id FROM unit WHERE agency_id = :a",
    "year": "SELECT extract(year FROM now())::int WHERE :a IS NOT NULL",
    "provision_id": "SELECT 'US-CO' WHERE :a IS NOT NULL",
}


def _fill(world: World, path: str) -> str:
    for name, sql in IDS.items():
        if "{" + name + "}" in path:
            rows = world.database.sql(sql, a=world.agency.id)
            path = path.replace("{" + name + "}", str(rows[0][0]) if rows else str(uuid.uuid4()))
    return path


def _rightful(world: World, path: str) -> tuple[Person, str]:
    """Somebody who may read this route."""
    filled = _fill(world, path)
    if path.startswith("/v1/notices"):
        return _accused(world), filled
    if path.startswith(("/v1/reports", "/v1/drafts")):
        return world.reporter, filled
    if path.startswith("/v1/audit"):
        return world.board, filled
    if path.startswith(("/v1/accounts", "/v1/api-clients")) or path.endswith("/kin"):
        return world.admin, filled
    return world.commander, filled


def _accused(world: World) -> Person:
    officer_id = _one(
        world, "SELECT officer_id FROM notice WHERE agency_id = :a AND id = (" + IDS["notice_id"] + " LIMIT 1)"
    )
    return next(p for p in world.cast.values() if str(p.officer_id) == officer_id)
