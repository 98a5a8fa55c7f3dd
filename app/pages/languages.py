"""Choosing the language of the pages: kept with the account of whoever is signed in, else in the browser."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request, Response

from app.access.actor import Actor
from app.agencies.actions import set_language
from app.agencies.doors import open_to_all, signed_in
from app.http.route import Act, Transaction
from app.pages.guard import Form, OwnForm, SessionForm
from app.pages.session import safe_path
from app.pages.shell import LANGUAGE_COOKIE, go
from app.words import LANGUAGES

router = APIRouter(route_class=Act, include_in_schema=False)
KEPT = timedelta(days=365)


@router.post("/language", dependencies=[open_to_all("the language of pages that everyone may read")])
async def choose(request: Request, form: OwnForm) -> Response:
    """In this browser alone."""
    return _in_browser(request, form)


@router.post("/account/language")
async def choose_for_account(
    request: Request,
    actor: Annotated[Actor, signed_in("everyone chooses their own language", page=True)],
    form: SessionForm,
    tx: Transaction,
) -> Response:
    """Wherever this person signs in."""
    if form.one("language") in LANGUAGES:
        await set_language(tx, request.state.account, form.one("language"))
    return _in_browser(request, form)


def _in_browser(request: Request, form: Form) -> Response:
    answer = go(safe_path(form.one("next")))
    if form.one("language") in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE,
            form.one("language"),
            max_age=int(KEPT.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=request.app.state.settings.is_https,
        )
    return answer
