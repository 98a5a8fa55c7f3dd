"""What a case is about: the incident, its day at the agency, who was there, and what the reports say of people."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.models import Account, Agency, Posting, Rank
from app.cases.models import Case, Identification
from app.incidents.models import Incident, Presence, PresenceRole
from app.reports.models import Report
from app.words import N_

UNNAMED = N_("a person whom no report names or describes")


@dataclass(frozen=True)
class Scene:
    agency: Agency
    incident: Incident
    day: date
    """The day of the incident where it happened."""


@dataclass(frozen=True)
class Here:
    """An officer on the roster, as they were posted on that day."""

    officer_id: uuid.UUID
    name: str
    badge: str
    rank: Rank | None
    entries: tuple[Presence, ...]


@dataclass(frozen=True)
class Unidentified:
    """Someone whom a report puts at the scene and nobody has put a name to."""

    report_id: uuid.UUID
    place: int
    badge: str
    name: str
    role: PresenceRole


async def scene_of(tx: AsyncSession, case: Case) -> Scene:
    agency = await tx.get_one(Agency, case.agency_id)
    incident = await tx.get_one(Incident, case.incident_id)
    return Scene(agency, incident, incident.occurred_at.astimezone(ZoneInfo(agency.time_zone)).date())


async def reports_of(tx: AsyncSession, case: Case) -> list[Report]:
    """The reports of its incident, first filed first."""
    query = select(Report).where(Report.incident_id == case.incident_id).order_by(Report.filed_at, Report.id)
    return list((await tx.scalars(query)).all())


async def roster_of(tx: AsyncSession, scene: Scene) -> list[Here]:
    """Everyone on the roster, disputed entries included, by name."""
    query = select(Presence).where(Presence.incident_id == scene.incident.id)
    entries: dict[uuid.UUID, list[Presence]] = {}
    for entry in (await tx.scalars(query.order_by(Presence.created_at, Presence.id))).all():
        entries.setdefault(entry.officer_id, []).append(entry)
    posted = await postings_on(tx, entries, scene.day)
    roster = [
        Here(
            officer_id,
            posted[officer_id].name if officer_id in posted else "",
            posted[officer_id].badge if officer_id in posted else "",
            posted[officer_id].rank if officer_id in posted else None,
            tuple(found),
        )
        for officer_id, found in entries.items()
    ]
    return sorted(roster, key=lambda here: (here.name.casefold(), here.officer_id))


async def officers_on_roster(tx: AsyncSession, case: Case) -> set[uuid.UUID]:
    query = select(Presence.officer_id).where(Presence.incident_id == case.incident_id)
    return set((await tx.scalars(query)).all())


async def postings_on(tx: AsyncSession, officers: Iterable[uuid.UUID], day: date) -> dict[uuid.UUID, Posting]:
    """What officers were on a day; who was not on the roster then, as they were nearest to it."""
    asked = list(officers)
    if not asked:
        return {}
    held = (Posting.from_on <= day) & (Posting.until_on.is_(None) | (Posting.until_on > day))
    query = (
        select(Posting)
        .ext(distinct_on(Posting.officer_id))
        .where(Posting.officer_id.in_(asked))
        .order_by(Posting.officer_id, held.desc(), Posting.from_on.desc())
    )
    return {posting.officer_id: posting for posting in (await tx.scalars(query)).all()}


async def names_of(tx: AsyncSession, accounts: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Names of the people behind accounts."""
    asked = {account for account in accounts if account is not None}
    query = select(Account.id, Account.name).where(Account.id.in_(asked))
    return {row.id: row.name for row in (await tx.execute(query)).all()} if asked else {}


def content_of(report: Report) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(report.content)
    return content


async def unidentified(
    tx: AsyncSession, case: Case, reports: Sequence[Report], roster: Sequence[Here]
) -> list[Unidentified]:
    """People whom the reports put at the scene, whom neither the roster nor intake knows."""
    query = select(Identification.report_id, Identification.place).where(Identification.case_id == case.id)
    known = {(row.report_id, row.place) for row in (await tx.execute(query)).all()}
    badges = {here.badge for here in roster if here.badge}
    names = {here.name.casefold() for here in roster if here.name}
    return [
        Unidentified(report.id, place, said["badge"], said["name"], PresenceRole(said["role"]))
        for report in reports
        for place, said in enumerate(content_of(report)["officers"])
        if said["officer_id"] is None
        and said["badge"] not in badges
        and said["name"].casefold() not in names
        and (report.id, place) not in known
    ]


def harmed_in(reports: Iterable[Report]) -> list[str]:
    """People harmed, as the reports name or describe them, each once."""
    found: dict[str, str] = {}
    for report in reports:
        for person in content_of(report)["harmed"]:
            label = person["name"] or person["description"] or UNNAMED
            found.setdefault(label.casefold(), label)
    return list(found.values())
