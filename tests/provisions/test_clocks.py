"""When a limit runs out: hours as they pass, days to their end, tollings once, and the arithmetic in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.provisions.clocks import (
    MOST,
    WORKING_HOURS,
    ClockStands,
    Due,
    Limit,
    OutsideCalendar,
    Tolling,
    Unit,
    UnknownCalendar,
    WorkingDays,
    due,
)

STEADY = settings(deadline=None)  # a busy machine is no failure
DENVER = ZoneInfo("America/Denver")
MICROSECOND = timedelta(microseconds=1)


def local(text: str, zone: ZoneInfo = DENVER) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def tolling(since: str, until: str | None, zone: ZoneInfo = DENVER) -> Tolling:
    return Tolling(local(since, zone), local(until, zone) if until else None, "criminal case pending")


def hours(n: int) -> Limit:
    return Limit(Unit.HOURS, n)


def days(n: int) -> Limit:
    return Limit(Unit.CALENDAR_DAYS, n)


def working(n: int) -> Limit:
    return Limit(Unit.WORKING_DAYS, n)


def months(n: int) -> Limit:
    return Limit(Unit.MONTHS, n)


def words(found: Due) -> str:
    return " ".join(step.said() for step in found.steps)


YEAR = WorkingDays(date(2026, 1, 1), date(2026, 12, 31), frozenset({date(2026, 7, 3), date(2026, 11, 26)}))


class TestLimit:
    @pytest.mark.parametrize(
        ("text", "limit"),
        [
            ("PT72H", hours(72)),
            ("P10D", days(10)),
            ("P3M", months(3)),
            ("P1Y", months(12)),
            ("end_of_shift", Limit(Unit.END_OF_SHIFT)),
            ("promptly", Limit(Unit.PROMPTLY)),
        ],
    )
    def test_is_read_from_a_duration_or_a_word(self, text: str, limit: Limit) -> None:
        assert Limit.parse(text) == limit

    @pytest.mark.parametrize(
        "text", ["", "P", "PT", "P0D", "P-1D", "P1DT1H", "P1.5D", "10 days", "hours", "none", "PT999999H", "P٣D"]
    )
    def test_refuses_anything_else(self, text: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            Limit.parse(text)

    @pytest.mark.parametrize("unit", Unit)
    def test_takes_a_number_exactly_where_one_is_counted(self, unit: Unit) -> None:
        counted = unit in MOST
        with pytest.raises(ValueError, match=r".+"):
            Limit(unit, None if counted else 3)
        assert Limit(unit, 3 if counted else None).is_counted is counted

    def test_every_word_without_a_number_has_working_hours(self) -> None:
        assert set(WORKING_HOURS) == set(Unit) - set(MOST)


class TestHours:
    def test_run_as_they_pass(self) -> None:
        found = due(hours(72), local("2026-03-03 14:05"), DENVER)
        assert found.at == local("2026-03-06 14:05")
        assert found.day == date(2026, 3, 6)

    def test_lose_no_hour_when_the_clock_springs_forward(self) -> None:
        found = due(hours(24), local("2026-03-07 14:05"), DENVER)
        assert found.at.astimezone(DENVER).time() == time(15, 5)
        assert "The clocks change in between" in words(found)

    def test_gain_no_hour_when_the_clock_falls_back(self) -> None:
        found = due(hours(24), local("2026-10-31 14:05"), DENVER)
        assert found.at.astimezone(DENVER).time() == time(13, 5)

    def test_tell_the_two_one_oclocks_of_that_night_apart(self) -> None:
        first = datetime(2026, 11, 1, 1, 30, tzinfo=DENVER)
        second = first.replace(fold=1)
        assert due(hours(1), second, DENVER).at - due(hours(1), first, DENVER).at == timedelta(hours=1)
        stood = due(hours(5), local("2026-10-31 23:00"), DENVER, tolled=[Tolling(first, second, "a")])
        assert stood.at - due(hours(5), local("2026-10-31 23:00"), DENVER).at == timedelta(hours=1)

    def test_the_last_instant_is_in_time_and_the_next_is_late(self) -> None:
        found = due(hours(24), local("2026-03-03 14:05"), DENVER)
        assert not found.is_late(found.at)
        assert found.is_late(found.at + MICROSECOND)


class TestCalendarDays:
    @pytest.mark.parametrize(
        ("started", "limit", "last"),
        [
            ("2026-03-03 14:05", days(10), date(2026, 3, 13)),
            ("2026-03-03 00:00", days(10), date(2026, 3, 13)),
            ("2026-03-03 23:59", days(10), date(2026, 3, 13)),
            ("2024-02-28 12:00", days(1), date(2024, 2, 29)),
            ("2024-02-28 12:00", days(2), date(2024, 3, 1)),
            ("2025-02-28 12:00", days(1), date(2025, 3, 1)),
            ("2023-03-01 12:00", days(366), date(2024, 3, 1)),
            ("2026-03-07 12:00", days(1), date(2026, 3, 8)),
            ("2026-12-31 12:00", days(1), date(2027, 1, 1)),
        ],
    )
    def test_the_day_of_the_start_is_not_counted(self, started: str, limit: Limit, last: date) -> None:
        assert due(limit, local(started), DENVER).day == last

    @pytest.mark.parametrize("started", ["2026-03-06 12:00", "2026-10-30 12:00"])
    def test_the_last_day_lasts_to_local_midnight_also_when_the_clock_changes(self, started: str) -> None:
        found = due(days(2), local(started), DENVER)
        assert found.at.astimezone(DENVER).time() == time.max
        assert (found.at + MICROSECOND).astimezone(DENVER).time() == time.min

    def test_the_agencys_zone_says_which_day_it_is(self) -> None:
        late_evening_in_denver = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
        assert due(days(1), late_evening_in_denver, DENVER).day == date(2026, 3, 4)
        assert due(days(1), late_evening_in_denver, ZoneInfo("UTC")).day == date(2026, 3, 5)

    def test_a_midnight_that_the_clock_skips_still_ends_the_day(self) -> None:
        havana = ZoneInfo("America/Havana")  # 2026-03-08 begins at one
        found = due(days(1), local("2026-03-06 12:00", havana), havana)
        assert found.at + MICROSECOND == datetime(2026, 3, 8, 5, tzinfo=UTC)


class TestMonths:
    @pytest.mark.parametrize(
        ("started", "limit", "last"),
        [
            ("2023-03-01 12:00", months(12), date(2024, 3, 1)),
            ("2024-02-29 12:00", months(12), date(2025, 2, 28)),
            ("2024-02-29 12:00", months(48), date(2028, 2, 29)),
            ("2026-01-31 12:00", months(1), date(2026, 2, 28)),
            ("2024-01-31 12:00", months(1), date(2024, 2, 29)),
            ("2026-11-30 12:00", months(3), date(2027, 2, 28)),
            ("2026-12-15 12:00", months(1), date(2027, 1, 15)),
        ],
    )
    def test_end_on_the_same_day_or_the_months_last(self, started: str, limit: Limit, last: date) -> None:
        assert due(limit, local(started), DENVER).day == last

    def test_are_pushed_by_tolled_days(self) -> None:
        found = due(
            months(12), local("2023-03-01 12:00"), DENVER, tolled=[tolling("2023-06-01 09:00", "2023-06-11 09:00")]
        )
        assert found.day == date(2024, 3, 11)


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("started", "n", "last"),
        [
            ("2026-03-03 12:00", 3, date(2026, 3, 6)),  # Tuesday to Friday
            ("2026-03-06 12:00", 1, date(2026, 3, 9)),  # Friday to Monday
            ("2026-03-07 12:00", 1, date(2026, 3, 9)),  # from a Saturday
            ("2026-07-02 12:00", 1, date(2026, 7, 6)),  # over the holiday and the weekend
            ("2026-11-25 12:00", 15, date(2026, 12, 17)),
        ],
    )
    def test_skip_rest_days_and_holidays(self, started: str, n: int, last: date) -> None:
        assert due(working(n), local(started), DENVER, working_days=YEAR).day == last

    def test_say_how_many_days_they_skip(self) -> None:
        found = due(working(1), local("2026-07-02 12:00"), DENVER, working_days=YEAR)
        assert "3 days are skipped as holidays or days of rest." in words(found)

    def test_are_not_counted_without_a_calendar_or_beyond_its_end(self) -> None:
        with pytest.raises(UnknownCalendar):
            due(working(1), local("2026-03-03 12:00"), DENVER)
        with pytest.raises(UnknownCalendar):
            due(working(5), local("2026-12-30 12:00"), DENVER, working_days=YEAR)

    def test_can_rest_on_other_days(self) -> None:
        fridays = WorkingDays(date(2026, 1, 1), date(2026, 12, 31), rest_days=frozenset({4, 5, 6}))
        assert due(working(1), local("2026-03-05 12:00"), DENVER, working_days=fridays).day == date(2026, 3, 9)

    def test_do_not_run_while_tolled(self) -> None:
        stood = tolling("2026-03-03 14:00", "2026-03-10 09:00")
        found = due(working(1), local("2026-03-03 12:00"), DENVER, working_days=YEAR, tolled=[stood])
        assert found.day == date(2026, 3, 11)
        assert "7 days are not counted because the clock stood" in words(found)


class TestWordsOfLaw:
    @pytest.mark.parametrize("unit", WORKING_HOURS)
    def test_without_a_number_run_on_our_setting_and_say_so(self, unit: Unit) -> None:
        found = due(Limit(unit), local("2026-03-03 14:05"), DENVER)
        assert found.is_our_setting
        assert found.at == local("2026-03-03 14:05").astimezone(UTC) + timedelta(hours=WORKING_HOURS[unit])
        assert "is a setting of this service, not law." in words(found)

    def test_an_agencys_own_hours_replace_ours(self) -> None:
        found = due(Limit(Unit.PROMPTLY), local("2026-03-03 14:05"), DENVER, agency_hours={Unit.PROMPTLY: 4})
        assert found.at == local("2026-03-03 18:05")
        assert found.is_our_setting
        assert 'The rule says "promptly" and names no hours: 4 h is the working value of this agency, not law.' in (
            words(found)
        )

    def test_an_agencys_hours_for_one_word_leave_the_others_ours(self) -> None:
        found = due(Limit(Unit.IMMEDIATELY), local("2026-03-03 14:05"), DENVER, agency_hours={Unit.PROMPTLY: 4})
        assert found.at == local("2026-03-03 15:05")
        assert "is a setting of this service, not law." in words(found)

    def test_a_known_end_of_shift_is_the_limit_and_no_setting(self) -> None:
        ends = local("2026-03-03 22:00")
        found = due(Limit(Unit.END_OF_SHIFT), local("2026-03-03 14:05"), DENVER, shift_ends=ends)
        assert found.at == ends
        assert not found.is_our_setting
        assert "setting" not in words(found)

    def test_a_shift_that_was_over_before_gives_no_limit(self) -> None:
        found = due(Limit(Unit.END_OF_SHIFT), local("2026-03-03 14:05"), DENVER, shift_ends=local("2026-03-03 14:00"))
        assert found.is_our_setting
        assert found.at == local("2026-03-04 02:05")

    def test_a_counted_limit_is_never_called_ours(self) -> None:
        for limit in (hours(1), days(1), months(1)):
            assert not due(limit, local("2026-03-03 14:05"), DENVER).is_our_setting


class TestTolling:
    def test_adds_the_hours_it_stood(self) -> None:
        found = due(
            hours(24), local("2026-03-03 12:00"), DENVER, tolled=[tolling("2026-03-03 14:00", "2026-03-03 17:30")]
        )
        assert found.at == local("2026-03-04 15:30")
        assert "It stood for 3 h 30 min in between" in words(found)

    def test_counts_an_overlap_once(self) -> None:
        twice = [tolling("2026-03-03 14:00", "2026-03-03 17:00"), tolling("2026-03-03 15:00", "2026-03-03 18:00")]
        assert due(hours(24), local("2026-03-03 12:00"), DENVER, tolled=twice).at == local("2026-03-04 16:00")

    def test_takes_away_the_days_whose_midnight_it_covers(self) -> None:
        started = local("2026-03-01 10:00")
        at_once = [tolling("2026-03-01 14:00", "2026-03-11 09:00")]
        on_the_last_day = [tolling("2026-03-02 14:00", "2026-03-11 09:00")]
        within_a_day = [tolling("2026-03-02 09:00", "2026-03-02 17:00")]
        whole_days = [tolling("2026-03-02 00:00", "2026-03-05 00:00")]
        assert due(days(1), started, DENVER, tolled=at_once).day == date(2026, 3, 12)
        assert due(days(1), started, DENVER, tolled=on_the_last_day).day == date(2026, 3, 11)
        assert due(days(1), started, DENVER, tolled=within_a_day).day == date(2026, 3, 2)
        assert due(days(1), started, DENVER, tolled=whole_days).day == date(2026, 3, 5)

    def test_that_begins_with_the_last_instant_is_too_late(self) -> None:
        stood = [tolling("2026-03-04 12:00", "2026-03-05 12:00")]
        assert due(hours(24), local("2026-03-03 12:00"), DENVER, tolled=stood).at == local("2026-03-04 12:00")

    def test_after_the_end_changes_nothing(self) -> None:
        late = [tolling("2026-03-20 14:00", "2026-03-25 09:00"), tolling("2026-04-20 14:00", None)]
        for limit in (hours(24), days(10)):
            assert due(limit, local("2026-03-03 12:00"), DENVER, tolled=late) == due(
                limit, local("2026-03-03 12:00"), DENVER
            )

    @pytest.mark.parametrize("limit", [hours(24), days(10), months(1), working(3)])
    def test_that_still_stands_leaves_no_last_day(self, limit: Limit) -> None:
        with pytest.raises(ClockStands) as refused:
            due(
                limit,
                local("2026-03-03 12:00"),
                DENVER,
                working_days=YEAR,
                tolled=[tolling("2026-03-04 08:00", None)],
            )
        assert refused.value.since.astimezone(DENVER).date() == date(2026, 3, 4)

    def test_ends_after_it_begins(self) -> None:
        with pytest.raises(ValueError, match="ends after it begins"):
            tolling("2026-03-04 08:00", "2026-03-04 07:00")


class TestInput:
    def test_an_instant_without_a_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            due(hours(1), datetime(2026, 3, 3), DENVER)  # noqa: DTZ001 - the point of the test

    @pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
    def test_a_year_far_away_is_refused_and_does_not_overflow(self, year: int) -> None:
        with pytest.raises(OutsideCalendar):
            due(days(1), datetime(year, 6, 1, tzinfo=UTC), DENVER)

    def test_the_longest_limit_from_the_last_year_can_be_counted(self) -> None:
        start = datetime(2200, 12, 31, tzinfo=UTC)
        tolled = [Tolling(datetime(1900, 1, 2, tzinfo=UTC), start, "a"), Tolling(start, start, "b")]
        for unit in (Unit.HOURS, Unit.CALENDAR_DAYS, Unit.MONTHS):
            assert due(Limit(unit, MOST[unit]), start, DENVER, tolled=tolled).at.year in range(2300, 2302)


# --- properties over random histories ------------------------------------------------------------------------------

zones = st.sampled_from(
    [ZoneInfo(name) for name in ("America/Denver", "America/New_York", "America/Phoenix", "Pacific/Honolulu", "UTC")]
)
# Around both changes of the clock and the leap day of 2024, where arithmetic goes wrong.
starts = st.one_of(
    st.datetimes(datetime(2023, 12, 1), datetime(2024, 4, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.datetimes(datetime(2026, 10, 15), datetime(2026, 11, 15), timezones=st.just(UTC)),  # noqa: DTZ001
)
spans = st.tuples(
    st.integers(-10 * 24 * 60, 60 * 24 * 60),
    st.one_of(st.integers(0, 3 * 24 * 60), st.integers(0, 20).map(lambda n: n * 24 * 60)),
)


def histories(started: datetime, pairs: list[tuple[int, int]]) -> list[Tolling]:
    """Tollings from (minutes after the start, minutes long)."""
    found = []
    for after, length in pairs:
        since = started + timedelta(minutes=after)
        found.append(Tolling(since, since + timedelta(minutes=length), "a"))
    return found


def untolled(started: datetime, end: datetime, tolled: list[Tolling]) -> timedelta:
    """How long the clock ran from start to end: cut at every edge, add up the pieces that nothing covers."""
    edges = {started, end}
    for each in tolled:
        assert each.until is not None
        edges |= {edge for edge in (each.since, each.until) if started < edge < end}
    ran = timedelta()
    for one, next_one in pairwise(sorted(edges)):
        if not any(each.since <= one and each.until and next_one <= each.until for each in tolled):
            ran += next_one - one
    return ran


def is_tolled(day: date, zone: ZoneInfo, tolled: list[Tolling]) -> bool:
    """Whether the midnight that closes the day lies in a tolling."""
    midnight = datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)
    return any(each.since < midnight and each.until and midnight <= each.until for each in tolled)


def day_by_day(started: datetime, n: int, zone: ZoneInfo, tolled: list[Tolling], worked: WorkingDays | None) -> date:
    """The slow way: the first untolled day is the start, then n more that count."""
    day, left = started.astimezone(zone).date(), n
    while is_tolled(day, zone, tolled):
        day += timedelta(days=1)
    while left:
        day += timedelta(days=1)
        if not is_tolled(day, zone, tolled) and (worked is None or worked.is_worked(day)):
            left -= 1
    return day


class TestRandomHistories:
    @STEADY
    @given(starts, st.integers(1, 24 * 30), zones, st.lists(spans, max_size=6))
    def test_hours_run_exactly_as_long_as_they_should(
        self, started: datetime, n: int, zone: ZoneInfo, pairs: list[tuple[int, int]]
    ) -> None:
        tolled = histories(started, pairs)
        found = due(hours(n), started, zone, tolled=tolled)
        assert untolled(started, found.at, tolled) == timedelta(hours=n)
        assert untolled(started, found.at - MICROSECOND, tolled) < timedelta(hours=n)

    @STEADY
    @given(starts, st.integers(1, 200), zones, st.lists(spans, max_size=6))
    def test_days_are_those_counted_one_by_one(
        self, started: datetime, n: int, zone: ZoneInfo, pairs: list[tuple[int, int]]
    ) -> None:
        tolled = histories(started, pairs)
        found = due(days(n), started, zone, tolled=tolled)
        assert found.day == day_by_day(started, n, zone, tolled, None)

    @STEADY
    @given(
        starts,
        st.integers(1, 40),
        zones,
        st.lists(spans, max_size=6),
        st.frozensets(st.dates(date(2023, 12, 1), date(2027, 12, 31)), max_size=40),
    )
    def test_working_days_are_those_counted_one_by_one(
        self, started: datetime, n: int, zone: ZoneInfo, pairs: list[tuple[int, int]], holidays: frozenset[date]
    ) -> None:
        tolled = histories(started, pairs)
        worked = WorkingDays(date(2023, 1, 1), date(2028, 12, 31), holidays)
        found = due(working(n), started, zone, tolled=tolled, working_days=worked)
        assert found.day == day_by_day(started, n, zone, tolled, worked)

    @STEADY
    @given(starts, st.integers(1, 60), zones, st.lists(spans, max_size=6), st.randoms())
    def test_the_order_in_which_facts_come_does_not_matter(
        self, started: datetime, n: int, zone: ZoneInfo, pairs: list[tuple[int, int]], shuffle: object
    ) -> None:
        tolled = histories(started, pairs)
        mixed = [*tolled, *tolled]
        shuffle.shuffle(mixed)  # type: ignore[attr-defined]
        for limit in (hours(n), days(n), months(n)):
            one, other = (due(limit, started, zone, tolled=each) for each in (tolled, mixed))
            assert one == other
            assert words(one) == words(other)

    @STEADY
    @given(starts, st.integers(1, 60), zones, st.lists(spans, max_size=5), spans)
    def test_one_more_tolling_never_brings_the_end_forward(
        self, started: datetime, n: int, zone: ZoneInfo, pairs: list[tuple[int, int]], more: tuple[int, int]
    ) -> None:
        for limit in (hours(n), days(n), months(n)):
            before = due(limit, started, zone, tolled=histories(started, pairs))
            assert due(limit, started, zone, tolled=histories(started, [*pairs, more])).at >= before.at

    @STEADY
    @given(starts, starts, st.integers(1, 60), zones, st.lists(spans, max_size=5))
    def test_who_starts_later_is_never_due_earlier(
        self, one: datetime, other: datetime, n: int, zone: ZoneInfo, pairs: list[tuple[int, int]]
    ) -> None:
        first, second = sorted((one, other))
        tolled = histories(first, pairs)
        # Not months: they differ in length, so tolled days from the 22nd can end after a month from the 31st.
        for limit in (hours(n), days(n)):
            assert due(limit, first, zone, tolled=tolled).at <= due(limit, second, zone, tolled=tolled).at

    @STEADY
    @given(starts, st.integers(1, 60), zones)
    def test_the_zone_of_the_start_as_written_does_not_matter(self, started: datetime, n: int, zone: ZoneInfo) -> None:
        for limit in (hours(n), days(n), months(n)):
            assert due(limit, started, DENVER) == due(limit, started.astimezone(zone), DENVER)
