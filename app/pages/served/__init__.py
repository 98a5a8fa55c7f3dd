"""The pages of the accused and of those who were harmed: what is theirs, and nothing else of the case."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages.served import notices, outcome

ROUTERS: tuple[APIRouter, ...] = (
    notices.router,
    outcome.router,
)
