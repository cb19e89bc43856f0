"""``paperwire doctor``: one line a check, each ok or what to do."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from tempfile import TemporaryFile

from bot.briefs.asking.deadline import Deadline
from bot.briefs.asking.meter import Commission
from bot.briefs.asking.model import EXTRACTIVE, Answers, Models, Tally
from bot.engine import sole_owner
from bot.errors import PaperwireError, Tell
from bot.pulse import STALE_SECONDS, silent_for
from bot.settings import Settings
from bot.wording import explain

# A library of a year, with PDFs kept for a month, takes some hundred megabytes.
_LEAST_FREE_BYTES = 200_000_000
_TRIED_BYTES = 1_000_000
_NO_ROOM = (
    "the disk of {folder} is full ({free} left). Free 200 MB or more, or name a folder elsewhere with PAPERWIRE_DATA."
)


class CheckFailed(Exception):
    """The text says what is wrong and what to do."""


class NotChecked(Exception):
    """An earlier failure makes this check pointless; the text says which."""


Check = Callable[[], str]
"""Returns what is well; raises CheckFailed with what to do, or NotChecked."""


def examine(checks: Iterable[tuple[str, Check]], tell: Callable[[str], None]) -> bool:
    """Run every check and tell how it went; True when all is well."""
    well = True
    for name, check in checks:
        try:
            tell(f"ok    {name}: {check()}")
        except NotChecked as reason:
            tell(f"--    {name}: {reason}")
        except CheckFailed as problem:
            well = False
            tell(f"FAIL  {name}: {problem}")
        except PaperwireError as error:
            well = False
            tell(f"FAIL  {name}: {explain('en', error)}")
    return well


def machine_checks(settings: Settings) -> list[tuple[str, Check]]:
    """The checks that need nothing but this machine."""
    return [
        ("SQLite", sqlite_version),
        ("settings", lambda: _names(settings)),
        ("data folder", lambda: _data_folder(settings)),
        ("running", lambda: _running(settings)),
    ]


def model_checks(settings: Settings, answers: Answers, now: Callable[[], datetime]) -> list[tuple[str, Check]]:
    """One check a model configured: a question of a few words, which a paid model bills."""
    names = dict.fromkeys((*settings.models_for("zh"), *settings.models_for("en")))
    checks: list[tuple[str, Check]] = [
        (f"model {name}", partial(_model, settings, answers, name, now)) for name in names
    ]
    if settings.private_model is not None:
        name = settings.private_model
        checks.append((f"private model {name}", partial(_model, settings, answers, name, now, private=True)))
    return checks


def _model(
    settings: Settings, answers: Answers, name: str, now: Callable[[], datetime], *, private: bool = False
) -> str:
    if name == EXTRACTIVE:
        return "built in, needs no key and no network"
    question = [{"role": "user", "content": 'Answer with the JSON object {"ok": true} and nothing else.'}]
    form = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    tally, deadline = Tally(), Deadline(settings.model_seconds)
    commission = Commission("", "", private)
    Models(settings, answers).ask(name, question, form, deadline, tally, now=now(), commission=commission)
    return f"answered in {tally.usage.seconds:.1f} s"


def sqlite_version() -> str:
    """Raises CheckFailed for a pair of Python and SQLite on which DBOS does not start."""
    here = f"SQLite {sqlite3.sqlite_version} with Python {sys.version.split()[0]}"
    if sqlite3.sqlite_version_info < (3, 37) or (sys.version_info >= (3, 12) and sqlite3.sqlite_version_info < (3, 42)):
        raise CheckFailed(f"{here} is too old. Use Python 3.11 with SQLite 3.37 or later, or any with 3.42 or later.")
    return here


def _names(settings: Settings) -> str:
    """Raises CheckFailed for variables that look like settings and are none."""
    if strangers := settings.strangers():
        raise CheckFailed(" ".join(strangers) + " Rename it or remove it from the environment.")
    return "every variable PAPERWIRE_… is known"


def _data_folder(settings: Settings) -> str:
    folder = settings.data.absolute()
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        free = shutil.disk_usage(nearest).free
        # Root may do anything by the permission bits, and a quota shows nowhere: only trying tells.
        with TemporaryFile(dir=nearest) as file:
            file.write(bytes(_TRIED_BYTES))
            file.flush()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CheckFailed(_NO_ROOM.format(folder=nearest, free="no room")) from error
        raise CheckFailed(
            f"{nearest} is not writable ({error.strerror}). Give it to the user who runs Paperwire, or name another "
            "folder with PAPERWIRE_DATA."
        ) from error
    if free < _LEAST_FREE_BYTES:
        raise CheckFailed(_NO_ROOM.format(folder=nearest, free=f"{free / 1e6:.0f} MB"))
    return f"{folder}, {free / 1e9:.1f} GB free" + ("" if folder.exists() else " (made at the first start)")


def _running(settings: Settings) -> str:
    """Whether a bot works on the folder, and whether Slack reaches it."""
    lock = settings.data / "paperwire.lock"
    if not lock.exists():
        return "no bot on this folder"
    try:
        sole_owner(settings.data).close()
    except Tell as held:
        process, silent = held.facts["process"], silent_for(settings.data / "heartbeat")
        if silent is None or silent > STALE_SECONDS:
            raise CheckFailed(
                f"process {process} works on {settings.data} and is not connected to Slack. See its log; mend what the "
                f"lines here name, or end it (kill {process}) and start it anew."
            ) from held
        return f"process {process} works on this folder and is connected; another one needs its own PAPERWIRE_DATA"
    return "no bot on this folder"
