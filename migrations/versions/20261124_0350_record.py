"""The record: events, blocks, what waits to be numbered, the tree, its checkpoints; `append` is the only way in."""

from __future__ import annotations

from alembic import op

from app.db.fences import CONTEXT, run_sql

revision = "record"
down_revision = None
branch_labels = None
depends_on = None

EVERY_LOG = {
    "log": "{owner}, {log}, {signer}, {export}",
    "pending": "{log}",
    "head": "{log}, {signer}",
}
"""Who sees all logs at once: to find the next one to work on; owner for `find_log`."""
TABLES = ("log", "event", "block", "pending", "entry", "tile", "head", "checkpoint")

MAKE = """
CREATE SCHEMA audit
--;
CREATE TABLE audit.log (
    agency_id uuid CONSTRAINT pk_log PRIMARY KEY,
    origin text NOT NULL CONSTRAINT uq_log_origin UNIQUE,
    opened_at timestamptz NOT NULL DEFAULT now()
)
--;
CREATE TABLE audit.event (
    event_id uuid CONSTRAINT pk_event PRIMARY KEY,
    agency_id uuid NOT NULL CONSTRAINT fk_event_log REFERENCES audit.log,
    leaf bytea NOT NULL CONSTRAINT ck_event_leaf CHECK (octet_length(leaf) BETWEEN 200 AND 1024),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    ord bigint NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
--;
CREATE SEQUENCE audit.ord
--;
CREATE TABLE audit.block (
    event_id uuid NOT NULL CONSTRAINT fk_block_event REFERENCES audit.event,
    name text NOT NULL CONSTRAINT ck_block_name CHECK (name IN ('of', 'on', 'what', 'who')),
    agency_id uuid NOT NULL,
    text bytea NOT NULL CONSTRAINT ck_block_text CHECK (octet_length(text) <= 16384),
    case_id uuid,
    key_id uuid,
    CONSTRAINT pk_block PRIMARY KEY (event_id, name)
)
--;
COMMENT ON COLUMN audit.block.case_id IS 'the case whose wall closes this block to a reader'
--;
COMMENT ON COLUMN audit.block.key_id IS 'key that the text is sealed under; none while it is stored as it is sent'
--;
CREATE TABLE audit.pending (
    xid xid8 NOT NULL,
    ord bigint NOT NULL,
    event_id uuid NOT NULL CONSTRAINT fk_pending_event REFERENCES audit.event,
    agency_id uuid NOT NULL,
    CONSTRAINT pk_pending PRIMARY KEY (agency_id, xid, ord)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)
--;
COMMENT ON TABLE audit.pending IS 'a queue: always small, and vacuumed by what passed through it, not by its size'
--;
CREATE TABLE audit.entry (
    agency_id uuid NOT NULL,
    idx bigint NOT NULL,
    event_id uuid NOT NULL CONSTRAINT uq_entry_event UNIQUE,
    leaf_hash bytea NOT NULL CONSTRAINT ck_entry_hash CHECK (octet_length(leaf_hash) = 32),
    CONSTRAINT pk_entry PRIMARY KEY (agency_id, idx)
)
--;
CREATE INDEX ix_entry_leaf_hash ON audit.entry USING hash (leaf_hash)
--;
CREATE TABLE audit.tile (
    agency_id uuid NOT NULL,
    level smallint NOT NULL,
    n bigint NOT NULL,
    hashes bytea NOT NULL CONSTRAINT ck_tile_hashes CHECK (octet_length(hashes) BETWEEN 32 AND 8192),
    CONSTRAINT pk_tile PRIMARY KEY (agency_id, level, n)
)
--;
CREATE TABLE audit.head (
    agency_id uuid CONSTRAINT pk_head PRIMARY KEY CONSTRAINT fk_head_log REFERENCES audit.log,
    size bigint NOT NULL DEFAULT 0,
    frontier bytea[] NOT NULL DEFAULT '{}',
    root bytea NOT NULL DEFAULT sha256(''),
    beat_at timestamptz
)
--;
COMMENT ON COLUMN audit.head.beat_at IS 'when the last heartbeat was appended'
--;
CREATE TABLE audit.checkpoint (
    agency_id uuid NOT NULL,
    size bigint NOT NULL,
    note text NOT NULL,
    signed_at timestamptz NOT NULL DEFAULT now(),
    witnessed_at timestamptz,
    CONSTRAINT pk_checkpoint PRIMARY KEY (agency_id, size)
)
"""

FUNCTIONS = """
CREATE FUNCTION audit.open_log(agency uuid, origin text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, audit AS $$
BEGIN
    IF agency IS DISTINCT FROM nullif(current_setting('app.agency_id', true), '')::uuid THEN
        RAISE EXCEPTION 'a log is opened by its own agency';
    END IF;
    INSERT INTO audit.log (agency_id, origin) VALUES (agency, origin);
    INSERT INTO audit.head (agency_id) VALUES (agency);
END $$
--;
CREATE FUNCTION audit.append(ids uuid[], leaves bytea[], blocks text[], cases uuid[], said_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, audit AS $$
DECLARE
    agency uuid := nullif(current_setting('app.agency_id', true), '')::uuid;
    base bigint := nextval('audit.ord') * 1048576;
    amount int := cardinality(ids);
BEGIN
    IF agency IS NULL THEN
        RAISE EXCEPTION 'this transaction speaks for no agency';
    END IF;
    IF amount NOT BETWEEN 1 AND 1048575 OR cardinality(leaves) <> amount OR cardinality(cases) <> amount
       OR cardinality(blocks) <> amount * 4 THEN
        RAISE EXCEPTION 'an entry is a leaf and four blocks';
    END IF;
    IF said_at NOT BETWEEN clock_timestamp() - interval '5 seconds' AND clock_timestamp() + interval '5 seconds' THEN
        RAISE EXCEPTION 'the stated time is not the time of the server';
    END IF;
    INSERT INTO audit.event (event_id, agency_id, leaf, ord)
        SELECT id, agency, leaf, base + n FROM unnest(ids, leaves) WITH ORDINALITY AS e (id, leaf, n);
    INSERT INTO audit.block (event_id, name, agency_id, text, case_id)
        SELECT ids[(n - 1) / 4 + 1], (ARRAY['of', 'on', 'what', 'who'])[(n - 1) % 4 + 1], agency,
               convert_to(block, 'UTF8'), cases[(n - 1) / 4 + 1]
        FROM unnest(blocks) WITH ORDINALITY AS b (block, n);
    INSERT INTO audit.pending (xid, ord, event_id, agency_id)
        SELECT pg_current_xact_id(), base + n, id, agency FROM unnest(ids) WITH ORDINALITY AS e (id, n);
END $$
--;
CREATE FUNCTION audit.find_log(origin text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, audit AS $$
    SELECT l.agency_id FROM audit.log l WHERE l.origin = find_log.origin
$$
--;
CREATE FUNCTION audit.leaves(first bigint, amount int) RETURNS SETOF bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, audit AS $$
    SELECT e.leaf FROM audit.entry x JOIN audit.event e USING (event_id)
    WHERE x.agency_id = nullif(current_setting('app.agency_id', true), '')::uuid
        AND x.idx >= first AND x.idx < first + least(amount, 256)
    ORDER BY x.idx
$$
--;
CREATE FUNCTION audit.refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'the record is never changed: % of %.%', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME;
END $$
"""

GRANTS = """
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC
--;
GRANT USAGE ON SCHEMA audit TO {app}, {log}, {signer}, {export}
--;
GRANT EXECUTE ON FUNCTION audit.append(uuid[], bytea[], text[], uuid[], timestamptz) TO {app}, {log}, {export}
--;
GRANT EXECUTE ON FUNCTION audit.open_log(uuid, text), audit.find_log(text), audit.leaves(bigint, int) TO {app}
--;
GRANT SELECT ON audit.log TO {app}, {log}, {signer}, {export}
--;
GRANT SELECT ON audit.head, audit.tile, audit.entry, audit.checkpoint TO {app}, {log}, {signer}, {export}
--;
GRANT SELECT ON audit.event TO {log}, {export}
--;
GRANT SELECT ON audit.block TO {export}
--;
GRANT SELECT, DELETE ON audit.pending TO {log}
--;
GRANT SELECT (event_id, agency_id, leaf, stored_at) ON audit.event TO {signer}
--;
GRANT SELECT ON audit.pending TO {signer}
--;
GRANT INSERT ON audit.entry, audit.tile TO {log}
--;
GRANT UPDATE ON audit.tile, audit.head TO {log}
--;
GRANT INSERT ON audit.checkpoint TO {signer}
"""


def upgrade() -> None:
    run_sql(op, MAKE)
    run_sql(op, FUNCTIONS)
    for table in TABLES:
        _fence(table)
    for table in ("log", "event", "block", "entry", "checkpoint"):
        _freeze(table)
    run_sql(op, GRANTS)


def _fence(table: str) -> None:
    run_sql(
        op,
        f"""
        ALTER TABLE audit.{table} ENABLE ROW LEVEL SECURITY
        --;
        ALTER TABLE audit.{table} FORCE ROW LEVEL SECURITY
        --;
        CREATE POLICY agency ON audit.{table} USING (agency_id = {CONTEXT}) WITH CHECK (agency_id = {CONTEXT})
        """,
    )
    if table in EVERY_LOG:
        run_sql(op, f"CREATE POLICY every_log ON audit.{table} FOR SELECT TO {EVERY_LOG[table]} USING (true)")


def _freeze(table: str) -> None:
    """Stops accidents and clumsy people; a superuser passes, and then the tree speaks (S28)."""
    run_sql(
        op,
        f"""
        CREATE TRIGGER frozen_row BEFORE UPDATE OR DELETE ON audit.{table}
            FOR EACH ROW EXECUTE FUNCTION audit.refuse()
        --;
        CREATE TRIGGER frozen_table BEFORE TRUNCATE ON audit.{table}
            FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse()
        --;
        ALTER TABLE audit.{table} ENABLE ALWAYS TRIGGER frozen_row
        --;
        ALTER TABLE audit.{table} ENABLE ALWAYS TRIGGER frozen_table
        """,
    )


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose the record.")
