"""Words for what commander and discipline authority look at: English here, translated where they are shown."""

from __future__ import annotations

from app.cases.models import Element, ElementAnswer
from app.evidence.models import EvidenceKind
from app.findings.models import Answered
from app.provisions.matrix import Against
from app.words import N_

ELEMENTS = {
    Element.PRESENCE: N_("Was the officer there?"),
    Element.UNDERLYING_VIOLATION: N_("Was the force a violation?"),
    Element.KNOWLEDGE: N_("Did the officer know of it?"),
    Element.REALISTIC_OPPORTUNITY: N_("Was there a realistic opportunity to step in?"),
    Element.RESPONSE: N_("Did the officer step in?"),
    Element.HARM_AFTER_OPPORTUNITY: N_("Was there harm after the opportunity?"),
}
ELEMENT_ANSWERS = {
    ElementAnswer.YES: N_("Yes"),
    ElementAnswer.NO: N_("No"),
    ElementAnswer.UNCLEAR: N_("Unclear"),
    ElementAnswer.NOT_APPLICABLE: N_("Does not apply"),
}
ELEMENT_PARTS = {
    "answer": N_("Answer"),
    "standard": N_("Standard"),
    "reasoning": N_("Reasoning"),
    "evidence": N_("Evidence"),
}
REPORTED_PARTS = {"answer": N_("Answer"), "to_whom": N_("To whom"), "reasoning": N_("Reasoning")}
DID_THEY_REPORT = N_("Did the officer report?")
GROUNDS = {
    "assessment": N_("Assessment"),
    "evidence": N_("Evidence item"),
    "report": N_("Report"),
}
EVIDENCE_KINDS = {
    EvidenceKind.BODY_WORN_VIDEO: N_("Body-worn video"),
    EvidenceKind.VEHICLE_VIDEO: N_("Video from a vehicle"),
    EvidenceKind.STATION_VIDEO: N_("Video from a station"),
    EvidenceKind.OTHER_VIDEO: N_("Other video"),
    EvidenceKind.PHOTO: N_("Photo"),
    EvidenceKind.AUDIO: N_("Sound recording"),
    EvidenceKind.DISPATCH_RECORD: N_("Dispatch record"),
    EvidenceKind.FORCE_FORM: N_("Force form"),
    EvidenceKind.MEDICAL_RECORD: N_("Medical record"),
    EvidenceKind.INTERVIEW: N_("Interview"),
    EvidenceKind.REPORT: N_("Report"),
    EvidenceKind.DOCUMENT: N_("Document"),
    EvidenceKind.OTHER: N_("Other"),
}
LIES = {
    Against.BELOW: N_("below the range"),
    Against.WITHIN: N_("within the range"),
    Against.ABOVE: N_("above the range"),
}
ANSWERED = {
    Answered.ANSWERED: N_("The accused answered"),
    Answered.WAIVED: N_("The accused waived an answer"),
    Answered.LAPSED: N_("The time to answer ran out without an answer"),
}
UNITS = {"days": N_("days"), "hours": N_("hours"), "months": N_("months")}
