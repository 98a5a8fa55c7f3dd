"""For someone harmed: with both codes of their letter they see how the matter stands, and nothing else."""

from __future__ import annotations

from babel.dates import format_date
from fastapi import APIRouter, Request, Response

from app.agencies.doors import open_to_all
from app.http.route import Act, Transaction
from app.pages.guard import OwnForm
from app.pages.shell import render
from app.proceedings.letters import TYPED_MOST, outcome_of
from app.words import LANGUAGES

router = APIRouter(route_class=Act, include_in_schema=False)
FOR_THE_HARMED = "whoever holds a letter has no account; its two codes stand for them"


@router.get("/outcome", dependencies=[open_to_all(FOR_THE_HARMED)])
async def ask(request: Request) -> Response:
    """Locator and secret."""
    return render(request, "served/outcome.html", language=_spoken(request), outcome=None, wrong=False, locator="")


@router.post("/outcome", dependencies=[open_to_all(FOR_THE_HARMED)])
async def look(request: Request, form: OwnForm, tx: Transaction) -> Response:
    """How the matter stands; for a wrong code and an unknown one the same answer, counted as a try."""
    source = request.client.host if request.client else ""
    locator, secret = (form.one(name)[: TYPED_MOST * 2] for name in ("locator", "secret"))
    found = await outcome_of(tx, locator, secret, source)
    if found is None:
        return render(request, "served/outcome.html", 422, _spoken(request), outcome=None, wrong=True, locator=locator)
    since = format_date(found.since, "MMMM d, y", locale=found.language)
    return render(request, "served/outcome.html", 200, found.language, outcome=found, since=since, wrong=False)


def _spoken(request: Request) -> str:
    """The language that the browser asks for first among those the service has."""
    asked = request.headers.get("accept-language", "").split(",")
    codes = (each.split(";")[0].strip()[:2].lower() for each in asked)
    return next((each for each in codes if each in LANGUAGES), LANGUAGES[0])
