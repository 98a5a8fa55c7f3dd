"""What an administrator keeps, over the API: units, offices, invitations, calendar, settings, own policies."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from app.access.actor import Actor, Role
from app.access.rights import Right
from app.agencies import accounts, calendars, invitations, own_policies, units
from app.agencies.actions import agency_of
from app.agencies.agency_settings import change_agency
from app.agencies.doors import ONCE, holds, open_to_all
from app.agencies.keeping_schemas import (
    AcceptIn,
    AgencyIn,
    DayIn,
    DayView,
    InvitationView,
    OwnPolicyIn,
    OwnPolicyView,
    RoleIn,
    UnitPastView,
    YearIn,
    YearView,
)
from app.agencies.models import Agency, Unit
from app.agencies.schemas import AgencyView, UnitIn, UnitView
from app.audit.log import record
from app.errors import NotFound
from app.http.conditions import IfMatch, refuse_stale, tag
from app.http.route import Act, PathId, Transaction

router = APIRouter(prefix="/v1", route_class=Act, tags=["agency"])
Reader = Annotated[Actor, holds(Right.READ_AGENCY)]
RosterKeeper = Annotated[Actor, holds(Right.KEEP_ROSTER)]
AccountKeeper = Annotated[Actor, holds(Right.KEEP_ACCOUNTS)]
SettingsKeeper = Annotated[Actor, holds(Right.KEEP_SETTINGS)]


async def _unit(tx: Transaction, unit_id: PathId) -> Unit:
    unit = await tx.get(Unit, unit_id, with_for_update=True)
    if unit is None:
        raise NotFound
    return unit


@router.get("/units/{unit_id}/past")
async def unit_past(actor: Reader, unit_id: PathId, tx: Transaction) -> list[UnitPastView]:
    """What a unit was called before and where it stood, the latest first."""
    record(tx, "agency.read", ("agency", actor.agency_id))
    if await tx.get(Unit, unit_id) is None:
        raise NotFound
    return [UnitPastView.of(each) for each in await units.past_of(tx, unit_id)]


@router.post("/units/{unit_id}/changes", status_code=201, dependencies=[ONCE])
async def change_unit(actor: RosterKeeper, unit_id: PathId, to: UnitIn, tx: Transaction) -> UnitView:
    """Give a unit a new name or place from today on; what it was stays on file."""
    view: UnitView = UnitView.of(await units.change_unit(tx, await _unit(tx, unit_id), to))
    return view


@router.post("/units/{unit_id}/close", status_code=204, dependencies=[ONCE])
async def close_unit(actor: RosterKeeper, unit_id: PathId, tx: Transaction) -> None:
    """A unit is no more from today on; refused while anyone is posted there."""
    await units.close_unit(tx, await _unit(tx, unit_id))


@router.post("/accounts/{account_id}/enable", status_code=204, dependencies=[ONCE])
async def enable_account(actor: AccountKeeper, account_id: PathId, tx: Transaction) -> None:
    """Let a disabled account sign in again."""
    await accounts.enable(tx, actor, await accounts.account_by_id(tx, account_id))


@router.post("/accounts/{account_id}/roles", status_code=204, dependencies=[ONCE])
async def grant_role(actor: AccountKeeper, account_id: PathId, said: RoleIn, tx: Transaction) -> None:
    """Give an office to an account, never to one's own; it counts with the next request."""
    await accounts.grant(tx, actor, await accounts.account_by_id(tx, account_id), said.role)


@router.post("/accounts/{account_id}/roles/{role}/end", status_code=204, dependencies=[ONCE])
async def end_role(actor: AccountKeeper, account_id: PathId, role: Annotated[Role, Path()], tx: Transaction) -> None:
    """Take an office away; it is gone with the next request."""
    await accounts.end_role(tx, actor, await accounts.account_by_id(tx, account_id), role)


@router.post("/accounts/{account_id}/invitation", status_code=201)
async def invite(actor: AccountKeeper, account_id: PathId, tx: Transaction) -> InvitationView:
    """Make the secret with which the holder sets their first password. Told once: asking again ends the one before."""
    made = await invitations.invite(tx, actor, await accounts.account_by_id(tx, account_id))
    return InvitationView(secret=made.secret, expires_at=made.invitation.expires_at)


@router.post(
    "/invitations/accept",
    status_code=204,
    tags=["sign-in"],
    dependencies=[open_to_all("whoever holds the secret is invited")],
)
async def accept_invitation(said: AcceptIn, tx: Transaction) -> None:
    """Set the first password of an account with the secret of its invitation."""
    await invitations.accept(tx, said.secret, said.password)


@router.put("/agency")
async def change_settings(
    request: Request,
    response: Response,
    actor: SettingsKeeper,
    said: AgencyIn,
    tx: Transaction,
    if_match: IfMatch = None,
) -> AgencyView:
    """Change the agency's name, or its day of going live while that is ahead. The time zone stays."""
    agency = await tx.get_one(Agency, actor.agency_id, with_for_update=True, populate_existing=True)
    refuse_stale(request, agency.version)
    view: AgencyView = AgencyView.of(await change_agency(tx, agency, said.name, said.went_live_on))
    tag(response, agency.version)
    return view


@router.get("/calendar/{year}")
async def calendar(actor: Reader, year: Annotated[int, Path(ge=1900, le=2200)], tx: Transaction) -> YearView:
    """The days of a year on which the agency does not work."""
    return _year(await calendars.year_of(tx, await agency_of(tx, actor.agency_id), year))


@router.post("/calendar/years", status_code=201, dependencies=[ONCE])
async def take_year(actor: SettingsKeeper, said: YearIn, tx: Transaction) -> YearView:
    """Take over the public holidays of the agency's state for a year."""
    return _year(await calendars.take_year(tx, await agency_of(tx, actor.agency_id), said.year))


@router.post("/calendar/days", status_code=201, dependencies=[ONCE])
async def add_day(actor: SettingsKeeper, said: DayIn, tx: Transaction) -> DayView:
    """Add a day ahead of us on which nobody works."""
    added = await calendars.add_day(tx, await agency_of(tx, actor.agency_id), said.day, said.name)
    view: DayView = DayView.of(added)
    return view


@router.post("/calendar/days/{day_id}/remove", status_code=204, dependencies=[ONCE])
async def remove_day(actor: SettingsKeeper, day_id: PathId, tx: Transaction) -> None:
    """Take a day ahead of us out of the calendar; that it stood there stays on file."""
    await calendars.remove_day(tx, await agency_of(tx, actor.agency_id), day_id)


@router.get("/agency/policies")
async def own(actor: Annotated[Actor, holds(Right.READ_POLICIES)], tx: Transaction) -> list[OwnPolicyView]:
    """The agency's own texts, each version with the day it began."""
    return [OwnPolicyView.of(each) for each in await own_policies.own_policies(tx, actor.agency_id)]


@router.post("/agency/policies", status_code=201, dependencies=[ONCE])
async def enter_policy(actor: SettingsKeeper, said: OwnPolicyIn, tx: Transaction) -> OwnPolicyView:
    """Enter a text of the agency's own, or a later version of one. It is never changed."""
    view: OwnPolicyView = OwnPolicyView.of(await own_policies.enter(tx, actor.agency_id, said))
    return view


def _year(year: calendars.Year) -> YearView:
    return YearView(year=year.year, is_taken=year.is_taken, days=[DayView.of(each) for each in year.days])
