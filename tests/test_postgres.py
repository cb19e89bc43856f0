"""The library on Postgres: what its errors say, and a server that stops, starts and loses connections."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import sqlalchemy
from library_samples import at, brief, guest, member, paper, share, text
from postgres_cluster import PostgresCluster, PostgresServer
from sqlalchemy import event

from bot.errors import PaperwireError, Retry, Tell
from bot.models import LANGUAGES, ShareState
from bot.wording import explain
from storage import shares
from storage.database import postgres
from storage.database.migrations import tables
from storage.database.postgres import PostgresLibrary, place
from storage.database.schema import MIGRATIONS


@pytest.fixture
def library(postgres_url: str) -> Iterator[PostgresLibrary]:
    with closing(PostgresLibrary(postgres_url)) as opened:
        yield opened


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_PATIENCE", 0.3)


# --- What its errors say ----------------------------------------------------------------------------


def replaced(url: str, **parts: Any) -> str:
    return sqlalchemy.make_url(url).set(**parts).render_as_string(hide_password=False)


WRONG: dict[str, tuple[Callable[[str], str], type[PaperwireError], str]] = {
    "a wrong password": (lambda url: replaced(url, password="hunter2"), Tell, "library_refused"),
    "no password": (lambda url: replaced(url, password=""), Tell, "library_refused"),
    "an unknown user": (lambda url: replaced(url, username="stranger", password="hunter2"), Tell, "library_refused"),
    "an unknown database": (lambda url: replaced(url, database="elsewhere"), Tell, "library_no_database"),
    "a port where nothing is": (lambda url: replaced(url, port=1), Retry, "library_away"),
    "an unknown host": (lambda url: replaced(url, host="nowhere.invalid"), Retry, "library_away"),
    "another kind of database": (lambda url: url.replace("postgresql", "mysql"), Tell, "library_address"),
    "no address at all": (lambda url: "hunter2", Tell, "library_address"),
    "a port that is none": (lambda url: "postgresql://bot:hun:ter2@host:po/rt", Tell, "library_address"),
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_with_an_address_is_told_without_the_password(
    wrong: str, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    spoil, kind, code = WRONG[wrong]
    caplog.set_level(logging.DEBUG)
    with pytest.raises(kind, match=code) as told:
        PostgresLibrary(spoil(postgres_url))
    said = [explain(language, told.value) for language in LANGUAGES]
    assert all(words and "{" not in words for words in said)
    password = urlsplit(postgres_url).password
    assert password is not None
    for words in (*said, repr(told.value), "".join(traceback.format_exception(told.value)), caplog.text):
        assert "ter2" not in words and password not in words


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_both_schemes_are_taken(scheme: str, postgres_url: str) -> None:
    PostgresLibrary(postgres_url.replace("postgresql", scheme)).close()


def test_the_place_of_a_library_is_told_without_the_password() -> None:
    assert place("postgresql://bot:hunter2@db.example:6543/lib?sslmode=require") == "db.example:6543/lib"
    assert place("postgres://bot:hunter2@/lib?host=db.example") == "db.example:5432/lib"


def test_a_server_too_old_or_with_another_encoding_is_refused(
    postgres_cluster: PostgresCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres_cluster.execute(
        "CREATE DATABASE ascii ENCODING SQL_ASCII LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    )
    with pytest.raises(Tell, match=r"library_unsuited.*SQL_ASCII"):
        PostgresLibrary(postgres_cluster.url("ascii"))
    monkeypatch.setattr(postgres, "_OLDEST_SERVER", 990_000)
    with pytest.raises(Tell, match=r"library_unsuited.*PostgreSQL \d+"):
        PostgresLibrary(postgres_cluster.url(postgres_cluster.create_database()))


def test_a_user_without_rights_is_told_which_are_lacking(postgres_cluster: PostgresCluster) -> None:
    name = postgres_cluster.create_database()
    owner = PostgresServer(postgres_cluster.url(name).replace("//paperwire:", "//postgres:"))
    owner.execute(f"ALTER DATABASE {name} OWNER TO postgres")
    with pytest.raises(Tell, match=r"library_forbidden.*permission denied"):
        PostgresLibrary(postgres_cluster.url(name))
    owner.execute("CREATE SCHEMA paperwire AUTHORIZATION paperwire")
    PostgresLibrary(postgres_cluster.url(name)).close()


def test_a_library_of_a_newer_version_is_not_touched(postgres_url: str) -> None:
    PostgresLibrary(postgres_url).close()
    with psycopg.connect(postgres_url) as connection:
        connection.execute("INSERT INTO paperwire.migrations VALUES ('m999_from_the_future', '2030-01-01')")
    with pytest.raises(Tell, match="library_newer"):
        PostgresLibrary(postgres_url)


def test_the_library_keeps_to_its_own_schema(library: PostgresLibrary, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        tables = connection.execute("SELECT schemaname FROM pg_tables WHERE tableowner = current_user").fetchall()
    assert len(tables) > 10 and set(tables) == {("paperwire",)}


def test_all_text_is_compared_byte_by_byte_as_in_sqlite(library: PostgresLibrary) -> None:
    with library._reading() as tx:
        columns = tx.rows(
            "SELECT table_name, column_name, collation_name FROM information_schema.columns"
            " WHERE table_schema = 'paperwire' AND data_type = 'text'"
        )
    ours = [row for row in columns if row["table_name"] in tables(MIGRATIONS)]
    assert len(ours) > 50
    assert [row for row in ours if row["collation_name"] != "C"] == []


# --- A server that goes and comes -------------------------------------------------------------------


@pytest.fixture
def own(postgres_cluster: PostgresCluster) -> Iterator[PostgresLibrary]:
    """A library on a server that may be stopped."""
    with closing(PostgresLibrary(postgres_cluster.url(postgres_cluster.create_database()))) as opened:
        yield opened


@pytest.mark.parametrize("crash", [False, True])
def test_a_restart_between_two_calls_is_not_noticed(
    own: PostgresLibrary, postgres_cluster: PostgresCluster, crash: bool
) -> None:
    own.accept("T1", share(), at(0))
    postgres_cluster.restart(crash=crash)
    assert own.stored_share("T1", share().id) is not None
    own.accept("T1", share("arxiv:2"), at(0))


def test_a_call_waits_for_a_server_that_comes_back_soon(
    own: PostgresLibrary, postgres_cluster: PostgresCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_PATIENCE", 60)
    postgres_cluster.stop()
    starting = threading.Timer(0.5, postgres_cluster.start)
    starting.start()
    try:
        assert own.accept("T1", share(), at(0)).state is ShareState.ACCEPTED
    finally:
        starting.join()


@pytest.mark.usefixtures("impatient")
def test_a_server_that_stays_away_asks_to_come_again(own: PostgresLibrary, postgres_cluster: PostgresCluster) -> None:
    postgres_cluster.stop()
    try:
        for ask in (lambda: own.accept("T1", share(), at(0)), lambda: own.stored_share("T1", share().id)):
            with pytest.raises(Retry, match="library_away"):
                ask()
    finally:
        postgres_cluster.start()
    assert own.accept("T1", share(), at(0)).state is ShareState.ACCEPTED


def hang_up(url: str) -> None:
    """End all other connections to the database, as a cut network would."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_transaction_that_a_lost_connection_undid_is_run_again(
    library: PostgresLibrary, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, cuts = shares.known, []

    def cut(*given: Any) -> Any:
        if not cuts:
            cuts.append(hang_up(postgres_url))
        return known(*given)

    monkeypatch.setattr(shares, "known", cut)
    assert library.accept("T1", share(), at(0)).state is ShareState.ACCEPTED
    assert len(cuts) == 1
    with library._reading() as tx:
        assert len(tx.rows("SELECT * FROM shares")) == 1


def test_questions_that_were_iterators_are_asked_again_in_full(
    library: PostgresLibrary, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.accept("T1", share(), at(0))
    kept = library.keep("T1", paper(), brief(), text(), at(0), share_id=share().id)
    reading, cuts = PostgresLibrary._reading, []

    def cut(library: PostgresLibrary) -> Any:
        if not cuts:
            cuts.append(1)
            raise postgres._Undone("library_away", path="", reason="")
        return reading(library)

    monkeypatch.setattr(PostgresLibrary, "_reading", cut)
    assert library.known_paper("T1", iter(["arxiv:2610.00001"]), "C1") == kept


def test_a_column_that_a_newer_version_adds_disturbs_nobody(library: PostgresLibrary, postgres_url: str) -> None:
    """Beside it this one goes on: what its connections have prepared is prepared anew."""

    def ask(_: object) -> object:
        return library.accept("T1", share(), at(0)), library.stored_share("T1", share().id)

    with ThreadPoolExecutor(8) as together:
        before = list(together.map(ask, range(400)))
        with psycopg.connect(postgres_url) as connection:
            connection.execute("ALTER TABLE paperwire.shares ADD COLUMN from_the_future TEXT")
        assert list(together.map(ask, range(400))) == before


def test_nobody_knows_what_a_connection_lost_at_the_commit_left(library: PostgresLibrary, postgres_url: str) -> None:
    cuts = []

    def cut(_: object) -> None:
        if not cuts:
            cuts.append(hang_up(postgres_url))

    event.listen(library._engine, "commit", cut)
    with pytest.raises(Retry, match="library_away") as told:
        library.accept("T1", share(), at(0))
    assert not isinstance(told.value, postgres._Undone)
    assert library.accept("T1", share(), at(0)).state is ShareState.ACCEPTED


# --- Writers ----------------------------------------------------------------------------------------


def test_writers_of_one_team_take_turns_and_those_of_others_go_on(
    library: PostgresLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def accept(team: str) -> None:
        library.accept(team, share(team=team), at(0))
        done.append(team)

    with library._writing("T1"):
        waiting = threading.Thread(target=accept, args=("T1",))
        waiting.start()
        accept("T2")
        time.sleep(0.1)
        assert done == ["T2"]
    waiting.join()
    assert done == ["T2", "T1"]


def test_a_writer_of_all_teams_waits_for_each(library: PostgresLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    pruned = threading.Event()
    with library._writing("T1"):
        pruning = threading.Thread(target=lambda: (library.prune(at(0)), pruned.set()))
        pruning.start()
        assert not pruned.wait(0.2)
    assert pruned.wait(30)
    pruning.join()


def test_sums_are_numbers_as_sqlite_gives_them(library: PostgresLibrary) -> None:
    with library._reading() as tx:
        row = tx.row("SELECT SUM(n) AS whole, SUM(-n) AS negative, AVG(n) AS mean FROM (VALUES (1), (2)) AS t (n)")
    assert row is not None
    assert [(type(each), each) for each in row.values()] == [(int, 3), (int, -3), (float, 1.5)]


# --- Search -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["tides", "t", "ti tides lakes", "湖泊"])
def test_a_search_looks_its_words_up_and_reads_no_others(
    query: str, library: PostgresLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[str] = []
    rows = postgres.PostgresTransaction.rows

    def explained(tx: postgres.PostgresTransaction, sql: str, /, **values: Any) -> Any:
        if "@@" in sql:
            plans.append("\n".join(row["QUERY PLAN"] for row in rows(tx, f"EXPLAIN {sql}", **values)))
        return rows(tx, sql, **values)

    for n, channel in enumerate(["C1", "C2", "P1"]):
        posted = share(f"arxiv:{n}", channel=channel, private=channel == "P1")
        library.accept("T1", posted, at(n))
        library.keep("T1", paper(f"arxiv:{n}", title=f"Tides {n}"), brief(), None, at(n), share_id=posted.id)
    monkeypatch.setattr(postgres.PostgresTransaction, "rows", explained)
    for coverage in (member("P1"), guest("C1", "P1")):
        library.search("T1", coverage, query, "zh", limit=5)
    assert len(plans) == 4
    assert all("Bitmap Index Scan on findable_words_words" in plan for plan in plans), plans
