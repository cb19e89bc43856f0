"""Somebody tries Paperwire in the playground's page: a real browser, the real bot, as `paperwire demo` starts them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Visit, browser
from playwright.sync_api import Locator, expect

from playground.samples import sample

ROOT = Path(__file__).parent.parent
SKIMMING = sample("two_pass_skimming")
QUIET = sample("quiet_updates")


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    """One visit, whose tests follow one another as the guide in the page suggests."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    expect.set_options(timeout=30_000)  # the machine may be busy
    with browser() as opened:
        command = [sys.executable, "-m", "bot", "demo"]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as demo:
            try:
                assert demo.stdout
                found = re.search(r"http://127\.0\.0\.1:\d+/", demo.stdout.readline())
                assert found, "the demo did not say where it is"
                visit = Visit(opened, found[0])
                visit.page.get_by_text("was added to the channel by Ada").wait_for(timeout=60_000)
                yield visit
            finally:
                demo.send_signal(signal.SIGINT)
                demo.wait(30)


def go_to(visit: Visit, channel: str) -> None:
    visit.page.get_by_role("navigation").get_by_role("button", name=re.compile(rf"^# {channel}( |$)")).click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(f"#{channel}")


def thread(visit: Visit) -> Locator:
    return visit.page.get_by_role("complementary", name="Thread")


def timeline(visit: Visit) -> Locator:
    return visit.page.get_by_role("log", name=re.compile("Messages in #"))


def send(visit: Visit, channel: str, words: str) -> None:
    composer = visit.page.get_by_label(f"Message #{channel}")
    composer.fill(words)
    composer.press("Enter")


def test_a_link_is_answered_in_its_thread_which_opens_by_itself(visit: Visit) -> None:
    go_to(visit, "papers-en")
    send(visit, "papers-en", f"Worth a look: https://arxiv.org/abs/{SKIMMING.arxiv}")
    expect(thread(visit)).to_contain_text(f'released "{SKIMMING.title}"')
    message = timeline(visit).locator("li.message", has_text="Worth a look")
    expect(message.get_by_role("button", name="white check mark: paperwire")).to_be_visible()
    assert visit.faults() == []


def test_details_show_the_papers_own_sentences(visit: Visit) -> None:
    thread(visit).get_by_role("button", name="Details").click()
    dialog = visit.page.get_by_role("dialog", name="About this paper")
    expect(dialog).to_contain_text("answers 91.3% of 1,648 comprehension questions correctly")
    expect(dialog).to_contain_text(SKIMMING.authors[0][0])
    assert visit.faults() == []
    visit.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(thread(visit)).to_be_visible()


def test_a_brief_is_edited_in_a_modal_and_says_so(visit: Visit) -> None:
    thread(visit).get_by_role("button", name="Edit", exact=True).click()
    dialog = visit.page.get_by_role("dialog")
    technique = dialog.get_by_label("Technique")
    technique.fill("reading in two passes, of which the second is short")
    assert visit.faults() == []
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(thread(visit)).to_contain_text("reading in two passes, of which the second is short")


def test_an_uploaded_pdf_is_briefed_in_the_channels_language(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "quiet.pdf"
    file.write_bytes(QUIET.pdf)
    go_to(visit, "papers")
    visit.page.get_by_role("main").locator("input[type=file]").set_input_files(file)
    send(visit, "papers", "From our reading group")
    expect(timeline(visit).get_by_role("link", name=re.compile(r"quiet\.pdf"))).to_contain_text("9 KB")
    expect(thread(visit)).to_contain_text(f"发布了《{QUIET.title}》论文")


def test_a_dropped_pdf_waits_in_the_composer_until_it_is_sent(visit: Visit) -> None:
    go_to(visit, "papers-en")
    content = list(QUIET.pdf)
    dropped = visit.page.evaluate_handle(
        "bytes => { const data = new DataTransfer();"
        " data.items.add(new File([new Uint8Array(bytes)], 'dropped.pdf', {type: 'application/pdf'})); return data; }",
        content,
    )
    visit.page.dispatch_event("main.conversation", "drop", {"dataTransfer": dropped})
    expect(visit.page.get_by_role("list", name="Files to send")).to_contain_text("dropped.pdf")
    visit.page.get_by_role("main").get_by_role("button", name="Send").click()
    expect(thread(visit)).to_contain_text(f'released "{QUIET.title}"')


def test_commands_are_suggested_and_completed_by_keyboard(visit: Visit) -> None:
    composer = visit.page.get_by_label("Message #papers-en")
    composer.fill("/dig")
    options = visit.page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(options.first).to_contain_text("/digest week")
    composer.press("ArrowDown")
    composer.press("Enter")
    expect(composer).to_have_value("/digest month")
    assert visit.faults() == []
    composer.fill("")


def test_the_weeks_digest_is_for_the_asker_alone_until_it_is_posted(visit: Visit) -> None:
    send(visit, "papers-en", "/digest week")
    preview = timeline(visit).locator("li.ephemeral", has_text="Paper digest")
    expect(preview).to_contain_text("Only visible to you")
    who = visit.page.get_by_label("You are")
    who.select_option(label="Ben, Asia/Shanghai")
    expect(timeline(visit)).to_contain_text("Worth a look")
    expect(preview).to_have_count(0)
    who.select_option(label="Ada, Europe/Berlin")
    preview.get_by_role("button", name="Post to channel").click()
    posted = timeline(visit).locator("li.message:not(.ephemeral)", has_text="Paper digest")
    expect(posted).to_contain_text("2 papers")
    expect(preview).to_have_count(0)
    posted.get_by_role("button", name=re.compile(r"\d replies")).click()
    thread(visit).get_by_role("button", name="Read it all").click()
    report = visit.page.get_by_role("dialog", name=re.compile(r"digest-.*\.md"))
    expect(report.get_by_role("heading", name=f"1. {QUIET.title}")).to_have_count(2)
    visit.page.keyboard.press("Escape")
    assert visit.faults() == []


def test_a_scheduled_digest_comes_when_time_is_moved_to_its_hour(visit: Visit) -> None:
    send(visit, "papers-en", "/digest schedule weekly mon 09:00")
    expect(timeline(visit)).to_contain_text("every Monday at 09:00 (Europe/Berlin)")
    digests = timeline(visit).locator("li.message:not(.ephemeral)", has_text="Paper digest")
    before = digests.count()
    visit.page.get_by_role("button", name="Skip to Monday 09:00").click()
    expect(visit.page.get_by_role("button", name="Move the time")).to_contain_text(re.compile(r"Mon .*09:0\d"))
    expect(digests).to_have_count(before + 1)
    expect(digests.last.get_by_role("time").or_(digests.last.locator("time")).first).to_have_text(re.compile("09:0"))


def test_the_app_home_shows_what_was_shared_and_finds_it(visit: Visit) -> None:
    visit.page.get_by_role("navigation").get_by_role("button", name="paperwire", exact=True).click()
    home = visit.page.get_by_role("region", name="Home")
    expect(home).to_contain_text(SKIMMING.title)
    search = home.get_by_role("textbox").first
    search.fill("skimming")
    search.press("Enter")
    expect(home).to_contain_text("“skimming”")
    expect(home).not_to_contain_text(QUIET.title)
    assert visit.faults() == []


def test_a_question_to_the_bot_alone_is_answered_in_a_thread(visit: Visit) -> None:
    visit.page.get_by_role("tab", name="Messages").click()
    composer = visit.page.get_by_label("Message paperwire")
    composer.fill("help")
    composer.press("Enter")
    expect(thread(visit)).to_contain_text("/digest help")
    visit.page.get_by_label("Close the thread").click()


def test_a_digests_way_to_a_message_opens_its_thread(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "broken.pdf"
    file.write_bytes(b"%PDF-1.7 nothing")
    go_to(visit, "papers-en")
    visit.page.get_by_role("main").locator("input[type=file]").set_input_files(file)
    send(visit, "papers-en", "Can you read this?")
    expect(thread(visit)).to_contain_text("damaged")
    thread(visit).get_by_role("button", name="Close").click()
    send(visit, "papers-en", "/digest week")
    preview = timeline(visit).locator("li.ephemeral", has_text="broken.pdf: damaged")
    preview.get_by_role("link", name="(message)").click()
    expect(thread(visit)).to_contain_text("Can you read this?")
    assert visit.faults() == []
    visit.page.get_by_label("Close the thread").click()


def test_dark_and_on_a_phone_it_can_be_used_as_well(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Dark colours").click()
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.page.get_by_role("button", name="Open the sidebar").click()
    go_to(visit, "papers-en")
    assert visit.faults() == []
    timeline(visit).get_by_role("button", name=re.compile(r"\d repl")).first.click()
    expect(thread(visit)).to_contain_text(SKIMMING.title)
    assert visit.faults() == []
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_nothing_was_complained_about_and_nothing_asked_of_the_outside(visit: Visit) -> None:
    assert visit.complaints == []
    assert {url for url in visit.requests if not url.startswith(visit.url)} == set()
    assert len(visit.requests) > 20
