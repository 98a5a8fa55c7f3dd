"""Discipline matrices: which holds when, a new one from a file, and two of them compared cell by cell."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from app.access.actor import Actor
from app.agencies.actions import today_in
from app.errors import Malformed, Validation
from app.findings import matrices
from app.findings.rules import MatrixInUse, MatrixStands
from app.findings.schemas import MatrixLine
from app.http.route import Act, PathId, Transaction
from app.http.strict_json import read_json
from app.pages.admin.shared import SettingsKeeper, show
from app.pages.fields import NO_DAY, day_of
from app.pages.shell import OpenPage, Page, go, open_page
from app.pages.uploads import SessionUpload, Upload
from app.provisions.matrix import MATRIX_BYTES
from app.provisions.matrix_changes import spans
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
NOTHING = N_("Choose a file, or paste the matrix into the field")
TOO_LONG = N_("A matrix is at most 256 KB")
NO_JSON = N_("This is not JSON, so nothing of it could be read")
STANDS = N_("There is a matrix of this name, or from this day. Give it another name or another day.")
IN_USE = N_("A matrix holds on that day already. A new version begins on a day ahead of us.")
FAULTS = {
    "missing": N_("is missing"),
    "extra_forbidden": N_("holds a member that a matrix does not have"),
    "string_pattern_mismatch": N_("is not in the right form"),
    "date_from_datetime_parsing": N_("is no day; write it as 2027-01-31"),
    "date_parsing": N_("is no day; write it as 2027-01-31"),
    "int_type": N_("is no whole number"),
    "string_type": N_("is no text"),
    "bool_type": N_("is neither true nor false"),
    "greater_than_equal": N_("is too small"),
    "less_than_equal": N_("is too large"),
    "value_error": N_("does not fit the rest of the matrix"),
}
ELSE = N_("does not fit")


@router.get("/admin/matrices")
async def all_matrices(request: Request, page: OpenPage, actor: SettingsKeeper, tx: Transaction) -> Response:
    """All versions, and which of them holds today."""
    lines = list(reversed(await matrices.lines(tx, actor)))
    today = today_in(page.agency, tx)
    return show(
        page,
        "admin/matrices.html",
        lines=lines,
        holds=_holding(lines, today),
        today=today,
        is_done=request.query_params.get("done") == "yes",
    )


def _holding(lines: list[MatrixLine], today: date) -> MatrixLine | None:
    """As `matrix_on` decides: the last own one that has begun; a sample where there is none."""
    begun = [line for line in lines if line.in_force_from <= today]
    return max(begun, key=lambda line: (not line.is_sample, line.in_force_from), default=None)


@router.get("/admin/matrices/new")
async def ask_matrix(page: OpenPage, actor: SettingsKeeper) -> Response:
    """A matrix as a file, or pasted."""
    return _form(page)


def _form(
    page: Page,
    sent: Upload | None = None,
    errors: dict[str, str] | None = None,
    faults: list[dict[str, str]] | None = None,
) -> Response:
    pasted = sent.one("matrix") if sent else ""
    if sent and sent.content and not pasted.strip():
        pasted = sent.content.decode("utf-8", "replace")
    return show(
        page,
        "admin/matrix_new.html",
        errors,
        pasted=pasted,
        from_on=tuple(sent.one(name) if sent else "" for name in ("from_on", "from_on_day", "from_on_year")),
        faults=faults or [],
        months=page.months(),
    )


@router.post("/admin/matrices/new")
async def load(page: OpenPage, actor: SettingsKeeper, sent: SessionUpload, tx: Transaction) -> Response:
    """Load a version; it holds from its day on."""
    errors: dict[str, str] = {}
    faults: list[dict[str, str]] = []
    given = _given(sent, errors)
    if given is not None and not errors:
        try:
            loaded = await matrices.load(tx, actor, given)
            return go(f"/admin/matrices/{loaded.id}?done=yes")
        except MatrixStands:
            errors["matrix"] = STANDS
        except MatrixInUse:
            errors["from_on" if sent.one("from_on_year").strip() else "matrix"] = IN_USE
        except Validation as refused:
            faults = [
                {"at": fault.pointer or "/", "says": FAULTS.get(fault.rule, ELSE), "more": fault.says}
                for fault in refused.errors[:50]
            ]
            errors["matrix"] = N_("The matrix does not hold together: see the places below")
    return _form(page, sent, errors, faults)


def _given(sent: Upload, errors: dict[str, str]) -> dict[str, Any] | None:
    """The matrix of a form: the file, or else what was pasted; a day beside it takes the place of its own."""
    raw = sent.content or sent.one("matrix").strip().encode()
    if not raw:
        errors["matrix"] = NOTHING
        return None
    if len(raw) > MATRIX_BYTES:
        errors["matrix"] = TOO_LONG
        return None
    try:
        given = read_json(raw)
    except Malformed:
        given = None
    if not isinstance(given, dict):
        errors["matrix"] = NO_JSON
        return None
    parts = [sent.one(name).strip() for name in ("from_on_year", "from_on", "from_on_day")]
    if any(parts):
        day = day_of(*parts)
        if day is None:
            errors["from_on"] = NO_DAY
        else:
            given["in_force_from"] = day.isoformat()
    return given


@router.get("/admin/matrices/{matrix_id}")
async def one_matrix(
    request: Request, page: OpenPage, actor: SettingsKeeper, matrix_id: PathId, tx: Transaction
) -> Response:
    """One matrix, and what it changes against another: the one before it, or one that is asked for."""
    read = await matrices.read(tx, matrix_id)
    lines = await matrices.lines(tx, actor)
    others = [line for line in lines if line.id != matrix_id]
    against = _against(request.query_params.get("against", ""), read.in_force_from, others)
    return show(
        page,
        "admin/matrix.html",
        read=read,
        rows=spans(read.matrix),
        others=others,
        against=against,
        comparison=await _compared(tx, actor, matrix_id, against),
        is_done=request.query_params.get("done") == "yes",
    )


def _against(asked: str, begins: date, others: list[MatrixLine]) -> MatrixLine | None:
    for line in others:
        if str(line.id) == asked:
            return line
    earlier = [line for line in others if line.in_force_from < begins]
    return earlier[-1] if earlier and asked != "none" else None


async def _compared(tx: Transaction, actor: Actor, matrix_id: PathId, against: MatrixLine | None) -> Any:
    return None if against is None else await matrices.compared(tx, matrix_id, against.id)
