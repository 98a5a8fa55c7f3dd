"""When a report was acknowledged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.fences import fence_tables

revision = "acknowledgements"
down_revision = "oversight"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acknowledgement",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_acknowledgement_agency_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_acknowledgement_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_acknowledgement")),
    )
    op.create_index(op.f("ix_acknowledgement_agency_id"), "acknowledgement", ["agency_id"], unique=False)
    fence_tables(op, ("acknowledgement",), append_only=("acknowledgement",))


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
