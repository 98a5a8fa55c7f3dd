"""The decision, with worksheet, notice and answer beside it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Inside
from app.cases.models import Allegation, Case
from app.errors import Conflict, Validation
from app.findings import discipline
from app.findings.schemas import DecisionIn
from app.http.route import Act, Transaction
from app.pages.command.discipline import seen
from app.pages.command.doors import ToDecide, refuse_old
from app.pages.command.figures import Figures
from app.pages.command.serving import NAMES
from app.pages.command.worksheet import read_penalty
from app.pages.fields import OTHERWISE, says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.provisions.matrix import Range
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

FIELDS = ("considered", "penalty", "amount", "departure_reason")
CONSIDERED = N_("Say how you weighed the answer, or that there was none")


@router.get("/discipline/{allegation_id}/decision")
async def ask(page: OpenPage, held: ToDecide, tx: Transaction) -> Response:
    """The form, or in words what stands against a decision by this person now."""
    return await _page(page, tx, held)


async def _page(
    page: Page,
    tx: AsyncSession,
    held: Inside[Allegation, Case],
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    ripe = await discipline.ripe_or_why_not(tx, held)
    shown = await seen(page, tx, held)
    figures: Figures | None = shown["figures"]
    values: dict[str, Any] = {"refused": "", "answered": "", "penalties": []}
    if isinstance(ripe, Conflict):
        values["refused"] = ripe.title()
    elif figures is not None:
        cell = Range.model_validate(ripe.worksheet.presumptive)
        values |= {"answered": ripe.answered, "penalties": figures.penalties(cell)}
    return page.show(
        "command/decide.html",
        422 if errors else 200,
        **shown,
        **values,
        typed={name: form.one(name) if form else "" for name in FIELDS},
        errors=errors or {},
    )


@router.post("/discipline/{allegation_id}/decision")
async def decide(page: OpenPage, held: ToDecide, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Decide."""
    refuse_old(form, held.around.record.version)
    ripe = await discipline.ripe_or_why_not(tx, held)
    if isinstance(ripe, Conflict):
        raise ripe
    figures = Figures(page.t, await discipline.matrix_for(tx, held))
    said, errors = read_penalty(form, figures, Range.model_validate(ripe.worksheet.presumptive))
    try:
        decision = DecisionIn.model_validate({**said, "considered": form.one("considered")})
    except ValidationError as error:
        for each in error.errors(include_input=False, include_url=False):
            field, rule = str(each["loc"][0]), str(each["type"])
            errors.setdefault(field, says_of(rule, CONSIDERED) if field == "considered" else OTHERWISE)
        return await _page(page, tx, held, form, errors)
    if errors:
        return await _page(page, tx, held, form, errors)
    try:
        await discipline.decide(tx, held, decision)
    except Validation:
        return await _page(page, tx, held, form, {"considered": NAMES})
    return go(f"/discipline/{held.record.id}?done=decided")
