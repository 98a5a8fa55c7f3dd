"""Representatives of the accused, and letters to the harmed with a lookup before any agency is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.fences import fence_tables, run_sql

revision = "outcome_letters"
down_revision = "scene_marks"
branch_labels = None
depends_on = None

TABLES = ("outcome_letter",)

LOOKUP = """
CREATE POLICY outcome_lookup ON outcome_letter FOR SELECT TO {owner} USING (true)
--;
CREATE FUNCTION outcome_letter_candidates(locator text)
RETURNS TABLE (letter_id uuid, agency_id uuid, secret_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT l.id, l.agency_id, l.secret_hash FROM public.outcome_letter l
    WHERE l.locator = outcome_letter_candidates.locator AND l.ended_at IS NULL LIMIT 1
$$
--;
REVOKE ALL ON FUNCTION outcome_letter_candidates(text) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION outcome_letter_candidates(text) TO {app}
"""


def upgrade() -> None:
    op.add_column("notice", sa.Column("representative", sa.Text(), nullable=True))
    op.add_column("notice", sa.Column("representative_contact", sa.Text(), nullable=True))
    op.create_table(
        "outcome_letter",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("harmed", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_outcome_letter_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_outcome_letter_case_id")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_outcome_letter_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_letter")),
        sa.UniqueConstraint("locator", name=op.f("uq_outcome_letter_locator")),
    )
    op.create_index(op.f("ix_outcome_letter_agency_id"), "outcome_letter", ["agency_id"], unique=False)
    op.create_index(op.f("ix_outcome_letter_case_id"), "outcome_letter", ["case_id"], unique=False)
    fence_tables(op, TABLES)
    run_sql(op, LOOKUP)


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
