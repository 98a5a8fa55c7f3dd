"""Search over the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator

from app.access.actor import Actor
from app.access.rights import Right
from app.agencies.doors import listing
from app.http.route import Act, Transaction
from app.http.text import clean
from app.proceedings.search import CHARACTERS, SearchView, search

router = APIRouter(prefix="/v1/search", tags=["cases"], route_class=Act)


@router.get("")
async def find(
    request: Request,
    actor: Annotated[Actor, listing(Right.READ_CASE)],
    tx: Transaction,
    q: Annotated[
        str,
        Query(min_length=CHARACTERS[0], max_length=CHARACTERS[1], description="words that all have to be found"),
        AfterValidator(clean),
    ],
) -> SearchView:
    """Cases that you may see, people on their rosters, words of reports that you may read, and your own reports."""
    return await search(tx, actor, q, request.app.state.secrets.cursor_key)
