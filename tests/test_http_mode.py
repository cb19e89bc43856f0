"""The bot over HTTP does what it does over Socket Mode, and listens to Slack alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, cast
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from local_ports import free_port
from running_bot import APP, BOT, connected_bot
from slack_bolt import App, BoltRequest, BoltResponse

from handlers import status
from handlers.gate import Memory
from handlers.transport import http_server
from playground import Playground
from playground.arxiv import ArxivStandIn
from playground.samples import samples


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Playground, str]]:
    address = f"127.0.0.1:{free_port()}"
    with Playground(time_scale=10, installation=APP) as place, ArxivStandIn() as arxiv:
        environment = place.environment(arxiv.environment())
        del environment["SLACK_APP_TOKEN"]
        data = tmp_path_factory.mktemp("http") / "data"
        with connected_bot(environment, data, (*BOT, "--http", address)):
            yield place, f"http://{address}"


def signed(place: Playground, body: str | bytes, at: float) -> dict[str, str]:
    content, stamp = body.encode() if isinstance(body, str) else body, str(int(at))
    secret = place.installation.signing_secret.encode()
    signature = hmac.new(secret, f"v0:{stamp}:".encode() + content, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signature}",
    }


def test_a_link_is_answered_and_a_command_too(served: tuple[Playground, str]) -> None:
    place, url = served
    place.http_app(f"{url}/slack/events")
    ada = place.add_user("ada")
    channel = place.add_channel("papers")
    paper = samples()[0]
    ts = place.post(ada, channel, f"https://arxiv.org/abs/{paper.arxiv}")
    answers = place.wait_for(lambda: place.thread(channel, ts), 30)
    assert paper.title in answers[0]["text"]
    [preview] = place.command(ada, channel, "/digest week")
    assert "1篇论文" in preview["text"]


EVENT = {"type": "event_callback", "team_id": "T0PLAYGROUND", "event": {"type": "message"}}


def post(url: str, body: bytes | str, headers: dict[str, Any]) -> httpx.Response:
    return httpx.post(f"{url}/slack/events", content=body, headers=headers, timeout=30)


@pytest.mark.parametrize(
    "body",
    [json.dumps(EVENT).encode(), b"", b"{", b"ssl_check=1", b"payload=%7B", b"\xff\xfe", b"[" * 50_000],
    ids=["an event", "nothing", "half of JSON", "a certificate check", "half a form", "no text", "deep"],
)
def test_what_slack_did_not_sign_is_refused_whatever_it_says(served: tuple[Playground, str], body: bytes) -> None:
    place, url = served
    good = signed(place, body, time.time())
    stamp = good["X-Slack-Request-Timestamp"]
    for headers in (
        {"Content-Type": "application/json"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {**good, "X-Slack-Signature": "v0=" + "0" * 64},
        {**good, "X-Slack-Signature": ""},
        {**good, "X-Slack-Signature": "v0=é".encode()},
        signed(place, body, time.time() - 301),
        signed(place, body, time.time() + 400),
        signed(place, body + b" ", time.time()),
        *(
            {**good, "X-Slack-Request-Timestamp": each}
            for each in ("", "now", "-1", f"{stamp}.0", f"+{stamp}", "9" * 30)
        ),
        {**good, "X-Slack-Request-Timestamp": "１７".encode()},
    ):
        assert post(url, body, headers).status_code == 401, headers


def test_a_command_sent_again_by_a_listener_on_the_line_is_refused(served: tuple[Playground, str]) -> None:
    place, url = served
    body = urlencode(COMMAND | {"text": "help"})
    headers = {**signed(place, body, time.time()), "Content-Type": "application/x-www-form-urlencoded"}
    assert "/digest week" in post(url, body, headers).text
    for header in (headers, {**headers, "X-Other": "1"}):
        again = post(url, body, header)
        assert again.status_code == 409
        assert "digest" not in again.text
    # Slack says that it sends again; it gets no second answer either.
    retried = post(url, body, {**headers, "X-Slack-Retry-Num": "1"})
    assert (retried.status_code, "digest" in retried.text) == (200, False)


def test_an_event_that_slack_sends_again_is_accepted_and_has_no_second_effect(served: tuple[Playground, str]) -> None:
    place, url = served
    place.http_app(f"{url}/slack/events")
    ada, channel = place.add_user("bo"), place.add_channel("again")
    place.deliver_copies(3)
    try:
        ts = place.post(ada, channel, f"https://arxiv.org/abs/{samples()[1].arxiv}")
        place.wait_for(lambda: "white_check_mark" in place.reactions(channel, ts), 30)
        place.repeat_events()
    finally:
        place.deliver_copies(1)
    assert len(place.thread(channel, ts)) == 1


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", b'"x"', b"null", b"payload=%7B", b"payload=[]", b"\xff\xfe", b"[" * 9000]
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "image/png"])
def test_what_is_signed_but_no_request_is_told_so(served: tuple[Playground, str], body: bytes, kind: str) -> None:
    place, url = served
    body += b" " * (ord(kind[0]) + len(kind))  # each with a signature of its own
    answer = post(url, body, {**signed(place, body, time.time()), "Content-Type": kind})
    assert answer.status_code in (400, 404)


def test_an_event_that_is_none_is_told_so(served: tuple[Playground, str]) -> None:
    place, url = served
    body = json.dumps({**EVENT, "event": None})
    assert post(url, body, signed(place, body, time.time())).status_code == 400


def test_answers_name_no_server_and_are_neither_sniffed_framed_nor_kept(served: tuple[Playground, str]) -> None:
    place, url = served
    body = urlencode(COMMAND | {"text": "status"})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for answer in (
        post(url, body, {**signed(place, body, time.time()), **form}),
        post(url, body, form),
        httpx.get(f"{url}/healthz"),
        httpx.get(f"{url}/"),
    ):
        assert "server" not in answer.headers
        assert answer.headers["content-type"].startswith(("text/plain", "application/json"))
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_only_the_methods_of_each_address_are_taken(served: tuple[Playground, str]) -> None:
    _, url = served
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "NONSENSE"):
        assert httpx.request(method, f"{url}/slack/events").status_code == 405, method
    assert httpx.head(f"{url}/healthz").status_code == 200
    assert httpx.post(f"{url}/healthz").status_code == 405
    for path in ("/", "/slack/install", "/slack/events/", "/metrics", "/docs", "/../etc/passwd", "/%00"):
        assert httpx.get(f"{url}{path}", follow_redirects=True).status_code in (404, 405), path


def test_who_sends_slowly_is_hung_up_on_and_keeps_nobody_else_waiting(served: tuple[Playground, str]) -> None:
    _, url = served
    address = ("127.0.0.1", int(url.rpartition(":")[2]))
    stamp = str(int(time.time()))
    whole = (
        f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nX-Slack-Signature: v0=1\r\n"
        f"X-Slack-Request-Timestamp: {stamp}\r\n\r\n"
    )
    with ExitStack() as stack:
        slow = {
            name: stack.enter_context(socket.create_connection(address, timeout=30))
            for name in ("silent", "half a head", "no body", "a second head")
            for _ in range(20)
        }
        slow["half a head"].sendall(whole[:60].encode())
        slow["no body"].sendall(whole.encode() + b"{")
        slow["a second head"].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /heal")
        began = time.monotonic()
        assert httpx.get(f"{url}/healthz", timeout=2).status_code == 200
        for name, connection in slow.items():
            received = b""
            while piece := connection.recv(4096):
                received += piece
            if name == "no body":
                assert received.startswith(b"HTTP/1.1 408")
        assert time.monotonic() - began < 25


def test_connections_that_say_nothing_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "_CONNECTIONS", 4)
    address = ("127.0.0.1", free_port())
    with status.serving(status.server([status.health_route(lambda: True)], address)), ExitStack() as stack:

        def connect() -> socket.socket:
            return stack.enter_context(socket.create_connection(address, timeout=10))

        silent = [connect() for _ in range(4)]
        assert connect().recv(4096).startswith(b"HTTP/1.1 503")
        silent[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert silent[0].recv(4096).startswith(b"HTTP/1.1 200"), "who was let in is served"
        for each in silent:
            while each.recv(4096):
                pass
        assert httpx.get(f"http://{address[0]}:{address[1]}/healthz").status_code == 200


def test_large_bodies_that_nobody_vouched_for_share_some_room_and_small_ones_are_always_read(
    served: tuple[Playground, str],
) -> None:
    place, url = served
    address = ("127.0.0.1", int(url.rpartition(":")[2]))
    head = (
        f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\nX-Slack-Signature: v0=1\r\n"
        f"X-Slack-Request-Timestamp: {int(time.time())}\r\n\r\n"
    )
    large = urlencode(COMMAND | {"text": "help", "more": "x" * 900_000})
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    def answered(body: str) -> int:
        return post(url, body, {**signed(place, body, time.time()), **form}).status_code

    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(socket.create_connection(address, timeout=10)).sendall(head.encode())
        assert answered(large) == 503
        assert answered(urlencode(COMMAND | {"text": "help small"})) == 200
    for _ in range(50):
        if (status := answered(large)) != 503:
            break
        time.sleep(0.1)
    assert status == 200, "room is given back"


class Workshop:
    """Of an app what transport asks of it; whoever opens its install page waits until the end."""

    install_path, redirect_uri_path = "/slack/install", "/slack/oauth_redirect"

    def __init__(self) -> None:
        self.oauth_flow, self.over = self, threading.Event()

    def handle_installation(self, request: BoltRequest) -> BoltResponse:
        # In vain where many wait: then the test fails, and does not hang.
        if not self.over.wait(60):
            self.over.set()
        return BoltResponse(status=200, body="installed")

    handle_callback = handle_installation


def test_who_opens_the_install_page_again_and_again_holds_up_nobody_else() -> None:
    address, shop = ("127.0.0.1", free_port()), Workshop()
    url = f"http://{address[0]}:{address[1]}"
    server = http_server(cast(App, shop), "secret", address, lambda: True, cast(Memory, None))
    visitor = httpx.Client(timeout=60, limits=httpx.Limits(max_connections=61))
    with status.serving(server), visitor, ThreadPoolExecutor(60) as pool:
        asked = [pool.submit(visitor.get, f"{url}/slack/install") for _ in range(60)]
        while sum(each.done() for each in asked) < 58 and not shop.over.is_set():
            time.sleep(0.05)
        assert visitor.get(f"{url}/healthz", timeout=10).status_code == 200, "no thread is left for others"
        shop.over.set()
        assert Counter(each.result().status_code for each in asked) == {200: 2, 503: 58}


# --- whatever the request says ----------------------------------------------------------------------

_WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "",
            "\x00",
            "\u202e<!channel>",
            "https://arxiv.org/abs/1706.03762",
            "<https://arxiv.org/pdf/1706.03762|<!here>>",
            "C" * 4000,
            "'; DROP TABLE shares;--",
            "9" * 400 + ".0",
            "0.0",
            "-1.5",
            "1e308",
            "{}",
            "brief_edit",
        ]
    ),
)
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), _WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_WORDS, inner, max_size=4)),
    max_leaves=12,
)
COMMAND = {
    "command": "/digest",
    "text": "week",
    "team_id": "T0PLAYGROUND",
    "channel_id": "C000000001",
    "channel_name": "papers",
    "user_id": "U000000001",
    "trigger_id": "1.2.abc",
    "response_url": "http://127.0.0.1:9/nobody",
}
_WORDS_OF_COMMANDS = (
    "",
    "week",
    "search",
    "add",
    "schedule",
    "topic",
    "language",
    "mode",
    "export",
    "backfill",
    "status",
)


def event(kind: str, **fields: Any) -> dict[str, Any]:
    shown = {
        "type": kind,
        "channel": "C000000001",
        "channel_type": "channel",
        "user": "U000000001",
        "ts": "1700000000.1",
        "event_ts": "1700000000.1",
    }
    return {**EVENT, "event_id": "Ev1", "event_time": 1700000000, "event": {**shown, **fields}}


def interaction(kind: str, **fields: Any) -> dict[str, Any]:
    who = {"team": {"id": "T0PLAYGROUND"}, "user": {"id": "U000000001", "team_id": "T0PLAYGROUND"}}
    place = {"channel": {"id": "C000000001", "name": "papers"}, "trigger_id": "1.2.abc", "response_url": ""}
    return {"type": kind, **who, **place, **fields}


def click(action_id: str, value: str) -> dict[str, Any]:
    elements = [{"type": "button", "action_id": "brief_edit", "value": "en:share"}]
    message = {"ts": "1700000000.1", "text": "x", "blocks": [{"type": "actions", "elements": elements}]}
    chosen = {"value": value}
    action = {"action_id": action_id, "action_ts": "1700000000.2", **chosen, "selected_option": chosen}
    return interaction("block_actions", actions=[action], message=message, view=VIEW)


VIEW = {
    "id": "V1",
    "callback_id": "brief_edit",
    "private_metadata": json.dumps({"share": "s", "language": "en", "channel": "C000000001", "ts": "1.1", "name": "x"}),
    "blocks": [{"type": "input", "block_id": "technique"}],
    "state": {"values": {"technique": {"technique": {"type": "plain_text_input", "value": "x"}}}},
}
_LINK = "https://arxiv.org/abs/1706.03762"
_RICH = [
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "link", "url": _LINK}]}]}
]
_ACTIONS = [
    *("digest_post", "digest_report", "digest_page", "digest_retry", "search_page"),
    *("share_again", "paper_details", "brief_edit", "brief_more"),
    *("home_search", "home_recent", "home_previous", "home_next", "home_schedule", "home_schedule_new"),
]
ENVELOPES = [
    event("message", text=_LINK, blocks=_RICH, files=[{"id": "F1", "filetype": "pdf"}], thread_ts="1700000000.0"),
    event("message", subtype="message_deleted", deleted_ts="1700000000.1", previous_message={"thread_ts": "1.1"}),
    event("message", subtype="message_changed", message={"ts": "1700000000.1", "subtype": "tombstone"}),
    event("app_mention", text="<@U0> hello"),
    event("member_joined_channel"),
    event("reaction_added", reaction="eyes", item={"type": "message", "channel": "C000000001", "ts": "1.1"}),
    event("app_home_opened", tab="home"),
    event("tokens_revoked", tokens={"bot": ["U0"]}),
    {"type": "url_verification", "challenge": "x"},
    *({**COMMAND, "text": f"{word} x"} for word in _WORDS_OF_COMMANDS),
    *(click(action_id, "0/x") for action_id in _ACTIONS),
    *(
        interaction("view_submission", view={**VIEW, "callback_id": each})
        for each in ("brief_edit", "brief_again", "home_schedule")
    ),
    interaction("message_action", callback_id="brief_paper", message={"ts": "1.1", "text": _LINK}, action_ts="1.1"),
]


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for key, each in inside for place in places(each, (*here, key)))]


def changed(value: Any, where: tuple[Any, ...], put: Any) -> Any:
    if not where:
        return put
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[where[0]] = changed(copy[where[0]], where[1:], put)
    return copy


@st.composite
def hostile_envelopes(draw: st.DrawFn) -> Any:
    """A true request with up to three of its fields replaced."""
    envelope: Any = draw(st.sampled_from(ENVELOPES))
    for _ in range(draw(st.integers(0, 3))):
        envelope = changed(envelope, draw(st.sampled_from(places(envelope))), draw(_JSON))
    return envelope


@given(
    request=st.one_of(hostile_envelopes(), _JSON), form=st.sampled_from(["json", "payload", "form"]), sign=st.booleans()
)
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_whatever_it_says_is_a_fault_of_the_server(
    served: tuple[Playground, str], request: Any, form: str, sign: bool
) -> None:
    place, url = served
    if form == "form" and isinstance(request, dict):
        body = urlencode({str(key): str(each) for key, each in request.items()}, errors="replace")
    elif form == "payload":
        body = urlencode({"payload": json.dumps(request)})
    else:
        body = json.dumps(request)
    kind = "application/json" if form == "json" else "application/x-www-form-urlencoded"
    headers = signed(place, body, time.time()) if sign else {}
    answer = post(url, body, {**headers, "Content-Type": kind})
    assert answer.status_code < 500 if sign else answer.status_code == 401, (answer.status_code, answer.text)


def test_after_all_that_the_bot_still_works(served: tuple[Playground, str]) -> None:
    place, url = served
    place.http_app(f"{url}/slack/events")
    ada, channel = place.add_user("eve"), place.add_channel("afterwards")
    ts = place.post(ada, channel, f"https://arxiv.org/abs/{samples()[2].arxiv}")
    place.wait_for(lambda: "white_check_mark" in place.reactions(channel, ts), 60)


def test_a_body_larger_than_slacks_is_refused_unread(served: tuple[Playground, str]) -> None:
    place, url = served
    body = "x" * 1_500_000
    answer = httpx.post(f"{url}/slack/events", content=body, headers=signed(place, body, time.time()))
    assert answer.status_code == 413


def test_health_is_told(served: tuple[Playground, str]) -> None:
    assert httpx.get(f"{served[1]}/healthz").status_code == 200


def test_who_writes_from_another_organisation_is_served_in_the_workspace_of_the_token(
    served: tuple[Playground, str],
) -> None:
    place, url = served
    ada = place.add_user("ada")
    channel = place.add_channel("connected")
    command = {
        "command": "/digest",
        "text": "topic tidal lakes",
        "team_id": "T0FOREIGN",
        "channel_id": channel,
        "channel_name": "connected",
        "user_id": ada,
        "trigger_id": "1.2.3",
    }
    body = urlencode(command)
    headers = {**signed(place, body, time.time()), "Content-Type": "application/x-www-form-urlencoded"}
    assert "tidal lakes" in httpx.post(f"{url}/slack/events", content=body, headers=headers).text
    place.http_app(f"{url}/slack/events")
    [status] = place.command(ada, channel, "/digest status")
    assert "tidal lakes" in status["text"]
