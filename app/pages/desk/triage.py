"""Triage on one page: what was reported, classification, immediate steps, and every way on from here.

It is one form, so that no button loses what was typed for another: whatever was answered is saved with any of them.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.cases.models import Case, ImmediateKind, State
from app.cases.rules import GATE, OPEN
from app.cases.scene import reports_of
from app.cases.schemas import ClassificationIn, ImmediateIn
from app.cases.steps import STEPS
from app.cases.triage import CLASSIFIED_IN, answer_immediate, classify, immediate_answers
from app.http.route import Act, Transaction
from app.pages.desk.doors import InTriage, refuse_old
from app.pages.desk.steps import MISSING
from app.pages.desk.triage_page import GOES, triage_page
from app.pages.fields import says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, go, open_page
from app.proceedings import actions
from app.proceedings.checks import what_is_missing
from app.proceedings.moves import MoveIn
from app.proceedings.table import PROCEEDINGS
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

ANSWERED_IN = OPEN - {State.ROUTED, State.RETURNED}
WHY_CHANGED = N_("Say why the classification changes")
WHY_NOT_NEEDED = N_("Say why it is not needed")
ANSWER_TOO = N_("Choose an answer to go with the note")


@router.get("/cases/{case_id}/triage")
async def ask_triage(page: OpenPage, held: InTriage, tx: Transaction) -> Response:
    """What was reported, classification, immediate steps, and the ways on."""
    return await triage_page(page, tx, held)


@router.post("/cases/{case_id}/triage")
async def triage(page: OpenPage, held: InTriage, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Classify, answer what is answered anew, and go the way that was pressed; each is an act of its own."""
    refuse_old(form, held)
    errors: dict[str, str] = {}
    said = _classification(held.record, form, errors)
    answered = await _immediate(tx, held.record, form, errors)
    move = await _move(tx, held, form, errors)
    if errors:
        return await triage_page(page, tx, held, form, errors)
    if said is not None:
        await classify(tx, held, said)
    for each in answered:
        await answer_immediate(tx, held, each)
    return await _go_on(tx, held, move)


async def _go_on(tx: AsyncSession, held: Granted[Case], move: MoveIn | None) -> Response:
    """Take the step, unless something is still missing for it: then what was typed is saved, and the page says what."""
    here = f"/cases/{held.record.id}"
    if move is None:
        return go(f"{here}?done=triage")
    await tx.flush()
    right = STEPS[move.step].right
    holding = held if right is held.right else await GATE.fetch(tx, held.actor, held.record.id, right)
    if held.record.state in STEPS[move.step].leaves and await what_is_missing(
        tx, holding, move, PROCEEDINGS[move.step].needs
    ):
        return go(f"{here}/triage?done=not-yet")
    await actions.take_step(tx, holding, move)
    stays = move.step in ("case.acknowledge", "case.resume")
    return go(f"{here}/triage?done={move.step}" if stays else f"{here}?done={move.step}")


async def _move(tx: AsyncSession, held: Granted[Case], form: Form, errors: dict[str, str]) -> MoveIn | None:
    """The step that was asked for with its facts; none for saving alone."""
    pressed = form.one("go")
    step = GOES.get(pressed)
    if step is None:
        return None
    takes, field = PROCEEDINGS[step].takes, f"{pressed}_reason"
    reason = form.one(field).strip()
    if "reason" in takes.needs and not reason:
        errors[field] = MISSING["reason"]
    if "report_id" in takes.may and not form.one("report_id") and len(await reports_of(tx, held.record)) > 1:
        errors["report_id"] = MISSING["report_id"]
    facts = {"reason": reason} if reason and "reason" in (*takes.needs, *takes.may) else {}
    if "report_id" in takes.may and form.one("report_id"):
        facts["report_id"] = form.one("report_id")
    try:
        return MoveIn.model_validate({"step": step, **facts})
    except ValidationError as error:
        for each in error.errors(include_input=False):
            name = str(each["loc"][0])
            errors[field if name == "reason" else name] = says_of(str(each["type"]), MISSING[name])
        return None


def _classification(case: Case, form: Form, errors: dict[str, str]) -> ClassificationIn | None:
    asked = form.one("classification")
    if not asked or asked == case.classification or case.state not in CLASSIFIED_IN:
        return None
    if case.classification is not None and not form.one("reason").strip():
        errors["reason"] = WHY_CHANGED
    try:
        return ClassificationIn.model_validate({"classification": asked, "reason": form.one("reason")})
    except ValidationError as error:
        for each in error.errors(include_input=False):
            errors[str(each["loc"][0])] = says_of(str(each["type"]), WHY_CHANGED)
        return None


async def _immediate(tx: AsyncSession, case: Case, form: Form, errors: dict[str, str]) -> list[ImmediateIn]:
    if case.state not in ANSWERED_IN:
        return []
    before = await immediate_answers(tx, case.id)
    said = []
    for kind in ImmediateKind:
        answer, note = form.one(kind), form.one(f"{kind}_note").strip()
        if not answer:
            if note:
                errors[kind] = ANSWER_TOO
            continue
        if kind in before and (before[kind].answer, before[kind].note) == (answer, note):
            continue
        try:
            said.append(ImmediateIn.model_validate({"kind": kind, "answer": answer, "note": note}))
        except ValidationError as error:
            rule = str(error.errors(include_input=False)[0]["type"])
            errors[f"{kind}_note"] = WHY_NOT_NEEDED if rule == "note" else says_of(rule, WHY_NOT_NEEDED)
    return said
