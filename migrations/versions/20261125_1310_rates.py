"""How often one person may search, file and export: counted with the act itself, told by one function."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.fences import fence_tables, run_sql

revision = "rates"
down_revision = "readable_revision"
branch_labels = None
depends_on = None

FUNCTIONS = """
CREATE FUNCTION count_turn(turn text, span interval) RETURNS TABLE (taken int, since timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO public.sign_in_try (pair, tries, since) VALUES (turn, 1, now())
    ON CONFLICT (pair) DO UPDATE SET
        tries = CASE WHEN sign_in_try.since < now() - span THEN 1 ELSE sign_in_try.tries + 1 END,
        since = CASE WHEN sign_in_try.since < now() - span THEN now() ELSE sign_in_try.since END
    RETURNING sign_in_try.tries, sign_in_try.since
$$
--;
CREATE FUNCTION take_turn(agency uuid, account uuid, what text, usual int, span interval) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    most int;
    turn record;
BEGIN
    SELECT r.most INTO most FROM public.agency_rate r
        WHERE r.agency_id = agency AND r.what = take_turn.what ORDER BY r.created_at DESC LIMIT 1;
    IF most IS NULL AND (SELECT a.made_up FROM public.agency a WHERE a.id = agency) THEN
        RETURN 0;
    END IF;
    SELECT * INTO turn FROM public.count_turn('turn ' || what || ' ' || account, span);
    IF turn.taken <= coalesce(most, usual) THEN
        RETURN 0;
    END IF;
    RETURN greatest(1, ceil(extract(epoch FROM turn.since + span - now()))::int);
END $$
--;
REVOKE ALL ON FUNCTION count_turn(text, interval) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION count_turn(text, interval) TO {app}
"""


def upgrade() -> None:
    op.create_table(
        "agency_rate",
        sa.Column(
            "what",
            sa.Enum("search", "report", "export", name="rate", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("most > 0", name=op.f("ck_agency_rate_most")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_rate_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_rate")),
    )
    op.create_index(op.f("ix_agency_rate_agency_id"), "agency_rate", ["agency_id"], unique=False)
    fence_tables(op, ("agency_rate",), append_only=("agency_rate",))
    run_sql(op, FUNCTIONS)


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
