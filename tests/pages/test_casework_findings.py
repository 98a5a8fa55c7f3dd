"""Product section 2, steps 6 and 7, at the pages: answers for each officer, the drawn scene, findings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI

from app.cases.models import Element
from tests.pages.at_the_desk import Desk, kinds_of, sent, words
from tests.proceedings.walk import Walk, filed, ok
from tests.world import NOWHERE, World, report_body


@pytest.fixture
def desk(pages_app: FastAPI, base: str) -> Desk:
    return Desk(pages_app, base)


class TestAssessments:
    """Everyone present is answered for; a revision never changes an earlier one."""

    async def test_a_part_is_saved_and_the_grid_says_what_is_open(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        at = f"/assessments/{world.bystander.officer_id}"
        assert "C.R.S. 18-8-802: witnessed it" in await desk.text(at)
        given = {"revision": "0", "presence_answer": "yes", "presence_evidence": walk.report_id}
        sent(await desk.send(at, **given), "assessment.recorded")
        page = await desk.text()
        assert "Officer Haddad : assessment 7 cells open" in page
        assert "Yes C.R.S. 18-8-802: witnessed it 1 item of evidence no reasoning yet" in page
        assert "Not answered yet" in page

    async def test_a_whole_one_is_complete_and_can_be_revised(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        at = f"/assessments/{world.bystander.officer_id}"
        sent(await desk.send(at, revision="0", **whole(walk)), "assessment.recorded")
        assert "Officer Haddad : assessment complete" in await desk.text()
        answer = await desk.read(at)
        assert "assessment.read" in kinds_of(world, answer)
        assert 'name="presence_standard" type="text" value=""' in answer.text
        sent(await desk.send(at, revision="1", **whole(walk, response_answer="unclear")), "assessment.recorded")
        newest = ok(await world.commander.get(walk.assessment_of(world.bystander)))
        assert (newest["revision"], newest["elements"]["response"]["answer"]) == (2, "unclear")

    async def test_nobody_writes_over_what_they_have_not_seen_and_loses_nothing(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        at = f"/assessments/{world.bystander.officer_id}"
        await walk.assess(world.bystander)
        answer = await desk.send(at, revision="0", presence_reasoning="Twenty feet away.")
        assert answer.status_code == 412
        assert "Twenty feet away." in answer.text
        assert "Someone saved a later revision" in answer.text
        assert 'name="revision" value="1"' in answer.text

    async def test_errors_stand_beside_their_fields_and_all_is_kept(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        at = f"/assessments/{world.reporter.officer_id}"
        wrong = {"reported_answer": "no", "presence_evidence": str(NOWHERE), "response_reasoning": "He tried."}
        answer = await desk.send(at, revision="0", **wrong)
        assert (answer.status_code, "He tried." in answer.text) == (422, True)
        assert 'href="#presence_evidence"' in answer.text
        answer = await desk.send(at, revision="0", reported_answer="no", presence_answer="surely")
        assert 'href="#presence_answer"' in answer.text
        answer = await desk.send(at, revision="0", reported_answer="no")
        assert "report is on file" in words(answer.text)
        assert "assessment.recorded" not in world.kinds()

    async def test_others_read_it_and_only_the_investigator_writes(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await walk.assess(world.bystander)
        await desk.takes(world.commander, walk)
        at = f"/assessments/{world.bystander.officer_id}"
        assert "The report and the video agree." in await desk.text(at)
        assert "has not been assessed yet" in await desk.text(f"/assessments/{world.striker.officer_id}")
        assert (await desk.read(f"/assessments/{world.stranger.officer_id}")).status_code == 404
        assert (await desk.send(at, revision="1")).status_code == 403


def whole(walk: Walk, **changes: str) -> dict[str, str]:
    """Every element answered, as the form sends it."""
    fields = {"reported_answer": "no", "reported_reasoning": "None came."}
    for element in Element:
        fields |= {f"{element}_answer": "yes", f"{element}_reasoning": "Seen.", f"{element}_evidence": walk.report_id}
    return fields | changes


class TestTheScene:
    """A row for each officer, every moment with its source; what officers say stands apart from what was found."""

    async def test_a_moment_is_entered_and_superseded_at_the_page(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world, incident=at_dusk(world))).open()
        await desk.takes(world.investigator, walk)
        assert "First saw it" in await desk.text("/scene/new")
        sent(await desk.send("/scene", **moment(world, walk)), "scene.marked")
        assert "9:45:10 PM" in await desk.text("/scene")
        first = ok(await world.investigator.get(f"{walk.path}/scene"))["marks"][0]
        assert "9:45:10 PM" in await desk.text(f"/scene/new?supersedes={first['id']}")
        later = moment(world, walk, at="21:45:12", supersedes_id=first["id"], reason="Another frame.")
        sent(await desk.send("/scene", **later), "scene.marked")
        page = await desk.text("/scene")
        assert page.index("9:45:12 PM") < page.index("Superseded") < page.index("9:45:10 PM", page.index("Superseded"))
        again = await desk.send("/scene", **later)
        assert (again.status_code, "taken the place of this one" in words(again.text)) == (422, True)

    async def test_what_does_not_fit_stands_beside_its_field(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        for wrong, field in (
            ({"at": "soon"}, "at"),
            ({"at": "25:00"}, "at"),
            ({"kind": "act"}, "says"),
            ({"source_id": str(NOWHERE)}, "source_id"),
            ({"officer_id": ""}, "officer_id"),
        ):
            answer = await desk.send("/scene", **moment(world, walk, **wrong))
            assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True), field
            assert "03:12 of the video" in answer.text
        assert "scene.marked" not in world.kinds()

    async def test_what_officers_say_is_told_as_their_own_word(self, world: World, desk: Desk) -> None:
        at = at_dusk(world)["occurred_at"]
        walk = await (await filed(world, own_view={"saw": "all", "first_saw_at": at})).open()
        await desk.takes(world.commander, walk)
        page = (await desk.read("/scene")).text
        assert "Says they first saw it their own word" in words(page)
        assert "<desc" in page
        assert 'fill="none"' in page
        assert "/scene/new" not in page


def at_dusk(world: World) -> dict[str, Any]:
    """Yesterday at a quarter to ten in the evening, where the agency is."""
    zone = ZoneInfo("America/Denver")
    at = (datetime.now(zone) - timedelta(days=1)).replace(hour=21, minute=45, second=0, microsecond=0)
    return {**report_body(world)["incident"], "occurred_at": at.isoformat()}


def moment(world: World, walk: Walk, **changes: str) -> dict[str, str]:
    said = {"officer_id": str(world.striker.officer_id), "kind": "first_force", "at": "9:45:10 PM"}
    return {**said, "exactness": "second", "source_id": walk.report_id, "place": "03:12 of the video", **changes}


class TestFindings:
    """Written beside the evidence they cite; superseded, never changed."""

    async def test_one_is_proposed_read_and_found_anew(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        force = await walk.accuse(world.striker, "excessive_force")
        await desk.takes(world.investigator, walk)
        at = f"/allegations/{force}/finding"
        page = await desk.text(at)
        assert "He struck a man who lay on the ground" in page
        assert "This officer has not been assessed yet." in page
        sent(await desk.send(at, **found(walk)), "finding.proposed")
        assert 'value="not_sustained" checked' in (await desk.read(at)).text
        sent(await desk.send(at, **found(walk, disposition="exonerated")), "finding.proposed")
        page = await desk.text(f"/allegations/{force}")
        assert page.index("Finding 1: Not sustained superseded") < page.index("Finding 2: Exonerated proposed")
        last = ok(await world.commander.get(f"/v1/allegations/{force}/findings"))[-1]["id"]
        answer = await desk.read(f"/findings/{last}")
        assert "The video shows it." in words(answer.text)
        assert "finding.read" in kinds_of(world, answer)

    async def test_the_duty_to_intervene_rests_on_the_assessment_it_was_written_beside(
        self, world: World, desk: Desk
    ) -> None:
        walk = await (await filed(world)).open()
        force = await walk.accuse(world.striker, "excessive_force")
        failure = await walk.accuse(world.bystander, "failure_to_intervene", force)
        await desk.takes(world.investigator, walk)
        at = f"/allegations/{failure}/finding"
        without = await desk.send(at, **found(walk))
        assert (without.status_code, "rests on a complete assessment" in words(without.text)) == (422, True)
        first = await walk.assess(world.bystander)
        assert f'name="assessment_shown" value="{first["id"]}"' in (await desk.read(at)).text
        await walk.assess(world.bystander)
        given = found(walk, assessment_id="yes", assessment_shown=first["id"])
        outdated = await desk.send(at, **given)
        assert (outdated.status_code, "has a newer revision" in words(outdated.text)) == (422, True)
        assert "The video shows it." in outdated.text
        newest = ok(await world.investigator.get(walk.assessment_of(world.bystander)))["id"]
        sent(await desk.send(at, **{**given, "assessment_shown": newest}), "finding.proposed")

    async def test_what_does_not_fit_stands_beside_its_field_and_all_is_kept(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        force = await walk.accuse(world.striker, "excessive_force")
        await desk.takes(world.investigator, walk)
        at = f"/allegations/{force}/finding"
        for wrong, field in (
            ({"disposition": ""}, "disposition"),
            ({"disposition": "sustained", "evidence": ""}, "evidence"),
            ({"disposition": "not_completed"}, "not_completed_because"),
            ({"not_completed_because": "He left."}, "not_completed_because"),
            ({"provision_id": "US-NJ"}, "provision_id"),
            ({"evidence": str(NOWHERE)}, "evidence"),
            ({"rationale": " "}, "rationale"),
        ):
            answer = await desk.send(at, **found(walk, **wrong))
            assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True), wrong
        assert "finding.proposed" not in world.kinds()

    async def test_only_the_investigator_proposes_and_only_in_this_case(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        other = await filed(world, incident={**report_body(world)["incident"], "place": "Birch", **long_ago()})
        force = await walk.accuse(world.striker, "excessive_force")
        at = f"/allegations/{force}/finding"
        for person, status in ((world.commander, 403), (world.other_investigator, 404), (world.board, 403)):
            await desk.takes(person, walk)
            assert (await desk.read(at)).status_code == status
            assert (await desk.send(at, **found(walk))).status_code == status
        await desk.takes(world.commander, other)
        assert (await desk.read(f"/allegations/{force}")).status_code == 404


def long_ago() -> dict[str, str]:
    return {"occurred_at": (datetime.now(UTC) - timedelta(days=3)).isoformat()}


def found(walk: Walk, **changes: str) -> dict[str, str]:
    said = {"disposition": "not_sustained", "rationale": "The video shows it.", "provision_id": "US-CO"}
    given = {**said, "proof": "preponderance", "evidence": walk.report_id, **changes}
    return {name: value for name, value in given.items() if (name, value) != ("evidence", "")}
