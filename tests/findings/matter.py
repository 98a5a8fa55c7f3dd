"""A case as it stands when findings are made: two allegations, an assessment, evidence, people in their offices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx2

from app.provisions.matrix import sample_matrix
from tests.proceedings.walk import Walk, filed
from tests.world import Person, World

CANARY = "canary-4c7e"


@dataclass
class Matter:
    walk: Walk
    incident_id: str
    locator: str
    force: str
    """Allegation of excessive force against the striker."""
    failure: str
    """Allegation of failure to intervene against the bystander."""
    assessment: str
    """Complete, of the bystander."""
    video: str
    """An evidence item."""

    @property
    def world(self) -> World:
        return self.walk.world

    @property
    def case_id(self) -> str:
        return self.walk.case_id

    @property
    def report_id(self) -> str:
        return self.walk.report_id

    def stands(self, state: str) -> None:
        self.walk.stands(state)

    async def assess(self, officer: Person, **changes: Any) -> str:
        """A further assessment of an officer; its id."""
        return str((await self.walk.assess(officer, **changes))["id"])

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
        await self.open(person, "reports", "assessment", "video")
        return str((await person.get(f"/v1/findings/{finding}")).headers["etag"])

    async def open(self, person: Person, *what: str) -> None:
        """Read through the case: its reports, the bystander's newest assessment, the video."""
        paths = {
            "reports": self.walk.path,
            "assessment": self.walk.assessment_of(self.world.bystander),
            "video": f"{self.walk.path}/evidence/{self.video}",
        }
        for each in what:
            await person.get(paths[each])

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


def matrix(**changes: Any) -> dict[str, Any]:
    return {**sample_matrix().model_dump(mode="json"), **changes}


async def load(world: World, **changes: Any) -> str:
    answer = await world.admin.post("/v1/matrices", matrix(**changes))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def make_matter(world: World, **report: Any) -> Matter:
    """File a report, then work the case up to where findings are made."""
    walk = await filed(world, **report)
    walk.stands("investigation")
    await walk.assign()
    await walk.assign(world.authority, "discipline_authority")
    video = await walk.evidence()
    force = await walk.accuse(world.striker, "excessive_force")
    failure = await walk.accuse(world.bystander, "failure_to_intervene", force)
    assessed = await walk.assess(world.bystander)
    [[incident_id, locator]] = world.database.sql(
        "SELECT incident_id, locator FROM report WHERE id = :id", id=walk.report_id
    )
    return Matter(walk, str(incident_id), str(locator), force, failure, assessed["id"], video)


def unlike_absent(seen: httpx2.Response, absent: httpx2.Response) -> set[str]:
    """What tells two answers apart besides the id of the request (S1, S3)."""
    told: set[str] = set()
    bodies = [{k: v for k, v in a.json().items() if k != "request_id"} for a in (seen, absent)]
    told |= {"status"} if seen.status_code != absent.status_code else set()
    told |= {"body"} if bodies[0] != bodies[1] else set()
    varying = {"x-request-id", "content-length", "date"}
    heads = [{k: v for k, v in a.headers.items() if k not in varying} for a in (seen, absent)]
    return told | ({"headers"} if heads[0] != heads[1] else set())
