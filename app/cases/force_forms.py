"""Force forms that come after a report: the roster of the case grows, and with it the wall.

Importing asks nothing of a case's gate and tells nothing about one; what it changes is on the case's own timeline.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.models import Agency
from app.cases.models import Case
from app.cases.routing import follow_wall
from app.cases.steps import STEPS
from app.cases.timeline import note
from app.db.session import time_of
from app.incidents import imports
from app.incidents.imports import Imported, Progress
from app.incidents.scenes import Scene
from app.workflow import take


async def import_force_forms(
    tx: AsyncSession,
    agency: Agency,
    scenes: Sequence[Scene],
    *,
    file_sha256: str,
    progress: Progress | None = None,
) -> Imported:
    """Write the scenes of one file and let the cases they touch follow. The caller commits or rolls back."""
    done = await imports.import_force_forms(tx, agency, scenes, file_sha256=file_sha256, progress=progress)
    await tx.flush()
    for start in range(0, len(done.joined), imports.BATCH):
        joined = done.joined[start : start + imports.BATCH]
        # Locked only now: a close that came first is seen and reopened, one that comes later sees the new roster.
        cases = select(Case).where(Case.incident_id.in_(joined)).order_by(Case.id).with_for_update()
        for case in (await tx.scalars(cases)).all():
            await _follow(tx, case)
    return done


async def _follow(tx: AsyncSession, case: Case) -> None:
    """Whoever a form names has to be answered for, also in a case that was closed."""
    note(tx, case, "case.joined", report=None)
    step = STEPS["case.reopen"]
    if case.state in step.leaves:
        before, after = take(case, step)
        case.closed_at, case.entered_at = None, time_of(tx)
        note(tx, case, step.name, before=before, after=after)
    await follow_wall(tx, case)
