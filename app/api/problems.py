"""Domain errors as RFC 9457 problems; the only place that knows status numbers.

Input is never echoed, and no handler here can fail on what an input holds (S43). What a refusal hides, its cause keeps:
the denial is written to the record in a transaction of its own.
"""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.routing import compile_path

from app.access.actor import Actor
from app.access.gate import Denial
from app.agencies.sign_in import Refused, count_refused
from app.audit.log import record, say_who
from app.db.session import speak_for
from app.errors import (
    AuditUnavailable,
    Conflict,
    DomainError,
    Fault,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    PreconditionRequired,
    RateLimited,
    Stale,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Validation,
)
from app.http.text import in_plain_words
from app.pages.refusals import ask_to_sign_in, is_page, problem_page

STATUS: dict[type[DomainError], int] = {
    Malformed: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Stale: 412,
    TooLarge: 413,
    Invalid: 422,
    PreconditionRequired: 428,
    RateLimited: 429,
    Unavailable: 503,
}
MEDIA_TYPE = "application/problem+json"
HTTP_PROBLEMS = {
    400: ("malformed-body", "The body could not be read."),
    404: ("not-found", NotFound.title()),
    405: ("method-not-allowed", "This address does not take that method."),
    406: ("not-acceptable", "None of the asked-for media types is made here."),
    413: ("too-large", TooLarge.title()),
    415: ("unsupported-media", "Send JSON as application/json."),
}
UNDEFINED_COLUMN_CLASSES = ("22", "23")
"""SQLSTATE classes that an input can provoke past validation: data exceptions and constraints."""

APPENDING = "audit.append("
"""In the statements that a refused commit names: whatever it was, without its entry there is no act (S26)."""

log = structlog.get_logger()


def status_of(error: type[DomainError]) -> int:
    for kind, status in STATUS.items():
        if issubclass(error, kind):
            return status
    return 500


def problems_known() -> list[tuple[int, str, str]]:
    """Status, slug and title of every problem the house can answer, by status."""
    found = {(status, slug, title) for status, (slug, title) in HTTP_PROBLEMS.items()}
    found.add((414, "uri-too-long", "The address is too long."))
    found.add((431, "headers-too-large", "The headers are too large."))
    found.add((500, "internal", "Something went wrong on our side; nothing was stored."))
    kinds = list(STATUS)
    while kinds:
        kind = kinds.pop()
        found.add((status_of(kind), kind.slug(), kind.title()))
        kinds += kind.__subclasses__()
    return sorted(found)


def problem(request: Request, status: int, slug: str, title: str, **facts: Any) -> Response:
    if is_page(request):
        return problem_page(request, status, slug, title, facts)
    body = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "request_id": getattr(request.state, "request_id", ""),
        **facts,
    }
    return JSONResponse(body, status, media_type=MEDIA_TYPE)


async def on_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    status = status_of(type(error))
    await _record_denial(request, error)
    if status == 401 and is_page(request):
        return await ask_to_sign_in(request)
    answer = problem(request, status, type(error).slug(), error.title(), **_shown(error))
    if isinstance(error, RateLimited):
        answer.headers["Retry-After"] = str(error.retry_after_seconds)
    if status == 503:
        answer.headers["Retry-After"] = "5"
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _shown(error: DomainError) -> dict[str, Any]:
    if isinstance(error, Validation):
        return {"errors": [{"pointer": f.pointer, "rule": f.rule, "says": f.says} for f in error.errors]}
    return {name: _plain(value) for name, value in error.facts().items()}


def _plain(value: object) -> object:
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


async def on_validation_error(request: Request, error: Exception) -> Response:
    """Name where and which rule, never the value."""
    assert isinstance(error, RequestValidationError)
    faults = faults_of(error.errors())
    return await on_domain_error(request, Validation(faults))


def faults_of(errors: Any) -> tuple[Fault, ...]:
    faults = []
    for found in list(errors)[:100]:
        steps = [str(step).encode("utf-8", "replace").decode()[:100] for step in found.get("loc", ())]
        where = steps[1:] if steps[:1] == ["body"] else steps
        pointer = "/" + "/".join(step.replace("~", "~0").replace("/", "~1") for step in where)
        faults.append(Fault(pointer, str(found.get("type", "")), _rule_in_words(found)))
    return tuple(faults)


def _rule_in_words(found: dict[str, Any]) -> str:
    """Pydantic's sentence where it cannot hold the input, else nothing."""
    kind = str(found.get("type", ""))
    echoes = kind.startswith(("json", "value_error", "assertion", "datetime", "date", "uuid", "int_parsing", "url"))
    return "" if echoes else in_plain_words(str(found.get("msg", ""))).encode("utf-8", "replace").decode()[:300]


async def on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    slug, title = HTTP_PROBLEMS.get(error.status_code, ("refused", "This request was refused."))
    answer = problem(request, error.status_code, slug, title)
    if error.status_code == 405:
        answer.headers["Allow"] = ", ".join(sorted(_methods_of(request))) or "GET"
    return answer


def _methods_of(request: Request) -> set[str]:
    path = request.scope["path"]
    return {
        method
        for route in iter_route_contexts(request.app.routes)
        if route.path and compile_path(route.path)[0].match(path)
        for method in route.methods or ()
    }


async def on_database_error(request: Request, error: Exception) -> Response:
    """A lost connection is 503; a value that only the database refused is 422; all else is a fault of ours."""
    state = str(getattr(getattr(error, "orig", None), "sqlstate", "") or "")
    if state.startswith(UNDEFINED_COLUMN_CLASSES):
        log.warning("database.refused", sqlstate=state)
        return problem(request, 422, "validation", Validation.title(), errors=[])
    if state in ("40001", "40P01", "55P03"):
        return problem(request, 409, "state-conflict", "Someone else was changing this at the same moment; try again.")
    if isinstance(error, (PoolTimeout, OperationalError)) or state.startswith(("08", "53", "57")):
        return _unavailable(request, Unavailable)
    if APPENDING in str(getattr(error, "statement", "")):
        log.error("audit.unavailable", sqlstate=state)
        return _unavailable(request, AuditUnavailable)
    return await on_fault(request, error)


def _unavailable(request: Request, kind: type[Unavailable]) -> Response:
    answer = problem(request, 503, kind.slug(), kind.title())
    answer.headers["Retry-After"] = "5"
    return answer


async def on_fault(request: Request, error: Exception) -> Response:
    log.error("fault", request_id=getattr(request.state, "request_id", ""), error=type(error).__name__, exc_info=error)
    return problem(request, 500, "internal", "Something went wrong on our side; nothing was stored.")


async def _record_denial(request: Request, error: DomainError) -> None:
    """Write what was refused, in a transaction of its own; the same work for a wall and for an empty place (S3)."""
    cause = error.__cause__
    actor: Actor | None = getattr(request.state, "actor", None)
    denied = isinstance(cause, Denial) and actor is not None
    if not denied and not isinstance(cause, Refused):
        return
    async with request.app.state.sessions.begin() as tx:
        tx.info["request_id"] = getattr(request.state, "request_id", "")
        if isinstance(cause, Refused):
            await count_refused(tx, cause)
        elif isinstance(cause, Denial) and actor is not None:
            await speak_for(tx, actor.agency_id)
            say_who(tx, actor)
            record_denial(tx, cause)


def record_denial(tx: AsyncSession, denial: Denial) -> None:
    of_case = denial.object_id if denial.kind == "case" and denial.because != "absent" else None
    record(
        tx,
        "access.denied",
        (denial.kind, denial.object_id),
        case_id=of_case,
        out="denied",
        code="refused",
        right=denial.right,
        because=denial.because,
    )


def answer_problems(app: FastAPI) -> None:
    """Hang the handlers into the application."""
    app.add_exception_handler(DomainError, on_domain_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(DBAPIError, on_database_error)
    app.add_exception_handler(PoolTimeout, on_database_error)
    app.add_exception_handler(Exception, on_fault)
    app.add_middleware(ServerErrorMiddleware, handler=on_fault)  # its own stands outside, where no headers are added
