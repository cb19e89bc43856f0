"""Splits the text of a paper into sentences. Pure."""

from __future__ import annotations

import re

# A full stop behind these ends no sentence.
_ABBREVIATIONS = (
    r"(?:\b(?:e\.g|i\.e|et al|cf|vs|etc|resp|approx|[Ff]igs?|[Ee]qs?|[Ss]ec|Tab|[Rr]efs?|Nos?|Vol|St|Dr|Prof|Mr|Ms|"
    r"w\.r\.t|a\.k\.a|Inc|Ltd|Co|Corp|Univ|[Cc]a)|(?<!°)(?<!° )\b[A-Z]|^\d{1,2})"
)
_END = re.compile(
    r"(?<=[.!?])[\"”’)]?\s+(?=[\"“‘(]?[A-Z0-9\u2022•])|(?<=[。！？])\s*|(?<=[a-z]{4}\.)\s+(?=[a-z])|\s+(?=[•■▪]\s)"
)
_NO_END = re.compile(rf"{_ABBREVIATIONS}\.\)?$")
_TAIL = 16
"""Characters before a stop that tell whether it ends a sentence; an abbreviation and what precedes it fit in."""
_NUMBERS = re.compile(r"\s*\[\d[\d,;\s–-]{0,60}\]")  # [3], [1, 4–6]
_IN_BRACKETS = re.compile(r"\s*\([^()]{4,300}\)")
_AUTHOR_YEAR = re.compile(r"\((?:see |e\.g\.,? |cf\. )?[A-Z].*\b(?:19|20)\d\d[a-z]?\W*\)$")


def split(text: str) -> list[str]:
    """The sentences of running text, line breaks turned into blanks, each as printed."""
    text = re.sub(r"\s+", " ", text).strip()
    found, start = [], 0
    for match in _END.finditer(text):
        end = match.start() + len(match.group().rstrip())
        if _NO_END.search(text[max(start, end - _TAIL) : end]):
            continue
        found.append(text[start:end].strip())
        start = match.end()
    found.append(text[start:].strip())
    return [piece for piece in found if piece]


def without_citations(sentence: str) -> str:
    """The sentence without its reference marks."""
    sentence = re.sub(r"(?<=[,.;:])\^\d{1,2}(?=\s|$)", "", _NUMBERS.sub("", sentence))  # GPT-3,^1 is a footnote
    sentence = re.sub(r"\s*\([^()]{0,40}\b(?:of|in|by|see|from)\)", "", sentence)  # (Appendix B of [3])
    return _IN_BRACKETS.sub(lambda match: "" if _AUTHOR_YEAR.search(match[0].strip()) else match[0], sentence)
