"""Findings: proposed by the investigator on one officer and one duty, superseded by a later one, never changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.findings.matter import CANARY, make_matter, unlike_absent
from tests.proceedings.walk import problem
from tests.world import NOWHERE, World, report_body


class TestProposing:
    """Product section 2, step 7: a neutral disposition, the standard of proof, the rationale, the provision."""

    async def test_the_investigator_proposes_and_the_record_says_what_a_board_asks(self, world: World) -> None:
        matter = await make_matter(world)
        answer = await matter.propose()
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert (found["state"], found["revision"], found["proof"]) == ("proposed", 1, "preponderance")
        assert answer.headers["etag"] == '"1"'
        entry = next(e for e in world.entries() if e["what"]["kind"] == "finding.proposed")
        told = {name: entry["of"][name] for name in ("duty", "disposition", "officer", "provision")}
        assert told == {
            "duty": "failure_to_intervene",
            "disposition": "sustained",
            "officer": str(world.bystander.officer_id),
            "provision": "US-CO",
        }
        assert (entry["on"]["id"], entry["on"]["rev"]) == (found["id"], 1)
        assert CANARY not in str(world.entries())

    @pytest.mark.parametrize("who", ["commander", "intake", "authority", "board"])
    async def test_other_offices_of_the_case_do_not_propose(self, world: World, who: str) -> None:
        matter = await make_matter(world)
        assert problem(await matter.propose(by=world.cast[who])) == (403, "forbidden")

    @pytest.mark.parametrize("state", ["triage", "findings_review", "discipline", "closed"])
    async def test_nothing_is_proposed_outside_the_investigation(self, world: World, state: str) -> None:
        matter = await make_matter(world)
        matter.stands(state)
        answer = await matter.propose()
        assert problem(answer) == (409, "state-conflict")
        assert answer.json()["state"] == state

    async def test_a_later_proposal_supersedes_the_one_that_stands(self, world: World) -> None:
        matter = await make_matter(world)
        first = await matter.proposed()
        second = await matter.proposed(disposition="not_sustained")
        listed = (await world.commander.get(f"/v1/allegations/{matter.failure}/findings")).json()
        assert [(f["id"], f["revision"], f["state"]) for f in listed] == [
            (first, 1, "superseded"),
            (second, 2, "proposed"),
        ]
        assert listed[0]["disposition"] == "sustained"
        entry = next(e for e in world.entries() if e["what"]["kind"] == "finding.superseded")
        assert (entry["on"]["id"], entry["on"]["rev"], entry["of"]["by"]) == (first, 2, second)

    async def test_the_same_key_proposes_once(self, world: World) -> None:
        matter = await make_matter(world)
        path = f"/v1/allegations/{matter.failure}/findings"
        key = "one-and-the-same-key"
        answers = [await world.investigator.post(path, matter.finding(), key=key) for _ in range(2)]
        assert answers[0].content == answers[1].content
        assert world.kinds().count("finding.proposed") == 1
        without = await world.investigator.call("POST", path, json=matter.finding())
        assert problem(without) == (400, "idempotency-required")

    async def test_one_finding_speaks_of_one_officer(self, world: World) -> None:
        matter = await make_matter(world)
        assert problem(await matter.propose(officers=[str(world.striker.officer_id)])) == (422, "validation")

    async def test_an_unfinished_one_needs_its_reason_and_no_other_has_one(self, world: World) -> None:
        matter = await make_matter(world)
        assert problem(await matter.propose(disposition="not_completed")) == (422, "validation")
        assert problem(await matter.propose(not_completed_because="withdrawn")) == (422, "validation")
        given = await matter.propose(disposition="not_completed", not_completed_because="The officer died.")
        assert given.status_code == 201

    @pytest.mark.parametrize(
        "unfit",
        [
            {"disposition": "guilty"},
            {"proof": "beyond_doubt"},
            {"rationale": ""},
            {"provision_id": "../etc"},
            {"evidence": ["not-an-id"]},
            {"evidence": []} | {"assessment_id": None},
        ],
    )
    async def test_what_does_not_fit_is_refused(self, world: World, unfit: dict[str, object]) -> None:
        matter = await make_matter(world)
        assert problem(await matter.propose(**unfit)) == (422, "validation")


class TestProvision:
    """A finding cites a provision that was in force for the agency on the day of the incident."""

    @pytest.mark.parametrize("elsewhere", ["US-NJ", "US-18USC242", "US-MODEL", "US-NOWHERE"])
    async def test_another_states_a_crime_and_an_unneeded_model_are_refused(self, world: World, elsewhere: str) -> None:
        matter = await make_matter(world)
        assert problem(await matter.propose(provision_id=elsewhere)) == (422, "provision-not-in-force")

    async def test_before_the_law_the_model_standard_stands_in(self, world: World) -> None:
        before = {**report_body(world)["incident"], "occurred_at": datetime(2019, 5, 1, tzinfo=UTC).isoformat()}
        matter = await make_matter(world, incident=before)
        assert problem(await matter.propose(provision_id="US-CO")) == (422, "provision-not-in-force")
        assert (await matter.propose(provision_id="US-MODEL")).status_code == 201

    async def test_the_day_is_the_agencys(self, world: World) -> None:
        """Colorado's law holds from 19 June 2020; two in the morning UTC is still the 18th in Denver."""
        evening = {**report_body(world)["incident"], "occurred_at": "2020-06-19T02:00:00Z"}
        matter = await make_matter(world, incident=evening)
        assert problem(await matter.propose(provision_id="US-CO")) == (422, "provision-not-in-force")


class TestWhatItRestsOn:
    """Evidence is of this case; the duty to intervene asks for six elements and a force allegation."""

    async def test_evidence_of_another_case_is_as_unknown_as_none(self, world: World) -> None:
        matter = await make_matter(world)
        earlier = {**report_body(world)["incident"], "occurred_at": (datetime.now(UTC) - timedelta(days=9)).isoformat()}
        other = await make_matter(world, incident=earlier)
        assert other.case_id != matter.case_id
        for foreign in (other.video, other.report_id, other.assessment, str(NOWHERE)):
            answer = await matter.propose(evidence=[matter.video, foreign])
            assert problem(answer) == (422, "validation")
            assert [e["pointer"] for e in answer.json()["errors"]] == ["/evidence/1"]

    async def test_without_an_assessment_there_is_no_finding_on_the_duty_to_intervene(self, world: World) -> None:
        matter = await make_matter(world)
        assert problem(await matter.propose(assessment_id=None)) == (409, "assessment-missing")

    async def test_an_incomplete_assessment_does_not_do(self, world: World) -> None:
        matter = await make_matter(world)
        matter.assessment = await matter.assess(world.bystander, elements={})
        assert problem(await matter.propose()) == (409, "assessment-missing")

    async def test_an_older_revision_does_not_do(self, world: World) -> None:
        matter = await make_matter(world)
        await matter.assess(world.bystander)
        assert problem(await matter.propose()) == (409, "assessment-outdated")

    async def test_another_officers_assessment_does_not_do(self, world: World) -> None:
        matter = await make_matter(world)
        matter.assessment = await matter.assess(world.reporter)
        assert problem(await matter.propose()) == (422, "validation")

    async def test_other_duties_need_no_assessment(self, world: World) -> None:
        matter = await make_matter(world)
        assert (await matter.propose(matter.force, assessment_id=None)).status_code == 201

    async def test_a_failure_without_a_force_allegation_is_not_found(self, world: World) -> None:
        matter = await make_matter(world)
        world.database.sql("UPDATE allegation SET force_allegation_id = NULL WHERE id = :id", id=matter.failure)
        assert problem(await matter.propose()) == (409, "force-not-linked")


class TestForceWithinPolicy:
    """Law section 1: a failure is not sustained on force found within policy, unless belief decides."""

    @pytest.mark.parametrize("disposition", ["exonerated", "unfounded"])
    async def test_it_is_refused_where_the_force_was_proper(self, world: World, disposition: str) -> None:
        matter = await make_matter(world)
        await matter.proposed(matter.force, disposition=disposition, assessment_id=None)
        assert problem(await matter.propose()) == (409, "force-within-policy")
        assert (await matter.propose(disposition="unfounded")).status_code == 201

    @pytest.mark.parametrize("disposition", ["sustained", "not_sustained", "policy_failure"])
    async def test_it_stands_where_the_force_was_not(self, world: World, disposition: str) -> None:
        matter = await make_matter(world)
        await matter.proposed(matter.force, disposition=disposition, assessment_id=None)
        assert (await matter.propose()).status_code == 201

    async def test_it_stands_where_the_provision_turns_on_belief(self, world: World) -> None:
        before = {**report_body(world)["incident"], "occurred_at": datetime(2019, 5, 1, tzinfo=UTC).isoformat()}
        matter = await make_matter(world, incident=before)
        of_model = {"provision_id": "US-MODEL"}
        await matter.proposed(matter.force, disposition="exonerated", assessment_id=None, **of_model)
        assert (await matter.propose(**of_model)).status_code == 201

    async def test_the_force_is_not_found_proper_after_a_failure_was_sustained(self, world: World) -> None:
        matter = await make_matter(world)
        await matter.proposed()
        proper = {"disposition": "exonerated", "assessment_id": None}
        assert problem(await matter.propose(matter.force, **proper)) == (409, "failure-sustained")
        await matter.proposed(disposition="unfounded")
        assert (await matter.propose(matter.force, **proper)).status_code == 201


class TestWalls:
    """S1, S3: for someone on the wall an allegation and its findings answer as what does not exist."""

    @pytest.mark.parametrize("who", ["striker", "bystander", "reporter", "stranger", "admin", "other_investigator"])
    async def test_who_may_not_know_gets_what_nowhere_gets(self, world: World, who: str) -> None:
        matter = await make_matter(world)
        finding = await matter.proposed()
        person = world.cast[who]
        for path in ("/v1/allegations/{}/findings", "/v1/findings/{}", "/v1/allegations/{}/discipline"):
            inner = finding if "findings/{}" in path else matter.failure
            seen, absent = await person.get(path.format(inner)), await person.get(path.format(NOWHERE))
            assert seen.status_code == 404
            assert unlike_absent(seen, absent) == set()
        body = matter.finding()
        seen = await person.post(f"/v1/allegations/{matter.failure}/findings", body)
        absent = await person.post(f"/v1/allegations/{NOWHERE}/findings", body)
        assert unlike_absent(seen, absent) == set()

    async def test_a_commander_who_is_kin_of_someone_present_finds_nothing(self, world: World) -> None:
        matter = await make_matter(world)
        finding = await matter.proposed()
        assert (await world.commander.get(f"/v1/findings/{finding}")).status_code == 200
        given = {"o": world.stranger.officer_id, "id": world.commander.account_id}
        world.database.sql("UPDATE account SET officer_id = NULL WHERE id = :id", id=world.stranger.account_id)
        world.database.sql("UPDATE account SET officer_id = :o WHERE id = :id", **given)
        await world.admin.post(
            f"/v1/officers/{world.stranger.officer_id}/kin", {"relative_id": str(world.striker.officer_id)}
        )
        assert (await world.commander.get(f"/v1/findings/{finding}")).status_code == 404

    async def test_a_neighbouring_agency_finds_nothing(self, world: World, neighbours: World) -> None:
        matter = await make_matter(world)
        finding = await matter.proposed()
        for person in (neighbours.commander, neighbours.investigator, neighbours.board):
            assert (await person.get(f"/v1/findings/{finding}")).status_code == 404
            assert (await matter.propose(by=person)).status_code == 404

    async def test_a_denial_is_recorded_in_the_case_and_not_in_the_answer(self, world: World) -> None:
        matter = await make_matter(world)
        await world.bystander.get(f"/v1/allegations/{matter.failure}/findings")
        denied = [e for e in world.entries() if e["what"]["kind"] == "access.denied"]
        assert [(e["of"]["because"], e["on"]["id"]) for e in denied] == [("wall", matter.case_id)]


class TestReading:
    """Lists carry no texts; reading the texts is an entry and opens that revision for that person."""

    async def test_the_board_sees_dispositions_and_no_texts(self, world: World) -> None:
        matter = await make_matter(world)
        finding = await matter.proposed()
        listed = await world.board.get(f"/v1/allegations/{matter.failure}/findings")
        assert [f["disposition"] for f in listed.json()] == ["sustained"]
        assert CANARY not in listed.text
        assert problem(await world.board.get(f"/v1/findings/{finding}")) == (403, "forbidden")

    async def test_reading_leaves_an_entry_and_opens_the_finding(self, world: World) -> None:
        matter = await make_matter(world)
        finding = await matter.proposed()
        first = (await world.commander.get(f"/v1/findings/{finding}")).json()
        assert CANARY in first["rationale"]
        assert first["unopened"] == [matter.assessment, matter.video, matter.report_id]
        entry = world.entries()[-1]
        assert (entry["what"]["kind"], entry["on"]["id"], entry["on"]["rev"]) == ("finding.read", finding, 1)
