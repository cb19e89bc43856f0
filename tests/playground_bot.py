"""A small Bolt app for the playground's tests, over both transports."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from slack_bolt import App
from slack_bolt.adapter.asgi import SlackRequestHandler
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from playground import Playground

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
        self.app.command("/talk")(self._talk)
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

    def _talk(self, ack: Any, client: WebClient, command: dict[str, Any]) -> None:
        client.chat_postMessage(channel=command["channel_id"], text="by the way")
        ack(text="done", response_type="in_channel")

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
