"""Units as a tree, each with what it was before."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies import actions, units
from app.agencies.models import Unit
from app.agencies.schemas import UnitIn
from app.agencies.units import UnitInUse
from app.audit.log import record
from app.errors import NotFound
from app.http.route import Act, PathId, Transaction
from app.pages.admin.shared import Gathered, RosterKeeper, show
from app.pages.fields import Option
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
NEEDED = {
    "name": N_("Give the unit a name of at most 200 characters"),
    "parent_id": N_("Choose a unit of the list, or none"),
}
IN_USE = N_("Officers are posted here, or units stand under it. Move them first.")
DONE = {
    "added": N_("The unit is added."),
    "changed": N_("The change is entered. What the unit was before stays on file."),
    "closed": N_("The unit is closed. Its history stays on file."),
}


async def _unit(tx: Transaction, unit_id: PathId) -> Unit:
    unit = await tx.get(Unit, unit_id, with_for_update=True)
    if unit is None:
        raise NotFound
    return unit


Held = Annotated[Unit, Depends(_unit)]


@router.get("/admin/units")
async def all_units(request: Request, page: OpenPage, actor: RosterKeeper, tx: Transaction) -> Response:
    """The tree, with how many are posted where."""
    return await _page(page, tx, done=DONE.get(request.query_params.get("done", ""), ""))


async def _page(
    page: Page, tx: AsyncSession, form: Form | None = None, errors: dict[str, str] | None = None, **more: Any
) -> Response:
    record(tx, "agency.read", ("agency", page.actor.agency_id))
    branches = await units.tree(tx)
    return show(
        page,
        "admin/units.html",
        errors,
        branches=branches,
        closed=await units.closed_units(tx),
        parents=[Option(str(each.unit.id), each.path) for each in branches],
        typed={name: form.one(name) if form else "" for name in ("name", "parent_id")},
        **{"done": "", **more},
    )


@router.post("/admin/units")
async def add_unit(page: OpenPage, actor: RosterKeeper, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Add a unit to the tree."""
    errors: dict[str, str] = {}
    with Gathered(errors, NEEDED):
        await actions.add_unit(tx, actor.agency_id, _said(form))
    return await _page(page, tx, form, errors) if errors else go("/admin/units?done=added")


def _said(form: Form) -> UnitIn:
    return UnitIn.model_validate({"name": form.one("name"), "parent_id": form.one("parent_id") or None})


@router.get("/admin/units/{unit_id}")
async def one_unit(page: OpenPage, actor: RosterKeeper, held: Held, tx: Transaction) -> Response:
    """A unit, what it was before, and a change of it."""
    return await _unit_page(page, tx, held)


async def _unit_page(
    page: Page, tx: AsyncSession, held: Unit, form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    record(tx, "agency.read", ("agency", page.actor.agency_id))
    branches = await units.tree(tx)
    stands = {"name": held.name, "parent_id": str(held.parent_id or "")}
    return show(
        page,
        "admin/unit.html",
        errors,
        unit_id=held.id,
        name=held.name,
        closed_on=held.closed_on,
        where=next((each.path for each in branches if each.unit.id == held.id), held.name),
        past=await units.past_of(tx, held.id),
        paths={each.unit.id: each.path for each in branches},
        parents=[Option(str(each.unit.id), each.path) for each in branches if each.unit.id != held.id],
        typed={name: form.one(name) if form else stands[name] for name in stands},
    )


@router.post("/admin/units/{unit_id}")
async def change_unit(
    page: OpenPage, actor: RosterKeeper, held: Held, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """A new name or place from today on."""
    errors: dict[str, str] = {}
    with Gathered(errors, NEEDED):
        await units.change_unit(tx, held, _said(form))
    return await _unit_page(page, tx, held, form, errors) if errors else go("/admin/units?done=changed")


@router.post("/admin/units/{unit_id}/close")
async def close_unit(
    page: OpenPage, actor: RosterKeeper, held: Held, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """A unit is no more from today on."""
    try:
        await units.close_unit(tx, held)
    except UnitInUse:
        return await _unit_page(page, tx, held, errors={"close": IN_USE})
    return go("/admin/units?done=closed")
