"""The people of the demo as API clients: each call goes through the whole application, in this process, without socket.

What the demo shows was so filed and worked by the same routes, rights and walls as anyone's.
"""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI


class NotAsPlanned(Exception):
    """A route refused what the story needs: the demo is wrong, or the service is."""


@dataclass(frozen=True)
class Answer:
    status: int
    etag: str
    body: Any


@dataclass(frozen=True)
class Client:
    """One signed-in person."""

    app: FastAPI
    account_id: uuid.UUID
    agency_id: uuid.UUID
    officer_id: uuid.UUID | None = None

    async def get(self, path: str) -> Any:
        return (await self.call("GET", path)).body

    async def post(self, path: str, body: Any) -> Any:
        return (await self.call("POST", path, body)).body

    async def put(self, path: str, body: Any, seen: str | None = None) -> Any:
        return (await self.call("PUT", path, body, seen)).body

    async def step(self, case_id: str, step: str, **facts: Any) -> Any:
        """Take a step from the version the case has now."""
        seen = await self.call("GET", f"/v1/cases/{case_id}")
        return (await self.call("POST", f"/v1/cases/{case_id}/steps", {"step": step, **facts}, seen.etag)).body

    async def call(self, method: str, path: str, body: Any = None, seen: str | None = None) -> Answer:
        """One request. Raises NotAsPlanned for anything but success."""
        token, _ = self.app.state.tokens.issue(str(self.account_id), str(self.agency_id), datetime.now(UTC), 10)
        headers = {"authorization": f"Bearer {token}", "idempotency-key": secrets.token_urlsafe(24)}
        content = b""
        if body is not None:
            content = json.dumps(body, default=str).encode()
            headers["content-type"] = "application/json"
            headers["content-length"] = str(len(content))
        if seen is not None:
            headers["if-match"] = seen
        answer = await _run(self.app, method, path, headers, content)
        if answer.status >= 400:
            raise NotAsPlanned(f"{method} {path}: {answer.status} {answer.body}")
        return answer


async def _run(app: FastAPI, method: str, path: str, headers: dict[str, str], content: bytes) -> Answer:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path.partition("?")[0],
        "raw_path": path.partition("?")[0].encode(),
        "query_string": path.partition("?")[2].encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
    }
    waiting = [{"type": "http.request", "body": content, "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    given = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    raw = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    is_json = "json" in given.get("content-type", "")
    return Answer(start["status"], given.get("etag", ""), json.loads(raw) if is_json and raw else None)
