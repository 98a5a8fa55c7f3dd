"""Saying yes to screening a case out, for another person to take the step (S50)."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError

from app.access.gate import Granted
from app.cases.models import Case
from app.cases.outcome import concur, standing_concurrences
from app.cases.scene import names_of
from app.cases.schemas import ConcurrenceIn
from app.http.route import Act, Transaction
from app.pages.desk.doors import Concurring, refuse_old
from app.pages.desk.wrong import in_words
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

STEP = "case.screen_out"
NEEDED = {"reason": N_("Say why you agree")}


@router.get("/cases/{case_id}/concurrence")
async def ask(page: OpenPage, held: Concurring, tx: Transaction) -> Response:
    """What agreeing means, and who has agreed already."""
    return await _page(page, held, tx)


async def _page(
    page: Page, held: Granted[Case], tx: Transaction, form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    given = await standing_concurrences(tx, held.record, STEP)
    people = await names_of(tx, [each.given_by for each in given])
    return page.show(
        "desk/concurrence.html",
        422 if errors else 200,
        case_id=held.record.id,
        version=held.record.version,
        given=[(people.get(each.given_by, ""), each.created_at, each.reason) for each in given],
        is_own=any(each.given_by == held.actor.account_id for each in given),
        reason=form.one("reason") if form else "",
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


@router.post("/cases/{case_id}/concurrence")
async def agree(page: OpenPage, held: Concurring, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Agree; the step itself is another person's."""
    refuse_old(form, held)
    try:
        said = ConcurrenceIn.model_validate({"step": STEP, "reason": form.one("reason")})
    except ValidationError as refused:
        return await _page(page, held, tx, form, in_words(refused, NEEDED, "reason"))
    await concur(tx, held, said)
    return go(f"/cases/{held.record.id}?done=case.concur")
