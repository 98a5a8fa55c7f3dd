"""Acts of triage and the roster over the API."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import needs
from app.cases import matches, roster, timeline, triage
from app.cases.models import Case
from app.cases.rules import GATE
from app.cases.schemas import (
    AssignmentIn,
    AssignmentView,
    CandidatesView,
    CaseMark,
    ClassificationIn,
    DisputeIn,
    IdentificationIn,
    IdentificationView,
    ImmediateIn,
    ImmediateView,
    MatchIn,
    MatchView,
    PresenceIn,
    PresenceView,
    TimelineView,
)
from app.http.conditions import tag
from app.http.cursors import Cursor, Limit, link_next, read_cursor, write_cursor
from app.http.route import Act, PathId, Transaction

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=Act)


def case_for(right: Right, **more: Any) -> Any:
    """The case of the path, in the hand of someone who holds `right` on it."""
    return needs(right, GATE, "case_id", **more)


@router.put("/{case_id}/classification")
async def classify(
    held: Annotated[Granted[Case], case_for(Right.TRIAGE, match=True)],
    said: ClassificationIn,
    response: Response,
    tx: Transaction,
) -> CaseMark:
    """Say what kind of case it is."""
    case = await triage.classify(tx, held, said)
    tag(response, case.version)
    mark: CaseMark = CaseMark.of(case)
    return mark


@router.post("/{case_id}/immediate-steps", status_code=201)
async def answer_immediate(
    held: Annotated[Granted[Case], case_for(Right.TRIAGE, once=True)], said: ImmediateIn, tx: Transaction
) -> ImmediateView:
    """Answer an immediate step: done, ordered, or not needed and why."""
    answered = await triage.answer_immediate(tx, held, said)
    view: ImmediateView = ImmediateView.of(answered, at=answered.created_at)
    return view


@router.post("/{case_id}/assignments", status_code=201)
async def assign(
    held: Annotated[Granted[Case], case_for(Right.ASSIGN, once=True)], said: AssignmentIn, tx: Transaction
) -> AssignmentView:
    """Give an investigator or a discipline authority the case; who held that office is relieved."""
    given, person = await triage.assign(tx, held, said)
    return AssignmentView(account_id=person.id, name=person.name, office=given.office, since=given.created_at)


@router.get("/{case_id}/candidates")
async def read_candidates(held: Annotated[Granted[Case], case_for(Right.ASSIGN)], tx: Transaction) -> CandidatesView:
    """Who can be given an office in the case now: nobody in conflict is among them."""
    return CandidatesView(candidates=await triage.candidates(tx, held))


@router.post("/{case_id}/roster", status_code=201)
async def add_presence(
    held: Annotated[Granted[Case], case_for(Right.ROSTER, once=True)], said: PresenceIn, tx: Transaction
) -> PresenceView:
    """Put an officer on the roster. What stands on it stays."""
    view: PresenceView = PresenceView.of(await roster.add_presence(tx, held, said))
    return view


@router.post("/{case_id}/roster/{presence_id}/dispute", status_code=201)
async def dispute(
    held: Annotated[Granted[Case], case_for(Right.ROSTER, once=True)],
    presence_id: PathId,
    said: DisputeIn,
    tx: Transaction,
) -> PresenceView:
    """Dispute an entry of the roster, with a reason. It stays, and so does its wall."""
    view: PresenceView = PresenceView.of(await roster.dispute(tx, held, presence_id, said.reason))
    return view


@router.post("/{case_id}/identifications", status_code=201)
async def identify(
    held: Annotated[Granted[Case], case_for(Right.ROSTER, once=True)], said: IdentificationIn, tx: Transaction
) -> IdentificationView:
    """Say who someone is whom a report names or describes."""
    view: IdentificationView = IdentificationView.of(await roster.identify(tx, held, said))
    return view


@router.post("/{case_id}/matches/{report_id}", status_code=201)
async def answer_match(
    held: Annotated[Granted[Case], case_for(Right.REROUTE, once=True)],
    report_id: PathId,
    said: MatchIn,
    tx: Transaction,
) -> MatchView:
    """Confirm that a report tells of this incident, or move it to where it belongs."""
    report, case_id = await matches.answer_match(tx, held, report_id, said)
    return MatchView(report_id=report.id, case_id=case_id, match_is_certain=report.match_is_certain)


@router.get("/{case_id}/timeline")
async def read_timeline(
    request: Request,
    response: Response,
    held: Annotated[Granted[Case], case_for(Right.READ_CASE)],
    tx: Transaction,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TimelineView:
    """What happened in the case, first things first."""
    key, scope = request.app.state.secrets.cursor_key, f"timeline {held.record.id} {held.actor.account_id}"
    seen = read_cursor(key, scope, cursor)[0] if cursor else 0
    lines, more = await timeline.read_timeline(tx, held.record, seen=seen, limit=limit)
    link_next(request, response, write_cursor(key, scope, [more]) if more else None, limit)
    return TimelineView(lines=lines)
