"""Functions that do in one round trip what sign-in, idempotency and matching asked for in several, and an index.

They run with the rights of who calls them: row security is what it was. Each waits for its lock in one statement and
reads in the next, which sees what the one who held the lock has committed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.fences import run_sql

revision = "filing"
down_revision = "administration"
branch_labels = None
depends_on = None

FUNCTIONS = """
CREATE FUNCTION speak_as(agency uuid, account uuid)
RETURNS TABLE (pseudonym uuid, name text, officer_id uuid, roles text[])
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM set_config('app.agency_id', agency::text, true);
    RETURN QUERY
        SELECT a.pseudonym, a.name, a.officer_id, ARRAY(
            SELECT r.role::text FROM public.account_role r WHERE r.account_id = a.id AND r.ended_at IS NULL
        )
        FROM public.account a WHERE a.id = account AND a.disabled_at IS NULL;
END $$
--;
CREATE FUNCTION take_key(account uuid, act text, idempotency_key text, name text)
RETURNS TABLE (is_free boolean, request_sha256 bytea, status smallint, headers jsonb, body bytea)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended(name, 7)) THEN
        RETURN QUERY SELECT false, NULL::bytea, NULL::smallint, NULL::jsonb, NULL::bytea;
        RETURN;
    END IF;
    RETURN QUERY
        SELECT true, k.request_sha256, k.status, k.headers, k.body
        FROM (SELECT 1) one LEFT JOIN public.kept_answer k
            ON k.account_id = account AND k.route = act AND k.key = idempotency_key;
END $$
--;
CREATE FUNCTION find_event(
    agency uuid, turns text[], number text, happened timestamptz, span interval, officers uuid[]
) RETURNS uuid
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    turn text;
BEGIN
    FOREACH turn IN ARRAY turns LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended(turn, 11));
    END LOOP;
    IF number IS NOT NULL THEN
        RETURN (
            SELECT i.id FROM public.incident i WHERE i.agency_id = agency AND i.agency_number = number
            ORDER BY i.created_at LIMIT 1
        );
    END IF;
    RETURN (
        SELECT i.id FROM public.incident i
        WHERE i.agency_id = agency AND i.occurred_at BETWEEN happened - span AND happened + span
            AND i.id IN (SELECT p.incident_id FROM public.presence p WHERE p.officer_id = ANY (officers))
        ORDER BY abs(extract(epoch FROM i.occurred_at - happened)), i.created_at LIMIT 1
    );
END $$
--;
REVOKE ALL ON FUNCTION speak_as(uuid, uuid), take_key(uuid, text, text, text),
    find_event(uuid, text[], text, timestamptz, interval, uuid[]) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION speak_as(uuid, uuid), take_key(uuid, text, text, text),
    find_event(uuid, text[], text, timestamptz, interval, uuid[]) TO {app}
"""


def upgrade() -> None:
    op.create_index(
        "ix_account_role_held", "account_role", ["agency_id", "role"], postgresql_where=sa.text("ended_at IS NULL")
    )
    run_sql(op, FUNCTIONS)


def downgrade() -> None:
    op.drop_index("ix_account_role_held", "account_role")
    run_sql(
        op,
        """
        DROP FUNCTION speak_as(uuid, uuid)
        --;
        DROP FUNCTION take_key(uuid, text, text, text)
        --;
        DROP FUNCTION find_event(uuid, text[], text, timestamptz, interval, uuid[])
        """,
    )
