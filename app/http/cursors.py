"""Cursor pages: position in a keyset, signed so that nobody makes one up; it tells nothing but the position."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from app.errors import Malformed

LIMIT = 50
LIMIT_MOST = 200

Limit = Annotated[int, Query(ge=1, le=LIMIT_MOST, description="rows of one page")]
Cursor = Annotated[str | None, Query(max_length=500, description="from the Link header of the page before")]


@dataclass(eq=False)
class BadCursor(Malformed):
    """This page cursor was not given out by this service."""


def _mac(key: str, scope: str, body: bytes) -> bytes:
    return hmac.new(key.encode(), scope.encode() + b"\0" + body, hashlib.sha256).digest()[:16]


def write_cursor(key: str, scope: str, position: list[Any]) -> str:
    """`scope` binds it to one list of one account."""
    body = json.dumps(position, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mac(key, scope, body) + body).decode().rstrip("=")


def read_cursor(key: str, scope: str, cursor: str) -> list[Any]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        mac, body = raw[:16], raw[16:]
        if not hmac.compare_digest(mac, _mac(key, scope, body)):
            raise BadCursor
        position = json.loads(body)
    except (ValueError, TypeError):
        raise BadCursor from None
    if not isinstance(position, list):
        raise BadCursor
    return position


def link_next(request: Request, response: Response, cursor: str | None, limit: int) -> None:
    """Name the next page in the Link header (RFC 8288); no header on the last one."""
    if cursor is not None:
        asked = [pair for pair in request.query_params.multi_items() if pair[0] not in ("cursor", "limit")]
        pairs = urlencode([*asked, ("cursor", cursor), ("limit", str(limit))])
        response.headers["Link"] = f'<{request.url.path}?{pairs}>; rel="next"'
