"""The questions of a report, one a screen: each is kept as it is left, and checked when one goes on."""

from __future__ import annotations

import secrets
from typing import Any

from babel.dates import format_time
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from app.db.session import time_of
from app.errors import NotFound
from app.http.conditions import refuse_stale
from app.http.route import Act, Transaction
from app.pages.guard import Form, SessionForm
from app.pages.officer.answers import Typed, Wrong, read_typed
from app.pages.officer.questions import Each, Screen, Step
from app.pages.officer.roster import FOUND_LATER, Sought, seek
from app.pages.officer.rule import rule_shown
from app.pages.officer.work import FIRST, Held, Seen, Work, filed, screen_of
from app.pages.shell import OpenPage, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])


AUTO = "auto"
"""What a script sends while one is still typing; no button does."""


def _refuse_old(request: Request, form: Form, held: Held) -> None:
    """What saves itself never overwrites what was written elsewhere meanwhile; a pressed button means what it says."""
    if form.one("go") == AUTO:
        refuse_stale(request, held.record.version)


def _saved(work: Work, action: str) -> Response:
    at = format_time(time_of(work.tx), "short", tzinfo=work.page.shown.zone, locale=work.page.language)
    says = work.page.t(N_("Saved at %(time)s")) % {"time": at}
    return JSONResponse({"version": work.held.record.version, "says": says, "action": action})


def _came(request: Request) -> str:
    return "review" if request.query_params.get("from") == "review" else ""


def _way(work: Work, form: Form, name: str) -> Response:
    """Where the pressed button leads."""
    pressed = form.one("go")
    if pressed == "later":
        return go("/file")
    if pressed == "back":
        return go(f"{work.at}/{work.beside(name, -1)}" if name != FIRST else "/file")
    if pressed == "needed":
        needed = work.progress().next_needed()
        return go(needed.href if needed else f"{work.at}/review")
    if form.one("from") == "review":
        return go(f"{work.at}/review")
    return go(f"{work.at}/{work.beside(name, 1)}")


@router.get("/file/{draft_id}/{name}")
async def ask(page: OpenPage, held: Seen, name: str, tx: Transaction, request: Request) -> Response:
    """One question, with the answer so far."""
    screen = screen_of(name)
    if done := filed(held):
        return done
    work = Work.on(page, tx, held)
    came = _came(request)
    if screen.each is not None:
        return _several(work, screen, screen.each, came)
    return await _ask(work, screen, work.answers[name], came, work.tell().on(name) if came else [])


async def _ask(work: Work, screen: Screen, typed: Typed, came: str, wrongs: list[Wrong], status: int = 200) -> Response:
    return _show(
        work,
        screen,
        typed,
        came,
        wrongs,
        status,
        title=screen.title,
        lead=screen.lead,
        asks=screen.asks,
        rule=await rule_shown(work.page, work.tx, work.day(work.tell())) if screen.name == "rule" else None,
        action=f"{work.at}/{screen.name}",
        on=f"{work.at}/{work.beside(screen.name, 1)}",
        back=f"{work.at}/{work.beside(screen.name, -1)}" if screen.name != FIRST else "/file",
        may_skip=not screen.is_needed and work.progress().next_needed(screen.name) is not None,
    )


def _show(
    work: Work, screen: Screen, typed: Typed, came: str, wrongs: list[Wrong], status: int, **values: Any
) -> Response:
    shown = {"entry": None, "sought": None, "is_last": False, "rule": None, "may_skip": False}
    return work.show(
        "officer/file_screen.html",
        status,
        screen=screen,
        chapter=screen.chapter,
        typed=typed,
        wrongs=wrongs,
        errors={wrong.field: wrong.says for wrong in wrongs},
        months=work.page.months(),
        came=came,
        **{**shown, **values},
    )


def _several(work: Work, screen: Screen, each: Each, came: str) -> Response:
    told = work.tell()
    entries = work.answers[screen.name]
    wrong = {entry["key"]: [w.says for w in told.on(screen.name, entry["key"])] for entry in entries}
    return work.show(
        "officer/file_several.html",
        screen=screen,
        each=each,
        chapter=screen.chapter,
        entries=entries,
        scene=work.scene() if screen.into == "officers" else None,
        wrong=wrong,
        came=came,
        found_later=FOUND_LATER,
        back=f"{work.at}/{work.beside(screen.name, -1)}",
        on=f"{work.at}/{'review' if came else work.beside(screen.name, 1)}",
    )


@router.post("/file/{draft_id}/{name}")
async def answer(
    page: OpenPage, held: Held, name: str, form: SessionForm, tx: Transaction, request: Request
) -> Response:
    """Keep what was typed, whether it fits or not; go on only when it does."""
    screen = screen_of(name)
    if done := filed(held):
        return done
    if screen.each is not None or not screen.asks:
        raise NotFound
    work = Work.on(page, tx, held)
    _refuse_old(request, form, held)
    work.answers[name] = read_typed(screen.asks, form)
    await work.save()
    if form.one("go") == AUTO:
        return _saved(work, f"{work.at}/{name}")
    wrongs = work.tell().on(name) if form.one("go") == "next" else []
    if wrongs:
        return await _ask(work, screen, work.answers[name], form.one("from"), wrongs, 422)
    return _way(work, form, name)


# --- one of several -----------------------------------------------------------------------------------------------


def _find(work: Work, screen: Screen, key: str) -> Typed:
    """The entry of a key; an empty one for `new`. Raises NotFound."""
    if screen.each is None:
        raise NotFound
    if key == "new":
        return dict.fromkeys(("key", "officer_id", "found"), "") | read_typed(screen.all_asks, Form(()))
    entry: Typed | None = next((entry for entry in work.answers[screen.name] if entry["key"] == key), None)
    if entry is None:
        raise NotFound
    return entry


def _step(screen: Screen, name: str) -> Step:
    """Raises NotFound."""
    found = next((step for step in screen.each.steps if step.name == name), None) if screen.each else None
    if found is None:
        raise NotFound
    return found


def _beside(screen: Screen, typed: Typed, step: Step, by: int) -> Step | None:
    steps = [each for each in screen.each.steps if each is step or each.only_if(typed)] if screen.each else []
    place = steps.index(step) + by
    return steps[place] if 0 <= place < len(steps) else None


def _entry(
    work: Work,
    screen: Screen,
    step: Step,
    key: str,
    typed: Typed,
    came: str,
    wrongs: list[Wrong],
    sought: Sought | None = None,
    status: int = 200,
) -> Response:
    fields = {ask.name for ask in step.asks}
    return _show(
        work,
        screen,
        typed,
        came,
        [wrong for wrong in wrongs if wrong.field in fields],
        status,
        title=step.title,
        lead=step.lead,
        asks=step.asks,
        action=f"{work.at}/{screen.name}/{key}/{step.name}",
        remove=f"{work.at}/{screen.name}/{key}/remove",
        entry=key,
        sought=sought,
        is_last=_beside(screen, typed, step, 1) is None,
    )


@router.get("/file/{draft_id}/{name}/{key}")
async def ask_entry(page: OpenPage, held: Seen, name: str, key: str, tx: Transaction, request: Request) -> Response:
    """One officer, person or telling, from its first question on."""
    screen = screen_of(name)
    if screen.each is None:
        raise NotFound
    return await ask_step(page, held, name, key, screen.each.steps[0].name, tx, request)


@router.get("/file/{draft_id}/{name}/{key}/remove")
async def ask_to_remove(page: OpenPage, held: Seen, name: str, key: str, tx: Transaction) -> Response:
    screen = screen_of(name)
    if done := filed(held):
        return done
    work = Work.on(page, tx, held)
    _find(work, screen, key)
    return page.show(
        "sure.html",
        title=N_("Take this entry out of the report?"),
        says=N_("What you wrote in it is gone for good."),
        yes=N_("Take it out"),
        action=f"{work.at}/{name}/{key}/remove",
        back=f"{work.at}/{name}",
    )


@router.post("/file/{draft_id}/{name}/{key}/remove")
async def remove(page: OpenPage, held: Held, name: str, key: str, form: SessionForm, tx: Transaction) -> Response:
    screen = screen_of(name)
    if done := filed(held):
        return done
    work = Work.on(page, tx, held)
    entry = _find(work, screen, key)
    if entry["key"]:
        work.answers[name].remove(entry)
        await work.save()
    return go(f"{work.at}/{name}")


@router.get("/file/{draft_id}/{name}/{key}/{step}")
async def ask_step(
    page: OpenPage, held: Seen, name: str, key: str, step: str, tx: Transaction, request: Request
) -> Response:
    """One question of an entry."""
    screen = screen_of(name)
    asked = _step(screen, step)
    if done := filed(held):
        return done
    work = Work.on(page, tx, held)
    came = _came(request)
    typed = _find(work, screen, key)
    return _entry(work, screen, asked, key, typed, came, work.tell().on(name, typed["key"]) if came else [])


@router.post("/file/{draft_id}/{name}/{key}")
async def answer_entry(
    page: OpenPage, held: Held, name: str, key: str, form: SessionForm, tx: Transaction, request: Request
) -> Response:
    screen = screen_of(name)
    if screen.each is None:
        raise NotFound
    return await answer_step(page, held, name, key, screen.each.steps[0].name, form, tx, request)


@router.post("/file/{draft_id}/{name}/{key}/{step}")
async def answer_step(
    page: OpenPage, held: Held, name: str, key: str, step: str, form: SessionForm, tx: Transaction, request: Request
) -> Response:
    """Keep one answer of an entry; an officer is looked for on the roster, so that the wall can stand around them."""
    screen = screen_of(name)
    asked = _step(screen, step)
    if done := filed(held):
        return done
    _refuse_old(request, form, held)
    work = Work.on(page, tx, held)
    before = _find(work, screen, key)
    typed, sought = {**before, **read_typed(asked.asks, form)}, None
    typed["key"] = before["key"] or secrets.token_hex(4)
    if any(ask.name == "badge" for ask in asked.asks):
        typed |= {"officer_id": "", "found": ""}
        # A badge that is half typed is nobody's yet.
        sought = await seek(tx, page, before, typed, form) if form.one("go") != AUTO else None
    _keep(work.answers[name], typed)
    await work.save()
    if form.one("go") == AUTO:
        return _saved(work, f"{work.at}/{name}/{typed['key']}/{step}")
    came, goes_on = form.one("from"), form.one("go") in ("next", "done")
    fields = {ask.name for ask in asked.asks}
    wrongs = [wrong for wrong in work.tell().on(name, typed["key"]) if wrong.field in fields] if goes_on else []
    if wrongs:
        return _entry(work, screen, asked, typed["key"], typed, came, wrongs, status=422)
    if sought is not None and sought.candidates and goes_on:
        return _entry(work, screen, asked, typed["key"], typed, came, [], sought)
    beside = None if form.one("go") == "done" else _beside(screen, typed, asked, 1 if goes_on else -1)
    path = f"{work.at}/{name}" + (f"/{typed['key']}/{beside.name}" if beside else "")
    return go(path + ("?from=review" if came == "review" else ""))


def _keep(entries: list[Typed], typed: Typed) -> None:
    for place, entry in enumerate(entries):
        if entry["key"] == typed["key"]:
            entries[place] = typed
            return
    entries.append(typed)
