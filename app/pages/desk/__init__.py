"""The pages of those who work cases."""

from __future__ import annotations

from fastapi import APIRouter

from app.pages.desk import (
    allegations,
    aside,
    assessments,
    case,
    concurring,
    evidence,
    findings,
    matches,
    names,
    queue,
    roster,
    scene,
    steps,
    triage,
)

ROUTERS: tuple[APIRouter, ...] = (
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
    matches.router,
    names.router,
    aside.router,
    concurring.router,
)
