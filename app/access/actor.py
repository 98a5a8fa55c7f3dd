"""Who is asking: roles (product.md section 4) and the actor of one request."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """An office held in an agency. No role sees everything."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    INTAKE = "intake"
    INVESTIGATOR = "investigator"
    COMMANDER = "commander"
    DISCIPLINE_AUTHORITY = "discipline_authority"
    CUSTODIAN = "custodian"
    OVERSIGHT = "oversight"
    AGENCY_ADMIN = "agency_admin"
    OPERATOR = "operator"
    OUTSIDE_REVIEWER = "outside_reviewer"
    INSPECTOR = "inspector"


@dataclass(frozen=True)
class Actor:
    """The signed-in person or API client for the length of one request; read afresh each time, never cached (S7)."""

    account_id: uuid.UUID
    agency_id: uuid.UUID
    pseudonym: uuid.UUID
    name: str
    roles: frozenset[Role]
    officer_id: uuid.UUID | None = None
    session: str = ""
    """A short digest of the session or the token's id, for the record (S53)."""
    stepped_up_at: datetime | None = None
    scopes: frozenset[str] | None = None
    """The rights that an API client was registered for, and all that it has: it holds no office. None for a person."""

    def is_within_scope(self, right: str) -> bool:
        return self.scopes is None or right in self.scopes

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def office(self) -> str:
        """The roles as one word for the record, in a fixed order."""
        if self.scopes is not None:
            return "api_client"
        return "+".join(sorted(self.roles)) or "none"
