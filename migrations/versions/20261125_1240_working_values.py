"""An agency's own hours for words of law that name none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.fences import fence_tables

revision = "working_values"
down_revision = "filing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "working_value",
        sa.Column(
            "word",
            sa.Enum(
                "hours",
                "calendar_days",
                "working_days",
                "months",
                "end_of_shift",
                "immediately",
                "promptly",
                "as_soon_as_practicable",
                "agency_policy",
                name="word",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("hours > 0", name=op.f("ck_working_value_hours")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_working_value_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_value")),
    )
    op.create_index(op.f("ix_working_value_agency_id"), "working_value", ["agency_id"], unique=False)
    op.create_index(
        "ix_working_value_order", "working_value", ["agency_id", "in_force_from", "created_at"], unique=False
    )
    fence_tables(op, ("working_value",), append_only=("working_value",))


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
