"""An administrator's files and forms, sent as a browser without script sends them."""

from __future__ import annotations

import json
import re
from typing import Any

from app.provisions.matrix import sample_matrix
from tests.pages.test_guard import Browser
from tests.world import NOWHERE, World, today

HEAD = "badge,name,rank,unit,supervisor_badge\n"
GOOD = HEAD + "7001,Quentin Reyes,Sgt.,Patrol / North,1003\n7002,Nora Lund,Officer,Patrol / North,7001\n"
BAD = GOOD + "7003,Una Ode,Wizard,Patrol / North,7001\n"
NEW_PASSWORD = "seven green bicycles in the rain"


def own_matrix(name: str, since: str, **changes: Any) -> dict[str, Any]:
    given = json.loads(sample_matrix().model_dump_json(exclude_none=True))
    return {**given, "name": name, "in_force_from": since, "is_sample": False, **changes}


def places(world: World) -> list[str]:
    """Every page an administrator can open."""
    officer, account = world.reporter.officer_id, world.intake.account_id
    return [
        "/admin",
        "/admin/roster",
        "/admin/roster/new",
        "/admin/roster/import",
        f"/admin/officers/{officer}",
        f"/admin/officers/{officer}/post",
        f"/admin/officers/{officer}/leave",
        "/admin/units",
        "/admin/accounts",
        "/admin/accounts/new",
        f"/admin/accounts/{account}",
        "/admin/clients",
        "/admin/clients/new",
        "/admin/settings",
        "/admin/settings/hours",
        f"/admin/calendar/{today().year}",
        "/admin/law",
        "/admin/law/new",
        "/admin/matrices",
        "/admin/matrices/new",
    ]


def acts(world: World) -> list[str]:
    officer, account = world.reporter.officer_id, world.intake.account_id
    return [
        "/admin/roster/new",
        f"/admin/roster/import/{NOWHERE}",
        f"/admin/officers/{officer}/post",
        f"/admin/officers/{officer}/leave",
        f"/admin/officers/{officer}/kin",
        f"/admin/officers/{officer}/kin/{NOWHERE}/end",
        "/admin/units",
        "/admin/accounts/new",
        f"/admin/accounts/{account}/roles",
        f"/admin/accounts/{account}/roles/intake/end",
        f"/admin/accounts/{account}/disable",
        f"/admin/accounts/{account}/enable",
        f"/admin/accounts/{account}/invitation",
        "/admin/clients/new",
        f"/admin/clients/{NOWHERE}/revoke",
        "/admin/settings",
        "/admin/settings/hours",
        f"/admin/calendar/{today().year}/take",
        f"/admin/calendar/{today().year}",
        "/admin/law/new",
    ]


def plain(html: str) -> str:
    """A page without what is fresh on every showing."""
    return re.sub(r'name="(once|form_token)" value="[^"]+"', "", html)


async def send(browser: Browser, path: str, at: str = "/admin", **fields: str) -> Any:
    once = f"{path}-{sorted(fields.items())}-once-more"
    return await browser.post(path, {"form_token": await browser.token(at), "once": once, **fields})


def multipart(fields: dict[str, str], file: bytes | None, files: int = 1) -> tuple[bytes, str]:
    parts = [f'--edge\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()]
    if file is not None:
        head = (
            b'--edge\r\nContent-Disposition: form-data; name="file"; filename="r.csv"\r\nContent-Type: text/csv\r\n\r\n'
        )
        parts += [head + file + b"\r\n"] * files
    return b"".join(parts) + b"--edge--\r\n", "multipart/form-data; boundary=edge"


async def upload(browser: Browser, file: bytes | None, *, path: str = "/admin/roster/import", **more: str) -> Any:
    body, kind = multipart({"form_token": await browser.token("/admin"), **more}, file)
    return await browser.post(path, body, Content_Type=kind)


async def field_of(browser: Browser, path: str, name: str) -> str:
    """What a page carries in a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]+)"', (await browser.get(path)).text)
    assert found is not None
    return found[1]


async def version_of(browser: Browser, path: str) -> str:
    return await field_of(browser, path, "version")
