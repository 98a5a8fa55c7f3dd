"""Drafts, reports, supplements, filing numbers, receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.fences import fence_tables, roles_of

revision = "reports"
down_revision = "incidents"
branch_labels = None
depends_on = None

TABLES = ("filing_counter", "report", "draft", "filing_number", "receipt", "supplement", "supplement_request")


def upgrade() -> None:
    op.create_table(
        "filing_counter",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_filing_counter_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_filing_counter")),
    )
    op.create_table(
        "report",
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_officer_id", sa.Uuid(), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column(
            "mode", sa.Enum("named", name="mode", native_enum=False, create_constraint=True, length=40), nullable=False
        ),
        sa.Column(
            "statement_class",
            sa.Enum(
                "voluntary",
                "compelled",
                "duty_report",
                name="statementclass",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("match_is_certain", sa.Boolean(), nullable=False),
        sa.Column("provision_id", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_report_agency_id")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_report_author_id")),
        sa.ForeignKeyConstraint(["author_officer_id"], ["officer.id"], name=op.f("fk_report_author_officer_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_report_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("locator", name=op.f("uq_report_locator")),
    )
    op.create_index(op.f("ix_report_agency_id"), "report", ["agency_id"], unique=False)
    op.create_index(op.f("ix_report_author_id"), "report", ["author_id"], unique=False)
    op.create_index(op.f("ix_report_author_officer_id"), "report", ["author_officer_id"], unique=False)
    op.create_index(op.f("ix_report_incident_id"), "report", ["incident_id"], unique=False)
    op.create_table(
        "draft",
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_as", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_draft_agency_id")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_draft_author_id")),
        sa.ForeignKeyConstraint(["filed_as"], ["report.id"], name=op.f("fk_draft_filed_as")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_agency_id"), "draft", ["agency_id"], unique=False)
    op.create_index(op.f("ix_draft_author_id"), "draft", ["author_id"], unique=False)
    op.create_table(
        "filing_number",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_filing_number_agency_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_filing_number_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_filing_number")),
    )
    op.create_index(op.f("ix_filing_number_agency_id"), "filing_number", ["agency_id"], unique=False)
    op.create_index("uq_filing_number", "filing_number", ["agency_id", "number"], unique=True)
    op.create_table(
        "receipt",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("promise", sa.Text(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_receipt_agency_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_receipt_report_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_receipt")),
    )
    op.create_index(op.f("ix_receipt_agency_id"), "receipt", ["agency_id"], unique=False)
    op.create_table(
        "supplement",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_supplement_agency_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_supplement_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplement")),
    )
    op.create_index(op.f("ix_supplement_agency_id"), "supplement", ["agency_id"], unique=False)
    op.create_index(op.f("ix_supplement_report_id"), "supplement", ["report_id"], unique=False)
    op.create_table(
        "supplement_request",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_supplement_request_agency_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_supplement_request_asked_by")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_supplement_request_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplement_request")),
    )
    op.create_index(op.f("ix_supplement_request_agency_id"), "supplement_request", ["agency_id"], unique=False)
    op.create_index(op.f("ix_supplement_request_report_id"), "supplement_request", ["report_id"], unique=False)
    fence_tables(
        op,
        TABLES,
        append_only=("report", "supplement", "supplement_request", "filing_number"),
        deletable=("draft",),
    )
    # What was said stays; which incident it tells of is the agency's reading, and intake may correct that.
    op.execute(f"GRANT UPDATE (incident_id, match_is_certain) ON report TO {roles_of(op).app}")


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
