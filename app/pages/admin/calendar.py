"""The agency's calendar, year by year."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies import calendars
from app.agencies.actions import agency_of, today_in
from app.agencies.keeping_schemas import DayIn
from app.errors import NotFound, Validation
from app.http.route import Act, PathId, Transaction
from app.pages.admin.shared import Gathered, SettingsKeeper, given_day, show, typed_day
from app.pages.fields import NO_DAY
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
NEEDED = {"day": NO_DAY, "name": N_("Say what day it is")}
DONE = {
    "taken": N_("The public holidays are in the calendar. Take out those on which you work."),
    "added": N_("The day is in the calendar."),
    "removed": N_("The day is out of the calendar. That it stood there stays on file."),
}


@router.get("/admin/calendar")
async def this_year(page: OpenPage, actor: SettingsKeeper, tx: Transaction) -> Response:
    """On to the year that runs."""
    return go(f"/admin/calendar/{today_in(page.agency, tx).year}")


@router.get("/admin/calendar/{year}")
async def one_year(request: Request, page: OpenPage, actor: SettingsKeeper, year: str, tx: Transaction) -> Response:
    """The days of a year on which nobody works."""
    return await _page(page, tx, _year(year), done=DONE.get(request.query_params.get("done", ""), ""))


def _year(asked: str) -> int:
    if not (asked.isascii() and asked.isdigit() and len(asked) == 4):
        raise NotFound
    return int(asked)


async def _page(
    page: Page,
    tx: AsyncSession,
    year: int,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
    done: str = "",
) -> Response:
    agency = await agency_of(tx, page.actor.agency_id)
    try:
        kept = await calendars.year_of(tx, agency, year)
    except Validation:
        raise NotFound from None
    today = today_in(agency, tx)
    return show(
        page,
        "admin/calendar.html",
        errors,
        year=kept,
        years=range(agency.went_live_on.year, today.year + 4),
        taken=await calendars.years_taken(tx),
        offered=calendars.public_holidays(agency.state, year) if not kept.is_taken else {},
        state=agency.state,
        today=today,
        day=typed_day(form, "day"),
        name=form.one("name") if form else "",
        months=page.months(),
        done=done,
    )


@router.post("/admin/calendar/{year}/take")
async def take(
    page: OpenPage, actor: SettingsKeeper, year: str, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Take over the public holidays of a year."""
    errors: dict[str, str] = {}
    with Gathered(errors, {}):
        await calendars.take_year(tx, await agency_of(tx, actor.agency_id), _year(year))
    return await _page(page, tx, _year(year), None, errors) if errors else go(f"/admin/calendar/{year}?done=taken")


@router.post("/admin/calendar/{year}")
async def add_day(
    page: OpenPage, actor: SettingsKeeper, year: str, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Add a day ahead of us."""
    errors: dict[str, str] = {}
    day = given_day(form, "day", errors)
    with Gathered(errors, NEEDED):
        said = DayIn.model_validate({"day": day, "name": form.one("name")})
        await calendars.add_day(tx, await agency_of(tx, actor.agency_id), said.day, said.name)
    if errors:
        return await _page(page, tx, _year(year), form, errors)
    return go(f"/admin/calendar/{day.year if day else _year(year)}?done=added")


@router.post("/admin/calendar/{year}/days/{day_id}/remove")
async def remove_day(
    actor: SettingsKeeper, year: str, day_id: PathId, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Take a day ahead of us out of the calendar."""
    await calendars.remove_day(tx, await agency_of(tx, actor.agency_id), day_id)
    return go(f"/admin/calendar/{_year(year)}?done=removed")
