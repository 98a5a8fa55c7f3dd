"""S1 to S7: for whoever is on the wall of a case it does not exist, in rows, lists, counts, steps and acts alike."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from app.access.actor import Actor, Role
from app.access.rights import Right
from app.agencies.actions import declare_kin
from app.agencies.models import Kin
from app.cases.models import Case
from app.cases.rules import GATE
from app.incidents.models import Presence
from tests.proceedings.walk import Walk, filed, ok, problem
from tests.world import NOWHERE, Person, World, make_world, report_body

ASKED: tuple[tuple[str, str, Any], ...] = (
    ("GET", "", None),
    ("GET", "/steps", None),
    ("GET", "/timeline", None),
    ("GET", "/allegations", None),
    ("GET", "/assessments", None),
    ("GET", "/evidence", None),
    ("POST", "/steps", {"step": "case.acknowledge"}),
    ("POST", "/steps", {"step": "case.return", "reason": "x"}),
    ("POST", "/recusal", None),
    ("POST", "/immediate-steps", {"kind": "medical_check", "answer": "done"}),
    ("POST", "/assignments", {"account_id": str(NOWHERE), "office": "investigator", "reason": "x"}),
    ("POST", "/roster", {"officer_id": str(NOWHERE), "role": "present"}),
    ("POST", "/identifications", {"report_id": str(NOWHERE), "place": 0, "officer_id": None, "reason": "x"}),
    ("POST", f"/matches/{NOWHERE}", {"answer": "confirm"}),
    ("POST", f"/roster/{NOWHERE}/dispute", {"reason": "x"}),
    ("POST", "/allegations", {"officer_id": str(NOWHERE), "duty": "excessive_force", "basis": "x"}),
    ("POST", "/evidence", {"kind": "photo", "title": "x", "sha256": "ab" * 32, "held_at": "x"}),
    ("POST", "/concurrences", {"step": "case.screen_out", "reason": "x"}),
    ("POST", "/told", {"harmed": "x", "how": "x"}),
    ("POST", "/board-views", {"view": "concur"}),
    ("PUT", "/classification", {"classification": "criminal"}),
    ("PUT", f"/assessments/{NOWHERE}", {}),
)
"""Every way to ask for a case."""


def told_by(answer: httpx2.Response) -> tuple[int, dict[str, Any], dict[str, str]]:
    """All that an answer tells besides the id of the request."""
    headers = {k: v for k, v in answer.headers.items() if k not in ("x-request-id", "date")}
    body = answer.json() if answer.content else {}
    return answer.status_code, {k: v for k, v in body.items() if k != "request_id"}, headers


async def asked(person: Person, case_id: object, method: str, path: str, body: Any) -> Any:
    headers = {"Idempotency-Key": uuid.uuid4().hex, "If-Match": '"1"'}
    return told_by(await person.call(method, f"/v1/cases/{case_id}{path}", json=body, headers=headers))


async def finds_nothing(person: Person, case_id: str) -> None:
    """Each way to ask gives what an absent case gives, and no list or count holds it."""
    for method, path, body in ASKED:
        seen = await asked(person, case_id, method, path, body)
        assert seen == await asked(person, NOWHERE, method, path, body), (method, path)
        assert seen[0] == 404, (method, path)
    assert case_id not in (await person.get("/v1/cases")).text


class TestWhoIsOnTheWall:
    """S2: named, present, accused, kin, recused, passed over."""

    async def test_an_officer_who_was_there_finds_nothing(self, world: World) -> None:
        walk = await filed(world)
        for person in (world.striker, world.bystander, world.reporter, world.stranger):
            await finds_nothing(person, walk.case_id)

    async def test_a_supervisor_who_was_there_finds_nothing(self, world: World) -> None:
        there = {"officer_id": str(world.sergeant.officer_id), "role": "supervised"}
        walk = await filed(world, officers=[*report_body(world)["officers"], there])
        await finds_nothing(world.sergeant, walk.case_id)
        ok(await world.lieutenant.get(walk.path))

    async def test_kin_of_someone_who_was_there_finds_nothing(self, world: World) -> None:
        one, other = world.striker.officer_id, world.sergeant.officer_id
        assert one is not None
        assert other is not None
        async with world.transaction() as tx:
            await declare_kin(tx, world.agency.id, one, other)
        walk = await filed(world)
        await finds_nothing(world.sergeant, walk.case_id)

    async def test_a_supervisor_who_is_accused_without_having_been_there_finds_nothing(self, world: World) -> None:
        walk = await (await filed(world)).open()
        ok(await world.sergeant.get(walk.path))
        await walk.accuse(world.sergeant, "failure_to_act")
        await finds_nothing(world.sergeant, walk.case_id)
        assert (await walk.see())["holder"] == world.lieutenant.name

    async def test_a_supervisor_who_was_passed_over_finds_nothing(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        ok(await walk.step(world.intake, "case.reroute", reason="It lay for two days."))
        await finds_nothing(world.sergeant, walk.case_id)
        ok(await walk.step(world.intake, "case.reroute", reason="It lay for two days more."))
        await finds_nothing(world.lieutenant, walk.case_id)
        assert (await walk.see())["holder"] == world.captain.name

    async def test_a_query_that_reads_the_roster_itself_meets_the_same_wall(self, world: World) -> None:
        """Kin of the striker must not slip through where the asking query has `presence` and `kin` in its own FROM."""
        walk = await filed(world)
        async with world.transaction() as tx:
            await declare_kin(tx, world.agency.id, world.striker.officer_id, world.lieutenant.officer_id)
        actor = Actor(
            world.commander.account_id,
            world.agency.id,
            uuid.uuid4(),
            "",
            frozenset({Role.COMMANDER}),
            world.lieutenant.officer_id,
        )
        beside = (
            select(Case.id)
            .join(Presence, Presence.incident_id == Case.incident_id)
            .join(Kin, Kin.agency_id == Case.agency_id)
            .where(Case.id == uuid.UUID(walk.case_id))
        )
        async with world.transaction() as tx:
            assert (await tx.execute(beside)).all(), "the rows are there"
            assert (await tx.execute(beside.where(GATE.may(actor, Right.READ_CASE)))).all() == []

    async def test_being_passed_over_beats_every_other_office(self, world: World) -> None:
        walk = await filed(world)
        world.database.sql(
            "INSERT INTO account_role (agency_id, account_id, role, granted_at) VALUES (:a, :s, 'intake', now())",
            a=world.agency.id,
            s=world.sergeant.account_id,
        )
        ok(await walk.step(world.intake, "case.reroute", reason="It lay for two days."))
        await finds_nothing(world.sergeant, walk.case_id)
        other = await filed(world, incident={**report_body(world)["incident"], "agency_number": "26-8"})
        ok(await other.step(world.intake, "case.acknowledge"))
        ok(await world.sergeant.get(other.path))

    async def test_another_agency_finds_nothing(self, world: World, neighbours: World) -> None:
        walk = await filed(world)
        for person in (neighbours.commander, neighbours.outside, neighbours.board):
            await finds_nothing(person, walk.case_id)

    async def test_offices_without_the_case_find_nothing(self, world: World) -> None:
        walk = await filed(world)
        for name in ("investigator", "authority", "outside", "admin", "inspector", "operator"):
            await finds_nothing(world.cast[name], walk.case_id)

    async def test_the_outside_reviewer_alone_sees_what_was_routed_past_the_agency(self, world: World) -> None:
        world.database.sql(
            "UPDATE account SET disabled_at = now() WHERE id = :id", id=world.second_commander.account_id
        )
        walk = await filed(world)
        ok(await world.commander.post(f"{walk.path}/recusal"))
        ok(await world.outside.get(walk.path))
        for person in (world.sergeant, world.intake, world.commander):
            await finds_nothing(person, walk.case_id)

    async def test_the_wall_stands_with_the_next_request(self, world: World) -> None:
        walk = await (await filed(world)).open()
        ok(await walk.act(world.intake, "roster", officer_id=str(world.sergeant.officer_id), role="present"))
        await finds_nothing(world.sergeant, walk.case_id)

    async def test_an_accused_investigator_is_relieved_and_the_case_goes_back_to_be_routed(self, world: World) -> None:
        walk = await (await filed(world)).open()
        world.database.sql(
            "UPDATE account SET officer_id = :o WHERE id = :id",
            o=world.stranger.officer_id,
            id=give_up_officer(world, world.stranger, world.investigator),
        )
        ok(await walk.act(world.intake, "roster", officer_id=str(world.stranger.officer_id), role="present"))
        await finds_nothing(world.investigator, walk.case_id)
        seen = await walk.see()
        assert (seen["state"], seen["assignments"]) == ("routed", [])


def give_up_officer(world: World, officer: Person, other: Person) -> uuid.UUID:
    """Let the officer sign in as somebody else; the id of that account."""
    world.database.sql("UPDATE account SET officer_id = NULL WHERE id = :id", id=officer.account_id)
    return other.account_id


class TestAbsence:
    """S3: a walled case and an absent one are told alike, and denied alike."""

    async def test_a_denial_is_on_the_record_for_both_and_tells_them_apart_there_alone(self, world: World) -> None:
        there = {"officer_id": str(world.sergeant.officer_id), "role": "present"}
        walk = await filed(world, officers=[*report_body(world)["officers"], there])
        await world.sergeant.get(walk.path)
        await world.sergeant.get(f"/v1/cases/{NOWHERE}")
        denied = [entry for entry in world.entries() if entry["what"]["kind"] == "access.denied"]
        assert [entry["of"]["because"] for entry in denied] == ["wall", "absent"]
        assert [entry["what"]["code"] for entry in denied] == ["refused", "refused"]

    async def test_a_cursor_page_and_its_link_count_no_walled_case(self, world: World) -> None:
        there = {"officer_id": str(world.sergeant.officer_id), "role": "present"}
        for number in range(3):
            incident = {**report_body(world)["incident"], "agency_number": f"26-{number}"}
            officers = report_body(world)["officers"]
            await filed(world, incident=incident, officers=[*officers, there] if number else officers)
        page = await world.sergeant.get("/v1/cases?limit=1")
        assert len(page.json()["cases"]) == 1
        assert "link" not in page.headers

    async def test_both_take_as_long(self, world: World) -> None:
        there = {"officer_id": str(world.sergeant.officer_id), "role": "present"}
        walk = await filed(world, officers=[*report_body(world)["officers"], there])
        took: dict[str, list[float]] = {walk.path: [], f"/v1/cases/{NOWHERE}": []}
        for _ in range(60):
            for path, seconds in took.items():
                begun = time.perf_counter()
                await world.sergeant.get(path)
                seconds.append(time.perf_counter() - begun)
        walled, absent = (statistics.median(seconds) for seconds in took.values())
        assert abs(walled - absent) < max(0.004, 0.25 * absent)

    async def test_an_answer_kept_for_a_retry_is_not_given_to_someone_walled_since(self, world: World) -> None:
        walk = await filed(world)
        key, said = "a key used once and again", {"officer_id": str(world.sergeant.officer_id), "role": "present"}
        path = f"{walk.path}/roster"
        assert (await world.intake.post(path, said, key=key)).status_code == 201
        assert (await world.intake.post(path, said, key=key)).headers["idempotency-replayed"] == "true"
        ok(await world.intake.post(f"{walk.path}/recusal"))
        again = await world.intake.post(path, said, key=key)
        assert (problem(again), "idempotency-replayed" in again.headers) == ((404, "not-found"), False)


class TestTwinWorlds:
    """Two agencies that differ in one walled case look the same to the walled supervisor."""

    async def test_list_read_and_step_are_the_same_bytes(self, app: Any, database: Any) -> None:
        one, other = await make_world(app, database), await make_world(app, database)
        for world in (one, other):
            await filed(
                world, incident={"occurred_at": "2026-01-01T10:00:00Z", "precision": "hour", "place": "Birch Road"}
            )
        there = {"officer_id": str(one.sergeant.officer_id), "role": "used_force"}
        walled = await filed(one, one.stranger, officers=[*report_body(one)["officers"], there])
        assert (await one.sergeant.get("/v1/cases")).json()["cases"]
        told = [await _script(world, walled.case_id) for world in (one, other)]
        assert told[0] == told[1]

    async def test_the_script_would_see_a_case_that_is_not_walled(self, app: Any, database: Any) -> None:
        one, other = await make_world(app, database), await make_world(app, database)
        seen = await filed(one)
        told = [await _script(world, seen.case_id) for world in (one, other)]
        assert told[0] != told[1]


async def _script(world: World, case_id: str) -> list[Any]:
    """What the sergeant is told of everything that could hold or count the case, ids and clock aside."""
    answers = [
        told_by(await world.sergeant.get(path)) for path in ("/v1/cases", "/v1/cases?state=routed", "/v1/cases?limit=1")
    ]
    answers += [await asked(world.sergeant, case_id, *ask) for ask in ASKED]
    names: dict[str, str] = {}
    return [without_ids(answer, names) for answer in answers]


def without_ids(value: Any, names: dict[str, str]) -> Any:
    """Ids by the order in which they come, instants blank."""
    if isinstance(value, dict):
        return {key: "" if key.endswith("_at") else without_ids(each, names) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_ids(each, names) for each in value]
    try:
        return names.setdefault(str(uuid.UUID(value)), f"id {len(names)}")
    except (ValueError, AttributeError, TypeError):
        return value


class TestRecusal:
    """Product section 4: anyone steps aside in one act; the case goes on with others."""

    async def test_the_holder_steps_aside_and_the_next_one_up_holds_it(self, world: World) -> None:
        walk = await (await filed(world)).acknowledge()
        answer = await world.sergeant.post(f"{walk.path}/recusal")
        assert (answer.status_code, answer.content) == (204, b"")
        await finds_nothing(world.sergeant, walk.case_id)
        seen = await walk.see()
        assert (seen["state"], seen["holder"]) == ("routed", world.lieutenant.name)

    async def test_the_investigator_steps_aside_and_the_case_is_routed_anew(self, world: World) -> None:
        walk = await (await filed(world)).open()
        ok(await world.investigator.post(f"{walk.path}/recusal"))
        await finds_nothing(world.investigator, walk.case_id)
        seen = await walk.see()
        assert (seen["state"], seen["assignments"], seen["holder"]) == ("routed", [], world.sergeant.name)

    async def test_the_discipline_authority_steps_aside_and_another_is_put_in_charge(self, world: World) -> None:
        walk = await (await filed(world)).approved()
        first = await walk.authority()
        ok(await first.post(f"{walk.path}/recusal"))
        second = await walk.authority()
        assert {first.account_id, second.account_id} == {world.authority.account_id, world.chief.account_id}
        assert walk.state == "discipline"
        ok(await second.post(f"{walk.path}/recusal"))
        assert (await walk.authority()).account_id == world.outside.account_id

    async def test_one_of_two_commanders_steps_aside_and_nothing_else_changes(self, world: World) -> None:
        walk = await (await filed(world)).open()
        ok(await world.commander.post(f"{walk.path}/recusal"))
        await finds_nothing(world.commander, walk.case_id)
        seen = await walk.see(world.second_commander)
        assert (seen["state"], seen["holder"]) == ("investigation", world.sergeant.name)

    async def test_a_board_member_steps_aside_too(self, world: World) -> None:
        walk = await filed(world)
        ok(await world.board.post(f"{walk.path}/recusal"))
        await finds_nothing(world.board, walk.case_id)

    async def test_the_board_keeps_its_clock_when_someone_steps_aside(self, world: World) -> None:
        walk = await (await filed(world)).reviewed()
        until = (await walk.see(world.board))["board_view_until"]
        ok(await world.sergeant.post(f"{walk.path}/recusal"))
        assert (await walk.see(world.board))["board_view_until"] == until
        assert walk.state == "board_review"

    async def test_nobody_is_told_why(self, world: World) -> None:
        walk = await filed(world)
        ok(await world.sergeant.post(f"{walk.path}/recusal"))
        lines = ok(await world.commander.get(f"{walk.path}/timeline"))["lines"]
        [aside] = [line for line in lines if line["kind"] == "case.recused"]
        [moved] = [line for line in lines if line["kind"] == "case.reroute"]
        assert (aside["facts"], moved["facts"]) == ({}, {"level": "supervisor"})

    async def test_it_never_comes_back_to_a_level_below(self, world: World) -> None:
        walk = await filed(world)
        for holder in (world.sergeant, world.lieutenant, world.captain):
            ok(await holder.post(f"{walk.path}/recusal"))
        seen = await walk.see()
        assert (seen["level"], seen["holder"]) == ("internal_affairs", None)
        ok(await walk.step(world.commander, "case.reroute", reason="Try again."))
        assert (await walk.see())["level"] == "internal_affairs"


Act = Callable[[], Awaitable[httpx2.Response]]


class TestAtTheSameMoment:
    """Landing rule: adding presence or an allegation locks the case row."""

    async def race(self, walk: Walk, add: Act) -> None:
        """Close and add at once: whoever comes second is refused, and no closed case has someone unanswered."""
        world = walk.world
        tag = (await world.commander.get(walk.path)).headers["etag"]
        close = world.commander.post(f"{walk.path}/steps", {"step": "case.close"}, headers={"If-Match": tag})
        closed, added = await asyncio.gather(close, add())
        assert sorted((closed.status_code < 300, added.status_code < 300)) == [False, True], (closed.text, added.text)
        if closed.status_code == 200:
            assert problem(added) == (409, "state-conflict")
        else:
            assert problem(closed) in ((412, "stale"), (409, "everyone-not-answered"))
            assert walk.state == "board_review"

    @pytest.mark.parametrize("attempt", range(4))
    async def test_a_close_and_a_presence(self, world: World, attempt: int) -> None:
        walk = await (await filed(world)).reviewed()
        ok(await walk.act(world.board, "board-views", view="concur"))
        said = {"officer_id": str(world.stranger.officer_id), "role": "present"}
        await self.race(walk, lambda: world.intake.post(f"{walk.path}/roster", said))

    async def test_a_close_and_a_further_report_leave_the_case_open(self, world: World) -> None:
        walk = await (await filed(world)).reviewed()
        ok(await walk.act(world.board, "board-views", view="concur"))
        tag = (await world.commander.get(walk.path)).headers["etag"]
        close = world.commander.post(f"{walk.path}/steps", {"step": "case.close"}, headers={"If-Match": tag})
        report = world.stranger.post("/v1/reports", report_body(world))
        closed, reported = await asyncio.gather(close, report)
        assert reported.status_code == 201
        assert walk.state == ("investigation" if closed.status_code == 200 else "board_review")

    async def test_a_submission_and_an_allegation(self, world: World) -> None:
        walk = await (await filed(world)).open()
        await walk.alleged()
        tag = (await world.investigator.get(walk.path)).headers["etag"]
        said = {"officer_id": str(world.bystander.officer_id), "duty": "failure_to_report", "basis": "No report came."}
        submitted, opened = await asyncio.gather(
            world.investigator.post(f"{walk.path}/steps", {"step": "case.submit_findings"}, headers={"If-Match": tag}),
            world.investigator.post(f"{walk.path}/allegations", said),
        )
        assert sorted((submitted.status_code < 300, opened.status_code < 300)) == [False, True]
        found = {line["id"]: line["finding"] for line in (await walk.see())["allegations"]}
        assert walk.state == "investigation" or None not in found.values(), json.dumps(found)

    async def test_of_two_supervisors_one_moves_the_case(self, world: World) -> None:
        walk = await filed(world)
        tag = (await world.intake.get(walk.path)).headers["etag"]
        said, headers = {"step": "case.acknowledge"}, {"If-Match": tag}
        answers = await asyncio.gather(
            *(who.post(f"{walk.path}/steps", said, headers=headers) for who in (world.sergeant, world.intake))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 412]
