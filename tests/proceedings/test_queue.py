"""The queue over the API: filters, order, counts and saved views; what a wall closes is in none of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.proceedings.test_walls import told_by, without_ids
from tests.proceedings.walk import Walk, filed, ok, problem
from tests.world import NOWHERE, World, make_world, report_body


async def some(world: World, count: int = 3, **changes: Any) -> list[Walk]:
    """Cases of their own, the incident of each an hour before that of the one before."""
    walks = []
    for number in range(count):
        at = (datetime.now(UTC) - timedelta(hours=3 + number)).isoformat()
        incident = {"occurred_at": at, "precision": "minute", "place": "Oak", "agency_number": f"26-{number}"}
        walks.append(await filed(world, incident=incident, **changes))
    return walks


def due(walk: Walk, hours: float) -> None:
    at = datetime.now(UTC) + timedelta(hours=hours)
    walk.world.database.sql('UPDATE "case" SET triage_due_at = :at WHERE id = :id', at=at, id=walk.case_id)


async def ids(person: Any, query: str = "") -> list[str]:
    return [line["id"] for line in ok(await person.get(f"/v1/cases?{query}"))["cases"]]


class TestFilters:
    """Each narrows what the gate lets through; none opens anything."""

    async def test_by_who_holds_it(self, world: World) -> None:
        mine, routed, free = await some(world)
        await mine.assign()
        world.database.sql('UPDATE "case" SET holder_id = NULL WHERE id = :id', id=free.case_id)
        assert set(await ids(world.sergeant, "held_by=me")) == {mine.case_id, routed.case_id}
        assert await ids(world.investigator, "held_by=me") == [mine.case_id]
        assert await ids(world.intake, "held_by=nobody") == [free.case_id]
        assert await ids(world.intake, f"held_by={world.investigator.account_id}") == [mine.case_id]
        assert await ids(world.intake, f"held_by={NOWHERE}") == []
        assert problem(await world.intake.get("/v1/cases?held_by=someone")) == (422, "validation")

    async def test_by_lateness(self, world: World) -> None:
        late, soon, later = await some(world)
        for walk, hours in ((late, -1), (soon, 23), (later, 25)):
            due(walk, hours)
        assert await ids(world.intake, "due=late") == [late.case_id]
        assert await ids(world.intake, "due=soon") == [soon.case_id]

    async def test_by_classification_and_injury(self, world: World) -> None:
        hurt = [{"description": "a man", "injuries": ["contusion"]}]
        other = await filed(world, harmed=[{"description": "a man", "injuries": ["none"]}])
        [one] = await some(world, 1, harmed=hurt)
        await one.acknowledge()
        await one.classify()
        assert await ids(world.intake, "classification=administrative") == [one.case_id]
        assert await ids(world.intake, "classification=none") == [other.case_id]
        assert await ids(world.intake, "injury=true") == [one.case_id]
        assert await ids(world.intake, "injury=false") == [other.case_id]
        assert await ids(world.intake, "injury=false&classification=administrative") == []

    async def test_the_board_does_not_find_out_by_asking_who_holds_a_case(self, world: World) -> None:
        await some(world, 1)
        assert len(await ids(world.board)) == 1
        for who in (world.sergeant.account_id, "nobody", "me"):
            assert await ids(world.board, f"held_by={who}") == []

    async def test_they_are_in_the_entry_in_codes(self, world: World) -> None:
        await some(world, 1)
        await world.intake.get("/v1/cases?due=soon&injury=true&sort=newest&held_by=me")
        [entry] = [each for each in world.entries() if each["what"]["kind"] == "case.listed"]
        assert entry["of"]["filter"] == {"state": [], "due": "soon", "injury": True, "sort": "newest", "held_by": "me"}


class TestOrder:
    async def test_what_waits_comes_before_what_does_not(self, world: World) -> None:
        first, second, worked = await some(world)
        await worked.open()
        for walk, hours in ((first, 2), (second, 1), (worked, -50)):
            due(walk, hours)
        assert await ids(world.intake) == [second.case_id, first.case_id, worked.case_id]

    async def test_newest_incident_and_longest_in_its_state(self, world: World) -> None:
        walks = await some(world)
        assert await ids(world.intake, "sort=newest") == [walk.case_id for walk in walks]
        for walk, days in zip(walks, (1, 9, 5), strict=True):
            at = datetime.now(UTC) - timedelta(days=days)
            world.database.sql('UPDATE "case" SET entered_at = :at WHERE id = :id', at=at, id=walk.case_id)
        walks[1].stands("closed")
        assert await ids(world.intake, "sort=longest") == [walks[n].case_id for n in (2, 0, 1)]

    @pytest.mark.parametrize("sort", ["due", "newest", "longest"])
    async def test_pages_of_each_order_hold_every_case_once(self, world: World, sort: str) -> None:
        walks = await some(world, 4)
        await walks[0].acknowledge()
        await walks[1].open()
        walks[2].stands("closed")
        path: str | None = f"/v1/cases?limit=1&sort={sort}&state=routed&state=triage&state=investigation&state=closed"
        found: list[str] = []
        while path:
            page = await world.intake.get(path)
            found += [line["id"] for line in ok(page)["cases"]]
            path = page.links["next"]["url"] if "next" in page.links else None
        assert found == await ids(world.intake, f"sort={sort}")
        assert sorted(found) == sorted(walk.case_id for walk in walks)


class TestCounts:
    async def test_unfinished_cases_are_counted_by_state_and_lateness(self, world: World) -> None:
        walks = await some(world, 4)
        await walks[0].acknowledge()
        walks[3].stands("closed")
        for walk, hours in zip(walks, (-1, 5, 90, -1), strict=True):
            due(walk, hours)
        counts = ok(await world.intake.get("/v1/cases?counts=true&limit=1"))["counts"]
        assert counts == {"state": {"routed": 2, "triage": 1}, "late": 1, "soon": 1, "mine": 0}
        assert ok(await world.sergeant.get("/v1/cases?counts=true"))["counts"]["mine"] == 3
        assert ok(await world.intake.get("/v1/cases"))["counts"] is None

    async def test_for_the_walled_a_world_with_the_case_counts_as_one_without(self, app: Any, database: Any) -> None:
        one, other = await make_world(app, database), await make_world(app, database)
        for world in (one, other):
            [walk] = await some(world, 1)
            due(walk, 5)
        there = {"officer_id": str(one.sergeant.officer_id), "role": "used_force"}
        incident = {**report_body(one)["incident"], "agency_number": "26-9"}
        walled = await filed(one, one.stranger, incident=incident, officers=[*report_body(one)["officers"], there])
        due(walled, -1)
        assert ok(await one.intake.get("/v1/cases?counts=true"))["counts"]["late"] == 1
        told = [[await _told(world, query) for query in QUERIES] for world in (one, other)]
        assert told[0] == told[1]


QUERIES = (
    *(f"counts=true&limit=1&sort={sort}" for sort in ("due", "newest", "longest")),
    *("due=late&counts=true", "due=soon", "held_by=nobody", "held_by=me", "injury=true", "classification=none"),
)


async def _told(world: World, query: str) -> Any:
    return without_ids(told_by(await world.sergeant.get(f"/v1/cases?{query}")), {})


VIEW = {"name": "Late and mine", "filters": {"due": "late", "held_by": "me"}}


class TestSavedViews:
    """A person's own, at most twenty, nothing but filters."""

    async def test_one_is_saved_listed_and_removed(self, world: World) -> None:
        made = ok(await world.sergeant.post("/v1/queue-views", VIEW))
        [seen] = ok(await world.sergeant.get("/v1/queue-views"))["views"]
        assert seen == made
        assert (seen["name"], seen["filters"]["due"], seen["filters"]["held_by"]) == ("Late and mine", "late", "me")
        assert (await world.sergeant.call("DELETE", f"/v1/queue-views/{made['id']}")).status_code == 204
        assert ok(await world.sergeant.get("/v1/queue-views"))["views"] == []
        kinds = [kind for kind in world.kinds() if kind.startswith("queue_view")]
        assert kinds == ["queue_view.saved", "queue_view.listed", "queue_view.removed", "queue_view.listed"]

    async def test_one_is_renamed_and_shows_what_it_showed(self, world: World) -> None:
        made = ok(await world.sergeant.post("/v1/queue-views", VIEW))
        at = f"/v1/queue-views/{made['id']}/rename"
        assert ok(await world.sergeant.post(at, {"name": "My late ones"})) == {**made, "name": "My late ones"}
        assert ok(await world.sergeant.post(at, {"name": "My late ones"}))["name"] == "My late ones"
        [seen] = ok(await world.sergeant.get("/v1/queue-views"))["views"]
        assert seen == {**made, "name": "My late ones"}
        assert world.kinds().count("queue_view.renamed") == 2
        for name in ("", " ", "x" * 61, "a\x00b"):
            assert problem(await world.sergeant.post(at, {"name": name})) == (422, "validation")
        ok(await world.sergeant.post("/v1/queue-views", VIEW))
        assert problem(await world.sergeant.post(at, {"name": VIEW["name"]})) == (409, "view-name-taken")

    async def test_the_view_of_another_is_not_there(self, world: World, neighbours: World) -> None:
        made = ok(await world.sergeant.post("/v1/queue-views", VIEW))
        for person in (world.intake, neighbours.sergeant):
            assert ok(await person.get("/v1/queue-views"))["views"] == []
            gone = await person.call("DELETE", f"/v1/queue-views/{made['id']}")
            assert problem(gone) == (404, "not-found")
            renamed = await person.post(f"/v1/queue-views/{made['id']}/rename", {"name": "Mine"})
            assert problem(renamed) == (404, "not-found")

    async def test_whoever_has_no_queue_keeps_none(self, world: World) -> None:
        for person in (world.reporter, world.admin, world.inspector):
            assert problem(await person.post("/v1/queue-views", VIEW)) == (403, "forbidden")

    async def test_a_name_is_taken_once_and_the_twenty_first_is_refused(self, world: World) -> None:
        ok(await world.intake.post("/v1/queue-views", VIEW))
        assert problem(await world.intake.post("/v1/queue-views", VIEW)) == (409, "view-name-taken")
        for number in range(19):
            ok(await world.intake.post("/v1/queue-views", {"name": f"View {number}"}))
        assert problem(await world.intake.post("/v1/queue-views", {"name": "One more"})) == (409, "views-full")
        ok(await world.sergeant.post("/v1/queue-views", VIEW))

    @pytest.mark.parametrize("filters", [{"state": ["lost"]}, {"due": "x"}, {"surprise": 1}, {"held_by": "someone"}])
    async def test_only_filters_are_kept(self, world: World, filters: dict[str, Any]) -> None:
        answer = await world.intake.post("/v1/queue-views", {"name": "x", "filters": filters})
        assert problem(answer) == (422, "validation")
