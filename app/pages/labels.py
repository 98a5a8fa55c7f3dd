"""Words for the codes of cases and exports: English here, translated where they are shown."""

from __future__ import annotations

from app.cases.models import (
    BoardAnswer,
    Classification,
    Duty,
    ImmediateAnswer,
    ImmediateKind,
    Level,
    ReferenceKind,
    State,
)
from app.findings.models import Disposition, FindingState, Proof
from app.oversight.models import ExportState
from app.oversight.schemas import Purpose
from app.words import N_

STATES = {
    State.ROUTED: N_("Waiting to be acknowledged"),
    State.TRIAGE: N_("In triage"),
    State.RETURNED: N_("Returned to its author"),
    State.INVESTIGATION: N_("Under investigation"),
    State.SCREENED_OUT: N_("Screened out"),
    State.REFERRED: N_("Referred to an outside body"),
    State.FINDINGS_REVIEW: N_("Findings under review"),
    State.DISCIPLINE: N_("Discipline"),
    State.BOARD_REVIEW: N_("With the oversight board"),
    State.CLOSED: N_("Closed"),
    State.APPEAL: N_("Under appeal"),
}
LEVELS = {
    Level.SUPERVISOR: N_("a supervisor"),
    Level.INTERNAL_AFFAIRS: N_("internal affairs"),
    Level.OUTSIDE: N_("the outside reviewer"),
}
CLASSIFICATIONS = {
    Classification.CRIMINAL: N_("Criminal"),
    Classification.ADMINISTRATIVE: N_("Administrative"),
    Classification.ABEYANCE: N_("Held in abeyance"),
}
CLASSIFICATION_HINTS = {
    Classification.CRIMINAL: N_("A crime may have been committed."),
    Classification.ADMINISTRATIVE: N_("A question of policy and discipline."),
    Classification.ABEYANCE: N_("The administrative side waits for a criminal one."),
}
IMMEDIATE = {
    ImmediateKind.PRESERVE_VIDEO: N_("Is the video preserved?"),
    ImmediateKind.SEPARATE_OFFICERS: N_("Are the officers separated?"),
    ImmediateKind.MEDICAL_CHECK: N_("Has a medical check been made?"),
    ImmediateKind.CRIMINAL_REFERRAL: N_("Is it referred to a prosecutor?"),
    ImmediateKind.PROTECT_REPORTER: N_("Is the reporter protected?"),
}
IMMEDIATE_ANSWERS = {
    ImmediateAnswer.DONE: N_("Done"),
    ImmediateAnswer.ORDERED: N_("Ordered"),
    ImmediateAnswer.NOT_NEEDED: N_("Not needed"),
}
DUTIES = {
    Duty.EXCESSIVE_FORCE: N_("Excessive force"),
    Duty.FAILURE_TO_INTERVENE: N_("Failure to intervene"),
    Duty.FAILURE_TO_REPORT: N_("Failure to report"),
    Duty.FAILURE_TO_RENDER_AID: N_("Failure to give aid"),
    Duty.FAILURE_TO_SUPERVISE: N_("Failure to supervise"),
    Duty.FAILURE_TO_ACT: N_("Failure to act"),
    Duty.RETALIATION: N_("Retaliation"),
    Duty.UNTRUTHFULNESS: N_("Untruthfulness"),
}
DISPOSITIONS = {
    Disposition.SUSTAINED: N_("Sustained"),
    Disposition.NOT_SUSTAINED: N_("Not sustained"),
    Disposition.EXONERATED: N_("Exonerated"),
    Disposition.UNFOUNDED: N_("Unfounded"),
    Disposition.POLICY_FAILURE: N_("Failure of policy"),
    Disposition.TRAINING_FAILURE: N_("Failure of training"),
    Disposition.NOT_COMPLETED: N_("Not completed"),
}
FINDING_STATES = {
    FindingState.PROPOSED: N_("proposed"),
    FindingState.APPROVED: N_("approved"),
    FindingState.SENT_BACK: N_("sent back"),
    FindingState.SUPERSEDED: N_("superseded"),
}
PROOFS = {
    Proof.PREPONDERANCE: N_("by the preponderance of the evidence"),
    Proof.CLEAR_AND_CONVINCING: N_("by clear and convincing evidence"),
}
BOARD_ANSWERS = {
    BoardAnswer.CONCUR: N_("The board concurs"),
    BoardAnswer.DISSENT: N_("The board dissents"),
    BoardAnswer.NO_VIEW: N_("The board has no view"),
}
REFERENCES = {
    ReferenceKind.REFERRAL: N_("Referral"),
    ReferenceKind.REFERRAL_OUTCOME: N_("Outcome of the referral"),
    ReferenceKind.APPEAL: N_("Appeal"),
    ReferenceKind.APPEAL_OUTCOME: N_("Outcome of the appeal"),
    ReferenceKind.REOPENING: N_("Reopening"),
}
REPORTED = {
    "yes": N_("reported in time"),
    "late": N_("reported late"),
    "no": N_("did not report"),
    "not_owed": N_("owed no report"),
    "open": N_("not answered yet"),
}
STEP_NAMES = {
    "case.acknowledge": N_("Acknowledge"),
    "case.return": N_("Return to its author"),
    "case.resume": N_("Go on with triage"),
    "case.reroute": N_("Route anew"),
    "case.open": N_("Accept the case"),
    "case.screen_out": N_("Screen out"),
    "case.refer": N_("Refer outside"),
    "case.return_from_referral": N_("Take back from referral"),
    "case.submit_findings": N_("Submit the findings"),
    "case.send_back": N_("Send the findings back"),
    "case.approve_findings": N_("Approve the findings"),
    "case.decide": N_("Conclude discipline"),
    "case.close": N_("Close the case"),
    "case.appeal": N_("Record an appeal"),
    "case.conclude_appeal": N_("Record the outcome of the appeal"),
    "case.reopen": N_("Reopen the case"),
}
HAPPENED = {
    "case.made": N_("The case was made and routed"),
    "case.joined": N_("A further report came in"),
    "case.acknowledge": N_("Acknowledged"),
    "case.return": N_("Returned to its author"),
    "case.resume": N_("Triage went on"),
    "case.reroute": N_("Routed anew"),
    "case.open": N_("Accepted; the investigation began"),
    "case.screen_out": N_("Screened out"),
    "case.refer": N_("Referred to an outside body"),
    "case.return_from_referral": N_("Taken back from referral"),
    "case.submit_findings": N_("Findings submitted"),
    "case.send_back": N_("Findings sent back"),
    "case.approve_findings": N_("Findings approved"),
    "case.decide": N_("Discipline concluded"),
    "case.close": N_("Closed"),
    "case.appeal": N_("Appeal recorded"),
    "case.conclude_appeal": N_("Outcome of the appeal recorded"),
    "case.reopen": N_("Reopened"),
    "case.concur": N_("A second person concurred"),
    "case.recused": N_("Someone stepped aside"),
    "case.classified": N_("Classified"),
    "case.assign": N_("Assigned"),
    "case.relieved": N_("Relieved of the case"),
    "immediate.answered": N_("An immediate step was answered"),
    "allegation.opened": N_("An allegation was opened"),
    "assessment.recorded": N_("An officer present was assessed"),
    "evidence.added": N_("Evidence was entered"),
    "scene.marked": N_("A moment of the scene was entered"),
    "presence.added": N_("An officer was put on the roster"),
    "presence.disputed": N_("An entry of the roster was disputed"),
    "person.identified": N_("Someone in a report was identified"),
    "match.confirmed": N_("A report was confirmed to tell of this incident"),
    "match.moved": N_("A report was moved"),
    "report.supplemented": N_("A supplement was added to a report"),
    "letter.made": N_("A letter with the outcome was made"),
    "person.told": N_("Someone was told the outcome"),
    "board.viewed": N_("The board gave its view"),
    "finding.proposed": N_("A finding was proposed"),
    "finding.approved": N_("A finding was approved"),
    "finding.sent_back": N_("A finding was sent back"),
    "finding.superseded": N_("A finding was superseded"),
    "notice.served": N_("A notice was served"),
    "notice.answered": N_("A notice was answered"),
    "notice.represented": N_("The accused named a representative"),
    "notice.waived": N_("An answer was waived"),
    "worksheet.proposed": N_("Discipline was proposed"),
    "discipline.decided": N_("Discipline was decided"),
}
FACTS = {
    "reason": N_("Reason"),
    "note": N_("Note"),
    "number": N_("Number"),
    "body": N_("Outside body"),
    "forum": N_("Forum"),
    "outcome": N_("Outcome"),
    "how": N_("How"),
    "reasons": N_("Reasons"),
    "concurred_because": N_("The second person's reason"),
}
"""Words of the case that its timeline shows; codes and ids stay out of it."""
EXPORT_STATES = {
    ExportState.ASKED: N_("Being made"),
    ExportState.MADE: N_("Ready"),
    ExportState.FAILED: N_("Could not be made"),
}
PURPOSES = {
    Purpose.PERIODIC_REVIEW: N_("Periodic review"),
    Purpose.CASE_REVIEW: N_("Review of a case"),
    Purpose.COMPLAINT: N_("A complaint"),
    Purpose.COURT_ORDER: N_("A court order"),
    Purpose.MIRROR: N_("To keep a copy up to date"),
}
