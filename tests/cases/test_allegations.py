"""Allegations: officer x duty, each on the provision in force on the day of the incident."""

from __future__ import annotations

from datetime import date

import pytest

from app.cases.allegations import provision_on
from app.cases.models import Duty
from tests.proceedings.walk import filed, ok, problem
from tests.world import NOWHERE, World, report_body


class TestOpening:
    async def test_it_cites_the_law_in_force_on_the_day(self, world: World) -> None:
        walk = await (await filed(world)).open()
        force = await walk.accuse(world.striker, "excessive_force")
        await walk.accuse(world.bystander, "failure_to_intervene", force)
        shown = ok(await world.commander.get(f"{walk.path}/allegations"))["allegations"]
        assert [(a["duty"], a["provision_id"], a["force_allegation_id"]) for a in shown] == [
            ("excessive_force", "US-CO", None),
            ("failure_to_intervene", "US-CO", force),
        ]

    async def test_the_law_of_today_is_not_cited_for_a_day_before_it(self, world: World) -> None:
        long_ago = {**report_body(world)["incident"], "occurred_at": "2015-05-01T12:00:00Z"}
        walk = await (await filed(world, incident=long_ago)).open()
        await walk.accuse(world.striker, "excessive_force")
        shown = ok(await world.commander.get(f"{walk.path}/allegations"))["allegations"]
        assert shown[0]["provision_id"] == "US-MODEL"

    @pytest.mark.parametrize("duty", Duty)
    def test_every_duty_has_a_provision_in_every_state(self, duty: Duty) -> None:
        for state in ("CO", "CA", "NJ", "OR", "WY"):
            assert provision_on(state, duty, date(2026, 1, 20)).id

    async def test_the_same_officer_is_not_accused_twice_of_one_duty(self, world: World) -> None:
        walk = await (await filed(world)).open()
        first = await walk.accuse(world.striker, "excessive_force")
        said = {"officer_id": str(world.striker.officer_id), "duty": "excessive_force", "basis": "Again."}
        again = await walk.act(world.investigator, "allegations", **said)
        assert (problem(again), again.json()["allegation"]) == ((409, "allegation-stands"), first)

    async def test_who_was_not_there_is_not_accused_of_what_happened_there(self, world: World) -> None:
        walk = await (await filed(world)).open()
        said = {"officer_id": str(world.stranger.officer_id), "duty": "excessive_force", "basis": "x"}
        refused = await walk.act(world.investigator, "allegations", **said)
        assert [(e["pointer"], e["rule"]) for e in refused.json()["errors"]] == [("/officer_id", "not_on_roster")]

    async def test_an_administrator_need_not_have_been_there(self, world: World, neighbours: World) -> None:
        walk = await (await filed(world)).open()
        await walk.accuse(world.captain, "failure_to_act")
        said = {"officer_id": str(neighbours.captain.officer_id), "duty": "failure_to_act", "basis": "x"}
        refused = await walk.act(world.investigator, "allegations", **said)
        assert [(e["pointer"], e["rule"]) for e in refused.json()["errors"]] == [("/officer_id", "unknown")]

    async def test_before_the_case_is_accepted_nothing_is_alleged(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        await walk.assign()
        said = {"officer_id": str(world.striker.officer_id), "duty": "excessive_force", "basis": "x"}
        assert problem(await walk.act(world.investigator, "allegations", **said)) == (409, "state-conflict")

    async def test_the_investigator_alone_alleges(self, world: World) -> None:
        walk = await (await filed(world)).open()
        said = {"officer_id": str(world.striker.officer_id), "duty": "excessive_force", "basis": "x"}
        for person in (world.commander, world.intake, world.sergeant):
            assert problem(await walk.act(person, "allegations", **said)) == (403, "forbidden")

    async def test_the_database_lets_nobody_change_one(self, world: World) -> None:
        query, role = "SELECT has_table_privilege(:role, 'allegation', :right)", world.database.roles.app
        held = [world.database.sql(query, role=role, right=right)[0][0] for right in ("SELECT", "UPDATE", "DELETE")]
        assert held == [True, False, False]


class TestTheForce:
    """Law section 1, element 2: a failure to intervene is about somebody's force."""

    async def test_it_is_named_and_nobody_intervenes_against_themselves(self, world: World) -> None:
        walk = await (await filed(world)).open()
        force = await walk.accuse(world.striker, "excessive_force")
        silence = await walk.accuse(world.bystander, "failure_to_report")
        for who, linked, pointer in (
            (world.bystander, None, "/"),
            (world.bystander, str(NOWHERE), "/force_allegation_id"),
            (world.bystander, silence, "/force_allegation_id"),
            (world.striker, force, "/force_allegation_id"),
        ):
            said = {"officer_id": str(who.officer_id), "duty": "failure_to_intervene", "basis": "x"}
            refused = await walk.act(world.investigator, "allegations", **said, force_allegation_id=linked)
            assert problem(refused) == (422, "validation")
            assert [e["pointer"] for e in refused.json()["errors"]] == [pointer]

    async def test_force_of_another_case_is_not_there(self, world: World) -> None:
        other = await (await filed(world)).open()
        foreign = await other.accuse(world.striker, "excessive_force")
        walk = await filed(world, incident={**report_body(world)["incident"], "agency_number": "26-9"})
        await walk.open()
        said = {"officer_id": str(world.bystander.officer_id), "duty": "failure_to_intervene", "basis": "x"}
        refused = await walk.act(world.investigator, "allegations", **said, force_allegation_id=foreign)
        assert [e["rule"] for e in refused.json()["errors"]] == ["unknown"]

    async def test_no_other_duty_names_force(self, world: World) -> None:
        walk = await (await filed(world)).open()
        force = await walk.accuse(world.striker, "excessive_force")
        said = {"officer_id": str(world.bystander.officer_id), "duty": "failure_to_report", "basis": "x"}
        refused = await walk.act(world.investigator, "allegations", **said, force_allegation_id=force)
        assert problem(refused) == (422, "validation")
