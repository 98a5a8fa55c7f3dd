"""A case's timeline for reading, written beside its entry in the record."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.audit.log import Line, record
from app.cases.models import Case, CaseEvent
from app.db.session import time_of


def note(
    tx: AsyncSession,
    case: Case,
    kind: str,
    /,
    *,
    on: tuple[str, Any] | None = None,
    shown: dict[str, Any] | None = None,
    rev: int | None = None,
    state: str | None = None,
    **of: Any,
) -> Line:
    """One act on a case: its entry (`of`: codes, ids, hashes) and its line on the timeline (`shown`).

    `rev` counts the changes of the object that the entry is `on`; the case's own version where it is on the case.
    """
    actor: Actor | None = tx.info.get("actor")
    tx.add(
        CaseEvent(
            agency_id=case.agency_id,
            case_id=case.id,
            kind=kind,
            at=time_of(tx),
            account_id=actor.account_id if actor else None,
            facts=shown or {},
        )
    )
    counted = rev if on else case.version
    return record(tx, kind, on or ("case", case.id), case_id=case.id, rev=counted, state=state, **of)
