"""Moments of the scene, each with its evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.fences import fence_tables

revision = "scene_marks"
down_revision = "words_of_reports"
branch_labels = None
depends_on = None

TABLES = ("scene_mark",)


def upgrade() -> None:
    op.create_table(
        "scene_mark",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "arrival",
                "first_sight",
                "first_force",
                "act",
                "intervention",
                "last_force",
                "departure",
                name="markkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "exactness",
            sa.Enum(
                "second", "minute", "about", name="exactness", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_scene_mark_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_scene_mark_case_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_scene_mark_entered_by")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_scene_mark_officer_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["scene_mark.id"], name=op.f("fk_scene_mark_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scene_mark")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_scene_mark_supersedes_id")),
    )
    op.create_index(op.f("ix_scene_mark_agency_id"), "scene_mark", ["agency_id"], unique=False)
    op.create_index(op.f("ix_scene_mark_case_id"), "scene_mark", ["case_id"], unique=False)
    fence_tables(op, TABLES, append_only=TABLES)


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
