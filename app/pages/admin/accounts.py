"""Accounts: who signs in, which offices they hold, and how they come by their first password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.agencies import accounts, actions
from app.agencies.invitations import invite as make_invitation
from app.agencies.invitations import open_invitation
from app.agencies.models import Account, Posting
from app.agencies.passwords import UNSET
from app.agencies.schemas import AccountIn
from app.agencies.staff import last_names
from app.audit.log import record
from app.errors import NotFound, Stale
from app.http.route import Act, PathId, Transaction
from app.pages.admin.shared import (
    OFFICE_HINTS,
    OFFICES,
    AccountKeeper,
    Gathered,
    holder_of_badge,
    show,
)
from app.pages.fields import Option
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
MOST = 500
FIELDS = ("name", "email", "badge")
NEEDED = {
    "name": N_("Give the name of the person"),
    "email": N_("Give an email such as name@agency.gov"),
    "roles": N_("Choose at least one office, and at most four"),
    "officer_id": N_("No officer on the roster has this badge"),
    "role": N_("Choose an office"),
}
DONE = {
    "added": N_("The account is made. Make an invitation now, so that its holder can set a password."),
    "granted": N_("The office is given. It counts from the holder's next page on."),
    "ended": N_("The office is ended. It is gone from the holder's next page on."),
    "disabled": N_("The account is disabled. It opens no page any more."),
    "enabled": N_("The account is enabled, with the offices shown below."),
}


async def _account(tx: Transaction, account_id: PathId) -> Account:
    return await accounts.account_by_id(tx, account_id)


Held = Annotated[Account, Depends(_account)]


def _refuse_old(form: Form, account: Account) -> None:
    if form.one("version") != str(account.version):
        raise Stale


def office_options() -> list[Option]:
    return [Option(role, says, OFFICE_HINTS[role]) for role, says in OFFICES.items()]


@router.get("/admin/accounts")
async def all_accounts(request: Request, page: OpenPage, actor: AccountKeeper, tx: Transaction) -> Response:
    """Everyone who signs in here, and with which offices."""
    words = request.query_params.get("q", "").replace("\0", "")[:100].strip()
    query = accounts.of_people().order_by(Account.disabled_at.is_not(None), Account.name, Account.id)
    if words:
        query = query.where(
            Account.name.icontains(words, autoescape=True) | Account.email.icontains(words, autoescape=True)
        )
    found = (await tx.scalars(query.limit(MOST))).all()
    record(tx, "agency.read", ("agency", actor.agency_id))
    return show(
        page,
        "admin/accounts.html",
        found=found,
        held=await accounts.offices_now(tx),
        words=words,
        unset=UNSET,
        is_full=len(found) == MOST,
    )


@router.get("/admin/accounts/new")
async def ask_account(request: Request, page: OpenPage, actor: AccountKeeper, tx: Transaction) -> Response:
    """A new account; with a badge asked for, that officer's."""
    badge = request.query_params.get("badge", "")[:20]
    typed = {"name": "", "email": "", "badge": badge}
    officer_id = await holder_of_badge(tx, badge) if badge and "\0" not in badge else None
    if officer_id is not None:
        typed["name"] = (await last_names(tx, {officer_id}))[officer_id].name
        record(tx, "roster.read", ("agency", actor.agency_id), count=1)
    return _form(page, typed, [Role.OFFICER] if officer_id else [])


def _form(page: Page, typed: dict[str, str], roles: list[str], errors: dict[str, str] | None = None) -> Response:
    return show(page, "admin/account_new.html", errors, typed=typed, roles=roles, options=office_options())


@router.post("/admin/accounts/new")
async def add_account(page: OpenPage, actor: AccountKeeper, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Make an account without a password; its holder sets one by invitation."""
    errors: dict[str, str] = {}
    badge = form.one("badge").strip()
    officer_id = await holder_of_badge(tx, badge) if badge and "\0" not in badge else None
    if badge and officer_id is None:
        errors["badge"] = NEEDED["officer_id"]
    made = None
    with Gathered(errors, NEEDED):
        said = AccountIn.model_validate(
            {
                "name": form.one("name"),
                "email": form.one("email").strip(),
                "roles": form.all("roles"),
                "officer_id": officer_id,
            }
        )
        if not errors:
            made = await actions.add_account(tx, actor.agency_id, said, actor.account_id)
    if made is None:
        errors = {{"officer_id": "badge"}.get(name, name): says for name, says in errors.items()}
        return _form(page, {name: form.one(name) for name in FIELDS}, form.all("roles"), errors)
    return go(f"/admin/accounts/{made.id}?done=added")


@router.get("/admin/accounts/{account_id}")
async def one_account(request: Request, page: OpenPage, actor: AccountKeeper, held: Held, tx: Transaction) -> Response:
    """One account: offices over time, invitation, disabling."""
    return await _page(page, tx, held, done=DONE.get(request.query_params.get("done", ""), ""))


async def _page(
    page: Page, tx: AsyncSession, held: Account, errors: dict[str, str] | None = None, done: str = "", role: str = ""
) -> Response:
    record(tx, "account.read", ("account", held.id))
    offices = await accounts.offices_of(tx, held.id)
    holds = {each.role for each in offices if each.ended_at is None}
    posting: Posting | None = None
    if held.officer_id is not None:
        posting = (await last_names(tx, {held.officer_id})).get(held.officer_id)
    return show(
        page,
        "admin/account.html",
        errors,
        account=held,
        posting=posting,
        held_offices=[each for each in offices if each.ended_at is None],
        past_offices=[each for each in offices if each.ended_at is not None],
        hints=OFFICE_HINTS,
        options=[each for each in office_options() if each.code not in holds],
        is_own=held.id == page.actor.account_id,
        has_password=held.password_hash != UNSET,
        invitation=await open_invitation(tx, held.id),
        done=done,
        role=role,
    )


@router.post("/admin/accounts/{account_id}/roles")
async def grant(
    page: OpenPage, actor: AccountKeeper, held: Held, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Give an office."""
    _refuse_old(form, held)
    asked = form.one("role")
    errors: dict[str, str] = {}
    if asked not in set(Role):
        errors["role"] = NEEDED["role"]
    else:
        with Gathered(errors, NEEDED):
            await accounts.grant(tx, actor, held, Role(asked))
    if errors:
        return await _page(page, tx, held, {"role": next(iter(errors.values()))}, role=asked)
    return go(f"/admin/accounts/{held.id}?done=granted")


@router.post("/admin/accounts/{account_id}/roles/{role}/end")
async def end_role(
    actor: AccountKeeper, held: Held, role: str, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Take an office away."""
    _refuse_old(form, held)
    if role not in set(Role):
        raise NotFound
    await accounts.end_role(tx, actor, held, Role(role))
    return go(f"/admin/accounts/{held.id}?done=ended")


@router.post("/admin/accounts/{account_id}/disable")
async def disable(actor: AccountKeeper, held: Held, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """End an account's access with the next request."""
    _refuse_old(form, held)
    accounts.refuse_own(actor, held)
    await actions.disable_account(tx, held)
    return go(f"/admin/accounts/{held.id}?done=disabled")


@router.post("/admin/accounts/{account_id}/enable")
async def enable(actor: AccountKeeper, held: Held, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Let a disabled account sign in again."""
    _refuse_old(form, held)
    await accounts.enable(tx, actor, held)
    return go(f"/admin/accounts/{held.id}?done=enabled")


@router.post("/admin/accounts/{account_id}/invitation")
async def invite(page: OpenPage, actor: AccountKeeper, held: Held, form: SessionForm, tx: Transaction) -> Response:
    """Make a secret and show it once. The answer is kept nowhere: sending this again ends this one."""
    made = await make_invitation(tx, actor, held)
    return show(
        page,
        "admin/invitation_made.html",
        account=held,
        secret=made.secret,
        expires_at=made.invitation.expires_at,
        address=f"{page.request.app.state.settings.base_url}/invitation",
    )
