"""Shapes of findings, approvals, notices and discipline on the wire, one per audience."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from app.cases.models import Duty
from app.findings.models import Answered, Disposition, FindingState, Proof
from app.http.text import In, Sha256Hex, Short, Text, View
from app.provisions.matrix import Against, Code, Matrix, Weighs

ANSWER_DAYS = 10
"""Days the accused has at least to answer a notice, after the day it was served: our setting, not law."""
ANSWER_DAYS_MOST = 180

ProvisionName = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{2,60}$")]
OF_MATRIX = "`GET /v1/matrices/{matrix_id}` lists them"
"""Codes that are the agency's own data."""
CategoryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]
Amount = Annotated[int, Field(ge=1, le=3650, strict=True, description="in the unit of the ladder, for example days")]


class FindingIn(In):
    """What the investigator found on one allegation: one officer, one duty."""

    disposition: Disposition
    proof: Proof = Field(Proof.PREPONDERANCE, description="the standard of proof applied")
    rationale: Text
    provision_id: ProvisionName = Field(
        description="in force on the day of the incident: `GET /v1/policies` lists them", examples=["US-CO"]
    )
    evidence: list[uuid.UUID] = Field(
        default_factory=list,
        max_length=100,
        description="ids of evidence items, reports and assessment revisions of this case",
    )
    assessment_id: uuid.UUID | None = Field(
        None, description="the newest assessment of this officer; needed where the duty is to intervene"
    )
    not_completed_because: Text | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> FindingIn:
        if (self.disposition is Disposition.NOT_COMPLETED) != (self.not_completed_because is not None):
            raise PydanticCustomError("not_completed", "not_completed and its reason go together")
        if self.disposition is Disposition.SUSTAINED and not self.evidence and self.assessment_id is None:
            raise PydanticCustomError("evidence", "a sustained finding rests on evidence")
        if len(set(self.evidence)) != len(self.evidence):
            raise PydanticCustomError("repeated", "an item of evidence stands twice")
        return self


class FindingLine(View):
    """A finding without its texts."""

    id: uuid.UUID
    allegation_id: uuid.UUID
    officer_id: uuid.UUID
    duty: Duty
    revision: int
    state: FindingState
    disposition: Disposition
    proof: Proof
    provision_id: str
    assessment_id: uuid.UUID | None
    created_at: datetime


class ApprovalView(View):
    id: uuid.UUID
    approves: bool
    reason: str
    given_by: uuid.UUID
    created_at: datetime


class GroundView(View):
    """One thing that a finding rests on, and whether the reader has opened it."""

    id: uuid.UUID
    kind: Literal["assessment", "evidence", "report"]
    officer_id: uuid.UUID | None = Field(None, description="of an assessment: whom it is of")
    number: int | None = Field(None, description="of a report its filing number, of an assessment its revision")
    title: str = Field("", description="of an evidence item")
    is_opened: bool


class FindingView(FindingLine):
    """A finding with all it rests on, for those who work the case."""

    rationale: str
    evidence: list[uuid.UUID]
    not_completed_because: str | None
    proposed_by: uuid.UUID
    approvals: list[ApprovalView]
    unopened: list[uuid.UUID] = Field(description="what the reader has yet to open before they may approve it")
    grounds: list[GroundView] = Field(description="what it rests on: the assessment, then what it cites, in order")


class FindingChanges(View):
    """A finding beside the earlier one on the same allegation that the reader opened last."""

    before: FindingView | None
    opened_at: datetime | None = Field(description="when the reader opened the earlier one")
    now: FindingView


class ApprovalIn(In):
    approves: Annotated[bool, Field(strict=True)] = Field(description="false sends the finding back")
    reason: Text


class PacketItem(In):
    """One item of the evidence packet, as it was delivered: reporters' names withheld."""

    title: Short
    sha256: Sha256Hex


class NoticeIn(In):
    charges: Text
    packet: list[PacketItem] = Field(min_length=1, max_length=200)
    answer_due_in_days: Annotated[int, Field(strict=True)] = Field(ANSWER_DAYS, ge=ANSWER_DAYS, le=ANSWER_DAYS_MOST)


class PacketItemView(View):
    title: str
    sha256: str


class NoticeLine(View):
    """A notice served on the reader. Nothing here leads to the case (S14)."""

    id: uuid.UUID
    duty: Duty
    served_at: datetime
    answer_due_at: datetime
    answered_at: datetime | None
    is_waived: bool


class ToldDecision(View):
    """What was decided, as the accused is told it."""

    penalty: str
    says: str = Field(description="the penalty in the words of the matrix")
    amount: int | None
    unit: str | None = Field(description="of the amount, for example days")
    considered: str = Field(description="how the answer of the accused was weighed")
    decided_at: datetime


class NoticeView(NoticeLine):
    """What the accused is served: the charges, the rule, and what was delivered with them."""

    charges: str
    provision_id: str
    packet: list[PacketItemView]
    answer: str | None
    representative: str | None
    representative_contact: str | None
    may_answer: bool = Field(description="nothing was answered yet, and nothing is decided")
    decision: ToldDecision | None = Field(None, description="none before anything is decided")


class RepresentativeIn(In):
    """Who stands by the accused; named by themselves."""

    name: Short
    contact: Short = Field(description="how they are reached")


class AnswerIn(In):
    """An answer, or the word that there will be none."""

    answer: Text | None = None
    waives: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> AnswerIn:
        if (self.answer is None) == (self.waives is None):
            raise PydanticCustomError("one_of", "give an answer, or waive it")
        return self


class FactorIn(In):
    """What weighs for more or for less, with the reasoning and the evidence for it."""

    factor: Code = Field(description=f"a factor of the matrix: {OF_MATRIX}")
    weighs: Weighs
    reasoning: Text
    evidence: list[uuid.UUID] = Field(default_factory=list, max_length=50)


class PenaltyIn(In):
    penalty: Code = Field(description=f"a rung of the matrix's ladder: {OF_MATRIX}", examples=["reprimand"])
    amount: Amount | None = None
    departure_reason: Text | None = Field(None, description="needed outside the range of the cell")


class WorksheetIn(In):
    """The cell, what weighs, and the proposal, on the matrix of the day of the incident."""

    category: CategoryCode = Field(description=f"a category of the matrix: {OF_MATRIX}")
    level: Annotated[int, Field(ge=1, le=10, strict=True, description="1 is the first sustained occurrence")]
    factors: list[FactorIn] = Field(default_factory=list, max_length=100)
    proposal: PenaltyIn


class DecisionIn(PenaltyIn):
    considered: Text = Field(description="how the answer of the accused was weighed, or that there was none")


class PenaltyView(View):
    penalty: str
    amount: int | None = None


class RangeView(View):
    lowest: PenaltyView
    highest: PenaltyView


class FactorView(View):
    factor: str
    weighs: Weighs
    reasoning: str
    evidence: list[uuid.UUID]


class ProposalView(PenaltyView):
    departure_reason: str | None


class WorksheetLine(View):
    """A worksheet without its texts."""

    id: uuid.UUID
    finding_id: uuid.UUID
    revision: int
    matrix_id: uuid.UUID
    is_sample: bool
    category: str
    level: int
    presumptive: RangeView
    lies: Against
    created_at: datetime


class WorksheetOverview(WorksheetLine):
    proposal: PenaltyView


class WorksheetView(WorksheetLine):
    factors: list[FactorView]
    proposal: ProposalView
    proposed_by: uuid.UUID


class DecisionLine(View):
    """A decision without its texts."""

    id: uuid.UUID
    finding_id: uuid.UUID
    worksheet_id: uuid.UUID
    penalty: str
    amount: int | None
    lies: Against
    answered: Answered
    created_at: datetime


class DecisionView(DecisionLine):
    departure_reason: str | None
    considered: str
    decided_by: uuid.UUID


class ServedLine(View):
    """A notice as those see it who work the case, without its texts."""

    id: uuid.UUID
    finding_id: uuid.UUID
    served_at: datetime
    answer_due_at: datetime
    opened_at: datetime | None
    answered_at: datetime | None
    is_waived: bool


class ServedView(ServedLine):
    charges: str
    packet: list[PacketItemView]
    served_by: uuid.UUID
    answer: str | None
    representative: str | None
    representative_contact: str | None


class AppealLine(View):
    """An appeal or its outcome, beside the first decision."""

    kind: str
    dated_on: date


class AppealView(AppealLine):
    body: str
    says: str


class DisciplineOverview(View):
    """Discipline on one allegation, without texts: what the board sees."""

    allegation_id: uuid.UUID
    notices: list[ServedLine]
    worksheets: list[WorksheetOverview]
    decisions: list[DecisionLine]
    appeals: list[AppealLine]


class DisciplineView(View):
    """Discipline on one allegation, each list from first to last; appeals stand beside the first decision."""

    allegation_id: uuid.UUID
    notices: list[ServedView]
    worksheets: list[WorksheetView]
    decisions: list[DecisionView]
    appeals: list[AppealView]


class MatrixLine(View):
    id: uuid.UUID
    name: str
    in_force_from: date
    is_sample: bool
    sha256: str = Field(description="of its canonical JSON (RFC 8785): which figures a worksheet was made on")


class MatrixView(MatrixLine):
    matrix: Matrix
