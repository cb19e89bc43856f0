"""Briefs on the command line: how a file or link is briefed there, and how that is printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import track

from bot.errors import PaperwireError, Tell
from bot.models import Brief, DigestEntry, Language, Paper, Usage
from bot.papers.identify import identify
from bot.pipeline import Found, Pipeline, spares_text
from bot.wording import explain

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Briefed:
    """One argument of ``paperwire brief`` and what became of it."""

    source: str
    is_link: bool
    paper: Paper | None = None
    brief: Brief | None = None
    error: PaperwireError | None = None

    def entry(self) -> DigestEntry | None:
        return DigestEntry(self.paper, self.brief) if self.paper and self.brief else None

    def record(self) -> dict[str, Any]:
        """The line of ``--json``."""
        paper, brief = self.paper, self.brief
        return {
            "link" if self.is_link else "file": self.source,
            "title": paper.title if paper else None,
            "authors": [author.name for author in paper.authors] if paper else [],
            "institutions": [institution.name for institution in paper.institutions] if paper else [],
            "abstract": paper.abstract if paper else None,
            "language": brief.language if brief else None,
            "brief": brief.sentence if brief else None,
            "technique": brief.technique if brief else None,
            "problem": brief.problem if brief else None,
            "effect": brief.effect if brief else None,
            "evidence": {slot: {"quote": e.quote, "page": e.page} for slot, e in brief.evidence.items()}
            if brief
            else {},
            "model": brief.model if brief else None,
            "badges": list(brief.badges) if brief else [],
            "error": self.error.code if self.error else None,
        }


class NoAnswers:
    """Keeps no model's answers: a brief on the command line leaves nothing behind."""

    def answer(self, key: str) -> str | None:
        return None

    def keep_answer(self, key: str, model: str, answer: str, usage: Usage, now: datetime) -> None:
        return None

    def forget_answer(self, key: str) -> None:
        return None


def brief_source(pipeline: Pipeline, source: str, language: Language, now: datetime) -> Briefed:
    """Brief one file or link."""
    try:
        found = find(pipeline, source)
        brief = pipeline.write(found, language, now)
    except PaperwireError as error:
        return Briefed(source, is_link(source), error=error)
    return Briefed(source, is_link(source), found.paper, brief)


def is_link(source: str) -> bool:
    return not Path(source).exists() and ("://" in source or bool(identify(source)))


def find(pipeline: Pipeline, source: str) -> Found:
    """The paper in a file or behind a link. A file is read by itself, asking nobody. Raises Tell and Retry."""
    if is_link(source):
        return _behind_link(pipeline, source)
    if not Path(source).is_file():
        raise Tell("no_file", path=source)
    return pipeline.compose((), None, pipeline.take(Path(source)), source)


def _behind_link(pipeline: Pipeline, link: str) -> Found:
    named = identify(link)
    if not named:
        raise Tell("bad_link", url=link)
    identifier = named[0].identifier
    metadata = pipeline.resolve(identifier)
    name: str | None = None
    try:
        name = pipeline.fetch(metadata)
    except Tell as error:
        if not spares_text(error, metadata):
            raise
    return pipeline.compose((identifier,), metadata, name, link)


def in_order(action: Callable[[T], U], items: Sequence[T], words: str, workers: int) -> Iterator[U]:
    """Do an action for every item, several at a time, results in order; a progress bar on a terminal."""
    quiet = len(items) < 2 or not sys.stderr.isatty()
    with ThreadPoolExecutor(workers) as pool:
        results = pool.map(action, items)
        yield from track(results, words, total=len(items), console=Console(stderr=True), disable=quiet, transient=True)


def show(briefed: Briefed) -> str:
    """A brief as a person reads it on a terminal."""
    if briefed.error is not None:
        return f"{briefed.source}: {explain('en', briefed.error)}\n"
    assert briefed.brief is not None
    badges = f"  [{', '.join(briefed.brief.badges)}]" if briefed.brief.badges else ""
    return f"{briefed.source}{badges}\n{briefed.brief.sentence}\n"


def side_by_side(source: str, briefs: Sequence[Brief]) -> str:
    """What each model made of one paper: brief, what grounding mended, tokens, cost, time."""
    lines = [source]
    for brief in briefs:
        usage = brief.usage
        cost = "cost unknown" if usage.cost is None else f"${usage.cost:.4f}"
        tokens = f"{usage.input_tokens}+{usage.output_tokens} tokens"
        lines += [
            f"\n{brief.model}  ({tokens}, {cost}, {usage.seconds:.1f} s)  {', '.join(brief.badges)}",
            brief.sentence,
        ]
        lines += [f"  - {fault}" for fault in brief.verdict]
    return "\n".join([*lines, ""])


def line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)
