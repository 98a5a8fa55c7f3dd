"""What the page of triage shows: the case in short, what was reported, the checklist, and what is still missing."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.access.rights import Right
from app.cases.models import Case, ImmediateKind, State
from app.cases.rules import GATE, OPEN
from app.cases.scene import names_of
from app.cases.triage import CLASSIFIED_IN, immediate_history
from app.db.session import time_of
from app.pages import labels
from app.pages.desk.lateness import lateness
from app.pages.fields import options
from app.pages.guard import Form
from app.pages.officer.questions import ROLES, STATEMENT
from app.pages.officer.telling import Teller
from app.pages.shell import Page
from app.proceedings.actions import read_steps
from app.proceedings.filters import TRIAGED_IN
from app.proceedings.schemas import CaseView
from app.proceedings.view import read_case
from app.words import N_

GOES = {
    "acknowledge": "case.acknowledge",
    "resume": "case.resume",
    "accept": "case.open",
    "return": "case.return",
    "reroute": "case.reroute",
}
"""The buttons that take a step, by what they send."""
TYPED = ("classification", "reason", "report_id", "return_reason", "reroute_reason", "resume_reason")
WHERE = {
    "needs-classification": "#classification",
    "needs-investigator": "",
}
WAITS = {
    State.ROUTED: N_("Acknowledge the case first: the reporter then knows that someone has it."),
    State.RETURNED: N_("The report was returned to its author, who was asked to add to it."),
}


async def triage_page(
    page: Page, tx: AsyncSession, held: Granted[Case], form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    case = await read_case(tx, held)
    may = await GATE.held(tx, held.actor, held.record.id)
    steps = {step.step: step for step in (await read_steps(tx, held)).steps}
    now = time_of(tx)
    return page.show(
        "desk/triage.html",
        422 if errors else 200,
        case=case,
        labels=labels,
        roles=ROLES,
        statements=STATEMENT,
        told={report.id: _told(page, case, report.content) for report in case.reports},
        late=lateness(page, case.triage_due_at, now) if case.state in TRIAGED_IN else None,
        checklist=await _checklist(tx, held, _typed(case, form)),
        typed=_typed(case, form),
        may_classify=case.state in CLASSIFIED_IN,
        may_answer=case.state in OPEN - {State.ROUTED, State.RETURNED},
        may_step_aside=Right.RECUSE in may,
        may_match=Right.REROUTE in may,
        may_name=Right.ROSTER in may and bool(case.unidentified),
        opens={name: steps[step] for name, step in GOES.items() if step in steps},
        waits=WAITS.get(case.state, ""),
        missing=_missing(steps["case.open"].missing) if "case.open" in steps else [],
        classifications=[
            {"code": code, "says": says, "hint": labels.CLASSIFICATION_HINTS[code]}
            for code, says in labels.CLASSIFICATIONS.items()
        ],
        answers=options(labels.IMMEDIATE_ANSWERS),
        authors=_authors(page, case),
        errors=errors or {},
        done=page.request.query_params.get("done", ""),
        once=secrets.token_urlsafe(16),
    )


def _typed(case: CaseView, form: Form | None) -> dict[str, str]:
    """What the fields hold: as typed, or what stands."""
    if form is not None:
        names = [*TYPED, *ImmediateKind, *(f"{kind}_note" for kind in ImmediateKind)]
        return {name: form.one(name) for name in names}
    kept = dict.fromkeys(TYPED, "") | {"classification": case.classification or ""}
    for kind, answer in case.immediate_steps.items():
        kept[kind], kept[f"{kind}_note"] = (answer.answer, answer.note) if answer else ("", "")
    return kept


async def _checklist(tx: AsyncSession, held: Granted[Case], typed: dict[str, str]) -> list[dict[str, Any]]:
    """Each immediate step with its answers, the one that holds first, and who gave each and when."""
    history = await immediate_history(tx, held.record.id)
    names = await names_of(tx, (given.answered_by for each in history.values() for given in each))
    return [
        {
            "kind": kind,
            "says": labels.IMMEDIATE[kind],
            "given": [
                {
                    "says": labels.IMMEDIATE_ANSWERS[given.answer],
                    "by": names.get(given.answered_by, ""),
                    "at": given.created_at,
                    "note": given.note,
                }
                for given in reversed(history.get(kind, []))
            ],
            "answer": typed[kind],
            "note": typed[f"{kind}_note"],
        }
        for kind in ImmediateKind
    ]


def _missing(refusals: list[Any]) -> list[dict[str, str]]:
    """What stands between the case and its acceptance, each with the place on this page where it is mended."""
    found = []
    for each in refusals:
        slug = each.type.rpartition("/")[2]
        if slug == "immediate-steps-open":
            found += [{"says": labels.IMMEDIATE[ImmediateKind(kind)], "to": f"#{kind}"} for kind in each.facts["steps"]]
        else:
            found.append({"says": each.title, "to": WHERE.get(slug, "")})
    return found


def _authors(page: Page, case: CaseView) -> list[dict[str, str]]:
    """The reports of a case to choose one of; nothing to choose where there is one."""
    if len(case.reports) < 2:
        return []
    return [
        {"code": str(each.id), "says": f"{each.author}, {page.shown.value(each.filed_at)}", "hint": ""}
        for each in case.reports
    ]


def _told(page: Page, case: CaseView, content: dict[str, Any] | None) -> list[Any]:
    if content is None:
        return []
    roster: dict[str, str] = {
        str(here.officer_id): f"{here.name}, {page.t(N_('badge'))} {here.badge}" for here in case.roster
    }
    return [section for section in Teller(page.shown, page.t, roster).sections(content) if not section.is_open]
