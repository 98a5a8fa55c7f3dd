"""Sign-in of API clients, and the agency: units, roster, accounts."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import AfterValidator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor, Role
from app.access.rights import Right
from app.agencies import actions, staff
from app.agencies.accounts import account_by_id, of_people
from app.agencies.client_schemas import TokenIn
from app.agencies.clients import credentials_of, sign_in_client
from app.agencies.doors import ONCE, holds, open_to_all, signed_in
from app.agencies.models import Account, AccountRole, Officer, Posting, Unit
from app.agencies.schemas import (
    AccountIn,
    AccountView,
    AgencyView,
    KinIn,
    KinView,
    LeaveIn,
    Me,
    OfficerIn,
    PostingView,
    RosterView,
    TokenView,
    UnitIn,
    UnitView,
)
from app.agencies.sign_in import sign_in
from app.audit.log import record
from app.db.session import time_of
from app.errors import Fault, NotFound, Validation
from app.http.conditions import tag
from app.http.route import Act, PathId, Transaction
from app.http.text import clean

router = APIRouter(route_class=Act)
Reader = Annotated[Actor, holds(Right.READ_AGENCY)]
RosterKeeper = Annotated[Actor, holds(Right.KEEP_ROSTER)]
AccountKeeper = Annotated[Actor, holds(Right.KEEP_ACCOUNTS)]


@router.post(
    "/v1/auth/token",
    tags=["sign-in"],
    response_model_exclude_none=True,
    dependencies=[open_to_all("this is where one signs in")],
)
async def token(request: Request, tx: Transaction, said: Annotated[TokenIn, Form()]) -> TokenView:
    """A token of at most ten minutes: of a person (RFC 6749 4.3), or of an API client (4.4)."""
    source = request.client.host if request.client else ""
    if said.grant_type == "client_credentials":
        return await _for_client(request, tx, said, source)
    if said.username is None or said.password is None:
        given = {"username": said.username, "password": said.password}
        raise Validation(tuple(Fault(f"/{name}", "missing") for name, value in given.items() if value is None))
    found = await sign_in(tx, said.username, said.password, source)
    minutes = request.app.state.settings.token_minutes
    issued, jti = request.app.state.tokens.issue(
        str(found.account.id), str(found.account.agency_id), time_of(tx), minutes
    )
    record(tx, "token.issued", ("account", found.account.id), jti=jti)
    return TokenView(access_token=issued, expires_in=minutes * 60)


async def _for_client(request: Request, tx: AsyncSession, said: TokenIn, source: str) -> TokenView:
    shown = credentials_of(request.headers.get("authorization"), said.client_id, said.client_secret)
    found = await sign_in_client(tx, shown, said.scope, source)
    minutes, client = request.app.state.settings.token_minutes, found.client
    scope = " ".join(sorted(found.scopes))
    issued, jti = request.app.state.tokens.issue(str(client.id), str(client.agency_id), time_of(tx), minutes, scope)
    record(tx, "client.token_issued", ("api_client", client.id), jti=jti, scopes=sorted(found.scopes))
    return TokenView(access_token=issued, expires_in=minutes * 60, scope=scope)


@router.get("/v1/me", tags=["sign-in"])
async def me(actor: Annotated[Actor, signed_in("everyone may know who they are")]) -> Me:
    """Who this token stands for."""
    return Me(
        account_id=actor.account_id,
        agency_id=actor.agency_id,
        officer_id=actor.officer_id,
        name=actor.name,
        roles=sorted(actor.roles),
        scopes=None if actor.scopes is None else sorted(actor.scopes),
    )


@router.get("/v1/agency", tags=["agency"])
async def agency(actor: Reader, tx: Transaction, response: Response) -> AgencyView:
    """The agency of the asker."""
    record(tx, "agency.read", ("agency", actor.agency_id))
    found = await actions.agency_of(tx, actor.agency_id)
    tag(response, found.version)
    view: AgencyView = AgencyView.of(found)
    return view


@router.get("/v1/units", tags=["agency"])
async def units(actor: Reader, tx: Transaction) -> list[UnitView]:
    """All units, parents by id."""
    record(tx, "agency.read", ("agency", actor.agency_id))
    found = (await tx.scalars(select(Unit).order_by(Unit.name, Unit.id).limit(2000))).all()
    return [UnitView.of(unit) for unit in found]


@router.post("/v1/units", tags=["agency"], status_code=201, dependencies=[ONCE])
async def add_unit(actor: RosterKeeper, unit: UnitIn, tx: Transaction) -> UnitView:
    """Add a unit to the tree."""
    view: UnitView = UnitView.of(await actions.add_unit(tx, actor.agency_id, unit))
    return view


@router.get("/v1/officers", tags=["agency"])
async def officers(
    actor: Reader,
    tx: Transaction,
    badge: Annotated[str, Query(max_length=20, pattern="^[A-Za-z0-9-]*$")] = "",
    name: Annotated[str, Query(max_length=100), AfterValidator(clean)] = "",
    on: Annotated[date | None, Query(description="today where not given")] = None,
) -> RosterView:
    """The roster as it stood on a day, by badge; at most 500 officers."""
    found = await actions.roster(tx, on or time_of(tx).date(), badge=badge, name=name)
    record(tx, "roster.read", ("agency", actor.agency_id), count=len(found))
    return RosterView(officers=[PostingView.of(posting) for posting in found])


@router.post("/v1/officers", tags=["agency"], status_code=201, dependencies=[ONCE])
async def add_officer(actor: RosterKeeper, officer: OfficerIn, tx: Transaction) -> PostingView:
    """Add an officer with a first posting."""
    view: PostingView = PostingView.of(await actions.add_officer(tx, actor.agency_id, officer))
    return view


@router.get("/v1/officers/{officer_id}/postings", tags=["agency"])
async def postings(actor: Reader, officer_id: PathId, tx: Transaction) -> list[PostingView]:
    """What an officer was, from when to when."""
    query = select(Posting).where(Posting.officer_id == officer_id).order_by(Posting.from_on)
    found = (await tx.scalars(query)).all()
    record(tx, "roster.read", ("agency", actor.agency_id), count=len(found))
    if not found:
        raise NotFound
    return [PostingView.of(posting) for posting in found]


@router.post("/v1/officers/{officer_id}/postings", tags=["agency"], status_code=201, dependencies=[ONCE])
async def change_posting(actor: RosterKeeper, officer_id: PathId, to: OfficerIn, tx: Transaction) -> PostingView:
    """A new rank, unit, supervisor, badge or name from a day on."""
    if await tx.get(Officer, officer_id) is None:
        raise NotFound
    view: PostingView = PostingView.of(await actions.change_posting(tx, actor.agency_id, officer_id, to))
    return view


@router.post("/v1/officers/{officer_id}/leave", tags=["agency"], dependencies=[ONCE])
async def leave(actor: RosterKeeper, officer_id: PathId, said: LeaveIn, tx: Transaction) -> PostingView:
    """Take an officer off the roster from a day on; all that they were stays on file."""
    view: PostingView = PostingView.of(await staff.leave(tx, await staff.officer_of(tx, officer_id), said.on))
    return view


@router.get("/v1/officers/{officer_id}/kin", tags=["agency"])
async def kin(actor: RosterKeeper, officer_id: PathId, tx: Transaction) -> list[KinView]:
    """Declared relatives of an officer, and when a kinship was declared over."""
    found = await staff.kin_of(tx, officer_id)
    if await tx.get(Officer, officer_id) is None:
        raise NotFound
    return [KinView(id=each.id, relative_id=other, ended_on=each.ended_on) for each, other in found]


@router.post("/v1/officers/{officer_id}/kin", tags=["agency"], status_code=204, dependencies=[ONCE])
async def declare_kin(actor: RosterKeeper, officer_id: PathId, kin: KinIn, tx: Transaction) -> None:
    """Declare that two officers are relatives."""
    if await tx.get(Officer, officer_id) is None:
        raise NotFound
    await actions.declare_kin(tx, actor.agency_id, officer_id, kin.relative_id)


@router.post("/v1/officers/{officer_id}/kin/{kin_id}/end", tags=["agency"], status_code=204, dependencies=[ONCE])
async def end_kin(actor: RosterKeeper, officer_id: PathId, kin_id: PathId, tx: Transaction) -> None:
    """Two officers are relatives no longer; incidents up to today keep the walls that it raised."""
    await staff.end_kin(tx, officer_id, kin_id)


@router.get("/v1/accounts", tags=["agency"])
async def accounts(actor: AccountKeeper, tx: Transaction) -> list[AccountView]:
    """All accounts of people with the offices they hold now."""
    found = (await tx.scalars(of_people().order_by(Account.email).limit(6000))).all()
    held = (
        await tx.execute(select(AccountRole.account_id, AccountRole.role).where(AccountRole.ended_at.is_(None)))
    ).all()
    roles: dict[uuid.UUID, list[Role]] = {}
    for account_id, role in held:
        roles.setdefault(account_id, []).append(role)
    record(tx, "agency.read", ("agency", actor.agency_id))
    return [_account_view(account, roles.get(account.id, [])) for account in found]


@router.post("/v1/accounts", tags=["agency"], status_code=201, dependencies=[ONCE])
async def add_account(actor: AccountKeeper, account: AccountIn, tx: Transaction) -> AccountView:
    """Add an account; the password is the first one, to be changed by its holder."""
    added = await actions.add_account(tx, actor.agency_id, account, actor.account_id)
    return _account_view(added, account.roles)


@router.post("/v1/accounts/{account_id}/disable", tags=["agency"])
async def disable_account(keeper: AccountKeeper, account_id: PathId, tx: Transaction) -> AccountView:
    """End an account's access with the next request."""
    account = await account_by_id(tx, account_id)
    if account.id == keeper.account_id:
        raise NotFound
    await actions.disable_account(tx, account)
    held = await tx.scalars(
        select(AccountRole.role).where(AccountRole.account_id == account_id, AccountRole.ended_at.is_(None))
    )
    return _account_view(account, list(held))


def _account_view(account: Account, roles: list[Role]) -> AccountView:
    return AccountView(
        id=account.id,
        email=account.email,
        name=account.name,
        roles=sorted(set(roles)),
        officer_id=account.officer_id,
        is_disabled=account.disabled_at is not None,
    )
