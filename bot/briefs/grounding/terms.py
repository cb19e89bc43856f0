"""What two sentences have in common across languages: scholarly terms, names and numbers, each with its place."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from bot.briefs.grounding.cues import words_of
from bot.briefs.grounding.source import lower

_LATIN = re.compile(r"[a-zß-ɏͰ-Ͽ][a-zß-ɏͰ-Ͽ0-9]*")


@cache
def _glossary() -> tuple[re.Pattern[str], dict[str, str], dict[str, str]]:
    """A pattern of all Chinese terms, longest first; Chinese term → thing; first letters of English words → thing."""
    chinese: dict[str, str] = {}
    english: dict[str, str] = {}
    for thing, entry in words_of("terms")["glossary"].items():
        zh, _, en = entry.partition("=")
        chinese |= dict.fromkeys(zh.split(), thing)
        english |= dict.fromkeys(en.split(), thing)
    pattern = re.compile("|".join(sorted(map(re.escape, chinese), key=len, reverse=True)))
    return pattern, chinese, english


@lru_cache(maxsize=512)
def terms(text: str) -> tuple[tuple[int, str], ...]:
    """Place and term of everything in ``text`` (normalised) that can be found again in the other language."""
    pattern, chinese, english = _glossary()
    small = words_of("terms")["small"]
    lowered = lower(text)
    found = [(match.start(), chinese[match[0]]) for match in pattern.finditer(lowered)]
    for match in _LATIN.finditer(lowered):
        word = match[0]
        if word in small:
            continue
        thing = next((english[word[:n]] for n in range(min(len(word), 12), 2, -1) if word[:n] in english), None)
        found.append((match.start(), thing or (word[:6] if len(word) > 4 else word.rstrip("s"))))
    return tuple(sorted(found))


def bag(text: str) -> frozenset[str]:
    """The terms of ``text``, places aside."""
    return frozenset(term for _, term in terms(text))
