"""What is asked once for each officer, person harmed and person told: each entry in screens of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.incidents import codes
from app.incidents.models import PresenceRole
from app.pages.fields import Option, options
from app.pages.officer.questions import (
    AGES,
    FORCE_KINDS,
    KNOWN,
    ROLES,
    TIME_HINT,
    YES_NO,
    Ask,
    Each,
    Kind,
    Step,
    listed,
)
from app.words import N_

WHO_HINT = N_("With the badge number we find the officer on the roster, so that they are kept away from the case.")
WHO = (
    Ask(
        "badge",
        N_("Badge number, if you know it"),
        hint=WHO_HINT,
        size="small",
        needed=N_("Give a badge number, a name or a description"),
        star=False,
    ),
    Ask("name", N_("Name, or a description if you do not know the name")),
)


def is_injured(entry: Mapping[str, Any]) -> bool:
    return bool(set(entry["injuries"]) - {"none"})


def was_arrested(entry: Mapping[str, Any]) -> bool:
    return bool(entry["was_arrested"] == "yes")


STRIKERS = Each(
    N_("Add an officer who used force"),
    N_("An officer who used force"),
    N_("No officer is named yet. A report needs at least one."),
    20,
    (
        Step("who", N_("Which officer used force?"), WHO),
        Step(
            "did",
            N_("What did this officer do?"),
            (FORCE_KINDS, Ask("did", N_("What did this officer do, and to whom?"), Kind.AREA)),
        ),
    ),
    (("role", PresenceRole.USED_FORCE.value),),
)
PRESENT = Each(
    N_("Add an officer who was there"),
    N_("Another officer who was there"),
    N_("Nobody else is named yet."),
    20,
    (
        Step("who", N_("Which officer was there?"), WHO),
        Step(
            "did",
            N_("What was this officer's part?"),
            (
                Ask(
                    "role",
                    N_("What was their part?"),
                    Kind.ONE,
                    options=tuple(Option(role.value, says) for role, says in ROLES.items() if role != "used_force"),
                    needed=N_("Say what their part was"),
                ),
                Ask("did", N_("What did they do?"), Kind.AREA, rows=4),
            ),
        ),
    ),
)
HARMED = Each(
    N_("Add a person"),
    N_("A person who was harmed"),
    N_("Nobody is named or described yet."),
    20,
    (
        Step(
            "who",
            N_("Who was harmed?"),
            (
                Ask("name", N_("Name, if you know it and it is needed")),
                Ask("description", N_("Description, if you give no name")),
                Ask("is_minor", N_("Under 18?"), Kind.ONE, options=options(YES_NO)),
            ),
            N_("They may stay unnamed. Of minors, write only what is needed."),
        ),
        Step(
            "injuries",
            N_("How was this person injured?"),
            (
                Ask(
                    "injuries",
                    N_("Injuries you saw or were told of"),
                    Kind.MANY,
                    options=listed(codes.INJURY),
                    columns=True,
                ),
            ),
        ),
        Step(
            "treatment",
            N_("Was this person treated?"),
            (
                Ask("treatment", N_("Treatment"), Kind.MANY, options=listed(codes.TREATMENT), columns=True),
                Ask("care_asked_for", N_("Did they ask for medical care?"), Kind.ONE, options=options(KNOWN)),
            ),
            only_if=is_injured,
        ),
        Step(
            "arrest",
            N_("Was this person arrested?"),
            (Ask("was_arrested", N_("Whether they were arrested"), Kind.ONE, options=options(KNOWN)),),
        ),
        Step("charges", N_("What were they charged with?"), (Ask("charges", N_("Charges, if any")),), "", was_arrested),
        Step(
            "conduct",
            N_("What did this person do?"),
            (
                Ask("resistance", N_("Resistance"), Kind.MANY, options=listed(codes.RESISTANCE), columns=True),
                Ask("actions", N_("What they did"), Kind.MANY, options=listed(codes.SUBJECT_ACTION), columns=True),
            ),
            N_("Some states ask for this. It may stay open."),
        ),
        Step(
            "person",
            N_("Age, gender, race or ethnicity"),
            (
                Ask("age_group", N_("Age"), Kind.CHOICE, options=options(AGES)),
                Ask("gender", N_("Gender"), Kind.CHOICE, options=listed(codes.GENDER)),
                Ask("race", N_("Race or ethnicity"), Kind.CHOICE, options=listed(codes.RACE)),
            ),
            N_("As you perceived it. Some states ask for this. It may stay open."),
        ),
    ),
)
TOLD = Each(
    N_("Add someone you told"),
    N_("Someone you told"),
    N_("Nobody is named yet."),
    20,
    (
        Step(
            "who",
            N_("Whom did you tell, and how?"),
            (
                Ask("who", N_("Who was told?"), needed=N_("Say who was told")),
                Ask("clock", N_("At what time?"), Kind.CLOCK, TIME_HINT, size="small"),
                Ask("how", N_("How?"), hint=N_("In person, by radio, by phone, in writing.")),
            ),
        ),
    ),
)
