"""The worksheet: the cell of the matrix in force on the incident's day, what weighs, and the proposal."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Inside
from app.cases.evidence import evidence_of
from app.cases.models import Allegation, Case
from app.errors import NotFound
from app.findings import discipline
from app.findings.rules import MatrixMissing
from app.findings.schemas import WorksheetIn
from app.http.route import Act, Transaction
from app.pages.command.discipline import seen
from app.pages.command.doors import ToPropose, refuse_old
from app.pages.command.figures import Figures
from app.pages.fields import CHOOSE, OTHERWISE, Option, says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.provisions.matrix import Against, DepartureNeedsReason, Range, UnknownCell, UnknownPenalty, Weighs
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

AMOUNT = N_("This penalty needs a number, not more than the ladder allows")
NO_AMOUNT = N_("This penalty has no number; leave it empty")
DEPARTS = N_("This lies outside the range of the cell: say why")
REASONING = N_("Say how it weighs")


@router.get("/discipline/{allegation_id}/worksheet")
async def ask(page: OpenPage, held: ToPropose, tx: Transaction) -> Response:
    """First the cell; once it is chosen, what weighs and the proposal."""
    asked = page.request.query_params
    return await _page(page, tx, held, asked.get("category", ""), asked.get("level", ""))


async def _page(
    page: Page,
    tx: AsyncSession,
    held: Inside[Allegation, Case],
    category: str,
    level: str,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    shown = await seen(page, tx, held)
    figures: Figures | None = shown["figures"]
    if figures is None:
        raise MatrixMissing
    if not category:
        return page.show("command/cells.html", **shown)
    cell = _cell(figures, category, level)
    items = [Option(str(each.id), each.title) for each in await evidence_of(tx, held.around.record)]
    return page.show(
        "command/worksheet.html",
        422 if errors else 200,
        **shown,
        category=figures.category(category),
        level=int(level),
        cell=cell,
        penalties=figures.penalties(cell),
        sides=_sides(figures, form),
        items=items,
        penalty=form.one("penalty") if form else "",
        amount=form.one("amount") if form else "",
        departure=form.one("departure_reason") if form else "",
        errors=errors or {},
    )


def _cell(figures: Figures, category: str, level: str) -> Range:
    """Raises NotFound for a cell that the matrix does not have."""
    try:
        return figures.matrix.cell(category, int(level))
    except (UnknownCell, ValueError):
        raise NotFound from None


def _sides(figures: Figures, form: Form | None) -> list[dict[str, Any]]:
    """Aggravating and mitigating factors, each with what was typed to it."""
    sides = ((Weighs.AGGRAVATING, figures.matrix.aggravating), (Weighs.MITIGATING, figures.matrix.mitigating))
    return [
        {
            "weighs": weighs,
            "factors": [
                {
                    "id": f"{weighs[0]}_{each.factor}",
                    "says": each.says,
                    "reasoning": form.one(f"{weighs[0]}_{each.factor}") if form else "",
                    "evidence": form.all(f"{weighs[0]}_{each.factor}_evidence") if form else [],
                }
                for each in factors
            ],
        }
        for weighs, factors in sides
    ]


@router.post("/discipline/{allegation_id}/worksheet")
async def propose(page: OpenPage, held: ToPropose, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Make the worksheet, or its next revision."""
    refuse_old(form, held.around.record.version)
    figures = Figures(page.t, await discipline.matrix_for(tx, held))
    category, level = form.one("category"), form.one("level")
    cell = _cell(figures, category, level)
    factors = [
        {
            "factor": each["id"][2:],
            "weighs": side["weighs"],
            "reasoning": each["reasoning"],
            "evidence": each["evidence"],
        }
        for side in _sides(figures, form)
        for each in side["factors"]
        if each["reasoning"].strip() or each["evidence"]
    ]
    said, errors = read_penalty(form, figures, cell)
    try:
        sheet = WorksheetIn.model_validate(
            {"category": category, "level": int(level), "factors": factors, "proposal": said}
        )
    except ValidationError as error:
        for each in error.errors(include_input=False, include_url=False):
            field, says = _in_words(each["loc"], str(each["type"]), factors)
            errors.setdefault(field, says)
        return await _page(page, tx, held, category, level, form, errors)
    if errors:
        return await _page(page, tx, held, category, level, form, errors)
    await discipline.propose(tx, held, sheet)
    return go(f"/discipline/{held.record.id}?done=proposed")


def _in_words(loc: tuple[int | str, ...], rule: str, factors: list[dict[str, Any]]) -> tuple[str, str]:
    if loc[0] == "factors":
        each = factors[int(loc[1])]
        return f"{each['weighs'][0]}_{each['factor']}", says_of(rule, REASONING)
    field = {"penalty": "penalty", "amount": "amount"}.get(str(loc[-1]), "departure_reason")
    return field, CHOOSE if field == "penalty" else OTHERWISE


def read_penalty(form: Form, figures: Figures, cell: Range) -> tuple[dict[str, Any], dict[str, str]]:
    """Penalty, amount and departure reason as they were typed, and what does not fit the matrix, by field."""
    errors: dict[str, str] = {}
    typed = form.one("amount").strip()
    amount = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else None
    reason = form.one("departure_reason").strip() or None
    said = {"penalty": form.one("penalty"), "amount": amount, "departure_reason": reason}
    rung = next((each for each in figures.matrix.ladder if each.penalty == said["penalty"]), None)
    if rung is None:
        return said, {"penalty": CHOOSE}
    if rung.most is None and typed:
        return said, {"amount": NO_AMOUNT}
    try:
        _check(figures, cell, said)
    except UnknownPenalty:
        errors["amount"] = AMOUNT
    except DepartureNeedsReason:
        errors["departure_reason"] = DEPARTS
    return said, errors


def _check(figures: Figures, cell: Range, said: dict[str, Any]) -> None:
    """Raises UnknownPenalty, DepartureNeedsReason."""
    lies = figures.against(cell, said["penalty"], said["amount"])
    if lies is not Against.WITHIN and not said["departure_reason"]:
        raise DepartureNeedsReason(lies)
