"""What a request of Slack's looks like, as far as listeners read it: types, and bounds of what they take it for.

Checked once at the door of HTTP mode, so that a listener may take its fields for what they are. Fields that nobody
reads may hold anything.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

Id = Annotated[str, Field(pattern=r"^[A-Z0-9]{0,40}$")]
Ts = Annotated[str, Field(pattern=r"^[0-9]{1,15}(\.[0-9]{1,9})?$")]
Text = Annotated[str, Field(max_length=200_000)]
Short = Annotated[str, Field(max_length=3_000)]


class _Element(BaseModel):
    """A block, or a part of one; pydantic bounds how deep they lie in each other."""

    elements: list[_Element] | None = None


class _File(BaseModel):
    id: Id
    name: Short | None = None
    filetype: Short | None = None
    mimetype: Short | None = None
    file_access: Short | None = None


class _Message(BaseModel):
    ts: Ts | None = None
    thread_ts: Ts | None = None
    deleted_ts: Ts | None = None
    user: Id | None = None
    bot_id: Id | None = None
    subtype: Short | None = None
    text: Text = ""
    blocks: list[_Element] | None = None
    files: list[_File] | None = None


class _Item(BaseModel):
    type: Short
    channel: Id | None = None
    ts: Ts | None = None


class _Event(_Message):
    type: Short
    event_ts: Ts | None = None
    channel: Id = ""
    channel_type: Short | None = None
    reaction: Short = ""
    tab: Short | None = None
    item: _Item | None = None
    message: _Message | None = None
    previous_message: _Message | None = None
    tokens: dict[str, Any] | None = None


class _Named(BaseModel):
    id: Id
    name: Short | None = None
    team_id: Id | None = None


class _Action(BaseModel):
    action_id: Short
    block_id: Short = ""
    type: Short = ""
    action_ts: Ts | None = None
    value: Short | None = None
    selected_option: dict[str, Any] | None = None


class _View(BaseModel):
    id: Id
    type: Short
    callback_id: Short = ""
    private_metadata: Short = ""
    blocks: list[_Element] = []
    state: dict[str, dict[str, dict[str, dict[str, Any]]]] = {}


class _Envelope(BaseModel):
    """Events, commands and interactions in one: each has its own part of the fields."""

    type: Short | None = None
    team_id: Id | None = None
    enterprise_id: Id | None = None
    event_id: Short | None = None
    event_time: int = 0
    event: dict[str, Any] | None = None
    command: Short | None = None
    text: Text = ""
    channel_id: Id | None = None
    channel_name: Short = ""
    user_id: Id | None = None
    trigger_id: Short | None = None
    response_url: Short | None = None
    callback_id: Short | None = None
    action_ts: Ts | None = None
    team: _Named | None = None
    user: _Named | None = None
    channel: _Named | None = None
    message: _Message | None = None
    actions: list[_Action] | None = None
    view: _View | None = None


# Of the events that listeners read. The others only tell that something happened.
_NEEDED = {
    "message": ("channel", "event_ts"),
    "app_mention": ("channel", "ts"),
    "member_joined_channel": ("channel", "user"),
    "reaction_added": ("user", "reaction", "item", "event_ts"),
    "reaction_removed": ("user", "reaction", "item", "event_ts"),
    "app_home_opened": ("user",),
    "app_uninstalled": (),
    "tokens_revoked": (),
}
_TIMED = ("app_uninstalled", "tokens_revoked")


def is_well_formed(body: Any) -> bool:
    """Whether listeners can read the body of a request."""
    try:
        envelope = _Envelope.model_validate(body)
        if "event" in envelope.model_fields_set:
            if envelope.event is None:
                return False
            timed = envelope.event_time > 0 or envelope.event.get("type") not in _TIMED
            return bool(envelope.team_id) and timed and _is_whole(envelope.event)
    except ValidationError:
        return False
    if envelope.command is not None:
        return all((envelope.team_id, envelope.channel_id, envelope.user_id, envelope.trigger_id))
    return True


def _is_whole(event: dict[str, Any]) -> bool:
    needed = _NEEDED.get(str(event.get("type")))
    if needed is None:
        return True
    read = _Event.model_validate(event)
    if not all(getattr(read, name) for name in needed):
        return False
    if read.item is not None and read.item.type == "message":
        return bool(read.item.channel and read.item.ts)
    if read.subtype == "message_deleted":
        return bool(read.deleted_ts)
    if read.subtype == "message_changed":
        return read.message is not None and bool(read.message.ts)
    return read.type != "message" or bool(read.ts)
