"""What goes over the wire about exports, the published log, receipts and figures."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.audit.entries import MOST_BLOCK_BYTES, MOST_LEAF_BYTES
from app.cases.models import Duty
from app.http.text import In, Sha256Hex, View
from app.oversight.models import ExportState, Profile

MOST_SIZE = 2**53 - 1
MOST_NOTE_CHARACTERS = 10_000


class Purpose(StrEnum):
    """Why an export is asked for; stands in the record and in the bundle (S51)."""

    PERIODIC_REVIEW = "periodic_review"
    CASE_REVIEW = "case_review"
    COMPLAINT = "complaint"
    COURT_ORDER = "court_order"
    MIRROR = "mirror"


class ExportIn(In):
    purpose: Purpose
    profile: Profile = Profile.BOARD
    since_size: Annotated[
        int | None,
        Field(
            ge=0,
            le=MOST_SIZE,
            strict=True,
            description="checkpoint you hold; without it, where your last download ended",
        ),
    ] = None


class ExportView(View):
    id: uuid.UUID
    state: ExportState
    profile: Profile
    purpose: str
    since_size: int
    size: int | None
    """Tree size of the checkpoint at its end."""
    bytes_total: int | None
    digest: str | None
    """SHA-256 of its bundle.json, in hex; the entry `export.made` states the same."""
    file_sha256: str | None
    failed_because: str | None
    asked_at: datetime
    made_at: datetime | None
    expires_at: datetime | None
    downloaded_at: datetime | None


class ReceiptIn(BaseModel):
    """A receipt as its holder kept it. Members that a later version added are passed over."""

    model_config = ConfigDict(extra="ignore")

    leaf: Annotated[str, StringConstraints(max_length=MOST_LEAF_BYTES)]
    blocks: Annotated[list[Annotated[str, StringConstraints(max_length=MOST_BLOCK_BYTES)]], Field(max_length=4)]
    content_sha256: Sha256Hex
    promise: Annotated[str, StringConstraints(max_length=MOST_NOTE_CHARACTERS)] | None = None


Says = Literal["proven", "not_proven", "failed"]


class Point(View):
    """One thing that was looked at, and what came out."""

    what: Literal["commitment", "content", "promise", "inclusion"]
    says: Says
    detail: str


class ReceiptProof(View):
    """What a receipt proves; nothing in it goes beyond the receipt and the published log."""

    verdict: Literal["verified", "refuted", "undecided"]
    points: list[Point]
    origin: str | None
    index: int | None
    """Number of the entry in the log; none while it waits to be numbered and signed."""
    checkpoint_size: int | None
    proof: str | None
    """A C2SP tlog-proof, to be kept with the receipt: it can be checked without this service."""


NOT_SHOWN = "null: fewer than 10, or withheld so that no such figure can be worked out"
Count = Annotated[int | None, Field(description=NOT_SHOWN)]


class Figure(View):
    code: str
    count: Count


class ReportFigures(View):
    """Reports filed in a year. The parts make up the total."""

    year: int
    is_over: bool
    total: Count
    parts: list[Figure] = Field(
        description="in_time, late, undated; late_or_undated in place of the last two where few had no due date"
    )


class MedianStay(View):
    stage: str
    median_days: int | None = Field(description="of stays that ended in the year; null where they were fewer than 10")


class StageFigures(View):
    """Cases opened in a year by the stage in which they stood at its end; now, while it is not over."""

    year: int
    is_over: bool
    total: Count
    parts: list[Figure]
    stays: list[MedianStay]


class DutyFigures(View):
    duty: Duty
    count: Count
    dispositions: list[Figure] | None = Field(description="null where the duty's own count is not shown")


class FindingFigures(View):
    """Findings approved in a year, by the duty they are about."""

    year: int
    is_over: bool
    total: Count
    duties: list[DutyFigures]
