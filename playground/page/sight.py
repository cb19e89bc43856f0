"""What one person sees of the workspace, in parts: a page that knows them needs only those that changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from playground.samples import samples
from playground.slack.objects import Channel, Json, User

if TYPE_CHECKING:
    from playground.playground import Playground

UNREMARKABLE = frozenset({"already_reacted", "no_reaction", "ratelimited", "dropped"})
"""Answers that a bot gets in the ordinary course of its work."""
LOOKS = ("info", "list", "history", "replies", "members", "getPermalink", "conversations")
"""What methods are called that only look: to find nothing is an answer, too."""


def parts(place: Playground, user: str) -> dict[str, Json]:
    """By name (``channel:C…``, ``message:C…:TS``, ``home`` …) what ``user`` sees; Slack's own JSON where it has one."""
    with place.workspace.changed:
        return dict(_parts(place, user))


def _parts(place: Playground, user: str) -> Iterator[tuple[str, Json]]:
    slack = place.slack
    yield "place", _place(place, user)
    yield "bot", {"id": place.bot, "connected": bool(slack.courier.sockets or slack.courier.request_url)}
    yield "clock", {"ahead": slack.clock.ahead}
    for person in place.workspace.users.values():
        yield f"user:{person.id}", _person(person)
    for channel in place.workspace.channels.values():
        if user in channel.members:
            yield f"channel:{channel.id}", _channel(channel, place.bot)
            for message in channel.messages.values():
                shown = place.workspace.shown(message)
                yield f"message:{channel.id}:{message['ts']}", {**shown, "channel": channel.id}
    for whisper in place.workspace.ephemerals:
        if whisper["to"] == user:
            yield f"message:{whisper['channel']}:{whisper['ts']}", whisper
    for (channel_id, thread_ts), words in slack.statuses.items():
        yield f"status:{channel_id}:{thread_ts}", {"text": words}
    for channel_id, prompts in slack.prompts.items():
        yield f"prompts:{channel_id}", {"prompts": prompts}
    if home := slack.views.homes.get(user):
        yield "home", home
    if stack := slack.views.stacks.get(user):
        yield "modal", {**stack[-1], "depth": len(stack)}
    yield from _refused(place)


def _place(place: Playground, user: str) -> Json:
    features = place.installation.features
    return {
        "me": user,
        "url": place.url,
        "commands": features.get("slash_commands", []),
        "shortcuts": features.get("shortcuts", []),
        "home": features.get("app_home", {}).get("home_tab_enabled", True),
        "samples": [
            {
                "name": each.name,
                "arxiv": each.arxiv,
                "title": each.title,
                "language": each.language,
                "authors": len(each.authors),
            }
            for each in samples()
        ],
    }


def _person(person: User) -> Json:
    return {"id": person.id, "name": person.name, "tz": person.tz, "is_bot": person.is_bot}


def _channel(channel: Channel, bot: str) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "archived": channel.is_archived,
        "members": channel.members,
        "has_bot": bot in channel.members,
    }


def _refused(place: Playground) -> Iterator[tuple[str, Json]]:
    """What the bot tried and Slack would not have."""
    for number, call in enumerate(place.slack.calls):
        looked = call.method.rsplit(".", 1)[-1] in LOOKS and call.error != "missing_scope"
        if call.error and call.error not in UNREMARKABLE and not looked:
            yield (
                f"refused:{number}",
                {
                    "method": call.method,
                    "error": call.error,
                    "messages": call.answer.get("response_metadata", {}).get("messages", []),
                    "channel": call.args.get("channel") or call.args.get("channel_id"),
                    "ts": f"{call.at:.6f}",
                },
            )
