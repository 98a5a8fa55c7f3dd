"""The people of the demo: two agencies with a chain of command, internal affairs, and those who watch from outside."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.agencies.actions import AgencyFacts, add_officer, add_unit, make_agency
from app.agencies.models import Account, AccountRole, Agency, Rank
from app.agencies.passwords import hash_password
from app.agencies.schemas import OfficerIn, UnitIn
from app.audit.log import record
from app.db.session import Sessions
from app.settings import Settings

R = Role
IS_THERE = text("SELECT agency_of_ori(:ori)")
ON_ROSTER_SINCE = timedelta(days=900)
FIRST = ("rivera", "novak")
"""Who files in the walk of README.md, and to whom it goes: the first officer and the first supervisor of the list."""


@dataclass(frozen=True)
class Part:
    """One account; the first role is the one it is shown under."""

    key: str
    name: str
    roles: tuple[Role, ...]
    rank: Rank | None = None
    unit: str | None = None
    supervisor: str | None = None


HARBOR = (
    Part("adeyemi", "Chief Ngozi Adeyemi", (R.DISCIPLINE_AUTHORITY, R.OFFICER), Rank.CHIEF, "Office of the Chief"),
    Part("moreau", "Captain Luc Moreau", (R.SUPERVISOR, R.OFFICER), Rank.CAPTAIN, "Patrol", "adeyemi"),
    Part("okafor", "Lieutenant Ada Okafor", (R.SUPERVISOR, R.OFFICER), Rank.LIEUTENANT, "North", "moreau"),
    Part("novak", "Sergeant Petra Novak", (R.SUPERVISOR, R.OFFICER), Rank.SERGEANT, "North", "okafor"),
    Part("brennan", "Sergeant Sean Brennan", (R.SUPERVISOR, R.OFFICER), Rank.SERGEANT, "South", "okafor"),
    Part("rivera", "Officer Elena Rivera", (R.OFFICER,), Rank.OFFICER, "North", "novak"),
    Part("bauer", "Officer Tom Bauer", (R.OFFICER,), Rank.OFFICER, "North", "novak"),
    Part("haddad", "Officer Samir Haddad", (R.OFFICER,), Rank.OFFICER, "North", "novak"),
    Part("lindqvist", "Officer Maja Lindqvist", (R.OFFICER,), Rank.OFFICER, "North", "novak"),
    Part("osei", "Officer Kofi Osei", (R.OFFICER,), Rank.OFFICER, "South", "brennan"),
    Part("tanaka", "Officer Yui Tanaka", (R.OFFICER,), Rank.OFFICER, "South", "brennan"),
    Part("whitfield", "Officer Ray Whitfield", (R.OFFICER,), Rank.OFFICER, "South", "brennan"),
    Part("castellano", "Ines Castellano", (R.INTAKE,)),
    Part("brandt", "Ivo Brandt", (R.INVESTIGATOR,)),
    Part("sorensen", "Ida Sorensen", (R.INVESTIGATOR,)),
    Part("mbeki", "Commander Thandi Mbeki", (R.COMMANDER,)),
    Part("teller", "Commander Jonas Teller", (R.COMMANDER,)),
    Part("arslan", "Deputy Chief Deniz Arslan", (R.DISCIPLINE_AUTHORITY,)),
    Part("farrow", "Custodian Lee Farrow", (R.CUSTODIAN,)),
    Part("quill", "Board Member Joan Quill", (R.OVERSIGHT,)),
    Part("pell", "Outside Reviewer Max Pell", (R.OUTSIDE_REVIEWER,)),
    Part("roy", "Inspector General Asha Roy", (R.INSPECTOR,)),
    Part("admin", "Ada Keller", (R.AGENCY_ADMIN,)),
    Part("operator", "Olaf Berg", (R.OPERATOR,)),
)

LAKE = (
    Part("lake-chief", "Chief Dana Wolfe", (R.DISCIPLINE_AUTHORITY, R.OFFICER), Rank.CHIEF, "Office of the Sheriff"),
    Part("lake-sergeant", "Sergeant Omar Diaz", (R.SUPERVISOR, R.OFFICER), Rank.SERGEANT, "Patrol", "lake-chief"),
    Part("lake-officer", "Deputy Erin Cole", (R.OFFICER,), Rank.OFFICER, "Patrol", "lake-sergeant"),
    Part("lake-commander", "Commander Ruth Adler", (R.COMMANDER,)),
    Part("lake-board", "Board Member Paul Ito", (R.OVERSIGHT,)),
    Part("lake-admin", "Nils Aune", (R.AGENCY_ADMIN,)),
)
AGENCIES = (
    (
        AgencyFacts("Harbor City Police", "harbor-city", "CO0010000", "CO", "America/Denver", date(2024, 1, 1), True),
        HARBOR,
    ),
    (
        AgencyFacts(
            "Lake County Sheriff", "lake-county", "NJ0020000", "NJ", "America/New_York", date(2025, 1, 1), True
        ),
        LAKE,
    ),
)


def accounts_of(password: str) -> list[dict[str, str]]:
    """The sign-ins that `demo.json` names; those whom a first walk needs stand before the rest."""
    return [
        {"role": part.roles[0], "email": _email(part, facts), "password": password, "name": part.name}
        for facts, parts in AGENCIES
        for part in sorted(parts, key=lambda part: FIRST.index(part.key) if part.key in FIRST else len(FIRST))
    ]


def _email(part: Part, facts: AgencyFacts) -> str:
    return f"{part.key}@{facts.slug}.example"


async def load_people(sessions: Sessions, settings: Settings, password: str) -> bool:
    """Make the agencies that are not there yet, each in one transaction; True where one was made."""
    made = False
    for facts, parts in AGENCIES:
        async with sessions.begin() as tx:
            if await tx.scalar(IS_THERE, {"ori": facts.ori}) is None:
                agency = await make_agency(tx, facts, settings.log_origin)
                await _join(tx, agency, parts, facts, hash_password(password))
                made = True
    return made


async def _join(tx: AsyncSession, agency: Agency, parts: tuple[Part, ...], facts: AgencyFacts, hashed: str) -> None:
    units: dict[str, uuid.UUID] = {}
    officers: dict[str, uuid.UUID] = {}
    since = date.today() - ON_ROSTER_SINCE  # noqa: DTZ011 - a day, not an instant
    for number, part in enumerate(parts):
        if part.unit is not None and part.unit not in units:
            units[part.unit] = (await add_unit(tx, agency.id, UnitIn(name=part.unit))).id
            await tx.flush()
        if part.rank is not None:
            entry = OfficerIn(
                badge=f"{100 + number * 7}",
                name=part.name,
                rank=part.rank,
                unit_id=units[part.unit] if part.unit else None,
                supervisor_id=officers.get(part.supervisor or ""),
                from_on=since,
            )
            officers[part.key] = (await add_officer(tx, agency.id, entry)).officer_id
        await _add_account(tx, agency, part, _email(part, facts), officers.get(part.key), hashed)


async def _add_account(
    tx: AsyncSession, agency: Agency, part: Part, email: str, officer_id: uuid.UUID | None, hashed: str
) -> None:
    account = Account(
        id=uuid.uuid4(),
        agency_id=agency.id,
        email=email,
        name=part.name,
        password_hash=hashed,
        officer_id=officer_id,
    )
    tx.add(account)
    await tx.flush()
    for role in part.roles:
        tx.add(AccountRole(agency_id=agency.id, account_id=account.id, role=role))
    record(tx, "account.added", ("account", account.id), roles=part.roles)
