"""All pages, in one tuple for the front door."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages import api_page, assets, home, session
from app.pages.board import exports, views
from app.pages.desk import aside, case, queue, steps, triage
from app.pages.officer import asking, filing, offline, reports

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    session.router,
    home.router,
    offline.router,
    offline.sending,
    filing.router,
    asking.router,
    reports.router,
    queue.router,
    case.router,
    steps.router,
    triage.router,
    aside.router,
    views.router,
    exports.router,
    exports.unseen,
    api_page.router,
)
