"""Putting someone in charge: the people free of conflict to choose from, and why this one."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.access.gate import Granted
from app.cases.models import Case
from app.cases.schemas import AssignmentIn
from app.cases.triage import AlreadyAssigned, NotFree, assign, candidates
from app.errors import Conflict
from app.http.route import Act, Transaction
from app.pages.command.doors import ToAssign, refuse_old
from app.pages.fields import says_of
from app.pages.guard import Form, MalformedForm, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_
from app.workflow import SamePerson

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

OFFICES = {
    Role.INVESTIGATOR: N_("Investigator"),
    Role.DISCIPLINE_AUTHORITY: N_("Discipline authority"),
}
DOES = {
    Role.INVESTIGATOR: N_("Works the case: evidence, an answer for everyone present, a finding on every allegation."),
    Role.DISCIPLINE_AUTHORITY: N_("Decides on what was sustained, after the accused was heard."),
}
CHOOSE = N_("Choose a person")
WHY = N_("Say why this person")
NOT_FREE = N_("This person can no longer be given this office here; choose another")
HOLDS_IT = N_("This person holds this office already; choose another")


@router.get("/cases/{case_id}/assignments")
async def ask_whom(page: OpenPage, held: ToAssign, tx: Transaction) -> Response:
    """Both offices of the case: who holds them, and who can."""
    return await _page(page, tx, held)


async def _page(
    page: Page, tx: AsyncSession, held: Granted[Case], form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    free = await candidates(tx, held)
    typed = form.one("office") if form else ""
    offices: list[dict[str, Any]] = []
    for office, says in OFFICES.items():
        here = form if form is not None and typed == office else None
        offices.append(
            {
                "office": office,
                "says": says,
                "does": DOES[office],
                "holder": next((each.name for each in free if each.office == office and each.is_assigned), None),
                "people": [
                    {"code": str(each.account_id), "says": each.name, "hint": ""}
                    for each in free
                    if each.office == office and not each.is_assigned
                ],
                "chosen": here.one(f"{office}_account") if here else "",
                "reason": here.one(f"{office}_reason") if here else "",
            }
        )
    return page.show(
        "command/assignments.html",
        422 if errors else 200,
        case_id=held.record.id,
        version=held.record.version,
        offices=offices,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


@router.post("/cases/{case_id}/assignments")
async def give(page: OpenPage, held: ToAssign, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Give one office; who held it is relieved."""
    refuse_old(form, held.record.version)
    office = form.one("office")
    if office not in OFFICES:
        raise MalformedForm
    account, reason = f"{office}_account", f"{office}_reason"
    try:
        said = AssignmentIn.model_validate(
            {"office": office, "account_id": form.one(account), "reason": form.one(reason)}
        )
    except ValidationError as error:
        broken = {each["loc"][0]: str(each["type"]) for each in error.errors(include_input=False, include_url=False)}
        errors = {account: CHOOSE} if "account_id" in broken else {}
        if "reason" in broken:
            errors[reason] = says_of(broken["reason"], WHY)
        return await _page(page, tx, held, form, errors)
    try:
        await assign(tx, held, said)
    except (NotFree, SamePerson, AlreadyAssigned) as refused:
        return await _page(page, tx, held, form, {account: _in_words(refused)})
    return go(f"/cases/{held.record.id}?done=case.assign")


def _in_words(refused: Conflict) -> str:
    return HOLDS_IT if isinstance(refused, AlreadyAssigned) else NOT_FREE
