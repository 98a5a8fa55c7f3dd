"""API clients: machine accounts with scopes; whoever speaks as one is told of its scopes in the same round trip."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.db.fences import fence_tables, run_sql

revision = "api_clients"
down_revision = "rates"
branch_labels = None
depends_on = None

FUNCTIONS = """
CREATE POLICY sign_in ON api_client FOR SELECT TO {owner} USING (true)
--;
CREATE FUNCTION client_candidate(client uuid) RETURNS TABLE (agency_id uuid, secret_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT c.agency_id, c.secret_hash FROM public.api_client c WHERE c.id = client AND c.revoked_at IS NULL
$$
--;
DROP FUNCTION speak_as(uuid, uuid)
--;
CREATE FUNCTION speak_as(agency uuid, account uuid)
RETURNS TABLE (pseudonym uuid, name text, officer_id uuid, roles text[], scopes jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM set_config('app.agency_id', agency::text, true);
    RETURN QUERY
        SELECT a.pseudonym, a.name, a.officer_id, ARRAY(
            SELECT r.role::text FROM public.account_role r WHERE r.account_id = a.id AND r.ended_at IS NULL
        ), c.scopes
        FROM public.account a LEFT JOIN public.api_client c ON c.id = a.id
        WHERE a.id = account AND a.disabled_at IS NULL AND c.revoked_at IS NULL;
END $$
--;
REVOKE ALL ON FUNCTION client_candidate(uuid), speak_as(uuid, uuid) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION client_candidate(uuid), speak_as(uuid, uuid) TO {app}
"""


def upgrade() -> None:
    op.create_table(
        "api_client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", JSONB(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_api_client_agency_id")),
        sa.ForeignKeyConstraint(["id"], ["account.id"], name=op.f("fk_api_client_id")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_api_client_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_client")),
    )
    op.create_index(op.f("ix_api_client_agency_id"), "api_client", ["agency_id"], unique=False)
    op.create_index(
        "uq_api_client_name",
        "api_client",
        ["agency_id", "name"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    fence_tables(op, ("api_client",))
    run_sql(op, FUNCTIONS)


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
