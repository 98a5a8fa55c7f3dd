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
from typing import Annotated

from babel.dates import get_month_names
from fastapi import APIRouter, Depends, Request, Response

from app.access.actor import Actor
from app.access.rights import Right
from app.agencies.doors import holds, open_to_all
from app.http.route import Act, Transaction
from app.pages import assets
from app.pages.guard import ONCE_FIELD, Form, Once, SessionForm
from app.pages.officer.answers import Answers, read_typed
from app.pages.officer.entries import STRIKERS
from app.pages.officer.progress import is_typed
from app.pages.officer.questions import Ask
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


def asks_of(name: str) -> tuple[Ask, ...]:
    """Of a screen of several, what one entry is asked; of `when`, the day and the time are enough."""
    if name == "force":
        return tuple(ask for step in STRIKERS.steps for ask in step.asks)
    return tuple(ask for ask in BY_NAME[name].asks if ask.name not in ("precision", "location_type"))


ORDER = ("statement", "when", "where", "force", "view", "acts", "narrative")


@router.get("/file/offline", dependencies=[open_to_all(SAME_FOR_ALL)])
async def offline(request: Request, language: str = "en") -> Response:
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    return render(
        request,
        "officer/file_offline.html",
        200,
        spoken,
        parts=[(BY_NAME[name], asks_of(name)) for name in ORDER],
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
    entry = read_typed(asks_of("force"), form)
    if is_typed(entry.values()):
        entry |= {"key": secrets.token_hex(4), "officer_id": "", "found": ""}
        nothing = dict.fromkeys(entry, "")
        await seek(tx, page, nothing, entry, Form(()))
        answers["force"] = [entry]
    return answers
