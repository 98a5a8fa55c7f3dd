"""The pages of those who command a case and decide its discipline."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages.command import assigning, deciding, discipline, grounds, review, serving, telling, worksheet

ROUTERS: tuple[APIRouter, ...] = (
    assigning.router,
    review.router,
    grounds.router,
    discipline.router,
    serving.router,
    worksheet.router,
    deciding.router,
    telling.router,
)
