"""ETag and If-Match: nobody changes what they have not seen (S50)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Request, Response

from app.errors import PreconditionRequired, Stale

IfMatch = Annotated[str | None, Header(description="the ETag of the version you mean to change")]

IfMatchLatest = Annotated[
    str | None, Header(alias="If-Match", description="the ETag of the latest one, where there is one already")
]


def etag(version: int) -> str:
    return f'"{version}"'


def tag(response: Response, version: int) -> None:
    response.headers["ETag"] = etag(version)


def refuse_stale(request: Request, version: int) -> None:
    """Raises PreconditionRequired without If-Match, Stale where it names another version. `*` is not taken."""
    asked = request.headers.get("if-match")
    if asked is None:
        raise PreconditionRequired
    if etag(version) not in [part.strip() for part in asked.split(",")]:
        raise Stale
