"""Errors answer one question: what now?

    PaperwireError
    ├── Tell    the user can do something about it: its sentence goes to the thread, the work is over
    └── Retry   the world is busy or broken: tried again with back-off, told after the last try

Everything else that is raised is a bug: it is logged with its traceback under a short id, and the thread gets
the id. Listeners hold no try/except; one error handler classifies.

An error carries a code and facts, not prose: the sentence is looked up by ``bot.wording`` in the channel's
language under ``errors.<code>`` with the facts filled in.
"""

from __future__ import annotations

TOKEN_REFUSED = "token_refused"  # noqa: S105 - no password
"""Of errors, and the reason for which schedules are paused until Slack takes the token again."""
NOT_INSTALLED = "not_installed"
"""Of errors, and the reason for which the schedules of a workspace that left are paused."""

LIBRARY_AWAY = frozenset({"library_away", "library_busy", "library_full"})
"""Of a Retry that is nobody's fault but our own database's: a step waits for it, and tells no one."""

LASTING = frozenset(
    {
        *("bad_link", "private_address", "not_a_pdf", "too_large", "file_gone", "file_elsewhere", "withdrawn"),
        *("not_a_paper", "password", "empty", "no_text", "too_many_pages", "too_much_memory"),
    }
)
"""Of what failed a share and fails it again however often it is tried. What is damaged may come whole another time."""


def may_succeed(code: str) -> bool:
    """Whether another try may end otherwise than with the error of that code."""
    return code not in LASTING


class PaperwireError(Exception):
    """``code`` is a key of the ``[errors]`` table of ``bot/languages``; ``facts`` fill its placeholders."""

    def __init__(self, code: str, **facts: str | int | float) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({shown})" if shown else self.code


class Tell(PaperwireError):
    """The user can act on it: not a paper, locked, damaged, too large, a bad schedule …"""


class Retry(PaperwireError):
    """A source or a model is unavailable for now."""

    def __init__(self, code: str, *, after: float | None = None, **facts: str | int | float) -> None:
        super().__init__(code, **facts)
        self.after = after
        """Seconds the other side asked us to wait (Retry-After), None if it did not say."""
