"""What every page shares: times as the agency writes them, exact on demand, and what of it goes to paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.pages.shell import Shown
from tests.pages.browsing import Visitor
from tests.proceedings.walk import filed
from tests.world import World


class TestTimes:
    async def test_the_exact_instant_stands_beside_the_agencys_time_for_whoever_asks(
        self, world: World, desk: Visitor
    ) -> None:
        walk = await filed(world)
        await desk.sign_in(world.sergeant)
        await desk.go(f"/cases/{walk.case_id}")
        assert "Z)" not in await desk.text()
        await desk.follow("Show exact times, with UTC")
        await desk.inspect("case-exact")
        [[filed_at]] = world.database.sql("SELECT filed_at FROM report WHERE id = :id", id=walk.report_id)
        assert filed_at.strftime("(%Y-%m-%dT%H:%M:%SZ)") in await desk.text()
        await desk.follow("Show times as the agency writes them")
        assert "Z)" not in await desk.text()

    def test_both_languages_call_the_zone_as_people_here_do(self) -> None:
        at, zone = datetime(2026, 3, 1, 21, 40, 5, tzinfo=UTC), ZoneInfo("America/Denver")
        assert Shown("en", zone).value(at) == "March 1, 2026, 2:40 PM MST"
        assert Shown("es", zone).value(at) == "1 de marzo de 2026, 14:40 MST"
        assert Shown("en", zone).clock(at, to_the_second=True) == "2:40:05 PM"
        assert Shown("es", zone).clock(at, to_the_second=True) == "14:40:05"


class TestPaper:
    """What leads somewhere on the screen leads nowhere on paper; what is folded or slid there is whole here."""

    async def test_a_case_on_paper_is_the_case_alone_and_all_of_it(self, world: World, desk: Visitor) -> None:
        saw = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
        walk = await (await filed(world, own_view={"saw": "all", "first_saw_at": saw})).open()
        await desk.sign_in(world.investigator)
        await desk.page.set_viewport_size({"width": 720, "height": 900})
        await desk.go(f"/cases/{walk.case_id}")
        seen = desk.page.locator("main")
        folded = seen.locator("details.more .answers").first
        texts = ("Search", "Cases", "What you can do now", "All of the timeline", "Put an officer on the roster")
        ways = [desk.page.get_by_text(text, exact=True) for text in texts] + [seen.locator("a[href$='/dispute']")]
        for way in ways:
            assert await way.first.is_visible(), way
        assert not await folded.is_visible()
        await desk.page.emulate_media(media="print")
        for way in ways:
            assert [each for each in await way.all() if await each.is_visible()] == [], way
        assert await folded.is_visible()
        assert await seen.locator(".drawing").evaluate("one => one.getBoundingClientRect().right <= innerWidth")
