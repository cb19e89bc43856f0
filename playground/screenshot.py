"""Takes the README's pictures, by Playwright and Chromium: ``python -m playground.screenshot docs``."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from playground.arxiv import ArxivStandIn
from playground.demo import installation, run_bot
from playground.live import TIME_SCALE, furnish, invite, settings
from playground.playground import Playground
from playground.samples import sample

WIDTH, HEIGHT = 1280, 800
ENGLISH = {"PAPERWIRE_LANGUAGE": "en"}
WITHIN = 60_000
"""Milliseconds."""
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# Without a sandbox, which root cannot have; nothing but the playground is visited.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def take(folder: Path) -> None:
    """``playground.png``, ``brief-zh.png``, ``digest.png``, ``home.png``: what two people see after three papers."""
    with tempfile.TemporaryDirectory(prefix="paperwire-") as place_folder:
        clock_file, log = Path(place_folder) / "clock", Path(place_folder) / "bot.log"
        with (
            Playground(time_scale=TIME_SCALE, installation=installation(), clock_file=clock_file) as place,
            ArxivStandIn() as arxiv,
            run_bot(place.environment(arxiv.environment(), settings(Path(place_folder)), ENGLISH), log),
        ):
            ada, channels = furnish(place)
            invite(place, ada, channels)
            for channel in channels.values():
                place.wait_for(partial(_has_said_hello, place, channel), WITHIN / 1000)
            _share(place, ada, channels)
            _photograph(place.url, folder / "playground.png", _brief)
            _photograph(place.url, folder / "brief-zh.png", _brief_in_chinese, "zh-CN")
            _digest(place, ada, channels["papers-en"])
            _photograph(place.url, folder / "digest.png", _digest_post)
            _photograph(place.url, folder / "home.png", _home)


def _has_said_hello(place: Playground, channel: str) -> bool:
    return any(message.get("bot_id") for message in place.messages(channel))


def _share(place: Playground, ada: str, channels: dict[str, str]) -> None:
    ben = next(each.id for each in place.workspace.users.values() if each.name == "Ben")
    quiet, chinese = sample("quiet_updates"), sample("incremental_keywords")
    english = channels["papers-en"]

    def link(name: str) -> str:
        return f"https://arxiv.org/abs/{sample(name).arxiv}"

    for channel, ts in (
        (english, place.post(ben, english, f"For our own library, perhaps: {link('incremental_keywords')}")),
        (english, place.upload(ben, english, f"{quiet.name}.pdf", quiet.pdf, "From our reading group")),
        (english, place.post(ada, english, f"Worth a look before Thursday: {link('two_pass_skimming')}")),
        (channels["papers"], place.upload(ben, channels["papers"], f"{chinese.name}.pdf", chinese.pdf, "周四组会讨论")),
    ):

        def answered(channel: str = channel, ts: str = ts) -> bool:
            return bool(place.thread(channel, ts) and "white_check_mark" in place.reactions(channel, ts))

        place.wait_for(answered, WITHIN / 1000)
    place.react(ada, english, place.messages(english)[-2]["ts"], "bulb")


def _digest(place: Playground, ada: str, channel: str) -> None:
    """The week's, posted, and a schedule for the next."""
    [preview] = place.command(ada, channel, "/digest week")
    place.click(ada, preview, "digest_post")
    place.wait_for(lambda: any(file["name"].startswith("digest-") for file in place.files(channel)), WITHIN / 1000)
    place.command(ada, channel, "/digest schedule weekly mon 09:00")
    for note in place.ephemerals(ada, channel):
        place.dismiss(ada, note["ts"])


def _photograph(url: str, target: Path, arrange: Callable[[Page], None], locale: str = "en-GB") -> None:
    with sync_playwright() as driver:
        path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
        browser = driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale=locale)
        page.set_default_timeout(WITHIN)
        page.goto(url)
        arrange(page)
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur()")
        # 256 colours do for a page, in a third of the bytes; the rare ones of signs and emoji among them.
        Image.open(BytesIO(page.screenshot())).quantize(256, Image.Quantize.MAXCOVERAGE).save(target, optimize=True)
        browser.close()


def _brief(page: Page) -> None:
    _open(page, "# papers-en")
    page.get_by_role("log").locator("li.message", has_text="Worth a look").get_by_role("button", name="1 reply").click()
    _thread(page).get_by_role("button", name="Details").wait_for()


def _brief_in_chinese(page: Page) -> None:
    _open(page, "# papers")
    page.get_by_role("log").get_by_role("button", name="1 条回复").click()
    page.get_by_role("complementary", name="讨论串").get_by_role("button", name="详情").wait_for()


def _digest_post(page: Page) -> None:
    _open(page, "# papers-en")
    page.get_by_role("log").locator("li.message", has_text="Paper digest").get_by_role(
        "button", name=re.compile("replies")
    ).click()
    _thread(page).get_by_role("button", name="Read it all").wait_for()
    page.wait_for_timeout(500)  # until it has followed the thread to its end
    _thread(page).locator("li.message").first.scroll_into_view_if_needed()


def _home(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("button", name="paperwire", exact=True).click()
    page.get_by_role("region", name="Home").get_by_text(sample("two_pass_skimming").title).first.wait_for()


def _open(page: Page, channel: str) -> None:
    page.get_by_role("navigation").get_by_role("button", name=re.compile(rf"^{channel}( |$)")).click()


def _thread(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Thread")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
