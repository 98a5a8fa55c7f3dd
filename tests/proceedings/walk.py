"""A case brought along its way through the API, each stage in one line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.cases.models import Element, ImmediateKind
from app.provisions.matrix import sample_matrix
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
    findings: dict[str, str] = field(default_factory=dict)
    """allegation -> the finding proposed on it."""
    video: str = ""
    force: str = ""
    failure: str = ""

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

    async def alleged(self, force: str = "sustained", failure: str = "sustained") -> Walk:
        """From under investigation to ready to submit: evidence, two allegations, everyone assessed, two findings."""
        self.video = await self.evidence()
        self.force = await self.accuse(self.world.striker, "excessive_force")
        self.failure = await self.accuse(self.world.bystander, "failure_to_intervene", self.force)
        await self.assess_everyone()
        await self.find(self.force, force)
        await self.find(self.failure, failure, of=self.world.bystander)
        return self

    async def find(self, allegation: str, disposition: str, *, of: Person | None = None) -> str:
        said: dict[str, Any] = {
            "disposition": disposition,
            "rationale": "The video and the statements agree.",
            "provision_id": "US-CO",
            "evidence": [self.video, self.report_id],
        }
        if of is not None:
            said["assessment_id"] = ok(await self.world.investigator.get(self.assessment_of(of)))["id"]
        found = ok(await self.world.investigator.post(f"/v1/allegations/{allegation}/findings", said))
        self.findings[allegation] = found["id"]
        return str(found["id"])

    def assessment_of(self, who: Person) -> str:
        return f"{self.path}/assessments/{who.officer_id}"

    async def open_everything(self, by: Person) -> None:
        """Read what the findings rest on."""
        await self.see(by)
        for here in (ok(await by.get(f"{self.path}/assessments")))["assessments"]:
            if here["revision"]:
                ok(await by.get(f"{self.path}/assessments/{here['officer_id']}"))
        for item in ok(await by.get(f"{self.path}/evidence"))["evidence"]:
            ok(await by.get(f"{self.path}/evidence/{item['id']}"))
        for finding in self.findings.values():
            ok(await by.get(f"/v1/findings/{finding}"))

    async def approve_each(self, by: Person | None = None) -> Walk:
        approver = by or self.world.commander
        await self.open_everything(approver)
        for finding in self.findings.values():
            tag = (await approver.get(f"/v1/findings/{finding}")).headers["etag"]
            said = {"approves": True, "reason": "It follows from the evidence."}
            ok(await approver.post(f"/v1/findings/{finding}/approvals", said, headers={"If-Match": tag}))
        return self

    async def submitted(self, **dispositions: str) -> Walk:
        """From filed to findings submitted."""
        await self.open()
        await self.alleged(**dispositions)
        ok(await self.step(self.world.investigator, "case.submit_findings"))
        return self

    async def approved(self, **dispositions: str) -> Walk:
        """From filed to findings approved."""
        await self.submitted(**dispositions)
        await self.approve_each()
        ok(await self.step(self.world.commander, "case.approve_findings"))
        return self

    async def authority(self) -> Person:
        """Who was put in charge of discipline."""
        held = (await self.see(self.world.second_commander))["assignments"]
        account = next(each["account_id"] for each in held if each["office"] == "discipline_authority")
        return next(p for p in self.world.cast.values() if str(p.account_id) == account)

    async def discipline(self, allegation: str, accused: Person) -> None:
        """Notice, waiver, worksheet, decision."""
        matrices = ok(await self.world.commander.get("/v1/matrices"))
        if not matrices:
            ok(await self.world.admin.post("/v1/matrices", sample_matrix().model_dump(mode="json")))
        at = f"/v1/allegations/{allegation}"
        packet = [{"title": "Body-worn video, redacted", "sha256": "cd" * 32}]
        charges = "That on this day you failed a duty you owed."
        notice = ok(await self.world.commander.post(f"{at}/notices", {"charges": charges, "packet": packet}))
        path = f"/v1/notices/{notice['id']}"
        tag = (await accused.get(path)).headers["etag"]
        ok(await accused.post(f"{path}/answer", {"waives": True}, headers={"If-Match": tag}))
        sheet = {"category": "C", "level": 1, "proposal": {"penalty": "reprimand"}}
        ok(await self.world.second_commander.post(f"{at}/discipline", sheet))
        decision = {"penalty": "reprimand", "considered": "There was no answer to weigh."}
        ok(await (await self.authority()).post(f"{at}/discipline/decision", decision))

    async def reviewed(self) -> Walk:
        """From filed to the board's desk with nothing sustained, and everyone told."""
        await self.approved(force="not_sustained", failure="not_sustained")
        return await self.tell_everyone()

    async def tell_everyone(self) -> Walk:
        for who in (self.world.striker, self.world.bystander):
            ok(await self.act(self.world.commander, "told", officer_id=str(who.officer_id), how="By letter."))
        for person in (await self.see())["harmed"]:
            ok(await self.act(self.world.commander, "told", harmed=person["label"], how="By telephone."))
        return self

    async def closed(self) -> Walk:
        """From filed to closed."""
        await self.reviewed()
        ok(await self.act(self.world.board, "board-views", view="concur"))
        ok(await self.step(self.world.commander, "case.close"))
        return self

    def stands(self, state: str) -> None:
        """Put the case into a state, past every step."""
        self.world.database.sql('UPDATE "case" SET state = :s WHERE id = :id', s=state, id=self.case_id)

    @property
    def state(self) -> str:
        return str(self.world.database.sql('SELECT state FROM "case" WHERE id = :id', id=self.case_id)[0][0])


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
