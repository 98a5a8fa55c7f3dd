"""Shapes of references to evidence."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import Field

from app.evidence.models import EvidenceItem, EvidenceKind
from app.http.text import In, Sha256Hex, Short, View


class EvidenceIn(In):
    """One item of evidence: what it is, its hash, and where the original lies."""

    kind: EvidenceKind
    title: Short
    sha256: Sha256Hex = Field(description="SHA-256 of the original, hex")
    held_at: Short = Field(description="system and identifier there", examples=["Axon Evidence 4711"])


class EvidenceView(View):
    id: uuid.UUID
    kind: EvidenceKind
    title: str
    sha256: str
    held_at: str
    entered_by: uuid.UUID
    created_at: datetime

    @classmethod
    def of_item(cls, item: EvidenceItem) -> EvidenceView:
        view: EvidenceView = cls.of(item, sha256=item.sha256.hex())
        return view


class EvidenceListView(View):
    evidence: list[EvidenceView]
