"""Listeners for the message shortcut and for the buttons under our messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient

from bot.briefs.correction import anonymous
from bot.errors import Tell
from bot.models import Language, Paper, ShareState, StoredShare, Usage
from bot.wording import say
from handlers import views
from handlers.calls import classified
from handlers.coverage import is_direct, may_look_into, may_see, sight_of
from handlers.desk import Desk, team_of
from handlers.edit import place_of
from handlers.home import direct_of
from handlers.members import is_answered_alone
from handlers.payloads import is_private_by_name, shares_of_message


def register(app: App, desk: Desk) -> None:
    @app.shortcut("brief_paper")
    def brief_paper(
        ack: Ack, shortcut: dict[str, Any], context: BoltContext, client: WebClient, respond: Respond
    ) -> None:
        ack()
        team_id, channel, user_id = team_of(shortcut), shortcut["channel"], shortcut["user"]["id"]
        shares = shares_of_message(
            shortcut["message"],
            team_id=team_id,
            channel_id=channel["id"],
            private=is_private_by_name(channel.get("name", "")),
            bot_user_id=str(context.bot_user_id),
            asked_by=user_id,
        )
        alone = is_answered_alone(client, channel["id"])
        words = "" if shares else "commands.no_paper"
        for share in shares:
            stored = desk.library.stored_share(team_id, share.id)
            if alone and (stored is None or stored.state is not ShareState.WITHDRAWN):
                # Each who asks has a share, and an answer, of their own.
                share = replace(share, item=f"{share.item}@{user_id}")
                stored = desk.library.stored_share(team_id, share.id)
            if stored is None:
                desk.briefing.accept(share)
            elif stored.state is ShareState.WITHDRAWN:
                words = "forget.for_good"
            else:  # seen before: left alone as no paper, kept silently, or answered long ago
                desk.briefing.again(team_id, share.id, shortcut["action_ts"], user_id)
        if words:  # once: an address to respond to takes five answers
            respond(text=say(desk.channels.language(team_id, channel["id"]), words), response_type="ephemeral")

    @app.action("share_again")
    def share_again(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        team_id, user_id = team_of(body), body["user"]["id"]
        stored = desk.library.stored_share(team_id, action["value"])
        if stored is not None and not may_see(desk, client, user_id, stored.share, body["channel"]["id"]):
            raise Tell("members_only")
        desk.briefing.again(team_id, action["value"], action["action_ts"], user_id)
        ack()

    @app.action("paper_details")
    def paper_details(ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
        ack()
        team_id = team_of(body)
        paper_id, chosen = action["value"].split(":")[:2]
        language: Language = "en" if chosen == "en" else "zh"
        here, channel_id = body.get("channel", {}).get("id", ""), _seen_from(desk, client, body, paper_id)
        paper = brief = None
        if channel_id is not None:
            paper = _leading(desk, body, desk.library.paper(team_id, paper_id, channel_id))
            brief = desk.library.brief(team_id, paper_id, language, channel_id)
        if paper is None or brief is None:
            view = views.notice(language, say(language, "details.gone"))
        elif here and desk.audience(team_id, here).outsiders:
            # Who worked on it, and what it took, is nobody's business outside.
            view = views.details(paper, replace(anonymous(brief), usage=Usage()))
        else:
            view = views.details(paper, brief, desk.library.revisions(team_id, paper.id, language, channel_id or ""))
        # The trigger lives three seconds: this one call cannot wait for the queue.
        classified(lambda: client.views_open(trigger_id=body["trigger_id"], view=view))


def _share_of(desk: Desk, body: dict[str, Any]) -> StoredShare | None:
    """The share that the message under a button is about, where it says so."""
    place = place_of(body)
    return desk.library.stored_share(place.team_id, place.share_id) if place else None


def _leading(desk: Desk, body: dict[str, Any], paper: Paper | None) -> Paper | None:
    """A paper that is nowhere on the web leads to the message that shared it."""
    stored = _share_of(desk, body) if paper is not None and not paper.page_url else None
    return paper if paper is None or stored is None else desk.permalinks.led(paper, stored.share)


def _seen_from(desk: Desk, client: WebClient, body: dict[str, Any], paper_id: str) -> str | None:
    """The channel as which somebody sees the paper whose button they pressed; None when they may not see it."""
    user_id, stored = body["user"]["id"], _share_of(desk, body)
    here = str(body["channel"]["id"]) if "channel" in body else direct_of(body)
    alone = "channel" not in body or is_direct(here)
    if alone and stored is None:  # the Home tab, what was found or compiled for one person
        return desk.library.seen_in(team_of(body), paper_id, sight_of(client, here, user_id))
    if not alone or stored is None:
        return here if may_look_into(desk, client, team_of(body), body) else None
    return stored.share.channel_id if may_see(desk, client, user_id, stored.share, here) else None
