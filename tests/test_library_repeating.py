"""Whoever does not hear the library's answer, because the connection was lost, asks again without harm."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from library_samples import asked, at, brief, paper, scheduled, share, text

from bot.models import ChannelSettings, DigestReply, Period, Schedule, ShareState, Usage
from storage.database.schema import MIGRATIONS
from storage.library import SqlLibrary

SCHEDULE = Schedule("T1", "C1", "weekly", time(9), "UTC", "U1")
SHARED = share("arxiv:1", ts="1.0")
LATER = share("arxiv:2", ts="2.0")

# Each writing method and what it is asked, after ``begun``; what it is given a second time is the same.
ASKED: dict[str, Callable[[SqlLibrary, str], object]] = {
    "accept": lambda library, _: library.accept("T1", share("arxiv:9", ts="9.0"), at(5)),
    "settle": lambda library, _: library.settle("T1", LATER.id, ShareState.FAILED, at(5), error="not_found"),
    "set_apart": lambda library, _: library.set_apart("T1", SHARED.id, at(5)),
    "replied": lambda library, _: library.replied("T1", SHARED.id, "C1", "1.5"),
    "withdraw": lambda library, _: library.withdraw("T1", "C1", "1.0", at(5)),
    "forget": lambda library, paper_id: library.forget("T1", [SHARED.id], [paper_id], at(5)),
    "release_files": lambda library, _: library.release_files(["00ff"], at(5)),
    "keep": lambda library, _: library.keep(
        "T1", paper("arxiv:2", title="Waves"), brief("new"), text("new"), at(5), share_id=LATER.id
    ),
    "freeze_digest": lambda library, _: (
        scheduled(library, "d2", -9, 9),
        asked(library, "p1", Period(at(-9), at(9)), at(9)),
    ),
    "digest_posted": lambda library, _: library.digest_posted("T1", "d1", "5.0", at(5)),
    "digest_replied": lambda library, _: library.digest_replied("T1", DigestReply("d1", 0, 5, "C1", "5.1", "5.0")),
    "show_in_digest": lambda library, _: library.show_in_digest("T1", "d1", SHARED.id, brief("shown")),
    "revise": lambda library, paper_id: library.revise("T1", paper_id, "C1", brief("mine"), "U2", at(5)),
    "leave_out": lambda library, _: library.leave_out("T1", SHARED.id, "U2", at(5)),
    "put_back": lambda library, _: library.put_back("T1", LATER.id, "U1"),
    "release_digest": lambda library, _: library.release_digest("T1", "d1"),
    "discussed": lambda library, _: library.discussed("T1", "C1", "1.0", "reply:1", at(5)),
    "put_schedule": lambda library, _: library.put_schedule("T1", replace(SCHEDULE, monthday=3)),
    "pause_schedule": lambda library, _: library.pause_schedule("T1", "C1", "archived"),
    "drop_schedule": lambda library, _: library.drop_schedule("T1", "C1"),
    "put_channel_settings": lambda library, _: library.put_channel_settings("T1", ChannelSettings("T1", "C1", "en")),
    "keep_answer": lambda library, _: library.keep_answer("key", "some/model", "yes", Usage(9, 1, 0.1, 1, 1.0), at(5)),
    "note_answer": lambda library, _: library.note_answer("T1", SHARED.id, "old", at(5)),
    "forget_answers": lambda library, _: library.forget_answers("T1", SHARED.id),
    "forget_answer": lambda library, _: library.forget_answer("old"),
    "take_request": lambda library, _: library.take_request("00ff", "taker", at(9), at(5)),
    "rest": lambda library, _: library.rest("source", 60, at(5)),
    "drop_texts": lambda library, _: library.drop_texts(at(5)),
    "drop_papers": lambda library, _: library.drop_papers(at(5), at(6)),
    "forget_team": lambda library, _: library.forget_team("T1", at(6)),
    "prune": lambda library, _: library.prune(at(5)),
}
# Their caller takes a new id for each call of a model, whether or not it heard of the one before.
NEVER_REPEATED = {"reserve_call", "book_call"}
# These say what they found, which is nothing the second time; nobody acts on the difference.
ANSWERS_DIFFER = {"drop_papers", "drop_schedule", "drop_texts", "forget_team", "prune", "put_back"}


def begun(library: SqlLibrary) -> str:
    """A library in which each method has something to do; returns a paper's id."""
    library.accept("T1", SHARED, at(0))
    stored = library.keep("T1", paper("arxiv:1"), brief(), text(), at(0), share_id=SHARED.id)
    scheduled(library, "d1", -9, 1)
    library.accept("T1", LATER, at(2))
    library.leave_out("T1", LATER.id, "U1", at(2))
    library.put_schedule("T1", SCHEDULE)
    library.keep_answer("old", "some/model", "words", Usage(), at(0))
    library.note_answer("T1", SHARED.id, "old", at(0))
    return stored.id


def everything(library: SqlLibrary) -> dict[str, list[Any]]:
    made = [statement for step in MIGRATIONS for statement in step.sql("sqlite")]
    tables = [words[2] for words in map(str.split, made) if words[:2] == ["CREATE", "TABLE"]]
    with library._reading() as tx:
        return {table: sorted(map(repr, tx.rows(f"SELECT * FROM {table}"))) for table in tables}


@pytest.mark.parametrize("method", ASKED)
def test_what_is_asked_again_is_done_once(method: str, library: SqlLibrary) -> None:
    paper_id = begun(library)
    before = everything(library)
    first = ASKED[method](library, paper_id)
    once = everything(library)
    assert once != before, "there was nothing to do"
    again = ASKED[method](library, paper_id)
    assert everything(library) == once
    if method not in ANSWERS_DIFFER:
        assert again == first


def test_every_method_that_writes_is_asked_again() -> None:
    writing = {
        name
        for name, method in inspect.getmembers(SqlLibrary, inspect.isfunction)
        if "self._writing(" in inspect.getsource(method) and not name.startswith("_")
    }
    assert writing == ASKED.keys() | NEVER_REPEATED
