"""Every sentence a user reads, in every language: one TOML file a language beside this module.

Adding a language is adding one file to ``bot/languages``.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

from bot.errors import PaperwireError


class _Sentences(Formatter):
    """Fills placeholders; ``{count:paper|papers}`` is a number with its noun: ``1 paper``, ``2 papers``."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, parted, many = format_spec.partition("|")
        if not parted:
            return str(super().format_field(value, format_spec))
        return f"{value} {one if value == 1 else many}"


_SENTENCES = _Sentences()


@cache
def _catalogue(language: str) -> dict[str, str]:
    source = resources.files("bot").joinpath("languages", f"{language}.toml")
    tables = tomllib.loads(source.read_text(encoding="utf-8"))
    return {f"{table}.{key}": words for table, entries in tables.items() for key, words in entries.items()}


def languages() -> list[str]:
    """The codes of the languages there are, sorted."""
    folder = resources.files("bot").joinpath("languages")
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def keys(language: str) -> set[str]:
    """All keys of a catalogue, as ``table.key``."""
    return set(_catalogue(language))


def say(language: str, key: str, /, **facts: object) -> str:
    """The sentence ``key`` (``table.name``) in ``language`` with ``facts`` in its placeholders.

    Raises KeyError for a key or fact that is missing: a sentence with a hole is a bug.
    """
    return _SENTENCES.vformat(_catalogue(language)[key], (), facts)


def explain(language: str, error: PaperwireError) -> str:
    """The sentence of an error."""
    return say(language, f"errors.{error.code}", **error.facts)
