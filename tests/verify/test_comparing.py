"""Two readers lay their bundles side by side: one tree, and what the one was not shown the other may have been."""

from __future__ import annotations

import pytest

from tests.verify.builder import BLOCK_ORDER, Files, Log, year_of_work
from tests.verify.conftest import Answer, Desk
from tests.verify.test_bundles import after, sealed


@pytest.fixture(scope="module")
def log() -> Log:
    return year_of_work(600)


def compare(desk: Desk, one: Files | bytes, two: Files | bytes, *more: str) -> Answer:
    desk.put("one.zip", one)
    desk.put("two.zip", two)
    return desk.ask("compare", "one.zip", "two.zip", *more)


class TestOneTree:
    @pytest.mark.parametrize(
        ("one", "two"),
        [
            ((0, 600), (0, 600)),
            ((0, 300), (0, 600)),
            ((0, 600), (290, 450)),
            ((0, 300), (300, 600)),
            ((256, 512), (0, 600)),
        ],
    )
    def test_is_proven_where_the_ranges_meet(
        self, desk: Desk, log: Log, one: tuple[int, int], two: tuple[int, int]
    ) -> None:
        answer = compare(desk, sealed(log, *one), sealed(log, *two))
        assert answer.status == 0, answer.text
        size = min(one[1], two[1])
        assert f"both bundles show one and the same log up to size {size}" in answer.lines("proven")

    def test_says_what_one_reader_was_shown_and_the_other_was_not(self, desk: Desk, log: Log) -> None:
        def shows(left_out: int) -> Files:
            return sealed(
                log, 0, 600, profile="board", shows=lambda index: () if index % left_out == 0 else BLOCK_ORDER
            )

        answer = compare(desk, shows(4), shows(6))
        assert answer.status == 0
        told = {name: answer.told[name] for name in ("common", "both", "neither", "only_a", "only_b")}
        assert told == {"common": 600, "both": 400, "neither": 50, "only_a": 50, "only_b": 100}
        first = {line["what"][:12]: line["entry"] for line in answer.told["lines"] if "leaves out" in line["what"]}
        assert first == {"50 entries a": 6, "100 entries ": 4}

    def test_without_a_common_size_nothing_is_decided(self, desk: Desk, log: Log) -> None:
        assert compare(desk, sealed(log, 0, 200), sealed(log, 201, 600)).status == 2

    def test_of_two_logs_nothing_is_decided(self, desk: Desk, log: Log) -> None:
        other = Log(origin="audit.example.gov/ia/other-pd", entries=[])
        other.add("heartbeat", after(0))
        assert compare(desk, sealed(log, 0, 200), sealed(other, 0, 1)).status == 2


class TestTwoTrees:
    @pytest.mark.parametrize("sizes", [(600, 600), (500, 600), (600, 500)])
    def test_are_refuted_and_the_first_difference_is_named(self, desk: Desk, log: Log, sizes: tuple[int, int]) -> None:
        other = year_of_work(600)
        other.entries[345] = other.entries[346]
        answer = compare(desk, sealed(log, 0, sizes[0]), sealed(other, 290, sizes[1]))
        assert answer.status == 1
        assert answer.entries() == [345]
        assert any("Keep both files as evidence" in line for line in answer.lines("failed"))

    def test_that_part_before_both_ranges_are_refuted_too(self, desk: Desk, log: Log) -> None:
        other = year_of_work(600)
        other.entries[5] = other.entries[6]
        answer = compare(desk, sealed(log, 290, 600), sealed(other, 290, 600))
        assert (answer.status, answer.entries()) == (1, [])


class TestSignatures:
    def test_are_checked_with_a_policy_and_said_not_to_be_without(self, desk: Desk, log: Log) -> None:
        thief = year_of_work(300)
        thief.export = thief.log
        files = sealed(thief, 0, 300)
        answer = compare(desk, sealed(log, 0, 300), files)
        assert answer.status == 0
        assert any("signatures were not checked" in line for line in answer.lines("not proven"))
        desk.put("policy", log.policy())
        answer = compare(desk, sealed(log, 0, 300), files, "--policy", "policy")
        assert answer.status == 1
        assert any(line.startswith("B: ") for line in answer.lines("failed"))

    def test_a_damaged_bundle_is_refuted_by_its_letter(self, desk: Desk, log: Log) -> None:
        files = sealed(log, 0, 300)
        answer = compare(desk, {**files, "tile/0/000": bytes(8192)}, files)
        assert answer.status == 1
        assert all(line.startswith("A: ") for line in answer.lines("failed")), answer.lines("failed")
