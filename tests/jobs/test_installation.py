"""A real agency and its first administrator: made whole, or refused in a sentence that says what to mend."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.jobs.installation import make_real_agency
from app.jobs.refused import Refused
from tests.database import Database

AGENCY = {
    "name": "Ridge Town Police",
    "ori": "NJ0990000",
    "state": "NJ",
    "time_zone": "America/New_York",
    "went_live_on": date(2026, 1, 1),
}
ADMIN = {"email": "ada@ridge.example", "name": "Ada Keller", "password": "quiet lamp over tin 77"}


def agencies(database: Database) -> list[tuple[object, ...]]:
    return database.sql("SELECT name, ori, state FROM agency")


async def test_an_agency_and_its_administrator_are_made(installation: Database) -> None:
    origin = await make_real_agency(installation.settings(), dict(AGENCY), dict(ADMIN))
    assert origin.endswith("/ridge-town-police")
    assert agencies(installation) == [("Ridge Town Police", "NJ0990000", "NJ")]
    assert installation.sql("SELECT role FROM account_role") == [("agency_admin",)]
    with pytest.raises(Refused, match=r"^An agency of this name or ORI is there already\.$"):
        await make_real_agency(installation.settings(), dict(AGENCY), dict(ADMIN))
    assert len(agencies(installation)) == 1


@pytest.mark.parametrize(
    ("agency", "admin", "says"),
    [
        ({"name": "  "}, {}, "name: the name of the agency."),
        ({"ori": "NJ-1"}, {}, "ori: nine capital letters and digits."),
        ({"state": "XX"}, {}, "state: the two letters of a state or territory, such as CO."),
        ({"time_zone": "Mars/Base"}, {}, "time_zone: an IANA time zone such as America/New_York."),
        ({"time_zone": "../etc/passwd"}, {}, "time_zone: an IANA time zone such as America/New_York."),
        ({}, {"email": "nope"}, "admin_email: an address such as ada.keller@city.example."),
        ({}, {"name": ""}, "admin_name: one line of 1 to 200 characters."),
        ({}, {"password": "x" * 129}, "admin password: 15 to 128 characters."),
    ],
)
async def test_what_does_not_fit_is_named_and_nothing_is_made(
    installation: Database, agency: dict[str, Any], admin: dict[str, str], says: str
) -> None:
    with pytest.raises(Refused) as refused:
        await make_real_agency(installation.settings(), {**AGENCY, **agency}, {**ADMIN, **admin})
    assert str(refused.value) == says
    assert agencies(installation) == []


async def test_a_weak_password_is_refused_with_the_reason(installation: Database) -> None:
    with pytest.raises(Refused, match=r"^password: "):
        await make_real_agency(installation.settings(), dict(AGENCY), {**ADMIN, "password": "ridge"})
    assert agencies(installation) == []
