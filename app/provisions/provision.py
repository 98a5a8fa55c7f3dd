"""The shape of a provision: one dated clause of law or policy, as facts in our own words.

Frozen and strict, so that a pack with a slip in it stops the program and not an officer. Nothing here is legal advice:
`confidence` and `unverified` travel with every fact, and None always means "not found in a source", never "no".
"""

from __future__ import annotations

import calendar
import hashlib
import re
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self, get_args

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, StringConstraints, model_validator
from pydantic_core import CoreSchema, core_schema

from app.provisions.clocks import Limit

ONE_LINE = r"^[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$"  # PostgreSQL takes no NUL
Text = Annotated[str, StringConstraints(max_length=1200, pattern=ONE_LINE)]
ProvisionId = Annotated[str, StringConstraints(pattern=r"^US(-[A-Z0-9]{2,20}){0,3}$", max_length=60)]
Jurisdiction = Annotated[str, StringConstraints(pattern=r"^US(-[A-Z]{2})?$")]
"""ISO 3166-2; plain `US` for federal texts and the model standard."""

_PARTIAL = re.compile(r"^[0-9]{4}(-[0-9]{2}){0,2}$")


class PartialDate(str):
    """A date as precise as its source gives it: `2021`, `2020-08` or `2020-06-19`."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Raises ValueError for anything but a year, a month or a day of the calendar."""
        if not _PARTIAL.fullmatch(text):
            raise ValueError("a date is YYYY, YYYY-MM or YYYY-MM-DD")
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
        return super().__new__(cls, text)

    @property
    def first(self) -> date:
        """The earliest day it can mean."""
        return date.fromisoformat(self + "-01-01"[len(self) - 4 :])

    @property
    def last(self) -> date:
        """The latest day it can mean."""
        first = self.first
        if len(self) == 4:
            return first.replace(month=12, day=31)
        return first if len(self) == 10 else first.replace(day=calendar.monthrange(first.year, first.month)[1])

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema(pattern=_PARTIAL.pattern))


class Instrument(StrEnum):
    STATUTE = "statute"
    STATUTE_POLICY_MANDATE = "statute_policy_mandate"
    STATEWIDE_DIRECTIVE = "statewide_directive"
    CERTIFICATION_RULE = "certification_rule"
    TRAINING_MANDATE = "training_mandate"
    OVERSIGHT_STATUTE = "oversight_statute"
    FEDERAL_POLICY = "federal_policy"
    FEDERAL_CRIME = "federal_crime"
    FEDERAL_GUIDANCE = "federal_guidance"
    MODEL_STANDARD = "model_standard"


class Intervention(StrEnum):
    MANDATORY = "mandatory"
    CONDITIONAL = "conditional"
    POLICY_MANDATED = "policy_mandated"
    NONE = "none"


class Knowledge(StrEnum):
    """What a witness must know before the duty bites; a finding names the one it applied."""

    ACTUAL_WITNESS = "actual_witness"
    ACTUAL_OBSERVATION = "actual_observation"
    OBSERVED = "observed"
    OBSERVED_OR_SHOULD_HAVE = "observed_or_should_have"
    PRESENCE = "presence"
    REASONABLE_BELIEF = "reasonable_belief"
    WITNESS_OR_GOOD_FAITH_BELIEF = "witness_or_good_faith_belief"
    PROBABLE_CAUSE = "probable_cause"
    OBJECTIVELY_CLEAR = "objectively_clear"
    OBJECTIVELY_KNOWS = "objectively_knows"
    KNOWS_OR_SHOULD_KNOW = "knows_or_should_know"
    HAS_INFORMATION = "has_information"
    RECOGNISE_AND_ACT = "recognise_and_act"
    NOT_STATED = "not_stated"
    NOT_READ = "not_read"


class Condition(StrEnum):
    """What must hold before a witness has to step in."""

    ON_DUTY = "on_duty"
    PRESENT = "present"
    OBSERVING = "observing"
    TRAINED = "trained"
    IN_POSITION = "in_position"
    OPPORTUNITY = "opportunity"
    REASONABLE_OPPORTUNITY = "reasonable_opportunity"
    ABLE = "able"
    FEASIBLE = "feasible"
    SAFE = "safe"
    REASONABLY_SAFE = "reasonably_safe"
    NO_IMMINENT_HARM = "no_imminent_harm"
    WITHOUT_OWN_DANGER = "without_own_danger"
    REASONABLE_IN_TOTALITY = "reasonable_in_totality"
    AS_APPROPRIATE = "as_appropriate"
    NOT_UNDERCOVER = "not_undercover"
    VOICE_BEFORE_HANDS = "voice_before_hands"


class Content(StrEnum):
    """What a rule wants to find in a report."""

    DATE = "date"
    TIME = "time"
    PLACE = "place"
    PARTICIPANTS_IDENTITY = "participants_identity"
    PARTICIPANTS_DESCRIPTION = "participants_description"
    EVENTS = "events"
    FORCE_USED = "force_used"
    INTERVENTION_OR_FORCE_OBSERVED = "intervention_or_force_observed"
    ENCOUNTER_TYPE = "encounter_type"
    ARRESTED = "arrested"
    CHARGES = "charges"
    AID_TO_SUBJECT = "aid_to_subject"
    AID_TO_OFFICER = "aid_to_officer"
    DEMOGRAPHICS = "demographics"
    INTERVENTION_ACTIONS = "intervention_actions"
    INTERVENTION_SUCCESS = "intervention_success"
    ACTIONS_TAKEN = "actions_taken"
    STATE_FORM = "state_form"


class Starts(StrEnum):
    INCIDENT = "incident"
    OBSERVATION = "observation"
    SAME_DAY_SHIFT = "same_day_shift"


class Confidence(StrEnum):
    SEEN_IN_SOURCE = "seen_in_source"
    PARTLY_SEEN = "partly_seen"
    GENERAL_KNOWLEDGE = "general_knowledge"
    OURS = "ours"


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class StandardOfKnowledge(Strict):
    to_intervene: Knowledge
    to_report: Knowledge


class DutyToIntervene(Strict):
    duty: Intervention
    conditions: tuple[Condition, ...] = ()
    whatever_rank: bool | None = None
    counts_as_intervening: tuple[Text, ...] = ()
    supervisor: Text | None = None
    """What a supervisor owes on top."""


class DutyToReport(Strict):
    owed: bool
    limit: str | None = None
    """ISO 8601 duration or a word without a number, as `Limit.parse` reads it; None where the rule sets no time."""
    starts: Starts | None = None
    recipient: Text | None = None
    alternate_recipient: Text | None = None
    form: Text | None = None
    contents: tuple[Content, ...] = ()
    scope: Text | None = None
    notes: Text | None = None
    forwarding_limit: str | None = None
    """How long a recipient has who cannot open an investigation."""
    force_user_limit: str | None = None
    """Where the one who used the force has a time of their own."""

    @model_validator(mode="after")
    def _limits_can_be_counted(self) -> Self:
        for text in (self.limit, self.forwarding_limit, self.force_user_limit):
            if text is not None:
                Limit.parse(text)
        if self.limit is not None and not self.owed:
            raise ValueError("a time for a report that nobody owes")
        if (self.limit is None) != (self.starts is None):
            raise ValueError("a limit and its start go together")
        return self


class InterventionReport(Strict):
    """A second report, owed by whoever stepped in."""

    limit: str
    contents: tuple[Content, ...]

    @model_validator(mode="after")
    def _limit_can_be_counted(self) -> Self:
        Limit.parse(self.limit)
        return self


class Retaliation(Strict):
    is_forbidden: bool | None = None
    examples: tuple[Text, ...] = ()
    definition: Text | None = None
    scope: Text | None = None


class Sanction(Strict):
    provided: bool | None = None
    says: Text | None = None


class Consequence(Strict):
    discipline: Sanction = Sanction()
    decertification: Sanction = Sanction()
    criminal: Sanction = Sanction()
    other: Text | None = None


class Doubt(Strict):
    """Something not read in a source: a field by its path, a statement, or both."""

    field: str | None = None
    says: Text | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.field is None and self.says is None:
            raise ValueError("a doubt names a field or a statement")
        return self


class Quotation(Strict):
    """The very words of a source. Where they are conditional they stay so, and nobody restates them."""

    words: Text
    source: Text


class Provision(Strict):
    id: ProvisionId
    revision: Annotated[int, Field(ge=1)] = 1
    """Goes up when our reading is corrected; a changed law is a provision of its own."""
    jurisdiction: Jurisdiction
    place: Text
    title: Text
    instrument: Instrument
    citations: Annotated[tuple[Text, ...], Field(min_length=1)]
    in_force_from: PartialDate | None
    """None where no source gave a day: then it is never taken to be in force."""
    in_force_until: PartialDate | None = None
    """The first day on which it no longer holds."""
    announced: PartialDate | None = None
    earlier_form_from: PartialDate | None = None
    """An earlier text on the same duty, which is not held here, was in force from then."""
    binds: Text
    trigger: Text
    knowledge: StandardOfKnowledge
    intervene: DutyToIntervene
    report: DutyToReport
    intervention_report: InterventionReport | None = None
    aid_is_owed: bool | None = None
    retaliation: Retaliation = Retaliation()
    consequence: Consequence = Consequence()
    agency_duties: tuple[Text, ...] = ()
    pending: Text | None = None
    text: tuple[Text, ...] = ()
    """The clauses themselves, where they are ours to print."""
    quotations: tuple[Quotation, ...] = ()
    sources: tuple[Text, ...]
    confidence: Confidence
    unverified: tuple[Doubt, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for doubt in self.unverified:
            if doubt.field is not None:
                _follow(type(self), doubt.field)
        if not self.sources and self.confidence is not Confidence.OURS:
            raise ValueError("a provision that is not ours names its sources")
        if self.in_force_until and (self.in_force_from is None or self.in_force_until.first <= self.in_force_from.last):
            raise ValueError("a provision ends after it begins")
        return self

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON (RFC 8785) of all its facts: what a finding pins when it cites this."""
        return hashlib.sha256(rfc8785.dumps(self.model_dump(mode="json"))).hexdigest()

    @property
    def is_law(self) -> bool:
        return self.instrument is not Instrument.MODEL_STANDARD

    @property
    def report_limit(self) -> Limit | None:
        return Limit.parse(self.report.limit) if self.report.limit else None

    @property
    def turns_on_belief(self) -> bool:
        """The duty to intervene hangs on what the witness had grounds to believe, also if the force proves lawful."""
        return self.knowledge.to_intervene in {Knowledge.REASONABLE_BELIEF, Knowledge.PROBABLE_CAUSE}

    def doubts_about(self, field: str) -> bool:
        """Whether this field, or one it stands in, was not read in a source."""
        return any(d.field and (field == d.field or field.startswith(f"{d.field}.")) for d in self.unverified)


class RelatedText(Strict):
    """A text near the subject that puts no duty on a witness, or is not known to be law."""

    citation: Text
    says: Text
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    confidence: Confidence


class Pack(Strict):
    """The provisions of one jurisdiction: adding a state is adding a file."""

    jurisdiction: Jurisdiction
    place: Text
    version: Annotated[int, Field(ge=1)]
    provisions: tuple[Provision, ...] = ()
    related: tuple[RelatedText, ...] = ()

    @model_validator(mode="after")
    def _is_of_one_place(self) -> Self:
        if any(p.jurisdiction != self.jurisdiction or p.place != self.place for p in self.provisions):
            raise ValueError("a pack holds one jurisdiction")
        return self


def _follow(model: type[BaseModel], path: str) -> None:
    """Raises ValueError where no field stands at the path."""
    name, _, rest = path.partition(".")
    found = model.model_fields.get(name)
    if found is None:
        raise ValueError(f"no such field: {name}")
    if rest:
        inside = [t for t in (found.annotation, *get_args(found.annotation)) if isinstance(t, type)]
        below = next((t for t in inside if issubclass(t, BaseModel)), None)
        if below is None:
            raise ValueError(f"nothing stands below {name}")
        _follow(below, rest)
