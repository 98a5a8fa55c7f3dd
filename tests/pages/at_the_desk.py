"""Somebody at the pages of one case, and what they read there, without a browser."""

from __future__ import annotations

import re
import uuid
from typing import Any

import httpx2

from tests.pages.test_guard import Browser
from tests.proceedings.walk import Walk
from tests.world import Person, World


class Desk(Browser):
    """Somebody at the pages of one case, without a browser: reads and sends what the forms would."""

    case_id = ""

    async def takes(self, person: Person, walk: Walk) -> Desk:
        await self.sign_in(person)
        self.case_id = walk.case_id
        return self

    async def read(self, path: str = "") -> httpx2.Response:
        return await self.get(f"/cases/{self.case_id}{path}")

    async def send(self, path: str, **fields: Any) -> httpx2.Response:
        given = {"form_token": await self.token(), "once": uuid.uuid4().hex, **fields}
        return await self.post(f"/cases/{self.case_id}{path}", given)

    async def text(self, path: str = "") -> str:
        answer = await self.read(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return words(answer.text)


def words(html: str) -> str:
    """What a page says, in one line."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("&#39;", "'")


def sent(answer: httpx2.Response, done: str) -> None:
    assert answer.status_code == 303, words(answer.text)
    assert f"done={done}" in answer.headers["location"]


def kinds_of(world: World, answer: httpx2.Response) -> list[str]:
    request = answer.headers["x-request-id"]
    return [entry["what"]["kind"] for entry in world.entries() if entry["what"]["req"] == request]
