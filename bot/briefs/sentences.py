"""Splits the text of a paper into sentences and finds on which page a quote stands. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.models import FullText

# A full stop behind these ends no sentence.
_ABBREVIATIONS = (
    r"(?:\b(?:e\.g|i\.e|et al|cf|vs|etc|resp|approx|Fig|Figs|Eq|Eqs|Sec|Tab|Ref|Refs|No|Nos|Vol|St|Dr|Prof|Mr|Ms|"
    r"w\.r\.t|a\.k\.a|Inc|Ltd|Co|Corp|Univ|ca)|\b[A-Z]|\b\d)"
)
_END = re.compile(r"(?<=[.!?])[\"”’)]?\s+(?=[\"“‘(]?[A-Z0-9\u2022•])|(?<=[。！？])\s*|\s+(?=[•■▪]\s)")
_NO_END = re.compile(rf"{_ABBREVIATIONS}\.$")
_CITATIONS = re.compile(
    r"\s*\[\d[\d,;\s–-]*\]"  # [3], [1, 4–6]
    r"|\s*\((?:see |e\.g\.,? |cf\. )?(?:[A-Z][\w’'.-]+(?: (?:et al\.?|and|&|[A-Z][\w’'.-]+))*,? \(?(?:19|20)\d\d[a-z]?\)?[;,]? ?)+\)"
)


def split(text: str) -> list[str]:
    """The sentences of running text, line breaks turned into blanks, each as printed."""
    text = re.sub(r"\s+", " ", text).strip()
    found, start = [], 0
    for match in _END.finditer(text):
        piece = text[start : match.start() + len(match.group().rstrip()) if match.group().strip() else match.start()]
        if _NO_END.search(piece):
            continue
        found.append(piece.strip())
        start = match.end()
    found.append(text[start:].strip())
    return [piece for piece in found if piece]


def without_citations(sentence: str) -> str:
    """The sentence without its reference marks."""
    return _CITATIONS.sub("", sentence)


def words(text: str) -> int:
    """How long an excerpt is: words, where two Chinese characters count as one."""
    chinese = len(re.findall(r"[\u3400-\u9fff]", text))
    return len(re.sub(r"[\u3400-\u9fff]", " ", text).split()) + (chinese + 1) // 2


def page_of(quote: str, text: FullText | None, abstract: str) -> int | None:
    """The page (from 1) a quote stands on, 0 when only a source's abstract holds it, None when nothing does.

    Letters and digits are compared, so that line ends, ligatures and dashes do not matter.
    """
    wanted = _letters(quote)
    if not wanted:
        return None
    for number, page in enumerate(text.pages if text else (), start=1):
        if wanted in _letters(page):
            return number
    return 0 if wanted in _letters(abstract) else None


@lru_cache(maxsize=256)
def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
