"""What came of things, said once: a line in the log, and the same to whoever counts.

An outcome is a word (``briefed``, ``refused``, ``answered`` …) and facts about it: ids, names of models, codes,
numbers. Never a token, never words of a paper or of a person. ``docs/operating.md`` lists them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TextIO

Fact = str | int | float
Facts = Mapping[str, Fact]
Listener = Callable[[str, Facts], None]

_log = logging.getLogger("paperwire.outcome")
# Libraries that would tell at INFO what is no news.
_CHATTY = ("apscheduler", "slack_bolt", "httpx", "arxiv")
# Of outcomes that are no news by themselves, or more than news.
_LEVELS = {"read": logging.DEBUG, "slack_refused": logging.DEBUG}
_LEVELS |= dict.fromkeys(("bug", "not_accepted", "unanswered", "undelivered"), logging.ERROR)
_TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def announce(outcome: str, /, **facts: Fact | None) -> None:
    """Log an outcome and let listeners hear it; facts that are None are not known and left out."""
    level = _LEVELS.get(outcome, logging.INFO)
    if _log.isEnabledFor(level):
        known = {name: fact for name, fact in facts.items() if fact is not None}
        words = " ".join([outcome, *(f"{name}={_shown(fact)}" for name, fact in known.items())])
        _log.log(level, "%s", words, extra={"outcome": outcome, "facts": known})


def listen(heard: Listener) -> Callable[[], None]:
    """Let ``heard`` know of every outcome, whatever is logged; returns what ends it."""
    listening = _Listening(heard)
    _log.addHandler(listening)
    before = _log.level
    _log.setLevel(logging.DEBUG)

    def end() -> None:
        _log.removeHandler(listening)
        _log.setLevel(before)

    return end


class _Listening(logging.Handler):
    """A logging handler, because logging promises that no fault of a handler stops the work."""

    def __init__(self, heard: Listener) -> None:
        super().__init__()
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._heard(record.__dict__["outcome"], record.__dict__["facts"])
        except Exception:
            self.handleError(record)


def _shown(fact: Fact) -> str:
    if isinstance(fact, float):
        return f"{fact:.3f}".rstrip("0").rstrip(".")
    text = str(fact)
    return text if text.isprintable() and " " not in text and text else json.dumps(text, ensure_ascii=False)


# --- the log ----------------------------------------------------------------------------------------


class JsonLines(logging.Formatter):
    """One JSON object a line: ``at`` (UTC), ``level``, ``logger``, ``message``; of an outcome its word and facts."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        outcome = record.__dict__.get("outcome")
        line: dict[str, object] = {"at": self.formatTime(record), "level": record.levelname, "logger": record.name}
        line |= {"message": outcome, **record.__dict__["facts"]} if outcome else {"message": record.getMessage()}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_to(stream: TextIO, level: str, form: str) -> None:
    """Write the process's log to ``stream``, from ``level`` up, as ``text`` or ``json``."""
    handler = logging.StreamHandler(stream)
    # At the handler too: listeners are told more than is logged.
    handler.setLevel(level)
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(_TEXT))
    # In detail other people's libraries log whole bodies: prompts, addresses with tickets, a new workspace's tokens.
    logging.basicConfig(level=max(logging.INFO, logging.getLevelNamesMapping()[level]), handlers=[handler])
    logging.getLogger("paperwire").setLevel(level)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
