"""Backup and restore of the bot's SQLite files, and the look for damage in them.

A backup is a ZIP archive of the files as they were at one moment: what a power cut would have left on the disk then.
The bot goes on from there as it does after one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.errors import Retry, Tell
from storage.database.sqlite import SqliteLibrary

_BUSY_SECONDS = 30.0
# Papers compress well already at the fastest level, and the disk is the slower part.
_COMPRESSION = 1
# Of a ZIP archive's flags (APPNOTE.TXT, 4.4.4).
_ENCRYPTED = 0x1
UNFINISHED = "restoring"
"""Lies in the folder while its files are being replaced: a bot must not start on half of a backup."""


def back_up(files: Sequence[Path], destination: Path) -> None:
    """Write the files that are there, as of one moment, into the archive ``destination``.

    The bot may be running. Raises Tell (``nothing_to_back_up``, ``database_damaged``, ``backup_unwritable``) and
    Retry (``library_busy``).
    """
    there = [file for file in files if file.exists()]
    if not there:
        raise Tell("nothing_to_back_up", folder=str(files[0].parent))
    try:
        with TemporaryDirectory(prefix=".paperwire-", dir=destination.parent) as folder:
            copies = [Path(folder) / file.name for file in there]
            with _at_one_moment(there) as sources:
                for file, source, copy in zip(there, sources, copies, strict=True):
                    with _named(file), closing(sqlite3.connect(copy)) as target:
                        source.backup(target)
            for file, copy in zip(there, copies, strict=True):
                check(copy, called=file)
            draft = Path(folder) / "archive"
            draft.touch(mode=0o600)
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive:
                for copy in copies:
                    archive.write(copy, copy.name)
            _to_disk(draft)
            draft.replace(destination)
    except OSError as error:
        raise Tell("backup_unwritable", path=str(destination), reason=error.strerror or str(error)) from error


@contextmanager
def _at_one_moment(files: Sequence[Path]) -> Iterator[list[sqlite3.Connection]]:
    """A connection to each file, all seeing the same moment: writers wait while the views are taken, no longer."""
    with ExitStack() as stack:

        def connected(file: Path, begin: str) -> sqlite3.Connection:
            connection = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)
            stack.callback(connection.close)
            with _named(file):
                connection.execute(begin)
                # A transaction sees the moment of its first read, not that of its beginning.
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            return connection

        writers = [connected(file, "BEGIN IMMEDIATE") for file in files]
        views = [connected(file, "BEGIN") for file in files]
        for writer in writers:
            writer.rollback()
        yield views


def restore(source: Path, files: Sequence[Path], *, force: bool) -> None:
    """Put the files of a backup in place, after all were found whole; with ``force`` over those that are there.

    The caller makes sure that no bot runs. Raises Tell (``no_file``, ``backup_damaged``, ``restore_in_the_way``,
    ``restore_no_room``, ``library_newer``, ``library_unwritable``); until the files are replaced nothing is changed.
    """
    folder = files[0].parent
    if not source.exists():
        raise Tell("no_file", path=str(source))
    in_the_way = next((file for file in files if file.exists()), None)
    if in_the_way and not force and not (folder / UNFINISHED).exists():
        raise Tell("restore_in_the_way", path=str(in_the_way))
    try:
        with TemporaryDirectory(prefix=".restore-", dir=folder) as staging:
            staged = _unpacked(source, files, Path(staging))
            (folder / UNFINISHED).touch()
            _to_disk(folder)
            for file, copy in zip(files, staged, strict=True):
                for old in (file, _beside(file, "-wal"), _beside(file, "-shm")):
                    old.unlink(missing_ok=True)
                if copy.exists():
                    copy.replace(file)
            _to_disk(folder)
            (folder / UNFINISHED).unlink()
    except OSError as error:
        raise Tell("library_unwritable", path=str(folder), reason=error.strerror or str(error)) from error


def _unpacked(source: Path, files: Sequence[Path], staging: Path) -> list[Path]:
    """The files of a backup, found whole and brought up to date; besides the library a backup may lack some."""
    staged = [staging / file.name for file in files]
    try:
        with zipfile.ZipFile(source) as archive:
            members = [archive.getinfo(copy.name) for copy in staged if copy.name in archive.namelist()]
            _check_members(source, members, staging)
            for member in members:
                copy = staging / member.filename
                with archive.open(member) as packed, copy.open("xb") as unpacked:
                    copy.chmod(0o600)
                    shutil.copyfileobj(packed, unpacked, 1 << 20)
        if not staged[0].exists():
            raise Tell("backup_damaged", path=str(source), reason=f"it holds no {files[0].name}")
        for copy in staged:
            if copy.exists():
                check(copy, thoroughly=True)
        SqliteLibrary(staged[0]).close()  # brings the tables up to date
        for copy in staged:
            if copy.exists():
                _to_disk(copy)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Tell("backup_damaged", path=str(source), reason=str(error)) from error
    except Tell as error:
        if error.code in ("backup_damaged", "restore_no_room"):
            raise
        if error.code == "library_newer":
            raise Tell("library_newer", path=str(source)) from error
        raise Tell("backup_damaged", path=str(source), reason=str(error.facts.get("reason", error.code))) from error
    return staged


def _check_members(source: Path, members: Sequence[zipfile.ZipInfo], folder: Path) -> None:
    """Raises Tell (``backup_damaged``, ``restore_no_room``) for what we never pack, or have no room to unpack."""
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise Tell("backup_damaged", path=str(source), reason="it is encrypted")
    if any(member.compress_type not in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED) for member in members):
        raise Tell("backup_damaged", path=str(source), reason="it is compressed otherwise than a backup is")
    needed, free = sum(member.file_size for member in members), shutil.disk_usage(folder).free
    if needed > free:
        raise Tell("restore_no_room", folder=str(folder.parent), needed=needed // 2**20 + 1, free=free // 2**20)


def check(file: Path, *, called: Path | None = None, thoroughly: bool = False) -> None:
    """Look for damage in a file, if there is one. Raises Tell (``database_damaged``) under the name ``called``.

    ``thoroughly`` compares the indexes with their tables too, which takes some times as long.
    """
    if not file.exists():
        return
    called = called or file
    with _named(called), closing(sqlite3.connect(file, timeout=_BUSY_SECONDS)) as connection:
        found = connection.execute(f"PRAGMA {'integrity' if thoroughly else 'quick'}_check(1)").fetchone()[0]
    if found != "ok":
        raise Tell("database_damaged", path=str(called), reason=str(found)[:200])


def check_at_start(files: Sequence[Path]) -> None:
    """Raises Tell (``restore_unfinished``, ``database_damaged``) where a bot must not start."""
    for file in files:
        if (file.parent / UNFINISHED).exists():
            raise Tell("restore_unfinished", folder=str(file.parent))
        check(file)


@contextmanager
def _named(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", None) or ""
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise Retry("library_busy") from error
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise Tell("database_damaged", path=str(file), reason=str(error)) from error
        raise Tell("library_unwritable", path=str(file), reason=str(error)) from error


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
