"""For someone harmed: with both codes of their letter they see how the matter stands, and nothing else."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from app.agencies.doors import open_to_all
from app.http.route import Act, Transaction
from app.pages.guard import OwnForm
from app.pages.shell import Shown, render
from app.proceedings.letters import TYPED_MOST, outcome_of

router = APIRouter(route_class=Act, include_in_schema=False)
FOR_THE_HARMED = "whoever holds a letter has no account; its two codes stand for them"


@router.get("/outcome", dependencies=[open_to_all(FOR_THE_HARMED)])
async def ask(request: Request) -> Response:
    """Locator and secret."""
    return render(request, "served/outcome.html", outcome=None, wrong=False, locator="")


@router.post("/outcome", dependencies=[open_to_all(FOR_THE_HARMED)])
async def look(request: Request, form: OwnForm, tx: Transaction) -> Response:
    """How the matter stands; for a wrong code and an unknown one the same answer, counted as a try."""
    source = request.client.host if request.client else ""
    locator, secret = (form.one(name)[: TYPED_MOST * 2] for name in ("locator", "secret"))
    found = await outcome_of(tx, locator, secret, source)
    if found is None:
        return render(request, "served/outcome.html", 422, outcome=None, wrong=True, locator=locator)
    since = Shown(found.language, ZoneInfo("UTC")).day(found.since)
    return render(request, "served/outcome.html", 200, found.language, outcome=found, since=since, wrong=False)
