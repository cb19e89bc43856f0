"""Whose papers a command is about: a channel's, or in a direct message those its one reader may see.

Nothing is kept: who left a channel a second ago sees it no more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slack_sdk import WebClient

from bot.errors import PaperwireError
from bot.models import ChannelSettings, Coverage, Language, Share, language_named
from handlers.desk import Desk
from handlers.members import channels_of, has_bot, is_answered_alone, is_member, person


def is_direct(channel_id: str) -> bool:
    return channel_id.startswith("D")


def coverage_of(desk: Desk, client: WebClient, team_id: str, channel_id: str, user_id: str) -> Coverage:
    """What a digest is of: of a channel also those it gathers, because its digests show them to everybody there."""
    if is_direct(channel_id):
        return sight_of(client, channel_id, user_id)
    schedule = desk.library.schedule(team_id, channel_id)
    return Coverage((channel_id,), schedule.sources if schedule else ())


def sight_of(client: WebClient, channel_id: str, user_id: str) -> Coverage:
    """What somebody may be shown where they ask: in a channel what it and the workspace hold, alone also what all
    their channels hold. Of the workspace guests see no more than the channels they are in, as everywhere in Slack.

    Alone is who asks in direct messages, or on the Home tab of whom we know none (``channel_id`` is empty then).
    """
    guest, alone = person(client, user_id).guest, not channel_id or is_direct(channel_id)
    channels = list(channels_of(client, user_id)) if guest or alone else []
    if alone:
        # Public channels too: what was shared there while they were closed, or with outsiders in, is their own.
        own = [channel_id] * bool(channel_id) + [each.id for each in channels]
        return Coverage(tuple(own), () if guest else None)
    return Coverage((channel_id,), tuple(each.id for each in channels if not each.private) if guest else None)


def may_see(desk: Desk, client: WebClient, user_id: str, share: Share, here: str) -> bool:
    """Whether who sees a message ``here`` may see what the share in it holds, kept apart in its own channel or not."""
    where = share.channel_id
    if where == here or not (share.private or desk.audience(share.team_id, where).apart):
        return True
    # Of a closed channel that we are not in nobody can tell who is; who shared the paper there was.
    return is_member(client, user_id, where) or (share.user_id == user_id and not has_bot(client, where))


def may_look_into(desk: Desk, client: WebClient, team_id: str, body: dict[str, Any]) -> bool:
    """Whether who pressed a button in a channel may see what is its own: of a closed one, while they are in it.

    What one person was shown alone stays in their Slack for a while after they left.
    """
    user_id, channel = body["user"]["id"], body["channel"]
    if not desk.audience(team_id, channel["id"]).closed:
        return True
    # Of one that we are not in, or that is archived, nobody can tell who is.
    return is_member(client, user_id, channel["id"], channel.get("name", "")) or is_answered_alone(
        client, channel["id"]
    )


def settings_of(desk: Desk, client: WebClient, team_id: str, channel_id: str, user_id: str) -> ChannelSettings:
    """What holds in the channel; days of a direct message where nothing was chosen are those of its reader."""
    settings = desk.channels.settings(team_id, channel_id)
    if not is_direct(channel_id) or desk.library.channel_settings(team_id, channel_id):
        return settings
    return replace(settings, zone=own_zone(client, user_id) or settings.zone)


def language_for(desk: Desk, client: WebClient, team_id: str, direct_id: str, user_id: str) -> Language:
    """What we speak with a person alone: what they chose in direct messages, else what Slack speaks with them."""
    chosen = desk.library.channel_settings(team_id, direct_id) if direct_id else None
    if chosen is not None:
        return chosen.language
    try:
        spoken = person(client, user_id).locale.partition("-")[0]
    except PaperwireError:
        spoken = ""
    return language_named(spoken) or "en" if spoken else desk.language


def own_zone(client: WebClient, user_id: str) -> str:
    """Empty where Slack does not say."""
    try:
        return person(client, user_id).zone
    except PaperwireError:
        return ""
