"""Shapes of what an administrator keeps, on the wire."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from pydantic import Field

from app.access.actor import Role
from app.http.text import In, Short, Text, View


class UnitPastView(View):
    """What a unit was until a day, and where it stood."""

    name: str
    parent_id: uuid.UUID | None
    until_on: date


class RoleIn(In):
    role: Role


class InvitationView(View):
    """The secret is told here and never again."""

    secret: str
    expires_at: datetime


class AcceptIn(In):
    secret: str = Field(max_length=200)
    password: str = Field(max_length=128, json_schema_extra={"format": "password"})


class AgencyIn(In):
    name: Short
    went_live_on: date = Field(description="fixed once it has come")


class YearIn(In):
    year: int = Field(ge=1900, le=2200)


class DayIn(In):
    day: date = Field(description="ahead of today")
    name: Short


class DayView(View):
    id: uuid.UUID
    day: date
    name: str


class YearView(View):
    year: int
    is_taken: bool = Field(description="whether working days can be counted in it")
    days: list[DayView]


class OwnPolicyIn(In):
    citation: Short = Field(examples=["General Order 300.5"])
    title: Short
    text: Text
    in_force_from: date


class OwnPolicyView(View):
    id: uuid.UUID
    citation: str
    title: str
    text: str
    in_force_from: date
    sha256: str
