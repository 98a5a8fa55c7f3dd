"""The right stands in the route's signature and brings the record; a route without a door stops the start (S4)."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.openapi.models import OAuth2, OAuthFlowClientCredentials, OAuthFlowPassword, OAuthFlows
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Gate, Granted, Inside, refuse_out_of_scope, refuse_without_office
from app.access.rights import SCOPES, Right
from app.agencies.sign_in import read_bearer, read_session
from app.errors import Forbidden, Unauthenticated
from app.http.conditions import IfMatch, refuse_stale
from app.http.route import NOWHERE, IdempotencyKey, PathId, Transaction, begin_once

COOKIE = "__Host-session"
PLAIN_COOKIE = "session"
"""Without https (a demo on one machine) browsers refuse the __Host- prefix."""

TOKEN_URL = "/v1/auth/token"  # noqa: S105 - an address
bearer = OAuth2PasswordBearer(tokenUrl=TOKEN_URL, auto_error=False)
bearer.model = OAuth2(
    flows=OAuthFlows(
        password=OAuthFlowPassword(tokenUrl=TOKEN_URL),
        clientCredentials=OAuthFlowClientCredentials(
            tokenUrl=TOKEN_URL, scopes={str(scope): says for scope, says in SCOPES.items()}
        ),
    )
)


@dataclass(frozen=True)
class Door:
    """How a route is guarded, readable for the start-up check and the tests."""

    kind: str
    right: Right | None = None
    why: str = ""
    or_right: Right | None = None


async def by_bearer(request: Request, tx: Transaction, token: Annotated[str | None, Security(bearer)] = None) -> Actor:
    """The actor of an API call."""
    if token is None:
        raise Unauthenticated
    actor = await read_bearer(tx, request.app.state.tokens, token)
    request.state.actor = actor
    return actor


def cookie_name(request: Request) -> str:
    return COOKIE if request.app.state.settings.is_https else PLAIN_COOKIE


async def by_session(request: Request, tx: Transaction) -> Actor:
    """The actor of a page."""
    token = request.cookies.get(cookie_name(request))
    if not token:
        raise Unauthenticated
    settings = request.app.state.settings
    signed_in = await read_session(
        tx,
        token,
        idle=timedelta(minutes=settings.session_idle_minutes),
        absolute=timedelta(hours=settings.session_hours),
    )
    request.state.actor = signed_in.actor
    request.state.account = signed_in.account
    request.state.session_ends_at = signed_in.ends_at
    return signed_in.actor


ApiActor = Annotated[Actor, Depends(by_bearer)]
PageActor = Annotated[Actor, Depends(by_session)]

DOORS: dict[Callable[..., Any], Door] = {}
"""Which dependency guards how: filled as routes are declared, walked once at start."""


def guard(door: Door, call: Callable[..., Any]) -> Any:
    """Make `call` a dependency that counts as a route's door."""
    DOORS[call] = door
    return Depends(call)


def needs(
    right: Right,
    gate: Gate[Any],
    param: str,
    *,
    or_right: Right | None = None,
    match: bool = False,
    once: bool = False,
    page: bool = False,
) -> Any:
    """Fetch the record named by path parameter `param` through `gate`, with `right` or else with `or_right`.

    `match`: If-Match is required. `once`: an Idempotency-Key is, and its first answer is repeated only to those whom
    the gate still lets in (S1). The dependency's value is a Granted of the gate's record.
    Raises NotFound, Forbidden, Stale, PreconditionRequired, IdempotencyRequired.
    """
    who = by_session if page else by_bearer

    async def bring(request: Request, tx: Transaction, actor: Actor = Depends(who), **path: Any) -> Granted[Any]:
        granted = await _fetch(tx, gate, actor, path[param], right, or_right)
        if once:
            await begin_once(request, actor.account_id, actor.agency_id, path["key"])
        if match:
            refuse_stale(request, granted.record.version)
        return granted

    return guard(Door("record", right, or_right=or_right), _with_path(bring, param, once=once, match=match))


async def _fetch(
    tx: AsyncSession, gate: Gate[Any], actor: Actor, object_id: uuid.UUID, right: Right, or_right: Right | None
) -> Granted[Any]:
    try:
        return await gate.fetch(tx, actor, object_id, right)
    except Forbidden:
        if or_right is None:
            raise
        return await gate.fetch(tx, actor, object_id, or_right)


def needs_inside(
    right: Right,
    gate: Gate[Any],
    param: str,
    of: type[Any],
    around: Callable[[uuid.UUID], Select[uuid.UUID]],
    *,
    or_right: Right | None = None,
    match: bool = False,
    once: bool = False,
    page: bool = False,
) -> Any:
    """As `needs`, for a record of kind `of` that is guarded by the one it belongs to, whose id `around` selects.

    `match` compares the version of the inner record. The dependency's value is an Inside.
    """
    who = by_session if page else by_bearer

    async def bring(request: Request, tx: Transaction, actor: Actor = Depends(who), **path: Any) -> Inside[Any, Any]:
        holder_id = (await tx.execute(around(path[param]))).scalar()
        granted = await _fetch(tx, gate, actor, holder_id or NOWHERE, right, or_right)
        if once:
            await begin_once(request, actor.account_id, actor.agency_id, path["key"])
        # Read after the lock, so that what is judged is what stands.
        inner = await tx.get_one(of, path[param], populate_existing=True)
        if match:
            refuse_stale(request, inner.version)
        return Inside(inner, granted)

    return guard(Door("record", right, or_right=or_right), _with_path(bring, param, once=once, match=match))


def _with_path(call: Callable[..., Any], param: str, *, once: bool, match: bool) -> Callable[..., Any]:
    """Give a dependency the path parameter `param`, the key of an act and If-Match, so that the contract shows them."""
    known = [p for p in inspect.signature(call, eval_str=True).parameters.values() if p.kind is not p.VAR_KEYWORD]
    named = inspect.Parameter(param, inspect.Parameter.KEYWORD_ONLY, annotation=PathId)
    key = inspect.Parameter("key", inspect.Parameter.KEYWORD_ONLY, annotation=IdempotencyKey, default=None)
    version = inspect.Parameter("if_match", inspect.Parameter.KEYWORD_ONLY, annotation=IfMatch, default=None)
    wanted = [*known, named, *([key] if once else []), *([version] if match else [])]
    call.__signature__ = inspect.Signature(wanted)  # type: ignore[attr-defined]
    return call


def holds(right: Right, *, page: bool = False) -> Any:
    """The actor, if one of their offices holds `right` over the agency. Raises Forbidden."""
    who = by_session if page else by_bearer

    async def ask(actor: Actor = Depends(who)) -> Actor:
        refuse_without_office(actor, right)
        return actor

    return guard(Door("office", right), ask)


def listing(right: Right, *, page: bool = False) -> Any:
    """The actor, for a list that a gate filters: what they may not see is not in it."""
    who = by_session if page else by_bearer

    async def ask(actor: Actor = Depends(who)) -> Actor:
        refuse_out_of_scope(actor, right)
        return actor

    return guard(Door("list", right), ask)


def signed_in(why: str, *, page: bool = False) -> Any:
    """The actor, whoever it is; `why` says why no right is needed."""
    who = by_session if page else by_bearer

    async def ask(actor: Actor = Depends(who)) -> Actor:
        return actor

    return guard(Door("signed-in", why=why), ask)


def open_to_all(why: str) -> Any:
    """No sign-in; `why` says why nothing here needs one."""

    async def ask() -> None:
        return None

    return guard(Door("open", why=why), ask)


async def _once(request: Request, actor: ApiActor, key: IdempotencyKey = None) -> None:
    await begin_once(request, actor.account_id, actor.agency_id, key)


async def _once_sealed(request: Request, actor: ApiActor, key: IdempotencyKey = None) -> None:
    await begin_once(request, actor.account_id, actor.agency_id, key, is_secret=True)


ONCE = Depends(_once)
"""In a route's `dependencies`: this act takes an Idempotency-Key."""
ONCE_SEALED = Depends(_once_sealed)
"""The same, where the answer holds a secret."""
