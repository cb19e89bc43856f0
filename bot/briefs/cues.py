"""The word lists that grounding goes by, read from ``cues.toml`` beside this module."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def cues() -> dict[str, Any]:
    """All tables of ``cues.toml``."""
    return tomllib.loads(resources.files("bot.briefs").joinpath("cues.toml").read_text(encoding="utf-8"))
