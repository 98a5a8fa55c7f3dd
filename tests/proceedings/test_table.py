"""The steps of a case, tried whole: every step from every state, and what each one needs."""

from __future__ import annotations

from typing import Any

import pytest

from app.access.rights import Right
from app.cases.models import State
from app.cases.steps import STEPS
from app.proceedings.table import PROCEEDINGS
from tests.proceedings.walk import Walk, filed, ok, problem
from tests.world import Person, World, report_body

UNHURT = [{"description": "a man in a green coat", "injuries": ["none"]}]
BY = {
    Right.TRIAGE: "intake",
    Right.REROUTE: "intake",
    Right.SCREEN_OUT: "commander",
    Right.COMMAND: "commander",
    Right.SUBMIT: "investigator",
    Right.APPROVE: "commander",
    Right.DECIDE: "authority",
    Right.CLOSE: "commander",
    Right.APPEAL: "intake",
    Right.REOPEN: "commander",
}
FACTS: dict[str, dict[str, Any]] = {
    "case.return": {"reason": "Where did you stand?"},
    "case.resume": {"reason": "The author is on leave."},
    "case.reroute": {"reason": "The sergeant is on leave."},
    "case.screen_out": {"reason": "Nothing of the kind happened."},
    "case.refer": {"reason": "Possible crime.", "body": "District Attorney", "dated_on": "2026-01-20"},
    "case.return_from_referral": {"outcome": "Declined."},
    "case.send_back": {"reason": "Not yet."},
    "case.appeal": {"forum": "Civil Service Board", "dated_on": "2026-01-20"},
    "case.conclude_appeal": {"outcome": "Upheld.", "dated_on": "2026-01-20"},
    "case.reopen": {"reason": "By order.", "body": "District Court", "dated_on": "2026-01-20"},
}
PUBLISHED = {
    ("case.acknowledge", "routed"): "triage",
    ("case.return", "routed"): "returned",
    ("case.return", "triage"): "returned",
    ("case.resume", "returned"): "triage",
    ("case.reroute", "routed"): "routed",
    ("case.reroute", "triage"): "routed",
    ("case.reroute", "returned"): "routed",
    ("case.reroute", "investigation"): "routed",
    ("case.open", "triage"): "investigation",
    ("case.screen_out", "triage"): "screened_out",
    ("case.refer", "triage"): "referred",
    ("case.refer", "investigation"): "referred",
    ("case.return_from_referral", "referred"): "investigation",
    ("case.submit_findings", "investigation"): "findings_review",
    ("case.send_back", "findings_review"): "investigation",
    ("case.approve_findings", "findings_review"): "board_review",
    ("case.decide", "discipline"): "board_review",
    ("case.close", "board_review"): "closed",
    ("case.appeal", "closed"): "appeal",
    ("case.conclude_appeal", "appeal"): "closed",
    ("case.reopen", "closed"): "investigation",
    ("case.reopen", "screened_out"): "investigation",
}
"""The table of steps as it is published, where nothing was sustained."""


async def ready_for_anything(world: World) -> Walk:
    """A case to which no step is refused for a need of its own: only the state decides."""
    walk = await filed(world, harmed=UNHURT)
    await walk.reviewed()
    await walk.assign(world.authority, "discipline_authority")
    ok(await walk.act(world.board, "board-views", view="concur"))
    return walk


async def tried(walk: Walk, step: str, state: State) -> Any:
    """Take a step with all it needs from a state that the case was put into."""
    world = walk.world
    walk.stands("triage")
    ok(await walk.act(world.second_commander, "concurrences", step="case.screen_out", reason="Agreed."))
    walk.stands(state)
    by: Person = world.cast[BY[STEPS[step].right]]
    return await walk.step(by, step, **FACTS.get(step, {}))


class TestTheTable:
    """Product 4a: a state move that the published table does not hold is not possible."""

    @pytest.mark.parametrize("step", STEPS)
    async def test_every_step_from_every_state(self, world: World, step: str) -> None:
        walk = await ready_for_anything(world)
        for state in State:
            answer = await tried(walk, step, state)
            if (step, state) in PUBLISHED:
                assert answer.status_code == 200, (state, answer.text)
                assert (answer.json()["state"], walk.state) == (PUBLISHED[step, state],) * 2
            else:
                assert problem(answer) == (409, "state-conflict"), state
                assert (answer.json()["state"], walk.state) == (state, state)
            forget_uses(walk)

    def test_every_step_says_what_it_needs(self) -> None:
        assert PROCEEDINGS.keys() == STEPS.keys()

    async def test_a_step_writes_where_it_came_from_and_where_it_went(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        [entry] = [entry for entry in world.entries() if entry["what"]["kind"] == "case.acknowledge"]
        assert (entry["of"]["before"], entry["of"]["after"]) == ("routed", "triage")
        assert entry["on"]["id"] == walk.case_id

    async def test_a_step_that_the_table_does_not_hold_is_no_step(self, world: World) -> None:
        walk = await filed(world)
        answer = await walk.step(world.commander, "case.delete")
        assert problem(answer) == (422, "validation")
        assert [e["pointer"] for e in answer.json()["errors"]] == ["/step"]
        assert "case.delete" not in answer.text


def forget_uses(walk: Walk) -> None:
    """A concurrence lapses when the case moves; here it is put back and forth past every step."""
    walk.world.database.sql("UPDATE concurrence SET used_at = now() WHERE case_id = :id", id=walk.case_id)
    walk.world.database.sql(
        "UPDATE \"case\" SET entered_at = now() - interval '1 hour' WHERE id = :id", id=walk.case_id
    )


class TestVersions:
    """S50: nobody moves a case that they have not seen as it is."""

    async def test_a_step_needs_the_version_that_was_seen(self, world: World) -> None:
        walk = await filed(world)
        bare = await world.sergeant.post(f"{walk.path}/steps", {"step": "case.acknowledge"})
        assert problem(bare) == (428, "precondition-required")
        headers = {"If-Match": '"0"'}
        stale = await world.sergeant.post(f"{walk.path}/steps", {"step": "case.acknowledge"}, headers=headers)
        assert problem(stale) == (412, "stale")
        assert walk.state == "routed"

    async def test_what_anyone_did_since_makes_it_stale(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        seen = await world.commander.get(walk.path)
        await walk.classify()
        headers = {"If-Match": seen.headers["etag"]}
        said = {"step": "case.refer", **FACTS["case.refer"]}
        assert problem(await world.commander.post(f"{walk.path}/steps", said, headers=headers)) == (412, "stale")

    async def test_a_finding_proposed_since_makes_it_stale(self, world: World) -> None:
        walk = await (await filed(world)).open()
        await walk.alleged()
        seen = await world.investigator.get(walk.path)
        await walk.find(walk.force, "not_sustained")
        headers = {"If-Match": seen.headers["etag"]}
        said = {"step": "case.submit_findings"}
        assert problem(await world.investigator.post(f"{walk.path}/steps", said, headers=headers)) == (412, "stale")

    async def test_a_retry_with_the_same_key_gets_the_first_answer(self, world: World) -> None:
        walk = await filed(world)
        headers = {"If-Match": (await world.sergeant.get(walk.path)).headers["etag"]}
        said, path = {"step": "case.acknowledge"}, f"{walk.path}/steps"
        first = await world.sergeant.post(path, said, key="the same key for both", headers=headers)
        again = await world.sergeant.post(path, said, key="the same key for both", headers=headers)
        assert (first.status_code, again.status_code) == (200, 200)
        assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
        assert world.kinds().count("case.acknowledge") == 1


class TestFacts:
    """S6: a step takes the facts of its row, and no others."""

    @pytest.mark.parametrize("step", [step for step, row in PROCEEDINGS.items() if row.takes.needs or row.takes.one_of])
    async def test_a_step_without_its_facts_is_refused_and_told_which(self, world: World, step: str) -> None:
        walk = await filed(world)
        answer = await walk.step(world.commander, step)
        assert problem(answer) == (422, "validation")
        asked = {e["pointer"] for e in answer.json()["errors"]}
        takes = PROCEEDINGS[step].takes
        assert asked == {f"/{name}" for name in takes.needs} | ({f"/{takes.one_of[0][0]}"} if takes.one_of else set())

    async def test_a_fact_that_the_step_does_not_take_is_refused(self, world: World) -> None:
        walk = await filed(world)
        answer = await walk.step(world.commander, "case.acknowledge", forum="Court", state="closed")
        assert {e["pointer"] for e in answer.json()["errors"]} == {"/state"}
        answer = await walk.step(world.commander, "case.acknowledge", forum="Court")
        assert {(e["pointer"], e["rule"]) for e in answer.json()["errors"]} == {("/forum", "extra_forbidden")}

    async def test_a_reference_is_not_dated_ahead(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        facts = {**FACTS["case.refer"], "dated_on": "2099-01-01"}
        assert problem(await walk.step(world.commander, "case.refer", **facts)) == (422, "validation")

    async def test_of_several_reports_the_one_to_be_returned_is_named(self, world: World) -> None:
        incident = {**report_body(world)["incident"], "agency_number": "26-77"}
        walk = await filed(world, incident=incident)
        other = await filed(world, world.stranger, incident=incident)
        assert other.case_id == walk.case_id
        silent = await walk.step(world.intake, "case.return", reason="From where?")
        assert [e["pointer"] for e in silent.json()["errors"]] == ["/report_id"]
        ok(await walk.step(world.intake, "case.return", reason="From where?", report_id=other.report_id))
        asked = [
            len(ok(await who.get(f"/v1/reports/{w.report_id}"))["requests"])
            for who, w in ((world.reporter, walk), (world.stranger, other))
        ]
        assert asked == [0, 1]


class TestRights:
    """Section 3 of the security design: a step is taken by the office its row names."""

    @pytest.mark.parametrize("step", STEPS)
    async def test_a_step_is_refused_to_offices_that_may_only_look(self, world: World, step: str) -> None:
        walk = await (await filed(world)).open()
        holders = {
            Right.TRIAGE: {"sergeant", "intake", "commander"},
            Right.REROUTE: {"intake", "commander"},
            Right.SUBMIT: {"investigator"},
            Right.DECIDE: set(),
            Right.APPEAL: {"intake", "commander"},
        }.get(STEPS[step].right, {"commander"})
        for who in ("sergeant", "intake", "investigator", "commander"):
            answer = await walk.step(world.cast[who], step, **FACTS.get(step, {}))
            forbidden = problem(answer) == (403, "forbidden") if answer.status_code >= 400 else False
            assert forbidden == (who not in holders), (who, answer.text)
            walk.stands("investigation")

    async def test_the_case_says_which_steps_are_open_to_the_asker(self, world: World) -> None:
        walk = await filed(world)
        opened = {
            who: {each["step"] for each in (await walk.see(world.cast[who]))["steps"]}
            for who in ("sergeant", "intake", "commander")
        }
        assert opened["sergeant"] == {"case.acknowledge", "case.return"}
        assert opened["intake"] == opened["commander"] == {"case.acknowledge", "case.return", "case.reroute"}

    async def test_the_steps_tell_what_they_would_be_refused_for(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        steps = {each["step"]: each for each in ok(await world.commander.get(f"{walk.path}/steps"))["steps"]}
        missing = {each["type"].removeprefix("/problems/") for each in steps["case.open"]["missing"]}
        assert missing == {"needs-classification", "immediate-steps-open", "needs-investigator"}
        assert steps["case.refer"]["missing"] == []
        assert steps["case.refer"]["needs"] == ["body", "dated_on", "reason"]
