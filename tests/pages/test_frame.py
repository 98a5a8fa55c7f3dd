"""What every page shares: times as the agency writes them, and exact on demand."""

from __future__ import annotations

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
