"""Without a line: the needed questions on one page that is the same for everyone, and what was kept on a device, sent.

The page holds no personal data and no form token, so that a browser may keep it. What is typed into it is sealed on
the device, belongs to whoever was signed in there last, and becomes a draft of theirs once there is a line; nothing is
filed before they have read it again and declared it.
"""

from __future__ import annotations

import json
import re
import secrets
import uuid
from dataclasses import dataclass, replace
from typing import Annotated

from babel.dates import get_month_names
from fastapi import APIRouter, Depends, Request, Response

from app.access.actor import Actor
from app.access.rights import Right
from app.agencies.doors import holds, open_to_all
from app.http.route import Act, Transaction
from app.pages import assets
from app.pages.guard import ONCE_FIELD, Form, Once, SessionForm
from app.pages.officer.answers import Answers, Typed, read_typed
from app.pages.officer.entries import PRESENT, STRIKERS
from app.pages.officer.progress import is_typed
from app.pages.officer.questions import Ask, Screen
from app.pages.officer.roster import seek
from app.pages.officer.screens import BY_NAME
from app.pages.officer.work import key_of
from app.pages.shell import OpenPage, Page, go, open_page, render
from app.reports import actions as reports
from app.reports.models import Draft
from app.words import LANGUAGES

SAME_FOR_ALL = "the empty form, the same for everyone"
SINGLE = ("statement", "when", "where", "view", "acts", "narrative")
STYLES = ("css/uswds.min.css", "own/pages.css", "own/filing.css", "own/mark.svg", "own/device.js", "own/offline.js")
FONT = re.compile(r"fonts/source-sans-pro/sourcesanspro-(?:regular|bold)-webfont\.woff2")

router = APIRouter(include_in_schema=False)
sending = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])


SEVERAL = {"force": STRIKERS, "present": PRESENT}
ROOM = 4
"""Officers of each kind that the form has room for; more are added once there is a line."""
ORDER = ("statement", "when", "where", "force", "present", "view", "acts", "narrative")


def asks_of(name: str) -> tuple[Ask, ...]:
    """Of `when`, the day and the time are enough."""
    return tuple(ask for ask in BY_NAME[name].asks if ask.name not in ("precision", "location_type"))


def entry_asks(name: str, place: int) -> tuple[Ask, ...]:
    """What is asked of one officer, each question under a name of its own on the page."""
    return tuple(replace(ask, name=_at(name, place) + ask.name) for ask in _asks_of_one(name))


def _asks_of_one(name: str) -> list[Ask]:
    return [ask for step in SEVERAL[name].steps for ask in step.asks]


def _at(name: str, place: int) -> str:
    return f"{name}-{place}-"


def _entry_form(name: str, place: int, form: Form) -> Form:
    """What was typed of one officer, under the names that a question has when it is asked alone."""
    start = _at(name, place)
    return Form(tuple((field.removeprefix(start), value) for field, value in form.pairs if field.startswith(start)))


@dataclass(frozen=True)
class Part:
    """One heading of the form; either its own questions, or the questions for each of several officers."""

    screen: Screen
    asks: tuple[Ask, ...] = ()
    entries: tuple[tuple[Ask, ...], ...] = ()


def _part(name: str) -> Part:
    if name not in SEVERAL:
        return Part(BY_NAME[name], asks_of(name))
    return Part(BY_NAME[name], entries=tuple(entry_asks(name, place) for place in range(1, ROOM + 1)))


@router.get("/file/offline", dependencies=[open_to_all(SAME_FOR_ALL)])
async def offline(request: Request, language: str = "en") -> Response:
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    return render(
        request,
        "officer/file_offline.html",
        200,
        spoken,
        parts=[_part(name) for name in ORDER],
        months=[name for _, name in sorted(get_month_names("wide", locale=spoken).items())],
    )


@router.get("/file-worker.js", dependencies=[open_to_all(SAME_FOR_ALL)])
async def worker(language: str = "en") -> Response:
    """The service worker, with the addresses of what it keeps. It stands at the root to reach all of /file."""
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    held = assets.assets()
    fonts = [name for name in held.by_name if FONT.fullmatch(name)]
    kept = [name for name in (*STYLES, *fonts) if name in held.by_name]
    shell = [f"/file/offline?language={spoken}", *(assets.address(name) for name in kept)]
    start = f"const EDITION = {json.dumps(f'{held.edition}-{spoken}')};\nconst SHELL = {json.dumps(shell)};\n"
    script = (assets.OWN / "file-worker.js").read_text()
    return Response(start + script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@sending.post("/file/kept")
async def take(
    request: Request,
    page: OpenPage,
    actor: Annotated[Actor, holds(Right.FILE, page=True)],
    form: SessionForm,
    once: Once,
    tx: Transaction,
) -> Response:
    """Make a draft of what was kept on a device; sent again, from any session of theirs, it is the same draft."""
    draft_id = uuid.uuid5(actor.account_id, form.one(ONCE_FIELD))
    if await tx.get(Draft, draft_id) is None:
        content = {"answers": await _answers(tx, page, form)}
        await reports.start_draft(tx, actor, content, key_of(request), draft_id)
    return go(f"/file/{draft_id}")


async def _answers(tx: Transaction, page: Page, form: Form) -> Answers:
    answers: Answers = {name: read_typed(asks_of(name), form) for name in SINGLE}
    for name in SEVERAL:
        forms = (_entry_form(name, place, form) for place in range(1, ROOM + 1))
        typed = (read_typed(_asks_of_one(name), one) for one in forms)
        answers[name] = [await _sought(tx, page, entry) for entry in typed if is_typed(entry.values())]
    return answers


async def _sought(tx: Transaction, page: Page, entry: Typed) -> Typed:
    """An entry with the officer whom it names, where the roster has one."""
    entry |= {"key": secrets.token_hex(4), "officer_id": "", "found": ""}
    await seek(tx, page, dict.fromkeys(entry, ""), entry, Form(()))
    return entry
