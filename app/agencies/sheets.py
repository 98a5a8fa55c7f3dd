"""CSV files as agencies send them: read row by row, refused with row, column and reason, never with a crash.

What is taken is narrow on purpose (S42): UTF-8 without byte order mark, one header row with unique names, no cell that
a spreadsheet would run as a formula, no invisible characters. Rows are counted as a spreadsheet shows them: the header
is row 1, blank lines count. Whoever reads a sheet for a purpose gives its own refusals with the same `Refusal`.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO

from app.words import N_

LINE_BYTES = 64 * 1024
"""Far above any honest row; keeps a file without line ends from being read into memory."""
CELL_CHARACTERS = 2000
ROWS = 1_000_000
"""A state's four years of force forms are 72,743 rows."""
INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Co", "Cn"})
FORMULA_STARTS = ("=", "+", "-", "@")
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class Reason(StrEnum):
    """Why a file, a row or a cell is refused."""

    BYTE_ORDER_MARK = "byte_order_mark"
    ENCODING = "encoding"
    QUOTES = "quotes"
    LINE_TOO_LONG = "line_too_long"
    EMPTY = "empty"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_REFUSALS = "too_many_refusals"
    COLUMN_UNNAMED = "column_unnamed"
    COLUMN_TWICE = "column_twice"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_MISSING = "column_missing"
    CELL_COUNT = "cell_count"
    CELL_TOO_LONG = "cell_too_long"
    FORMULA = "formula"
    INVISIBLE_CHARACTER = "invisible_character"
    REQUIRED = "required"
    DATE = "date"
    DATE_TOO_EARLY = "date_too_early"
    DATE_IN_FUTURE = "date_in_future"
    FLAG = "flag"
    NUMBER = "number"
    SPELLING = "spelling"
    ONE_VALUE = "one_value"


SENTENCES = {
    Reason.BYTE_ORDER_MARK: N_("The file begins with a byte order mark. Save it as plain UTF-8."),
    Reason.ENCODING: N_("This is not UTF-8. Save the file as UTF-8."),
    Reason.QUOTES: N_("The quotation marks do not close, so columns cannot be told apart."),
    Reason.LINE_TOO_LONG: N_("The line is longer than 65,536 bytes."),
    Reason.EMPTY: N_("The file has no header row."),
    Reason.TOO_MANY_ROWS: N_("The file has more than 1,000,000 rows. Split it."),
    Reason.TOO_MANY_REFUSALS: N_("Reading stopped here: too many refusals."),
    Reason.COLUMN_UNNAMED: N_("A column has no name."),
    Reason.COLUMN_TWICE: N_("Two columns have this name."),
    Reason.COLUMN_UNKNOWN: N_("Nothing says what this column means."),
    Reason.COLUMN_MISSING: N_("This column is needed and missing."),
    Reason.CELL_COUNT: N_("The row has more or fewer cells than the header."),
    Reason.CELL_TOO_LONG: N_("The cell is too long."),
    Reason.FORMULA: N_("A spreadsheet would run this cell as a formula."),
    Reason.INVISIBLE_CHARACTER: N_("The cell holds an invisible or control character."),
    Reason.REQUIRED: N_("This cell may not be empty."),
    Reason.DATE: N_("This is not a date in the expected form."),
    Reason.DATE_TOO_EARLY: N_("The date is before 1900."),
    Reason.DATE_IN_FUTURE: N_("The date is in the future."),
    Reason.FLAG: N_("This is neither yes nor no in the expected form."),
    Reason.NUMBER: N_("This is not a whole number in the expected range."),
    Reason.SPELLING: N_("Nothing says what this value means."),
    Reason.ONE_VALUE: N_("Only one value may stand here."),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row is not taken. Without a column it is the row, or the file from that row on, that is refused."""

    row: int
    column: str | None
    reason: Reason

    @property
    def sentence(self) -> str:
        """English source text, to be translated where it is shown."""
        return SENTENCES[self.reason]


@dataclass(frozen=True, slots=True)
class Row:
    """A row whose cells are safe to look at: stripped, in Unicode form C, by column name."""

    number: int
    cells: dict[str, str]


class _Stop(Exception):
    """The file cannot be read on from here."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason


@dataclass(frozen=True)
class Columns:
    """The columns a reader knows; any other is refused, because a column nobody reads is a fact nobody sees."""

    known: frozenset[str]
    required: frozenset[str] = field(default_factory=frozenset)


def read_sheet(source: BinaryIO, columns: Columns) -> Iterator[Row | Refusal]:
    """Rows in the order of the file; holds one row at a time. After a refused header no row follows."""
    number = 0
    try:
        rows = csv.reader(_lines(source), strict=True)
        names = [_tidy(name) for name in next(rows, [])]
        number = 1
        refused = list(_refused_names(names, columns))
        yield from refused
        if refused:
            return
        for cells in rows:
            number += 1
            if number > ROWS:
                yield Refusal(number, None, Reason.TOO_MANY_ROWS)
                return
            if any(cells):
                yield from _read_row(number, names, cells)
    except _Stop as stop:
        yield Refusal(number + 1, None, stop.reason)
    except csv.Error:
        yield Refusal(number + 1, None, Reason.QUOTES)


def _lines(source: BinaryIO) -> Iterator[str]:
    raw = source.readline(LINE_BYTES + 1)
    if raw.startswith(BYTE_ORDER_MARKS):
        raise _Stop(Reason.BYTE_ORDER_MARK)
    while raw:
        if len(raw) > LINE_BYTES:
            raise _Stop(Reason.LINE_TOO_LONG)
        try:
            yield raw.decode("utf-8")
        except UnicodeDecodeError:
            raise _Stop(Reason.ENCODING) from None
        raw = source.readline(LINE_BYTES + 1)


def _refused_names(names: Sequence[str], columns: Columns) -> Iterator[Refusal]:
    if not any(names):
        yield Refusal(1, None, Reason.EMPTY)
        return
    seen: set[str] = set()
    for name in names:
        if reason := _reason_against(name):
            yield Refusal(1, None, reason)
        elif not name:
            yield Refusal(1, None, Reason.COLUMN_UNNAMED)
        elif name in seen:
            yield Refusal(1, name, Reason.COLUMN_TWICE)
        elif name not in columns.known:
            yield Refusal(1, name, Reason.COLUMN_UNKNOWN)
        seen.add(name)
    for name in sorted(columns.required - seen):
        yield Refusal(1, name, Reason.COLUMN_MISSING)


def _read_row(number: int, names: Sequence[str], cells: Sequence[str]) -> Iterator[Row | Refusal]:
    if len(cells) != len(names):
        yield Refusal(number, None, Reason.CELL_COUNT)
        return
    tidy = dict(zip(names, map(_tidy, cells), strict=True))
    refused = [Refusal(number, name, reason) for name, cell in tidy.items() if (reason := _reason_against(cell))]
    if refused:
        yield from refused
    else:
        yield Row(number, tidy)


def _tidy(cell: str) -> str:
    return cell.strip(" ") if cell.isascii() else unicodedata.normalize("NFC", cell).strip()


def _reason_against(cell: str) -> Reason | None:
    if len(cell) > CELL_CHARACTERS:
        return Reason.CELL_TOO_LONG
    if not (cell.isascii() and cell.isprintable()) and any(unicodedata.category(c) in INVISIBLE for c in cell):
        return Reason.INVISIBLE_CHARACTER
    if cell.startswith(FORMULA_STARTS):
        return Reason.FORMULA
    return None
