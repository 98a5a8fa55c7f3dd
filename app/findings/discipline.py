"""Discipline on a sustained finding: a worksheet on the matrix of the incident's day, then someone else's decision."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Inside
from app.access.rights import Right
from app.audit.log import digest, record, sha256_of, write_time
from app.cases.models import Allegation, Case, Reference, State
from app.cases.scene import scene_of
from app.cases.timeline import note
from app.db.base import Record, new_salt
from app.db.session import time_of
from app.errors import Conflict, Fault, Validation
from app.findings.findings import canonical, refuse_foreign_evidence
from app.findings.matrices import matrix_on
from app.findings.matrices import read as read_matrix
from app.findings.models import Answered, Approval, Decision, Finding, MatrixVersion, Notice, Worksheet
from app.findings.notices import notice_of, refuse_naming_reporters, sustained_on
from app.findings.rules import (
    AnswerMissing,
    Decided,
    MatrixReplaced,
    NoticeMissing,
    SampleMatrix,
    WorksheetMissing,
    refuse_unless,
)
from app.findings.schemas import (
    AppealLine,
    AppealView,
    DecisionIn,
    DecisionLine,
    DecisionView,
    DisciplineOverview,
    DisciplineView,
    FactorIn,
    MatrixView,
    PenaltyIn,
    ServedLine,
    ServedView,
    WorksheetIn,
    WorksheetOverview,
    WorksheetView,
)
from app.provisions.matrix import Against, Matrix, Penalty, stored_matrix
from app.workflow import SamePerson

APPEALS = ("appeal", "appeal_outcome")
R = TypeVar("R", bound=Record)


async def propose(tx: AsyncSession, held: Inside[Allegation, Case], said: WorksheetIn) -> Worksheet:
    """Make the worksheet of a sustained finding, or its next revision as long as nothing is decided.

    Raises StateConflict, NotSustained, Decided, MatrixMissing, UnknownCell, UnknownPenalty, UnknownFactor,
    DepartureNeedsReason, and Validation for evidence of elsewhere.
    """
    allegation, case, actor = held.record, held.around.record, held.around.actor
    refuse_unless(case, State.DISCIPLINE, "worksheet.proposed")
    finding = await sustained_on(tx, allegation.id)
    await _refuse_decided(tx, finding)
    version, matrix = await matrix_on(tx, (await scene_of(tx, case)).day)
    cell = matrix.cell(said.category, said.level)
    lies = against(matrix, said.category, said.level, said.proposal)
    await _refuse_unfit_factors(tx, case, matrix, said.factors)
    worksheet = Worksheet(
        id=uuid.uuid4(),
        agency_id=case.agency_id,
        allegation_id=allegation.id,
        finding_id=finding.id,
        revision=1 + await _last_revision(tx, finding.id),
        matrix_id=version.id,
        category=said.category,
        level=said.level,
        presumptive=cell.model_dump(mode="json"),
        factors=[each.model_dump(mode="json") for each in said.factors],
        proposal=said.proposal.model_dump(mode="json"),
        proposed_by=actor.account_id,
        salt=new_salt(),
        created_at=time_of(tx),
    )
    tx.add(worksheet)
    content = canonical(said.model_dump(mode="json"))
    note(
        tx,
        case,
        "worksheet.proposed",
        on=("worksheet", worksheet.id),
        shown={"officer": str(allegation.officer_id), "duty": allegation.duty},
        rev=1,
        state=digest(worksheet.salt, content),
        **_about(case, allegation, finding, version),
        category=said.category,
        level=said.level,
        penalty=said.proposal.penalty,
        amount=said.proposal.amount,
        lies=lies,
        revision=worksheet.revision,
        content_sha256=sha256_of(content),
    )
    await tx.flush()
    return worksheet


@dataclass(frozen=True)
class Ripe:
    """What a decision is made on, once it can be."""

    finding: Finding
    worksheet: Worksheet
    answered: Answered
    version: MatrixVersion
    matrix: Matrix


async def _ripe(tx: AsyncSession, held: Inside[Allegation, Case]) -> Ripe:
    """Raises what stands against a decision by this person now."""
    case = held.around.record
    refuse_unless(case, State.DISCIPLINE, "discipline.decided")
    finding = await sustained_on(tx, held.record.id)
    await _refuse_decided(tx, finding)
    worksheet = await _last_worksheet(tx, finding)
    await _refuse_same_person(tx, held.around.actor, finding, worksheet)
    answered = await _answered(tx, finding)
    version, matrix = await _matrix_of(tx, case, worksheet)
    return Ripe(finding, worksheet, answered, version, matrix)


async def ripe_or_why_not(tx: AsyncSession, held: Inside[Allegation, Case]) -> Ripe | Conflict:
    """What this person could decide on now, or the refusal they would meet."""
    try:
        return await _ripe(tx, held)
    except Conflict as refused:
        return refused


async def matrix_for(tx: AsyncSession, held: Inside[Allegation, Case]) -> MatrixView:
    """The version in force on the day of the incident. Raises MatrixMissing."""
    version, _ = await matrix_on(tx, (await scene_of(tx, held.around.record)).day)
    return await read_matrix(tx, version.id)


async def decide(tx: AsyncSession, held: Inside[Allegation, Case], said: DecisionIn) -> Decision:
    """Decide on the last worksheet, once the accused has answered, waived, or let the time to answer run out.

    Raises StateConflict, NotSustained, Decided, WorksheetMissing, SamePerson for whoever proposed or approved before,
    NoticeMissing, AnswerMissing, SampleMatrix, MatrixReplaced, UnknownPenalty, DepartureNeedsReason, and Validation
    where the words that the accused is told name who reported.
    """
    allegation, case, actor = held.record, held.around.record, held.around.actor
    ripe = await _ripe(tx, held)
    await refuse_naming_reporters(tx, case, allegation.officer_id, {"/considered": said.considered}, {})
    finding, worksheet, version = ripe.finding, ripe.worksheet, ripe.version
    lies = against(ripe.matrix, worksheet.category, worksheet.level, said)
    decision = Decision(
        id=uuid.uuid4(),
        agency_id=case.agency_id,
        worksheet_id=worksheet.id,
        finding_id=finding.id,
        penalty=said.penalty,
        amount=said.amount,
        departure_reason=said.departure_reason,
        considered=said.considered,
        answered=ripe.answered,
        decided_by=actor.account_id,
        salt=new_salt(),
        created_at=time_of(tx),
    )
    tx.add(decision)
    content = canonical(said.model_dump(mode="json"))
    note(
        tx,
        case,
        "discipline.decided",
        on=("decision", decision.id),
        shown={"officer": str(allegation.officer_id), "duty": allegation.duty, "penalty": said.penalty},
        rev=1,
        state=digest(decision.salt, content),
        **_about(case, allegation, finding, version),
        worksheet=worksheet.id,
        penalty=said.penalty,
        amount=said.amount,
        lies=lies,
        answered=ripe.answered,
        content_sha256=sha256_of(content),
    )
    await tx.flush()
    return decision


def against(matrix: Matrix, category: str, level: int, said: PenaltyIn) -> Against:
    """Where a penalty lies against its cell. Raises UnknownCell, UnknownPenalty, DepartureNeedsReason."""
    return matrix.check(category, level, Penalty(penalty=said.penalty, amount=said.amount), said.departure_reason)


def _about(case: Case, allegation: Allegation, finding: Finding, version: MatrixVersion) -> dict[str, Any]:
    return {
        "case": case.id,
        "allegation": allegation.id,
        "finding": finding.id,
        "officer": allegation.officer_id,
        "duty": allegation.duty,
        "matrix": version.id,
    }


async def _refuse_decided(tx: AsyncSession, finding: Finding) -> None:
    if await tx.scalar(select(Decision.id).where(Decision.finding_id == finding.id)) is not None:
        raise Decided


async def _last_revision(tx: AsyncSession, finding_id: uuid.UUID) -> int:
    return await tx.scalar(select(func.max(Worksheet.revision)).where(Worksheet.finding_id == finding_id)) or 0


async def _last_worksheet(tx: AsyncSession, finding: Finding) -> Worksheet:
    query = select(Worksheet).where(Worksheet.finding_id == finding.id).order_by(Worksheet.revision.desc()).limit(1)
    worksheet = await tx.scalar(query)
    if worksheet is None:
        raise WorksheetMissing
    return worksheet


async def _refuse_same_person(tx: AsyncSession, actor: Actor, finding: Finding, worksheet: Worksheet) -> None:
    """Whoever proposed or approved the finding, or proposed the penalty, does not decide."""
    approvers = await tx.scalars(select(Approval.given_by).where(Approval.finding_id == finding.id))
    if actor.account_id in {finding.proposed_by, worksheet.proposed_by, *approvers.all()}:
        raise SamePerson


async def _answered(tx: AsyncSession, finding: Finding) -> Answered:
    """How the accused met the notice. Raises NoticeMissing, AnswerMissing while they may still answer."""
    notice = await notice_of(tx, finding.id)
    if notice is None:
        raise NoticeMissing
    if notice.answered_at is not None:
        return Answered.WAIVED if notice.is_waived else Answered.ANSWERED
    if time_of(tx) <= notice.answer_due_at:
        raise AnswerMissing(write_time(notice.answer_due_at))
    return Answered.LAPSED


async def _matrix_of(tx: AsyncSession, case: Case, worksheet: Worksheet) -> tuple[MatrixVersion, Matrix]:
    """The matrix to decide by. Raises MatrixReplaced where another applies now, SampleMatrix in a real case."""
    version, matrix = await matrix_on(tx, (await scene_of(tx, case)).day)
    if version.id != worksheet.matrix_id:
        raise MatrixReplaced
    if version.is_sample and not case.made_up:
        raise SampleMatrix
    return version, matrix


async def _refuse_unfit_factors(tx: AsyncSession, case: Case, matrix: Matrix, factors: Sequence[FactorIn]) -> None:
    for each in factors:
        matrix.factor(each.weighs, each.factor)
    names = [each.factor for each in factors]
    if len(set(names)) != len(names):
        raise Validation((Fault("/factors", "repeated", "a factor stands twice"),))
    for n, each in enumerate(factors):
        await refuse_foreign_evidence(tx, case, each.evidence, f"/factors/{n}/evidence")


async def read(tx: AsyncSession, held: Inside[Allegation, Case]) -> DisciplineView | DisciplineOverview:
    """Discipline on an allegation from first to last; for the board without texts."""
    allegation, case = held.record, held.around.record
    notices = await _in_order(tx, Notice, Notice.allegation_id == allegation.id)
    sheets = await _in_order(tx, Worksheet, Worksheet.allegation_id == allegation.id)
    decisions = await _in_order(tx, Decision, Decision.worksheet_id.in_([each.id for each in sheets]))
    appeals = await _in_order(tx, Reference, and_(Reference.case_id == case.id, Reference.kind.in_(APPEALS)))
    shown: list[Record] = [*notices, *sheets, *decisions, *appeals]
    record(
        tx,
        "discipline.read",
        ("allegation", allegation.id),
        case_id=case.id,
        case=case.id,
        ids=[each.id for each in shown],
    )
    facts = await _facts(tx, sheets, decisions)
    if held.around.right is not Right.READ_CASE:
        return DisciplineOverview(
            allegation_id=allegation.id,
            notices=[ServedLine.of(each) for each in notices],
            worksheets=[WorksheetOverview.of(each, **facts[each.id]) for each in sheets],
            decisions=[DecisionLine.of(each, **facts[each.id]) for each in decisions],
            appeals=[AppealLine.of(each) for each in appeals],
        )
    return DisciplineView(
        allegation_id=allegation.id,
        notices=[ServedView.of(each) for each in notices],
        worksheets=[WorksheetView.of(each, **facts[each.id]) for each in sheets],
        decisions=[DecisionView.of(each, **facts[each.id]) for each in decisions],
        appeals=[AppealView.of(each) for each in appeals],
    )


async def _in_order(tx: AsyncSession, of: type[R], where: ColumnElement[bool]) -> Sequence[R]:
    return (await tx.scalars(select(of).where(where).order_by(of.created_at, of.id))).all()


async def _facts(
    tx: AsyncSession, sheets: Sequence[Worksheet], decisions: Sequence[Decision]
) -> dict[uuid.UUID, dict[str, Any]]:
    """What a worksheet or decision does not carry itself: where it lies against its cell, and a sample's mark."""
    facts: dict[uuid.UUID, dict[str, Any]] = {}
    by_id = {sheet.id: sheet for sheet in sheets}
    matrices = {
        each: await tx.get_one(MatrixVersion, each) for each in dict.fromkeys(sheet.matrix_id for sheet in sheets)
    }

    def lies(sheet: Worksheet, penalty: str, amount: int | None) -> Against:
        matrix = stored_matrix(matrices[sheet.matrix_id].matrix)
        cell = matrix.cell(sheet.category, sheet.level)
        return matrix.against(cell, Penalty(penalty=penalty, amount=amount))

    for sheet in sheets:
        proposed = sheet.proposal
        facts[sheet.id] = {
            "is_sample": matrices[sheet.matrix_id].is_sample,
            "lies": lies(sheet, proposed["penalty"], proposed["amount"]),
        }
    for made in decisions:
        facts[made.id] = {"lies": lies(by_id[made.worksheet_id], made.penalty, made.amount)}
    return facts


async def worksheet_view(tx: AsyncSession, sheet: Worksheet) -> WorksheetView:
    view: WorksheetView = WorksheetView.of(sheet, **(await _facts(tx, [sheet], []))[sheet.id])
    return view


async def decision_view(tx: AsyncSession, made: Decision) -> DecisionView:
    sheet = await tx.get_one(Worksheet, made.worksheet_id)
    view: DecisionView = DecisionView.of(made, **(await _facts(tx, [sheet], [made]))[made.id])
    return view
