"""A report told back: the questions with their answers, for review, for its author and for those who work the case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.incidents.models import Precision
from app.pages.officer.questions import PRECISION, STATEMENT, YES_NO, Ask, Kind, Screen
from app.pages.officer.screens import BY_NAME
from app.pages.shell import Shown
from app.words import N_

Words = Callable[[str], str]
WHEN = N_("When")
TITLES = {"officers": ("name", "badge"), "harmed": ("name", "description"), "notified": ("who",)}
"""Members that name an entry, so they are not told again below it."""


TOPICS = (
    (N_("How the statement came about"), ("statement",)),
    (N_("When and where"), ("when", "where", "encounter")),
    (N_("Who used force"), ("force",)),
    (N_("Who else was there"), ("present",)),
    (N_("Who was harmed"), ("harmed",)),
    (N_("What was seen and heard"), ("view", "vantage", "heard", "times")),
    (N_("The author's own part"), ("part", "own_force", "acts", "how", "worked", "why_not")),
    (N_("Aid"), ("aid", "aid_given", "officer_care")),
    (N_("Cameras"), ("cameras",)),
    (N_("Who was told"), ("told",)),
    (N_("Earlier reports"), ("earlier",)),
    (N_("Fear of retaliation"), ("retaliation", "fear")),
    (N_("The account"), ("narrative",)),
)
"""A form asks one thing at a time; who reads wants it together."""


@dataclass(frozen=True)
class Row:
    says: str
    values: tuple[str, ...]
    screen: str = ""
    """Where it was asked; a row without values stands for a screen that was left open."""


@dataclass
class Section:
    """The answers to one topic; `entries` where there may be several."""

    screen: str
    """The first screen of the topic."""
    title: str
    rows: list[Row] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return not self.entries and not any(row.values for row in self.rows)


@dataclass(frozen=True)
class Entry:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Teller:
    """Tells a report's content (the JSON of `ReportIn`, whole or in part) in one reader's language and zone."""

    shown: Shown
    t: Words
    roster: Mapping[str, str] = field(default_factory=dict)
    """Officer id -> name and badge, where the roster was asked."""

    def sections(self, content: Mapping[str, Any], asked: Iterable[str] = ()) -> list[Section]:
        """By topic; the screens of `asked` have a row also where they are open."""
        also = frozenset(asked)
        return [self._section(title, names, content, also) for title, names in TOPICS]

    def _section(
        self, title: str, names: tuple[str, ...], content: Mapping[str, Any], asked: frozenset[str]
    ) -> Section:
        section = Section(names[0], title)
        for name in names:
            screen = BY_NAME[name]
            if screen.each is not None:
                section.entries = [self._entry(screen, entry) for entry in _entries(screen, content)]
                continue
            rows = self._rows_of(screen, content)
            section.rows += rows or ([Row(screen.title, (), name)] if name in asked else [])
        return section

    def _rows_of(self, screen: Screen, content: Mapping[str, Any]) -> list[Row]:
        if screen.name == "statement":
            if not content.get("warning"):
                return []
            return [Row(screen.asks[0].says, (self.t(STATEMENT[content["statement_class"]]),), screen.name)]
        if screen.name == "cameras":
            return self._cameras(content.get("cameras") or [])
        members = content.get(screen.into) if screen.into else content
        return self._rows(screen, members or {})

    def _entry(self, screen: Screen, entry: Mapping[str, Any]) -> Entry:
        known = self.roster.get(str(entry.get("officer_id") or ""), "")
        titles = TITLES[screen.into]
        said = [str(entry[name]) for name in titles if entry.get(name)]
        rest = {name: value for name, value in entry.items() if known or name not in titles}
        return Entry(known or ", ".join(said), tuple(self._rows(screen, rest)))

    def _rows(self, screen: Screen, members: Mapping[str, Any]) -> list[Row]:
        rows = []
        for ask in screen.all_asks:
            values = self._when(members) if ask.kind is Kind.DAY else self._values(ask, members)
            if values:
                rows.append(Row(WHEN if ask.kind is Kind.DAY else ask.says, values, screen.name))
        return rows

    def _when(self, members: Mapping[str, Any]) -> tuple[str, ...]:
        if not members.get("occurred_at"):
            return ()
        at = datetime.fromisoformat(members["occurred_at"])
        if members.get("precision") == Precision.DAY:
            return (self.shown.day(at.astimezone(self.shown.zone).date()),)
        return (self.shown.value(at),)

    def _values(self, ask: Ask, members: Mapping[str, Any]) -> tuple[str, ...]:
        if ask.name == "precision":
            value = members.get("precision")
            return (self.t(PRECISION[Precision(value)]),) if value in set(Precision) else ()
        value = members.get("at" if ask.name == "clock" else ask.name)
        if value is None or value in ("", []):
            return ()
        if ask.kind is Kind.CLOCK:
            return (self.shown.value(datetime.fromisoformat(value)),)
        if isinstance(value, bool):
            return (self.t(YES_NO["yes" if value else "no"]),)
        labels = {option.code: self.t(option.says) for option in ask.options}
        return tuple(labels.get(str(each), str(each)) for each in (value if isinstance(value, list) else [value]))

    def _cameras(self, cameras: list[Mapping[str, Any]]) -> list[Row]:
        kinds, owner = BY_NAME["cameras"].asks
        labels = {option.code: self.t(option.says) for option in kinds.options}
        rows = []
        if cameras:
            rows.append(
                Row(kinds.says, tuple(labels.get(camera["kind"], camera["kind"]) for camera in cameras), "cameras")
            )
        if owners := tuple(dict.fromkeys(camera["owner"] for camera in cameras if camera.get("owner"))):
            rows.append(Row(owner.says, owners, "cameras"))
        return rows


def _entries(screen: Screen, content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The entries of a screen: of the officers, those who used force or the others."""
    entries = list(content.get(screen.into) or [])
    if screen.into != "officers":
        return entries
    forced = screen.name == "force"
    return [entry for entry in entries if (entry.get("role") == "used_force") is forced]
