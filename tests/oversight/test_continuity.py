"""How one reader's exports join: only what was downloaded counts, and a gap has its name."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from app.oversight.continuity import Joins, held_by, joints_of, skipped_by, waiting_for
from app.oversight.models import Export, ExportState, Profile

START = datetime(2026, 1, 1, tzinfo=UTC)


def export(number: int, since: int, size: int | None, *, downloaded: bool = True) -> Export:
    at = START + timedelta(days=number)
    return Export(
        id=uuid.UUID(int=number),
        profile=Profile.BOARD,
        since_size=since,
        size=size,
        state=ExportState.ASKED if size is None else ExportState.MADE,
        created_at=at,
        downloaded_at=at if downloaded and size is not None else None,
    )


def hows(*exports: Export) -> list[Joins]:
    joints = joints_of(exports)
    return [joints[each.id].how for each in exports]


class TestHowTheyJoin:
    def test_the_first_is_whole_and_the_next_joins_where_it_ended(self) -> None:
        assert hows(export(1, 0, 10), export(2, 10, 25), export(3, 25, None)) == [
            Joins.WHOLE,
            Joins.JOINS,
            Joins.JOINS,
        ]

    def test_one_that_was_not_downloaded_is_not_held(self) -> None:
        exports = (export(1, 0, 10), export(2, 10, 25, downloaded=False), export(3, 25, 30))
        assert hows(*exports) == [Joins.WHOLE, Joins.JOINS, Joins.GAP]
        assert held_by(exports) == 10
        assert skipped_by(exports) == (10, 24)

    def test_a_gap_is_closed_by_an_export_over_it(self) -> None:
        exports = (export(1, 0, 10), export(2, 25, 30), export(3, 10, 40))
        assert hows(*exports)[1:] == [Joins.GAP, Joins.JOINS]
        assert held_by(exports) == 40
        assert skipped_by(exports) is None

    def test_beginning_earlier_only_repeats(self) -> None:
        exports = (export(1, 0, 10), export(2, 10, 25), export(3, 10, 30))
        assert hows(*exports)[-1] is Joins.OVERLAPS
        assert held_by(exports) == 30

    def test_without_any_download_nothing_is_held(self) -> None:
        assert held_by([]) == 0
        assert held_by([export(1, 0, 10, downloaded=False)]) == 0
        assert skipped_by([]) is None

    def test_what_was_made_and_not_fetched_waits(self) -> None:
        ready = export(2, 10, 25, downloaded=False)
        assert waiting_for([export(1, 0, 10), ready, export(3, 10, None)]) is ready
        assert waiting_for([export(1, 0, 10)]) is None
        assert waiting_for([export(1, 5, 10, downloaded=False)]) is None
