"""Search over what one may see: cases, people on their rosters, words of reports. All through the gates.

A walled case and an absent one give the same answer, since neither is ever among the rows that are compared. Compelled
statements are compared for those alone who may read them, and so is the fear of retaliation (S12): what is derived from
a text stands in its compartment.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import ColumnElement, Subquery, and_, exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor, Role
from app.access.rights import Right
from app.agencies.keeping import Rate
from app.agencies.models import Account, Posting
from app.agencies.rates import take_turn
from app.audit.log import record
from app.cases.models import Case, State
from app.cases.rules import GATE
from app.http.text import View
from app.incidents.models import Incident, Precision, Presence
from app.proceedings.view import SEES_COMPELLED, SEES_FEAR
from app.reports.models import FilingNumber, Report, StatementClass, Supplement
from app.reports.rules import GATE as REPORTS

CHARACTERS = (2, 100)
WORDS_MOST = 8
HITS_MOST = 20
"""Of each kind: whoever finds more says more."""
AROUND = 70
"""Characters shown on either side of a word that was found."""
WORD = re.compile(r"[^\W_]+")
TEXTS: tuple[tuple[str, ...], ...] = (
    ("narrative",),
    ("aid_words",),
    ("officer_care",),
    ("earlier_reports",),
    ("incident", "place"),
    ("incident", "agency_number"),
    *(("officers", name) for name in ("name", "badge", "did")),
    *(("harmed", name) for name in ("name", "description", "charges")),
    *(("own_view", name) for name in ("vantage", "blocked_by", "words_said")),
    *(("own_acts", name) for name in ("acts", "why_not", "result")),
    ("cameras", "owner"),
    ("notified", "who"),
    ("notified", "how"),
)
"""What `told_words` in the database takes from a report; fear of retaliation stands apart."""


class CaseHit(View):
    case_id: uuid.UUID
    number: str | None
    state: State
    occurred_at: datetime
    precision: Precision
    agency_number: str | None = Field(description="none for the board")
    place: str | None = Field(description="none for the board")


class PersonHit(View):
    """An officer on the roster of a case."""

    officer_id: uuid.UUID
    name: str
    badge: str
    case_id: uuid.UUID
    number: str | None


class ReportHit(View):
    """A report in a case."""

    report_id: uuid.UUID
    filing_number: int
    author: str
    filed_at: datetime
    case_id: uuid.UUID
    number: str | None
    excerpt: str


class OwnReportHit(View):
    """One of the asker's own reports."""

    report_id: uuid.UUID
    locator: str
    filed_at: datetime
    excerpt: str


class SearchView(View):
    cases: list[CaseHit]
    people: list[PersonHit]
    reports: list[ReportHit]
    own_reports: list[OwnReportHit]
    is_cut: bool = Field(description="more was found of some kind than the 20 that are shown")


def words_of(asked: str) -> list[str]:
    return list(dict.fromkeys(WORD.findall(asked.lower())))[:WORDS_MOST]


async def search(tx: AsyncSession, actor: Actor, asked: str, key: str) -> SearchView:
    """Every word has to be found, as the beginning of a word or, in numbers and names, as a part.

    The entry carries the words under a secret key, never as they are. Raises RateLimited.
    """
    await take_turn(tx, actor, Rate.SEARCH)
    words = words_of(asked)
    cases = await _cases(tx, actor, words) if words else []
    people = await _people(tx, actor, words) if words else []
    reports = await _reports(tx, actor, words) if words else []
    own = await _own_reports(tx, actor, words) if words else []
    found = SearchView(
        cases=cases[:HITS_MOST],
        people=people[:HITS_MOST],
        reports=reports[:HITS_MOST],
        own_reports=own[:HITS_MOST],
        is_cut=any(len(each) > HITS_MOST for each in (cases, people, reports, own)),
    )
    ids = [each.case_id for each in found.cases] + [each.case_id for each in found.people]
    ids += [each.report_id for each in found.reports] + [each.report_id for each in found.own_reports]
    for hit in found.reports:
        record(tx, "report.read", ("report", hit.report_id), case_id=hit.case_id, fields=["excerpt"])
    terms = [_hidden(key, actor.agency_id, word) for word in words]
    record(tx, "search.made", ("agency", actor.agency_id), terms=terms, ids=list(dict.fromkeys(ids)), count=len(ids))
    return found


def _hidden(key: str, agency_id: uuid.UUID, word: str) -> str:
    """The same word of the same agency gives the same mark, and none can be guessed without the server's secret."""
    return hmac.new(key.encode(), b"search\0" + agency_id.bytes + word.encode(), hashlib.sha256).hexdigest()


def _full(actor: Actor) -> ColumnElement[bool]:
    return GATE.may(actor, Right.READ_CASE)


def _seen(actor: Actor, **rights: ColumnElement[bool]) -> Subquery:
    """The cases that the asker may see, as a table of its own.

    Joined plainly, a table that a wall looks into would be taken for the wall's own, and the wall would mean less.
    """
    columns = [condition.label(name) for name, condition in rights.items()]
    return select(Case.id, Case.number, Case.incident_id, *columns).where(_full(actor)).subquery()


def _holds(actor: Actor, rights: Iterable[Right]) -> ColumnElement[bool]:
    return or_(*(GATE.may(actor, right) for right in sorted(rights)))


def _in_any(words: list[str], *columns: Any) -> ColumnElement[bool]:
    """Each word stands in one of these columns."""
    return and_(*(or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words))


async def _cases(tx: AsyncSession, actor: Actor, words: list[str]) -> list[CaseHit]:
    full = _full(actor)
    overview = GATE.may(actor, Right.READ_OVERVIEW) if actor.has(Role.OVERSIGHT) else false()
    query = (
        select(Case, Incident, full.label("full"))
        .join(Incident, Incident.id == Case.incident_id)
        .where(
            or_(
                and_(full, _in_any(words, Case.number, Incident.agency_number, Incident.place)),
                and_(overview, _in_any(words, Case.number)),
            )
        )
        .order_by(Incident.occurred_at.desc(), Case.id)
        .limit(HITS_MOST + 1)
    )
    return [
        CaseHit(
            case_id=case.id,
            number=case.number,
            state=case.state,
            occurred_at=incident.occurred_at,
            precision=incident.precision,
            agency_number=incident.agency_number if is_full else None,
            place=incident.place if is_full else None,
        )
        for case, incident, is_full in (await tx.execute(query)).all()
    ]


async def _people(tx: AsyncSession, actor: Actor, words: list[str]) -> list[PersonHit]:
    named = and_(*(or_(Posting.name.icontains(word, autoescape=True), _is_badge(word)) for word in words))
    seen = _seen(actor)
    query = (
        select(Presence.officer_id, func.max(Posting.name), func.max(Posting.badge), seen.c.id, seen.c.number)
        .join(seen, seen.c.incident_id == Presence.incident_id)
        .join(Posting, Posting.officer_id == Presence.officer_id)
        .where(named)
        .group_by(Presence.officer_id, seen.c.id, seen.c.number)
        .order_by(func.max(Posting.name), Presence.officer_id, seen.c.id)
        .limit(HITS_MOST + 1)
    )
    return [
        PersonHit(officer_id=officer_id, name=name, badge=badge, case_id=case_id, number=number)
        for officer_id, name, badge, case_id, number in (await tx.execute(query)).all()
    ]


def _is_badge(word: str) -> ColumnElement[bool]:
    return func.lower(Posting.badge) == word


def _told(words: list[str], fear: ColumnElement[bool]) -> ColumnElement[bool]:
    """The words begin words of the report, of its fear where `fear` lets the asker see it, or of a supplement."""
    asked = func.to_tsquery("simple", " & ".join(f"'{word}':*" for word in words))
    added = exists().where(Supplement.report_id == Report.id, Supplement.words.bool_op("@@")(asked))
    return or_(Report.words.bool_op("@@")(asked), and_(fear, Report.fear.bool_op("@@")(asked)), added)


async def _reports(tx: AsyncSession, actor: Actor, words: list[str]) -> list[ReportHit]:
    seen = _seen(actor, fear=_holds(actor, SEES_FEAR), compelled=_holds(actor, SEES_COMPELLED))
    is_open = or_(Report.statement_class != StatementClass.COMPELLED, seen.c.compelled)
    query = (
        select(Report, FilingNumber.number, Account.name, seen.c.id, seen.c.number, seen.c.fear)
        .join(seen, seen.c.incident_id == Report.incident_id)
        .join(FilingNumber, FilingNumber.report_id == Report.id)
        .join(Account, Account.id == Report.author_id)
        .where(is_open, _told(words, seen.c.fear))
        .order_by(Report.filed_at.desc(), Report.id)
        .limit(HITS_MOST + 1)
    )
    rows = (await tx.execute(query)).all()
    added = await _added(tx, [row[0].id for row in rows])
    return [
        ReportHit(
            report_id=report.id,
            filing_number=filing,
            author=author,
            filed_at=report.filed_at,
            case_id=case_id,
            number=number,
            excerpt=_excerpt([*_texts(report.content, with_fear=sees), *added.get(report.id, [])], words),
        )
        for report, filing, author, case_id, number, sees in rows
    ]


async def _own_reports(tx: AsyncSession, actor: Actor, words: list[str]) -> list[OwnReportHit]:
    query = REPORTS.readable(actor, Right.READ_REPORT).where(_told(words, Report.id.is_not(None)))
    query = query.order_by(Report.filed_at.desc(), Report.id).limit(HITS_MOST + 1)
    found = (await tx.scalars(query)).all()
    added = await _added(tx, [report.id for report in found])
    return [
        OwnReportHit(
            report_id=report.id,
            locator=report.locator,
            filed_at=report.filed_at,
            excerpt=_excerpt([*_texts(report.content, with_fear=True), *added.get(report.id, [])], words),
        )
        for report in found
    ]


async def _added(tx: AsyncSession, report_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    query = select(Supplement.report_id, Supplement.content).where(Supplement.report_id.in_(report_ids))
    found: dict[uuid.UUID, list[str]] = {}
    if report_ids:
        for report_id, content in (await tx.execute(query.order_by(Supplement.filed_at))).all():
            found.setdefault(report_id, []).append(json.loads(content)["narrative"])
    return found


def _texts(content: str, *, with_fear: bool) -> list[str]:
    said = json.loads(content)
    paths = (*TEXTS, ("fear_words",)) if with_fear else TEXTS
    return [text for path in paths for text in _at(said, path) if text]


def _at(said: Any, path: tuple[str, ...]) -> list[str]:
    values = [said]
    for name in path:
        values = [each.get(name) for each in values if isinstance(each, dict)]
        values = [one for each in values for one in (each if isinstance(each, list) else [each])]
    return [value for value in values if isinstance(value, str)]


def _excerpt(texts: list[str], words: list[str]) -> str:
    """Some words around the first place where one of those asked for begins a word."""
    asked = re.compile(rf"\b(?:{'|'.join(words)})", re.IGNORECASE)
    for text in texts:
        found = asked.search(text)
        if found is not None:
            begin, end = max(0, found.start() - AROUND), min(len(text), found.end() + AROUND)
            cut = " ".join(text[begin:end].split())
            return f"{'… ' if begin else ''}{cut}{' …' if end < len(text) else ''}"
    return ""
