"""What an administrator keeps: history of units, ended kinship, invitations, roster files, calendar, own policies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.fences import fence_tables, run_sql

revision = "administration"
down_revision = "export_downloads"
branch_labels = None
depends_on = None

TABLES = ("unit_past", "invitation", "roster_file", "calendar_year", "calendar_day", "own_policy")

RIGHTS = """
GRANT SELECT (id, agency_id, occurred_at) ON incident TO {export}
--;
CREATE POLICY invited ON invitation FOR SELECT TO {owner} USING (true)
--;
CREATE FUNCTION invitation_agency(token_hash bytea) RETURNS TABLE (agency_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT i.agency_id FROM public.invitation i WHERE i.token_hash = invitation_agency.token_hash
$$
--;
REVOKE ALL ON FUNCTION invitation_agency(bytea) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION invitation_agency(bytea) TO {app}
"""


def _record(*columns: sa.Column[object], name: str) -> None:
    op.create_table(
        name,
        *columns,
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f(f"fk_{name}_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_agency_id"), name, ["agency_id"], unique=False)


def _refers(table: str, column: str, to: str) -> None:
    op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, to, [column], ["id"])


def upgrade() -> None:
    op.add_column("agency", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("agency", "version", server_default=None)
    op.add_column("unit", sa.Column("closed_on", sa.Date(), nullable=True))
    op.add_column("kin", sa.Column("ended_on", sa.Date(), nullable=True))
    _record(
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=False),
        name="unit_past",
    )
    _refers("unit_past", "unit_id", "unit")
    _refers("unit_past", "parent_id", "unit")
    op.create_index(op.f("ix_unit_past_unit_id"), "unit_past", ["unit_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invitation_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_invitation_agency_id")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_invitation_made_by")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitation")),
    )
    op.create_index(op.f("ix_invitation_account_id"), "invitation", ["account_id"], unique=False)
    op.create_index(op.f("ix_invitation_agency_id"), "invitation", ["agency_id"], unique=False)
    _record(
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        name="roster_file",
    )
    _refers("roster_file", "made_by", "account")
    _record(
        sa.Column("year", sa.Integer(), nullable=False),
        sa.UniqueConstraint("agency_id", "year", name=op.f("uq_calendar_year_agency_id_year")),
        name="calendar_year",
    )
    _record(
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        name="calendar_day",
    )
    op.create_index(
        "uq_calendar_day",
        "calendar_day",
        ["agency_id", "day"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    _record(
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.UniqueConstraint(
            "agency_id", "citation", "in_force_from", name=op.f("uq_own_policy_agency_id_citation_in_force_from")
        ),
        name="own_policy",
    )
    fence_tables(op, TABLES, append_only=("unit_past", "calendar_year", "own_policy"), deletable=("roster_file",))
    run_sql(op, RIGHTS)


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
