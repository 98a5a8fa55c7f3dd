"""The questions of a report as a table: one question a screen, in the order in which they are asked (practice.md 1.1).

What a screen asks, in which words and when it arises stands here; what the answers must be is the business of
`reports/schemas.py`. What belongs to one glance stays together: a day and its time, a badge and a name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.incidents import codes
from app.incidents.models import PresenceRole
from app.pages.fields import Option, options
from app.pages.officer.entries import HARMED, PRESENT, STRIKERS, TOLD
from app.pages.officer.questions import (
    AID,
    FORCE_KINDS,
    INTERVENED,
    MEANS,
    OWN_ROLES,
    PRECISION,
    SAW,
    STATEMENT,
    TIME_HINT,
    WORKED,
    YES_NO,
    Ask,
    Kind,
    Screen,
    listed,
)
from app.reports.schemas import Aid, Intervened, Saw
from app.reports.warnings import CURRENT
from app.words import N_

BEFORE = N_("Before you write")
HAPPENED = N_("What happened")
OWN_PART = N_("Your part")
AFTER = N_("Afterwards")
WORDS = N_("In your words")
REVIEW = N_("Review and file")
CHAPTERS = (BEFORE, HAPPENED, OWN_PART, AFTER, WORDS, REVIEW)

Condition = Callable[[Mapping[str, Any]], bool]


def said(screen: str, field: str, *codes_of: str) -> Condition:
    """Arises where that question was answered with one of these."""
    return lambda answers: answers[screen][field] in codes_of


def unless(screen: str, field: str, *codes_of: str) -> Condition:
    return lambda answers: answers[screen][field] not in codes_of


STEPPED_IN = said("acts", "intervened", Intervened.YES, Intervened.TRIED)
WAS_THERE = unless("view", "saw", Saw.WAS_TOLD)

BEFORE_ONE_WRITES = (
    Screen("rule", BEFORE, N_("The rule that applies to you")),
    Screen("readers", BEFORE, N_("Who will be able to read your name")),
    Screen(
        "statement",
        BEFORE,
        N_("How does this statement come about?"),
        N_("It decides how the statement may be used. The warning you see is kept with your report."),
        (
            Ask(
                "warning",
                N_("This report is made because"),
                Kind.ONE,
                options=tuple(
                    Option(CURRENT[kind].version, says, CURRENT[kind].says) for kind, says in STATEMENT.items()
                ),
                needed=N_("Choose how this statement comes about"),
            ),
        ),
    ),
)

WHAT_HAPPENED = (
    Screen(
        "when",
        HAPPENED,
        N_("When did it happen?"),
        asks=(
            Ask(
                "on", N_("Day"), Kind.DAY, N_("At the place where it happened."), needed=N_("Give the day it happened")
            ),
            Ask("clock", N_("Time of day"), Kind.CLOCK, TIME_HINT, size="small"),
            Ask("precision", N_("How exact is the time?"), Kind.ONE, options=options(PRECISION)),
        ),
        into="incident",
    ),
    Screen(
        "where",
        HAPPENED,
        N_("Where did it happen?"),
        asks=(
            Ask(
                "place",
                N_("Place"),
                hint=N_("Address, crossing, or how to find it."),
                needed=N_("Say where it happened"),
            ),
            Ask("location_type", N_("Kind of place"), Kind.CHOICE, options=listed(codes.LOCATION)),
        ),
        into="incident",
    ),
    Screen(
        "encounter",
        HAPPENED,
        N_("What was the encounter about?"),
        asks=(
            Ask("encounter_type", N_("What the encounter was about"), Kind.CHOICE, options=listed(codes.ENCOUNTER)),
            Ask(
                "agency_number",
                N_("Incident number of your agency"),
                hint=N_("From dispatch or the records system, if you have it."),
                size="small",
            ),
        ),
        into="incident",
    ),
    Screen(
        "force",
        HAPPENED,
        N_("Who used force?"),
        N_("Name every officer you saw using force, one at a time. What you do not know you may leave open."),
        into="officers",
        each=STRIKERS,
    ),
    Screen(
        "present",
        HAPPENED,
        N_("Who else was there?"),
        N_("Every other officer at the scene, whatever they did. You need not name yourself."),
        into="officers",
        each=PRESENT,
    ),
    Screen(
        "harmed",
        HAPPENED,
        N_("Who was harmed, or had force used on them?"),
        N_("They may stay unnamed. Of minors, write only what is needed."),
        into="harmed",
        each=HARMED,
    ),
)

YOUR_PART = (
    Screen(
        "view",
        OWN_PART,
        N_("How much did you see?"),
        N_("That you did not see something is an answer, not a gap."),
        (
            Ask(
                "saw",
                N_("What you saw"),
                Kind.ONE,
                options=options(SAW),
                needed=N_("Say how much you saw"),
            ),
        ),
        into="own_view",
    ),
    Screen(
        "vantage",
        OWN_PART,
        N_("From where did you see or hear it?"),
        asks=(
            Ask("vantage", N_("Where did you stand, and how far away?"), Kind.AREA, rows=3),
            Ask("blocked_by", N_("What blocked your view, if anything?"), Kind.AREA, rows=3),
        ),
        into="own_view",
        only_if=WAS_THERE,
    ),
    Screen(
        "heard",
        OWN_PART,
        N_("What was said?"),
        asks=(Ask("words_said", N_("Words, orders, warnings that you heard"), Kind.AREA, rows=4),),
        into="own_view",
        only_if=WAS_THERE,
    ),
    Screen(
        "times",
        OWN_PART,
        N_("At what times, as well as you know?"),
        asks=(
            Ask("arrived_at", N_("When did you arrive?"), Kind.CLOCK, TIME_HINT, size="small"),
            Ask("first_saw_at", N_("When did you first see force?"), Kind.CLOCK, size="small"),
            Ask("last_force_at", N_("When did the force end?"), Kind.CLOCK, size="small"),
        ),
        into="own_view",
        only_if=WAS_THERE,
    ),
    Screen(
        "part",
        OWN_PART,
        N_("What was your own part?"),
        asks=(Ask("role", N_("Your part at the scene"), Kind.ONE, options=options(OWN_ROLES)),),
        into="own_acts",
    ),
    Screen(
        "own_force",
        OWN_PART,
        N_("What force did you use yourself?"),
        asks=(FORCE_KINDS,),
        into="own_acts",
        only_if=said("part", "role", PresenceRole.USED_FORCE),
    ),
    Screen(
        "acts",
        OWN_PART,
        N_("Did you step in to stop it?"),
        N_("That you could not safely act is an answer too."),
        (
            Ask(
                "intervened",
                N_("Whether you stepped in"),
                Kind.ONE,
                options=options(INTERVENED),
                needed=N_("Say whether you stepped in"),
            ),
        ),
        into="own_acts",
    ),
    Screen(
        "how",
        OWN_PART,
        N_("How did you step in?"),
        asks=(
            Ask("means", N_("By what means"), Kind.MANY, options=options(MEANS), columns=True),
            Ask("acts", N_("What did you do, in your words?"), Kind.AREA, rows=4),
        ),
        into="own_acts",
        only_if=STEPPED_IN,
    ),
    Screen(
        "worked",
        OWN_PART,
        N_("Did it work?"),
        asks=(
            Ask("worked", N_("Whether the force stopped"), Kind.ONE, options=options(WORKED)),
            Ask("result", N_("What happened because of it?"), Kind.AREA, rows=3),
        ),
        into="own_acts",
        only_if=STEPPED_IN,
    ),
    Screen(
        "why_not",
        OWN_PART,
        N_("What kept you from stepping in?"),
        asks=(Ask("why_not", N_("Why you did not or could not"), Kind.AREA, rows=5),),
        into="own_acts",
        only_if=said("acts", "intervened", Intervened.NO, Intervened.COULD_NOT_SAFELY, Intervened.NO_TIME),
    ),
)

AFTERWARDS = (
    Screen(
        "aid",
        AFTER,
        N_("Was aid given?"),
        asks=(Ask("aid", N_("Aid to the person"), Kind.ONE, options=options(AID)),),
    ),
    Screen(
        "aid_given",
        AFTER,
        N_("Who gave aid or called for it?"),
        asks=(Ask("aid_words", N_("Who gave or called for aid, and when?"), Kind.AREA, rows=3),),
        only_if=said("aid", "aid", Aid.GIVEN, Aid.CALLED, Aid.GIVEN_AND_CALLED, Aid.NOT_GIVEN),
    ),
    Screen(
        "officer_care",
        AFTER,
        N_("Did officers need medical care?"),
        asks=(Ask("officer_care", N_("Medical care that officers asked for or needed"), Kind.AREA, rows=3),),
    ),
    Screen(
        "cameras",
        AFTER,
        N_("Which cameras may have recorded it?"),
        N_("Video is often written over within days; what you name here can be kept."),
        (
            Ask(
                "kinds",
                N_("Cameras"),
                Kind.MANY,
                options=tuple(option for option in listed(codes.VIDEO) if option.code not in ("none", "unknown")),
                columns=True,
            ),
            Ask(
                "owner",
                N_("Whose are they?"),
                hint=N_("For example: Officer Bauer's body camera, the shop at the corner."),
            ),
        ),
    ),
    Screen(
        "told",
        AFTER,
        N_("Whom have you told?"),
        N_("Supervisors, internal affairs, anyone official. If you told nobody, go on."),
        into="notified",
        each=TOLD,
    ),
    Screen(
        "earlier",
        AFTER,
        N_("Have you reported this before?"),
        asks=(
            Ask(
                "earlier_reports",
                N_("Earlier reports of the same event, by you or by others that you know of"),
                Kind.AREA,
                rows=4,
            ),
        ),
    ),
    Screen(
        "retaliation",
        AFTER,
        N_("Do you fear retaliation?"),
        N_(
            "Your answer is shown to few, never to the officers you name. Retaliation against you is itself misconduct."
        ),
        (
            Ask(
                "fears_retaliation",
                N_("Do you fear that someone will make you pay for this report?"),
                Kind.ONE,
                options=options(YES_NO),
            ),
        ),
    ),
    Screen(
        "fear",
        AFTER,
        N_("Whom do you fear, and what?"),
        N_("Your answer is shown to few, never to the officers you name."),
        (Ask("fear_words", N_("From whom, and in what form?"), Kind.AREA, rows=4),),
        only_if=said("retaliation", "fears_retaliation", "yes"),
    ),
)

IN_YOUR_WORDS = (
    Screen(
        "narrative",
        WORDS,
        N_("What happened, in your own words?"),
        N_("From the beginning to the end, as you saw it. Keep apart what you know and what you were told."),
        (
            Ask(
                "narrative",
                N_("Your account"),
                Kind.AREA,
                N_("Up to 20,000 characters."),
                needed=N_("Write what happened"),
                rows=16,
            ),
        ),
    ),
)

SCREENS = BEFORE_ONE_WRITES + WHAT_HAPPENED + YOUR_PART + AFTERWARDS + IN_YOUR_WORDS
BY_NAME = {screen.name: screen for screen in SCREENS}


def shown_to(answers: Mapping[str, Any]) -> list[Screen]:
    """The screens that arise from these answers, in order."""
    return [screen for screen in SCREENS if screen.only_if(answers)]
