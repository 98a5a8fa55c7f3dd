"""API clients: made by an administrator with a secret shown once, revoked from the next request on.

A client is an account that holds no office and cannot sign in at a page. All that it may do is what it was registered
for, and none of that is more than the one who registers it may do (app/access/rights.py).
"""

from __future__ import annotations

import base64
import binascii
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.rights import scopes_now
from app.agencies.actions import AlreadyThere
from app.agencies.client_schemas import ClientIn
from app.agencies.keeping import ApiClient
from app.agencies.models import Account
from app.agencies.passwords import UNSET, hash_password, is_right
from app.agencies.sign_in import FORGET_TRIES, Refused, open_pair
from app.audit.log import OPERATOR_LOG, record, say_who
from app.db.session import speak_for, time_of
from app.errors import Fault, NotFound, Unauthenticated, Validation

CANDIDATE = text("SELECT agency_id, secret_hash FROM client_candidate(:client)")
MOST = 500


@dataclass(frozen=True)
class Made:
    client: ApiClient
    secret: str
    """Told once, never kept."""


async def make_client(tx: AsyncSession, by: Actor, said: ClientIn) -> Made:
    """A machine account with its secret. Raises AlreadyThere where a client that stands has this name."""
    standing = select(ApiClient.id).where(ApiClient.name == said.name, ApiClient.revoked_at.is_(None))
    if await tx.scalar(standing) is not None:
        raise AlreadyThere("name")
    secret = secrets.token_urlsafe(32)
    account = Account(id=uuid.uuid4(), agency_id=by.agency_id, email=_no_address(), name=said.name, password_hash=UNSET)
    tx.add(account)
    await tx.flush()
    client = ApiClient(
        id=account.id,
        agency_id=by.agency_id,
        name=said.name,
        scopes=sorted(set(said.scopes)),
        secret_hash=hash_password(secret),
        made_by=by.account_id,
        created_at=time_of(tx),
    )
    tx.add(client)
    record(tx, "client.made", ("api_client", client.id), scopes=client.scopes)
    return Made(client, secret)


def _no_address() -> str:
    return f"{secrets.token_hex(16)}@api-client.invalid"


async def all_clients(tx: AsyncSession, agency_id: uuid.UUID) -> Sequence[ApiClient]:
    """Those that stand first, each by name; at most 500."""
    query = select(ApiClient).order_by(ApiClient.revoked_at.desc().nulls_first(), ApiClient.name, ApiClient.id)
    found = (await tx.scalars(query.limit(MOST))).all()
    record(tx, "client.listed", ("agency", agency_id), ids=[each.id for each in found], count=len(found))
    return found


async def client_by_id(tx: AsyncSession, client_id: uuid.UUID) -> ApiClient:
    """Locked. Raises NotFound."""
    client = await tx.get(ApiClient, client_id, with_for_update=True)
    if client is None:
        raise NotFound
    return client


async def revoke(tx: AsyncSession, client: ApiClient) -> ApiClient:
    """End a client for good: its secret and all its tokens, from their next request on."""
    if client.revoked_at is None:
        client.revoked_at = time_of(tx)
        account = await tx.get_one(Account, client.id, with_for_update=True)
        account.disabled_at = client.revoked_at
        account.version += 1
        record(tx, "client.revoked", ("api_client", client.id))
    return client


@dataclass(frozen=True)
class Credentials:
    client_id: str
    secret: str


def credentials_of(authorization: str | None, client_id: str | None, secret: str | None) -> Credentials:
    """What a client showed: a Basic header (RFC 6749 2.3.1) or two fields of the form, never both.

    Raises Validation where there is neither, Unauthenticated for a header that cannot be read.
    """
    kind, _, rest = (authorization or "").partition(" ")
    if kind.lower() != "basic":
        missing = [name for name, value in (("client_id", client_id), ("client_secret", secret)) if value is None]
        if missing:
            raise Validation(tuple(Fault(f"/{name}", "missing") for name in missing))
        return Credentials(client_id or "", secret or "")
    if secret is not None:
        raise Validation((Fault("/client_secret", "twice", "send the secret in the header or in the form"),))
    try:
        name, colon, shown = base64.b64decode(rest.strip(), validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthenticated from None
    if not colon:
        raise Unauthenticated
    return Credentials(unquote_plus(name), unquote_plus(shown))


@dataclass(frozen=True)
class SignedClient:
    client: ApiClient
    scopes: frozenset[str]
    """What its token may be used for."""


async def sign_in_client(tx: AsyncSession, shown: Credentials, scope: str | None, source: str) -> SignedClient:
    """The client of these credentials. Raises Unauthenticated, the same and after the same time for every reason.

    Throttled as people are: five bad tries block this pair of client and source alone (S39). Raises Validation for a
    scope that the client was not registered for.
    """
    pair = await open_pair(tx, f"client {shown.client_id}", source)
    client_id = _id(shown.client_id)
    found = (await tx.execute(CANDIDATE, {"client": client_id})).one_or_none()
    if not await is_right(shown.secret, found.secret_hash if found else None):
        agency_id, known = (found.agency_id, client_id) if found else (OPERATOR_LOG, None)
        raise Unauthenticated from Refused(agency_id, known, pair, "client.refused", "api_client", "secret")
    assert found is not None
    await tx.execute(FORGET_TRIES, {"pair": pair})
    await speak_for(tx, found.agency_id)
    client = await client_by_id(tx, client_id)
    scopes = scopes_now(client.scopes, scope) or frozenset()
    if scope is not None and (not scope.split() or not scopes.issuperset(scope.split())):
        raise Validation((Fault("/scope", "scope", "this client was not registered for it"),))
    account = await tx.get_one(Account, client.id)
    say_who(
        tx,
        Actor(account.id, account.agency_id, account.pseudonym, account.name, frozenset(), scopes=scopes),
    )
    client.last_used_at = time_of(tx)
    return SignedClient(client, scopes)


def _id(written: str) -> uuid.UUID:
    try:
        return uuid.UUID(written)
    except ValueError:
        return uuid.UUID(int=0)
