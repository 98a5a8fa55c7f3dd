"""The board's list over the API."""

from __future__ import annotations

import uuid
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.access.actor import Actor
from app.access.rights import Right
from app.agencies.doors import listing
from app.http.cursors import BadCursor, Cursor, Limit, link_next, read_cursor, write_cursor
from app.http.route import Act, Transaction
from app.proceedings.reviews import Place, Review, reviews
from app.proceedings.schemas import ReviewList

router = APIRouter(prefix="/v1/reviews", tags=["cases"], route_class=Act)


@router.get("")
async def find_reviews(
    request: Request,
    response: Response,
    actor: Annotated[Actor, listing(Right.READ_OVERVIEW)],
    tx: Transaction,
    show: Annotated[Review | None, Query(description="these alone; all without")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ReviewList:
    """Cases as the board sees them, those that await its view first."""
    key, scope = request.app.state.secrets.cursor_key, f"reviews {actor.account_id}"
    after = place_in(read_cursor(key, scope, cursor)) if cursor else None
    lines, last = await reviews(tx, actor, show, after=after, limit=limit)
    link_next(request, response, write_cursor(key, scope, position_of(last)) if last else None, limit)
    return ReviewList(cases=lines)


def position_of(place: Place) -> list[Any]:
    return [place.rank, place.key, str(place.case_id)]


def place_in(read: list[Any]) -> Place:
    """Raises BadCursor."""
    try:
        rank, key, case_id = read
        return Place(int(rank), str(Decimal(key)), uuid.UUID(case_id))
    except (ValueError, TypeError, AttributeError, InvalidOperation):
        raise BadCursor from None
