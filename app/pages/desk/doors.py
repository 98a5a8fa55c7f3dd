"""The doors of the desk's pages: which right brings which record to hand."""

from __future__ import annotations

from typing import Annotated

from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import needs
from app.cases.models import Case
from app.cases.rules import GATE
from app.errors import Stale
from app.pages.guard import Form

Seen = Annotated[Granted[Case], needs(Right.READ_CASE, GATE, "case_id", page=True)]
SeenByAny = Annotated[Granted[Case], needs(Right.READ_CASE, GATE, "case_id", or_right=Right.READ_OVERVIEW, page=True)]
InTriage = Annotated[Granted[Case], needs(Right.TRIAGE, GATE, "case_id", page=True)]
Aside = Annotated[Granted[Case], needs(Right.RECUSE, GATE, "case_id", page=True)]


def refuse_old(form: Form, held: Granted[Case]) -> None:
    """Raise Stale for a form that shows the case as it no longer is: the page's If-Match (S50)."""
    if form.one("version") != str(held.record.version):
        raise Stale
