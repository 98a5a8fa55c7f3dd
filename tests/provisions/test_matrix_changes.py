"""Two versions of a matrix side by side: every cell that differs is named, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.provisions.matrix import Matrix, read_matrix, sample_matrix
from app.provisions.matrix_changes import Comparison, Fate, compare


def changed(by: Callable[[dict[str, Any]], None]) -> Matrix:
    given = json.loads(sample_matrix().model_dump_json(exclude_none=True))
    by(given)
    return read_matrix(given)


def against(by: Callable[[dict[str, Any]], None]) -> Comparison:
    return compare(sample_matrix(), changed(by))


class TestCells:
    def test_a_matrix_against_itself_changes_nothing(self) -> None:
        same = compare(sample_matrix(), sample_matrix())
        assert (same.changed, same.ladder_changed, same.factors_added, same.factors_gone) == ((), False, (), ())
        assert same.look_back[0] == same.look_back[1]
        assert sum(len(row.cells) for row in same.rows) == sum(len(c.levels) for c in sample_matrix().categories)

    def test_a_changed_range_is_named_with_what_it_was(self) -> None:
        def harsher(given: dict[str, Any]) -> None:
            first, second = given["categories"][0]["levels"][:2]
            first["highest"] = second["highest"]

        [cell] = against(harsher).changed
        assert (cell.category, cell.level, cell.fate) == ("A", 1, Fate.CHANGED)
        assert cell.before is not None
        assert cell.after is not None
        assert cell.before.highest != cell.after.highest
        assert cell.before.lowest == cell.after.lowest

    @pytest.mark.parametrize(("older_has_it", "fate"), [(True, Fate.GONE), (False, Fate.ADDED)])
    def test_a_category_that_only_one_has(self, older_has_it: bool, fate: Fate) -> None:
        less = changed(lambda given: given["categories"].pop())
        pair = (sample_matrix(), less) if older_has_it else (less, sample_matrix())
        cells = compare(*pair).changed
        assert {cell.fate for cell in cells} == {fate}
        assert {cell.category for cell in cells} == {sample_matrix().categories[-1].code}

    def test_a_renamed_rung_shows_in_every_cell_that_holds_it(self) -> None:
        def rename(given: dict[str, Any]) -> None:
            given["ladder"][-1]["says"] = "Dismissal"

        found = against(rename)
        assert found.ladder_changed
        assert found.changed
        for cell in found.changed:
            assert cell.before is not None
            assert "Termination" in (cell.before.highest.says, cell.before.lowest.says)


class TestTheRest:
    def test_words_of_a_category_factors_and_look_back(self) -> None:
        def reword(given: dict[str, Any]) -> None:
            given["categories"][0]["says"] = "Anything small"
            given["look_back_months"] += 6
            given["aggravating"].pop()
            given["mitigating"].append({"factor": "first_year", "says": "In the first year of service"})

        found = against(reword)
        assert [row.category for row in found.rows if row.is_reworded] == ["A"]
        assert found.look_back[1] - found.look_back[0] == 6
        assert found.factors_added == ("In the first year of service",)
        assert found.factors_gone == (sample_matrix().aggravating[-1].says,)
