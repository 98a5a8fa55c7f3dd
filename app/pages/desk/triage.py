"""Classification and immediate steps on one screen."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.audit.log import record
from app.cases.models import Case, ImmediateKind
from app.cases.schemas import ClassificationIn, ImmediateIn
from app.cases.triage import CLASSIFIED_IN, answer_immediate, classify, immediate_answers
from app.http.route import Act, Transaction
from app.pages import labels
from app.pages.desk.doors import InTriage, refuse_old
from app.pages.fields import options, says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

WHY_CHANGED = N_("Say why the classification changes")
WHY_NOT_NEEDED = N_("Say why it is not needed")
ANSWER_TOO = N_("Choose an answer to go with the note")


@router.get("/cases/{case_id}/triage")
async def ask_triage(page: OpenPage, held: InTriage, tx: Transaction) -> Response:
    """Classification and immediate steps on one screen."""
    return await _triage_page(page, tx, held)


async def _triage_page(
    page: Page, tx: AsyncSession, held: Granted[Case], form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    answered = await immediate_answers(tx, held.record.id)
    kept = {"classification": held.record.classification or "", "reason": ""}
    for kind in ImmediateKind:
        kept[kind] = answered[kind].answer if kind in answered else ""
        kept[f"{kind}_note"] = answered[kind].note if kind in answered else ""
    typed = {name: form.one(name) for name in kept} if form is not None else kept
    record(
        tx, "case.read", ("case", held.record.id), case_id=held.record.id, rev=held.record.version, fields=["triage"]
    )
    return page.show(
        "desk/triage.html",
        422 if errors else 200,
        case_id=held.record.id,
        version=held.record.version,
        classified=held.record.classification,
        may_classify=held.record.state in CLASSIFIED_IN,
        classifications=[
            {"code": code, "says": says, "hint": labels.CLASSIFICATION_HINTS[code]}
            for code, says in labels.CLASSIFICATIONS.items()
        ],
        immediate=labels.IMMEDIATE,
        answers=options(labels.IMMEDIATE_ANSWERS),
        typed=typed,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


@router.post("/cases/{case_id}/triage")
async def triage(page: OpenPage, held: InTriage, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Classify, and answer what is answered anew; each is an act of its own."""
    refuse_old(form, held)
    errors: dict[str, str] = {}
    said = _classification(held.record, form, errors)
    answered = await _immediate(tx, held.record, form, errors)
    if errors:
        return await _triage_page(page, tx, held, form, errors)
    if said is not None:
        await classify(tx, held, said)
    for each in answered:
        await answer_immediate(tx, held, each)
    return go(f"/cases/{held.record.id}?done=triage")


def _classification(case: Case, form: Form, errors: dict[str, str]) -> ClassificationIn | None:
    asked = form.one("classification")
    if not asked or asked == case.classification:
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
