"""Words for the investigator's pages: elements, answers, kinds of evidence, standards of knowledge."""

from __future__ import annotations

from app.cases.models import Element, ElementAnswer, ReportedAnswer
from app.evidence.models import EvidenceKind
from app.incidents.models import Source
from app.provisions.packs import library
from app.provisions.provision import Knowledge
from app.words import N_

ELEMENTS = {
    Element.PRESENCE: N_("Presence"),
    Element.UNDERLYING_VIOLATION: N_("Violation"),
    Element.KNOWLEDGE: N_("Knowledge"),
    Element.REALISTIC_OPPORTUNITY: N_("Opportunity"),
    Element.RESPONSE: N_("Response"),
    Element.HARM_AFTER_OPPORTUNITY: N_("Harm after it"),
}
QUESTIONS = {
    Element.PRESENCE: N_("Was the officer there, with a view of it?"),
    Element.UNDERLYING_VIOLATION: N_("Was force used that went beyond what the law or policy allows?"),
    Element.KNOWLEDGE: N_("Did the officer know, or have to know, that it did?"),
    Element.REALISTIC_OPPORTUNITY: N_("Did the officer have a realistic opportunity to step in?"),
    Element.RESPONSE: N_("Did the officer step in?"),
    Element.HARM_AFTER_OPPORTUNITY: N_("Did further harm follow once the officer could have stepped in?"),
}
HINTS = {
    Element.PRESENCE: N_("Where they stood, line of sight, distance, from when to when."),
    Element.UNDERLYING_VIOLATION: N_("Whose force, and what the finding on it says."),
    Element.KNOWLEDGE: N_("What they saw, heard, were told, or had reason to know."),
    Element.REALISTIC_OPPORTUNITY: N_("Seconds they had; voice, hands, radio or order; other duties; danger."),
    Element.RESPONSE: N_("What they did and did not do, in order of time. Trying counts."),
    Element.HARM_AFTER_OPPORTUNITY: N_("What happened to the person after the first moment they could have acted."),
}
ANSWERS = {
    ElementAnswer.YES: N_("Yes"),
    ElementAnswer.NO: N_("No"),
    ElementAnswer.UNCLEAR: N_("Unclear"),
    ElementAnswer.NOT_APPLICABLE: N_("Does not apply"),
}
REPORTED = {
    ReportedAnswer.YES: N_("Yes, in time"),
    ReportedAnswer.LATE: N_("Yes, late"),
    ReportedAnswer.NO: N_("No"),
    ReportedAnswer.NOT_OWED: N_("No report was owed"),
}
EVIDENCE = {
    EvidenceKind.BODY_WORN_VIDEO: N_("Body-worn video"),
    EvidenceKind.VEHICLE_VIDEO: N_("Vehicle video"),
    EvidenceKind.STATION_VIDEO: N_("Station video"),
    EvidenceKind.OTHER_VIDEO: N_("Other video"),
    EvidenceKind.PHOTO: N_("Photo"),
    EvidenceKind.AUDIO: N_("Audio"),
    EvidenceKind.DISPATCH_RECORD: N_("Dispatch record"),
    EvidenceKind.FORCE_FORM: N_("Force form"),
    EvidenceKind.MEDICAL_RECORD: N_("Medical record"),
    EvidenceKind.INTERVIEW: N_("Interview"),
    EvidenceKind.REPORT: N_("Report"),
    EvidenceKind.DOCUMENT: N_("Document"),
    EvidenceKind.OTHER: N_("Other"),
}
SOURCES = {
    Source.REPORT: N_("a report"),
    Source.FORCE_FORM: N_("a force form"),
    Source.DISPATCH: N_("a dispatch record"),
    Source.INTAKE: N_("those who work the case"),
}
KNOWLEDGE = {
    Knowledge.ACTUAL_WITNESS: N_("witnessed it"),
    Knowledge.ACTUAL_OBSERVATION: N_("observed it"),
    Knowledge.OBSERVED: N_("observed it"),
    Knowledge.OBSERVED_OR_SHOULD_HAVE: N_("observed it, or reasonably should have"),
    Knowledge.PRESENCE: N_("it happened in their presence"),
    Knowledge.REASONABLE_BELIEF: N_("reasonably believed it"),
    Knowledge.WITNESS_OR_GOOD_FAITH_BELIEF: N_("witnessed it, or believed it in good faith and with reason"),
    Knowledge.PROBABLE_CAUSE: N_("had probable cause to believe it"),
    Knowledge.OBJECTIVELY_CLEAR: N_("it was clear to an objectively reasonable officer"),
    Knowledge.OBJECTIVELY_KNOWS: N_("objectively knew it"),
    Knowledge.KNOWS_OR_SHOULD_KNOW: N_("knew it or should have known it"),
    Knowledge.HAS_INFORMATION: N_("had information about it"),
    Knowledge.RECOGNISE_AND_ACT: N_("trained to recognise it and act on it"),
    Knowledge.NOT_STATED: N_("what one needs to know is not stated"),
    Knowledge.NOT_READ: N_("what one needs to know was not read in a source"),
}


def standard(written: str) -> tuple[str, str]:
    """A standard as the service writes it (`US-CO: actual_witness`) as citation and words; else as it was typed."""
    provision_id, _, code = written.partition(": ")
    found = library().by_id.get(provision_id)
    if found is None or code not in set(Knowledge):
        return "", written
    return found.citations[0], KNOWLEDGE[Knowledge(code)]
