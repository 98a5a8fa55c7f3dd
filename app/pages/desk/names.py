"""Putting a name to someone whom a report only names or describes: an officer of the roster, or nobody of ours."""

from __future__ import annotations

import secrets
import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.actions import roster, today_in
from app.agencies.doors import needs
from app.audit.log import record
from app.cases.models import Case
from app.cases.roster import identify
from app.cases.rules import GATE
from app.cases.scene import Unidentified, reports_of, roster_of, scene_of, unidentified
from app.cases.schemas import IdentificationIn
from app.errors import NotFound, Validation
from app.http.route import Act, PathId, Transaction
from app.pages.desk.doors import refuse_old
from app.pages.fields import CHOOSE, says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.officer.questions import ROLES
from app.pages.officer.roster import BADGE_CHARACTERS, MOST, NAME_CHARACTERS, shown
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
Keeping = Annotated[Granted[Case], needs(Right.ROSTER, GATE, "case_id", page=True)]

NOBODY = "nobody"
WHY = N_("Say how you know who it is, or why nobody can be found")


@router.get("/cases/{case_id}/names")
async def names(page: OpenPage, held: Keeping, tx: Transaction) -> Response:
    """People whom the reports put at the scene, and to whom nobody has put a name yet."""
    return page.show(
        "desk/names.html",
        case_id=held.record.id,
        people=await _open(tx, held),
        roles=ROLES,
        done=page.request.query_params.get("done", ""),
    )


async def _open(tx: AsyncSession, held: Granted[Case]) -> list[Unidentified]:
    case = held.record
    here = await roster_of(tx, await scene_of(tx, case))
    record(tx, "case.read", ("case", case.id), case_id=case.id, rev=case.version, fields=["unidentified"])
    return await unidentified(tx, case, await reports_of(tx, case), here)


@router.get("/cases/{case_id}/names/{report_id}/{place}")
async def ask_name(page: OpenPage, held: Keeping, report_id: PathId, place: str, tx: Transaction) -> Response:
    """One of them, and the officers it may be."""
    return await _name_page(page, tx, held, await _person(tx, held, report_id, place))


async def _person(tx: AsyncSession, held: Granted[Case], report_id: uuid.UUID, place: str) -> Unidentified:
    """Raises NotFound for whoever is not there, or was identified since."""
    for each in await _open(tx, held):
        if each.report_id == report_id and str(each.place) == place:
            return each
    raise NotFound


async def _name_page(
    page: Page,
    tx: AsyncSession,
    held: Granted[Case],
    person: Unidentified,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    sought = form.one("sought") if form else page.request.query_params.get("sought", person.name or person.badge)
    return page.show(
        "desk/name.html",
        422 if errors else 200,
        case_id=held.record.id,
        version=held.record.version,
        person=person,
        roles=ROLES,
        sought=sought,
        found=await _seek(page, tx, sought),
        typed={name: form.one(name) if form else "" for name in ("officer_id", "reason")},
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


async def _seek(page: Page, tx: AsyncSession, words: str) -> list[dict[str, str]]:
    """Officers by badge or part of a name; too many are no help to choose from, so the first few."""
    words, day = words.strip().replace("\0", ""), today_in(page.agency, tx)
    if not words or len(words) > NAME_CHARACTERS:
        return []
    found = await roster(tx, day, badge=words, most=MOST) if len(words) <= BADGE_CHARACTERS else []
    found = found or await roster(tx, day, name=words, most=MOST)
    record(tx, "roster.read", ("agency", page.actor.agency_id), count=len(found))
    return [{"code": str(each.officer_id), "says": shown(page, each), "hint": ""} for each in found]


@router.post("/cases/{case_id}/names/{report_id}/{place}")
async def name(
    page: OpenPage, held: Keeping, report_id: PathId, place: str, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Say who it is; the officer comes onto the roster in the role that the report gave, and onto the wall."""
    refuse_old(form, held)
    person = await _person(tx, held, report_id, place)
    chosen, errors = form.one("officer_id"), {}
    if not chosen:
        errors["officer_id"] = CHOOSE
    if not form.one("reason").strip():
        errors["reason"] = WHY
    if errors:
        return await _name_page(page, tx, held, person, form, errors)
    facts = {"report_id": report_id, "place": person.place, "reason": form.one("reason")}
    try:
        said = IdentificationIn.model_validate({**facts, "officer_id": None if chosen == NOBODY else chosen})
    except ValidationError as error:
        faults = {str(each["loc"][0]): str(each["type"]) for each in error.errors(include_input=False)}
        errors = {field: CHOOSE if field == "officer_id" else says_of(rule, WHY) for field, rule in faults.items()}
        return await _name_page(page, tx, held, person, form, errors)
    try:
        await identify(tx, held, said)
    except Validation:
        return await _name_page(page, tx, held, person, form, {"officer_id": CHOOSE})
    return go(f"/cases/{held.record.id}/names?done=named")
