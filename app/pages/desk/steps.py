"""The steps of a case: what each needs, what it would still be refused for, and taking it."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import Door, PageActor, guard
from app.cases.evidence import evidence_of
from app.cases.models import Case
from app.cases.rules import GATE
from app.cases.steps import STEPS
from app.errors import NotFound, Validation
from app.http.route import Act, PathId, Transaction
from app.pages import labels
from app.pages.desk.doors import Seen, refuse_old
from app.pages.fields import Option, day_of, says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.proceedings import actions
from app.proceedings.moves import MoveIn, refuse_unfitting
from app.proceedings.schemas import OpenStepView
from app.proceedings.table import PROCEEDINGS
from app.proceedings.view import read_case
from app.words import N_
from app.workflow import StateConflict

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

FIELDS = {
    "evidence": N_("Evidence entered since the case ended"),
    "reason": N_("Reason"),
    "report_id": N_("Whose author is asked?"),
    "body": N_("Outside body, or who gave the order"),
    "forum": N_("Where it was brought"),
    "dated_on": N_("Date"),
    "outcome": N_("Outcome"),
}
MISSING = {
    "evidence": N_("Name what is new, or the order: who gave it, and its date"),
    "reason": N_("Give a reason"),
    "report_id": N_("Say whose author is asked"),
    "body": N_("Name the body"),
    "forum": N_("Say where it was brought"),
    "dated_on": N_("Give a day that exists: month, day and year"),
    "outcome": N_("Give the outcome"),
}
CHOSEN = frozenset({"dated_on", "report_id", "evidence"})
"""Not typed as text: whatever does not fit, the same sentence says what to give."""


@router.get("/cases/{case_id}/steps/{step}")
async def ask_step(page: OpenPage, held: Seen, step: str, tx: Transaction) -> Response:
    """One step that is open, with what it needs and what it would still be refused for."""
    if step not in STEPS:
        raise NotFound
    return await _step_page(page, tx, held, await _open(tx, held, step))


async def _open(tx: AsyncSession, held: Granted[Case], name: str) -> OpenStepView:
    found = next((each for each in (await actions.read_steps(tx, held)).steps if each.step == name), None)
    if found is None:
        raise StateConflict(held.record.state, name)
    return found


async def _step_page(
    page: Page,
    tx: AsyncSession,
    held: Granted[Case],
    step: OpenStepView,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    asked = [*step.needs, *(name for group in step.one_of for name in group), *step.may]
    return page.show(
        "desk/step.html",
        422 if errors else 200,
        step=step,
        name=labels.STEP_NAMES[step.step],
        version=held.record.version,
        case_id=held.record.id,
        asked=[name for name in dict.fromkeys(asked) if name in FIELDS],
        fields=FIELDS,
        typed=form,
        errors=errors or {},
        authors=await _authors(page, tx, held) if "report_id" in asked else [],
        items=await _entered_since(tx, held) if "evidence" in asked else [],
        months=page.months(),
        once=secrets.token_urlsafe(16),
    )


async def _authors(page: Page, tx: AsyncSession, held: Granted[Case]) -> list[dict[str, str]]:
    """The reports of a case to choose one of; nothing to choose where there is one."""
    reports = (await read_case(tx, held)).reports
    if len(reports) < 2:
        return []
    return [
        {"code": str(each.id), "says": f"{each.author}, {page.shown.value(each.filed_at)}", "hint": ""}
        for each in reports
    ]


async def _entered_since(tx: AsyncSession, held: Granted[Case]) -> list[Option]:
    """What was entered since the case came to where it is: for reopening, only that is new."""
    items = await evidence_of(tx, held.record)
    return [Option(str(item.id), item.title) for item in items if item.created_at >= held.record.entered_at]


async def moving(tx: Transaction, actor: PageActor, case_id: PathId, step: str) -> Granted[Case]:
    """The case, in the hand of someone with the right that the asked-for step names in the table."""
    await GATE.fetch(tx, actor, case_id, Right.READ_CASE)
    if step not in STEPS:
        raise NotFound
    return await GATE.fetch(tx, actor, case_id, STEPS[step].right)


@router.post("/cases/{case_id}/steps/{step}")
async def take_step(
    page: OpenPage,
    held: Annotated[Granted[Case], guard(Door("record"), moving)],
    step: str,
    form: SessionForm,
    once: Once,
    tx: Transaction,
) -> Response:
    """Take a step of the table."""
    refuse_old(form, held)
    try:
        move = _move(step, form)
        refuse_unfitting(move, PROCEEDINGS[step].takes)
        async with tx.begin_nested():
            await actions.take_step(tx, held, move)
    except ValidationError as error:
        faults = {str(each["loc"][0]): str(each["type"]) for each in error.errors(include_input=False)}
        return await _step_page(page, tx, held, await _open(tx, held, step), form, _in_words(faults))
    except Validation as refused:
        faults = {fault.pointer.split("/")[1]: fault.rule for fault in refused.errors}
        return await _step_page(page, tx, held, await _open(tx, held, step), form, _in_words(faults))
    return go(f"/cases/{held.record.id}?done={step}")


def _move(step: str, form: Form) -> MoveIn:
    given: dict[str, Any] = {name: form.one(name) for name in FIELDS if form.one(name).strip()}
    if form.all("evidence"):
        given["evidence"] = form.all("evidence")
    if form.one("dated_on") or form.one("dated_on_day").strip() or form.one("dated_on_year").strip():
        given["dated_on"] = day_of(form.one("dated_on_year"), form.one("dated_on"), form.one("dated_on_day")) or ""
    return MoveIn.model_validate({"step": step, **given})


def _in_words(faults: dict[str, str]) -> dict[str, str]:
    return {
        name: MISSING[name] if name in CHOSEN and rule != "future" else says_of(rule, MISSING[name])
        for name, rule in faults.items()
        if name in MISSING
    }
