"""The questions of a report as tables: one screen a topic, in the order in which they are asked (practice.md 1.1).

What a screen asks and in which words stands here; what the answers must be is the business of `reports/schemas.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from app.incidents import codes
from app.incidents.codes import CodeList
from app.incidents.models import Precision, PresenceRole
from app.pages.fields import Option, options
from app.reports.models import StatementClass
from app.reports.schemas import Aid, Intervened, Known, Means, Saw, Worked
from app.reports.warnings import CURRENT
from app.words import N_


class Kind(StrEnum):
    LINE = "line"
    AREA = "area"
    ONE = "one"
    MANY = "many"
    CHOICE = "choice"
    DAY = "day"
    CLOCK = "clock"
    """A time of day at the agency, typed."""


@dataclass(frozen=True)
class Ask:
    """One question. `name` is the field of the form and, but for times, the member of the report."""

    name: str
    says: str
    kind: Kind = Kind.LINE
    hint: str = ""
    options: tuple[Option, ...] = ()
    needed: str = ""
    """What to say when it stays open; empty where it may."""
    star: bool = True
    """Marked as needed; not so where one of several will do."""
    columns: bool = False
    rows: int = 5
    size: str = ""


@dataclass(frozen=True)
class Part:
    """Questions of a screen that may stay folded away."""

    says: str
    asks: tuple[Ask, ...]


@dataclass(frozen=True)
class Screen:
    """One topic. `into` is the member of the report that its answers make; `each` says that there may be several."""

    name: str
    chapter: str
    title: str
    lead: str = ""
    asks: tuple[Ask, ...] = ()
    more: Part | None = None
    into: str = ""
    each: Each | None = None

    @cached_property
    def all_asks(self) -> tuple[Ask, ...]:
        return self.asks + (self.more.asks if self.more else ())


@dataclass(frozen=True)
class Each:
    """Words for a screen that gathers several: officers, persons harmed, people told."""

    add: str
    item: str
    none: str
    most: int
    fixed: tuple[tuple[str, str], ...] = ()
    """Members that every entry of this screen has."""


def listed(table: CodeList) -> tuple[Option, ...]:
    return tuple(Option(code, table.label(code)) for code in table.codes)


PRECISION = {
    Precision.MINUTE: N_("To the minute, or nearly"),
    Precision.HOUR: N_("About that hour"),
    Precision.DAY: N_("Only the day"),
}
ROLES = {
    PresenceRole.USED_FORCE: N_("Used force"),
    PresenceRole.INTERVENED: N_("Stepped in"),
    PresenceRole.PRESENT: N_("Was there"),
    PresenceRole.SUPERVISED: N_("Supervised"),
    PresenceRole.ARRIVED_AFTER: N_("Arrived after the force"),
}
OWN_ROLES = {
    PresenceRole.PRESENT: N_("I was there"),
    PresenceRole.INTERVENED: N_("I stepped in"),
    PresenceRole.USED_FORCE: N_("I used force myself"),
    PresenceRole.SUPERVISED: N_("I supervised"),
    PresenceRole.ARRIVED_AFTER: N_("I arrived after the force"),
}
SAW = {
    Saw.ALL: N_("I saw all of it"),
    Saw.PART: N_("I saw part of it"),
    Saw.HEARD: N_("I heard it and did not see it"),
    Saw.DID_NOT_SEE: N_("I did not see it"),
    Saw.WAS_TOLD: N_("I was told about it"),
}
INTERVENED = {
    Intervened.YES: N_("Yes, I stepped in"),
    Intervened.TRIED: N_("I tried to"),
    Intervened.NO: N_("No"),
    Intervened.COULD_NOT_SAFELY: N_("I could not safely act"),
    Intervened.NO_TIME: N_("There was no time to act"),
    Intervened.NOT_PRESENT: N_("I was not there while it happened"),
}
MEANS = {
    Means.VERBAL: N_("By voice"),
    Means.PHYSICAL: N_("By hand"),
    Means.RADIO: N_("By radio"),
    Means.ORDER: N_("By an order"),
    Means.RECORDED: N_("By recording it"),
    Means.MEDICAL: N_("By giving aid"),
    Means.OTHER: N_("In another way"),
}
WORKED = {
    Worked.YES: N_("Yes, the force stopped"),
    Worked.PARTLY: N_("In part"),
    Worked.NO: N_("No"),
    Worked.UNKNOWN: N_("I do not know"),
}
KNOWN = {Known.YES: N_("Yes"), Known.NO: N_("No"), Known.UNKNOWN: N_("I do not know")}
YES_NO = {"yes": N_("Yes"), "no": N_("No"), "": N_("I would rather not say, or do not know")}
AID = {
    Aid.GIVEN: N_("Aid was given at the scene"),
    Aid.CALLED: N_("An ambulance was called"),
    Aid.GIVEN_AND_CALLED: N_("Both"),
    Aid.NOT_GIVEN: N_("Aid was needed and not given"),
    Aid.NOT_NEEDED: N_("No aid was needed"),
    Aid.UNKNOWN: N_("I do not know"),
}
STATEMENT = {
    StatementClass.DUTY_REPORT: N_("The law or policy asks me to report this"),
    StatementClass.COMPELLED: N_("I was ordered to make this statement"),
    StatementClass.VOLUNTARY: N_("I report this of my own will"),
}
AGES = {
    age: age for age in (N_("under 18"), "18-24", "25-34", "35-44", "45-54", "55-64", N_("65 or older"), N_("unknown"))
}

TIME_HINT = N_("For example 9:45 PM or 21:45. Leave it open if you do not know.")
WHO_HINT = N_("With the badge number we find the officer on the roster, so that they are kept away from the case.")


def _who(needed: str) -> tuple[Ask, ...]:
    return (
        Ask("badge", N_("Badge number, if you know it"), hint=WHO_HINT, size="small", needed=needed, star=False),
        Ask("name", N_("Name, or a description if you do not know the name")),
    )


FORCE_KINDS = Ask(
    "force", N_("Kinds of force"), Kind.MANY, N_("Tick all that you saw."), listed(codes.FORCE), columns=True
)

BEFORE = N_("Before you write")
HAPPENED = N_("What happened")
OWN_PART = N_("Your part")
AFTER = N_("Afterwards")
WORDS = N_("In your words")
REVIEW = N_("Review and file")
CHAPTERS = (BEFORE, HAPPENED, OWN_PART, AFTER, WORDS, REVIEW)

SCREENS = (
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
    Screen(
        "when",
        HAPPENED,
        N_("When and where did it happen?"),
        asks=(
            Ask(
                "on", N_("Day"), Kind.DAY, N_("At the place where it happened."), needed=N_("Give the day it happened")
            ),
            Ask("clock", N_("Time of day"), Kind.CLOCK, TIME_HINT, size="small"),
            Ask("precision", N_("How exact is the time?"), Kind.ONE, options=options(PRECISION)),
            Ask(
                "place",
                N_("Place"),
                hint=N_("Address, crossing, or how to find it."),
                needed=N_("Say where it happened"),
            ),
            Ask("location_type", N_("Kind of place"), Kind.CHOICE, options=listed(codes.LOCATION)),
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
        (
            *_who(N_("Give a badge number, a name or a description")),
            FORCE_KINDS,
            Ask("did", N_("What did this officer do, and to whom?"), Kind.AREA),
        ),
        into="officers",
        each=Each(
            N_("Add an officer who used force"),
            N_("An officer who used force"),
            N_("No officer is named yet. A report needs at least one."),
            20,
            (("role", PresenceRole.USED_FORCE.value),),
        ),
    ),
    Screen(
        "present",
        HAPPENED,
        N_("Who else was there?"),
        N_("Every other officer at the scene, whatever they did. You need not name yourself."),
        (
            *_who(N_("Give a badge number, a name or a description")),
            Ask(
                "role",
                N_("What was their part?"),
                Kind.ONE,
                options=tuple(Option(role.value, says) for role, says in ROLES.items() if role != "used_force"),
                needed=N_("Say what their part was"),
            ),
            Ask("did", N_("What did they do?"), Kind.AREA, rows=4),
        ),
        into="officers",
        each=Each(
            N_("Add an officer who was there"), N_("Another officer who was there"), N_("Nobody else is named yet."), 20
        ),
    ),
    Screen(
        "harmed",
        HAPPENED,
        N_("Who was harmed, or had force used on them?"),
        N_("They may stay unnamed. Of minors, write only what is needed."),
        (
            Ask("name", N_("Name, if you know it and it is needed")),
            Ask("description", N_("Description, if you give no name")),
            Ask("is_minor", N_("Under 18?"), Kind.ONE, options=options(YES_NO)),
            Ask(
                "injuries",
                N_("Injuries you saw or were told of"),
                Kind.MANY,
                options=listed(codes.INJURY),
                columns=True,
            ),
            Ask("treatment", N_("Treatment"), Kind.MANY, options=listed(codes.TREATMENT), columns=True),
            Ask("care_asked_for", N_("Did they ask for medical care?"), Kind.ONE, options=options(KNOWN)),
            Ask("was_arrested", N_("Were they arrested?"), Kind.ONE, options=options(KNOWN)),
            Ask("charges", N_("Charges, if any")),
        ),
        Part(
            N_("What they did, and who they are (some states ask for this)"),
            (
                Ask("resistance", N_("Resistance"), Kind.MANY, options=listed(codes.RESISTANCE), columns=True),
                Ask("actions", N_("What they did"), Kind.MANY, options=listed(codes.SUBJECT_ACTION), columns=True),
                Ask("age_group", N_("Age"), Kind.CHOICE, options=options(AGES)),
                Ask("gender", N_("Gender"), Kind.CHOICE, options=listed(codes.GENDER)),
                Ask("race", N_("Race or ethnicity"), Kind.CHOICE, options=listed(codes.RACE)),
            ),
        ),
        into="harmed",
        each=Each(N_("Add a person"), N_("A person who was harmed"), N_("Nobody is named or described yet."), 20),
    ),
    Screen(
        "view",
        OWN_PART,
        N_("What did you see, and from where?"),
        N_("That you did not see something is an answer, not a gap."),
        (
            Ask(
                "saw",
                N_("How much did you see?"),
                Kind.ONE,
                options=options(SAW),
                needed=N_("Say how much you saw"),
            ),
            Ask("vantage", N_("Where did you stand, and how far away?"), Kind.AREA, rows=3),
            Ask("blocked_by", N_("What blocked your view, if anything?"), Kind.AREA, rows=3),
            Ask("words_said", N_("What was said: words, orders, warnings"), Kind.AREA, rows=4),
            Ask("arrived_at", N_("When did you arrive?"), Kind.CLOCK, TIME_HINT, size="small"),
            Ask("first_saw_at", N_("When did you first see force?"), Kind.CLOCK, size="small"),
            Ask("last_force_at", N_("When did the force end?"), Kind.CLOCK, size="small"),
        ),
        into="own_view",
    ),
    Screen(
        "acts",
        OWN_PART,
        N_("What did you do?"),
        N_("That you could not safely act is an answer too."),
        (
            Ask("role", N_("What was your own part?"), Kind.ONE, options=options(OWN_ROLES)),
            Ask(
                "intervened",
                N_("Did you step in to stop it?"),
                Kind.ONE,
                options=options(INTERVENED),
                needed=N_("Say whether you stepped in"),
            ),
            Ask("means", N_("If you did: how?"), Kind.MANY, options=options(MEANS), columns=True),
            Ask("acts", N_("What did you do, in your words?"), Kind.AREA, rows=4),
            Ask("worked", N_("Did it work?"), Kind.ONE, options=options(WORKED)),
            Ask("why_not", N_("If you did not, or could not: why?"), Kind.AREA, rows=4),
            Ask("result", N_("What happened because of it?"), Kind.AREA, rows=3),
        ),
        Part(N_("If you used force yourself"), (FORCE_KINDS,)),
        into="own_acts",
    ),
    Screen(
        "aid",
        AFTER,
        N_("Was aid given?"),
        asks=(
            Ask("aid", N_("Aid to the person"), Kind.ONE, options=options(AID)),
            Ask("aid_words", N_("Who gave or called for aid, and when?"), Kind.AREA, rows=3),
            Ask("officer_care", N_("Medical care that officers asked for or needed"), Kind.AREA, rows=3),
        ),
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
        (
            Ask("who", N_("Who was told?"), needed=N_("Say who was told")),
            Ask("clock", N_("At what time?"), Kind.CLOCK, TIME_HINT, size="small"),
            Ask("how", N_("How?"), hint=N_("In person, by radio, by phone, in writing.")),
        ),
        into="notified",
        each=Each(N_("Add someone you told"), N_("Someone you told"), N_("Nobody is named yet."), 20),
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
            Ask("fear_words", N_("From whom, and in what form?"), Kind.AREA, rows=4),
        ),
    ),
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
BY_NAME = {screen.name: screen for screen in SCREENS}
