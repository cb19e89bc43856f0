"""Text as people see it. Pure."""

from __future__ import annotations

import re
import unicodedata

# Controls, directions and zero width (Cf), surrogates, private use, no characters at all.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\u2800]"
)
"""What is shown as nothing, though some of it counts as letters and marks: Default_Ignorable_Code_Point of Unicode 16
(https://www.unicode.org/Public/16.0.0/ucd/DerivedCoreProperties.txt), and Braille's empty cell."""


def visible(text: str) -> str:
    """``text`` without the characters that nobody sees, and that change how others are seen; lines and tabs stay.

    A joined emoji comes apart, and one that may be text or picture is whichever the reader's font makes of it.
    """
    if text.isprintable() and not _IGNORABLE.search(text):
        return text
    kept = re.sub("[\u2028\u2029]", " ", _IGNORABLE.sub("", text))
    return "".join(char for char in kept if char in "\n\t" or unicodedata.category(char) not in _UNSEEN)


def escape(text: str) -> str:
    """Text that Slack's mrkdwn shows as it is: it mentions nobody, leads nowhere and hides nothing.

    Slack's rules: https://docs.slack.dev/messaging/formatting-message-text.
    """
    return visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
