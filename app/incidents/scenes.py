"""The forms of one incident put together: who used force, what the forms agree on, and where they do not.

Where forms disagree nothing is averaged or chosen in silence: the disagreement is a fact of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from app.agencies.models import Rank
from app.agencies.sheets import Reason, Refusal
from app.incidents.force_forms import Form, When
from app.incidents.mapping import CODES_FIELDS
from app.incidents.models import PresenceRole
from app.words import N_

REFUSALS = 10_000
"""Enough to see what is wrong; a file in the wrong form would give millions."""

SAME_FOR_ALL: Mapping[str, Callable[[Form], Any]] = MappingProxyType(
    {
        "date": lambda form: str(form.when),
        "place": lambda form: form.place or None,
        "indoors": attrgetter("indoors"),
        "subject_count": attrgetter("subject_count"),
        "subject_arrested": attrgetter("subject_arrested"),
        "subject_juvenile": attrgetter("subject_juvenile"),
        "subject_race": attrgetter("subject_race"),
        "subject_gender": attrgetter("subject_gender"),
    }
)
"""What is one fact about an incident and not each officer's own: all forms that say it should say the same."""

CONFLICTS: Mapping[str, str] = MappingProxyType(
    {
        "date": N_("The forms give different dates."),
        "place": N_("The forms give different places."),
        "indoors": N_("Some forms say indoors, others outdoors."),
        "subject_count": N_("The forms count different numbers of subjects."),
        "subject_arrested": N_("The forms differ on an arrest, or are about different subjects."),
        "subject_juvenile": N_("The forms differ on whether the subject is a minor, or are about different subjects."),
        "subject_race": N_("The forms give different races, or are about different subjects."),
        "subject_gender": N_("The forms give different genders, or are about different subjects."),
        "officer_twice": N_("One officer has more than one form."),
        "rank": N_("The forms of one officer give different ranks."),
        "other_officer_involved": N_("A form says that no other officer was involved."),
    }
)

FACTS = frozenset({*CODES_FIELDS, "indoors", "subject_count"})
"""What may be known of a scene, in the words of the forms."""

UNHURT = frozenset({"none"})
"""An unknown injury counts as one: the cautious reading (a case with injury is never screened out)."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something on which the forms of one incident cannot all be right."""

    what: str
    values: tuple[Any, ...]
    """What was said, each once, in the order of the file; the officer's name where one stands twice."""
    rows: tuple[int, ...]
    """The rows of the file that say it."""

    @property
    def sentence(self) -> str:
        """English source text, to be translated where it is shown."""
        return CONFLICTS[self.what]


@dataclass(frozen=True, slots=True)
class Named:
    """An officer whom a form names; such a form names users of force only."""

    officer: str
    badge: str
    officer_name: str
    rank: Rank
    forms: tuple[Form, ...]
    role: PresenceRole = PresenceRole.USED_FORCE

    @property
    def who(self) -> str:
        """What tells this officer from the others of the incident."""
        return self.forms[0].who


@dataclass(frozen=True, slots=True)
class Scene:
    """An incident as the force forms tell it. Nothing in it says that anyone did wrong."""

    incident: str
    when: When
    place: str
    forms: tuple[Form, ...]
    roster: tuple[Named, ...]
    conflicts: tuple[Conflict, ...]

    def stated(self, field_name: str) -> tuple[str, ...]:
        """Codes of a field over all forms, each once, in the order of the file."""
        return tuple(dict.fromkeys(code for form in self.forms for code in getattr(form, field_name)))

    @property
    def has_injury(self) -> bool:
        return not UNHURT.issuperset({*self.stated("subject_injuries"), *self.stated("officer_injuries")})


def facts_of(said: Mapping[str, Iterable[Any]]) -> dict[str, list[Any]]:
    """What is known of a scene, whoever said it: a list for each word, each value once; what nobody said is left out.

    Several witnesses may say several things, so not even a single answer stands alone.
    """
    assert said.keys() <= FACTS, "a fact has one name"
    listed = {
        word: list(dict.fromkeys(value for value in values if value is not None)) for word, values in said.items()
    }
    return {word: values for word, values in listed.items() if values}


@dataclass(frozen=True)
class Gathered:
    """What a file came to. With any refusal the file as a whole is not imported."""

    scenes: tuple[Scene, ...]
    refusals: tuple[Refusal, ...]
    ranks_unlisted: Counter[str] = field(default_factory=Counter)
    """Ranks as entered that the mapping does not know, with the number of forms."""

    @property
    def forms(self) -> int:
        return sum(len(scene.forms) for scene in self.scenes)


def gather(read: Iterable[Form | Refusal]) -> Gathered:
    """Group forms into incidents by the agency's number, wherever in the file they stand, in order of first sight."""
    by_incident: dict[str, list[Form]] = {}
    refusals: list[Refusal] = []
    ranks: Counter[str] = Counter()
    for found in read:
        if isinstance(found, Refusal):
            if len(refusals) == REFUSALS:
                refusals.append(Refusal(found.row, None, Reason.TOO_MANY_REFUSALS))
                break
            refusals.append(found)
            continue
        by_incident.setdefault(found.incident, []).append(found)
        if found.rank is Rank.OTHER:
            ranks[found.rank_as_entered] += 1
    return Gathered(tuple(map(scene_of, by_incident.values())), tuple(refusals), ranks)


def scene_of(forms: Sequence[Form]) -> Scene:
    """The scene that forms of one incident tell together; at least one form."""
    by_officer: dict[str, list[Form]] = {}
    for form in forms:
        by_officer.setdefault(form.who, []).append(form)
    return Scene(
        incident=forms[0].incident,
        when=_most_said(form.when for form in forms),
        place=_most_said(form.place for form in forms),
        forms=tuple(forms),
        roster=tuple(map(_named, by_officer.values())),
        conflicts=tuple(_conflicts(forms, list(by_officer.values()))),
    )


def _most_said(values: Iterable[Any]) -> Any:
    """What most forms say; between equals, what the first one says."""
    return Counter(values).most_common(1)[0][0]


def _named(forms: Sequence[Form]) -> Named:
    first = forms[0]
    return Named(
        officer=first.officer,
        badge=first.badge,
        officer_name=next((form.officer_name for form in forms if form.officer_name), ""),
        rank=next((form.rank for form in forms if form.rank is not Rank.NOT_GIVEN), Rank.NOT_GIVEN),
        forms=tuple(forms),
    )


def _conflicts(forms: Sequence[Form], by_officer: Sequence[Sequence[Form]]) -> Iterator[Conflict]:
    for what, said in SAME_FOR_ALL.items():
        if conflict := _differing(what, forms, said):
            yield conflict
    for own in by_officer:
        if len(own) > 1:
            yield Conflict("officer_twice", (own[0].who,), tuple(form.row for form in own))
            if conflict := _differing("rank", own, _rank_if_given):
                yield conflict
    denying = tuple(form.row for form in forms if form.other_officer_involved is False)
    if denying and len(by_officer) > 1:
        yield Conflict("other_officer_involved", (False,), denying)


def _differing(what: str, forms: Sequence[Form], said: Callable[[Form], Any]) -> Conflict | None:
    saying = [(value, form.row) for form in forms if (value := said(form)) is not None]
    values = tuple(dict.fromkeys(value for value, _ in saying))
    return Conflict(what, values, tuple(row for _, row in saying)) if len(values) > 1 else None


def _rank_if_given(form: Form) -> str | None:
    return None if form.rank is Rank.NOT_GIVEN else form.rank.value
