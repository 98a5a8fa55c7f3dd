"""All pages, in one tuple for the front door."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages import api_page, assets, filing, home, reports, session

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    session.router,
    home.router,
    filing.router,
    reports.router,
    api_page.router,
)
