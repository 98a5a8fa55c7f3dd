"""Force forms as agencies have them: what is taken, what is refused and why, what a scene is made of."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agencies import sheets
from app.agencies.models import Rank
from app.agencies.sheets import Reason
from app.incidents import frequencies, scenes
from app.incidents.force_forms import When
from app.incidents.mapping import new_jersey
from app.incidents.models import Precision, PresenceRole
from app.incidents.scenes import Conflict, Gathered
from tests.incidents.samples import HEADER, TODAY, gathered, real_incidents, row, sheet, with_badges
from tests.shared import needs_shared


def refused(content: bytes) -> list[tuple[int, str | None, Reason]]:
    return [(no.row, no.column, no.reason) for no in gathered(content).refusals]


class TestForms:
    def test_a_form_is_told_in_our_codes(self) -> None:
        found = gathered(
            sheet(
                row(
                    officer_rank_as_entered="Sgt.",
                    in_uniform="True",
                    indoors="False",
                    subject_count="2",
                    force_type="Used arms; Chokehold, Carotid artery restraint",
                    subject_resistance="Dead-weight tactics(going limp); Verbal",
                    subject_injury="Complaint of pain",
                    video="Body Worn; Cell Phone",
                )
            )
        )
        (form,) = found.scenes[0].forms
        assert form.rank is Rank.SERGEANT
        assert form.rank_as_entered == "Sgt."
        assert form.force == ("arms_hands", "chokehold")
        assert form.resistance == ("dead_weight", "verbal")
        assert form.subject_injuries == ("complaint_of_pain",)
        assert form.video == ("body_worn", "cell_phone")
        assert (form.in_uniform, form.indoors, form.subject_arrested) == (True, False, None)
        assert form.subject_count == 2
        assert form.row == 2

    def test_a_day_stays_a_day(self) -> None:
        (scene,) = gathered(sheet(row())).scenes
        assert scene.when == When(date(2025, 3, 9), None, Precision.DAY)
        assert str(scene.when) == "2025-03-09"

    @pytest.mark.parametrize(
        ("form", "given", "when"),
        [
            ("%m/%d/%Y %H:%M", "03/09/2025 02:30", When(date(2025, 3, 9), time(2, 30), Precision.MINUTE)),
            ("%d %b %Y %H", "09 Mar 2025 14", When(date(2025, 3, 9), time(14), Precision.HOUR)),
            ("%d.%m.%Y", "09.03.2025", When(date(2025, 3, 9))),
        ],
    )
    def test_a_time_is_kept_as_precise_as_it_is_given(self, form: str, given: str, when: When) -> None:
        mapping = replace(new_jersey(), dates=("%Y-%m-%d", form))
        assert gathered(sheet(row(date=given)), mapping).scenes[0].when == when

    def test_a_rank_nobody_listed_is_other_and_is_kept_as_entered(self) -> None:
        found = gathered(sheet(row(officer_rank_as_entered="Grand Vizier"), row(officer="O2")))
        assert found.scenes[0].roster[0].rank is Rank.OTHER
        assert found.scenes[0].forms[0].rank_as_entered == "Grand Vizier"
        assert found.ranks_unlisted == Counter({"Grand Vizier": 1})
        assert not found.refusals

    def test_columns_may_stand_in_any_order_and_those_not_needed_may_be_missing(self) -> None:
        found = gathered(sheet(row(), header=sorted(row(), reverse=True)))
        assert found.forms == 1

    def test_line_ends_of_any_system_and_blank_lines_are_taken(self) -> None:
        content = sheet(row(), row(officer="O2"))
        assert gathered(content.replace(b"\r\n", b"\n")).forms == 2
        assert gathered(content + b"\r\n\r\n").forms == 2


class TestRefusals:
    """Row, column and reason for each; never a crash, and no form of a refused row."""

    @pytest.mark.parametrize(
        ("cells", "column", "reason"),
        [
            ({"incident": ""}, "incident", Reason.REQUIRED),
            ({"officer": ""}, "officer", Reason.REQUIRED),
            ({"date": ""}, "date", Reason.REQUIRED),
            ({"force_type": ""}, "force_type", Reason.REQUIRED),
            ({"date": "2025-02-30"}, "date", Reason.DATE),
            ({"date": "last Tuesday"}, "date", Reason.DATE),
            ({"date": "03/09/2025"}, "date", Reason.DATE),
            ({"date": "1899-12-31"}, "date", Reason.DATE_TOO_EARLY),
            ({"date": str(TODAY + timedelta(days=1))}, "date", Reason.DATE_IN_FUTURE),
            ({"indoors": "perhaps"}, "indoors", Reason.FLAG),
            ({"subject_count": "1.5"}, "subject_count", Reason.NUMBER),
            ({"subject_count": "٣"}, "subject_count", Reason.NUMBER),
            ({"subject_count": "1001"}, "subject_count", Reason.NUMBER),
            ({"subject_count": "9" * 1999}, "subject_count", Reason.NUMBER),
            ({"force_type": "Used arms; Asked nicely"}, "force_type", Reason.SPELLING),
            ({"subject_race": "White; Black"}, "subject_race", Reason.SPELLING),
            ({"video": "; ".join(["Body Worn"] * 65)}, "video", Reason.SPELLING),
            ({"incident": "N" * 65}, "incident", Reason.CELL_TOO_LONG),
            ({"officer": "N" * 121}, "officer", Reason.CELL_TOO_LONG),
            ({"county": "N" * 2001}, "county", Reason.CELL_TOO_LONG),
            ({"county": "=HYPERLINK(0)"}, "county", Reason.FORMULA),
            ({"officer": "+1"}, "officer", Reason.FORMULA),
            ({"officer": "-1"}, "officer", Reason.FORMULA),
            ({"officer": "@x"}, "officer", Reason.FORMULA),
            ({"county": "a\x00b"}, "county", Reason.INVISIBLE_CHARACTER),
            ({"county": "a\nb"}, "county", Reason.INVISIBLE_CHARACTER),
            ({"officer": "O1\u202e"}, "officer", Reason.INVISIBLE_CHARACTER),
            ({"officer": "O\u200b1"}, "officer", Reason.INVISIBLE_CHARACTER),
        ],
    )
    def test_a_cell_that_does_not_fit(self, cells: dict[str, str], column: str, reason: Reason) -> None:
        content = sheet(
            row(), row(officer="O2", **cells) if "officer" not in cells else row(**cells), row(officer="O3")
        )
        assert refused(content) == [(3, column, reason)]
        assert gathered(content).forms == 2

    def test_a_row_tells_all_that_is_wrong_with_it(self) -> None:
        assert refused(sheet(row(date="never", indoors="perhaps", force_type="Hug"))) == [
            (2, "date", Reason.DATE),
            (2, "indoors", Reason.FLAG),
            (2, "force_type", Reason.SPELLING),
        ]

    def test_a_row_with_more_or_fewer_cells_than_the_header(self) -> None:
        assert refused(sheet(row()) + b"T-2,2025-01-01\r\n") == [(3, None, Reason.CELL_COUNT)]

    @pytest.mark.parametrize(
        ("header", "expected"),
        [
            ([*HEADER, "county"], (1, "county", Reason.COLUMN_TWICE)),
            ([*HEADER, ""], (1, None, Reason.COLUMN_UNNAMED)),
            ([*HEADER, "officer_home_address"], (1, "officer_home_address", Reason.COLUMN_UNKNOWN)),
            ([*HEADER, "=1"], (1, None, Reason.FORMULA)),
            ([name for name in HEADER if name != "officer"], (1, "officer", Reason.COLUMN_MISSING)),
        ],
    )
    def test_a_header_that_does_not_fit_ends_the_reading(
        self, header: list[str], expected: tuple[int, str | None, Reason]
    ) -> None:
        content = ",".join(header).encode() + b"\n" + b"1," * (len(header) - 1) + b"1\n"
        assert refused(content) == [expected]

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (b"", (1, None, Reason.EMPTY)),
            (b"\r\n", (1, None, Reason.EMPTY)),
            (b"\xef\xbb\xbf" + sheet(row()), (1, None, Reason.BYTE_ORDER_MARK)),
            (sheet(row()).decode().encode("utf-16"), (1, None, Reason.BYTE_ORDER_MARK)),
            (
                sheet(row()) + sheet(row(county="Condado de Peña")).decode().encode("latin-1"),
                (4, None, Reason.ENCODING),
            ),
            (sheet(row()) + b'T-2,"open', (3, None, Reason.QUOTES)),
            (sheet(row()) + b'T-2,"open' + b",\n" * 200_000, (3, None, Reason.QUOTES)),
            (sheet(row()) + b'T-2,"a"b,c\n', (3, None, Reason.QUOTES)),
            (sheet(row()) + b"x" * 70_000, (3, None, Reason.LINE_TOO_LONG)),
        ],
        ids=[
            "empty",
            "blank",
            "mark",
            "utf-16",
            "latin-1",
            "open quote",
            "long open quote",
            "stray quote",
            "long line",
        ],
    )
    def test_a_file_that_cannot_be_read_on(self, content: bytes, expected: tuple[int, str | None, Reason]) -> None:
        assert refused(content)[-1] == expected

    def test_a_file_of_too_many_rows_ends_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sheets, "ROWS", 3)
        assert refused(sheet(row(), row(officer="O2"), row(officer="O3"))) == [(4, None, Reason.TOO_MANY_ROWS)]

    def test_reading_stops_after_too_many_refusals(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(scenes, "REFUSALS", 2)
        assert refused(sheet(*[row(indoors="perhaps")] * 9)) == [
            (2, "indoors", Reason.FLAG),
            (3, "indoors", Reason.FLAG),
            (4, None, Reason.TOO_MANY_REFUSALS),
        ]

    @pytest.mark.parametrize("reason", Reason)
    def test_every_reason_is_a_sentence(self, reason: Reason) -> None:
        assert sheets.SENTENCES[reason].endswith(".")

    @given(st.binary(max_size=400))
    def test_no_bytes_crash_the_reading(self, noise: bytes) -> None:
        assert gathered(sheet(row()) + noise).forms >= 1

    @given(st.lists(st.text(max_size=40), min_size=1, max_size=len(HEADER)))
    def test_no_cells_crash_the_reading(self, cells: list[str]) -> None:
        found = gathered(sheet(dict(zip(HEADER, cells, strict=False))))
        assert found.refusals or found.forms == any(cells)


class TestScenes:
    def test_forms_of_one_incident_come_together_wherever_they_stand(self) -> None:
        found = gathered(sheet(row(), row(incident="T-2"), row(officer="O2")))
        assert [(scene.incident, len(scene.forms)) for scene in found.scenes] == [("T-1", 2), ("T-2", 1)]

    def test_the_roster_names_users_of_force_and_each_once(self) -> None:
        (scene,) = gathered(sheet(row(), row(officer="O2"), row())).scenes
        assert [(named.officer, named.role, len(named.forms)) for named in scene.roster] == [
            ("O1", PresenceRole.USED_FORCE, 2),
            ("O2", PresenceRole.USED_FORCE, 1),
        ]
        assert scene.conflicts == (Conflict("officer_twice", ("O1",), (2, 4)),)

    def test_an_officer_with_a_badge_is_known_by_it(self) -> None:
        header = [*HEADER, "badge", "name"]
        content = sheet(row(badge="411", name="A. Rivera"), row(officer="O2", badge="411"), header=header)
        (named,) = gathered(content, with_badges()).scenes[0].roster
        assert (named.badge, named.officer_name) == ("411", "A. Rivera")

    def test_a_given_rank_beats_one_not_given(self) -> None:
        (scene,) = gathered(
            sheet(row(officer_rank_as_entered="Not Provided"), row(officer_rank_as_entered="LT"))
        ).scenes
        assert scene.roster[0].rank is Rank.LIEUTENANT
        assert {conflict.what for conflict in scene.conflicts} == {"officer_twice"}

    @pytest.mark.parametrize(
        ("first", "second", "conflict"),
        [
            ({"date": "2025-03-08"}, {}, Conflict("date", ("2025-03-08", "2025-03-09"), (2, 3))),
            ({"county": "A"}, {"county": "B"}, Conflict("place", ("A", "B"), (2, 3))),
            ({"indoors": "True"}, {"indoors": "False"}, Conflict("indoors", (True, False), (2, 3))),
            ({"subject_count": "2"}, {}, Conflict("subject_count", (2, 1), (2, 3))),
            (
                {"subject_arrested": "True"},
                {"subject_arrested": "False"},
                Conflict("subject_arrested", (True, False), (2, 3)),
            ),
            (
                {"subject_race": "White"},
                {"subject_race": "Asian"},
                Conflict("subject_race", ("white", "asian"), (2, 3)),
            ),
            (
                {"subject_gender": "Male"},
                {"subject_gender": "Female"},
                Conflict("subject_gender", ("male", "female"), (2, 3)),
            ),
            ({"other_officer_involved": "False"}, {}, Conflict("other_officer_involved", (False,), (2,))),
        ],
    )
    def test_forms_that_cannot_all_be_right_are_reported(
        self, first: dict[str, str], second: dict[str, str], conflict: Conflict
    ) -> None:
        (scene,) = gathered(sheet(row(**first), row(officer="O2", **second))).scenes
        assert scene.conflicts == (conflict,)
        assert conflict.sentence

    def test_ranks_of_one_officer_that_differ_are_reported(self) -> None:
        (scene,) = gathered(sheet(row(), row(officer_rank_as_entered="Sgt"))).scenes
        assert Conflict("rank", ("officer", "sergeant"), (2, 3)) in scene.conflicts

    def test_silence_contradicts_nobody(self) -> None:
        assert gathered(sheet(row(indoors="True"), row(officer="O2", subject_count=""))).scenes[0].conflicts == ()

    @pytest.mark.parametrize(
        ("cells", "injured"),
        [
            ({}, False),
            ({"subject_injury": "No Injury"}, False),
            ({"subject_injury": "Not Provided"}, False),
            ({"subject_injury": "Unknown"}, True),
            ({"officer_injury": "Contusion/bruise"}, True),
        ],
    )
    def test_an_injury_of_anyone_counts_and_an_unknown_one_too(self, cells: dict[str, str], injured: bool) -> None:
        assert gathered(sheet(row(**cells), row(officer="O2"))).scenes[0].has_injury is injured


@pytest.fixture(scope="module")
def real() -> Gathered:
    with real_incidents().open("rb") as file:
        return gathered(file)


@needs_shared
class TestRealIncidents:
    """400 real incidents in which two or more officers reported using force."""

    def test_every_form_is_taken(self, real: Gathered) -> None:
        assert len(real.scenes) == 400
        assert real.forms == 1029
        assert real.refusals == ()
        assert not real.ranks_unlisted

    def test_subject_counts_differ_in_twenty(self, real: Gathered) -> None:
        assert self.with_conflict(real, "subject_count") == 20

    def test_one_officer_stands_twice_in_thirteen(self, real: Gathered) -> None:
        assert self.with_conflict(real, "officer_twice") == 13
        assert sum(len(scene.roster) for scene in real.scenes) == 1029 - 13

    def test_the_other_conflicts_are_those_in_the_file(self, real: Gathered) -> None:
        found = {what: self.with_conflict(real, what) for what in scenes.CONFLICTS}
        assert found == {
            "date": 0,
            "place": 0,
            "indoors": 23,
            "subject_count": 20,
            "subject_arrested": 8,
            "subject_juvenile": 0,
            "subject_race": 17,
            "subject_gender": 9,
            "officer_twice": 13,
            "rank": 0,
            "other_officer_involved": 4,
        }

    def test_everyone_named_used_force(self, real: Gathered) -> None:
        assert {named.role for scene in real.scenes for named in scene.roster} == {PresenceRole.USED_FORCE}

    def test_ranks_are_normalised(self, real: Gathered) -> None:
        assert Counter(named.rank.value for scene in real.scenes for named in scene.roster) == dict(
            frequencies.of_incidents()["rank"]
        )

    def test_days_stay_days(self, real: Gathered) -> None:
        assert {scene.when.precision for scene in real.scenes} == {Precision.DAY}

    def test_the_figures_of_the_demo_are_those_of_the_file(self, real: Gathered) -> None:
        counts = frequencies.of_incidents()
        users = Counter(str(len(scene.roster)) for scene in real.scenes)
        injured = Counter(str(scene.has_injury).lower() for scene in real.scenes)
        assert users == dict(counts["users_of_force"])
        assert injured == dict(counts["has_injury"])

    def test_a_file_cut_anywhere_is_read_to_the_cut(self) -> None:
        content = real_incidents().read_bytes()[:20_000]
        for cut in range(18_000, 20_000, 7):
            assert gathered(io.BytesIO(content[:cut])).forms > 50

    @staticmethod
    def with_conflict(real: Gathered, what: str) -> int:
        return sum(any(conflict.what == what for conflict in scene.conflicts) for scene in real.scenes)
