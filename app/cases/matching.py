"""What intake looks at before it says where a report belongs: the reports to match, and where one may be moved to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field
from sqlalchemy import and_, case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.audit.log import record
from app.cases.models import Case, State
from app.cases.rules import GATE, OPEN
from app.errors import NotFound
from app.http.text import View
from app.incidents.models import Incident, Precision, Presence
from app.reports.models import Report

CANDIDATES_MOST = 20
AROUND = timedelta(days=14)
"""A slip in the date of a report is rarely larger; further away a case is named by its number."""

Position = tuple[datetime, uuid.UUID]


class ToMatch(View):
    """A report whose match to its incident is not certain."""

    report_id: uuid.UUID
    case_id: uuid.UUID
    filed_at: datetime
    occurred_at: datetime = Field(description="of the incident it was put with")
    precision: Precision
    place: str


class ToMatchList(View):
    reports: list[ToMatch]


class Candidate(View):
    """A case to which a report may belong instead."""

    case_id: uuid.UUID
    number: str | None
    state: State
    agency_number: str | None
    occurred_at: datetime
    precision: Precision
    place: str
    officers_shared: int = Field(description="officers whom the report names, and who are on its roster")


class CandidateList(View):
    cases: list[Candidate]


@dataclass(frozen=True)
class Matched:
    """A report of the case in hand."""

    report: Report
    incident: Incident


async def to_match(
    tx: AsyncSession, actor: Actor, *, after: Position | None, limit: int
) -> tuple[list[ToMatch], Position | None]:
    """Reports whose match is not certain, in cases that the asker may route; the first filed first."""
    query = (
        select(Report, Case.id, Incident)
        .join(Case, Case.incident_id == Report.incident_id)
        .join(Incident, Incident.id == Report.incident_id)
        .where(_waits(actor))
        .order_by(Report.filed_at, Report.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(tuple_(Report.filed_at, Report.id) > tuple_(*after))
    rows = (await tx.execute(query)).all()
    shown = [
        ToMatch(
            report_id=report.id,
            case_id=case_id,
            filed_at=report.filed_at,
            occurred_at=incident.occurred_at,
            precision=incident.precision,
            place=incident.place,
        )
        for report, case_id, incident in rows[:limit]
    ]
    record(tx, "match.listed", ("report", None), ids=[each.report_id for each in shown], count=len(shown))
    last = shown[-1] if len(rows) > limit else None
    return shown, (last.filed_at, last.report_id) if last else None


async def count_to_match(tx: AsyncSession, actor: Actor) -> int:
    """How many such reports the asker would find."""
    query = select(func.count()).select_from(Report).join(Case, Case.incident_id == Report.incident_id)
    return await tx.scalar(query.where(_waits(actor))) or 0


def _waits(actor: Actor) -> Any:
    return and_(GATE.may(actor, Right.REROUTE), Report.match_is_certain.is_(False), Case.state.in_(OPEN))


async def report_in(tx: AsyncSession, held: Granted[Case], report_id: uuid.UUID) -> Matched:
    """Raises NotFound for a report of elsewhere."""
    query = select(Report).where(Report.id == report_id, Report.incident_id == held.record.incident_id)
    report = await tx.scalar(query)
    if report is None:
        raise NotFound
    return Matched(report, await tx.get_one(Incident, report.incident_id))


async def candidates(tx: AsyncSession, held: Granted[Case], matched: Matched, number: str = "") -> list[Candidate]:
    """Other cases that the asker may route: near in time to the incident, likeliest first; or the one of a number.

    Looked for from the incident, not from the words of the report: those may be withheld from the asker.
    """
    incident = matched.incident
    named = select(Presence.officer_id).where(
        Presence.incident_id == incident.id, Presence.source_id == matched.report.id
    )
    shared = (
        select(func.count(func.distinct(Presence.officer_id)))
        .where(Presence.incident_id == Incident.id, Presence.officer_id.in_(named))
        .scalar_subquery()
    )
    gap = func.abs(func.extract("epoch", Incident.occurred_at - incident.occurred_at))
    near = Incident.occurred_at.between(incident.occurred_at - AROUND, incident.occurred_at + AROUND)
    query = (
        select(Case, Incident, shared.label("shared"))
        .join(Incident, Incident.id == Case.incident_id)
        .where(GATE.may(held.actor, Right.REROUTE), Case.id != held.record.id)
        .where(or_(Case.number == number, Incident.agency_number == number) if number else near)
        .order_by(case((shared > 0, 0), else_=1), gap, Case.id)
        .limit(CANDIDATES_MOST)
    )
    rows = (await tx.execute(query)).all()
    found = [
        Candidate(
            case_id=other.id,
            number=other.number,
            state=other.state,
            agency_number=event.agency_number,
            occurred_at=event.occurred_at,
            precision=event.precision,
            place=event.place,
            officers_shared=count,
        )
        for other, event, count in rows
    ]
    record(
        tx,
        "match.compared",
        ("report", matched.report.id),
        case_id=held.record.id,
        incident=incident.id,
        ids=[each.case_id for each in found],
    )
    return found
