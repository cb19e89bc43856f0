"""Every sentence a user reads, in every language: one TOML file a language in ``bot/languages``."""

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
def catalogue(language: str) -> dict[str, str]:
    """All sentences, by ``table.key``."""
    source = resources.files("bot").joinpath("languages", f"{language}.toml")
    tables = tomllib.loads(source.read_text(encoding="utf-8"))
    return {f"{table}.{key}": words for table, entries in tables.items() for key, words in entries.items()}


def say(language: str, key: str, /, **facts: object) -> str:
    """The sentence ``key`` (``table.name``) in ``language`` with ``facts`` in its placeholders.

    Raises KeyError for a key or fact that is missing: a sentence with a hole is a bug.
    """
    return _SENTENCES.vformat(catalogue(language)[key], (), facts)


def explain(language: str, error: PaperwireError) -> str:
    """The sentence of an error."""
    return say(language, f"errors.{error.code}", **error.facts)
