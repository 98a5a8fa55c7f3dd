"""A case as its audiences see it, and the queue (S6)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.proceedings.walk import ELEMENT, Walk, filed, ok, problem
from tests.world import Person, World, report_body

CANARY = "canary-7f3a"


def canaries(world: World) -> dict[str, Any]:
    """A report with a mark in every text that a person writes."""
    body = report_body(world)
    body["incident"]["place"] = f"{CANARY} Street"
    body["officers"][0]["did"] = CANARY
    body["officers"].append({"name": f"{CANARY} tall", "role": "present", "did": CANARY})
    body["harmed"] = [{"name": f"{CANARY} Doe", "description": CANARY, "injuries": ["contusion"], "charges": CANARY}]
    body["own_view"] = {"saw": "all", "vantage": CANARY, "blocked_by": CANARY, "words_said": CANARY}
    body["own_acts"] = {"intervened": "tried", "acts": CANARY, "why_not": CANARY, "result": CANARY}
    body["cameras"] = [{"kind": "body_worn", "owner": CANARY}]
    body["notified"] = [{"who": CANARY, "how": CANARY}]
    for name in ("aid_words", "officer_care", "earlier_reports", "fear_words", "narrative"):
        body[name] = CANARY
    return body


async def walked_with_canaries(world: World) -> Walk:
    """A case that went to the board with a mark in every text on its way."""
    walk = await filed(world, **canaries(world))
    ok(await walk.step(world.sergeant, "case.return", reason=CANARY))
    more = {"narrative": CANARY, "declares_accuracy": True}
    ok(await world.reporter.post(f"/v1/reports/{walk.report_id}/supplements", more))
    ok(await walk.step(world.sergeant, "case.resume", reason=CANARY))
    await walk.classify()
    await walk.answer_immediate_steps()
    note = {"kind": "medical_check", "answer": "not_needed", "note": CANARY}
    ok(await walk.act(world.sergeant, "immediate-steps", **note))
    await walk.assign()
    ok(await walk.step(world.sergeant, "case.open"))
    nobody = {"report_id": walk.report_id, "place": 2, "officer_id": None, "reason": CANARY}
    ok(await walk.act(world.intake, "identifications", **nobody))
    [entry] = next(h for h in (await walk.see())["roster"] if h["officer_id"] == str(world.bystander.officer_id))[
        "entries"
    ]
    ok(await walk.act(world.intake, f"roster/{entry['id']}/dispute", reason=CANARY))
    item = {"kind": "photo", "title": CANARY, "sha256": "ef" * 32, "held_at": CANARY}
    ok(await walk.act(world.investigator, "evidence", **item))
    await walk.alleged(force="not_sustained", failure="not_sustained")
    elements = {"presence": {**ELEMENT, "reasoning": CANARY, "standard": CANARY, "evidence": [walk.video]}}
    ok(
        await world.investigator.put(
            walk.assessment_of(world.striker),
            {"elements": elements, "reported": {"answer": "no", "reasoning": CANARY, "to_whom": CANARY}},
            headers={"If-Match": '"1"'},
        )
    )
    facts = {"body": CANARY, "dated_on": "2026-01-20", "reason": CANARY}
    ok(await walk.step(world.commander, "case.refer", **facts))
    ok(await walk.step(world.commander, "case.return_from_referral", outcome=CANARY))
    return walk


class TestTheBoard:
    """The board sees that, when and what; never who reported, nor a word of what anyone wrote."""

    async def test_no_text_and_no_name_of_a_reporter_is_anywhere_in_its_answers(self, world: World) -> None:
        walk = await walked_with_canaries(world)
        names = [person.name for person in world.cast.values()]
        for path in (walk.path, "/v1/cases", f"/v1/allegations/{walk.force}/findings"):
            shown = ok(await world.board.get(path))
            text = json.dumps(shown)
            assert CANARY not in text, path
            assert [name for name in names if name in text] == [], path
            for hidden in ("author", "reporter", "locator", walk.report_id, str(world.reporter.account_id)):
                assert hidden not in text, (path, hidden)

    async def test_the_marks_would_be_seen(self, world: World) -> None:
        walk = await walked_with_canaries(world)
        assert (await world.commander.get(walk.path)).text.count(CANARY) > 20

    async def test_it_sees_clocks_roles_and_dispositions(self, world: World) -> None:
        walk = await (await filed(world)).approved(force="sustained", failure="not_sustained")
        shown = await walk.see(world.board)
        assert {line["finding"]["disposition"] for line in shown["allegations"]} == {"sustained", "not_sustained"}
        assert [officer["label"] for officer in shown["officers"]] == ["Officer A", "Officer B", "Officer C"]
        assert sorted(role for officer in shown["officers"] for role in officer["roles"]) == [
            "present",
            "present",
            "used_force",
        ]
        assert [stage["step"] for stage in shown["stages"]] == [
            "case.made",
            "case.acknowledge",
            "case.open",
            "case.submit_findings",
            "case.approve_findings",
        ]
        assert shown["reports"][0]["is_late"] is False

    async def test_whether_someone_reported_is_told_in_sum_alone(self, world: World) -> None:
        walk = await (await filed(world)).open()
        await walk.assess_everyone()
        shown = await walk.see(world.board)
        assert shown["reported"] == {"yes": 1, "not_owed": 2}
        assert all(set(o) == {"officer_id", "label", "roles", "is_disputed", "is_answered"} for o in shown["officers"])

    async def test_it_reads_nothing_else_of_the_case(self, world: World) -> None:
        walk = await (await filed(world)).open()
        for part in ("timeline", "steps", "allegations", "assessments", "evidence"):
            assert problem(await world.board.get(f"{walk.path}/{part}")) == (403, "forbidden")


class TestThoseWhoWorkIt:
    """Fear of retaliation is shown to few; a compelled statement to those who decide on its author."""

    async def test_fear_is_shown_to_intake_commander_and_the_assigned_investigator_only(self, world: World) -> None:
        walk = await (await filed(world, fear_words="He threatened me.")).approved()
        seers = {"intake": True, "commander": True, "investigator": True, "sergeant": False}
        people: dict[str, Person] = {who: world.cast[who] for who in seers}
        people["authority"], seers["authority"] = await walk.authority(), False
        for who, sees in seers.items():
            [report] = (await walk.see(people[who]))["reports"]
            assert ("fears_retaliation" in report["content"], "fear_words" in report["content"]) == (sees, sees), who
            assert ("threatened" in json.dumps(report)) == sees

    async def test_a_compelled_statement_is_withheld_from_triage(self, world: World) -> None:
        walk = await filed(world, statement_class="compelled", warning="compelled-1")
        await walk.open()
        for who, sees in (("sergeant", False), ("intake", False), ("commander", True), ("investigator", True)):
            [report] = (await walk.see(world.cast[who]))["reports"]
            assert (report["content"] is not None, report["withheld"]) == (sees, None if sees else "compelled"), who

    async def test_so_is_what_it_says_of_people_but_not_whom_intake_has_to_put_a_name_to(self, world: World) -> None:
        compelled = {"statement_class": "compelled", "warning": "compelled-1"}
        officers = [*report_body(world)["officers"], {"name": "the tall one with a beard", "role": "present"}]
        walk = await filed(world, officers=officers, harmed=[{"name": "Jo Canary"}], **compelled)
        await walk.assign()
        everything, keeper, nothing = (1, 1), (0, 1), (0, 0)
        told = {"commander": everything, "investigator": everything, "intake": keeper, "sergeant": nothing}
        for who, sees in told.items():
            seen = await walk.see(world.cast[who])
            assert (len(seen["harmed"]), len(seen["unidentified"])) == sees, who
            assert ("Jo Canary" in json.dumps(seen)) == bool(sees[0]), who

    async def test_what_was_withheld_was_not_opened(self, world: World) -> None:
        walk = await filed(world, statement_class="compelled", warning="compelled-1")
        for person in (world.sergeant, world.commander):
            await walk.see(person)
        opened = world.database.sql("SELECT account_id FROM opened WHERE object_id = :id", id=walk.report_id)
        assert opened == [(world.commander.account_id,)]

    async def test_reading_leaves_an_entry_for_the_case_and_each_report(self, world: World) -> None:
        walk = await filed(world)
        answer = await world.commander.get(walk.path)
        entries = [e for e in world.entries() if e["what"]["req"] == answer.headers["x-request-id"]]
        assert [(e["what"]["kind"], e["on"]["id"]) for e in entries] == [
            ("case.read", walk.case_id),
            ("report.read", walk.report_id),
        ]

    async def test_the_roster_says_who_each_was_on_the_day(self, world: World) -> None:
        walk = await filed(world)
        roster = {here["name"]: here for here in (await walk.see())["roster"]}
        assert {name: [e["role"] for e in here["entries"]] for name, here in roster.items()} == {
            "Officer Rivera": ["present"],
            "Officer Bauer": ["used_force"],
            "Officer Haddad": ["present"],
        }
        assert roster["Officer Bauer"]["badge"] == world.striker.badge

    async def test_the_tag_is_the_version(self, world: World) -> None:
        walk = await filed(world)
        for person in (world.commander, world.board):
            answer = await person.get(walk.path)
            assert answer.headers["etag"] == f'"{answer.json()["version"]}"'


async def three(world: World) -> list[Walk]:
    walks = []
    for number in range(3):
        incident = {**report_body(world)["incident"], "agency_number": f"26-{number}"}
        walks.append(await filed(world, incident=incident))
    return walks


class TestTheQueue:
    """Rows the asker may see, the ones due first."""

    async def test_the_ones_due_first_come_first(self, world: World) -> None:
        walks = await three(world)
        for walk, days in zip(walks, (2, 3, 1), strict=True):
            due = datetime.now(UTC) + timedelta(days=days)
            world.database.sql('UPDATE "case" SET triage_due_at = :at WHERE id = :id', at=due, id=walk.case_id)
        lines = ok(await world.sergeant.get("/v1/cases"))["cases"]
        assert [line["id"] for line in lines] == [walks[n].case_id for n in (2, 0, 1)]

    async def test_pages_follow_each_other_without_gap_or_repetition(self, world: World) -> None:
        expected = {walk.case_id for walk in await three(world)}
        path: str | None = "/v1/cases?limit=1&state=routed"
        found: list[str] = []
        while path:
            page = await world.intake.get(path)
            found += [line["id"] for line in ok(page)["cases"]]
            path = page.links["next"]["url"] if "next" in page.links else None
        assert (len(found), set(found)) == (3, expected)

    async def test_a_cursor_is_no_one_elses_and_no_ones_to_make(self, world: World) -> None:
        await three(world)
        cursor = (await world.intake.get("/v1/cases?limit=1")).links["next"]["url"].split("cursor=")[1].split("&")[0]
        for person, given in ((world.commander, cursor), (world.intake, cursor[:-2] + "AA"), (world.intake, "x")):
            assert problem(await person.get(f"/v1/cases?cursor={given}")) == (400, "bad-cursor")

    async def test_states_are_asked_for_by_name(self, world: World) -> None:
        walks = await three(world)
        await walks[1].acknowledge()
        for query, expected in (
            ("state=triage", {walks[1].case_id}),
            ("state=triage&state=routed", {walk.case_id for walk in walks}),
            ("state=closed", set()),
        ):
            lines = ok(await world.intake.get(f"/v1/cases?{query}"))["cases"]
            assert {line["id"] for line in lines} == expected
        assert problem(await world.intake.get("/v1/cases?state=lost")) == (422, "validation")

    async def test_what_is_due_and_not_done_is_late(self, world: World) -> None:
        walks = await three(world)
        await walks[0].open()
        for walk in walks[:2]:
            world.database.sql(
                "UPDATE \"case\" SET triage_due_at = now() - interval '1 minute' WHERE id = :id", id=walk.case_id
            )
        lines = {line["id"]: line["is_late"] for line in ok(await world.intake.get("/v1/cases"))["cases"]}
        assert [lines[walk.case_id] for walk in walks] == [False, True, False]

    @pytest.mark.parametrize(
        ("who", "count"),
        [("sergeant", 3), ("lieutenant", 0), ("intake", 3), ("board", 3), ("investigator", 1), ("striker", 0)],
    )
    async def test_each_sees_their_own(self, world: World, who: str, count: int) -> None:
        walks = await three(world)
        await walks[0].assign()
        lines = ok(await world.cast[who].get("/v1/cases"))["cases"]
        assert len(lines) == count
        assert all(("place" in line) == (who != "board") for line in lines)

    async def test_listing_is_on_the_record_with_what_was_listed(self, world: World) -> None:
        walks = await three(world)
        await world.intake.get("/v1/cases?state=routed")
        [entry] = [e for e in world.entries() if e["what"]["kind"] == "case.listed"]
        assert set(entry["of"]["ids"]) == {walk.case_id for walk in walks}
        assert (entry["of"]["count"], entry["of"]["filter"]) == (3, {"state": ["routed"]})


class TestTheTimeline:
    """What happened in a case, first things first."""

    async def test_it_pages_through_everything_in_order(self, world: World) -> None:
        walk = await (await filed(world)).open()
        whole = ok(await world.commander.get(f"{walk.path}/timeline?limit=200"))["lines"]
        path: str | None = f"{walk.path}/timeline?limit=3"
        found: list[Any] = []
        while path:
            page = await world.commander.get(path)
            found += ok(page)["lines"]
            path = page.links["next"]["url"] if "next" in page.links else None
        assert found == whole
        assert [line["kind"] for line in whole][:2] == ["case.made", "case.acknowledge"]
        assert whole[1]["by"] == world.sergeant.name

    async def test_its_cursor_tells_nothing_of_other_cases(self, world: World) -> None:
        walk = await (await filed(world)).open()
        page = await world.commander.get(f"{walk.path}/timeline?limit=3")
        cursor = page.links["next"]["url"].split("cursor=")[1].split("&")[0]
        other = await filed(world, incident={**report_body(world)["incident"], "agency_number": "26-5"})
        assert problem(await world.commander.get(f"{other.path}/timeline?cursor={cursor}")) == (400, "bad-cursor")
