"""An author learns that their own report is in someone's hands, and nothing of any other (product section 2)."""

from __future__ import annotations

from typing import Any

from tests.proceedings.walk import Walk, filed, ok
from tests.world import Person, World, file_case


async def told(person: Person, report_id: str) -> Any:
    """When the author is told that it was acknowledged; the same in the list and on the report."""
    one = ok(await person.get(f"/v1/reports/{report_id}"))
    [line] = [each for each in ok(await person.get("/v1/reports"))["reports"] if each["id"] == report_id]
    assert line["acknowledged_at"] == one["acknowledged_at"]
    return one["acknowledged_at"]


class TestAcknowledgement:
    """Each report is acknowledged on its own."""

    async def test_the_author_learns_of_it_once_the_supervisor_acknowledged(self, world: World) -> None:
        walk = await filed(world)
        await walk.see(world.sergeant)
        assert await told(world.reporter, walk.report_id) is None
        await walk.acknowledge()
        first = await told(world.reporter, walk.report_id)
        assert first is not None
        await walk.see(world.commander)
        assert await told(world.reporter, walk.report_id) == first

    async def test_a_further_report_is_not_acknowledged_by_what_came_before_it(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        second = await file_case(world, world.bystander)
        assert second["case_id"] == walk.case_id
        assert await told(world.bystander, second["id"]) is None
        await walk.see(world.sergeant)
        assert await told(world.bystander, second["id"]) is not None

    async def test_one_who_sees_the_case_without_its_words_acknowledges_nothing(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        second = await file_case(world, world.bystander)
        ok(await world.board.get(f"/v1/cases/{walk.case_id}"))
        assert await told(world.bystander, second["id"]) is None

    async def test_a_question_stands_in_the_list_until_something_is_added(self, world: World) -> None:
        walk: Walk = await (await filed(world)).acknowledge()
        ok(await walk.step(world.sergeant, "case.return", reason="Which hand held the baton?"))
        [line] = ok(await world.reporter.get("/v1/reports"))["reports"]
        assert line["is_asked"] is True
        more = {"narrative": "The right hand.", "declares_accuracy": True}
        ok(await world.reporter.post(f"/v1/reports/{walk.report_id}/supplements", more))
        [line] = ok(await world.reporter.get("/v1/reports"))["reports"]
        assert line["is_asked"] is False
