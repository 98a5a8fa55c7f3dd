"""The timeline of the scene: drawn for each officer, with its table, and marks entered on evidence."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from fastapi import APIRouter, Depends, Response
from markupsafe import Markup
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.access.rights import Right
from app.cases import marks
from app.cases.models import Case, Exactness, MarkKind
from app.cases.rules import GATE, WORKED
from app.cases.scene import Scene, scene_of
from app.cases.schemas import SceneMarkIn, SceneMarkView, SceneView
from app.errors import NotFound, Validation
from app.http.route import Act, Transaction
from app.incidents.models import Precision
from app.pages.desk.cited import Citable, citable
from app.pages.desk.doors import Seen, Worked
from app.pages.desk.people import names_in
from app.pages.desk.wrong import in_words
from app.pages.drawing import Lane, Moment, symbol, timeline
from app.pages.fields import Option, options
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.proceedings.scene import read_scene
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

KINDS = {
    MarkKind.ARRIVAL: N_("Arrived"),
    MarkKind.FIRST_SIGHT: N_("First saw it"),
    MarkKind.FIRST_FORCE: N_("Used force for the first time"),
    MarkKind.ACT: N_("Did something"),
    MarkKind.INTERVENTION: N_("Stepped in"),
    MarkKind.LAST_FORCE: N_("Used force for the last time"),
    MarkKind.DEPARTURE: N_("Left"),
}
CLAIMS = {
    MarkKind.ARRIVAL: N_("Says they arrived"),
    MarkKind.FIRST_SIGHT: N_("Says they first saw it"),
    MarkKind.LAST_FORCE: N_("Says the last force was used"),
}
SHAPES = {
    MarkKind.ARRIVAL: "triangle",
    MarkKind.FIRST_SIGHT: "circle",
    MarkKind.FIRST_FORCE: "square",
    MarkKind.ACT: "diamond",
    MarkKind.INTERVENTION: "hexagon",
    MarkKind.LAST_FORCE: "bar",
    MarkKind.DEPARTURE: "down",
}
EXACTNESS = {
    Exactness.SECOND: N_("To the second"),
    Exactness.MINUTE: N_("To the minute"),
    Exactness.ABOUT: N_("About then"),
}
TITLE = N_("The scene by the clock, a row for each officer")
ABOUT = N_("about %(time)s")
SPOKEN = N_("%(number)s, %(time)s: %(what)s")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?:([ap])\.?\s*m\.?)?", re.IGNORECASE)
NO_CLOCK = N_("Give a time such as 9:45 PM, 9:45:10 PM or 21:45:10")
NEEDED = {
    "officer_id": N_("Choose the officer whose moment it is"),
    "kind": N_("Choose what happened then"),
    "at": NO_CLOCK,
    "says": N_("Say what was done"),
    "source_id": N_("Choose the evidence that shows it"),
    "place": N_("Say where in the evidence it stands"),
    "reason": N_("Say why the earlier entry is superseded"),
}


@dataclass(frozen=True)
class Row:
    """One moment as the table tells it; the number stands in the drawing as well."""

    number: int
    officer: str
    clock: str
    what: str
    says: str
    is_claim: bool
    source: Citable | None
    place: str
    mark: SceneMarkView | None = None
    because: str = ""
    """Why it was superseded."""


@dataclass(frozen=True)
class Drawn:
    """The picture, what its shapes mean, its table, and what was superseded."""

    svg: Markup
    key: tuple[tuple[Markup, str], ...]
    rows: tuple[Row, ...]
    old: tuple[Row, ...]


def drawn(page: Page, scene: SceneView, names: Mapping[uuid.UUID, str], cited: list[Citable]) -> Drawn:
    """Rows in order of time, a lane for each officer of the case."""
    sources = {each.id: each for each in cited}
    standing = [mark for mark in scene.marks if mark.superseded_by is None]
    both: list[Any] = sorted([*standing, *scene.claims], key=lambda each: each.at)
    rows = [_row(page, n, each, names, sources) for n, each in enumerate(both, 1)]
    lanes = [
        Lane(
            name,
            tuple(
                Moment(row.number, each.at, SHAPES[each.kind], row.is_claim, _spoken(page, row))
                for row, each in zip(rows, both, strict=True)
                if each.officer_id == officer_id
            ),
        )
        for officer_id, name in names.items()
    ]
    why = {mark.supersedes_id: mark.reason for mark in scene.marks}
    old = [
        replace(_row(page, 0, mark, names, sources), because=why[mark.id]) for mark in scene.marks if mark.superseded_by
    ]
    picture = timeline(lanes, page.shown.clock, page.t(TITLE))
    facts, claims = {mark.kind for mark in standing}, {claim.kind for claim in scene.claims}
    key = [(symbol(SHAPES[kind], False), page.t(KINDS[kind])) for kind in MarkKind if kind in facts]
    key += [(symbol(SHAPES[kind], True), page.t(CLAIMS[kind])) for kind in MarkKind if kind in claims]
    return Drawn(picture, tuple(key), tuple(rows), tuple(old))


def _row(page: Page, number: int, each: Any, names: Mapping[uuid.UUID, str], sources: Mapping[uuid.UUID, Any]) -> Row:
    mark = each if isinstance(each, SceneMarkView) else None
    exactness = mark.exactness if mark else Exactness.SECOND if each.at.second else Exactness.MINUTE
    clock = page.shown.clock(each.at, exactness is Exactness.SECOND)
    return Row(
        number,
        names.get(each.officer_id, ""),
        page.t(ABOUT) % {"time": clock} if exactness is Exactness.ABOUT else clock,
        page.t(KINDS[each.kind] if mark else CLAIMS[each.kind]),
        mark.says if mark else "",
        mark is None,
        sources.get(mark.source_id if mark else each.report_id),
        mark.place if mark else "",
        mark,
    )


def _spoken(page: Page, row: Row) -> str:
    what = f"{row.what}: {row.says}" if row.says else row.what
    return page.t(SPOKEN) % {"number": row.number, "time": row.clock, "what": what}


async def drawn_of(
    page: Page, tx: AsyncSession, held: Granted[Case], names: Mapping[uuid.UUID, str], cited: list[Citable]
) -> Drawn:
    """The scene as this reader may see it; reading it is an entry."""
    return drawn(page, await read_scene(tx, held), names, cited)


@router.get("/cases/{case_id}/scene")
async def scene(page: OpenPage, held: Seen, tx: Transaction) -> Response:
    """The drawing, its table, and what was superseded."""
    case = held.record
    may = await GATE.held(tx, held.actor, case.id)
    names = await names_in(page, tx, case)
    return page.show(
        "desk/scene.html",
        case_id=case.id,
        drawn=await drawn_of(page, tx, held, names, await citable(tx, page, case)),
        may_mark=Right.WORK in may and case.state in WORKED,
        done=page.request.query_params.get("done", ""),
    )


@router.get("/cases/{case_id}/scene/new")
async def ask_mark(page: OpenPage, held: Worked, tx: Transaction) -> Response:
    """A new moment, or one that takes the place of an earlier one."""
    return await _form_page(page, tx, held, page.request.query_params.get("supersedes", ""))


async def _form_page(
    page: Page,
    tx: AsyncSession,
    held: Granted[Case],
    supersedes: str,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    case = held.record
    names, incident = await names_in(page, tx, case), await scene_of(tx, case)
    view, cited = await read_scene(tx, held), await citable(tx, page, case)
    earlier = next((mark for mark in view.marks if str(mark.id) == supersedes), None)
    if supersedes and earlier is None:
        raise NotFound
    return page.show(
        "desk/scene_new.html",
        422 if errors else 200,
        case_id=case.id,
        earlier=_row(page, 0, earlier, names, {each.id: each for each in cited}) if earlier else None,
        day=incident.day,
        officers=[Option(str(officer_id), name) for officer_id, name in names.items()],
        kinds=options(KINDS),
        exactness=options(EXACTNESS),
        sources=cited,
        typed={name: form.one(name) for name in FIELDS} if form else _filled(page, earlier),
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


FIELDS = ("officer_id", "kind", "at", "exactness", "says", "source_id", "place", "supersedes_id", "reason")


def _filled(page: Page, earlier: SceneMarkView | None) -> dict[str, str]:
    """The fields as they begin: as the entry stands that is superseded, else empty."""
    if earlier is None:
        return dict.fromkeys(FIELDS, "") | {"exactness": Exactness.MINUTE.value}
    filled = {name: str(getattr(earlier, name)) for name in FIELDS if name not in ("at", "supersedes_id", "reason")}
    return filled | {"at": page.shown.clock(earlier.at, True), "supersedes_id": str(earlier.id), "reason": ""}


@router.post("/cases/{case_id}/scene")
async def enter_mark(page: OpenPage, held: Worked, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Enter a moment on its evidence; it is never edited."""
    given: dict[str, Any] = {name: form.one(name) for name in FIELDS}
    given["at"] = _instant(page, await scene_of(tx, held.record), given["at"]) or ""
    given["supersedes_id"] = given["supersedes_id"] or None
    supersedes = form.one("supersedes_id")
    try:
        await marks.enter(tx, held, SceneMarkIn.model_validate(given))
    except (ValidationError, Validation) as refused:
        wrong = in_words(refused, NEEDED, "kind")
        if not given["at"]:
            wrong["at"] = NO_CLOCK
        return await _form_page(page, tx, held, supersedes, form, wrong)
    except marks.MarkSuperseded as refused:
        return await _form_page(page, tx, held, supersedes, form, {"reason": refused.title()})
    return go(f"/cases/{held.record.id}/scene?done=scene.marked")


def _instant(page: Page, scene: Scene, typed: str) -> str | None:
    """A time of day as the instant nearest to the incident; on its day where only that is known."""
    found = CLOCK.fullmatch(typed.strip())
    if found is None:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    near, zone = scene.incident.occurred_at, page.shown.zone
    spread = (0,) if scene.incident.precision is Precision.DAY else (-1, 0, 1)
    around = [datetime.combine(scene.day + timedelta(n), time(hour, minute, second), zone) for n in spread]
    return min(around, key=lambda at: abs(at - near)).isoformat()
