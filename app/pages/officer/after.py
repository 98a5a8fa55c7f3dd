"""What an author is told after filing: what happens next, by when, and on whose word.

All of it follows from their own report. Whom it went to, whether others reported, and what comes of it would tell the
inner life of a case; so the hours run from this filing, also where the case behind it is older.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import segno

from app.cases.rules import TRIAGE_WITHIN
from app.words import N_


class Source(StrEnum):
    LAW = "law"
    POLICY = "policy"
    SETTING = "setting"


SOURCES = {
    Source.LAW: N_("This is law."),
    Source.POLICY: N_("This is a standard for policies, not law."),
    Source.SETTING: N_("This is the agency's setting, not law."),
}


@dataclass(frozen=True)
class Next:
    """Dates of one report."""

    filed_at: datetime
    due_at: datetime | None
    due_by: Source
    acknowledged_at: datetime | None

    @property
    def was_in_time(self) -> bool:
        return self.due_at is None or self.filed_at <= self.due_at

    @property
    def acknowledged_by(self) -> datetime:
        return self.filed_at + TRIAGE_WITHIN


@dataclass(frozen=True)
class Code:
    """A QR code as the path of an SVG, so that no style and no image is needed."""

    size: int
    path: str


def qr_of(locator: str) -> Code:
    made = segno.make_qr(locator, error="m", boost_error=False)
    squares = (
        f"M{x},{y}h1v1h-1z"
        for y, row in enumerate(made.matrix_iter(border=4))
        for x, is_dark in enumerate(row)
        if is_dark
    )
    return Code(int(made.symbol_size(border=4)[0]), "".join(squares))
