"""All pages, in one tuple for the front door."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages import api_page, assets, home, search, session
from app.pages.board import exports, views
from app.pages.desk import aside, case, matches, names, queue, steps, triage
from app.pages.officer import filing, reports

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    session.router,
    home.router,
    filing.router,
    reports.router,
    queue.router,
    case.router,
    steps.router,
    triage.router,
    matches.router,
    names.router,
    aside.router,
    search.router,
    views.router,
    exports.router,
    exports.unseen,
    api_page.router,
)
