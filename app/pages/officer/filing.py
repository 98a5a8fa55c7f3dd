"""Filing a report: aid first, then its questions (`asking.py`), the review, and the filing itself, once, at the end."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.access.actor import Actor
from app.access.rights import Right
from app.agencies.doors import holds
from app.cases import filing
from app.db.session import time_of
from app.errors import Validation
from app.http.route import Act, Transaction
from app.pages.fields import NOT_DECLARED
from app.pages.guard import Once, SessionForm
from app.pages.officer.answers import Wrong, wrongs_of
from app.pages.officer.rule import rule_shown
from app.pages.officer.screens import REVIEW, shown_to
from app.pages.officer.telling import Teller
from app.pages.officer.work import FIRST, Held, Seen, Work, filed, key_of
from app.pages.shell import OpenPage, go, open_page
from app.reports import actions as reports
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
Filer = Annotated[Actor, holds(Right.FILE, page=True)]


@router.get("/file")
async def begin(page: OpenPage, actor: Filer, tx: Transaction) -> Response:
    """Aid first; then a new report, or one that was begun."""
    return page.show(
        "officer/file_begin.html",
        drafts=await reports.own_drafts(tx, actor),
        once=secrets.token_urlsafe(16),
        worker=f"/file-worker.js?language={page.language}",
    )


@router.post("/file")
async def start(
    request: Request, page: OpenPage, actor: Filer, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    draft = await reports.start_draft(tx, actor, {"answers": {}}, key_of(request))
    return go(f"/file/{draft.id}/{FIRST}")


@router.get("/file/{draft_id}")
async def overview(page: OpenPage, held: Seen, tx: Transaction) -> Response:
    """All questions, with what is answered, what is needed and what to look at again."""
    return filed(held) or Work.on(page, tx, held).show("officer/file_overview.html")


@router.get("/file/{draft_id}/drop")
async def ask_to_drop(page: OpenPage, held: Seen) -> Response:
    return filed(held) or page.show(
        "sure.html",
        title=N_("Delete this draft?"),
        says=N_("What you wrote in it is gone for good. Reports that were filed are not touched."),
        yes=N_("Delete the draft"),
        action=f"/file/{held.record.id}/drop",
        back="/file",
    )


@router.post("/file/{draft_id}/drop")
async def drop(page: OpenPage, held: Held, form: SessionForm, tx: Transaction) -> Response:
    if done := filed(held):
        return done
    await reports.drop_draft(tx, held)
    return go("/file")


@router.get("/file/{draft_id}/review")
async def review(page: OpenPage, held: Seen, tx: Transaction) -> Response:
    """All answers, with what has to be looked at again."""
    return filed(held) or await _review(Work.on(page, tx, held))


async def _review(work: Work, status: int = 200, wrongs: list[Wrong] | None = None, undeclared: str = "") -> Response:
    told = work.tell()
    when = None if told.on("when") else datetime.fromisoformat(told.body["incident"]["occurred_at"])
    asked = [screen.name for screen in shown_to(work.answers) if screen.asks]
    return work.show(
        "officer/file_review.html",
        status,
        sections=Teller(work.page.shown, work.page.t).sections(told.body, asked),
        scene=work.scene(),
        wrongs=[(wrong, work.href_of(wrong)) for wrong in (told.wrongs if wrongs is None else wrongs)],
        undeclared=undeclared,
        chapter=REVIEW,
        rule=await rule_shown(work.page, work.tx, work.day(told), when),
        now=time_of(work.tx),
        back=f"{work.at}/{work.beside('review', -1)}",
    )


@router.post("/file/{draft_id}/review")
async def file(page: OpenPage, held: Held, form: SessionForm, tx: Transaction) -> Response:
    """File it. Sent twice, the second finds the first report."""
    if done := filed(held):
        return done
    work = Work.on(page, tx, held)
    told = work.tell()
    if told.wrongs:
        return await _review(work, 422)
    if form.one("declares") != "yes":
        return await _review(work, 422, undeclared=NOT_DECLARED)
    key = key_of(page.request)
    try:
        async with tx.begin_nested():
            await reports.save_draft(tx, held, {**told.body, "declares_accuracy": True}, key)
            report = await filing.file_draft(tx, held, key)
    except Validation as refused:
        return await _review(work, 422, wrongs_of(refused.errors, work.answers))
    return go(f"/reports/{report.id}/receipt?filed=yes")
