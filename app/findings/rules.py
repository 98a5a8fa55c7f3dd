"""What a finding, its approval, a notice and a decision must satisfy: steps, the gate of notices, predicates.

Every record here is reached through its case (`case_of_...`), but for the accused, who is served notices and sees
nothing else (S14). Holds no session and no clock.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select

from app.access.gate import Gate, Grant, nobody
from app.access.rights import Right
from app.cases.models import Allegation, Case, State
from app.errors import Conflict, Fault, Invalid, Validation
from app.findings.models import Disposition, Finding, FindingState, Notice
from app.provisions.provision import Provision
from app.words import N_
from app.workflow import StateConflict, Step

WITHIN_POLICY = frozenset({Disposition.EXONERATED, Disposition.UNFOUNDED})
"""It was proper, or it did not happen: there was nothing to step in against (law.md section 1, element 2)."""

F = FindingState
SUPERSEDE = Step(
    "finding.superseded",
    frozenset({F.PROPOSED, F.APPROVED}),
    F.SUPERSEDED,
    Right.WORK,
    N_("A later finding takes the place of this one."),
)
APPROVE = Step(
    "finding.approved", frozenset({F.PROPOSED}), F.APPROVED, Right.APPROVE, N_("Another person approves the finding.")
)
SEND_BACK = Step(
    "finding.sent_back",
    frozenset({F.PROPOSED}),
    F.SENT_BACK,
    Right.APPROVE,
    N_("Another person sends the finding back, with a reason."),
)
STEPS = {step.name: step for step in (SUPERSEDE, APPROVE, SEND_BACK)}
"""The steps of a finding; the case's own are in `cases/steps.py`."""


NOTICES: Gate[Notice] = Gate(
    of=Notice,
    kind="notice",
    own=(
        Grant(
            "the accused reads and answers the notices served on them",
            to=lambda actor: nobody() if actor.officer_id is None else Notice.officer_id == actor.officer_id,
            may=frozenset({Right.READ_NOTICE, Right.ANSWER}),
        ),
    ),
)


@dataclass(eq=False)
class ProvisionNotInForce(Invalid):
    """This provision was not in force for the agency on the day of the incident."""

    on: date


@dataclass(eq=False)
class ForceNotLinked(Conflict):
    """A failure to intervene is about someone's force; its allegation names none."""


@dataclass(eq=False)
class ForceWithinPolicy(Conflict):
    """The force was found within policy, and this provision does not turn on what the witness believed."""


@dataclass(eq=False)
class FailureSustained(Conflict):
    """A failure to intervene against this force stands as sustained; it has to be found anew first."""


@dataclass(eq=False)
class AssessmentMissing(Conflict):
    """A finding on the duty to intervene rests on a complete assessment of this officer."""


@dataclass(eq=False)
class AssessmentOutdated(Conflict):
    """This assessment has a newer revision; the finding has to rest on the newest."""


@dataclass(eq=False)
class GroundMoved(Conflict):
    """A report that this finding rests on was moved to another incident; the finding has to be made without it."""


@dataclass(eq=False)
class NotOpened(Conflict):
    """Open everything that the finding rests on before you approve it or send it back."""

    unopened: tuple[uuid.UUID, ...]


@dataclass(eq=False)
class NotSustained(Conflict):
    """There is discipline only on an allegation that was found sustained and approved."""


@dataclass(eq=False)
class NoticeServed(Conflict):
    """A notice of this finding has been served."""


@dataclass(eq=False)
class NoticeMissing(Conflict):
    """The accused has not been served a notice of this finding."""


@dataclass(eq=False)
class AnswerMissing(Conflict):
    """The accused has neither answered nor waived, and still has time to."""

    answer_due_at: str


@dataclass(eq=False)
class AlreadyAnswered(Conflict):
    """This notice has been answered or waived."""


@dataclass(eq=False)
class MatrixMissing(Conflict):
    """No discipline matrix of the agency was in force on the day of the incident."""


@dataclass(eq=False)
class MatrixReplaced(Conflict):
    """Another matrix was loaded for the day of the incident; the worksheet has to be made on it."""


@dataclass(eq=False)
class SampleMatrix(Conflict):
    """The figures of a sample matrix are invented: nothing real is decided by them."""


@dataclass(eq=False)
class MatrixStands(Conflict):
    """The agency has a matrix of this name, or from this day."""


@dataclass(eq=False)
class MatrixInUse(Conflict):
    """A matrix of the agency holds on that day already; a new version begins on a day ahead, or before the first."""


@dataclass(eq=False)
class WorksheetMissing(Conflict):
    """Nothing has been proposed on this finding to decide on."""


@dataclass(eq=False)
class Decided(Conflict):
    """Discipline on this finding has been decided."""


def case_of_allegation(allegation_id: uuid.UUID) -> Select[uuid.UUID]:
    return select(Allegation.case_id).where(Allegation.id == allegation_id)


def case_of_finding(finding_id: uuid.UUID) -> Select[uuid.UUID]:
    joined = select(Allegation.case_id).join(Finding, Finding.allegation_id == Allegation.id)
    return joined.where(Finding.id == finding_id)


def refuse_unless(case: Case, state: State, act: str) -> None:
    """Raise StateConflict, naming the act, where the case does not stand in `state`."""
    if case.state != state:
        raise StateConflict(case.state, act)


def refuse_against_force(disposition: Disposition, provision: Provision, force: Disposition | None) -> None:
    """A failure to intervene is not sustained on force found within policy (law.md section 1).

    Raises ForceWithinPolicy; not where the provision turns on what the witness believed.
    """
    if disposition is Disposition.SUSTAINED and force in WITHIN_POLICY and not provision.turns_on_belief:
        raise ForceWithinPolicy


@dataclass(frozen=True)
class Reporter:
    """What would give away who reported: names they go by, the locator and the hash of what they filed."""

    names: frozenset[str]
    locator: str
    content_sha256: str


def refuse_naming(
    reporters: Iterable[Reporter], texts: Mapping[str, str], hashes: Mapping[str, str], spared: Collection[str]
) -> None:
    """Charges and packet withhold who reported; a report itself is in no packet, a redacted copy has a hash of its own.

    Texts and hashes by their JSON pointer. Full names count in any case of letters, surnames as whole words as written.
    `spared` are surnames that have to be said: those of the accused. Raises Validation, which never repeats the text.
    """
    faults: dict[Fault, None] = {}
    for reporter in reporters:
        for pointer, text in texts.items():
            if _names(text, reporter, spared):
                faults[Fault(pointer, "names_reporter", "names who reported, by name or locator")] = None
        for pointer, sha256 in hashes.items():
            if sha256 == reporter.content_sha256:
                faults[Fault(pointer, "names_reporter", "is a report itself, not a redacted copy of one")] = None
    if faults:
        raise Validation(tuple(faults))


def _names(text: str, reporter: Reporter, spared: Collection[str]) -> bool:
    if reporter.locator in text:
        return True
    for name in reporter.names:
        surname = name.split()[-1]
        if name.casefold() in text.casefold():
            return True
        if surname not in spared and re.search(rf"(?<!\w){re.escape(surname)}(?!\w)", text):
            return True
    return False
