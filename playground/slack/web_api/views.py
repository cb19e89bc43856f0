"""``views.*`` and ``assistant.threads.*``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from playground.slack.objects import Json
from playground.slack.web_api.chat import visible_channel
from playground.slack.web_api.door import Args, Refused, method
from playground.slack.web_api.validate import check_view

if TYPE_CHECKING:
    from playground.slack.server import Slack

MOST_PROMPTS = 4


def view_argument(args: Args, kind: Literal["modal", "home"]) -> Json:
    view: Any = args.parsed("view", "invalid_arguments")
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: view"]})
    check_view(view, kind)
    return view


@method("views.open")
def open_view(slack: Slack, args: Args) -> Json:
    view = view_argument(args, "modal")
    user = slack.interactions.use_trigger(args.required("trigger_id", "invalid_trigger_id"))
    return {"view": slack.views.open(user, view)}


@method("views.push")
def push_view(slack: Slack, args: Args) -> Json:
    view = view_argument(args, "modal")
    user = slack.interactions.use_trigger(args.required("trigger_id", "invalid_trigger_id"))
    return {"view": slack.views.push(user, view)}


@method("views.update")
def update_view(slack: Slack, args: Args) -> Json:
    view = view_argument(args, "modal")
    return {"view": slack.views.update(args.text("view_id"), args.text("external_id"), view, args.text("hash"))}


@method("views.publish")
def publish_view(slack: Slack, args: Args) -> Json:
    user = args.required("user_id")
    if user not in slack.workspace.users:
        raise Refused("user_not_found")
    return {"view": slack.views.publish(user, view_argument(args, "home"), args.text("hash"))}


@method("assistant.threads.setStatus", "assistant:write")
def set_status(slack: Slack, args: Args) -> Json:
    channel = visible_channel(slack, args.required("channel_id", "channel_not_found"))
    if slack.installation.bot_user_id not in channel.members:
        raise Refused("not_in_channel")
    thread_ts = args.required("thread_ts", "invalid_thread_ts")
    if thread_ts not in channel.messages:
        raise Refused("invalid_thread_ts")
    slack.set_status(channel.id, thread_ts, args.text("status") or "")
    return {}


@method("assistant.threads.setSuggestedPrompts", "assistant:write")
def set_suggested_prompts(slack: Slack, args: Args) -> Json:
    channel = visible_channel(slack, args.required("channel_id", "channel_not_found"))
    if channel.kind != "im":
        raise Refused("invalid_arguments")
    prompts = args.parsed("prompts", "invalid_arguments")
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= MOST_PROMPTS:
        raise Refused("invalid_arguments")
    if not all(isinstance(each, dict) and each.get("title") and each.get("message") for each in prompts):
        raise Refused("invalid_arguments")
    slack.prompts[channel.id] = prompts
    return {}
