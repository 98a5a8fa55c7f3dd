"""A case as its audiences see it: those who work it, and the board, from whom names of reporters and texts are kept."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from app.agencies.models import Rank
from app.cases.models import BoardAnswer, Classification, Duty, ImmediateKind, Level, ReferenceKind, State
from app.cases.schemas import (
    AssessmentLine,
    AssignmentView,
    BoardViewView,
    ConcurrenceView,
    ImmediateView,
    PresenceView,
    ToldView,
)
from app.findings.models import Disposition, FindingState, Proof
from app.http.text import In, Short, View
from app.incidents.models import Precision, PresenceRole
from app.reports.models import Mode, StatementClass
from app.reports.schemas import SupplementView
from app.words import LANGUAGES

# --- the queue ----------------------------------------------------------------------------------------------------


class OverviewLine(View):
    """A case in the board's list."""

    id: uuid.UUID
    number: str | None
    state: State
    level: Level
    classification: Classification | None
    occurred_at: datetime
    precision: Precision
    has_injury: bool
    entered_at: datetime
    triage_due_at: datetime
    is_late: bool = Field(description="triage is due and not done")
    closed_at: datetime | None
    made_up: bool


class ReviewLine(OverviewLine):
    """A case in the board's own list."""

    awaits_view: bool = Field(description="with the board, and nothing said since it came there")
    board_view_until: datetime | None = Field(description="how long the board has, in board_review")
    last_view: BoardAnswer | None
    last_viewed_at: datetime | None


class ReviewList(View):
    cases: list[ReviewLine]


class QueueLine(OverviewLine):
    """A case in the queue of those who work it."""

    place: str
    holder: str | None = Field(description="the supervisor it was routed to")


class QueueCounts(View):
    """Cases that are not finished, of those the asker may see."""

    state: dict[State, int] = Field(description="states without one are left out")
    late: int = Field(description="triage is due and not done")
    soon: int = Field(description="triage is due within 24 hours")
    mine: int = Field(description="routed or assigned to the asker")


class CaseList(View):
    cases: list[QueueLine | OverviewLine]
    counts: QueueCounts | None = Field(None, description="where they were asked for")


# --- steps --------------------------------------------------------------------------------------------------------


class StepView(View):
    """A step that is open to the asker, and the facts it takes."""

    step: str
    enters: State
    says: str
    needs: list[str] = Field(description="facts that the step needs")
    may: list[str] = Field(description="facts that it may come with")
    one_of: list[list[str]] = Field(description="of these groups at least one, whole")


class Missing(View):
    type: str = Field(examples=["/problems/everyone-not-answered"])
    title: str
    facts: dict[str, Any]


class OpenStepView(StepView):
    missing: list[Missing] = Field(description="what the step would be refused for now")


class StepsView(View):
    state: State
    version: int
    steps: list[OpenStepView]


# --- a case, for those who work it --------------------------------------------------------------------------------


class IncidentView(View):
    id: uuid.UUID
    agency_number: str | None
    occurred_at: datetime
    precision: Precision
    place: str
    facts: dict[str, Any]
    has_injury: bool


class ReportInCase(View):
    """A report inside its case. Fear of retaliation is in it for few; a compelled one is for fewer (S12)."""

    id: uuid.UUID
    filing_number: int
    author: str
    author_officer_id: uuid.UUID | None
    mode: Mode
    statement_class: StatementClass
    provision_id: str
    filed_at: datetime
    due_at: datetime | None
    is_late: bool | None
    match_is_certain: bool
    content_sha256: str
    content: dict[str, Any] | None = Field(description="none where it is withheld")
    supplements: list[SupplementView]
    withheld: str | None = Field(description="why the content is withheld", examples=["compelled"])


class OfficerHere(View):
    officer_id: uuid.UUID
    name: str
    badge: str
    rank: Rank | None
    is_disputed: bool = Field(description="every entry is")
    entries: list[PresenceView]


class UnidentifiedView(View):
    report_id: uuid.UUID
    place: int = Field(description="position among the officers of the report")
    badge: str
    name: str
    role: PresenceRole


class HarmedView(View):
    label: str
    is_told: bool = Field(description="since the case entered its state")


class FindingMark(View):
    """The finding that stands on an allegation."""

    id: uuid.UUID
    revision: int
    state: FindingState
    disposition: Disposition
    proof: Proof


class DecisionMark(View):
    penalty: str
    amount: int | None


class AllegationLine(View):
    id: uuid.UUID
    officer_id: uuid.UUID
    duty: Duty
    basis: str
    provision_id: str
    force_allegation_id: uuid.UUID | None
    finding: FindingMark | None
    decision: DecisionMark | None


class DisciplineMark(View):
    """How far discipline on a sustained finding is."""

    notice_id: uuid.UUID | None
    answer_due_at: datetime | None
    is_answered: bool
    has_worksheet: bool
    is_decided: bool


class FindingReviewLine(View):
    """An allegation, the finding that stands on it, and what is left to do about it."""

    allegation_id: uuid.UUID
    officer_id: uuid.UUID
    officer: str
    duty: Duty
    finding: FindingMark | None
    unopened: int = Field(description="how much of what the finding rests on the reader has yet to open")
    discipline: DisciplineMark | None = Field(description="where the finding is sustained and approved")


class FindingsReviewView(View):
    findings: list[FindingReviewLine]


class OfficerToTell(View):
    officer_id: uuid.UUID
    name: str
    is_told: bool


class HarmedToTell(View):
    label: str
    is_told: bool
    letter_at: datetime | None = Field(description="when the letter that holds was made")


class TellingView(View):
    """Who has to be told the outcome before the case can close."""

    officers: list[OfficerToTell]
    harmed: list[HarmedToTell]


class LetterIn(In):
    harmed: Short = Field(description="as the case view names or describes them")
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"

    @field_validator("language")
    @classmethod
    def _is_spoken(cls, language: str) -> str:
        if language not in LANGUAGES:
            raise PydanticCustomError("language", "not a language of this service")
        return language


class OutcomeView(View):
    """How a matter stands, and nothing else of it."""

    says: str
    since: date
    language: str


class ReferenceView(View):
    kind: ReferenceKind
    body: str
    dated_on: date
    says: str


class CaseView(View):
    """A case for those who work it. The ETag is its version."""

    id: uuid.UUID
    number: str | None
    version: int
    state: State
    level: Level
    classification: Classification | None
    entered_at: datetime
    triage_due_at: datetime
    is_late: bool
    closed_at: datetime | None
    made_up: bool
    holder: str | None
    incident: IncidentView
    reports: list[ReportInCase]
    roster: list[OfficerHere]
    unidentified: list[UnidentifiedView]
    harmed: list[HarmedView]
    allegations: list[AllegationLine]
    assessments: list[AssessmentLine]
    assignments: list[AssignmentView]
    immediate_steps: dict[ImmediateKind, ImmediateView | None]
    concurrences: list[ConcurrenceView]
    references: list[ReferenceView]
    board_views: list[BoardViewView]
    told: list[ToldView]
    steps: list[StepView] = Field(description="open to the asker")


# --- a case, for the board ----------------------------------------------------------------------------------------


class IncidentOverview(View):
    occurred_at: datetime
    precision: Precision
    has_injury: bool


class ReportOverview(View):
    """That someone reported, and when; never who."""

    mode: Mode
    statement_class: StatementClass
    filed_at: datetime
    due_at: datetime | None
    is_late: bool | None


class OfficerOverview(View):
    """Officers stand under a label; whether one of them reported is told in sum alone."""

    officer_id: uuid.UUID
    label: str = Field(examples=["Officer A"])
    roles: list[PresenceRole]
    is_disputed: bool
    is_answered: bool


class AllegationOverview(View):
    id: uuid.UUID
    officer_id: uuid.UUID
    duty: Duty
    provision_id: str
    finding: FindingMark | None
    decision: DecisionMark | None


class StageView(View):
    """A step that was taken, and when."""

    step: str
    at: datetime


class ScreenedOut(View):
    """Screening out needs a reason and two people, and the board is shown both."""

    at: datetime
    reason: str
    concurred_because: str


class CaseOverview(View):
    """A case for the board: clocks, roles, dispositions; no reporter's name, no narrative. The ETag is its version."""

    id: uuid.UUID
    number: str | None
    version: int
    state: State
    level: Level
    classification: Classification | None
    entered_at: datetime
    triage_due_at: datetime
    is_late: bool
    closed_at: datetime | None
    board_view_until: datetime | None = Field(description="how long the board has, in board_review")
    made_up: bool
    incident: IncidentOverview
    reports: list[ReportOverview]
    reported: dict[str, int] = Field(description="answers to whether the officers present reported, in sum")
    officers: list[OfficerOverview]
    allegations: list[AllegationOverview]
    stages: list[StageView]
    screened_out: ScreenedOut | None
    board_views: list[BoardViewView]
    may_give: list[BoardAnswer] = Field(description="views that the board may give now")
