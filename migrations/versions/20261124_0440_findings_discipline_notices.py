"""Findings, approvals, notices, matrices, worksheets, decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db.fences import fence_tables

revision = "findings"
down_revision = "cases"
branch_labels = None
depends_on = None

TABLES = ("matrix_version", "finding", "notice", "worksheet", "approval", "decision")


def upgrade() -> None:
    op.create_table(
        "matrix_version",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("matrix", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_matrix_version_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matrix_version")),
        sa.UniqueConstraint("agency_id", "name", name=op.f("uq_matrix_version_agency_id_name")),
        sa.UniqueConstraint(
            "agency_id",
            "is_sample",
            "in_force_from",
            name=op.f("uq_matrix_version_agency_id_is_sample_in_force_from"),
        ),
    )
    op.create_index(op.f("ix_matrix_version_agency_id"), "matrix_version", ["agency_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column("allegation_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "approved",
                "sent_back",
                "superseded",
                name="findingstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "disposition",
            sa.Enum(
                "sustained",
                "not_sustained",
                "exonerated",
                "unfounded",
                "policy_failure",
                "training_failure",
                "not_completed",
                name="disposition",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "proof",
            sa.Enum(
                "preponderance",
                "clear_and_convincing",
                name="proof",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("provision_id", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("not_completed_because", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_finding_agency_id")),
        sa.ForeignKeyConstraint(["allegation_id"], ["allegation.id"], name=op.f("fk_finding_allegation_id")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_finding_assessment_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_finding_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("allegation_id", "revision", name=op.f("uq_finding_allegation_id_revision")),
    )
    op.create_index(op.f("ix_finding_agency_id"), "finding", ["agency_id"], unique=False)
    op.create_index(op.f("ix_finding_allegation_id"), "finding", ["allegation_id"], unique=False)
    op.create_index(
        "uq_finding_standing",
        "finding",
        ["allegation_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'approved')"),
    )
    op.create_table(
        "notice",
        sa.Column("allegation_id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum(
                "excessive_force",
                "failure_to_intervene",
                "failure_to_report",
                "failure_to_render_aid",
                "failure_to_supervise",
                "failure_to_act",
                "retaliation",
                "untruthfulness",
                name="duty",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("provision_id", sa.Text(), nullable=False),
        sa.Column("charges", sa.Text(), nullable=False),
        sa.Column("packet", postgresql.JSONB(), nullable=False),
        sa.Column("served_by", sa.Uuid(), nullable=False),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("is_waived", sa.Boolean(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_notice_agency_id")),
        sa.ForeignKeyConstraint(["allegation_id"], ["allegation.id"], name=op.f("fk_notice_allegation_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_notice_finding_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_notice_officer_id")),
        sa.ForeignKeyConstraint(["served_by"], ["account.id"], name=op.f("fk_notice_served_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_notice_finding_id")),
    )
    op.create_index(op.f("ix_notice_agency_id"), "notice", ["agency_id"], unique=False)
    op.create_index(op.f("ix_notice_allegation_id"), "notice", ["allegation_id"], unique=False)
    op.create_index(op.f("ix_notice_officer_id"), "notice", ["officer_id"], unique=False)
    op.create_table(
        "worksheet",
        sa.Column("allegation_id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("matrix_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("presumptive", postgresql.JSONB(), nullable=False),
        sa.Column("factors", postgresql.JSONB(), nullable=False),
        sa.Column("proposal", postgresql.JSONB(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_worksheet_agency_id")),
        sa.ForeignKeyConstraint(["allegation_id"], ["allegation.id"], name=op.f("fk_worksheet_allegation_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_worksheet_finding_id")),
        sa.ForeignKeyConstraint(["matrix_id"], ["matrix_version.id"], name=op.f("fk_worksheet_matrix_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_worksheet_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worksheet")),
        sa.UniqueConstraint("finding_id", "revision", name=op.f("uq_worksheet_finding_id_revision")),
    )
    op.create_index(op.f("ix_worksheet_agency_id"), "worksheet", ["agency_id"], unique=False)
    op.create_index(op.f("ix_worksheet_allegation_id"), "worksheet", ["allegation_id"], unique=False)
    op.create_table(
        "approval",
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("approves", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_approval_agency_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_approval_finding_id")),
        sa.ForeignKeyConstraint(["given_by"], ["account.id"], name=op.f("fk_approval_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("finding_id", "given_by", name=op.f("uq_approval_finding_id_given_by")),
    )
    op.create_index(op.f("ix_approval_agency_id"), "approval", ["agency_id"], unique=False)
    op.create_index(op.f("ix_approval_finding_id"), "approval", ["finding_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("worksheet_id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("penalty", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("departure_reason", sa.Text(), nullable=True),
        sa.Column("considered", sa.Text(), nullable=False),
        sa.Column(
            "answered",
            sa.Enum(
                "answered",
                "waived",
                "lapsed",
                name="answered",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_decision_agency_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_decision_decided_by")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_decision_finding_id")),
        sa.ForeignKeyConstraint(["worksheet_id"], ["worksheet.id"], name=op.f("fk_decision_worksheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_decision_finding_id")),
        sa.UniqueConstraint("worksheet_id", name=op.f("uq_decision_worksheet_id")),
    )
    op.create_index(op.f("ix_decision_agency_id"), "decision", ["agency_id"], unique=False)
    fence_tables(op, TABLES, append_only=("matrix_version", "approval", "worksheet", "decision"))


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
