"""All pages, in one tuple for the front door."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages import admin, api_page, assets, board, command, desk, home, languages, officer, search, served, session

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    session.router,
    languages.router,
    home.router,
    *officer.ROUTERS,
    *desk.ROUTERS,
    *command.ROUTERS,
    *served.ROUTERS,
    search.router,
    *board.ROUTERS,
    *admin.ROUTERS,
    api_page.router,
)
