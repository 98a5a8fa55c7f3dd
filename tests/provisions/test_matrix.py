"""The discipline matrix: a range for each category and level, and a reason for every departure."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import Validation
from app.provisions.matrix import (
    MATRIX_BYTES,
    Against,
    DepartureNeedsReason,
    Matrix,
    Penalty,
    UnknownCell,
    UnknownFactor,
    UnknownPenalty,
    Weighs,
    read_matrix,
    sample_matrix,
    stored_matrix,
)

STEADY = settings(deadline=None)  # a busy machine is no failure
DUTIES = {
    "excessive_force",
    "failure_to_intervene",
    "failure_to_report",
    "failure_to_render_aid",
    "failure_to_supervise",
    "failure_to_act",
    "retaliation",
    "untruthfulness",
}


def raw() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        files("app.provisions").joinpath("matrices", "sample.json").read_text(encoding="utf-8")
    )
    return found


def every_penalty(matrix: Matrix) -> list[Penalty]:
    return [
        Penalty(penalty=rung.penalty, amount=amount)
        for rung in matrix.ladder
        for amount in (range(1, rung.most + 1) if rung.most else (None,))
    ]


class TestSample:
    """It shows the form of a matrix and says that its figures are invented."""

    def test_says_that_it_is_a_sample(self) -> None:
        assert sample_matrix().is_sample
        assert "Invented" in sample_matrix().basis

    def test_has_six_categories_of_three_levels(self) -> None:
        assert [each.code for each in sample_matrix().categories] == list("ABCDEF")
        assert {len(each.levels) for each in sample_matrix().categories} == {3}

    def test_every_duty_falls_somewhere_and_nothing_else_does(self) -> None:
        assert {duty for each in sample_matrix().categories for duty in each.duties} == DUTIES
        assert [each.code for each in sample_matrix().categories_for("failure_to_intervene")] == list("CDEF")

    def test_weighs_rank_retaliation_and_candour(self) -> None:
        matrix = sample_matrix()
        assert len(matrix.aggravating) == 11
        assert matrix.factor(Weighs.AGGRAVATING, "rank").says
        assert matrix.factor(Weighs.AGGRAVATING, "retaliatory").says
        assert matrix.factor(Weighs.MITIGATING, "candour").says


class TestCell:
    def test_is_found_by_category_and_level(self) -> None:
        cell = sample_matrix().cell("C", 2)
        assert cell.lowest == Penalty(penalty="unpaid_suspension", amount=3)
        assert cell.highest == Penalty(penalty="unpaid_suspension", amount=15)

    @pytest.mark.parametrize(("category", "level"), [("G", 1), ("", 1), ("a", 1), ("A", 0), ("A", 4), ("A", -1)])
    def test_outside_the_matrix_is_refused(self, category: str, level: int) -> None:
        with pytest.raises(UnknownCell):
            sample_matrix().cell(category, level)

    @pytest.mark.parametrize(
        ("earlier", "level"),
        [
            ([], 1),
            (["2025-03-03"], 2),
            (["2023-03-03"], 2),  # the last day of the look-back of 36 months
            (["2023-03-02"], 1),
            (["2023-03-02", "2024-01-01"], 2),
            (["2024-01-01", "2025-01-01"], 3),
            (["2024-01-01", "2025-01-01", "2025-06-01", "2025-07-01"], 3),
            (["2026-03-04"], 1),  # what came later is no history
        ],
    )
    def test_the_level_counts_what_lies_in_the_look_back(self, earlier: list[str], level: int) -> None:
        days = [date.fromisoformat(each) for each in earlier]
        assert sample_matrix().level("C", days, date(2026, 3, 3)) == level

    def test_the_level_of_an_unknown_category_is_refused(self) -> None:
        with pytest.raises(UnknownCell):
            sample_matrix().level("G", [], date(2026, 3, 3))


class TestProposal:
    """A penalty is within the range, or has a reason."""

    @pytest.mark.parametrize(
        ("penalty", "amount", "lies"),
        [
            ("unpaid_suspension", 2, Against.BELOW),
            ("loss_of_leave", 30, Against.BELOW),
            ("no_action", None, Against.BELOW),
            ("unpaid_suspension", 3, Against.WITHIN),
            ("unpaid_suspension", 15, Against.WITHIN),
            ("unpaid_suspension", 16, Against.ABOVE),
            ("termination", None, Against.ABOVE),
        ],
    )
    def test_lies_below_within_or_above(self, penalty: str, amount: int | None, lies: Against) -> None:
        matrix, proposed = sample_matrix(), Penalty(penalty=penalty, amount=amount)
        assert matrix.against(matrix.cell("C", 2), proposed) is lies
        assert matrix.check("C", 2, proposed, "The agency trained nobody in this.") is lies

    @pytest.mark.parametrize("reason", [None, "", "  \n"])
    @pytest.mark.parametrize("proposed", [Penalty(penalty="reprimand"), Penalty(penalty="termination")])
    def test_a_departure_needs_a_reason_both_ways(self, proposed: Penalty, reason: str | None) -> None:
        with pytest.raises(DepartureNeedsReason):
            sample_matrix().check("C", 2, proposed, reason)

    def test_within_the_range_no_reason_is_asked(self) -> None:
        proposed = Penalty(penalty="unpaid_suspension", amount=5)
        assert sample_matrix().check("C", 2, proposed) is Against.WITHIN

    @pytest.mark.parametrize(
        ("penalty", "amount"),
        [("flogging", None), ("reprimand", 3), ("unpaid_suspension", None), ("unpaid_suspension", 181)],
    )
    def test_what_the_ladder_does_not_hold_is_refused(self, penalty: str, amount: int | None) -> None:
        with pytest.raises(UnknownPenalty):
            sample_matrix().check("C", 2, Penalty(penalty=penalty, amount=amount), "a reason")

    @STEADY
    @given(st.data())
    def test_of_two_penalties_the_more_severe_never_lies_lower(self, data: st.DataObject) -> None:
        matrix = sample_matrix()
        order = every_penalty(matrix)
        one, other = sorted(data.draw(st.tuples(*[st.integers(0, len(order) - 1)] * 2)))
        cell = matrix.cell(data.draw(st.sampled_from("ABCDEF")), data.draw(st.integers(1, 3)))
        severity = [Against.BELOW, Against.WITHIN, Against.ABOVE]
        assert severity.index(matrix.against(cell, order[one])) <= severity.index(matrix.against(cell, order[other]))

    def test_every_cell_takes_its_own_ends(self) -> None:
        matrix = sample_matrix()
        for category in matrix.categories:
            for cell in category.levels:
                assert matrix.against(cell, cell.lowest) is Against.WITHIN
                assert matrix.against(cell, cell.highest) is Against.WITHIN


class TestFactor:
    def test_counts_only_on_its_own_side(self) -> None:
        with pytest.raises(UnknownFactor):
            sample_matrix().factor(Weighs.MITIGATING, "rank")
        with pytest.raises(UnknownFactor):
            sample_matrix().factor(Weighs.AGGRAVATING, "bad_weather")


class TestAgencysOwn:
    """An agency loads its own matrix; a slip in it is named without repeating it."""

    def changed(self, path: str, value: Any) -> dict[str, Any]:
        matrix: Any = raw()
        at = matrix
        *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
        for part in way:
            at = at[part]
        at[last] = value
        return dict(matrix)

    def test_is_read_and_kept_as_it_was(self) -> None:
        own = read_matrix({**raw(), "is_sample": False, "name": "GO 500, 2026"})
        assert not own.is_sample
        assert stored_matrix(own.model_dump(mode="json")) == own
        assert own.digest != sample_matrix().digest
        assert stored_matrix(own.model_dump(mode="json")).digest == own.digest

    @pytest.mark.parametrize(
        ("path", "value", "pointer"),
        [
            ("name", "", "/name"),
            ("name", "a\u0000b", "/name"),
            ("in_force_from", "yesterday", "/in_force_from"),
            ("is_sample", "no", "/is_sample"),
            ("look_back_months", 0, "/look_back_months"),
            ("categories", [], "/categories"),
            ("categories/0/code", "AA", "/categories/0/code"),
            ("categories/0/levels", [], "/categories/0/levels"),
            ("ladder/4/most", None, "/ladder/4"),
            ("ladder/0/penalty", "coaching", ""),
            ("categories/0/code", "B", ""),
            ("mitigating/0/factor", "rank", ""),
            ("categories/0/levels/0/lowest", {"penalty": "flogging"}, ""),
            ("categories/0/levels/0/lowest", {"penalty": "unpaid_suspension", "amount": 181}, ""),
            ("categories/0/levels/0/lowest", {"penalty": "unpaid_suspension"}, ""),
            ("categories/0/levels/0/lowest", {"penalty": "termination"}, ""),
            ("categories/0/levels/0/highest", {"penalty": "termination"}, ""),
            ("categories/0/levels/1/lowest", {"penalty": "no_action"}, ""),
        ],
    )
    def test_a_slip_is_refused_where_it_stands(self, path: str, value: Any, pointer: str) -> None:
        with pytest.raises(Validation) as refused:
            read_matrix(self.changed(path, value))
        assert pointer in {fault.pointer for fault in refused.value.errors}

    def test_a_field_we_do_not_know_is_refused_and_not_repeated(self) -> None:
        with pytest.raises(Validation) as refused:
            read_matrix({**raw(), "s3cret": "s3cret value"})
        assert "s3cret" not in repr(refused.value.facts())

    @pytest.mark.parametrize(
        "given",
        [b"", b"\xff", b"[]", b"NaN", b'"', b"[" * 100_000, b'{"name": "\\ud800"}', b" " * (MATRIX_BYTES + 1)],
    )
    def test_what_is_no_matrix_is_refused(self, given: bytes) -> None:
        with pytest.raises(Validation):
            read_matrix(given)

    def test_what_was_read_from_json_elsewhere_may_hold_a_broken_character(self) -> None:
        with pytest.raises(Validation):
            read_matrix({**raw(), "name": "\ud800"})

    def test_what_was_read_elsewhere_may_be_very_deep(self) -> None:
        deep: dict[str, Any] = {}
        for _ in range(100_000):
            deep = {"name": deep}
        with pytest.raises(Validation):
            read_matrix(deep)
