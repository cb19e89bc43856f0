"""Listeners for messages: a shared paper is accepted, one deleted or edited out withdrawn, all else left alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from slack_bolt import App, BoltContext

from handlers.desk import Desk
from handlers.payloads import deleted_ts, is_new_message, is_private, shares_of_message, taken_out

# Subscribed because of the agent view, or sent beside the message that we do handle; each needs a listener,
# since Slack takes a 404 for a failure and sends the event again.
_NOTHING_TO_DO = (
    "app_mention",  # lacks the files of its message
    "file_created",
    "file_shared",
    "file_public",
    "file_change",
    "file_deleted",
    "app_context_changed",
    "agent_session_stopped",
    "agent_session_title_changed",
    "channel_archive",
    "channel_unarchive",
    "channel_rename",
    "channel_deleted",
    "group_archive",
    "group_unarchive",
    "member_left_channel",
)


def register(app: App, desk: Desk) -> None:
    @app.event("message")
    def message(event: dict[str, Any], context: BoltContext) -> None:
        team_id, bot_user_id = str(context.team_id), str(context.bot_user_id)
        channel_id, channel_type = event["channel"], event.get("channel_type")
        if (gone := deleted_ts(event)) is not None:
            desk.forgetting.withdraw(team_id, channel_id, gone)
            if replied_to := (event.get("previous_message") or {}).get("thread_ts"):
                desk.library.discussed(team_id, channel_id, replied_to, f"reply:{gone}", _when(event), undone=True)
            return
        private = is_private(channel_type)
        for share in taken_out(event, team_id=team_id, channel_id=channel_id, private=private, bot_user_id=bot_user_id):
            desk.forgetting.withdraw_share(share)
        if not is_new_message(event, bot_user_id):
            return
        if replied_to := event.get("thread_ts"):
            desk.library.discussed(team_id, channel_id, replied_to, f"reply:{event['ts']}", _when(event))
        shares = shares_of_message(
            event, team_id=team_id, channel_id=channel_id, private=private, bot_user_id=bot_user_id
        )
        mode = desk.channels.settings(team_id, channel_id).mode
        for share in shares:
            if share.asked or mode != "off":
                desk.briefing.accept(share)
        if not shares and (channel_type == "im" or f"<@{bot_user_id}>" in event.get("text", "")):
            _say_without_paper(desk, team_id, event)

    @app.event("member_joined_channel")
    def joined(event: dict[str, Any], context: BoltContext, body: dict[str, Any]) -> None:
        if event.get("user") == context.bot_user_id:
            key = f"welcome:{context.team_id}:{event['channel']}:{body.get('event_id')}"
            desk.posting.note(str(context.team_id), event["channel"], None, key, "commands.welcome")

    def reacted(event: dict[str, Any], context: BoltContext) -> None:
        item = event.get("item") or {}
        if item.get("type") == "message" and event.get("user") != context.bot_user_id:
            key = f"{event['user']}:{event['reaction']}"
            undone = event["type"] == "reaction_removed"
            desk.library.discussed(str(context.team_id), item["channel"], item["ts"], key, _when(event), undone=undone)

    app.event("reaction_added")(reacted)
    app.event("reaction_removed")(reacted)
    for name in _NOTHING_TO_DO:
        app.event(name)(_nothing)


def _when(event: dict[str, Any]) -> datetime:
    """When it happened, which an event told late or twice still says."""
    return datetime.fromtimestamp(float(event["event_ts"]), UTC)


def _say_without_paper(desk: Desk, team_id: str, event: dict[str, Any]) -> None:
    """Who gave us something is told that it is no paper, who spoke to us what we can do."""
    given = event.get("files") or "<http" in event.get("text", "")
    words = "commands.no_paper" if given else "commands.help"
    channel_id, ts = event["channel"], event["ts"]
    key = f"no_paper:{team_id}:{channel_id}:{ts}"
    desk.posting.note(team_id, channel_id, event.get("thread_ts") or ts, key, words)


def _nothing() -> None:
    """An event that asks nothing of us."""
