"""Many threads and processes on one library, and what a kill leaves."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from library_places import opened
from library_samples import at, brief, paper, scheduled, share, text

from bot.errors import Retry
from bot.models import ShareState
from storage.database import postgres, sqlite
from storage.database.sqlite import SqliteLibrary
from storage.library import SqlLibrary

SPAWN = multiprocessing.get_context("spawn")
PROCESSES, THREADS, SHARES = 2, 8, 12


def brief_one(library: SqlLibrary, worker: str, number: int) -> None:
    """As the bot does for one share; every worker meets the same papers, under different names."""
    posted = share(f"file:{worker}-{number}", channel="C1", ts=f"{worker}.{number}")
    library.accept("T1", posted, at(number))
    about = paper(f"arxiv:{number}", f"sha256:{worker}-{number}", title=f"Paper {number}")
    library.keep("T1", about, brief(f"{worker}-{number}"), text(), at(number), share_id=posted.id)
    library.replied("T1", posted.id, "C1", "9.9")


def work(place: str, start: Barrier, process: int, out: Connection) -> None:
    start.wait(90)
    library = opened(place)

    def run(thread: int) -> None:
        for number in range(SHARES):
            brief_one(library, f"{process}-{thread}", number)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(run, range(THREADS)))
    library.close()
    out.send("done")


def started(target: Callable[..., None], *arguments: object) -> multiprocessing.process.BaseProcess:
    process = SPAWN.Process(target=target, args=arguments, daemon=True)
    process.start()
    for each in arguments:
        if isinstance(each, Connection):
            each.close()  # the child's end: with it gone here, a child that dies is heard
    return process


def test_two_processes_of_eight_threads_lose_and_double_nothing(place: str) -> None:
    start = SPAWN.Barrier(PROCESSES)
    pipes = [SPAWN.Pipe(duplex=False) for _ in range(PROCESSES)]
    processes = [started(work, place, start, number, out) for number, (_, out) in enumerate(pipes)]
    for process, (heard, _) in zip(processes, pipes, strict=True):
        assert heard.poll(120), "a worker did not finish"
        assert heard.recv() == "done"
        process.join(10)
    library = opened(place)
    entries = library.all_papers("T1", None, "zh")
    assert len(entries) == SHARES
    assert [len(entry.shares) for entry in entries] == [PROCESSES * THREADS] * SHARES
    assert all(len(entry.paper.identifiers) == PROCESSES * THREADS + 1 for entry in entries)
    assert all(each.reply_ts == "9.9" for entry in entries for each in entry.shares)
    library.close()


def open_and_close(place: str, start: Barrier, out: Connection) -> None:
    start.wait(90)
    opened(place).close()
    out.send("done")


def test_processes_that_start_at_once_make_one_library(bare_place: str) -> None:
    start = SPAWN.Barrier(4)
    pipes = [SPAWN.Pipe(duplex=False) for _ in range(4)]
    processes = [started(open_and_close, bare_place, start, out) for _, out in pipes]
    for process, (heard, _) in zip(processes, pipes, strict=True):
        assert heard.poll(60) and heard.recv() == "done"
        process.join(10)


def test_a_digest_takes_each_share_once_while_others_write(library: SqlLibrary) -> None:
    writing, frozen = threading.Event(), threading.Event()
    writing.set()

    def write(thread: int) -> None:
        for number in range(SHARES):
            brief_one(library, str(thread), number)
            if number == SHARES // 2:
                frozen.wait(60)  # else it might all be written before the first digest

    def freeze(clerk: int) -> None:
        round_ = 0
        while writing.is_set():
            time.sleep(0.005)
            due = 1000 + 2 * round_ + clerk
            if scheduled(library, f"{clerk}:{round_}", -1, due).entries:
                frozen.set()
            round_ += 1

    with ThreadPoolExecutor(6) as pool:
        clerks = [pool.submit(freeze, clerk) for clerk in range(2)]
        writers = [pool.submit(write, thread) for thread in range(4)]
        try:
            for writer in writers:
                writer.result()
        finally:
            writing.clear()
        for clerk in clerks:
            clerk.result()
    scheduled(library, "last", -1, 10_000)
    with library._reading() as tx:
        digest_ids = [row["id"] for row in tx.rows("SELECT id FROM digests")]
    digests = [library.frozen_digest("T1", each) for each in digest_ids]
    taken = [each.share.id for digest in digests if digest for entry in digest.entries for each in entry.shares]
    assert len(taken) == len(set(taken)) == 4 * SHARES
    assert len([digest for digest in digests if digest and digest.entries]) > 1


# --- Kills ------------------------------------------------------------------------------------------


def write_for_ever(place: str, first: int, out: Connection) -> None:
    library = opened(place)
    number = first
    while True:
        brief_one(library, "w", number)
        out.send(number)
        number += 1


def test_what_was_told_as_kept_survives_a_kill_and_nothing_is_half_kept(place: str) -> None:
    told: list[int] = []
    for kill in range(5):
        heard, out = SPAWN.Pipe(duplex=False)
        process = started(write_for_ever, place, 1000 * kill, out)
        for _ in range(5 + 3 * kill):
            assert heard.poll(60)
            told.append(heard.recv())
        process.kill()
        process.join(10)
        while heard.poll():
            try:
                told.append(heard.recv())
            except EOFError:
                break
    if not place.startswith("postgres"):
        with closing(sqlite3.connect(place)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    library = opened(place)
    for number in told:
        stored = library.stored_share("T1", share(f"file:w-{number}", ts=f"w.{number}").id)
        assert stored is not None and stored.reply_ts == "9.9"
    with library._reading() as tx:
        ids = [row["id"] for row in tx.rows("SELECT id FROM shares")]
    for share_id in ids:
        stored = library.stored_share("T1", share_id)
        assert stored is not None
        if stored.state is ShareState.BRIEFED:
            assert stored.paper_id is not None
            assert library.brief("T1", stored.paper_id, "zh", "C1") is not None
            assert library.text("T1", stored.paper_id, "C1") is not None
        else:
            assert (stored.state, stored.paper_id) == (ShareState.ACCEPTED, None)
    assert len(library.all_papers("T1", None, "zh")) == len({each for each in ids if _briefed(library, each)})
    library.close()


def _briefed(library: SqlLibrary, share_id: str) -> bool:
    stored = library.stored_share("T1", share_id)
    return stored is not None and stored.state is ShareState.BRIEFED


def stop_half_way(place: str, out: Connection) -> None:
    library = opened(place)
    library.accept("T1", share(), at(0))
    with library._writing() as tx:
        tx.rows("UPDATE shares SET state = 'failed'")
        out.send("half way")
        time.sleep(600)


def test_a_kill_inside_a_transaction_undoes_it_and_frees_the_library(place: str) -> None:
    heard, out = SPAWN.Pipe(duplex=False)
    process = started(stop_half_way, place, out)
    assert heard.poll(60)
    process.kill()
    process.join(10)
    library = opened(place)
    assert library.accept("T1", share(), at(1)).state is ShareState.ACCEPTED
    assert library.settle("T1", share().id, ShareState.FAILED, at(1), error="x").state is ShareState.FAILED
    library.close()


# --- Connections ------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.1)
    monkeypatch.setattr(postgres, "_BUSY_MILLISECONDS", 100)


@pytest.mark.usefixtures("impatient")
def test_a_library_busy_too_long_asks_to_come_again(place: str) -> None:
    with closing(opened(place)) as holding, closing(opened(place)) as asking:
        for lock in (None, "T1"):
            with holding._writing(lock), pytest.raises(Retry, match="library_busy"):
                asking.accept("T1", share(), at(0))
        assert asking.accept("T1", share(), at(0)).state is ShareState.ACCEPTED


@pytest.mark.usefixtures("impatient")
def test_reading_does_not_wait_for_a_writer(place: str) -> None:
    with closing(opened(place)) as holding, closing(opened(place)) as asking:
        holding.accept("T1", share(), at(0))
        with holding._writing() as tx:
            tx.rows("UPDATE shares SET state = 'failed'")
            stored = asking.stored_share("T1", share().id)
        assert stored is not None and stored.state is ShareState.ACCEPTED


def test_reading_sees_one_state_throughout(place: str) -> None:
    with closing(opened(place)) as writing, closing(opened(place)) as reading:
        writing.accept("T1", share(), at(0))
        with reading._reading() as tx:
            assert len(tx.rows("SELECT * FROM shares")) == 1
            writing.accept("T1", share("arxiv:2"), at(0))
            assert len(tx.rows("SELECT * FROM shares")) == 1
        with reading._reading() as tx:
            assert len(tx.rows("SELECT * FROM shares")) == 2


def test_connections_of_ended_threads_are_closed(tmp_path: Path) -> None:
    library = SqliteLibrary(tmp_path / "library.db")
    for _ in range(20):
        thread = threading.Thread(target=library.schedules)
        thread.start()
        thread.join()
    assert len(library._open) <= 3
    library.close()
