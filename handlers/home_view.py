"""The Home tab and the form of its schedules, as Block Kit. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.models import DigestEntry, Language, StoredShare
from bot.visible import escape
from bot.wording import say
from handlers.blocks import (
    Block,
    actions,
    badges,
    button,
    byline,
    clean,
    context,
    day,
    details_button,
    gathered_words,
    note,
    plain,
    rich,
    sentence,
    span,
)
from handlers.views import MOST_BLOCKS, form, text_input

_SHORT_BRIEF = 700
_SCHEDULES = 20


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search."""

    words: str
    offset: int
    total: int
    size: int
    """Papers a page."""
    notes: tuple[Block, ...] = ()
    """Under the count."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A channel's schedule in words."""

    channel_id: str
    words: str
    due_at: datetime
    """Of the next digest."""
    paused: str = ""
    """Why it is paused, in words."""
    sources: tuple[str, ...] = ()
    """Channels gathered into this one."""


def home(
    language: Language,
    entries: Sequence[DigestEntry],
    schedules: Sequence[Scheduled],
    *,
    found: Found | None = None,
    metadata: str = "",
) -> Block:
    """The App Home tab: a search, papers (those found, else the latest), the schedules of one's channels, help."""
    content: list[Block] = [
        _header(language, "heading"),
        *_search(language, found),
        *(_results(language, found) if found else [_header(language, "recent")]),
    ]
    if not entries:
        content.append(context(say(language, "home.none_found" if found else "home.none")))
    for number, entry in enumerate(entries):
        content += [{"type": "divider"}] * bool(number) + [*_entry(entry, language)]
    if found:
        content += _pages(language, found)
    content += [{"type": "divider"}, _header(language, "schedules")]
    content += [_schedule(language, each) for each in schedules[:_SCHEDULES]] or [
        context(say(language, "home.no_schedules"))
    ]
    content.append(actions(button("home_schedule_new", say(language, "home.schedule_new"))))
    content += [{"type": "divider"}, _header(language, "how"), *note(say(language, "commands.help")).blocks]
    return {"type": "home", "private_metadata": metadata, "blocks": content[:MOST_BLOCKS]}


def _header(language: Language, name: str) -> Block:
    return {"type": "header", "text": plain(say(language, f"home.{name}"), 150)}


def _search(language: Language, found: Found | None) -> Iterator[Block]:
    asked = text_input(
        "home_search",
        say(language, "home.search"),
        found.words if found else "",
        max_length=200,
        placeholder=plain(say(language, "home.search_placeholder"), 150),
        dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"]},
    )
    yield {**asked, "dispatch_action": True}


def _results(language: Language, found: Found) -> Iterator[Block]:
    heading = say(language, "digest.found", count=found.total, words=clean(found.words, 200))
    yield rich([span(heading, bold=True)])
    yield from found.notes
    yield actions(button("home_recent", say(language, "home.back")))


def _pages(language: Language, found: Found) -> Iterator[Block]:
    """Buttons to the pages beside this one; the words stand in the search field."""
    buttons = []
    if found.offset > 0:
        before = max(found.offset - found.size, 0)
        buttons.append(button("home_previous", say(language, "home.previous"), f"{before}:{found.words}"))
    if found.offset + found.size < found.total:
        buttons.append(button("home_next", say(language, "home.next"), f"{found.offset + found.size}:{found.words}"))
    if buttons:
        yield actions(*buttons)


def _entry(entry: DigestEntry, language: Language) -> Iterator[Block]:
    paper, brief = entry.paper, entry.brief
    yield sentence(paper, brief, _SHORT_BRIEF)
    shared = _shared(entry.shares[0], language) if entry.shares else ""
    yield context(byline(paper, brief, language), badges(brief, language), shared)
    yield actions(details_button(paper, brief, language))


def _shared(stored: StoredShare, language: Language) -> str:
    share, facts = stored.share, {"user": f"<@{stored.share.user_id}>", "day": day(stored.shared_at)}
    if share.channel_id.startswith("D"):
        return say(language, "home.shared_directly", day=facts["day"])
    return say(language, "reply.first_shared", channel=f"<#{share.channel_id}>", **facts)


def _schedule(language: Language, scheduled: Scheduled) -> Block:
    words = escape(clean(scheduled.words, 1_000))
    words += gathered_words(scheduled.sources, language)
    if scheduled.paused:
        then = say(language, "home.paused", reason=escape(clean(scheduled.paused, 500)))
    else:
        # Slack shows each reader the time in their own zone.
        at, form = int(scheduled.due_at.timestamp()), "{date_short} {time}"
        then = say(language, "home.next_digest", at=f"<!date^{at}^{form}|{scheduled.due_at:%Y-%m-%d %H:%M} UTC>")
    words = f"<#{scheduled.channel_id}>: {words}\n{then}"
    return {
        "type": "section",
        "text": {"type": "mrkdwn", "text": words, "verbatim": True},
        "accessory": button("home_schedule", say(language, "home.schedule_edit"), scheduled.channel_id),
    }


def schedule(language: Language, channel_id: str | None, words: str, sources: Sequence[str], metadata: str) -> Block:
    """The modal to set a schedule in, of one channel, or of one to be chosen when None.

    ``words`` and ``sources`` are those of the schedule that there is.
    """
    where: Block
    if channel_id is None:
        element: Block = {
            "type": "conversations_select",
            "action_id": "channel",
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        }
        where = {"type": "input", "block_id": "channel", "label": plain(say(language, "edit.channel"))}
        where["element"] = element
    else:
        where = context(f"<#{channel_id}>")
    hint = say(language, "edit.hint_schedule")
    asked = text_input("schedule", say(language, "edit.schedule"), words, hint=hint, max_length=200)
    return form(language, "home_schedule", [where, _sources(language, sources), asked], metadata)


def _sources(language: Language, chosen: Sequence[str]) -> Block:
    element: Block = {"type": "multi_channels_select", "action_id": "sources"}
    return {
        "type": "input",
        "block_id": "sources",
        "optional": True,
        "label": plain(say(language, "edit.sources")),
        "hint": plain(say(language, "edit.hint_sources")),
        "element": {**element, "initial_channels": list(chosen)} if chosen else element,
    }
