"""The rule that applies, in the reader's words: what it asks, by when, and how sure we are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.cases.filing import duty_to_report
from app.pages.shell import Page
from app.provisions.packs import RuleBasis, report_due, report_provision
from app.provisions.plain import asks, by_when, doubts
from app.provisions.wording import Phrase
from app.provisions.working_values import hours_for


@dataclass(frozen=True)
class Rule:
    title: str
    citations: tuple[str, ...]
    is_law: bool
    asks: tuple[str, ...]
    by_when: tuple[str, ...]
    doubts: tuple[str, ...]
    law: Rule | None
    """The state's own law where another rule stands in for the report."""
    due_at: datetime | None = None
    arithmetic: tuple[str, ...] = ()


async def rule_shown(page: Page, tx: AsyncSession, day: date, happened: datetime | None = None) -> Rule:
    """What holds for a report of that day; with the moment it happened also when the report is due."""
    hours = await hours_for(tx, day)
    applied, due_at = report_provision(page.agency.state, day), None
    steps: tuple[str, ...] = ()
    if happened is not None:
        applied, due_at = duty_to_report(page.agency, happened, day, hours)
        if due_at is not None:
            found = report_due(applied, happened, page.shown.zone, agency_hours=hours)
            steps = tuple(page.shown.said(step) for step in found.steps)
    law = applied.law if applied.basis is RuleBasis.AGENCY_DEFAULT else None
    rule = applied.provision

    def said(phrases: tuple[Phrase, ...]) -> tuple[str, ...]:
        return tuple(page.shown.said(phrase) for phrase in phrases)

    return Rule(
        rule.title,
        rule.citations,
        rule.is_law,
        said(asks(rule)),
        said(by_when(applied, hours)),
        said(doubts(rule)),
        Rule(law.title, law.citations, True, said(asks(law)), (), said(doubts(law)), None) if law else None,
        due_at,
        steps,
    )
