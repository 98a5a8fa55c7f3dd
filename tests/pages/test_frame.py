"""What every page shares: times as the agency writes them, and exact on demand."""

from __future__ import annotations

from datetime import UTC, datetime
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
