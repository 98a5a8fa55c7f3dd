"""The doors of the commander's and the discipline authority's pages: which right brings which record to hand."""

from __future__ import annotations

from typing import Annotated, Any

from app.access.gate import Granted, Inside
from app.access.rights import Right
from app.agencies.doors import needs, needs_inside
from app.cases.models import Allegation, Case
from app.cases.rules import GATE
from app.errors import Stale
from app.findings.models import Finding
from app.findings.rules import case_of_allegation, case_of_finding
from app.pages.guard import Form


def _case(right: Right) -> Any:
    return needs(right, GATE, "case_id", page=True)


def _finding(right: Right) -> Any:
    return needs_inside(right, GATE, "finding_id", Finding, case_of_finding, page=True)


def _allegation(right: Right) -> Any:
    return needs_inside(right, GATE, "allegation_id", Allegation, case_of_allegation, page=True)


Seen = Annotated[Granted[Case], _case(Right.READ_CASE)]
ToAssign = Annotated[Granted[Case], _case(Right.ASSIGN)]
ToTell = Annotated[Granted[Case], _case(Right.CLOSE)]
FindingSeen = Annotated[Inside[Finding, Case], _finding(Right.READ_CASE)]
ToApprove = Annotated[Inside[Finding, Case], _finding(Right.APPROVE)]
AllegationSeen = Annotated[Inside[Allegation, Case], _allegation(Right.READ_CASE)]
ToServe = Annotated[Inside[Allegation, Case], _allegation(Right.SERVE)]
ToPropose = Annotated[Inside[Allegation, Case], _allegation(Right.COMMAND)]
ToDecide = Annotated[Inside[Allegation, Case], _allegation(Right.DECIDE)]


def refuse_old(form: Form, version: object) -> None:
    """Raise Stale for a form that shows what it acts on as it no longer is: the page's If-Match (S50)."""
    if form.one("version") != str(version):
        raise Stale
