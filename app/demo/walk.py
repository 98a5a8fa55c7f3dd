"""The way of a case from filing to closing, step by step, each by the person whose office it is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.demo.client import Client
from app.demo.scenes import Scene, report_of

Cast = Mapping[str, Client]

ELEMENTS = (
    "presence",
    "underlying_violation",
    "knowledge",
    "realistic_opportunity",
    "response",
    "harm_after_opportunity",
)


def officer(cast: Cast, who: str, role: str, **more: Any) -> dict[str, Any]:
    return {"officer_id": str(cast[who].officer_id), "role": role, **more}


async def file(cast: Cast, scene: Scene, by: str, officers: list[dict[str, Any]], **acts: Any) -> str:
    """File a report of the scene; returns its id."""
    own = {"role": "present", "intervened": "tried", "means": ["verbal"], "worked": "no", **acts}
    filed = await cast[by].post("/v1/reports", report_of(scene, officers, own, "I saw another officer use force."))
    return str(filed["id"])


async def case_of(reader: Client, scene: Scene) -> str:
    """The case of a scene, found in the reader's queue by place and time."""
    for line in (await reader.get("/v1/cases?limit=200"))["cases"]:
        if line["place"] == scene.place and datetime.fromisoformat(line["occurred_at"]) == scene.occurred_at:
            return str(line["id"])
    raise LookupError(scene.number)


async def triage(cast: Cast, case_id: str, by: str, investigator: str) -> None:
    """Acknowledge, classify, answer the immediate steps, have an investigator assigned, open."""
    holder, commander = cast[by], cast["mbeki"]
    await holder.step(case_id, "case.acknowledge")
    await answer_at_once(holder, case_id)
    await commander.post(
        f"/v1/cases/{case_id}/assignments",
        {
            "account_id": str(cast[investigator].account_id),
            "office": "investigator",
            "reason": "Next in turn, and in no conflict.",
        },
    )
    await holder.step(case_id, "case.open")


async def answer_at_once(holder: Client, case_id: str) -> None:
    """Classification and immediate steps."""
    seen = await holder.call("GET", f"/v1/cases/{case_id}")
    await holder.put(f"/v1/cases/{case_id}/classification", {"classification": "administrative"}, seen.etag)
    for kind, answer, note in (
        ("preserve_video", "done", "All body-worn video of the hour is held."),
        ("separate_officers", "ordered", "Separate shifts from tomorrow."),
        ("medical_check", "done", "Seen by paramedics at the scene."),
        ("criminal_referral", "not_needed", "Reviewed with the prosecutor's duty desk by telephone."),
        ("protect_reporter", "ordered", "A contact outside the chain is named."),
    ):
        await holder.post(f"/v1/cases/{case_id}/immediate-steps", {"kind": kind, "answer": answer, "note": note})


async def enter_evidence(worker: Client, case_id: str, title: str) -> str:
    """A reference to an original that lies elsewhere; its hash is of the words, since the demo has no video."""
    entered = await worker.post(
        f"/v1/cases/{case_id}/evidence",
        {
            "kind": "body_worn_video",
            "title": title,
            "sha256": hashlib.sha256(title.encode()).hexdigest(),
            "held_at": "Digital evidence system, item made up for the demo",
        },
    )
    return str(entered["id"])


MOMENTS = (
    ("haddad", -40, "arrival", ""),
    ("bauer", 5, "first_force", ""),
    ("haddad", 20, "act", "Turned to the street."),
    ("rivera", 32, "intervention", "Said stop, twice."),
    ("bauer", 48, "last_force", ""),
)
"""Who, seconds after the incident began, what."""


async def mark_scene(cast: Cast, scene: Scene, worker: Client, case_id: str, video: str) -> None:
    """The scene by the clock, as the video shows it."""
    for who, seconds, kind, says in MOMENTS:
        await worker.post(
            f"/v1/cases/{case_id}/scene",
            {
                "officer_id": str(cast[who].officer_id),
                "kind": kind,
                "at": (scene.occurred_at + timedelta(seconds=seconds)).isoformat(),
                "exactness": "second",
                "says": says,
                "source_id": video,
            },
        )


async def allege(worker: Client, case_id: str, officer_id: str, duty: str, force: str | None = None) -> str:
    said = {"officer_id": officer_id, "duty": duty, "basis": "The report and the video.", "force_allegation_id": force}
    return str((await worker.post(f"/v1/cases/{case_id}/allegations", said))["id"])


async def assess(worker: Client, case_id: str, officer_id: str, evidence: str, *, reported: str) -> str:
    """All six elements for one officer, and whether they reported; returns the revision's id."""
    answers = dict.fromkeys(ELEMENTS, "yes")
    if reported == "no":
        answers["response"] = "no"
    elements = {
        name: {"answer": answer, "reasoning": "As the video shows.", "evidence": [evidence]}
        for name, answer in answers.items()
    }
    told = {"answer": reported, "reasoning": "Looked for in all reports of the event."}
    path = f"/v1/cases/{case_id}/assessments/{officer_id}"
    made = await worker.put(path, {"elements": elements, "reported": told})
    return str(made["id"])


async def propose(
    worker: Client, allegation_id: str, disposition: str, evidence: list[str], assessment: str | None = None
) -> str:
    said = {
        "disposition": disposition,
        "rationale": "The video and the statements agree; the standard is met or not met as stated.",
        "provision_id": "US-CO",
        "evidence": evidence,
        "assessment_id": assessment,
    }
    return str((await worker.post(f"/v1/allegations/{allegation_id}/findings", said))["id"])


async def approve(commander: Client, case_id: str, finding_id: str) -> None:
    """Open all that a finding rests on, then approve it."""
    seen = await commander.call("GET", f"/v1/findings/{finding_id}")
    for item in seen.body["evidence"]:
        await commander.get(f"/v1/cases/{case_id}/evidence/{item}")
    for line in (await commander.get(f"/v1/cases/{case_id}/assessments"))["assessments"]:
        await commander.get(f"/v1/cases/{case_id}/assessments/{line['officer_id']}")
    await commander.call(
        "POST",
        f"/v1/findings/{finding_id}/approvals",
        {"approves": True, "reason": "The rationale follows from the evidence."},
        seen.etag,
    )
