"""Who is asking: password, browser session, bearer token. Read afresh in each request's own transaction (S7)."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor, Role
from app.access.rights import scopes_now
from app.agencies.models import Account, AccountRole, Session
from app.agencies.passwords import is_right
from app.agencies.tokens import BadToken, Tokens
from app.audit.log import OPERATOR_LOG, record, say_who
from app.db.direct import ask
from app.db.session import speak_for, time_of
from app.errors import RateLimited, Unauthenticated

CANDIDATES = text("SELECT account_id, agency_id, password_hash FROM sign_in_candidates(:email)")
SPEAK_AS = "SELECT pseudonym, name, officer_id, roles, scopes FROM speak_as(%(agency)s, %(account)s)"
SESSION_AGENCY = text("SELECT agency_id FROM session_agency(:token_hash)")
TRIES = 5
WINDOW = timedelta(minutes=15)
READ_TRIES = text("SELECT sign_in_tries(:pair, :window)")
COUNT_TRY = text("SELECT count_sign_in_try(:pair, :window)")
FORGET_TRIES = text("SELECT forget_sign_in_tries(:pair)")


@dataclass(frozen=True)
class SignedIn:
    actor: Actor
    account: Account
    ends_at: datetime | None = None
    """When the session ends whatever is done in it; none before one is opened."""


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def short_hash(token: str) -> str:
    """Names a session in the record without being able to stand for it."""
    return hashlib.sha256(b"session:" + token.encode("utf-8", "replace")).hexdigest()[:16]


async def sign_in(tx: AsyncSession, email: str, password: str, source: str) -> SignedIn:
    """The account of this email and password. Raises Unauthenticated, the same for every reason (S38).

    Five bad tries in 15 minutes block this pair of account and source alone (S39); `source` is an address and is kept
    as a keyed hash only. A refused try is told to the caller's handler, which records it.
    """
    pair = await open_pair(tx, email.strip().lower(), source)
    found = (await tx.execute(CANDIDATES, {"email": email.strip()})).all() if "\0" not in email else []
    for candidate in found:
        if await is_right(password, candidate.password_hash):
            await tx.execute(FORGET_TRIES, {"pair": pair})
            await speak_for(tx, candidate.agency_id)
            return await _signed_in(tx, candidate.account_id, "")
    if not found:
        await is_right(password, None)
    known = found[0] if found else None
    raise Unauthenticated from Refused(
        known.agency_id if known else OPERATOR_LOG, known.account_id if known else None, pair
    )


async def open_pair(tx: AsyncSession, who: str, source: str) -> str:
    """The name under which bad tries of this pair are counted. Raises RateLimited where there were too many (S39)."""
    pair = hashlib.sha256(f"{who}\0{source}".encode("utf-8", "replace")).hexdigest()
    if (await tx.scalar(READ_TRIES, {"pair": pair, "window": WINDOW}) or 0) >= TRIES:
        raise RateLimited(retry_after_seconds=int(WINDOW.total_seconds()))
    return pair


@dataclass(eq=False)
class Refused(Exception):
    """Where a refused sign-in belongs in the record, and which pair of account and source it counts against."""

    agency_id: uuid.UUID
    account_id: uuid.UUID | None
    pair: str
    kind: str = "session.refused"
    on: str = "account"
    why: str = "password"


async def count_refused(tx: AsyncSession, refused: Refused) -> None:
    """Count and record a bad try, in a transaction of its own: the one that failed is rolled back."""
    await speak_for(tx, refused.agency_id)
    await tx.execute(COUNT_TRY, {"pair": refused.pair, "window": WINDOW})
    record(tx, refused.kind, (refused.on, refused.account_id), out="denied", code="refused", why=refused.why)


async def was_here(tx: AsyncSession, account: Account) -> bool:
    """Whether this account ever had a session of the pages."""
    return bool(await tx.scalar(select(exists().where(Session.account_id == account.id))))


async def open_session(tx: AsyncSession, signed_in: SignedIn) -> str:
    """A new browser session; returns its token, which is never stored (S34)."""
    token = secrets.token_urlsafe(32)
    at = time_of(tx)
    account = signed_in.account
    tx.add(
        Session(
            agency_id=account.agency_id, token_hash=hash_of(token), account_id=account.id, created_at=at, seen_at=at
        )
    )
    record(tx, "session.opened", ("account", account.id))
    return token


async def end_session(tx: AsyncSession, actor: Actor, token: str) -> None:
    await tx.execute(update(Session).where(Session.token_hash == hash_of(token)).values(ended_at=time_of(tx)))
    record(tx, "session.ended", ("account", actor.account_id))


async def read_session(tx: AsyncSession, token: str, *, idle: timedelta, absolute: timedelta) -> SignedIn:
    """Who holds this session. Raises Unauthenticated where it is unknown, ended or too old."""
    token_hash = hash_of(token)
    agency_id = await tx.scalar(SESSION_AGENCY, {"token_hash": token_hash})
    if agency_id is None:
        raise Unauthenticated
    await speak_for(tx, agency_id)
    session = await tx.get(Session, token_hash)
    at = time_of(tx)
    if session is None or session.ended_at or at - session.seen_at > idle or at - session.created_at > absolute:
        raise Unauthenticated
    if at - session.seen_at > timedelta(seconds=30):
        session.seen_at = at
    signed_in = await _signed_in(tx, session.account_id, short_hash(token))
    return replace(signed_in, ends_at=session.created_at + absolute)


async def read_bearer(tx: AsyncSession, tokens: Tokens, token: str) -> Actor:
    """Whom a bearer token stands for, as they are now. Raises Unauthenticated."""
    try:
        claims = tokens.read(token)
        account_id, agency_id = uuid.UUID(claims["sub"]), uuid.UUID(claims["agency"])
    except (BadToken, ValueError, AttributeError, TypeError):
        raise Unauthenticated from None
    found = await ask(tx, SPEAK_AS, {"agency": agency_id, "account": account_id})
    tx.info["agency_id"] = agency_id
    if not found:
        raise Unauthenticated
    pseudonym, name, officer_id, roles, registered = found[0]
    actor = Actor(
        account_id,
        agency_id,
        pseudonym,
        name,
        frozenset(Role(role) for role in roles),
        officer_id,
        short_hash(claims["jti"]),
        scopes=scopes_now(registered, claims.get("scope")),
    )
    say_who(tx, actor)
    return actor


async def _signed_in(tx: AsyncSession, account_id: uuid.UUID, session: str) -> SignedIn:
    account = await tx.get(Account, account_id)
    if account is None or account.disabled_at is not None:
        raise Unauthenticated
    actor = Actor(
        account_id=account.id,
        agency_id=account.agency_id,
        pseudonym=account.pseudonym,
        name=account.name,
        roles=await _roles(tx, account.id),
        officer_id=account.officer_id,
        session=session,
    )
    say_who(tx, actor)
    return SignedIn(actor, account)


async def _roles(tx: AsyncSession, account_id: uuid.UUID) -> frozenset[Role]:
    held = select(AccountRole.role).where(AccountRole.account_id == account_id, AccountRole.ended_at.is_(None))
    return frozenset((await tx.scalars(held)).all())
