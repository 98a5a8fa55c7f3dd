"""Notices: the accused is told, and heard or waives, before anything is decided; they see nothing else of the case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.findings.matter import CANARY, Matter, make_matter, unlike_absent
from tests.proceedings.walk import problem
from tests.world import NOWHERE, World


async def in_discipline(world: World) -> Matter:
    matter = await make_matter(world)
    await matter.sustained()
    return matter


class TestServing:
    """Law section 4: notice of the charges, and the evidence behind them."""

    async def test_the_commander_serves_it_and_the_accused_finds_it(self, world: World) -> None:
        matter = await in_discipline(world)
        notice = await matter.served()
        listed = (await world.bystander.get("/v1/notices")).json()
        assert [line["id"] for line in listed] == [notice]
        read = await world.bystander.get(f"/v1/notices/{notice}")
        assert read.json()["charges"] == matter.notice()["charges"]
        assert read.json()["duty"] == "failure_to_intervene"
        assert read.headers["etag"] == '"1"'
        for kind in ("notice.served", "notice.listed", "notice.read"):
            assert kind in world.kinds()

    async def test_ten_days_are_the_least_and_end_with_the_agencys_day(self, world: World) -> None:
        matter = await in_discipline(world)
        assert problem(await matter.serve(answer_due_in_days=9)) == (422, "validation")
        served = (await matter.serve()).json()
        due = datetime.fromisoformat(served["answer_due_at"]).astimezone(UTC)
        at = datetime.fromisoformat(served["served_at"])
        assert timedelta(days=10) < due - at < timedelta(days=11, hours=1)

    async def test_a_finding_is_served_once(self, world: World) -> None:
        matter = await in_discipline(world)
        await matter.served()
        assert problem(await matter.serve()) == (409, "notice-served")

    async def test_nothing_is_served_on_what_was_not_sustained(self, world: World) -> None:
        matter = await make_matter(world)
        finding = await matter.proposed(disposition="not_sustained")
        matter.stands("findings_review")
        assert (await matter.approve(finding)).status_code == 201
        matter.stands("discipline")
        assert problem(await matter.serve()) == (409, "not-sustained")

    async def test_nothing_is_served_on_what_was_not_approved(self, world: World) -> None:
        matter = await make_matter(world)
        await matter.proposed()
        matter.stands("discipline")
        assert problem(await matter.serve()) == (409, "not-sustained")

    @pytest.mark.parametrize("state", ["investigation", "findings_review", "board_review"])
    async def test_nothing_is_served_outside_discipline(self, world: World, state: str) -> None:
        matter = await in_discipline(world)
        matter.stands(state)
        assert problem(await matter.serve()) == (409, "state-conflict")

    @pytest.mark.parametrize("who", ["investigator", "intake", "authority", "board"])
    async def test_other_offices_do_not_serve(self, world: World, who: str) -> None:
        matter = await in_discipline(world)
        assert problem(await matter.serve(world.cast[who])) == (403, "forbidden")

    async def test_the_accused_and_a_neighbour_find_no_allegation_to_serve_on(
        self, world: World, neighbours: World
    ) -> None:
        matter = await in_discipline(world)
        for person in (world.bystander, neighbours.commander):
            assert problem(await matter.serve(person)) == (404, "not-found")

    @pytest.mark.parametrize(
        "unfit",
        [{"packet": []}, {"packet": [{"title": "x", "sha256": "nonsense"}]}, {"charges": " "}, {"report_ids": []}],
    )
    async def test_what_does_not_fit_is_refused(self, world: World, unfit: dict[str, Any]) -> None:
        matter = await in_discipline(world)
        assert problem(await matter.serve(**unfit)) == (422, "validation")


class TestReportersNames:
    """The packet withholds who reported."""

    @pytest.mark.parametrize("text", ["as officer rivera told us", "Rivera's account", "told by Ofc. Rivera."])
    async def test_neither_charges_nor_titles_name_the_reporter(self, world: World, text: str) -> None:
        matter = await in_discipline(world)
        refused = await matter.serve(charges=f"That he stood by, {text}")
        assert problem(refused) == (422, "validation")
        assert [e["pointer"] for e in refused.json()["errors"]] == ["/charges"]
        assert "ivera" not in refused.text
        titled = await matter.serve(packet=[{"title": text, "sha256": "ab" * 32}])
        assert [e["pointer"] for e in titled.json()["errors"]] == ["/packet/0/title"]

    async def test_no_locator_and_no_report_goes_into_the_packet(self, world: World) -> None:
        matter = await in_discipline(world)
        assert problem(await matter.serve(charges=f"Report {matter.locator}")) == (422, "validation")
        [[digest]] = world.database.sql("SELECT content_sha256 FROM report WHERE id = :id", id=matter.report_id)
        packet = [{"title": "A report", "sha256": bytes(digest).hex()}]  # type: ignore[call-overload]
        refused = await matter.serve(packet=packet)
        assert [e["pointer"] for e in refused.json()["errors"]] == ["/packet/0/sha256"]

    async def test_the_accused_may_be_named(self, world: World) -> None:
        matter = await in_discipline(world)
        named = await matter.serve(charges="That Officer Haddad did not step in. A brown car, river side, was near.")
        assert named.status_code == 201


class TestTheDecision:
    """The accused is told what was decided, and how their answer was weighed."""

    async def test_the_notice_says_it_once_it_is_decided(self, world: World) -> None:
        matter = await make_matter(world)
        notice = await matter.ready(is_sample=False)
        assert (await world.bystander.get(f"/v1/notices/{notice}")).json()["decision"] is None
        decided = await matter.decide(considered="He says he froze; that weighs little.")
        assert decided.status_code == 201, decided.text
        told = (await world.bystander.get(f"/v1/notices/{notice}")).json()
        assert told["decision"] | {"decided_at": ""} == {
            "penalty": "reprimand",
            "says": "Written reprimand",
            "amount": None,
            "unit": None,
            "considered": "He says he froze; that weighs little.",
            "decided_at": "",
        }
        assert told["may_answer"] is False
        assert not {"departure_reason", "decided_by", "worksheet_id"} & told["decision"].keys()

    async def test_its_words_do_not_name_the_reporter(self, world: World) -> None:
        matter = await make_matter(world)
        await matter.ready(is_sample=False)
        refused = await matter.decide(considered="He says that Rivera was nearer.")
        assert problem(refused) == (422, "validation")
        assert [e["pointer"] for e in refused.json()["errors"]] == ["/considered"]
        assert (await matter.decide()).status_code == 201


class TestWhatTheAccusedSees:
    """S14: a separate object; nothing of it leads to the case."""

    async def test_nothing_else_of_the_case_is_in_it(self, world: World) -> None:
        matter = await in_discipline(world)
        notice = await matter.served()
        for path in ("/v1/notices", f"/v1/notices/{notice}"):
            shown = await world.bystander.get(path)
            hidden = [matter.case_id, matter.incident_id, matter.report_id, matter.locator, matter.failure]
            hidden += [matter.assessment, matter.video, str(world.reporter.officer_id), str(world.reporter.account_id)]
            hidden += [str(p.account_id) for p in (world.investigator, world.commander)]
            hidden += [CANARY, "Rivera", "Alder Street", "green coat", "Brandt", "Mbeki"]
            assert [word for word in hidden if word in shown.text] == []

    @pytest.mark.parametrize("who", ["striker", "reporter", "chief", "commander", "investigator", "board", "admin"])
    async def test_nobody_else_reads_it_as_a_notice(self, world: World, who: str) -> None:
        matter = await in_discipline(world)
        notice = await matter.served()
        person = world.cast[who]
        assert (await person.get("/v1/notices")).json() == []
        seen, absent = await person.get(f"/v1/notices/{notice}"), await person.get(f"/v1/notices/{NOWHERE}")
        assert seen.status_code == 404
        assert unlike_absent(seen, absent) == set()
        body, headers = {"waives": True}, {"If-Match": '"1"'}
        seen = await person.post(f"/v1/notices/{notice}/answer", body, headers=headers)
        absent = await person.post(f"/v1/notices/{NOWHERE}/answer", body, headers=headers)
        assert unlike_absent(seen, absent) == set()

    async def test_a_neighbour_finds_none(self, world: World, neighbours: World) -> None:
        matter = await in_discipline(world)
        notice = await matter.served()
        assert (await neighbours.bystander.get(f"/v1/notices/{notice}")).status_code == 404

    async def test_the_case_stays_closed_to_the_accused(self, world: World) -> None:
        matter = await in_discipline(world)
        await matter.served()
        for path in (f"/v1/allegations/{matter.failure}/discipline", f"/v1/allegations/{matter.failure}/findings"):
            assert (await world.bystander.get(path)).status_code == 404


class TestAnswering:
    """Heard once: an answer, or a waiver."""

    async def test_an_answer_reaches_those_who_decide(self, world: World) -> None:
        matter = await in_discipline(world)
        notice = await matter.served()
        assert (await matter.answer(notice, {"answer": f"I froze. {CANARY}"})).status_code == 201
        shown = (await world.authority.get(f"/v1/allegations/{matter.failure}/discipline")).json()
        assert shown["notices"][0]["answer"] == f"I froze. {CANARY}"
        entry = next(e for e in world.entries() if e["what"]["kind"] == "notice.answered")
        assert (entry["on"]["rev"], CANARY in str(entry)) == (2, False)

    async def test_a_waiver_is_an_act_of_its_own(self, world: World) -> None:
        matter = await in_discipline(world)
        notice = await matter.served()
        waived = await matter.answer(notice, {"waives": True})
        assert (waived.status_code, waived.json()["is_waived"]) == (201, True)
        assert "notice.waived" in world.kinds()

    async def test_it_is_given_once(self, world: World) -> None:
        matter = await in_discipline(world)
        notice = await matter.served()
        assert (await matter.answer(notice, {"waives": True})).status_code == 201
        assert problem(await matter.answer(notice, {"answer": "But I did"})) == (412, "stale")
        assert problem(await matter.answer(notice, {"answer": "But I did"}, tag='"2"')) == (409, "already-answered")

    @pytest.mark.parametrize(
        "unfit", [{}, {"waives": False}, {"answer": ""}, {"answer": "I did", "waives": True}, {"answer": None}]
    )
    async def test_neither_and_both_are_refused(self, world: World, unfit: dict[str, Any]) -> None:
        matter = await in_discipline(world)
        assert problem(await matter.answer(await matter.served(), unfit)) == (422, "validation")

    async def test_a_late_answer_is_taken_as_long_as_nothing_is_decided(self, world: World) -> None:
        matter = await in_discipline(world)
        notice = await matter.served()
        matter.runs_out(notice)
        assert (await matter.answer(notice, {"answer": "I was away."})).status_code == 201
