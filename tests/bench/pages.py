"""Pages of the demo as a browser with an empty cache gets them: bytes, and time to the first paint.

Yardstick: the sign-in page in the same run. Aims: under 150 kB and under 1 s (both without a verdict here).
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import Browser, StorageState, async_playwright

from tests.bench.stage import is_ready
from tests.faults.serving import free_port
from tests.pages.conftest import FLAGS, browser_path

DEMO_SECONDS = 180
"""Half a minute on an idle machine."""
LOOKS = 3
"""At each page; the middle one counts."""
PLACES = {
    "officer": ("/", "/file", "/reports"),
    "supervisor": ("/cases", "CASE"),
    "commander": ("CASE", "/statistics"),
    "oversight": ("/reviews", "/exports"),
    "agency_admin": ("/admin/roster", "/admin/matrices"),
}
SEEN = """() => ({
  bytes: performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
    .reduce((sum, each) => sum + each.encodedBodySize, 0),
  paint: performance.getEntriesByName("first-contentful-paint").map((each) => each.startTime)[0],
})"""


@dataclass(frozen=True)
class Seen:
    bytes: int
    paint: float
    """Milliseconds since the page was asked for."""


def main() -> None:
    path = browser_path()
    if path is None:
        sys.exit("pages: skipped, no Chromium here (`make setup` installs one)")
    with tempfile.TemporaryDirectory(prefix="upb-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with demo(Path(folder) / "data") as told:
            asyncio.run(measure(path, told))


@contextmanager
def demo(data: Path) -> Iterator[dict[str, Any]]:
    """What `make run` serves; the value is its demo.json."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "demo", "--port", str(port), "--data", str(data)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + DEMO_SECONDS
        while not is_ready(port):
            if running.poll() is not None or time.monotonic() > ends:
                sys.exit("The demo did not start.")
            time.sleep(0.2)
        yield json.loads((data / "demo.json").read_text())
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(30)


async def measure(path: str, told: dict[str, Any]) -> None:
    base = told["base_url"]
    print(f"pages of the demo, empty cache, middle of {LOOKS}; yardstick: the sign-in page")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=FLAGS)
        yardstick = await _look(browser, f"{base}/sign-in", None)
        _tell("nobody", "/sign-in", yardstick, yardstick)
        for role, places in PLACES.items():
            account = next(each for each in told["accounts"] if each["role"] == role)
            state, case = await _sign_in(browser, base, account)
            for place in places:
                at = case if place == "CASE" else place
                _tell(role, "a case" if place == "CASE" else place, await _look(browser, base + at, state), yardstick)
        await browser.close()


async def _sign_in(browser: Browser, base: str, account: dict[str, str]) -> tuple[StorageState, str]:
    """What keeps them signed in, and the path of the first case that they see."""
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{base}/sign-in")
    await page.fill("#email", account["email"])
    await page.fill("#password", account["password"])
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.goto(f"{base}/cases")
    case = page.locator("main table a[href^='/cases/']").first
    found = await case.get_attribute("href") if await case.count() else None
    state = await context.storage_state()
    await context.close()
    return state, found or "/"


async def _look(browser: Browser, address: str, state: StorageState | None) -> Seen:
    looks = []
    for _ in range(LOOKS):
        context = await browser.new_context(storage_state=state)
        page = await context.new_page()
        await page.goto(address, wait_until="networkidle")
        looks.append(Seen(**await page.evaluate(SEEN)))
        await context.close()
    return Seen(looks[0].bytes, median(each.paint for each in looks))


def _tell(role: str, place: str, seen: Seen, yardstick: Seen) -> None:
    print(
        f"  {role:<12} {place:<15} {seen.bytes / 1000:5.0f} kB  first paint {seen.paint:5.0f} ms"
        f"  ratio {seen.paint / yardstick.paint:.2f}"
    )


if __name__ == "__main__":
    main()
