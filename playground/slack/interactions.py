"""What people press and type at the bot: commands, shortcuts, buttons, modals, with their triggers and answers."""

from __future__ import annotations

import secrets
from typing import Any

from playground.slack.answers import Address, Answers
from playground.slack.clock import Clock
from playground.slack.delivery import Courier
from playground.slack.inputs import chosen, state_of
from playground.slack.objects import Channel, Json
from playground.slack.views import Views
from playground.slack.web_api.door import Refused
from playground.slack.web_api.validate import check_view
from playground.slack.workspace import Workspace

TRIGGER_LIVES = 3
"""Real seconds, like everything that people wait for."""


class Interactions:
    def __init__(self, workspace: Workspace, courier: Courier, views: Views, answers: Answers, clock: Clock) -> None:
        self.workspace = workspace
        self.installation = workspace.installation
        self.courier = courier
        self.views = views
        self.answers = answers
        self.clock = clock
        self._triggers: dict[str, tuple[str | None, float]] = {}

    # triggers

    def new_trigger(self, user: str) -> str:
        trigger = f"1.2.{secrets.token_hex(16)}"
        self._triggers[trigger] = (user, self.clock.now() + TRIGGER_LIVES)
        return trigger

    def use_trigger(self, trigger: str) -> str:
        """Whose it is; it works once and for three seconds."""
        user, ends = self._triggers.get(trigger, (None, 0.0))
        if user is None:
            raise Refused("exchanged_trigger_id" if trigger in self._triggers else "invalid_trigger_id")
        if self.clock.now() > ends:
            raise Refused("expired_trigger_id")
        self._triggers[trigger] = (None, 0.0)
        return user

    # what people do

    async def command(self, user: str, channel: Channel, command: str, text: str) -> Address:
        """Where its answers come. Raises NotAnswered, Refused for a command that the app has not."""
        if self.installation.commands is not None and command not in self.installation.commands:
            raise Refused("unknown_command")
        with self.workspace.turn():
            url = self.answers.new_address(channel, user)
            private = channel.kind != "channel"
            payload = {
                "token": "unused-verification-token",
                "team_id": self.installation.team_id,
                "team_domain": "playground",
                "channel_id": channel.id,
                "channel_name": "directmessage"
                if channel.kind == "im"
                else "privategroup"
                if private
                else channel.name,
                "user_id": user,
                "user_name": self.workspace.users[user].name.lower(),
                "command": command,
                "text": text,
                "api_app_id": self.installation.app_id,
                "is_enterprise_install": "false",
                "response_url": url,
                "trigger_id": self.new_trigger(user),
            }
        address = self.answers.address(url)
        answer = await self.courier.ask("slash_commands", payload, accepts_answer=True)
        if answer:
            with self.workspace.turn():
                self.answers.answer(address, answer)
        return address

    async def message_shortcut(self, user: str, channel: Channel, message: Json, callback_id: str) -> None:
        self._known_shortcut(callback_id)
        with self.workspace.turn():
            payload = {
                **self._interaction("message_action", user),
                "callback_id": callback_id,
                "action_ts": self.workspace.new_ts(),
                "message_ts": message["ts"],
                "message": self.workspace.shown(message),
                "channel": {"id": channel.id, "name": channel.name},
                "response_url": self.answers.new_address(channel, user),
            }
        await self.courier.ask("interactive", payload, accepts_answer=False)

    async def global_shortcut(self, user: str, callback_id: str) -> None:
        self._known_shortcut(callback_id)
        payload = {**self._interaction("shortcut", user), "callback_id": callback_id}
        payload["action_ts"] = self.workspace.new_ts()
        await self.courier.ask("interactive", payload, accepts_answer=False)

    def _known_shortcut(self, callback_id: str) -> None:
        if self.installation.shortcuts is not None and callback_id not in self.installation.shortcuts:
            raise Refused("unknown_shortcut")

    async def click(
        self, user: str, channel: Channel, message: Json, action_id: str, value: Any = None, block_id: str | None = None
    ) -> None:
        """Use an element of a message; ``value`` is what was chosen, for those where something is chosen.

        ``block_id`` tells elements of the same ``action_id`` apart.
        """
        ephemeral = bool(message.get("is_ephemeral"))
        with self.workspace.turn():
            action = self._action(message.get("blocks", []), action_id, value, block_id)
            container = {
                "type": "message",
                "message_ts": message["ts"],
                "channel_id": channel.id,
                "is_ephemeral": ephemeral,
            }
            shown = self.workspace.shown(message)
            if message.get("thread_ts"):
                container["thread_ts"] = message["thread_ts"]
            payload = {
                **self._interaction("block_actions", user),
                "container": container,
                "channel": {"id": channel.id, "name": channel.name},
                "response_url": self.answers.new_address(channel, user, message),
                "actions": [action],
                "state": {"values": {}},
                **({} if ephemeral else {"message": shown}),
            }
        await self.courier.ask("interactive", payload, accepts_answer=False)

    async def click_in_view(
        self,
        user: str,
        view: Json,
        action_id: str,
        value: Any = None,
        block_id: str | None = None,
        values: dict[str, Any] | None = None,
    ) -> None:
        """``values``: what the view's inputs hold by then, by ``block_id``."""
        with self.workspace.turn():
            view = {**view, "state": {"values": state_of(view["blocks"], values or {})}}
            payload = {
                **self._interaction("block_actions", user),
                "container": {"type": "view", "view_id": view["id"]},
                "view": view,
                "actions": [self._action(view["blocks"], action_id, value, block_id)],
            }
        await self.courier.ask("interactive", payload, accepts_answer=False)

    def _interaction(self, kind: str, user: str) -> Json:
        person = {"id": user, "name": self.workspace.users[user].name.lower(), "team_id": self.installation.team_id}
        return {
            "type": kind,
            "token": "unused-verification-token",
            "team": {"id": self.installation.team_id, "domain": "playground"},
            "enterprise": None,
            "is_enterprise_install": False,
            "user": {**person, "username": person["name"]},
            "api_app_id": self.installation.app_id,
            "trigger_id": self.new_trigger(user),
        }

    def _action(self, blocks: list[Json], action_id: str, value: Any, block_id: str | None) -> Json:
        for block in blocks:
            if block_id not in (None, block.get("block_id")):
                continue
            elements = [*block.get("elements", []), block.get("accessory"), block.get("element")]
            for element in elements:
                if isinstance(element, dict) and element.get("action_id") == action_id:
                    acted = {"action_id": action_id, "block_id": block["block_id"], "type": element["type"]}
                    acted["action_ts"] = self.workspace.new_ts()
                    if element["type"] == "button":
                        return {**acted, **{name: element[name] for name in ("text", "value") if name in element}}
                    return {**acted, **chosen(element, value)}
        raise LookupError(f"nothing with action_id {action_id!r} in this message")

    async def submit(self, user: str, values: dict[str, Any]) -> Json:
        """Send the modal that a person looks at, with what they entered by ``block_id``.

        Returns the bot's answer: ``{}`` closes the modal, ``errors`` leave it open.
        """
        with self.workspace.turn():
            view = self.views.stacks[user][-1]
            view["state"] = {"values": state_of(view["blocks"], values)}
            payload = {**self._interaction("view_submission", user), "view": view, "response_urls": []}
        answer = await self.courier.ask("interactive", payload, accepts_answer=True)
        with self.workspace.turn():
            self._after_submit(user, answer)
        return answer

    def _after_submit(self, user: str, answer: Json) -> None:
        action = answer.get("response_action")
        stack = self.views.stacks[user]
        if action in ("update", "push"):
            check_view(answer["view"], "modal")
        if action == "update":
            self.views.update(stack[-1]["id"], None, answer["view"], None)
        elif action == "push":
            self.views.push(user, answer["view"])
        elif action == "clear":
            stack.clear()
        elif action != "errors":
            stack.pop()

    async def close(self, user: str) -> None:
        """Leave the modal that a person looks at without sending it; the bot hears of it if it asked to."""
        with self.workspace.turn():
            view = self.views.stacks[user].pop()
            payload = {**self._interaction("view_closed", user), "view": view, "is_cleared": False}
        if view["notify_on_close"]:
            await self.courier.ask("interactive", payload, accepts_answer=False)
