"""Listeners for the message shortcut and for the buttons under our messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient

from bot.models import Language, Period
from bot.wording import say
from handlers import blocks
from handlers.desk import Desk, team_of
from handlers.payloads import shares_of_message
from handlers.slack import classified


def register(app: App, desk: Desk) -> None:
    @app.shortcut("brief_paper")
    def brief_paper(ack: Ack, shortcut: dict[str, Any], context: BoltContext, respond: Respond) -> None:
        ack()
        team_id, channel = team_of(shortcut), shortcut["channel"]
        shares = shares_of_message(
            shortcut["message"],
            team_id=team_id,
            channel_id=channel["id"],
            private=_is_private_by_name(channel.get("name", "")),
            bot_user_id=str(context.bot_user_id),
            asked_by=shortcut["user"]["id"],
        )
        for share in shares:
            desk.briefing.accept(share)
        if not shares:
            respond(text=say(desk.language_of(team_id, channel["id"]), "commands.no_paper"), response_type="ephemeral")

    @app.action("share_again")
    def share_again(ack: Ack, action: dict[str, Any], body: dict[str, Any]) -> None:
        desk.briefing.again(team_of(body), action["value"], action["action_ts"])
        ack()

    @app.action("digest_post")
    def digest_post(ack: Ack, action: dict[str, Any], body: dict[str, Any], respond: Respond) -> None:
        team_id, channel_id = team_of(body), body["channel"]["id"]
        since, until = action["value"].split("/")
        period = Period(datetime.fromisoformat(since), datetime.fromisoformat(until))
        desk.posting.asked_digest(team_id, channel_id, period, action["action_ts"])
        ack()
        respond(text=say(desk.language_of(team_id, channel_id), "digest.posted"), replace_original=True)

    @app.action("paper_details")
    def paper_details(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        team_id, channel_id = team_of(body), body["channel"]["id"]
        paper_id, _, chosen = action["value"].partition(":")
        language: Language = "en" if chosen == "en" else "zh"
        paper = desk.library.paper(team_id, paper_id, channel_id)
        brief = desk.library.brief(team_id, paper_id, language, channel_id)
        if paper is None or brief is None:
            view = blocks.notice(language, say(language, "details.gone"))
        else:
            view = blocks.details(paper, brief)
        # The trigger lives three seconds: this one call cannot wait for the queue.
        classified(lambda: client.views_open(trigger_id=body["trigger_id"], view=view))


def _is_private_by_name(channel_name: str) -> bool:
    # A shortcut's payload names the kind of a closed conversation in place of its name.
    return channel_name in ("privategroup", "directmessage") or channel_name.startswith("mpdm-")
