"""A report's facts beside those that its incident has from elsewhere, row by row."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.incidents.models import Precision
from app.pages.officer.questions import ROLES
from app.pages.shell import Page
from app.proceedings.schemas import CaseView, OfficerHere, ReportInCase
from app.words import N_

WITHHELD = N_("withheld from your office")
UNNAMED = N_("someone not named or described")


@dataclass(frozen=True)
class Fact:
    """One row: what the report says, and what stands beside it."""

    says: str
    here: tuple[str, ...]
    there: tuple[str, ...]

    @property
    def shared(self) -> frozenset[str]:
        """What both sides say alike."""
        return frozenset(self.here) & frozenset(self.there)


def beside(page: Page, case: CaseView, report_id: uuid.UUID) -> list[Fact]:
    """Nothing that is withheld from the reader in the case is told here: both sides come from the case view."""
    report = next(each for each in case.reports if each.id == report_id)
    others = [each for each in case.reports if each.id != report_id]
    content = report.content or {}
    scene = content.get("incident") or {}
    event = case.incident
    return [
        Fact(
            N_("When"),
            _or_withheld(page, report, _when(page, scene.get("occurred_at"), scene.get("precision"))),
            _when(page, event.occurred_at, event.precision),
        ),
        Fact(
            N_("Where"),
            _or_withheld(page, report, _some(scene.get("place"))),
            _each(event.place, *(_scene(other).get("place") for other in others)),
        ),
        Fact(
            N_("Incident number of the agency"),
            _or_withheld(page, report, _some(scene.get("agency_number"))),
            _some(event.agency_number),
        ),
        Fact(N_("Officers who used force"), *_officers(page, case, report, forced=True)),
        Fact(N_("Officers who were there"), *_officers(page, case, report, forced=False)),
        Fact(
            N_("Persons harmed"),
            _or_withheld(page, report, _harmed(page, [report])),
            _harmed(page, others),
        ),
        Fact(N_("Told by"), (_told_by(page, report),), tuple(_told_by(page, other) for other in others)),
    ]


def _or_withheld(page: Page, report: ReportInCase, said: tuple[str, ...]) -> tuple[str, ...]:
    return (page.t(WITHHELD),) if report.withheld else said


def _some(value: Any) -> tuple[str, ...]:
    return (str(value),) if value else ()


def _each(*values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values if value))


def _scene(report: ReportInCase) -> dict[str, Any]:
    scene: dict[str, Any] = (report.content or {}).get("incident") or {}
    return scene


def _when(page: Page, at: Any, precision: Any) -> tuple[str, ...]:
    if not at:
        return ()
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    if precision == Precision.DAY:
        return (page.shown.day(moment.astimezone(page.shown.zone).date()),)
    return (page.shown.value(moment),)


def _told_by(page: Page, report: ReportInCase) -> str:
    return page.t(N_("%(author)s, filed %(at)s")) % {
        "author": report.author,
        "at": page.shown.value(report.filed_at),
    }


def _harmed(page: Page, reports: Iterable[ReportInCase]) -> tuple[str, ...]:
    return _each(
        *(
            person["name"] or person["description"] or page.t(UNNAMED)
            for report in reports
            for person in (report.content or {}).get("harmed") or []
        )
    )


def _officers(
    page: Page, case: CaseView, report: ReportInCase, *, forced: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those on the roster by this report, with those it only describes; and those there from elsewhere."""
    here, there = [], []
    for officer in case.roster:
        for entry in officer.entries:
            if (entry.role == "used_force") is not forced:
                continue
            name = _name(page, officer, "" if forced else page.t(ROLES[entry.role]))
            here += [name] if entry.source_id == report.id or _names(report, officer, entry.role) else []
            there += [name] if entry.source_id != report.id else []
    unknown = page.t(N_("not identified yet"))
    strange = [
        f"{each.name or each.badge} ({unknown})"
        for each in case.unidentified
        if each.report_id == report.id and (each.role == "used_force") is forced
    ]
    return _each(*here, *strange), _each(*there)


def _names(report: ReportInCase, officer: OfficerHere, role: str) -> bool:
    """Whether this report names the officer too: an entry of the roster keeps the first report that did."""
    officers = (report.content or {}).get("officers") or []
    return any(
        each["role"] == role and (each["officer_id"] == str(officer.officer_id) or each["badge"] == officer.badge != "")
        for each in officers
    )


def _name(page: Page, officer: OfficerHere, part: str) -> str:
    known = f"{officer.name}, {page.t(N_('badge'))} {officer.badge}" if officer.badge else officer.name
    return f"{known} ({part})" if part else known
