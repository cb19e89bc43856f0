"""Listeners for the buttons under digests and search results."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App, Respond

from bot.models import ChannelSettings
from bot.wording import say
from handlers import digest_blocks
from handlers.blocks import Message
from handlers.desk import Desk, team_of
from handlers.digest_blocks import period_from


def register(app: App, desk: Desk) -> None:
    @app.action("digest_post")
    def digest_post(ack: Ack, action: dict[str, Any], body: dict[str, Any], respond: Respond) -> None:
        team_id, channel_id = _place(body)
        desk.digesting.asked_digest(team_id, channel_id, period_from(action["value"]), action["action_ts"])
        ack()
        respond(text=say(desk.language_of(team_id, channel_id), "digest.posted"), replace_original=True)

    @app.action("digest_report")
    def digest_report(ack: Ack, action: dict[str, Any], body: dict[str, Any], respond: Respond) -> None:
        team_id, channel_id = _place(body)
        period = period_from(action["value"])
        desk.answering.send_export(team_id, channel_id, body["user"]["id"], "md", period, action["action_ts"])
        ack()
        words = say(desk.language_of(team_id, channel_id), "commands.export_coming", form="md")
        respond(text=words, response_type="ephemeral", replace_original=False)

    @app.action("digest_page")
    def digest_page(ack: Ack, action: dict[str, Any], body: dict[str, Any], respond: Respond) -> None:
        ack()
        team_id, channel_id = _place(body)
        settings = desk.library.channel_settings(team_id, channel_id) or ChannelSettings(
            team_id, channel_id, desk.language, zone=desk.zone
        )
        offset = int(action["value"].rpartition("/")[2])
        digest = desk.digest_of(settings, period_from(action["value"]))
        _replace(respond, digest_blocks.preview(digest, offset))

    @app.action("digest_retry")
    def digest_retry(ack: Ack, action: dict[str, Any], body: dict[str, Any], respond: Respond) -> None:
        team_id, channel_id = _place(body)
        failed = desk.library.failed_in(team_id, channel_id, period_from(action["value"]))
        for share in failed:
            desk.briefing.again(team_id, share.share.id, action["action_ts"])
        ack()
        words = say(desk.language_of(team_id, channel_id), "digest.retrying", count=len(failed))
        respond(text=words, response_type="ephemeral", replace_original=False)

    @app.action("search_page")
    def search_page(ack: Ack, action: dict[str, Any], body: dict[str, Any], respond: Respond) -> None:
        ack()
        team_id, channel_id = _place(body)
        offset, _, words = action["value"].partition("/")
        _replace(respond, desk.found(team_id, channel_id, desk.language_of(team_id, channel_id), words, int(offset)))


def _place(body: dict[str, Any]) -> tuple[str, str]:
    return team_of(body), body["channel"]["id"]


def _replace(respond: Respond, message: Message) -> None:
    respond(text=message.text, blocks=message.blocks, replace_original=True)
