"""What people do in the workspace and what they see there: for tests, for the demo, for whoever plays."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from playground.slack.answers import Address
from playground.slack.compose import typed
from playground.slack.objects import Channel, Json
from playground.slack.server import Slack

Result = TypeVar("Result")


class People:
    """People, channels and messages are named by id (``U…``, ``C…``, ``ts``). Not for the server's own thread."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.workspace = slack.workspace

    # setting the scene

    @property
    def bot(self) -> str:
        return self.slack.installation.bot_user_id

    def add_user(
        self, name: str, tz: str = "UTC", *, admin: bool = False, guest: bool = False, locale: str = "en-US"
    ) -> str:
        with self.workspace.turn():
            user = self.workspace.add_user(name, tz, admin=admin)
            user.is_restricted, user.locale = guest, locale
            return user.id

    def add_channel(
        self, name: str, *, private: bool = False, members: tuple[str, ...] | list[str] = (), bot: bool = True
    ) -> str:
        """With everybody in it unless ``members`` are named."""
        with self.workspace.turn():
            people = list(members) or [user.id for user in self.workspace.users.values() if not user.is_bot]
            everyone = [*people, *([self.bot] if bot else [])]
            return self.workspace.add_channel(name, "group" if private else "channel", everyone).id

    def direct_channel(self, *users: str) -> str:
        """The direct message of people with the bot."""
        with self.workspace.turn():
            return self.workspace.direct_channel(list(users)).id

    def invite(self, user: str, channel: str, who: str | None = None) -> None:
        """``user`` brings ``who`` (the bot when None) into the channel."""
        with self.workspace.turn():
            self.workspace.join(self._channel(channel), who or self.bot, inviter=user)

    def remove(self, channel: str, who: str | None = None) -> None:
        with self.workspace.turn():
            self.workspace.leave(self._channel(channel), who or self.bot)

    def archive(self, user: str, channel: str) -> None:
        with self.workspace.turn():
            place = self._channel(channel)
            place.is_archived = True
            kind = "channel_archive" if place.kind == "channel" else "group_archive"
            self.workspace.emit({"type": kind, "channel": channel, "user": user, "event_ts": self.workspace.new_ts()})

    def convert_to_private(self, user: str, channel: str) -> None:
        """``user`` makes a public channel private; its id and its messages stay."""
        with self.workspace.turn():
            place = self._channel(channel)
            if place.kind != "channel":
                raise ValueError(f"{channel} is private already")
            place.kind = "group"
            said = {"subtype": "channel_convert_to_private", "user": user, "text": "made this channel *private*"}
            self.workspace.say(place, said)

    def connect(self, channel: str) -> None:
        """Another organisation accepts the invitation into the channel (Slack Connect)."""
        with self.workspace.turn():
            self._channel(channel).is_ext_shared = True
            stamp = self.workspace.new_ts()
            event = {"type": "channel_shared", "connected_team_id": "T0OTHERORG", "channel": channel}
            self.workspace.emit({**event, "event_ts": stamp})

    # what people do

    def post(self, user: str, channel: str, text: str, thread_ts: str | None = None, *, team: str | None = None) -> str:
        """``user`` types ``text`` and sends it; returns the message's ts.

        ``team`` is their workspace where the channel is shared with another organisation (Slack Connect).
        """
        also = {"user_team": team, "source_team": team} if team else {}
        with self.workspace.turn():
            place = self._joined(user, channel)
            said = self.workspace.say(place, self._typed(user, text), thread_ts=thread_ts, **also)
            return str(said["ts"])

    def upload(
        self,
        user: str,
        channel: str,
        filename: str,
        content: bytes,
        text: str = "",
        *,
        thread_ts: str | None = None,
        foreign: bool = False,
    ) -> str:
        """``user`` shares a file with a comment; ``foreign`` ones come through Slack Connect as a stub."""
        with self.workspace.turn():
            file = self.slack.files.new(filename, content, user)
            file.foreign = foreign
            message = self._typed(user, text)
            said = self.slack.files.share(self._joined(user, channel), [file], message, thread_ts)
            return str(said["ts"])

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        with self.workspace.turn():
            place = self._joined(user, channel)
            changed = self._typed(user, text)
            self.workspace.edit(place, place.messages[ts], {name: changed[name] for name in ("text", "blocks")}, user)

    def unfurl(self, channel: str, ts: str) -> None:
        """What follows a link: the same text with an attachment, as ``message_changed``."""
        with self.workspace.turn():
            place = self._channel(channel)
            attachment = {"id": 1, "title": "A page", "fallback": "A page", "from_url": "https://example.org/"}
            self.workspace.edit(place, place.messages[ts], {"attachments": [attachment]}, None)

    def delete(self, user: str, channel: str, ts: str) -> None:
        with self.workspace.turn():
            place = self._joined(user, channel)
            self.workspace.delete(place, place.messages[ts])

    def delete_file(self, file_id: str) -> None:
        with self.workspace.turn():
            self.slack.files.delete(self.workspace.files[file_id])

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        with self.workspace.turn():
            place = self._joined(user, channel)
            self.workspace.react(place, place.messages[ts], user, name)

    def unreact(self, user: str, channel: str, ts: str, name: str) -> None:
        with self.workspace.turn():
            place = self._joined(user, channel)
            self.workspace.unreact(place, place.messages[ts], user, name)

    def command(self, user: str, channel: str, line: str, *, answers: int = 1, seconds: float = 30) -> list[Json]:
        """``user`` enters a slash command; waits for ``answers`` answers and returns them, oldest first.

        An answer is what came back to this command, whoever sees it; what else the bot says meanwhile is none.
        Raises NotAnswered.
        """
        address = self._entered(user, channel, line)

        def answered() -> list[Json]:
            seen = [*self.ephemerals(user, channel), *self.messages(channel)]
            found = sorted((each for each in seen if each["ts"] in address.said), key=lambda each: str(each["ts"]))
            return found if len(found) >= answers else []

        return self.wait_for(answered, seconds)

    def enter(self, user: str, channel: str, line: str) -> None:
        """``user`` enters a slash command; returns when the bot has taken it. Raises NotAnswered, Refused."""
        self._entered(user, channel, line)

    def _entered(self, user: str, channel: str, line: str) -> Address:
        command, _, text = line.partition(" ")
        place = self._joined(user, channel)
        return self._run(self.slack.interactions.command(user, place, command, text.strip()))

    def dismiss(self, user: str, ts: str) -> None:
        """``user`` puts away a message that only they see."""
        with self.workspace.turn():
            stored = self.workspace.ephemerals
            stored[:] = [each for each in stored if (each["to"], each["ts"]) != (user, ts)]

    def click(
        self, user: str, message: Json, action_id: str, value: Any = None, *, block_id: str | None = None
    ) -> None:
        """``user`` presses a button (or chooses ``value``) in a message from ``messages`` or ``command``."""
        place = self._joined(user, message["channel"])
        self._run(self.slack.interactions.click(user, place, message, action_id, value, block_id))

    def shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> None:
        """``user`` picks a message shortcut."""
        place = self._joined(user, channel)
        self._run(self.slack.interactions.message_shortcut(user, place, place.messages[ts], callback_id))

    def global_shortcut(self, user: str, callback_id: str) -> None:
        self._run(self.slack.interactions.global_shortcut(user, callback_id))

    def open_home(self, user: str, tab: str = "home") -> None:
        with self.workspace.turn():
            channel = self.workspace.direct_channel([user])
            stamp = self.workspace.new_ts()
            event = {"type": "app_home_opened", "user": user, "channel": channel.id, "tab": tab, "event_ts": stamp}
            view = self.slack.views.homes.get(user)
            self.workspace.emit({**event, **({"view": view} if view and tab == "home" else {})})

    def home(self, user: str) -> Json | None:
        """The App Home as published for ``user``."""
        with self.workspace.changed:
            return copy.deepcopy(self.slack.views.homes.get(user))

    def modal(self, user: str) -> Json | None:
        """The modal that ``user`` looks at."""
        with self.workspace.changed:
            stack = self.slack.views.stacks.get(user)
            return copy.deepcopy(stack[-1]) if stack else None

    def submit(self, user: str, values: dict[str, Any]) -> Json:
        """``user`` fills the modal in (by ``block_id``) and sends it; returns the bot's answer."""
        return self._run(self.slack.interactions.submit(user, values))

    def close_modal(self, user: str) -> None:
        """``user`` leaves the modal without sending it."""
        self._run(self.slack.interactions.close(user))

    def click_in_view(
        self,
        user: str,
        view: Json,
        action_id: str,
        value: Any = None,
        *,
        block_id: str | None = None,
        values: dict[str, Any] | None = None,
    ) -> None:
        """Use an element of a view; ``values`` is what its inputs hold by then, by ``block_id``."""
        self._run(self.slack.interactions.click_in_view(user, view, action_id, value, block_id, values))

    # what there is to see

    def messages(self, channel: str) -> list[Json]:
        """All messages of a channel and its threads, oldest first, each with its ``channel``; copies."""
        return self._found(channel, lambda _: True)

    def message(self, channel: str, ts: str) -> Json | None:
        return next(iter(self._found(channel, lambda each: each["ts"] == ts)), None)

    def thread(self, channel: str, ts: str) -> list[Json]:
        """The replies to a message."""
        return self._found(channel, lambda each: each.get("thread_ts") == ts != each["ts"])

    def reactions(self, channel: str, ts: str) -> dict[str, list[str]]:
        """By emoji, who reacted."""
        with self.workspace.changed:
            message = self._channel(channel).messages.get(ts, {})
            return {each["name"]: list(each["users"]) for each in message.get("reactions", [])}

    def ephemerals(self, user: str, channel: str) -> list[Json]:
        """What only ``user`` sees in a channel."""
        with self.workspace.changed:
            stored = self.workspace.ephemerals
            return [copy.deepcopy(each) for each in stored if each["to"] == user and each["channel"] == channel]

    def files(self, channel: str) -> list[Json]:
        """The files in a channel, oldest first, each with its ``content`` (bytes) and ``shares``."""
        with self.workspace.changed:
            return [
                {**self.slack.files.json(file, shares=True), "content": file.content}
                for file in self.workspace.files.values()
                if file.shares.get(channel)
            ]

    def wait_for(self, found: Callable[[], Result | None], seconds: float = 30) -> Result:
        """The first truthy value of ``found``, looked for after every change; raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while not (value := found()):
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"not within {seconds} s")
            with self.workspace.changed:
                # Sockets and deliveries change outside of turns: look again now and then.
                self.workspace.changed.wait(min(left, 0.05))
        return value

    # within

    def _found(self, channel: str, wanted: Callable[[Json], bool]) -> list[Json]:
        with self.workspace.changed:
            stored = [each for each in self._channel(channel).messages.values() if wanted(each)]
            return [{**copy.deepcopy(each), "channel": channel} for each in stored]

    def _channel(self, channel: str) -> Channel:
        return self.workspace.channels[channel]

    def _joined(self, user: str, channel: str) -> Channel:
        place = self._channel(channel)
        if user not in place.members:
            raise ValueError(f"{user} is not in {channel}")
        return place

    def _typed(self, user: str, text: str) -> Json:
        people = {each.name.lower(): each.id for each in self.workspace.users.values()}
        words, blocks = typed(text, people)
        message: Json = {"user": user, "text": words, "client_msg_id": self.workspace.new_id("m")}
        return {**message, "blocks": blocks} if blocks else message

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        assert self.slack.loop, "the playground is not running"
        return asyncio.run_coroutine_threadsafe(work, self.slack.loop).result(60)

    def _call(self, work: Callable[..., None], *args: object) -> None:
        assert self.slack.loop, "the playground is not running"
        self.slack.loop.call_soon_threadsafe(work, *args)
