"""A case from filing to closing, and back again, through the API."""

from __future__ import annotations

from tests.proceedings.walk import filed, ok, problem
from tests.world import World


class TestTheWholeWay:
    """Product section 2: each step by the person whose office it is."""

    async def test_a_case_with_nothing_sustained_goes_past_discipline_and_closes(self, world: World) -> None:
        walk = await (await filed(world)).closed()
        seen = await walk.see()
        assert (seen["state"], seen["closed_at"] is not None) == ("closed", True)
        steps = [kind for kind in world.kinds() if kind.startswith("case.") and kind != "case.read"]
        assert steps.count("case.decide") == 0
        assert steps[-1] == "case.close"

    async def test_a_sustained_one_goes_through_discipline_by_someone_else(self, world: World) -> None:
        walk = await (await filed(world)).approved()
        assert walk.state == "discipline"
        authority = await walk.authority()
        assert authority.account_id in {world.authority.account_id, world.chief.account_id}
        await walk.discipline(walk.force, world.striker)
        await walk.discipline(walk.failure, world.bystander)
        ok(await walk.step(authority, "case.decide"))
        ok(await walk.act(world.board, "board-views", view="dissent", reasons="Too mild."))
        told = ok(await walk.act(world.commander, "told", harmed="a man in a green coat", how="In person."))
        assert told["harmed"] == "a man in a green coat"
        ok(await walk.step(world.commander, "case.close"))
        seen = await walk.see()
        assert [view["view"] for view in seen["board_views"]] == ["dissent"]
        assert {line["decision"]["penalty"] for line in seen["allegations"]} == {"reprimand"}

    async def test_a_closed_case_is_appealed_and_the_outcome_stands_beside_the_decision(self, world: World) -> None:
        walk = await (await filed(world)).closed()
        ok(await walk.step(world.intake, "case.appeal", forum="Civil Service Board", dated_on="2026-01-20"))
        assert (await walk.see())["closed_at"] is None
        ok(await walk.step(world.commander, "case.conclude_appeal", outcome="Upheld.", dated_on="2026-02-20"))
        seen = await walk.see()
        assert [(each["kind"], each["says"]) for each in seen["references"]] == [
            ("appeal", ""),
            ("appeal_outcome", "Upheld."),
        ]
        assert seen["state"] == "closed"

    async def test_a_closed_case_is_reopened_on_evidence_that_came_after(self, world: World) -> None:
        walk = await (await filed(world)).closed()
        old = await walk.step(world.commander, "case.reopen", reason="A second camera.", evidence=[walk.video])
        assert problem(old) == (422, "validation")
        new = await walk.evidence()
        ok(await walk.step(world.commander, "case.reopen", reason="A second camera.", evidence=[new]))
        assert walk.state == "investigation"

    async def test_a_case_goes_out_and_comes_back(self, world: World) -> None:
        walk = await (await filed(world)).open()
        facts = {"body": "District Attorney", "dated_on": "2026-01-20", "reason": "Possible crime."}
        ok(await walk.step(world.commander, "case.refer", **facts))
        ok(await walk.step(world.commander, "case.return_from_referral", outcome="Declined."))
        assert [each["kind"] for each in (await walk.see())["references"]] == ["referral", "referral_outcome"]

    async def test_a_returned_report_asks_its_author_and_waits_for_the_supplement(self, world: World) -> None:
        walk = await filed(world)
        ok(await walk.step(world.sergeant, "case.return", reason="Where did you stand?"))
        own = ok(await world.reporter.get(f"/v1/reports/{walk.report_id}"))
        assert [asked["asks"] for asked in own["requests"]] == ["Where did you stand?"]
        assert problem(await walk.step(world.sergeant, "case.resume")) == (409, "no-supplement")
        more = {"narrative": "Beside the car.", "declares_accuracy": True}
        ok(await world.reporter.post(f"/v1/reports/{walk.report_id}/supplements", more))
        ok(await walk.step(world.sergeant, "case.resume"))
        assert walk.state == "triage"

    async def test_findings_sent_back_can_be_found_anew(self, world: World) -> None:
        walk = await (await filed(world)).submitted()
        ok(await walk.step(world.commander, "case.send_back", reason="The second blow is not dealt with."))
        await walk.find(walk.force, "sustained")
        ok(await walk.step(world.investigator, "case.submit_findings"))

    async def test_the_number_is_given_once_when_the_case_is_accepted(self, world: World) -> None:
        first, second = await filed(world), await filed(world, world.stranger, incident=elsewhere(world))
        assert (await first.see())["number"] is None
        for walk in (second, first):
            await walk.open()
        numbers = [(await walk.see())["number"] for walk in (second, first)]
        assert [number[-5:] for number in numbers] == ["-0001", "-0002"]
        ok(await first.step(world.intake, "case.reroute", reason="The sergeant is on leave."))
        await first.acknowledge(world.intake)
        ok(await first.step(world.intake, "case.open"))
        assert (await first.see())["number"] == numbers[1]


def elsewhere(world: World) -> dict[str, str]:
    return {"occurred_at": "2026-01-01T10:00:00Z", "precision": "minute", "place": "Birch Road"}
