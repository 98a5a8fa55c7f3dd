"""Accounts and the offices they hold. Every request reads them afresh, so each change bites on the next one (S7)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor, Role
from app.agencies.actions import refuse_incompatible
from app.agencies.keeping import ApiClient
from app.agencies.models import Account, AccountRole
from app.audit.log import record
from app.db.session import time_of
from app.errors import Conflict, Fault, NotFound, Validation

OFFICES_MOST = 4


@dataclass(eq=False)
class OwnAccount(Conflict):
    """Nobody changes their own access: another administrator has to do it."""


def of_people() -> Select[Account]:
    """All accounts but those of API clients, which hold no office, are not invited and never sign in at a page."""
    return select(Account).where(Account.id.not_in(select(ApiClient.id)))


async def account_by_id(tx: AsyncSession, account_id: uuid.UUID) -> Account:
    """A person's, locked. Raises NotFound."""
    query = of_people().where(Account.id == account_id).with_for_update(of=Account)
    account: Account | None = await tx.scalar(query.execution_options(populate_existing=True))
    if account is None:
        raise NotFound
    return account


async def offices_of(tx: AsyncSession, account_id: uuid.UUID) -> Sequence[AccountRole]:
    """All offices an account holds or held, those held now first."""
    query = select(AccountRole).where(AccountRole.account_id == account_id)
    order = (AccountRole.ended_at.desc().nulls_first(), AccountRole.granted_at, AccountRole.role)
    return (await tx.scalars(query.order_by(*order))).all()


async def offices_now(tx: AsyncSession) -> dict[uuid.UUID, list[Role]]:
    """The offices held now, by account."""
    query = select(AccountRole.account_id, AccountRole.role).where(AccountRole.ended_at.is_(None))
    held: dict[uuid.UUID, list[Role]] = {}
    for account_id, role in (await tx.execute(query.order_by(AccountRole.role))).all():
        held.setdefault(account_id, []).append(role)
    return held


async def grant(tx: AsyncSession, by: Actor, account: Account, role: Role) -> AccountRole | None:
    """Give an office; nothing where it is held already. Raises OwnAccount, Validation (S40)."""
    refuse_own(by, account)
    held = {each.role for each in await offices_of(tx, account.id) if each.ended_at is None}
    if role in held:
        return None
    refuse_incompatible(frozenset(held | {role}), account.officer_id)
    if len(held) >= OFFICES_MOST:
        raise Validation((Fault("/roles", "too_many", "nobody holds more than four offices"),))
    given = AccountRole(
        agency_id=account.agency_id,
        account_id=account.id,
        role=role,
        granted_by=by.account_id,
        granted_at=time_of(tx),
    )
    tx.add(given)
    account.version += 1
    record(tx, "role.granted", ("account", account.id), role=role)
    return given


async def end_role(tx: AsyncSession, by: Actor, account: Account, role: Role) -> None:
    """Take an office away; when it was held stays on file. Raises OwnAccount, NotFound."""
    refuse_own(by, account)
    held = next((e for e in await offices_of(tx, account.id) if e.role == role and e.ended_at is None), None)
    if held is None:
        raise NotFound
    held.ended_at = time_of(tx)
    account.version += 1
    record(tx, "role.ended", ("account", account.id), role=role)


async def enable(tx: AsyncSession, by: Actor, account: Account) -> Account:
    """Let a disabled account sign in again, with the offices it holds. Raises OwnAccount."""
    refuse_own(by, account)
    if account.disabled_at is not None:
        account.disabled_at = None
        account.version += 1
        record(tx, "account.enabled", ("account", account.id))
    return account


def refuse_own(by: Actor, account: Account) -> None:
    if by.account_id == account.id:
        raise OwnAccount
