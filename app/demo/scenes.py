"""Made-up scenes from a seed: what happened follows frequencies counted on real force forms, who was there is drawn.

The frequencies and their source stand in `incidents/frequencies.json`. Nothing here says how often force is unlawful:
no data we have says that, so each story of the demo decides it for itself and is marked as made up.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.incidents import codes
from app.incidents.frequencies import of_forms

PLACES = (
    "Alder Street, 400 block",
    "Harbor Road at Pier 9",
    "Mill Lane car park",
    "Quay Street market",
    "Linden Court, stairwell B",
    "North Basin bus station",
    "Copper Hill playground",
    "Ferry Terminal, lower hall",
    "Saltworks Road underpass",
    "Orchard Terrace, rear yard",
    "Canal Street, 1200 block",
    "Foundry Square",
)
HARMED = (
    "a man in a green coat",
    "a woman of about thirty",
    "an older man with a walking stick",
    "a young man with a bicycle",
    "a woman in work clothes",
    "a man in hospital clothes",
)


@dataclass(frozen=True)
class Scene:
    """One event as its witnesses could tell it."""

    number: str
    occurred_at: datetime
    place: str
    encounter: str
    location: str
    force: str
    resistance: str
    injury: str
    harmed: str
    video: str


def draw_scene(dice: random.Random, number: str, now: datetime, hours_ago: float, injury: str | None = None) -> Scene:
    """A scene of so many hours ago; the same seed gives the same scene, whatever the day."""
    forms = of_forms()
    return Scene(
        number=number,
        occurred_at=(now - timedelta(hours=hours_ago, minutes=dice.randrange(0, 55))).replace(second=0, microsecond=0),
        place=dice.choice(PLACES),
        encounter=_draw(dice, forms["encounter_type"]),
        location=_draw(dice, forms["location_type"]),
        force=_draw(dice, forms["force"]),
        resistance=_draw(dice, forms["resistance"]),
        injury=injury or _draw(dice, forms["subject_injury"]),
        harmed=dice.choice(HARMED),
        video=_draw(dice, forms["video"]),
    )


def _draw(dice: random.Random, counts: Mapping[str, int]) -> str:
    return dice.choices(list(counts), list(counts.values()))[0]


def report_of(scene: Scene, officers: list[dict[str, Any]], acts: dict[str, Any], words: str) -> dict[str, Any]:
    """The body of a witness's report of this scene, as a client would send it."""
    return {
        "mode": "named",
        "statement_class": "duty_report",
        "warning": "duty-1",
        "incident": {
            "agency_number": scene.number,
            "occurred_at": scene.occurred_at.isoformat(),
            "precision": "minute",
            "place": scene.place,
            "location_type": scene.location,
            "encounter_type": scene.encounter,
        },
        "officers": officers,
        "harmed": [{"description": scene.harmed, "resistance": [scene.resistance], "injuries": [scene.injury]}],
        "own_view": {
            "saw": "all",
            "vantage": "about ten feet away, nothing between us",
            "arrived_at": (scene.occurred_at - timedelta(minutes=1)).isoformat(),
            "first_saw_at": scene.occurred_at.isoformat(),
            "last_force_at": (scene.occurred_at + timedelta(minutes=1)).isoformat(),
        },
        "own_acts": acts,
        "aid": "called",
        "cameras": [{"kind": scene.video}],
        "notified": [{"who": "Dispatch", "how": "radio"}],
        "fears_retaliation": False,
        "narrative": (
            f"{words} The force was: {codes.FORCE.label(scene.force).lower()}. "
            f"I saw {scene.harmed}; resistance: {codes.RESISTANCE.label(scene.resistance).lower()}. "
            "This report is made up for the demonstration."
        ),
        "declares_accuracy": True,
    }
