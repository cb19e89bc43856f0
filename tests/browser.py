"""A real browser for the page's tests: the Chromium of the machine, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from playground.screenshot import ARGUMENTS, CHROMIUM

SERIOUS = ("serious", "critical")


def chromium() -> str:
    """Where it is; skips the test when there is none, or fails it where there must be one."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        words = "no Chromium on this machine (Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return found


@contextmanager
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield opened
        finally:
            opened.close()


class Visit:
    """A page that was opened, with all it complained about and asked for."""

    def __init__(
        self, browser: Browser, url: str, *, width: int = 1280, height: int = 900, locale: str = "en-GB"
    ) -> None:
        self.url = url
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page: Page = browser.new_page(viewport={"width": width, "height": height}, locale=locale)
        self.page.set_default_timeout(30_000)
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type != "log" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(url)
        self.page.get_by_role("navigation").wait_for()

    def faults(self) -> list[str]:
        """What axe-core finds seriously wrong for those who cannot see, point or tell colours apart."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{each['id']}: {node['target']}" for each in found if each["impact"] in SERIOUS for node in each["nodes"]
        ]
