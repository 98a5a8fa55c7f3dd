"""The queue of those who work cases."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.access.actor import Actor
from app.access.rights import Right
from app.agencies.doors import listing
from app.cases.models import State
from app.db.session import time_of
from app.http.cursors import read_cursor, write_cursor
from app.http.route import Act, Transaction
from app.pages import labels
from app.pages.fields import options
from app.pages.shell import OpenPage, open_page
from app.proceedings.queue import TRIAGED_IN, Position, queue

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
ROWS = 50
SOON = timedelta(hours=24)
"""What is due within it is marked in the queue."""


@router.get("/cases")
async def cases(
    request: Request, page: OpenPage, actor: Annotated[Actor, listing(Right.READ_CASE, page=True)], tx: Transaction
) -> Response:
    """Cases you may see, the ones due first."""
    asked = request.query_params.get("state", "")
    states = {State(asked)} if asked in set(State) else set()
    key, scope = request.app.state.secrets.cursor_key, f"case pages {actor.account_id}"
    cursor = request.query_params.get("after", "")
    after = _position(read_cursor(key, scope, cursor)) if cursor else None
    lines, last = await queue(tx, actor, states, after=after, limit=ROWS)
    return page.show(
        "desk/cases.html",
        lines=lines,
        asked=asked,
        states=options(labels.STATES),
        labels=labels,
        more=write_cursor(key, scope, [last[0].isoformat(), str(last[1])]) if last else None,
        awaits=TRIAGED_IN,
        soon=time_of(tx) + SOON,
        aside=request.query_params.get("aside") == "yes",
    )


def _position(read: list[Any]) -> Position:
    return datetime.fromisoformat(read[0]), uuid.UUID(read[1])
