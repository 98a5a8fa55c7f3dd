"""What a case waits for, in words, each with the page on which it is done."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from app.access.rights import Right
from app.cases.models import Duty
from app.errors import Conflict
from app.pages.labels import DUTIES
from app.proceedings import checks
from app.proceedings.schemas import CaseView
from app.words import N_

TO_TRIAGE = N_("Classify, and answer the immediate steps")
TO_ALLEGATION = N_("Open an allegation")


@dataclass(frozen=True)
class Todo:
    """One thing to do; `href` where the reader may do it, or see more of it."""

    href: str
    says: str = ""
    who: str = ""


@dataclass(frozen=True)
class Missing:
    title: str
    todos: tuple[Todo, ...] = ()


@dataclass(frozen=True)
class Desk:
    """The case as its reader sees it: what is needed to name things and to lead to them."""

    case: CaseView
    names: Mapping[uuid.UUID, str]
    may: Collection[Right]

    def at(self, path: str, right: Right = Right.READ_CASE) -> str:
        """An address of the case; empty for those who may not go there."""
        return f"/cases/{self.case.id}/{path}" if right in self.may else ""


def missing(refusals: Collection[Conflict], desk: Desk) -> list[Missing]:
    """Each refusal by its title, with what there is to do about it."""
    return [Missing(each.title(), LEADS[type(each)](each, desk) if type(each) in LEADS else ()) for each in refusals]


def _triage(refusal: Conflict, desk: Desk) -> tuple[Todo, ...]:
    href = desk.at("triage", Right.TRIAGE)
    return (Todo(href, TO_TRIAGE),) if href else ()


def _people(refusal: Conflict, desk: Desk) -> tuple[Todo, ...]:
    return tuple(
        Todo(desk.at(f"identify/{each.report_id}/{each.place}", Right.ROSTER), who=each.name or each.badge)
        for each in desk.case.unidentified
    )


def _officers(refusal: Conflict, desk: Desk) -> tuple[Todo, ...]:
    asked = refusal.officers if isinstance(refusal, checks.EveryoneNotAnswered) else ()
    return tuple(Todo(desk.at(f"assessments/{each}"), who=desk.names.get(each, "")) for each in asked)


def _allegation(refusal: Conflict, desk: Desk) -> tuple[Todo, ...]:
    href = desk.at("allegations/new", Right.WORK)
    return (Todo(href, TO_ALLEGATION),) if href else ()


def _findings(refusal: Conflict, desk: Desk) -> tuple[Todo, ...]:
    wanted = refusal.allegations if isinstance(refusal, checks.FindingMissing) else ()
    return tuple(
        Todo(
            desk.at(f"allegations/{line.id}/finding", Right.WORK) or desk.at(f"allegations/{line.id}"),
            DUTIES[Duty(line.duty)],
            desk.names.get(line.officer_id, ""),
        )
        for line in desk.case.allegations
        if line.id in wanted
    )


LEADS: dict[type[Conflict], Callable[[Conflict, Desk], tuple[Todo, ...]]] = {
    checks.NeedsClassification: _triage,
    checks.ImmediateStepsOpen: _triage,
    checks.EveryoneNotIdentified: _people,
    checks.EveryoneNotAnswered: _officers,
    checks.NothingAlleged: _allegation,
    checks.FindingMissing: _findings,
}
