"""All pages, in one tuple for the front door."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages import api_page, assets, home, languages, session
from app.pages.board import exports, reviews, statistics, views
from app.pages.desk import (
    allegations,
    aside,
    assessments,
    case,
    evidence,
    findings,
    queue,
    roster,
    scene,
    steps,
    triage,
)
from app.pages.officer import filing, reports

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    session.router,
    languages.router,
    home.router,
    filing.router,
    reports.router,
    queue.router,
    case.router,
    roster.router,
    assessments.router,
    allegations.router,
    evidence.router,
    findings.router,
    scene.router,
    steps.router,
    triage.router,
    aside.router,
    views.router,
    reviews.router,
    statistics.router,
    exports.router,
    exports.unseen,
    api_page.router,
)
