"""The pages of whoever reports."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages.officer import asking, filing, offline, reports

ROUTERS: tuple[APIRouter, ...] = (
    offline.router,
    offline.sending,
    filing.router,
    asking.router,
    reports.router,
)
