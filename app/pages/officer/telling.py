"""A report told back: the questions with their answers, for review, for its author and for those who work the case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.incidents.models import Precision
from app.pages.officer.questions import BY_NAME, PRECISION, SCREENS, STATEMENT, YES_NO, Ask, Kind, Screen
from app.pages.shell import Shown
from app.words import N_

Words = Callable[[str], str]
WHEN = N_("When")
TITLES = {"officers": ("name", "badge"), "harmed": ("name", "description"), "notified": ("who",)}
"""Members that name an entry, so they are not told again below it."""


@dataclass(frozen=True)
class Row:
    says: str
    values: tuple[str, ...]


@dataclass
class Section:
    """One screen's answers; `entries` where there may be several."""

    screen: str
    title: str
    rows: list[Row] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return not self.rows and not self.entries


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

    def sections(self, content: Mapping[str, Any]) -> list[Section]:
        return [self._section(screen, content) for screen in SCREENS if screen.asks]

    def _section(self, screen: Screen, content: Mapping[str, Any]) -> Section:
        section = Section(screen.name, screen.title)
        if screen.each is not None:
            section.entries = [self._entry(screen, entry) for entry in _entries(screen, content)]
        elif screen.name == "statement":
            if content.get("warning"):
                section.rows = [Row(screen.asks[0].says, (self.t(STATEMENT[content["statement_class"]]),))]
        elif screen.name == "cameras":
            section.rows = self._cameras(content.get("cameras") or [])
        else:
            members = content.get(screen.into) if screen.into else content
            section.rows = self._rows(screen, members or {})
        return section

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
                rows.append(Row(WHEN if ask.kind is Kind.DAY else ask.says, values))
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
            rows.append(Row(kinds.says, tuple(labels.get(camera["kind"], camera["kind"]) for camera in cameras)))
        if owners := tuple(dict.fromkeys(camera["owner"] for camera in cameras if camera.get("owner"))):
            rows.append(Row(owner.says, owners))
        return rows


def _entries(screen: Screen, content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The entries of a screen: of the officers, those who used force or the others."""
    entries = list(content.get(screen.into) or [])
    if screen.into != "officers":
        return entries
    forced = screen.name == "force"
    return [entry for entry in entries if (entry.get("role") == "used_force") is forced]
