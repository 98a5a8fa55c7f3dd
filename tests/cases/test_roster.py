"""The roster: entries are added, disputed, identified; never removed. Reports are put where they belong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import ProgrammingError

from tests.database import Database
from tests.proceedings.walk import Walk, filed, ok, problem
from tests.world import NOWHERE, World, report_body


async def entry_of(walk: Walk, officer_id: object) -> dict[str, str]:
    roster = (await walk.see())["roster"]
    entry: dict[str, str] = next(here for here in roster if here["officer_id"] == str(officer_id))["entries"][0]
    return entry


class TestPresence:
    async def test_an_officer_is_put_on_the_roster_in_a_role(self, world: World) -> None:
        walk = await filed(world)
        said = {"officer_id": str(world.stranger.officer_id), "role": "arrived_after"}
        added = ok(await walk.act(world.intake, "roster", **said))
        assert (added["role"], added["source"]) == ("arrived_after", "intake")
        assert problem(await walk.act(world.intake, "roster", **said)) == (409, "on-roster")

    async def test_nobody_of_another_agency_is(self, world: World, neighbours: World) -> None:
        walk = await filed(world)
        for officer_id in (neighbours.stranger.officer_id, NOWHERE):
            answer = await walk.act(world.intake, "roster", officer_id=str(officer_id), role="present")
            assert [(e["pointer"], e["rule"]) for e in answer.json()["errors"]] == [("/officer_id", "unknown")]

    async def test_to_a_closed_case_nobody_is_added(self, world: World) -> None:
        walk = await filed(world)
        walk.stands("closed")
        said = {"officer_id": str(world.stranger.officer_id), "role": "present"}
        assert problem(await walk.act(world.intake, "roster", **said)) == (409, "state-conflict")

    async def test_the_database_lets_nobody_remove_an_entry(self, world: World) -> None:
        await filed(world)
        async with world.transaction() as tx:
            connection = await tx.connection()
            with pytest.raises(ProgrammingError, match="permission denied"):
                await connection.exec_driver_sql("DELETE FROM presence")
            await tx.rollback()


class TestDisputes:
    async def test_an_entry_is_disputed_with_a_reason_and_stays(self, world: World) -> None:
        walk = await filed(world)
        entry = await entry_of(walk, world.bystander.officer_id)
        path = f"roster/{entry['id']}/dispute"
        assert problem(await walk.act(world.intake, path, reason="")) == (422, "validation")
        ok(await walk.act(world.intake, path, reason="He was on leave that day."))
        after = await entry_of(walk, world.bystander.officer_id)
        assert after["dispute_reason"] == "He was on leave that day."
        assert problem(await walk.act(world.intake, path, reason="Again.")) == (409, "dispute-stands")

    async def test_the_wall_of_a_disputed_entry_stands(self, world: World) -> None:
        there = {"officer_id": str(world.sergeant.officer_id), "role": "supervised"}
        walk = await filed(world, officers=[*report_body(world)["officers"], there])
        entry = await entry_of(walk, world.sergeant.officer_id)
        ok(await walk.act(world.intake, f"roster/{entry['id']}/dispute", reason="He was at the station."))
        assert problem(await world.sergeant.get(walk.path)) == (404, "not-found")

    async def test_an_entry_of_another_case_is_not_there(self, world: World) -> None:
        walk = await filed(world)
        other = await filed(world, incident={**report_body(world)["incident"], "agency_number": "26-9"})
        entry = await entry_of(other, world.bystander.officer_id)
        answer = await walk.act(world.intake, f"roster/{entry['id']}/dispute", reason="x")
        assert problem(answer) == (404, "not-found")


DESCRIBED = {"name": "the tall one from the canine unit", "role": "used_force"}


class TestIdentification:
    """Whom a report only describes is somebody all the same."""

    async def test_the_case_shows_whom_nobody_knows(self, world: World) -> None:
        walk = await filed(world, officers=[*report_body(world)["officers"], DESCRIBED])
        assert (await walk.see())["unidentified"] == [
            {"report_id": walk.report_id, "place": 2, "badge": "", **DESCRIBED}
        ]

    async def test_a_badge_or_name_that_the_roster_knows_is_somebody(self, world: World) -> None:
        known = [{"badge": world.striker.badge, "role": "used_force"}, {"name": "officer HADDAD", "role": "present"}]
        walk = await filed(world, officers=known)
        seen = await walk.see()
        assert seen["unidentified"] == []
        assert {here["name"] for here in seen["roster"]} == {"Officer Rivera", "Officer Bauer", "Officer Haddad"}

    async def test_identified_they_stand_on_the_roster_in_the_role_the_report_gave(self, world: World) -> None:
        walk = await filed(world, officers=[*report_body(world)["officers"], DESCRIBED])
        said = {
            "report_id": walk.report_id,
            "place": 2,
            "officer_id": str(world.stranger.officer_id),
            "reason": "Camera.",
        }
        ok(await walk.act(world.intake, "identifications", **said))
        seen = await walk.see()
        assert seen["unidentified"] == []
        assert (await entry_of(walk, world.stranger.officer_id))["role"] == "used_force"
        assert problem(await world.stranger.get(walk.path)) == (404, "not-found")

    async def test_someone_of_no_agency_is_answered_with_a_reason(self, world: World) -> None:
        walk = await filed(world, officers=[*report_body(world)["officers"], DESCRIBED])
        said = {"report_id": walk.report_id, "place": 2, "officer_id": None, "reason": "A county deputy."}
        ok(await walk.act(world.intake, "identifications", **said))
        seen = await walk.see()
        assert (seen["unidentified"], len(seen["roster"])) == ([], 3)

    async def test_a_place_that_the_report_does_not_have_is_refused(self, world: World) -> None:
        walk = await filed(world)
        for changes in ({"place": 7}, {"report_id": str(NOWHERE)}):
            said = {"report_id": walk.report_id, "place": 0, "officer_id": None, "reason": "x", **changes}
            assert problem(await walk.act(world.intake, "identifications", **said)) == (422, "validation")


async def two_at_once(world: World) -> tuple[Walk, Walk]:
    """Two reports within two hours that name one officer: matched, and not for certain."""
    one = await filed(world)
    later = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    there = [{"officer_id": str(p.officer_id), "role": "present"} for p in (world.bystander, world.captain)]
    other = await filed(
        world, world.stranger, incident={**report_body(world)["incident"], "occurred_at": later}, officers=there
    )
    assert one.case_id == other.case_id
    return one, other


class TestMatches:
    """A report is confirmed where it is, or moved to where it belongs; its words never change."""

    async def test_intake_confirms_what_is_not_certain(self, world: World) -> None:
        walk, other = await two_at_once(world)
        certain = {r["id"]: r["match_is_certain"] for r in (await walk.see())["reports"]}
        assert certain == {walk.report_id: True, other.report_id: False}
        ok(await walk.act(world.intake, f"matches/{other.report_id}", answer="confirm"))
        assert all(r["match_is_certain"] for r in (await walk.see())["reports"])
        again = await walk.act(world.intake, f"matches/{other.report_id}", answer="confirm")
        assert problem(again) == (409, "match-stands")

    async def test_moved_to_an_incident_of_its_own_it_makes_a_case_of_its_own(self, world: World) -> None:
        walk, other = await two_at_once(world)
        said = {"answer": "own_incident", "reason": "Another street, another man."}
        moved = ok(await walk.act(world.intake, f"matches/{other.report_id}", **said))
        assert moved["case_id"] != walk.case_id
        here, there = await walk.see(), await Walk(world, moved["case_id"], other.report_id).see()
        assert [r["id"] for r in here["reports"]] == [walk.report_id]
        assert [r["id"] for r in there["reports"]] == [other.report_id]
        assert {h["name"] for h in there["roster"]} == {"Officer Lindqvist", "Officer Haddad", "Captain Moreau"}

    async def test_the_wall_follows_the_report_and_stays_where_it_was(self, world: World) -> None:
        walk, other = await two_at_once(world)
        said = {"answer": "own_incident", "reason": "Another street, another man."}
        moved = ok(await walk.act(world.intake, f"matches/{other.report_id}", **said))
        for case_id in (walk.case_id, moved["case_id"]):
            assert problem(await world.captain.get(f"/v1/cases/{case_id}")) == (404, "not-found")

    async def test_whom_it_alone_named_is_disputed_and_not_removed(self, world: World) -> None:
        walk, other = await two_at_once(world)
        ok(await walk.act(world.intake, f"matches/{other.report_id}", answer="own_incident", reason="Another man."))
        disputed = {here["name"]: here["is_disputed"] for here in (await walk.see())["roster"]}
        assert disputed == {
            "Officer Rivera": False,
            "Officer Bauer": False,
            "Officer Haddad": False,
            "Captain Moreau": True,
            "Officer Lindqvist": True,
        }

    async def test_moved_to_another_case_it_joins_it(self, world: World) -> None:
        one = await filed(world)
        before = (datetime.now(UTC) - timedelta(days=2)).isoformat()
        slip = await filed(world, world.stranger, incident={**report_body(world)["incident"], "occurred_at": before})
        assert slip.case_id != one.case_id
        said = {"answer": "other_case", "case_id": one.case_id, "reason": "A slip in the date."}
        moved = ok(await slip.act(world.intake, f"matches/{slip.report_id}", **said))
        assert moved["case_id"] == one.case_id
        assert {r["id"] for r in (await one.see())["reports"]} == {one.report_id, slip.report_id}
        assert "Officer Lindqvist" in {here["name"] for here in (await one.see())["roster"]}

    async def test_an_emptied_case_may_be_screened_out(self, world: World) -> None:
        one = await filed(world)
        before = (datetime.now(UTC) - timedelta(days=2)).isoformat()
        slip = await filed(world, world.stranger, incident={**report_body(world)["incident"], "occurred_at": before})
        said = {"answer": "other_case", "case_id": one.case_id, "reason": "A slip in the date."}
        ok(await slip.act(world.intake, f"matches/{slip.report_id}", **said))
        await slip.acknowledge(world.intake)
        reason = {"reason": "Its one report belongs to another case."}
        ok(await slip.act(world.commander, "concurrences", step="case.screen_out", **reason))
        ok(await slip.step(world.second_commander, "case.screen_out", **reason))

    async def test_a_case_one_may_not_work_on_and_one_that_is_not_there_are_refused_alike(
        self, world: World, neighbours: World
    ) -> None:
        walk, other = await two_at_once(world)
        far = await filed(neighbours)
        answers = [
            await walk.act(world.intake, f"matches/{other.report_id}", answer="other_case", case_id=case_id, reason="x")
            for case_id in (far.case_id, str(NOWHERE), walk.case_id)
        ]
        bodies = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in answers]
        assert all(body == bodies[0] for body in bodies)
        assert problem(answers[0]) == (422, "validation")

    async def test_the_only_report_has_its_own_incident_already(self, world: World) -> None:
        walk = await filed(world)
        said = {"answer": "own_incident", "reason": "x"}
        assert problem(await walk.act(world.intake, f"matches/{walk.report_id}", **said)) == (409, "only-report")

    async def test_a_supervisor_does_not_move_reports(self, world: World) -> None:
        walk = await filed(world)
        said = {"answer": "own_incident", "reason": "x"}
        assert problem(await walk.act(world.sergeant, f"matches/{walk.report_id}", **said)) == (403, "forbidden")

    async def test_the_author_reads_the_same_report_and_hears_of_no_move(self, world: World) -> None:
        walk, other = await two_at_once(world)
        before = (await world.stranger.get(f"/v1/reports/{other.report_id}")).json()
        ok(await walk.act(world.intake, f"matches/{other.report_id}", answer="own_incident", reason="Another man."))
        assert (await world.stranger.get(f"/v1/reports/{other.report_id}")).json() == before

    async def test_the_database_lets_nobody_change_what_was_said(self, world: World, database: Database) -> None:
        walk = await filed(world)
        for column in ("content", "content_sha256", "author_id", "filed_at", "statement_class"):
            async with world.transaction() as tx:
                connection = await tx.connection()
                with pytest.raises(ProgrammingError, match="permission denied"):
                    await connection.exec_driver_sql(
                        f"UPDATE report SET {column} = {column} WHERE id = '{walk.report_id}'"
                    )
                await tx.rollback()
