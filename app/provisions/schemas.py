"""Shapes of provisions on the wire: the facts, where they stand on a day, and what they ask in plain words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, Self

from pydantic import Field

from app.http.text import In, View
from app.provisions.clocks import NONE_SET, WORKING_HOURS, Limit, Unit
from app.provisions.packs import Applied, LimitBasis, RuleBasis, Standing, WhyNotLaw, standing
from app.provisions.plain import asks, by_when, doubts
from app.provisions.provision import (
    Confidence,
    Consequence,
    Doubt,
    DutyToIntervene,
    DutyToReport,
    Instrument,
    InterventionReport,
    PartialDate,
    Provision,
    Quotation,
    RelatedText,
    Retaliation,
    StandardOfKnowledge,
    Starts,
)


class ProvisionView(View):
    """One provision. `null` means: not found in a source, never "no"."""

    id: str
    revision: int
    digest: str = Field(description="SHA-256 (hex) of the canonical JSON (RFC 8785) of the facts")
    jurisdiction: str = Field(description="ISO 3166-2, or US")
    place: str
    title: str
    instrument: Instrument
    is_law: bool
    citations: tuple[str, ...]
    in_force_from: PartialDate | None = Field(description="as precise as the source: YYYY, YYYY-MM or YYYY-MM-DD")
    in_force_until: PartialDate | None
    announced: PartialDate | None
    earlier_form_from: PartialDate | None
    standing: Standing = Field(description="on the day asked for; in_doubt where the dates are too coarse to say")
    binds: str
    trigger: str
    knowledge: StandardOfKnowledge
    intervene: DutyToIntervene
    report: DutyToReport
    intervention_report: InterventionReport | None
    aid_is_owed: bool | None
    retaliation: Retaliation
    consequence: Consequence
    agency_duties: tuple[str, ...]
    pending: str | None
    text: tuple[str, ...]
    quotations: tuple[Quotation, ...]
    sources: tuple[str, ...]
    confidence: Confidence
    unverified: tuple[Doubt, ...]
    asks: list[str] = Field(description="what it asks, in plain words")
    doubts: list[str] = Field(description="how sure we are, in plain words")

    @classmethod
    def on(cls, provision: Provision, day: date) -> Self:
        view: Self = cls.of(
            provision,
            standing=standing(provision, day),
            asks=[phrase.said() for phrase in asks(provision)],
            doubts=[phrase.said() for phrase in doubts(provision)],
        )
        return view


class ReportRuleView(View):
    """What a witness's report owes in a state on a day."""

    provision_id: str
    basis: RuleBasis = Field(description="agency_default: the model standard stands in; policy, not law")
    why: WhyNotLaw | None = Field(description="why the state's own law does not give the rule")
    law_id: str | None = Field(description="the state's provision in force, also where it asks for no report")
    limit: Limit
    limit_basis: LimitBasis = Field(description="anything but law is a setting and no law")
    working_hours: int | None = Field(description="hours used where the limit is a word without a number")
    is_agency_value: bool = Field(description="these hours are the agency's own working value, not this service's")
    starts: Starts
    by_when: list[str] = Field(description="by when and to whom, in plain words")

    @classmethod
    def from_rule(cls, applied: Applied, agency_hours: Mapping[Unit, int] = NONE_SET) -> Self:
        word = applied.limit.unit
        more: dict[str, Any] = {
            "provision_id": applied.provision.id,
            "law_id": applied.law.id if applied.law else None,
            "working_hours": agency_hours.get(word, WORKING_HOURS.get(word)),
            "is_agency_value": word in agency_hours,
            "by_when": [phrase.said() for phrase in by_when(applied, agency_hours)],
        }
        view: Self = cls.of(applied, **more)
        return view


class PoliciesView(View):
    """The provisions asked for; with a state also the rule for a report there and what stands near the subject."""

    on: date
    provisions: list[ProvisionView]
    report: ReportRuleView | None
    related: list[RelatedText]


class WorkingValueIn(In):
    """Hours for a word of law that names none."""

    word: Literal["immediately", "end_of_shift", "promptly", "as_soon_as_practicable", "agency_policy"]
    hours: int = Field(ge=1, le=720, description="at most 30 days: no longer time can be meant by such a word")
    in_force_from: date = Field(description="a day ahead of today; clocks that start from then on run by it")


class WorkingValueView(View):
    """What a word stands for at the agency from a day on."""

    id: uuid.UUID
    word: Unit
    hours: int
    in_force_from: date


class WorkingValuesView(View):
    """What clocks that start today run by, and all that was ever entered, in the order in which it takes over."""

    hours: dict[Unit, int] = Field(description="by word; where the agency set none, the setting of this service")
    entered: list[WorkingValueView]
