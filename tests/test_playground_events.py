"""What a real Bolt app gets to hear from the playground, over both transports, and what comes again."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import uvicorn
from slack_bolt import App
from slack_bolt.adapter.asgi import SlackRequestHandler
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from playground import Installation, Playground
from playground.slack.delivery import NotAnswered

EVERYTHING = ("message", "app_mention", "file_created", "file_shared", "member_joined_channel", "reaction_added")
QUESTION = {
    "type": "input",
    "block_id": "link",
    "label": {"type": "plain_text", "text": "Link"},
    "element": {"type": "plain_text_input", "action_id": "entered", "initial_value": "https://"},
}


def text(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


def button(action_id: str) -> dict[str, Any]:
    return {"type": "actions", "elements": [{"type": "button", "text": text("Go"), "action_id": action_id}]}


class Bot:
    """A small Bolt app that remembers every event and answers a command, buttons, a shortcut and a modal."""

    def __init__(self, place: Playground) -> None:
        environment = place.environment()
        self.heard: list[dict[str, Any]] = []
        self.retries: list[str | None] = []
        self.failing = 0
        """How many of the next events it will not acknowledge."""
        self.app = App(
            client=WebClient(environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_API_URL"]),
            signing_secret=environment["SLACK_SIGNING_SECRET"],
            process_before_response=True,
        )
        for kind in (*EVERYTHING, "reaction_removed", "app_home_opened", "member_left_channel"):
            self.app.event(kind)(self._hear)
        self.app.command("/digest")(self._digest)
        self.app.command("/slow")(self._slow)
        self.app.action("digest_post")(self._post)
        self.app.action("ask")(self._ask)
        self.app.view("asked")(self._asked)
        self.app.action("again")(self._push)
        self.app.shortcut("brief_paper")(self._brief)
        self.app.shortcut("add_paper")(self._ask)

    def _hear(self, body: dict[str, Any], request: Any) -> None:
        self.retries.append((request.headers.get("x-slack-retry-num") or [None])[0])
        if self.failing:
            self.failing -= 1
            raise RuntimeError("not now")
        self.heard.append(body["event"])

    def _digest(self, ack: Any, respond: Any, command: dict[str, Any]) -> None:
        ack(f"working on {command['text']}")
        respond(text="the digest", blocks=[button("digest_post")])

    def _slow(self, ack: Any) -> None:
        time.sleep(3.2)
        ack()

    def _post(self, ack: Any, respond: Any, client: WebClient, body: dict[str, Any]) -> None:
        ack()
        client.chat_postMessage(channel=body["channel"]["id"], text="the digest for all")
        respond(delete_original=True)

    def _ask(self, ack: Any, client: WebClient, body: dict[str, Any]) -> None:
        ack()
        view = {"type": "modal", "callback_id": "asked", "title": text("A paper"), "submit": text("Save")}
        client.views_open(trigger_id=body["trigger_id"], view={**view, "blocks": [QUESTION, button("again")]})
        with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
            client.views_open(trigger_id=body["trigger_id"], view={**view, "blocks": [QUESTION]})

    def _push(self, ack: Any, client: WebClient, body: dict[str, Any]) -> None:
        ack()
        view = {"type": "modal", "title": text("Another"), "blocks": [button("again")]}
        client.views_push(trigger_id=body["trigger_id"], view=view)

    def _asked(self, ack: Any, view: dict[str, Any], client: WebClient, body: dict[str, Any]) -> None:
        entered = view["state"]["values"]["link"]["entered"]["value"]
        if entered == "https://":
            ack(response_action="errors", errors={"link": "a link, please"})
            return
        ack()
        home = {"type": "home", "blocks": [{"type": "header", "text": text(entered)}]}
        client.views_publish(user_id=body["user"]["id"], view=home)

    def _brief(self, ack: Any, shortcut: dict[str, Any], respond: Any) -> None:
        ack()
        respond(f"briefing {shortcut['message']['text']}")

    def events(self, channel: str) -> list[dict[str, Any]]:
        return [each for each in self.heard if channel in (each.get("channel"), each.get("channel_id"))]

    def kinds(self, channel: str) -> list[str]:
        return sorted(f"{each['type']}/{each.get('subtype', '')}".rstrip("/") for each in self.events(channel))


@contextmanager
def over_socket(place: Playground, bot: Bot) -> Iterator[None]:
    handler = SocketModeHandler(bot.app, place.installation.app_token)
    handler.connect()
    place.wait_until_connected()
    try:
        yield
    finally:
        handler.close()


@contextmanager
def over_http(place: Playground, bot: Bot) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(SlackRequestHandler(bot.app), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    place.wait_for(lambda: server.started)
    try:
        place.http_app(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/slack/events")
        yield
    finally:
        server.should_exit = True
        thread.join(5)


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


# --- sockets ----------------------------------------------------------------------------------------


def link_to(place: Playground) -> str:
    client = WebClient(base_url=f"{place.url}/api/")
    return str(client.apps_connections_open(app_token=place.installation.app_token)["url"])


@contextmanager
def plugged(place: Playground) -> Iterator[ClientConnection]:
    """A bare Socket Mode connection, past its hello."""
    with connect(link_to(place)) as socket:
        assert json.loads(socket.recv(5))["type"] == "hello"
        yield socket


def envelope(socket: ClientConnection, *, ack: bool = True) -> dict[str, Any]:
    received: dict[str, Any] = json.loads(socket.recv(5))
    if ack:
        socket.send(json.dumps({"envelope_id": received["envelope_id"]}))
    return received


@pytest.fixture
def quiet() -> Iterator[tuple[Playground, str, str]]:
    """A workspace without a bot: the place, a person, a channel."""
    with Playground(time_scale=1000) as place:
        ada = place.add_user("Ada")
        yield place, ada, place.add_channel("papers")


def test_an_unanswered_event_is_tried_four_times_and_given_up(quiet: tuple[Playground, str, str]) -> None:
    place, ada, papers = quiet
    with plugged(place) as socket:
        place.post(ada, papers, "hello")
        tries = [envelope(socket, ack=False) for _ in range(4)]
        assert [(each["retry_attempt"], each["retry_reason"]) for each in tries] == [
            (0, ""),
            (1, "timeout"),
            (2, "timeout"),
            (3, "timeout"),
        ]
        assert len({each["envelope_id"] for each in tries}) == 4
        assert len({each["payload"]["event_id"] for each in tries}) == 1
        place.wait_for(lambda: place.deliveries[0].state == "given up")


def test_a_bot_that_dies_unanswered_gets_the_event_when_it_is_back(quiet: tuple[Playground, str, str]) -> None:
    place, ada, papers = quiet
    with plugged(place) as socket:
        place.post(ada, papers, "hello")
        envelope(socket, ack=False)
    place.post(ada, papers, "while it is away")
    with plugged(place) as socket:
        again = {envelope(socket)["payload"]["event"]["text"] for _ in range(2)}
        assert again == {"hello", "while it is away"}
        place.wait_for(lambda: all(each.state == "acknowledged" for each in place.deliveries))


def test_several_connections_share_the_events(quiet: tuple[Playground, str, str]) -> None:
    place, ada, papers = quiet
    with plugged(place) as one, plugged(place) as two:
        for number in range(4):
            place.post(ada, papers, str(number))
        heard = [envelope(socket)["payload"]["event"]["text"] for socket in (one, one, two, two)]
        assert sorted(heard) == ["0", "1", "2", "3"]


def test_a_connection_that_is_to_be_replaced_gets_nothing_more(quiet: tuple[Playground, str, str]) -> None:
    place, ada, papers = quiet
    with plugged(place) as old:
        place.refresh()
        assert json.loads(old.recv(5))["reason"] == "refresh_requested"
        with plugged(place) as new:
            place.post(ada, papers, "hello")
            assert envelope(new)["payload"]["event"]["text"] == "hello"


def test_the_eleventh_connection_is_sent_away(quiet: tuple[Playground, str, str]) -> None:
    place, _, _ = quiet
    with ExitStack() as stack:
        first = [json.loads(stack.enter_context(connect(link_to(place))).recv(5)) for _ in range(11)]
    assert [each["type"] for each in first] == ["hello"] * 10 + ["disconnect"]
    assert first[-1]["reason"] == "too_many_websockets"


def test_the_address_of_a_connection_works_once(quiet: tuple[Playground, str, str]) -> None:
    place, _, _ = quiet
    url = link_to(place)
    with connect(url):
        pass
    with pytest.raises(InvalidStatus), connect(url):
        pass


def test_a_real_bot_changes_over_to_a_new_connection_and_loses_nothing() -> None:
    with Playground(time_scale=20) as place:
        ada = place.add_user("Ada")
        papers = place.add_channel("papers")
        bot = Bot(place)
        with over_socket(place, bot):
            for number in range(6):
                place.post(ada, papers, str(number))
                if number == 2:
                    place.refresh()
            place.wait_for(lambda: {each["text"] for each in bot.events(papers)} == set("012345"), 20)


def test_nobody_answers_a_command_when_no_bot_is_there(quiet: tuple[Playground, str, str]) -> None:
    place, ada, papers = quiet
    with pytest.raises(NotAnswered, match="dispatch_failed"):
        place.command(ada, papers, "/digest week")


def test_the_bots_own_doings_are_events_too(quiet: tuple[Playground, str, str]) -> None:
    place, _, papers = quiet
    client = WebClient(place.installation.bot_token, base_url=f"{place.url}/api/")
    with plugged(place) as socket:
        posted = client.chat_postMessage(channel=papers, text="mine")
        assert envelope(socket)["payload"]["event"]["bot_id"] == place.installation.bot_id
        client.reactions_add(channel=papers, timestamp=posted["ts"], name="eyes")
        assert envelope(socket)["payload"]["event"]["user"] == place.bot


@pytest.mark.parametrize(
    "installation",
    [
        replace(Installation(), events=frozenset({"app_mention"})),
        replace(Installation(), scopes=Installation().scopes - {"channels:history"}),
    ],
    ids=["without the subscription", "without the scope"],
)
def test_an_event_needs_subscription_and_scope(installation: Installation) -> None:
    with Playground(installation=installation) as place:
        ada = place.add_user("Ada")
        papers = place.add_channel("papers")
        place.post(ada, papers, "unheard")
        place.post(ada, papers, f"<@{place.bot}> heard")
        assert [each.event["type"] for each in place.deliveries] == ["app_mention"]


# --- signed HTTP ------------------------------------------------------------------------------------


class _Answering(BaseHTTPRequestHandler):
    """Answers the challenge, then with the status and headers it was given."""

    status, headers_sent, reasons = 200, dict[str, str](), list[str | None]()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        challenge = body.get("challenge", "")
        if not challenge:
            self.reasons.append(self.headers.get("X-Slack-Retry-Reason"))
        self.send_response(200 if challenge else self.status)
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(challenge.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def answering(status: int, headers: dict[str, str]) -> Iterator[tuple[str, list[str | None]]]:
    reasons: list[str | None] = []
    parts = {"status": status, "headers_sent": headers, "reasons": reasons}
    server = HTTPServer(("127.0.0.1", 0), type("Answering", (_Answering,), parts))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", reasons
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_http_errors_are_tried_four_times(quiet: tuple[Playground, str, str]) -> None:
    place, ada, papers = quiet
    with answering(404, {}) as (url, reasons):
        place.http_app(url)
        place.post(ada, papers, "hello")
        place.wait_for(lambda: place.deliveries[0].state == "given up", 20)
    assert reasons == [None, "http_error", "http_error", "http_error"]


def test_the_header_against_retries_is_heeded(quiet: tuple[Playground, str, str]) -> None:
    place, ada, papers = quiet
    with answering(500, {"X-Slack-No-Retry": "1"}) as (url, reasons):
        place.http_app(url)
        place.post(ada, papers, "hello")
        place.wait_for(lambda: place.deliveries[0].state == "given up")
    assert reasons == [None]


def test_a_request_url_must_answer_the_challenge(quiet: tuple[Playground, str, str]) -> None:
    place, _, _ = quiet
    with pytest.raises(ValueError, match="did not answer"):
        place.http_app("http://127.0.0.1:9/slack/events")


def test_a_bot_with_another_secret_takes_nothing() -> None:
    secret = replace(Installation(), signing_secret="f" * 32)
    with (
        Playground() as other,
        Playground(installation=secret) as place,
        pytest.raises(ValueError, match="did not answer"),
        over_http(place, Bot(other)),
    ):
        pass


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
