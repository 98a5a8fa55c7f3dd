"""What was refused, as words beside the fields of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from app.errors import Validation
from app.pages.fields import says_of


def faults_in(refused: ValidationError | Validation) -> Iterable[tuple[str, str]]:
    """Where (the members' names joined by `/`; the rule's own name where the whole does not fit) and which rule."""
    if isinstance(refused, Validation):
        return [(fault.pointer.removeprefix("/"), fault.rule) for fault in refused.errors]
    return [
        ("/".join(str(part) for part in each["loc"]) or str(each["type"]), str(each["type"]))
        for each in refused.errors(include_input=False)
    ]


def in_words(refused: ValidationError | Validation, needed: Mapping[str, str], other: str) -> dict[str, str]:
    """Field -> what is wrong, `needed` saying what to give in each; faults of no field stand under `other`."""
    wrong: dict[str, str] = {}
    for place, rule in faults_in(refused):
        field = place.split("/")[0]
        name = field if field in needed else other
        wrong.setdefault(name, needed[name] if rule in ("enum", "uuid_parsing") else says_of(rule, needed[name]))
    return wrong
