"""Product section 2, steps 5 to 7, at the pages: the same acts, rights and refusals as by the API."""

from __future__ import annotations

import uuid

import pytest
from fastapi import FastAPI

from tests.cases.test_force_forms import WHEN, bring
from tests.pages.at_the_desk import Desk, kinds_of, sent, words
from tests.proceedings.walk import filed, ok
from tests.world import NOWHERE, World

SHA = "ab" * 32


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
