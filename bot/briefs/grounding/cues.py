"""The word lists that grounding goes by: ``cues.toml``, ``terms.toml`` and ``units.toml`` beside this module."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def words_of(name: str) -> dict[str, Any]:
    """All tables of ``{name}.toml``."""
    return tomllib.loads(resources.files("bot.briefs.grounding").joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def cues() -> dict[str, Any]:
    return words_of("cues")
