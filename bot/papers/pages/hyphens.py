"""Words that were broken at a line's end, put together by the evidence of the document they stand in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

HYPHENS = "-‐‑\u00ad\u0002\ufffe"
"""What a hyphen at a line's end may arrive as; U+FFFE is pdfium's own mark for it."""

_WORD = re.compile(r"[^\W_]+(?:[-‐‑][^\W_]+)*")
_LEFT = re.compile(r"[^\W_]+(?:[-‐‑][^\W_]+)*$")
_RIGHT = re.compile(r"[^\W_]+(?:[-‐‑][^\W_]+)*")
_BROKEN = re.compile(rf"(?<![^\W_])[^\W_]++(?:[{HYPHENS}]\s*\n\s*|[\ufffe\u0002]\s*)[^\W_]*")
"""A word broken at a line's end: neither half of it is evidence of anything."""
_ADDRESS = re.compile(r"(?:https?://|www\.|\w@)\S*$", re.IGNORECASE)
_CJK = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


class Hyphens:
    """Decides whether a hyphen at a line's end belongs to the word.

    The joined and the hyphenated form are counted elsewhere in the same document, and the more frequent wins
    (always joining would often be wrong). On a tie the hyphen stays if either side has a hyphen
    already, or the right part starts with a digit or capital, or both parts are words of the document by
    themselves; else the word is joined.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """``texts`` are the document's pages with their line ends."""
        self.forms: Counter[str] = Counter()
        for text in texts:
            whole = _BROKEN.sub(" \n ", text)
            for word in _WORD.findall(whole):
                self._count(word)

    def _count(self, word: str) -> None:
        parts = re.split("[-‐‑]", word.lower())
        self.forms["-".join(parts)] += 1
        for size in range(2, len(parts)):
            for start in range(len(parts) - size + 1):
                self.forms["-".join(parts[start : start + size])] += 1

    def keeps(self, left: str, right: str) -> bool:
        """Whether ``left``-``right`` is written with its hyphen; both without it."""
        before, after = _LEFT.search(left), _RIGHT.match(right)
        if before is None or after is None or _ADDRESS.search(left):
            return True
        head, tail = before[0], after[0]
        head_part, tail_part = re.split("[-‐‑]", head)[-1], re.split("[-‐‑]", tail)[0]
        joined = self.forms[(head_part + tail_part).lower()]
        hyphenated = self.forms[f"{head_part}-{tail_part}".lower()]
        if joined != hyphenated:
            return hyphenated > joined
        if head != head_part or tail != tail_part or not tail[0].islower():
            return True
        return self.forms[head.lower()] > 0 and self.forms[tail.lower()] > 0 and min(len(head), len(tail)) > 2

    def lines(self, lines: Iterable[str]) -> str:
        """Printed lines as running text: joined with a space, nothing between Chinese characters."""
        pieces: list[str] = []
        for line in lines:
            line = line.strip()
            if line and pieces:
                end, glue = self._seam(pieces[-1][-200:], line)
                pieces[-1] = pieces[-1][: len(pieces[-1]) - end]
                pieces.append(glue + line)
            elif line:
                pieces.append(line)
        return "".join(pieces).replace("\ufffe", "-").replace("\u0002", "-").replace("\u00ad", "")

    def _seam(self, text: str, line: str) -> tuple[int, str]:
        """How many characters ``text`` loses where ``line`` follows it, and what comes between."""
        if text[-1] in HYPHENS and text[-2:-1].isalnum() and line[0].isalnum():
            return 1, "-" if self.keeps(text[:-1], line) else ""
        if text[-1] in "-‐‑–—/" and text[-2:-1].strip():
            return 0, ""
        if _CJK.match(text[-1]) and _CJK.match(line[0]):
            return 0, ""
        if text[-1] in "./_=&?" and _ADDRESS.search(text):
            return 0, ""
        return 0, " "
