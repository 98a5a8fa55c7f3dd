"""For each step of `cases/steps.py`: the facts it takes, what it needs, what it does."""

from __future__ import annotations

from dataclasses import dataclass

from app.proceedings import checks, effects
from app.proceedings.checks import NOTHING_OPEN, Check
from app.proceedings.effects import Effect
from app.proceedings.moves import Takes

NOTHING = Takes()
REASON = ("reason",)


@dataclass(frozen=True)
class Proceeding:
    takes: Takes = NOTHING
    needs: tuple[Check, ...] = ()
    does: Effect = effects.only_move


PROCEEDINGS: dict[str, Proceeding] = {
    "case.acknowledge": Proceeding(does=effects.acknowledge_reports),
    "case.return": Proceeding(Takes(needs=REASON, may=("report_id",)), does=effects.ask_for_supplement),
    "case.resume": Proceeding(Takes(may=REASON), needs=(checks.a_supplement_or_reason,)),
    "case.reroute": Proceeding(Takes(needs=REASON), does=effects.route_anew),
    "case.open": Proceeding(
        needs=(checks.is_classified, checks.immediate_steps_are_answered, checks.an_investigator_is_assigned),
        does=effects.give_number,
    ),
    "case.screen_out": Proceeding(
        Takes(needs=REASON),
        needs=(checks.nobody_was_injured, checks.another_person_concurs),
        does=effects.use_concurrence,
    ),
    "case.refer": Proceeding(Takes(needs=("body", "dated_on", "reason")), does=effects.refer_outside),
    "case.return_from_referral": Proceeding(
        Takes(may=("dated_on",), one_of=(("outcome",), ("reason",))), does=effects.take_back
    ),
    "case.submit_findings": Proceeding(
        needs=(
            checks.everyone_is_identified,
            checks.everyone_is_answered,
            checks.something_is_alleged,
            checks.every_allegation_is_found,
        ),
        does=effects.name_findings,
    ),
    "case.send_back": Proceeding(Takes(needs=REASON)),
    "case.approve_findings": Proceeding(
        needs=(
            checks.not_by_the_proposer,
            checks.every_allegation_is_found,
            checks.every_finding_is_approved,
            checks.everything_is_opened,
        ),
        does=effects.enter_discipline_or_review,
    ),
    "case.decide": Proceeding(
        needs=(checks.by_neither_proposer_nor_approver, checks.discipline_is_done), does=effects.name_decisions
    ),
    "case.close": Proceeding(needs=(*NOTHING_OPEN, checks.the_board_has_spoken, checks.everyone_is_told)),
    "case.appeal": Proceeding(Takes(needs=("forum", "dated_on"), may=REASON), does=effects.record_appeal),
    "case.conclude_appeal": Proceeding(
        Takes(needs=("outcome", "dated_on")), needs=NOTHING_OPEN, does=effects.record_appeal_outcome
    ),
    "case.reopen": Proceeding(
        Takes(needs=REASON, one_of=(("evidence",), ("body", "dated_on"))), does=effects.reopen_on
    ),
}
