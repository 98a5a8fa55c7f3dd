"""The board's view of a case."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError

from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import needs
from app.cases import outcome
from app.cases.models import Case
from app.cases.rules import GATE as CASES
from app.cases.schemas import BoardViewIn
from app.http.route import Act, Transaction
from app.pages import labels
from app.pages.desk.doors import refuse_old
from app.pages.fields import options
from app.pages.guard import Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
Viewed = Annotated[Granted[Case], needs(Right.REVIEW, CASES, "case_id", page=True)]
WRONG = {"view": N_("Choose the board's view"), "reasons": N_("Give the reasons for dissenting")}


@router.get("/cases/{case_id}/view")
async def ask_view(page: OpenPage, held: Viewed) -> Response:
    return _view_page(page, held)


def _view_page(
    page: Page, held: Granted[Case], view: str = "", reasons: str = "", errors: dict[str, str] | None = None
) -> Response:
    return page.show(
        "board/board_view.html",
        422 if errors else 200,
        case_id=held.record.id,
        version=held.record.version,
        answers=options(labels.BOARD_ANSWERS),
        view=view,
        reasons=reasons,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


@router.post("/cases/{case_id}/view")
async def give_view(page: OpenPage, held: Viewed, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Concur, dissent with reasons, or say that there is no view."""
    refuse_old(form, held)
    try:
        said = BoardViewIn.model_validate({"view": form.one("view"), "reasons": form.one("reasons")})
    except ValidationError as error:
        places = {str(each["loc"][0]) if each["loc"] else "reasons" for each in error.errors(include_input=False)}
        wrong = {name: says for name, says in WRONG.items() if name in places}
        return _view_page(page, held, form.one("view"), form.one("reasons"), wrong)
    await outcome.view(tx, held, said)
    return go(f"/cases/{held.record.id}?done=view")
