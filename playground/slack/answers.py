"""Answers by ``response_url``: to one person or to the channel, new or in place of what was pressed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from playground.slack.clock import Clock
from playground.slack.objects import Channel, Json
from playground.slack.web_api.chat import content_of, message_in, own
from playground.slack.web_api.door import Args, Call, Refused
from playground.slack.workspace import Workspace

ADDRESS_LIVES = 1800
MOST_ANSWERS = 5


@dataclass
class Address:
    """A ``response_url``: five answers within half an hour."""

    channel: Channel
    user: str
    ends: float
    source: Json | None
    """The message whose button was pressed: what ``replace_original`` replaces."""
    used: int = 0
    said: list[str] = field(default_factory=list)
    """The ``ts`` of each new message that answered here."""


class Answers:
    def __init__(
        self, workspace: Workspace, clock: Clock, whisper: Callable[..., Json], noted: Callable[[Call], None]
    ) -> None:
        self.workspace = workspace
        self.installation = workspace.installation
        self.clock = clock
        self.whisper = whisper
        self.noted = noted
        self._addresses: dict[str, Address] = {}

    def new_address(self, channel: Channel, user: str, source: Json | None = None) -> str:
        key = secrets.token_urlsafe(12)
        self._addresses[key] = Address(channel, user, self.clock.elapsed() + ADDRESS_LIVES, source)
        return f"{self.workspace.url}/response/{self.installation.team_id}/{key}"

    def address(self, url: str) -> Address:
        return self._addresses[url.rsplit("/", 1)[-1]]

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
            answer = {"ok": False, "error": refused.error, **refused.more}
            args = {**message, "channel": address.channel.id}
            self.noted(Call("response_url", args, self.clock.now(), refused.error, answer))
            return JSONResponse(answer, status_code=400)
        address.used += 1
        return PlainTextResponse("ok")

    def answer(self, address: Address, message: Json) -> None:
        """Post, replace or delete, as the answer says; an answer is for one person unless it says ``in_channel``."""
        args = Args(message)
        if args.flag("delete_original"):
            self._replace(address, None)
            return
        content = content_of(args)
        if args.flag("replace_original"):
            # The whole message goes: blocks that the answer has not got are not kept.
            self._replace(address, {"blocks": [], **content})
        elif message.get("response_type") == "in_channel":
            said = {**own(self.installation), **content}
            address.said.append(self.workspace.say(address.channel, said, thread_ts=args.text("thread_ts"))["ts"])
        else:
            self._whisper(address, content, args.text("thread_ts"))

    def _whisper(self, address: Address, content: Json, thread_ts: str | None) -> None:
        address.said.append(self.whisper(address.channel.id, address.user, content, thread_ts)["ts"])

    def _replace(self, address: Address, content: Json | None) -> None:
        source = address.source
        if source is None:
            if content:
                self._whisper(address, content, None)
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
