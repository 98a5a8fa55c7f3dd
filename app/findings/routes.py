"""Findings, approvals, notices, matrices and discipline over the API."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from app.access.actor import Actor
from app.access.gate import Granted, Inside
from app.access.rights import Right
from app.agencies.doors import ONCE, holds, listing, needs, needs_inside
from app.cases.models import Allegation, Case
from app.cases.rules import GATE
from app.findings import approvals, discipline, findings, matrices, notices
from app.findings.models import Finding, Notice
from app.findings.rules import NOTICES, case_of_allegation, case_of_finding
from app.findings.schemas import (
    AnswerIn,
    ApprovalIn,
    ApprovalView,
    DecisionIn,
    DecisionView,
    DisciplineOverview,
    DisciplineView,
    FindingChanges,
    FindingIn,
    FindingLine,
    FindingView,
    MatrixLine,
    MatrixView,
    NoticeIn,
    NoticeLine,
    NoticeView,
    RepresentativeIn,
    ServedView,
    WorksheetIn,
    WorksheetView,
)
from app.http.conditions import tag
from app.http.route import Act, PathId, Transaction
from app.provisions.matrix_changes import Comparison

router = APIRouter(prefix="/v1", route_class=Act)

AllegationInside = Inside[Allegation, Case]
MATRIX = {"$ref": "#/components/schemas/Matrix"}
"""The contract shows the shape that `read_matrix` checks, which points into the input and never repeats it."""


def _allegation(right: Right, *, or_right: Right | None = None, once: bool = False) -> Any:
    return needs_inside(right, GATE, "allegation_id", Allegation, case_of_allegation, or_right=or_right, once=once)


@router.get("/allegations/{allegation_id}/findings", tags=["findings"])
async def findings_on(
    held: Annotated[AllegationInside, _allegation(Right.READ_CASE, or_right=Right.READ_OVERVIEW)], tx: Transaction
) -> list[FindingLine]:
    """All findings on an allegation, first to last, without their texts."""
    return await findings.lines(tx, held)


@router.post("/allegations/{allegation_id}/findings", tags=["findings"], status_code=201)
async def propose_finding(
    held: Annotated[AllegationInside, _allegation(Right.WORK, once=True)],
    said: FindingIn,
    tx: Transaction,
    response: Response,
) -> FindingView:
    """Propose what was found: one officer, one duty. The finding that stood is superseded, never changed."""
    finding = await findings.propose(tx, held, said)
    tag(response, finding.version)
    return await findings.view_of(tx, finding, held.around.actor)


@router.get("/findings/{finding_id}", tags=["findings"])
async def read_finding(
    held: Annotated[Inside[Finding, Case], needs_inside(Right.READ_CASE, GATE, "finding_id", Finding, case_of_finding)],
    tx: Transaction,
    response: Response,
) -> FindingView:
    """A finding with its texts; whoever reads it has opened this revision."""
    tag(response, held.record.version)
    return await findings.read(tx, held)


@router.get("/findings/{finding_id}/changes", tags=["findings"])
async def read_finding_changes(
    held: Annotated[Inside[Finding, Case], needs_inside(Right.READ_CASE, GATE, "finding_id", Finding, case_of_finding)],
    tx: Transaction,
    response: Response,
) -> FindingChanges:
    """A finding beside the earlier one on its allegation that the reader opened last."""
    tag(response, held.record.version)
    return await findings.compare(tx, held)


@router.post("/findings/{finding_id}/approvals", tags=["findings"], status_code=201)
async def approve_finding(
    held: Annotated[
        Inside[Finding, Case],
        needs_inside(Right.APPROVE, GATE, "finding_id", Finding, case_of_finding, match=True, once=True),
    ],
    said: ApprovalIn,
    tx: Transaction,
    response: Response,
) -> ApprovalView:
    """Approve a proposed finding, or send it back: not who proposed it, and after opening all it rests on."""
    approval = await approvals.give(tx, held, said)
    tag(response, held.record.version)
    view: ApprovalView = ApprovalView.of(approval)
    return view


@router.post("/allegations/{allegation_id}/notices", tags=["discipline"], status_code=201)
async def serve_notice(
    held: Annotated[AllegationInside, _allegation(Right.SERVE, once=True)], said: NoticeIn, tx: Transaction
) -> ServedView:
    """Serve the accused the charges and the evidence packet; neither names who reported."""
    view: ServedView = ServedView.of(await notices.serve(tx, held, said))
    return view


@router.get("/notices", tags=["notices"])
async def my_notices(actor: Annotated[Actor, listing(Right.READ_NOTICE)], tx: Transaction) -> list[NoticeLine]:
    """Notices served on me, newest first."""
    return await notices.own_notices(tx, actor)


@router.get("/notices/{notice_id}", tags=["notices"])
async def read_notice(
    held: Annotated[Granted[Notice], needs(Right.READ_NOTICE, NOTICES, "notice_id")],
    tx: Transaction,
    response: Response,
) -> NoticeView:
    """A notice served on me: the charges and what was delivered with them."""
    tag(response, held.record.version)
    return await notices.read_own(tx, held)


@router.post("/notices/{notice_id}/answer", tags=["notices"], status_code=201)
async def answer_notice(
    held: Annotated[Granted[Notice], needs(Right.ANSWER, NOTICES, "notice_id", match=True, once=True)],
    said: AnswerIn,
    tx: Transaction,
    response: Response,
) -> NoticeView:
    """Answer a notice served on me, or waive the answer; once."""
    view = await notices.answer(tx, held, said)
    tag(response, held.record.version)
    return view


@router.put("/notices/{notice_id}/representative", tags=["notices"])
async def name_representative(
    held: Annotated[Granted[Notice], needs(Right.ANSWER, NOTICES, "notice_id", match=True)],
    said: RepresentativeIn,
    tx: Transaction,
    response: Response,
) -> NoticeView:
    """Say who stands by you in this matter; until it is decided."""
    view = await notices.name_representative(tx, held, said)
    tag(response, held.record.version)
    return view


@router.get("/allegations/{allegation_id}/matrix", tags=["discipline"])
async def read_matrix_of(
    held: Annotated[AllegationInside, _allegation(Right.READ_CASE)], tx: Transaction
) -> MatrixView:
    """The matrix that holds for an allegation: the version in force on the day of the incident."""
    return await discipline.matrix_for(tx, held)


@router.get("/allegations/{allegation_id}/discipline", tags=["discipline"])
async def read_discipline(
    held: Annotated[AllegationInside, _allegation(Right.READ_CASE, or_right=Right.READ_OVERVIEW)], tx: Transaction
) -> DisciplineView | DisciplineOverview:
    """Notice, answer, worksheets, decision and appeals on an allegation; for the board without texts."""
    return await discipline.read(tx, held)


@router.post("/allegations/{allegation_id}/discipline", tags=["discipline"], status_code=201)
async def propose_discipline(
    held: Annotated[AllegationInside, _allegation(Right.COMMAND, once=True)], said: WorksheetIn, tx: Transaction
) -> WorksheetView:
    """Make the worksheet: the cell of the matrix, what weighs for more or less, and the proposal."""
    return await discipline.worksheet_view(tx, await discipline.propose(tx, held, said))


@router.post("/allegations/{allegation_id}/discipline/decision", tags=["discipline"], status_code=201)
async def decide_discipline(
    held: Annotated[AllegationInside, _allegation(Right.DECIDE, once=True)], said: DecisionIn, tx: Transaction
) -> DecisionView:
    """Decide on the last worksheet, after the accused was heard: neither proposer nor approver decides."""
    return await discipline.decision_view(tx, await discipline.decide(tx, held, said))


@router.get("/matrices", tags=["discipline"])
async def list_matrices(actor: Annotated[Actor, holds(Right.READ_MATRICES)], tx: Transaction) -> list[MatrixLine]:
    """The agency's discipline matrices, by the day they began."""
    return await matrices.lines(tx, actor)


@router.get("/matrices/{matrix_id}", tags=["discipline"], dependencies=[holds(Right.READ_MATRICES)])
async def read_matrix(matrix_id: PathId, tx: Transaction) -> MatrixView:
    """One matrix, whole."""
    return await matrices.read(tx, matrix_id)


@router.get("/matrices/{matrix_id}/changes", tags=["discipline"], dependencies=[holds(Right.READ_MATRICES)])
async def matrix_changes(
    matrix_id: PathId,
    tx: Transaction,
    since: Annotated[uuid.UUID | None, Query(description="the version before it, where not given")] = None,
) -> Comparison:
    """What a version changes against another, cell by cell."""
    return await matrices.compared(tx, matrix_id, since or await matrices.before(tx, matrix_id))


@router.post(
    "/matrices",
    tags=["discipline"],
    status_code=201,
    dependencies=[ONCE],
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": MATRIX}}}},
)
async def load_matrix(
    actor: Annotated[Actor, holds(Right.KEEP_SETTINGS)], given: Annotated[dict[str, Any], Body()], tx: Transaction
) -> MatrixLine:
    """Load a version of the agency's matrix. It is never changed; a later version begins on a later day."""
    return matrices.line_of(await matrices.load(tx, actor, given))
