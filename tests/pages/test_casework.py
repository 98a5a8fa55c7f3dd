"""Product section 2, steps 5 to 7, at the pages: the same acts, rights and refusals as by the API."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from fastapi import FastAPI

from app.cases.models import Element
from tests.cases.test_force_forms import WHEN, bring
from tests.pages.test_guard import Browser
from tests.proceedings.walk import Walk, filed, ok
from tests.world import NOWHERE, Person, World, report_body

SHA = "ab" * 32


class Desk(Browser):
    """Somebody at the pages of one case, without a browser: reads and sends what the forms would."""

    case_id = ""

    async def takes(self, person: Person, walk: Walk) -> Desk:
        await self.sign_in(person)
        self.case_id = walk.case_id
        return self

    async def read(self, path: str = "") -> httpx2.Response:
        return await self.get(f"/cases/{self.case_id}{path}")

    async def send(self, path: str, **fields: Any) -> httpx2.Response:
        given = {"form_token": await self.token(), "once": uuid.uuid4().hex, **fields}
        return await self.post(f"/cases/{self.case_id}{path}", given)

    async def text(self, path: str = "") -> str:
        answer = await self.read(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return words(answer.text)


def words(html: str) -> str:
    """What a page says, in one line."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("&#39;", "'")


def sent(answer: httpx2.Response, done: str) -> None:
    assert answer.status_code == 303, words(answer.text)
    assert f"done={done}" in answer.headers["location"]


def kinds_of(world: World, answer: httpx2.Response) -> list[str]:
    request = answer.headers["x-request-id"]
    return [entry["what"]["kind"] for entry in world.entries() if entry["what"]["req"] == request]


@pytest.fixture
def desk(pages_app: FastAPI, base: str) -> Desk:
    return Desk(pages_app, base)


class TestTheCasePage:
    """One page tells what is open, who holds it and what is missing before the next step."""

    async def test_it_names_what_is_missing_and_leads_there(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        page = (await desk.read()).text
        assert "Submit the findings" in words(page)
        assert "Not everyone on the roster has a complete assessment" in words(page)
        for path in (f"/assessments/{world.bystander.officer_id}", "/allegations/new", "/evidence/new", "/roster/new"):
            assert f'href="/cases/{walk.case_id}{path}"' in page

    async def test_nobody_is_led_to_what_they_may_not_do(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.sergeant, walk)
        page = (await desk.read()).text
        for path in ("/allegations/new", "/roster/new", "/dispute", "/finding"):
            assert f"{path}" not in page, path

    async def test_every_part_leaves_its_entry(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        kinds = set(kinds_of(world, await desk.read()))
        assert {"case.read", "report.read", "assessment.listed", "evidence.listed", "timeline.read"} <= kinds


class TestTheRoster:
    """Entries are added and disputed, never removed."""

    async def test_an_officer_is_looked_for_and_put_on_it(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        page = await desk.text("/roster/new?who=lindqvist")
        assert "Officer Lindqvist" in page
        answer = await desk.send("/roster", officer_id=str(world.stranger.officer_id), role="present")
        sent(answer, "presence.added")
        assert "Officer Lindqvist" in await desk.text()

    async def test_who_stands_there_is_told_in_words(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        answer = await desk.send("/roster", officer_id=str(world.bystander.officer_id), role="present")
        assert answer.status_code == 422
        assert "stands on the roster in this role" in words(answer.text)

    async def test_nobody_is_put_on_it_without_a_name(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        before = world.kinds().count("presence.added")
        for given in ({}, {"officer_id": "x", "role": "x"}, {"officer_id": str(NOWHERE), "role": "present"}):
            assert (await desk.send("/roster", **given)).status_code == 422
        assert world.kinds().count("presence.added") == before

    async def test_an_entry_is_disputed_with_a_reason_and_stays(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        entry = (await walk.see())["roster"][0]["entries"][0]["id"]
        assert "Officer Bauer" in await desk.text(f"/roster/{entry}/dispute")
        assert (await desk.send(f"/roster/{entry}/dispute", reason=" ")).status_code == 422
        sent(await desk.send(f"/roster/{entry}/dispute", reason="On leave."), "presence.disputed")
        assert "disputed On leave." in await desk.text()
        again = await desk.send(f"/roster/{entry}/dispute", reason="On leave, again.")
        assert (again.status_code, "On leave, again." in again.text) == (422, True)

    async def test_someone_described_is_identified(self, world: World, desk: Desk) -> None:
        tall = {"name": "the tall one", "role": "present"}
        walk = await (await filed(world, officers=[{"name": "Bauer", "role": "used_force"}, tall])).open()
        await desk.takes(world.investigator, walk)
        at = f"/identify/{walk.report_id}/1"
        assert "the tall one" in await desk.text(f"{at}?who=lind")
        assert (await desk.send(at, officer_id=str(world.stranger.officer_id))).status_code == 422
        sent(await desk.send(at, officer_id="nobody", reason="A paramedic."), "person.identified")
        assert (await desk.read(at)).status_code == 404


class TestForceForms:
    """Forms name users of force only, and the page says so; the banner does not call them made up."""

    NAMES_FEW = "Force forms name users of force only: whoever else was there is not on them."

    async def test_the_roster_says_whom_they_do_not_name(self, world: World, desk: Desk) -> None:
        await desk.takes(world.intake, await filed(world, incident=WHEN))
        assert self.NAMES_FEW not in await desk.text()
        await bring(world, world.stranger)
        told = await desk.text()
        assert self.NAMES_FEW in told
        assert "Used force from a force form" in told

    async def test_a_demonstration_calls_its_own_people_made_up_and_no_more(self, world: World, desk: Desk) -> None:
        await desk.takes(world.intake, await filed(world))
        assert "Its people, reports and findings are not real." in (await desk.read()).text


class TestAllegations:
    """One officer, one duty; the service cites the rule of the day."""

    async def test_the_rule_is_chosen_by_the_service_and_shown(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        assert "C.R.S. 18-8-802" in await desk.text("/allegations/new")
        given = {"officer_id": str(world.striker.officer_id), "duty": "excessive_force", "basis": "The video."}
        sent(await desk.send("/allegations", **given), "allegation.opened")
        assert "C.R.S. 18-8-802" in await desk.text()
        again = await desk.send("/allegations", **given)
        assert (again.status_code, "The video." in again.text) == (422, True)

    async def test_a_failure_to_intervene_names_the_force_of_another(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        force = await walk.accuse(world.striker, "excessive_force")
        await desk.takes(world.investigator, walk)
        given = {"officer_id": str(world.bystander.officer_id), "duty": "failure_to_intervene", "basis": "He stood by."}
        for wrong in ({}, {"force_allegation_id": force, "officer_id": str(world.striker.officer_id)}):
            answer = await desk.send("/allegations", **{**given, **wrong})
            assert answer.status_code == 422
            assert 'href="#force_allegation_id"' in answer.text
        sent(await desk.send("/allegations", **given, force_allegation_id=force), "allegation.opened")
        failure = (await walk.see())["allegations"][1]["id"]
        assert "Officer Bauer" in await desk.text(f"/allegations/{failure}")

    async def test_only_the_investigator_opens_one(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        for person, status in ((world.commander, 403), (world.other_investigator, 404), (world.board, 403)):
            await desk.takes(person, walk)
            assert (await desk.read("/allegations/new")).status_code == status
            assert (await desk.send("/allegations")).status_code == status


class TestEvidence:
    """References alone, entered once; reading one counts as having opened it."""

    async def test_one_is_entered_and_read(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        given = {"kind": "photo", "title": "Left hand", "sha256": f" {SHA.upper()} ", "held_at": "Vault 7"}
        sent(await desk.send("/evidence", **given), "evidence.added")
        item = ok(await world.investigator.get(f"{walk.path}/evidence"))["evidence"][0]
        assert item["sha256"] == SHA
        answer = await desk.read(f"/evidence/{item['id']}")
        assert SHA in answer.text
        assert "evidence.read" in kinds_of(world, answer)

    async def test_a_bad_hash_is_told_beside_its_field_and_all_is_kept(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        answer = await desk.send("/evidence", kind="photo", title="Left hand", sha256="zz", held_at="Vault 7")
        assert answer.status_code == 422
        assert all(each in answer.text for each in ("64 characters", "Left hand", "Vault 7", 'value="zz"'))

    async def test_sent_twice_it_is_entered_once(self, world: World, desk: Desk) -> None:
        walk = await (await filed(world)).open()
        await desk.takes(world.investigator, walk)
        given = {"kind": "photo", "title": "Left hand", "sha256": SHA, "held_at": "Vault 7", "once": "o" * 20}
        for _ in range(2):
            sent(await desk.send("/evidence", **given), "evidence.added")
        assert world.kinds().count("evidence.added") == 1


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


class TestWalls:
    """S1, S3: what a wall closes answers exactly as what is not there, on every page of the case."""

    async def test_a_walled_person_finds_no_page(self, world: World, desk: Desk) -> None:
        there = {"officer_id": str(world.sergeant.officer_id), "role": "present"}
        walk = await filed(world, officers=[{"name": "x", "role": "used_force"}, there])
        await desk.takes(world.sergeant, walk)
        seen = set()
        for path in PAGES:
            for case_id in (walk.case_id, str(uuid.uuid4())):
                answer = await desk.get(f"/cases/{case_id}{path}")
                assert answer.status_code == 404, path
                seen.add(words(answer.text).split("Number of this")[0])
        assert len(seen) == 1


PAGES = (
    "/roster/new",
    f"/roster/{NOWHERE}/dispute",
    f"/identify/{NOWHERE}/0",
    "/allegations/new",
    f"/allegations/{NOWHERE}",
    "/evidence/new",
    f"/evidence/{NOWHERE}",
    f"/assessments/{NOWHERE}",
    "/scene",
    "/scene/new",
    f"/allegations/{NOWHERE}/finding",
    f"/findings/{NOWHERE}",
)
