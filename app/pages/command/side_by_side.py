"""Two revisions beside each other: which parts are the same, changed, new or gone, down to the words of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from app.cases.models import Element
from app.cases.schemas import AssessmentView
from app.findings.schemas import FindingView
from app.pages import labels
from app.pages.command import words
from app.provisions.packs import provision
from app.words import N_

Mark = Literal["same", "changed", "new", "gone"]
Kind = Literal["same", "gone", "new"]
MARKS: dict[Mark, str] = {
    "same": N_("as before"),
    "changed": N_("changed"),
    "new": N_("new"),
    "gone": N_("gone"),
}
WORDS = re.compile(r"\s+|\w+|[^\w\s]")
SENTENCES = re.compile(r"[^.!?\n]*[.!?\n]+\s*|[^.!?\n]+")
MOST_WORDS = 1500
"""Longer texts are compared sentence by sentence: word by word takes seconds there, and tells a reader less."""

ALIKE = 0.6
"""Of texts that share less than this, each is shown whole: single words in common tell a reader nothing."""


@dataclass(frozen=True)
class Run:
    """A stretch of text that stands in both revisions, or in one."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Row:
    """One part of a record in both revisions."""

    about: str
    says: str
    mark: Mark
    before: tuple[Run, ...]
    now: tuple[Run, ...]


def row(says: str, before: str, now: str, about: str = "") -> Row:
    old, new = _runs(before, now)
    return Row(about, says, _mark(before, now), old, new)


def _mark(before: str, now: str) -> Mark:
    if before == now:
        return "same"
    if not before:
        return "new"
    return "changed" if now else "gone"


def _runs(before: str, now: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    pieces = [WORDS.findall(text) for text in (before, now)]
    if max(map(len, pieces)) > MOST_WORDS:
        pieces = [SENTENCES.findall(text) for text in (before, now)]
    one, other = pieces
    compared = SequenceMatcher(None, one, other, autojunk=False)
    if compared.ratio() < ALIKE:
        return _whole("gone", before), _whole("new", now)
    old: list[Run] = []
    new: list[Run] = []
    for what, a, b, c, d in compared.get_opcodes():
        kinds: tuple[Kind, Kind] = ("same", "same") if what == "equal" else ("gone", "new")
        if a != b:
            old.append(Run(kinds[0], "".join(one[a:b])))
        if c != d:
            new.append(Run(kinds[1], "".join(other[c:d])))
    return tuple(old), tuple(new)


def _whole(kind: Kind, text: str) -> tuple[Run, ...]:
    return (Run(kind, text),) if text else ()


@dataclass(frozen=True)
class Naming:
    """How codes and ids are written for one reader."""

    t: Callable[[str], str]
    things: dict[str, str]
    """Id of what is cited -> what it is."""

    def cited(self, ids: Iterable[Any]) -> str:
        return "\n".join(self.things.get(str(each), self.t(N_("something of this case"))) for each in ids)


def finding_rows(before: FindingView, now: FindingView, naming: Naming) -> list[Row]:
    t = naming.t
    pairs: Sequence[tuple[str, Callable[[FindingView], str]]] = (
        (N_("Disposition"), lambda f: t(labels.DISPOSITIONS[f.disposition])),
        (N_("Standard of proof"), lambda f: t(labels.PROOFS[f.proof])),
        (N_("Provision"), lambda f: "; ".join(provision(f.provision_id).citations)),
        (N_("Rationale"), lambda f: f.rationale),
        (N_("Why it was not completed"), lambda f: f.not_completed_because or ""),
        (N_("Rests on"), lambda f: naming.cited(each.id for each in f.grounds)),
    )
    rows = [row(says, of(before), of(now)) for says, of in pairs]
    return [each for each in rows if each.before or each.now]


def assessment_rows(before: AssessmentView, now: AssessmentView, naming: Naming) -> list[Row]:
    rows = []
    for element, says in words.ELEMENTS.items():
        for part, part_says in words.ELEMENT_PARTS.items():
            old, new = (_part(each, element, part, naming) for each in (before, now))
            rows.append(row(part_says, old, new, says))
    for part, part_says in words.REPORTED_PARTS.items():
        old, new = (_reported(each, part, naming) for each in (before, now))
        rows.append(row(part_says, old, new, words.DID_THEY_REPORT))
    return [each for each in rows if each.before or each.now]


def _part(of: AssessmentView, element: Element, part: str, naming: Naming) -> str:
    value = of.elements[element][part]
    if part == "answer":
        return naming.t(words.ELEMENT_ANSWERS[value]) if value else ""
    return naming.cited(value) if part == "evidence" else str(value)


def _reported(of: AssessmentView, part: str, naming: Naming) -> str:
    value = of.reported[part]
    return naming.t(labels.REPORTED[value]) if part == "answer" and value else str(value or "")
