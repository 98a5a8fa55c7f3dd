"""The board's own list: what awaits its view first, by when, and what it said of the others."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, exists, func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.rights import Right
from app.audit.log import record
from app.cases.models import BoardAnswer, BoardView, Case, State
from app.cases.rules import GATE
from app.db.session import time_of
from app.incidents.models import Incident
from app.proceedings.checks import BOARD_VIEW_WITHIN
from app.proceedings.queue import is_late
from app.proceedings.schemas import ReviewLine


class Review(StrEnum):
    """Which cases the board wants to see."""

    AWAITING = "awaiting"
    VIEWED = "viewed"
    DISSENTED = "dissented"
    SCREENED_OUT = "screened_out"
    IN_PROGRESS = "in_progress"


@dataclass(frozen=True)
class Place:
    """Position in the list: those that wait first, then the newest."""

    rank: int
    key: str
    case_id: uuid.UUID


_VIEWED = exists().where(BoardView.case_id == Case.id)
_DISSENTED = exists().where(BoardView.case_id == Case.id, BoardView.view == BoardAnswer.DISSENT)
_SAID_SINCE = exists().where(BoardView.case_id == Case.id, BoardView.created_at >= Case.entered_at)
AWAITS = and_(Case.state == State.BOARD_REVIEW, ~_SAID_SINCE)
"""With the board, and nothing said since it came there."""

WANTED: dict[Review, ColumnElement[bool]] = {
    Review.AWAITING: AWAITS,
    Review.VIEWED: _VIEWED,
    Review.DISSENTED: _DISSENTED,
    Review.SCREENED_OUT: Case.state == State.SCREENED_OUT,
    Review.IN_PROGRESS: Case.state.not_in([State.BOARD_REVIEW, State.CLOSED, State.SCREENED_OUT]),
}
_RANK = case((AWAITS, 0), else_=1)
_SECONDS = func.extract("epoch", Case.entered_at)
_KEY = case((AWAITS, _SECONDS), else_=-_SECONDS)


async def reviews(
    tx: AsyncSession, actor: Actor, wanted: Review | None, *, after: Place | None, limit: int
) -> tuple[list[ReviewLine], Place | None]:
    """One page of the cases that the board sees, and where the next begins, if there is one."""
    rows = (await tx.execute(_page(actor, wanted, after).limit(limit + 1))).all()
    shown = [_line(*row[:4], now=time_of(tx)) for row in rows[:limit]]
    ids = [line.id for line in shown]
    record(tx, "case.listed", ("case", None), ids=ids, count=len(ids), filter={"review": wanted})
    last = rows[limit - 1] if len(rows) > limit else None
    return shown, Place(last.rank, last.key, last[0].id) if last else None


def _page(actor: Actor, wanted: Review | None, after: Place | None) -> Select[Any]:
    newest = (
        select(BoardView.view, BoardView.created_at)
        .where(BoardView.case_id == Case.id)
        .order_by(BoardView.created_at.desc(), BoardView.id)
        .limit(1)
        .lateral()
    )
    query = (
        select(Case, Incident, newest.c.view, newest.c.created_at, _RANK.label("rank"), cast(_KEY, Text).label("key"))
        .join(Incident, Incident.id == Case.incident_id)
        .outerjoin(newest, true())
        .where(GATE.may(actor, Right.READ_OVERVIEW))
        .order_by(_RANK, _KEY, Case.id)
    )
    if wanted is not None:
        query = query.where(WANTED[wanted])
    if after is not None:
        query = query.where(tuple_(_RANK, _KEY, Case.id) > tuple_(after.rank, Decimal(after.key), after.case_id))
    return query


def _line(
    of: Case, incident: Incident, view: BoardAnswer | None, viewed_at: datetime | None, *, now: datetime
) -> ReviewLine:
    is_with_board = of.state == State.BOARD_REVIEW
    line: ReviewLine = ReviewLine.of(
        of,
        occurred_at=incident.occurred_at,
        precision=incident.precision,
        has_injury=incident.has_injury,
        is_late=is_late(of, now),
        awaits_view=is_with_board and (viewed_at is None or viewed_at < of.entered_at),
        board_view_until=of.entered_at + BOARD_VIEW_WITHIN if is_with_board else None,
        last_view=view,
        last_viewed_at=viewed_at,
    )
    return line
