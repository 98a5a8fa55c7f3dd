"""One request, one transaction, committed before the answer; the only place that commits for a request.

An act with an Idempotency-Key keeps its answer in the same transaction, so a retry after a lost answer gets the first
one again and changes nothing (S49).
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Header, HTTPException, Request, Response, params
from fastapi.routing import APIRoute
from pydantic import BeforeValidator
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.direct import add_last, ask
from app.errors import Conflict, Invalid, Malformed
from app.http.models import KeptAnswer
from app.http.sealed import name_of, seal, unseal
from app.http.strict_json import read_json

AfterCommit = Callable[[Response], Awaitable[Response]]
KEY_CHARACTERS = (16, 128)
TAKE_KEY = """
    SELECT is_free, request_sha256, status, headers, body
    FROM take_key(%(account)s, %(act)s, %(key)s, %(name)s)
"""


@dataclass(eq=False)
class IdempotencyRequired(Malformed):
    """Send an Idempotency-Key of 16 to 128 characters, a fresh one for each act."""


@dataclass(eq=False)
class IdempotencyMismatch(Invalid):
    """This Idempotency-Key was used with another body."""


@dataclass(eq=False)
class IdempotencyInProgress(Conflict):
    """The first request with this Idempotency-Key is still running."""


@dataclass
class Once:
    """The key of this act and where its answer belongs."""

    account_id: uuid.UUID
    agency_id: uuid.UUID
    route: str
    key: str
    request_sha256: bytes
    opens_with: str | None = None
    """The key that was sent, where the answer holds a secret: `key` is then only its name."""


@dataclass(eq=False)
class Replay(Exception):
    """Not an error: the answer was given before."""

    answer: KeptAnswer


@dataclass
class Course:
    """What one request gathers on its way."""

    tx: AsyncSession
    once: Once | None = None
    after_commit: list[AfterCommit] = field(default_factory=list)


def course(request: Request) -> Course:
    found: Course = request.state.course
    return found


def _lenient_id(value: Any) -> uuid.UUID:
    """One spelling for one record: an act under another address would be another act."""
    written = str(value).lower()
    return uuid.UUID(written) if CANONICAL_ID.fullmatch(written) else NOWHERE


NOWHERE = uuid.UUID(int=0)
CANONICAL_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
PathId = Annotated[uuid.UUID, BeforeValidator(_lenient_id)]
"""An id of a path; what is no UUID is as absent as an unknown one (S3)."""


async def transaction(request: Request) -> AsyncSession:
    return course(request).tx


Transaction = Annotated[AsyncSession, Depends(transaction)]


def request_id(request: Request) -> str:
    found: str = request.state.request_id
    return found


class Act(APIRoute):
    """A route whose whole work is one transaction."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        takes_json = self.body_field is not None and not isinstance(self.body_field.field_info, params.Form)
        gives_json = self.response_field is not None

        async def handle(request: Request) -> Response:
            if gives_json and not _accepts_json(request.headers.getlist("accept")):
                raise HTTPException(406)
            await _read_body(request, takes_json=takes_json)
            async with request.app.state.sessions.begin() as tx:
                tx.info["request_id"] = request_id(request)
                request.state.course = way = Course(tx)
                try:
                    response = await answer(request)
                except Replay as replay:
                    response = _again(replay.answer)
                else:
                    if way.once is not None and response.status_code < 400:
                        kept = _kept(way.once, response)
                        add_last(tx, lambda _: kept)
            for amend in way.after_commit:
                response = await amend(response)
            return response

        return handle


def _accepts_json(headers: list[str]) -> bool:
    asked = [part.lower().replace(" ", "").split(";") for part in ",".join(headers).split(",") if part.strip()]
    refused = {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return not asked or any(kind in JSON_RANGES and refused.isdisjoint(more) for kind, *more in asked)


JSON_RANGES = frozenset({"*/*", "application/*", "application/json"})


async def _read_body(request: Request, *, takes_json: bool) -> None:
    """Parse JSON strictly before FastAPI does; it then finds the value ready. Raises HTTPException 415."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json")):
        body = await request.body()
        if body:
            request._json = read_json(body)
    elif takes_json and await request.body():
        raise HTTPException(415)


def _kept(once: Once, response: Response) -> KeptAnswer:
    body = bytes(response.body)
    kept = {name: response.headers[name] for name in ("content-type", "location", "etag") if name in response.headers}
    return KeptAnswer(
        agency_id=once.agency_id,
        account_id=once.account_id,
        route=once.route,
        key=once.key,
        request_sha256=once.request_sha256,
        status=response.status_code,
        headers=kept,
        body=body if once.opens_with is None else seal(once.opens_with, body),
    )


def _again(kept: KeptAnswer) -> Response:
    return Response(kept.body, kept.status, {**kept.headers, "Idempotency-Replayed": "true"})


async def begin_once(
    request: Request, account_id: uuid.UUID, agency_id: uuid.UUID, key: str | None, *, is_secret: bool = False
) -> None:
    """Find the kept answer of this key, or take the key for this transaction. `is_secret`: it is kept sealed.

    Raises IdempotencyRequired, IdempotencyMismatch, IdempotencyInProgress, or Replay with the first answer.
    """
    if (
        key is None
        or not KEY_CHARACTERS[0] <= len(key) <= KEY_CHARACTERS[1]
        or not key.isascii()
        or not key.isprintable()
    ):
        raise IdempotencyRequired
    way = course(request)
    act = f"{request.method} {quote(request.url.path)}"  # a NUL of the path is nothing the database could take
    kept_as, opens_with = (name_of(key), key) if is_secret else (key, None)
    once = Once(account_id, agency_id, act, kept_as, hashlib.sha256(await request.body()).digest(), opens_with)
    name = json.dumps([str(account_id), act, kept_as])
    found = await ask(way.tx, TAKE_KEY, {"account": account_id, "act": act, "key": kept_as, "name": name})
    is_free, request_sha256, status, headers, body = found[0]
    if not is_free:
        raise IdempotencyInProgress
    if status is not None:
        if request_sha256 != once.request_sha256:
            raise IdempotencyMismatch
        raise Replay(KeptAnswer(status=status, headers=headers, body=unseal(key, body) if is_secret else body))
    way.once = once


IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="16 to 128 characters, fresh for each act; a retry repeats it"),
]
