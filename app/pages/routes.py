"""All pages, in one tuple for the front door."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages import api_page, assets, board, desk, filing, home, reports, session

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    session.router,
    home.router,
    filing.router,
    reports.router,
    desk.router,
    board.router,
    board.unseen,
    api_page.router,
)
