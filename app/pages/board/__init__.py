"""The pages of the oversight board and of everyone who pulls exports or reads figures."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages.board import exports, reviews, statistics, views

ROUTERS: tuple[APIRouter, ...] = (
    views.router,
    reviews.router,
    statistics.router,
    exports.router,
    exports.unseen,
)
