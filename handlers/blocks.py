"""Every message the bot posts, as Block Kit. Pure.

Words of papers and people stand in rich text, which Slack does not parse: they can neither mention anyone nor
forge a link. Limits are those of Slack's Block Kit reference; the budget of a whole message is lower than the
documented sum, because Slack refuses from about 11,000 characters on (bolt-js issues 2509 and 2867).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.briefs.asking.model import EXTRACTIVE
from bot.briefs.correction import edited_by, institutions_beside
from bot.briefs.notes import badge_words, model_notes, written_in
from bot.errors import PaperwireError, Tell, may_succeed
from bot.models import Brief, Language, Paper, Share, StoredShare, Usage
from bot.ports import Reply
from bot.visible import escape, visible
from bot.wording import explain, say

Block = dict[str, Any]

MESSAGE_BUDGET = 9_000
"""Characters of text in one message."""
CONTEXT_TEXT = 2_000
LONGEST_VALUE = 2_000
"""Characters in what a button carries."""
FALLBACK_TEXT = 3_000
_TITLE = 300
# A section of the Home tab has room for 3,000 characters, and of a schedule all of them could be gathered.
_CHANNELS = 20
# A title that is an address would lead whoever trusts it somewhere else.
_ADDRESS = re.compile(r"(?:https?://|www\.)([^\s/|:]+)|\b((?:[a-z0-9-]+\.)+[a-z]{2,})/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """``text`` is what notifications and screen readers get, escaped as mrkdwn."""

    text: str
    blocks: list[Block]
    public: bool = False
    """Whether all the channel shall see what is otherwise an answer to one person alone."""


# --- words ------------------------------------------------------------------------------------------


def clean(text: str, limit: int) -> str:
    """Text without control and direction characters, cut at ``limit`` characters with an ellipsis."""
    kept = visible(text)
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


def plain(text: str, limit: int = 3_000) -> Block:
    return {"type": "plain_text", "text": clean(text, limit) or "–", "emoji": False}


def span(text: str, *, bold: bool = False) -> Block:
    # Slack refuses an empty text.
    return {"type": "text", "text": text or "–", **({"style": {"bold": True}} if bold else {})}


def link(url: str | None, words: str) -> Block:
    """Words that lead to an address; bold where they cannot, or where they name another one themselves."""
    words = words if words.strip() else "–"  # what nobody sees would hide where it leads
    if url and url.startswith(("https://", "http://")) and len(url) <= 3_000 and not _names_another(words, url):
        return {"type": "link", "url": url, "text": words}
    return span(words, bold=True)


def _names_another(words: str, url: str) -> bool:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    named = {(found[1] or found[2]).lower().removeprefix("www.") for found in _ADDRESS.finditer(words)}
    return bool(named - {host})


def rich(*sections: Sequence[Block]) -> Block:
    return {"type": "rich_text", "elements": _sections(sections)}


def listed(style: str, lines: Iterable[Sequence[Block]]) -> Block:
    """A list, ``ordered`` or ``bullet``."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": style, "elements": _sections(lines)}]}


def _sections(lines: Iterable[Sequence[Block]]) -> list[Block]:
    return [{"type": "rich_text_section", "elements": list(line)} for line in lines]


def context(*phrases: str) -> Block:
    words = " · ".join(phrase for phrase in phrases if phrase)
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": clean(words, CONTEXT_TEXT), "verbatim": True}]}


def button(action_id: str, words: str, value: str = "", **more: Any) -> Block:
    made = {"type": "button", "action_id": action_id, "text": plain(words, 75), **more}
    return {**made, "value": value} if value else made


def day(at: datetime) -> str:
    # Slack shows each reader the date in their own zone.
    return f"<!date^{int(at.timestamp())}^{{date_short}}|{at:%Y-%m-%d}>"


def explained(language: Language, error: PaperwireError) -> str:
    """What an error says, as mrkdwn: what somebody typed, or a paper says, is shown as it is."""
    shown = {name: escape(clean(fact, 500)) if isinstance(fact, str) else fact for name, fact in error.facts.items()}
    return explain(language, Tell(error.code, **shown))


# --- replies ----------------------------------------------------------------------------------------


def note(words: str) -> Message:
    """A sentence of ours from the catalogue, where mrkdwn is welcome."""
    shown = clean(words, FALLBACK_TEXT)
    return Message(shown, [{"type": "section", "text": {"type": "mrkdwn", "text": shown, "verbatim": True}}])


def reply(share: Share, answer: Reply, first_name: str = "") -> Message:
    """The answer to a share; ``first_name`` is how the person is called who shared the paper first."""
    if answer.brief is not None and answer.paper is not None:
        return _brief_reply(share, answer, answer.paper, answer.brief, first_name)
    language = answer.language
    words = explain(language, answer.error) if answer.error else say(language, "reply.bug", id=answer.bug)
    again = button("share_again", say(language, "reply.try_again"), share.id[:LONGEST_VALUE])
    said = [rich([{"type": "emoji", "name": "warning"}, span(f" {clean(words, 2_900)}")])]
    if answer.error is None or may_succeed(answer.error.code):
        said.append(actions(again))
    return Message(escape(clean(words, FALLBACK_TEXT)), said)


def _brief_reply(share: Share, answer: Reply, paper: Paper, brief: Brief, first_name: str) -> Message:
    language = answer.language
    notes = [byline(paper, brief, language), badges(brief, language)]
    if answer.first is not None:
        notes.append(_first_shared(answer.first, share, first_name, language))
    if answer.newer_version is not None:
        notes.append(say(language, "reply.newer_version", version=answer.newer_version))
    message = [sentence(paper, brief), context(*notes)]
    if failed := model_notes(brief):
        message.append(context(*map(escape, failed)))
    message.append(actions(details_button(paper, brief, language), *correcting_buttons(share, brief, language)))
    return Message(escape(clean(brief.sentence, FALLBACK_TEXT)) or "–", message)


def actions(*buttons: Block) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def details_button(paper: Paper, brief: Brief, language: Language) -> Block:
    return button("paper_details", say(language, "reply.details"), f"{paper.id}:{brief.language}")


def correcting_buttons(share: Share, brief: Brief, language: Language) -> list[Block]:
    """An overflow option holds 150 characters, a share's id may be longer: it stands in the button beside it."""
    value = f"{brief.language}:{share.id}"
    if len(value) > LONGEST_VALUE:
        return []
    # Which language is the other one depends on the brief.
    spoken: dict[str, Language] = {"remove": language, "again": language, "other": brief.language}
    options = [{"text": plain(say(each, f"edit.{name}"), 75), "value": name} for name, each in spoken.items()]
    more = {"type": "overflow", "action_id": "brief_more", "options": options}
    return [button("brief_edit", say(language, "edit.edit"), value), more]


def sentence(paper: Paper, brief: Brief, room: int = 2_800) -> Block:
    """The brief in at most ``room`` characters, with its title as a link to the paper."""
    words, title = clean(brief.sentence, room), clean(paper.title, _TITLE)
    before, found, after = words.partition(title) if title else (words, "", "")
    if not found:
        elements = [link(paper.page_url, title), span(f"\n{clean(words, room - len(title) - 1)}")]
    else:
        elements = [span(before)] * bool(before) + [link(paper.page_url, title)] + [span(after)] * bool(after)
    return rich(elements)


def byline(paper: Paper, brief: Brief, language: Language) -> str:
    """Author count and institutions, as mrkdwn."""
    count = paper.author_count or len(paper.authors)
    names = institutions_beside(paper, brief, language)
    institutions = escape(clean(("、" if language == "zh" else ", ").join(names), 600))
    authors = say(language, "reply.authors", count=count) if count else ""
    return " · ".join(part for part in (authors, institutions or say(language, "reply.no_institution")) if part)


def cost_words(usage: Usage, language: Language) -> str:
    """A cost in dollars, or that it is not known."""
    return say(language, "details.cost_unknown") if usage.cost is None else f"${usage.cost:.4f}"


def model_words(model: str, language: Language) -> str:
    """A model's name as mrkdwn; for the one that is none, what is done instead."""
    return say(language, "details.extractive") if model == EXTRACTIVE else escape(clean(model, 100))


def gathered_words(sources: Sequence[str], language: Language) -> str:
    """What follows the words of a schedule that gathers channels; empty for one that does not."""
    channels = " ".join(f"<#{each}>" for each in sources[:_CHANNELS])
    if len(sources) > _CHANNELS:
        channels += f" … +{len(sources) - _CHANNELS}"
    return say(language, "commands.schedule_from", channels=channels) if channels else ""


def badges(brief: Brief, language: Language) -> str:
    """What the reader should know of how the brief was made."""
    shown = badge_words(brief, language, editor=escape(clean(edited_by(brief) or "", 80)))
    shown += filter(None, [written_in(brief, language)])
    return " · ".join(f"_{each}_" for each in shown)


def _first_shared(first: StoredShare, share: Share, name: str, language: Language) -> str:
    facts = {"user": escape(clean(name or "?", 80)), "day": day(first.shared_at)}
    if first.share.channel_id == share.channel_id:
        return say(language, "reply.first_shared_here", **facts)
    return say(language, "reply.first_shared", channel=f"<#{first.share.channel_id}>", **facts)
