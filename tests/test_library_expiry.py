"""Papers go by age where the settings say so, and a workspace goes as a whole."""

from __future__ import annotations

import re
from datetime import time

from library_samples import asked, at, brief, member, paper, share, text

from bot.models import ChannelSettings, DigestReply, Period, Schedule, ShareState, Usage
from storage.database.migrations import tables as all_tables
from storage.database.schema import MIGRATIONS
from storage.forgetting import OF_A_TEAM
from storage.library import SqlLibrary


def test_papers_go_so_long_after_they_were_shared_last_and_everything_else_stays(library: SqlLibrary) -> None:
    def shared(item: str, hour: int, channel: str = "C1", team: str = "T1") -> str:
        posted = share(item, ts=f"{hour}.0", channel=channel, team=team, private=channel == "P1")
        library.accept(team, posted, at(hour))
        about = paper(item, "sha256:" + item[-1], title=f"Tides {item}")
        library.keep(team, about, brief(), text(), at(hour), share_id=posted.id)
        library.replied(team, posted.id, channel, f"{hour}.5{item[-1]}")
        library.discussed(team, channel, posted.ts, "reply:1", at(hour))
        library.discussed(team, channel, f"{hour}.5{item[-1]}", "reply:2", at(hour))
        library.note_answer(team, posted.id, f"{team}:{item}", at(hour))
        library.keep_answer(f"{team}:{item}", "m", "words", Usage(), at(hour))
        return posted.id

    old, again = shared("arxiv:1", 0), shared("arxiv:2", 0)
    shared("arxiv:2", 9)
    apart, theirs = shared("arxiv:2", 1, channel="P1"), shared("arxiv:1", 2, team="T2")
    library.keep("T1", paper("arxiv:4", title="Imported early"), brief(), None, at(0))
    library.keep("T1", paper("arxiv:5", title="Imported late"), brief(), None, at(9))
    failed = share("arxiv:6", ts="6.0")
    library.accept("T1", failed, at(0))
    library.settle("T1", failed.id, ShareState.FAILED, at(0), error="not_found")
    asked(library, "d1", Period(at(-1), at(10)), at(10))
    library.put_schedule("T1", Schedule("T1", "C1", "daily", time(9), "UTC", "U1"))
    while library.drop_papers(at(5), at(20)):
        pass
    for team, share_id in (("T1", old), ("T1", apart), ("T2", theirs), ("T1", failed.id)):
        assert library.stored_share(team, share_id) is None
    assert library.stored_share("T1", again) is not None
    left = {entry.paper.identifiers[0].key for entry in library.all_papers("T1", None, "zh")}
    assert left == {"arxiv:2", "arxiv:5"}
    assert library.all_papers("T2", None, "zh") == ()
    assert library.answer("T1:arxiv:1") is None
    assert library.answer("T1:arxiv:2") is None, "the private channel had asked the same"
    assert library.search("T1", member("P1"), "tides", "zh", limit=9).total == 2
    assert library.released_files() == {"1": at(20)}
    digest = library.frozen_digest("T1", "d1")
    assert digest is not None
    assert [entry.paper.identifiers[0].key for entry in digest.entries] == ["arxiv:2"]
    assert library.schedule("T1", "C1") is not None
    with library._reading() as tx:
        assert {row["ts"] for row in tx.rows("SELECT ts FROM discussions")} == {"0.0", "0.52", "9.0", "9.52"}
        assert tx.rows("SELECT team_id FROM texts WHERE team_id <> 'T1'") == []


def test_many_papers_go_some_at_a_time(library: SqlLibrary) -> None:
    for number in range(130):
        library.keep("T1", paper(f"arxiv:{number}", title=f"Tides {number}"), brief(), None, at(0))
    assert library.drop_papers(at(5), at(6)) == 100
    assert library.drop_papers(at(5), at(6)) == 30
    assert library.drop_papers(at(5), at(6)) == 0


def test_everything_of_a_workspace_goes_and_nothing_of_another(library: SqlLibrary) -> None:
    tables = [name for name in all_tables(MIGRATIONS) if has_team(name)]
    assert set(tables) == set(OF_A_TEAM)
    for team in ("T1", "T2"):
        posted = share("arxiv:1", team=team)
        library.accept(team, posted, at(0))
        library.keep(team, paper("arxiv:1", f"sha256:{team}"), brief(), text(), at(0), share_id=posted.id)
        library.put_schedule(team, Schedule(team, "C1", "daily", time(9), "UTC", "U1"))
        library.put_channel_settings(team, ChannelSettings(team, "C1", "en"))
        asked(library, f"d:{team}", Period(at(-1), at(1)), at(1), team=team)
        library.digest_replied(team, DigestReply(f"d:{team}", 0, 1, "C1", "7.1", "7.0"))
        library.note_answer(team, posted.id, f"key:{team}", at(0))
        library.keep_answer(f"key:{team}", "m", "words", Usage(), at(0))
        library.book_call(team, "call", Usage(cost=1.0), at(0))
        library.withdraw(team, "C1", "9.0", at(1))
    assert library.knows_team("T1")
    assert library.forget_team("T1", at(2)) > 10
    assert (library.knows_team("T1"), library.knows_team("T2")) == (False, True)
    with library._reading() as tx:
        for name in tables:
            assert not tx.rows(f"SELECT 1 FROM {name} WHERE team_id = 'T1'"), name
        assert len(tx.rows("SELECT number FROM findable")) == 1
    assert library.answer("key:T1") is None
    assert library.answer("key:T2") == "words"
    assert library.released_files().keys() == {"T1"}
    assert len(library.all_papers("T2", None, "zh")) == 1
    assert library.forget_team("T1", at(3)) == 0


def has_team(table: str) -> bool:
    [made] = [
        statement
        for step in MIGRATIONS
        for statement in step.sql("sqlite")
        if re.match(rf"\s*CREATE TABLE {table} ", statement)
    ]
    return "team_id" in made
