"""The words of reports and supplements, for search; fear of retaliation apart, since fewer may read it.

No index beside them: the match of words is not leakproof, so that under row security none would ever be used. The gate
narrows to the cases that the asker may see, and the words of those alone are compared.
"""

from __future__ import annotations

from alembic import op

from app.db.fences import run_sql

revision = "words_of_reports"
down_revision = "saved_views"
branch_labels = None
depends_on = None

FUNCTIONS = """
CREATE FUNCTION told_words(content text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT to_tsvector('simple', left(string_agg(word #>> '{}', chr(10)), 100000))
    FROM (SELECT content::jsonb AS said OFFSET 0) AS report,
        unnest(ARRAY[
            '$.narrative', '$.aid_words', '$.officer_care', '$.earlier_reports',
            '$.incident.place', '$.incident.agency_number',
            '$.officers[*].name', '$.officers[*].badge', '$.officers[*].did',
            '$.harmed[*].name', '$.harmed[*].description', '$.harmed[*].charges',
            '$.own_view.vantage', '$.own_view.blocked_by', '$.own_view.words_said',
            '$.own_acts.acts', '$.own_acts.why_not', '$.own_acts.result',
            '$.cameras[*].owner', '$.notified[*].who', '$.notified[*].how'
        ]::jsonpath[]) AS path,
        jsonb_path_query(said, path) AS word
    WHERE jsonb_typeof(word) = 'string'
$$
--;
CREATE FUNCTION fear_words(content text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$
    SELECT to_tsvector('simple', left(content::jsonb ->> 'fear_words', 100000))
$$
--;
REVOKE ALL ON FUNCTION told_words(text), fear_words(text) FROM PUBLIC
--;
GRANT EXECUTE ON FUNCTION told_words(text), fear_words(text) TO {app}
--;
ALTER TABLE report
    ADD COLUMN words tsvector GENERATED ALWAYS AS (told_words(content)) STORED,
    ADD COLUMN fear tsvector GENERATED ALWAYS AS (fear_words(content)) STORED
--;
ALTER TABLE supplement ADD COLUMN words tsvector GENERATED ALWAYS AS (told_words(content)) STORED
"""


def upgrade() -> None:
    run_sql(op, FUNCTIONS)


def downgrade() -> None:
    op.drop_column("supplement", "words")
    op.drop_column("report", "fear")
    op.drop_column("report", "words")
    run_sql(op, "DROP FUNCTION told_words(text), fear_words(text)")
