"""How often each value occurs on real force forms: the weights of the demo's seeded generator.

Figures with their source, counted over all forms and incidents; no form, officer or incident can be told from them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).with_name("frequencies.json")

Counts = Mapping[str, int]
"""How often by value, most frequent first: `random.choices(list(counts), list(counts.values()))` draws with them."""


@cache
def of_forms() -> Mapping[str, Counts]:
    """By field, how many of the 72,743 forms of four years carry each code."""
    return _read("forms")


@cache
def of_incidents() -> Mapping[str, Counts]:
    """By fact (users of force, ranks, injury ...), how many of 400 incidents with several users of force show it."""
    return _read("incidents")


def _read(part: str) -> Mapping[str, Counts]:
    values: dict[str, dict[str, int]] = json.loads(FILE.read_text("utf-8"))[part]["values"]
    return MappingProxyType({field: MappingProxyType(counts) for field, counts in values.items()})
