"""``/digest forget``: which paper is meant, what would go, and the button that lets it go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot.errors import Tell
from bot.models import Coverage, Holding, Language, Paper, StoredShare
from bot.papers.identify import identify_asked
from bot.visible import escape
from bot.wording import say
from handlers import blocks
from handlers.blocks import Message, actions, button, clean, rich, span
from handlers.coverage import sight_of
from handlers.desk import Desk, team_of
from handlers.members import person

if TYPE_CHECKING:
    from handlers.commands import Asked

_MESSAGE_LINK = re.compile(r"/archives/([CDG][A-Z0-9]+)/p(\d{10})(\d{6})")
_LISTED = 5


def forget(asked: Asked) -> Message:
    if not asked.rest:
        raise Tell("forget_what")
    sight = asked.sight
    found = list(_found(asked, sight))
    if len(found) > 1:
        titles = [clean(paper.title, 80) for paper, _ in found]
        raise Tell("forget_many", titles="; ".join(f"“{title}”" for title in titles[:_LISTED]))
    for paper, channel_id in found:
        return _question(asked, paper, channel_id, sight)
    return _unseen(asked, sight)


def _found(asked: Asked, sight: Coverage) -> Iterator[tuple[Paper, str]]:
    """The papers that are meant, as far as the asker may see them, each with the channel as which they do."""
    for paper_id in dict.fromkeys(_meant(asked, sight)):
        channel_id = _seen_from(asked.desk, asked.team_id, paper_id, sight, asked.channel_id)
        paper = asked.desk.library.paper(asked.team_id, paper_id, channel_id or "")
        if channel_id and paper:
            yield paper, channel_id


def _seen_from(desk: Desk, team_id: str, paper_id: str, sight: Coverage, here: str) -> str:
    """The channel as which somebody sees a paper when they ask ``here``; empty when they may not see it."""
    scope = desk.library.seen_in(team_id, paper_id, sight)
    return "" if scope is None else scope or here


def _meant(asked: Asked, sight: Coverage) -> list[str]:
    """By id, whoever may see them; a link in a command comes as ``<link>``."""
    library, team_id = asked.desk.library, asked.team_id
    if linked := _MESSAGE_LINK.search(asked.rest):
        found = library.shares_at(team_id, linked[1], f"{linked[2]}.{linked[3]}")
        return [each.paper_id for each in found if each.paper_id]
    if named := identify_asked(asked.rest):
        keys = [each.identifier.key for each in named[:1]]
        known = (library.known_paper(team_id, keys, channel_id) for channel_id in sight.own)
        # Each is a record of the same work: the first that may be seen will do.
        return [each.id for each in known if each and library.seen_in(team_id, each.id, sight) is not None][:1]
    page = library.search(team_id, sight, asked.rest, asked.language, limit=_LISTED + 1, titles=True)
    return [entry.paper.id for entry in page.entries]


def _unseen(asked: Asked, sight: Coverage) -> Message:
    """What the asker shared where this channel does not see it, or what came to no paper; an admin: what anybody did.

    Only what is named exactly, by its link or that of its message.
    """
    library, team_id = asked.desk.library, asked.team_id
    sharer = None if person(asked.client, asked.user_id).admin else asked.user_id
    if linked := _MESSAGE_LINK.search(asked.rest):
        found: Sequence[StoredShare] = _shared_at(asked.desk, team_id, linked[1], f"{linked[2]}.{linked[3]}", sharer)
    else:
        found = library.shared_by(team_id, sharer, [each.identifier.key for each in identify_asked(asked.rest)[:1]])
    for each in found:
        channel_id = each.share.channel_id
        paper = library.paper(team_id, each.paper_id, channel_id) if each.paper_id else None
        if paper is not None:
            return _question(asked, paper, channel_id, sight)
    if not found:
        raise Tell("forget_none")
    words = say(asked.language, "forget.unread", shares=len(found))
    value = f"{found[0].share.channel_id}:{found[0].share.ts}"
    sure = button("unread_forget", say(asked.language, "forget.button"), value, style="danger")
    return Message(words, [*blocks.note(words).blocks, actions(sure)])


def _shared_at(desk: Desk, team_id: str, channel_id: str, ts: str, sharer: str | None) -> list[StoredShare]:
    found = desk.library.shares_at(team_id, channel_id, ts)
    return [each for each in found if sharer in (None, each.share.user_id)]


def _held(
    desk: Desk, client: WebClient, team_id: str, paper_id: str, channel_id: str, user_id: str, sight: Coverage
) -> Holding | str:
    """What would go, or who alone may let it go, as far as the asker may know."""
    admin = person(client, user_id).admin
    held = desk.library.held(team_id, paper_id, channel_id, None if admin else user_id)
    others = tuple(each for each in held.others if sight.holds(each.share))
    if held.shares or (admin and held.paper_ids):
        return replace(held, others=others)
    return others[0].share.user_id if others else ""


def _question(asked: Asked, paper: Paper, channel_id: str, sight: Coverage) -> Message:
    language = asked.language
    held = _held(asked.desk, asked.client, asked.team_id, paper.id, channel_id, asked.user_id, sight)
    if isinstance(held, str):
        return blocks.note(_refusal(language, held))
    facts = {"shares": len(held.shares), "briefs": held.briefs, "pages": held.pages}
    key = "forget.all" if held.paper_ids else "forget.own"
    other = f"<@{held.others[0].share.user_id}>" if held.others else say(language, "forget.somebody")
    words = say(language, key, user=other, **facts)
    if person(asked.client, asked.user_id).admin:
        words += " " + say(language, "forget.everywhere")
    elif held.paper_ids:
        words += " " + say(language, "forget.own_only")
    title = clean(paper.title, 300) or "–"
    sure = button("paper_forget", say(language, "forget.button"), f"{channel_id}:{paper.id}", style="danger")
    return Message(
        f"{escape(title)}\n{words}", [rich([span(title, bold=True)]), *blocks.note(words).blocks, actions(sure)]
    )


def _refusal(language: Language, user_id: str) -> str:
    return say(language, "forget.only_sharer", user=f"<@{user_id}>") if user_id else say(language, "forget.only_admin")


def register(app: App, desk: Desk) -> None:
    @app.action("paper_forget")
    def paper_forget(
        ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient, respond: Respond
    ) -> None:
        team_id, user_id, here = team_of(body), body["user"]["id"], body["channel"]["id"]
        channel_id, _, paper_id = action["value"].partition(":")
        language = desk.channels.language(team_id, here)
        sight = sight_of(client, here, user_id)
        held = _held(desk, client, team_id, paper_id, channel_id, user_id, sight)
        if isinstance(held, str):
            # Who asked is no admin any more, and may have left the channel.
            if not _seen_from(desk, team_id, paper_id, sight, here):
                raise Tell("forget_none")
            words = _refusal(language, held)
        else:
            everywhere = person(client, user_id).admin
            desk.forgetting.forget(
                team_id, paper_id, channel_id, None if everywhere else user_id, f"{paper_id}:{action['action_ts']}"
            )
            words = say(language, "forget.done")
        ack()
        respond(text=words, replace_original=True)

    @app.action("unread_forget")
    def unread_forget(
        ack: Ack, action: dict[str, Any], body: dict[str, Any], client: WebClient, respond: Respond
    ) -> None:
        team_id, user_id = team_of(body), body["user"]["id"]
        channel_id, _, ts = action["value"].partition(":")
        sharer = None if person(client, user_id).admin else user_id
        for each in _shared_at(desk, team_id, channel_id, ts, sharer):
            if each.paper_id is None:
                desk.forgetting.withdraw_share(each.share)
        ack()
        respond(text=say(desk.channels.language(team_id, body["channel"]["id"]), "forget.done"), replace_original=True)
