"""The real bot, whose library is away at every other question of a workflow's outside its steps: run as a program.

Steps are left alone; what they ask comes to the same waiting. Each absence is told on standard error.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from dbos._context import get_local_dbos_context

from bot import __main__ as program
from bot.errors import Retry
from storage.database.sqlite import SqliteLibrary
from storage.library import SqlLibrary

_asked: Counter[tuple[str, str]] = Counter()


def away_in_between(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def asked(*given: Any, **named: Any) -> Any:
        context = get_local_dbos_context()
        if context is not None and context.is_workflow():
            _asked[context.workflow_id, name] += 1
            if _asked[context.workflow_id, name] % 2:
                print(f"away at {name}", file=sys.stderr, flush=True)
                raise Retry("library_away", path="nowhere", reason="a test")
        return method(*given, **named)

    return asked


if __name__ == "__main__":
    for name, method in inspect.getmembers(SqlLibrary, inspect.isfunction):
        if not name.startswith("_") and name not in SqlLibrary.__abstractmethods__:
            setattr(SqliteLibrary, name, away_in_between(name, method))
    program.main(["run"], prog_name="paperwire")
