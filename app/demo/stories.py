"""The worked cases of the demo: one or more at every stage, so that every page has something to show.

All are made up, and marked so in the data and on every page. They are filed and worked today; the events lie some days
back, so that some clocks run and some ran out.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from app.demo import walk
from app.demo.scenes import Scene, draw_scene
from app.demo.walk import Cast, officer

SEED = 20240719
"""Every demo draws the same scenes; the days are counted from its first start."""

Story = Callable[[Cast, Scene], Awaitable[None]]


@dataclass(frozen=True)
class Told:
    """A story, how long before today it happened, and an injury where the story needs one."""

    tell: Story
    hours_ago: float
    injury: str | None = None


async def filed(cast: Cast, scene: Scene) -> None:
    """Rivera reports Bauer; Haddad stood by. It waits for Sergeant Novak."""
    await walk.file(cast, scene, "rivera", _bauer_and_haddad(cast, scene))


async def filed_by_two(cast: Cast, scene: Scene) -> None:
    """Two officers report one event from two places; the reports meet in one case."""
    await filed(cast, scene)
    used = officer(cast, "bauer", "used_force", force=[scene.force])
    await walk.file(cast, scene, "lindqvist", [used], intervened="could_not_safely", means=[], worked=None)


async def past_the_sergeant(cast: Cast, scene: Scene) -> None:
    """The sergeant was there herself: the case goes to the lieutenant, and for her it does not exist."""
    there = [*_bauer_and_haddad(cast, scene), officer(cast, "novak", "supervised")]
    await walk.file(cast, scene, "rivera", there)


async def past_the_agency(cast: Cast, scene: Scene) -> None:
    """The whole chain was there: internal affairs takes it."""
    chain = [officer(cast, who, "present") for who in ("brennan", "okafor", "moreau", "adeyemi")]
    await walk.file(cast, scene, "osei", [officer(cast, "whitfield", "used_force", force=[scene.force]), *chain])


async def in_triage(cast: Cast, scene: Scene) -> None:
    """South: Tanaka reports Whitfield; Sergeant Brennan has begun."""
    await walk.file(cast, scene, "tanaka", _whitfield_and_osei(cast, scene))
    case_id = await walk.case_of(cast["castellano"], scene)
    await cast["brennan"].step(case_id, "case.acknowledge")
    await walk.answer_at_once(cast["brennan"], case_id)


async def returned(cast: Cast, scene: Scene) -> None:
    """The report is returned for a supplement: who else was near is not said."""
    await walk.file(cast, scene, "tanaka", [officer(cast, "whitfield", "used_force", force=[scene.force])])
    case_id = await walk.case_of(cast["castellano"], scene)
    await cast["brennan"].step(case_id, "case.return", reason="Please say who else was near enough to see it.")


async def referred(cast: Cast, scene: Scene) -> None:
    """Possibly criminal: referred to an outside body."""
    await in_triage(cast, scene)
    case_id = await walk.case_of(cast["castellano"], scene)
    await cast["mbeki"].step(
        case_id,
        "case.refer",
        body="State Bureau of Investigation (made up)",
        dated_on=(datetime.now(UTC) - timedelta(days=1)).date().isoformat(),
        reason="The injury calls for an outside look.",
    )


async def screened_out(cast: Cast, scene: Scene) -> None:
    """No officer of this agency used force: two commanders agree, and the board sees it."""
    await in_triage(cast, scene)
    case_id = await walk.case_of(cast["castellano"], scene)
    reason = "The video shows that nobody of this agency touched anyone."
    await cast["teller"].post(f"/v1/cases/{case_id}/concurrences", {"step": "case.screen_out", "reason": reason})
    await cast["mbeki"].step(case_id, "case.screen_out", reason=reason)


@dataclass(frozen=True)
class Worked:
    """What an investigation has made so far."""

    case_id: str
    allegations: dict[str, str]
    findings: dict[str, str]


async def in_investigation(cast: Cast, scene: Scene) -> None:
    await _investigate(cast, scene)


async def in_review(cast: Cast, scene: Scene) -> None:
    await _submit(cast, scene, "sustained")


async def in_discipline(cast: Cast, scene: Scene) -> None:
    """Findings of excessive force and of failure to intervene are approved; the accused are served."""
    worked = await _approve(cast, scene, "sustained")
    for duty, who in (("force", "bauer"), ("intervene", "haddad")):
        await _serve(cast, worked.allegations[duty], who, answers=who == "bauer")


async def decided(cast: Cast, scene: Scene) -> None:
    """Discipline is decided; the board has yet to give its view."""
    worked = await _decide(cast, scene)
    case = await cast["mbeki"].get(f"/v1/cases/{worked.case_id}")
    await _as_authority(cast, case).step(worked.case_id, "case.decide")


async def closed(cast: Cast, scene: Scene) -> None:
    """The whole way: sustained, decided, the board concurs, everyone told, closed."""
    worked = await _decide(cast, scene)
    await _conclude(cast, worked.case_id, cleared=(), view="concur", reasons="The record bears it out.")


async def closed_not_sustained(cast: Cast, scene: Scene) -> None:
    """Nothing proven; the board dissents, and its dissent travels with the case."""
    worked = await _approve(cast, scene, "not_sustained")
    reasons = "A second camera was never asked for."
    await _conclude(cast, worked.case_id, cleared=("bauer", "haddad"), view="dissent", reasons=reasons)


STORIES: tuple[Told, ...] = (
    Told(filed, 5),
    Told(filed_by_two, 20),
    Told(past_the_sergeant, 30),
    Told(past_the_agency, 44),
    Told(in_triage, 52),
    Told(returned, 60),
    Told(referred, 75, "fracture"),
    Told(screened_out, 80, "none"),
    Told(in_investigation, 96, "contusion"),
    Told(in_review, 140, "complaint_of_pain"),
    Told(in_discipline, 190, "abrasion"),
    Told(decided, 260, "contusion"),
    Told(closed, 330, "abrasion"),
    Told(closed_not_sustained, 400, "none"),
)


def scene_of(number: int, now: datetime) -> Scene:
    """The scene of the nth story, whichever were told before."""
    told = STORIES[number]
    return draw_scene(random.Random(SEED + number), number_of(number), now, told.hours_ago, told.injury)  # noqa: S311


def number_of(number: int) -> str:
    return f"DEMO-{number + 1:04}"


def _bauer_and_haddad(cast: Cast, scene: Scene) -> list[dict[str, Any]]:
    return [officer(cast, "bauer", "used_force", force=[scene.force]), officer(cast, "haddad", "present")]


def _whitfield_and_osei(cast: Cast, scene: Scene) -> list[dict[str, Any]]:
    return [officer(cast, "whitfield", "used_force", force=[scene.force]), officer(cast, "osei", "present")]


async def _investigate(cast: Cast, scene: Scene) -> Worked:
    await filed(cast, scene)
    case_id = await walk.case_of(cast["castellano"], scene)
    await walk.triage(cast, case_id, "novak", "brandt")
    brandt = cast["brandt"]
    video = await walk.enter_evidence(brandt, case_id, f"Body-worn video of {scene.number}")
    await walk.mark_scene(cast, scene, brandt, case_id, video)
    force = await walk.allege(brandt, case_id, str(cast["bauer"].officer_id), "excessive_force")
    intervene = await walk.allege(brandt, case_id, str(cast["haddad"].officer_id), "failure_to_intervene", force)
    return Worked(case_id, {"force": force, "intervene": intervene}, {"video": video})


async def _submit(cast: Cast, scene: Scene, disposition: str) -> Worked:
    worked = await _investigate(cast, scene)
    brandt, video = cast["brandt"], worked.findings["video"]
    reported = {"bauer": "not_owed", "haddad": "no", "rivera": "yes"}
    assessed = {
        who: await walk.assess(brandt, worked.case_id, str(cast[who].officer_id), video, reported=answer)
        for who, answer in reported.items()
    }
    force = await walk.propose(brandt, worked.allegations["force"], disposition, [video])
    intervene = await walk.propose(brandt, worked.allegations["intervene"], disposition, [video], assessed["haddad"])
    await brandt.step(worked.case_id, "case.submit_findings")
    return Worked(worked.case_id, worked.allegations, {"force": force, "intervene": intervene})


async def _approve(cast: Cast, scene: Scene, disposition: str) -> Worked:
    worked = await _submit(cast, scene, disposition)
    for finding_id in worked.findings.values():
        await walk.approve(cast["mbeki"], worked.case_id, finding_id)
    await cast["mbeki"].step(worked.case_id, "case.approve_findings")
    return worked


async def _serve(cast: Cast, allegation_id: str, who: str, *, answers: bool) -> None:
    """Serve the notice; the accused answers, or is still to."""
    packet = [{"title": "Body-worn video", "sha256": "0" * 63 + "1"}]
    await cast["mbeki"].post(
        f"/v1/allegations/{allegation_id}/notices",
        {"charges": "What was found, and the rule it was found under.", "packet": packet},
    )
    if answers:
        notice = (await cast[who].get("/v1/notices"))[0]
        seen = await cast[who].call("GET", f"/v1/notices/{notice['id']}")
        said = {"answer": "I have read the charges. I ask that my record be weighed."}
        await cast[who].call("POST", f"/v1/notices/{notice['id']}/answer", said, seen.etag)


async def _decide(cast: Cast, scene: Scene) -> Worked:
    worked = await _approve(cast, scene, "sustained")
    for duty, who, category in (("force", "bauer", "D"), ("intervene", "haddad", "C")):
        allegation = worked.allegations[duty]
        await _serve(cast, allegation, who, answers=True)
        await _decide_one(cast, worked.case_id, allegation, category)
    return worked


async def _decide_one(cast: Cast, case_id: str, allegation_id: str, category: str) -> None:
    made = await cast["mbeki"].post(
        f"/v1/allegations/{allegation_id}/discipline",
        {
            "category": category,
            "level": 1,
            "factors": [],
            "proposal": {"penalty": "reprimand", "departure_reason": "First matter in a long service; made up."},
        },
    )
    held = await cast["mbeki"].get(f"/v1/cases/{case_id}")
    by = next(
        client
        for client in cast.values()
        if str(client.account_id)
        in [a["account_id"] for a in held["assignments"] if a["office"] == "discipline_authority"]
    )
    await by.post(
        f"/v1/allegations/{allegation_id}/discipline/decision",
        {
            "penalty": made["proposal"]["penalty"],
            "departure_reason": "As proposed.",
            "considered": "The answer was read and weighed.",
        },
    )


async def _conclude(cast: Cast, case_id: str, *, cleared: tuple[str, ...], view: str, reasons: str) -> None:
    """Decision step where discipline was due, the board's view, everyone told, closed."""
    case = await cast["mbeki"].get(f"/v1/cases/{case_id}")
    if case["state"] == "discipline":
        await _as_authority(cast, case).step(case_id, "case.decide")
    await cast["quill"].post(f"/v1/cases/{case_id}/board-views", {"view": view, "reasons": reasons})
    for who in cleared:
        said = {"officer_id": str(cast[who].officer_id), "how": "In person, by the commander."}
        await cast["mbeki"].post(f"/v1/cases/{case_id}/told", said)
    for person in case["harmed"]:
        await cast["mbeki"].post(f"/v1/cases/{case_id}/told", {"harmed": person["label"], "how": "By letter."})
    await cast["mbeki"].step(case_id, "case.close")


def _as_authority(cast: Cast, case: dict[str, Any]) -> Any:
    ids = [a["account_id"] for a in case["assignments"] if a["office"] == "discipline_authority"]
    return next(client for client in cast.values() if str(client.account_id) in ids)
