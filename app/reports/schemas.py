"""What a witness's report holds: the union of the statutory content lists (practice.md 1.1), and what may be left open.

"I did not see" and "I could not safely act" are answers, not gaps. Nothing is required that a witness may not know.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app.http.text import Code, In, MaybeShort, MaybeText, Short, Text, View
from app.incidents import codes
from app.incidents.codes import CodeList
from app.incidents.models import Precision, PresenceRole
from app.reports.models import Mode, StatementClass
from app.reports.warnings import WARNINGS

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
SURROGATE = re.compile(r"[\ud800-\udfff]")
SKEW = timedelta(minutes=5)
"""How far a client's clock may run ahead before its time counts as future."""


def listed(codes_of: CodeList) -> AfterValidator:
    """Only codes of one closed list."""

    def check(code: str) -> str:
        if code not in codes_of:
            raise PydanticCustomError("code", "not a code of the list {list}", {"list": codes_of.name})
        return code

    return AfterValidator(check)


def shown(codes_of: CodeList) -> WithJsonSchema:
    """The whole list, in the contract."""
    return WithJsonSchema({"type": "string", "enum": list(codes_of.codes)})


def _happened(at: datetime) -> datetime:
    try:
        utc = at.astimezone(UTC)
    except (OverflowError, ValueError):
        raise PydanticCustomError("time_range", "out of range") from None
    if utc < EARLIEST:
        raise PydanticCustomError("time_range", "before 1900")
    if utc > datetime.now(UTC) + SKEW:
        raise PydanticCustomError("future", "must not be in the future")
    return utc


def _is_text(value: object) -> object:
    if isinstance(value, str | datetime):
        return value
    raise PydanticCustomError("instant", "give a time in RFC 3339 form, with its offset")


PastInstant = Annotated[AwareDatetime, BeforeValidator(_is_text), AfterValidator(_happened)]
"""RFC 3339 with offset, from 1900 to now; never a number."""

ForceCode = Annotated[Code, listed(codes.FORCE), shown(codes.FORCE)]
ResistanceCode = Annotated[Code, listed(codes.RESISTANCE), shown(codes.RESISTANCE)]
ActionCode = Annotated[Code, listed(codes.SUBJECT_ACTION), shown(codes.SUBJECT_ACTION)]
InjuryCode = Annotated[Code, listed(codes.INJURY), shown(codes.INJURY)]
TreatmentCode = Annotated[Code, listed(codes.TREATMENT), shown(codes.TREATMENT)]
VideoCode = Annotated[Code, listed(codes.VIDEO), shown(codes.VIDEO)]
EncounterCode = Annotated[Code, listed(codes.ENCOUNTER), shown(codes.ENCOUNTER)]
LocationCode = Annotated[Code, listed(codes.LOCATION), shown(codes.LOCATION)]
RaceCode = Annotated[Code, listed(codes.RACE), shown(codes.RACE)]
GenderCode = Annotated[Code, listed(codes.GENDER), shown(codes.GENDER)]


class Saw(StrEnum):
    ALL = "all"
    PART = "part"
    DID_NOT_SEE = "did_not_see"
    HEARD = "heard"
    WAS_TOLD = "was_told"


class Intervened(StrEnum):
    YES = "yes"
    TRIED = "tried"
    NO = "no"
    COULD_NOT_SAFELY = "could_not_safely"
    NO_TIME = "no_time"
    NOT_PRESENT = "not_present"


class Means(StrEnum):
    """How one steps in (practice.md section 12, row 6)."""

    VERBAL = "verbal"
    PHYSICAL = "physical"
    RADIO = "radio"
    ORDER = "order"
    RECORDED = "recorded"
    MEDICAL = "medical"
    OTHER = "other"


class Worked(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    UNKNOWN = "unknown"


class Known(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Aid(StrEnum):
    GIVEN = "given"
    CALLED = "called"
    GIVEN_AND_CALLED = "given_and_called"
    NOT_GIVEN = "not_given"
    NOT_NEEDED = "not_needed"
    UNKNOWN = "unknown"


class WhereWhen(In):
    agency_number: MaybeShort = Field("", description="the agency's own incident number, where known")
    occurred_at: PastInstant
    precision: Precision = Precision.MINUTE
    place: Short
    location_type: LocationCode | None = None
    encounter_type: EncounterCode | None = None


class OfficerThere(In):
    """Someone on duty at the scene: by roster id, by badge, or as well as the reporter can say."""

    officer_id: uuid.UUID | None = None
    badge: MaybeShort = ""
    name: MaybeShort = ""
    role: PresenceRole
    force: list[ForceCode] = Field(default_factory=list, max_length=20)
    did: MaybeText = ""

    @model_validator(mode="after")
    def _is_somebody(self) -> OfficerThere:
        if self.officer_id is None and not self.badge and not self.name:
            raise PydanticCustomError("nobody", "give an officer, a badge, or a name or description")
        return self


class PersonHarmed(In):
    """May stay unnamed; of minors only what is needed."""

    name: MaybeShort = ""
    description: MaybeShort = ""
    is_minor: bool | None = None
    resistance: list[ResistanceCode] = Field(default_factory=list, max_length=14)
    actions: list[ActionCode] = Field(default_factory=list, max_length=32)
    injuries: list[InjuryCode] = Field(default_factory=list, max_length=12)
    treatment: list[TreatmentCode] = Field(default_factory=list, max_length=12)
    care_asked_for: Known = Known.UNKNOWN
    was_arrested: Known = Known.UNKNOWN
    charges: MaybeShort = ""
    race: RaceCode | None = None
    gender: GenderCode | None = None
    age_group: MaybeShort = ""


class OwnView(In):
    """What the reporter saw, and from where."""

    saw: Saw
    vantage: MaybeText = ""
    blocked_by: MaybeText = ""
    arrived_at: PastInstant | None = None
    first_saw_at: PastInstant | None = None
    last_force_at: PastInstant | None = None
    words_said: MaybeText = ""


class OwnActs(In):
    """What the reporter did, and whether it worked or why they could not."""

    role: PresenceRole = Field(PresenceRole.PRESENT, description="what the reporter was at the scene")
    force: list[ForceCode] = Field(default_factory=list, max_length=20)
    intervened: Intervened
    means: list[Means] = Field(default_factory=list, max_length=7)
    acts: MaybeText = ""
    worked: Worked | None = None
    why_not: MaybeText = ""
    result: MaybeText = Field("", description="what happened because of it")


class Camera(In):
    kind: VideoCode
    owner: MaybeShort = ""


class Notified(In):
    who: Short
    at: PastInstant | None = None
    how: MaybeShort = ""


class ReportIn(In):
    """A witness's report in named mode. Sealed when filed; a supplement adds to it."""

    mode: Literal[Mode.NAMED] = Mode.NAMED
    statement_class: StatementClass
    warning: str = Field(
        max_length=40,
        description="version of the warning that was shown: one of the class of statement",
        json_schema_extra={"enum": list(WARNINGS)},
    )
    incident: WhereWhen
    officers: list[OfficerThere] = Field(min_length=1, max_length=40)
    harmed: list[PersonHarmed] = Field(default_factory=list, max_length=20)
    own_view: OwnView
    own_acts: OwnActs
    aid: Aid = Aid.UNKNOWN
    aid_words: MaybeText = ""
    officer_care: MaybeText = Field("", description="medical care asked for or needed by officers")
    cameras: list[Camera] = Field(default_factory=list, max_length=30)
    notified: list[Notified] = Field(default_factory=list, max_length=20)
    earlier_reports: MaybeText = ""
    fears_retaliation: bool | None = None
    fear_words: MaybeText = Field("", description="shown to few")
    narrative: Text
    declares_accuracy: Literal[True]

    @field_validator("warning")
    @classmethod
    def _warning_fits(cls, version: str, others: ValidationInfo) -> str:
        warning, of_class = WARNINGS.get(version), others.data.get("statement_class")
        if warning is None or (of_class is not None and warning.statement_class is not of_class):
            raise PydanticCustomError("warning", "not a warning of this class of statement")
        return version

    @property
    def has_injury(self) -> bool:
        """True unless every harmed person is said to be unhurt."""
        return any(set(person.injuries) - {"none"} for person in self.harmed)


class SupplementIn(In):
    narrative: Text
    declares_accuracy: Literal[True]


def _writable(content: dict[str, Any]) -> dict[str, Any]:
    """What no UTF-8 can hold would be kept as something else, and never read back."""
    if SURROGATE.search(json.dumps(content, ensure_ascii=False)):
        raise PydanticCustomError("characters", "holds a broken character")
    return content


class DraftIn(In):
    """Whatever was written so far; checked only when it is filed."""

    content: Annotated[dict[str, Any], AfterValidator(_writable)] = Field(max_length=100)


class DraftView(View):
    id: uuid.UUID
    version: int
    updated_at: datetime
    content: dict[str, Any]


class DraftLine(View):
    id: uuid.UUID
    version: int
    updated_at: datetime


class ReceiptView(View):
    """What the author keeps: enough to prove, to anyone, what was filed and when."""

    locator: str
    report_id: uuid.UUID
    filed_at: datetime
    content_sha256: str
    origin: str
    leaf: str
    blocks: list[str]
    promise: str | None
    promise_to_follow: bool


class SupplementView(View):
    id: uuid.UUID
    filed_at: datetime
    content_sha256: str
    content: dict[str, Any]


class RequestView(View):
    """What the author was asked to add."""

    asks: str
    asked_at: datetime


class ReportView(View):
    """The author's own report; what it led to is not theirs to see here."""

    id: uuid.UUID
    locator: str
    mode: Mode
    statement_class: StatementClass
    warning: str
    filed_at: datetime
    provision_id: str
    due_at: datetime | None
    is_late: bool | None
    acknowledged_at: datetime | None = Field(description="when someone who works on it had it in hand")
    content_sha256: str
    content: dict[str, Any]
    supplements: list[SupplementView]
    requests: list[RequestView] = Field(description="what the agency asked to have added, newest last")


class OwnReport(View):
    """One line of my reports."""

    id: uuid.UUID
    locator: str
    filed_at: datetime
    due_at: datetime | None
    acknowledged_at: datetime | None
    is_asked: bool = Field(description="the agency asked to have something added, and nothing was added since")


class OwnReports(View):
    reports: list[OwnReport]


class Filed(View):
    """The answer to filing."""

    id: uuid.UUID
    locator: str
    filed_at: datetime
    due_at: datetime | None
    provision_id: str
    content_sha256: str
    receipt: str
    """Where the receipt is fetched; the filer keeps it."""
