"""Digests as Block Kit: what the channel sees, what the asker sees alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.models import Digest, DigestEntry, Language
from bot.wording import say
from handlers.blocks import (
    CONTEXT_TEXT,
    FALLBACK_TEXT,
    MESSAGE_BUDGET,
    Block,
    Message,
    actions,
    badges,
    button,
    byline,
    clean,
    context,
    details_button,
    escape,
    link,
    note,
    plain,
    sentence,
    span,
)

_SINGLE_REPLIES = 20
"""Up to so many papers, a digest gives each a reply of its own; Slack takes one message a second."""
_GROUP = 8
_PARENT_LINES = 30


def digest_title(digest: Digest) -> str:
    if digest.topic:
        return say(digest.language, "digest.title_topic", topic=digest.topic)
    return say(digest.language, "digest.title")


def period_words(digest: Digest) -> str:
    zone = ZoneInfo(digest.zone)
    since, until = digest.period.since_at.astimezone(zone), digest.period.until_at.astimezone(zone)
    form = "%Y-%m-%d %H:%M"
    return say(digest.language, "digest.period", since=f"{since:{form}}", until=f"{until:{form}}", zone=digest.zone)


def _count(digest: Digest) -> str:
    count = len(digest.entries)
    return say(digest.language, "digest.count_one" if count == 1 else "digest.count_many", count=count)


def digest_parent(digest: Digest) -> Message:
    """What the channel sees of a digest: how many papers of which period, and a line for each."""
    period = period_words(digest)
    if not digest.entries:
        return note(escape(say(digest.language, "digest.count_none", period=period)))
    title, count = digest_title(digest), _count(digest)
    shown = digest.entries[:_PARENT_LINES]
    lines = [{"type": "rich_text_section", "elements": _line(entry, digest.language)} for entry in shown]
    blocks: list[Block] = [
        {"type": "header", "text": plain(title, 150)},
        context(f"{count} · {escape(period)}", _failures(digest)),
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "ordered", "elements": lines}]},
    ]
    if len(digest.entries) > len(shown):
        blocks.append(context(say(digest.language, "digest.more", count=len(digest.entries) - len(shown))))
    return Message(escape(f"{clean(title, 300)}: {count} · {period}"), blocks)


def _line(entry: DigestEntry, language: Language) -> list[Block]:
    names = [(i.zh or i.name) if language == "zh" else i.name for i in entry.paper.institutions[:2]]
    who = clean(("、" if language == "zh" else ", ").join(names), 80)
    return [link(entry.paper.page_url, clean(entry.paper.title, 180) or "–"), span(f" – {who}" if who else " ")]


def _failures(digest: Digest) -> str:
    return say(digest.language, "digest.failed", count=len(digest.failed)) if digest.failed else ""


def digest_replies(digest: Digest) -> dict[int, Message]:
    """The entries as thread replies, by number: one each, or several in one where there are many.

    Numbers follow from the entries' own, so that an entry withdrawn meanwhile shifts no other.
    """
    count = max((entry.number for entry in digest.entries), default=0) + 1
    size = 1 if count <= _SINGLE_REPLIES else _GROUP
    groups: dict[int, list[DigestEntry]] = {}
    for entry in digest.entries:
        groups.setdefault(entry.number // size, []).append(entry)
    return {number: _entries_message(group, digest.language, size) for number, group in groups.items()}


def _entries_message(entries: Sequence[DigestEntry], language: Language, size: int) -> Message:
    """``size`` is how many entries share a message's budget."""
    room = 2_800 if size == 1 else MESSAGE_BUDGET // size - 300
    message: list[Block] = []
    for entry in entries:
        message.append(sentence(entry.paper, entry.brief, room))
        notes = context(byline(entry.paper, language), badges(entry.brief, language))
        notes["elements"][0]["text"] = clean(notes["elements"][0]["text"], CONTEXT_TEXT if size == 1 else 300)
        message.append(notes)
    if len(entries) == 1:
        message.append(actions(details_button(entries[0].paper, entries[0].brief)))
    fallback = "\n\n".join(clean(entry.brief.sentence, 2_800) for entry in entries)
    return Message(escape(clean(fallback, FALLBACK_TEXT)) or "–", message)


def digest_preview(digest: Digest) -> Message:
    """The digest as its asker sees it alone: as many briefs as fit, and a button to post it."""
    parent = digest_parent(digest)
    if not digest.entries:
        return parent
    shown = digest.entries[:_GROUP]
    message = [*parent.blocks[:2], *_entries_message(shown, digest.language, _GROUP).blocks]
    message = [block for block in message if block["type"] != "actions"]
    if len(digest.entries) > len(shown):
        message.append(context(say(digest.language, "digest.more", count=len(digest.entries) - len(shown))))
    bounds = f"{digest.period.since_at.isoformat()}/{digest.period.until_at.isoformat()}"
    message.append(actions(button("digest_post", say(digest.language, "digest.post"), bounds, style="primary")))
    return Message(parent.text, message)
