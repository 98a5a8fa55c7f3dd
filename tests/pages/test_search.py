"""Search at the desk and without one."""

from __future__ import annotations

from tests.pages.browsing import Visitor
from tests.pages.test_guard import Browser, browser
from tests.proceedings.test_search import at_quarry
from tests.world import World, report_body

__all__ = ["browser"]


class TestTheBox:
    async def test_a_supervisor_searches_from_any_page(self, world: World, visitor: Visitor) -> None:
        walk = await at_quarry(world, narrative="A whistle blew in Quarry Lane.")
        await visitor.sign_in(world.sergeant)
        await visitor.page.fill("#frame-search", "quarry")
        await visitor.press("Search")
        await visitor.inspect("search")
        assert "Quarry Lane 12" in await visitor.text()
        assert "A whistle blew" in await visitor.text()
        await visitor.page.fill("#q", "haddad")
        await visitor.press("Search")
        await visitor.inspect("search-people")
        await visitor.page.locator(".entries a").first.click()
        assert visitor.path == f"/cases/{walk.case_id}"
        await visitor.go("/search?q=nothing+at+all")
        await visitor.inspect("search-nothing")
        assert "Nothing that is yours to see holds these words" in await visitor.text()

    async def test_an_officer_without_a_desk_has_no_box_and_finds_their_own_words(
        self, world: World, browser: Browser
    ) -> None:
        walk = await at_quarry(world, narrative="A whistle blew.")
        await browser.sign_in(world.reporter)
        assert 'id="frame-search"' not in (await browser.get("/")).text
        found = (await browser.get("/search?q=whistle")).text
        assert f"/reports/{walk.report_id}" in found
        assert walk.case_id not in found

    async def test_the_walled_read_what_they_would_read_of_nothing(self, world: World, browser: Browser) -> None:
        there = {"officer_id": str(world.sergeant.officer_id), "role": "present"}
        await at_quarry(world, officers=[*report_body(world)["officers"], there])
        await browser.sign_in(world.sergeant)
        walled, absent = [(await browser.get(f"/search?q={word}")).text for word in ("quarry", "barrow")]
        assert walled.replace("quarry", "barrow") == absent

    async def test_too_little_or_unreadable_is_told_in_words(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.intake)
        for asked, status in (
            ("", 200),
            ("a", 422),
            ("a" * 101, 422),
            ("%00%07", 200),
            ("%ED%A0%80q", 200),
            ("mu%CC%83%00", 200),
        ):
            assert (await browser.get(f"/search?q={asked}")).status_code == status
