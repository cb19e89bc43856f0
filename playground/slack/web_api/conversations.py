"""``conversations.*``, ``users.*``, ``auth.test``, ``team.info`` and ``apps.connections.open``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from playground.slack.objects import Channel, Json
from playground.slack.web_api.chat import HISTORY_SCOPE, visible_channel
from playground.slack.web_api.door import Args, Refused, method, need_scope

if TYPE_CHECKING:
    from playground.slack.server import Slack

READ_SCOPE = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}
KIND_OF_TYPE = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
Item = TypeVar("Item")


def page_of(items: Sequence[Item], args: Args, default: int = 100) -> tuple[Sequence[Item], Json]:
    """One page and the ``response_metadata`` that leads to the next."""
    limit = args.number("limit", default)
    cursor = args.text("cursor")
    try:
        start = int(base64.b64decode(cursor, validate=True)) if cursor else 0
    except (binascii.Error, ValueError):
        raise Refused("invalid_cursor") from None
    more = start + limit < len(items)
    following = base64.b64encode(str(start + limit).encode()).decode() if more else ""
    return items[start : start + limit], {"next_cursor": following}


def channel_to_read(slack: Slack, args: Args, scopes: dict[str, str]) -> Channel:
    channel = visible_channel(slack, args.required("channel", "channel_not_found"))
    need_scope(slack, scopes[channel.kind])
    return channel


@method("conversations.info")
def info(slack: Slack, args: Args) -> Json:
    channel = channel_to_read(slack, args, READ_SCOPE)
    return {"channel": channel.json(slack.installation.bot_user_id)}


def _kinds(slack: Slack, args: Args) -> list[str]:
    """The kinds of conversation that are asked for, each with the scope it takes."""
    kinds = [KIND_OF_TYPE.get(each.strip(), "") for each in (args.text("types") or "public_channel").split(",")]
    if "" in kinds:
        raise Refused("invalid_types")
    need_scope(slack, *(READ_SCOPE[kind] for kind in kinds))
    return kinds


@method("conversations.list")
def list_channels(slack: Slack, args: Args) -> Json:
    kinds = _kinds(slack, args)
    bot = slack.installation.bot_user_id
    seen = [
        channel.json(bot)
        for channel in slack.workspace.channels.values()
        if channel.kind in kinds
        and (channel.kind == "channel" or bot in channel.members)
        and not (args.flag("exclude_archived") and channel.is_archived)
    ]
    page, metadata = page_of(seen, args)
    return {"channels": page, "response_metadata": metadata}


@method("users.conversations")
def conversations_of_user(slack: Slack, args: Args) -> Json:
    """Where a person is a member, as far as the app may know: of closed conversations only those it is in as well."""
    kinds = _kinds(slack, args)
    bot = slack.installation.bot_user_id
    user = args.text("user") or bot
    if user not in slack.workspace.users:
        raise Refused("user_not_found")
    seen = [
        {name: value for name, value in channel.json(bot).items() if name not in ("is_member", "num_members")}
        for channel in slack.workspace.channels.values()
        if channel.kind in kinds
        and user in channel.members
        and (channel.kind == "channel" or bot in channel.members)
        and not (args.flag("exclude_archived") and channel.is_archived)
    ]
    page, metadata = page_of(seen, args)
    return {"channels": page, "response_metadata": metadata}


@method("conversations.members")
def members(slack: Slack, args: Args) -> Json:
    channel = channel_to_read(slack, args, READ_SCOPE)
    page, metadata = page_of(channel.members, args)
    return {"members": list(page), "response_metadata": metadata}


@method("conversations.join", "channels:join")
def join(slack: Slack, args: Args) -> Json:
    channel = visible_channel(slack, args.required("channel", "channel_not_found"))
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    slack.workspace.join(channel, slack.installation.bot_user_id)
    return {"channel": channel.json(slack.installation.bot_user_id)}


@method("conversations.open")
def open_direct(slack: Slack, args: Args) -> Json:
    people = [each for each in (args.text("users") or "").split(",") if each]
    if not people:
        raise Refused("users_list_not_supplied")
    need_scope(slack, "im:write" if len(people) == 1 else "mpim:write")
    if any(each not in slack.workspace.users for each in people):
        raise Refused("user_not_found")
    return {"channel": {"id": slack.workspace.direct_channel(people).id}}


def _between(messages: Sequence[Json], args: Args) -> list[Json]:
    """Those between ``oldest`` and ``latest``, bounds included only with ``inclusive``."""
    oldest, latest = args.text("oldest"), args.text("latest")
    for bound in (oldest, latest):
        if bound and not bound.replace(".", "", 1).isdigit():
            raise Refused("invalid_ts_oldest" if bound == oldest else "invalid_ts_latest")
    inclusive = args.flag("inclusive")

    def within(ts: str) -> bool:
        at = _micros(ts)
        if inclusive and ts in (oldest, latest):
            return True
        return (not oldest or at > _micros(oldest)) and (not latest or at < _micros(latest))

    return [each for each in messages if within(each["ts"])]


def _micros(ts: str) -> int:
    seconds, _, fraction = ts.partition(".")
    return int(seconds or 0) * 1_000_000 + int((fraction + "000000")[:6])


@method("conversations.history")
def history(slack: Slack, args: Args) -> Json:
    channel = channel_to_read(slack, args, HISTORY_SCOPE)
    if slack.installation.bot_user_id not in channel.members:
        raise Refused("not_in_channel")
    top = [
        each
        for each in reversed(channel.messages.values())
        if each.get("thread_ts", each["ts"]) == each["ts"] or each.get("subtype") == "thread_broadcast"
    ]
    page, metadata = page_of(_between(top, args), args)
    shown = [slack.workspace.shown(each, metadata=args.flag("include_all_metadata")) for each in page]
    more = bool(metadata["next_cursor"])
    return {"messages": shown, "has_more": more, "pin_count": 0, "response_metadata": metadata}


@method("conversations.replies")
def replies(slack: Slack, args: Args) -> Json:
    channel = channel_to_read(slack, args, HISTORY_SCOPE)
    if slack.installation.bot_user_id not in channel.members:
        raise Refused("not_in_channel")
    message = channel.messages.get(args.required("ts"))
    if message is None:
        raise Refused("thread_not_found")
    parent = channel.messages.get(message.get("thread_ts") or message["ts"], message)
    # The parent stands at the head of every page, whatever the bounds say.
    page, metadata = page_of(_between(channel.replies(parent["ts"]), args), args, 1000)
    shown = [slack.workspace.shown(each, metadata=args.flag("include_all_metadata")) for each in (parent, *page)]
    return {"messages": shown, "has_more": bool(metadata["next_cursor"]), "response_metadata": metadata}


@method("users.info", "users:read")
def user_info(slack: Slack, args: Args) -> Json:
    user = slack.workspace.users.get(args.required("user", "user_not_found"))
    if user is None:
        raise Refused("user_not_found")
    locale = {"locale": user.locale} if args.flag("include_locale") else {}
    return {"user": user.json(slack.installation.team_id) | locale}


@method("users.list", "users:read")
def user_list(slack: Slack, args: Args) -> Json:
    page, metadata = page_of(list(slack.workspace.users.values()), args)
    return {"members": [each.json(slack.installation.team_id) for each in page], "response_metadata": metadata}


@method("auth.test")
def auth_test(slack: Slack, args: Args) -> Json:
    installation = slack.installation
    return {
        "url": slack.workspace.url + "/",
        "team": "Playground",
        "user": installation.name.lower(),
        "team_id": installation.team_id,
        "user_id": installation.bot_user_id,
        "bot_id": installation.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open")
def open_connection(slack: Slack, args: Args) -> Json:
    if "connections:write" not in slack.installation.app_token_scopes:
        raise Refused("missing_scope", needed="connections:write", provided="")
    opened: Json = {"url": slack.new_link()}
    if not slack.installation.socket_mode:
        # Slack lets the app connect all the same; only no event ever comes.
        opened["response_metadata"] = {"messages": ["[WARN] Socket Mode is not turned on."]}
    return opened


@method("bots.info", "users:read")
def bot_info(slack: Slack, args: Args) -> Json:
    installation = slack.installation
    if args.text("bot") != installation.bot_id:
        raise Refused("bot_not_found")
    bot = {"id": installation.bot_id, "deleted": False, "name": installation.name}
    return {"bot": {**bot, "app_id": installation.app_id, "user_id": installation.bot_user_id}}
