"""Reports to match over the API; the answer itself is `POST /v1/cases/{case_id}/matches/{report_id}`."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import listing
from app.cases import matching
from app.cases.matching import CandidateList, Position, ToMatchList
from app.cases.models import Case
from app.cases.routes import case_for
from app.http.cursors import BadCursor, Cursor, Limit, link_next, read_cursor, write_cursor
from app.http.route import Act, PathId, Transaction
from app.http.text import SHORT, clean

router = APIRouter(prefix="/v1", tags=["cases"], route_class=Act)


@router.get("/matches")
async def find_matches(
    request: Request,
    response: Response,
    actor: Annotated[Actor, listing(Right.REROUTE)],
    tx: Transaction,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ToMatchList:
    """Reports whose match to an incident is not certain, in cases that you may route; the first filed first."""
    key, scope = request.app.state.secrets.cursor_key, f"matches {actor.account_id}"
    after = read_position(read_cursor(key, scope, cursor)) if cursor else None
    reports, last = await matching.to_match(tx, actor, after=after, limit=limit)
    link_next(request, response, write_cursor(key, scope, [last[0].isoformat(), str(last[1])]) if last else None, limit)
    return ToMatchList(reports=reports)


def read_position(read: list[object]) -> Position:
    """Raise BadCursor for what is no position of this list."""
    try:
        at, report_id = read
        return datetime.fromisoformat(str(at)), uuid.UUID(str(report_id))
    except ValueError:
        raise BadCursor from None


@router.get("/cases/{case_id}/matches/{report_id}")
async def find_candidates(
    held: Annotated[Granted[Case], case_for(Right.REROUTE)],
    report_id: PathId,
    tx: Transaction,
    number: Annotated[
        str, Query(max_length=SHORT, description="of a case, or of an incident at the agency"), AfterValidator(clean)
    ] = "",
) -> CandidateList:
    """Cases to which a report of this case may belong instead, likeliest first: those that you may route."""
    return CandidateList(
        cases=await matching.candidates(tx, held, await matching.report_in(tx, held, report_id), number)
    )
