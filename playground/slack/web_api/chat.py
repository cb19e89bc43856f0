"""``chat.*`` and ``reactions.*``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.installation import Installation
from playground.slack.objects import Channel, Json
from playground.slack.web_api.door import Args, Refused, method, need_scope
from playground.slack.web_api.validate import check_blocks, check_metadata, with_block_ids

if TYPE_CHECKING:
    from playground.slack.server import Slack

LONGEST_TEXT = 40_000
LONGEST_MARKDOWN = 12_000
MOST_REACTIONS = 23
HISTORY_SCOPE = {
    "channel": "channels:history",
    "group": "groups:history",
    "im": "im:history",
    "mpim": "mpim:history",
}
EMOJI = frozenset("_-+'")


def visible_channel(slack: Slack, channel_id: str | None) -> Channel:
    """The channel, unless the app may not even know that it exists."""
    channel = slack.workspace.channels.get(channel_id or "")
    if channel is None or (channel.kind != "channel" and slack.installation.bot_user_id not in channel.members):
        raise Refused("channel_not_found")
    return channel


def channel_to_post(slack: Slack, channel_id: str | None) -> Channel:
    """A channel that the app may write to; a person's id means the direct message with them."""
    if channel_id in slack.workspace.users:
        if slack.workspace.users[channel_id].is_bot:
            raise Refused("cannot_dm_bot")
        return slack.workspace.direct_channel([channel_id])
    channel = visible_channel(slack, channel_id)
    if channel.is_archived:
        raise Refused("is_archived")
    member = slack.installation.bot_user_id in channel.members
    if not member and "chat:write.public" not in slack.installation.scopes:
        raise Refused("not_in_channel")
    return channel


def message_in(channel: Channel, ts: str | None) -> Json:
    message = channel.messages.get(ts or "")
    if message is None or message.get("subtype") == "tombstone":
        raise Refused("message_not_found")
    return message


def content_of(args: Args) -> Json:
    """The checked ``text`` and ``blocks`` of a message to be."""
    text = args.text("text") or ""
    markdown = args.text("markdown_text")
    blocks: Any = args.parsed("blocks", "invalid_blocks_format")
    if markdown is not None:
        if text or blocks:
            raise Refused("markdown_text_conflict")
        if len(markdown) > LONGEST_MARKDOWN:
            raise Refused("msg_too_long")
        blocks, text = [{"type": "markdown", "text": markdown}], markdown
    if not text.strip() and not blocks and not args.values.get("attachments"):
        raise Refused("no_text")
    if len(text) > LONGEST_TEXT:
        raise Refused("msg_too_long")
    content: Json = {"text": text}
    if blocks is not None:
        check_blocks(blocks, "message")
        content["blocks"] = with_block_ids(blocks)
    return content


def own(installation: Installation) -> Json:
    """Who speaks when the app does."""
    profile = {"id": installation.bot_id, "app_id": installation.app_id, "name": installation.name, "deleted": False}
    return {
        "user": installation.bot_user_id,
        "bot_id": installation.bot_id,
        "app_id": installation.app_id,
        "bot_profile": {**profile, "team_id": installation.team_id},
    }


@method("chat.postMessage", "chat:write")
def post_message(slack: Slack, args: Args) -> Json:
    channel = channel_to_post(slack, args.required("channel", "channel_not_found"))
    message = {**own(slack.installation), **content_of(args)}
    metadata = args.parsed("metadata", "invalid_metadata_format")
    if metadata is not None:
        message["metadata"] = check_metadata(metadata)
    if args.flag("reply_broadcast") and args.text("thread_ts"):
        message["subtype"] = "thread_broadcast"
    slack.limits.check("chat.postMessage", channel.id)
    said = slack.workspace.say(channel, message, thread_ts=args.text("thread_ts"))
    slack.clear_status(channel.id, said.get("thread_ts") or said["ts"])
    return {"channel": channel.id, "ts": said["ts"], "message": slack.workspace.shown(said, metadata=True)}


@method("chat.update", "chat:write")
def update(slack: Slack, args: Args) -> Json:
    channel = channel_to_post(slack, args.required("channel", "channel_not_found"))
    message = message_in(channel, args.text("ts"))
    if message.get("bot_id") != slack.installation.bot_id:
        raise Refused("cant_update_message")
    content = content_of(args)
    metadata = args.parsed("metadata", "invalid_metadata_format")
    if metadata is not None:
        content["metadata"] = check_metadata(metadata)
    slack.workspace.edit(channel, message, content, slack.installation.bot_user_id)
    shown = slack.workspace.shown(message)
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": shown}


@method("chat.delete", "chat:write")
def delete(slack: Slack, args: Args) -> Json:
    channel = visible_channel(slack, args.required("channel", "channel_not_found"))
    message = message_in(channel, args.text("ts"))
    if message.get("bot_id") != slack.installation.bot_id:
        raise Refused("cant_delete_message")
    ts = message["ts"]
    slack.workspace.delete(channel, message)
    return {"channel": channel.id, "ts": ts}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(slack: Slack, args: Args) -> Json:
    channel = channel_to_post(slack, args.required("channel", "channel_not_found"))
    user = args.required("user")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    content = content_of(args)
    return {"message_ts": slack.whisper(channel.id, user, content, args.text("thread_ts"))["ts"]}


@method("chat.getPermalink")
def get_permalink(slack: Slack, args: Args) -> Json:
    channel = visible_channel(slack, args.required("channel", "channel_not_found"))
    message = message_in(channel, args.text("message_ts"))
    return {"channel": channel.id, "permalink": permalink(slack, channel, message)}


def permalink(slack: Slack, channel: Channel, message: Json) -> str:
    link = f"{slack.workspace.url}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    if message.get("thread_ts", message["ts"]) != message["ts"]:
        link += f"?thread_ts={message['thread_ts']}&cid={channel.id}"
    return link


# reactions


def message_to_react(slack: Slack, args: Args) -> tuple[Channel, Json]:
    channel = visible_channel(slack, args.required("channel", "channel_not_found"))
    if channel.is_archived:
        raise Refused("is_archived")
    if slack.installation.bot_user_id not in channel.members:
        raise Refused("not_in_channel")
    if not args.text("timestamp"):
        raise Refused("no_item_specified")
    return channel, message_in(channel, args.text("timestamp"))


def emoji_name(args: Args) -> str:
    name = args.required("name", "invalid_name").strip(":")
    if not all(each.isalnum() or each in EMOJI for each in name.split("::")[0]) or name != name.lower():
        raise Refused("invalid_name")
    return name


@method("reactions.add", "reactions:write")
def add_reaction(slack: Slack, args: Args) -> Json:
    channel, message = message_to_react(slack, args)
    name = emoji_name(args)
    reactions = message.get("reactions", [])
    if len(reactions) >= MOST_REACTIONS and name not in [each["name"] for each in reactions]:
        raise Refused("too_many_emoji")
    if not slack.workspace.react(channel, message, slack.installation.bot_user_id, name):
        raise Refused("already_reacted")
    return {}


@method("reactions.remove", "reactions:write")
def remove_reaction(slack: Slack, args: Args) -> Json:
    channel, message = message_to_react(slack, args)
    if not slack.workspace.unreact(channel, message, slack.installation.bot_user_id, emoji_name(args)):
        raise Refused("no_reaction")
    return {}


@method("reactions.get", "reactions:read")
def get_reactions(slack: Slack, args: Args) -> Json:
    channel = visible_channel(slack, args.required("channel", "channel_not_found"))
    need_scope(slack, HISTORY_SCOPE[channel.kind])
    message = message_in(channel, args.text("timestamp"))
    return {"type": "message", "channel": channel.id, "message": slack.workspace.shown(message)}
