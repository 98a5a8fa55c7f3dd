"""Cases over the API: the queue, a case, its steps, stepping aside."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import ApiActor, Door, guard, listing
from app.cases.models import Case, Classification, State
from app.cases.routes import case_for
from app.cases.rules import GATE
from app.cases.schemas import CaseMark
from app.cases.steps import STEPS
from app.http.conditions import IfMatch, refuse_stale, tag
from app.http.cursors import BadCursor, Cursor, Limit, link_next, read_cursor, write_cursor
from app.http.route import Act, IdempotencyKey, PathId, Transaction, begin_once
from app.proceedings import actions, letters, recusal
from app.proceedings.filters import Due, QueueFilters, Sort
from app.proceedings.moves import MoveIn, refuse_unfitting
from app.proceedings.overview import read_overview
from app.proceedings.queue import Position, count_queue, queue
from app.proceedings.review import review, telling
from app.proceedings.schemas import (
    CaseList,
    CaseOverview,
    CaseView,
    FindingsReviewView,
    LetterIn,
    StepsView,
    TellingView,
)
from app.proceedings.table import PROCEEDINGS
from app.proceedings.view import read_case

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=Act)


class Pdf(Response):
    media_type = "application/pdf"


def asked_filters(
    state: Annotated[list[State], Query(max_length=len(State), description="these states only; all without")] = [],  # noqa: B006
    held_by: Annotated[
        Literal["me", "nobody"] | uuid.UUID | None,
        Query(description="`me`, `nobody`, or an account: who it was routed to, or who is assigned to it"),
    ] = None,
    due: Annotated[Due | None, Query(description="triage is late, or due within 24 hours")] = None,
    classification: Annotated[
        Classification | Literal["none"] | None, Query(description="`none`: not classified yet")
    ] = None,
    injury: Annotated[bool | None, Query(description="whether someone was injured")] = None,
    sort: Annotated[Sort, Query(description="due first, newest incident first, or longest in its state first")] = (
        Sort.DUE
    ),
) -> QueueFilters:
    return QueueFilters(state=state, held_by=held_by, due=due, classification=classification, injury=injury, sort=sort)


@router.get("")
async def find_cases(
    request: Request,
    response: Response,
    actor: Annotated[Actor, listing(Right.READ_CASE)],
    tx: Transaction,
    asked: Annotated[QueueFilters, Depends(asked_filters)],
    counts: Annotated[bool, Query(description="count the unfinished ones as well")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> CaseList:
    """Cases you may see, the ones due first."""
    key, scope = request.app.state.secrets.cursor_key, f"cases {asked.sort} {actor.account_id}"
    after = read_position(read_cursor(key, scope, cursor)) if cursor else None
    lines, last = await queue(tx, actor, asked, after=after, limit=limit)
    link_next(request, response, write_cursor(key, scope, written(last)) if last else None, limit)
    return CaseList(cases=lines, counts=await count_queue(tx, actor) if counts else None)


def written(position: Position) -> list[Any]:
    """A position as a cursor carries it."""
    return [position.stretch, position.at.isoformat(), str(position.case_id)]


def read_position(read: list[Any]) -> Position:
    """Raise BadCursor for what is no position of the queue."""
    try:
        stretch, at, case_id = read
        return Position(int(stretch), datetime.fromisoformat(str(at)), uuid.UUID(str(case_id)))
    except ValueError:
        raise BadCursor from None


@router.get("/{case_id}")
async def read(
    held: Annotated[Granted[Case], case_for(Right.READ_CASE, or_right=Right.READ_OVERVIEW)],
    response: Response,
    tx: Transaction,
) -> CaseView | CaseOverview:
    """A case: whole for those who work it, without names of reporters and texts for the board."""
    tag(response, held.record.version)
    return await (read_case(tx, held) if held.right is Right.READ_CASE else read_overview(tx, held))


@router.get("/{case_id}/findings")
async def read_findings(
    held: Annotated[Granted[Case], case_for(Right.READ_CASE)], tx: Transaction
) -> FindingsReviewView:
    """Every allegation with the finding that stands on it, what you have yet to open, and how far discipline is."""
    return FindingsReviewView(findings=await review(tx, held))


@router.get("/{case_id}/told")
async def read_telling(held: Annotated[Granted[Case], case_for(Right.CLOSE)], tx: Transaction) -> TellingView:
    """Who has to be told the outcome, and who was."""
    return await telling(tx, held)


@router.post("/{case_id}/letters", status_code=201, response_class=Pdf)
async def make_letter(
    request: Request, held: Annotated[Granted[Case], case_for(Right.CLOSE)], said: LetterIn, tx: Transaction
) -> Response:
    """The outcome letter to someone harmed, as an accessible PDF.

    Its secret stands in this answer alone, so the answer is not kept for a retry: another call makes another letter,
    and the codes of the earlier one no longer work.
    """
    made = await letters.make_letter(tx, held, said, f"{request.app.state.settings.base_url}/outcome")
    return Pdf(made.pdf, 201)


@router.get("/{case_id}/steps")
async def read_steps(
    held: Annotated[Granted[Case], case_for(Right.READ_CASE)], response: Response, tx: Transaction
) -> StepsView:
    """The steps open to you now, and what each would still be refused for."""
    tag(response, held.record.version)
    return await actions.read_steps(tx, held)


@dataclass(frozen=True)
class Moving:
    """A case in the hand of someone who may take the step they asked for."""

    held: Granted[Case]
    move: MoveIn


async def seeing(tx: Transaction, actor: ApiActor, case_id: PathId) -> Actor:
    """Whoever sees nothing of the case is told so before anything of the move is looked at."""
    return (await GATE.fetch(tx, actor, case_id, Right.READ_CASE)).actor


async def moving(
    request: Request,
    tx: Transaction,
    actor: Annotated[Actor, Depends(seeing)],
    case_id: PathId,
    move: MoveIn,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> Moving:
    """The case, in the hand of someone with the right that the asked-for step names in the table."""
    refuse_unfitting(move, PROCEEDINGS[move.step].takes)
    granted = await GATE.fetch(tx, actor, case_id, STEPS[move.step].right)
    await begin_once(request, actor.account_id, actor.agency_id, key)
    refuse_stale(request, granted.record.version)
    return Moving(granted, move)


@router.post("/{case_id}/steps")
async def take_step(
    asked: Annotated[Moving, guard(Door("record"), moving)], response: Response, tx: Transaction
) -> CaseMark:
    """Take a step of the published table. If-Match names the version you have seen."""
    case = await actions.take_step(tx, asked.held, asked.move)
    tag(response, case.version)
    mark: CaseMark = CaseMark.of(case)
    return mark


@router.post("/{case_id}/recusal", status_code=204)
async def step_aside(held: Annotated[Granted[Case], case_for(Right.RECUSE, once=True)], tx: Transaction) -> None:
    """Step aside. From now on the case is as absent for you; nobody is told why."""
    await recusal.step_aside(tx, held)
