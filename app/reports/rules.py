"""Who may see and touch a report: its author their own words; others reach it through the case alone."""

from __future__ import annotations

from app.access.gate import Gate, Grant
from app.access.rights import Right
from app.reports.models import Draft, Report

GATE = Gate(
    of=Report,
    kind="report",
    is_fixed=True,
    own=(
        Grant(
            "the author reads and supplements their own report",
            to=lambda actor: Report.author_id == actor.account_id,
            may=frozenset({Right.READ_REPORT, Right.SUPPLEMENT}),
        ),
    ),
)

DRAFTS = Gate(
    of=Draft,
    kind="draft",
    own=(
        Grant(
            "the author alone works on a draft",
            to=lambda actor: Draft.author_id == actor.account_id,
            may=frozenset({Right.READ_REPORT, Right.FILE}),
        ),
    ),
)
