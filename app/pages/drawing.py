"""Pictures drawn by the service itself: from data to SVG, every text escaped, every value told in words as well.

Knows no case and no language: whoever draws passes words that are translated already. Shapes tell kinds apart, filled
and hollow tell facts from claims; colour carries nothing. Only presentation attributes, for the strict policy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from markupsafe import Markup

WIDTH, LEFT, RIGHT = 960, 190, 30
TOP, ROW, FOOT = 34, 40, 12
APART = 26
"""Marks nearer to each other than this would cover each other; the later goes one row down."""
STEPS = tuple(timedelta(seconds=n) for n in (1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200))
TICKS_MOST = 8
NAME_CHARACTERS = 24

Clock = Callable[[datetime, bool], str]
"""A time of day in words, to the second where asked."""

SHAPES = {
    "circle": Markup('<circle cx="{x}" cy="{y}" r="8"'),
    "square": Markup('<rect x="{x0}" y="{y0}" width="15" height="15"'),
    "triangle": Markup('<polygon points="{x},{y1} {x2},{y2} {x1},{y2}"'),
    "down": Markup('<polygon points="{x1},{y1} {x2},{y1} {x},{y2}"'),
    "diamond": Markup('<polygon points="{x},{y1} {x2},{y} {x},{y2} {x1},{y}"'),
    "bar": Markup('<rect x="{x3}" y="{y1}" width="6" height="20"'),
    "hexagon": Markup('<polygon points="{x1},{y} {x4},{y1} {x5},{y1} {x2},{y} {x5},{y2} {x4},{y2}"'),
}


@dataclass(frozen=True)
class Moment:
    """One mark: its number is that of its row in the table beside the picture."""

    number: int
    at: datetime
    shape: str
    is_claim: bool
    says: str
    """The whole of it in words, for those who hear the picture."""


@dataclass(frozen=True)
class Lane:
    """One officer."""

    name: str
    moments: tuple[Moment, ...]


def symbol(shape: str, is_claim: bool) -> Markup:
    """One shape alone, to stand before its meaning in a key."""
    return Markup('<svg class="symbol" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">{}</svg>').format(
        _shape(shape, 12, 12, is_claim)
    )


def timeline(lanes: Sequence[Lane], clock: Clock, title: str, name: str = "scene") -> Markup:
    """All lanes over one axis of time. Empty where there is no moment; ids begin with `name`."""
    times = sorted(moment.at for lane in lanes for moment in lane.moments)
    if not times:
        return Markup("")
    axis = _Axis.over(times[0], times[-1])
    top, drawn = TOP, []
    for lane in lanes:
        rows = _rows(lane, axis)
        height = ROW * max(1, max((row for row, _ in rows), default=0) + 1)
        drawn.append(_lane(lane, rows, axis, top, height))
        top += height
    total = top + FOOT
    told = " ".join(
        f"{lane.name}: {'; '.join(moment.says for moment in lane.moments)}." for lane in lanes if lane.moments
    )
    return Markup(
        '<svg class="drawing" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        'aria-labelledby="{n}-title {n}-desc" xmlns="http://www.w3.org/2000/svg" font-size="14" fill="currentColor">'
        '<title id="{n}-title">{title}</title><desc id="{n}-desc">{told}</desc>{ticks}{lanes}</svg>'
    ).format(
        w=WIDTH, h=total, n=name, title=title, told=told, ticks=_ticks(axis, clock, total), lanes=Markup("").join(drawn)
    )


@dataclass(frozen=True)
class _Axis:
    start: datetime
    end: datetime
    step: timedelta

    @classmethod
    def over(cls, first: datetime, last: datetime) -> _Axis:
        span = max(last - first, timedelta(seconds=30))
        step = next((each for each in STEPS if span / each <= TICKS_MOST), span / TICKS_MOST)
        return cls(first - span * 0.04, last + span * 0.04 if last > first else first + span, step)

    def x(self, at: datetime) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * ((at - self.start) / (self.end - self.start)), 1)

    def ticks(self) -> list[datetime]:
        seconds = self.step.total_seconds()
        first = datetime.fromtimestamp(-(-self.start.timestamp() // seconds) * seconds, self.start.tzinfo)
        count = int((self.end - first) / self.step) + 1
        return [first + self.step * n for n in range(max(count, 0))]


def _rows(lane: Lane, axis: _Axis) -> list[tuple[int, Moment]]:
    """Each moment with its row inside the lane, the first free one."""
    ends: list[float] = []
    placed = []
    for moment in sorted(lane.moments, key=lambda each: each.at):
        x = axis.x(moment.at)
        row = next((n for n, end in enumerate(ends) if x - end >= APART), len(ends))
        ends[row:] = [x, *ends[row + 1 :]]
        placed.append((row, moment))
    return placed


def _ticks(axis: _Axis, clock: Clock, total: int) -> Markup:
    line = Markup(
        '<line x1="{x}" x2="{x}" y1="{a}" y2="{b}" stroke="currentColor" stroke-opacity="0.25"/>'
        '<text x="{x}" y="16" text-anchor="middle">{says}</text>'
    )
    to_the_second = axis.step < timedelta(minutes=1)
    return Markup("").join(
        line.format(x=axis.x(at), a=TOP - 10, b=total - FOOT, says=clock(at, to_the_second)) for at in axis.ticks()
    )


def _lane(lane: Lane, rows: Sequence[tuple[int, Moment]], axis: _Axis, top: int, height: int) -> Markup:
    name = lane.name if len(lane.name) <= NAME_CHARACTERS else lane.name[: NAME_CHARACTERS - 1] + "…"
    head = Markup(
        '<line x1="0" x2="{w}" y1="{y}" y2="{y}" stroke="currentColor" stroke-opacity="0.4"/>'
        '<text x="0" y="{text}" font-weight="700">{name}</text>'
    ).format(w=WIDTH, y=top, text=top + 25, name=name)
    lines = []
    for (row, one), (other, two) in pairwise(rows):
        if row == other == 0:
            y = top + ROW // 2
            lines.append(
                Markup('<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" stroke-opacity="0.5"/>').format(
                    axis.x(one.at), axis.x(two.at), y, y
                )
            )
    marks = [_moment(moment, axis.x(moment.at), top + ROW * row + ROW // 2) for row, moment in rows]
    return head + Markup("").join(lines) + Markup("").join(marks)


def _moment(moment: Moment, x: float, y: float) -> Markup:
    return Markup('<g>{}<text x="{}" y="{}" font-size="12">{}</text></g>').format(
        _shape(moment.shape, x, y, moment.is_claim), x + 10, y - 6, moment.number
    )


def _shape(shape: str, x: float, y: float, is_claim: bool) -> Markup:
    at = {"x": x, "y": y, "x0": x - 7.5, "y0": y - 7.5, "x1": x - 9, "x2": x + 9, "y1": y - 9, "y2": y + 9}
    opened = SHAPES[shape].format(**at, x3=x - 3, x4=x - 4.5, x5=x + 4.5)
    inside = "none" if is_claim else "currentColor"
    return opened + Markup(' fill="{}" stroke="currentColor" stroke-width="2"/>').format(inside)
