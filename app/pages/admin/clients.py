"""API clients: programs of the agency's, what each may do, and their end. A secret is shown once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.access.rights import Scope
from app.agencies import clients
from app.agencies.client_schemas import ClientIn
from app.agencies.keeping import ApiClient
from app.agencies.models import Account
from app.audit.log import record
from app.http.route import Act, PathId, Transaction
from app.pages.admin.shared import AccountKeeper, Gathered, show
from app.pages.fields import Option
from app.pages.guard import Once, OnceSealed, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
SCOPES = {
    Scope.READ_AGENCY: Option(
        Scope.READ_AGENCY, N_("Read the agency"), N_("Its units, roster, calendar and settings; no account.")
    ),
    Scope.KEEP_ROSTER: Option(
        Scope.KEEP_ROSTER, N_("Keep the roster"), N_("Add officers, enter posts and departures, units, relatives.")
    ),
    Scope.READ_POLICIES: Option(
        Scope.READ_POLICIES, N_("Read law and policy"), N_("The provisions and the agency's own texts.")
    ),
    Scope.READ_MATRICES: Option(
        Scope.READ_MATRICES, N_("Read the matrices"), N_("The discipline matrices, with their days.")
    ),
}
NEEDED = {
    "name": N_("Give the program a name that tells what it is"),
    "scopes": N_("Choose at least one thing that the program may do"),
}


async def _client(tx: Transaction, client_id: PathId) -> ApiClient:
    return await clients.client_by_id(tx, client_id)


Held = Annotated[ApiClient, Depends(_client)]


@router.get("/admin/clients")
async def all_clients(page: OpenPage, actor: AccountKeeper, tx: Transaction) -> Response:
    """Every program that calls the API in its own name."""
    found = await clients.all_clients(tx, actor.agency_id)
    return show(page, "admin/clients.html", found=found, scopes=SCOPES)


@router.get("/admin/clients/new")
async def ask_client(page: OpenPage, actor: AccountKeeper) -> Response:
    """A name, and what the program may do."""
    return _form(page, "", [])


def _form(page: Page, name: str, chosen: Sequence[str], errors: dict[str, str] | None = None) -> Response:
    return show(page, "admin/client_new.html", errors, name=name, chosen=chosen, options=list(SCOPES.values()))


@router.post("/admin/clients/new")
async def make_client(
    page: OpenPage, actor: AccountKeeper, form: SessionForm, once: OnceSealed, tx: Transaction
) -> Response:
    """Make a machine account and show its secret once; sent again, this very form is shown the same page."""
    errors: dict[str, str] = {}
    made = None
    with Gathered(errors, NEEDED):
        said = ClientIn.model_validate({"name": form.one("name"), "scopes": form.all("scopes")})
        made = await clients.make_client(tx, actor, said)
    if made is None:
        return _form(page, form.one("name"), form.all("scopes"), errors)
    address = f"{page.request.app.state.settings.base_url}/v1/auth/token"
    return show(page, "admin/client_made.html", client=made.client, secret=made.secret, address=address)


@router.get("/admin/clients/{client_id}")
async def one_client(request: Request, page: OpenPage, actor: AccountKeeper, held: Held, tx: Transaction) -> Response:
    """One program: what it may do, who made it, when it last asked for a token."""
    record(tx, "client.read", ("api_client", held.id))
    maker = await tx.get_one(Account, held.made_by)
    return show(page, "admin/client.html", client=held, maker=maker.name, scopes=SCOPES)


@router.post("/admin/clients/{client_id}/revoke")
async def revoke(actor: AccountKeeper, held: Held, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """End a program's access for good, with its next request."""
    await clients.revoke(tx, held)
    return go(f"/admin/clients/{held.id}")
