"""The App Home tab: the latest papers, a search, the schedules of one's channels, and how to use the bot.

It is made when somebody opens it, of what this person may see: what the whole workspace sees (a guest: what was shared
in the channels they are in), and what their own channels and their direct messages with the bot hold.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.digests.schedule import describe, next_due
from bot.errors import Tell
from bot.models import Language, Schedule
from bot.wording import explain, say
from handlers import home_view
from handlers.blocks import note
from handlers.calls import classified
from handlers.coverage import language_for, sight_of
from handlers.desk import Desk, team_of
from handlers.digest_blocks import latest_only
from handlers.members import has_bot, is_member
from handlers.scheduling import is_off, of_another, outcome, set_schedule, sources_for

Json = dict[str, Any]

_PAPERS = 8
_LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class _Visitor:
    """Who looks at their Home tab."""

    desk: Desk
    client: WebClient
    team_id: str
    user_id: str
    direct_id: str
    """Of the direct messages with them."""
    language: Language
    """The one they read."""

    def publish(self, words: str = "", offset: int = 0) -> None:
        """Show the tab, with what a search for ``words`` finds, if any."""
        desk, language = self.desk, self.language
        sight = sight_of(self.client, self.direct_id, self.user_id)
        words = " ".join(words.split())[:_LONGEST_SEARCH]
        if words:
            page = desk.library.search(self.team_id, sight, words, language, limit=_PAPERS, offset=offset)
            notes = tuple(latest_only(page, language))
            entries, found = page.entries, home_view.Found(words, offset, page.total, _PAPERS, notes)
        else:
            entries, found = tuple(desk.library.recent(self.team_id, sight, language, limit=_PAPERS)), None
        entries, schedules = desk.permalinks.leading(entries, self.direct_id), self._schedules(sight.own)
        view = home_view.home(language, entries, schedules, found=found, metadata=self.direct_id)
        classified(lambda: self.client.views_publish(user_id=self.user_id, view=view))

    def _schedules(self, channel_ids: Collection[str]) -> list[home_view.Scheduled]:
        mine = [
            each
            for each in self.desk.library.schedules()
            if each.team_id == self.team_id and each.channel_id in channel_ids
        ]
        return [self._scheduled(each) for each in mine]

    def _scheduled(self, schedule: Schedule) -> home_view.Scheduled:
        language, paused = self.language, schedule.paused
        reason = say(language, f"errors.{paused}", reason=paused) if paused else ""
        due_at = next_due(schedule, self.desk.now())
        return home_view.Scheduled(schedule.channel_id, describe(schedule, language), due_at, reason, schedule.sources)

    def may_schedule(self, channel_id: str) -> str:
        """Why they may not set a schedule there; empty when they may."""
        if not is_member(self.client, self.user_id, channel_id):
            return say(self.language, "edit.schedule_members")
        if not has_bot(self.client, channel_id):
            return explain(self.language, Tell("not_in_channel"))
        return ""

    def may_gather(self, channel_id: str, sources: Sequence[str]) -> str:
        """Why one of the channels cannot be gathered; empty when all can."""
        known = sources_for(self.desk, self.client, self.team_id, channel_id, self.user_id) if sources else {}
        for each in sources:
            if each not in known:
                channel = classified(lambda each=each: self.client.conversations_info(channel=each))["channel"]  # type: ignore[misc]
                # One that was closed since it was chosen may have another name by now.
                closed = channel.get("is_private")
                named = say(self.language, "report.closed_channel") if closed else f"#{channel['name']}"
                return explain(self.language, Tell("bad_source", channel=named))
        return ""

    def set_schedule(self, channel_id: str, words: str, sources: Sequence[str]) -> None:
        """Set, replace or end a schedule. Raises Tell for what cannot be read."""
        desk, made = self.desk, None
        before = desk.library.schedule(self.team_id, channel_id)
        if is_off(words):
            desk.library.drop_schedule(self.team_id, channel_id)
        else:
            made = set_schedule(desk, self.client, self.team_id, channel_id, self.user_id, words, tuple(sources))
        language = desk.channels.language(self.team_id, channel_id)
        if change := of_another(before, self.user_id, language):
            told = note(f"{change} {outcome(desk, made, language)}")
            classified(lambda: self.client.chat_postMessage(channel=channel_id, text=told.text, blocks=told.blocks))


def direct_of(body: Json) -> str:
    """The direct messages with whoever uses their Home tab, or a form opened there; empty where they are not known."""
    metadata: str = body["view"]["private_metadata"]
    return str(json.loads(metadata).get("direct", "")) if metadata.startswith("{") else metadata


def register(app: App, desk: Desk) -> None:
    def visitor(body: Json, client: WebClient) -> _Visitor:
        return met(client, team_of(body), body["user"]["id"], direct_of(body))

    def met(client: WebClient, team_id: str, user_id: str, direct_id: str) -> _Visitor:
        language = language_for(desk, client, team_id, direct_id, user_id)
        return _Visitor(desk, client, team_id, user_id, direct_id, language)

    @app.event("app_home_opened")
    def app_home_opened(event: Json, client: WebClient, context: BoltContext) -> None:
        if event.get("tab") == "home":
            met(client, str(context.team_id), event["user"], event.get("channel", "")).publish()

    @app.action("home_search")
    def home_search(ack: Ack, action: Json, body: Json, client: WebClient) -> None:
        ack()
        visitor(body, client).publish(action.get("value") or "")

    @app.action("home_recent")
    def home_recent(ack: Ack, body: Json, client: WebClient) -> None:
        ack()
        visitor(body, client).publish()

    def turn_page(ack: Ack, action: Json, body: Json, client: WebClient) -> None:
        ack()
        offset, _, words = action["value"].partition(":")
        visitor(body, client).publish(words, int(offset))

    app.action("home_previous")(turn_page)
    app.action("home_next")(turn_page)

    def open_schedule(ack: Ack, action: Json, body: Json, client: WebClient) -> None:
        ack()
        channel_id = action.get("value")
        who = visitor(body, client)
        stored = desk.library.schedule(who.team_id, channel_id) if channel_id else None
        metadata = json.dumps({"direct": who.direct_id, "channel": channel_id, "language": who.language})
        words, sources = (_as_typed(stored), stored.sources) if stored else ("", ())
        view = home_view.schedule(who.language, channel_id, words, sources, metadata)
        # The trigger lives three seconds: this one call cannot wait for the queue.
        classified(lambda: client.views_open(trigger_id=body["trigger_id"], view=view))

    app.action("home_schedule")(open_schedule)
    app.action("home_schedule_new")(open_schedule)

    @app.view("home_schedule")
    def schedule_sent(ack: Ack, body: Json, client: WebClient) -> None:
        values, who = body["view"]["state"]["values"], visitor(body, client)
        given = json.loads(body["view"]["private_metadata"])["channel"]
        channel_id = given or values["channel"]["channel"].get("selected_conversation") or ""
        sources = values["sources"]["sources"].get("selected_channels") or []
        refusals = {
            "schedule" if given else "channel": who.may_schedule(channel_id),
            "sources": who.may_gather(channel_id, sources),
        }
        if wrong := {field: words.replace("`", "") for field, words in refusals.items() if words}:
            ack(response_action="errors", errors=wrong)
            return
        who.set_schedule(channel_id, values["schedule"]["schedule"].get("value") or "", sources)
        ack()
        who.publish()


def _as_typed(schedule: Schedule) -> str:
    """The words that would set a schedule."""
    day = {"weekly": schedule.weekday, "monthly": str(schedule.monthday)}.get(schedule.cadence, "")
    return " ".join(filter(None, [schedule.cadence, day, f"{schedule.at:%H:%M}", schedule.zone]))
