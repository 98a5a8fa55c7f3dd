"""What the columns and values of an agency's force forms mean in our codes: a mapping file, read and checked.

The mapping that ships with the product knows the published New Jersey form, old and new spellings. An agency whose
records system writes other columns brings a file of the same form. A mapping that names an unknown field, list or code
is refused when it is read, not at row 40,000.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.incidents.codes import LISTS

NEW_JERSEY = Path(__file__).with_name("mapping_nj.json")
MAPPING_BYTES = 1024 * 1024
VALUES = 64
"""Most values of one cell; the lists are shorter."""

PLAIN_FIELDS = ("incident", "date", "place", "officer", "badge", "officer_name", "rank", "subject_count")
FLAG_FIELDS = (
    "in_uniform",
    "officer_injured",
    "other_officer_involved",
    "indoors",
    "subject_arrested",
    "subject_juvenile",
)
CODE_FIELDS: Mapping[str, str] = MappingProxyType({"subject_race": "race", "subject_gender": "gender"})
"""Fields of one value, with the list it comes from."""
CODES_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "encounter_types": "encounter_type",
        "contact_origins": "contact_origin",
        "location_types": "location_type",
        "subject_actions": "subject_action",
        "resistance": "resistance",
        "perceived_conditions": "perceived_condition",
        "force": "force",
        "subject_injuries": "injury",
        "subject_treatments": "treatment",
        "officer_injuries": "injury",
        "video": "video",
    }
)
"""Fields of several values, with the list they come from."""
FIELDS = frozenset({*PLAIN_FIELDS, *FLAG_FIELDS, *CODE_FIELDS, *CODES_FIELDS})
REQUIRED_FIELDS = ("incident", "date", "officer", "force")

DATE_FORM = re.compile(r"(?:%[YmdHMb]|[-/ .,:T])+")


class UnknownSpelling(Exception):
    """A value that the mapping does not know."""


class BadMapping(Exception):
    """A mapping file that does not fit; the message says where."""


@dataclass(frozen=True)
class FormMapping:
    """Columns by our field, spellings by our list; a spelling may mean "nothing stated" (no code)."""

    title: str
    separator: str
    dates: tuple[str, ...]
    """Forms of a date as `strptime` knows them, tried in order; which of day and month comes first is said here."""
    flags: Mapping[str, bool]
    columns: Mapping[str, str]
    spellings: Mapping[str, Mapping[str, str | None]]

    def flag(self, cell: str) -> bool:
        """Raises UnknownSpelling."""
        try:
            return self.flags[_plain(cell)]
        except KeyError:
            raise UnknownSpelling from None

    def code(self, codes: str, spelling: str) -> str | None:
        """Our code for a published spelling, whatever its case and spaces. Raises UnknownSpelling."""
        try:
            return self.spellings[codes][_plain(spelling)]
        except KeyError:
            raise UnknownSpelling from None

    def codes(self, codes: str, cell: str) -> tuple[str, ...]:
        """The codes of a cell with several values, each once, in the order given. Raises UnknownSpelling.

        A value may itself hold the separator ("Chokehold, Carotid artery restraint"): the longest known wins.
        """
        parts = cell.split(self.separator)
        if len(parts) > VALUES:
            raise UnknownSpelling
        found: dict[str, None] = {}
        while parts:
            code, used = self._longest(codes, parts)
            if code is not None:
                found[code] = None
            parts = parts[used:]
        return tuple(found)

    def _longest(self, codes: str, parts: list[str]) -> tuple[str | None, int]:
        known = self.spellings.get(codes, {})
        for used in range(len(parts), 0, -1):
            spelling = _plain(self.separator.join(parts[:used]))
            if spelling in known:
                return known[spelling], used
        raise UnknownSpelling


class _MappingFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    format: Literal["upstander-force-form-mapping/v1"]
    title: str
    source: str
    separator: str = Field(min_length=1, max_length=4)
    dates: list[str] = Field(min_length=1)
    flags: dict[str, bool]
    columns: dict[str, str]
    spellings: dict[str, dict[str, str | None]]


@cache
def new_jersey() -> FormMapping:
    """The mapping that ships with the product."""
    return read_mapping(NEW_JERSEY)


def read_mapping(path: Path) -> FormMapping:
    """Read and check a mapping file. Raises BadMapping with a sentence that says what does not fit."""
    try:
        with path.open("rb") as file:
            found = _MappingFile.model_validate_json(file.read(MAPPING_BYTES + 1))
    except OSError:
        raise BadMapping(f"{path.name} cannot be read") from None
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BadMapping(f"{path.name}: {where}: {first['msg']}") from None
    if fault := next(_faults(found), None):
        raise BadMapping(f"{path.name}: {fault}")
    return FormMapping(
        title=found.title,
        separator=found.separator,
        dates=tuple(found.dates),
        flags=MappingProxyType({_plain(spelling): flag for spelling, flag in found.flags.items()}),
        columns=MappingProxyType(found.columns),
        spellings=MappingProxyType(
            {
                codes: MappingProxyType({_plain(spelling): code for spelling, code in spelled.items()})
                for codes, spelled in found.spellings.items()
            }
        ),
    )


def _faults(found: _MappingFile) -> Iterator[str]:
    for field in REQUIRED_FIELDS:
        if field not in found.columns:
            yield f'columns: no column for "{field}"'
    for field in found.columns:
        if field not in FIELDS:
            yield f'columns: "{field}" is no field of a force form'
    for form in found.dates:
        if not DATE_FORM.fullmatch(form) or "%Y" not in form or "%d" not in form:
            yield f'dates: "{form}" is no form of a date to the day or closer, with a year of four digits'
    for codes, spelled in found.spellings.items():
        yield from _misspelt(codes, spelled)


def _misspelt(codes: str, spelled: Mapping[str, str | None]) -> Iterator[str]:
    if codes not in LISTS:
        yield f'spellings: "{codes}" is no list of codes'
        return
    for code in spelled.values():
        if code is not None and code not in LISTS[codes]:
            yield f'spellings: "{code}" is no code of {codes}'
    for spelling, times in Counter(map(_plain, spelled)).items():
        if times > 1:
            yield f'spellings: "{spelling}" stands twice in {codes}'


def _plain(spelling: str) -> str:
    return " ".join(spelling.split()).casefold()
