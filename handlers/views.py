"""The modals, as Block Kit. Pure.

Words of papers and people stand in rich text or are escaped, as in messages. A view holds at most 100 blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from bot.briefs.asking.model import EXTRACTIVE
from bot.briefs.brief import LENGTHS, shown_institutions
from bot.briefs.correction import edited_by, institutions_beside
from bot.models import SLOTS, Brief, Identifier, Language, Paper, Revision, Usage
from bot.papers.sites import page_url
from bot.visible import escape
from bot.wording import catalogue, say
from handlers.blocks import (
    Block,
    badges,
    clean,
    context,
    cost_words,
    day,
    link,
    model_words,
    plain,
    rich,
    span,
)

MOST_BLOCKS = 100
_TITLE = 300
_INSTITUTIONS = 30
_HISTORY = 10
_IDENTIFIERS = 12


def notice(language: Language, words: str) -> Block:
    """A modal that says one sentence."""
    return _modal(language, "details.title", [rich([span(clean(words, 2_900))])])


def _modal(language: Language, title: str, content: list[Block], **more: Any) -> Block:
    return {
        "type": "modal",
        "title": plain(say(language, title), 24),
        "close": plain(say(language, "details.close"), 24),
        "blocks": content[:MOST_BLOCKS],
        **more,
    }


def form(language: Language, name: str, content: list[Block], metadata: str) -> Block:
    """A modal to fill in; ``name`` is its callback and its place in the catalogue."""
    submit = plain(say(language, f"edit.{name}_submit"), 24)
    more = {"callback_id": name, "submit": submit, "private_metadata": metadata}
    return {**_modal(language, f"edit.{name}_title", content, **more), "close": plain(say(language, "edit.cancel"), 24)}


def text_input(block_id: str, label: str, initial: str, *, hint: str = "", **more: Any) -> Block:
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
        rich([link(paper.page_url, clean(paper.title, _TITLE))]),
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
        yield rich([*heading, span(say(language, "details.beside", words=clean(institution.name, 200), where=where))])
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
            quote = f"“{clean(evidence.quote, 1_500)}”"
            yield rich([_heading(language, slot), span(say(language, "details.beside", words=quote, where=where))])
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
        return say(language, f"details.{name}") if f"details.{name}" in catalogue(language) else otherwise

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
            return f"doi:{value}", f"https://doi.org/{quote(value, safe='/')}"
        case "pdf" | "page":
            return value, value
        case kind:
            return f"{kind.upper()}:{value}", page_url(kind, value)


def _made(paper: Paper, brief: Brief, history: Sequence[Revision]) -> Iterator[Block]:
    language = brief.language
    written = "details.source_extractive" if brief.model == EXTRACTIVE else "details.source"
    source = say(language, written, source=paper.source or "PDF", model=brief.model)
    passed_over = ", ".join(each.partition(":")[0] for each in paper.passed_over)
    silent = say(language, "details.passed_over", sources=passed_over) if passed_over else ""
    prompt = say(language, "details.prompt", version=brief.prompt_version) if brief.prompt_version else ""
    yield context(escape(source), escape(silent), escape(prompt), badges(brief, language), _cost(brief, history))


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
        who = f"<@{revision.user_id}>" if revision.user_id else model_words(revision.brief.model, language)
        key = "details.current" if number == 0 else "details.earlier"
        if len(history) > 1:
            yield context(say(language, key, who=who, day=day(revision.made_at)))
        if number:
            yield rich([span(clean(revision.brief.sentence, 600))])


# --- correcting -------------------------------------------------------------------------------------


def edit(paper: Paper, brief: Brief, metadata: str) -> Block:
    """The modal to correct a brief in; its inputs are named as the slots, and ``institutions``."""
    language = brief.language
    content = [rich([link(paper.page_url, clean(paper.title, _TITLE))])]
    unit = say(language, "edit.unit")
    for slot in SLOTS:
        fewest, most = LENGTHS[language][slot]
        hint = say(language, f"edit.hint_{slot}", fewest=fewest, most=most, unit=unit)
        label = say(language, f"details.{slot}")
        content.append(text_input(slot, label, getattr(brief, slot), hint=hint, multiline=True))
    institutions = text_input(
        "institutions",
        say(language, "details.institutions"),
        "\n".join(brief.institutions),
        hint=say(language, "edit.hint_institutions"),
        multiline=True,
    )
    return form(language, "brief_edit", [*content, {**institutions, "optional": True}], metadata)


def again(paper: Paper, language: Language, models: Sequence[str], metadata: str) -> Block:
    """The modal that asks which model shall write the brief once more, and in which language."""
    choices = [_option(model, model[:150]) for model in models[:100]]
    tongues = {each: _option(say(language, f"edit.language_{each}"), each) for each in ("zh", "en")}
    content = [
        rich([link(paper.page_url, clean(paper.title, _TITLE))]),
        _choice("model", say(language, "edit.model"), "static_select", choices, choices[0]),
        _choice("language", say(language, "edit.language"), "radio_buttons", [*tongues.values()], tongues[language]),
    ]
    return form(language, "brief_again", content, metadata)


def _option(words: str, value: str) -> Block:
    return {"text": plain(words, 75), "value": value}


def _choice(block_id: str, label: str, kind: str, options: Sequence[Block], initial: Block) -> Block:
    element = {"type": kind, "action_id": block_id, "options": list(options), "initial_option": initial}
    return {"type": "input", "block_id": block_id, "label": plain(label, 2_000), "element": element}
