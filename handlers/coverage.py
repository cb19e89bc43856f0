"""Whose papers a command is about: a channel's, or in a direct message those its one reader may see."""

from __future__ import annotations

from typing import get_args

from slack_sdk import WebClient

from bot.errors import PaperwireError
from bot.models import ChannelSettings, Coverage, Language
from handlers.desk import Desk
from handlers.members import channels_of, person


def is_direct(channel_id: str) -> bool:
    return channel_id.startswith("D")


def coverage_of(desk: Desk, client: WebClient, team_id: str, channel_id: str, user_id: str) -> Coverage:
    """Of a channel also those it gathers. Nothing is kept: who left a channel a second ago sees it no more."""
    if not is_direct(channel_id):
        schedule = desk.library.schedule(team_id, channel_id)
        return Coverage((channel_id,), schedule.sources if schedule else ())
    closed = [each.id for each in channels_of(client, user_id, "private_channel")]
    public = None
    if person(client, user_id).guest:
        public = tuple(each.id for each in channels_of(client, user_id, "public_channel"))
    return Coverage((channel_id, *closed), public)


def settings_of(desk: Desk, client: WebClient, team_id: str, channel_id: str, user_id: str) -> ChannelSettings:
    """The channel's, or what holds where nothing was chosen; days of a direct message are those of its reader."""
    stored = desk.library.channel_settings(team_id, channel_id)
    zone = "" if stored or not is_direct(channel_id) else own_zone(client, user_id)
    return stored or ChannelSettings(team_id, channel_id, desk.language, zone=zone or desk.zone)


def language_for(desk: Desk, client: WebClient, team_id: str, direct_id: str, user_id: str) -> Language:
    """What we speak with a person alone: what they chose in direct messages, else what Slack speaks with them."""
    chosen = desk.library.channel_settings(team_id, direct_id) if direct_id else None
    if chosen is not None:
        return chosen.language
    try:
        spoken = person(client, user_id).locale.partition("-")[0]
    except PaperwireError:
        spoken = ""
    return next((each for each in get_args(Language) if each == spoken), "en") if spoken else desk.language


def own_zone(client: WebClient, user_id: str) -> str:
    """Empty where Slack does not say."""
    try:
        return person(client, user_id).zone
    except PaperwireError:
        return ""
