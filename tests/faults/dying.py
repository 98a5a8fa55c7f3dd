"""A server that is killed after the commit and before the answer, once, where a marker file asks for it."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from app.main import server as real_server

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
MARKER = Path(os.environ.get("DIES_AT", "/nonexistent"))


class Dying:
    """SIGKILL in place of the first byte of an answer: all that the transaction did is then already on disk."""

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        async def send_or_die(message: Message) -> None:
            if message["type"] == "http.response.start" and MARKER.exists():
                MARKER.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
            await send(message)

        await self.app(scope, receive, send_or_die)


def server() -> Dying:
    return Dying(real_server())
