"""Takes the README's picture, by Playwright and Chromium: ``python -m playground.screenshot docs/playground.png``."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from playground.arxiv import ArxivStandIn
from playground.demo import installation, run_bot
from playground.live import TIME_SCALE, furnish, invite, settings
from playground.playground import Playground
from playground.samples import sample

WIDTH, HEIGHT = 1280, 800
WITHIN = 60_000
"""Milliseconds."""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# Without a sandbox, which root cannot have; nothing but the playground is visited.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def take(target: Path) -> None:
    """A paper shared by link and one by upload, with their briefs, as a new user sees them."""
    with tempfile.TemporaryDirectory(prefix="paperwire-") as folder:
        clock_file, log = Path(folder) / "clock", Path(folder) / "bot.log"
        with (
            Playground(time_scale=TIME_SCALE, installation=installation(), clock_file=clock_file) as place,
            ArxivStandIn() as arxiv,
            run_bot(place.environment(arxiv.environment(), settings(Path(folder))), log),
        ):
            ada, channels = furnish(place)
            invite(place, ada, channels)
            _share(place, ada, channels["papers-en"])
            _photograph(place.url, target)


def _share(place: Playground, ada: str, channel: str) -> None:
    ben = next(each.id for each in place.workspace.users.values() if each.name == "Ben")
    quiet = sample("quiet_updates")
    link = f"https://arxiv.org/abs/{sample('two_pass_skimming').arxiv}"
    for ts in (
        place.upload(ben, channel, f"{quiet.name}.pdf", quiet.pdf, "From our reading group"),
        place.post(ada, channel, f"Worth a look before Thursday: {link}"),
    ):

        def answered(ts: str = ts) -> bool:
            return bool(place.thread(channel, ts) and "white_check_mark" in place.reactions(channel, ts))

        place.wait_for(answered, WITHIN / 1000)


def _photograph(url: str, target: Path) -> None:
    with sync_playwright() as driver:
        path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
        browser = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="en-GB")
        page.set_default_timeout(WITHIN)
        page.goto(url)
        _arrange(page)
        page.screenshot(path=target)
        browser.close()


def _arrange(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("button", name="# papers-en").click()
    page.get_by_role("button", name="1 reply").last.click()
    page.get_by_role("complementary", name="Thread").get_by_role("button", name="Details").wait_for()
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
