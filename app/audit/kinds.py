"""All kinds of entries and the members of their `of` block: one table, from which documentation and tests are made.

An entry of an unknown kind, or with an unknown member, stops the program, not the log. Members are codes, ids, counts
and hashes; never a name, an address or free text (S29, S53).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Nature(StrEnum):
    ACT = "act"
    READ = "read"
    DENIAL = "denial"
    HOUSE = "house"
    """Done by the service itself."""


@dataclass(frozen=True)
class Kind:
    on: str
    """Type of the object that it is about."""
    of: frozenset[str]
    nature: Nature = Nature.ACT
    board: bool = True
    """Shown in profile `board`; kinds that speak of one person's own drafts and sign-ins are not."""


def _act(on: str, *of: str, board: bool = True) -> Kind:
    return Kind(on, frozenset(of), Nature.ACT, board)


def _read(on: str, *of: str, board: bool = True) -> Kind:
    return Kind(on, frozenset(of), Nature.READ, board)


def _step(*of: str) -> Kind:
    return Kind("case", frozenset(("before", "after", "reason_sha256", *of)))


KINDS: dict[str, Kind] = {
    # sign-in
    "session.opened": _act("account", board=False),
    "session.refused": Kind("account", frozenset({"why"}), Nature.DENIAL, board=False),
    "session.ended": _act("account", board=False),
    "token.issued": _act("account", "jti", board=False),
    "client.made": _act("api_client", "scopes"),
    "client.listed": _read("agency", "ids", "count"),
    "client.read": _read("api_client"),
    "client.revoked": _act("api_client"),
    "client.refused": Kind("api_client", frozenset({"why"}), Nature.DENIAL, board=False),
    "client.token_issued": _act("api_client", "jti", "scopes", board=False),
    "access.denied": Kind("any", frozenset({"right", "because", "count"}), Nature.DENIAL),
    # the agency
    "agency.made": _act("agency", "ori", "state"),
    "agency.read": _read("agency"),
    "agency.changed": _act("agency", "name_sha256", "went_live_on"),
    "rate.set": _act("agency", "what", "most"),
    "unit.added": _act("unit", "parent"),
    "unit.changed": _act("unit", "parent", "name_sha256"),
    "unit.closed": _act("unit", "closed_on"),
    "officer.added": _act("officer", "rank", "unit"),
    "posting.changed": _act("officer", "rank", "unit", "supervisor", "from_on"),
    "officer.left": _act("officer", "until_on"),
    "kin.read": _read("officer", "count"),
    "kin.declared": _act("officer", "relative"),
    "kin.ended": _act("officer", "relative", "ended_on"),
    "roster.read": _read("agency", "count"),
    "roster.previewed": _act("agency", "file_sha256"),
    "roster.dropped": _act("agency", "file_sha256"),
    "roster.imported": _act("agency", "file_sha256", "added", "changed", "left"),
    "account.added": _act("account", "roles"),
    "account.read": _read("account"),
    "account.disabled": _act("account"),
    "account.language_set": _act("account", "language", board=False),
    "account.enabled": _act("account"),
    "invitation.made": _act("account", "expires_at"),
    "password.set": _act("account"),
    "role.granted": _act("account", "role"),
    "role.ended": _act("account", "role"),
    "matrix.loaded": _act("matrix", "matrix_sha256", "in_force_from", "is_sample"),
    "matrix.listed": _read("agency", "ids", "count"),
    "matrix.read": _read("matrix"),
    "matrix.compared": _read("matrix", "against"),
    "calendar.read": _read("agency", "year"),
    "calendar.taken": _act("agency", "year", "count"),
    "calendar.day_added": _act("agency", "day"),
    "calendar.day_removed": _act("agency", "day"),
    "working_value.entered": _act("agency", "word", "hours", "in_force_from"),
    "working_value.read": _read("agency", "count"),
    "own_policy.entered": _act("policy", "content_sha256", "in_force_from"),
    "own_policy.read": _read("agency", "ids", "count"),
    "policies.read": _read("policies", "place", "on", "ids"),
    "statistics.read": _read("agency", "which", "year"),
    "search.made": _read("agency", "terms", "ids", "count"),
    # reports
    "draft.saved": _act("draft", board=False),
    "draft.listed": _read("draft", "ids", "count", board=False),
    "draft.read": _read("draft", board=False),
    "draft.dropped": _act("draft", board=False),
    "report.filed": _act(
        "report",
        "content_sha256",
        "mode",
        "statement_class",
        "warning",
        "provision",
        "due_at",
    ),
    "report.matched": _act("report", "incident", "is_certain"),
    "report.read": _read("report", "fields"),
    "report.listed": _read("report", "ids", "count", board=False),
    "report.supplemented": _act("report", "supplement", "content_sha256"),
    "receipt.read": _read("report", board=False),
    # incidents and rosters
    "incident.made": _act("incident", "source", "precision"),
    "force_forms.imported": _act("agency", "file_sha256", "incidents", "forms", "officers", "conflicts"),
    "incident.imported": _act("incident", "forms", "conflicts", "file_sha256"),
    "incident.injury_found": _act("incident", "report"),
    "presence.added": _act("incident", "officer", "role", "source"),
    "presence.disputed": _act("incident", "officer", "role", "reason_sha256"),
    "match.confirmed": _act("report", "incident"),
    "match.listed": _read("report", "ids", "count"),
    "match.compared": _read("report", "incident", "ids"),
    "match.moved": _act("report", "incident", "from_incident", "reason_sha256"),
    "person.identified": _act("report", "place", "officer", "role", "reason_sha256"),
    # cases
    "case.made": _act("case", "incident", "level", "holder", "passed"),
    "case.joined": _act("case", "report"),
    "case.read": _read("case", "fields"),
    "case.listed": _read("case", "ids", "count", "filter"),
    "queue_view.saved": _act("queue_view", "filter", board=False),
    "queue_view.renamed": _act("queue_view", board=False),
    "queue_view.removed": _act("queue_view", board=False),
    "queue_view.listed": _read("queue_view", "ids", "count", board=False),
    "timeline.read": _read("case", "count"),
    "steps.read": _read("case"),
    "case.acknowledge": _step(),
    "case.return": _step("report"),
    "case.resume": _step(),
    "case.reroute": _step("level", "holder", "because"),
    "case.open": _step("classification", "number"),
    "case.screen_out": _step(),
    "case.refer": _step("body_sha256", "dated_on"),
    "case.return_from_referral": _step("outcome_sha256", "dated_on"),
    "case.submit_findings": _step("findings"),
    "case.send_back": _step(),
    "case.approve_findings": _step("findings", "sustained"),
    "case.decide": _step("decisions"),
    "case.close": _step(),
    "case.appeal": _step("forum_sha256", "dated_on"),
    "case.conclude_appeal": _step("outcome_sha256", "dated_on"),
    "case.reopen": _step("evidence", "body_sha256", "dated_on"),
    "case.concur": _act("case", "step", "reason_sha256"),
    "case.recused": _act("case"),
    "case.classified": _act("case", "classification", "before", "reason_sha256"),
    "case.assign": _act("case", "office", "account", "reason_sha256"),
    "candidate.listed": _read("case", "ids", "count"),
    "case.relieved": _act("case", "office", "account"),
    "immediate.answered": _act("case", "step", "answer", "note_sha256"),
    "allegation.opened": _act("allegation", "case", "officer", "duty", "provision", "basis_sha256"),
    "allegation.listed": _read("case", "ids", "count"),
    "assessment.recorded": _act("assessment", "case", "officer", "revision", "content_sha256", "is_complete"),
    "assessment.read": _read("assessment", "case", "officer", "revision"),
    "assessment.listed": _read("case", "ids", "count"),
    "evidence.added": _act("evidence", "case", "kind", "sha256"),
    "evidence.listed": _read("case", "ids", "count"),
    "evidence.read": _read("evidence", "case"),
    "scene.marked": _act(
        "scene_mark",
        "case",
        "officer",
        "kind",
        "at",
        "exactness",
        "source",
        "supersedes",
        "says_sha256",
        "reason_sha256",
    ),
    "scene.read": _read("case", "ids", "count"),
    "person.told": _act("case", "officer", "harmed_sha256", "how_sha256"),
    "letter.made": _act("case", "harmed_sha256", "locator_sha256"),
    "outcome.asked": _read("case", board=False),
    "outcome.refused": Kind("case", frozenset({"why"}), Nature.DENIAL, board=False),
    # findings and discipline
    "finding.proposed": _act(
        "finding",
        "case",
        "allegation",
        "officer",
        "duty",
        "disposition",
        "proof",
        "provision",
        "evidence",
        "assessment",
        "revision",
        "content_sha256",
    ),
    "finding.superseded": _act("finding", "case", "allegation", "officer", "duty", "disposition", "revision", "by"),
    "finding.approved": _act(
        "finding",
        "case",
        "allegation",
        "officer",
        "duty",
        "disposition",
        "proof",
        "provision",
        "revision",
        "reason_sha256",
    ),
    "finding.sent_back": _act(
        "finding", "case", "allegation", "officer", "duty", "disposition", "revision", "reason_sha256"
    ),
    "finding.read": _read("finding", "case"),
    "finding.listed": _read("case", "ids", "count"),
    "notice.served": _act(
        "notice", "case", "allegation", "finding", "officer", "content_sha256", "packet_sha256", "answer_due_at"
    ),
    "notice.read": _read("notice"),
    "notice.listed": _read("notice", "ids", "count", board=False),
    "notice.answered": _act("notice", "case", "allegation", "answer_sha256"),
    "notice.represented": _act("notice", "case", "allegation", "representative_sha256"),
    "notice.waived": _act("notice", "case", "allegation"),
    "worksheet.proposed": _act(
        "worksheet",
        "case",
        "allegation",
        "finding",
        "officer",
        "duty",
        "matrix",
        "category",
        "level",
        "penalty",
        "amount",
        "lies",
        "revision",
        "content_sha256",
    ),
    "discipline.read": _read("allegation", "case", "ids"),
    "discipline.decided": _act(
        "decision",
        "case",
        "allegation",
        "finding",
        "worksheet",
        "officer",
        "duty",
        "matrix",
        "penalty",
        "amount",
        "lies",
        "answered",
        "content_sha256",
    ),
    # oversight
    "board.viewed": _act("case", "view", "reasons_sha256"),
    "export.asked": _act("export", "profile", "purpose", "since_size", "for_account"),
    "export.made": _act("export", "profile", "purpose", "from", "to", "digest"),
    "export.failed": _act("export", "why"),
    "export.listed": _read("export", "ids", "count"),
    "export.read": _read("export"),
    "export.downloaded": _read("export", "digest"),
    # the house
    "pad": Kind("none", frozenset(), Nature.HOUSE, board=False),
    "heartbeat": Kind("none", frozenset(), Nature.HOUSE),
    "migration.run": Kind("database", frozenset({"revision"}), Nature.HOUSE),
}


class UnknownKind(Exception):
    """The program named a kind or a member that the table does not hold: a fault of ours, never of an input."""


def refuse_unknown(kind: str, of: dict[str, object]) -> Kind:
    found = KINDS.get(kind)
    if found is None:
        raise UnknownKind(kind)
    strange = set(of) - found.of
    if strange:
        raise UnknownKind(f"{kind}: {sorted(strange)}")
    return found
