"""Shapes of agencies, rosters and accounts on the wire."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.access.actor import Role
from app.agencies.models import Rank
from app.http.text import In, Short, View

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00-\x1f]{1,64}@[A-Za-z0-9.-]{1,189}$", max_length=254)]


class TokenView(View):
    """RFC 6749 section 5.1."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the word of RFC 6749
    expires_in: int
    scope: str | None = Field(None, description="of an API client")


class Me(View):
    account_id: uuid.UUID
    agency_id: uuid.UUID
    officer_id: uuid.UUID | None
    name: str
    roles: list[Role]
    scopes: list[str] | None = Field(description="what an API client may do; none for a person")


class AgencyView(View):
    id: uuid.UUID
    name: str
    ori: str
    state: str
    time_zone: str
    went_live_on: date
    made_up: bool


class UnitIn(In):
    name: Short
    parent_id: uuid.UUID | None = None


class UnitView(View):
    id: uuid.UUID
    name: str
    parent_id: uuid.UUID | None


class OfficerIn(In):
    badge: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,20}$")]
    name: Short
    rank: Rank
    unit_id: uuid.UUID | None = None
    supervisor_id: uuid.UUID | None = None
    from_on: date | None = Field(None, description="today where not given")


class PostingView(View):
    officer_id: uuid.UUID
    badge: str
    name: str
    rank: Rank
    unit_id: uuid.UUID | None
    supervisor_id: uuid.UUID | None
    from_on: date
    until_on: date | None


class RosterView(View):
    """What everyone on the staff may look up: who is who, as of today."""

    officers: list[PostingView]


class AccountIn(In):
    email: Email
    name: Short
    password: str | None = Field(
        None, max_length=128, json_schema_extra={"format": "password"}, description="without one it waits to be invited"
    )
    roles: list[Role] = Field(min_length=1, max_length=4)
    officer_id: uuid.UUID | None = None


class AccountView(View):
    id: uuid.UUID
    email: str
    name: str
    roles: list[Role]
    officer_id: uuid.UUID | None
    is_disabled: bool


class KinIn(In):
    relative_id: uuid.UUID


class KinView(View):
    id: uuid.UUID
    relative_id: uuid.UUID
    ended_on: date | None = Field(description="incidents up to this day keep the walls that the kinship raised")


class LeaveIn(In):
    on: date = Field(description="first day off the roster; not in the future")
