"""The answer for everyone present: six elements, each with its standard and evidence, and whether they reported."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.cases.assessments import missing_in
from app.cases.models import Element
from tests.proceedings.walk import assessment_body, filed, ok, problem
from tests.world import NOWHERE, Person, World, report_body

ANSWERED = {"answer": "yes", "standard": "US-CO: actual_witness", "reasoning": "seen", "evidence": ["an item"]}
REPORTED = {"answer": "no", "reasoning": "None came."}
EMPTY: dict[str, Any] = {"answer": None, "standard": "", "reasoning": "", "evidence": []}


def elements(**changes: Any) -> dict[str, Any]:
    return {element.value: {**ANSWERED, **changes.get(element.value, {})} for element in Element}


class TestCompleteness:
    """Law section 1: no finding without all six cells."""

    def test_six_answers_with_standard_reasoning_and_evidence_are_complete(self) -> None:
        assert missing_in(elements(), REPORTED) == []

    @pytest.mark.parametrize("element", Element)
    @pytest.mark.parametrize(
        ("part", "empty"), [("answer", None), ("standard", ""), ("reasoning", ""), ("evidence", [])]
    )
    def test_each_part_of_each_element_counts(self, element: Element, part: str, empty: Any) -> None:
        assert missing_in(elements(**{element.value: {part: empty}}), REPORTED) == [f"/elements/{element}/{part}"]

    def test_what_does_not_apply_needs_no_evidence(self) -> None:
        assert missing_in(elements(response={"answer": "not_applicable", "evidence": []}), REPORTED) == []

    @pytest.mark.parametrize("part", ["answer", "reasoning"])
    def test_whether_they_reported_counts(self, part: str) -> None:
        assert missing_in(elements(), {**REPORTED, part: ""}) == [f"/reported/{part}"]


class TestRevisions:
    """A new revision never changes an old one, and nobody writes over what they have not seen."""

    async def test_the_first_needs_no_tag_and_each_after_it_the_last_one(self, world: World) -> None:
        walk = await (await filed(world)).open()
        path, body = walk.assessment_of(world.bystander), assessment_body(walk.report_id)
        first = await world.investigator.put(path, body)
        assert (first.status_code, first.headers["etag"], first.json()["revision"]) == (200, '"1"', 1)
        assert problem(await world.investigator.put(path, body)) == (428, "precondition-required")
        second = await world.investigator.put(path, body, headers={"If-Match": '"1"'})
        assert (second.headers["etag"], second.json()["revision"]) == ('"2"', 2)
        assert problem(await world.investigator.put(path, body, headers={"If-Match": '"1"'})) == (412, "stale")
        kept = world.database.sql("SELECT count(*) FROM assessment WHERE case_id = :id", id=walk.case_id)
        assert kept == [(2,)]

    async def test_of_two_first_ones_at_once_one_is_kept(self, world: World) -> None:
        walk = await (await filed(world)).open()
        path, body = walk.assessment_of(world.bystander), assessment_body(walk.report_id)
        answers = await asyncio.gather(*(world.investigator.put(path, body) for _ in range(2)))
        assert sorted(answer.status_code for answer in answers) == [200, 428]

    async def test_it_is_saved_before_it_is_finished_and_says_what_is_missing(self, world: World) -> None:
        walk = await (await filed(world)).open()
        said = {"elements": {"presence": {"answer": "yes"}}}
        saved = ok(await world.investigator.put(walk.assessment_of(world.bystander), said))
        assert saved["is_complete"] is False
        assert {"/elements/presence/reasoning", "/elements/knowledge/answer", "/reported/answer"} <= set(
            saved["missing"]
        )
        line = {a["name"]: a for a in ok(await world.commander.get(f"{walk.path}/assessments"))["assessments"]}
        assert (line["Officer Haddad"]["revision"], line["Officer Haddad"]["is_complete"]) == (1, False)
        assert line["Officer Bauer"]["revision"] is None

    async def test_reading_one_counts_as_opening_that_revision(self, world: World) -> None:
        walk = await (await filed(world)).open()
        for _ in range(2):
            await walk.assess(world.bystander)
        shown = ok(await world.commander.get(walk.assessment_of(world.bystander)))
        opened = world.database.sql("SELECT account_id FROM opened WHERE object_id = :id", id=shown["id"])
        assert (shown["revision"], opened) == (2, [(world.commander.account_id,)])


class TestWhatItRestsOn:
    async def test_left_empty_the_standard_is_that_of_the_provision(self, world: World) -> None:
        walk = await (await filed(world)).open()
        body = assessment_body(walk.report_id)
        body["elements"]["knowledge"]["standard"] = "Observed from ten feet."
        shown = ok(await world.investigator.put(walk.assessment_of(world.bystander), body))
        assert shown["elements"]["knowledge"]["standard"] == "Observed from ten feet."
        assert shown["elements"]["response"]["standard"] == "US-CO: actual_witness"

    async def test_evidence_of_elsewhere_is_refused_by_its_place(self, world: World) -> None:
        walk = await (await filed(world)).open()
        other = await filed(world, incident={**report_body(world)["incident"], "agency_number": "26-9"})
        for cited in (other.report_id, str(NOWHERE)):
            body = assessment_body(walk.report_id)
            body["elements"]["response"]["evidence"] = [walk.report_id, cited]
            refused = await world.investigator.put(walk.assessment_of(world.bystander), body)
            assert [e["pointer"] for e in refused.json()["errors"]] == ["/elements/response/evidence/1"]

    async def test_an_officer_who_is_not_on_the_roster_has_none(self, world: World) -> None:
        walk = await (await filed(world)).open()
        path = walk.assessment_of(world.stranger)
        assert problem(await world.investigator.put(path, assessment_body(walk.report_id))) == (404, "not-found")
        assert problem(await world.investigator.get(path)) == (404, "not-found")

    @pytest.mark.parametrize("who", ["commander", "intake", "sergeant"])
    async def test_the_investigator_alone_assesses(self, world: World, who: str) -> None:
        walk = await (await filed(world)).open()
        person: Person = world.cast[who]
        answer = await person.put(walk.assessment_of(world.bystander), assessment_body(walk.report_id))
        assert problem(answer) == (403, "forbidden")

    async def test_nothing_is_assessed_before_the_case_is_accepted_or_after_it_is_closed(self, world: World) -> None:
        walk = await (await filed(world)).open()
        for state in ("routed", "triage", "returned", "closed", "screened_out"):
            walk.stands(state)
            body = assessment_body(walk.report_id)
            answer = await world.investigator.put(walk.assessment_of(world.bystander), body)
            assert problem(answer) == (409, "state-conflict"), state


class TestReported:
    """By when a report was owed is computed; what is on file cannot be denied."""

    async def test_the_due_date_is_the_servers_and_their_report_is_found(self, world: World) -> None:
        walk = await (await filed(world)).open()
        shown = await walk.assess(world.reporter, reported={"answer": "yes", "reasoning": "On file."})
        own = ok(await world.reporter.get(f"/v1/reports/{walk.report_id}"))
        assert shown["reported"]["report_id"] == walk.report_id
        assert shown["reported"]["due_at"][:19] == own["due_at"][:19]

    async def test_nobody_whose_report_is_on_file_is_said_not_to_have_reported(self, world: World) -> None:
        walk = await (await filed(world)).open()
        body = assessment_body(walk.report_id, reported={"answer": "no", "reasoning": "x"})
        refused = await world.investigator.put(walk.assessment_of(world.reporter), body)
        assert [e["pointer"] for e in refused.json()["errors"]] == ["/reported/answer"]

    async def test_a_report_of_someone_else_is_not_theirs(self, world: World) -> None:
        walk = await (await filed(world)).open()
        said = {"answer": "yes", "report_id": walk.report_id, "reasoning": "x"}
        refused = await world.investigator.put(
            walk.assessment_of(world.bystander), assessment_body(walk.report_id, reported=said)
        )
        assert [e["pointer"] for e in refused.json()["errors"]] == ["/reported/report_id"]

    async def test_no_deadline_is_taken_from_the_client(self, world: World) -> None:
        walk = await (await filed(world)).open()
        said = {"answer": "yes", "due_at": "2030-01-01T00:00:00Z", "reasoning": "x"}
        refused = await world.investigator.put(
            walk.assessment_of(world.reporter), assessment_body(walk.report_id, reported=said)
        )
        assert [e["pointer"] for e in refused.json()["errors"]] == ["/reported/due_at"]
