"""Product section 2, steps 3 and 4: the supervisor's queue, the case, triage, stepping aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.cases.models import ImmediateKind
from tests.pages.browsing import Visitor
from tests.pages.filer import choose
from tests.proceedings.walk import filed
from tests.world import World, report_body


class TestTheQueue:
    """The cases due first stand first; what a wall closes is not there."""

    async def test_it_tells_what_is_late(self, world: World, visitor: Visitor) -> None:
        first, second = await filed(world), await filed(world, incident=another_incident(world))
        world.database.sql(
            "UPDATE \"case\" SET triage_due_at = now() - interval '1 hour' WHERE id = :id", id=second.case_id
        )
        world.database.sql(
            "UPDATE \"case\" SET triage_due_at = now() + interval '5 hours' WHERE id = :id", id=first.case_id
        )
        await visitor.sign_in(world.sergeant)
        await visitor.follow("Cases")
        await visitor.inspect("cases")
        rows = visitor.page.locator("tbody tr")
        assert await rows.count() == 2
        assert "late by 1 hour" in await rows.nth(0).inner_text()
        assert "due in 4 hours" in await rows.nth(1).inner_text()
        assert (await rows.nth(0).locator("a").get_attribute("href") or "").endswith(second.case_id)

    async def test_it_shows_one_state_alone(self, world: World, desk: Visitor) -> None:
        await (await filed(world)).acknowledge()
        await desk.sign_in(world.sergeant)
        await desk.go("/cases")
        await desk.page.click("summary")
        await choose(desk, "state", "Waiting to be acknowledged")
        await desk.press("Show")
        assert "No case that is yours to see fits this choice" in await desk.text()
        await desk.inspect("cases-none")
        await desk.follow("In triage 1")
        assert await desk.page.locator("tbody tr").count() == 1

    async def test_a_supervisor_who_was_there_finds_nothing(self, world: World, desk: Visitor) -> None:
        there = {"officer_id": str(world.sergeant.officer_id), "role": "present"}
        walk = await filed(world, officers=[*one_officer(world), there])
        desk.expected = (404,)
        await desk.sign_in(world.sergeant)
        await desk.go("/cases")
        assert "No case is yours to see" in await desk.text()
        walled = []
        for path in ("", "/timeline", "/triage", "/steps/case.acknowledge", "/step-aside", "/view"):
            assert await desk.go(f"/cases/{walk.case_id}{path}") == 404
            walled.append(await desk.page.locator("main p.usa-intro").inner_text())
            assert await desk.go(f"/cases/00000000-0000-4000-8000-000000000000{path}") == 404
            walled.append(await desk.page.locator("main p.usa-intro").inner_text())
        assert len(set(walled)) == 1


def another_incident(world: World) -> dict[str, object]:
    before = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    return {**report_body(world)["incident"], "occurred_at": before, "place": "Birch Street"}


def one_officer(world: World) -> list[dict[str, object]]:
    return [{"officer_id": str(world.stranger.officer_id), "role": "used_force", "force": ["punch"]}]


class TestTriage:
    """Acknowledge, classify, answer the immediate steps, accept; or return with a reason."""

    async def test_a_supervisor_brings_a_case_from_routed_to_accepted(self, world: World, visitor: Visitor) -> None:
        walk = await filed(world)
        await visitor.sign_in(world.sergeant)
        await visitor.go(f"/cases/{walk.case_id}")
        await visitor.inspect("case-routed")
        assert "He struck a man who lay on the ground" in await visitor.text()
        await visitor.follow("Acknowledge")
        await visitor.inspect("step-acknowledge")
        await visitor.press("Acknowledge")
        assert walk.state == "triage"
        await visitor.follow("Accept the case")
        await visitor.inspect("step-open-missing")
        assert "Classify the case first" in await visitor.text()
        await visitor.follow("Go to triage")
        await visitor.inspect("triage")
        await choose(visitor, "classification", "Administrative")
        for kind in ImmediateKind:
            await choose(visitor, kind, "Done")
        await visitor.press("Save")
        await visitor.inspect("case-triage")
        await walk.assign()
        await visitor.follow("Accept the case")
        await visitor.press("Accept the case")
        assert walk.state == "investigation"
        await visitor.inspect("case-investigation")
        await visitor.follow("See the timeline")
        await visitor.inspect("timeline")
        assert "Accepted; the investigation began" in await visitor.text()

    async def test_returning_needs_a_reason_and_keeps_what_was_typed(self, world: World, desk: Visitor) -> None:
        desk.expected = (422,)
        walk = await filed(world)
        await desk.sign_in(world.sergeant)
        await desk.go(f"/cases/{walk.case_id}")
        await desk.follow("Return to its author")
        await desk.press("Return to its author")
        assert await desk.page.get_attribute("#reason", "aria-invalid") == "true"
        await desk.inspect("step-return-errors")
        await desk.page.fill("#reason", "Where did the second officer stand?")
        await desk.press("Return to its author")
        assert walk.state == "returned"

    async def test_with_several_reports_one_says_whose_author_is_asked(self, world: World, desk: Visitor) -> None:
        desk.expected = (422,)
        walk = await filed(world)
        await filed(world, world.stranger)
        await desk.sign_in(world.sergeant)
        await desk.go(f"/cases/{walk.case_id}/steps/case.return")
        await desk.inspect("step-return-several")
        await choose(desk, "report_id", "Officer Lindqvist")
        await desk.page.fill("#reason", "What did you hear?")
        await desk.press("Return to its author")
        assert walk.state == "returned"

    async def test_a_step_that_is_not_needed_says_why(self, world: World, desk: Visitor) -> None:
        desk.expected = (422,)
        walk = await (await filed(world)).acknowledge()
        await desk.sign_in(world.sergeant)
        await desk.go(f"/cases/{walk.case_id}/triage")
        await choose(desk, "classification", "Criminal")
        await choose(desk, "medical_check", "Not needed")
        await desk.page.fill("#preserve_video_note", "Asked for at the station.")
        await desk.press("Save")
        assert await desk.page.get_attribute("#medical_check_note", "aria-invalid") == "true"
        assert await desk.page.is_checked("input[value=criminal]")
        assert await desk.page.input_value("#preserve_video_note") == "Asked for at the station."
        await desk.inspect("triage-errors")
        assert "case.classified" not in world.kinds()

    async def test_a_changed_classification_says_why(self, world: World, desk: Visitor) -> None:
        desk.expected = (422,)
        walk = await (await (await filed(world)).acknowledge()).classify()
        await desk.sign_in(world.sergeant)
        await desk.go(f"/cases/{walk.case_id}/triage")
        await choose(desk, "classification", "Criminal")
        await desk.press("Save")
        await desk.page.fill("#reason", "The video shows more.")
        await desk.press("Save")
        assert world.kinds().count("case.classified") == 2

    async def test_nobody_acts_on_what_they_have_not_seen(self, world: World, desk: Visitor) -> None:
        desk.expected = (412,)
        walk = await filed(world)
        await desk.sign_in(world.sergeant)
        await desk.go(f"/cases/{walk.case_id}/steps/case.acknowledge")
        await filed(world, world.stranger)
        await desk.press("Acknowledge")
        assert walk.state == "routed"
        await desk.inspect("stale")
        await desk.follow("Look again")
        assert desk.path == f"/cases/{walk.case_id}"

    async def test_a_step_that_is_not_open_is_told_in_words(self, world: World, desk: Visitor) -> None:
        desk.expected = (409,)
        walk = await filed(world)
        await desk.sign_in(world.sergeant)
        assert await desk.go(f"/cases/{walk.case_id}/steps/case.open") == 409
        await desk.inspect("not-open")

    async def test_stepping_aside_takes_one_act(self, world: World, desk: Visitor) -> None:
        desk.expected = (404,)
        walk = await filed(world)
        await desk.sign_in(world.sergeant)
        await desk.go(f"/cases/{walk.case_id}")
        await desk.follow("Step aside: I am in conflict")
        await desk.inspect("step-aside")
        await desk.press("Step aside")
        await desk.inspect("stepped-aside")
        assert await desk.go(f"/cases/{walk.case_id}") == 404
        holder = world.database.sql('SELECT holder_id FROM "case" WHERE id = :id', id=walk.case_id)
        assert holder == [(world.lieutenant.account_id,)]


class TestWhatIsWithheld:
    """S12 and the fear of retaliation: a page shows no more than its API."""

    async def test_a_compelled_statement_is_withheld_from_the_supervisor(self, world: World, desk: Visitor) -> None:
        walk = await filed(world, statement_class="compelled", warning="compelled-1")
        await desk.sign_in(world.sergeant)
        await desk.go(f"/cases/{walk.case_id}")
        await desk.inspect("case-withheld")
        assert "He struck a man" not in await desk.text()
        assert "withheld" in await desk.text()

    async def test_fear_of_retaliation_is_shown_to_intake_and_not_to_the_supervisor(
        self, world: World, desk: Visitor
    ) -> None:
        walk = await filed(world, fear_words="Of losing my post.")
        await desk.sign_in(world.sergeant)
        await desk.go(f"/cases/{walk.case_id}")
        assert "Of losing my post" not in await desk.text()
        await desk.sign_in(world.intake)
        await desk.go(f"/cases/{walk.case_id}")
        assert "Of losing my post" in await desk.text()

    async def test_a_commander_sees_findings_on_every_allegation(self, world: World, visitor: Visitor) -> None:
        walk = await (await filed(world)).submitted()
        await visitor.sign_in(world.commander)
        await visitor.go(f"/cases/{walk.case_id}")
        await visitor.inspect("case-findings")
        assert "Failure to intervene" in await visitor.text()
        assert "Sustained" in await visitor.text()
