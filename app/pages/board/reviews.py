"""The board's list of cases: what awaits its view, by when, and what it said."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.access.actor import Actor
from app.access.rights import Right
from app.agencies.doors import listing
from app.db.session import time_of
from app.http.cursors import read_cursor, write_cursor
from app.http.route import Act, Transaction
from app.pages import labels
from app.pages.fields import options
from app.pages.shell import OpenPage, open_page
from app.proceedings.review_routes import place_in, position_of
from app.proceedings.reviews import Review, reviews
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
ROWS = 50
SOON = timedelta(days=7)
"""A view that is due within it is marked."""
SHOW = {
    Review.AWAITING: N_("Waiting for the board's view"),
    Review.VIEWED: N_("With a view of the board"),
    Review.DISSENTED: N_("From which the board dissented"),
    Review.SCREENED_OUT: N_("Screened out"),
    Review.IN_PROGRESS: N_("Not with the board yet"),
}


@router.get("/reviews")
async def review_queue(
    request: Request, page: OpenPage, actor: Annotated[Actor, listing(Right.READ_OVERVIEW, page=True)], tx: Transaction
) -> Response:
    """Cases as the board sees them, those that await its view first."""
    asked = request.query_params.get("show", "")
    wanted = Review(asked) if asked in set(Review) else None
    key, scope = request.app.state.secrets.cursor_key, f"review pages {actor.account_id}"
    cursor = request.query_params.get("after", "")
    after = place_in(read_cursor(key, scope, cursor)) if cursor else None
    lines, last = await reviews(tx, actor, wanted, after=after, limit=ROWS)
    return page.show(
        "board/reviews.html",
        lines=lines,
        asked=wanted or "",
        choices=options(SHOW),
        labels=labels,
        now=time_of(tx),
        soon=time_of(tx) + SOON,
        more=write_cursor(key, scope, position_of(last)) if last else None,
    )
