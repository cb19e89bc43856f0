"""Letters as authors meant them: ligatures taken apart, accents put on, invisible characters dropped."""

from __future__ import annotations

import re
import unicodedata

from bot.visible import visible

SPACING_ACCENTS = {
    "`": "\u0300",
    "´": "\u0301",
    "ˊ": "\u0301",
    "ˆ": "\u0302",
    "^": "\u0302",
    "˜": "\u0303",
    "~": "\u0303",
    "¯": "\u0304",
    "ˉ": "\u0304",
    "˘": "\u0306",
    "˙": "\u0307",
    "¨": "\u0308",
    "˚": "\u030a",
    "˝": "\u030b",
    "ˇ": "\u030c",
    "¸": "\u0327",
    "˛": "\u0328",
}
"""Accents that stand as characters of their own → the combining character."""

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_TABLE = str.maketrans(
    {**_LIGATURES, **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f", " "), "\ufffd": ""},
)
_LINE_END_HYPHEN = "\ufffe"
"""As pdfium marks it: no character, but it is needed until the lines are joined."""
_SPACED_ACCENT = re.compile("([´¨ˆ˜ˇ˝˚˘¸]) ?([A-Za-zı])")


def compose(letter: str, accent: str) -> str:
    """The letter with the (spacing) accent on it; empty where Unicode has no such letter."""
    base = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    made = unicodedata.normalize("NFC", base + SPACING_ACCENTS[accent])
    return made if len(made) == 1 else ""


def mend(text: str) -> str:
    """The text in NFC, ligatures taken apart, invisible characters dropped."""
    if text.isascii():
        return visible(text)
    parts = text.translate(_TABLE).split(_LINE_END_HYPHEN)
    return unicodedata.normalize("NFC", _LINE_END_HYPHEN.join(map(visible, parts)))


def mend_line(text: str) -> str:
    """``mend`` for a line of plain text, where accents that precede their letter are put on too."""
    return _SPACED_ACCENT.sub(lambda found: compose(found[2], found[1]) or found[0], mend(text))


def titled(name: str) -> str:
    """A name set wholly in capitals as it is written elsewhere: ``JUNKAI CHEN`` → ``Junkai Chen``."""
    words = name.split()
    if not name.isupper() or not any(len(word.strip(".")) > 2 for word in words):
        return name
    return " ".join("-".join(part.capitalize() for part in word.split("-")) for word in words)
