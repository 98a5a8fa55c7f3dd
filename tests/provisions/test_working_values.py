"""Hours for words of law that name none: the agency's own, from a day ahead, and no date ever moves by them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from app.provisions.clocks import WORKING_HOURS, Unit
from app.provisions.models import WorkingValue
from app.provisions.schemas import WorkingValueIn
from app.provisions.working_values import hours_for, hours_on
from tests.proceedings.walk import ok, problem
from tests.world import World, report_body, today

AT = "/v1/agency/working-values"


def said(**changes: Any) -> dict[str, Any]:
    return {"word": "promptly", "hours": 6, "in_force_from": str(today() + timedelta(days=3)), **changes}


async def where_promptly_is_law(world: World, hours: int | None = None) -> None:
    """An agency in Texas, whose law says "promptly"; its own hours hold since long."""
    world.database.sql("UPDATE agency SET state = 'TX' WHERE id = :a", a=world.agency.id)
    if hours is not None:
        world.database.sql(
            "INSERT INTO working_value (id, agency_id, word, hours, in_force_from, created_at) "
            "VALUES (:id, :a, 'promptly', :hours, :since, now())",
            id=uuid.uuid4(),
            a=world.agency.id,
            hours=hours,
            since=today() - timedelta(days=400),
        )


class TestTheValueOfADay:
    """The last that had begun; of one day, the one entered last."""

    def test_follows_the_days(self) -> None:
        day = today()
        entered = [
            (Unit.PROMPTLY, 6, day - timedelta(days=9)),
            (Unit.IMMEDIATELY, 2, day - timedelta(days=9)),
            (Unit.PROMPTLY, 8, day),
            (Unit.PROMPTLY, 10, day),
            (Unit.PROMPTLY, 12, day + timedelta(days=1)),
        ]
        assert hours_on(entered, day - timedelta(days=10)) == {}
        assert hours_on(entered, day - timedelta(days=1)) == {Unit.PROMPTLY: 6, Unit.IMMEDIATELY: 2}
        assert hours_on(entered, day)[Unit.PROMPTLY] == 10
        assert hours_on(entered, day + timedelta(days=1))[Unit.PROMPTLY] == 12

    async def test_of_one_day_the_later_entry_counts(self, world: World) -> None:
        ok(await world.admin.post(AT, said(hours=6)))
        ok(await world.admin.post(AT, said(hours=8)))
        async with world.transaction() as tx:
            assert await hours_for(tx, today() + timedelta(days=2)) == {}
            assert await hours_for(tx, today() + timedelta(days=3)) == {Unit.PROMPTLY: 8}

    def test_every_word_without_a_number_can_be_set(self) -> None:
        assert set(get_args(WorkingValueIn.model_fields["word"].annotation)) == {word.value for word in WORKING_HOURS}


class TestEntering:
    """The administrator sets it, for a day ahead; it is on the record and never changed."""

    async def test_is_kept_with_its_day_and_read_by_everyone(self, world: World) -> None:
        entered = ok(await world.admin.post(AT, said()))
        assert (entered["word"], entered["hours"]) == ("promptly", 6)
        read = ok(await world.reporter.get(AT))
        assert read["entered"] == [entered]
        assert read["hours"]["promptly"] == WORKING_HOURS[Unit.PROMPTLY]
        [entry] = [each for each in world.entries() if each["what"]["kind"] == "working_value.entered"]
        assert entry["of"] == {"word": "promptly", "hours": 6, "in_force_from": entered["in_force_from"]}

    @pytest.mark.parametrize("days", [-400, -1, 0, 40 * 365])
    async def test_not_for_a_day_that_has_come_or_is_out_of_reach(self, world: World, days: int) -> None:
        refused = await world.admin.post(AT, said(in_force_from=str(today() + timedelta(days=days))))
        assert problem(refused) == (422, "validation")
        assert refused.json()["errors"][0]["pointer"] == "/in_force_from"

    @pytest.mark.parametrize(
        "changes", [{"hours": 0}, {"hours": 721}, {"hours": 2.5}, {"word": "hours"}, {"word": "soon"}, {"until": "x"}]
    )
    async def test_not_what_is_no_word_or_no_number_of_hours(self, world: World, changes: dict[str, Any]) -> None:
        assert problem(await world.admin.post(AT, said(**changes))) == (422, "validation")

    @pytest.mark.parametrize("who", ["reporter", "commander", "chief", "board", "operator"])
    async def test_nobody_else_sets_it(self, world: World, who: str) -> None:
        assert problem(await world.cast[who].post(AT, said())) == (403, "forbidden")

    def test_the_table_takes_no_change(self, world: World) -> None:
        rights = world.database.sql(
            "SELECT privilege_type FROM information_schema.role_table_grants WHERE table_name = :t AND grantee = :r",
            t=WorkingValue.__tablename__,
            r=world.database.roles.app,
        )
        assert {right for (right,) in rights} == {"SELECT", "INSERT"}


class TestClocks:
    """A clock runs by what was in force on the day it started, and what was computed stays."""

    async def filed(self, world: World) -> tuple[dict[str, Any], timedelta]:
        body = report_body(world)
        report = ok(await world.reporter.post("/v1/reports", body))
        happened = datetime.fromisoformat(body["incident"]["occurred_at"])
        read = ok(await world.reporter.get(f"/v1/reports/{report['id']}"))
        return read, datetime.fromisoformat(read["due_at"]) - happened

    async def test_a_report_is_due_by_the_setting_of_the_service_where_the_agency_set_none(self, world: World) -> None:
        await where_promptly_is_law(world)
        _, time = await self.filed(world)
        assert time == timedelta(hours=24)

    async def test_a_report_is_due_by_the_agencys_value_and_a_later_one_moves_nothing(self, world: World) -> None:
        await where_promptly_is_law(world, hours=6)
        report, time = await self.filed(world)
        assert time == timedelta(hours=6)
        ok(await world.admin.post(AT, said(hours=2, in_force_from=str(today() + timedelta(days=2)))))
        assert ok(await world.reporter.get(f"/v1/reports/{report['id']}"))["due_at"] == report["due_at"]
        _, again = await self.filed(world)
        assert again == timedelta(hours=6)

    async def test_the_rule_names_it_as_the_agencys_and_not_as_law(self, world: World) -> None:
        await where_promptly_is_law(world, hours=6)
        rule = ok(await world.reporter.get(f"/v1/policies?state=TX&on={today()}"))["report"]
        assert (rule["limit_basis"], rule["working_hours"], rule["is_agency_value"]) == ("working_value", 6, True)
        says = "The law names no hours; the 6 h used here are the working value of this agency, not law."
        assert says in rule["by_when"]
