"""Incidents, rosters, force forms, evidence references."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.db.fences import fence_tables

revision = "incidents"
down_revision = "sign_in"
branch_labels = None
depends_on = None

TABLES = ("incident", "force_form", "form_conflict", "evidence_item", "presence")


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("agency_number", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "precision",
            sa.Enum("minute", "hour", "day", name="precision", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "report",
                "force_form",
                "dispatch",
                "intake",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("has_injury", sa.Boolean(), nullable=False),
        sa.Column("made_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_incident_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_agency_id"), "incident", ["agency_id"], unique=False)
    op.create_index("ix_incident_number", "incident", ["agency_id", "agency_number"], unique=False)
    op.create_index("ix_incident_occurred", "incident", ["agency_id", "occurred_at"], unique=False)
    op.create_index(
        "uq_incident_imported",
        "incident",
        ["agency_id", "agency_number"],
        unique=True,
        postgresql_where=sa.text("source = 'force_form'"),
    )
    op.create_table(
        "force_form",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("form", postgresql.JSONB(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_force_form_agency_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_force_form_incident_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_force_form_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_force_form")),
    )
    op.create_index(op.f("ix_force_form_agency_id"), "force_form", ["agency_id"], unique=False)
    op.create_index(op.f("ix_force_form_incident_id"), "force_form", ["incident_id"], unique=False)
    op.create_table(
        "form_conflict",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("values", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_form_conflict_agency_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_form_conflict_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_conflict")),
    )
    op.create_index(op.f("ix_form_conflict_agency_id"), "form_conflict", ["agency_id"], unique=False)
    op.create_index(op.f("ix_form_conflict_incident_id"), "form_conflict", ["incident_id"], unique=False)
    op.create_table(
        "evidence_item",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "body_worn_video",
                "vehicle_video",
                "station_video",
                "other_video",
                "photo",
                "audio",
                "dispatch_record",
                "force_form",
                "medical_record",
                "interview",
                "report",
                "document",
                "other",
                name="evidencekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_evidence_item_agency_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_evidence_item_entered_by")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_evidence_item_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_item")),
    )
    op.create_index(op.f("ix_evidence_item_agency_id"), "evidence_item", ["agency_id"], unique=False)
    op.create_index(op.f("ix_evidence_item_incident_id"), "evidence_item", ["incident_id"], unique=False)
    op.create_table(
        "presence",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "used_force",
                "intervened",
                "present",
                "supervised",
                "arrived_after",
                name="presencerole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "report",
                "force_form",
                "dispatch",
                "intake",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disputed_by", sa.Uuid(), nullable=True),
        sa.Column("dispute_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_presence_agency_id")),
        sa.ForeignKeyConstraint(["disputed_by"], ["account.id"], name=op.f("fk_presence_disputed_by")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_presence_incident_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_presence_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
        sa.UniqueConstraint("incident_id", "officer_id", "role", name=op.f("uq_presence_incident_id_officer_id_role")),
    )
    op.create_index(op.f("ix_presence_agency_id"), "presence", ["agency_id"], unique=False)
    op.create_index("ix_presence_officer", "presence", ["officer_id", "incident_id"], unique=False)
    fence_tables(op, TABLES, append_only=("force_form", "form_conflict", "evidence_item"))


def downgrade() -> None:
    raise RuntimeError("A downgrade here would lose records.")
