"""Titles, names and abstracts as people write them: LaTeX, markup and odd spaces made plain text."""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
}
"""LaTeX's accent commands and the combining marks they set."""
_LETTERS = {
    "ss": "ß",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "aa": "å",
    "AA": "Å",
    "i": "ı",
    "j": "ȷ",
    "dh": "ð",
    "th": "þ",
    "times": "×",
    "to": "→",
    "rightarrow": "→",
    "leq": "≤",
    "le": "≤",
    "geq": "≥",
    "ge": "≥",
    "neq": "≠",
    "ne": "≠",
    "approx": "≈",
    "sim": "∼",
    "pm": "±",
    "cdot": "·",
    "infty": "∞",
    "ell": "ℓ",
    "ldots": "…",
    "dots": "…",
    "mu": "μ",
    "textmu": "μ",
    "circ": "°",
    "degree": "°",
    "log": "log",
    "min": "min",
    "max": "max",
    "textbackslash": "\\",
    "textasciitilde": "~",
    "LaTeX": "LaTeX",
    "TeX": "TeX",
    "quad": " ",
    "left": "",
    "right": "",
}
_ACCENT = re.compile(r"""\\([`'^~=."]|[urHvdckb](?![A-Za-z]))\s{0,3}(?:\{\s?(\\?[A-Za-z])\s?\}|(\\?[A-Za-z]))""")
_STYLE = re.compile(
    r"\\(?:emph|text(?:bf|it|tt|rm|sc|sf|sl|normal|superscript|subscript)?|math(?:bf|it|rm|cal|bb|sf|frak|tt|scr)|"
    r"operatorname|mbox|underline|boldsymbol|bm|it|bf|em|tt|rm|sc)(?![A-Za-z])\s{0,3}"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)(\s{0,3})(?:\{\})?")
_SPACE = re.compile(r"\\[,;: ]|(?<=[\w.,])~(?=\w)")
"""Spaces of LaTeX; a ``~`` before a number that follows a space means "about"."""
_ESCAPED = re.compile(r"\\([&%$#_{}])")
_MATH = re.compile(r"\$(?=\S)([^$]{1,300})(?<=\S)\$(?!\d)")
"""A dollar opens mathematics only right before and closes it only right behind something, and no digit follows:
Pandoc's rule (``tex_math_dollars``), which leaves prices alone."""


def plain(text: str) -> str:
    """``text`` without LaTeX commands, in NFC, spaces and line breaks made single spaces."""
    if "\\" in text or "$" in text or "{" in text:
        text = _MATH.sub(lambda match: match[1], text)
        text = _ACCENT.sub(_accented, text)
        text = _STYLE.sub("", text)
        text = _ESCAPED.sub(lambda match: _KEPT[match[1]], text)
        text = _COMMAND.sub(_letter, text)
        text = text.replace("{", "").replace("}", "").translate(_RESTORED)
    text = _SPACE.sub(" ", text)
    text = text.replace("``", "“").replace("''", "”").replace("\u00ad", "")
    return unicodedata.normalize("NFC", " ".join(text.split()))


_KEPT = {mark: chr(0xE000 + number) for number, mark in enumerate("&%$#_{}")}
"""Escaped marks wait in the private use area until the unescaped braces are gone."""
_RESTORED = {ord(kept): mark for mark, kept in _KEPT.items()}


def _accented(match: re.Match[str]) -> str:
    letter = (match[2] or match[3]).lstrip("\\")
    return unicodedata.normalize("NFC", letter + _ACCENTS[match[1]])


def _letter(match: re.Match[str]) -> str:
    name = match[1]
    if name in _LETTERS:
        letter = _LETTERS[name]
        # LaTeX swallows the space behind a command; behind a letter of a word that is right
        return letter if letter.isalpha() and letter != name else letter + match[2]
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {name.removeprefix('var').upper()}") + match[2]
    except KeyError:
        return name + match[2]
