"""Law section 1: a timeline for each officer, every moment on its evidence; what officers say stands apart from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.proceedings.walk import Walk, filed, ok, problem
from tests.world import NOWHERE, World

AT = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
TIMES = {"arrived_at": AT, "first_saw_at": AT + timedelta(minutes=1), "last_force_at": AT + timedelta(minutes=2)}
OWN_VIEW = {"saw": "all", "vantage": "beside the car", **{name: at.isoformat() for name, at in TIMES.items()}}


def mark(world: World, walk: Walk, **changes: Any) -> dict[str, Any]:
    said = {"officer_id": str(world.striker.officer_id), "kind": "first_force", "at": AT.isoformat()}
    return {**said, "exactness": "second", "source_id": walk.report_id, "place": "line 3", **changes}


class TestMarks:
    """A moment is entered on evidence and never edited; a later one takes its place, with a reason."""

    async def test_one_is_entered_and_read(self, world: World) -> None:
        walk = await (await filed(world)).open()
        entered = ok(await walk.act(world.investigator, "scene", **mark(world, walk)))
        seen = ok(await world.commander.get(f"{walk.path}/scene"))["marks"]
        assert [(each["id"], each["kind"], each["superseded_by"]) for each in seen] == [
            (entered["id"], "first_force", None)
        ]
        assert world.kinds()[-1] == "scene.read"

    async def test_a_later_one_supersedes_it_once_with_a_reason(self, world: World) -> None:
        walk = await (await filed(world)).open()
        first = ok(await walk.act(world.investigator, "scene", **mark(world, walk)))["id"]
        later = mark(world, walk, supersedes_id=first, at=(AT + timedelta(seconds=9)).isoformat())
        assert (await walk.act(world.investigator, "scene", **later)).status_code == 422
        second = ok(await walk.act(world.investigator, "scene", **later, reason="The clock of the camera ran late."))
        again = await walk.act(world.investigator, "scene", **later, reason="Once more.")
        assert problem(again) == (409, "mark-superseded")
        seen = ok(await world.investigator.get(f"{walk.path}/scene"))["marks"]
        assert [each["superseded_by"] for each in seen] == [second["id"], None]

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"officer_id": "STRANGER"}, "/officer_id"),
            ({"source_id": str(NOWHERE)}, "/source_id"),
            ({"supersedes_id": str(NOWHERE), "reason": "It was wrong."}, "/supersedes_id"),
        ],
    )
    async def test_what_is_of_elsewhere_is_refused(self, world: World, changes: dict[str, str], pointer: str) -> None:
        walk = await (await filed(world)).open()
        named = {key: value.replace("STRANGER", str(world.stranger.officer_id)) for key, value in changes.items()}
        answer = await walk.act(world.investigator, "scene", **mark(world, walk, **named))
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]

    @pytest.mark.parametrize("kind", ["act", "intervention"])
    async def test_an_act_says_what_was_done(self, world: World, kind: str) -> None:
        walk = await (await filed(world)).open()
        assert (await walk.act(world.investigator, "scene", **mark(world, walk, kind=kind))).status_code == 422
        ok(await walk.act(world.investigator, "scene", **mark(world, walk, kind=kind, says="Pulled his arm.")))

    async def test_only_the_investigator_enters_one_and_only_while_it_is_worked(self, world: World) -> None:
        walk = await (await filed(world)).open()
        for person, status in ((world.commander, 403), (world.other_investigator, 404), (world.board, 403)):
            assert (await walk.act(person, "scene", **mark(world, walk))).status_code == status
        walk.stands("closed")
        assert problem(await walk.act(world.investigator, "scene", **mark(world, walk))) == (409, "state-conflict")


class TestClaims:
    """What officers say of their times is told as their word, and only to those who may read the report."""

    async def test_the_times_of_a_report_are_claims_of_its_author(self, world: World) -> None:
        walk = await filed(world, own_view=OWN_VIEW)
        claims = ok(await world.sergeant.get(f"{walk.path}/scene"))["claims"]
        assert [each["kind"] for each in claims] == ["arrival", "first_sight", "last_force"]
        assert {each["officer_id"] for each in claims} == {str(world.reporter.officer_id)}

    async def test_those_of_a_compelled_statement_are_for_few(self, world: World) -> None:
        walk = await filed(world, own_view=OWN_VIEW, statement_class="compelled", warning="compelled-1")
        assert ok(await world.sergeant.get(f"{walk.path}/scene"))["claims"] == []
        assert len(ok(await world.commander.get(f"{walk.path}/scene"))["claims"]) == 3
