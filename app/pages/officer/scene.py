"""The scene as a small table: who was there, in which part, and what they did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.incidents.models import PresenceRole
from app.pages.officer.answers import Answers, Typed, Wrong
from app.pages.officer.questions import FORCE_KINDS, MEANS, OWN_ROLES, ROLES
from app.words import N_

YOU = N_("You")
NO_NAME = N_("No name yet")
BADGE = N_("badge")


@dataclass(frozen=True)
class SceneRow:
    who: str
    part: str
    did: tuple[str, ...]
    href: str = ""
    """Where it is changed; empty where it cannot be."""
    remove: str = ""
    is_found: bool = True
    wrongs: tuple[str, ...] = ()


def scene_of(answers: Answers, wrongs: Iterable[Wrong], at: str, t: Callable[[str], str]) -> list[SceneRow]:
    """The officers of a draft, those who used force first, and the reporter last."""
    faults = [(wrong.screen, wrong.key, wrong.says) for wrong in wrongs]
    rows = []
    for screen in ("force", "present"):
        for entry in answers[screen]:
            href = f"{at}/{screen}/{entry['key']}"
            told = tuple(says for where, key, says in faults if (where, key) == (screen, entry["key"]))
            role = PresenceRole.USED_FORCE if screen == "force" else entry["role"]
            rows.append(
                SceneRow(
                    name_of(entry, t),
                    part_of(role, t),
                    _did(entry.get("force", ()), entry["did"], t),
                    href,
                    f"{href}/remove",
                    bool(entry["officer_id"]),
                    told,
                )
            )
    return [*rows, _reporter(answers, at, t)]


def name_of(entry: Typed, t: Callable[[str], str]) -> str:
    said: str = entry["found"] or entry["name"].strip()
    badge = entry["badge"].strip()
    return said or (f"{t(BADGE)} {badge}" if badge else t(NO_NAME))


def part_of(role: str, t: Callable[[str], str]) -> str:
    return t(ROLES[PresenceRole(role)]) if role in set(PresenceRole) else ""


def _reporter(answers: Answers, at: str, t: Callable[[str], str]) -> SceneRow:
    role = answers["part"]["role"]
    part = t(OWN_ROLES[PresenceRole(role)]) if role in set(PresenceRole) else ""
    stepped_in = answers["acts"]["intervened"] in ("yes", "tried")
    means = tuple(t(MEANS[m]) for m in MEANS if m in answers["how"]["means"]) if stepped_in else ()
    forced = answers["own_force"]["force"] if role == PresenceRole.USED_FORCE else ()
    words = answers["how"]["acts"] if stepped_in else ""
    return SceneRow(t(YOU), part, (*means, *_did(forced, words, t)), f"{at}/part")


def filed_scene(content: Mapping[str, Any], roster: Mapping[str, str], t: Callable[[str], str]) -> list[SceneRow]:
    """The officers of a filed report, as it names them."""
    rows = []
    for officer in sorted(content["officers"], key=lambda each: each["role"] != PresenceRole.USED_FORCE):
        known = roster.get(str(officer.get("officer_id") or ""), "")
        entry = {"found": known, "name": officer["name"], "badge": officer["badge"]}
        rows.append(SceneRow(name_of(entry, t), part_of(officer["role"], t), _did(officer["force"], officer["did"], t)))
    return rows


def _did(kinds: Iterable[str], words: str, t: Callable[[str], str]) -> tuple[str, ...]:
    labels = {option.code: option.says for option in FORCE_KINDS.options}
    return (*(t(labels[kind]) for kind in kinds if kind in labels), *((words,) if words.strip() else ()))
