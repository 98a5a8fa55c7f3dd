"""One person at one browser: goes to pages, fills them in, and keeps count of what no page may do."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from tests.world import PASSWORD, Person

DESK = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)
LAW = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "section508"]


def rules(*tags: str) -> dict[str, Any]:
    return {"runOnly": {"type": "tag", "values": list(tags)}}


def violations(found: Any) -> list[tuple[str, list[Any]]]:
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found.response["violations"]]


@dataclass
class Visitor:
    page: Page
    base: str
    mirror: BrowserContext
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: tuple[int, ...] = ()
    """Statuses whose line in the console is no complaint: the test asks for them."""
    is_cut: bool = False
    """The test cuts the line, and the browser says so."""

    @classmethod
    @asynccontextmanager
    async def comes(
        cls, browser: Browser, base: str, size: ViewportSize, *, script: bool = False
    ) -> AsyncIterator[Visitor]:
        context = await browser.new_context(viewport=size, java_script_enabled=script, is_mobile=False)
        mirror = await browser.new_context(viewport=size)
        visitor = cls(await context.new_page(), base, mirror)
        visitor.page.on("request", visitor._note_request)
        visitor.page.on("console", lambda line: visitor._note_complaint(line.type, line.text))
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        try:
            yield visitor
        finally:
            await context.close()
            await mirror.close()
        assert visitor.foreign == []
        assert visitor.complaints == []

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((self.base + "/", "data:")):
            self.foreign.append(request.url)

    def _note_complaint(self, kind: str, text: str) -> None:
        if self.is_cut and "ERR_INTERNET_DISCONNECTED" in text:
            return
        if kind in ("error", "warning") and not any(f"status of {status}" in text for status in self.expected):
            self.complaints.append(text)

    async def go(self, path: str) -> int:
        answer = await self.page.goto(self.base + path)
        return answer.status if answer else 0

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.base)

    @property
    def is_narrow(self) -> bool:
        return (self.page.viewport_size or DESK)["width"] < DESK["width"]

    async def sign_in(self, person: Person) -> None:
        await self.go("/sign-in")
        await self.page.fill("#email", person.email)
        await self.page.fill("#password", PASSWORD)
        await self.press("Sign in")

    async def press(self, says: str) -> None:
        async with self.page.expect_navigation():
            await self.page.get_by_role("button", name=says, exact=True).click()

    async def follow(self, says: str) -> None:
        async with self.page.expect_navigation():
            await self.page.get_by_role("link", name=says, exact=True).first.click()

    async def heading(self) -> str:
        return (await self.page.locator("h1").inner_text()).strip()

    async def text(self) -> str:
        return await self.page.locator("main").inner_text()

    async def inspect(self, name: str = "") -> None:
        """The page as it stands has no violation and does not scroll sideways; it is kept as a picture if one asks.

        Axe needs script, which the walk does without: it looks at the same bytes at the same address in a second page.
        """
        html = await self.page.content()
        mirror = await self.mirror.new_page()
        await mirror.route(
            self.page.url, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8")
        )
        await mirror.goto(self.page.url)
        found = await Axe().run(mirror, options=rules(*LAW, "best-practice"))
        await mirror.close()
        assert violations(found) == [], (self.path, violations(found))
        wide = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.path} scrolls sideways by {wide} pixels"
        folder = os.environ.get("UPSTANDER_PICTURES")
        if folder and name:
            width = (self.page.viewport_size or DESK)["width"]
            await self.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
