"""Digests as Block Kit: what the channel sees, what the asker sees alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.briefs.correction import institutions_beside
from bot.digests.chart import page_alt_text
from bot.digests.compile import told
from bot.digests.period import describe
from bot.digests.report import Addresses, nowhere
from bot.errors import may_succeed
from bot.models import MOST_LISTED, Digest, DigestEntry, Language, Period, SearchPage, StoredShare
from bot.visible import escape
from bot.wording import catalogue, say
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
    correcting_buttons,
    cost_words,
    details_button,
    link,
    listed,
    note,
    plain,
    rich,
    sentence,
    span,
)

_SINGLE_REPLIES = 20
"""Up to so many papers, a digest gives each a reply of its own; Slack takes one message a second."""
_GROUP = 8
SEARCH_PAGE = _GROUP
"""Papers on a page of search results."""
_NOTES = 300
_BESIDE = _NOTES + 200
"""Characters of an entry's notes, whence it comes and the words on its buttons, where entries share a message."""
_PARENT_LINES = 30
_FAILED_LINES = 10
_CHANNELS = 3


def digest_title(digest: Digest) -> str:
    if digest.topic:
        return say(digest.language, "digest.title_topic", topic=digest.topic)
    return say(digest.language, "digest.title")


def period_words(digest: Digest) -> str:
    return describe(digest.period, digest.zone, digest.language)


def _count(digest: Digest) -> str:
    return say(digest.language, "digest.count", count=len(digest.entries))


def digest_parent(digest: Digest, *, late: bool = False, addresses: Addresses = nowhere) -> Message:
    """What the channel sees of a digest: how many papers of which period, and a line for each, most discussed first.

    ``late`` says that it comes long after it was due.
    """
    period = period_words(digest)
    if not digest.entries:
        nothing = note(escape(say(digest.language, "digest.count_none", period=period)))
        return Message(nothing.text, [*nothing.blocks, *_footer(digest, addresses)])
    title, count = digest_title(digest), _count(digest)
    first = sorted(digest.entries, key=lambda entry: -entry.discussion)
    lines = [_line(entry, digest.language) for entry in first]
    lateness = say(digest.language, "digest.late") if late else ""
    blocks: list[Block] = [
        {"type": "header", "text": plain(title, 150)},
        context(f"{count} · {escape(period)}", lateness),
        listed("ordered", lines[:_PARENT_LINES]),
    ]
    if len(lines) > _PARENT_LINES:
        blocks.append(context(say(digest.language, "digest.more", count=len(lines) - _PARENT_LINES)))
    blocks += _footer(digest, addresses)
    return Message(escape(f"{clean(title, 300)}: {count} · {period}"), blocks)


def _footer(digest: Digest, addresses: Addresses) -> list[Block]:
    """What failed, with a button to try again what may succeed then; what the briefs took."""
    footer = [*_failures(digest, addresses)]
    if digest.usage.calls:
        tokens = digest.usage.input_tokens + digest.usage.output_tokens
        cost = cost_words(digest.usage, digest.language)
        footer.append(context(say(digest.language, "details.cost", tokens=tokens, cost=cost)))
    return footer


def _failures(digest: Digest, addresses: Addresses) -> Iterator[Block]:
    language, failed = digest.language, told(digest.failed)
    if not failed:
        return
    yield context(say(language, "digest.failed", count=len(failed)))
    yield listed("bullet", (_failure(each, language, addresses) for each in failed[:_FAILED_LINES]))
    if len(failed) > _FAILED_LINES:
        yield context(say(language, "digest.failed_more", count=len(failed) - _FAILED_LINES))
    if any(may_succeed(each.error or "") for each in failed):
        yield actions(button("digest_retry", say(language, "reply.try_again"), bounds_of(digest.period)))


def _failure(stored: StoredShare, language: Language, addresses: Addresses) -> list[Block]:
    """What was shared and why it failed; the way to its message has words of its own, for a link's would mislead."""
    share, key = stored.share, f"failed.{stored.error}"
    name = share.file_name or share.url or (share.identifier.value if share.identifier else "")
    reason = say(language, key if key in catalogue(language) else "failed.other")
    line = [span(clean(name, 60), bold=True), span(say(language, "digest.failed_because", reason=reason))]
    url = addresses(share)
    return [*line, span(" "), link(url, say(language, "digest.failed_message"))] if url else line


def bounds_of(period: Period) -> str:
    """A period as the value of a button."""
    return f"{period.since_at.isoformat()}/{period.until_at.isoformat()}"


def period_from(value: str) -> Period:
    """The period that ``bounds_of`` wrote."""
    since, until, *_ = value.split("/")
    return Period(datetime.fromisoformat(since), datetime.fromisoformat(until))


def _line(entry: DigestEntry, language: Language) -> list[Block]:
    names = institutions_beside(entry.paper, entry.brief, language)[:2]
    who = clean(("、" if language == "zh" else ", ").join(names), 80)
    said = [span(f"  ({entry.discussion} 💬)")] if entry.discussion else []
    return [link(entry.paper.page_url, clean(entry.paper.title, 180)), span(f" – {who}" if who else " "), *said]


def group_size(papers: int) -> int:
    """How many entries share a thread reply: one each, or several where there are many papers."""
    return 1 if papers <= _SINGLE_REPLIES else _GROUP


def digest_reply(digest: Digest, number: int, size: int, picture: str | None = None) -> Message:
    """Reply ``number``: the entries whose numbers, divided by ``size``, give it.

    Entries keep their numbers, so one withdrawn meanwhile shifts no other. ``picture`` is the file's id of the
    first page of the one paper in the reply.
    """
    entries = [entry for entry in digest.entries if entry.number // size == number]
    message = _entries_message(entries, digest.language, size, digest.channel_id)
    if picture is None or len(entries) != 1:
        return message
    alt_text = clean(page_alt_text(entries[0].paper.title, digest.language), 2_000)
    image = {"type": "image", "slack_file": {"id": picture}, "alt_text": alt_text}
    return Message(message.text, [*message.blocks[:-1], image, message.blocks[-1]])


def _entries_message(
    entries: Sequence[DigestEntry], language: Language, size: int, channel_id: str = "", *, correcting: bool = True
) -> Message:
    """``size`` is how many entries share a message's budget; those from elsewhere than ``channel_id`` say whence.

    Each ends with its buttons: *Details*, and where a brief is changed in place those too.
    """
    room = 2_800 if size == 1 else MESSAGE_BUDGET // size - _BESIDE
    message: list[Block] = []
    for entry in entries:
        message.append(sentence(entry.paper, entry.brief, room))
        room_of_notes = CONTEXT_TEXT - 500 if size == 1 else _NOTES
        whence = _whence(entry, language, channel_id)
        words = " · ".join(filter(None, [byline(entry.paper, entry.brief, language), badges(entry.brief, language)]))
        message.append(context(whence, clean(words, room_of_notes)))
        own = entry.shares[0].share if correcting and entry.shares else None
        changing = correcting_buttons(own, entry.brief, language) if own else []
        message.append(actions(details_button(entry.paper, entry.brief, language), *changing))
    fallback = "\n\n".join(clean(entry.brief.sentence, 2_800) for entry in entries)
    return Message(escape(clean(fallback, FALLBACK_TEXT)) or "–", message)


def _whence(entry: DigestEntry, language: Language, channel_id: str) -> str:
    """The other channels it was shared in; a direct message has no name to show."""
    channels = dict.fromkeys(each.share.channel_id for each in entry.shares)
    named = [f"<#{each}>" for each in channels if each != channel_id and not each.startswith("D")]
    key = "digest.shared_in_too" if channel_id in channels else "digest.shared_in"
    return say(language, key, channels=" ".join(named[:_CHANNELS])) if named else ""


def preview(digest: Digest, offset: int, addresses: Addresses = nowhere) -> Message:
    """The digest as its asker sees it alone, a page of briefs from ``offset`` on, with what can be done with it."""
    parent = digest_parent(digest, addresses=addresses)
    if not digest.entries:
        return parent
    shown = digest.entries[offset : offset + _GROUP]
    entries = _entries_message(shown, digest.language, _GROUP, digest.channel_id, correcting=False).blocks
    message = [*parent.blocks[:2], *entries]
    left = len(digest.entries) - offset - len(shown)
    value = bounds_of(digest.period)
    buttons = [button("digest_report", say(digest.language, "digest.full_report"), value)]
    if not digest.channel_id.startswith("D"):
        # In a direct message there is nobody else to show it to.
        buttons.insert(0, button("digest_post", say(digest.language, "digest.post"), value, style="primary"))
    if left > 0:
        message.append(context(say(digest.language, "digest.left", count=left)))
        buttons.append(button("digest_page", say(digest.language, "digest.next_page"), f"{value}/{offset + _GROUP}"))
    return Message(parent.text, [*message, actions(*buttons), *_footer(digest, addresses)])


def latest_only(page: SearchPage, language: Language) -> list[Block]:
    """Says so where not everything that matches was looked at."""
    return [context(say(language, "digest.found_latest", most=f"{MOST_LISTED:,}"))] if page.more else []


def search_results(page: SearchPage, words: str, language: Language, offset: int) -> Message:
    """A page of what a search found."""
    asked = clean(words, 200)
    if not page.entries:
        return note(escape(say(language, "digest.found_none", words=asked)))
    heading = say(language, "digest.found", count=page.total, words=asked)
    message = [rich([span(heading, bold=True)]), *latest_only(page, language)]
    message += _entries_message(page.entries, language, _GROUP, correcting=False).blocks
    following = offset + len(page.entries)
    if following < page.total:
        more = button("search_page", say(language, "digest.next_page"), f"{following}/{clean(words, 1_500)}")
        message.append(actions(more))
    return Message(escape(heading), message)
