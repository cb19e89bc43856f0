"""People, channels and files as Slack's objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

Json = dict[str, Any]
Kind = Literal["channel", "group", "im", "mpim"]
"""Slack's ``channel_type``: public, private, direct message, group of direct messages."""


@dataclass
class User:
    id: str
    name: str
    tz: str = "UTC"
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    """A guest, who sees no public channel but those they are in."""
    locale: str = "en-US"

    def json(self, team_id: str) -> Json:
        return {
            "id": self.id,
            "team_id": team_id,
            "name": self.name.lower().replace(" ", "."),
            "real_name": self.name,
            "deleted": False,
            "tz": self.tz,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "profile": {"real_name": self.name, "display_name": self.name, "team": team_id},
        }


@dataclass
class Channel:
    id: str
    name: str
    kind: Kind
    creator: str
    created: int
    members: list[str]
    is_archived: bool = False
    is_ext_shared: bool = False
    """With another organisation, through Slack Connect."""
    messages: dict[str, Json] = field(default_factory=dict)
    """By ts, oldest first, replies included."""

    def json(self, bot_user_id: str) -> Json:
        common = {
            "id": self.id,
            "created": self.created,
            "is_archived": self.is_archived,
            "is_im": self.kind == "im",
            "is_mpim": self.kind == "mpim",
        }
        if self.kind == "im":
            return {**common, "user": next(each for each in self.members if each != bot_user_id)}
        return {
            **common,
            "name": self.name,
            "name_normalized": self.name,
            "creator": self.creator,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_private": self.kind != "channel",
            "is_member": bot_user_id in self.members,
            "is_general": False,
            "is_shared": self.is_ext_shared,
            "is_ext_shared": self.is_ext_shared,
            "is_pending_ext_shared": False,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }

    def replies(self, ts: str) -> list[Json]:
        return [each for each in self.messages.values() if each.get("thread_ts") == ts and each["ts"] != ts]


FILE_TYPES = {
    "pdf": ("application/pdf", "pdf", "PDF"),
    "md": ("text/markdown", "markdown", "Markdown (raw)"),
    "txt": ("text/plain", "text", "Plain Text"),
    "bib": ("text/plain", "text", "Plain Text"),
    "json": ("application/json", "json", "JSON"),
    "html": ("text/html", "html", "HTML"),
    "png": ("image/png", "png", "PNG"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", "Word Document"),
}
"""By the ending of a file's name: ``mimetype``, ``filetype``, ``pretty_type``."""


@dataclass
class File:
    id: str
    name: str
    title: str
    content: bytes
    user: str
    created: int
    mode: str = "hosted"
    """``hosted``, ``tombstone`` (deleted), ``hidden_by_limit`` (an old file of a free workspace) …"""
    shares: dict[str, list[Json]] = field(default_factory=dict)
    """By channel: one entry a message it stands in."""
    foreign: bool = False
    """From another workspace through Slack Connect: events carry a stub, only ``files.info`` shows the file."""

    def stub(self) -> Json:
        """What an event says of a foreign file."""
        return {"id": self.id, "created": 0, "timestamp": 0, "mode": "file_access", "file_access": "check_file_info"}

    def json(self, url: str, team_id: str) -> Json:
        """``url``: base of the playground, without a slash at its end."""
        if self.mode == "tombstone":
            return {"id": self.id, "mode": "tombstone"}
        if self.mode == "hidden_by_limit":
            return {"id": self.id, "mode": "hidden_by_limit", "date_delete": 0}
        ending = self.name.rsplit(".", 1)[-1].lower()
        mimetype, filetype, pretty = FILE_TYPES.get(ending, ("application/octet-stream", "binary", "Binary"))
        place = f"{team_id}-{self.id}"
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": mimetype,
            "filetype": filetype,
            "pretty_type": pretty,
            "user": self.user,
            "user_team": team_id,
            "editable": False,
            "size": len(self.content),
            "mode": self.mode,
            "is_external": False,
            "external_type": "",
            "is_public": False,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": f"{url}/files-pri/{place}/{quote(self.name)}",
            "url_private_download": f"{url}/files-pri/{place}/download/{quote(self.name)}",
            "permalink": f"{url}/files/{self.user}/{self.id}/{quote(self.name)}",
            "has_rich_preview": False,
            "file_access": "visible",
        }
