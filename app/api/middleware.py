"""Around every request: its id, size limits before parsing, headers on every answer, one log line, one measurement."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

from app.errors import TooLarge
from app.settings import Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

URL_BYTES = 8 * 1024
HEADER_BYTES = 64 * 1024
"""All names and values together (S41)."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; "
    "worker-src 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-frame-options": "DENY",
}
HSTS = "max-age=63072000; includeSubDomains"

log = structlog.get_logger()


class Measures:
    """Counts without any case content; the same for everyone who asks."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "upstander_requests_total", "Answers given", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "upstander_request_seconds", "Time to the answer", ["method", "route"], registry=self.registry
        )


class Around:
    """Pure ASGI: nothing is buffered, and what fails inside is still answered with all headers."""

    def __init__(self, app: App, settings: Settings, measures: Measures) -> None:
        self.app = app
        self.settings = settings
        self.measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._headers(message.get("headers", []), request_id)
            await send(message)

        try:
            if refused := self._refusal(scope):
                await _refuse(send_with_headers, *refused, request_id)
            else:
                limited = _Limited(receive, self.settings.body_bytes)
                await self.app(scope, limited, send_with_headers)
        finally:
            self._tell(scope, status, time.perf_counter() - started, request_id)

    def _refusal(self, scope: Scope) -> tuple[int, str, str] | None:
        if len(scope.get("raw_path", b"")) + len(scope.get("query_string", b"")) > URL_BYTES:
            return 414, "uri-too-long", "The address is too long."
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_BYTES:
            return 431, "headers-too-large", "The headers are too large."
        for name, value in scope["headers"]:
            if name == b"content-length" and (not value.isdigit() or int(value[:20]) > self.settings.body_bytes):
                return 413, "too-large", "More was sent than is taken at once."
        return None

    def _headers(self, given: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
        held = {name.lower() for name, _ in given}
        wanted = {**HEADERS, "cache-control": "no-store", "x-request-id": request_id}
        if self.settings.is_https:
            wanted["strict-transport-security"] = HSTS
        return [*given, *((n.encode(), v.encode()) for n, v in wanted.items() if n.encode() not in held)]

    def _tell(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        context = (scope.get("fastapi") or {}).get("effective_route_context")
        route = getattr(context, "path", None) or "unmatched"
        method = scope["method"] if scope["method"] in METHODS else "other"
        self.measures.requests.labels(method, route, str(status)).inc()
        self.measures.seconds.labels(method, route).observe(seconds)
        log.info(
            "request", request_id=request_id, method=method, route=route, status=status, ms=round(seconds * 1000, 1)
        )


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Limited:
    """Stops a body that was not announced at the limit. Raises TooLarge."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.receive = receive
        self.limit = self.left = limit

    async def __call__(self) -> Message:
        message = await self.receive()
        if message["type"] == "http.request":
            self.left -= len(message.get("body", b""))
            if self.left < 0:
                raise TooLarge(self.limit)
        return message


async def _refuse(send: Send, status: int, slug: str, title: str, request_id: str) -> None:
    body = json.dumps(
        {"type": f"/problems/{slug}", "title": title, "status": status, "request_id": request_id}
    ).encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/problem+json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
