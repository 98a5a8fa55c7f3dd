"""What of a case can be cited: its evidence, and the reports of its incident, as boxes to tick and as links."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.log import record
from app.cases.evidence import evidence_of
from app.cases.models import Case
from app.cases.scene import names_of, reports_of
from app.pages.desk.words import EVIDENCE
from app.pages.shell import Page
from app.words import N_

REPORT_OF = N_("Report of %(name)s, filed %(when)s")
UNKNOWN = N_("Something that is not of this case any more")


@dataclass(frozen=True)
class Citable:
    id: uuid.UUID
    says: str
    """In the reader's language."""
    href: str

    @property
    def code(self) -> str:
        return str(self.id)

    hint = ""


async def citable(tx: AsyncSession, page: Page, case: Case) -> list[Citable]:
    """Items first entered first, then reports first filed first. Reports are named here, not read."""
    items, reports = await evidence_of(tx, case), await reports_of(tx, case)
    names = await names_of(tx, (report.author_id for report in reports))
    record(tx, "evidence.listed", ("case", case.id), case_id=case.id, ids=[item.id for item in items], count=len(items))
    at = f"/cases/{case.id}"
    return [
        *(
            Citable(item.id, f"{item.title} ({page.t(EVIDENCE[item.kind])})", f"{at}/evidence/{item.id}")
            for item in items
        ),
        *(
            Citable(
                report.id,
                page.t(REPORT_OF) % {"name": names[report.author_id], "when": page.shown.value(report.filed_at)},
                f"{at}#report-{report.id}",
            )
            for report in reports
        ),
    ]
