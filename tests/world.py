"""The cast: one agency with a chain of command, internal affairs and people from outside; each can call the API."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import httpx2
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.agencies import actions
from app.agencies.models import Account, AccountRole, Agency, Rank
from app.agencies.passwords import hash_password
from app.agencies.schemas import OfficerIn
from app.audit.log import record
from app.db.session import speak_for
from tests.database import ORIGIN, Database

PASSWORD = "correct horse battery staple"
NOWHERE = uuid.UUID(int=0)


@lru_cache(maxsize=1)
def shared_hash() -> str:
    """One hash for the whole cast: Argon2id is slow on purpose."""
    return hash_password(PASSWORD)


def today() -> date:
    return datetime.now(UTC).date()


def fresh_key() -> str:
    return secrets.token_urlsafe(24)


@dataclass
class Person:
    """Somebody with an account, who calls the API over its real ASGI surface."""

    app: FastAPI
    name: str
    email: str
    account_id: uuid.UUID
    agency_id: uuid.UUID
    roles: frozenset[Role]
    officer_id: uuid.UUID | None = None
    badge: str | None = None

    @property
    def token(self) -> str:
        token, _ = self.app.state.tokens.issue(str(self.account_id), str(self.agency_id), datetime.now(UTC), 10)
        return str(token)

    async def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://upstander.test") as client:
            return await client.request(method, path, headers=headers, **more)

    async def get(self, path: str, **more: Any) -> httpx2.Response:
        return await self.call("GET", path, **more)

    async def post(self, path: str, body: Any = None, *, key: str | None = None, **more: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": key or fresh_key(), **more.pop("headers", {})}
        return await self.call("POST", path, json=body, headers=headers, **more)

    async def put(self, path: str, body: Any, **more: Any) -> httpx2.Response:
        return await self.call("PUT", path, json=body, **more)

    async def step(self, case_id: str, step: str, **more: Any) -> httpx2.Response:
        """Take a step with the version the case has now."""
        seen = await self.get(f"/v1/cases/{case_id}")
        headers = {"If-Match": seen.headers.get("etag", '"0"')}
        return await self.post(f"/v1/cases/{case_id}/steps", {"step": step, **more}, headers=headers)


@dataclass
class World:
    """One agency. Each member of the cast is an attribute."""

    app: FastAPI
    database: Database
    agency: Agency
    cast: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        try:
            return self.__dict__["cast"][name]
        except KeyError:
            raise AttributeError(name) from None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction of the app role that speaks for this agency."""
        async with self.app.state.sessions.begin() as tx:
            await speak_for(tx, self.agency.id)
            yield tx

    def entries(self) -> list[dict[str, Any]]:
        """All entries of this agency's log so far, read past every fence, in order of writing."""
        import json

        rows = self.database.sql(
            "SELECT convert_from(b.text, 'UTF8') FROM audit.block b JOIN audit.event e USING (event_id) "
            "WHERE e.agency_id = :agency ORDER BY e.xid, e.ord, b.name",
            agency=self.agency.id,
        )
        blocks = [json.loads(str(row[0])) for row in rows]
        return [{name: members for _, name, members in blocks[n : n + 4]} for n in range(0, len(blocks), 4)]

    def kinds(self) -> list[str]:
        return [entry["what"]["kind"] for entry in self.entries()]


def report_body(world: World, **changes: Any) -> dict[str, Any]:
    """What Officer Rivera saw: Bauer struck someone, Haddad stood by."""
    body: dict[str, Any] = {
        "mode": "named",
        "statement_class": "duty_report",
        "warning": "duty-1",
        "incident": {
            "occurred_at": (datetime.now(UTC) - timedelta(hours=3)).isoformat(),
            "precision": "minute",
            "place": "Alder Street 400 block",
        },
        "officers": [
            {"officer_id": str(world.striker.officer_id), "role": "used_force", "force": ["punch"]},
            {"officer_id": str(world.bystander.officer_id), "role": "present"},
        ],
        "harmed": [{"description": "a man in a green coat", "injuries": ["contusion"], "resistance": ["none"]}],
        "own_view": {"saw": "all", "vantage": "ten feet away, beside the car"},
        "own_acts": {"intervened": "tried", "means": ["verbal"], "acts": "Told him to stop twice.", "worked": "no"},
        "aid": "called",
        "cameras": [{"kind": "body_worn", "owner": "Rivera"}],
        "notified": [{"who": "Dispatch"}],
        "fears_retaliation": True,
        "narrative": "He struck a man who lay on the ground and did not resist.",
        "declares_accuracy": True,
    }
    body.update(changes)
    return body


async def file_case(world: World, by: Person | None = None, **changes: Any) -> dict[str, Any]:
    """File a report as `by` (Officer Rivera), and find its case past every fence."""
    answer = await (by or world.reporter).post("/v1/reports", report_body(world, **changes))
    assert answer.status_code == 201, answer.text
    rows = world.database.sql(
        'SELECT c.id, c.incident_id FROM "case" c JOIN report r USING (incident_id) WHERE r.id = :id',
        id=answer.json()["id"],
    )
    return {**answer.json(), "case_id": str(rows[0][0]), "incident_id": str(rows[0][1])}


@dataclass(frozen=True)
class Part:
    name: str
    roles: tuple[Role, ...]
    rank: Rank | None = None
    supervisor: str | None = None


CAST = {
    "chief": Part("Chief Adeyemi", (Role.OFFICER, Role.DISCIPLINE_AUTHORITY), Rank.CHIEF),
    "captain": Part("Captain Moreau", (Role.OFFICER, Role.SUPERVISOR), Rank.CAPTAIN, "chief"),
    "lieutenant": Part("Lieutenant Okafor", (Role.OFFICER, Role.SUPERVISOR), Rank.LIEUTENANT, "captain"),
    "sergeant": Part("Sergeant Novak", (Role.OFFICER, Role.SUPERVISOR), Rank.SERGEANT, "lieutenant"),
    "reporter": Part("Officer Rivera", (Role.OFFICER,), Rank.OFFICER, "sergeant"),
    "striker": Part("Officer Bauer", (Role.OFFICER,), Rank.OFFICER, "sergeant"),
    "bystander": Part("Officer Haddad", (Role.OFFICER,), Rank.OFFICER, "sergeant"),
    "stranger": Part("Officer Lindqvist", (Role.OFFICER,), Rank.OFFICER, "sergeant"),
    "south_sergeant": Part("Sergeant Brennan", (Role.OFFICER, Role.SUPERVISOR), Rank.SERGEANT, "lieutenant"),
    "south_reporter": Part("Officer Tanaka", (Role.OFFICER,), Rank.OFFICER, "south_sergeant"),
    "south_striker": Part("Officer Whitfield", (Role.OFFICER,), Rank.OFFICER, "south_sergeant"),
    "south_bystander": Part("Officer Osei", (Role.OFFICER,), Rank.OFFICER, "south_sergeant"),
    "intake": Part("Ines Castellano", (Role.INTAKE,)),
    "investigator": Part("Ivo Brandt", (Role.INVESTIGATOR,)),
    "other_investigator": Part("Ida Sorensen", (Role.INVESTIGATOR,)),
    "commander": Part("Commander Mbeki", (Role.COMMANDER,)),
    "second_commander": Part("Commander Teller", (Role.COMMANDER,)),
    "authority": Part("Deputy Chief Arslan", (Role.DISCIPLINE_AUTHORITY,)),
    "board": Part("Board Member Quill", (Role.OVERSIGHT,)),
    "outside": Part("Outside Reviewer Pell", (Role.OUTSIDE_REVIEWER,)),
    "inspector": Part("Inspector General Roy", (Role.INSPECTOR,)),
    "admin": Part("Ada Admin", (Role.AGENCY_ADMIN,)),
    "operator": Part("Olaf Operator", (Role.OPERATOR,)),
}


async def make_world(app: FastAPI, database: Database, state: str = "CO") -> World:
    """A fresh agency with everyone of CAST."""
    mark = secrets.token_hex(4)
    facts = actions.AgencyFacts(
        name="Metro Police",
        slug=f"metro-{mark}",
        ori=f"T{mark.upper()}"[:9],
        state=state,
        time_zone="America/Denver",
        went_live_on=today() - timedelta(days=365),
        made_up=True,
    )
    async with app.state.sessions.begin() as tx:
        agency = await actions.make_agency(tx, facts, ORIGIN)
        cast = {}
        for number, (key, part) in enumerate(CAST.items()):
            supervisor = cast[part.supervisor].officer_id if part.supervisor else None
            cast[key] = await _join(tx, app, agency, key, part, f"{1000 + number}", supervisor)
    return World(app, database, agency, cast)


async def _join(
    tx: AsyncSession, app: FastAPI, agency: Agency, key: str, part: Part, badge: str, supervisor: uuid.UUID | None
) -> Person:
    officer_id = None
    if part.rank is not None:
        entry = OfficerIn(
            badge=badge,
            name=part.name,
            rank=part.rank,
            supervisor_id=supervisor,
            from_on=today() - timedelta(days=400),
        )
        officer_id = (await actions.add_officer(tx, agency.id, entry)).officer_id
    account = Account(
        id=uuid.uuid4(),
        agency_id=agency.id,
        email=f"{key}@{agency.slug}.example",
        name=part.name,
        password_hash=shared_hash(),
        officer_id=officer_id,
    )
    tx.add(account)
    await tx.flush()
    for role in part.roles:
        tx.add(AccountRole(agency_id=agency.id, account_id=account.id, role=role))
    record(tx, "account.added", ("account", account.id), roles=part.roles)
    return Person(
        app,
        part.name,
        account.email,
        account.id,
        agency.id,
        frozenset(part.roles),
        officer_id,
        badge if part.rank else None,
    )
