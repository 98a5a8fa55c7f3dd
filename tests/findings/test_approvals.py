"""Approvals: another person, who opened what the finding rests on, in the review; of two at once one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.access.actor import Role
from tests.findings.matter import CANARY, Matter, make_matter, unlike_absent
from tests.proceedings.walk import filed, ok, problem
from tests.world import NOWHERE, World, report_body


async def in_review(world: World, **changes: object) -> tuple[Matter, str]:
    matter = await make_matter(world)
    finding = await matter.proposed(**changes)
    matter.stands("findings_review")
    return matter, finding


async def resting_on_a_second_report(world: World) -> tuple[Matter, str, str]:
    """A finding in review that cites, besides the video, a report whose match is not certain."""
    matter = await make_matter(world)
    later = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    other = await filed(world, world.stranger, incident={**report_body(world)["incident"], "occurred_at": later})
    assert other.case_id == matter.case_id
    finding = await matter.proposed(evidence=[matter.video, other.report_id])
    matter.stands("findings_review")
    return matter, finding, other.report_id


def state_of(world: World, finding: str) -> object:
    return world.database.sql("SELECT state FROM finding WHERE id = :id", id=finding)[0][0]


class TestApproving:
    """Product section 6: one person never both proposes and approves."""

    async def test_another_person_approves_and_the_board_can_read_it_from_the_record(self, world: World) -> None:
        matter, finding = await in_review(world)
        answer = await matter.approve(finding)
        assert answer.status_code == 201, answer.text
        assert (state_of(world, finding), answer.headers["etag"]) == ("approved", '"2"')
        entry = next(e for e in world.entries() if e["what"]["kind"] == "finding.approved")
        assert entry["on"]["id"] == finding
        assert entry["on"]["rev"] == 2
        told = {name: entry["of"][name] for name in ("duty", "disposition", "officer", "provision")}
        assert told == {
            "duty": "failure_to_intervene",
            "disposition": "sustained",
            "officer": str(world.bystander.officer_id),
            "provision": "US-CO",
        }
        assert CANARY not in str(world.entries())

    async def test_one_sent_back_no_longer_stands(self, world: World) -> None:
        matter, finding = await in_review(world)
        assert (await matter.approve(finding, approves=False)).status_code == 201
        assert state_of(world, finding) == "sent_back"
        assert problem(await matter.approve(finding)) == (409, "state-conflict")
        matter.stands("investigation")
        again = await matter.proposed()
        assert (state_of(world, finding), state_of(world, again)) == ("sent_back", "proposed")

    async def test_whoever_proposed_it_does_not_approve_it(self, world: World) -> None:
        matter, finding = await in_review(world)
        world.database.sql(
            "INSERT INTO account_role (agency_id, account_id, role, granted_at) VALUES (:a, :id, :r, now())",
            a=world.agency.id,
            id=world.investigator.account_id,
            r=Role.COMMANDER,
        )
        assert problem(await matter.approve(finding, world.investigator)) == (409, "same-person")
        assert state_of(world, finding) == "proposed"

    @pytest.mark.parametrize("who", ["investigator", "intake", "authority", "board"])
    async def test_other_offices_do_not_approve(self, world: World, who: str) -> None:
        matter, finding = await in_review(world)
        assert problem(await matter.approve(finding, world.cast[who], tag='"1"')) == (403, "forbidden")

    @pytest.mark.parametrize("state", ["investigation", "discipline", "board_review"])
    async def test_nothing_is_approved_outside_the_review(self, world: World, state: str) -> None:
        matter, finding = await in_review(world)
        matter.stands(state)
        assert problem(await matter.approve(finding)) == (409, "state-conflict")

    async def test_a_superseded_finding_is_not_approved(self, world: World) -> None:
        matter = await make_matter(world)
        first = await matter.proposed()
        await matter.proposed(disposition="not_sustained")
        matter.stands("findings_review")
        assert problem(await matter.approve(first)) == (409, "state-conflict")

    async def test_who_may_not_know_gets_what_nowhere_gets(self, world: World, neighbours: World) -> None:
        matter, finding = await in_review(world)
        for person in (world.bystander, world.striker, world.admin, neighbours.commander):
            seen = await matter.approve(finding, person, tag='"1"')
            absent = await matter.approve(str(NOWHERE), person, tag='"1"')
            assert seen.status_code == 404
            assert unlike_absent(seen, absent) == set()


class TestOpening:
    """What counts as opened is our own read entry of that revision by that person."""

    async def test_each_item_that_was_not_opened_is_named(self, world: World) -> None:
        matter, finding = await in_review(world)
        refused = await matter.approve(finding, tag='"1"')
        assert problem(refused) == (409, "not-opened")
        assert refused.json()["unopened"] == [finding, matter.assessment, matter.video, matter.report_id]
        await matter.open(world.commander, "assessment", "video")
        await world.commander.get(f"/v1/findings/{finding}")
        refused = await matter.approve(finding, tag='"1"')
        assert refused.json()["unopened"] == [matter.report_id]
        await matter.open(world.commander, "reports")
        assert (await matter.approve(finding, tag='"1"')).status_code == 201

    async def test_what_another_opened_does_not_count(self, world: World) -> None:
        matter, finding = await in_review(world)
        await matter.open_all(world.second_commander, finding)
        assert problem(await matter.approve(finding, tag='"1"')) == (409, "not-opened")

    async def test_sending_back_asks_for_the_same(self, world: World) -> None:
        matter, finding = await in_review(world)
        assert problem(await matter.approve(finding, approves=False, tag='"1"')) == (409, "not-opened")

    async def test_a_supplement_has_to_be_read_as_well(self, world: World) -> None:
        matter, finding = await in_review(world)
        tag = await matter.open_all(world.commander, finding)
        more = {"narrative": "There was a second blow.", "declares_accuracy": True}
        assert (await world.reporter.post(f"/v1/reports/{matter.report_id}/supplements", more)).status_code == 201
        refused = await matter.approve(finding, tag=tag)
        assert refused.json()["unopened"] == [matter.report_id]

    async def test_a_newer_assessment_sends_the_finding_back(self, world: World) -> None:
        matter, finding = await in_review(world)
        await matter.assess(world.bystander)
        assert problem(await matter.approve(finding)) == (409, "assessment-outdated")
        assert (await matter.approve(finding, approves=False)).status_code == 201

    async def test_a_report_that_was_moved_away_sends_the_finding_back(self, world: World) -> None:
        """Even for whoever read it while it was of this case: the finding would rest on another incident."""
        matter, finding, report = await resting_on_a_second_report(world)
        tag = await matter.open_all(world.commander, finding)
        said = {"answer": "own_incident", "reason": "Another street."}
        ok(await matter.walk.act(world.intake, f"matches/{report}", **said))
        assert problem(await matter.approve(finding, tag=tag)) == (409, "ground-moved")
        assert (await matter.approve(finding, world.second_commander, approves=False)).status_code == 201


class TestAtOnce:
    """S50: decided under a row lock, on the version that was seen."""

    async def test_of_two_approvers_one_gets_through(self, world: World) -> None:
        matter, finding = await in_review(world)
        people = (world.commander, world.second_commander)
        tags = [await matter.open_all(person, finding) for person in people]
        answers = await asyncio.gather(
            *(matter.approve(finding, person, tag=tag) for person, tag in zip(people, tags, strict=True))
        )
        assert sorted(a.status_code for a in answers) == [201, 412]
        assert world.database.sql("SELECT count(*) FROM approval WHERE finding_id = :id", id=finding) == [(1,)]
        assert world.kinds().count("finding.approved") == 1

    async def test_a_yes_and_a_no_at_once_leave_one(self, world: World) -> None:
        matter, finding = await in_review(world)
        people = (world.commander, world.second_commander)
        tags = [await matter.open_all(person, finding) for person in people]
        answers = await asyncio.gather(
            *(
                matter.approve(finding, person, approves=person is world.commander, tag=tag)
                for person, tag in zip(people, tags, strict=True)
            )
        )
        assert sorted(a.status_code for a in answers) == [201, 412]
        assert len({"finding.approved", "finding.sent_back"} & set(world.kinds())) == 1

    async def test_an_approval_names_the_version_it_is_about(self, world: World) -> None:
        matter, finding = await in_review(world)
        await matter.open_all(world.commander, finding)
        assert problem(await matter.approve(finding, tag='"7"')) == (412, "stale")
        body = {"approves": True, "reason": "as seen"}
        assert problem(await world.commander.post(f"/v1/findings/{finding}/approvals", body)) == (
            428,
            "precondition-required",
        )

    async def test_a_retry_gets_the_first_answer(self, world: World) -> None:
        matter, finding = await in_review(world)
        headers = {"If-Match": await matter.open_all(world.commander, finding)}
        body, path = {"approves": True, "reason": "as seen"}, f"/v1/findings/{finding}/approvals"
        answers = [
            await world.commander.post(path, body, key="one-and-the-same-key", headers=headers) for _ in range(2)
        ]
        assert [a.status_code for a in answers] == [201, 201]
        assert answers[0].content == answers[1].content
