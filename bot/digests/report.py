"""The digest's full form: a Markdown file of briefs and details. Pure.

The plain form is fixed to the byte; what else a reader may want comes after the abstract, as a list of bold lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.briefs.correction import named_institutions
from bot.briefs.notes import badge_words, written_in
from bot.digests.citation import link
from bot.models import SLOTS, Brief, Digest, DigestEntry, Identifier, Language, Share, StoredShare
from bot.visible import visible
from bot.wording import say

_MARKUP = re.compile(r"(\\*)(<(?=[a-zA-Z!/?])|\](?=[(:]))")
"""What begins HTML or makes a link of the brackets before it, with the backslashes that would escape it or not."""

_BEGINS = re.compile(r"(?m)^(?=[^\S\n]*(?:#|```|~~~|=+[^\S\n]*$|([-*_])(?:[^\S\n]*\1)*[^\S\n]*$))")
"""Where a line begins a heading, underlines one, rules off, or opens a block of code to its end or the file's."""

Names = Callable[[str], str]
"""From a user's or channel's id to what people call it."""
Addresses = Callable[[Share], str]
"""Where the message of a share is found; empty where its readers may not know."""


def nowhere(share: Share) -> str:
    """The address of every message outside Slack."""
    return ""


def report_title(language: Language, topic: str = "") -> str:
    """The title of a report that was given none."""
    return say(language, "report.title_topic", topic=topic) if topic else say(language, "report.title")


def digest_report(digest: Digest, at: datetime, *, names: Names = str, addresses: Addresses = nowhere) -> str:
    """The report file of a digest."""
    title, zone = report_title(digest.language, digest.topic), digest.zone
    return report(
        digest.entries, digest.language, title=title, at=at, zone=zone, plain=False, names=names, addresses=addresses
    )


def report(
    entries: Sequence[DigestEntry],
    language: Language,
    *,
    title: str,
    at: datetime,
    zone: str,
    plain: bool,
    names: Names = str,
    addresses: Addresses = nowhere,
) -> str:
    """``at`` is the time of making, printed in ``zone``; ``plain`` leaves out what comes after the abstracts."""
    tz = ZoneInfo(zone)
    lines = [
        f"# {_line(title)}",
        say(language, "report.generated", at=f"{at.astimezone(tz):%Y-%m-%d %H:%M:%S}"),
        say(language, "report.papers", count=len(entries)),
        "",
        f"## {say(language, 'report.briefs')}",
        "",
    ]
    for number, entry in enumerate(entries, 1):
        lines += [_heading(number, entry), "", _flat(_line(entry.brief.sentence)), ""]
    lines += [f"## {say(language, 'report.details')}", ""]
    for number, entry in enumerate(entries, 1):
        lines += [_heading(number, entry), "", *_details(entry, language), ""]
        if not plain:
            lines += [f"- {line}" for line in _more(entry, language, lambda each: _shared(each, tz, names, addresses))]
            lines += [""] * (lines[-1] != "")
    return "\n".join(lines).rstrip("\n") + "\n"


def _heading(number: int, entry: DigestEntry) -> str:
    title = _line(entry.paper.title)
    return f"### {number}. {title if title.strip() else '–'}"


def _line(text: str) -> str:
    return _inert(re.sub(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*", " ", text))


def _inert(text: str) -> str:
    """Words of others, that are no HTML, no link and no picture to whoever shows the file."""
    return _MARKUP.sub(r"\1\1\\\2", visible(text))


def _flat(text: str) -> str:
    """Words of others, whose lines begin no heading, rule or code that would take in what follows."""
    return _BEGINS.sub(r"\\", text)


def _details(entry: DigestEntry, language: Language) -> Iterator[str]:
    paper = entry.paper
    institutions = ", ".join(map(_line, named_institutions(paper, entry.brief)))
    yield say(language, "report.institutions", institutions=institutions)
    yield say(language, "report.authors", count=paper.author_count or len(paper.authors))
    yield ""
    yield say(language, "report.abstract")
    yield _flat(_inert(paper.abstract))


def _more(entry: DigestEntry, language: Language, shared: Callable[[StoredShare], str]) -> Iterator[str]:
    paper, brief = entry.paper, entry.brief
    if identifiers := " · ".join(filter(None, map(_named, paper.identifiers))):
        yield say(language, "report.identifiers", identifiers=_line(identifiers))
    if url := link(paper):
        yield say(language, "report.link", url=f"<{url}>")
    if entry.shares:
        yield say(language, "report.shared", shares="; ".join(map(shared, entry.shares)))
    for slot in (slot for slot in SLOTS if slot in brief.evidence):
        evidence = brief.evidence[slot]
        where = say(language, "report.page", page=evidence.page) if evidence.page else say(language, "report.source")
        yield say(language, f"report.evidence_{slot}", quote=_line(evidence.quote), where=where)
    if notes := [*badge_words(brief, language), *filter(None, [written_in(brief, language)])]:
        yield say(language, "report.badges", badges="; ".join(notes))
    if brief.model != "import":
        yield _made_by(brief, language)


def _named(identifier: Identifier) -> str:
    """As it is cited; the names that only we use (a link, the digest of a file) are left out."""
    version = f"v{identifier.version}" if identifier.version else ""
    match identifier.kind:
        case "arxiv":
            return f"arXiv:{identifier.value}{version}"
        case "pdf" | "page" | "sha256":
            return ""
        case kind:
            return f"{kind.upper()}:{identifier.value}"


def _shared(stored: StoredShare, tz: ZoneInfo, names: Names, addresses: Addresses) -> str:
    share, address = stored.share, addresses(stored.share)
    who, where = names(share.user_id), names(share.channel_id)
    found = f" <{address}>" if address else ""
    return f"{_line(who)} @ {_line(where)}, {stored.shared_at.astimezone(tz):%Y-%m-%d %H:%M}{found}"


def _made_by(brief: Brief, language: Language) -> str:
    model, usage = _line(brief.model), brief.usage
    if not usage.calls:
        return say(language, "report.model", model=model)
    tokens = usage.input_tokens + usage.output_tokens
    if usage.cost is None:
        return say(language, "report.model_usage", model=model, tokens=tokens)
    return say(language, "report.model_cost", model=model, tokens=tokens, cost=f"{usage.cost:.4f}")
