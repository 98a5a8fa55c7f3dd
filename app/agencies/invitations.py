"""The first password of an account: set by its holder with a secret that was shown once to who made the account.

Only for an account that has no password yet: an administrator can never come by the account of someone who works here.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.agencies.accounts import refuse_own
from app.agencies.keeping import Invitation
from app.agencies.models import Account
from app.agencies.passwords import UNSET, Personal, hash_password, refuse_weak
from app.agencies.sign_in import hash_of
from app.audit.log import record
from app.db.session import speak_for, time_of
from app.errors import Conflict, NotFound

HOLDS = timedelta(days=7)
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that are taken for one another."""
INVITATION_AGENCY = text("SELECT agency_id FROM invitation_agency(:token_hash)")


@dataclass(eq=False)
class HasPassword(Conflict):
    """The holder of this account has set a password; nobody else can."""


@dataclass(eq=False)
class InvitationGone(NotFound):
    """This code is not known, was used, or has run out. Ask your administrator for a new one."""


@dataclass(frozen=True)
class Made:
    invitation: Invitation
    secret: str
    """Told once, never kept."""


async def invite(tx: AsyncSession, by: Actor, account: Account) -> Made:
    """A new secret; the one before ends. Raises OwnAccount, HasPassword."""
    refuse_own(by, account)
    if account.password_hash != UNSET:
        raise HasPassword
    await _end_all(tx, account.id)
    secret = _new_secret()
    at = time_of(tx)
    made = Invitation(
        agency_id=account.agency_id,
        token_hash=hash_of(_as_meant(secret)),
        account_id=account.id,
        made_by=by.account_id,
        created_at=at,
        expires_at=at + HOLDS,
    )
    tx.add(made)
    record(tx, "invitation.made", ("account", account.id), expires_at=made.expires_at)
    return Made(made, secret)


async def open_invitation(tx: AsyncSession, account_id: uuid.UUID) -> Invitation | None:
    """The one that can still be used."""
    query = select(Invitation).where(
        Invitation.account_id == account_id, Invitation.ended_at.is_(None), Invitation.expires_at > time_of(tx)
    )
    found: Invitation | None = await tx.scalar(query.limit(1))
    return found


async def accept(tx: AsyncSession, secret: str, password: str) -> Account:
    """Set the first password; the secret is used up. Raises InvitationGone, Validation for a weak password."""
    token_hash = hash_of(_as_meant(secret))
    agency_id = await tx.scalar(INVITATION_AGENCY, {"token_hash": token_hash})
    if agency_id is None:
        raise InvitationGone
    await speak_for(tx, agency_id)
    found = await tx.get(Invitation, token_hash, with_for_update=True)
    if found is None or found.ended_at is not None or found.expires_at <= time_of(tx):
        raise InvitationGone
    account = await tx.get_one(Account, found.account_id, with_for_update=True)
    if account.disabled_at is not None or account.password_hash != UNSET:
        raise InvitationGone
    refuse_weak(password, Personal(account.email, account.name))
    account.password_hash = hash_password(password)
    account.version += 1
    await _end_all(tx, account.id)
    record(tx, "password.set", ("account", account.id))
    return account


def _new_secret() -> str:
    """138 random bits in groups that can be read out on the telephone."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(28))
    return "-".join(drawn[n : n + 4] for n in range(0, len(drawn), 4))


def _as_meant(secret: str) -> str:
    return "".join(letter for letter in secret.upper() if letter in LETTERS)


async def _end_all(tx: AsyncSession, account_id: uuid.UUID) -> None:
    of_account = (Invitation.account_id == account_id, Invitation.ended_at.is_(None))
    await tx.execute(update(Invitation).where(*of_account).values(ended_at=time_of(tx)))
