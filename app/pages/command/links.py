"""Where command and discipline go on from the case page, for those rights that one holds on it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from app.access.rights import Right
from app.cases.models import State
from app.cases.rules import OPEN
from app.cases.steps import STEPS
from app.words import N_

REVIEWED = frozenset({Right.APPROVE, Right.SERVE, Right.DECIDE, Right.WORK})


@dataclass(frozen=True)
class CaseLink:
    to: str
    says: str


def links_on(case_id: uuid.UUID, state: State, may: Collection[Right]) -> list[CaseLink]:
    found = []
    if not REVIEWED.isdisjoint(may):
        found.append(CaseLink(f"/cases/{case_id}/findings", N_("Findings and discipline")))
    if Right.SCREEN_OUT in may and state in STEPS["case.screen_out"].leaves:
        found.append(CaseLink(f"/cases/{case_id}/concurrence", N_("Agree to screening out")))
    if Right.ASSIGN in may and state in OPEN:
        found.append(CaseLink(f"/cases/{case_id}/assignments", N_("Who works this case")))
    if Right.CLOSE in may and state == State.BOARD_REVIEW:
        found.append(CaseLink(f"/cases/{case_id}/telling", N_("Tell people the outcome")))
    return found
