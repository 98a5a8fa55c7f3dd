"""How other processes ask the signer: one line over its local socket, and no waiting for one that is away."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.audit.tlog import leaf_hash

ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True)
class SignerClient:
    """Asks within a time; every failure to answer is None, never an error."""

    socket: Path
    wait_seconds: float

    async def ask(self, **request: str) -> dict[str, Any] | None:
        """The signer's answer, `{"ok": true, ...}` or `{"ok": false, "why": ...}`; None where there is none in time."""
        try:
            async with asyncio.timeout(self.wait_seconds):
                reader, writer = await asyncio.open_unix_connection(self.socket, limit=ANSWER_BYTES)
                try:
                    writer.write(json.dumps(request).encode() + b"\n")
                    await writer.drain()
                    answer = json.loads(await reader.readuntil(b"\n"))
                finally:
                    writer.close()
        except (OSError, TimeoutError, EOFError, asyncio.LimitOverrunError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None

    async def export_note(self, agency_id: uuid.UUID, manifest_sha256: bytes) -> str | None:
        """The signed note over an export's manifest."""
        return _note(await self.ask(ask="export", agency=str(agency_id), sha256=manifest_sha256.hex()))

    async def promise_for(self, agency_id: uuid.UUID, leaf: bytes) -> str | None:
        """The log's promise for a committed leaf; None where the signer is away, behind or does not know it (S21)."""
        return _note(await self.ask(ask="promise", agency=str(agency_id), sha256=leaf_hash(leaf).hex()))


def _note(answer: dict[str, Any] | None) -> str | None:
    note = answer.get("note") if answer is not None else None
    return note if isinstance(note, str) else None
