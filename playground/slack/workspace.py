"""What a workspace holds (people, channels, messages, files) and which events its changes cause.

Messages are Slack's own JSON, as the Web API returns it. Nothing here checks permissions: that is the Web API's.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playground.installation import Installation
from playground.slack.clock import Clock
from playground.slack.objects import Channel, File, Json, Kind, User


class Workspace:
    """All changes happen inside ``turn()``; ``emit`` receives the events they cause."""

    def __init__(self, installation: Installation, clock: Clock, emit: Callable[[Json], None]) -> None:
        self.installation = installation
        self.clock = clock
        self.emit = emit
        self.url = ""
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.tokens = {installation.bot_token}
        """The bot tokens that open it; none when the app is not installed."""
        self.revoked: dict[str, str] = {}
        """Tokens that did, with what Slack answers them now."""
        self.ephemerals: list[Json] = []
        """What only one person saw: ``channel``, ``to``, ``ts``, ``text``, ``blocks``, ``thread_ts``."""
        self.changed = threading.Condition(threading.RLock())
        self.turns = 0
        """How many turns were taken: another number, and there may be something new to see."""
        self._numbers = itertools.count(1)
        self._last_micros = 0
        bot = User(installation.bot_user_id, installation.name, is_bot=True)
        self.users[bot.id] = bot

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One actor at a time; those who wait for something look again afterwards."""
        with self.changed:
            try:
                yield
            finally:
                self.turns += 1
                self.changed.notify_all()

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers):09d}"

    def new_ts(self) -> str:
        """The present as Slack writes it, never the same twice, whichever threads ask."""
        with self.changed:
            self._last_micros = max(int(self.clock.now() * 1_000_000), self._last_micros + 1)
            return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    # people and channels

    def add_user(self, name: str, tz: str, *, admin: bool = False) -> User:
        user = User(self.new_id("U"), name, tz, is_admin=admin)
        self.users[user.id] = user
        return user

    def add_channel(self, name: str, kind: Kind, members: list[str]) -> Channel:
        prefix = "D" if kind == "im" else "C"
        creator = next((each for each in members if not self.users[each].is_bot), "")
        channel = Channel(self.new_id(prefix), name, kind, creator, int(self.clock.now()), list(members))
        self.channels[channel.id] = channel
        return channel

    def direct_channel(self, user_ids: list[str]) -> Channel:
        """The direct message between the bot and ``user_ids``, opened when there is none yet."""
        members = sorted({*user_ids, self.installation.bot_user_id})
        kind: Kind = "im" if len(members) == 2 else "mpim"
        for channel in self.channels.values():
            if channel.kind == kind and sorted(channel.members) == members:
                return channel
        return self.add_channel("mpdm-" + "-".join(members).lower(), kind, members)

    def join(self, channel: Channel, user_id: str, inviter: str | None = None) -> None:
        if user_id in channel.members:
            return
        channel.members.append(user_id)
        event = {
            "type": "member_joined_channel",
            "user": user_id,
            "channel": channel.id,
            "channel_type": "C" if channel.kind == "channel" else "G",
            "team": self.installation.team_id,
        }
        by = {"inviter": inviter} if inviter else {}
        self._emit({**event, **by})
        self.say(
            channel, {"subtype": "channel_join", "user": user_id, "text": f"<@{user_id}> has joined the channel", **by}
        )

    def leave(self, channel: Channel, user_id: str) -> None:
        event = {
            "type": "member_left_channel",
            "user": user_id,
            "channel": channel.id,
            "channel_type": "C" if channel.kind == "channel" else "G",
            "team": self.installation.team_id,
        }
        self._emit(event)
        channel.members.remove(user_id)

    # messages

    def say(self, channel: Channel, message: Json, *, thread_ts: str | None = None, **also: Any) -> Json:
        """Put a message into a channel. ``also`` goes into the event only.

        A reply to a message that is gone lands in the channel itself: Slack neither refuses it nor says so, only
        ``thread_ts`` is missing from the answer (slack-go/slack #1571, langchain-ai/open-swe #2753).
        """
        parent = channel.messages.get(thread_ts) if thread_ts else None
        if parent and parent.get("thread_ts", parent["ts"]) != parent["ts"]:
            parent = channel.messages.get(parent["thread_ts"])
        ts = self.new_ts()
        stored = {"type": "message", "ts": ts, "team": self.installation.team_id, **message}
        if parent:
            stored["thread_ts"] = parent["ts"]
            stored["parent_user_id"] = parent.get("user", "")
        channel.messages[ts] = stored
        if parent:
            self._count_replies(channel, parent)
        self._emit_message(channel, {**self.shown(stored, metadata=True), **also})
        return stored

    def _count_replies(self, channel: Channel, parent: Json) -> None:
        replies = channel.replies(parent["ts"])
        people = list(dict.fromkeys(each.get("user", "") for each in replies))
        parent.update(
            thread_ts=parent["ts"],
            reply_count=len(replies),
            reply_users=people,
            reply_users_count=len(people),
            latest_reply=replies[-1]["ts"] if replies else "0000000000.000000",
            is_locked=False,
            subscribed=False,
        )
        if not replies and parent.get("subtype") == "tombstone":
            # Nothing is left of the thread: the tombstone goes too, as a deletion of its own (slack-edge #10).
            self.delete(channel, parent)

    def edit(self, channel: Channel, message: Json, changes: Json, editor: str | None) -> None:
        previous = self.shown(message)
        message.update(changes)
        if editor:
            message["edited"] = {"user": editor, "ts": self.new_ts()}
        self._emit_change(channel, message, previous)

    def delete(self, channel: Channel, message: Json) -> None:
        """Remove a message; one with replies leaves a tombstone, so that its thread stays.

        Slack then sends ``message_changed`` with a ``tombstone``, not ``message_deleted``
        (42wim/matterbridge #600, openclaw/openclaw #22035).
        """
        previous = self.shown(message)
        self._unshare(channel, message)
        if channel.replies(message["ts"]):
            self._bury(message)
            self._count_replies(channel, message)
            self._emit_change(channel, message, previous)
            return
        del channel.messages[message["ts"]]
        event = {"subtype": "message_deleted", "hidden": True, "deleted_ts": message["ts"]}
        self._emit_message(channel, {"type": "message", **event, "ts": self.new_ts(), "previous_message": previous})
        parent = channel.messages.get(message.get("thread_ts", ""))
        if parent:
            self._count_replies(channel, parent)

    def _unshare(self, channel: Channel, message: Json) -> None:
        for each in message.get("files", []):
            shares = self.files[each["id"]].shares if each["id"] in self.files else {}
            if channel.id in shares:
                shares[channel.id] = [share for share in shares[channel.id] if share["ts"] != message["ts"]]

    @staticmethod
    def _bury(message: Json) -> None:
        keep = {name: value for name, value in message.items() if name in ("type", "ts", "thread_ts", "team")}
        message.clear()
        message.update(keep, subtype="tombstone", text="This message was deleted.", hidden=True)
        message.update(user="USLACKBOT", parent_user_id="USLACKBOT")

    def react(self, channel: Channel, message: Json, user_id: str, name: str) -> bool:
        """False when that person reacted so already."""
        reactions = message.setdefault("reactions", [])
        reaction = next((each for each in reactions if each["name"] == name), None)
        if reaction is None:
            reaction = {"name": name, "users": [], "count": 0}
            reactions.append(reaction)
        if user_id in reaction["users"]:
            return False
        reaction["users"].append(user_id)
        reaction["count"] += 1
        self._emit_reaction("reaction_added", channel, message, user_id, name)
        return True

    def unreact(self, channel: Channel, message: Json, user_id: str, name: str) -> bool:
        """False when there is no such reaction of that person."""
        reaction = next((each for each in message.get("reactions", []) if each["name"] == name), None)
        if reaction is None or user_id not in reaction["users"]:
            return False
        reaction["users"].remove(user_id)
        reaction["count"] -= 1
        if not reaction["users"]:
            message["reactions"].remove(reaction)
        if not message["reactions"]:
            del message["reactions"]
        self._emit_reaction("reaction_removed", channel, message, user_id, name)
        return True

    @staticmethod
    def shown(message: Json, *, metadata: bool = False) -> Json:
        """A copy as others see it; message metadata only where it was asked for."""
        return {name: value for name, value in message.items() if metadata or name != "metadata"}

    # events

    def _emit(self, event: Json) -> None:
        self.emit({**event, "event_ts": event.get("ts") or self.new_ts()})

    def _emit_message(self, channel: Channel, event: Json) -> None:
        self._emit({**event, "channel": channel.id, "channel_type": channel.kind})

    def _emit_change(self, channel: Channel, message: Json, previous: Json) -> None:
        event = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": self.new_ts()}
        self._emit_message(channel, {**event, "message": self.shown(message), "previous_message": previous})

    def _emit_reaction(self, kind: str, channel: Channel, message: Json, user_id: str, name: str) -> None:
        item = {"type": "message", "channel": channel.id, "ts": message["ts"]}
        self._emit(
            {"type": kind, "user": user_id, "reaction": name, "item": item, "item_user": message.get("user", "")}
        )
