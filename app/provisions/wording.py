"""Sentences that are put together here and translated where they are shown.

Knows no request and no language: a `Phrase` keeps the English source and what goes into its braces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from gettext import NullTranslations
from typing import NamedTuple

ENGLISH = NullTranslations()


class Plural(NamedTuple):
    one: str
    many: str


def NN_(one: str, many: str) -> Plural:  # noqa: N802 - read by extraction, as `NN_:1,2`
    """Mark a message that depends on a count `n`."""
    return Plural(one, many)


def show(value: object) -> str:
    """A value as English text; pages pass their own, which knows the reader's language."""
    if isinstance(value, datetime):
        return f"{value:%B} {value.day}, {value.year}, {value:%H:%M %Z}".rstrip()
    if isinstance(value, date):
        return f"{value:%A, %B} {value.day}, {value.year}"
    if isinstance(value, timedelta):
        hours, rest = divmod(int(value.total_seconds()), 3600)
        return f"{hours} h {rest // 60} min" if rest >= 60 else f"{hours} h"
    return str(value)


@dataclass(frozen=True)
class Phrase:
    """One sentence or part of one. Values may be phrases or tuples of them; a plural message needs the value `n`."""

    message: str | Plural
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, words: NullTranslations = ENGLISH, show: Callable[[object], str] = show) -> str:
        """The sentence in the language of `words` (`app.words.words_in`)."""
        if isinstance(self.message, Plural):
            count = self.values["n"]
            text = words.ngettext(self.message.one, self.message.many, count if isinstance(count, int) else 2)
        else:
            text = words.gettext(self.message)
        if not self.values:
            return text  # braces in a pack's own text are just braces
        return text.format(**{name: _said(value, words, show) for name, value in self.values.items()})


def _said(value: object, words: NullTranslations, show: Callable[[object], str]) -> str:
    if isinstance(value, Phrase):
        return value.said(words, show)
    if isinstance(value, tuple):
        return "; ".join(_said(each, words, show) for each in value)
    return show(value)
