"""One person at one browser: goes to pages, fills them in, and keeps count of what no page may do."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, FloatRect, Locator, Page, ViewportSize

from app.words import words_in
from tests.world import PASSWORD, Person

DESK = ViewportSize(width=1280, height=900)
PHONE = ViewportSize(width=390, height=844)
ZOOMED = ViewportSize(width=320, height=256)
"""What 400 per cent leaves of 1280 by 1024 (WCAG 1.4.10)."""
LOCALES = {"en": "en-US", "es": "es-US"}
TABS_MOST = 150
LAW = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "section508"]


def rules(*tags: str) -> dict[str, Any]:
    return {"runOnly": {"type": "tag", "values": list(tags)}, "resultTypes": ["violations"]}


def violations(found: Any) -> list[tuple[str, list[Any]]]:
    return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found.response["violations"]]


@dataclass
class Visitor:
    page: Page
    base: str
    mirror: Page
    """Where axe looks at what stands in `page`."""
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: tuple[int, ...] = ()
    """Statuses whose line in the console is no complaint: the test asks for them."""
    is_cut: bool = False
    """The test cuts the line, and the browser says so."""
    language: str = "en"
    """Tests name buttons and links in English; this is what they are looked for in."""
    by_keyboard: bool = False
    """Reaches everything with the Tab key and presses it with keys, as people do who use no pointer."""

    @classmethod
    @asynccontextmanager
    async def comes(
        cls,
        browser: Browser,
        base: str,
        size: ViewportSize,
        *,
        script: bool = False,
        language: str = "en",
        by_keyboard: bool = False,
    ) -> AsyncIterator[Visitor]:
        context = await browser.new_context(
            viewport=size, java_script_enabled=script, is_mobile=False, locale=LOCALES[language]
        )
        mirror = await browser.new_context(viewport=size)
        visitor = cls(
            await context.new_page(), base, await mirror.new_page(), language=language, by_keyboard=by_keyboard
        )
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
        await self.write("#email", person.email)
        await self.write("#password", PASSWORD)
        await self.press("Sign in")

    def said(self, message: str) -> str:
        """A message of the source in the visitor's language."""
        return words_in(self.language).gettext(message)

    async def press(self, says: str) -> None:
        async with self.page.expect_navigation():
            await self._act_on(self.page.get_by_role("button", name=self.said(says), exact=True), "Enter")

    async def follow(self, says: str) -> None:
        async with self.page.expect_navigation():
            await self._act_on(self.page.get_by_role("link", name=self.said(says), exact=True).first, "Enter")

    async def write(self, field: str, text: str) -> None:
        if not self.by_keyboard:
            await self.page.fill(field, text)
            return
        await self.tab_to(self.page.locator(field))
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.type(text)

    async def pick(self, field: str, code: str) -> None:
        """An answer of a drop-down list."""
        if not self.by_keyboard:
            await self.page.select_option(field, code)
            return
        await self.tab_to(self.page.locator(field))
        options = self.page.locator(f"{field} option")
        for n in range(await options.count()):
            if await options.nth(n).get_attribute("value") == code:
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{field} has no answer {code}")

    async def _act_on(self, target: Locator, key: str) -> None:
        if not self.by_keyboard:
            await target.click()
            return
        await self.tab_to(target)
        await self.page.keyboard.press(key)

    async def tab_to(self, target: Locator) -> None:
        """Go on with the Tab key until the target has the focus; it must come up and be seen there."""
        for _ in range(TABS_MOST):
            if await target.evaluate("each => each === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.path}: {target} cannot be reached with the Tab key")

    async def heading(self) -> str:
        return (await self.page.locator("h1").inner_text()).strip()

    async def text(self) -> str:
        return await self.page.locator("main").inner_text()

    async def inspect(self, name: str = "") -> None:
        """The page as it stands has no violation and does not scroll sideways; it is kept as a picture if one asks.

        Axe needs script, which the walk does without: it looks at the same bytes at the same address in a second page.
        Whoever goes by keyboard sees the bytes that others had inspected.
        """
        if self.by_keyboard:
            return
        html, size = await self.page.content(), self.page.viewport_size or DESK
        address = self.page.url.partition("#")[0]
        await self.mirror.route(
            address, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"), times=1
        )
        await self.mirror.set_viewport_size(size)
        await self.mirror.goto(address)
        found = await Axe().run(self.mirror, options=rules(*LAW, "best-practice"))
        await self.mirror.set_viewport_size(ZOOMED)
        wide = await self.mirror.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.path} scrolls sideways by {wide} pixels at 400 per cent"
        assert violations(found) == [], (self.path, violations(found))
        wide = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.path} scrolls sideways by {wide} pixels"
        await self.picture(name)

    async def picture(self, name: str, part: str = "") -> None:
        """Keep the page as a picture if one asks for pictures; with a `part` of it, from there on down."""
        folder = os.environ.get("UPSTANDER_PICTURES")
        if not folder or not name:
            return
        width = (self.page.viewport_size or DESK)["width"]
        height = await self.page.evaluate("document.documentElement.scrollHeight")
        top = "each => each.getBoundingClientRect().top + scrollY - 24"
        above = await self.page.locator(part).evaluate(top) if part else 0
        clip = FloatRect(x=0, y=above, width=width, height=height - above)
        await self.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True, clip=clip)
