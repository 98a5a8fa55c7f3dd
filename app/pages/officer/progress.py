"""How far a draft is: of each question whether it is answered, left open, needed, or to be looked at again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.pages.officer.answers import Answers, Told
from app.pages.officer.questions import Screen
from app.pages.officer.screens import CHAPTERS, REVIEW, shown_to
from app.words import N_


class Stand(StrEnum):
    ANSWERED = "answered"
    AGAIN = "again"
    NEEDED = "needed"
    OPEN = "open"
    TO_READ = "to_read"


SAYS = {
    Stand.ANSWERED: N_("Answered"),
    Stand.AGAIN: N_("Look at it again"),
    Stand.NEEDED: N_("Needs an answer"),
    Stand.OPEN: N_("May stay open"),
    Stand.TO_READ: N_("To read"),
}


@dataclass(frozen=True)
class Line:
    screen: str
    title: str
    href: str
    stand: Stand
    count: int = 0
    """How many there are, where there may be several."""

    @property
    def says(self) -> str:
        return SAYS[self.stand]


@dataclass(frozen=True)
class Progress:
    chapters: tuple[tuple[str, tuple[Line, ...]], ...]

    @property
    def lines(self) -> list[Line]:
        return [line for _, lines in self.chapters for line in lines if line.stand is not Stand.TO_READ]

    def count(self, stand: str) -> int:
        return sum(line.stand == stand for line in self.lines)

    def next_needed(self, besides: str = "") -> Line | None:
        """The first question without which the report cannot be filed."""
        wanted = (Stand.NEEDED, Stand.AGAIN)
        return next((line for line in self.lines if line.stand in wanted and line.screen != besides), None)


def progress(answers: Answers, told: Told, at: str) -> Progress:
    wrong = {each.screen for each in told.wrongs}
    lines = [(screen, _line(screen, answers, wrong, at)) for screen in shown_to(answers)]
    return Progress(
        tuple(
            (chapter, tuple(line for screen, line in lines if screen.chapter == chapter))
            for chapter in CHAPTERS
            if chapter != REVIEW
        )
    )


def _line(screen: Screen, answers: Answers, wrong: set[str], at: str) -> Line:
    held = answers[screen.name]
    count = len(held) if screen.each else 0
    return Line(screen.name, screen.title, f"{at}/{screen.name}", _stand(screen, held, screen.name in wrong), count)


def _stand(screen: Screen, held: Any, is_wrong: bool) -> Stand:
    if not screen.all_asks:
        return Stand.TO_READ
    has_words = bool(held) if screen.each else is_typed(held.values())
    if is_wrong:
        return Stand.AGAIN if has_words else Stand.NEEDED
    return Stand.ANSWERED if has_words else Stand.OPEN


def is_typed(values: Iterable[Any]) -> bool:
    return any(value.strip() if isinstance(value, str) else value for value in values)
