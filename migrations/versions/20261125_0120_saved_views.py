"""Saved views of the queue, and indexes for the ways it is walked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db.fences import fence_tables

revision = "saved_views"
down_revision = "acknowledgements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filters", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_saved_view_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_view_account_id_name")),
    )
    op.create_index(op.f("ix_saved_view_agency_id"), "saved_view", ["agency_id"], unique=False)
    op.create_index(
        "ix_case_waiting",
        "case",
        ["agency_id", "triage_due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('routed', 'triage')"),
    )
    op.create_index("ix_case_entered", "case", ["agency_id", "entered_at", "id"], unique=False)
    op.create_index(
        "ix_report_to_match",
        "report",
        ["agency_id", "filed_at", "id"],
        unique=False,
        postgresql_where=sa.text("NOT match_is_certain"),
    )
    fence_tables(op, ("saved_view",), deletable=("saved_view",))


def downgrade() -> None:
    op.drop_index("ix_report_to_match", "report")
    op.drop_index("ix_case_entered", "case")
    op.drop_index("ix_case_waiting", "case")
    op.drop_table("saved_view")
