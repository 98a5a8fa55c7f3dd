"""What a finding rests on: the assessment of its officer, and the reports and evidence items that it cites."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.cases.models import Assessment
from app.evidence.models import EvidenceItem
from app.findings.models import Finding
from app.findings.schemas import GroundView
from app.reports.models import FilingNumber, Report


def required_of(finding: Finding) -> list[uuid.UUID]:
    """What an approver opens first: the finding, its assessment revision, every item it cites."""
    cited = [uuid.UUID(each) for each in finding.evidence]
    assessed = [finding.assessment_id] if finding.assessment_id else []
    return list(dict.fromkeys([finding.id, *assessed, *cited]))


async def grounds_of(tx: AsyncSession, finding: Finding, unopened: Collection[uuid.UUID]) -> list[GroundView]:
    """All but the finding itself, in its own order; the texts of none of them."""
    asked = [each for each in required_of(finding) if each != finding.id]
    found: dict[uuid.UUID, GroundView] = {}

    def put(id: uuid.UUID, **facts: object) -> None:  # noqa: A002 - the name of the member
        found[id] = GroundView.model_validate({"id": id, "is_opened": id not in unopened, **facts})

    for assessed in await tx.scalars(select(Assessment).where(Assessment.id.in_(asked))):
        put(assessed.id, kind="assessment", officer_id=assessed.officer_id, number=assessed.revision)
    for item in await tx.scalars(select(EvidenceItem).where(EvidenceItem.id.in_(asked))):
        put(item.id, kind="evidence", title=item.title)
    numbers = (
        select(Report.id, FilingNumber.number)
        .outerjoin(FilingNumber, FilingNumber.report_id == Report.id)
        .where(Report.id.in_(asked))
    )
    for row in (await tx.execute(numbers)).all():
        put(row.id, kind="report", number=row.number)
    return [found[each] for each in asked]
