"""Triage: classification, immediate steps, assignment, and the routes a case takes."""

from __future__ import annotations

import uuid

import pytest

from tests.proceedings.walk import filed, ok, problem
from tests.world import NOWHERE, World, report_body


class TestClassification:
    async def test_it_is_set_once_and_changed_with_a_reason_only(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        await walk.classify()
        seen = await world.intake.get(walk.path)
        path, headers = f"{walk.path}/classification", {"If-Match": seen.headers["etag"]}
        bare = await world.intake.put(path, {"classification": "abeyance"}, headers=headers)
        assert [e["pointer"] for e in bare.json()["errors"]] == ["/reason"]
        said = {"classification": "criminal", "reason": "The prosecutor asked for it."}
        answer = await world.intake.put(path, said, headers=headers)
        assert ok(answer)["classification"] == "criminal"
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'

    async def test_it_needs_the_version_that_was_seen(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        path, said = f"{walk.path}/classification", {"classification": "criminal"}
        assert problem(await world.intake.put(path, said)) == (428, "precondition-required")
        assert problem(await world.intake.put(path, said, headers={"If-Match": '"0"'})) == (412, "stale")

    async def test_before_triage_there_is_nothing_to_classify(self, world: World) -> None:
        walk = await filed(world)
        headers = {"If-Match": (await world.intake.get(walk.path)).headers["etag"]}
        answer = await world.intake.put(f"{walk.path}/classification", {"classification": "criminal"}, headers=headers)
        assert problem(answer) == (409, "state-conflict")


class TestImmediateSteps:
    async def test_the_last_answer_holds_and_the_earlier_stays_on_the_timeline(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        for answer in ("ordered", "done"):
            ok(await walk.act(world.sergeant, "immediate-steps", kind="preserve_video", answer=answer))
        shown = (await walk.see())["immediate_steps"]
        assert shown["preserve_video"]["answer"] == "done"
        assert shown["medical_check"] is None
        lines = ok(await world.commander.get(f"{walk.path}/timeline"))["lines"]
        assert [line["facts"]["answer"] for line in lines if line["kind"] == "immediate.answered"] == [
            "ordered",
            "done",
        ]

    async def test_not_needed_says_why(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        answer = await walk.act(world.sergeant, "immediate-steps", kind="medical_check", answer="not_needed")
        assert problem(answer) == (422, "validation")


class TestAssignment:
    """S40: free of conflict, in the office, and never in two offices of one case."""

    async def test_the_one_assigned_sees_the_case_and_the_one_relieved_does_not(self, world: World) -> None:
        walk = await (await filed(world)).open()
        ok(await world.investigator.get(walk.path))
        await walk.assign(world.other_investigator)
        ok(await world.other_investigator.get(walk.path))
        assert problem(await world.investigator.get(walk.path)) == (404, "not-found")
        assert [each["name"] for each in (await walk.see())["assignments"]] == [world.other_investigator.name]

    async def test_who_is_walled_and_who_does_not_exist_are_refused_alike(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        world.database.sql("UPDATE account SET officer_id = NULL WHERE id = :id", id=world.striker.account_id)
        world.database.sql(
            "UPDATE account SET officer_id = :o WHERE id = :id",
            o=world.striker.officer_id,
            id=world.investigator.account_id,
        )
        answers = [
            await walk.act(world.commander, "assignments", account_id=str(account), office="investigator", reason="x")
            for account in (world.investigator.account_id, NOWHERE, uuid.uuid4(), world.intake.account_id)
        ]
        assert {problem(answer) for answer in answers} == {(409, "not-free")}
        bodies = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in answers]
        assert all(body == bodies[0] for body in bodies)

    async def test_nobody_of_another_agency_is_assigned(self, world: World, neighbours: World) -> None:
        walk = await (await filed(world)).acknowledge()
        said = {"account_id": str(neighbours.investigator.account_id), "office": "investigator", "reason": "x"}
        assert problem(await walk.act(world.commander, "assignments", **said)) == (409, "not-free")

    async def test_who_stepped_aside_is_not_assigned_again(self, world: World) -> None:
        walk = await (await filed(world)).open()
        ok(await world.investigator.post(f"{walk.path}/recusal"))
        said = {"account_id": str(world.investigator.account_id), "office": "investigator", "reason": "x"}
        assert problem(await walk.act(world.commander, "assignments", **said)) == (409, "not-free")

    async def test_the_same_person_is_not_assigned_twice(self, world: World) -> None:
        walk = await (await filed(world)).open()
        said = {"account_id": str(world.investigator.account_id), "office": "investigator", "reason": "x"}
        assert problem(await walk.act(world.commander, "assignments", **said)) == (409, "already-assigned")

    @pytest.mark.parametrize("who", ["sergeant", "intake"])
    async def test_a_commander_alone_assigns(self, world: World, who: str) -> None:
        walk = await (await filed(world)).acknowledge()
        said = {"account_id": str(world.investigator.account_id), "office": "investigator", "reason": "x"}
        assert problem(await walk.act(world.cast[who], "assignments", **said)) == (403, "forbidden")

    async def test_other_offices_are_not_given_by_case(self, world: World) -> None:
        walk = await filed(world)
        said = {"account_id": str(world.intake.account_id), "office": "commander", "reason": "x"}
        assert problem(await walk.act(world.commander, "assignments", **said)) == (422, "validation")


class TestRouting:
    """Where command itself is in conflict the case leaves the agency."""

    async def test_a_case_that_nobody_in_command_may_see_goes_outside(self, world: World) -> None:
        for who, officer in ((world.commander, world.striker), (world.second_commander, world.bystander)):
            world.database.sql("UPDATE account SET officer_id = NULL WHERE id = :id", id=officer.account_id)
            world.database.sql(
                "UPDATE account SET officer_id = :o WHERE id = :id", o=officer.officer_id, id=who.account_id
            )
        walk = await filed(world)
        assert (await walk.see(world.outside))["level"] == "outside"
        for person in (world.sergeant, world.intake, world.commander):
            assert problem(await person.get(walk.path)) == (404, "not-found")

    async def test_the_outside_reviewer_triages_assigns_and_opens_it(self, world: World) -> None:
        world.database.sql(
            "UPDATE account SET disabled_at = now() WHERE id IN (:a, :b)",
            a=world.commander.account_id,
            b=world.second_commander.account_id,
        )
        walk = await filed(world)
        await walk.acknowledge(world.outside)
        headers = {"If-Match": (await world.outside.get(walk.path)).headers["etag"]}
        said = {"classification": "administrative"}
        ok(await world.outside.put(f"{walk.path}/classification", said, headers=headers))
        for kind in (await walk.see(world.outside))["immediate_steps"]:
            ok(await walk.act(world.outside, "immediate-steps", kind=kind, answer="done"))
        assigned = {"account_id": str(world.investigator.account_id), "office": "investigator", "reason": "x"}
        ok(await walk.act(world.outside, "assignments", **assigned))
        ok(await walk.step(world.outside, "case.open"))
        ok(await world.investigator.get(walk.path))

    async def test_routed_anew_it_is_as_late_as_it_was(self, world: World) -> None:
        walk = await filed(world)
        due = (await walk.see())["triage_due_at"]
        ok(await walk.step(world.intake, "case.reroute", reason="It lay."))
        assert (await walk.see())["triage_due_at"] == due

    async def test_a_later_report_that_walls_the_investigator_takes_the_case_from_them(self, world: World) -> None:
        walk = await (await filed(world)).open()
        world.database.sql("UPDATE account SET officer_id = NULL WHERE id = :id", id=world.captain.account_id)
        world.database.sql(
            "UPDATE account SET officer_id = :o WHERE id = :id",
            o=world.captain.officer_id,
            id=world.investigator.account_id,
        )
        there = {"officer_id": str(world.captain.officer_id), "role": "present"}
        await filed(world, world.stranger, officers=[*report_body(world)["officers"], there])
        seen = await walk.see()
        assert (seen["state"], seen["assignments"]) == ("routed", [])
