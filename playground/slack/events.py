"""Which events the app gets to hear, and the body they come in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from playground.installation import Installation
from playground.slack.objects import Channel, Json

SCOPE_OF_EVENT = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "file_created": "files:read",
    "file_shared": "files:read",
    "file_deleted": "files:read",
}
MESSAGES_OF_KIND = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}


def subscription(event: Json) -> str:
    """The name under which an app subscribes to this event."""
    return MESSAGES_OF_KIND[event["channel_type"]] if event["type"] == "message" else str(event["type"])


def place(event: Json) -> str | None:
    """The channel an event happened in, if in any."""
    channel = event.get("channel") or event.get("channel_id") or event.get("item", {}).get("channel")
    return channel.get("id") if isinstance(channel, dict) else channel


def heard(event: Json, installation: Installation, channels: dict[str, Channel]) -> bool:
    """Whether the app is subscribed, has the scope, and is a member where it happened."""
    name = subscription(event)
    if name not in installation.events or not {SCOPE_OF_EVENT.get(name)} <= installation.scopes | {None}:
        return False
    channel = channels.get(place(event) or "")
    return channel is None or name == "app_home_opened" or installation.bot_user_id in channel.members


def with_mention(event: Json, bot_user_id: str) -> Iterator[Json]:
    """The event itself, then the ``app_mention`` that Slack sends beside it.

    Edits mention again, direct messages never do, and the mention of an upload lacks its files
    (slackapi/bolt-python #925, #941).
    """
    yield event
    if event["type"] != "message" or event["channel_type"] == "im":
        return
    message = event.get("message", event)
    kind = event.get("subtype")
    if kind not in (None, "file_share", "thread_broadcast", "message_changed") or message.get("bot_id"):
        return
    if f"<@{bot_user_id}>" not in message.get("text", ""):
        return
    names = ("user", "ts", "client_msg_id", "text", "team", "thread_ts", "parent_user_id", "blocks", "edited")
    mention = {name: message[name] for name in names if name in message}
    yield {"type": "app_mention", **mention, "channel": event["channel"], "event_ts": event["event_ts"]}


class EventBodies:
    """Wraps events as the Events API sends them, each with an id of its own."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._numbers = itertools.count(1)

    def body(self, event: Json, at: float) -> Json:
        installation = self.installation
        number = next(self._numbers)
        authorization = {
            "enterprise_id": None,
            "team_id": installation.team_id,
            "user_id": installation.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": "unused-verification-token",
            "team_id": event.get("source_team", installation.team_id),
            "context_team_id": installation.team_id,
            "context_enterprise_id": None,
            "api_app_id": installation.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{number:09d}",
            "event_time": int(at),
            "authorizations": [authorization],
            "is_ext_shared_channel": "source_team" in event,
            "event_context": f"4-{number:09d}",
        }

    def about_the_app(self, event: Json, at: float) -> Json:
        """``app_uninstalled`` and ``tokens_revoked`` come without authorizations: there are none any more."""
        body = self.body({**event, "event_ts": f"{at:.6f}"}, at)
        kept = ("token", "team_id", "api_app_id", "event", "type", "event_id", "event_time")
        return {name: body[name] for name in kept}
