"""A move as it is asked for: the step, and the facts that its row of the table takes (product.md 4a)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.cases.steps import STEPS
from app.errors import Fault, Validation
from app.http.text import In, Short, Text

EARLIEST = date(1900, 1, 1)


def _known(step: str) -> str:
    if step not in STEPS:
        raise PydanticCustomError("unknown", "no step of the table")
    return step


StepName = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(STEPS)})]
Day = Annotated[date, Field(ge=EARLIEST)]


class MoveIn(In):
    """Take a step. Which of the facts it takes stands in the case's list of open steps."""

    step: StepName
    reason: Text | None = Field(None, description="why; with case.return, what the author is asked to add")
    report_id: uuid.UUID | None = Field(None, description="with case.return: whose author is asked, of several reports")
    body: Short | None = Field(None, description="the outside body; with case.reopen, who gave the order")
    forum: Short | None = Field(None, description="with case.appeal: where it was brought")
    dated_on: Day | None = Field(None, description="date of the reference, appeal, outcome or order")
    outcome: Text | None = Field(None, description="with case.return_from_referral and case.conclude_appeal")
    evidence: list[uuid.UUID] = Field(default_factory=list, max_length=50, description="with case.reopen: what is new")


@dataclass(frozen=True)
class Takes:
    """Facts that a step needs, and those it may come with."""

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    """Of these groups at least one, whole."""


def refuse_unfitting(move: MoveIn, takes: Takes) -> None:
    """Raise Validation for facts that the step needs and did not get, or does not take."""
    given = {name for name in MoveIn.model_fields if name != "step" and getattr(move, name) not in (None, [])}
    taken = {*takes.needs, *takes.may, *(name for group in takes.one_of for name in group)}
    faults = [Fault(f"/{name}", "missing", "this step needs it") for name in takes.needs if name not in given]
    faults += [Fault(f"/{name}", "extra_forbidden", "this step does not take it") for name in sorted(given - taken)]
    if takes.one_of and not any(given.issuperset(group) for group in takes.one_of):
        groups = " or ".join(" and ".join(group) for group in takes.one_of)
        faults.append(Fault(f"/{takes.one_of[0][0]}", "missing", f"this step needs {groups}"))
    if faults:
        raise Validation(tuple(faults))
