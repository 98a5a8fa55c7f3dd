"""Charges and packet served on the accused, and what they say to them before anything is decided (law.md section 4)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Granted, Inside
from app.access.rights import Right
from app.agencies.models import Account, Agency, Posting
from app.audit.log import digest, record, sha256_of, write_time
from app.cases.models import Allegation, Case, State
from app.cases.timeline import note
from app.db.base import new_salt
from app.db.session import time_of
from app.findings.findings import canonical, standing_on
from app.findings.models import Decision, Disposition, Finding, FindingState, MatrixVersion, Notice, Worksheet
from app.findings.rules import (
    NOTICES,
    AlreadyAnswered,
    Decided,
    NoticeServed,
    NotSustained,
    Reporter,
    refuse_naming,
    refuse_unless,
)
from app.findings.schemas import AnswerIn, NoticeIn, NoticeLine, NoticeView, RepresentativeIn, ToldDecision
from app.provisions.clocks import Limit, Unit, due
from app.provisions.matrix import stored_matrix
from app.reports.models import Report

MOST_OWN = 200


async def serve(tx: AsyncSession, held: Inside[Allegation, Case], said: NoticeIn) -> Notice:
    """Serve the accused the charges and the evidence packet of a sustained finding.

    Raises StateConflict, NotSustained, NoticeServed, and Validation where a text names who reported.
    """
    allegation, case, actor = held.record, held.around.record, held.around.actor
    refuse_unless(case, State.DISCIPLINE, "notice.served")
    finding = await sustained_on(tx, allegation.id)
    if await notice_of(tx, finding.id) is not None:
        raise NoticeServed
    texts = {"/charges": said.charges}
    texts |= {f"/packet/{n}/title": item.title for n, item in enumerate(said.packet)}
    hashes = {f"/packet/{n}/sha256": item.sha256 for n, item in enumerate(said.packet)}
    await refuse_naming_reporters(tx, case, allegation.officer_id, texts, hashes)
    notice = await _notice(tx, actor, allegation, finding, said)
    tx.add(notice)
    note(
        tx,
        case,
        "notice.served",
        on=("notice", notice.id),
        shown={"officer": str(notice.officer_id), "answer_due_at": write_time(notice.answer_due_at)},
        rev=notice.version,
        state=state_of(notice),
        case=case.id,
        allegation=allegation.id,
        finding=finding.id,
        officer=notice.officer_id,
        content_sha256=sha256_of(notice.charges),
        packet_sha256=sha256_of(canonical({"packet": notice.packet})),
        answer_due_at=notice.answer_due_at,
    )
    await tx.flush()
    return notice


async def sustained_on(tx: AsyncSession, allegation_id: uuid.UUID) -> Finding:
    """The approved finding that sustains an allegation. Raises NotSustained."""
    finding = await standing_on(tx, allegation_id)
    if (
        finding is None
        or finding.state is not FindingState.APPROVED
        or finding.disposition is not Disposition.SUSTAINED
    ):
        raise NotSustained
    return finding


async def notice_of(tx: AsyncSession, finding_id: uuid.UUID) -> Notice | None:
    found: Notice | None = await tx.scalar(select(Notice).where(Notice.finding_id == finding_id))
    return found


def state_of(notice: Notice) -> str:
    """Digest of the notice as it stands."""
    content: dict[str, Any] = {
        "answer": notice.answer,
        "answer_due_at": write_time(notice.answer_due_at),
        "charges": notice.charges,
        "finding_id": str(notice.finding_id),
        "is_waived": notice.is_waived,
        "officer_id": str(notice.officer_id),
        "packet": notice.packet,
        "served_by": str(notice.served_by),
    }
    if notice.representative is not None:
        content["representative"] = {"name": notice.representative, "contact": notice.representative_contact}
    return digest(notice.salt, canonical(content))


async def own_notices(tx: AsyncSession, actor: Actor) -> list[NoticeLine]:
    """Notices served on me, newest first; at most 200."""
    query = NOTICES.readable(actor, Right.READ_NOTICE).order_by(Notice.served_at.desc(), Notice.id).limit(MOST_OWN)
    found = (await tx.scalars(query)).all()
    record(tx, "notice.listed", ("notice", None), ids=[each.id for each in found], count=len(found))
    return [NoticeLine.of(each) for each in found]


async def read_own(tx: AsyncSession, held: Granted[Notice]) -> NoticeView:
    """A notice served on me; the first time is kept as the time it was opened."""
    notice = held.record
    if notice.opened_at is None:
        notice.opened_at = time_of(tx)
    case = await _case_of(tx, notice)
    record(tx, "notice.read", ("notice", notice.id), case_id=case.id, rev=notice.version)
    return await _view(tx, notice)


async def _view(tx: AsyncSession, notice: Notice) -> NoticeView:
    decision = await _decision_on(tx, notice)
    may_answer = notice.answered_at is None and decision is None
    view: NoticeView = NoticeView.of(notice, may_answer=may_answer, decision=decision)
    return view


async def _decision_on(tx: AsyncSession, notice: Notice) -> ToldDecision | None:
    query = (
        select(Decision, MatrixVersion.matrix)
        .join(Worksheet, Worksheet.id == Decision.worksheet_id)
        .join(MatrixVersion, MatrixVersion.id == Worksheet.matrix_id)
        .where(Decision.finding_id == notice.finding_id)
    )
    found = (await tx.execute(query)).first()
    if found is None:
        return None
    decision, matrix = found
    rung = stored_matrix(matrix).rung(decision.penalty)
    told: ToldDecision = ToldDecision.of(decision, says=rung.says, unit=rung.unit, decided_at=decision.created_at)
    return told


async def _is_decided(tx: AsyncSession, notice: Notice) -> bool:
    return await tx.scalar(select(Decision.id).where(Decision.finding_id == notice.finding_id)) is not None


async def any_served(tx: AsyncSession, actor: Actor) -> bool:
    """Whether a notice was ever served on this person: what their navigation shows."""
    if actor.officer_id is None:
        return False
    return await tx.scalar(select(NOTICES.readable(actor, Right.READ_NOTICE).exists())) or False


async def name_representative(tx: AsyncSession, held: Granted[Notice], said: RepresentativeIn) -> NoticeView:
    """Name who stands by the accused, or another, as long as nothing is decided. Raises Decided."""
    notice = held.record
    case = await _case_of(tx, notice, lock=True)
    if await _is_decided(tx, notice):
        raise Decided
    notice.representative, notice.representative_contact = said.name, said.contact
    notice.version += 1
    note(
        tx,
        case,
        "notice.represented",
        on=("notice", notice.id),
        shown={"officer": str(notice.officer_id)},
        rev=notice.version,
        state=state_of(notice),
        case=case.id,
        allegation=notice.allegation_id,
        representative_sha256=sha256_of(canonical(said.model_dump(mode="json"))),
    )
    await tx.flush()
    return await _view(tx, notice)


async def answer(tx: AsyncSession, held: Granted[Notice], said: AnswerIn) -> NoticeView:
    """Answer or waive, once, and also late as long as nothing is decided. Raises AlreadyAnswered, Decided."""
    notice = held.record
    # The case after the notice, never the other way round: a decision holds the case and only reads the notice.
    case = await _case_of(tx, notice, lock=True)
    if notice.answered_at is not None:
        raise AlreadyAnswered
    if await _is_decided(tx, notice):
        raise Decided
    notice.answered_at, notice.answer, notice.is_waived = time_of(tx), said.answer, said.answer is None
    notice.version += 1
    kind, words = "notice.waived", {}
    if said.answer is not None:
        kind, words = "notice.answered", {"answer_sha256": sha256_of(said.answer)}
    note(
        tx,
        case,
        kind,
        on=("notice", notice.id),
        shown={"officer": str(notice.officer_id)},
        rev=notice.version,
        state=state_of(notice),
        case=case.id,
        allegation=notice.allegation_id,
        **words,
    )
    await tx.flush()
    return await _view(tx, notice)


async def _case_of(tx: AsyncSession, notice: Notice, *, lock: bool = False) -> Case:
    query = select(Case).join(Allegation, Allegation.case_id == Case.id).where(Allegation.id == notice.allegation_id)
    if lock:
        query = query.with_for_update(of=Case)
    return (await tx.execute(query)).scalar_one()


async def _notice(tx: AsyncSession, actor: Actor, allegation: Allegation, finding: Finding, said: NoticeIn) -> Notice:
    agency = await tx.get_one(Agency, allegation.agency_id)
    at = time_of(tx)
    limit = Limit(Unit.CALENDAR_DAYS, said.answer_due_in_days)
    return Notice(
        id=uuid.uuid4(),
        agency_id=allegation.agency_id,
        allegation_id=allegation.id,
        finding_id=finding.id,
        officer_id=allegation.officer_id,
        duty=allegation.duty,
        provision_id=finding.provision_id,
        charges=said.charges,
        packet=[item.model_dump() for item in said.packet],
        served_by=actor.account_id,
        served_at=at,
        answer_due_at=due(limit, at, ZoneInfo(agency.time_zone)).at,
        is_waived=False,
        version=1,
        salt=new_salt(),
        created_at=at,
    )


async def refuse_naming_reporters(
    tx: AsyncSession, case: Case, accused: uuid.UUID, texts: Mapping[str, str], hashes: Mapping[str, str]
) -> None:
    """What the accused is given to read withholds who reported. Raises Validation (see `refuse_naming`)."""
    spared = {name.split()[-1] for name in await _names_of(tx, accused)}
    refuse_naming(await _reporters(tx, case, accused), texts, hashes, spared)


async def _reporters(tx: AsyncSession, case: Case, accused: uuid.UUID) -> list[Reporter]:
    """Everyone whose report is in the case, but for the accused's own."""
    query = (
        select(Report.locator, Report.content_sha256, Report.author_officer_id, Account.name)
        .join(Account, Account.id == Report.author_id)
        .where(Report.incident_id == case.incident_id)
    )
    found = []
    for row in (await tx.execute(query)).all():
        if row.author_officer_id == accused:
            continue
        names = await _names_of(tx, row.author_officer_id) if row.author_officer_id else set()
        found.append(Reporter(frozenset(names | {row.name}), row.locator, row.content_sha256.hex()))
    return found


async def _names_of(tx: AsyncSession, officer_id: uuid.UUID) -> set[str]:
    """Every name this officer has stood on the roster with."""
    names = await tx.scalars(select(Posting.name).where(Posting.officer_id == officer_id))
    return {name for name in names.all() if name.strip()}
