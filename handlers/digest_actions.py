"""Listeners for the buttons under digests and search results."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot.errors import Tell, may_succeed
from bot.wording import say
from handlers import digest_blocks
from handlers.blocks import Message
from handlers.coverage import coverage_of, may_look_into, settings_of, sight_of
from handlers.desk import Desk, team_of
from handlers.digest_blocks import period_from
from handlers.members import has_bot, is_member


def register(app: App, desk: Desk) -> None:
    @app.action("digest_post")
    def digest_post(
        ack: Ack, action: dict[str, Any], body: dict[str, Any], respond: Respond, client: WebClient
    ) -> None:
        ack()
        (team_id, channel_id), user_id = _place(body), body["user"]["id"]
        # The preview may be hours old. Who is in a closed channel is known only while we are in it.
        if not has_bot(client, channel_id):
            raise Tell("not_in_channel")
        if not is_member(client, user_id, channel_id, body["channel"].get("name", "")):
            raise Tell("not_a_member")
        desk.digesting.asked_digest(team_id, channel_id, user_id, period_from(action["value"]), action["action_ts"])
        respond(text=say(desk.channels.language(team_id, channel_id), "digest.posted"), replace_original=True)

    @app.action("digest_report")
    def digest_report(
        ack: Ack, action: dict[str, Any], body: dict[str, Any], respond: Respond, client: WebClient
    ) -> None:
        (team_id, channel_id), user_id = _seen(desk, client, body), body["user"]["id"]
        coverage, period = coverage_of(desk, client, team_id, channel_id, user_id), period_from(action["value"])
        desk.answering.send_export(team_id, channel_id, user_id, "md", coverage, period, action["action_ts"])
        ack()
        words = say(desk.channels.language(team_id, channel_id), "commands.export_coming", form="md")
        respond(text=words, response_type="ephemeral", replace_original=False)

    @app.action("digest_page")
    def digest_page(
        ack: Ack, action: dict[str, Any], body: dict[str, Any], respond: Respond, client: WebClient
    ) -> None:
        ack()
        where = (desk, client, *_seen(desk, client, body), body["user"]["id"])
        offset = int(action["value"].rpartition("/")[2])
        digest = desk.digest_of(settings_of(*where), coverage_of(*where), period_from(action["value"]))
        _replace(respond, digest_blocks.preview(digest, offset, desk.permalinks.of))

    @app.action("digest_retry")
    def digest_retry(
        ack: Ack, action: dict[str, Any], body: dict[str, Any], respond: Respond, client: WebClient
    ) -> None:
        team_id, channel_id = _place(body)
        coverage = coverage_of(desk, client, team_id, channel_id, body["user"]["id"])
        period = period_from(action["value"])
        failed = [each for each in desk.library.failed_in(team_id, coverage, period) if may_succeed(each.error or "")]
        for share in failed:
            desk.briefing.again(team_id, share.share.id, action["action_ts"])
        ack()
        words = say(desk.channels.language(team_id, channel_id), "digest.retrying", count=len(failed))
        respond(text=words, response_type="ephemeral", replace_original=False)

    @app.action("search_page")
    def search_page(
        ack: Ack, action: dict[str, Any], body: dict[str, Any], respond: Respond, client: WebClient
    ) -> None:
        ack()
        team_id, channel_id = _seen(desk, client, body)
        sight = sight_of(client, channel_id, body["user"]["id"])
        offset, _, words = action["value"].partition("/")
        _replace(respond, desk.found(team_id, sight, desk.channels.language(team_id, channel_id), words, int(offset)))


def _place(body: dict[str, Any]) -> tuple[str, str]:
    return team_of(body), body["channel"]["id"]


def _seen(desk: Desk, client: WebClient, body: dict[str, Any]) -> tuple[str, str]:
    """The same, for who may see what is the channel's own. Raises Tell (``members_only``)."""
    place = _place(body)
    if not may_look_into(desk, client, place[0], body):
        raise Tell("members_only")
    return place


def _replace(respond: Respond, message: Message) -> None:
    respond(text=message.text, blocks=message.blocks, replace_original=True)
