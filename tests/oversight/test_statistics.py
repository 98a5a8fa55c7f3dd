"""S13 and S1 for figures: no cell under ten, none that can be worked out, nothing from behind a wall."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.rights import OFFICES, Right
from app.oversight.statistics import PASSED, STAGE_OF, Stage, stays_of, typical
from app.oversight.suppression import LEAST, Counted, suppress, suppress_tree
from tests.oversight.crowd import crowd, first_case
from tests.proceedings.walk import ok, problem
from tests.world import Person, World, make_world

ABOUT = ("reports", "stages", "findings")
ZONE = ZoneInfo("America/Denver")
THIS_YEAR = datetime.now(ZONE).year
LAST_YEAR = THIS_YEAR - 1
NOW = datetime.now(UTC)
THEN = datetime(LAST_YEAR, 12, 1, tzinfo=ZONE)


def counts(most: int = 200) -> st.SearchStrategy[dict[int, int]]:
    small_or_large = st.one_of(st.integers(0, LEAST + 2), st.integers(0, most))
    return st.lists(small_or_large, min_size=1, max_size=9).map(lambda values: dict(enumerate(values)))


def hidden(shown: Counted[Any]) -> list[Any]:
    return [key for key, count in shown.parts.items() if count is None]


def exchanged(table: dict[int, int], one: int, other: int) -> dict[int, int]:
    return {**table, one: table[other], other: table[one]}


class TestSuppression:
    """S13: no cell under 10, and no suppressed cell that can be computed from the others and the total."""

    @given(counts())
    def test_no_figure_under_ten_is_shown(self, table: dict[int, int]) -> None:
        shown = suppress(table)
        assert all(count is None or count >= LEAST for count in (shown.total, *shown.parts.values()))

    @given(counts())
    def test_what_is_shown_is_true(self, table: dict[int, int]) -> None:
        shown = suppress(table)
        assert shown.total in (None, sum(table.values()))
        assert all(count in (None, table[key]) for key, count in shown.parts.items())

    @given(counts())
    def test_one_hidden_figure_never_stands_alone_beside_a_total(self, table: dict[int, int]) -> None:
        shown = suppress(table)
        rest = [table[key] for key in hidden(shown)]
        assert shown.total is None or not rest or (len(rest) > 1 and sum(rest) >= LEAST)

    @given(counts())
    def test_of_no_hidden_figure_can_it_be_told_whether_it_is_small(self, table: dict[int, int]) -> None:
        """Other counts, with this figure on the other side of ten, would be shown in exactly the same way."""
        shown = suppress(table)
        if shown.total is None:
            return
        for key in hidden(shown):
            others = [exchanged(table, key, other) for other in hidden(shown)]
            if not any(count >= LEAST for count in table.values()):
                others = [{**dict.fromkeys(table, 0), place: shown.total} for place in table]
            alike = [other for other in others if suppress(other) == shown]
            assert {other[key] < LEAST for other in alike} == {True, False}

    @pytest.mark.parametrize(("cells", "least", "most"), [(2, 3, 14), (3, 3, 14), (4, 3, 12), (5, 2, 9), (3, 10, 42)])
    def test_no_table_at_all_gives_a_hidden_figure_away(self, cells: int, least: int, most: int) -> None:
        """Every table up to a total, grouped by what is shown of it: each hidden cell takes several values."""
        alike = defaultdict(list)
        for table in product(range(most + 1), repeat=cells):
            if least <= sum(table) <= most:
                shown = suppress(dict(enumerate(table)), least)
                alike[shown.total, tuple(shown.parts.values())].append(table)
        for (_, parts), tables in alike.items():
            for place, count in enumerate(parts):
                assert count is not None or len({table[place] for table in tables}) > 1, (parts, tables)

    def test_nothing_is_hidden_without_need(self) -> None:
        assert suppress({"a": 10, "b": 30}) == Counted(40, {"a": 10, "b": 30})
        assert suppress({"a": 9, "b": 30, "c": 40}) == Counted(79, {"a": None, "b": None, "c": 40})
        assert suppress({"a": 9, "b": 0}) == Counted(None, {"a": None, "b": None})

    @given(st.lists(counts(40), min_size=1, max_size=5))
    def test_parts_are_shown_only_of_a_part_that_is_shown(self, tables: list[dict[int, int]]) -> None:
        upper, lower = suppress_tree(dict(enumerate(tables)))
        for key, inner in lower.items():
            assert (inner is None) is (upper.parts[key] is None)
            assert inner is None or inner.total == upper.parts[key]


class TestStays:
    """How long a case was in a stage follows from its steps alone."""

    def test_steps_inside_a_stage_do_not_end_it(self) -> None:
        day = [datetime(2026, 1, n, tzinfo=UTC) for n in range(1, 7)]
        stays = stays_of(
            [
                ("case.made", day[0], None),
                ("case.acknowledge", day[1], "triage"),
                ("case.reroute", day[2], None),
                ("case.acknowledge", day[3], "triage"),
                ("case.open", day[4], "investigation"),
                ("case.reroute", day[5], None),
            ]
        )
        assert [(stay.stage, stay.since, stay.until) for stay in stays] == [
            (Stage.TRIAGE, day[0], day[4]),
            (Stage.INVESTIGATION, day[4], day[5]),
            (Stage.TRIAGE, day[5], None),
        ]

    def test_routing_anew_moves_nothing_once_findings_are_in(self) -> None:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        stays = stays_of([("case.made", at, None), ("case.decide", at, "board_review"), ("case.reroute", at, None)])
        assert stays[-1].stage is Stage.BOARD

    def test_a_case_that_a_further_report_reopened_is_investigated_again(self) -> None:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        stays = stays_of([("case.made", at, None), ("case.close", at, "closed"), ("case.reopen", at, None)])
        assert stays[-1].stage is Stage.INVESTIGATION

    def test_every_state_has_its_stage(self) -> None:
        assert set(STAGE_OF.values()) == set(Stage) >= set(PASSED)

    def test_no_median_of_fewer_than_ten(self) -> None:
        assert typical([3.0] * 9) is None
        assert typical([1.0] * 5 + [4.2] * 6) == 4


class TestWhoReadsThem:
    async def test_the_offices_of_the_table_and_nobody_else(self, world: World) -> None:
        go_live_long_ago(world)
        for name, person in world.cast.items():
            allowed = not person.roles.isdisjoint(OFFICES[Right.STATISTICS])
            for about in ABOUT:
                answer = await person.get(f"/v1/statistics/{about}")
                assert answer.status_code == (200 if allowed else 403), (name, about)

    async def test_whoever_has_no_list_of_the_cases_gets_years_that_are_over(self, world: World) -> None:
        """Figures of today and of tomorrow would be a window of one day (S13)."""
        go_live_long_ago(world)
        assert ok(await world.authority.get("/v1/statistics/reports"))["year"] == LAST_YEAR
        answer = await world.authority.get(f"/v1/statistics/reports?year={THIS_YEAR}")
        assert answer.status_code == 422
        for person in (world.board, world.intake, world.commander):
            told = ok(await person.get("/v1/statistics/reports"))
            assert (told["year"], told["is_over"]) == (THIS_YEAR, False)

    async def test_in_the_first_year_there_are_none_for_them(self, world: World) -> None:
        world.database.sql(
            "UPDATE agency SET went_live_on = :on WHERE id = :id", on=f"{THIS_YEAR}-01-01", id=world.agency.id
        )
        assert problem(await world.authority.get("/v1/statistics/stages")) == (404, "no-figures-yet")

    @pytest.mark.parametrize(
        "query", ["year=2999", "year=1999", "year=x", "year=", "year=2026.5", "since=2026-01-01&year=1970"]
    )
    async def test_no_other_window_is_given(self, world: World, query: str) -> None:
        assert (await world.commander.get(f"/v1/statistics/reports?{query}")).status_code == 422

    async def test_each_reading_is_on_the_record(self, world: World) -> None:
        for about in ABOUT:
            ok(await world.board.get(f"/v1/statistics/{about}"))
        read = [entry["of"] for entry in world.entries() if entry["what"]["kind"] == "statistics.read"]
        assert read == [{"which": about, "year": THIS_YEAR} for about in ABOUT]


def go_live_long_ago(world: World) -> None:
    world.database.sql(
        "UPDATE agency SET went_live_on = :on WHERE id = :id", on=f"{LAST_YEAR}-01-01", id=world.agency.id
    )


def parts(told: dict[str, Any]) -> dict[str, Any]:
    return {part["code"]: part["count"] for part in told["parts"]}


class TestFigures:
    """What was filed, what became of it, and nothing of a few."""

    @pytest.fixture(autouse=True)
    def long_live(self, world: World) -> None:
        go_live_long_ago(world)

    async def test_reports_in_time_of_those_with_a_due_date(self, world: World) -> None:
        for many, due in ((14, timedelta(days=1)), (11, timedelta(days=-1)), (10, None)):
            await crowd(world, many, at=THEN, due=due)
        told = ok(await world.board.get(f"/v1/statistics/reports?year={LAST_YEAR}"))
        assert (told["total"], parts(told)) == (35, {"in_time": 14, "late": 11, "undated": 10})

    async def test_a_few_without_a_due_date_are_told_with_the_late_ones(self, world: World) -> None:
        for many, due in ((14, timedelta(days=1)), (11, timedelta(days=-1)), (1, None)):
            await crowd(world, many, at=THEN, due=due)
        told = ok(await world.board.get(f"/v1/statistics/reports?year={LAST_YEAR}"))
        assert (told["total"], parts(told)) == (26, {"in_time": 14, "late_or_undated": 12})

    async def test_nine_reports_are_not_told(self, world: World) -> None:
        await crowd(world, 9, at=THEN)
        told = ok(await world.board.get(f"/v1/statistics/reports?year={LAST_YEAR}"))
        assert (told["total"], set(parts(told).values())) == (None, {None})

    async def test_years_begin_and_end_at_the_agencys_midnight(self, world: World) -> None:
        new_year = datetime(THIS_YEAR, 1, 1, tzinfo=ZONE)
        await crowd(world, 10, at=new_year - timedelta(seconds=1))
        await crowd(world, 12, at=new_year)
        told = ok(await world.commander.get(f"/v1/statistics/reports?year={LAST_YEAR}"))
        assert told["total"] == 10

    async def test_cases_by_stage_as_they_stood_at_the_end_of_the_year(self, world: World) -> None:
        opened = [("case.made", 0.0, None), ("case.acknowledge", 1.0, "triage"), ("case.open", 3.0, "investigation")]
        later = [*opened, ("case.submit_findings", 200.0, "findings_review")]
        await crowd(world, 12, at=THEN, steps=later)
        await crowd(world, 15, at=THEN)
        told = ok(await world.authority.get(f"/v1/statistics/stages?year={LAST_YEAR}"))
        assert told["total"] == 27
        assert {part["code"] for part in told["parts"]} == set(Stage)
        assert parts(told)["triage"] == 15
        assert parts(told)["investigation"] is None, "the smallest of the others is hidden with the empty stages"
        stays = {stay["stage"]: stay["median_days"] for stay in told["stays"]}
        assert stays == {"triage": 3, "investigation": None, "decision": None, "board": None}

    async def test_findings_by_duty_and_disposition(self, world: World) -> None:
        for many, duty, found in (
            (25, "failure_to_intervene", "sustained"),
            (12, "failure_to_intervene", "not_sustained"),
            (8, "failure_to_intervene", "unfounded"),
            (11, "excessive_force", "sustained"),
            (60, "failure_to_report", "sustained"),
        ):
            await crowd(world, many, at=THEN, found=(duty, found))
        told = ok(await world.board.get(f"/v1/statistics/findings?year={LAST_YEAR}"))
        assert told["total"] == 116
        duties = {each["duty"]: each for each in told["duties"]}
        assert duties["failure_to_intervene"]["count"] == 45
        assert duties["excessive_force"]["count"] is None, "the smallest of the others is hidden with the empty duties"
        assert duties["excessive_force"]["dispositions"] is None
        inner = {each["code"]: each["count"] for each in duties["failure_to_intervene"]["dispositions"]}
        assert inner["sustained"] == 25
        assert set(inner.values()) == {25, None}

    async def test_a_case_routed_past_the_agency_is_counted_by_the_board_alone(self, world: World) -> None:
        await crowd(world, 12, at=THEN)
        world.database.sql(
            """UPDATE "case" SET level = 'outside' WHERE id = (
                SELECT id FROM "case" WHERE agency_id = :a AND created_at < :then LIMIT 1)""",
            a=world.agency.id,
            then=THEN + timedelta(days=1),
        )
        totals = {
            person.name: ok(await person.get(f"/v1/statistics/reports?year={LAST_YEAR}"))["total"]
            for person in (world.board, world.commander, world.intake, world.authority)
        }
        assert list(totals.values()) == [12, 11, 11, 11]


class TestTwinWorlds:
    """S1: two agencies that differ in one case look the same to whoever is on its wall."""

    @pytest.mark.parametrize("name", ["board", "commander", "authority", "intake"])
    async def test_the_walled_reader_gets_the_same_bytes(self, app: Any, database: Any, name: str) -> None:
        one, other = await twins(app, database)
        extra = await one_more(one)
        recuse(one, one.cast[name], extra)
        assert await all_figures(one.cast[name]) == await all_figures(other.cast[name])

    async def test_another_reader_would_see_the_difference(self, app: Any, database: Any) -> None:
        one, other = await twins(app, database)
        recuse(one, one.board, await one_more(one))
        assert await all_figures(one.commander) != await all_figures(other.commander)


async def twins(app: Any, database: Any) -> tuple[World, World]:
    one, other = await make_world(app, database), await make_world(app, database)
    for world in (one, other):
        go_live_long_ago(world)
        await first_case(world)
        for found in (("failure_to_intervene", "sustained"), ("excessive_force", "sustained")):
            await crowd(world, 10, at=THEN, found=found)
    return one, other


async def one_more(world: World) -> str:
    """A further case of last year with a finding; its id."""
    known = {row[0] for row in world.database.sql('SELECT id FROM "case" WHERE agency_id = :a', a=world.agency.id)}
    await crowd(world, 1, at=THEN, found=("failure_to_intervene", "sustained"))
    cases = world.database.sql('SELECT id FROM "case" WHERE agency_id = :a', a=world.agency.id)
    return next(str(row[0]) for row in cases if row[0] not in known)


def recuse(world: World, person: Person, case_id: str) -> None:
    world.database.sql(
        "INSERT INTO recusal (id, agency_id, case_id, account_id, created_at) "
        "VALUES (gen_random_uuid(), :agency, :case, :account, now())",
        agency=world.agency.id,
        case=case_id,
        account=person.account_id,
    )


async def all_figures(person: Person) -> list[Any]:
    answers = [await person.get(f"/v1/statistics/{about}?year={LAST_YEAR}") for about in ABOUT]
    return [
        (answer.content, {k: v for k, v in answer.headers.items() if k not in ("x-request-id", "date")})
        for answer in answers
    ]
