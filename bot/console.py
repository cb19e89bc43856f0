"""Briefs on the command line: how a file or link is briefed there, and how that is printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import track

from bot.briefs.notes import badge_words, model_notes
from bot.errors import PaperwireError, Tell
from bot.models import Brief, DigestEntry, Language, Paper, Usage
from bot.papers.identify import identify_asked
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
    """Whether it names a paper, by a link or an identifier, and not a file that is there."""
    return not _is_there(source) and ("://" in source or bool(identify_asked(source)))


def _is_there(source: str) -> bool:
    try:
        return Path(source).exists()
    except OSError:  # too long for a file's name
        return False


def find(pipeline: Pipeline, source: str) -> Found:
    """The paper in a file, or the one that a link or an identifier names. Raises Tell and Retry.

    A file is read by itself, asking nobody.
    """
    if is_link(source):
        return _behind_link(pipeline, source)
    if not (_is_there(source) and Path(source).is_file()):
        raise Tell("no_file", path=source)
    return pipeline.compose((), None, pipeline.take(Path(source)), source)


def _behind_link(pipeline: Pipeline, link: str) -> Found:
    found = identify_asked(link)
    if not found:
        raise Tell("bad_link", url=link)
    identifier = found[0].identifier
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


@contextmanager
def writing(report: Path) -> Iterator[None]:
    """Raises Tell (``report_unwritable``)."""
    try:
        yield
    except OSError as error:
        raise Tell("report_unwritable", path=str(report), reason=error.strerror or str(error)) from error


def show(briefed: Briefed) -> str:
    """A brief as a person reads it on a terminal."""
    if briefed.error is not None:
        return f"{briefed.source}: {explain('en', briefed.error)}\n"
    assert briefed.brief is not None
    return "\n".join([f"{briefed.source}{_badges(briefed.brief)}", *_words(briefed.brief), ""])


def side_by_side(source: str, models: Sequence[str], briefs: Sequence[Brief]) -> str:
    """What each model made of one paper: brief, what grounding mended, tokens, cost, time."""
    lines = [source]
    for model, brief in zip(models, briefs, strict=True):
        usage = brief.usage
        cost = "cost unknown" if usage.cost is None else f"${usage.cost:.4f}"
        tokens = f"{usage.input_tokens}+{usage.output_tokens} tokens"
        lines += [
            f"\n{model}  ({tokens}, {cost}, {usage.seconds:.1f} s){_badges(brief)}",
            *_words(brief),
            *(f"  - {fault}" for fault in brief.verdict),
        ]
    return "\n".join([*lines, ""])


def _badges(brief: Brief) -> str:
    words = badge_words(brief, "en")
    return f"  [{'; '.join(words)}]" if words else ""


def _words(brief: Brief) -> list[str]:
    """The sentence, after what is to be said of models that failed."""
    return [*model_notes(brief, "en"), brief.sentence]


def line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)
