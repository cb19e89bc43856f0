"""What people press and type at the bot: commands, shortcuts, buttons, modals, with their triggers and answers."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from playground.clock import Clock
from playground.delivery import Courier
from playground.methods_chat import content_of, message_in, own
from playground.objects import Channel, Json
from playground.views import Views
from playground.web_api import Args, Refused
from playground.workspace import Workspace

TRIGGER_LIVES = 3
ADDRESS_LIVES = 1800
MOST_ANSWERS = 5


@dataclass
class _Address:
    """A ``response_url``: five answers within half an hour."""

    channel: Channel
    user: str
    ends: float
    source: Json | None
    """The message whose button was pressed: what ``replace_original`` replaces."""
    used: int = 0


class Interactions:
    def __init__(
        self, workspace: Workspace, courier: Courier, views: Views, clock: Clock, whisper: Callable[..., Json]
    ) -> None:
        self.workspace = workspace
        self.installation = workspace.installation
        self.courier = courier
        self.views = views
        self.clock = clock
        self.whisper = whisper
        self._triggers: dict[str, tuple[str, float]] = {}
        self._addresses: dict[str, _Address] = {}

    # triggers

    def new_trigger(self, user: str) -> str:
        trigger = f"1.2.{secrets.token_hex(16)}"
        self._triggers[trigger] = (user, self.clock.now() + self.clock.answer(TRIGGER_LIVES))
        return trigger

    def use_trigger(self, trigger: str) -> str:
        """Whose it is; it works once and for three seconds."""
        user, ends = self._triggers.get(trigger, (None, 0.0))
        if user is None:
            raise Refused("exchanged_trigger_id" if trigger in self._triggers else "invalid_trigger_id")
        if self.clock.now() > ends:
            raise Refused("expired_trigger_id")
        self._triggers[trigger] = (None, 0.0)  # type: ignore[assignment]
        return user

    # answers by response_url

    def new_address(self, channel: Channel, user: str, source: Json | None = None) -> str:
        key = secrets.token_urlsafe(12)
        self._addresses[key] = _Address(channel, user, self.clock.elapsed() + ADDRESS_LIVES, source)
        return f"{self.workspace.url}/response/{self.installation.team_id}/{key}"

    async def receive(self, request: Request) -> Response:
        address = self._addresses.get(request.path_params["key"])
        if address is None or self.clock.elapsed() > address.ends:
            return JSONResponse({"ok": False, "error": "expired_url"}, status_code=404)
        if address.used >= MOST_ANSWERS:
            return JSONResponse({"ok": False, "error": "used_url"}, status_code=404)
        try:
            message = json.loads(await request.body())
            with self.workspace.turn():
                self.answer(address, message)
        except ValueError:
            return PlainTextResponse("invalid_payload", status_code=400)
        except Refused as refused:
            return JSONResponse({"ok": False, "error": refused.error, **refused.more}, status_code=400)
        address.used += 1
        return PlainTextResponse("ok")

    def answer(self, address: _Address, message: Json) -> None:
        """Post, replace or delete, as the answer says; an answer is for one person unless it says ``in_channel``."""
        args = Args(message)
        if args.flag("delete_original"):
            self._replace(address, None)
            return
        content = content_of(args)
        if args.flag("replace_original"):
            self._replace(address, content)
        elif message.get("response_type") == "in_channel":
            said = {**own(self.installation), **content}
            self.workspace.say(address.channel, said, thread_ts=args.text("thread_ts"))
        else:
            self.whisper(address.channel.id, address.user, content, args.text("thread_ts"))

    def _replace(self, address: _Address, content: Json | None) -> None:
        source = address.source
        if source is None:
            if content:
                self.whisper(address.channel.id, address.user, content, None)
        elif source.get("is_ephemeral"):
            for stored in [each for each in self.workspace.ephemerals if each["ts"] == source["ts"]]:
                if content is None:
                    self.workspace.ephemerals.remove(stored)
                else:
                    stored.update(content)
        else:
            stored = message_in(address.channel, source["ts"])
            if content is None:
                self.workspace.delete(address.channel, stored)
            else:
                self.workspace.edit(address.channel, stored, content, self.installation.bot_user_id)

    # what people do

    async def command(self, user: str, channel: Channel, command: str, text: str) -> None:
        """Raises NotAnswered, Refused for a command that the app has not."""
        if self.installation.commands is not None and command not in self.installation.commands:
            raise Refused("unknown_command")
        with self.workspace.turn():
            address = self.new_address(channel, user)
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
                "response_url": address,
                "trigger_id": self.new_trigger(user),
            }
        answer = await self.courier.ask("slash_commands", payload, accepts_answer=True)
        if answer:
            with self.workspace.turn():
                self.answer(self._addresses[address.rsplit("/", 1)[-1]], answer)

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
                "response_url": self.new_address(channel, user),
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

    async def click(self, user: str, channel: Channel, message: Json, action_id: str, value: Any = None) -> None:
        """Use an element of a message; ``value`` is what was chosen, for those where something is chosen."""
        ephemeral = bool(message.get("is_ephemeral"))
        with self.workspace.turn():
            action = self._action(message.get("blocks", []), action_id, value)
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
                "response_url": self.new_address(channel, user, message),
                "actions": [action],
                "state": {"values": {}},
                **({} if ephemeral else {"message": shown}),
            }
        await self.courier.ask("interactive", payload, accepts_answer=False)

    async def click_in_view(self, user: str, view: Json, action_id: str, value: Any = None) -> None:
        with self.workspace.turn():
            payload = {
                **self._interaction("block_actions", user),
                "container": {"type": "view", "view_id": view["id"]},
                "view": view,
                "actions": [self._action(view["blocks"], action_id, value)],
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

    def _action(self, blocks: list[Json], action_id: str, value: Any) -> Json:
        for block in blocks:
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
        if action == "update":
            self.views.update(stack[-1]["id"], None, answer["view"], None)
        elif action == "push":
            self.views.push(user, answer["view"])
        elif action == "clear":
            stack.clear()
        elif action != "errors":
            stack.pop()


def chosen(element: Json, value: Any) -> Json:
    """How an element reports what was chosen in it."""
    kind = element["type"]
    if kind.endswith("text_input") or kind == "number_input":
        return {"value": value}
    if kind in ("static_select", "radio_buttons", "overflow", "external_select"):
        return {"selected_option": next((each for each in options_of(element) if each["value"] == value), None)}
    if kind in ("checkboxes", "multi_static_select"):
        return {"selected_options": [each for each in options_of(element) if each["value"] in (value or [])]}
    name = {
        "datepicker": "selected_date",
        "timepicker": "selected_time",
        "datetimepicker": "selected_date_time",
        "file_input": "files",
    }.get(kind)
    if name is None:
        name = f"selected_{kind.removesuffix('_select').removeprefix('multi_')}".removesuffix("s")
        name += "s" if kind.startswith("multi_") else ""
    return {name: value}


def options_of(element: Json) -> list[Json]:
    return [
        *element.get("options", []),
        *(one for group in element.get("option_groups", []) for one in group["options"]),
    ]


def state_of(blocks: list[Json], values: dict[str, Any]) -> Json:
    """``view.state.values``: for every input what was entered, else its initial value."""
    state: Json = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = block["element"]
        entered = chosen(element, values[block["block_id"]]) if block["block_id"] in values else initial(element)
        state[block["block_id"]] = {element.get("action_id", "a"): {"type": element["type"], **entered}}
    return state


def initial(element: Json) -> Json:
    for name, value in element.items():
        if name.startswith("initial_"):
            return {name.replace("initial_", "selected_") if name != "initial_value" else "value": value}
    return chosen(element, None)
