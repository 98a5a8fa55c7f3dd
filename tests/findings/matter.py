"""A case as it stands when findings are made: two allegations, an assessment, evidence, people in their offices."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import httpx2

from app.access.actor import Actor, Role
from app.audit.log import record, say_who
from app.cases.models import Allegation, Assessment, Assignment, Duty
from app.cases.opened import mark_opened
from app.evidence.models import EvidenceItem, EvidenceKind
from app.provisions.matrix import sample_matrix
from tests.world import Person, World, file_case

ELEMENTS = ("presence", "violation", "knowledge", "opportunity", "response", "harm")
CANARY = "canary-4c7e"


@dataclass
class Matter:
    world: World
    case_id: str
    incident_id: str
    report_id: str
    locator: str
    force: str
    """Allegation of excessive force against the striker."""
    failure: str
    """Allegation of failure to intervene against the bystander."""
    assessment: str
    """Complete, of the bystander."""
    video: str
    """An evidence item."""

    def stands(self, state: str) -> None:
        """Put the case into a state, past every step."""
        self.world.database.sql('UPDATE "case" SET state = :s WHERE id = :id', s=state, id=self.case_id)

    def is_real(self) -> None:
        """Neither case nor agency is made up any more."""
        self.world.database.sql('UPDATE "case" SET made_up = false WHERE id = :id', id=self.case_id)
        self.world.database.sql("UPDATE agency SET made_up = false WHERE id = :id", id=self.world.agency.id)

    def finding(self, **changes: Any) -> dict[str, Any]:
        """The bystander failed to intervene, with all that such a finding needs."""
        return {
            "disposition": "sustained",
            "rationale": f"He stood two steps away for forty seconds. {CANARY}",
            "provision_id": "US-CO",
            "evidence": [self.video, self.report_id],
            "assessment_id": self.assessment,
            **changes,
        }

    async def propose(self, allegation: str = "", *, by: Person | None = None, **changes: Any) -> httpx2.Response:
        person = by or self.world.investigator
        return await person.post(f"/v1/allegations/{allegation or self.failure}/findings", self.finding(**changes))

    async def proposed(self, allegation: str = "", **changes: Any) -> str:
        """Id of a finding that was proposed."""
        answer = await self.propose(allegation, **changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def open_all(self, person: Person, finding: str) -> str:
        """Read a finding and what it rests on; the tag of the finding."""
        await self.open(person, self.assessment, self.video, self.report_id)
        return str((await person.get(f"/v1/findings/{finding}")).headers["etag"])

    async def open(self, person: Person, *objects: str) -> None:
        async with self.world.transaction() as tx:
            say_who(tx, actor_of(person))
            await mark_opened(tx, uuid.UUID(self.case_id), *map(uuid.UUID, objects))

    async def approve(
        self, finding: str, by: Person | None = None, *, approves: bool = True, tag: str | None = None
    ) -> httpx2.Response:
        """Open everything, then answer; `tag` instead opens nothing and names this version."""
        person = by or self.world.commander
        headers = {"If-Match": tag or await self.open_all(person, finding)}
        body = {"approves": approves, "reason": f"As the video shows. {CANARY}"}
        return await person.post(f"/v1/findings/{finding}/approvals", body, headers=headers)

    async def sustained(self) -> str:
        """A finding of failure to intervene, sustained and approved; the case is in discipline."""
        finding = await self.proposed()
        self.stands("findings_review")
        answer = await self.approve(finding)
        assert answer.status_code == 201, answer.text
        self.stands("discipline")
        return finding

    def notice(self, **changes: Any) -> dict[str, Any]:
        return {
            "charges": "That on this day he did not step in against force he saw to be excessive.",
            "packet": [{"title": "Body-worn video, redacted", "sha256": "ab" * 32}],
            **changes,
        }

    async def serve(self, by: Person | None = None, **changes: Any) -> httpx2.Response:
        person = by or self.world.commander
        return await person.post(f"/v1/allegations/{self.failure}/notices", self.notice(**changes))

    async def served(self) -> str:
        answer = await self.serve()
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def answer(self, notice: str, body: dict[str, Any], *, tag: str = '"1"') -> httpx2.Response:
        return await self.world.bystander.post(f"/v1/notices/{notice}/answer", body, headers={"If-Match": tag})

    def runs_out(self, notice: str) -> None:
        """Let the time to answer run out."""
        self.world.database.sql(
            "UPDATE notice SET answer_due_at = now() - interval '1 minute' WHERE id = :id", id=notice
        )

    def worksheet(self, **changes: Any) -> dict[str, Any]:
        return {
            "category": "C",
            "level": 1,
            "factors": [
                {"factor": "rank", "weighs": "aggravating", "reasoning": CANARY, "evidence": [self.video]},
            ],
            "proposal": {"penalty": "reprimand"},
            **changes,
        }

    async def worksheet_made(self, by: Person | None = None, **changes: Any) -> httpx2.Response:
        person = by or self.world.commander
        return await person.post(f"/v1/allegations/{self.failure}/discipline", self.worksheet(**changes))

    async def decide(self, by: Person | None = None, **changes: Any) -> httpx2.Response:
        person = by or self.world.authority
        body = {"penalty": "reprimand", "considered": f"He says he froze; that weighs little. {CANARY}", **changes}
        return await person.post(f"/v1/allegations/{self.failure}/discipline/decision", body)

    async def ready(self, **matrix: Any) -> str:
        """All a decision needs, on the sample matrix: finding, notice, answer, worksheet. Id of the notice."""
        await load(self.world, **matrix)
        await self.sustained()
        notice = await self.served()
        assert (await self.answer(notice, {"answer": "I froze."})).status_code == 201
        made = await self.worksheet_made()
        assert made.status_code == 201, made.text
        return notice


def actor_of(person: Person) -> Actor:
    return Actor(person.account_id, person.agency_id, uuid.uuid4(), person.name, person.roles, person.officer_id)


def matrix(**changes: Any) -> dict[str, Any]:
    return {**sample_matrix().model_dump(mode="json"), **changes}


async def load(world: World, **changes: Any) -> str:
    answer = await world.admin.post("/v1/matrices", matrix(**changes))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def make_matter(world: World, *, provision: str = "US-CO", **report: Any) -> Matter:
    """File a report, then put on the case what investigation puts there."""
    filed = await file_case(world, **report)
    case_id, incident_id = uuid.UUID(filed["case_id"]), uuid.UUID(filed["incident_id"])
    async with world.transaction() as tx:
        say_who(tx, actor_of(world.investigator))

        def allegation(person: Person, duty: Duty, force: uuid.UUID | None = None) -> Allegation:
            return Allegation(
                id=uuid.uuid4(),
                agency_id=world.agency.id,
                case_id=case_id,
                officer_id=person.officer_id,
                duty=duty,
                basis="as reported",
                provision_id=provision,
                force_allegation_id=force,
                opened_by=world.investigator.account_id,
            )

        force = allegation(world.striker, Duty.EXCESSIVE_FORCE)
        tx.add(force)
        await tx.flush()
        failure = allegation(world.bystander, Duty.FAILURE_TO_INTERVENE, force.id)
        video = EvidenceItem(
            id=uuid.uuid4(),
            agency_id=world.agency.id,
            incident_id=incident_id,
            kind=EvidenceKind.BODY_WORN_VIDEO,
            title="Rivera's camera",
            sha256=b"\x01" * 32,
            held_at="evidence.example/1",
            entered_by=world.investigator.account_id,
        )
        tx.add_all([failure, video])
        for person, office in ((world.investigator, Role.INVESTIGATOR), (world.authority, Role.DISCIPLINE_AUTHORITY)):
            tx.add(
                Assignment(
                    agency_id=world.agency.id,
                    case_id=case_id,
                    account_id=person.account_id,
                    office=office,
                    assigned_by=world.commander.account_id,
                )
            )
        record(tx, "allegation.opened", ("allegation", failure.id), case_id=case_id, case=case_id)
    matter = Matter(
        world,
        filed["case_id"],
        filed["incident_id"],
        filed["id"],
        filed["locator"],
        str(force.id),
        str(failure.id),
        "",
        str(video.id),
    )
    matter.assessment = await assess(matter, world.bystander)
    matter.stands("investigation")
    return matter


async def assess(matter: Matter, officer: Person, *, revision: int = 1, is_complete: bool = True) -> str:
    """Record an assessment of an officer; its id."""
    world = matter.world
    answered = {"answer": "yes", "standard": "actual_witness", "reasoning": "seen", "evidence": [matter.video]}
    async with world.transaction() as tx:
        assessment = Assessment(
            id=uuid.uuid4(),
            agency_id=world.agency.id,
            case_id=uuid.UUID(matter.case_id),
            officer_id=officer.officer_id,
            revision=revision,
            elements=dict.fromkeys(ELEMENTS, answered) if is_complete else {},
            reported={"answer": "no"},
            is_complete=is_complete,
            assessed_by=world.investigator.account_id,
        )
        tx.add(assessment)
        record(tx, "assessment.recorded", ("assessment", assessment.id), case_id=assessment.case_id, revision=revision)
    return str(assessment.id)


def problem(answer: httpx2.Response) -> tuple[int, str]:
    """Status and name of a refusal."""
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def unlike_absent(seen: httpx2.Response, absent: httpx2.Response) -> set[str]:
    """What tells two answers apart besides the id of the request (S1, S3)."""
    told: set[str] = set()
    bodies = [{k: v for k, v in a.json().items() if k != "request_id"} for a in (seen, absent)]
    told |= {"status"} if seen.status_code != absent.status_code else set()
    told |= {"body"} if bodies[0] != bodies[1] else set()
    varying = {"x-request-id", "content-length", "date"}
    heads = [{k: v for k, v in a.headers.items() if k not in varying} for a in (seen, absent)]
    return told | ({"headers"} if heads[0] != heads[1] else set())
