"""A case as those who work it see it. Reading it counts as opening the reports it shows."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.access.rights import Right
from app.audit.log import record
from app.cases.assessments import lines as assessment_lines
from app.cases.models import Case, ImmediateKind, Reference, State
from app.cases.opened import mark_opened
from app.cases.outcome import board_views, standing_concurrences, told_of
from app.cases.rules import GATE
from app.cases.scene import Here, content_of, harmed_in, names_of, reports_of, roster_of, scene_of, unidentified
from app.cases.schemas import (
    AssignmentView,
    BoardViewView,
    ConcurrenceView,
    ImmediateView,
    PresenceView,
    ToldView,
)
from app.cases.steps import STEPS
from app.cases.triage import immediate_answers, open_assignments
from app.db.session import time_of
from app.findings.models import Decision
from app.proceedings.checks import findings_of
from app.proceedings.queue import is_late
from app.proceedings.schemas import (
    AllegationLine,
    CaseView,
    DecisionMark,
    FindingMark,
    HarmedView,
    IncidentView,
    OfficerHere,
    ReferenceView,
    ReportInCase,
    StepView,
    UnidentifiedView,
)
from app.proceedings.table import PROCEEDINGS
from app.reports.acknowledgements import acknowledge
from app.reports.actions import is_late as is_filed_late
from app.reports.actions import supplements_of
from app.reports.models import FilingNumber, Report, StatementClass

FEAR = ("fears_retaliation", "fear_words")
SEES_FEAR = frozenset({Right.REROUTE, Right.COMMAND, Right.WORK})
"""Intake, commander, outside reviewer, the assigned investigator."""
SEES_COMPELLED = frozenset({Right.COMMAND, Right.WORK, Right.DECIDE})
"""Commander, outside reviewer, the assigned investigator and discipline authority (security.md section 3, S12).

What a compelled statement says of people is for them as well; but whoever keeps the roster is told of whom to put a
name to, since the wall is drawn from it.
"""


async def read_case(tx: AsyncSession, held: Granted[Case]) -> CaseView:
    """Everything about a case but the texts of findings and assessments."""
    case = held.record
    rights = await GATE.held(tx, held.actor, case.id)
    scene, reports = await scene_of(tx, case), await reports_of(tx, case)
    roster = await roster_of(tx, scene)
    told = await told_of(tx, case.id)
    open_reports = [report for report in reports if _is_open(report, rights)]
    named_by = reports if Right.ROSTER in rights else open_reports
    holder = (await names_of(tx, [case.holder_id])).get(case.holder_id) if case.holder_id else None
    record(tx, "case.read", ("case", case.id), case_id=case.id, rev=case.version, fields=["all"])
    view: CaseView = CaseView.of(
        case,
        is_late=is_late(case, time_of(tx)),
        holder=holder,
        incident=IncidentView.of(scene.incident),
        reports=await _reports(tx, case, reports, rights),
        roster=[_officer(here) for here in roster],
        unidentified=[UnidentifiedView.of(each) for each in await unidentified(tx, case, named_by, roster)],
        harmed=[
            HarmedView(label=label, is_told=any(t.harmed == label and t.created_at >= case.entered_at for t in told))
            for label in harmed_in(open_reports)
        ],
        allegations=await allegation_lines(tx, case),
        assessments=await assessment_lines(tx, case, roster),
        assignments=await _assignments(tx, case),
        immediate_steps=await _immediate(tx, case),
        concurrences=[ConcurrenceView.of(each) for each in await standing_concurrences(tx, case, "case.screen_out")],
        references=await _references(tx, case),
        board_views=[BoardViewView.of(each) for each in await board_views(tx, case.id)],
        told=[ToldView.of(each) for each in told],
        steps=open_steps(case, rights),
    )
    return view


def open_steps(case: Case, rights: Collection[Right]) -> list[StepView]:
    """Rights held x the table x the state."""
    return [
        StepView(
            step=step.name,
            enters=State(step.enters),
            says=step.says,
            needs=list(PROCEEDINGS[step.name].takes.needs),
            may=list(PROCEEDINGS[step.name].takes.may),
            one_of=[list(group) for group in PROCEEDINGS[step.name].takes.one_of],
        )
        for step in STEPS.values()
        if step.right in rights and case.state in step.leaves
    ]


def _is_open(report: Report, rights: Collection[Right]) -> bool:
    return report.statement_class != StatementClass.COMPELLED or not SEES_COMPELLED.isdisjoint(rights)


def _officer(here: Here) -> OfficerHere:
    view: OfficerHere = OfficerHere.of(
        here,
        is_disputed=all(entry.disputed_at for entry in here.entries),
        entries=[PresenceView.of(entry) for entry in here.entries],
    )
    return view


async def _reports(
    tx: AsyncSession, case: Case, reports: list[Report], rights: Collection[Right]
) -> list[ReportInCase]:
    names = await names_of(tx, (report.author_id for report in reports))
    query = select(FilingNumber.report_id, FilingNumber.number).where(
        FilingNumber.report_id.in_([report.id for report in reports])
    )
    numbers: dict[uuid.UUID, int] = {row.report_id: row.number for row in (await tx.execute(query)).all()}
    views = [await _report(tx, case, report, names[report.author_id], numbers[report.id], rights) for report in reports]
    opened = [view.id for view in views if view.withheld is None]
    await mark_opened(tx, case.id, *opened)
    if case.state != State.ROUTED:
        await acknowledge(tx, case.agency_id, opened)
    return views


async def _report(
    tx: AsyncSession, case: Case, report: Report, author: str, number: int, rights: Collection[Right]
) -> ReportInCase:
    is_open = _is_open(report, rights)
    content = content_of(report)
    fields = ["all"]
    if SEES_FEAR.isdisjoint(rights):
        content = {name: said for name, said in content.items() if name not in FEAR}
        fields = ["all_but_fear"]
    record(tx, "report.read", ("report", report.id), case_id=case.id, fields=fields if is_open else ["withheld"])
    view: ReportInCase = ReportInCase.of(
        report,
        filing_number=number,
        author=author,
        is_late=is_filed_late(report.due_at, report.filed_at),
        content_sha256=report.content_sha256.hex(),
        content=content if is_open else None,
        supplements=await supplements_of(tx, report.id) if is_open else [],
        withheld=None if is_open else "compelled",
    )
    return view


async def allegation_lines(tx: AsyncSession, case: Case) -> list[AllegationLine]:
    found = await findings_of(tx, case)
    ids = [finding.id for _, finding in found if finding is not None]
    decisions = {
        each.finding_id: each for each in await tx.scalars(select(Decision).where(Decision.finding_id.in_(ids)))
    }
    return [
        AllegationLine.of(
            allegation,
            finding=FindingMark.of(finding) if finding else None,
            decision=DecisionMark.of(decisions[finding.id]) if finding and finding.id in decisions else None,
        )
        for allegation, finding in found
    ]


async def _assignments(tx: AsyncSession, case: Case) -> list[AssignmentView]:
    held = await open_assignments(tx, case.id)
    names = await names_of(tx, (each.account_id for each in held))
    return [
        AssignmentView(
            account_id=each.account_id, name=names[each.account_id], office=each.office, since=each.created_at
        )
        for each in held
    ]


async def _immediate(tx: AsyncSession, case: Case) -> dict[ImmediateKind, ImmediateView | None]:
    answered = await immediate_answers(tx, case.id)
    return {
        kind: ImmediateView.of(answered[kind], at=answered[kind].created_at) if kind in answered else None
        for kind in ImmediateKind
    }


async def _references(tx: AsyncSession, case: Case) -> list[ReferenceView]:
    query = select(Reference).where(Reference.case_id == case.id).order_by(Reference.created_at, Reference.id)
    return [ReferenceView.of(each) for each in (await tx.scalars(query)).all()]
