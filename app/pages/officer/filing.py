"""Filing a report in steps: each screen is kept as it is left, checked when one goes on, and filed once at the end."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.actions import today_in
from app.agencies.doors import holds, needs
from app.cases import filing
from app.db.session import time_of
from app.errors import NotFound, Validation
from app.http.route import Act, Transaction
from app.pages.fields import NOT_DECLARED
from app.pages.guard import Form, Once, SessionForm
from app.pages.officer.answers import Answers, Told, Typed, Wrong, read_typed, tell, tidy, wrongs_of
from app.pages.officer.questions import BY_NAME, CHAPTERS, REVIEW, SCREENS, Screen
from app.pages.officer.roster import FOUND_LATER, Sought, seek
from app.pages.officer.rule import rule_shown
from app.pages.officer.telling import Teller
from app.pages.shell import OpenPage, Page, go, open_page
from app.reports import actions as reports
from app.reports.models import Draft
from app.reports.rules import DRAFTS
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
Filer = Annotated[Actor, holds(Right.FILE, page=True)]
Seen = Annotated[Granted[Draft], needs(Right.READ_REPORT, DRAFTS, "draft_id", page=True)]
Held = Annotated[Granted[Draft], needs(Right.FILE, DRAFTS, "draft_id", page=True)]

ORDER = [*(screen.name for screen in SCREENS), "review"]


@dataclass
class Work:
    """A draft in hand, with its answers opened."""

    page: Page
    tx: AsyncSession
    held: Granted[Draft]
    content: dict[str, Any]
    answers: Answers

    @classmethod
    def on(cls, page: Page, tx: AsyncSession, held: Granted[Draft]) -> Work:
        content = reports.read_draft(tx, held.record, _key(page.request)).content
        return cls(page, tx, held, content, tidy(content))

    @property
    def at(self) -> str:
        return f"/file/{self.held.record.id}"

    async def save(self) -> None:
        """Keep the answers; what other programs wrote into the draft stays beside them."""
        self.content = {**self.content, "answers": self.answers}
        await reports.save_draft(self.tx, self.held, self.content, _key(self.page.request))

    def tell(self) -> Told:
        return tell(self.answers, self.page.shown.zone)

    def show(self, template: str, status: int = 200, /, **values: Any) -> Response:
        return self.page.show(template, status, at=self.at, chapters=CHAPTERS, **values)


def _key(request: Request) -> str:
    key: str = request.app.state.secrets.draft_key
    return key


def _screen(name: str) -> Screen:
    found = BY_NAME.get(name)
    if found is None:
        raise NotFound
    return found


def _filed(held: Granted[Draft]) -> Response | None:
    """A draft that was filed leads to its report."""
    return go(f"/reports/{held.record.filed_as}") if held.record.filed_as else None


def _beside(name: str, by: int) -> str:
    return ORDER[max(0, min(len(ORDER) - 1, ORDER.index(name) + by))]


def _way(work: Work, form: Form, name: str) -> Response:
    """Where the pressed button leads."""
    if form.one("go") == "later":
        return go("/file")
    if form.one("go") == "back":
        return go(f"{work.at}/{_beside(name, -1)}" if name != ORDER[0] else "/file")
    if form.one("from") == "review":
        return go(f"{work.at}/review")
    return go(f"{work.at}/{_beside(name, 1)}")


# --- before the first question ------------------------------------------------------------------------------------


@router.get("/file")
async def begin(page: OpenPage, actor: Filer, tx: Transaction) -> Response:
    """Aid first; then a new report, or one that was begun."""
    return page.show(
        "officer/file_begin.html", drafts=await reports.own_drafts(tx, actor), once=secrets.token_urlsafe(16)
    )


@router.post("/file")
async def start(
    request: Request, page: OpenPage, actor: Filer, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    draft = await reports.start_draft(tx, actor, {"answers": {}}, _key(request))
    return go(f"/file/{draft.id}/{ORDER[0]}")


@router.get("/file/{draft_id}/drop")
async def ask_to_drop(page: OpenPage, held: Seen) -> Response:
    return _filed(held) or page.show(
        "sure.html",
        title=N_("Delete this draft?"),
        says=N_("What you wrote in it is gone for good. Reports that were filed are not touched."),
        yes=N_("Delete the draft"),
        action=f"/file/{held.record.id}/drop",
        back="/file",
    )


@router.post("/file/{draft_id}/drop")
async def drop(page: OpenPage, held: Held, form: SessionForm, tx: Transaction) -> Response:
    if filed := _filed(held):
        return filed
    await reports.drop_draft(tx, held)
    return go("/file")


# --- review, and the filing itself --------------------------------------------------------------------------------


@router.get("/file/{draft_id}/review")
async def review(page: OpenPage, held: Seen, tx: Transaction) -> Response:
    """All answers, with what has to be looked at again."""
    return _filed(held) or _review(Work.on(page, tx, held))


def _review(work: Work, status: int = 200, wrongs: list[Wrong] | None = None, undeclared: str = "") -> Response:
    told = work.tell()
    shown = told.wrongs if wrongs is None else wrongs
    roster = {entry["officer_id"]: entry["found"] for name in ("force", "present") for entry in work.answers[name]}
    when = None if told.on("when") else datetime.fromisoformat(told.body["incident"]["occurred_at"])
    return work.show(
        "officer/file_review.html",
        status,
        sections=Teller(work.page.shown, work.page.t, roster).sections(told.body),
        wrongs=[(wrong, _href(work, wrong)) for wrong in shown],
        undeclared=undeclared,
        chapter=REVIEW,
        rule=rule_shown(work.page, _day(work, told), when),
        now=time_of(work.tx),
        back=f"{work.at}/{_beside('review', -1)}",
    )


def _href(work: Work, wrong: Wrong) -> str:
    entry = f"/{wrong.key}" if wrong.key else ""
    return f"{work.at}/{wrong.screen}{entry}?from=review#{wrong.field}"


@router.post("/file/{draft_id}/review")
async def file(page: OpenPage, held: Held, form: SessionForm, tx: Transaction) -> Response:
    """File it. Sent twice, the second finds the first report."""
    if filed := _filed(held):
        return filed
    work = Work.on(page, tx, held)
    told = work.tell()
    if told.wrongs:
        return _review(work, 422)
    if form.one("declares") != "yes":
        return _review(work, 422, undeclared=NOT_DECLARED)
    key = _key(page.request)
    try:
        async with tx.begin_nested():
            await reports.save_draft(tx, held, {**told.body, "declares_accuracy": True}, key)
            report = await filing.file_draft(tx, held, key)
    except Validation as refused:
        return _review(work, 422, wrongs_of(refused.errors, work.answers))
    return go(f"/reports/{report.id}/receipt?filed=yes")


# --- one topic a screen -------------------------------------------------------------------------------------------


@router.get("/file/{draft_id}/{name}")
async def ask(page: OpenPage, held: Seen, name: str, tx: Transaction, request: Request) -> Response:
    """The questions of one topic, with the answers so far."""
    screen = _screen(name)
    if filed := _filed(held):
        return filed
    work = Work.on(page, tx, held)
    came = "review" if request.query_params.get("from") == "review" else ""
    if screen.each is not None:
        return _several(work, screen, came)
    return _ask(work, screen, work.answers[name], came, work.tell().on(name) if came else [])


def _ask(work: Work, screen: Screen, typed: Typed, came: str, wrongs: list[Wrong], status: int = 200) -> Response:
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
        rule=rule_shown(work.page, _day(work, work.tell())) if screen.name == "rule" else None,
        action=f"{work.at}/{screen.name}",
        entry=None,
        sought=None,
    )


def _day(work: Work, told: Told) -> date:
    """The day of the incident at the agency; today while it is open."""
    at = told.body["incident"].get("occurred_at")
    if at is None:
        return today_in(work.page.agency, work.tx)
    return datetime.fromisoformat(at).date()


def _several(work: Work, screen: Screen, came: str) -> Response:
    told = work.tell()
    entries = work.answers[screen.name]
    wrong = {entry["key"]: [w.says for w in told.on(screen.name, entry["key"])] for entry in entries}
    return work.show(
        "officer/file_several.html",
        screen=screen,
        chapter=screen.chapter,
        entries=entries,
        wrong=wrong,
        came=came,
        found_later=FOUND_LATER,
        back=f"{work.at}/{_beside(screen.name, -1)}",
        on=f"{work.at}/{'review' if came else _beside(screen.name, 1)}",
    )


@router.post("/file/{draft_id}/{name}")
async def answer(page: OpenPage, held: Held, name: str, form: SessionForm, tx: Transaction) -> Response:
    """Keep what was typed, whether it fits or not; go on only when it does."""
    screen = _screen(name)
    if filed := _filed(held):
        return filed
    if screen.each is not None or not screen.asks:
        raise NotFound
    work = Work.on(page, tx, held)
    work.answers[name] = read_typed(screen, form)
    await work.save()
    wrongs = work.tell().on(name) if form.one("go") == "next" else []
    if wrongs:
        return _ask(work, screen, work.answers[name], form.one("from"), wrongs, 422)
    return _way(work, form, name)


# --- one of several -----------------------------------------------------------------------------------------------


def _find(work: Work, screen: Screen, key: str) -> Typed:
    """The entry of a key; an empty one for `new`. Raises NotFound."""
    if screen.each is None:
        raise NotFound
    if key == "new":
        return dict.fromkeys(("key", "officer_id", "found"), "") | read_typed(screen, Form(()))
    entry: Typed | None = next((entry for entry in work.answers[screen.name] if entry["key"] == key), None)
    if entry is None:
        raise NotFound
    return entry


def _entry(
    work: Work,
    screen: Screen,
    key: str,
    typed: Typed,
    came: str,
    wrongs: list[Wrong],
    sought: Sought | None = None,
    status: int = 200,
) -> Response:
    return work.show(
        "officer/file_screen.html",
        status,
        screen=screen,
        chapter=screen.chapter,
        typed=typed,
        wrongs=wrongs,
        errors={wrong.field: wrong.says for wrong in wrongs},
        months=[],
        came=came,
        rule=None,
        action=f"{work.at}/{screen.name}/{key}",
        entry=key,
        sought=sought,
    )


@router.get("/file/{draft_id}/{name}/{key}")
async def ask_entry(page: OpenPage, held: Seen, name: str, key: str, tx: Transaction, request: Request) -> Response:
    """One officer, person or telling."""
    screen = _screen(name)
    if filed := _filed(held):
        return filed
    work = Work.on(page, tx, held)
    came = "review" if request.query_params.get("from") == "review" else ""
    return _entry(work, screen, key, _find(work, screen, key), came, work.tell().on(name, key) if came else [])


@router.post("/file/{draft_id}/{name}/{key}")
async def answer_entry(page: OpenPage, held: Held, name: str, key: str, form: SessionForm, tx: Transaction) -> Response:
    """Keep one of several; an officer is looked for on the roster, so that the wall can stand around them."""
    screen = _screen(name)
    if filed := _filed(held):
        return filed
    work = Work.on(page, tx, held)
    before = _find(work, screen, key)
    typed = {**read_typed(screen, form), "key": before["key"] or secrets.token_hex(4), "officer_id": "", "found": ""}
    sought = await seek(tx, page, before, typed, form) if screen.into == "officers" else None
    _keep(work.answers[name], typed)
    await work.save()
    came = form.one("from")
    wrongs = work.tell().on(name, typed["key"]) if form.one("go") == "next" else []
    if wrongs:
        return _entry(work, screen, typed["key"], typed, came, wrongs, status=422)
    if sought is not None and sought.candidates and form.one("go") == "next":
        return _entry(work, screen, typed["key"], typed, came, [], sought)
    return go(f"{work.at}/{name}" + ("?from=review" if came == "review" else ""))


def _keep(entries: list[Typed], typed: Typed) -> None:
    for place, entry in enumerate(entries):
        if entry["key"] == typed["key"]:
            entries[place] = typed
            return
    entries.append(typed)


@router.get("/file/{draft_id}/{name}/{key}/remove")
async def ask_to_remove(page: OpenPage, held: Seen, name: str, key: str, tx: Transaction) -> Response:
    screen = _screen(name)
    if filed := _filed(held):
        return filed
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
    screen = _screen(name)
    if filed := _filed(held):
        return filed
    work = Work.on(page, tx, held)
    work.answers[name].remove(_find(work, screen, key))
    await work.save()
    return go(f"{work.at}/{name}")
