"""The roster as it stood on a day, and a new officer on it."""

from __future__ import annotations

import uuid
from datetime import date

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies import actions
from app.agencies.actions import today_in
from app.agencies.roster_import import BADGE
from app.agencies.schemas import OfficerIn
from app.agencies.staff import last_names
from app.agencies.units import tree
from app.audit.log import record
from app.http.route import Act, Transaction
from app.pages.admin.shared import (
    RANKS,
    Gathered,
    RosterKeeper,
    given_day,
    holder_of_badge,
    show,
    typed_day,
    unit_options,
)
from app.pages.fields import NO_DAY, options
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
MOST = 500
FIELDS = ("badge", "name", "rank", "unit_id", "supervisor")
NEEDED = {
    "badge": N_("Give a badge of 1 to 20 letters, digits or hyphens"),
    "name": N_("Give a name of at most 200 characters"),
    "rank": N_("Choose a rank"),
    "unit_id": N_("Choose a unit of the list"),
    "supervisor_id": N_("No officer on the roster has this badge"),
}


@router.get("/admin/roster")
async def roster(request: Request, page: OpenPage, actor: RosterKeeper, tx: Transaction) -> Response:
    """Who was on the roster on a day: today where none is asked for."""
    asked = {name: request.query_params.get(name, "").replace("\0", "")[:100] for name in ("q", "unit", "on")}
    errors: dict[str, str] = {}
    on = _day(asked["on"], today_in(page.agency, tx), errors)
    branches = await tree(tx)
    chosen = next((each for each in branches if str(each.unit.id) == asked["unit"]), None)
    below = None if chosen is None else frozenset(e.unit.id for e in branches if _is_within(e.path, chosen.path))
    words = asked["q"].strip()
    is_badge = BADGE.fullmatch(words) is not None and any(letter.isdigit() for letter in words)
    found = await actions.roster(
        tx, on, badge=words if is_badge else "", name="" if is_badge else words, units=below, most=MOST
    )
    record(tx, "roster.read", ("agency", actor.agency_id), count=len(found))
    return show(
        page,
        "admin/roster.html",
        errors,
        found=found,
        on=on,
        today=today_in(page.agency, tx),
        asked=asked,
        is_full=len(found) == MOST,
        is_narrowed=bool(words or chosen),
        paths={each.unit.id: each.path for each in branches},
        branches=branches,
        above=await last_names(tx, {each.supervisor_id for each in found if each.supervisor_id}),
    )


def _is_within(path: str, top: str) -> bool:
    return path == top or path.startswith(f"{top} / ")


def _day(asked: str, today: date, errors: dict[str, str]) -> date:
    try:
        return date.fromisoformat(asked) if asked else today
    except ValueError:
        errors["on"] = NO_DAY
        return today


@router.get("/admin/roster/new")
async def ask_officer(page: OpenPage, actor: RosterKeeper, tx: Transaction) -> Response:
    """A new officer."""
    return await _form(page, tx)


async def _form(
    page: Page, tx: AsyncSession, form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    return show(
        page,
        "admin/officer_new.html",
        errors,
        typed={name: form.one(name) if form else "" for name in FIELDS},
        from_on=typed_day(form, "from_on", today_in(page.agency, tx)),
        rank_options=options(RANKS),
        units=await unit_options(tx),
        months=page.months(),
    )


@router.post("/admin/roster/new")
async def add_officer(page: OpenPage, actor: RosterKeeper, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Add an officer with a first posting."""
    errors: dict[str, str] = {}
    said = await said_post(tx, form, errors)
    posting = None
    if said is not None and not errors:
        with Gathered(errors, NEEDED):
            posting = await actions.add_officer(tx, actor.agency_id, said)
    if posting is None:
        return await _form(page, tx, form, on_form(errors))
    return go(f"/admin/officers/{posting.officer_id}?done=added")


async def said_post(tx: AsyncSession, form: Form, errors: dict[str, str]) -> OfficerIn | None:
    """What a form says of a post; a supervisor is named by badge."""
    from_on = given_day(form, "from_on", errors)
    badge = form.one("supervisor").strip()
    supervisor = await holder_of_badge(tx, badge) if badge and "\0" not in badge else None
    if badge and supervisor is None:
        errors["supervisor"] = NEEDED["supervisor_id"]
    with Gathered(errors, NEEDED):
        return OfficerIn.model_validate(
            {
                "badge": form.one("badge").strip(),
                "name": form.one("name"),
                "rank": form.one("rank"),
                "unit_id": _unit(form),
                "supervisor_id": supervisor,
                "from_on": from_on,
            }
        )
    return None


def _unit(form: Form) -> uuid.UUID | str | None:
    return form.one("unit_id") or None


def on_form(errors: dict[str, str]) -> dict[str, str]:
    """The supervisor stands in the form by badge."""
    return {{"supervisor_id": "supervisor"}.get(name, name): says for name, says in errors.items()}
