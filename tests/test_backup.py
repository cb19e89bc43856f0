"""A backup made while the bot works, put back: nothing it knew is lost, nothing posted since is posted again."""

from __future__ import annotations

import re
import shutil
import sqlite3
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from library_samples import T0, share
from running_bot import connected_bot
from sqlite_utils import Database
from test_command_line import paperwire
from test_kills import Scene, scene

from bot.errors import Tell
from playground import Playground
from storage.database.backup import back_up, restore
from storage.database.sqlite import SqliteLibrary

KEPT = "arxiv:2610.00001"


def databases(folder: Path) -> tuple[Path, Path]:
    return folder / "paperwire.db", folder / "paperwire.work.db"


def filled(folder: Path) -> tuple[Path, Path]:
    """A folder as a bot leaves it: a library with a share, and an engine's file of many pages."""
    folder.mkdir()
    library, work = databases(folder)
    with closing(SqliteLibrary(library)) as opened:
        opened.accept("T1", share(KEPT), T0)
    with closing(sqlite3.connect(work)) as engine, engine:
        engine.execute("CREATE TABLE work (id INTEGER PRIMARY KEY, inputs TEXT)")
        engine.executemany("INSERT INTO work (inputs) VALUES (?)", [("x" * 500,) for _ in range(2000)])
    return library, work


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and "lock" not in file.name}


def torn(file: Path) -> None:
    """One page in the middle overwritten, as a failing disk does."""
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(size // 2 // 4096 * 4096)
        opened.write(b"\xa5" * 4096)


def test_both_files_are_of_one_moment_however_busy_the_bot(tmp_path: Path) -> None:
    first, second = databases(tmp_path)
    for file in (first, second):
        with closing(sqlite3.connect(file)) as made:
            made.execute("PRAGMA journal_mode = WAL")
            made.execute("CREATE TABLE done (number INTEGER PRIMARY KEY)")
            # As large as a file that takes its time to be copied.
            made.execute("CREATE TABLE past AS SELECT zeroblob(4000000) AS papers")
            made.commit()
    stop = threading.Event()

    def work() -> None:
        # As accepting does: first the one file, then the other.
        with (
            closing(sqlite3.connect(first, timeout=30, isolation_level=None)) as one,
            closing(sqlite3.connect(second, timeout=30, isolation_level=None)) as two,
        ):
            for connection in (one, two):
                connection.execute("PRAGMA synchronous = OFF")
            while not stop.is_set():
                one.execute("INSERT INTO done DEFAULT VALUES")
                two.execute("INSERT INTO done DEFAULT VALUES")

    def counted(file: Path) -> int:
        with closing(sqlite3.connect(file)) as opened:
            return int(opened.execute("SELECT count(*) FROM done").fetchone()[0])

    worker = threading.Thread(target=work)
    worker.start()
    try:
        seen = []
        for number in range(12):
            back_up((first, second), tmp_path / f"{number}.backup")
            copy = tmp_path / str(number)
            copy.mkdir()
            restore(tmp_path / f"{number}.backup", databases(copy), force=False)
            seen.append([counted(file) for file in databases(copy)])
    finally:
        stop.set()
        worker.join()
    assert seen[-1][0] > seen[0][0], "nobody wrote meanwhile"
    assert all(one - two in (0, 1) for one, two in seen), seen


@pytest.mark.kill
def test_what_was_posted_after_the_backup_is_not_posted_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with scene(tmp_path) as made:
        for number in range(6):
            made.share(number)
        made.place.wait_for(made.all_answered, 200)
        made.arm("after read")
        made.share(6)
        made.share(7)
        reached = made.control / "reached"
        made.place.wait_for(reached.exists, 30)
        # One paper stands still in the middle of its work.
        saved = paperwire("backup", "saved.paperwire", folder=tmp_path, environment={"PAPERWIRE_DATA": str(data)})
        assert saved.returncode == 0, saved.stderr
        made.bot.kill()
        reached.unlink()
        made.start()
        # Of this one the backup knows nothing; the digest holds it all the same.
        made.share(8)
        made.place.wait_for(made.all_settled, 200)
        made.next_day()
        made.place.wait_for(made.digests_complete, 60)
        made.bot.kill()
        # The machine is lost, with all its PDFs.
        shutil.rmtree(data)
        back = paperwire("restore", "saved.paperwire", folder=tmp_path, environment={"PAPERWIRE_DATA": str(data)})
        assert back.returncode == 0, back.stderr
        said = {channel: len(made.place.messages(channel)) for channel in made.channels}
        # The digests that are due wait for the paper that they had, which takes its time now.
        made.arm("before read")
        made.start()
        made.wait_until_reached("before read")
        time.sleep(2)
        (made.control / "go").touch()
        settled(made, data)
        assert {channel: len(made.place.messages(channel)) for channel in made.channels} == said
        made.verify()
        # And it works on.
        for number in range(9, 13):
            made.share(number)
        made.place.wait_for(made.all_answered, 200)
        made.next_day()
        made.place.wait_for(made.digests_complete, 60)
        made.place.wait_for(made.all_settled, 200)
        made.verify()
        assert [len(made.digests(channel)) for channel in made.channels] == [2, 2]


def settled(made: Scene, data: Path) -> None:
    """Until nothing that the backup held is unfinished, the digests that it missed included."""

    def done() -> bool:
        with closing(sqlite3.connect(f"file:{data / 'paperwire.work.db'}?mode=ro", uri=True)) as engine:
            states = engine.execute("SELECT workflow_uuid, status FROM workflow_status").fetchall()
        digests = [key for key, _ in states if key.startswith("digest:")]
        return len(digests) == len(made.channels) * made.days and all(state == "SUCCESS" for _, state in states)

    made.place.wait_for(done, 90)


@contextmanager
def idle_bot(folder: Path) -> Iterator[dict[str, str]]:
    with Playground() as place, connected_bot(place.environment(), folder):
        yield {**place.environment(), "PAPERWIRE_DATA": str(folder)}


def test_a_running_bot_is_backed_up_but_not_restored_over(tmp_path: Path) -> None:
    with idle_bot(tmp_path / "data") as environment:
        assert paperwire("backup", "b", folder=tmp_path, environment=environment).returncode == 0
        refused = paperwire("restore", "b", "--force", folder=tmp_path, environment=environment)
    assert refused.returncode == 1
    assert "is running" in refused.stderr
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0, "others may read the backup"


def test_what_is_there_is_replaced_by_force_alone(tmp_path: Path) -> None:
    files = filled(tmp_path / "data")
    back_up(files, tmp_path / "b")
    with closing(SqliteLibrary(files[0])) as library:
        library.accept("T1", share("arxiv:2610.00002", ts="2.0"), T0)
    before = contents(tmp_path / "data")
    environment = {"PAPERWIRE_DATA": str(tmp_path / "data")}
    refused = paperwire("restore", "b", folder=tmp_path, environment=environment)
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    assert contents(tmp_path / "data") == before
    assert paperwire("restore", "b", "--force", folder=tmp_path, environment=environment).returncode == 0
    with closing(SqliteLibrary(files[0])) as library:
        assert library.stored_share("T1", share(KEPT).id) is not None
        assert library.stored_share("T1", share("arxiv:2610.00002", ts="2.0").id) is None


def cut_off(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-2000])


def flipped(archive: Path) -> None:
    changed = bytearray(archive.read_bytes())
    changed[len(changed) // 3] ^= 0xFF
    archive.write_bytes(bytes(changed))


def no_archive(archive: Path) -> None:
    archive.write_bytes(b"SQLite format 3\0" + bytes(4000))


def of_something_else(archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("../../paperwire.db", "x")
        made.writestr("letter.txt", "x")


def with_a_torn_page(archive: Path) -> None:
    folder = archive.parent / "torn"
    files = filled(folder)
    torn(files[1])
    with zipfile.ZipFile(archive, "w") as made:
        for file in files:
            made.write(file, file.name)


def encrypted(archive: Path) -> None:
    """Every member says so of itself, in both of its headers."""
    changed = bytearray(archive.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(header), bytes(changed)):
            changed[found.start() + flags] |= 1
    archive.write_bytes(bytes(changed))


def packed_otherwise(archive: Path) -> None:
    files = filled(archive.parent / "other")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_LZMA) as made:
        for file in files:
            made.write(file, file.name)


def packed_in_no_known_way(archive: Path) -> None:
    changed = bytearray(archive.read_bytes())
    for header, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        for found in re.finditer(re.escape(header), bytes(changed)):
            changed[found.start() + method] = 99
    archive.write_bytes(bytes(changed))


@pytest.mark.parametrize(
    "spoil",
    [
        cut_off,
        flipped,
        no_archive,
        of_something_else,
        with_a_torn_page,
        encrypted,
        packed_otherwise,
        packed_in_no_known_way,
    ],
)
def test_a_spoilt_backup_changes_nothing(tmp_path: Path, spoil: object) -> None:
    files = filled(tmp_path / "data")
    back_up(files, tmp_path / "b")
    assert callable(spoil)
    spoil(tmp_path / "b")
    before = contents(tmp_path / "data")
    with pytest.raises(Tell, match="backup_damaged"):
        restore(tmp_path / "b", files, force=True)
    assert contents(tmp_path / "data") == before
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == sorted(before)


def test_a_backup_that_the_disk_has_no_room_for_is_told_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = filled(tmp_path / "data")
    back_up(files, tmp_path / "b")
    before = contents(tmp_path / "data")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=600_000))
    with pytest.raises(Tell, match="restore_no_room") as told:
        restore(tmp_path / "b", files, force=True)
    assert (told.value.facts["needed"], told.value.facts["free"]) == (2, 0)
    assert contents(tmp_path / "data") == before


def test_a_library_of_a_newer_paperwire_is_not_put_in_place(tmp_path: Path) -> None:
    files = filled(tmp_path / "data")
    with closing(Database(files[0])) as library:
        library["_sqlite_migrations"].insert(
            {"migration_set": "paperwire", "name": "m999_of_tomorrow", "applied_at": "2030-01-01"}
        )
    back_up(files, tmp_path / "b")
    with pytest.raises(Tell, match="library_newer"):
        restore(tmp_path / "b", databases(tmp_path), force=False)
    assert not any(file.exists() for file in databases(tmp_path))


def test_a_damaged_file_is_not_backed_up_over_a_good_backup(tmp_path: Path) -> None:
    files = filled(tmp_path / "data")
    back_up(files, tmp_path / "b")
    good = (tmp_path / "b").read_bytes()
    torn(files[1])
    with pytest.raises(Tell, match="database_damaged") as told:
        back_up(files, tmp_path / "b")
    assert told.value.facts["path"] == str(files[1])
    assert (tmp_path / "b").read_bytes() == good


@pytest.mark.parametrize("which", [0, 1], ids=["library", "work"])
def test_a_torn_page_is_named_at_start_and_by_the_doctor_with_the_remedy(tmp_path: Path, which: int) -> None:
    folder = tmp_path / "data"
    with idle_bot(folder) as environment:
        pass
    files = databases(folder)
    back_up(files, tmp_path / "b")
    torn(files[which])
    environment |= {"SLACK_API_URL": "http://127.0.0.1:9/api/"}
    for command in ("run", "doctor"):
        done = paperwire(command, folder=tmp_path, environment=environment)
        assert done.returncode == 1
        said = done.stdout + done.stderr
        assert f"{files[which]} is damaged" in said
        assert "paperwire restore" in said
        assert "Traceback" not in said
    assert paperwire("restore", "b", "--force", folder=tmp_path, environment=environment).returncode == 0
    assert f"ok    library: {files[0]}" in paperwire("doctor", folder=tmp_path, environment=environment).stdout


def test_a_restore_cut_off_is_noticed_and_can_be_made_good(tmp_path: Path) -> None:
    files = filled(tmp_path / "good")
    back_up(files, tmp_path / "b")
    folder = tmp_path / "data"
    library, work = databases(folder)
    (work / "in the way").mkdir(parents=True)
    with pytest.raises(Tell, match="library_unwritable"):
        restore(tmp_path / "b", (library, work), force=True)
    environment = {"PAPERWIRE_DATA": str(folder), "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    refused = paperwire("run", folder=tmp_path, environment=environment)
    assert refused.returncode == 1
    assert "cut off" in refused.stderr
    shutil.rmtree(work)
    assert paperwire("restore", "b", folder=tmp_path, environment=environment).returncode == 0
    with closing(SqliteLibrary(library)) as opened:
        assert opened.stored_share("T1", share(KEPT).id) is not None


def test_an_empty_folder_and_an_impossible_place_are_told(tmp_path: Path) -> None:
    with pytest.raises(Tell, match="nothing_to_back_up"):
        back_up(databases(tmp_path), tmp_path / "b")
    with pytest.raises(Tell, match="backup_unwritable"):
        back_up(filled(tmp_path / "data"), tmp_path / "nowhere" / "b")
    with pytest.raises(Tell, match="no_file"):
        restore(tmp_path / "b", databases(tmp_path), force=False)


@pytest.mark.parametrize(
    "url",
    ["postgresql://bot:hush-hush@db:5433/papers?sslmode=require", "postgresql://bot@db/papers?password=hush-hush"],
)
def test_on_postgres_the_command_is_told_and_the_password_is_not(tmp_path: Path, url: str) -> None:
    for command, tool in (("backup", "pg_dump --format=custom --file='my file'"), ("restore", "pg_restore --clean")):
        done = paperwire(command, "my file", folder=tmp_path, environment={"DATABASE_URL": url})
        assert done.returncode == 1
        assert tool in done.stderr
        assert "bot@db" in done.stderr and "/papers" in done.stderr
        assert "hush-hush" not in done.stdout + done.stderr
