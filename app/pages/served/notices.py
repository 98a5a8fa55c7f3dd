"""Notices served on me: charges, packet, dates, who stands by me, my answer. Nothing else of the case (S14)."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import listing, needs
from app.db.session import time_of
from app.findings import notices
from app.findings.models import Notice
from app.findings.rules import NOTICES, AlreadyAnswered
from app.findings.schemas import AnswerIn, RepresentativeIn
from app.http.route import Act, Transaction
from app.pages import labels
from app.pages.command import words
from app.pages.command.doors import refuse_old
from app.pages.fields import says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.provisions.packs import provision
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
Mine = Annotated[Granted[Notice], needs(Right.READ_NOTICE, NOTICES, "notice_id", page=True)]
ToAnswer = Annotated[Granted[Notice], needs(Right.ANSWER, NOTICES, "notice_id", page=True)]

NEEDED = {
    "name": N_("Give the name of who stands by you"),
    "contact": N_("Say how they are reached"),
    "answer": N_("Write your answer"),
}
SAVED = {
    "answered": N_("Your answer is recorded."),
    "waived": N_("It is recorded that you give no answer."),
    "represented": N_("Your representative is recorded."),
}


@router.get("/notices")
async def my_notices(
    page: OpenPage, actor: Annotated[Actor, listing(Right.READ_NOTICE, page=True)], tx: Transaction
) -> Response:
    """Newest first."""
    lines = await notices.own_notices(tx, actor)
    return page.show("served/notices.html", lines=lines, labels=labels, now=time_of(tx))


@router.get("/notices/{notice_id}")
async def one_notice(page: OpenPage, held: Mine, tx: Transaction) -> Response:
    """One notice; the first time is kept as the time it was opened."""
    return await _page(page, tx, held)


async def _page(
    page: Page, tx: AsyncSession, held: Granted[Notice], form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    notice = await notices.read_own(tx, held)
    rule = provision(notice.provision_id)
    return page.show(
        "served/notice.html",
        422 if errors else 200,
        notice=notice,
        version=held.record.version,
        rule=rule,
        labels=labels,
        units=words.UNITS,
        now=time_of(tx),
        done=SAVED.get(page.request.query_params.get("done", ""), ""),
        name=form.one("name") if form else notice.representative or "",
        contact=form.one("contact") if form else notice.representative_contact or "",
        answer=form.one("answer") if form else "",
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


@router.post("/notices/{notice_id}/representative")
async def name_representative(page: OpenPage, held: ToAnswer, form: SessionForm, tx: Transaction) -> Response:
    """Name who stands by me, or another."""
    refuse_old(form, held.record.version)
    try:
        said = RepresentativeIn.model_validate({"name": form.one("name"), "contact": form.one("contact")})
    except ValidationError as error:
        return await _page(page, tx, held, form, _in_words(error))
    await notices.name_representative(tx, held, said)
    return go(f"/notices/{held.record.id}?done=represented")


@router.post("/notices/{notice_id}/answer")
async def answer(page: OpenPage, held: ToAnswer, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Answer, once."""
    refuse_old(form, held.record.version)
    try:
        said = AnswerIn.model_validate({"answer": form.one("answer")})
    except ValidationError as error:
        return await _page(page, tx, held, form, _in_words(error))
    await notices.answer(tx, held, said)
    return go(f"/notices/{held.record.id}?done=answered")


def _in_words(error: ValidationError) -> dict[str, str]:
    return {
        str(each["loc"][0]): says_of(str(each["type"]), NEEDED[str(each["loc"][0])])
        for each in error.errors(include_input=False, include_url=False)
    }


@router.get("/notices/{notice_id}/waive")
async def ask_to_waive(page: OpenPage, held: ToAnswer, tx: Transaction) -> Response:
    """Are you sure."""
    notice = await notices.read_own(tx, held)
    if not notice.may_answer:
        raise AlreadyAnswered
    return page.show(
        "served/waive.html", notice=notice, version=held.record.version, once=secrets.token_urlsafe(16), now=time_of(tx)
    )


@router.post("/notices/{notice_id}/waive")
async def waive(page: OpenPage, held: ToAnswer, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Give no answer."""
    refuse_old(form, held.record.version)
    await notices.answer(tx, held, AnswerIn(waives=True))
    return go(f"/notices/{held.record.id}?done=waived")
