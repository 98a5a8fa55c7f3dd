"""A case brought along its way through the API, each stage in one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.cases.models import Element, ImmediateKind
from tests.world import Person, World, file_case

ELEMENT = {"answer": "yes", "reasoning": "The report and the video agree."}


def ok(answer: Any) -> Any:
    """The body of an answer that must be a success."""
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


@dataclass
class Walk:
    """One case and the acts that bring it on; `world` is its agency."""

    world: World
    case_id: str
    report_id: str

    @property
    def path(self) -> str:
        return f"/v1/cases/{self.case_id}"

    async def see(self, by: Person | None = None) -> dict[str, Any]:
        seen: dict[str, Any] = ok(await (by or self.world.commander).get(self.path))
        return seen

    async def step(self, by: Person, step: str, **facts: Any) -> Any:
        return await by.step(self.case_id, step, **facts)

    async def act(self, by: Person, what: str, **said: Any) -> Any:
        return await by.post(f"{self.path}/{what}", said)

    async def acknowledge(self, by: Person | None = None) -> Walk:
        ok(await self.step(by or self.world.sergeant, "case.acknowledge"))
        return self

    async def classify(self) -> Walk:
        seen = await self.world.intake.get(self.path)
        said = {"classification": "administrative"}
        headers = {"If-Match": seen.headers["etag"]}
        ok(await self.world.intake.put(f"{self.path}/classification", said, headers=headers))
        return self

    async def answer_immediate_steps(self) -> Walk:
        for kind in ImmediateKind:
            ok(await self.act(self.world.intake, "immediate-steps", kind=kind, answer="done"))
        return self

    async def assign(self, who: Person | None = None, office: str = "investigator") -> Walk:
        person = who or self.world.investigator
        said = {"account_id": str(person.account_id), "office": office, "reason": "Next in turn."}
        ok(await self.act(self.world.commander, "assignments", **said))
        return self

    async def open(self) -> Walk:
        """From filed to under investigation."""
        await self.acknowledge()
        await self.classify()
        await self.answer_immediate_steps()
        await self.assign()
        ok(await self.step(self.world.sergeant, "case.open"))
        return self

    async def evidence(self, by: Person | None = None) -> str:
        said = {"kind": "body_worn_video", "title": "Camera of Rivera", "sha256": "ab" * 32, "held_at": "Vault 4711"}
        entered = ok(await self.act(by or self.world.investigator, "evidence", **said))
        return str(entered["id"])

    async def accuse(self, who: Person, duty: str, force: str | None = None) -> str:
        said: dict[str, Any] = {"officer_id": str(who.officer_id), "duty": duty, "basis": "The report says so."}
        if force:
            said["force_allegation_id"] = force
        return str(ok(await self.act(self.world.investigator, "allegations", **said))["id"])

    async def assess(self, who: Person, **changes: Any) -> dict[str, Any]:
        said = assessment_body(self.report_id, **changes)
        path = f"{self.path}/assessments/{who.officer_id}"
        earlier = await self.world.investigator.get(path)
        headers = {"If-Match": earlier.headers["etag"]} if earlier.status_code == 200 else {}
        assessed: dict[str, Any] = ok(await self.world.investigator.put(path, said, headers=headers))
        return assessed

    async def assess_everyone(self) -> Walk:
        for here in (await self.see())["roster"]:
            who = next(p for p in self.world.cast.values() if str(p.officer_id) == here["officer_id"])
            reported = "yes" if who.account_id == self.world.reporter.account_id else "not_owed"
            await self.assess(who, reported={"answer": reported, "reasoning": "As the file says."})
        return self


def assessment_body(cited: str, **changes: Any) -> dict[str, Any]:
    """Every element answered, on one report or item."""
    body: dict[str, Any] = {
        "elements": {element.value: {**ELEMENT, "evidence": [cited]} for element in Element},
        "reported": {"answer": "not_owed", "to_whom": "", "reasoning": "Their own force is what it is about."},
    }
    return {**body, **changes}


async def filed(world: World, by: Person | None = None, **changes: Any) -> Walk:
    made = await file_case(world, by, **changes)
    return Walk(world, made["case_id"], made["id"])
