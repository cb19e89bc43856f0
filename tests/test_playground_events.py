"""What a real Bolt app gets to hear from the playground, over both transports."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from slack_bolt import App
from slack_bolt.adapter.asgi import SlackRequestHandler
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from playground import Playground


class Bot:
    """A small Bolt app that remembers every event and answers a command, a button, a shortcut and a modal."""

    def __init__(self, place: Playground) -> None:
        env = place.environment()
        self.heard: list[dict[str, Any]] = []
        self.app = App(
            client=WebClient(env["SLACK_BOT_TOKEN"], base_url=env["SLACK_API_URL"]),
            signing_secret=env["SLACK_SIGNING_SECRET"],
            process_before_response=True,
        )
        self.place = place
        for kind in ("message", "app_mention", "file_created", "file_shared", "member_joined_channel"):
            self.app.event(kind)(self._hear)
        for kind in ("reaction_added", "reaction_removed", "app_home_opened", "member_left_channel"):
            self.app.event(kind)(self._hear)
        self.app.command("/digest")(self._digest)
        self.app.action("digest_post")(self._post)

    def _hear(self, body: dict[str, Any]) -> None:
        self.heard.append(body["event"])

    def _digest(self, ack: Any, respond: Any, command: dict[str, Any]) -> None:
        ack(f"working on {command['text']}")
        button = {"type": "button", "text": {"type": "plain_text", "text": "Post"}, "action_id": "digest_post"}
        respond(text="the digest", blocks=[{"type": "actions", "elements": [button]}])

    def _post(self, ack: Any, respond: Any, client: WebClient, body: dict[str, Any]) -> None:
        ack()
        client.chat_postMessage(channel=body["channel"]["id"], text="the digest for all")
        respond(delete_original=True)

    def kinds(self) -> list[str]:
        return [f"{each['type']}/{each['subtype']}" if "subtype" in each else each["type"] for each in self.heard]


@pytest.fixture
def place() -> Iterator[Playground]:
    with Playground(time_scale=60) as place:
        yield place


@pytest.fixture(params=["socket", "http"])
def bot(place: Playground, request: pytest.FixtureRequest) -> Iterator[Bot]:
    bot = Bot(place)
    if request.param == "socket":
        handler = SocketModeHandler(bot.app, place.installation.app_token)
        handler.connect()
        yield bot
        handler.close()
        return
    server = uvicorn.Server(uvicorn.Config(SlackRequestHandler(bot.app), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    place.wait_for(lambda: server.started)
    place.http_app(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/slack/events")
    yield bot
    server.should_exit = True
    thread.join(5)


def test_a_link_arrives_as_text_and_as_rich_text(place: Playground, bot: Bot) -> None:
    ada = place.add_user("Ada")
    papers = place.add_channel("papers")
    ts = place.post(ada, papers, "Read https://arxiv.org/abs/2601.00001?a=1&b=2.")
    place.wait_for(lambda: bot.heard)
    event = bot.heard[0]
    assert event["text"] == "Read <https://arxiv.org/abs/2601.00001?a=1&amp;b=2>."
    link = event["blocks"][0]["elements"][0]["elements"][1]
    assert link == {"type": "link", "url": "https://arxiv.org/abs/2601.00001?a=1&b=2"}
    assert (event["ts"], event["channel"], event["channel_type"]) == (ts, papers, "channel")


def test_a_command_is_answered_to_the_asker_and_its_button_posts_to_all(place: Playground, bot: Bot) -> None:
    ada = place.add_user("Ada")
    papers = place.add_channel("papers")
    answers = {each["text"]: each for each in place.command(ada, papers, "/digest week", answers=2)}
    assert set(answers) == {"working on week", "the digest"}
    digest = answers["the digest"]
    place.click(ada, digest, "digest_post")
    place.wait_for(lambda: [each["text"] for each in place.messages(papers)] == ["the digest for all"])
    place.wait_for(lambda: [each["text"] for each in place.ephemerals(ada, papers)] == ["working on week"])
