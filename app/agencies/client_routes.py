"""API clients, kept by an administrator over the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from app.access.actor import Actor
from app.access.rights import Right
from app.agencies import clients
from app.agencies.client_schemas import ClientIn, ClientView, MadeClientView
from app.agencies.doors import ONCE, ONCE_SEALED, holds
from app.http.route import Act, PathId, Transaction

router = APIRouter(prefix="/v1/api-clients", route_class=Act, tags=["agency"])
AccountKeeper = Annotated[Actor, holds(Right.KEEP_ACCOUNTS)]


@router.get("")
async def api_clients(actor: AccountKeeper, tx: Transaction) -> list[ClientView]:
    """All API clients, revoked ones last: what each may do, and when it last asked for a token."""
    return [ClientView.of(each) for each in await clients.all_clients(tx, actor.agency_id)]


@router.post("", status_code=201, dependencies=[ONCE_SEALED])
async def make_api_client(actor: AccountKeeper, said: ClientIn, tx: Transaction) -> MadeClientView:
    """Make a machine account. Its secret is told once: here, and to a retry with the same Idempotency-Key."""
    made = await clients.make_client(tx, actor, said)
    view: MadeClientView = MadeClientView.of(made.client, client_secret=made.secret)
    return view


@router.post("/{client_id}/revoke", dependencies=[ONCE])
async def revoke_api_client(actor: AccountKeeper, client_id: PathId, tx: Transaction) -> ClientView:
    """End an API client for good, and its tokens with their next request."""
    view: ClientView = ClientView.of(await clients.revoke(tx, await clients.client_by_id(tx, client_id)))
    return view
