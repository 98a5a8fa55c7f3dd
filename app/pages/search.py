"""Search: one box, and what was found of what one may see."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.access.actor import Actor
from app.access.rights import OFFICES, Right
from app.agencies.doors import listing
from app.http.route import Act, Transaction
from app.http.text import clean
from app.pages import labels
from app.pages.shell import OpenPage, open_page
from app.proceedings.search import CHARACTERS, search
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
TOO_SHORT = N_("Type at least two letters or digits, and at most 100")


@router.get("/search")
async def find(
    request: Request, page: OpenPage, actor: Annotated[Actor, listing(Right.READ_CASE, page=True)], tx: Transaction
) -> Response:
    """What was found; before anything is asked, the box alone."""
    asked = clean("".join(each for each in request.query_params.get("q", "") if each.isprintable()))
    fits = CHARACTERS[0] <= len(asked) <= CHARACTERS[1]
    return page.show(
        "search.html",
        422 if asked and not fits else 200,
        asked=asked,
        found=await search(tx, actor, asked, request.app.state.secrets.cursor_key) if fits else None,
        error=TOO_SHORT if asked and not fits else "",
        has_desk=not actor.roles.isdisjoint(OFFICES[Right.KEEP_VIEWS]),
        labels=labels,
    )
