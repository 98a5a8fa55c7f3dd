"""Small force forms of our own: a header and rows in the columns of the shipped mapping."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from app.incidents.force_forms import read_forms
from app.incidents.mapping import FormMapping, new_jersey
from app.incidents.scenes import Gathered, gather
from tests.shared import shared_folder

TODAY = date(2026, 1, 31)

HEADER = [
    "incident",
    "date",
    "county",
    "officer",
    "officer_rank_as_entered",
    "in_uniform",
    "officer_injured",
    "other_officer_involved",
    "encounter_type",
    "contact_origin",
    "location_type",
    "indoors",
    "subject_count",
    "subject_arrested",
    "subject_race",
    "subject_gender",
    "subject_juvenile",
    "subject_action",
    "subject_resistance",
    "perceived_condition",
    "force_type",
    "subject_injury",
    "subject_treatment",
    "officer_injury",
    "video",
]

FORM = {
    "incident": "T-1",
    "date": "2025-03-09",
    "county": "Example County",
    "officer": "O1",
    "officer_rank_as_entered": "Officer",
    "subject_count": "1",
    "force_type": "Used arms/hands",
}


def row(**cells: str) -> dict[str, str]:
    return {**FORM, **cells}


def sheet(*rows: dict[str, str], header: list[str] | None = None) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, header or HEADER, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def with_badges() -> FormMapping:
    """The shipped mapping and two columns more, `badge` and `name`."""
    return replace(new_jersey(), columns={**new_jersey().columns, "badge": "badge", "officer_name": "name"})


def gathered(content: bytes | BinaryIO, mapping: FormMapping | None = None) -> Gathered:
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    return gather(read_forms(source, mapping or new_jersey(), today=TODAY))


def real_incidents() -> Path:
    """The 400 real incidents, for tests marked `needs_shared`."""
    folder = shared_folder()
    assert folder is not None
    return folder / "domain" / "data" / "nj-multi-officer-incidents-sample.csv"


def real_codes() -> Path:
    """Every published code value with its count, for tests marked `needs_shared`."""
    folder = shared_folder()
    assert folder is not None
    return folder / "domain" / "data" / "nj-force-codes.csv"
