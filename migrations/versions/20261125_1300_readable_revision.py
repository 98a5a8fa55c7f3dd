"""The app role may read which revision the tables are at, so that a command can say that they are not its own."""

from __future__ import annotations

from alembic import op

from app.db.fences import run_sql

revision = "readable_revision"
down_revision = "working_values"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op, "GRANT SELECT ON alembic_version TO {app}")


def downgrade() -> None:
    run_sql(op, "REVOKE SELECT ON alembic_version FROM {app}")
