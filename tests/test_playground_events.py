"""What a real Bolt app gets to hear from the playground, the same over both transports."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playground_bot import Bot, button, over_http, over_socket, text
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import Playground
from playground.slack.delivery import NotAnswered


@pytest.fixture(scope="module", params=[over_socket, over_http], ids=["socket", "http"])
def team(request: pytest.FixtureRequest) -> Iterator[tuple[Playground, Bot]]:
    with Playground(time_scale=60) as place:
        bot = Bot(place)
        with request.param(place, bot):
            yield place, bot


@pytest.fixture
def place(team: tuple[Playground, Bot]) -> Playground:
    return team[0]


@pytest.fixture
def bot(team: tuple[Playground, Bot]) -> Bot:
    return team[1]


@pytest.fixture
def ada(place: Playground) -> str:
    return place.add_user("Ada")


@pytest.fixture
def papers(place: Playground, ada: str) -> str:
    return place.add_channel("papers", members=[ada])


# --- over both transports ---------------------------------------------------------------------------


def test_a_link_arrives_as_text_and_as_rich_text(place: Playground, bot: Bot, ada: str, papers: str) -> None:
    ts = place.post(ada, papers, "Read https://arxiv.org/abs/0001.00001?a=1&b=2.")
    [event] = place.wait_for(lambda: bot.events(papers))
    assert event["text"] == "Read <https://arxiv.org/abs/0001.00001?a=1&amp;b=2>."
    link = event["blocks"][0]["elements"][0]["elements"][1]
    assert link == {"type": "link", "url": "https://arxiv.org/abs/0001.00001?a=1&b=2"}
    assert (event["ts"], event["channel_type"], event["user"]) == (ts, "channel", ada)


def test_a_mention_arrives_twice_with_one_ts(place: Playground, bot: Bot, ada: str, papers: str) -> None:
    ts = place.post(ada, papers, f"<@{place.bot}> https://arxiv.org/abs/0001.00001")
    place.wait_for(lambda: len(bot.events(papers)) == 2)
    assert bot.kinds(papers) == ["app_mention", "message"]
    assert {each["ts"] for each in bot.events(papers)} == {ts}


def test_an_upload_arrives_as_three_events_and_its_mention_without_files(
    place: Playground, bot: Bot, ada: str, papers: str
) -> None:
    before = len(bot.heard)
    place.upload(ada, papers, "paper.pdf", b"%PDF-1.4", f"<@{place.bot}>")
    place.wait_for(lambda: len(bot.heard) == before + 4)
    assert sorted(each["type"] for each in bot.heard[before:]) == [
        "app_mention",
        "file_created",
        "file_shared",
        "message",
    ]
    by_kind = {each["type"]: each for each in bot.heard[before:]}
    assert by_kind["message"]["subtype"] == "file_share"
    assert by_kind["message"]["files"][0]["filetype"] == "pdf"
    assert "files" not in by_kind["app_mention"]
    assert set(by_kind["file_shared"]) == {"type", "file_id", "user_id", "file", "channel_id", "event_ts"}


def test_a_deletion_tells_what_was_deleted(place: Playground, bot: Bot, ada: str, papers: str) -> None:
    ts = place.post(ada, papers, "a paper")
    place.delete(ada, papers, ts)
    place.wait_for(lambda: len(bot.events(papers)) == 2)
    deleted = next(each for each in bot.events(papers) if each.get("subtype"))
    assert (deleted["subtype"], deleted["deleted_ts"], deleted["hidden"]) == ("message_deleted", ts, True)
    assert deleted["previous_message"]["text"] == "a paper"


def test_the_deletion_of_a_message_with_replies_comes_as_a_change_to_a_tombstone(
    place: Playground, bot: Bot, ada: str, papers: str
) -> None:
    ts = place.post(ada, papers, "a paper")
    place.post(ada, papers, "a reply", thread_ts=ts)
    place.delete(ada, papers, ts)
    place.wait_for(lambda: len(bot.events(papers)) == 3)
    changed = next(each for each in bot.events(papers) if each.get("subtype"))
    assert (changed["subtype"], changed["message"]["subtype"]) == ("message_changed", "tombstone")
    assert changed["message"]["ts"] == ts
    assert changed["previous_message"]["text"] == "a paper"


def test_an_edit_and_an_unfurl_both_come_as_changes(place: Playground, bot: Bot, ada: str, papers: str) -> None:
    ts = place.post(ada, papers, "a papre")
    place.edit(ada, papers, ts, "a paper")
    place.unfurl(papers, ts)
    place.wait_for(lambda: len(bot.events(papers)) == 3)
    edited, unfurled = (each for each in bot.events(papers) if each.get("subtype") == "message_changed")
    edited, unfurled = sorted((edited, unfurled), key=lambda each: str(each["ts"]))
    assert (edited["previous_message"]["text"], edited["message"]["text"]) == ("a papre", "a paper")
    assert unfurled["previous_message"]["text"] == unfurled["message"]["text"]
    assert unfurled["message"]["attachments"]


def test_being_invited_is_told(place: Playground, bot: Bot, ada: str) -> None:
    channel = place.add_channel("new", members=[ada], bot=False)
    place.post(ada, channel, "unheard")
    place.invite(ada, channel)
    place.wait_for(lambda: place.deliveries[-1].state == "acknowledged")
    # The message in the channel is the bot's own doing, which Bolt keeps from listeners.
    [event] = bot.events(channel)
    assert (event["type"], event["user"], event["inviter"]) == ("member_joined_channel", place.bot, ada)
    assert [each["text"] for each in place.messages(channel)] == ["unheard", f"<@{place.bot}> has joined the channel"]


def test_direct_messages_are_of_their_own_kind(place: Playground, bot: Bot, ada: str) -> None:
    channel = place.direct_channel(ada)
    place.post(ada, channel, f"<@{place.bot}> hello")
    [event] = place.wait_for(lambda: bot.events(channel))
    assert (event["type"], event["channel_type"]) == ("message", "im")


def test_what_fails_comes_again_and_says_that_it_does(place: Playground, bot: Bot, ada: str, papers: str) -> None:
    bot.failing, bot.retries = 2, []
    place.post(ada, papers, "hello")
    place.wait_for(lambda: bot.events(papers))
    assert bot.retries[-3:] in ([None, "1", "2"], ["0", "1", "2"])
    delivery = place.deliveries[-1]
    place.wait_for(lambda: delivery.state == "acknowledged")
    assert (len(delivery.tries), delivery.tries[-1]) == (3, "ok")


def test_a_storm_brings_every_event_several_times_under_one_id(
    place: Playground, bot: Bot, ada: str, papers: str
) -> None:
    place.deliver_copies(3)
    place.post(ada, papers, "hello")
    place.deliver_copies(1)
    place.repeat_events(1)
    place.wait_for(lambda: len(bot.events(papers)) == 4)
    assert len({each.body["event_id"] for each in place.deliveries[-4:]}) == 1


def test_a_command_is_answered_to_the_asker_and_its_button_posts_to_all(
    place: Playground, bot: Bot, ada: str, papers: str
) -> None:
    answers = {each["text"]: each for each in place.command(ada, papers, "/digest week", answers=2)}
    assert set(answers) == {"working on week", "the digest"}
    place.click(ada, answers["the digest"], "digest_post")
    place.wait_for(lambda: [each["text"] for each in place.messages(papers)] == ["the digest for all"])
    place.wait_for(lambda: [each["text"] for each in place.ephemerals(ada, papers)] == ["working on week"])


def test_what_else_the_bot_says_meanwhile_is_no_answer_to_a_command(
    place: Playground, bot: Bot, ada: str, papers: str
) -> None:
    [answer] = place.command(ada, papers, "/talk")
    assert answer["text"] == "done"
    assert [each["text"] for each in place.messages(papers)] == ["by the way", "done"]


def test_no_two_messages_get_the_same_ts_whoever_asks_at_once(place: Playground) -> None:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.000_001)
    try:
        with ThreadPoolExecutor(8) as threads:
            given = list(threads.map(lambda _: [place.workspace.new_ts() for _ in range(3_000)], range(8)))
    finally:
        sys.setswitchinterval(usual)
    assert len({ts for each in given for ts in each}) == 8 * 3_000


def test_a_command_that_is_not_acknowledged_in_time_fails(place: Playground, bot: Bot, ada: str, papers: str) -> None:
    with pytest.raises(NotAnswered, match="operation_timeout"):
        place.command(ada, papers, "/slow")
    time.sleep(0.5)  # until the bot is free again


def test_a_modal_opens_once_keeps_its_errors_and_is_sent(place: Playground, bot: Bot, ada: str, papers: str) -> None:
    WebClient(place.installation.bot_token, base_url=f"{place.url}/api/").chat_postMessage(
        channel=papers, text="ask", blocks=[button("ask")]
    )
    place.click(ada, place.messages(papers)[0], "ask")
    place.wait_for(lambda: place.modal(ada))
    assert place.submit(ada, {})["errors"] == {"link": "a link, please"}
    assert place.modal(ada)
    assert place.submit(ada, {"link": "https://arxiv.org/abs/0001.00001"}) == {}
    assert place.modal(ada) is None
    home = place.wait_for(lambda: place.home(ada))
    assert home["blocks"][0]["text"]["text"] == "https://arxiv.org/abs/0001.00001"


def test_modals_are_pushed_three_deep_and_no_deeper(place: Playground, bot: Bot, ada: str) -> None:
    place.global_shortcut(ada, "add_paper")
    place.wait_for(lambda: place.modal(ada))
    for depth in (2, 3):
        place.click_in_view(ada, place.modal(ada) or {}, "again")
        place.wait_for(lambda depth=depth: len(place.slack.views.stacks[ada]) == depth)
    with pytest.raises(NotAnswered):
        place.click_in_view(ada, place.modal(ada) or {}, "again")
    assert place.calls[-1].error == "push_limit_reached"
    assert len(place.slack.views.stacks[ada]) == 3


def test_reactions_come_and_go_with_their_message(place: Playground, bot: Bot, ada: str, papers: str) -> None:
    ts = place.post(ada, papers, "a paper")
    place.react(ada, papers, ts, "bookmark_tabs")
    place.unreact(ada, papers, ts, "bookmark_tabs")
    found = place.wait_for(
        lambda: len(mine := [e for e in bot.heard if e.get("reaction") and e["user"] == ada]) == 2 and mine
    )
    assert sorted(each["type"] for each in found) == ["reaction_added", "reaction_removed"]
    assert {each["item"]["ts"] for each in found} == {ts}


def test_a_bot_that_was_removed_hears_that_and_nothing_more(place: Playground, bot: Bot, ada: str, papers: str) -> None:
    place.remove(papers)
    place.post(ada, papers, "unheard")
    place.wait_for(lambda: bot.events(papers))
    assert bot.kinds(papers) == ["member_left_channel"]


def test_a_message_shortcut_carries_the_message(place: Playground, bot: Bot, ada: str) -> None:
    elsewhere = place.add_channel("elsewhere", members=[ada], bot=False)
    ts = place.post(ada, elsewhere, "a paper")
    place.shortcut(ada, elsewhere, ts, "brief_paper")
    [answer] = place.wait_for(lambda: place.ephemerals(ada, elsewhere))
    assert answer["text"] == "briefing a paper"


def test_opening_the_home_is_told(place: Playground, bot: Bot, ada: str) -> None:
    place.open_home(ada)
    [event] = place.wait_for(lambda: [each for each in bot.heard if each.get("tab") and each["user"] == ada])
    assert (event["type"], event["tab"]) == ("app_home_opened", "home")


# --- response_url -----------------------------------------------------------------------------------


def test_an_answer_address_works_five_times(place: Playground, bot: Bot, ada: str, papers: str) -> None:
    url = place.slack.answers.new_address(place.workspace.channels[papers], ada)

    def answer(**message: Any) -> tuple[int, str]:
        request = urllib.request.Request(url, json.dumps(message).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)["error"]

    assert answer(text="for all", response_type="in_channel") == (200, "ok")
    assert answer(blocks=[{"type": "paper"}]) == (400, "invalid_blocks")
    for number in range(4):
        assert answer(text=str(number)) == (200, "ok")
    assert answer(text="too many") == (404, "used_url")
    assert [each["text"] for each in place.messages(papers)] == ["for all"]
    assert [each["text"] for each in place.ephemerals(ada, papers)] == ["0", "1", "2", "3"]


def test_an_answer_address_and_a_trigger_expire() -> None:
    with Playground(time_scale=36_000) as place:
        ada = place.add_user("Ada")
        channel = place.workspace.channels[place.add_channel("papers")]
        url = place.slack.answers.new_address(channel, ada)
        trigger = place.slack.interactions.new_trigger(ada)
        time.sleep(3.1)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(url, b"{}")
        with caught.value as refused:
            assert (refused.code, json.load(refused)["error"]) == (404, "expired_url")
        client = WebClient(place.installation.bot_token, base_url=f"{place.url}/api/")
        view = {"type": "modal", "title": text("A paper"), "blocks": []}
        with pytest.raises(SlackApiError, match="expired_trigger_id"):
            client.views_open(trigger_id=trigger, view=view)
