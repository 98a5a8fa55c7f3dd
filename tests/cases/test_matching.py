"""Reports to match, and where one may go: of what the asker may route, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.cases.test_roster import two_at_once
from tests.proceedings.test_walls import told_by, without_ids
from tests.proceedings.walk import Walk, filed, ok, problem
from tests.world import NOWHERE, Person, World, make_world, report_body


async def elsewhere(world: World, number: str, by: Person | None = None, **changes: Any) -> Walk:
    """A case of another incident, a day before."""
    at = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    incident = {"occurred_at": at, "precision": "hour", "place": "Birch Road", "agency_number": number}
    return await filed(world, by or world.stranger, incident=incident, **changes)


async def waiting(person: Person) -> list[str]:
    return [each["report_id"] for each in ok(await person.get("/v1/matches"))["reports"]]


async def may_go(person: Person, walk: Walk, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await person.get(f"{walk.path}/matches/{walk.report_id}?{query}"))["cases"]
    return found


class TestWhatWaits:
    async def test_a_report_whose_match_is_not_certain_waits_until_it_is(self, world: World) -> None:
        _, other = await two_at_once(world)
        assert await waiting(world.intake) == [other.report_id]
        ok(await other.act(world.intake, f"matches/{other.report_id}", answer="confirm"))
        assert await waiting(world.intake) == []

    async def test_whoever_may_not_route_the_case_is_shown_none(self, world: World, neighbours: World) -> None:
        await two_at_once(world)
        for person in (world.sergeant, world.captain, world.board, world.reporter, neighbours.intake):
            assert await waiting(person) == []

    async def test_pages_follow_each_other(self, world: World) -> None:
        _, other = await two_at_once(world)
        third = await filed(world, world.south_reporter, officers=report_body(world)["officers"])
        assert third.case_id == other.case_id
        page = await world.intake.get("/v1/matches?limit=1")
        assert [each["report_id"] for each in ok(page)["reports"]] == [other.report_id]
        last = await world.intake.get(page.links["next"]["url"])
        assert [each["report_id"] for each in ok(last)["reports"]] == [third.report_id]
        assert "next" not in last.links


class TestWhereItMayGo:
    async def test_cases_near_in_time_are_offered_those_with_an_officer_in_common_first(self, world: World) -> None:
        _, other = await two_at_once(world)
        strangers = [{"officer_id": str(world.south_striker.officer_id), "role": "used_force"}]
        apart = await elsewhere(world, "26-1", officers=strangers, by=world.south_reporter)
        common = [{"officer_id": str(world.captain.officer_id), "role": "used_force"}]
        shared = await elsewhere(world, "26-2", officers=common, by=world.south_reporter)
        found = await may_go(world.intake, other)
        assert [each["case_id"] for each in found] == [shared.case_id, apart.case_id]
        assert [each["officers_shared"] for each in found] == [1, 0]
        assert [each["case_id"] for each in await may_go(world.intake, other, "number=26-1")] == [apart.case_id]

    async def test_a_case_one_may_not_route_is_not_offered_by_time_or_by_number(self, app: Any, database: Any) -> None:
        one, other = await make_world(app, database), await make_world(app, database)
        told = []
        for world in (one, other):
            database.sql(
                "UPDATE account SET officer_id = :o WHERE id = :i",
                o=_officer_without_account(world),
                i=world.intake.account_id,
            )
            _, slip = await two_at_once(world)
            if world is one:
                there = {"officer_id": str(_officer_of(world)), "role": "used_force"}
                await elsewhere(one, "26-3", officers=[there], by=one.south_reporter)
            path = f"{slip.path}/matches/{slip.report_id}"
            told.append([without_ids(told_by(await world.intake.get(path + q)), {}) for q in ("", "?number=26-3")])
        assert told[0] == told[1]
        assert told[0][0][1] == {"cases": []}

    async def test_a_report_of_elsewhere_is_not_there(self, world: World) -> None:
        walk = await filed(world)
        other = await elsewhere(world, "26-4")
        for report_id in (other.report_id, NOWHERE):
            assert problem(await world.intake.get(f"{walk.path}/matches/{report_id}")) == (404, "not-found")

    async def test_a_supervisor_does_not_look_for_another_case(self, world: World) -> None:
        walk = await filed(world)
        answer = await world.sergeant.get(f"{walk.path}/matches/{walk.report_id}")
        assert problem(answer) == (403, "forbidden")

    async def test_what_was_looked_at_is_on_the_record(self, world: World) -> None:
        _, other = await two_at_once(world)
        offered = await elsewhere(world, "26-5")
        await may_go(world.intake, other)
        [entry] = [each for each in world.entries() if each["what"]["kind"] == "match.compared"]
        assert entry["of"]["ids"] == [offered.case_id]


def _officer_without_account(world: World) -> Any:
    """An officer whose own account is let go, so that it may be intake's."""
    person = world.south_bystander
    world.database.sql("UPDATE account SET officer_id = NULL WHERE id = :id", id=person.account_id)
    return person.officer_id


def _officer_of(world: World) -> Any:
    return world.south_bystander.officer_id
