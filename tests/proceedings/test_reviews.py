"""The board's list: what awaits its view first, the one whose time ends first at the top; walls hold in it."""

from __future__ import annotations

from typing import Any

from tests.proceedings.walk import Walk, filed, ok
from tests.world import World, report_body


def incident(world: World, number: str) -> dict[str, Any]:
    return {**report_body(world)["incident"], "agency_number": number}


def enter(walk: Walk, state: str, days_ago: float) -> None:
    """Set where a case stands past every fence; the walk there is tested elsewhere."""
    walk.world.database.sql(
        """UPDATE "case" SET state = :state, entered_at = now() - :days * interval '1 day' WHERE id = :id""",
        state=state,
        days=days_ago,
        id=walk.case_id,
    )


async def several(world: World) -> dict[str, Walk]:
    standing = {
        "new": ("board_review", 2),
        "old": ("board_review", 29),
        "working": ("investigation", 1),
        "closed": ("closed", 40),
        "out": ("screened_out", 3),
    }
    made = {}
    for number, (name, (state, days)) in enumerate(standing.items()):
        made[name] = await filed(world, incident=incident(world, f"26-{number}"))
        enter(made[name], state, days)
    return made


async def listed(world: World, query: str = "") -> list[str]:
    return [line["id"] for line in ok(await world.board.get(f"/v1/reviews{query}"))["cases"]]


class TestTheList:
    async def test_what_waits_comes_first_by_when_its_time_ends(self, world: World) -> None:
        made = await several(world)
        names = {walk.case_id: name for name, walk in made.items()}
        assert [names[each] for each in await listed(world)] == ["old", "new", "working", "out", "closed"]

    async def test_a_view_takes_it_from_the_top(self, world: World) -> None:
        made = await several(world)
        ok(await made["old"].act(world.board, "board-views", view="dissent", reasons="x"))
        assert (await listed(world))[0] == made["new"].case_id
        [line] = ok(await world.board.get("/v1/reviews?show=dissented"))["cases"]
        assert (line["id"], line["last_view"], line["awaits_view"]) == (made["old"].case_id, "dissent", False)
        assert line["board_view_until"] is not None

    async def test_a_view_on_an_earlier_outcome_does_not_count_for_the_next(self, world: World) -> None:
        made = await several(world)
        ok(await made["old"].act(world.board, "board-views", view="concur"))
        enter(made["old"], "board_review", -1 / 86_400)
        assert made["old"].case_id in await listed(world, "?show=awaiting")

    async def test_each_filter_shows_its_own(self, world: World) -> None:
        made = await several(world)
        ok(await made["closed"].act(world.board, "board-views", view="no_view"))
        wanted = {
            "awaiting": ["old", "new"],
            "viewed": ["closed"],
            "dissented": [],
            "screened_out": ["out"],
            "in_progress": ["working"],
        }
        for show, names in wanted.items():
            assert await listed(world, f"?show={show}") == [made[name].case_id for name in names], show
        assert (await world.board.get("/v1/reviews?show=all")).status_code == 422

    async def test_pages_give_each_case_once(self, world: World) -> None:
        await several(world)
        whole, seen, path = await listed(world), [], "/v1/reviews?limit=2"
        while path:
            answer = await world.board.get(path)
            seen += [line["id"] for line in ok(answer)["cases"]]
            path = answer.headers.get("link", "").partition(">")[0].lstrip("<")
        assert seen == whole
        assert (await world.board.get("/v1/reviews?cursor=x")).status_code == 400

    async def test_a_walled_member_finds_the_case_neither_in_list_nor_page(self, world: World) -> None:
        made = await several(world)
        ok(await world.board.post(f"{made['old'].path}/recusal"))
        assert made["old"].case_id not in (await world.board.get("/v1/reviews?limit=4")).text
        assert "link" not in (await world.board.get("/v1/reviews?limit=4")).headers

    async def test_nobody_else_sees_anything_in_it(self, world: World, neighbours: World) -> None:
        await several(world)
        for person in (world.commander, world.sergeant, world.inspector, world.admin, neighbours.board):
            assert ok(await person.get("/v1/reviews"))["cases"] == []

    async def test_it_holds_no_place_and_no_name(self, world: World) -> None:
        await several(world)
        text = (await world.board.get("/v1/reviews")).text
        assert not [word for word in ("Alder", "Rivera", "Novak", "holder") if word in text]

    async def test_the_reading_is_on_the_record(self, world: World) -> None:
        made = await several(world)
        await listed(world, "?show=awaiting")
        entry = [each for each in world.entries() if each["what"]["kind"] == "case.listed"][-1]
        assert entry["of"]["ids"] == [made["old"].case_id, made["new"].case_id]
        assert entry["of"]["filter"] == {"review": "awaiting"}
