"""What all forms share: choices, days, and the words for a rule that was broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.words import N_

NO_DAY = N_("Give a day that exists: month, day and year")
OPEN = frozenset({"missing", "empty", "nobody", "too_short", "string_too_short"})
SAYS = {
    "future": N_("This must not be in the future"),
    "time_range": N_("This is too long ago to be right"),
    "string_too_long": N_("This is too long: 200 characters fit here, 20,000 into a large field"),
    "too_long": N_("These are too many"),
    "characters": N_("This holds a character that cannot be kept; type it anew"),
    "unknown": N_("This officer is not on the roster"),
}
NOT_DECLARED = N_("Declare that this is your own account")
CHOOSE = N_("Choose one of the answers")
OTHERWISE = N_("This does not fit; look at it again")


@dataclass(frozen=True)
class Option:
    code: str
    says: str
    hint: str = ""


def options(labels: Mapping[Any, str]) -> tuple[Option, ...]:
    return tuple(Option(code, says) for code, says in labels.items())


def day_of(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        return None


def says_of(rule: str, needed: str) -> str:
    """A rule that was broken, in words; `needed` where nothing was given."""
    return needed if rule in OPEN else SAYS.get(rule, OTHERWISE)
