"""Sign-in before any agency is known: three narrow functions, and tries counted by pair of account and source."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.fences import run_sql

revision = "sign_in"
down_revision = "agencies"
branch_labels = None
depends_on = None

FUNCTIONS = """
CREATE POLICY sign_in ON account FOR SELECT TO {owner} USING (true)
--;
CREATE POLICY sign_in ON session FOR SELECT TO {owner} USING (true)
--;
CREATE POLICY readiness ON agency FOR SELECT TO {owner} USING (true)
--;
CREATE FUNCTION sign_in_candidates(email text)
RETURNS TABLE (account_id uuid, agency_id uuid, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT a.id, a.agency_id, a.password_hash FROM public.account a
    WHERE lower(a.email) = lower(sign_in_candidates.email) AND a.disabled_at IS NULL ORDER BY a.created_at LIMIT 4
$$
--;
CREATE FUNCTION session_agency(token_hash bytea) RETURNS TABLE (agency_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT s.agency_id FROM public.session s WHERE s.token_hash = session_agency.token_hash
$$
--;
CREATE FUNCTION agency_of_ori(ori text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT a.id FROM public.agency a WHERE a.ori = agency_of_ori.ori
$$
--;
CREATE FUNCTION sign_in_tries(pair text, span interval) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT t.tries FROM public.sign_in_try t WHERE t.pair = sign_in_tries.pair AND t.since >= now() - span
$$
--;
CREATE FUNCTION count_sign_in_try(pair text, span interval) RETURNS int
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO public.sign_in_try (pair, tries, since) VALUES (count_sign_in_try.pair, 1, now())
    ON CONFLICT (pair) DO UPDATE SET
        tries = CASE WHEN sign_in_try.since < now() - span THEN 1 ELSE sign_in_try.tries + 1 END,
        since = CASE WHEN sign_in_try.since < now() - span THEN now() ELSE sign_in_try.since END
    RETURNING tries
$$
--;
CREATE FUNCTION forget_sign_in_tries(pair text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DELETE FROM public.sign_in_try t WHERE t.pair = forget_sign_in_tries.pair
$$
--;
REVOKE ALL ON FUNCTION agency_of_ori(text), sign_in_candidates(text), session_agency(bytea),
    sign_in_tries(text, interval), count_sign_in_try(text, interval),
    forget_sign_in_tries(text) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION agency_of_ori(text), sign_in_candidates(text), session_agency(bytea),
    sign_in_tries(text, interval), count_sign_in_try(text, interval),
    forget_sign_in_tries(text) TO {app}
--;
GRANT USAGE ON SCHEMA public TO {app}, {log}, {signer}, {export}
"""


def upgrade() -> None:
    op.create_table(
        "sign_in_try",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pair", name=op.f("pk_sign_in_try")),
    )
    run_sql(op, FUNCTIONS)


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
