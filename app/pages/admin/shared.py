"""What the administrator's pages share: doors, words for ranks and offices, and faults beside their fields."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor, Role
from app.access.rights import Right
from app.agencies.actions import AlreadyThere
from app.agencies.doors import holds
from app.agencies.models import Posting, Rank
from app.agencies.staff import staff_now
from app.agencies.units import tree
from app.errors import Validation
from app.pages.fields import NO_DAY, Option, day_of, says_of
from app.pages.guard import Form
from app.pages.shell import Page
from app.words import N_

RosterKeeper = Annotated[Actor, holds(Right.KEEP_ROSTER, page=True)]
AccountKeeper = Annotated[Actor, holds(Right.KEEP_ACCOUNTS, page=True)]
SettingsKeeper = Annotated[Actor, holds(Right.KEEP_SETTINGS, page=True)]

RANKS = {
    Rank.OFFICER: N_("Officer"),
    Rank.DETECTIVE: N_("Detective"),
    Rank.CORPORAL: N_("Corporal"),
    Rank.SERGEANT: N_("Sergeant"),
    Rank.LIEUTENANT: N_("Lieutenant"),
    Rank.CAPTAIN: N_("Captain"),
    Rank.MAJOR: N_("Major"),
    Rank.DEPUTY_CHIEF: N_("Deputy chief"),
    Rank.CHIEF: N_("Chief"),
    Rank.OTHER: N_("Other rank"),
    Rank.NOT_GIVEN: N_("Rank not given"),
}
OFFICES = {
    Role.OFFICER: N_("Officer"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.INTAKE: N_("Intake"),
    Role.INVESTIGATOR: N_("Investigator"),
    Role.COMMANDER: N_("Commander of internal affairs"),
    Role.DISCIPLINE_AUTHORITY: N_("Discipline authority"),
    Role.CUSTODIAN: N_("Custodian"),
    Role.OVERSIGHT: N_("Oversight board"),
    Role.AGENCY_ADMIN: N_("Administrator"),
    Role.OPERATOR: N_("Operator"),
    Role.OUTSIDE_REVIEWER: N_("Outside reviewer"),
    Role.INSPECTOR: N_("Inspector"),
}
OFFICE_HINTS = {
    Role.OFFICER: N_("Files reports and follows their own."),
    Role.SUPERVISOR: N_("Receives and triages the reports of those they supervise."),
    Role.INTAKE: N_("Receives reports that pass the supervisors."),
    Role.INVESTIGATOR: N_("Works the cases they are assigned to."),
    Role.COMMANDER: N_("Assigns investigators, approves findings, closes."),
    Role.DISCIPLINE_AUTHORITY: N_("Decides discipline in the cases they are assigned to."),
    Role.CUSTODIAN: N_("Holds a part of the keys to sealed identities."),
    Role.OVERSIGHT: N_("Reviews cases from outside and pulls audit exports."),
    Role.AGENCY_ADMIN: N_("Keeps roster, accounts and settings; sees no case."),
    Role.OPERATOR: N_("Runs the service; sees no case and no roster."),
    Role.OUTSIDE_REVIEWER: N_("Works the cases that are routed past the whole agency."),
    Role.INSPECTOR: N_("Receives the whole audit record; sees no case."),
}
SAYS = {
    "order": N_("This must be after what holds now began"),
    "future": N_("This must not be in the future"),
    "past": N_("This must be a day ahead of us"),
    "closed": N_("This unit is no more"),
    "below": N_("A unit cannot stand below itself"),
    "self": N_("Nobody supervises themselves"),
    "incompatible": N_("One person cannot hold these offices together"),
    "outside": N_("An office from outside goes with no office inside the agency, and with nobody on its roster"),
    "live": N_("The agency is live, so this day is fixed"),
    "range": N_("This is out of reach: from the year of going live to ten years ahead"),
    "length": N_("A password has 15 to 128 characters"),
    "guessable": N_("Do not build the password from your name, your email or the name of the service"),
    "too_large": N_("The file is larger than 768 KB"),
}
TAKEN = {
    "badge": N_("An officer on the roster has this badge"),
    "email": N_("An account has this email"),
    "name": N_("An API client in use has this name"),
    "officer_id": N_("This officer has an account"),
    "relative_id": N_("They are declared relatives already"),
    "day": N_("This day is in the calendar already"),
    "year": N_("This year is in the calendar already"),
}


@dataclass
class Gathered:
    """What an act refuses, by field, in words; `needed` says what is missing where nothing was given."""

    errors: dict[str, str]
    needed: Mapping[str, str]

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, refused: BaseException | None, trace: object) -> bool:
        if isinstance(refused, ValidationError):
            for each in refused.errors(include_input=False):
                self._say(str(each["loc"][0]), str(each["type"]))
        elif isinstance(refused, Validation):
            for fault in refused.errors:
                self._say(fault.pointer[1:], fault.rule)
        elif isinstance(refused, AlreadyThere):
            self.errors[refused.what] = TAKEN[refused.what]
        else:
            return False
        return True

    def _say(self, name: str, rule: str) -> None:
        needed = self.needed.get(name, "")
        self.errors.setdefault(name, SAYS.get(rule) or needed or says_of(rule, needed))


def given_day(form: Form, name: str, errors: dict[str, str]) -> date | None:
    """The day of a form's three fields; none where all are empty, and a fault where it does not exist."""
    parts = (form.one(f"{name}_year").strip(), form.one(name).strip(), form.one(f"{name}_day").strip())
    if not any(parts):
        return None
    found = day_of(*parts)
    if found is None:
        errors[name] = NO_DAY
    return found


def typed_day(form: Form | None, name: str, otherwise: date | None = None) -> tuple[str, str, str]:
    """Month, day and year as they were typed, or those of a day."""
    if form is not None:
        return form.one(name), form.one(f"{name}_day"), form.one(f"{name}_year")
    if otherwise is None:
        return "", "", ""
    return str(otherwise.month), str(otherwise.day), str(otherwise.year)


def show(page: Page, template: str, errors: Mapping[str, str] | None = None, /, **values: Any) -> Response:
    """One page of the administrator; 422 where something has to be looked at again."""
    return page.show(
        template,
        422 if errors else 200,
        errors=dict(errors or {}),
        ranks=RANKS,
        offices=OFFICES,
        once=secrets.token_urlsafe(16),
        **values,
    )


async def unit_options(tx: AsyncSession) -> list[Option]:
    return [Option(str(branch.unit.id), branch.path) for branch in await tree(tx)]


async def holder_of_badge(tx: AsyncSession, badge: str) -> uuid.UUID | None:
    held = await tx.scalar(staff_now().where(Posting.badge == badge))
    return held.officer_id if held is not None else None
