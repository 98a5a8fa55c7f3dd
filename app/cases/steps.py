"""The steps of a case as one table. What a step needs beyond its row stands in `proceedings/checks.py`."""

from __future__ import annotations

from app.access.rights import Right
from app.cases.models import State
from app.words import N_
from app.workflow import Step

S = State


def _step(
    name: str, leaves: set[State], enters: State, right: Right, says: str, *, by_system: bool = False
) -> tuple[str, Step]:
    return name, Step(name, frozenset(leaves), enters, right, says, by_system)


STEPS: dict[str, Step] = dict(
    (
        _step("case.acknowledge", {S.ROUTED}, S.TRIAGE, Right.TRIAGE, N_("Acknowledge the case and begin triage.")),
        _step(
            "case.return",
            {S.ROUTED, S.TRIAGE},
            S.RETURNED,
            Right.TRIAGE,
            N_("Return the report to its author for a supplement, with a reason."),
        ),
        _step("case.resume", {S.RETURNED}, S.TRIAGE, Right.TRIAGE, N_("Go on with triage after a supplement.")),
        _step(
            "case.reroute",
            {S.ROUTED, S.TRIAGE, S.RETURNED, S.INVESTIGATION},
            S.ROUTED,
            Right.REROUTE,
            N_("Route the case anew, with a reason."),
            by_system=True,
        ),
        _step(
            "case.open",
            {S.TRIAGE},
            S.INVESTIGATION,
            Right.TRIAGE,
            N_("Accept the case: classified, immediate steps answered, an investigator assigned."),
        ),
        _step(
            "case.screen_out",
            {S.TRIAGE},
            S.SCREENED_OUT,
            Right.SCREEN_OUT,
            N_("Screen the case out, with a reason and a second person; never where someone was injured."),
        ),
        _step(
            "case.refer",
            {S.TRIAGE, S.INVESTIGATION},
            S.REFERRED,
            Right.COMMAND,
            N_("Refer the case to an outside body, with a dated reference."),
        ),
        _step(
            "case.return_from_referral",
            {S.REFERRED},
            S.INVESTIGATION,
            Right.COMMAND,
            N_("Take the case back from referral, with its outcome or a reason."),
        ),
        _step(
            "case.submit_findings",
            {S.INVESTIGATION},
            S.FINDINGS_REVIEW,
            Right.SUBMIT,
            N_("Submit the findings: everyone present assessed, a finding proposed on every allegation."),
        ),
        _step(
            "case.send_back",
            {S.FINDINGS_REVIEW},
            S.INVESTIGATION,
            Right.COMMAND,
            N_("Send the findings back to the investigator, with a reason."),
        ),
        _step(
            "case.approve_findings",
            {S.FINDINGS_REVIEW},
            S.DISCIPLINE,
            Right.APPROVE,
            N_("Approve the findings: not by who proposed them, and with the required items opened."),
        ),
        _step(
            "case.decide",
            {S.DISCIPLINE},
            S.BOARD_REVIEW,
            Right.DECIDE,
            N_("Conclude discipline: notice, answer or waiver, and a decision for each sustained allegation."),
        ),
        _step(
            "case.close",
            {S.BOARD_REVIEW},
            S.CLOSED,
            Right.CLOSE,
            N_("Close the case: the board's view recorded, nothing open, everyone told."),
        ),
        _step("case.appeal", {S.CLOSED}, S.APPEAL, Right.APPEAL, N_("Record an appeal, with forum and date.")),
        _step(
            "case.conclude_appeal",
            {S.APPEAL},
            S.CLOSED,
            Right.COMMAND,
            N_("Record the outcome of the appeal beside the first decision."),
        ),
        _step(
            "case.reopen",
            {S.CLOSED, S.SCREENED_OUT},
            S.INVESTIGATION,
            Right.REOPEN,
            N_("Reopen the case on new evidence or an order, with a reason."),
            by_system=True,
        ),
    )
)
"""Approving findings enters `board_review` instead where nothing is sustained."""
