"""Rights, and which offices hold those that need no record to be asked about (security.md section 3)."""

from __future__ import annotations

from enum import StrEnum

from app.access.actor import Role


class Right(StrEnum):
    # one's own words
    FILE = "report:file"
    READ_REPORT = "report:read"
    SUPPLEMENT = "report:supplement"
    # the queue and its saved views
    KEEP_VIEWS = "queue:views"
    # a case
    READ_CASE = "case:read"
    READ_OVERVIEW = "case:overview"
    TRIAGE = "case:triage"
    REROUTE = "case:reroute"
    ASSIGN = "case:assign"
    WORK = "case:work"
    SUBMIT = "case:submit"
    COMMAND = "case:command"
    SCREEN_OUT = "case:screen_out"
    APPROVE = "case:approve"
    DECIDE = "case:decide"
    CLOSE = "case:close"
    APPEAL = "case:appeal"
    REOPEN = "case:reopen"
    REVIEW = "case:review"
    RECUSE = "case:recuse"
    ROSTER = "case:roster"
    SERVE = "case:serve"
    # notices served on a person
    READ_NOTICE = "notice:read"
    ANSWER = "notice:answer"
    # the agency
    READ_AGENCY = "agency:read"
    KEEP_ROSTER = "agency:roster"
    KEEP_ACCOUNTS = "agency:accounts"
    KEEP_SETTINGS = "agency:settings"
    READ_POLICIES = "policies:read"
    READ_MATRICES = "matrices:read"
    STATISTICS = "statistics:read"
    EXPORT = "audit:export"
    READ_EXPORT = "audit:read_export"


STAFF = frozenset(Role) - {Role.OPERATOR, Role.INSPECTOR}

OFFICES: dict[Right, frozenset[Role]] = {
    Right.FILE: STAFF,
    Right.READ_AGENCY: STAFF,
    Right.READ_POLICIES: frozenset(Role),
    Right.READ_MATRICES: frozenset(
        {
            Role.AGENCY_ADMIN,
            Role.INVESTIGATOR,
            Role.COMMANDER,
            Role.DISCIPLINE_AUTHORITY,
            Role.OVERSIGHT,
            Role.OUTSIDE_REVIEWER,
        }
    ),
    Right.READ_CASE: frozenset(
        {
            Role.SUPERVISOR,
            Role.INTAKE,
            Role.INVESTIGATOR,
            Role.COMMANDER,
            Role.DISCIPLINE_AUTHORITY,
            Role.OUTSIDE_REVIEWER,
        }
    ),
    Right.READ_OVERVIEW: frozenset({Role.OVERSIGHT}),
    Right.KEEP_VIEWS: frozenset(
        {
            Role.SUPERVISOR,
            Role.INTAKE,
            Role.INVESTIGATOR,
            Role.COMMANDER,
            Role.DISCIPLINE_AUTHORITY,
            Role.OUTSIDE_REVIEWER,
            Role.OVERSIGHT,
        }
    ),
    Right.KEEP_ROSTER: frozenset({Role.AGENCY_ADMIN}),
    Right.KEEP_ACCOUNTS: frozenset({Role.AGENCY_ADMIN}),
    Right.KEEP_SETTINGS: frozenset({Role.AGENCY_ADMIN}),
    Right.EXPORT: frozenset({Role.OVERSIGHT, Role.INSPECTOR, Role.COMMANDER}),
    Right.STATISTICS: frozenset({Role.INTAKE, Role.COMMANDER, Role.DISCIPLINE_AUTHORITY, Role.OVERSIGHT}),
}
"""Rights of an office over the agency as a whole. What is not listed is nobody's."""

READS = frozenset(
    {
        Right.READ_REPORT,
        Right.READ_CASE,
        Right.READ_OVERVIEW,
        Right.READ_NOTICE,
        Right.READ_AGENCY,
        Right.READ_POLICIES,
        Right.READ_MATRICES,
        Right.READ_EXPORT,
        Right.STATISTICS,
    }
)
"""Rights that change nothing: the row is fetched without a lock."""
