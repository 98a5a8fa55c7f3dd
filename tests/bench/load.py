"""A small HTTP/1.1 load generator: raw sockets, so that the clients cost little of the two cores they share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Request = Callable[[int], bytes]
"""Bytes of the nth request."""


@dataclass
class Measured:
    """What one run showed; times in milliseconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    def percentile(self, part: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0

    def told(self, expected: int) -> str:
        """What was answered otherwise, for the end of a line."""
        others = {status: count for status, count in self.statuses.items() if status != expected}
        return f"  refused {others}" if others else ""


async def run(port: int, clients: int, seconds: float, request: Request) -> Measured:
    """Keep `clients` connections busy for a bounded time, on loopback only."""
    measured = Measured()
    numbers = iter(range(10**9))
    ends = time.perf_counter() + seconds
    started = time.perf_counter()
    await asyncio.gather(*(_client(port, ends, numbers.__next__, request, measured) for _ in range(clients)))
    measured.seconds = time.perf_counter() - started
    return measured


async def _client(port: int, ends: float, number: Callable[[], int], request: Request, measured: Measured) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while time.perf_counter() < ends:
            begun = time.perf_counter()
            writer.write(request(number()))
            status = await _answer(reader)
            measured.times.append((time.perf_counter() - begun) * 1000)
            measured.statuses[status] = measured.statuses.get(status, 0) + 1
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if length:
        await reader.readexactly(length)
    return status


def post(path: str, token: str, key: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def get(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
