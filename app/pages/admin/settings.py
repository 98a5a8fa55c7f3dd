"""What the agency is: what may be changed of it, and why the rest may not."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.agency_settings import change_agency, is_live
from app.agencies.keeping_schemas import AgencyIn
from app.agencies.models import Agency
from app.audit.log import record
from app.errors import Stale
from app.http.route import Act, Transaction
from app.pages.admin.shared import Gathered, SettingsKeeper, given_day, show, typed_day
from app.pages.fields import NO_DAY
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
NEEDED = {"name": N_("Give the name of the agency"), "went_live_on": NO_DAY}


@router.get("/admin/settings")
async def ask_settings(request: Request, page: OpenPage, actor: SettingsKeeper, tx: Transaction) -> Response:
    """Name, day of going live, time zone, state."""
    return await _page(page, tx, is_done=request.query_params.get("done") == "yes")


async def _page(
    page: Page,
    tx: AsyncSession,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
    is_done: bool = False,
) -> Response:
    agency = page.agency
    record(tx, "agency.read", ("agency", agency.id))
    return show(
        page,
        "admin/settings.html",
        errors,
        agency=agency,
        is_live=is_live(agency, tx),
        name=form.one("name") if form else agency.name,
        live_on=typed_day(form, "went_live_on", agency.went_live_on),
        version=form.one("version") if form else str(agency.version),
        months=page.months(),
        is_done=is_done,
    )


@router.post("/admin/settings")
async def change(page: OpenPage, actor: SettingsKeeper, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Change the name, or the day of going live while it is ahead."""
    agency = await tx.get_one(Agency, actor.agency_id, with_for_update=True, populate_existing=True)
    if form.one("version") != str(agency.version):
        raise Stale
    errors: dict[str, str] = {}
    live_on = agency.went_live_on if is_live(agency, tx) else given_day(form, "went_live_on", errors)
    if not errors:
        with Gathered(errors, NEEDED):
            said = AgencyIn.model_validate({"name": form.one("name"), "went_live_on": live_on})
            await change_agency(tx, agency, said.name, said.went_live_on)
    return await _page(page, tx, form, errors) if errors else go("/admin/settings?done=yes")
