"""All pages, in one tuple for the front door."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages import api_page, assets, home, session
from app.pages.board import exports, views
from app.pages.command import assigning, deciding, discipline, grounds, review, serving, telling, worksheet
from app.pages.desk import aside, case, queue, steps, triage
from app.pages.officer import filing, reports
from app.pages.served import notices, outcome

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
    aside.router,
    assigning.router,
    review.router,
    grounds.router,
    discipline.router,
    serving.router,
    worksheet.router,
    deciding.router,
    telling.router,
    notices.router,
    outcome.router,
    views.router,
    exports.router,
    exports.unseen,
    api_page.router,
)
