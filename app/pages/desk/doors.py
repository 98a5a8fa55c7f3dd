"""The doors of the desk's pages: which right brings which record to hand."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from app.access.gate import Granted, Inside
from app.access.rights import Right
from app.agencies.doors import needs, needs_inside
from app.cases.models import Allegation, Case
from app.cases.rules import GATE
from app.errors import NotFound, Stale
from app.findings.models import Finding
from app.findings.rules import case_of_allegation, case_of_finding
from app.pages.guard import Form

Seen = Annotated[Granted[Case], needs(Right.READ_CASE, GATE, "case_id", page=True)]
SeenByAny = Annotated[Granted[Case], needs(Right.READ_CASE, GATE, "case_id", or_right=Right.READ_OVERVIEW, page=True)]
InTriage = Annotated[Granted[Case], needs(Right.TRIAGE, GATE, "case_id", page=True)]
Worked = Annotated[Granted[Case], needs(Right.WORK, GATE, "case_id", page=True)]
Rostering = Annotated[Granted[Case], needs(Right.ROSTER, GATE, "case_id", page=True)]
Entering = Annotated[Granted[Case], needs(Right.WORK, GATE, "case_id", or_right=Right.TRIAGE, page=True)]
Concurring = Annotated[Granted[Case], needs(Right.SCREEN_OUT, GATE, "case_id", page=True)]
Aside = Annotated[Granted[Case], needs(Right.RECUSE, GATE, "case_id", page=True)]
OnAllegation = Annotated[
    Inside[Allegation, Case],
    needs_inside(Right.READ_CASE, GATE, "allegation_id", Allegation, case_of_allegation, page=True),
]
FindingOn = Annotated[
    Inside[Allegation, Case],
    needs_inside(Right.WORK, GATE, "allegation_id", Allegation, case_of_allegation, page=True),
]
Found = Annotated[
    Inside[Finding, Case], needs_inside(Right.READ_CASE, GATE, "finding_id", Finding, case_of_finding, page=True)
]


def refuse_elsewhere(held: Inside[Any, Case], case_id: uuid.UUID) -> None:
    """Raise NotFound where the address names another case than the one the record lies in."""
    if held.around.record.id != case_id:
        raise NotFound


def refuse_old(form: Form, held: Granted[Case]) -> None:
    """Raise Stale for a form that shows the case as it no longer is: the page's If-Match (S50)."""
    if form.one("version") != str(held.record.version):
        raise Stale
