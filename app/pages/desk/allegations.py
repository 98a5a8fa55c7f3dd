"""What is alleged: open an allegation, and one allegation with the findings on it."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.access.rights import Right
from app.audit.log import record
from app.cases import allegations
from app.cases.allegations import OPENED_IN, allegations_of, provision_on
from app.cases.models import Case, Duty
from app.cases.rules import GATE
from app.cases.scene import names_of, scene_of
from app.cases.schemas import AllegationIn
from app.errors import Validation
from app.findings import findings
from app.http.route import Act, PathId, Transaction
from app.pages import labels
from app.pages.desk.doors import OnAllegation, Worked, refuse_elsewhere
from app.pages.desk.people import chosen, names_in, sought
from app.pages.desk.wrong import in_words
from app.pages.fields import Option
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.provisions.packs import provision
from app.words import N_
from app.workflow import StateConflict

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

NEEDED = {
    "officer_id": N_("Choose the officer it is against"),
    "duty": N_("Choose the duty that was failed"),
    "basis": N_("Say what it rests on"),
    "force_allegation_id": N_("Choose the force that the officer failed to step in against"),
}
ONLY_WITH_INTERVENE = N_("Only a failure to intervene names the force; choose that duty, or no force here")
NOT_THERE = N_("This officer is not on the roster of the incident; put them on it first")
SELF = N_("Nobody steps in against themselves: choose the force of another officer")
RULES = {"not_on_roster": NOT_THERE, "self": SELF}


@router.get("/cases/{case_id}/allegations/new")
async def ask_allegation(page: OpenPage, held: Worked, tx: Transaction) -> Response:
    """Who, which duty, what it rests on."""
    if held.record.state not in OPENED_IN:
        raise StateConflict(held.record.state, "allegation.opened")
    return await _new_page(page, tx, held)


async def _new_page(
    page: Page, tx: AsyncSession, held: Granted[Case], form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    case, scene = held.record, await scene_of(tx, held.record)
    standing = await allegations_of(tx, case.id)
    record(tx, "allegation.listed", ("case", case.id), case_id=case.id, ids=[a.id for a in standing])
    names = await names_in(page, tx, case, (each.officer_id for each in standing))
    asked = page.request.query_params.get("who", "")
    found = await sought(tx, page, scene.day, asked)
    found += await chosen(tx, page, scene.day, form.one("officer_id")) if form is not None else ()
    known = [Option(str(officer_id), name) for officer_id, name in names.items()]
    officers = {each.code: each for each in (*known, *found)}
    cited = {duty: provision_on(scene.agency.state, duty, scene.day).citations[0] for duty in Duty}
    return page.show(
        "desk/allegation_new.html",
        422 if errors else 200,
        case_id=case.id,
        officers=list(officers.values()),
        duties=[Option(duty, labels.DUTIES[duty], cited[duty]) for duty in Duty],
        forces=[Option(str(each.id), names[each.officer_id]) for each in standing if each.duty is Duty.EXCESSIVE_FORCE],
        asked=asked,
        found=found,
        day=scene.day,
        typed=form,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


@router.post("/cases/{case_id}/allegations")
async def open_allegation(page: OpenPage, held: Worked, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Accuse one officer of failing one duty; the service cites the rule of the day."""
    given: dict[str, Any] = {name: form.one(name) for name in ("officer_id", "duty", "basis")}
    given["force_allegation_id"] = form.one("force_allegation_id") or None
    try:
        await allegations.open_allegation(tx, held, AllegationIn.model_validate(given))
    except (ValidationError, Validation) as refused:
        return await _new_page(page, tx, held, form, _in_words(refused, given))
    except allegations.AllegationStands as refused:
        return await _new_page(page, tx, held, form, {"duty": refused.title()})
    return go(f"/cases/{held.record.id}?done=allegation.opened#allegations")


def _in_words(refused: ValidationError | Validation, given: dict[str, Any]) -> dict[str, str]:
    wrong = in_words(refused, NEEDED, "force_allegation_id")
    if "force_allegation_id" in wrong and given["force_allegation_id"] and given["duty"] != Duty.FAILURE_TO_INTERVENE:
        wrong["force_allegation_id"] = ONLY_WITH_INTERVENE
    if isinstance(refused, Validation):
        wrong |= {fault.pointer[1:]: RULES[fault.rule] for fault in refused.errors if fault.rule in RULES}
    return wrong


@router.get("/cases/{case_id}/allegations/{allegation_id}")
async def one_allegation(page: OpenPage, held: OnAllegation, case_id: PathId, tx: Transaction) -> Response:
    """One allegation: basis, rule, and all findings on it, the superseded too."""
    refuse_elsewhere(held, case_id)
    case, allegation = held.around.record, held.record
    standing = await allegations_of(tx, case.id)
    force = next((each for each in standing if each.id == allegation.force_allegation_id), None)
    names = await names_in(page, tx, case, (each.officer_id for each in standing))
    rule = provision(allegation.provision_id)
    may = await GATE.held(tx, held.around.actor, case.id)
    return page.show(
        "desk/allegation.html",
        case_id=case.id,
        allegation=allegation,
        name=names[allegation.officer_id],
        force=names[force.officer_id] if force else None,
        opened_by=(await names_of(tx, [allegation.opened_by])).get(allegation.opened_by, ""),
        rule=rule,
        lines=await findings.lines(tx, held),
        labels=labels,
        may_find=Right.WORK in may and case.state in OPENED_IN,
        done=page.request.query_params.get("done", ""),
    )
