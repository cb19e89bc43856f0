"""A library moves from SQLite to Postgres: whole, or not yet."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import time
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from library_samples import at, brief, member, paper, scheduled, share, text
from slack_sdk.oauth.installation_store import Installation

from bot.engine import sole_owner
from bot.errors import Tell
from bot.models import Allowance, ChannelSettings, Coverage, Period, Schedule, Usage
from bot.settings import Settings
from storage.database import moving
from storage.database.postgres import PostgresLibrary
from storage.database.sqlite import SqliteLibrary
from storage.installations import Installations, installations_engine, keys_from
from storage.leases import PostgresLeases
from storage.library import SqlLibrary

PAPERS = 7
NOBODY = Period(at(-1000), at(1000))


def fill(library: SqlLibrary) -> None:
    """With something in most tables, and with rows that are gone, so that numbers have gaps."""
    for n in range(PAPERS):
        private = n == 3
        posted = share(f"arxiv:{n}", channel="P1" if private else "C1", ts=f"{n}.0", private=private)
        library.accept("T1", posted, at(n))
        about = paper(
            f"arxiv:{n}", f"doi:10.1/{n}", title=f"Tides {n} 湖泊潮汐", abstract="𝕬 \u202e 'quoted' \\ %s :name"
        )
        kept = library.keep("T1", about, brief(f"{n}"), text(f"{n}"), at(n), share_id=posted.id)
        library.replied("T1", posted.id, "C1", f"{n}.5")
    library.revise("T1", kept.id, "C1", brief("mine"), "U2", at(9))
    library.discussed("T1", "C1", "1.0", "reply:1", at(9))
    scheduled(library, "d1", -9, 10)
    library.put_schedule("T1", Schedule("T1", "C1", "weekly", time(9), "UTC", "U1"))
    library.put_channel_settings("T1", ChannelSettings("T1", "C1", "en", "Lakes"))
    library.keep_answer("key", "some/model", "yes", Usage(10, 2, 0.1 + 0.2, 1, 1e-9), at(0))
    library.withdraw("T1", "C1", "2.0", at(11))


def told_by(library: SqlLibrary) -> list[object]:
    """What people would notice."""
    everything = library.all_papers("T1", None, "zh")
    return [
        everything,
        [library.text("T1", entry.paper.id, "C1") for entry in everything],
        [library.revisions("T1", entry.paper.id, "zh", "C1") for entry in everything],
        library.frozen_digest("T1", "d1"),
        library.schedules(),
        library.channel_settings("T1", "C1"),
        library.usage_in("T1", Coverage(("C1",)), NOBODY),
        [library.search("T1", member(*there), "湖泊 tides", "zh", limit=99) for there in ((), ("P1",))],
        library.recent("T1", member("P1"), "zh", limit=99),
        library.answer("key"),
    ]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "data" / "paperwire.db"
    with closing(SqliteLibrary(file)) as library:
        fill(library)
    return file


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "_BATCH", 2)


def move(source: Path, url: str, told: Callable[[str, int, int], None]) -> dict[str, int]:
    return moving.move(source, source.with_name("paperwire.installations.db"), url, told)


def nothing(*_: object) -> None:
    pass


def same(source: Path, url: str) -> None:
    with closing(SqliteLibrary(source)) as old, closing(PostgresLibrary(url)) as new:
        assert told_by(new) == told_by(old)


def test_a_moved_library_answers_as_before_and_goes_on(source: Path, postgres_url: str) -> None:
    told: list[tuple[str, int, int]] = []
    rows = move(source, postgres_url, lambda *each: told.append(each))
    assert rows["papers"] == PAPERS - 1 and rows["answers"] == 1
    assert {table: count for table, done, count in told if done == count} == {t: n for t, n in rows.items() if n}
    same(source, postgres_url)
    with closing(PostgresLibrary(postgres_url)) as library:
        posted = share("arxiv:new", ts="99.0")
        library.accept("T1", posted, at(20))
        new = library.keep("T1", paper("arxiv:new", title="New"), brief(), text(), at(20), share_id=posted.id)
        assert library.recent("T1", member(), "zh", limit=1)[0].paper.id == new.id
        with library._reading() as tx:
            last = tx.row("SELECT id FROM papers ORDER BY number DESC LIMIT 1")
        assert last == {"id": new.id}, "numbers go on after the last"


class Killed(Exception):
    pass


def test_a_move_goes_on_wherever_it_was_cut_short(source: Path, postgres_url: str) -> None:
    cuts, copied = 0, []

    def die_after_a_batch(table: str, done: int, _: int) -> None:
        copied.append((table, done))
        raise Killed

    while True:
        try:
            move(source, postgres_url, die_after_a_batch)
            break
        except Killed:
            cuts += 1
            with pytest.raises(Tell, match="library_moving"):
                PostgresLibrary(postgres_url)
    assert cuts > 20 and len(set(copied)) == cuts, "each batch was copied once"
    same(source, postgres_url)


def test_a_move_that_was_done_is_done(source: Path, postgres_url: str) -> None:
    first = move(source, postgres_url, nothing)
    assert move(source, postgres_url, nothing) == first
    same(source, postgres_url)


def test_a_source_that_changed_since_the_move_began_is_copied_anew(source: Path, postgres_url: str) -> None:
    def die_among_briefs(table: str, *_: object) -> None:
        if table == "briefs":
            raise Killed

    with pytest.raises(Killed):
        move(source, postgres_url, die_among_briefs)
    with closing(SqliteLibrary(source)) as library:
        kept = library.known_paper("T1", ["arxiv:0"], "C1")
        assert kept is not None
        library.keep("T1", replace(kept, title="Renamed", version=9), None, None, at(30))
    move(source, postgres_url, nothing)
    same(source, postgres_url)


def test_a_target_with_another_library_is_left_alone(source: Path, postgres_url: str) -> None:
    with closing(PostgresLibrary(postgres_url)) as library:
        library.accept("T9", share("arxiv:9", team="T9"), at(0))
    with pytest.raises(Tell, match="move_target_taken"):
        move(source, postgres_url, nothing)
    with closing(PostgresLibrary(postgres_url)) as library:
        assert library.stored_share("T9", share("arxiv:9", team="T9").id) is not None
        assert library.all_papers("T1", None, "zh") == ()


def test_an_empty_library_gives_way(source: Path, postgres_url: str) -> None:
    PostgresLibrary(postgres_url).close()
    move(source, postgres_url, nothing)
    same(source, postgres_url)


@pytest.mark.parametrize(("seconds", "taken"), [(0.0, False), (60.0, True)], ids=["that died", "that lives"])
def test_an_empty_library_of_a_replica(source: Path, postgres_url: str, seconds: float, taken: bool) -> None:
    with closing(PostgresLibrary(postgres_url)) as library:
        library.reserve_call("1", "tidying", 0, Allowance(1, None), at(0))
    with closing(PostgresLeases(postgres_url)) as leases:
        leases.take("replica", seconds)
    with pytest.raises(Tell, match="move_target_taken") if taken else nullcontext():
        move(source, postgres_url, nothing)


def test_what_was_written_to_the_target_meanwhile_is_not_overwritten(source: Path, postgres_url: str) -> None:
    bot = PostgresLibrary(postgres_url)

    def write(*_: object) -> None:
        bot.accept("T9", share("arxiv:9", team="T9"), at(0))

    with pytest.raises(Tell, match="move_target_taken"):
        move(source, postgres_url, write)
    assert bot.stored_share("T9", share("arxiv:9", team="T9").id) is not None
    bot.close()


def test_the_move_of_another_library_is_not_mixed_in(source: Path, tmp_path: Path, postgres_url: str) -> None:
    def die(*_: object) -> None:
        raise Killed

    with pytest.raises(Killed):
        move(source, postgres_url, die)
    other = tmp_path / "other.db"
    SqliteLibrary(other).close()
    with pytest.raises(Tell, match="move_of_another"):
        move(other, postgres_url, nothing)


def test_a_copy_that_is_not_the_same_is_not_put_in_place(
    source: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = moving._copied

    def spoilt(*given: object) -> Iterator[int]:
        yield from copied(*given)  # type: ignore[arg-type]
        with given[1]._writing() as tx:  # type: ignore[attr-defined]
            tx.rows("UPDATE briefs SET sentence = 'other' WHERE number = (SELECT MIN(number) FROM briefs)")

    monkeypatch.setattr(moving, "_copied", spoilt)
    with pytest.raises(Tell, match=r"move_differs.*briefs"):
        move(source, postgres_url, nothing)
    with closing(PostgresLibrary(postgres_url)) as library:
        assert library.all_papers("T1", None, "zh") == ()


def test_workspaces_go_along_with_their_tokens(
    source: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = Fernet.generate_key().decode()
    keys = keys_from([key])
    monkeypatch.delenv("DATABASE_URL", raising=False)
    there = Installations("1.2", installations_engine(Settings(PAPERWIRE_DATA=source.parent)), keys)
    there.open()
    for team in ("T1", "T2"):
        there.save(
            Installation(
                app_id="A1", team_id=team, user_id="U1", bot_id="B1", bot_user_id="U0", bot_token=f"xoxb-{team}"
            )
        )
    there.engine.dispose()
    move(source, postgres_url, nothing)
    PostgresLibrary(postgres_url).close()
    here = Installations("1.2", installations_engine(Settings(DATABASE_URL=postgres_url)), keys)
    here.open()
    assert here.teams() == ["T1", "T2"]
    bot = here.find_bot(enterprise_id=None, team_id="T2")
    assert bot is not None and bot.bot_token == "xoxb-T2"
    here.save(Installation(app_id="A1", team_id="T3", user_id="U1", bot_id="B1", bot_user_id="U0", bot_token="xoxb-T3"))
    assert here.teams() == ["T1", "T2", "T3"]
    here.engine.dispose()


# --- The command ------------------------------------------------------------------------------------


def command(data: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "migrate-to", *arguments],
        env={**os.environ, "PAPERWIRE_DATA": str(data), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=120)[0]


@pytest.mark.kill
def test_a_killed_command_run_again_ends_what_it_began(source: Path, postgres_url: str) -> None:
    process = command(source.parent, postgres_url)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("briefs"):
            process.kill()
            break
    process.stdout.close()
    assert process.wait(60) == -9
    again = command(source.parent, DATABASE_URL=postgres_url)
    words = said(again)
    assert again.returncode == 0, words
    assert "papers:" not in words and "shares: 7 of 7" in words
    password = psycopg.conninfo.conninfo_to_dict(postgres_url)["password"]
    assert "Set DATABASE_URL" in words and str(password) not in words
    same(source, postgres_url)


def test_a_folder_on_which_a_bot_runs_is_refused(source: Path, postgres_url: str) -> None:
    with sole_owner(source.parent):
        process = command(source.parent, postgres_url)
        assert "Stop it first" in said(process)
    assert process.returncode == 1


def test_unfinished_work_is_counted_and_refused(source: Path, postgres_url: str) -> None:
    begin = """
import sys, sqlalchemy
from pathlib import Path
from slack_sdk.oauth.installation_store import Installation

from bot.engine import sqlite_engine
from bot.work import Work, SHARES
folder = Path(sys.argv[1])
work = Work(folder, sqlite_engine(folder / "paperwire.work.db"), workers=1)
work.launch({"wait": lambda key: work.sleep(600)})
for key in ("a", "b", "c"):
    work.enqueue(SHARES, "wait", key, key)
import os; os._exit(0)
"""
    subprocess.run([sys.executable, "-c", begin, str(source.parent)], check=True, timeout=120)
    process = command(source.parent, postgres_url)
    assert "3 pieces" in said(process)
    assert process.returncode == 1
    with closing(PostgresLibrary(postgres_url)) as library:
        assert library.all_papers("T1", None, "zh") == ()


def test_without_an_address_the_command_asks_for_one(source: Path) -> None:
    process = command(source.parent)
    assert "DATABASE_URL" in said(process)
    assert process.returncode == 2
