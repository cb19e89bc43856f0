"""Which shares a digest is compiled of, or somebody is told, as conditions with their parameters."""

from __future__ import annotations

from bot.models import Coverage
from storage.database.rows import Value, listed

Condition = tuple[str, dict[str, Value]]


def covered(coverage: Coverage, table: str) -> Condition:
    """Of the shares in ``table``."""
    among, channels = among_channels(coverage, table)
    own, named = listed("own", coverage.own)
    return f"{among} AND ({table}.private = 0 OR {table}.channel_id IN ({own}))", channels | named


def among_channels(coverage: Coverage, table: str) -> Condition:
    """Of whatever in ``table`` belongs to a channel, private or not: it narrows a search, it keeps nobody out."""
    if coverage.public is None:
        return "TRUE", {}
    channels, named = listed("channel", (*coverage.own, *coverage.public))
    return f"{table}.channel_id IN ({channels})", named
