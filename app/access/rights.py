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


class Scope(StrEnum):
    """What an API client can be registered for: rights of an office over the agency, under their names."""

    READ_AGENCY = Right.READ_AGENCY.value
    KEEP_ROSTER = Right.KEEP_ROSTER.value
    READ_POLICIES = Right.READ_POLICIES.value
    READ_MATRICES = Right.READ_MATRICES.value


SCOPES: dict[str, str] = {
    Scope.READ_AGENCY: "read the agency, its units, roster and calendar",
    Scope.KEEP_ROSTER: "keep the roster: officers, posts, units, declared relatives",
    Scope.READ_POLICIES: "read the law and the policies that apply",
    Scope.READ_MATRICES: "read the discipline matrices",
}
"""No more than the office that registers a client holds itself, and never accounts, settings, reports, cases or the
record: an administrator who makes one gains nothing by its secret."""


def scopes_now(registered: list[str] | None, asked: str | None) -> frozenset[str] | None:
    """What a token may be used for: registered now, and asked for when it was issued. None for a person's, without end.

    A token that names scopes for what is no API client opens nothing.
    """
    if registered is None:
        return None if asked is None else frozenset()
    held = frozenset(registered) & frozenset(SCOPES)
    return held if asked is None else held & frozenset(asked.split())
