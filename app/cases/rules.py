"""Who may see and touch a case, and who must not know of it (security.md S1, S2, section 3).

The wall is derived from facts inside the asking query, so it stands the moment a fact is recorded: presence at the
incident, an allegation, declared kin of either, recusal, and having been passed over when the case was routed.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Exists, Select, and_, exists, func, or_, select, text
from sqlalchemy.sql.elements import SQLCoreOperations

from app.access.actor import Actor, Role
from app.access.gate import Condition, Gate, Grant, Wall, nobody
from app.access.rights import Right
from app.agencies.models import Account, AccountRole, Kin
from app.cases.models import Allegation, Assignment, Case, Level, Passed, Recusal, State
from app.db.base import Base
from app.incidents.models import Incident, Presence

TRIAGE_WITHIN = timedelta(hours=72)
"""An untouched report moves out of the chain after it (S31); our setting, not law."""

WORKED = frozenset(
    {
        State.INVESTIGATION,
        State.REFERRED,
        State.FINDINGS_REVIEW,
        State.DISCIPLINE,
        State.BOARD_REVIEW,
        State.APPEAL,
    }
)
"""Where allegations are opened, answered and found on: whoever comes to light late has to be answered for as well."""
OPEN = WORKED | {State.ROUTED, State.TRIAGE, State.RETURNED}

MAY_BE = {
    Role.INVESTIGATOR: (Role.INVESTIGATOR,),
    Role.DISCIPLINE_AUTHORITY: (Role.DISCIPLINE_AUTHORITY, Role.OUTSIDE_REVIEWER),
}
"""Offices of a case, and who may be given one; the outside reviewer decides where the agency has nobody free."""

R = Right
Id = SQLCoreOperations[uuid.UUID]


def present_or_kin(incident_id: Id, officer_id: uuid.UUID) -> ColumnElement[bool]:
    """The officer was at the incident, in whatever role, or is declared kin of someone who was.

    A disputed entry keeps the wall: only the outside reviewer lifts one.
    """
    here = _any_of(Presence).where(Presence.incident_id == incident_id, Presence.officer_id == officer_id)
    kin = _any_of(Presence, Kin).where(
        Presence.incident_id == incident_id, _kin(Presence.officer_id, officer_id), kinship_holds(incident_id)
    )
    return or_(here, kin)


def _any_of(*facts: type[Base]) -> Exists:
    """Whether rows of these tables are there: rows of their own, also where the asking query reads such a table itself.

    Left to itself SQLAlchemy takes the asker's table for the wall's, and a wall around two tables would weaken unseen.
    """
    return exists().correlate_except(*facts)


def _kin(one: Id, other: uuid.UUID) -> ColumnElement[bool]:
    return or_(
        and_(Kin.officer_id == one, Kin.relative_id == other),
        and_(Kin.relative_id == one, Kin.officer_id == other),
    )


def kinship_holds(incident_id: Id) -> ColumnElement[bool]:
    """A kinship that was declared over keeps the walls of all incidents up to that day: ending one opens nothing.

    A day more than the date says, since days are the agency's and this counts in UTC.
    """
    last = Kin.ended_on + text("interval '1 day'")
    before = _any_of(Incident).where(
        Incident.id == incident_id, func.date(func.timezone("UTC", Incident.occurred_at)) <= last
    )
    return or_(Kin.ended_on.is_(None), before)


def _was_present(actor: Actor) -> ColumnElement[bool]:
    return nobody() if actor.officer_id is None else present_or_kin(Case.incident_id, actor.officer_id)


def _is_accused(actor: Actor) -> ColumnElement[bool]:
    if actor.officer_id is None:
        return nobody()
    accused = _any_of(Allegation).where(Allegation.case_id == Case.id, Allegation.officer_id == actor.officer_id)
    kin = _any_of(Allegation, Kin).where(
        Allegation.case_id == Case.id, _kin(Allegation.officer_id, actor.officer_id), kinship_holds(Case.incident_id)
    )
    return or_(accused, kin)


def _stepped_aside(actor: Actor) -> ColumnElement[bool]:
    return _any_of(Recusal).where(Recusal.case_id == Case.id, Recusal.account_id == actor.account_id)


def _passed_over(actor: Actor) -> ColumnElement[bool]:
    if actor.officer_id is None:
        return nobody()
    return _any_of(Passed).where(Passed.case_id == Case.id, Passed.officer_id == actor.officer_id)


WALLS = (
    Wall("was present at the incident, or is kin of someone who was", _was_present),
    Wall("is accused in it, or is kin of someone who is", _is_accused),
    Wall("stepped aside", _stepped_aside),
    Wall("is below the level at which it was routed", _passed_over),
)


def _office(*roles: Role, outside: bool = False) -> Condition:
    """Cases of the agency, without those routed past the whole of it (`outside`: those alone)."""

    def to(actor: Actor) -> ColumnElement[bool]:
        if not actor.has(*roles):
            return nobody()
        return Case.level == Level.OUTSIDE if outside else Case.level != Level.OUTSIDE

    return to


def _holder(actor: Actor) -> ColumnElement[bool]:
    if not actor.has(Role.SUPERVISOR):
        return nobody()
    return and_(Case.holder_id == actor.account_id, Case.level == Level.SUPERVISOR)


def _assigned(office: Role) -> Condition:
    def to(actor: Actor) -> ColumnElement[bool]:
        if not actor.has(*MAY_BE[office]):
            return nobody()
        return _any_of(Assignment).where(
            Assignment.case_id == Case.id,
            Assignment.account_id == actor.account_id,
            Assignment.office == office,
            Assignment.ended_at.is_(None),
        )

    return to


def _board(actor: Actor) -> ColumnElement[bool]:
    return Case.id.is_not(None) if actor.has(Role.OVERSIGHT) else nobody()


_COMMAND = {
    R.READ_CASE,
    R.TRIAGE,
    R.REROUTE,
    R.ASSIGN,
    R.COMMAND,
    R.SCREEN_OUT,
    R.APPROVE,
    R.CLOSE,
    R.APPEAL,
    R.REOPEN,
    R.RECUSE,
    R.ROSTER,
    R.SERVE,
}

GATE: Gate[Case] = Gate(
    of=Case,
    kind="case",
    office=(
        Grant(
            "a supervisor triages the cases routed to them",
            to=_holder,
            may=frozenset({R.READ_CASE, R.TRIAGE, R.RECUSE}),
        ),
        Grant(
            "intake sees, triages and routes the agency's cases",
            to=_office(Role.INTAKE),
            may=frozenset({R.READ_CASE, R.TRIAGE, R.REROUTE, R.RECUSE, R.ROSTER, R.APPEAL}),
        ),
        Grant(
            "an investigator works the cases assigned to them",
            to=_assigned(Role.INVESTIGATOR),
            may=frozenset({R.READ_CASE, R.WORK, R.SUBMIT, R.RECUSE, R.ROSTER}),
        ),
        Grant(
            "a commander assigns, reviews, approves and closes the agency's cases",
            to=_office(Role.COMMANDER),
            may=frozenset(_COMMAND),
        ),
        Grant(
            "a discipline authority, or where none is free the outside reviewer, decides the cases assigned to them",
            to=_assigned(Role.DISCIPLINE_AUTHORITY),
            may=frozenset({R.READ_CASE, R.DECIDE, R.RECUSE}),
        ),
        Grant(
            "the outside reviewer has a commander's and intake's rights on cases routed past the agency",
            to=_office(Role.OUTSIDE_REVIEWER, outside=True),
            may=frozenset(_COMMAND),
        ),
        Grant(
            "the board sees every case, without names of reporters and without texts, and gives its view",
            to=_board,
            may=frozenset({R.READ_OVERVIEW, R.REVIEW, R.RECUSE}),
        ),
    ),
    walls=WALLS,
)


def walled_cases(actor: Actor) -> Select[uuid.UUID]:
    """Ids of the cases on whose wall `actor` is: what exports and jobs withhold, by the gate's own condition."""
    return select(Case.id).where(Case.agency_id == actor.agency_id, GATE.walled(actor))


class _AccountRow:
    """Stands for each row of `account` in turn, so that the walls around a signed-in person serve for anyone."""

    account_id = Account.id
    officer_id = Account.officer_id


def free_accounts(case_id: uuid.UUID, *roles: Role) -> Select[Account]:
    """Accounts that hold one of these offices and are not on the wall of the case, by the gate's own condition."""
    holding = exists().where(
        AccountRole.account_id == Account.id, AccountRole.role.in_(roles), AccountRole.ended_at.is_(None)
    )
    anyone: Any = _AccountRow
    return (
        select(Account)
        .join(Case, Case.agency_id == Account.agency_id)
        .where(Case.id == case_id, Account.disabled_at.is_(None), holding, ~GATE.walled(anyone))
    )
