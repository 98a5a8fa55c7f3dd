"""Officers' force forms as an agency has them, read from a CSV file into our codes.

A form is what one officer wrote about their own use of force. It says nothing about whether the force was lawful, and
it names users of force only: who else stood there is not on it. Nothing here touches a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, BinaryIO, TypeVar

from pydantic import TypeAdapter

from app.agencies.models import Rank
from app.agencies.sheets import Columns, Reason, Refusal, Row, read_sheet
from app.incidents.mapping import CODE_FIELDS, CODES_FIELDS, REQUIRED_FIELDS, FormMapping, UnknownSpelling
from app.incidents.models import Precision

T = TypeVar("T")

FIRST_YEAR = 1900
"""S42; earlier dates are typing errors."""
MOST_SUBJECTS = 1000
NAME_CHARACTERS = 120
NUMBER_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class When:
    """A date as precise as the form gives it; a time, if given, is the agency's local time."""

    day: date
    at: time | None = None
    precision: Precision = Precision.DAY

    def __str__(self) -> str:
        return self.day.isoformat() if self.at is None else f"{self.day.isoformat()}T{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Form:
    """One officer's force form in our codes. None and the empty tuple mean that the form does not say."""

    row: int
    incident: str
    when: When
    officer: str
    force: tuple[str, ...]
    place: str = ""
    badge: str = ""
    officer_name: str = ""
    rank: Rank = Rank.NOT_GIVEN
    rank_as_entered: str = ""
    subject_count: int | None = None
    in_uniform: bool | None = None
    officer_injured: bool | None = None
    other_officer_involved: bool | None = None
    indoors: bool | None = None
    subject_arrested: bool | None = None
    subject_juvenile: bool | None = None
    subject_race: str | None = None
    subject_gender: str | None = None
    encounter_types: tuple[str, ...] = ()
    contact_origins: tuple[str, ...] = ()
    location_types: tuple[str, ...] = ()
    subject_actions: tuple[str, ...] = ()
    resistance: tuple[str, ...] = ()
    perceived_conditions: tuple[str, ...] = ()
    subject_injuries: tuple[str, ...] = ()
    subject_treatments: tuple[str, ...] = ()
    officer_injuries: tuple[str, ...] = ()
    video: tuple[str, ...] = ()

    @property
    def who(self) -> str:
        """What tells this officer from the others of the incident."""
        return self.badge or self.officer


_FORM = TypeAdapter(Form)


def write_form(form: Form) -> dict[str, Any]:
    """What the form says, as JSON; neither where it stood nor what it does not say."""
    said: dict[str, Any] = _FORM.dump_python(form, mode="json", exclude={"row", "incident"}, exclude_defaults=True)
    return said


def form_from(said: Mapping[str, Any], *, incident: str, row: int) -> Form:
    """The form that was written so."""
    return _FORM.validate_python({**said, "incident": incident, "row": row})


def read_forms(source: BinaryIO, mapping: FormMapping, *, today: date) -> Iterator[Form | Refusal]:
    """Forms in the order of the file, one row held at a time; a row with a fault gives refusals and no form.

    `today` is the agency's: a form about tomorrow is refused (S32).
    """
    columns = mapping.columns
    known = Columns(known=frozenset(columns.values()), required=frozenset(columns[field] for field in REQUIRED_FIELDS))
    for row in read_sheet(source, known):
        if isinstance(row, Refusal):
            yield row
        else:
            yield from _read_form(row, mapping, today)


class _Refused(Exception):
    def __init__(self, reason: Reason) -> None:
        self.reason = reason


class _Cells:
    """The cells of one row by our field; what cannot be read is noted and reading goes on."""

    def __init__(self, row: Row, mapping: FormMapping) -> None:
        self.row = row
        self.mapping = mapping
        self.refused: list[Refusal] = []

    def read(self, field: str, reader: Callable[[str], T], absent: T) -> T:
        column = self.mapping.columns.get(field)
        text = self.row.cells.get(column, "") if column else ""
        try:
            if text:
                return reader(text)
            if field in REQUIRED_FIELDS:
                raise _Refused(Reason.REQUIRED)
        except _Refused as no:
            self.refused.append(Refusal(self.row.number, column, no.reason))
        except UnknownSpelling:
            self.refused.append(Refusal(self.row.number, column, Reason.SPELLING))
        return absent

    def text(self, field: str, most_characters: int = NAME_CHARACTERS) -> str:
        def reader(text: str) -> str:
            if len(text) > most_characters:
                raise _Refused(Reason.CELL_TOO_LONG)
            return text

        return self.read(field, reader, "")

    def flag(self, field: str) -> bool | None:
        def reader(text: str) -> bool:
            try:
                return self.mapping.flag(text)
            except UnknownSpelling:
                raise _Refused(Reason.FLAG) from None

        return self.read(field, reader, None)

    def code(self, field: str) -> str | None:
        return self.read(field, lambda text: self.mapping.code(CODE_FIELDS[field], text), None)

    def codes(self, field: str) -> tuple[str, ...]:
        return self.read(field, lambda text: self.mapping.codes(CODES_FIELDS[field], text), ())


def _read_form(row: Row, mapping: FormMapping, today: date) -> Iterator[Form | Refusal]:
    cells = _Cells(row, mapping)
    form = Form(
        row=row.number,
        incident=cells.text("incident", NUMBER_CHARACTERS),
        when=cells.read("date", lambda text: _when(text, mapping, today), When(today)),
        place=cells.text("place"),
        officer=cells.text("officer"),
        badge=cells.text("badge", NUMBER_CHARACTERS),
        officer_name=cells.text("officer_name"),
        rank=cells.read("rank", lambda text: _rank(text, mapping), Rank.NOT_GIVEN),
        rank_as_entered=cells.text("rank"),
        subject_count=cells.read("subject_count", _subjects, None),
        in_uniform=cells.flag("in_uniform"),
        officer_injured=cells.flag("officer_injured"),
        other_officer_involved=cells.flag("other_officer_involved"),
        indoors=cells.flag("indoors"),
        subject_arrested=cells.flag("subject_arrested"),
        subject_juvenile=cells.flag("subject_juvenile"),
        subject_race=cells.code("subject_race"),
        subject_gender=cells.code("subject_gender"),
        encounter_types=cells.codes("encounter_types"),
        contact_origins=cells.codes("contact_origins"),
        location_types=cells.codes("location_types"),
        subject_actions=cells.codes("subject_actions"),
        resistance=cells.codes("resistance"),
        perceived_conditions=cells.codes("perceived_conditions"),
        force=cells.codes("force"),
        subject_injuries=cells.codes("subject_injuries"),
        subject_treatments=cells.codes("subject_treatments"),
        officer_injuries=cells.codes("officer_injuries"),
        video=cells.codes("video"),
    )
    if not form.force and not cells.refused:
        cells.refused.append(Refusal(row.number, mapping.columns["force"], Reason.REQUIRED))
    if cells.refused:
        yield from cells.refused
    else:
        yield form


def _rank(text: str, mapping: FormMapping) -> Rank:
    """Ranks are free text at their source: an unlisted one is `other`, and the form keeps the word as entered."""
    try:
        return Rank(mapping.code("rank", text) or Rank.NOT_GIVEN)
    except UnknownSpelling:
        return Rank.OTHER


def _subjects(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4) or int(text) > MOST_SUBJECTS:
        raise _Refused(Reason.NUMBER)
    return int(text)


def _when(text: str, mapping: FormMapping, today: date) -> When:
    for form in mapping.dates:
        try:
            found = datetime.strptime(text, form)  # noqa: DTZ007 - the agency's local time; its zone is applied later
        except ValueError:
            continue
        if found.year < FIRST_YEAR:
            raise _Refused(Reason.DATE_TOO_EARLY)
        if found.date() > today:
            raise _Refused(Reason.DATE_IN_FUTURE)
        if "%H" not in form:
            return When(found.date())
        return When(found.date(), found.time(), Precision.MINUTE if "%M" in form else Precision.HOUR)
    raise _Refused(Reason.DATE)
