"""Matching at the desk: a report beside the incident it was put with, and the answer to where it belongs."""

from __future__ import annotations

import secrets
import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import listing, needs
from app.cases import matching
from app.cases.match_routes import read_position
from app.cases.matches import OnlyReport, answer_match
from app.cases.models import Case
from app.cases.rules import GATE
from app.cases.schemas import MatchIn
from app.errors import Validation
from app.http.cursors import read_cursor, write_cursor
from app.http.route import Act, PathId, Transaction
from app.http.text import SHORT
from app.pages import labels
from app.pages.desk.beside import beside
from app.pages.desk.doors import refuse_old
from app.pages.fields import CHOOSE, Option, says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.proceedings.view import read_case
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
ROWS = 50
Routed = Annotated[Granted[Case], needs(Right.REROUTE, GATE, "case_id", page=True)]

CONFIRM = Option("confirm", N_("Yes, it tells of this incident"))
OWN = Option("own_incident", N_("No, of an incident that has no case yet"), N_("A case of its own is made and routed."))
OTHER = Option("other_case", N_("No, of the incident of another case"), N_("Choose the case below."))
WHY_MOVED = N_("Give a reason for moving the report")
WHICH_CASE = N_("Choose the case it belongs to")
ONLY = N_("This is the only report of the case; the incident is its own already")


@router.get("/matches")
async def matches(
    request: Request, page: OpenPage, actor: Annotated[Actor, listing(Right.REROUTE, page=True)], tx: Transaction
) -> Response:
    """Reports whose match to an incident is not certain."""
    key, scope = request.app.state.secrets.cursor_key, f"match pages {actor.account_id}"
    cursor = request.query_params.get("after", "")
    after = read_position(read_cursor(key, scope, cursor)) if cursor else None
    reports, last = await matching.to_match(tx, actor, after=after, limit=ROWS)
    return page.show(
        "desk/matches.html",
        reports=reports,
        more=write_cursor(key, scope, [last[0].isoformat(), str(last[1])]) if last else None,
        done=request.query_params.get("done", ""),
    )


@router.get("/cases/{case_id}/matches/{report_id}")
async def compare(page: OpenPage, held: Routed, report_id: PathId, tx: Transaction) -> Response:
    """One report beside the other facts of its incident."""
    return await _compare_page(page, tx, held, report_id)


async def _compare_page(
    page: Page,
    tx: AsyncSession,
    held: Granted[Case],
    report_id: uuid.UUID,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    matched = await matching.report_in(tx, held, report_id)
    case = await read_case(tx, held)
    asked = page.request.query_params.get("number", "").strip()[:SHORT].replace("\0", "")
    is_only = len(case.reports) == 1
    answers = [*([] if matched.report.match_is_certain else [CONFIRM]), *([] if is_only else [OWN]), OTHER]
    typed = {name: form.one(name) if form else "" for name in ("answer", "case_id", "reason")}
    return page.show(
        "desk/match.html",
        422 if errors else 200,
        case=case,
        report=next(each for each in case.reports if each.id == report_id),
        rows=beside(page, case, report_id),
        answers=answers,
        candidates=await matching.candidates(tx, held, matched, asked),
        asked=asked,
        labels=labels,
        typed=typed,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


@router.post("/cases/{case_id}/matches/{report_id}")
async def answer(
    page: OpenPage, held: Routed, report_id: PathId, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Confirm that the report tells of this incident, or move it to where it belongs."""
    refuse_old(form, held)
    errors: dict[str, str] = {}
    said = _said(form, errors)
    if said is None:
        return await _compare_page(page, tx, held, report_id, form, errors)
    try:
        await answer_match(tx, held, report_id, said)
    except OnlyReport:
        return await _compare_page(page, tx, held, report_id, form, {"answer": ONLY})
    except Validation:
        return await _compare_page(page, tx, held, report_id, form, {"case_id": WHICH_CASE})
    return go(f"/matches?done={'confirmed' if said.answer == 'confirm' else 'moved'}")


def _said(form: Form, errors: dict[str, str]) -> MatchIn | None:
    asked, reason = form.one("answer"), form.one("reason")
    if asked not in (CONFIRM.code, OWN.code, OTHER.code):
        errors["answer"] = CHOOSE
    if asked == OTHER.code and not form.one("case_id"):
        errors["case_id"] = WHICH_CASE
    if asked in (OWN.code, OTHER.code) and not reason.strip():
        errors["reason"] = WHY_MOVED
    if errors:
        return None
    other = form.one("case_id") if asked == OTHER.code else None
    try:
        return MatchIn.model_validate({"answer": asked, "case_id": other, "reason": reason})
    except ValidationError as error:
        for each in error.errors(include_input=False):
            name = str(each["loc"][0]) if each["loc"] else "reason"
            errors[name] = WHICH_CASE if name == "case_id" else says_of(str(each["type"]), WHY_MOVED)
        return None
