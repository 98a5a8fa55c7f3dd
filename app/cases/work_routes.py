"""The work on a case over the API: allegations, assessments, evidence, and what stands around its outcome."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from app.access.gate import Granted
from app.access.rights import Right
from app.audit.log import record
from app.cases import allegations, assessments, evidence, outcome
from app.cases.models import Case
from app.cases.routes import case_for
from app.cases.schemas import (
    AllegationIn,
    AllegationsView,
    AllegationView,
    AssessmentChanges,
    AssessmentIn,
    AssessmentsView,
    AssessmentView,
    BoardViewIn,
    BoardViewView,
    ConcurrenceIn,
    ConcurrenceView,
    ToldIn,
    ToldView,
)
from app.evidence.schemas import EvidenceIn, EvidenceListView, EvidenceView
from app.http.conditions import IfMatchLatest, refuse_stale, tag
from app.http.route import Act, PathId, Transaction

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=Act)

Reading = Annotated[Granted[Case], case_for(Right.READ_CASE)]


@router.get("/{case_id}/allegations")
async def read_allegations(held: Reading, tx: Transaction) -> AllegationsView:
    """What is alleged, against whom."""
    found = await allegations.allegations_of(tx, held.record.id)
    ids = [allegation.id for allegation in found]
    record(tx, "allegation.listed", ("case", held.record.id), case_id=held.record.id, ids=ids, count=len(ids))
    return AllegationsView(allegations=[AllegationView.of(allegation) for allegation in found])


@router.post("/{case_id}/allegations", status_code=201)
async def open_allegation(
    held: Annotated[Granted[Case], case_for(Right.WORK, once=True)], said: AllegationIn, tx: Transaction
) -> AllegationView:
    """Open an allegation against one officer on one duty; it cites the provision in force on the day."""
    view: AllegationView = AllegationView.of(await allegations.open_allegation(tx, held, said))
    return view


@router.get("/{case_id}/assessments")
async def read_assessments(held: Reading, tx: Transaction) -> AssessmentsView:
    """Everyone on the roster, and how far they are answered for."""
    return AssessmentsView(assessments=await assessments.progress(tx, held))


@router.get("/{case_id}/assessments/{officer_id}")
async def read_assessment(held: Reading, officer_id: PathId, response: Response, tx: Transaction) -> AssessmentView:
    """The newest assessment of one officer."""
    found = await assessments.open_assessment(tx, held, officer_id)
    tag(response, found.revision)
    return assessments.view_of(found)


@router.get("/{case_id}/assessments/{officer_id}/changes")
async def read_assessment_changes(
    held: Reading, officer_id: PathId, response: Response, tx: Transaction
) -> AssessmentChanges:
    """The newest assessment of one officer beside the revision that the reader opened last before it."""
    changes = await assessments.compare(tx, held, officer_id)
    tag(response, changes.now.revision)
    return changes


@router.put("/{case_id}/assessments/{officer_id}")
async def assess(
    request: Request,
    response: Response,
    held: Annotated[Granted[Case], case_for(Right.WORK)],
    officer_id: PathId,
    said: AssessmentIn,
    tx: Transaction,
    if_match: IfMatchLatest = None,
) -> AssessmentView:
    """Record a new revision of one officer's assessment. If-Match names the one it builds on, where there is one."""
    before = await assessments.newest(tx, held.record.id, officer_id)
    if before is not None:
        refuse_stale(request, before.revision)
    added = await assessments.assess(tx, held, officer_id, said)
    tag(response, added.revision)
    return assessments.view_of(added)


@router.get("/{case_id}/evidence")
async def read_evidence(held: Reading, tx: Transaction) -> EvidenceListView:
    """All references to evidence."""
    found = await evidence.evidence_of(tx, held.record)
    ids = [item.id for item in found]
    record(tx, "evidence.listed", ("case", held.record.id), case_id=held.record.id, ids=ids, count=len(ids))
    return EvidenceListView(evidence=[EvidenceView.of_item(item) for item in found])


@router.get("/{case_id}/evidence/{evidence_id}")
async def read_evidence_item(held: Reading, evidence_id: PathId, tx: Transaction) -> EvidenceView:
    """One reference; reading it counts as having opened it."""
    return EvidenceView.of_item(await evidence.open_item(tx, held, evidence_id))


@router.post("/{case_id}/evidence", status_code=201)
async def enter_evidence(
    held: Annotated[Granted[Case], case_for(Right.WORK, or_right=Right.TRIAGE, once=True)],
    said: EvidenceIn,
    tx: Transaction,
) -> EvidenceView:
    """Enter a reference to evidence: its hash, and where the original lies."""
    return EvidenceView.of_item(await evidence.enter(tx, held, said))


@router.post("/{case_id}/concurrences", status_code=201)
async def concur(
    held: Annotated[Granted[Case], case_for(Right.SCREEN_OUT, once=True)], said: ConcurrenceIn, tx: Transaction
) -> ConcurrenceView:
    """Say yes to a step that needs two people, for another one to take."""
    view: ConcurrenceView = ConcurrenceView.of(await outcome.concur(tx, held, said))
    return view


@router.post("/{case_id}/told", status_code=201)
async def tell(
    held: Annotated[Granted[Case], case_for(Right.CLOSE, once=True)], said: ToldIn, tx: Transaction
) -> ToldView:
    """Record that someone was told the outcome."""
    view: ToldView = ToldView.of(await outcome.tell(tx, held, said))
    return view


@router.post("/{case_id}/board-views", status_code=201)
async def give_board_view(
    held: Annotated[Granted[Case], case_for(Right.REVIEW, once=True)], said: BoardViewIn, tx: Transaction
) -> BoardViewView:
    """The board concurs, dissents with reasons, or says that it has no view."""
    view: BoardViewView = BoardViewView.of(await outcome.view(tx, held, said))
    return view
