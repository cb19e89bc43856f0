"""Text as people see it. Pure."""

from __future__ import annotations

import unicodedata

# Controls, directions and zero width (Cf), surrogates, private use, no characters at all.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")


def visible(text: str) -> str:
    """``text`` without the characters that nobody sees, and that change how others are seen; lines and tabs stay."""
    if text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in _UNSEEN)
