"""Words that tell what a line of a paper's header is: a person, an organisation, a place, something else."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources


@cache
def _lists() -> dict[str, str]:
    return tomllib.loads(resources.files("bot.papers.pages").joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def words(kind: str) -> frozenset[str]:
    """The list ``kind`` of words.toml , in lower case."""
    text = " ".join(_lists()[kind].split())
    return frozenset(item.strip() for item in text.split(";" if ";" in text else " "))


DEPARTMENT = re.compile(
    r"^(?:the )?(?:department|dept|division|faculty|section|chair|unit|graduate school|school|college|laboratory|lab"
    r"|group|institute|center|centre|program|programme|state key lab\w*|key lab\w*|ministry|département|departamento"
    r"|facultad|fachbereich|lehrstuhl|departments|schools|institut für|istituto|dipartimento|facoltà|ufr|umr)\b",
    re.IGNORECASE,
)
"""A part of an organisation, when the organisation itself stands beside it."""


_STREET = re.compile(
    r"\b(?:street|road|avenue|ave|blvd|lane|drive|district|province|city|p\.?o\.? box|floor|building|rue|via|allee"
    r"|campus|room)\b|(?:straße|strasse|weg|platz)\b"
)


def is_place(text: str) -> bool:
    """Whether a piece of an address is a country, a city, a state or a postal code, with or without numbers."""
    bare = re.sub(r"\b(?:[A-Z]{1,2}[-–])?\d[\w-]*\b", " ", text)
    bare = re.sub(r"\s+", " ", bare).strip(" .,;-–()")
    lower = bare.lower()
    if not bare or lower in words("countries") or lower in words("cities") or lower in words("states"):
        return True
    parts = lower.split()
    if len(parts) >= 2:
        for cut in range(1, len(parts)):
            if " ".join(parts[:cut]) in words("cities") and (
                " ".join(parts[cut:]) in words("countries") | words("cities")
                or bare.split()[cut].lower() in words("states")
            ):
                return True
    return bool(_STREET.search(lower))


def prose(text: str, least: int) -> bool:
    """Whether ``text`` reads like sentences: enough small words, or Chinese."""
    found = re.findall(r"[^\W\d_]+", text)
    if len(re.findall(r"[\u4e00-\u9fff]", text)) > 4 * least:
        return True
    small = sum(word.lower() in words("small") for word in found)
    lower = sum(word[0].islower() for word in found)
    return small >= least and lower > 0.55 * len(found) and small > 0.16 * len(found)
