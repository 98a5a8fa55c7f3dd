"""When an export was downloaded: the next one begins where the last that its reader really holds has ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "export_downloads"
down_revision = "outcome_letters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("export", sa.Column("downloaded_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
