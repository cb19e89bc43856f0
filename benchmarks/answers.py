"""A correct brief, and what every maker of bad answers needs: it knows numbers by itself, not by the checks."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.models import Draft, FullText, Language, Paper, Slot


@dataclass(frozen=True)
class Case:
    """A correct brief of a paper."""

    paper: Paper
    text: FullText | None
    language: Language
    draft: Draft

    def words(self, slot: Slot) -> str:
        return str(getattr(self.draft, slot))

    @property
    def whole(self) -> str:
        """All the paper prints."""
        return "\n".join([self.paper.title, self.paper.abstract, *(self.text.pages if self.text else ())])


Maker = Callable[[Case, Sequence[Case], random.Random], Iterator[tuple[Draft, str]]]
"""Makes bad answers of a case; gets all cases for what is to come from another paper. Yields draft and what changed."""
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.@/])(?<![A-Za-z]-)(?<![A-Za-z]\d-)\d[\d,]*(?:\.\d+)?(?!\d|[A-Za-z]*\d|C\b|Pb\b)")


def with_slot(case: Case, slot: Slot, words: str) -> Draft:
    changed = {slot: words}
    return replace(case.draft, **changed)  # type: ignore[arg-type]


def numbers_of(words: str) -> list[re.Match[str]]:
    """Numbers in digits that are no part of a name and no year-like label of one."""
    return [m for m in _NUMBER.finditer(words) if not re.search(r"[A-Za-z][ -]?$", words[: m.start()]) or "." in m[0]]


def put(words: str, match: re.Match[str], new: str) -> str:
    return words[: match.start()] + new + words[match.end() :]
