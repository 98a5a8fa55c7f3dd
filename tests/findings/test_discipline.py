"""Discipline: a worksheet on the matrix of the day, the accused heard, a decision by someone else, with its reasons."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.access.actor import Role
from tests.findings.matter import CANARY, Matter, load, make_matter, unlike_absent
from tests.proceedings.walk import problem
from tests.world import NOWHERE, Person, World


async def ready(world: World) -> Matter:
    matter = await make_matter(world)
    await matter.ready()
    return matter


def give(world: World, person: Person, role: Role) -> None:
    world.database.sql(
        "INSERT INTO account_role (agency_id, account_id, role, granted_at) VALUES (:a, :id, :r, now())",
        a=world.agency.id,
        id=person.account_id,
        r=role,
    )


def assign(matter: Matter, person: Person) -> None:
    """Make this person, and nobody else, the case's discipline authority."""
    matter.world.database.sql(
        "UPDATE assignment SET account_id = :p WHERE case_id = :c AND office = 'discipline_authority'",
        p=person.account_id,
        c=matter.case_id,
    )


class TestWorksheet:
    """Practice section 5: cell, factors with evidence, proposal; a departure from the range has a reason."""

    async def test_it_shows_the_cell_and_where_the_proposal_lies(self, world: World) -> None:
        matter = await ready(world)
        shown = (await world.commander.get(f"/v1/allegations/{matter.failure}/discipline")).json()
        sheet = shown["worksheets"][0]
        assert sheet["presumptive"]["lowest"] == {"penalty": "reprimand", "amount": None}
        assert (sheet["lies"], sheet["is_sample"], sheet["revision"]) == ("within", True, 1)
        assert sheet["factors"][0]["evidence"] == [matter.video]

    async def test_the_last_revision_holds_until_a_decision(self, world: World) -> None:
        matter = await ready(world)
        again = await matter.worksheet_made(proposal={"penalty": "unpaid_suspension", "amount": 1})
        assert (again.status_code, again.json()["revision"]) == (201, 2)
        assert (await matter.decide()).json()["worksheet_id"] == again.json()["id"]
        assert problem(await matter.worksheet_made()) == (409, "decided")

    async def test_outside_the_range_it_needs_a_reason(self, world: World) -> None:
        matter = await ready(world)
        away = {"penalty": "termination"}
        refused = await matter.worksheet_made(proposal=away)
        assert (*problem(refused), refused.json()["lies"]) == (422, "departure-needs-reason", "above")
        given = await matter.worksheet_made(proposal={**away, "departure_reason": "He filmed it and laughed."})
        assert given.json()["lies"] == "above"

    @pytest.mark.parametrize(
        ("unfit", "name"),
        [
            ({"category": "Z"}, "unknown-cell"),
            ({"level": 9}, "unknown-cell"),
            ({"level": 0}, "validation"),
            ({"proposal": {"penalty": "flogging"}}, "unknown-penalty"),
            ({"proposal": {"penalty": "reprimand", "amount": 3}}, "unknown-penalty"),
            ({"proposal": {"penalty": "x" * 61}}, "validation"),
            ({"factors": [{"factor": "hair_colour", "weighs": "mitigating", "reasoning": "x"}]}, "unknown-factor"),
            ({"factors": [{"factor": "rank", "weighs": "mitigating", "reasoning": "x"}]}, "unknown-factor"),
            ({"factors": [{"factor": "rank", "weighs": "aggravating", "reasoning": "x"}] * 2}, "validation"),
            ({"factors": [{"factor": "rank", "weighs": "aggravating", "reasoning": ""}]}, "validation"),
        ],
    )
    async def test_what_the_matrix_does_not_hold_is_refused(
        self, world: World, unfit: dict[str, Any], name: str
    ) -> None:
        matter = await ready(world)
        assert problem(await matter.worksheet_made(**unfit)) == (422, name)

    async def test_evidence_for_a_factor_is_of_this_case(self, world: World) -> None:
        matter = await ready(world)
        factor = {"factor": "rank", "weighs": "aggravating", "reasoning": "x", "evidence": [str(NOWHERE)]}
        refused = await matter.worksheet_made(factors=[factor])
        assert [e["pointer"] for e in refused.json()["errors"]] == ["/factors/0/evidence/0"]

    async def test_without_a_matrix_there_is_none(self, world: World) -> None:
        matter = await make_matter(world)
        await matter.sustained()
        assert problem(await matter.worksheet_made()) == (409, "matrix-missing")

    @pytest.mark.parametrize("who", ["investigator", "intake", "authority", "board"])
    async def test_other_offices_do_not_propose(self, world: World, who: str) -> None:
        matter = await ready(world)
        assert problem(await matter.worksheet_made(world.cast[who])) == (403, "forbidden")

    async def test_it_is_made_in_discipline_on_a_sustained_finding(self, world: World) -> None:
        matter = await ready(world)
        matter.stands("findings_review")
        assert problem(await matter.worksheet_made()) == (409, "state-conflict")
        matter.stands("discipline")
        world.database.sql("UPDATE finding SET disposition = 'exonerated' WHERE allegation_id = :a", a=matter.failure)
        assert problem(await matter.worksheet_made()) == (409, "not-sustained")


class TestDecision:
    """Decided by the assigned authority, who neither proposed nor approved, after the accused was heard."""

    async def test_it_is_decided_and_stands_beside_what_it_rests_on(self, world: World) -> None:
        matter = await ready(world)
        decided = await matter.decide()
        assert decided.status_code == 201, decided.text
        assert (decided.json()["answered"], decided.json()["lies"]) == ("answered", "within")
        entry = next(e for e in world.entries() if e["what"]["kind"] == "discipline.decided")
        told = {name: entry["of"][name] for name in ("duty", "penalty", "answered", "lies", "officer")}
        assert told == {
            "duty": "failure_to_intervene",
            "penalty": "reprimand",
            "answered": "answered",
            "lies": "within",
            "officer": str(world.bystander.officer_id),
        }
        assert CANARY not in str(world.entries())
        assert problem(await matter.decide()) == (409, "decided")

    async def test_two_at_once_decide_once(self, world: World) -> None:
        matter = await ready(world)
        answers = await asyncio.gather(*(matter.decide() for _ in range(2)))
        assert sorted(a.status_code for a in answers) == [201, 409]

    @pytest.mark.parametrize("who", ["commander", "investigator", "intake", "board"])
    async def test_other_offices_do_not_decide(self, world: World, who: str) -> None:
        matter = await ready(world)
        assert problem(await matter.decide(world.cast[who])) == (403, "forbidden")

    async def test_an_authority_to_whom_it_is_not_assigned_finds_nothing(self, world: World) -> None:
        matter = await ready(world)
        seen = await matter.decide(world.chief)
        body = {"penalty": "reprimand", "considered": "x"}
        absent = await world.chief.post(f"/v1/allegations/{NOWHERE}/discipline/decision", body)
        assert seen.status_code == 404
        assert unlike_absent(seen, absent) == set()

    @pytest.mark.parametrize("who", ["investigator", "commander"])
    async def test_who_proposed_or_approved_the_finding_does_not_decide(self, world: World, who: str) -> None:
        matter = await ready(world)
        person = world.cast[who]
        assert (await matter.worksheet_made(world.second_commander)).status_code == 201
        give(world, person, Role.DISCIPLINE_AUTHORITY)
        assign(matter, person)
        assert problem(await matter.decide(person)) == (409, "same-person")

    async def test_who_proposed_the_penalty_does_not_decide(self, world: World) -> None:
        matter = await ready(world)
        assert (await matter.worksheet_made(world.second_commander)).status_code == 201
        give(world, world.second_commander, Role.DISCIPLINE_AUTHORITY)
        assign(matter, world.second_commander)
        assert problem(await matter.decide(world.second_commander)) == (409, "same-person")

    async def test_without_notice_nothing_is_decided(self, world: World) -> None:
        matter = await make_matter(world)
        await load(world)
        await matter.sustained()
        assert problem(await matter.decide()) == (409, "worksheet-missing")
        await matter.worksheet_made()
        assert problem(await matter.decide()) == (409, "notice-missing")

    async def test_as_long_as_the_accused_may_answer_nothing_is_decided(self, world: World) -> None:
        matter = await make_matter(world)
        await load(world)
        await matter.sustained()
        notice = await matter.served()
        await matter.worksheet_made()
        refused = await matter.decide()
        assert problem(refused) == (409, "answer-missing")
        assert refused.json()["answer_due_at"].endswith("Z")
        matter.runs_out(notice)
        assert (await matter.decide()).json()["answered"] == "lapsed"
        assert problem(await matter.answer(notice, {"answer": "Too late"})) == (409, "decided")

    async def test_after_a_waiver_it_is_decided(self, world: World) -> None:
        matter = await make_matter(world)
        await load(world)
        await matter.sustained()
        await matter.answer(await matter.served(), {"waives": True})
        await matter.worksheet_made()
        assert (await matter.decide()).json()["answered"] == "waived"

    async def test_an_answer_and_a_decision_at_once_agree(self, world: World) -> None:
        """Either the decision knew the answer, or the answer came too late."""
        matter = await make_matter(world)
        await load(world)
        await matter.sustained()
        notice = await matter.served()
        await matter.worksheet_made()
        matter.runs_out(notice)
        decided, answered = await asyncio.gather(matter.decide(), matter.answer(notice, {"answer": "I froze."}))
        assert decided.status_code == 201
        expected = {"answered": 201, "lapsed": 409}
        assert answered.status_code == expected[decided.json()["answered"]]

    async def test_how_the_answer_was_weighed_has_to_be_said(self, world: World) -> None:
        matter = await ready(world)
        assert problem(await matter.decide(considered=" ")) == (422, "validation")

    async def test_a_departure_needs_a_reason(self, world: World) -> None:
        matter = await ready(world)
        refused = await matter.decide(penalty="no_action")
        assert (*problem(refused), refused.json()["lies"]) == (422, "departure-needs-reason", "below")
        assert (await matter.decide(penalty="no_action", departure_reason="It was his first week.")).json()[
            "lies"
        ] == "below"

    async def test_nothing_is_decided_outside_discipline(self, world: World) -> None:
        matter = await ready(world)
        matter.stands("board_review")
        assert problem(await matter.decide()) == (409, "state-conflict")


class TestMatrixOfTheDay:
    """The version in force on the day of the incident, and never a sample in a real case."""

    async def test_a_sample_backs_no_real_decision(self, world: World) -> None:
        matter = await ready(world)
        matter.is_real()
        assert problem(await matter.decide()) == (409, "sample-matrix")
        assert "discipline.decided" not in world.kinds()

    async def test_the_agencys_own_takes_the_place_of_a_sample(self, world: World) -> None:
        matter = await ready(world)
        matter.is_real()
        await load(world, name="Our matrix", is_sample=False)
        assert problem(await matter.decide()) == (409, "matrix-replaced")
        assert (await matter.worksheet_made()).json()["is_sample"] is False
        assert (await matter.decide()).status_code == 201

    async def test_a_later_version_does_not_reach_back(self, world: World) -> None:
        matter = await make_matter(world)
        own = await load(world, name="Ours of 2021", is_sample=False, in_force_from="2021-01-01")
        await load(world, name="Ours of 2099", is_sample=False, in_force_from="2099-01-01")
        await matter.sustained()
        assert (await matter.worksheet_made()).json()["matrix_id"] == own


class TestReading:
    """Those who work the case read it all; the board without texts; nobody else that it is there."""

    async def test_the_board_sees_ranges_and_outcomes_without_texts(self, world: World) -> None:
        matter = await ready(world)
        reason = {"penalty": "no_action", "departure_reason": CANARY}
        assert (await matter.decide(**reason)).status_code == 201
        shown = await world.board.get(f"/v1/allegations/{matter.failure}/discipline")
        assert shown.json()["decisions"][0]["penalty"] == "no_action"
        assert shown.json()["worksheets"][0]["proposal"] == {"penalty": "reprimand", "amount": None}
        hidden = (CANARY, "froze", "did not step in", "Body-worn")
        assert [word for word in hidden if word in shown.text] == []
        full = await world.commander.get(f"/v1/allegations/{matter.failure}/discipline")
        assert [word for word in hidden if word not in full.text] == []

    async def test_an_appeal_stands_beside_the_first_decision(self, world: World) -> None:
        matter = await ready(world)
        assert (await matter.decide()).status_code == 201
        world.database.sql(
            "INSERT INTO reference (id, agency_id, case_id, kind, body, dated_on, says, given_by, created_at) VALUES "
            "(gen_random_uuid(), :a, :c, 'appeal', 'Civil service board', '2026-02-01', 'too harsh', :p, now())",
            a=world.agency.id,
            c=matter.case_id,
            p=world.intake.account_id,
        )
        shown = (await world.commander.get(f"/v1/allegations/{matter.failure}/discipline")).json()
        assert [a["body"] for a in shown["appeals"]] == ["Civil service board"]
        assert [d["penalty"] for d in shown["decisions"]] == ["reprimand"]

    async def test_reading_leaves_one_entry(self, world: World) -> None:
        matter = await ready(world)
        before = len(world.entries())
        await world.authority.get(f"/v1/allegations/{matter.failure}/discipline")
        assert world.kinds()[before:] == ["discipline.read"]
