"""The agency's discipline matrices: loaded whole, never changed, the version of the incident's day applies."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.agencies.actions import today_in
from app.agencies.models import Agency
from app.audit.log import record
from app.db.session import time_of
from app.errors import NotFound
from app.findings.models import MatrixVersion
from app.findings.rules import MatrixInUse, MatrixMissing, MatrixStands
from app.findings.schemas import MatrixLine, MatrixView
from app.provisions.matrix import Matrix, read_matrix, stored_matrix
from app.provisions.matrix_changes import Comparison, compare


async def load(tx: AsyncSession, actor: Actor, given: dict[str, Any]) -> MatrixVersion:
    """Load a matrix as the agency has it. What it is, sample or own, it says itself.

    Raises Validation for what is no matrix, MatrixStands where one of its name or day is there, MatrixInUse where it
    would change what holds on a day that has come: figures do not change under a case, and whether there is one is
    nothing that loading a matrix may tell.
    """
    matrix = read_matrix(given)
    agency = await tx.get_one(Agency, actor.agency_id, with_for_update={"key_share": True})
    same_day = (MatrixVersion.in_force_from == matrix.in_force_from) & (MatrixVersion.is_sample == matrix.is_sample)
    if await tx.scalar(select(MatrixVersion.id).where((MatrixVersion.name == matrix.name) | same_day)) is not None:
        raise MatrixStands
    if not matrix.is_sample and await _holds_already(tx, agency, matrix.in_force_from):
        raise MatrixInUse
    version = MatrixVersion(
        id=uuid.uuid4(),
        agency_id=agency.id,
        name=matrix.name,
        in_force_from=matrix.in_force_from,
        is_sample=matrix.is_sample,
        matrix=matrix.model_dump(mode="json"),
        created_at=time_of(tx),
    )
    tx.add(version)
    record(
        tx,
        "matrix.loaded",
        ("matrix", version.id),
        rev=1,
        matrix_sha256=matrix.digest,
        in_force_from=str(matrix.in_force_from),
        is_sample=matrix.is_sample,
    )
    await tx.flush()
    return version


async def _holds_already(tx: AsyncSession, agency: Agency, day: date) -> bool:
    """Whether the day has come, and an own matrix holds on it: one may be put before all others, or ahead of us."""
    own = select(func.min(MatrixVersion.in_force_from)).where(~MatrixVersion.is_sample)
    first = await tx.scalar(own)
    return first is not None and first <= day <= today_in(agency, tx)


async def matrix_on(tx: AsyncSession, day: date) -> tuple[MatrixVersion, Matrix]:
    """The version in force on a day; a sample only where the agency has none of its own. Raises MatrixMissing."""
    query = select(MatrixVersion).where(MatrixVersion.in_force_from <= day)
    version = await tx.scalar(query.order_by(MatrixVersion.is_sample, MatrixVersion.in_force_from.desc()).limit(1))
    if version is None:
        raise MatrixMissing
    return version, stored_matrix(version.matrix)


async def lines(tx: AsyncSession, actor: Actor) -> list[MatrixLine]:
    """All versions, by the day they began."""
    found = (await tx.scalars(select(MatrixVersion).order_by(MatrixVersion.in_force_from, MatrixVersion.id))).all()
    record(tx, "matrix.listed", ("agency", actor.agency_id), ids=[each.id for each in found], count=len(found))
    return [line_of(each) for each in found]


async def read(tx: AsyncSession, matrix_id: uuid.UUID) -> MatrixView:
    """Raises NotFound."""
    version = await tx.get(MatrixVersion, matrix_id)
    if version is None:
        raise NotFound
    record(tx, "matrix.read", ("matrix", version.id), rev=1)
    matrix = stored_matrix(version.matrix)
    view: MatrixView = MatrixView.of(version, sha256=matrix.digest, matrix=matrix)
    return view


async def before(tx: AsyncSession, matrix_id: uuid.UUID) -> uuid.UUID:
    """The version that began last before this one; this one itself where it is the first. Raises NotFound."""
    version = await tx.get(MatrixVersion, matrix_id)
    if version is None:
        raise NotFound
    query = select(MatrixVersion.id).where(MatrixVersion.in_force_from < version.in_force_from)
    found = await tx.scalar(query.order_by(MatrixVersion.in_force_from.desc()).limit(1))
    return found or version.id


async def compared(tx: AsyncSession, matrix_id: uuid.UUID, against_id: uuid.UUID) -> Comparison:
    """What a version changes against another. Raises NotFound."""
    version, against = await tx.get(MatrixVersion, matrix_id), await tx.get(MatrixVersion, against_id)
    if version is None or against is None:
        raise NotFound
    record(tx, "matrix.compared", ("matrix", version.id), against=against.id)
    return compare(stored_matrix(against.matrix), stored_matrix(version.matrix))


def line_of(version: MatrixVersion) -> MatrixLine:
    line: MatrixLine = MatrixLine.of(version, sha256=stored_matrix(version.matrix).digest)
    return line
