"""Stepping aside from a case in one act."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from app.http.route import Act, Transaction
from app.pages.desk.doors import Aside
from app.pages.guard import SessionForm
from app.pages.shell import OpenPage, go, open_page
from app.proceedings import recusal
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])


@router.get("/cases/{case_id}/step-aside")
async def ask_to_step_aside(page: OpenPage, held: Aside) -> Response:
    return page.show(
        "sure.html",
        title=N_("Step aside from this case?"),
        says=N_(
            "Do so if you are in any conflict. The case goes on with others; nobody is told why. "
            "From then on it is as absent for you, and that cannot be undone here."
        ),
        yes=N_("Step aside"),
        action=f"/cases/{held.record.id}/step-aside",
        back=f"/cases/{held.record.id}",
    )


@router.post("/cases/{case_id}/step-aside")
async def step_aside(page: OpenPage, held: Aside, form: SessionForm, tx: Transaction) -> Response:
    await recusal.step_aside(tx, held)
    return go("/cases?aside=yes")
