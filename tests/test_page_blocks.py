"""The playground's page shows what a bot says as Slack would: every block, every mark, and never as HTML."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from browser import Visit, browser
from playwright.sync_api import Browser, Locator, expect
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import Playground

EVIL = "<img src=x onerror=alert(1)> <script>alert(2)</script> & <b>bold</b>"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=="
)


class Room:
    """A channel with Ada looking at it and a bot that may say anything."""

    def __init__(self, opened: Browser, place: Playground) -> None:
        self.place = place
        self.ada = place.add_user("Ada", "Europe/Berlin")
        self.channel = place.add_channel("papers")
        environment = place.environment()
        self.bot = WebClient(environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_API_URL"])
        self.visit = Visit(opened, f"{place.url}/")

    def shown(self, *blocks: dict[str, Any], text: str = "fallback") -> Locator:
        """The bot posts; where its words stand in the page."""
        said = self.bot.chat_postMessage(channel=self.channel, text=text, blocks=list(blocks) or None)
        return self.visit.page.locator(f'li.message[data-ts="{said["ts"]}"] .words')

    def mrkdwn(self, text: str, **more: Any) -> Locator:
        return self.shown({"type": "section", "text": {"type": "mrkdwn", "text": text, **more}})


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with browser() as opened, Playground(time_scale=1000) as place:
        room = Room(opened, place)
        room.visit.page.get_by_role("button", name="# papers").click()
        yield room
        assert room.visit.complaints == []


def html(shown: Locator) -> str:
    return str(shown.inner_html())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*bold* _italic_ ~gone~ `code`", "<strong>bold</strong> <em>italic</em> <s>gone</s> <code>code</code>"),
        ("*bold and _both_*", "<strong>bold and <em>both</em></strong>"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("&gt; quoted\nplain", "<blockquote>quoted</blockquote>plain"),
        ("```a *b*\n&lt;c&gt;```", "<pre>a *b*\n&lt;c&gt;</pre>"),
        ("AT&amp;T &lt;b&gt;", "AT&amp;T &lt;b&gt;"),
        ("one\ntwo", "one<br>two"),
    ],
)
def test_mrkdwn_is_marked_up_as_in_slack(room: Room, text: str, expected: str) -> None:
    shown = room.mrkdwn(text)
    expect(shown.locator(".section-words > div")).to_have_count(1)
    assert shown.locator(".section-words > div").inner_html() == expected


def test_links_mentions_dates_and_emoji_are_what_they_mean(room: Room) -> None:
    shown = room.mrkdwn(
        f"<https://example.org/a_b_c?x=1&amp;y=2|the page> <@{room.ada}> <#{room.channel}> <!here> "
        "<!date^1763971200^{date_num} {time}|then> :tada: :no_such_emoji:"
    )
    link = shown.get_by_role("link", name="the page")
    expect(link).to_have_attribute("href", "https://example.org/a_b_c?x=1&y=2")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(shown).to_have_text("the page @Ada #papers @here 2025-11-24 09:00 🎉 :no_such_emoji:")
    expect(shown.get_by_role("img", name="tada")).to_be_visible()


def test_bare_addresses_are_links_unless_the_text_is_verbatim(room: Room) -> None:
    expect(room.mrkdwn("see https://example.org/x.").get_by_role("link")).to_have_text("https://example.org/x")
    expect(room.mrkdwn("see https://example.org/x.", verbatim=True).get_by_role("link")).to_have_count(0)


def test_no_words_become_html_wherever_they_stand(room: Room) -> None:
    plain = {"type": "plain_text", "text": EVIL}
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": EVIL}]}
    shown = room.shown(
        {"type": "header", "text": plain},
        {"type": "section", "text": {"type": "mrkdwn", "text": EVIL}, "fields": [plain]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": EVIL}]},
        {"type": "rich_text", "elements": [section]},
        {"type": "markdown", "text": f"# {EVIL}\n\n- {EVIL}\n\n[x](javascript:alert(3))"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": EVIL}]]},
        {"type": "actions", "elements": [{"type": "button", "text": plain, "action_id": "a"}]},
    )
    expect(shown.get_by_role("button")).to_contain_text("<script>alert(2)</script>")
    assert shown.locator("script, b, img:not([alt])").count() == 0
    assert shown.locator('[href^="javascript"]').count() == 0
    room.place.post(room.ada, room.channel, EVIL)
    expect(room.visit.page.locator("li.message .words", has_text="<img src=x").last).to_contain_text("<b>bold</b>")
    room.place.upload(room.ada, room.channel, "notes.md", f"# {EVIL}".encode())
    expect(room.visit.page.locator(".preview").last).to_contain_text("<script>alert(2)</script>")


def test_rich_text_keeps_its_styles_lists_and_quotes(room: Room) -> None:
    def item(words: str) -> dict[str, Any]:
        return {"type": "rich_text_section", "elements": [{"type": "text", "text": words, "style": {"bold": True}}]}

    code = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "*as it is*"}]}
    quote = {"type": "rich_text_quote", "elements": [{"type": "user", "user_id": room.ada}]}
    numbered = {"type": "rich_text_list", "style": "ordered", "elements": [item("one"), item("two")]}
    shown = room.shown({"type": "rich_text", "elements": [numbered, code, quote]})
    expect(shown.locator("ol > li > .rich-section, ol > li")).to_have_count(2)
    expect(shown.locator("ol strong").nth(1)).to_have_text("two")
    expect(shown.locator("pre")).to_have_text("*as it is*")
    expect(shown.locator("blockquote")).to_have_text("@Ada")


def test_markdown_and_tables_are_laid_out(room: Room) -> None:
    listed, tabled = "- a\n  - b\n- [x] done", "| model | score |\n|---|--:|\n| ours | **91.3** |"
    text = f"## Results\n\n{listed}\n\n{tabled}\n\n> said\n\n```\ncode\n```"
    table = {
        "type": "table",
        "column_settings": [{"align": "left"}, {"align": "right"}],
        "rows": [[{"type": "raw_text", "text": each} for each in row] for row in (("year", "papers"), ("2026", "17"))],
    }
    shown = room.shown({"type": "markdown", "text": text}, table)
    expect(shown.get_by_role("heading", name="Results")).to_be_visible()
    expect(shown.locator(".markdown > ul > li")).to_have_count(2)
    expect(shown.locator(".markdown ul ul li")).to_have_text("b")
    expect(shown.locator(".markdown td.align-right strong")).to_have_text("91.3")
    expect(shown.locator(".markdown blockquote")).to_have_text("said")
    expect(shown.locator(".markdown pre")).to_have_text("code")
    expect(shown.locator(".block.table-frame th").nth(1)).to_have_text("papers")
    expect(shown.locator(".block.table-frame td.align-right")).to_have_text("17")


def test_pictures_of_the_workspace_are_shown_and_others_only_named(room: Room) -> None:
    ts = room.place.upload(room.ada, room.channel, "chart.png", PIXEL)
    message = room.place.message(room.channel, ts)
    assert message
    shown = room.shown(
        {"type": "image", "slack_file": {"id": message["files"][0]["id"]}, "alt_text": "a chart"},
        {"type": "image", "image_url": "https://example.org/far.png", "alt_text": "a far picture"},
    )
    picture = shown.get_by_role("img", name="a chart")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 1
    expect(shown).to_contain_text("a far picture")
    assert not [url for url in room.visit.requests if "example.org" in url]


def test_what_slack_refuses_is_shown_with_slacks_own_error(room: Room) -> None:
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        room.mrkdwn("x" * 3001)
    refusal = room.visit.page.locator("li.refusal").last
    expect(refusal).to_contain_text("Slack refused chat.postMessage: invalid_blocks")
    expect(refusal).to_contain_text("must be less than 3001 characters [json-pointer:/blocks/0/text/text]")


def test_a_command_nobody_answers_fails_in_slacks_words_and_is_given_back(room: Room) -> None:
    composer = room.visit.page.get_by_label("Message #papers")
    composer.fill("/digest week")
    composer.press("Escape")
    composer.press("Enter")
    expect(room.visit.page.get_by_role("alert")).to_contain_text("no bot is connected (dispatch_failed)")
    expect(composer).to_have_value("/digest week")
    # The browser notes the failed request: that is no fault of the page.
    room.visit.complaints[:] = [each for each in room.visit.complaints if "504" not in each]


def test_reactions_come_and_go_and_tell_whose_they_are(room: Room) -> None:
    ts = room.place.post(room.ada, room.channel, "worth it?")
    message = room.visit.page.locator(f'li.message[data-ts="{ts}"]')
    message.hover()
    message.get_by_role("button", name="React with thumbs up").click()
    reaction = message.get_by_role("button", name="+1: you")
    expect(reaction).to_have_attribute("aria-pressed", "true")
    assert room.place.reactions(room.channel, ts) == {"+1": [room.ada]}
    reaction.click()
    expect(reaction).to_have_count(0)
    assert room.place.reactions(room.channel, ts) == {}


def test_my_message_can_be_edited_and_deleted_from_its_menu(room: Room) -> None:
    ts = room.place.post(room.ada, room.channel, "frist")
    page = room.visit.page
    message = page.locator(f'li.message[data-ts="{ts}"]')
    message.hover()
    message.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Edit message").click()
    page.get_by_role("dialog").get_by_label("Message").fill("first")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(message.locator(".words")).to_have_text("first (edited)")
    message.hover()
    message.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete message").click()
    expect(message).to_have_count(0)
    assert room.place.message(room.channel, ts) is None


def test_ephemeral_messages_say_so_and_can_be_put_away(room: Room) -> None:
    room.bot.chat_postEphemeral(channel=room.channel, user=room.ada, text="between *us*")
    whisper = room.visit.page.locator("li.ephemeral", has_text="between us")
    expect(whisper).to_contain_text("Only visible to you")
    whisper.get_by_role("button", name="Dismiss").click()
    expect(whisper).to_have_count(0)
    assert room.place.ephemerals(room.ada, room.channel) == []


def test_what_happens_elsewhere_is_counted_until_it_is_read(room: Room) -> None:
    other = room.place.add_channel("reading")
    room.bot.chat_postMessage(channel=other, text="news")
    entry = room.visit.page.get_by_role("navigation").get_by_role("button", name="# reading")
    expect(entry).to_contain_text("1")
    entry.click()
    expect(entry).to_have_text("# reading")
    room.visit.page.get_by_role("button", name="# papers").click()
