"""From what was typed to a report and back: answers as typed, the report they make, and what is wrong with which.

Answers are kept as they were typed, also when they do not fit, so that nothing is lost between two screens. Whether
they fit is decided by the shapes of `reports/schemas.py` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from app.errors import Fault
from app.incidents.models import Precision
from app.pages.fields import CHOOSE, NO_DAY, OPEN, OTHERWISE, SAYS, day_of, says_of
from app.pages.guard import Form
from app.pages.officer.questions import Ask, Kind, Screen
from app.pages.officer.screens import BY_NAME, SCREENS, shown_to
from app.reports.models import StatementClass
from app.reports.schemas import ReportIn
from app.reports.warnings import WARNINGS
from app.words import N_

Typed = dict[str, Any]
"""Field -> text, or list of texts for boxes; an entry of several also has its `key`."""
Answers = dict[str, Any]
"""Screen -> Typed, or list of Typed where there may be several."""

DAY_PARTS = ("", "_day", "_year")
CLOCK = re.compile(r"(\d{1,2})(?:[:.h ]?(\d{2}))?\s*(?:([ap])\.?\s*m\.?)?", re.IGNORECASE)
YES_OR_NO = frozenset({"is_minor", "fears_retaliation"})
FOUND = ("officer_id", "found")
"""What the roster added to an officer's entry."""

NO_CLOCK = N_("Give a time such as 9:45 PM or 21:45, or leave it open")
CLOCK_OPEN = N_("Give the time, or say that you know only the day")


@dataclass(frozen=True)
class Wrong:
    """One thing to look at again: on which screen, in which entry of several, at which field."""

    screen: str
    field: str
    says: str
    key: str = ""


@dataclass
class Told:
    """The report that the answers make so far."""

    body: dict[str, Any] = field(default_factory=dict)
    wrongs: list[Wrong] = field(default_factory=list)

    def on(self, screen: str, key: str = "") -> list[Wrong]:
        return [wrong for wrong in self.wrongs if wrong.screen == screen and wrong.key == key]


def fields_of(ask: Ask) -> tuple[str, ...]:
    return tuple(ask.name + part for part in DAY_PARTS) if ask.kind is Kind.DAY else (ask.name,)


def read_typed(asks: Iterable[Ask], form: Form) -> Typed:
    """What was typed in answer to these, as it was typed."""
    typed: Typed = {}
    for ask in asks:
        for name in fields_of(ask):
            typed[name] = form.all(name) if ask.kind is Kind.MANY else form.one(name)
    return typed


def tidy(content: Mapping[str, Any]) -> Answers:
    """The answers in a draft, whoever wrote it: what is not of our shape is left out."""
    kept = content.get("answers")
    found = kept if isinstance(kept, dict) else {}
    answers: Answers = {}
    for screen in SCREENS:
        held = found.get(screen.name)
        if screen.each is None:
            answers[screen.name] = _tidy_typed(screen, held)
        else:
            entries = [_tidy_typed(screen, entry) for entry in held[:100]] if isinstance(held, list) else []
            answers[screen.name] = [entry for entry in entries if entry["key"]]
    return answers


def _tidy_typed(screen: Screen, held: Any) -> Typed:
    given = held if isinstance(held, dict) else {}
    typed: Typed = {}
    for ask in screen.all_asks:
        for name in fields_of(ask):
            value = given.get(name)
            if ask.kind is Kind.MANY:
                typed[name] = [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
            else:
                typed[name] = value if isinstance(value, str) else ""
    if screen.each is not None:
        for name in ("key", *FOUND):
            value = given.get(name)
            typed[name] = value if isinstance(value, str) else ""
    return typed


def tell(answers: Answers, zone: ZoneInfo) -> Told:
    """The report that these answers make, and all that is wrong with it but for the declaration."""
    told = Told()
    when = _when(answers["when"], zone, told)
    told.body = {"incident": when, "officers": [], "harmed": [], "notified": []}
    at = when.get("occurred_at")
    near = datetime.fromisoformat(at) if at else None
    _statement(answers["statement"], told)
    keys: dict[tuple[str, int], tuple[str, str]] = {}
    for screen in shown_to(answers):
        if screen.each is not None:
            for typed in answers[screen.name]:
                asks = [ask for step in screen.each.shown_to(typed) for ask in step.asks]
                entry = _members(screen, asks, typed, zone, near, told) | dict(screen.each.fixed)
                if typed["officer_id"]:
                    entry["officer_id"] = typed["officer_id"]
                if screen.into == "officers" and not entry.keys() & {"officer_id", "badge", "name"}:
                    told.wrongs.append(Wrong(screen.name, "badge", asks[0].needed, typed["key"]))
                keys[screen.into, len(told.body[screen.into])] = (screen.name, typed["key"])
                told.body[screen.into].append(entry)
        elif screen.name not in ("when", "statement", "cameras"):
            members = _members(screen, screen.asks, answers[screen.name], zone, near, told)
            within = told.body.setdefault(screen.into, {}) if screen.into else told.body
            within |= members
    told.body["cameras"] = _cameras(answers["cameras"])
    _judge(told, keys)
    return told


def _members(
    screen: Screen, asks: Iterable[Ask], typed: Typed, zone: ZoneInfo, near: datetime | None, told: Told
) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for ask in asks:
        value = typed[ask.name]
        if ask.kind is Kind.CLOCK:
            at = _near(ask, screen, typed, zone, near, told)
            if at is not None:
                members["at" if ask.name == "clock" else ask.name] = at
        elif ask.name in YES_OR_NO:
            members[ask.name] = {"yes": True, "no": False}.get(value)
        elif value.strip() if isinstance(value, str) else value:
            members[ask.name] = value
    return members


def _statement(typed: Typed, told: Told) -> None:
    warning = WARNINGS.get(typed["warning"])
    if warning is None:
        told.wrongs.append(Wrong("statement", "warning", BY_NAME["statement"].asks[0].needed))
    told.body["warning"] = warning.version if warning else ""
    told.body["statement_class"] = warning.statement_class if warning else StatementClass.VOLUNTARY


def _when(typed: Typed, zone: ZoneInfo, told: Told) -> dict[str, Any]:
    day, clock = day_of(typed["on_year"], typed["on"], typed["on_day"]), None
    try:
        clock = clock_of(typed["clock"])
    except ValueError:
        told.wrongs.append(Wrong("when", "clock", NO_CLOCK))
    precision = typed["precision"] or (Precision.MINUTE if clock else Precision.DAY)
    if day is None:
        is_open = not (typed["on"] or typed["on_day"].strip() or typed["on_year"].strip())
        told.wrongs.append(Wrong("when", "on", BY_NAME["when"].asks[0].needed if is_open else NO_DAY))
        return {}
    if clock is None and not typed["clock"].strip() and precision != Precision.DAY:
        told.wrongs.append(Wrong("when", "clock", CLOCK_OPEN))
    if clock is None or precision == Precision.DAY:
        clock = time.min
    return {"occurred_at": datetime.combine(day, clock, zone).isoformat(), "precision": precision}


def clock_of(text: str) -> time | None:
    """A time of day: `9:45 PM`, `21:45`, `2145`, `9 pm`; None for nothing. Raises ValueError for anything else."""
    if not text.strip():
        return None
    found = CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError("no time of day")
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of half a day")
        hour = hour % 12 + (12 if half == "p" else 0)
    elif found[2] is None:
        raise ValueError("an hour alone may be of morning or evening")
    return time(hour, minute)


def _near(ask: Ask, screen: Screen, typed: Typed, zone: ZoneInfo, near: datetime | None, told: Told) -> str | None:
    """The instant of a time of day that lies nearest to the incident: five past midnight may be the day after."""
    try:
        clock = clock_of(typed[ask.name])
    except ValueError:
        told.wrongs.append(Wrong(screen.name, ask.name, NO_CLOCK, typed.get("key", "")))
        return None
    if clock is None or near is None or not date.min.year < near.year < date.max.year:
        return None
    day = near.astimezone(zone).date()
    around = (datetime.combine(day + timedelta(days=n), clock, zone) for n in (-1, 0, 1))
    return min(around, key=lambda at: abs(at.astimezone(UTC) - near.astimezone(UTC))).isoformat()


def _cameras(typed: Typed) -> list[dict[str, str]]:
    return [{"kind": kind, "owner": typed["owner"]} for kind in typed["kinds"]]


def _judge(told: Told, keys: Mapping[tuple[str, int], tuple[str, str]]) -> None:
    try:
        ReportIn.model_validate({**told.body, "declares_accuracy": True})
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        known = {(wrong.screen, wrong.field, wrong.key) for wrong in told.wrongs}
        for each in found:
            wrong = _place(tuple(each["loc"]), each["type"], keys)
            if (wrong.screen, wrong.field, wrong.key) not in known:
                known.add((wrong.screen, wrong.field, wrong.key))
                told.wrongs.append(wrong)
    told.wrongs.sort(key=lambda wrong: ORDER.index((wrong.screen, wrong.field)))


def wrongs_of(faults: tuple[Fault, ...], answers: Answers) -> list[Wrong]:
    """Faults that an act found, at the questions they belong to."""
    keys: dict[tuple[str, int], tuple[str, str]] = {}
    for screen in shown_to(answers):
        for typed in answers[screen.name] if screen.each else ():
            count = sum(1 for into, _ in keys if into == screen.into)
            keys[screen.into, count] = (screen.name, typed["key"])
    return [_place(tuple(fault.pointer.strip("/").split("/")), fault.rule, keys) for fault in faults]


ORDER = [(screen.name, ask.name) for screen in SCREENS for ask in screen.all_asks]
FIELDS = {"occurred_at": "on", "at": "clock", "kind": "kinds", "officer_id": "badge", "statement_class": "warning"}
"""Members of the report that are asked for by another name."""
INTO = {screen.into for screen in SCREENS if screen.into} | {"cameras"}


def _place(loc: tuple[int | str, ...], rule: str, keys: Mapping[tuple[str, int], tuple[str, str]]) -> Wrong:
    """The question at which a member of the report stands."""
    steps = [str(step) for step in loc]
    head, rest = (steps[0] if steps else "warning"), steps[1:]
    entry = keys.get((head, int(rest[0]))) if rest and rest[0].isdigit() else None
    if rest and rest[0].isdigit():
        rest = rest[1:]
    member = (rest[0] if rest else head) if head in INTO else head
    screen, ask = _asked(head, FIELDS.get(member, member), entry[0] if entry else "")
    return Wrong(screen.name, ask.name, _says(ask, rule), entry[1] if entry else "")


def _asked(head: str, field_name: str, screen_name: str) -> tuple[Screen, Ask]:
    if screen_name:
        among = [BY_NAME[screen_name]]
    elif head == "cameras":
        among = [BY_NAME["cameras"]]
    else:
        into = head if head in INTO else ""
        among = [screen for screen in SCREENS if screen.into == into and screen.all_asks]
    for screen in among:
        for ask in screen.all_asks:
            if ask.name == field_name:
                return screen, ask
    last = among[0] if head in INTO else BY_NAME["narrative"]
    return last, last.all_asks[0]


def _says(ask: Ask, rule: str) -> str:
    if rule in SAYS or (rule in OPEN and ask.needed):
        return says_of(rule, ask.needed)
    return CHOOSE if ask.options else OTHERWISE
