"""The administrator's pages: roster, accounts, settings, law. Nothing here knows of reports or cases."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages.admin import (
    accounts,
    calendar,
    clients,
    home,
    invitation,
    law,
    matrices,
    officer,
    roster,
    roster_import,
    settings,
    units,
    working_values,
)

ROUTERS: tuple[APIRouter, ...] = (
    home.router,
    roster_import.router,
    roster.router,
    officer.router,
    units.router,
    accounts.router,
    invitation.router,
    clients.router,
    settings.router,
    working_values.router,
    calendar.router,
    law.router,
    matrices.router,
)
