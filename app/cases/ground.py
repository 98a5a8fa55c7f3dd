"""What a filing stands on, read before anything is written: agency, roster, the way up, and the event it tells of."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.agencies.models import Agency, Officer, Posting
from app.cases.routing import LADDER, Ladder
from app.db.direct import ask
from app.errors import Fault, Validation
from app.incidents.models import Precision, PresenceRole
from app.provisions.clocks import Unit
from app.provisions.working_values import hours_on
from app.reports.schemas import OfficerThere, ReportIn

NEAR = timedelta(hours=2)
"""Reports whose times differ by no more may tell of one event, where they name one officer too."""

GROUND = f"""
    SELECT a.state, a.time_zone, a.went_live_on, a.made_up,
        ARRAY(SELECT o.id FROM officer o WHERE o.id = ANY (%(named)s::uuid[])),
        ARRAY(
            SELECT ARRAY[w.word, w.hours::text, w.in_force_from::text]
            FROM working_value w ORDER BY w.in_force_from, w.created_at
        ),
        ladder.*
    FROM agency a CROSS JOIN ({LADDER}) AS ladder (above, holders, commanders, their_officers)
    WHERE a.id = %(agency)s
"""  # noqa: S608 - put together of our own words

EVENT = """
    WITH standing AS (
        SELECT officer_id, relative_id FROM kin
        WHERE ended_on IS NULL OR (%(happened)s::timestamptz AT TIME ZONE 'UTC')::date <= ended_on + 1
    )
    SELECT find_event(%(agency)s, %(turns)s::text[], %(number)s::text, %(happened)s, %(span)s, %(officers)s::uuid[]),
        ARRAY(
            SELECT k.relative_id FROM standing k WHERE k.officer_id = ANY (%(officers)s::uuid[])
            UNION SELECT k.officer_id FROM standing k WHERE k.relative_id = ANY (%(officers)s::uuid[])
        )
"""
"""The incident of a report, once those who file about the same event have had their turn; and kin of those named.

A kinship declared over counts for what happened before (`rules.kinship_holds`).
"""


@dataclass(frozen=True)
class Named:
    """An officer of the report who is on the roster, with role."""

    officer_id: uuid.UUID
    role: PresenceRole


@dataclass(frozen=True)
class Ground:
    agency: Agency
    day: date
    """Of the incident, local to the agency."""
    named: list[Named]
    ladder: Ladder
    hours: Mapping[Unit, int]
    """What the agency took words without a number for, on the day of the incident."""


async def read_ground(tx: AsyncSession, actor: Actor, said: ReportIn) -> Ground:
    """Raises Validation for an officer id that is not on the roster."""
    named = [officer.officer_id for officer in said.officers if officer.officer_id]
    asked = {"agency": actor.agency_id, "officer": actor.officer_id, "named": named}
    state, time_zone, went_live_on, made_up, known, set_hours, *ladder = (await ask(tx, GROUND, asked))[0]
    agency = Agency(id=actor.agency_id, state=state, time_zone=time_zone, went_live_on=went_live_on, made_up=made_up)
    day = said.incident.occurred_at.astimezone(ZoneInfo(time_zone)).date()
    found = await _match_roster(tx, said.officers, day, set(known))
    if actor.officer_id is not None:
        found.append(Named(actor.officer_id, said.own_acts.role))
    hours = hours_on(((Unit(word), int(n), date.fromisoformat(since)) for word, n, since in set_hours), day)
    return Ground(agency, day, found, Ladder.of(ladder), hours)


async def named_on_roster(tx: AsyncSession, officers: list[OfficerThere], day: date) -> list[Named]:
    """Those whom the roster knows by id, badge or exact name; the rest stay in the report for intake to match."""
    ids = {o.officer_id for o in officers if o.officer_id}
    known = set((await tx.scalars(select(Officer.id).where(Officer.id.in_(ids)))).all()) if ids else set()
    return await _match_roster(tx, officers, day, known)


async def _match_roster(
    tx: AsyncSession, officers: list[OfficerThere], day: date, known: set[uuid.UUID]
) -> list[Named]:
    faults = [
        Fault(f"/officers/{n}/officer_id", "unknown", "not on the roster")
        for n, officer in enumerate(officers)
        if officer.officer_id and officer.officer_id not in known
    ]
    if faults:
        raise Validation(tuple(faults))
    by_word = await _by_badge_or_name(tx, officers, day)
    found = []
    for officer in officers:
        officer_id = officer.officer_id or by_word.get(officer.badge) or by_word.get(officer.name.casefold())
        if officer_id is not None:
            found.append(Named(officer_id, officer.role))
    return found


async def _by_badge_or_name(tx: AsyncSession, officers: list[OfficerThere], day: date) -> dict[str, uuid.UUID]:
    badges = {o.badge for o in officers if o.badge and not o.officer_id}
    names = {o.name.casefold() for o in officers if o.name and not o.officer_id}
    if not badges | names:
        return {}
    held = (Posting.from_on <= day) & (or_(Posting.until_on.is_(None), Posting.until_on > day))
    query = select(Posting.officer_id, Posting.badge, Posting.name).where(
        held, or_(Posting.badge.in_(badges), func.lower(Posting.name).in_(names))
    )
    found: dict[str, uuid.UUID] = {}
    twice = set()
    for officer_id, badge, name in (await tx.execute(query)).all():
        found[badge] = officer_id
        if name.casefold() in found and found[name.casefold()] != officer_id:
            twice.add(name.casefold())
        found[name.casefold()] = officer_id
    return {word: officer_id for word, officer_id in found.items() if word not in twice}


async def find_event(
    tx: AsyncSession, agency_id: uuid.UUID, said: ReportIn, named: list[Named]
) -> tuple[uuid.UUID | None, set[uuid.UUID]]:
    """The incident this report tells of, by number or else by time and people, and everyone the facts wall off.

    Two who file about one event at once wait for each other, so that one incident is made, not two. The nearest
    incident within two hours (or on the day, where only the day is known) with an officer in common is taken.
    """
    officers = {one.officer_id for one in named}
    turns = {f"{agency_id}/{officer}" for officer in officers}
    number = said.incident.agency_number or None
    if number is not None:
        turns.add(f"{agency_id}#{number}")
    asked = {
        "agency": agency_id,
        "turns": sorted(turns),
        "number": number,
        "happened": said.incident.occurred_at,
        "span": NEAR if said.incident.precision is not Precision.DAY else timedelta(hours=24),
        "officers": list(officers),
    }
    incident_id, kin = (await ask(tx, EVENT, asked))[0]
    return incident_id, officers | set(kin)
