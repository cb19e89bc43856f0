"""How the playground delivers: Socket Mode connections, signed HTTP requests, and what is tried again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from playground_bot import Bot, over_http, over_socket
from slack_sdk import WebClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from playground import Installation, Playground
from playground.slack.delivery import NotAnswered


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
