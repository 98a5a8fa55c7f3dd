"""The library of law and policy, as anyone of the agency asks for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.provisions.packs import library, provision
from tests.world import World


class TestLibrary:
    """Everyone of the agency and those who oversee it may read what the law asks."""

    async def test_holds_every_provision_with_its_standing_today(self, world: World) -> None:
        answer = await world.reporter.get("/v1/policies")
        assert answer.status_code == 200
        body = answer.json()
        assert {each["id"] for each in body["provisions"]} == set(library().by_id)
        standing = {each["id"]: each["standing"] for each in body["provisions"]}
        assert (standing["US-CO"], standing["US-MODEL"], standing["US-DOJ-GUIDANCE"]) == (
            "in_force",
            "by_adoption",
            "in_doubt",
        )
        assert body["on"] == datetime.now(UTC).date().isoformat()

    @pytest.mark.parametrize("who", ["reporter", "chief", "board", "inspector", "admin", "outside"])
    async def test_is_open_to_every_office(self, world: World, who: str) -> None:
        assert (await getattr(world, who).get("/v1/policies?state=CO")).status_code == 200

    async def test_is_closed_without_sign_in(self, world: World) -> None:
        answer = await world.reporter.get("/v1/policies", headers={"Authorization": ""})
        assert answer.status_code == 401

    async def test_of_a_state_tells_what_a_report_owes_there(self, world: World) -> None:
        body = (await world.reporter.get("/v1/policies?state=CO&on=2026-03-03")).json()
        assert [each["id"] for each in body["provisions"]] == ["US-CO"]
        assert body["report"]["provision_id"] == "US-CO"
        assert body["report"]["limit"] == {"unit": "calendar_days", "amount": 10}
        assert (body["report"]["basis"], body["report"]["limit_basis"]) == ("law", "law")
        assert "A report is due within 10 days, counted from the use of force." in body["report"]["by_when"]

    async def test_names_a_setting_as_a_setting(self, world: World) -> None:
        rule = (await world.reporter.get("/v1/policies?state=TX&on=2026-03-03")).json()["report"]
        assert (rule["limit_basis"], rule["working_hours"]) == ("working_value", 24)
        assert "The law names no hours; those used here are a setting, not law." in rule["by_when"]

    async def test_of_a_state_without_law_tells_what_stands_in_and_what_is_near(self, world: World) -> None:
        body = (await world.reporter.get("/v1/policies?state=LA&on=2026-03-03")).json()
        assert body["provisions"] == []
        assert (body["report"]["provision_id"], body["report"]["basis"]) == ("US-MODEL", "agency_default")
        assert [each["citation"] for each in body["related"]] == ["R.S. 40:2554 (Act 426 of 2025)"]

    @pytest.mark.parametrize(
        ("on", "ids", "standing"),
        [
            ("2020-12-31", [], None),
            ("2021-06-01", ["US-OR"], "in_doubt"),
            ("2021-12-31", ["US-OR"], "in_force"),
        ],
    )
    async def test_of_a_day_holds_what_held_or_may_have_held(
        self, world: World, on: str, ids: list[str], standing: str | None
    ) -> None:
        body = (await world.reporter.get(f"/v1/policies?state=OR&on={on}")).json()
        assert [each["id"] for each in body["provisions"]] == ids
        assert [each["standing"] for each in body["provisions"]] == ([standing] if standing else [])

    @pytest.mark.parametrize(
        "query", ["state=Colorado", "state=", "state=C%00", "on=yesterday", "on=2026-02-30", "on="]
    )
    async def test_refuses_what_is_no_state_or_day(self, world: World, query: str) -> None:
        answer = await world.reporter.get(f"/v1/policies?{query}")
        assert answer.status_code == 422
        assert answer.json()["type"] == "/problems/validation"

    @pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31"])
    async def test_takes_any_day_of_the_calendar(self, world: World, on: str) -> None:
        assert (await world.reporter.get(f"/v1/policies?state=CO&on={on}")).status_code == 200


class TestOneProvision:
    async def test_shows_every_fact_with_source_confidence_and_doubt(self, world: World) -> None:
        body = (await world.reporter.get("/v1/policies/US-NJ")).json()
        held = provision("US-NJ")
        facts = held.model_dump(mode="json")
        assert {name: body[name] for name in facts} == facts
        assert body["digest"] == held.digest
        assert "Not verified: The limit for a witness's report." in body["doubts"]
        assert body["doubts"][-1].startswith("A summary in plain words, not legal advice")

    @pytest.mark.parametrize("name", ["US-XX", "us-co", "%00", "..", "US-CO%2F", "x" * 60])
    async def test_of_an_unknown_name_is_not_there(self, world: World, name: str) -> None:
        assert (await world.reporter.get(f"/v1/policies/{name}")).status_code == 404

    async def test_a_reading_stands_in_the_record(self, world: World) -> None:
        await world.reporter.get("/v1/policies/US-CO?on=2026-03-03")
        last = world.entries()[-1]
        assert last["what"]["kind"] == "policies.read"
        assert last["of"] == {"place": "US-CO", "on": "2026-03-03", "ids": ["US-CO"]}
