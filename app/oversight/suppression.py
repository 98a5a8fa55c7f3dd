"""What of a count may be shown, so that no small figure is told or can be worked out (S13). Pure functions.

A figure under LEAST is not shown. So that neither a total nor a knowledge of this rule gives it away, the smallest of
the others is hidden with it, and all that equal that one. Then among what is hidden there is always a small figure and
one that is not, and exchanging any two of them would be shown in the same way: of no hidden figure can it be told what
it is, nor even whether it is small. Zero counts as small: that nobody was ever found at fault is a figure about few
people too.

Tables are trees (a total, its parts, the parts of a part that is shown), never crossed: a column's total beside the
rows' totals would be a second equation about the same figures.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

LEAST = 10
"""S13."""

K = TypeVar("K", bound=Hashable)
P = TypeVar("P", bound=Hashable)


@dataclass(frozen=True)
class Counted(Generic[K]):
    """A total and its parts as they may be shown; None is not shown."""

    total: int | None
    parts: dict[K, int | None]


def suppress(counts: Mapping[K, int], least: int = LEAST) -> Counted[K]:
    """The counts without those that are small or would give a small one away; a small total hides all."""
    total = sum(counts.values())
    if total < least:
        return Counted(None, dict.fromkeys(counts))
    enough = [count for count in counts.values() if count >= least]
    if len(enough) == len(counts):
        return Counted(total, dict(counts))
    most_hidden = min(enough, default=total)
    return Counted(total, {key: count if count > most_hidden else None for key, count in counts.items()})


def suppress_tree(
    counts: Mapping[K, Mapping[P, int]], least: int = LEAST
) -> tuple[Counted[K], dict[K, Counted[P] | None]]:
    """As `suppress`, for parts with parts of their own: those of a part that is not shown are not shown at all."""
    upper = suppress({key: sum(parts.values()) for key, parts in counts.items()}, least)
    lower = {key: None if upper.parts[key] is None else suppress(parts, least) for key, parts in counts.items()}
    return upper, lower
