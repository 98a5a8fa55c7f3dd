"""What a step needs: each gate broken once, and refused with what is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.access.actor import Role
from app.agencies import actions
from app.agencies.schemas import AccountIn
from app.cases.models import Element
from tests.proceedings.walk import ELEMENT, Walk, assessment_body, filed, ok, problem
from tests.world import Person, World, report_body

UNHURT = [{"description": "a man in a green coat", "injuries": ["none"]}]


def facts(answer: Any) -> dict[str, Any]:
    """What a refusal tells besides what every problem has."""
    return {k: v for k, v in answer.json().items() if k not in ("type", "title", "status", "request_id")}


def back_in_time(walk: Walk, days: int) -> None:
    """Let the case have stood in its state for so long."""
    walk.world.database.sql(
        'UPDATE "case" SET entered_at = :at WHERE id = :id',
        at=datetime.now(UTC) - timedelta(days=days),
        id=walk.case_id,
    )


class TestOpening:
    """A case is accepted classified, with its immediate steps answered, and in somebody's hands."""

    async def test_unclassified_it_is_not_opened(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        await walk.answer_immediate_steps()
        await walk.assign()
        assert problem(await walk.step(world.sergeant, "case.open")) == (409, "needs-classification")

    async def test_with_immediate_steps_open_it_is_not_opened(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        await walk.classify()
        await walk.assign()
        ok(await walk.act(world.sergeant, "immediate-steps", kind="preserve_video", answer="ordered"))
        refused = await walk.step(world.sergeant, "case.open")
        assert problem(refused) == (409, "immediate-steps-open")
        missing = ["separate_officers", "medical_check", "criminal_referral", "protect_reporter"]
        assert facts(refused) == {"steps": missing}

    async def test_without_an_investigator_it_is_not_opened(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        await walk.classify()
        await walk.answer_immediate_steps()
        assert problem(await walk.step(world.sergeant, "case.open")) == (409, "needs-investigator")
        await walk.assign()
        ok(await world.investigator.post(f"{walk.path}/recusal"))
        assert problem(await walk.step(world.intake, "case.open")) == (409, "needs-investigator")


class TestScreeningOut:
    """Two people, a reason, and never an injury."""

    async def test_it_needs_a_second_person(self, world: World) -> None:
        walk = await (await filed(world, harmed=UNHURT)).acknowledge()
        reason = {"reason": "Nothing of the kind happened."}
        assert problem(await walk.step(world.commander, "case.screen_out", **reason)) == (409, "needs-second-person")
        ok(await walk.act(world.commander, "concurrences", step="case.screen_out", **reason))
        assert problem(await walk.step(world.commander, "case.screen_out", **reason)) == (409, "same-person")
        twice = await walk.act(world.commander, "concurrences", step="case.screen_out", **reason)
        assert problem(twice) == (409, "already-concurred")
        ok(await walk.step(world.second_commander, "case.screen_out", **reason))
        assert walk.state == "screened_out"

    async def test_a_yes_lapses_when_the_case_moves(self, world: World) -> None:
        walk = await (await filed(world, harmed=UNHURT)).acknowledge()
        reason = {"reason": "Nothing of the kind happened."}
        ok(await walk.act(world.commander, "concurrences", step="case.screen_out", **reason))
        ok(await walk.step(world.intake, "case.return", reason="Where did you stand?"))
        ok(await walk.step(world.intake, "case.resume", reason="Said by telephone."))
        refused = await walk.step(world.second_commander, "case.screen_out", **reason)
        assert problem(refused) == (409, "needs-second-person")

    async def test_an_injury_is_never_screened_out(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        reason = {"reason": "Nothing of the kind happened."}
        ok(await walk.act(world.commander, "concurrences", step="case.screen_out", **reason))
        refused = await walk.step(world.second_commander, "case.screen_out", **reason)
        assert problem(refused) == (409, "injury-not-screened-out")

    async def test_the_board_is_shown_the_reason_and_the_second_yes(self, world: World) -> None:
        walk = await (await filed(world, harmed=UNHURT)).acknowledge()
        ok(await walk.act(world.commander, "concurrences", step="case.screen_out", reason="I agree."))
        ok(await walk.step(world.second_commander, "case.screen_out", reason="It did not happen."))
        shown = (await walk.see(world.board))["screened_out"]
        assert (shown["reason"], shown["concurred_because"]) == ("It did not happen.", "I agree.")


class TestSubmitting:
    """Product section 6: nobody present unanswered, no allegation without a finding."""

    async def test_an_officer_without_an_assessment_is_named(self, world: World) -> None:
        walk = await (await filed(world)).open()
        await walk.assess(world.striker)
        refused = await walk.step(world.investigator, "case.submit_findings")
        assert problem(refused) == (409, "everyone-not-answered")
        assert set(facts(refused)["officers"]) == {str(p.officer_id) for p in (world.reporter, world.bystander)}

    @pytest.mark.parametrize("element", Element)
    async def test_an_element_left_open_is_no_answer(self, world: World, element: Element) -> None:
        walk = await (await filed(world)).open()
        await walk.alleged()
        body = assessment_body(walk.report_id)
        body["elements"][element.value] = {**ELEMENT, "evidence": []}
        await walk.assess(world.bystander, elements=body["elements"])
        refused = await walk.step(world.investigator, "case.submit_findings")
        assert facts(refused) == {"officers": [str(world.bystander.officer_id)]}

    async def test_whoever_is_disputed_is_answered_for_all_the_same(self, world: World) -> None:
        walk = await (await filed(world)).open()
        roster = (await walk.see())["roster"]
        [entry] = next(h["entries"] for h in roster if h["officer_id"] == str(world.bystander.officer_id))
        ok(await walk.act(world.intake, f"roster/{entry['id']}/dispute", reason="He was on leave."))
        for who in (world.striker, world.reporter):
            await walk.assess(who)
        refused = await walk.step(world.investigator, "case.submit_findings")
        assert facts(refused) == {"officers": [str(world.bystander.officer_id)]}

    async def test_someone_whom_a_report_only_describes_has_to_be_identified(self, world: World) -> None:
        described = {"name": "the tall one from the canine unit", "role": "present"}
        walk = await filed(world, officers=[*report_body(world)["officers"], described])
        await walk.open()
        refused = await walk.step(world.investigator, "case.submit_findings")
        assert problem(refused) == (409, "everyone-not-identified")
        assert facts(refused) == {"reports": [walk.report_id]}

    async def test_a_case_in_which_nothing_is_alleged_finds_nothing(self, world: World) -> None:
        walk = await (await filed(world)).open()
        await walk.assess_everyone()
        assert problem(await walk.step(world.investigator, "case.submit_findings")) == (409, "nothing-alleged")

    async def test_an_allegation_without_a_finding_is_named(self, world: World) -> None:
        walk = await (await filed(world)).open()
        await walk.alleged()
        open_one = await walk.accuse(world.bystander, "failure_to_report")
        refused = await walk.step(world.investigator, "case.submit_findings")
        assert (problem(refused), facts(refused)) == ((409, "finding-missing"), {"allegations": [open_one]})


class TestApproving:
    """Two people, and the second one has read."""

    async def test_a_finding_that_nobody_approved_is_named(self, world: World) -> None:
        walk = await (await filed(world)).submitted()
        refused = await walk.step(world.commander, "case.approve_findings")
        assert problem(refused) == (409, "findings-not-approved")
        assert set(facts(refused)["findings"]) == set(walk.findings.values())

    async def test_whoever_approves_the_case_has_opened_what_it_rests_on(self, world: World) -> None:
        walk = await (await filed(world)).submitted()
        await walk.approve_each(world.commander)
        refused = await walk.step(world.second_commander, "case.approve_findings")
        assert problem(refused) == (409, "not-opened")
        assert walk.video in facts(refused)["unopened"]
        await walk.open_everything(world.second_commander)
        ok(await walk.step(world.second_commander, "case.approve_findings"))

    async def test_the_proposer_does_not_approve_what_they_proposed(self, world: World) -> None:
        walk = await (await filed(world)).submitted()
        await walk.approve_each()
        world.database.sql(
            "UPDATE finding SET proposed_by = :a WHERE id = :id",
            a=world.commander.account_id,
            id=walk.findings[walk.force],
        )
        assert problem(await walk.step(world.commander, "case.approve_findings")) == (409, "same-person")

    async def test_where_the_agency_has_nobody_free_the_outside_reviewer_decides(self, world: World) -> None:
        there = [{"officer_id": str(world.chief.officer_id), "role": "present"}]
        walk = await filed(world, officers=[*report_body(world)["officers"], *there])
        await walk.submitted()
        await walk.approve_each()
        world.database.sql("UPDATE account SET disabled_at = now() WHERE id = :id", id=world.authority.account_id)
        ok(await walk.step(world.commander, "case.approve_findings"))
        assert (await walk.authority()).account_id == world.outside.account_id
        steps = {each["step"] for each in (await walk.see(world.outside))["steps"]}
        assert steps == {"case.decide"}

    async def test_where_nobody_at_all_is_free_it_waits(self, world: World) -> None:
        walk = await (await filed(world)).submitted()
        await walk.approve_each()
        world.database.sql(
            "UPDATE account SET disabled_at = now() WHERE agency_id = :a AND id IN (:x, :y, :z)",
            a=world.agency.id,
            x=world.authority.account_id,
            y=world.chief.account_id,
            z=world.outside.account_id,
        )
        refused = await walk.step(world.commander, "case.approve_findings")
        assert (problem(refused), walk.state) == ((409, "nobody-free-to-decide"), "findings_review")
        async with world.transaction() as tx:
            late = AccountIn(
                email=f"late@{world.agency.slug}.example",
                name="Assistant Chief Vance",
                password="a long enough first password",
                roles=[Role.DISCIPLINE_AUTHORITY],
                officer_id=None,
            )
            await actions.add_account(tx, world.agency.id, late, None)
        ok(await walk.step(world.commander, "case.approve_findings"))


class TestDeciding:
    """Loudermill: heard before decided; and by somebody else."""

    async def test_what_is_open_is_named_for_each_allegation(self, world: World) -> None:
        walk = await (await filed(world)).approved()
        authority = await walk.authority()
        await walk.discipline(walk.force, world.striker)
        refused = await walk.step(authority, "case.decide")
        assert problem(refused) == (409, "discipline-open")
        assert facts(refused) == {key: [walk.failure] for key in ("notice", "answer", "worksheet", "decision")}

    async def test_nobody_decides_who_proposed_or_approved(self, world: World) -> None:
        walk = await (await filed(world)).approved(force="not_sustained")
        authority = await walk.authority()
        await walk.discipline(walk.failure, world.bystander)
        world.database.sql(
            "UPDATE approval SET given_by = :b WHERE agency_id = :a", a=world.agency.id, b=authority.account_id
        )
        assert problem(await walk.step(authority, "case.decide")) == (409, "same-person")

    async def test_an_investigator_is_never_put_in_charge_of_discipline(self, world: World) -> None:
        walk = await (await filed(world)).open()
        world.database.sql(
            "INSERT INTO account_role (agency_id, account_id, role, granted_at) VALUES (:a, :i, :r, now())",
            a=world.agency.id,
            i=world.investigator.account_id,
            r="discipline_authority",
        )
        said = {"account_id": str(world.investigator.account_id), "office": "discipline_authority", "reason": "x"}
        assert problem(await walk.act(world.commander, "assignments", **said)) == (409, "same-person")


class TestClosing:
    """Product section 2, step 9: refused while anything is open."""

    async def test_the_board_is_waited_for_thirty_days(self, world: World) -> None:
        walk = await (await filed(world)).reviewed()
        refused = await walk.step(world.commander, "case.close")
        assert problem(refused) == (409, "board-view-missing")
        overview = await walk.see(world.board)
        assert datetime.fromisoformat(facts(refused)["until"]) == datetime.fromisoformat(overview["board_view_until"])
        back_in_time(walk, 31)
        ok(await walk.step(world.commander, "case.close"))

    async def test_everyone_cleared_and_everyone_harmed_is_told(self, world: World) -> None:
        walk = await (await filed(world)).approved(force="not_sustained", failure="not_sustained")
        ok(await walk.act(world.board, "board-views", view="no_view"))
        refused = await walk.step(world.commander, "case.close")
        assert problem(refused) == (409, "everyone-not-told")
        assert set(facts(refused)["officers"]) == {str(p.officer_id) for p in (world.striker, world.bystander)}
        assert facts(refused)["harmed"] == ["a man in a green coat"]
        await walk.tell_everyone()
        ok(await walk.step(world.commander, "case.close"))

    async def test_a_view_of_before_the_case_was_reopened_does_not_count(self, world: World) -> None:
        walk = await (await filed(world)).closed()
        ok(await walk.step(world.commander, "case.reopen", reason="x", body="District Court", dated_on="2026-01-20"))
        ok(await walk.step(world.investigator, "case.submit_findings"))
        ok(await walk.step(world.commander, "case.approve_findings"))
        assert problem(await walk.step(world.commander, "case.close")) == (409, "board-view-missing")

    async def test_who_comes_onto_the_roster_late_is_answered_for_first(self, world: World) -> None:
        walk = await (await filed(world)).reviewed()
        ok(await walk.act(world.board, "board-views", view="concur"))
        ok(await walk.act(world.intake, "roster", officer_id=str(world.stranger.officer_id), role="present"))
        refused = await walk.step(world.commander, "case.close")
        assert facts(refused) == {"officers": [str(world.stranger.officer_id)]}
        await walk.assess(world.stranger)
        ok(await walk.step(world.commander, "case.close"))

    async def test_an_appeal_does_not_close_over_anything_open_either(self, world: World) -> None:
        walk = await (await filed(world)).closed()
        ok(await walk.step(world.intake, "case.appeal", forum="Civil Service Board", dated_on="2026-01-20"))
        ok(await walk.act(world.intake, "roster", officer_id=str(world.stranger.officer_id), role="present"))
        concluded = await walk.step(world.commander, "case.conclude_appeal", outcome="Upheld.", dated_on="2026-02-20")
        assert problem(concluded) == (409, "everyone-not-answered")


class TestBoardViews:
    """Dissent travels with the case."""

    async def test_the_board_alone_gives_its_view(self, world: World) -> None:
        walk = await (await filed(world)).reviewed()
        others: list[Person] = [world.commander, world.intake]
        for other in others:
            assert problem(await walk.act(other, "board-views", view="concur")) == (403, "forbidden")

    async def test_dissent_needs_reasons_and_an_outcome_to_dissent_from(self, world: World) -> None:
        walk = await filed(world)
        assert problem(await walk.act(world.board, "board-views", view="dissent")) == (422, "validation")
        early = await walk.act(world.board, "board-views", view="dissent", reasons="Too slow.")
        assert problem(early) == (409, "state-conflict")
