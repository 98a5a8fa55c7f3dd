"""Product section 7, the administrator: a story at the pages, and what they refuse."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser as Chromium

from app.provisions.matrix import sample_matrix
from tests.pages.browsing import Visitor
from tests.pages.filer import choose
from tests.pages.test_guard import Browser
from tests.proceedings.walk import filed, ok
from tests.world import PASSWORD, NOWHERE, World, make_world, today

HEAD = "badge,name,rank,unit,supervisor_badge\n"
GOOD = HEAD + "7001,Quentin Reyes,Sgt.,Patrol / North,1003\n7002,Nora Lund,Officer,Patrol / North,7001\n"
BAD = GOOD + "7003,Una Ode,Wizard,Patrol / North,7001\n"
NEW_PASSWORD = "seven green bicycles in the rain"


def own_matrix(name: str, since: str, **changes: Any) -> dict[str, Any]:
    given = json.loads(sample_matrix().model_dump_json(exclude_none=True))
    return {**given, "name": name, "in_force_from": since, "is_sample": False, **changes}


class TestAnAdministrator:
    """Imports a roster with a bad row, makes an account, grants an office, loads a matrix and compares it."""

    async def test_from_an_empty_desk_to_a_working_agency(self, world: World, visitor: Visitor) -> None:
        page = visitor.page
        visitor.expected = (422,)
        await visitor.sign_in(world.admin)
        await visitor.follow("Administration")
        await visitor.inspect("admin-home")
        # the roster: first with a row that does not fit
        await visitor.go("/admin/roster/import")
        await visitor.inspect("admin-import")
        await self.upload(visitor, BAD)
        assert "Row 4" in await visitor.text()
        assert "This rank is not on the list." in await visitor.text()
        await visitor.inspect("admin-import-refused")
        await visitor.follow("Upload the corrected file")
        await self.upload(visitor, GOOD)
        await visitor.inspect("admin-import-preview")
        assert world.database.sql("SELECT count(*) FROM posting WHERE badge = '7001'") == [(0,)]
        await visitor.press("Apply exactly this file")
        assert "2 officers added" in await visitor.text()
        await visitor.follow("See the roster")
        await visitor.inspect("admin-roster")
        await visitor.follow("Nora Lund")
        await visitor.inspect("admin-officer")
        # a promotion
        await visitor.go("/admin/roster?q=Rivera")
        await visitor.follow("Officer Rivera")
        await visitor.follow("Enter a new post")
        await visitor.inspect("admin-post")
        await page.select_option("#rank", "sergeant")
        await visitor.press("Enter the new post")
        assert await page.locator("tbody tr").count() == 2
        await visitor.inspect("admin-officer-history")
        # an account for the officer, with an office
        await visitor.go("/admin/roster?q=7002")
        await visitor.follow("Nora Lund")
        await visitor.follow("Make an account")
        await visitor.press("Make the account")
        await visitor.inspect("admin-account-errors")
        await page.fill("#email", f"lund@{world.agency.slug}.example")
        await visitor.press("Make the account")
        await visitor.inspect("admin-account")
        await page.select_option("#role", "supervisor")
        await visitor.press("Give the office")
        assert "The office is given" in await visitor.text()
        await visitor.press("Make an invitation")
        await visitor.inspect("admin-invitation")
        secret = await page.locator("#secret").inner_text()
        # a matrix, and what it changes
        await visitor.go("/admin/matrices/new")
        await visitor.inspect("admin-matrix-new")
        first = own_matrix("Order 12", "2024-01-01")
        await page.fill("#matrix", json.dumps({**first, "look_back_months": "long"}))
        await visitor.press("Load the matrix")
        assert "/look_back_months" in await visitor.text()
        await visitor.inspect("admin-matrix-errors")
        await page.fill("#matrix", json.dumps(first))
        await visitor.press("Load the matrix")
        second = own_matrix("Order 12 revised", "2099-01-01", look_back_months=first["look_back_months"] + 12)
        cell = second["categories"][0]["levels"][0]
        cell["highest"] = second["categories"][-1]["levels"][0]["highest"]
        second["categories"][0]["levels"] = [cell]
        await visitor.go("/admin/matrices/new")
        await page.fill("#matrix", json.dumps(second))
        await visitor.press("Load the matrix")
        assert "What changes against Order 12" in await visitor.text()
        assert "Category A, occurrence 1: from" in await visitor.text()
        await visitor.inspect("admin-matrix-compared")
        for place in ("units", "accounts", "settings", f"calendar/{today().year + 1}", "law", "law/new", "matrices"):
            assert await visitor.go(f"/admin/{place}") == 200
            await visitor.inspect(f"admin-{place.replace('/', '-')}")
        # whoever was invited sets a password and signs in
        await visitor.press("Sign out")
        await visitor.go("/invitation")
        await page.fill("#secret", secret)
        await page.fill("#password", NEW_PASSWORD)
        await page.fill("#again", "another one altogether")
        await visitor.press("Set the password")
        await visitor.inspect("invitation-errors")
        await page.fill("#password", NEW_PASSWORD)
        await page.fill("#again", NEW_PASSWORD)
        await visitor.press("Set the password")
        await visitor.inspect("invitation-used")
        await visitor.follow("Sign in")
        await page.fill("#email", f"lund@{world.agency.slug}.example")
        await page.fill("#password", NEW_PASSWORD)
        await visitor.press("Sign in")
        assert "Nora Lund" in await page.locator("header").inner_text()

    async def upload(self, visitor: Visitor, content: str) -> None:
        file = {"name": "roster.csv", "mimeType": "text/csv", "buffer": content.encode()}
        await visitor.page.set_input_files("#file", files=[file])  # type: ignore[list-item]
        await visitor.press("Look at the file")
