"""The provisions we hold, and which of them is in force in a state on a day.

Data in `packs/`, read and checked once. A start or end known only by year or month is read against ourselves: a
provision counts as in force on a day only if it was so whatever day its date means. In the time in doubt nobody is
judged by it; the model standard stands in, as the agency's policy and marked so, never as law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

from app.errors import NotFound
from app.provisions.clocks import NONE_SET, Due, Limit, Tolling, Unit, due
from app.provisions.provision import Instrument, Pack, Provision, RelatedText, Starts

MODEL_ID = "US-MODEL"


class PackError(Exception):
    """A pack shipped with the program does not hold together; the message names the file."""


@dataclass(eq=False)
class UnknownProvision(NotFound):
    """No provision of this name is held here."""


class Standing(StrEnum):
    NOT_YET = "not_yet"
    IN_DOUBT = "in_doubt"
    IN_FORCE = "in_force"
    ENDED = "ended"
    BY_ADOPTION = "by_adoption"
    """No law: it holds where an agency adopts it, from the day it does."""


class RuleBasis(StrEnum):
    """Where a report's rule comes from."""

    LAW = "law"
    AGENCY_DEFAULT = "agency_default"


class LimitBasis(StrEnum):
    """Where a report's time comes from."""

    LAW = "law"
    WORKING_VALUE = "working_value"
    """The law says a word such as "promptly"; the hours are a setting."""
    AGENCY_DEFAULT = "agency_default"
    """The model standard's time, because no law sets one."""


class WhyNotLaw(StrEnum):
    """Why the model standard stands in for a state's law."""

    NOTHING_HELD = "nothing_held"
    NO_REPORT_DUTY = "no_report_duty"
    NOT_YET = "not_yet"
    IN_DOUBT = "in_doubt"
    ENDED = "ended"


@dataclass(frozen=True)
class Applied:
    """What holds for a witness's report of one day in one state."""

    provision: Provision
    """Whose duty to report it is: the state's, or the model standard."""
    basis: RuleBasis
    why: WhyNotLaw | None
    """None where the state's own law holds."""
    law: Provision | None
    """The state's provision in force on that day, also where it asks for no report."""
    state: str
    on: date
    limit: Limit
    limit_basis: LimitBasis
    starts: Starts


@dataclass(frozen=True)
class Library:
    """All packs, by the ways they are asked for."""

    by_id: Mapping[str, Provision]
    by_jurisdiction: Mapping[str, tuple[Provision, ...]]
    related: Mapping[str, tuple[RelatedText, ...]]
    places: Mapping[str, str]


@cache
def library() -> Library:
    """Read the packs. Raises PackError; called at the start, so that a broken pack stops the program."""
    packs = []
    for path in sorted(files("app.provisions").joinpath("packs").iterdir(), key=lambda each: each.name):
        if path.name.endswith(".json"):
            try:
                packs.append(Pack.model_validate_json(path.read_bytes()))
            except ValueError as error:
                raise PackError(f"{path.name}: {error}") from error
    provisions = [provision for pack in packs for provision in pack.provisions]
    by_id = {provision.id: provision for provision in provisions}
    if len(by_id) != len(provisions):
        raise PackError("two provisions have one name")
    if MODEL_ID not in by_id or by_id[MODEL_ID].instrument is not Instrument.MODEL_STANDARD:
        raise PackError(f"{MODEL_ID} is missing or no model standard")
    jurisdictions = {pack.jurisdiction: pack.place for pack in packs}
    held = Library(
        by_id=by_id,
        by_jurisdiction={j: tuple(p for p in provisions if p.jurisdiction == j) for j in jurisdictions},
        related={j: tuple(r for pack in packs if pack.jurisdiction == j for r in pack.related) for j in jurisdictions},
        places=jurisdictions,
    )
    for of_place in held.by_jurisdiction.values():
        refuse_overlap(of_place)
    return held


def refuse_overlap(provisions: Sequence[Provision]) -> None:
    """Raise PackError where two provisions of one place and instrument may be in force on one day."""
    for instrument in Instrument:
        dated = [(p.in_force_from, p) for p in provisions if p.instrument is instrument and p.in_force_from]
        for (_, earlier), (begins, later) in pairwise(sorted(dated, key=lambda each: each[0].first)):
            if earlier.in_force_until is None or earlier.in_force_until.last > begins.first:
                raise PackError(f"{earlier.id} and {later.id} overlap")


def provision(provision_id: str) -> Provision:
    """Raises UnknownProvision."""
    found = library().by_id.get(provision_id)
    if found is None:
        raise UnknownProvision
    return found


def jurisdiction(state: str) -> str:
    """ISO 3166-2 of a state as agencies write it: `CO` and `us-co` both give `US-CO`; `US` is the federation."""
    upper = state.strip().upper()
    return upper if upper == "US" or upper.startswith("US-") else f"US-{upper}"


def of_state(state: str) -> tuple[Provision, ...]:
    """All provisions of a state, whenever they are in force; none for a state we know nothing of."""
    return library().by_jurisdiction.get(jurisdiction(state), ())


def related(state: str) -> tuple[RelatedText, ...]:
    """Texts near the subject that put no duty on a witness, or are not known to be law."""
    return library().related.get(jurisdiction(state), ())


def standing(provision: Provision, on: date) -> Standing:
    """Whether it was in force on a day; IN_DOUBT where its dates are too coarse to say, or missing."""
    since, until = provision.in_force_from, provision.in_force_until
    if not provision.is_law:
        return Standing.BY_ADOPTION
    if since is None:
        return Standing.IN_DOUBT
    if on < since.first:
        return Standing.NOT_YET
    if until is not None and on >= until.last:
        return Standing.ENDED
    if on < since.last or (until is not None and on >= until.first):
        return Standing.IN_DOUBT
    return Standing.IN_FORCE


def in_force(state: str, on: date) -> Provision | None:
    """The state's provision that was in force on that day beyond doubt; of several, the one that began last."""
    begun = [
        (p.in_force_from.last, p.id, p)
        for p in of_state(state)
        if p.in_force_from and standing(p, on) is Standing.IN_FORCE
    ]
    return max(begun, key=lambda each: each[:2])[2] if begun else None


def report_provision(state: str, on: date) -> Applied:
    """What a witness's report owes on that day: the state's law, else the model standard as the agency's default.

    A law that asks for a report and sets no time takes the model's time, marked as not law. Incidents from before the
    agency used this service start no clock; that is for the caller to know.
    """
    law, model = in_force(state, on), provision(MODEL_ID)
    why = _why_not(state, on, law)
    rule = model if law is None or why is not None else law
    limit, starts = rule.report_limit, rule.report.starts
    if limit is not None and starts is not None and rule is not model:
        limit_basis = (
            LimitBasis.LAW if limit.is_counted or limit.unit is Unit.END_OF_SHIFT else LimitBasis.WORKING_VALUE
        )
    else:
        limit, starts, limit_basis = _model_time(model)
    basis = RuleBasis.AGENCY_DEFAULT if rule is model else RuleBasis.LAW
    return Applied(rule, basis, why, law, jurisdiction(state), on, limit, limit_basis, starts)


def report_due(
    applied: Applied,
    happened: datetime,
    zone: ZoneInfo,
    *,
    learned: datetime | None = None,
    shift_ends: datetime | None = None,
    tolled: Sequence[Tolling] = (),
    agency_hours: Mapping[Unit, int] = NONE_SET,
) -> Due:
    """When a witness's report is due. `learned` is when the witness saw or learned of it, if later than it happened.

    `agency_hours` are those in force on the day of the start (`working_values.hours_for`).
    """
    start = happened if applied.starts is Starts.INCIDENT or learned is None else max(happened, learned)
    return due(applied.limit, start, zone, shift_ends=shift_ends, tolled=tolled, agency_hours=agency_hours)


def _why_not(state: str, on: date, law: Provision | None) -> WhyNotLaw | None:
    if law is not None:
        return None if law.report.owed else WhyNotLaw.NO_REPORT_DUTY
    standings = {standing(p, on) for p in of_state(state)}
    for found, why in (
        (Standing.IN_DOUBT, WhyNotLaw.IN_DOUBT),
        (Standing.NOT_YET, WhyNotLaw.NOT_YET),
        (Standing.ENDED, WhyNotLaw.ENDED),
    ):
        if found in standings:
            return why
    return WhyNotLaw.NOTHING_HELD


def _model_time(model: Provision) -> tuple[Limit, Starts, LimitBasis]:
    if model.report_limit is None or model.report.starts is None:
        raise PackError(f"{model.id} sets no time for a report")
    return model.report_limit, model.report.starts, LimitBasis.AGENCY_DEFAULT
