"""Whether a report tells of this incident: intake confirms, or moves it to where it belongs. Its words never change."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.access.rights import Right
from app.audit.log import sha256_of
from app.cases.filing import draw_roster, join, make_case, make_incident
from app.cases.ground import Named, named_on_roster
from app.cases.models import Case
from app.cases.roster import mark_disputed
from app.cases.rules import GATE, OPEN
from app.cases.scene import reports_of, scene_of
from app.cases.schemas import MatchIn
from app.cases.timeline import note
from app.cases.triage import refuse_outside
from app.errors import Conflict, Fault, NotFound, Validation
from app.incidents.models import Incident, Presence
from app.reports.models import Report
from app.reports.schemas import ReportIn
from app.words import N_

MOVED = N_("The report that names this officer was moved to another incident.")


@dataclass(eq=False)
class MatchStands(Conflict):
    """This report is known to tell of this incident."""


@dataclass(eq=False)
class OnlyReport(Conflict):
    """This is the only report of the case; the incident is its own already."""


async def answer_match(
    tx: AsyncSession, held: Granted[Case], report_id: uuid.UUID, said: MatchIn
) -> tuple[Report, uuid.UUID]:
    """Confirm where a report belongs, or move it; the report and the case it is in now.

    Raises NotFound for a report of elsewhere, MatchStands, OnlyReport; Validation for a case the asker may not work on.
    """
    case = held.record
    refuse_outside(case, OPEN, "match.confirmed" if said.answer == "confirm" else "match.moved")
    report = await tx.scalar(
        select(Report).where(Report.id == report_id, Report.incident_id == case.incident_id).with_for_update()
    )
    if report is None:
        raise NotFound
    if said.answer != "confirm":
        return report, await _move(tx, held, report, said)
    if report.match_is_certain:
        raise MatchStands
    report.match_is_certain = True
    note(tx, case, "match.confirmed", on=("report", report.id), incident=case.incident_id)
    return report, case.id


async def _move(tx: AsyncSession, held: Granted[Case], report: Report, said: MatchIn) -> uuid.UUID:
    """Where it belongs the roster grows, and the wall; here those whom it alone named are disputed, not removed."""
    case = held.record
    filed = ReportIn.model_validate_json(report.content)
    named = await _named_by(tx, case, report, filed)
    target = await _target(tx, held, said)
    if target is None:
        if len(await reports_of(tx, case)) == 1:
            raise OnlyReport
        # The number it was filed under led here, and this is not that event.
        where = filed.incident.model_copy(update={"agency_number": ""})
        scene = await scene_of(tx, case)
        incident = make_incident(tx, scene.agency, filed.model_copy(update={"incident": where}), case.made_up)
        await tx.flush()
    else:
        incident = await tx.get_one(Incident, target.incident_id)
    report.incident_id, report.match_is_certain = incident.id, True
    await draw_roster(tx, incident, named, report.id)
    await _dispute_what_it_alone_said(tx, held, report)
    note(
        tx,
        case,
        "match.moved",
        on=("report", report.id),
        shown={"report": str(report.id), "reason": said.reason},
        incident=incident.id,
        from_incident=case.incident_id,
        reason_sha256=sha256_of(said.reason),
    )
    if target is None:
        return (await make_case(tx, report.author_officer_id, incident)).id
    if filed.has_injury:
        incident.has_injury = True
    await join(tx, target, report)
    return target.id


async def _named_by(tx: AsyncSession, case: Case, report: Report, filed: ReportIn) -> list[Named]:
    """The officers whom a report puts on the roster, its author among them."""
    named = await named_on_roster(tx, filed.officers, (await scene_of(tx, case)).day)
    if report.author_officer_id is not None:
        named.append(Named(report.author_officer_id, filed.own_acts.role))
    return named


async def _target(tx: AsyncSession, held: Granted[Case], said: MatchIn) -> Case | None:
    """The case it is moved to, locked; none for an incident of its own."""
    if said.case_id is None:
        return None
    try:
        target = (await GATE.fetch(tx, held.actor, said.case_id, Right.REROUTE)).record
    except NotFound as error:
        raise Validation((Fault("/case_id", "unknown", "no other case of yours"),)) from error.__cause__
    if target.id == held.record.id:
        raise Validation((Fault("/case_id", "unknown", "no other case of yours"),))
    return target


async def _dispute_what_it_alone_said(tx: AsyncSession, held: Granted[Case], report: Report) -> None:
    case = held.record
    others = set()
    for other in await reports_of(tx, case):
        others.update(await _named_by(tx, case, other, ReportIn.model_validate_json(other.content)))
    query = select(Presence).where(Presence.incident_id == case.incident_id, Presence.source_id == report.id)
    for entry in (await tx.scalars(query.with_for_update())).all():
        if Named(entry.officer_id, entry.role) not in others and entry.disputed_at is None:
            mark_disputed(tx, case, entry, MOVED, by=held.actor.account_id)
