"""What a provision asks, in plain words: sentences for the officer, before and while they file.

Describes; never advises. Federal words that are conditional are quoted, not restated.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from app.provisions.clocks import NONE_SET, Unit
from app.provisions.packs import Applied, LimitBasis, RuleBasis, WhyNotLaw, library
from app.provisions.provision import (
    Condition,
    Confidence,
    Content,
    Instrument,
    Intervention,
    Knowledge,
    Provision,
    Starts,
)
from app.provisions.wording import Phrase
from app.words import N_

CONDITIONS = {
    Condition.ON_DUTY: N_("you are on duty"),
    Condition.PRESENT: N_("you are present"),
    Condition.OBSERVING: N_("you see it"),
    Condition.TRAINED: N_("you were trained in the requirement"),
    Condition.IN_POSITION: N_("you are in a position to"),
    Condition.OPPORTUNITY: N_("you have an opportunity"),
    Condition.REASONABLE_OPPORTUNITY: N_("you have a reasonable opportunity"),
    Condition.ABLE: N_("you are able to, by body or by voice"),
    Condition.FEASIBLE: N_("it is feasible"),
    Condition.SAFE: N_("it is safe"),
    Condition.REASONABLY_SAFE: N_("it is reasonably safe"),
    Condition.NO_IMMINENT_HARM: N_("it would bring no imminent harm to you or another identifiable person"),
    Condition.WITHOUT_OWN_DANGER: N_("it does not endanger your own health or safety"),
    Condition.REASONABLE_IN_TOTALITY: N_("it is reasonable in all the circumstances"),
    Condition.AS_APPROPRIATE: N_("as appropriate"),
    Condition.NOT_UNDERCOVER: N_("you are not working undercover"),
    Condition.VOICE_BEFORE_HANDS: N_("by voice first, then by hand if needed"),
}

KNOWLEDGE = {
    Knowledge.ACTUAL_WITNESS: N_("you witness it"),
    Knowledge.ACTUAL_OBSERVATION: N_("you observe it"),
    Knowledge.OBSERVED: N_("it is observed"),
    Knowledge.OBSERVED_OR_SHOULD_HAVE: N_("you observe it or reasonably should have"),
    Knowledge.PRESENCE: N_("it happens in your presence"),
    Knowledge.REASONABLE_BELIEF: N_("you reasonably believe it"),
    Knowledge.WITNESS_OR_GOOD_FAITH_BELIEF: N_("you witness it, or believe it in good faith and with reason"),
    Knowledge.PROBABLE_CAUSE: N_("you have probable cause to believe it"),
    Knowledge.OBJECTIVELY_CLEAR: N_("it is clear to an objectively reasonable officer"),
    Knowledge.OBJECTIVELY_KNOWS: N_("you objectively know it"),
    Knowledge.KNOWS_OR_SHOULD_KNOW: N_("you know it or should know it"),
    Knowledge.HAS_INFORMATION: N_("you have information about it"),
    Knowledge.RECOGNISE_AND_ACT: N_("you are trained to recognise it and act on it"),
    Knowledge.NOT_STATED: N_("what you need to know is not stated"),
    Knowledge.NOT_READ: N_("what you need to know was not read in a source"),
}

CONTENTS = {
    Content.DATE: N_("date"),
    Content.TIME: N_("time"),
    Content.PLACE: N_("place"),
    Content.PARTICIPANTS_IDENTITY: N_("who took part, if known"),
    Content.PARTICIPANTS_DESCRIPTION: N_("a description of those who took part"),
    Content.EVENTS: N_("what happened"),
    Content.FORCE_USED: N_("the force used"),
    Content.INTERVENTION_OR_FORCE_OBSERVED: N_("the intervention or the force seen"),
    Content.ENCOUNTER_TYPE: N_("the kind of encounter"),
    Content.ARRESTED: N_("whether anyone was arrested"),
    Content.CHARGES: N_("the charges"),
    Content.AID_TO_SUBJECT: N_("medical care asked for or needed by the person"),
    Content.AID_TO_OFFICER: N_("medical care asked for or needed by an officer"),
    Content.DEMOGRAPHICS: N_("demographic data of persons and officers"),
    Content.INTERVENTION_ACTIONS: N_("what you did to intervene"),
    Content.INTERVENTION_SUCCESS: N_("whether it worked"),
    Content.ACTIONS_TAKEN: N_("what was done because of what you saw"),
    Content.STATE_FORM: N_("the state's own form"),
}

STARTS = {
    Starts.INCIDENT: N_("counted from the use of force"),
    Starts.OBSERVATION: N_("counted from when you saw or learned of it"),
    Starts.SAME_DAY_SHIFT: N_("counted in the shift of that day"),
}

CONFIDENCE = {
    Confidence.SEEN_IN_SOURCE: N_("The operative words were read in a stored copy."),
    Confidence.PARTLY_SEEN: N_("Some of this was read in a source; what was not is marked."),
    Confidence.GENERAL_KNOWLEDGE: N_("This is general knowledge and was not read in a source."),
    Confidence.OURS: N_("This text is our own."),
}

INTERVENE = {
    Intervention.MANDATORY: N_("You have to intervene."),
    Intervention.CONDITIONAL: N_("You have to intervene."),
    Intervention.POLICY_MANDATED: N_("Your agency's policy has to require you to intervene."),
    Intervention.NONE: N_("This text puts no duty to intervene on you."),
}

INTERVENE_IF = {
    Intervention.MANDATORY: N_("You have to intervene. Conditions: {conditions}."),
    Intervention.CONDITIONAL: N_("You have to intervene. Conditions: {conditions}."),
    Intervention.POLICY_MANDATED: N_("Your agency's policy has to require you to intervene. Conditions: {conditions}."),
}

WHY = {
    WhyNotLaw.NOTHING_HELD: N_("We hold no provision of {place} on this."),
    WhyNotLaw.NO_REPORT_DUTY: N_("We found no duty of witnesses to report in the provision of {place}."),
    WhyNotLaw.NOT_YET: N_("The provision of {place} that we hold was not yet in force on {day}."),
    WhyNotLaw.IN_DOUBT: N_(
        "We cannot tell whether the provision of {place} was in force on {day}: its date is too coarse."
    ),
    WhyNotLaw.ENDED: N_("The provision of {place} that we hold was no longer in force on {day}."),
}

CRIMINAL = frozenset({Instrument.FEDERAL_CRIME, Instrument.FEDERAL_GUIDANCE})

NOT_ADVICE = N_("A summary in plain words, not legal advice; the agency's counsel confirms it.")


def asks(provision: Provision) -> tuple[Phrase, ...]:
    """What it asks of an officer, one sentence each; without the time, which `by_when` tells."""
    covers = Phrase(N_("It covers: {trigger}."), {"trigger": Phrase(provision.trigger)})
    quoted = tuple(Phrase(N_('The source says: "{words}".'), {"words": each.words}) for each in provision.quotations)
    if provision.instrument in CRIMINAL:
        about = Phrase(N_("This is federal criminal law or guidance about it; it is not a rule of conduct."))
        return (covers, about, *quoted)
    if not provision.is_law:
        covers = Phrase(N_("This is a standard for policies, not law. It covers: {trigger}."), covers.values)
    return (covers, *_intervene(provision), *_report(provision), *_protection(provision), *quoted)


def by_when(applied: Applied, agency_hours: Mapping[Unit, int] = NONE_SET) -> tuple[Phrase, ...]:
    """By when a report is owed, to whom, and what stands behind the time: law, or a setting and whose."""
    report = applied.provision.report
    said = {"limit": applied.limit.words(), "starts": Phrase(STARTS[applied.starts])}
    sentences = [Phrase(N_("A report is due {limit}, {starts}."), said)]
    if report.recipient:
        sentences.append(Phrase(N_("It goes to: {recipient}."), {"recipient": Phrase(report.recipient)}))
    if report.alternate_recipient:
        sentences.append(Phrase(N_("Another way: {recipient}."), {"recipient": Phrase(report.alternate_recipient)}))
    if report.notes:
        sentences.append(Phrase(report.notes))
    return (*_basis(applied, agency_hours), *sentences)


def doubts(provision: Provision) -> tuple[Phrase, ...]:
    """How sure we are, and what was not read in a source."""
    sentences = [Phrase(CONFIDENCE[provision.confidence])]
    for doubt in provision.unverified:
        if doubt.says:
            sentences.append(Phrase(N_("Not verified: {what}."), {"what": Phrase(doubt.says)}))
        elif doubt.field:
            sentences.append(Phrase(N_("Not verified: {what}."), {"what": Phrase(FIELDS[doubt.field])}))
    if provision.in_force_from and len(provision.in_force_from) < len("2020-01-01"):
        sentences.append(
            Phrase(
                N_("Its start is known only as {since}; it is taken to be in force from {day} at the latest."),
                {"since": str(provision.in_force_from), "day": provision.in_force_from.last},
            )
        )
    if provision.earlier_form_from:
        sentences.append(
            Phrase(
                N_("An earlier form, not held here, was in force from {day}."),
                {"day": provision.earlier_form_from.first},
            )
        )
    return (*sentences, Phrase(NOT_ADVICE))


FIELDS = {
    "in_force_from": N_("the day from which it holds"),
    "in_force_until": N_("whether it still holds"),
    "citations": N_("the citation"),
    "trigger": N_("what sets it off"),
    "intervene": N_("the duty to intervene"),
    "intervene.conditions": N_("the conditions for intervening"),
    "intervene.supervisor": N_("what supervisors owe"),
    "report": N_("the duty to report"),
    "report.owed": N_("whether a report is owed"),
    "report.limit": N_("the time for the report"),
    "report.recipient": N_("who receives the report"),
    "intervention_report.limit": N_("the time for the report of an intervention"),
    "intervention_report.contents": N_("what the report of an intervention has to hold"),
    "aid_is_owed": N_("the duty to give aid"),
    "retaliation.is_forbidden": N_("the protection against retaliation"),
    "consequence": N_("the consequences"),
    "consequence.discipline": N_("discipline as a consequence"),
    "consequence.decertification": N_("decertification as a consequence"),
    "consequence.criminal": N_("criminal law as a consequence"),
    "agency_duties": N_("what the agency owes"),
}
"""Words for the fields that packs may mark as unverified."""


def _intervene(provision: Provision) -> list[Phrase]:
    duty = provision.intervene
    sentences = [Phrase(INTERVENE[duty.duty])]
    if duty.duty is not Intervention.NONE:
        if duty.conditions:
            conditions = tuple(Phrase(CONDITIONS[condition]) for condition in duty.conditions)
            sentences = [Phrase(INTERVENE_IF[duty.duty], {"conditions": conditions})]
        known = Phrase(KNOWLEDGE[provision.knowledge.to_intervene])
        sentences.append(Phrase(N_("What counts to intervene: {knowledge}."), {"knowledge": known}))
    if duty.whatever_rank:
        sentences.append(Phrase(N_("Rank makes no difference.")))
    if duty.supervisor:
        sentences.append(Phrase(N_("Supervisors owe more: {duty}"), {"duty": Phrase(duty.supervisor)}))
    return sentences


def _protection(provision: Provision) -> list[Phrase]:
    sentences = []
    if provision.aid_is_owed:
        sentences.append(Phrase(N_("Medical aid is owed.")))
    if provision.retaliation.is_forbidden:
        sentences.append(Phrase(N_("Retaliation against you is forbidden.")))
    return sentences


def _report(provision: Provision) -> list[Phrase]:
    report = provision.report
    if not report.owed:
        return [Phrase(N_("We found no duty to report in this text."))]
    known = Phrase(KNOWLEDGE[provision.knowledge.to_report])
    sentences = [Phrase(N_("A report is owed. What counts to report: {knowledge}."), {"knowledge": known})]
    if report.scope:
        sentences.append(Phrase(N_("What the report is about: {scope}."), {"scope": Phrase(report.scope)}))
    if report.form:
        sentences.append(Phrase(N_("Its form: {form}."), {"form": Phrase(report.form)}))
    if report.contents:
        contents = tuple(Phrase(CONTENTS[content]) for content in report.contents)
        sentences.append(Phrase(N_("It has to hold: {contents}."), {"contents": contents}))
    if provision.intervention_report:
        sentences.append(Phrase(N_("Whoever intervened owes a second report on that.")))
    return sentences


def _basis(applied: Applied, agency_hours: Mapping[Unit, int]) -> list[Phrase]:
    place = library().places.get(applied.state, applied.state)
    sentences = []
    if applied.why:
        sentences.append(Phrase(WHY[applied.why], {"place": place, "day": applied.on}))
    if applied.basis is RuleBasis.AGENCY_DEFAULT:
        sentences.append(Phrase(N_("The model standard stands in, as the agency's default policy. It is not law.")))
    elif applied.limit_basis is LimitBasis.AGENCY_DEFAULT:
        sentences.append(Phrase(N_("The law sets no time; the time of the model standard stands in. It is not law.")))
    elif applied.limit_basis is LimitBasis.WORKING_VALUE and applied.limit.unit in agency_hours:
        hours = timedelta(hours=agency_hours[applied.limit.unit])
        said = N_("The law names no hours; the {hours} used here are the working value of this agency, not law.")
        sentences.append(Phrase(said, {"hours": hours}))
    elif applied.limit_basis is LimitBasis.WORKING_VALUE:
        sentences.append(Phrase(N_("The law names no hours; those used here are a setting, not law.")))
    return sentences
