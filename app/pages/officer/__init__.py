"""The pages of whoever reports."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages.officer import filing, reports

ROUTERS: tuple[APIRouter, ...] = (
    filing.router,
    reports.router,
)
