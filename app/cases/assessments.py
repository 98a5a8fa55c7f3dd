"""The answer for everyone present: six elements of the duty for one officer, and whether they reported."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.audit.log import digest, record, sha256_of
from app.cases.allegations import provision_on
from app.cases.filing import duty_to_report
from app.cases.models import Allegation, Assessment, Case, Duty, Element, ElementAnswer, ReportedAnswer
from app.cases.opened import last_opened, mark_opened
from app.cases.rules import WORKED
from app.cases.scene import Here, Scene, officers_on_roster, reports_of, roster_of, scene_of
from app.cases.schemas import AssessmentChanges, AssessmentIn, AssessmentLine, AssessmentView, ReportedIn
from app.cases.timeline import note
from app.cases.triage import refuse_outside
from app.db.base import new_salt
from app.db.session import time_of
from app.errors import Fault, NotFound, Validation
from app.evidence.models import EvidenceItem
from app.provisions.clocks import Unit
from app.provisions.packs import provision
from app.provisions.working_values import hours_for
from app.reports.models import Report


def missing_in(elements: Mapping[str, Any], reported: Mapping[str, Any]) -> list[str]:
    """JSON pointers of what keeps an assessment from being complete.

    Each element needs an answer with its standard, reasoning and, unless it does not apply, evidence.
    """
    missing = []
    for element in Element:
        cell = elements[element.value]
        missing += [f"/elements/{element}/{part}" for part in ("answer", "standard", "reasoning") if not cell[part]]
        if cell["answer"] not in (None, ElementAnswer.NOT_APPLICABLE) and not cell["evidence"]:
            missing.append(f"/elements/{element}/evidence")
    missing += [f"/reported/{part}" for part in ("answer", "reasoning") if not reported[part]]
    return missing


async def newest(tx: AsyncSession, case_id: uuid.UUID, officer_id: uuid.UUID) -> Assessment | None:
    query = select(Assessment).where(Assessment.case_id == case_id, Assessment.officer_id == officer_id)
    found: Assessment | None = await tx.scalar(query.order_by(Assessment.revision.desc()).limit(1))
    return found


async def newest_of_all(tx: AsyncSession, case_id: uuid.UUID) -> dict[uuid.UUID, Assessment]:
    """The newest assessment of each officer who has one."""
    query = (
        select(Assessment)
        .ext(distinct_on(Assessment.officer_id))
        .where(Assessment.case_id == case_id)
        .order_by(Assessment.officer_id, Assessment.revision.desc())
    )
    return {found.officer_id: found for found in (await tx.scalars(query)).all()}


async def assess(tx: AsyncSession, held: Granted[Case], officer_id: uuid.UUID, said: AssessmentIn) -> Assessment:
    """Record a revision; earlier ones stay. The caller has compared the revision it builds on.

    Raises NotFound for an officer who is not on the roster, StateConflict, Validation for evidence of elsewhere.
    """
    case, scene = held.record, await scene_of(tx, held.record)
    refuse_outside(case, WORKED, "assessment.recorded")
    if officer_id not in await officers_on_roster(tx, case):
        raise NotFound
    reports = await reports_of(tx, case)
    await _refuse_foreign(tx, case, reports, said)
    standard = await _standard(tx, case, scene, officer_id)
    elements = {
        element.value: {**cell.model_dump(mode="json"), "standard": cell.standard or standard}
        for element, cell in said.elements.each().items()
    }
    reported = _reported(scene, reports, officer_id, said.reported, await hours_for(tx, scene.day))
    before = await newest(tx, case.id, officer_id)
    added = Assessment(
        id=uuid.uuid4(),
        agency_id=case.agency_id,
        case_id=case.id,
        officer_id=officer_id,
        revision=before.revision + 1 if before else 1,
        elements=elements,
        reported=reported,
        is_complete=not missing_in(elements, reported),
        assessed_by=held.actor.account_id,
        salt=new_salt(),
        created_at=time_of(tx),
    )
    tx.add(added)
    _note(tx, case, added)
    return added


def _note(tx: AsyncSession, case: Case, added: Assessment) -> None:
    content = rfc8785.dumps({"elements": added.elements, "reported": added.reported}).decode()
    note(
        tx,
        case,
        "assessment.recorded",
        on=("assessment", added.id),
        shown={"officer": str(added.officer_id), "revision": added.revision, "is_complete": added.is_complete},
        rev=added.revision,
        state=digest(added.salt, content),
        case=case.id,
        officer=added.officer_id,
        revision=added.revision,
        content_sha256=sha256_of(content),
        is_complete=added.is_complete,
    )


async def _refuse_foreign(tx: AsyncSession, case: Case, reports: list[Report], said: AssessmentIn) -> None:
    """Raise Validation for cited evidence that is no item and no report of this case (S5)."""
    items = select(EvidenceItem.id).where(EvidenceItem.incident_id == case.incident_id)
    known = {report.id for report in reports} | set((await tx.scalars(items)).all())
    faults = [
        Fault(f"/elements/{element}/evidence/{n}", "unknown", "no evidence or report of this case")
        for element, cell in said.elements.each().items()
        for n, cited in enumerate(cell.evidence)
        if cited not in known
    ]
    if faults:
        raise Validation(tuple(faults))


async def _standard(tx: AsyncSession, case: Case, scene: Scene, officer_id: uuid.UUID) -> str:
    """What the witness had to know, by the provision that an allegation cites or would cite."""
    query = select(Allegation.provision_id).where(
        Allegation.case_id == case.id,
        Allegation.officer_id == officer_id,
        Allegation.duty == Duty.FAILURE_TO_INTERVENE,
    )
    cited = await tx.scalar(query)
    rule = provision(cited) if cited else provision_on(scene.agency.state, Duty.FAILURE_TO_INTERVENE, scene.day)
    return f"{rule.id}: {rule.knowledge.to_intervene}"


async def standard_for(tx: AsyncSession, held: Granted[Case], officer_id: uuid.UUID) -> str:
    """The standard that holds where an element is left without one of its own."""
    return await _standard(tx, held.record, await scene_of(tx, held.record), officer_id)


def _reported(
    scene: Scene, reports: list[Report], officer_id: uuid.UUID, said: ReportedIn, hours: Mapping[Unit, int]
) -> dict[str, Any]:
    """What was said of their report, with what is known of it. Raises Validation where the two do not agree."""
    own = [report for report in reports if report.author_officer_id == officer_id]
    if said.report_id is not None and said.report_id not in {report.id for report in own}:
        raise Validation((Fault("/reported/report_id", "unknown", "no report of this officer in this case"),))
    if own and said.answer is ReportedAnswer.NO:
        raise Validation((Fault("/reported/answer", "contradicted", "this officer's report is on file"),))
    _, due_at = duty_to_report(scene.agency, scene.incident.occurred_at, scene.day, hours)
    report_id = said.report_id or (own[0].id if own else None)
    return {
        "answer": said.answer,
        "report_id": str(report_id) if report_id else None,
        "due_at": due_at.isoformat() if due_at else None,
        "to_whom": said.to_whom,
        "reasoning": said.reasoning,
    }


def view_of(found: Assessment) -> AssessmentView:
    view: AssessmentView = AssessmentView.of(found, missing=missing_in(found.elements, found.reported))
    return view


async def open_assessment(tx: AsyncSession, held: Granted[Case], officer_id: uuid.UUID) -> Assessment:
    """The newest revision of one officer, which this person has now opened. Raises NotFound."""
    case = held.record
    found = await newest(tx, case.id, officer_id)
    if found is None:
        raise NotFound
    await _opened(tx, case, found)
    return found


async def open_revision(tx: AsyncSession, held: Granted[Case], assessment_id: uuid.UUID) -> Assessment:
    """One revision, also an earlier one that a finding rests on; this person has now opened it. Raises NotFound."""
    case = held.record
    found = await tx.get(Assessment, assessment_id)
    if found is None or found.case_id != case.id:
        raise NotFound
    await _opened(tx, case, found)
    return found


async def compare(tx: AsyncSession, held: Granted[Case], officer_id: uuid.UUID) -> AssessmentChanges:
    """The newest revision beside the earlier one that this person opened last, if any. Raises NotFound."""
    case = held.record
    now = await newest(tx, case.id, officer_id)
    if now is None:
        raise NotFound
    earlier = select(Assessment.id).where(
        Assessment.case_id == case.id, Assessment.officer_id == officer_id, Assessment.revision < now.revision
    )
    seen = await last_opened(tx, (await tx.scalars(earlier)).all())
    before = await tx.get_one(Assessment, seen.object_id) if seen else None
    if before is not None:
        _record_read(tx, case, before)
    await _opened(tx, case, now)
    return AssessmentChanges(
        before=view_of(before) if before else None, opened_at=seen.at if seen else None, now=view_of(now)
    )


async def _opened(tx: AsyncSession, case: Case, found: Assessment) -> None:
    await mark_opened(tx, case.id, found.id)
    _record_read(tx, case, found)


def _record_read(tx: AsyncSession, case: Case, found: Assessment) -> None:
    record(
        tx,
        "assessment.read",
        ("assessment", found.id),
        case_id=case.id,
        rev=found.revision,
        case=case.id,
        officer=found.officer_id,
        revision=found.revision,
    )


async def progress(tx: AsyncSession, held: Granted[Case]) -> list[AssessmentLine]:
    """Everyone on the roster, assessed or not."""
    case = held.record
    found = await lines(tx, case, await roster_of(tx, await scene_of(tx, case)))
    ids = [line.assessment_id for line in found if line.assessment_id]
    record(tx, "assessment.listed", ("case", case.id), case_id=case.id, ids=ids, count=len(ids))
    return found


async def lines(tx: AsyncSession, case: Case, roster: Sequence[Here]) -> list[AssessmentLine]:
    newest = await newest_of_all(tx, case.id)
    return [_line(here, newest.get(here.officer_id)) for here in roster]


def _line(here: Here, found: Assessment | None) -> AssessmentLine:
    return AssessmentLine(
        officer_id=here.officer_id,
        name=here.name,
        revision=found.revision if found else None,
        assessment_id=found.id if found else None,
        is_complete=found is not None and found.is_complete,
    )
