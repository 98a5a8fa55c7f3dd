"""What people do to agencies, rosters and accounts; one function, one act, one entry."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.agencies.models import Account, AccountRole, Agency, Kin, Officer, Posting, Unit
from app.agencies.passwords import UNSET, Personal, hash_password, refuse_weak
from app.agencies.schemas import AccountIn, OfficerIn, UnitIn
from app.audit.log import record
from app.db.session import speak_for, time_of
from app.errors import Conflict, Fault, Validation

ORI = re.compile("[A-Z0-9]{9}")
# fmt: off
STATES = frozenset({
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS",
    "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC",
    "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY",
    "AS", "GU", "MP", "PR", "VI",
})
# fmt: on
"""Which law applies hangs on it, so a slip may not stand: it would silently leave an agency without its state's law."""
OPEN_LOG = text("SELECT audit.open_log(:agency, :origin)")
INCOMPATIBLE = frozenset({Role.AGENCY_ADMIN, Role.CUSTODIAN, Role.INVESTIGATOR, Role.DISCIPLINE_AUTHORITY})
"""No account holds two of these (S40)."""
OUTSIDE = frozenset({Role.OVERSIGHT, Role.OUTSIDE_REVIEWER, Role.INSPECTOR})


@dataclass(eq=False)
class AlreadyThere(Conflict):
    """Something with this mark is already there."""

    what: str


@dataclass(frozen=True)
class AgencyFacts:
    name: str
    slug: str
    ori: str
    state: str
    time_zone: str
    went_live_on: date
    made_up: bool = False


async def make_agency(tx: AsyncSession, facts: AgencyFacts, origin: str) -> Agency:
    """A new tenant and its log, named `<origin>/<slug>`. The transaction speaks for it from here on.

    Raises Validation for a name, ORI, state or time zone that is none.
    """
    if faults := _faults_of(facts):
        raise Validation(faults)
    agency = Agency(id=uuid.uuid4(), **facts.__dict__)
    await speak_for(tx, agency.id)
    tx.add(agency)
    await tx.flush()
    await tx.execute(OPEN_LOG, {"agency": agency.id, "origin": f"{origin}/{facts.slug}"})
    record(tx, "agency.made", ("agency", agency.id), ori=facts.ori, state=facts.state)
    return agency


def _faults_of(facts: AgencyFacts) -> tuple[Fault, ...]:
    checks = (
        (bool(facts.name.strip()) and facts.name.isprintable(), Fault("/name", "name", "the name of the agency")),
        (ORI.fullmatch(facts.ori) is not None, Fault("/ori", "ori", "nine capital letters and digits")),
        (facts.state in STATES, Fault("/state", "state", "the two letters of a state or territory, such as CO")),
        (
            _is_zone(facts.time_zone),
            Fault("/time_zone", "time_zone", "an IANA time zone such as America/New_York"),
        ),
    )
    return tuple(fault for fits, fault in checks if not fits)


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name).key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


async def agency_of(tx: AsyncSession, agency_id: uuid.UUID) -> Agency:
    agency = await tx.get(Agency, agency_id)
    assert agency is not None
    return agency


async def add_unit(tx: AsyncSession, agency_id: uuid.UUID, unit: UnitIn) -> Unit:
    if unit.parent_id is not None and await tx.get(Unit, unit.parent_id) is None:
        raise Validation((Fault("/parent_id", "unknown", "no such unit"),))
    added = Unit(id=uuid.uuid4(), agency_id=agency_id, name=unit.name, parent_id=unit.parent_id)
    tx.add(added)
    record(tx, "unit.added", ("unit", added.id), parent=unit.parent_id)
    return added


async def add_officer(tx: AsyncSession, agency_id: uuid.UUID, officer: OfficerIn, *, source: str = "roster") -> Posting:
    """An officer with a first posting. Raises AlreadyThere where the badge is someone's now."""
    await _refuse_taken_badge(tx, officer.badge, None)
    await _refuse_unknown_posts(tx, officer)
    await refuse_future(tx, agency_id, "/from_on", officer.from_on)
    person = Officer(id=uuid.uuid4(), agency_id=agency_id, source=source)
    posting = _posting(agency_id, person.id, officer, officer.from_on or time_of(tx).date())
    tx.add(person)
    await tx.flush()
    tx.add(posting)
    record(tx, "officer.added", ("officer", person.id), rank=officer.rank, unit=officer.unit_id)
    return posting


async def change_posting(tx: AsyncSession, agency_id: uuid.UUID, officer_id: uuid.UUID, to: OfficerIn) -> Posting:
    """A new posting from a day on; the one before ends that day and stays on the roster's history."""
    await _refuse_taken_badge(tx, to.badge, officer_id)
    await _refuse_unknown_posts(tx, to, officer_id)
    await refuse_future(tx, agency_id, "/from_on", to.from_on)
    from_on = to.from_on or time_of(tx).date()
    held = await tx.scalar(
        select(Posting).where(Posting.officer_id == officer_id, Posting.until_on.is_(None)).with_for_update()
    )
    if held is not None:
        if from_on <= held.from_on:
            raise Validation((Fault("/from_on", "order", "must be after the posting that holds now"),))
        held.until_on = from_on
        await tx.flush()
    elif from_on < (await _left_on(tx, officer_id) or from_on):
        raise Validation((Fault("/from_on", "order", "must not be before the last posting ended"),))
    posting = _posting(agency_id, officer_id, to, from_on)
    tx.add(posting)
    record(
        tx,
        "posting.changed",
        ("officer", officer_id),
        rank=to.rank,
        unit=to.unit_id,
        supervisor=to.supervisor_id,
        from_on=from_on,
    )
    return posting


async def _left_on(tx: AsyncSession, officer_id: uuid.UUID) -> date | None:
    return await tx.scalar(select(func.max(Posting.until_on)).where(Posting.officer_id == officer_id))


async def refuse_future(tx: AsyncSession, agency_id: uuid.UUID, pointer: str, day: date | None) -> None:
    """Raise Validation for a day that has not come at the agency: what holds now is what is in force now."""
    if day is not None and day > today_in(await agency_of(tx, agency_id), tx):
        raise Validation((Fault(pointer, "future", "must not be in the future"),))


def _posting(agency_id: uuid.UUID, officer_id: uuid.UUID, officer: OfficerIn, from_on: date) -> Posting:
    return Posting(
        agency_id=agency_id,
        officer_id=officer_id,
        badge=officer.badge,
        name=officer.name,
        rank=officer.rank,
        unit_id=officer.unit_id,
        supervisor_id=officer.supervisor_id,
        from_on=from_on,
    )


async def _refuse_taken_badge(tx: AsyncSession, badge: str, officer_id: uuid.UUID | None) -> None:
    taken = await tx.scalar(select(Posting.officer_id).where(Posting.badge == badge, Posting.until_on.is_(None)))
    if taken is not None and taken != officer_id:
        raise AlreadyThere("badge")


async def _refuse_unknown_posts(tx: AsyncSession, officer: OfficerIn, officer_id: uuid.UUID | None = None) -> None:
    faults = []
    unit = await tx.get(Unit, officer.unit_id) if officer.unit_id is not None else None
    if officer.unit_id is not None and unit is None:
        faults.append(Fault("/unit_id", "unknown", "no such unit"))
    if unit is not None and unit.closed_on is not None:
        faults.append(Fault("/unit_id", "closed", "this unit is no more"))
    if officer.supervisor_id is not None and await tx.get(Officer, officer.supervisor_id) is None:
        faults.append(Fault("/supervisor_id", "unknown", "no such officer"))
    if officer_id is not None and officer.supervisor_id == officer_id:
        faults.append(Fault("/supervisor_id", "self", "nobody supervises themselves"))
    if faults:
        raise Validation(tuple(faults))


async def declare_kin(tx: AsyncSession, agency_id: uuid.UUID, officer_id: uuid.UUID, relative_id: uuid.UUID) -> Kin:
    """Two officers are relatives; holds in both directions."""
    if await tx.get(Officer, relative_id) is None or officer_id == relative_id:
        raise Validation((Fault("/relative_id", "unknown", "no such other officer"),))
    pair = {officer_id, relative_id}
    standing = select(Kin.id).where(Kin.officer_id.in_(pair), Kin.relative_id.in_(pair), Kin.ended_on.is_(None))
    if await tx.scalar(standing) is not None:
        raise AlreadyThere("relative_id")
    kin = Kin(agency_id=agency_id, officer_id=officer_id, relative_id=relative_id)
    tx.add(kin)
    record(tx, "kin.declared", ("officer", officer_id), relative=relative_id)
    return kin


async def add_account(tx: AsyncSession, agency_id: uuid.UUID, account: AccountIn, by: uuid.UUID | None) -> Account:
    """An account with its offices. Raises Validation for weak passwords and offices that do not go together (S40)."""
    if account.password is not None:
        refuse_weak(account.password, Personal(account.email, account.name))
    refuse_incompatible(frozenset(account.roles), account.officer_id)
    if await tx.scalar(select(Account.id).where(func.lower(Account.email) == account.email.lower())):
        raise AlreadyThere("email")
    if account.officer_id is not None:
        await _refuse_taken_officer(tx, account.officer_id)
    added = Account(
        id=uuid.uuid4(),
        agency_id=agency_id,
        email=account.email,
        name=account.name,
        password_hash=UNSET if account.password is None else hash_password(account.password),
        officer_id=account.officer_id,
    )
    tx.add(added)
    await tx.flush()
    for role in sorted(set(account.roles)):
        tx.add(AccountRole(agency_id=agency_id, account_id=added.id, role=role, granted_by=by, granted_at=time_of(tx)))
    record(tx, "account.added", ("account", added.id), roles=sorted(set(account.roles)))
    return added


async def _refuse_taken_officer(tx: AsyncSession, officer_id: uuid.UUID) -> None:
    if await tx.get(Officer, officer_id) is None:
        raise Validation((Fault("/officer_id", "unknown", "no such officer"),))
    if await tx.scalar(select(Account.id).where(Account.officer_id == officer_id)):
        raise AlreadyThere("officer_id")


def refuse_incompatible(roles: frozenset[Role], officer_id: uuid.UUID | None) -> None:
    if len(roles & INCOMPATIBLE) > 1:
        raise Validation((Fault("/roles", "incompatible", "one person cannot hold these offices together"),))
    if roles & OUTSIDE and (officer_id is not None or not roles <= OUTSIDE):
        raise Validation((Fault("/roles", "outside", "an office from outside goes with no office inside"),))
    if Role.OPERATOR in roles and len(roles) > 1:
        raise Validation((Fault("/roles", "incompatible", "an operator holds no other office"),))


async def disable_account(tx: AsyncSession, account: Account) -> Account:
    """Ends the account's sessions with the next request; what it did stays."""
    account.disabled_at = time_of(tx)
    account.version += 1
    record(tx, "account.disabled", ("account", account.id))
    return account


async def set_language(tx: AsyncSession, account: Account, language: str) -> None:
    """The language in which this person reads pages and is written to."""
    account.language = language
    account.version += 1
    record(tx, "account.language_set", ("account", account.id), rev=account.version, language=language)


async def roster(
    tx: AsyncSession,
    on: date,
    *,
    badge: str = "",
    name: str = "",
    units: frozenset[uuid.UUID] | None = None,
    most: int = 500,
) -> list[Posting]:
    """Postings of the staff that held on a day, by badge; filtered by the start of a badge, a part of a name, units.

    Someone known from a force form alone is not in it.
    """
    staff = select(Posting).join(Officer, Officer.id == Posting.officer_id).where(Officer.source == "roster")
    query = staff.where(Posting.from_on <= on, (Posting.until_on.is_(None)) | (Posting.until_on > on))
    if badge:
        query = query.where(Posting.badge.istartswith(badge, autoescape=True))
    if name:
        query = query.where(Posting.name.icontains(name, autoescape=True))
    if units is not None:
        query = query.where(Posting.unit_id.in_(units))
    return list((await tx.scalars(query.order_by(Posting.badge, Posting.id).limit(most))).all())


async def postings_now(tx: AsyncSession, officer_ids: set[uuid.UUID]) -> dict[uuid.UUID, Posting]:
    """What these officers are now; left out are those who hold no posting any more."""
    query = select(Posting).where(Posting.officer_id.in_(officer_ids), Posting.until_on.is_(None))
    return {posting.officer_id: posting for posting in (await tx.scalars(query)).all()} if officer_ids else {}


def today_in(agency: Agency, tx: AsyncSession) -> date:
    """The date at the agency."""
    return time_of(tx).astimezone(ZoneInfo(agency.time_zone)).date()
