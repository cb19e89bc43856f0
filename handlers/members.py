"""What Slack says of people: who they are, and which channels they are in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient

from bot.errors import Tell
from handlers.calls import classified

# Slack gives at most 999 at a time; who is in more channels than this is taken to be in the first ones.
_PAGE, _PAGES = 999, 3
# Without this scope, which we do not ask for, Slack says nothing of direct messages of a group.
_GROUP_MESSAGES = "mpim:read"


@dataclass(frozen=True, slots=True)
class Conversation:
    id: str
    name: str
    private: bool


@dataclass(frozen=True, slots=True)
class Person:
    zone: str
    """IANA zone they chose in Slack; empty where Slack does not say."""
    admin: bool
    """Of the workspace, or its owner."""
    guest: bool
    """Sees no public channel but those they are in."""
    locale: str
    """Language and region Slack speaks to them in, for example ``zh-CN``; empty where Slack does not say."""


def person(client: WebClient, user_id: str) -> Person:
    response = classified(lambda: client.users_info(user=user_id, include_locale=True))
    user: dict[str, Any] = response.get("user") or {}
    return Person(
        str(user.get("tz") or ""),
        bool(user.get("is_admin") or user.get("is_owner")),
        is_guest(user),
        str(user.get("locale") or ""),
    )


def is_guest(user: dict[str, Any]) -> bool:
    """Whether Slack's account of a person is of a guest."""
    return any(user.get(kind) for kind in ("is_restricted", "is_ultra_restricted", "is_stranger"))


def channels_of(
    client: WebClient, user_id: str | None, types: str = "public_channel,private_channel"
) -> Iterator[Conversation]:
    """The channels a person is in: the public ones, and the private ones that we are in as well; archived ones not.

    Those that we are in ourselves for None.
    """
    cursor: str | None = None
    for _ in range(_PAGES):
        asked: dict[str, Any] = {"user": user_id, "cursor": cursor, "limit": _PAGE, "exclude_archived": True}
        page = classified(
            lambda asked=asked: client.users_conversations(types=types, **asked)  # type: ignore[misc]
        )
        found: list[dict[str, Any]] = page.get("channels") or []
        for each in found:
            yield Conversation(str(each["id"]), str(each.get("name") or each["id"]), bool(each.get("is_private")))
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return


def is_member(client: WebClient, user_id: str, channel_id: str, name: str = "") -> bool:
    """Whether a person is in a channel; ``name`` is how a payload that came from there calls it.

    Direct messages, of two or of a group, are open to their members alone, and nobody leaves them.
    """
    if channel_id.startswith("D") or any(each.id == channel_id for each in channels_of(client, user_id)):
        return True
    return bool(name) and _is_group_message(client, channel_id)


def _is_group_message(client: WebClient, channel_id: str) -> bool:
    """Whether a channel is a direct message of a group; its id begins like any other's (openclaw #115463)."""
    try:
        response = classified(lambda: client.conversations_info(channel=channel_id))
    except Tell as error:
        return error.facts.get("scope") == _GROUP_MESSAGES
    return bool((response.get("channel") or {}).get("is_mpim"))


def has_bot(client: WebClient, channel_id: str) -> bool:
    """Whether we are in a channel ourselves. Raises Tell (``channel_gone``) for an archived one."""
    try:
        response = classified(lambda: client.conversations_info(channel=channel_id))
    except Tell as error:
        if error.facts.get("reason") == "channel_not_found":
            return False  # a closed channel that we are not in does not exist for us
        if error.facts.get("scope") == _GROUP_MESSAGES:
            return True  # and a direct message of a group that we are in tells us no more than that it is one
        raise
    channel: dict[str, Any] = response.get("channel") or {}
    if channel.get("is_archived"):
        raise Tell("channel_gone", reason="is_archived")
    return bool(channel.get("is_member"))


def is_answered_alone(client: WebClient, channel_id: str) -> bool:
    """Whether who asks for a brief there is answered in direct messages, because we cannot write to all who read it."""
    try:
        channel = classified(lambda: client.conversations_info(channel=channel_id)).get("channel") or {}
    except Tell as error:
        return error.facts.get("reason") == "channel_not_found"
    return bool(channel.get("is_archived")) or channel.get("is_member") is False  # of direct messages it says nothing
