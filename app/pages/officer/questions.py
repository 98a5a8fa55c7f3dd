"""What a question is, and the answers to choose from. The questions themselves stand in `screens.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from app.incidents import codes
from app.incidents.codes import CodeList
from app.incidents.models import Precision, PresenceRole
from app.pages.fields import Option
from app.reports.models import StatementClass
from app.reports.schemas import Aid, Intervened, Known, Means, Saw, Worked
from app.words import N_


def always(answers: Mapping[str, Any]) -> bool:
    return True


class Kind(StrEnum):
    LINE = "line"
    AREA = "area"
    ONE = "one"
    MANY = "many"
    CHOICE = "choice"
    DAY = "day"
    CLOCK = "clock"
    """A time of day at the agency, typed."""


@dataclass(frozen=True)
class Ask:
    """One question. `name` is the field of the form and, but for times, the member of the report."""

    name: str
    says: str
    kind: Kind = Kind.LINE
    hint: str = ""
    options: tuple[Option, ...] = ()
    needed: str = ""
    """What to say when it stays open; empty where it may."""
    star: bool = True
    """Marked as needed; not so where one of several will do."""
    columns: bool = False
    rows: int = 5
    size: str = ""


@dataclass(frozen=True)
class Step:
    """One screen of an entry, where there may be several entries."""

    name: str
    title: str
    asks: tuple[Ask, ...]
    lead: str = ""
    only_if: Callable[[Mapping[str, Any]], bool] = always
    """Of the entry's answers so far."""


@dataclass(frozen=True)
class Each:
    """Words and screens for what there may be several of: officers, persons harmed, people told."""

    add: str
    item: str
    none: str
    most: int
    steps: tuple[Step, ...]
    fixed: tuple[tuple[str, str], ...] = ()
    """Members that every entry of this screen has."""

    def shown_to(self, entry: Mapping[str, Any]) -> list[Step]:
        return [step for step in self.steps if step.only_if(entry)]


@dataclass(frozen=True)
class Screen:
    """One question. `into` is the member of the report that its answers make; `each` says that there may be several."""

    name: str
    chapter: str
    title: str
    lead: str = ""
    asks: tuple[Ask, ...] = ()
    into: str = ""
    each: Each | None = None
    only_if: Callable[[Mapping[str, Any]], bool] = always
    """Of all answers so far: what does not arise is not asked, and not filed."""

    @cached_property
    def all_asks(self) -> tuple[Ask, ...]:
        return tuple(ask for step in self.each.steps for ask in step.asks) if self.each else self.asks

    @property
    def is_needed(self) -> bool:
        return any(ask.needed and ask.star for ask in self.asks) or self.name == "force"


def listed(table: CodeList) -> tuple[Option, ...]:
    return tuple(Option(code, table.label(code)) for code in table.codes)


PRECISION = {
    Precision.MINUTE: N_("To the minute, or nearly"),
    Precision.HOUR: N_("About that hour"),
    Precision.DAY: N_("Only the day"),
}
ROLES = {
    PresenceRole.USED_FORCE: N_("Used force"),
    PresenceRole.INTERVENED: N_("Stepped in"),
    PresenceRole.PRESENT: N_("Was there"),
    PresenceRole.SUPERVISED: N_("Supervised"),
    PresenceRole.ARRIVED_AFTER: N_("Arrived after the force"),
}
OWN_ROLES = {
    PresenceRole.PRESENT: N_("I was there"),
    PresenceRole.INTERVENED: N_("I stepped in"),
    PresenceRole.USED_FORCE: N_("I used force myself"),
    PresenceRole.SUPERVISED: N_("I supervised"),
    PresenceRole.ARRIVED_AFTER: N_("I arrived after the force"),
}
SAW = {
    Saw.ALL: N_("I saw all of it"),
    Saw.PART: N_("I saw part of it"),
    Saw.HEARD: N_("I heard it and did not see it"),
    Saw.DID_NOT_SEE: N_("I did not see it"),
    Saw.WAS_TOLD: N_("I was told about it"),
}
INTERVENED = {
    Intervened.YES: N_("Yes, I stepped in"),
    Intervened.TRIED: N_("I tried to"),
    Intervened.NO: N_("No"),
    Intervened.COULD_NOT_SAFELY: N_("I could not safely act"),
    Intervened.NO_TIME: N_("There was no time to act"),
    Intervened.NOT_PRESENT: N_("I was not there while it happened"),
}
MEANS = {
    Means.VERBAL: N_("By voice"),
    Means.PHYSICAL: N_("By hand"),
    Means.RADIO: N_("By radio"),
    Means.ORDER: N_("By an order"),
    Means.RECORDED: N_("By recording it"),
    Means.MEDICAL: N_("By giving aid"),
    Means.OTHER: N_("In another way"),
}
WORKED = {
    Worked.YES: N_("Yes, the force stopped"),
    Worked.PARTLY: N_("In part"),
    Worked.NO: N_("No"),
    Worked.UNKNOWN: N_("I do not know"),
}
KNOWN = {Known.YES: N_("Yes"), Known.NO: N_("No"), Known.UNKNOWN: N_("I do not know")}
YES_NO = {"yes": N_("Yes"), "no": N_("No"), "": N_("I would rather not say, or do not know")}
AID = {
    Aid.GIVEN: N_("Aid was given at the scene"),
    Aid.CALLED: N_("An ambulance was called"),
    Aid.GIVEN_AND_CALLED: N_("Both"),
    Aid.NOT_GIVEN: N_("Aid was needed and not given"),
    Aid.NOT_NEEDED: N_("No aid was needed"),
    Aid.UNKNOWN: N_("I do not know"),
}
STATEMENT = {
    StatementClass.DUTY_REPORT: N_("The law or policy asks me to report this"),
    StatementClass.COMPELLED: N_("I was ordered to make this statement"),
    StatementClass.VOLUNTARY: N_("I report this of my own will"),
}
AGES = {
    age: age for age in (N_("under 18"), "18-24", "25-34", "35-44", "45-54", "55-64", N_("65 or older"), N_("unknown"))
}

TIME_HINT = N_("For example 9:45 PM or 21:45. Leave it open if you do not know.")
FORCE_KINDS = Ask(
    "force", N_("Kinds of force"), Kind.MANY, N_("Tick all that you saw."), listed(codes.FORCE), columns=True
)
