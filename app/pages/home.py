"""The first page: what someone in this office can do here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.access.actor import Actor
from app.access.rights import OFFICES, Right
from app.agencies.doors import signed_in
from app.http.route import Act, Transaction
from app.pages.shell import OpenPage, open_page
from app.reports.actions import own_drafts, own_reports

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])


@router.get("/")
async def home(
    page: OpenPage, actor: Annotated[Actor, signed_in("the frame, and one's own", page=True)], tx: Transaction
) -> Response:
    """What to do here, by office; for who files, what waits for them."""
    files = actor.has(*OFFICES[Right.FILE])
    own = (await own_reports(tx, actor))[0] if files else []
    return page.show(
        "home.html",
        drafts=await own_drafts(tx, actor) if files else [],
        asked=[report for report in own if report.is_asked],
    )
