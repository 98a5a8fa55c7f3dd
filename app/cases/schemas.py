"""Shapes of acts on a case, and of what they answer to those inside its wall."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.access.actor import Role
from app.cases.models import (
    BoardAnswer,
    Classification,
    Duty,
    Element,
    ElementAnswer,
    Exactness,
    ImmediateAnswer,
    ImmediateKind,
    MarkKind,
    ReportedAnswer,
    State,
)
from app.http.text import In, MaybeShort, MaybeText, Short, Text, View
from app.incidents.models import PresenceRole, Source
from app.reports.schemas import PastInstant

# --- triage -------------------------------------------------------------------------------------------------------


class ClassificationIn(In):
    classification: Classification
    reason: MaybeText = Field("", description="needed to change a classification that stands (S31)")


class ImmediateIn(In):
    kind: ImmediateKind
    answer: ImmediateAnswer
    note: MaybeText = Field("", description="needed where the step is not needed: why")

    @model_validator(mode="after")
    def _says_why_not(self) -> ImmediateIn:
        if self.answer is ImmediateAnswer.NOT_NEEDED and not self.note:
            raise PydanticCustomError("note", "say why it is not needed")
        return self


class ImmediateView(View):
    kind: ImmediateKind
    answer: ImmediateAnswer
    note: str
    answered_by: uuid.UUID
    at: datetime


class AssignmentIn(In):
    account_id: uuid.UUID
    office: Literal[Role.INVESTIGATOR, Role.DISCIPLINE_AUTHORITY]
    reason: Text


class AssignmentView(View):
    account_id: uuid.UUID
    name: str
    office: Role
    since: datetime


class CandidateView(View):
    """Someone free of conflict who can be given this office in the case."""

    account_id: uuid.UUID
    name: str
    office: Role
    is_assigned: bool


class CandidatesView(View):
    candidates: list[CandidateView]


class CaseMark(View):
    """Where a case stands after an act; the ETag of the answer is its version."""

    id: uuid.UUID
    number: str | None
    state: State
    version: int
    classification: Classification | None


# --- roster -------------------------------------------------------------------------------------------------------


class PresenceIn(In):
    officer_id: uuid.UUID
    role: PresenceRole


class DisputeIn(In):
    reason: Text


class PresenceView(View):
    id: uuid.UUID
    officer_id: uuid.UUID
    role: PresenceRole
    source: Source
    source_id: uuid.UUID | None
    disputed_at: datetime | None
    dispute_reason: str | None


class IdentificationIn(In):
    """Who someone is whom a report names or describes; no officer where it is nobody of this agency."""

    report_id: uuid.UUID
    place: int = Field(ge=0, le=39, strict=True, description="position among the officers of the report, from 0")
    officer_id: uuid.UUID | None
    reason: Text


class IdentificationView(View):
    report_id: uuid.UUID
    place: int
    officer_id: uuid.UUID | None
    reason: str


class MatchIn(In):
    """Whether a report tells of this incident."""

    answer: Literal["confirm", "own_incident", "other_case"]
    case_id: uuid.UUID | None = Field(None, description="with other_case: the case it belongs to")
    reason: MaybeText = Field("", description="needed to move a report")

    @model_validator(mode="after")
    def _fits_together(self) -> MatchIn:
        if (self.answer == "other_case") != (self.case_id is not None):
            raise PydanticCustomError("case_id", "case_id goes with other_case")
        if self.answer != "confirm" and not self.reason:
            raise PydanticCustomError("reason", "give a reason for moving a report")
        return self


class MatchView(View):
    report_id: uuid.UUID
    case_id: uuid.UUID
    match_is_certain: bool


# --- allegations and assessments ----------------------------------------------------------------------------------


class AllegationIn(In):
    officer_id: uuid.UUID
    duty: Duty
    basis: Text = Field(description="what it rests on")
    force_allegation_id: uuid.UUID | None = Field(
        None, description="with failure_to_intervene: the allegation of excessive force that it is about"
    )

    @model_validator(mode="after")
    def _force_is_linked(self) -> AllegationIn:
        if (self.duty is Duty.FAILURE_TO_INTERVENE) != (self.force_allegation_id is not None):
            raise PydanticCustomError("force_allegation", "a failure to intervene, and no other, names the force")
        return self


class AllegationView(View):
    id: uuid.UUID
    officer_id: uuid.UUID
    duty: Duty
    basis: str
    provision_id: str
    force_allegation_id: uuid.UUID | None
    opened_by: uuid.UUID
    created_at: datetime


class AllegationsView(View):
    allegations: list[AllegationView]


class ElementIn(In):
    answer: ElementAnswer | None = None
    standard: MaybeText = Field("", description="the standard applied; left empty, the one of the provision in force")
    reasoning: MaybeText = ""
    evidence: list[uuid.UUID] = Field(
        default_factory=list, max_length=50, description="ids of evidence items and reports of this case"
    )


class ElementsIn(In):
    """What is not answered yet may be left out."""

    presence: ElementIn = Field(default_factory=ElementIn)
    underlying_violation: ElementIn = Field(default_factory=ElementIn)
    knowledge: ElementIn = Field(default_factory=ElementIn)
    realistic_opportunity: ElementIn = Field(default_factory=ElementIn)
    response: ElementIn = Field(default_factory=ElementIn)
    harm_after_opportunity: ElementIn = Field(default_factory=ElementIn)

    def each(self) -> dict[Element, ElementIn]:
        return {element: getattr(self, element.value) for element in Element}


class ReportedIn(In):
    """Whether the officer reported, to whom; by when they had to is computed."""

    answer: ReportedAnswer | None = None
    report_id: uuid.UUID | None = Field(
        None, description="their report in this case; found by itself where there is one"
    )
    to_whom: MaybeShort = ""
    reasoning: MaybeText = ""


class AssessmentIn(In):
    elements: ElementsIn = Field(default_factory=ElementsIn)
    reported: ReportedIn = Field(default_factory=ReportedIn)


class AssessmentView(View):
    """One revision; the ETag is its number."""

    id: uuid.UUID
    officer_id: uuid.UUID
    revision: int
    elements: dict[Element, Any]
    reported: dict[str, Any]
    is_complete: bool
    missing: list[str] = Field(description="JSON pointers of what is still to be answered")
    assessed_by: uuid.UUID
    created_at: datetime


class AssessmentChanges(View):
    """The newest revision beside the earlier one that the reader opened last."""

    before: AssessmentView | None
    opened_at: datetime | None = Field(description="when the reader opened the earlier one")
    now: AssessmentView


class AssessmentLine(View):
    """An officer on the roster, and how far they are answered for."""

    officer_id: uuid.UUID
    name: str
    revision: int | None
    assessment_id: uuid.UUID | None
    is_complete: bool


class AssessmentsView(View):
    assessments: list[AssessmentLine]


# --- the scene ----------------------------------------------------------------------------------------------------


class SceneMarkIn(In):
    """A timed fact about one officer, with the evidence for it; it may take the place of an earlier one."""

    officer_id: uuid.UUID
    kind: MarkKind
    at: PastInstant
    exactness: Exactness = Exactness.MINUTE
    says: MaybeShort = Field("", description="what was done; needed for an act and for stepping in")
    source_id: uuid.UUID = Field(description="evidence item or report of this case")
    place: MaybeShort = Field("", description="where in the source", examples=["03:12 of the video"])
    supersedes_id: uuid.UUID | None = Field(None, description="the mark that this one takes the place of")
    reason: MaybeText = Field("", description="needed to supersede: why")

    @model_validator(mode="after")
    def _fits_together(self) -> SceneMarkIn:
        if self.kind in (MarkKind.ACT, MarkKind.INTERVENTION) and not self.says:
            raise PydanticCustomError("says", "say what was done")
        if (self.supersedes_id is None) != (not self.reason):
            raise PydanticCustomError("reason", "superseding a mark and its reason go together")
        return self


class SceneMarkView(View):
    id: uuid.UUID
    officer_id: uuid.UUID
    kind: MarkKind
    at: datetime
    exactness: Exactness
    says: str
    source_id: uuid.UUID
    place: str
    supersedes_id: uuid.UUID | None
    superseded_by: uuid.UUID | None
    reason: str
    entered_by: uuid.UUID
    created_at: datetime


class ClaimView(View):
    """A time that an officer gives in their own report: what they say, not yet what was found."""

    officer_id: uuid.UUID
    kind: MarkKind
    at: datetime
    report_id: uuid.UUID


class SceneView(View):
    marks: list[SceneMarkView] = Field(description="entered by the investigator, superseded ones too, by time")
    claims: list[ClaimView] = Field(description="from reports whose words the asker may read, by time")


# --- outcome ------------------------------------------------------------------------------------------------------


class ConcurrenceIn(In):
    step: Literal["case.screen_out"]
    reason: Text


class ConcurrenceView(View):
    id: uuid.UUID
    step: str
    reason: str
    given_by: uuid.UUID
    created_at: datetime


class ToldIn(In):
    """One person told of the outcome: a cleared officer, or someone harmed."""

    officer_id: uuid.UUID | None = None
    harmed: Short | None = Field(None, description="as the case view names or describes them")
    how: Text = Field(description="when and how; or what was tried to reach them")

    @model_validator(mode="after")
    def _is_one_person(self) -> ToldIn:
        if (self.officer_id is None) == (self.harmed is None):
            raise PydanticCustomError("one_of", "name an officer or a person harmed")
        return self


class ToldView(View):
    id: uuid.UUID
    officer_id: uuid.UUID | None
    harmed: str | None
    how: str
    told_by: uuid.UUID
    created_at: datetime


class BoardViewIn(In):
    view: BoardAnswer
    reasons: MaybeText = ""

    @model_validator(mode="after")
    def _dissent_has_reasons(self) -> BoardViewIn:
        if self.view is BoardAnswer.DISSENT and not self.reasons:
            raise PydanticCustomError("reasons", "give the reasons for dissenting")
        return self


class BoardViewView(View):
    id: uuid.UUID
    view: BoardAnswer
    reasons: str
    created_at: datetime


# --- timeline -----------------------------------------------------------------------------------------------------


class TimelineLine(View):
    kind: str
    at: datetime
    by: str | None = Field(description="who; none for the service itself")
    facts: dict[str, Any]


class TimelineView(View):
    lines: list[TimelineLine]
