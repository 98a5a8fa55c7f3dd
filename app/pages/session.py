"""Signing in and out. Whoever was signed out in the middle of a form signs in and sends it again: nothing is lost."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response

from app.access.actor import Actor
from app.agencies import sign_in as agencies
from app.agencies.actions import set_language
from app.agencies.doors import cookie_name, open_to_all, signed_in
from app.agencies.models import Account
from app.http.route import Act, Transaction
from app.pages.guard import TOKEN_FIELD, Form, MalformedForm, OwnForm, SessionForm, form_token, is_own, read_form
from app.pages.shell import LANGUAGE_COOKIE, go, language_asked, render
from app.words import LANGUAGES

SAFE_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9/_.?=&%-]{0,500}")
EMAIL_CHARACTERS = 254
PASSWORD_CHARACTERS = 128

router = APIRouter(route_class=Act, include_in_schema=False)
HERE_ONE_SIGNS_IN = "this is where one signs in"


def safe_path(path: str) -> str:
    """A path of ours to go on to; the first page for anything else."""
    return path if SAFE_PATH.fullmatch(path) else "/"


@router.get("/sign-in", dependencies=[open_to_all(HERE_ONE_SIGNS_IN)])
async def ask(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name of the query parameter
    """Email and password."""
    return render(request, "sign_in.html", next=safe_path(next))


@router.post("/sign-in", dependencies=[open_to_all(HERE_ONE_SIGNS_IN)])
async def sign_in(request: Request, form: OwnForm, tx: Transaction) -> Response:
    """Open a session; raises Unauthenticated, which shows the form again."""
    source = request.client.host if request.client else ""
    email, password = form.one("email")[:EMAIL_CHARACTERS], form.one("password")[: PASSWORD_CHARACTERS + 1]
    found = await agencies.sign_in(tx, email, password, source)
    await _keep_language(request, tx, found.account)
    token = await agencies.open_session(tx, found)
    to = safe_path(form.one("next"))
    answer: Response = go(to)
    if form.one("carried"):
        fields = [pair for pair in carried_fields(form) if pair[0] != TOKEN_FIELD]
        answer = render(request, "carried.html", next=to, fields=fields, form_token=form_token(request, token))
    answer.set_cookie(
        cookie_name(request),
        token,
        httponly=True,
        samesite="strict",
        secure=request.app.state.settings.is_https,
        path="/",
    )
    return answer


async def _keep_language(request: Request, tx: Transaction, account: Account) -> None:
    """What was chosen in this browser goes on; whoever signs in for the first time reads on as they began."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen not in LANGUAGES:
        chosen = account.language if await agencies.was_here(tx, account) else language_asked(request)
    if chosen != account.language:
        await set_language(tx, account, chosen)


def carried_fields(form: Form) -> list[tuple[str, str]]:
    return parse_qsl(form.one("carried"), keep_blank_values=True, errors="replace")


@router.post("/sign-out")
async def sign_out(
    request: Request,
    actor: Annotated[Actor, signed_in("everyone may leave", page=True)],
    form: SessionForm,
    tx: Transaction,
) -> Response:
    """End the session at the server, not only in the browser."""
    await agencies.end_session(tx, actor, request.cookies.get(cookie_name(request), ""))
    answer = go("/signed-out")
    answer.delete_cookie(cookie_name(request), path="/", secure=request.app.state.settings.is_https)
    return answer


@router.get("/signed-out", dependencies=[open_to_all("says only that one is signed out")])
async def signed_out(request: Request) -> Response:
    return render(request, "signed_out.html")


async def ask_to_sign_in(request: Request) -> Response:
    """What someone gets who is not signed in, or no longer: the form to sign in, and what they had typed beside it."""
    path = request.url.path
    if path == "/sign-in":
        form = await read_form(request)
        return render(
            request,
            "sign_in.html",
            401,
            next=safe_path(form.one("next")),
            email=form.one("email"),
            carried=form.one("carried"),
            refused=True,
        )
    if request.method == "POST" and is_own(request):
        return render(request, "sign_in.html", 401, next=safe_path(path), carried=await _typed(request))
    query = f"?{request.url.query}" if request.url.query else ""
    return go("/sign-in?" + urlencode({"next": safe_path(path + query)}) if path != "/" else "/sign-in")


async def _typed(request: Request) -> str:
    """The fields of the form that found nobody signed in, as they came."""
    try:
        form = await read_form(request)
    except MalformedForm:
        return ""
    return urlencode([pair for pair in form.pairs if pair[0] != TOKEN_FIELD])
