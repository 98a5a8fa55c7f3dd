"""The agency in figures as a page: headlines with denominators, charts with their tables, words for what is hidden."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.oversight.crowd import crowd
from tests.oversight.test_statistics import LAST_YEAR, NOW, THEN, THIS_YEAR, go_live_long_ago
from tests.pages.browsing import Visitor
from tests.pages.test_guard import Browser, browser
from tests.world import World

__all__ = ["browser"]


class TestThePage:
    async def test_a_board_member_reads_a_year(self, world: World, visitor: Visitor) -> None:
        go_live_long_ago(world)
        decided = (("case.made", 0.0, None), ("case.open", 2.0, "investigation"), ("case.close", 20.0, "closed"))
        for many, duty, found in (
            (25, "failure_to_intervene", "sustained"),
            (14, "failure_to_intervene", "not_sustained"),
            (3, "failure_to_intervene", "exonerated"),
            (11, "excessive_force", "sustained"),
        ):
            await crowd(world, many, at=THEN, found=(duty, found), steps=decided)
        await crowd(world, 12, at=THEN, due=timedelta(hours=-1))
        await visitor.sign_in(world.board)
        await visitor.follow("Figures")
        await visitor.inspect("statistics-few")
        assert "fewer than 10" in await visitor.text()
        await visitor.follow(str(LAST_YEAR))
        await visitor.inspect("statistics")
        text = re.sub(r"\s+", " ", await visitor.text())
        assert "82% 53 of all 65 reports" in text
        assert "not shown" in text
        charts = visitor.page.get_by_role("img", name=re.compile("^Bar chart: "))
        assert await charts.count() == 4
        for n in range(await charts.count()):
            described = await charts.nth(n).locator("desc").text_content()
            rows = await visitor.page.locator(".figure").nth(n).locator("tbody tr").all()
            for row in rows[:-1]:
                words = [await row.locator("th").inner_text(), await row.locator("td").inner_text()]
                assert ": ".join(words) in (described or "")


class TestWhoReadsIt:
    async def test_offices_of_the_table_alone(self, world: World, browser: Browser) -> None:
        go_live_long_ago(world)
        allowed = ("board", "intake", "commander", "authority")
        for name in (*allowed, "sergeant", "investigator", "outside", "inspector", "admin", "reporter"):
            await browser.sign_in(world.cast[name])
            answer = await browser.get("/statistics")
            assert answer.status_code == (200 if name in allowed else 403), name
            assert ('href="/statistics"' in (await browser.get("/")).text) is (name in allowed), name

    async def test_another_year_than_those_offered_is_not_given(self, world: World, browser: Browser) -> None:
        go_live_long_ago(world)
        await crowd(world, 12, at=NOW)
        await browser.sign_in(world.authority)
        for asked in (f"?year={THIS_YEAR}", "?year=x", "?year=1", ""):
            text = (await browser.get(f"/statistics{asked}")).text
            assert f"The year {LAST_YEAR}" in text
            assert f"The year {THIS_YEAR}" not in text

    async def test_without_a_year_that_is_over_it_says_when_there_will_be_one(
        self, world: World, browser: Browser
    ) -> None:
        world.database.sql(
            "UPDATE agency SET went_live_on = :on WHERE id = :id", on=f"{THIS_YEAR}-01-01", id=world.agency.id
        )
        await browser.sign_in(world.authority)
        answer = await browser.get("/statistics")
        assert answer.status_code == 200
        assert "first year with this service is still running" in answer.text
