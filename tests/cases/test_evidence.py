"""References to evidence, and who was told of an outcome."""

from __future__ import annotations

import pytest

from tests.proceedings.walk import filed, ok, problem
from tests.world import World, report_body

ITEM = {"kind": "body_worn_video", "title": "Camera of Rivera", "sha256": "ab" * 32, "held_at": "Vault 4711"}


class TestReferences:
    async def test_what_it_is_its_hash_and_where_the_original_lies(self, world: World) -> None:
        walk = await (await filed(world)).open()
        entered = ok(await walk.act(world.investigator, "evidence", **ITEM))
        assert {name: entered[name] for name in ITEM} == ITEM
        assert ok(await world.commander.get(f"{walk.path}/evidence"))["evidence"] == [entered]
        assert ok(await world.commander.get(f"{walk.path}/evidence/{entered['id']}")) == entered

    async def test_reading_one_counts_as_opening_it_and_a_list_does_not(self, world: World) -> None:
        walk = await (await filed(world)).open()
        item = await walk.evidence()
        query = "SELECT account_id FROM opened WHERE object_id = :id"
        ok(await world.commander.get(f"{walk.path}/evidence"))
        assert world.database.sql(query, id=item) == []
        ok(await world.commander.get(f"{walk.path}/evidence/{item}"))
        assert world.database.sql(query, id=item) == [(world.commander.account_id,)]

    @pytest.mark.parametrize("who", ["sergeant", "intake"])
    async def test_triage_may_secure_it_before_an_investigator_is_there(self, world: World, who: str) -> None:
        walk = await filed(world)
        ok(await walk.act(world.cast[who], "evidence", **ITEM))

    async def test_an_item_of_another_case_is_not_there(self, world: World) -> None:
        walk = await filed(world)
        other = await filed(world, incident={**report_body(world)["incident"], "agency_number": "26-9"})
        item = await other.evidence(world.intake)
        assert problem(await world.intake.get(f"{walk.path}/evidence/{item}")) == (404, "not-found")

    @pytest.mark.parametrize(
        ("field", "value"),
        [("sha256", "AB" * 32), ("sha256", "ab" * 31), ("title", ""), ("kind", "rumour"), ("held_at", "x" * 201)],
    )
    async def test_what_is_no_reference_is_refused_by_its_field(self, world: World, field: str, value: str) -> None:
        walk = await filed(world)
        refused = await walk.act(world.intake, "evidence", **{**ITEM, field: value})
        assert problem(refused) == (422, "validation")
        assert [e["pointer"] for e in refused.json()["errors"]] == [f"/{field}"]


class TestTold:
    """Those cleared are told so; the harmed person is told the outcome."""

    async def test_only_those_whom_the_case_is_about(self, world: World) -> None:
        walk = await (await filed(world)).approved(force="unfounded", failure="not_sustained")
        for said in (
            {"officer_id": str(world.stranger.officer_id), "how": "x"},
            {"harmed": "a woman in red", "how": "x"},
            {"how": "x"},
            {"officer_id": str(world.striker.officer_id), "harmed": "a man in a green coat", "how": "x"},
        ):
            assert problem(await walk.act(world.commander, "told", **said)) == (422, "validation")

    async def test_nobody_is_told_before_there_is_an_outcome(self, world: World) -> None:
        walk = await (await filed(world)).submitted()
        said = {"officer_id": str(world.striker.officer_id), "how": "By letter."}
        assert problem(await walk.act(world.commander, "told", **said)) == (409, "state-conflict")

    async def test_the_case_shows_who_is_still_to_be_told(self, world: World) -> None:
        walk = await (await filed(world)).approved(force="unfounded", failure="not_sustained")
        assert (await walk.see())["harmed"] == [{"label": "a man in a green coat", "is_told": False}]
        ok(await walk.act(world.commander, "told", harmed="a man in a green coat", how="By telephone."))
        assert (await walk.see())["harmed"] == [{"label": "a man in a green coat", "is_told": True}]
