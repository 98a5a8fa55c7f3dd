"""Filing: one transaction, sealed, numbered without gaps, matched, routed around everyone in conflict."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.proceedings.walk import problem
from tests.world import Person, World, file_case, fresh_key, report_body


def holder_of(world: World, case_id: str) -> tuple[object, ...]:
    return world.database.sql('SELECT level, holder_id FROM "case" WHERE id = :id', id=case_id)[0]


class TestFiling:
    """Product section 2: a report is filed whole or not at all."""

    async def test_a_report_gets_a_locator_and_the_date_it_is_due(self, world: World) -> None:
        answer = await world.reporter.post("/v1/reports", report_body(world))
        assert answer.status_code == 201, answer.text
        filed = answer.json()
        assert filed["provision_id"] == "US-CO"
        assert filed["due_at"] is not None
        own = await world.reporter.get(f"/v1/reports/{filed['id']}")
        assert own.json()["content"]["narrative"] == report_body(world)["narrative"]
        assert own.json()["content_sha256"] == filed["content_sha256"]

    async def test_filing_leaves_an_entry_for_each_thing_it_made(self, world: World) -> None:
        await file_case(world)
        made = world.kinds()
        for kind in ("incident.made", "case.made", "report.filed"):
            assert made.count(kind) == 1
        assert made.count("presence.added") == 3

    async def test_the_same_key_files_once_and_gets_the_first_answer_again(self, world: World) -> None:
        key, body = fresh_key(), report_body(world)
        first = await world.reporter.post("/v1/reports", body, key=key)
        again = await world.reporter.post("/v1/reports", body, key=key)
        assert again.headers["idempotency-replayed"] == "true"
        assert again.content == first.content
        other = await world.reporter.post("/v1/reports", {**body, "narrative": "Something else."}, key=key)
        assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-mismatch")
        assert world.kinds().count("report.filed") == 1

    async def test_filing_without_a_key_is_refused(self, world: World) -> None:
        answer = await world.reporter.call("POST", "/v1/reports", json=report_body(world))
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency-required")

    async def test_a_report_is_never_edited_and_takes_supplements(self, world: World) -> None:
        filed = await file_case(world)
        for method in ("PUT", "PATCH", "DELETE"):
            assert (await world.reporter.call(method, f"/v1/reports/{filed['id']}")).status_code == 405
        more = {"narrative": "I now remember a second blow.", "declares_accuracy": True}
        added = await world.reporter.post(f"/v1/reports/{filed['id']}/supplements", more)
        assert added.status_code == 201
        own = (await world.reporter.get(f"/v1/reports/{filed['id']}")).json()
        assert [s["content"]["narrative"] for s in own["supplements"]] == [more["narrative"]]

    async def test_nobody_else_can_read_it_as_a_report(self, world: World, neighbours: World) -> None:
        filed = await file_case(world)
        others: list[Person] = [world.striker, world.sergeant, world.commander, world.admin, neighbours.commander]
        for other in others:
            assert (await other.get(f"/v1/reports/{filed['id']}")).status_code == 404


class TestMyReports:
    """The list of one's own reports comes page by page, as every other list does."""

    async def test_every_page_follows_the_one_before_and_none_is_twice(self, world: World) -> None:
        filed = [(await world.reporter.post("/v1/reports", report_body(world))).json()["id"] for _ in range(3)]
        await world.stranger.post("/v1/reports", report_body(world))
        found, path = [], "/v1/reports?limit=2"
        while path:
            page = await world.reporter.get(path)
            found.append([report["id"] for report in page.json()["reports"]])
            path = page.links["next"]["url"] if "next" in page.links else ""
        assert found == [[filed[2], filed[1]], [filed[0]]]

    async def test_a_limit_that_is_none_is_refused_and_a_cursor_is_no_one_elses(self, world: World) -> None:
        for limit in ("0", "201", "-1", "many", ""):
            refused = await world.reporter.get(f"/v1/reports?limit={limit}")
            assert problem(refused) == (422, "validation"), limit
            assert refused.json()["errors"][0]["pointer"] == "/query/limit"
        for _ in range(2):
            await world.reporter.post("/v1/reports", report_body(world))
        page = await world.reporter.get("/v1/reports?limit=1")
        cursor = page.links["next"]["url"].split("cursor=")[1].split("&")[0]
        for person, given in ((world.stranger, cursor), (world.reporter, cursor[:-2] + "AA"), (world.reporter, "x")):
            assert problem(await person.get(f"/v1/reports?cursor={given}")) == (400, "bad-cursor")


class TestNumbers:
    """Filing numbers have no gap, under concurrency and rollback."""

    async def test_ten_at_once_give_ten_numbers(self, world: World) -> None:
        people = [world.reporter, world.bystander, world.stranger, world.sergeant, world.lieutenant] * 2
        answers = await asyncio.gather(*(p.post("/v1/reports", report_body(world)) for p in people))
        assert [a.status_code for a in answers] == [201] * 10
        numbers = world.database.sql(
            "SELECT number FROM filing_number WHERE agency_id = :a ORDER BY number", a=world.agency.id
        )
        assert [n for (n,) in numbers] == list(range(1, 11))

    async def test_a_rolled_back_filing_uses_no_number(self, world: World) -> None:
        first = await file_case(world)
        refused = await world.reporter.post(
            "/v1/reports", report_body(world, officers=[{"officer_id": first["id"], "role": "present"}])
        )
        assert refused.status_code == 422
        await file_case(world, world.stranger)
        numbers = world.database.sql(
            "SELECT number FROM filing_number WHERE agency_id = :a ORDER BY number", a=world.agency.id
        )
        assert [n for (n,) in numbers] == [1, 2]


class TestMatching:
    """Reports of one event meet in one incident; the filer never sees a match."""

    async def test_the_same_agency_number_is_one_incident(self, world: World) -> None:
        incident = {**report_body(world)["incident"], "agency_number": "26-1234"}
        one = await file_case(world, incident=incident)
        two = await file_case(world, world.stranger, incident={**incident, "place": "elsewhere"})
        assert one["case_id"] == two["case_id"]

    async def test_an_hour_apart_with_an_officer_in_common_is_one_to_be_confirmed(self, world: World) -> None:
        one = await file_case(world)
        later = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
        two = await file_case(world, world.stranger, incident={**report_body(world)["incident"], "occurred_at": later})
        assert one["case_id"] == two["case_id"]
        certain = world.database.sql("SELECT match_is_certain FROM report WHERE id = :id", id=two["id"])
        assert certain == [(False,)]
        assert set(one) == set(two)

    async def test_the_receipt_of_a_second_report_tells_no_more_than_that_of_a_first(self, world: World) -> None:
        one = await file_case(world)
        two = await file_case(world, world.stranger)
        assert one["case_id"] == two["case_id"]
        first = (await world.reporter.get(one["receipt"])).json()
        second = (await world.stranger.get(two["receipt"])).json()
        said = [{name for block in receipt["blocks"] for name in json.loads(block)[2]} for receipt in (first, second)]
        assert said[0] == said[1]
        assert two["incident_id"] not in json.dumps(second)
        assert "certain" not in json.dumps(second)

    async def test_a_day_apart_is_another_incident(self, world: World) -> None:
        one = await file_case(world)
        before = (datetime.now(UTC) - timedelta(days=2)).isoformat()
        two = await file_case(world, incident={**report_body(world)["incident"], "occurred_at": before})
        assert one["case_id"] != two["case_id"]

    async def test_two_filers_at_once_make_one_incident(self, world: World) -> None:
        body = report_body(world)
        answers = await asyncio.gather(*(p.post("/v1/reports", body) for p in (world.reporter, world.stranger)))
        assert [a.status_code for a in answers] == [201, 201]
        cases = world.database.sql('SELECT count(*) FROM "case" WHERE agency_id = :a', a=world.agency.id)
        assert cases == [(1,)]


class TestRouting:
    """The lowest qualified supervisor outside the wall, else internal affairs, else the outside reviewer."""

    async def test_it_goes_to_the_sergeant_who_was_not_there(self, world: World) -> None:
        filed = await file_case(world)
        assert holder_of(world, filed["case_id"]) == ("supervisor", world.sergeant.account_id)

    async def test_a_sergeant_who_was_there_is_passed_over(self, world: World) -> None:
        there = {"officer_id": str(world.sergeant.officer_id), "role": "supervised"}
        filed = await file_case(world, officers=[*report_body(world)["officers"], there])
        assert holder_of(world, filed["case_id"]) == ("supervisor", world.lieutenant.account_id)

    async def test_a_whole_chain_that_was_there_sends_it_to_internal_affairs(self, world: World) -> None:
        chain = [world.sergeant, world.lieutenant, world.captain, world.chief]
        there = [{"officer_id": str(p.officer_id), "role": "present"} for p in chain]
        filed = await file_case(world, officers=there)
        assert holder_of(world, filed["case_id"]) == ("internal_affairs", None)

    async def test_a_later_report_that_names_the_holder_moves_the_case_on(self, world: World) -> None:
        filed = await file_case(world)
        there = {"officer_id": str(world.sergeant.officer_id), "role": "present"}
        await file_case(world, world.stranger, officers=[*report_body(world)["officers"], there])
        assert holder_of(world, filed["case_id"]) == ("supervisor", world.lieutenant.account_id)


class TestDrafts:
    """Drafts are kept on the server, sealed for their author alone."""

    async def test_a_draft_is_saved_read_and_filed_once(self, world: World) -> None:
        started = await world.reporter.post("/v1/drafts", {"content": {"narrative": "so far"}})
        path = f"/v1/drafts/{started.json()['id']}"
        stale = await world.reporter.put(path, {"content": {}}, headers={"If-Match": '"9"'})
        assert stale.status_code == 412
        saved = await world.reporter.put(path, {"content": report_body(world)}, headers={"If-Match": '"1"'})
        assert saved.status_code == 200
        filed = [await world.reporter.post(f"{path}/filing") for _ in range(2)]
        assert [a.status_code for a in filed] == [201, 201]
        assert filed[0].json()["id"] == filed[1].json()["id"]

    @pytest.mark.parametrize("content", ['{"a": "\\ud800"}', '{"\\udfff": 1}', '{"a": [{"b": "x\\ud800"}]}'])
    async def test_a_broken_character_is_refused_and_not_kept_as_another(self, world: World, content: str) -> None:
        body = f'{{"content": {content}}}'.encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": fresh_key()}
        answer = await world.reporter.call("POST", "/v1/drafts", content=body, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/validation")
        assert (await world.reporter.get("/v1/drafts")).json() == []

    async def test_nobody_else_finds_it_and_the_database_cannot_read_it(self, world: World) -> None:
        secret = "the words nobody may read yet"
        started = await world.reporter.post("/v1/drafts", {"content": {"narrative": secret}})
        assert (await world.commander.get(f"/v1/drafts/{started.json()['id']}")).status_code == 404
        rows = world.database.sql("SELECT sealed FROM draft WHERE id = :id", id=started.json()["id"])
        assert secret.encode() not in bytes(rows[0][0])  # type: ignore[call-overload]

    async def test_an_unfinished_draft_says_what_is_missing_and_stays(self, world: World) -> None:
        started = await world.reporter.post("/v1/drafts", {"content": {"narrative": "so far"}})
        refused = await world.reporter.post(f"/v1/drafts/{started.json()['id']}/filing")
        assert refused.status_code == 422
        assert "/incident" in [e["pointer"] for e in refused.json()["errors"]]
        assert (await world.reporter.get(f"/v1/drafts/{started.json()['id']}")).status_code == 200
