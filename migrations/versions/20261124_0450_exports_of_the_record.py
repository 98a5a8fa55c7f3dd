"""Exports that a board pulled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.fences import fence_tables, run_sql

revision = "oversight"
down_revision = "findings"
branch_labels = None
depends_on = None

TABLES = ("export",)

GRANTS = """
CREATE POLICY every_export ON export FOR SELECT TO {export} USING (true)
--;
GRANT SELECT ON export TO {export}
--;
GRANT UPDATE (state, size, bytes_total, digest, failed_because, made_at, expires_at, file_sha256) ON export TO {export}
--;
GRANT SELECT (id, agency_id, name, pseudonym, officer_id, disabled_at) ON account TO {export}
--;
GRANT SELECT ON account_role, presence, kin, recusal, passed TO {export}
--;
GRANT SELECT (id, agency_id, incident_id) ON "case", report TO {export}
"""


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column(
            "profile",
            sa.Enum("board", name="profile", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("since_size", sa.BigInteger(), nullable=False),
        sa.Column("asked_event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked", "made", "failed", name="exportstate", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("bytes_total", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("failed_because", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_export_agency_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_export_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    op.create_index(op.f("ix_export_agency_id"), "export", ["agency_id"], unique=False)
    op.create_index(op.f("ix_export_asked_by"), "export", ["asked_by"], unique=False)
    fence_tables(op, TABLES)
    run_sql(op, GRANTS)


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
