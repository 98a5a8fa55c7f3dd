"""Cases with their walls, allegations, assessments and timeline."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db.fences import fence_tables

revision = "cases"
down_revision = "reports"
branch_labels = None
depends_on = None

TABLES = (
    "case_counter",
    "case",
    "allegation",
    "assessment",
    "assignment",
    "board_view",
    "case_event",
    "concurrence",
    "identification",
    "immediate_step",
    "opened",
    "passed",
    "recusal",
    "reference",
    "told",
)


def upgrade() -> None:
    op.create_table(
        "case_counter",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_case_counter_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", "year", name=op.f("pk_case_counter")),
    )
    op.create_table(
        "case",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "routed",
                "triage",
                "returned",
                "investigation",
                "screened_out",
                "referred",
                "findings_review",
                "discipline",
                "board_review",
                "closed",
                "appeal",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum(
                "supervisor",
                "internal_affairs",
                "outside",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column(
            "classification",
            sa.Enum(
                "criminal",
                "administrative",
                "abeyance",
                name="classification",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("triage_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_case_agency_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["account.id"], name=op.f("fk_case_holder_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_case_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_case_incident_id")),
    )
    op.create_index(op.f("ix_case_agency_id"), "case", ["agency_id"], unique=False)
    op.create_index(op.f("ix_case_holder_id"), "case", ["holder_id"], unique=False)
    op.create_index("ix_case_queue", "case", ["agency_id", "triage_due_at", "id"], unique=False)
    op.create_index("ix_case_state", "case", ["agency_id", "state", "triage_due_at", "id"], unique=False)
    op.create_index("uq_case_number", "case", ["agency_id", "number"], unique=True)
    op.create_table(
        "allegation",
        sa.Column("case_id", sa.Uuid(), nullable=False),
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
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("provision_id", sa.Text(), nullable=False),
        sa.Column("force_allegation_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_allegation_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_allegation_case_id")),
        sa.ForeignKeyConstraint(
            ["force_allegation_id"], ["allegation.id"], name=op.f("fk_allegation_force_allegation_id")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_allegation_officer_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_allegation_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allegation")),
        sa.UniqueConstraint("case_id", "officer_id", "duty", name=op.f("uq_allegation_case_id_officer_id_duty")),
    )
    op.create_index(op.f("ix_allegation_agency_id"), "allegation", ["agency_id"], unique=False)
    op.create_index(op.f("ix_allegation_officer_id"), "allegation", ["officer_id"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("elements", postgresql.JSONB(), nullable=False),
        sa.Column("reported", postgresql.JSONB(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("assessed_by", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_assessment_agency_id")),
        sa.ForeignKeyConstraint(["assessed_by"], ["account.id"], name=op.f("fk_assessment_assessed_by")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_assessment_case_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_assessment_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint(
            "case_id", "officer_id", "revision", name=op.f("uq_assessment_case_id_officer_id_revision")
        ),
    )
    op.create_index(op.f("ix_assessment_agency_id"), "assessment", ["agency_id"], unique=False)
    op.create_index(op.f("ix_assessment_officer_id"), "assessment", ["officer_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "office",
            sa.Enum(
                "officer",
                "supervisor",
                "intake",
                "investigator",
                "commander",
                "discipline_authority",
                "custodian",
                "oversight",
                "agency_admin",
                "operator",
                "outside_reviewer",
                "inspector",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_assignment_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_assignment_agency_id")),
        sa.ForeignKeyConstraint(["assigned_by"], ["account.id"], name=op.f("fk_assignment_assigned_by")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_assignment_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_account_id"), "assignment", ["account_id"], unique=False)
    op.create_index(op.f("ix_assignment_agency_id"), "assignment", ["agency_id"], unique=False)
    op.create_index(op.f("ix_assignment_case_id"), "assignment", ["case_id"], unique=False)
    op.create_index(
        "uq_assignment_open",
        "assignment",
        ["case_id", "office"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "board_view",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "view",
            sa.Enum(
                "concur",
                "dissent",
                "no_view",
                name="boardanswer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_board_view_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_board_view_case_id")),
        sa.ForeignKeyConstraint(["given_by"], ["account.id"], name=op.f("fk_board_view_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_view")),
    )
    op.create_index(op.f("ix_board_view_agency_id"), "board_view", ["agency_id"], unique=False)
    op.create_index(op.f("ix_board_view_case_id"), "board_view", ["case_id"], unique=False)
    op.create_table(
        "case_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_case_event_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_case_event_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
    )
    op.create_index(op.f("ix_case_event_agency_id"), "case_event", ["agency_id"], unique=False)
    op.create_index("ix_case_event_case", "case_event", ["case_id", "id"], unique=False)
    op.create_table(
        "concurrence",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_concurrence_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_concurrence_case_id")),
        sa.ForeignKeyConstraint(["given_by"], ["account.id"], name=op.f("fk_concurrence_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concurrence")),
    )
    op.create_index(op.f("ix_concurrence_agency_id"), "concurrence", ["agency_id"], unique=False)
    op.create_index(op.f("ix_concurrence_case_id"), "concurrence", ["case_id"], unique=False)
    op.create_table(
        "identification",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("identified_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_identification_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_identification_case_id")),
        sa.ForeignKeyConstraint(["identified_by"], ["account.id"], name=op.f("fk_identification_identified_by")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_identification_officer_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_identification_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identification")),
    )
    op.create_index(op.f("ix_identification_agency_id"), "identification", ["agency_id"], unique=False)
    op.create_index(op.f("ix_identification_case_id"), "identification", ["case_id"], unique=False)
    op.create_table(
        "immediate_step",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "preserve_video",
                "separate_officers",
                "medical_check",
                "criminal_referral",
                "protect_reporter",
                name="immediatekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "answer",
            sa.Enum(
                "done",
                "ordered",
                "not_needed",
                name="immediateanswer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_immediate_step_agency_id")),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_immediate_step_answered_by")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_immediate_step_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_immediate_step")),
    )
    op.create_index(op.f("ix_immediate_step_agency_id"), "immediate_step", ["agency_id"], unique=False)
    op.create_index(op.f("ix_immediate_step_case_id"), "immediate_step", ["case_id"], unique=False)
    op.create_table(
        "opened",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_opened_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_opened_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_opened_case_id")),
        sa.PrimaryKeyConstraint("account_id", "object_id", name=op.f("pk_opened")),
    )
    op.create_index(op.f("ix_opened_agency_id"), "opened", ["agency_id"], unique=False)
    op.create_index(op.f("ix_opened_case_id"), "opened", ["case_id"], unique=False)
    op.create_table(
        "passed",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_passed_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_passed_case_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_passed_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passed")),
        sa.UniqueConstraint("case_id", "officer_id", name=op.f("uq_passed_case_id_officer_id")),
    )
    op.create_index(op.f("ix_passed_agency_id"), "passed", ["agency_id"], unique=False)
    op.create_index(op.f("ix_passed_officer_id"), "passed", ["officer_id"], unique=False)
    op.create_table(
        "recusal",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recusal_account_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_recusal_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_recusal_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal")),
        sa.UniqueConstraint("case_id", "account_id", name=op.f("uq_recusal_case_id_account_id")),
    )
    op.create_index(op.f("ix_recusal_account_id"), "recusal", ["account_id"], unique=False)
    op.create_index(op.f("ix_recusal_agency_id"), "recusal", ["agency_id"], unique=False)
    op.create_table(
        "reference",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "referral",
                "referral_outcome",
                "appeal",
                "appeal_outcome",
                "reopening",
                name="referencekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_reference_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_reference_case_id")),
        sa.ForeignKeyConstraint(["given_by"], ["account.id"], name=op.f("fk_reference_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference")),
    )
    op.create_index(op.f("ix_reference_agency_id"), "reference", ["agency_id"], unique=False)
    op.create_index(op.f("ix_reference_case_id"), "reference", ["case_id"], unique=False)
    op.create_table(
        "told",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("harmed", sa.Text(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("told_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_told_agency_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_told_case_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_told_officer_id")),
        sa.ForeignKeyConstraint(["told_by"], ["account.id"], name=op.f("fk_told_told_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_told")),
    )
    op.create_index(op.f("ix_told_agency_id"), "told", ["agency_id"], unique=False)
    op.create_index(op.f("ix_told_case_id"), "told", ["case_id"], unique=False)
    fence_tables(
        op,
        TABLES,
        append_only=(
            "passed",
            "identification",
            "immediate_step",
            "allegation",
            "assessment",
            "case_event",
            "board_view",
            "reference",
            "told",
            "recusal",
        ),
    )


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
