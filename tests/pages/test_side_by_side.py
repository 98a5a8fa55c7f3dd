"""What changed between two revisions is marked part by part, and within a text word by word."""

from __future__ import annotations

import pytest

from app.pages.command.side_by_side import MOST_WORDS, Run, row


class TestMarks:
    @pytest.mark.parametrize(
        ("before", "now", "mark"),
        [("a", "a", "same"), ("a", "b", "changed"), ("", "b", "new"), ("a", "", "gone"), ("", "", "same")],
    )
    def test_each_part_says_what_became_of_it(self, before: str, now: str, mark: str) -> None:
        assert row("Rationale", before, now).mark == mark


class TestRuns:
    def test_a_changed_word_is_marked_in_its_sentence(self) -> None:
        found = row("Rationale", "He stood there for forty seconds.", "He stood there for ten seconds.")
        assert found.before == (Run("same", "He stood there for "), Run("gone", "forty"), Run("same", " seconds."))
        assert found.now == (Run("same", "He stood there for "), Run("new", "ten"), Run("same", " seconds."))

    def test_texts_with_little_in_common_are_shown_whole(self) -> None:
        found = row("Reasoning", "Their own force is what it is about.", "Nothing is on file.")
        assert found.before == (Run("gone", "Their own force is what it is about."),)
        assert found.now == (Run("new", "Nothing is on file."),)

    def test_long_texts_are_compared_by_sentence(self) -> None:
        same = "He stood there and looked on. " * MOST_WORDS
        found = row("Rationale", same + "He left.", same + "He stayed on.")
        assert [each.kind for each in found.now] == ["same", "new"]
        assert found.now[1].text == "He stayed on."

    @pytest.mark.parametrize(("before", "now"), [("One. Two!\nThree", "One. Too!\nThree"), ("", "x"), ("ä é", "ä\né")])
    def test_nothing_is_lost_or_added(self, before: str, now: str) -> None:
        found = row("Rationale", before, now)
        assert "".join(each.text for each in found.before) == before
        assert "".join(each.text for each in found.now) == now
