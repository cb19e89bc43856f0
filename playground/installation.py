"""The Slack app as installed in the workspace: its tokens, its scopes, what it subscribes to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TEAM_ID = "T0PLAYGROUND"
APP_ID = "A0PAPERWIRE"
BOT_ID = "B0PAPERWIRE"
BOT_USER_ID = "U0PAPERWIRE"

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "reactions:read",
        "reactions:write",
        "users:read",
    }
)
EVENTS = frozenset(
    {
        "app_home_opened",
        "app_mention",
        "channel_archive",
        "channel_rename",
        "file_created",
        "file_shared",
        "group_archive",
        "member_joined_channel",
        "member_left_channel",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
        "reaction_added",
        "reaction_removed",
    }
)


@dataclass(frozen=True)
class Installation:
    """Without ``commands`` or ``shortcuts`` named, any may be used."""

    name: str = "Paperwire"
    scopes: frozenset[str] = SCOPES
    events: frozenset[str] = EVENTS
    commands: frozenset[str] | None = None
    shortcuts: frozenset[str] | None = None
    features: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """The manifest's, for what menus say of commands and shortcuts."""
    # Nobody's secrets: they open this playground only.
    bot_token: str = "xoxb-playground-0-paperwire"  # noqa: S105
    app_token: str = "xapp-1-A0PAPERWIRE-0-playground"  # noqa: S105
    signing_secret: str = "0123456789abcdef0123456789abcdef"  # noqa: S105
    client_id: str = "2718281828.3141592653"
    client_secret: str = "fedcba9876543210fedcba9876543210"  # noqa: S105
    team_id: str = TEAM_ID
    app_id: str = APP_ID
    bot_id: str = BOT_ID
    bot_user_id: str = BOT_USER_ID
    socket_mode: bool = True
    app_token_scopes: frozenset[str] = field(default_factory=lambda: frozenset({"connections:write"}))

    @classmethod
    def from_manifest(cls, path: Path) -> Installation:
        """The app that a ``manifest.json`` describes, with exactly its scopes, events, commands and shortcuts."""
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        features = manifest.get("features", {})
        subscriptions = manifest.get("settings", {}).get("event_subscriptions", {})
        return cls(
            name=features.get("bot_user", {}).get("display_name") or manifest["display_information"]["name"],
            scopes=frozenset(manifest["oauth_config"]["scopes"]["bot"]),
            events=frozenset(subscriptions.get("bot_events", [])),
            commands=frozenset(each["command"] for each in features.get("slash_commands", [])),
            shortcuts=frozenset(each["callback_id"] for each in features.get("shortcuts", [])),
            features=features,
        )
