"""Every modal and the Home tab, as Block Kit. Pure.

Words of papers and people stand in rich text or are escaped, as in messages. A view holds at most 100 blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.briefs.brief import LENGTHS, shown_institutions
from bot.briefs.correction import edited_by, institutions_beside
from bot.models import SLOTS, Brief, DigestEntry, Identifier, Language, Paper, Revision, StoredShare, Usage
from bot.papers.sites import page_url
from bot.wording import keys, say
from handlers.blocks import (
    Block,
    actions,
    badges,
    button,
    byline,
    clean,
    context,
    cost_words,
    day,
    escape,
    link,
    note,
    plain,
    rich,
    sentence,
    span,
)

_MOST_BLOCKS = 100
_TITLE = 300
_INSTITUTIONS = 30
_HISTORY = 10
_IDENTIFIERS = 12
_SHORT_BRIEF = 700
_SCHEDULES = 20


def notice(language: Language, words: str) -> Block:
    """A modal that says one sentence."""
    return _modal(language, "details.title", [rich([span(clean(words, 2_900))])])


def _modal(language: Language, title: str, content: list[Block], **more: Any) -> Block:
    return {
        "type": "modal",
        "title": plain(say(language, title), 24),
        "close": plain(say(language, "details.close"), 24),
        "blocks": content[:_MOST_BLOCKS],
        **more,
    }


def _form(language: Language, name: str, content: list[Block], metadata: str) -> Block:
    """A modal to fill in; ``name`` is its callback and its place in the catalogue."""
    submit = plain(say(language, f"edit.{name}_submit"), 24)
    more = {"callback_id": name, "submit": submit, "private_metadata": metadata}
    return {**_modal(language, f"edit.{name}_title", content, **more), "close": plain(say(language, "edit.cancel"), 24)}


def _text_input(block_id: str, label: str, initial: str, *, hint: str = "", **more: Any) -> Block:
    element = {"type": "plain_text_input", "action_id": block_id, **more}
    if initial:
        element["initial_value"] = clean(initial, 3_000)
    block = {"type": "input", "block_id": block_id, "label": plain(label, 2_000), "element": element}
    return {**block, "hint": plain(hint, 2_000)} if hint else block


# --- details ----------------------------------------------------------------------------------------


def details(paper: Paper, brief: Brief, history: Sequence[Revision] = ()) -> Block:
    """The modal behind a brief: what it rests on, who made it, what it took, and what it was before."""
    language = brief.language
    authors = clean(", ".join(author.name for author in paper.authors), 2_500) or "–"
    content = [
        rich([link(paper.page_url, clean(paper.title, _TITLE) or "–")]),
        *_published(paper),
        rich([_heading(language, "authors"), span(authors)]),
        *_institutions(paper, brief),
        *_evidence(brief),
        *_verdict(brief),
        *_names(paper, language),
        *_made(paper, brief, history),
        *_history(history, language),
    ]
    return _modal(language, "details.title", content)


def _heading(language: Language, name: str) -> Block:
    return span(say(language, f"details.{name}") + "\n", bold=True)


def _published(paper: Paper) -> Iterator[Block]:
    version = f"v{paper.version}" if paper.version else ""
    if words := " · ".join(filter(None, [paper.venue, str(paper.published or ""), version])):
        yield context(escape(clean(words, 500)))


def _institutions(paper: Paper, brief: Brief) -> Iterator[Block]:
    language = brief.language
    names = institutions_beside(paper, brief, language)
    if set(names) != set(shown_institutions(paper, language)):
        yield rich([_heading(language, "institutions_edited"), span(clean("\n".join(names), 2_500))])
    heading = [_heading(language, "institutions")]
    for institution in paper.institutions[:_INSTITUTIONS]:
        where = say(language, "details.printed", page=institution.page, line=clean(institution.printed, 200))
        yield rich([*heading, span(f"{clean(institution.name, 200)} ({where})")])
        heading = []


def _evidence(brief: Brief) -> Iterator[Block]:
    language = brief.language
    for slot in SLOTS:
        if slot in brief.evidence:
            evidence = brief.evidence[slot]
            where = (
                say(language, "details.page", page=evidence.page)
                if evidence.page
                else say(language, "details.abstract_source")
            )
            yield rich([_heading(language, slot), span(f"“{clean(evidence.quote, 1_500)}” ({where})")])
        elif edited_by(brief) is not None:
            yield rich([_heading(language, slot), span(say(language, "details.own_words"))])


def _verdict(brief: Brief) -> Iterator[Block]:
    if brief.verdict:
        lines = "\n".join(_found(line, brief.language) for line in brief.verdict[:20])
        yield rich([_heading(brief.language, "verdict"), span(clean(lines, 2_800))])


def _found(line: str, language: Language) -> str:
    """``effect: number: 97 % (mended)`` in words."""
    slot, _, rest = line.partition(": ")
    kind, _, rest = rest.partition(": ")
    what, _, done = rest.rstrip(")").rpartition(" (")

    def word(name: str, otherwise: str) -> str:
        return say(language, f"details.{name}") if f"details.{name}" in keys(language) else otherwise

    if not what:
        return line
    done = word(f"done_{done.replace(' ', '_')}", done)
    return say(language, "details.found", slot=word(slot, slot), kind=word(f"fault_{kind}", kind), what=what, done=done)


def _names(paper: Paper, language: Language) -> Iterator[Block]:
    shown: list[Block] = []
    for identifier in paper.identifiers[:_IDENTIFIERS]:
        name, url = _named(identifier)
        if name:
            shown += [span(" · ")] * bool(shown) + [link(url, clean(name, 200)) if url else span(clean(name, 200))]
    if shown:
        yield rich([_heading(language, "identifiers"), *shown])


def _named(identifier: Identifier) -> tuple[str, str | None]:
    """As it is cited, and where it leads; the digest of a file is no name for people."""
    value, version = identifier.value, f"v{identifier.version}" if identifier.version else ""
    match identifier.kind:
        case "sha256":
            return "", None
        case "arxiv":
            return f"arXiv:{value}{version}", f"https://arxiv.org/abs/{value}{version}"
        case "doi":
            return f"doi:{value}", f"https://doi.org/{value}"
        case "pdf" | "page":
            return value, value
        case kind:
            return f"{kind.upper()}:{value}", page_url(kind, value)


def _made(paper: Paper, brief: Brief, history: Sequence[Revision]) -> Iterator[Block]:
    language = brief.language
    source = say(language, "details.source", source=paper.source or "PDF", model=brief.model)
    prompt = say(language, "details.prompt", version=brief.prompt_version) if brief.prompt_version else ""
    yield context(escape(source), escape(prompt), badges(brief, language), _cost(brief, history))


def _cost(brief: Brief, history: Sequence[Revision]) -> str:
    """What all versions of the brief took together."""
    spent = [each.brief.usage for each in history] or [brief.usage]
    spent = [usage for usage in spent if usage.calls]
    if not spent:
        return ""
    known = all(usage.cost is not None for usage in spent)
    total = Usage(cost=sum(usage.cost or 0.0 for usage in spent) if known else None)
    tokens = sum(usage.input_tokens + usage.output_tokens for usage in spent)
    return say(brief.language, "details.cost", tokens=tokens, cost=cost_words(total, brief.language))


def _history(history: Sequence[Revision], language: Language) -> Iterator[Block]:
    """The versions before the current one, latest first."""
    for number, revision in enumerate(history[:_HISTORY]):
        # In a view nobody is notified of being named.
        who = f"<@{revision.user_id}>" if revision.user_id else escape(clean(revision.brief.model, 100))
        key = "details.current" if number == 0 else "details.earlier"
        if len(history) > 1:
            yield context(say(language, key, who=who, day=day(revision.made_at)))
        if number:
            yield rich([span(clean(revision.brief.sentence, 600))])


# --- correcting -------------------------------------------------------------------------------------


def edit(paper: Paper, brief: Brief, metadata: str) -> Block:
    """The modal to correct a brief in; its inputs are named as the slots, and ``institutions``."""
    language = brief.language
    content = [rich([link(paper.page_url, clean(paper.title, _TITLE) or "–")])]
    unit = say(language, "edit.unit")
    for slot in SLOTS:
        fewest, most = LENGTHS[language][slot]
        hint = say(language, f"edit.hint_{slot}", fewest=fewest, most=most, unit=unit)
        label = say(language, f"details.{slot}")
        content.append(_text_input(slot, label, getattr(brief, slot), hint=hint, multiline=True))
    institutions = _text_input(
        "institutions",
        say(language, "details.institutions"),
        "\n".join(brief.institutions),
        hint=say(language, "edit.hint_institutions"),
        multiline=True,
    )
    return _form(language, "brief_edit", [*content, {**institutions, "optional": True}], metadata)


def again(paper: Paper, language: Language, models: Sequence[str], metadata: str) -> Block:
    """The modal that asks which model shall write the brief once more, and in which language."""
    choices = [_option(model, model[:150]) for model in models[:100]]
    tongues = {each: _option(say(language, f"edit.language_{each}"), each) for each in ("zh", "en")}
    content = [
        rich([link(paper.page_url, clean(paper.title, _TITLE) or "–")]),
        _choice("model", say(language, "edit.model"), "static_select", choices, choices[0]),
        _choice("language", say(language, "edit.language"), "radio_buttons", [*tongues.values()], tongues[language]),
    ]
    return _form(language, "brief_again", content, metadata)


def _option(words: str, value: str) -> Block:
    return {"text": plain(words, 75), "value": value}


def _choice(block_id: str, label: str, kind: str, options: Sequence[Block], initial: Block) -> Block:
    element = {"type": kind, "action_id": block_id, "options": list(options), "initial_option": initial}
    return {"type": "input", "block_id": block_id, "label": plain(label, 2_000), "element": element}


# --- home -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search."""

    words: str
    offset: int
    total: int
    size: int
    """Papers a page."""


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
    for entry in entries:
        content += _entry(entry, language)
    if found:
        content += _pages(language, found)
    content += [{"type": "divider"}, _header(language, "schedules")]
    content += [_schedule(language, each) for each in schedules[:_SCHEDULES]] or [
        context(say(language, "home.no_schedules"))
    ]
    content.append(actions(button("home_schedule_new", say(language, "home.schedule_new"))))
    content += [{"type": "divider"}, _header(language, "how"), *note(say(language, "commands.help")).blocks]
    return {"type": "home", "private_metadata": metadata, "blocks": content[:_MOST_BLOCKS]}


def _header(language: Language, name: str) -> Block:
    return {"type": "header", "text": plain(say(language, f"home.{name}"), 150)}


def _search(language: Language, found: Found | None) -> Iterator[Block]:
    asked = _text_input(
        "home_search",
        say(language, "home.search"),
        found.words if found else "",
        max_length=200,
        placeholder=plain(say(language, "home.search_placeholder"), 150),
        dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"]},
    )
    yield {**asked, "dispatch_action": True}


def _results(language: Language, found: Found) -> Iterator[Block]:
    key = "home.found_one" if found.total == 1 else "home.found_many"
    yield rich([span(say(language, key, count=found.total, words=clean(found.words, 200)), bold=True)])
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
    closed = entry.shares[0].share.channel_id if entry.shares and entry.shares[0].share.private else ""
    value = f"{paper.id}:{brief.language}:{closed}"
    yield actions(button("paper_details", say(language, "reply.details"), value))


def _shared(stored: StoredShare, language: Language) -> str:
    share, facts = stored.share, {"user": f"<@{stored.share.user_id}>", "day": day(stored.shared_at)}
    if share.channel_id.startswith("D"):
        return say(language, "home.shared_directly", day=facts["day"])
    return say(language, "reply.first_shared", channel=f"<#{share.channel_id}>", **facts)


def _schedule(language: Language, scheduled: Scheduled) -> Block:
    words = escape(clean(scheduled.words, 1_000))
    if scheduled.sources:
        words += say(language, "commands.schedule_from", channels=" ".join(f"<#{each}>" for each in scheduled.sources))
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


def schedule(language: Language, channel_id: str | None, words: str, metadata: str) -> Block:
    """The modal to set a schedule in, of one channel, or of one to be chosen when None."""
    where: Block
    if channel_id is None:
        element: Mapping[str, Any] = {
            "type": "conversations_select",
            "action_id": "channel",
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        }
        where = {"type": "input", "block_id": "channel", "label": plain(say(language, "edit.channel"))}
        where["element"] = dict(element)
    else:
        where = context(f"<#{channel_id}>")
    hint = say(language, "edit.hint_schedule")
    asked = _text_input("schedule", say(language, "edit.schedule"), words, hint=hint, max_length=200)
    return _form(language, "home_schedule", [where, asked], metadata)
