"""``paperwire doctor``: one line a check, each ok or what to do."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterable

from bot.errors import PaperwireError
from bot.settings import Settings
from bot.wording import explain


class CheckFailed(Exception):
    """The text says what is wrong and what to do."""


Check = Callable[[], str]
"""Returns what is well; raises CheckFailed with what to do."""


def examine(checks: Iterable[tuple[str, Check]], tell: Callable[[str], None]) -> bool:
    """Run every check and tell how it went; True when all is well."""
    well = True
    for name, check in checks:
        try:
            tell(f"ok    {name}: {check()}")
        except CheckFailed as problem:
            well = False
            tell(f"FAIL  {name}: {problem}")
        except PaperwireError as error:
            well = False
            tell(f"FAIL  {name}: {explain('en', error)}")
    return well


def machine_checks(settings: Settings) -> list[tuple[str, Check]]:
    """The checks that need nothing but this machine."""
    return [("SQLite", sqlite_version), ("data folder", lambda: _data_folder(settings))]


def sqlite_version() -> str:
    """Raises CheckFailed for a pair of Python and SQLite on which DBOS does not start."""
    here = f"SQLite {sqlite3.sqlite_version} with Python {sys.version.split()[0]}"
    if sqlite3.sqlite_version_info < (3, 37) or (sys.version_info >= (3, 12) and sqlite3.sqlite_version_info < (3, 42)):
        raise CheckFailed(f"{here} is too old. Use Python 3.11 with SQLite 3.37 or later, or any with 3.42 or later.")
    return here


def _data_folder(settings: Settings) -> str:
    folder = settings.data.absolute()
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise CheckFailed(f"{nearest} is not writable. Give it to the user who runs Paperwire, or set PAPERWIRE_DATA.")
    return str(folder) if folder.exists() else f"{folder} (made at the first start)"
