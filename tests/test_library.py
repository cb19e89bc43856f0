"""What every backend of the library promises; see ``bot.ports.Library``."""

from __future__ import annotations

import inspect
import re
import sqlite3
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import pytest
import sqlalchemy
from library_places import opened
from library_samples import asked, at, brief, guest, member, paper, scheduled, share, text
from sqlite_utils import Database

from bot import ports
from bot.errors import Retry, Tell
from bot.models import (
    EVERY_CHANNEL,
    Author,
    ChannelSettings,
    Coverage,
    Identifier,
    Paper,
    Period,
    Schedule,
    ShareState,
    Usage,
)
from bot.ports import Library
from storage.database import sqlite
from storage.database.rows import Row, Value
from storage.database.sqlite import SqliteLibrary
from storage.library import SqlLibrary


def briefed(library: Library, *keys: str, channel: str = "C1", ts: str = "1.000100", hour: float = 0, **more) -> Paper:
    """A share accepted and briefed: the paper as stored."""
    about = paper(*keys, **{key: more.pop(key) for key in ("title", "author", "source", "version") if key in more})
    posted = share(about.identifiers[0].key, channel=channel, ts=ts, **more)
    library.accept(posted.team_id, posted, at(hour))
    return library.keep(posted.team_id, about, brief(ts), text(ts), at(hour), share_id=posted.id)


# --- Shares -----------------------------------------------------------------------------------------


def test_a_share_comes_back_as_it_was_accepted(library: Library) -> None:
    posted = replace(
        share(), thread_ts="0.9", identifier=Identifier("arxiv", "2610.00001", 3, False), asked=True, silent=True
    )
    stored = library.accept("T1", posted, at(0))
    assert stored.share == posted
    assert (stored.state, stored.shared_at, stored.paper_id) == (ShareState.ACCEPTED, at(0), None)
    assert library.stored_share("T1", posted.id) == stored


def test_a_share_accepted_again_is_the_one_stored_already(library: Library) -> None:
    library.accept("T1", share(), at(0))
    library.settle("T1", share().id, ShareState.FAILED, at(1), error="not_found")
    again = library.accept("T1", share(user="U9"), at(2))
    assert (again.state, again.shared_at, again.share.user_id) == (ShareState.FAILED, at(0), "U1")


def test_two_papers_of_one_message_are_two_shares(library: Library) -> None:
    first, second = share("arxiv:2610.00001"), share("file:F1")
    library.accept("T1", first, at(0))
    library.accept("T1", second, at(0))
    assert library.stored_share("T1", second.id) != library.stored_share("T1", first.id)


def test_a_share_nobody_accepted_is_unknown(library: Library) -> None:
    assert library.stored_share("T1", share().id) is None
    with pytest.raises(KeyError):
        library.settle("T1", share().id, ShareState.FAILED, at(0))


def test_a_share_for_another_team_is_refused(library: Library) -> None:
    with pytest.raises(ValueError, match="T2"):
        library.accept("T1", share(team="T2"), at(0))


def test_a_naive_time_is_refused(library: Library) -> None:
    with pytest.raises(ValueError, match="zone"):
        library.accept("T1", share(), datetime(2026, 11, 16))


def test_a_failed_share_keeps_its_error_until_it_is_tried_again(library: Library) -> None:
    library.accept("T1", share(), at(0))
    assert library.settle("T1", share().id, ShareState.FAILED, at(1), error="not_found").error == "not_found"
    tried = library.settle("T1", share().id, ShareState.ACCEPTED, at(2))
    assert (tried.state, tried.error) == (ShareState.ACCEPTED, None)


def test_a_briefed_share_stays_briefed_when_a_later_try_fails(library: Library) -> None:
    stored = briefed(library)
    after = library.settle("T1", share().id, ShareState.FAILED, at(3), error="model_down")
    assert (after.state, after.error, after.paper_id, after.briefed_at) == (ShareState.BRIEFED, None, stored.id, at(0))


def test_a_share_is_briefed_with_a_paper_the_library_knows(library: Library) -> None:
    stored = briefed(library)
    library.accept("T1", share(ts="2.0"), at(1))
    assert library.settle("T1", share(ts="2.0").id, ShareState.BRIEFED, at(1), paper_id=stored.id).paper_id == stored.id


def test_a_paper_withdrawn_meanwhile_is_told_to_be_read_anew(library: Library) -> None:
    stored = briefed(library)
    library.accept("T1", share(ts="2.0"), at(1))
    library.withdraw("T1", "C1", "1.000100", at(2))
    with pytest.raises(Retry, match="paper_withdrawn"):
        library.settle("T1", share(ts="2.0").id, ShareState.BRIEFED, at(3), paper_id=stored.id)


def test_our_reply_is_remembered(library: Library) -> None:
    library.accept("T1", share(), at(0))
    assert library.replied("T1", share().id, "D1", "1.5").reply_ts == "1.5"
    assert [each.share.id for each in library.shares_at("T1", "D1", "1.5")] == [share().id]
    assert library.shares_at("T1", "C1", "1.5") == []
    assert library.replied("T1", share().id, "C1", "1.5").reply_channel_id == "C1"
    assert library.accept("T1", share(), at(1)).reply_ts == "1.5"


# --- Withdrawing ------------------------------------------------------------------------------------


def test_a_deleted_message_takes_paper_text_and_brief_along(library: Library) -> None:
    stored = briefed(library)
    gone = library.withdraw("T1", "C1", "1.000100", at(2))
    assert [each.state for each in gone] == [ShareState.WITHDRAWN]
    assert library.known_paper("T1", ["arxiv:2610.00001"], "C1") is None
    assert library.paper("T1", stored.id, "C1") is None
    assert library.text("T1", stored.id, "C1") is None
    assert library.brief("T1", stored.id, "zh", "C1") is None
    assert library.all_papers("T1", None, "zh") == ()


def test_what_another_share_holds_stays(library: Library) -> None:
    stored = briefed(library)
    briefed(library, channel="C2", ts="2.0", hour=1)
    library.withdraw("T1", "C1", "1.000100", at(2))
    assert library.text("T1", stored.id, "C2") is not None
    assert library.brief("T1", stored.id, "zh", "C1") is not None


def test_what_an_import_holds_stays_without_the_text_of_the_share(library: Library) -> None:
    imported = library.keep("T1", paper(source="import"), brief("imported"), None, at(0))
    assert briefed(library, hour=1).id == imported.id
    assert library.brief("T1", imported.id, "zh", "C1") == brief("1.000100")
    library.withdraw("T1", "C1", "1.000100", at(2))
    assert library.text("T1", imported.id, "C1") is None
    assert library.brief("T1", imported.id, "zh", "C1") == brief("imported")


def test_withdrawing_again_still_names_the_replies_to_delete(library: Library) -> None:
    briefed(library)
    library.replied("T1", share().id, "C1", "1.5")
    first = library.withdraw("T1", "C1", "1.000100", at(2))
    assert library.withdraw("T1", "C1", "1.000100", at(3)) == first
    assert [each.reply_ts for each in first] == ["1.5"]


def test_a_message_deleted_before_it_was_accepted_stays_withdrawn(library: Library) -> None:
    assert library.withdraw("T1", "C1", "1.000100", at(0)) == []
    assert library.accept("T1", share(), at(1)).state is ShareState.WITHDRAWN
    assert library.accept("T1", share("file:F2"), at(2)).state is ShareState.WITHDRAWN
    assert library.accept("T1", share(channel="C2"), at(2)).state is ShareState.ACCEPTED


def test_work_on_a_withdrawn_share_leaves_nothing_behind(library: Library) -> None:
    library.accept("T1", share(), at(0))
    library.withdraw("T1", "C1", "1.000100", at(1))
    library.keep("T1", paper(), brief(), text(), at(2), share_id=share().id)
    assert library.settle("T1", share().id, ShareState.FAILED, at(3), error="x").state is ShareState.WITHDRAWN
    assert library.replied("T1", share().id, "C1", "1.5").state is ShareState.WITHDRAWN
    assert library.known_paper("T1", ["arxiv:2610.00001"], "C1") is None


def test_a_withdrawn_share_forgets_link_and_file_name(library: Library) -> None:
    library.accept("T1", share("file:F1"), at(0))
    library.accept("T1", share("arxiv:2610.00001"), at(0))
    for gone in library.withdraw("T1", "C1", "1.000100", at(1)):
        assert (gone.share.url, gone.share.file_name) == (None, None)


# --- Papers -----------------------------------------------------------------------------------------


def test_a_paper_comes_back_as_it_was_kept(library: Library) -> None:
    stored = briefed(library, "arxiv:2610.00001", "doi:10.1/x")
    assert replace(stored, id="", author_count=0) == paper("arxiv:2610.00001", "doi:10.1/x")
    assert stored.author_count == 2
    assert library.paper("T1", stored.id, "C2") == stored
    assert library.text("T1", stored.id, "C2") == text("1.000100")
    assert library.brief("T1", stored.id, "zh", "C2") == brief("1.000100")
    assert library.brief("T1", stored.id, "en", "C2") is None


@pytest.mark.parametrize("keys", [["doi:10.1/x"], ["sha256:00", "arxiv:2610.00001"]])
def test_a_paper_is_found_by_any_of_its_identifiers(library: Library, keys: list[str]) -> None:
    stored = briefed(library, "arxiv:2610.00001", "doi:10.1/x")
    assert library.known_paper("T1", keys, "C2") == stored
    assert library.known_paper("T1", iter(keys), "C2") == stored


def test_a_paper_is_not_found_by_no_identifiers(library: Library) -> None:
    briefed(library)
    assert library.known_paper("T1", [], "C1") is None
    assert library.known_paper("T1", ["arxiv:2610.00002"], "C1") is None


@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("Tides in Shallow Lakes", "Ada Wöhler"),
        ("TIDES IN  SHALLOW LAKES.", "ada wohler"),
        ("Tides in shallow-lakes", "Wöhler, Ada"),
    ],
)
def test_the_same_work_is_known_by_title_and_first_author(library: Library, title: str, author: str) -> None:
    assert library.same_work("T1", title, author, "C1") is None
    stored = briefed(library)
    assert library.same_work("T1", title, author, "C1") == stored


@pytest.mark.parametrize(
    ("title", "author"), [("Tides in Deep Lakes", "Ada Wöhler"), ("Tides in Shallow Lakes", "Bo Lindqvist"), ("", "")]
)
def test_another_title_or_first_author_is_another_work(library: Library, title: str, author: str) -> None:
    briefed(library)
    assert library.same_work("T1", title, author, "C1") is None


def test_link_and_upload_of_one_paper_are_one_record(library: Library) -> None:
    linked = briefed(library, "arxiv:2610.00001")
    uploaded = briefed(library, "sha256:aa", channel="C2", ts="2.0", hour=1, source="PDF")
    assert uploaded.id == linked.id
    assert {each.key for each in uploaded.identifiers} == {"arxiv:2610.00001", "sha256:aa"}
    assert uploaded.source == "arXiv API"


def test_two_records_become_one_when_a_paper_carries_identifiers_of_both(library: Library) -> None:
    first = briefed(library, "arxiv:2610.00001", title="Tides, a Preprint")
    second = briefed(library, "doi:10.1/x", channel="C2", ts="2.0", hour=1)
    assert second.id != first.id
    both = briefed(library, "arxiv:2610.00001", "doi:10.1/x", "sha256:aa", channel="C3", ts="3.0", hour=2)
    assert both.id == first.id
    assert library.paper("T1", second.id, "C1") == both, "the absorbed record's id still leads to the paper"
    assert [len(entry.shares) for entry in library.all_papers("T1", None, "zh")] == [3]
    assert library.first_share("T1", second.id, "C3", before=share(channel="C3", ts="3.0").id) is not None


def test_chains_of_merged_records_still_lead_to_the_paper(library: Library) -> None:
    ids = [briefed(library, f"doi:10.1/{n}", ts=f"{n}.0", hour=n, title=f"Tides {n}").id for n in range(4)]
    briefed(library, "doi:10.1/2", "doi:10.1/3", ts="8.0", hour=8, title="Tides 2")
    last = briefed(library, "doi:10.1/3", "doi:10.1/0", "doi:10.1/1", ts="9.0", hour=9, title="Tides 3")
    assert last.id == ids[0]
    assert [library.paper("T1", each, "C1") for each in ids] == [last] * 4


def test_two_arxiv_identifiers_are_two_works_whatever_the_title(library: Library) -> None:
    first = briefed(library, "arxiv:2610.00001")
    assert briefed(library, "arxiv:2610.00002", ts="2.0", hour=1).id != first.id


def test_uploads_without_title_or_names_are_not_taken_for_one_another(library: Library) -> None:
    first = briefed(library, "sha256:aa", title="", author="")
    assert briefed(library, "sha256:bb", ts="2.0", title="", author="").id != first.id
    third = briefed(library, "sha256:cc", ts="3.0", title="Untitled", author="")
    assert briefed(library, "sha256:dd", ts="4.0", title="Untitled", author="").id != third.id


def test_an_import_without_names_is_the_paper_shared_later(library: Library) -> None:
    record = replace(paper("arxiv:2610.00001", author=""), identifiers=(), author_count=2, source="import")
    imported = library.keep("T1", record, brief("imported"), None, at(0))
    assert briefed(library, hour=1).id == imported.id


def test_the_better_source_has_the_word(library: Library) -> None:
    briefed(library, "sha256:aa", title="T1DES IN SHALLOW LAKES", author="A. Woehler", source="PDF")
    better = briefed(library, "sha256:aa", "arxiv:2610.00001", ts="2.0", hour=1)
    assert (better.title, better.authors[0].name) == ("Tides in Shallow Lakes", "Ada Wöhler")
    worse = briefed(library, "sha256:aa", ts="3.0", hour=2, title="Tidès", source="PDF")
    assert (worse.title, worse.id) == (better.title, better.id)


def test_an_earlier_version_does_not_replace_a_later_one(library: Library) -> None:
    briefed(library, version=3, title="Tides, Revised")
    old = briefed(library, ts="2.0", hour=1, version=1)
    assert (old.title, old.version) == ("Tides, Revised", 3)
    assert briefed(library, ts="3.0", hour=2, version=4).title == "Tides in Shallow Lakes"


def test_a_source_that_is_silent_takes_nothing_away(library: Library) -> None:
    first = briefed(library)
    silent = Paper("", "Tides in Shallow Lakes", identifiers=first.identifiers, source="arXiv API")
    library.accept("T1", share(ts="2.0"), at(1))
    after = library.keep("T1", silent, None, None, at(1), share_id=share(ts="2.0").id)
    assert after == first


def test_keeping_the_same_twice_changes_nothing(library: Library) -> None:
    first = briefed(library)
    again = library.keep("T1", paper(), brief("1.000100"), text("1.000100"), at(5), share_id=share().id)
    assert again == first
    assert library.stored_share("T1", share().id).briefed_at == at(0)  # type: ignore[union-attr]
    assert len(library.all_papers("T1", None, "zh")) == 1


def test_a_new_brief_takes_the_place_of_the_one_before(library: Library) -> None:
    stored = briefed(library)
    library.keep("T1", stored, brief("better"), None, at(1), share_id=share().id)
    assert library.brief("T1", stored.id, "zh", "C1") == brief("better")


def test_each_language_has_its_own_brief(library: Library) -> None:
    stored = briefed(library)
    library.keep("T1", stored, brief("english", "en"), None, at(1), share_id=share().id)
    assert library.brief("T1", stored.id, "zh", "C1") == brief("1.000100")
    assert library.brief("T1", stored.id, "en", "C1") == brief("english", "en")


def test_an_import_does_not_displace_a_brief_made_from_the_paper(library: Library) -> None:
    stored = briefed(library)
    library.keep("T1", paper(source="import"), brief("imported"), None, at(1))
    assert library.brief("T1", stored.id, "zh", "C1") == brief("1.000100")
    assert [entry.brief for entry in library.all_papers("T1", None, "zh")] == [brief("1.000100")]


@pytest.mark.parametrize("words", ["'; DROP TABLE papers; --", "𝕬 \u202e", "%_\\", "x" * 100_000])
def test_any_text_is_kept_as_it_is(library: Library, words: str) -> None:
    posted = share("arxiv:1", user=words)
    library.accept("T1", posted, at(0))
    kept = library.keep(
        "T1", paper("arxiv:1", title=words, author=words, abstract=words), brief(words), text(words), at(0),
        share_id=posted.id,
    )  # fmt: skip
    assert (kept.title, kept.abstract, kept.authors[0]) == (words, words, Author(words))
    assert library.brief("T1", kept.id, "zh", "C1") == brief(words)
    assert library.text("T1", kept.id, "C1") == text(words)


@pytest.mark.parametrize(("words", "kept"), [("Tides \ud83d", "Tides ?"), ("\0Tides", "Tides")])
def test_characters_that_no_database_takes_do_not_lose_a_paper(library: Library, words: str, kept: str) -> None:
    stored = library.keep("T1", paper(title=words, author=words), brief(words), text(words), at(0))
    again = library.paper("T1", stored.id, "C1")
    assert again is not None and again.title == kept
    assert library.text("T1", stored.id, "C1") is not None
    assert library.brief("T1", stored.id, "zh", "C1") is not None


# --- Who shared it first ----------------------------------------------------------------------------


def test_the_first_share_of_a_paper_is_named(library: Library) -> None:
    stored = briefed(library)
    briefed(library, channel="C2", ts="2.0", hour=1)
    briefed(library, channel="C3", ts="3.0", hour=2)
    first = library.first_share("T1", stored.id, "C3", before=share(channel="C3", ts="3.0").id)
    assert first is not None and first.share == share()


def test_the_first_share_itself_has_none_before_it(library: Library) -> None:
    stored = briefed(library)
    briefed(library, channel="C2", ts="2.0", hour=1)
    assert library.first_share("T1", stored.id, "C1", before=share().id) is None


def test_a_paper_given_twice_in_one_message_was_not_shared_before(library: Library) -> None:
    stored = briefed(library, "arxiv:2610.00001")
    briefed(library, "sha256:aa", hour=0.001)
    assert library.first_share("T1", stored.id, "C1", before=share("sha256:aa").id) is None


def test_a_withdrawn_share_is_not_the_first(library: Library) -> None:
    stored = briefed(library)
    briefed(library, channel="C2", ts="2.0", hour=1)
    briefed(library, channel="C3", ts="3.0", hour=2)
    library.withdraw("T1", "C1", "1.000100", at(3))
    first = library.first_share("T1", stored.id, "C3", before=share(channel="C3", ts="3.0").id)
    assert first is not None and first.share.channel_id == "C2"


# --- What was shared when ---------------------------------------------------------------------------

WEEK = Period(at(0), at(168))


def test_a_period_is_half_open(library: Library) -> None:
    for hour, ts in [(-0.001, "1.0"), (0, "2.0"), (167.999, "3.0"), (168, "4.0")]:
        briefed(library, f"arxiv:{ts}", ts=ts, hour=hour, title=f"Paper {ts}")
    entries = library.shared_in("T1", Coverage(("C1",)), WEEK, "zh")
    assert [entry.paper.title for entry in entries] == ["Paper 2.0", "Paper 3.0"]


def test_papers_come_in_order_of_title_whatever_its_case(library: Library) -> None:
    for ts, title in enumerate(["zebra", "Éclair", "APPLE", "banana"]):
        briefed(library, f"arxiv:{ts}", ts=f"{ts}.0", title=title)
    titles = [entry.paper.title for entry in library.shared_in("T1", Coverage(("C1",)), WEEK, "zh")]
    assert titles == ["APPLE", "banana", "zebra", "Éclair"]


def test_a_paper_shared_twice_in_a_channel_is_one_entry_with_both_shares(library: Library) -> None:
    briefed(library)
    briefed(library, ts="2.0", hour=1)
    briefed(library, channel="C2", ts="3.0", hour=2)
    (entry,) = library.shared_in("T1", Coverage(("C1",)), WEEK, "zh")
    assert [each.share.ts for each in entry.shares] == ["1.000100", "2.0"]


def test_a_channel_reads_the_other_language_where_it_has_no_brief_in_its_own(library: Library) -> None:
    stored = briefed(library)
    briefed(library, "arxiv:2", ts="2.0", title="Other")
    library.keep("T1", stored, brief("english", "en"), None, at(1), share_id=share().id)
    assert [entry.brief.language for entry in library.shared_in("T1", Coverage(("C1",)), WEEK, "en")] == ["zh", "en"]
    assert [entry.brief.language for entry in library.shared_in("T1", Coverage(("C1",)), WEEK, "zh")] == ["zh", "zh"]


def test_failed_ignored_and_unfinished_shares_are_not_entries(library: Library) -> None:
    for ts, state in enumerate([ShareState.FAILED, ShareState.IGNORED, ShareState.ACCEPTED]):
        posted = share(f"arxiv:{ts}", ts=f"{ts}.0")
        library.accept("T1", posted, at(1))
        library.settle("T1", posted.id, state, at(1), error="not_found")
    assert library.shared_in("T1", Coverage(("C1",)), WEEK, "zh") == ()
    assert [each.share.ts for each in library.failed_in("T1", Coverage(("C1",)), WEEK)] == ["0.0"]
    assert library.failed_in("T1", Coverage(("C2",)), WEEK) == []


def test_the_operator_sees_every_paper_shared_or_imported(library: Library) -> None:
    briefed(library, title="Shared")
    library.keep("T1", paper("doi:10.1/i", title="Imported", author="Cy"), brief("imported"), None, at(200))
    assert [entry.paper.title for entry in library.all_papers("T1", None, "zh")] == ["Imported", "Shared"]
    assert [entry.paper.title for entry in library.all_papers("T1", WEEK, "zh")] == ["Shared"]
    later = Period(at(168), at(336))
    assert [(entry.paper.title, entry.shares) for entry in library.all_papers("T1", later, "zh")] == [("Imported", ())]


# --- Frozen digests ---------------------------------------------------------------------------------


def freeze(library: Library, number: int, hour: float, *, channel: str = "C1", team: str = "T1"):
    return scheduled(library, f"digest:{channel}:{number}", hour - 168, hour, channel=channel, team=team)


def titles(digest) -> list[str]:
    return [entry.paper.title for entry in digest.entries]


def test_the_first_digest_goes_one_interval_back(library: Library) -> None:
    briefed(library, "arxiv:1", ts="1.0", hour=-1, title="too old")
    briefed(library, "arxiv:2", ts="2.0", hour=1, title="in time")
    digest = freeze(library, 1, 168)
    assert titles(digest) == ["in time"]
    assert digest.period == Period(at(0), at(168))


def test_each_digest_goes_on_where_the_one_before_stopped(library: Library) -> None:
    freeze(library, 1, 0)
    briefed(library, "arxiv:1", ts="1.0", hour=0, title="at the cut-off")
    briefed(library, "arxiv:2", ts="2.0", hour=300, title="long after")
    digest = freeze(library, 2, 400)
    assert titles(digest) == ["at the cut-off", "long after"]
    assert digest.period == Period(at(0), at(400))
    assert titles(freeze(library, 3, 500)) == []


def test_a_share_briefed_after_the_cut_off_is_taken_by_the_next(library: Library) -> None:
    slow = share("arxiv:1", ts="1.0")
    library.accept("T1", slow, at(-1))
    assert titles(freeze(library, 1, 0)) == []
    library.keep("T1", paper("arxiv:1", title="slow"), brief(), None, at(1), share_id=slow.id)
    assert titles(freeze(library, 2, 168)) == ["slow"]
    assert titles(freeze(library, 3, 336)) == []


def test_a_failure_mended_later_is_taken_by_the_next(library: Library) -> None:
    poor = share("arxiv:1", ts="1.0")
    library.accept("T1", poor, at(-1))
    library.settle("T1", poor.id, ShareState.FAILED, at(-1), error="not_found")
    first = freeze(library, 1, 0)
    assert [each.share.id for each in first.failed] == [poor.id]
    library.keep("T1", paper("arxiv:1"), brief(), None, at(1), share_id=poor.id)
    second = freeze(library, 2, 168)
    assert (titles(second), second.failed) == (["Tides in Shallow Lakes"], ())


def test_a_frozen_digest_stays_as_it_is(library: Library) -> None:
    stored = briefed(library, hour=-1)
    digest = freeze(library, 1, 0)
    library.keep("T1", replace(stored, title="Renamed", version=9), brief("new"), None, at(1), share_id=share().id)
    briefed(library, "arxiv:2", ts="2.0", hour=-0.5, title="late")
    assert freeze(library, 1, 0) == digest
    assert library.frozen_digest("T1", "digest:C1:1") == digest
    assert library.frozen_digest("T1", "digest:C1:2") is None


def test_what_is_withdrawn_leaves_a_frozen_digest_and_the_rest_keep_their_numbers(library: Library) -> None:
    for ts, title in [("1.0", "a"), ("2.0", "b"), ("3.0", "c")]:
        briefed(library, f"arxiv:{ts}", ts=ts, hour=-1, title=title)
    freeze(library, 1, 0)
    library.withdraw("T1", "C1", "2.0", at(1))
    digest = library.frozen_digest("T1", "digest:C1:1")
    assert digest is not None
    assert [(entry.number, entry.paper.title) for entry in digest.entries] == [(0, "a"), (2, "c")]


def test_an_entry_stays_while_one_of_its_shares_stands(library: Library) -> None:
    briefed(library, hour=-2)
    briefed(library, ts="2.0", hour=-1)
    freeze(library, 1, 0)
    library.withdraw("T1", "C1", "1.000100", at(1))
    digest = library.frozen_digest("T1", "digest:C1:1")
    assert digest is not None
    assert [each.share.ts for each in digest.entries[0].shares] == ["2.0"]


def test_a_digest_speaks_the_channels_zone_and_topic(library: Library) -> None:
    settings, period = ChannelSettings("T1", "C1", "en", "Limnology", "Europe/Berlin"), Period(at(-1), at(0))
    digest = library.freeze_digest("T1", settings, "d", period, at(0), scheduled=True)
    assert (digest.language, digest.topic, digest.zone) == ("en", "Limnology", "Europe/Berlin")


def test_digests_of_other_channels_take_nothing_away(library: Library) -> None:
    briefed(library, hour=-1)
    briefed(library, channel="C2", ts="2.0", hour=-1)
    assert len(freeze(library, 1, 0).entries) == len(freeze(library, 1, 0, channel="C2").entries) == 1


def test_a_digest_asked_for_takes_nothing_from_the_scheduled_one(library: Library) -> None:
    briefed(library, hour=-1)
    period = Period(at(-100), at(0))
    first = asked(library, "asked", period, at(0))
    assert (titles(first), first.period) == (["Tides in Shallow Lakes"], period)
    assert library.last_digest_due("T1", "C1") is None
    weekly = freeze(library, 1, 1)
    assert (titles(weekly), weekly.period.since_at) == (["Tides in Shallow Lakes"], at(-167))
    assert titles(asked(library, "asked again", period, at(2))) == titles(first)
    briefed(library, "arxiv:2", ts="2.0", hour=-1, title="late")
    assert asked(library, "asked", period, at(3)) == first


def test_the_latest_due_time_is_known(library: Library) -> None:
    assert library.last_digest_due("T1", "C1") is None
    freeze(library, 2, 168)
    freeze(library, 1, 0)
    library.digest_posted("T1", "digest:C1:2", "9.0", at(169))
    assert library.last_digest_due("T1", "C1") == at(168)
    assert library.last_digest_due("T1", "C2") is None


# --- Channels and models ----------------------------------------------------------------------------


def test_a_schedule_is_set_replaced_and_dropped(library: Library) -> None:
    weekly = Schedule("T1", "C1", "weekly", time(9, 30), "Asia/Shanghai", "U1", "fri", 1, at(0))
    monthly = replace(weekly, cadence="monthly", monthday=28, created_at=at(5), paused="channel archived")
    library.put_schedule("T1", weekly)
    assert library.schedule("T1", "C1") == weekly
    library.put_schedule("T1", monthly)
    other = replace(weekly, team_id="T2")
    library.put_schedule("T2", other)
    assert list(library.schedules()) == [monthly, other]
    assert library.schedule("T1", "C2") is None
    assert library.drop_schedule("T1", "C1") is True
    assert library.drop_schedule("T1", "C1") is False
    assert list(library.schedules()) == [other]


def test_a_channel_that_chose_nothing_has_the_settings_of_its_workspace_a_direct_message_never(
    library: Library,
) -> None:
    library.put_channel_settings("T1", ChannelSettings("T1", EVERY_CHANNEL, "en", zone="Asia/Shanghai"))
    library.put_channel_settings("T1", ChannelSettings("T1", "C2", "zh", topic="tides"))
    assert library.channel_settings("T1", "C1") == ChannelSettings("T1", "C1", "en", zone="Asia/Shanghai")
    assert library.channel_settings("T1", "C2") == ChannelSettings("T1", "C2", "zh", topic="tides")
    assert library.channel_settings("T1", "D1") is None
    assert library.channel_settings("T2", "C1") is None


def test_channel_settings_are_kept(library: Library) -> None:
    chosen = ChannelSettings("T1", "C1", "en", "Lakes", "Europe/Berlin")
    assert library.channel_settings("T1", "C1") is None
    library.put_channel_settings("T1", ChannelSettings("T1", "C1"))
    library.put_channel_settings("T1", chosen)
    assert library.channel_settings("T1", "C1") == chosen
    assert library.channel_settings("T2", "C1") is None


def test_a_models_first_answer_stays(library: Library) -> None:
    assert library.answer("key") is None
    library.keep_answer("key", "some/model", "yes", Usage(10, 2, 0.1, 1, 2.0), at(0))
    library.keep_answer("key", "some/model", "no", Usage(), at(1))
    assert library.answer("key") == "yes"


def test_a_forgotten_answer_makes_room_for_the_next(library: Library) -> None:
    library.keep_answer("key", "some/model", "unusable", Usage(10, 2, 0.1, 1, 2.0), at(0))
    library.keep_answer("other", "some/model", "good", Usage(), at(0))
    library.forget_answer("key")
    assert (library.answer("key"), library.answer("other")) == (None, "good")
    library.keep_answer("key", "some/model", "better", Usage(), at(1))
    assert library.answer("key") == "better"


def test_retention_drops_old_answers_and_traces_of_deleted_messages(library: SqlLibrary) -> None:
    library.keep_answer("old", "some/model", "old words", Usage(), at(0))
    library.keep_answer("new", "some/model", "new words", Usage(), at(10))
    library.accept("T1", share(), at(0))
    library.withdraw("T1", "C1", "1.000100", at(1))
    briefed(library, ts="2.0", hour=0)
    assert library.prune(at(5)) == 2
    assert (library.answer("old"), library.answer("new")) == (None, "new words")
    assert library.stored_share("T1", share().id) is None
    assert library.stored_share("T1", share(ts="2.0").id) is not None
    library.keep_answer("old", "some/model", "asked anew", Usage(), at(11))
    assert library.answer("old") == "asked anew"


def test_every_method_of_the_port_is_there_with_its_parameters() -> None:
    for name, method in inspect.getmembers(ports.Library, inspect.isfunction):
        if not name.startswith("_"):
            promised = list(inspect.signature(method).parameters)
            given = list(inspect.signature(getattr(SqlLibrary, name)).parameters)
            assert given[: len(promised)] == promised, name


# --- What is stored ---------------------------------------------------------------------------------

# By the database itself.
REFUSED = (sqlite3.IntegrityError, sqlalchemy.exc.IntegrityError)


def test_everything_is_there_after_reopening(place: str) -> None:
    first = opened(place)
    stored = briefed(first)
    first.close()
    again = opened(place)
    assert again.paper("T1", stored.id, "C1") == stored
    again.close()


def test_a_closed_library_refuses(library: SqlLibrary) -> None:
    library.close()
    library.close()
    with pytest.raises(RuntimeError, match="closed"):
        library.schedules()


def test_nothing_of_a_failed_transaction_stays(library: SqlLibrary) -> None:
    library.accept("T1", share(), at(0))
    broken = replace(brief(), language=None)  # type: ignore[arg-type]
    with pytest.raises(REFUSED):
        library.keep("T1", paper(), broken, text(), at(0), share_id=share().id)
    assert library.known_paper("T1", ["arxiv:2610.00001"], "C1") is None
    assert library.stored_share("T1", share().id).state is ShareState.ACCEPTED  # type: ignore[union-attr]


def test_foreign_keys_bite(library: SqlLibrary) -> None:
    stored = briefed(library)
    with pytest.raises(REFUSED), library._writing() as tx:
        tx.rows("UPDATE shares SET team_id = 'T2' WHERE paper_id = :paper", paper=stored.id)


# --- The SQLite file --------------------------------------------------------------------------------


def test_a_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    SqliteLibrary(tmp_path / "folder" / "library.db").close()
    assert (tmp_path / "folder" / "library.db").exists()


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    SqliteLibrary(tmp_path / "library.db").close()
    assert (tmp_path / "library.db").stat().st_mode & 0o077 == 0


def test_purged_words_are_gone_from_the_file(tmp_path: Path) -> None:
    library = SqliteLibrary(tmp_path / "library.db")
    library.accept("T1", share(), at(0))
    library.keep("T1", paper(abstract="xyzzy abstract"), brief("xyzzy"), text("xyzzy"), at(0), share_id=share().id)
    scheduled(library, "d", -1, 1)
    library.withdraw("T1", "C1", "1.000100", at(2))
    library.close()
    assert not [file for file in tmp_path.iterdir() if b"xyzzy" in file.read_bytes()]


@pytest.mark.parametrize(
    "damage", ["not a database at all, but long enough to be read as one" * 40, "SQLite format 3\0"]
)
def test_a_file_that_is_no_library_is_named_and_left_alone(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "library.db"
    file.write_text(damage)
    with pytest.raises(Tell, match="library_damaged") as told:
        SqliteLibrary(file)
    assert told.value.facts["path"] == str(file)
    assert file.read_text() == damage


def test_a_library_with_a_torn_page_is_called_damaged(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    library = SqliteLibrary(file)
    for n in range(50):
        briefed(library, f"arxiv:{n}", ts=f"{n}.0", title=f"Paper {n}")
    library.close()
    size = file.stat().st_size
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * (size - 4096))
    with pytest.raises(Tell, match="library_damaged"):
        SqliteLibrary(file).all_papers("T1", None, "zh")


def test_a_library_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    SqliteLibrary(file).close()
    database = Database(file)
    database["_sqlite_migrations"].insert(
        {"migration_set": "paperwire", "name": "m999_from_the_future", "applied_at": "2030-01-01"}
    )
    database.close()
    with pytest.raises(Tell, match="library_newer"):
        SqliteLibrary(file)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for place in (tmp_path / "file" / "library.db", tmp_path):
        with pytest.raises(Tell, match="library_unwritable"):
            SqliteLibrary(place)


def test_migrations_applied_twice_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "library.db"

    def schema() -> list[tuple[str, ...]]:
        database = Database(file)
        rows = list(database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name"))
        database.close()
        return rows

    SqliteLibrary(file).close()
    first = schema()
    SqliteLibrary(file).close()
    assert schema() == first
    foreign = ("sqlite_", "_sqlite", "findable_words")
    tables = [sql for kind, name, sql in first if kind == "table" and not name.startswith(foreign)]
    assert len(tables) > 10 and all(sql.rstrip().endswith("STRICT") for sql in tables)


def test_no_everyday_question_reads_all_rows_of_a_team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, plans = sqlite.SqliteTransaction.rows, {}

    def explained(self: sqlite.SqliteTransaction, sql: str, /, **values: Value) -> list[Row]:
        if sql.split()[0] in ("SELECT", "WITH", "UPDATE", "DELETE"):
            plans[" ".join(sql.split())] = [row["detail"] for row in rows(self, f"EXPLAIN QUERY PLAN {sql}", **values)]
        return rows(self, sql, **values)

    library = SqliteLibrary(tmp_path / "library.db")
    monkeypatch.setattr(sqlite.SqliteTransaction, "rows", explained)
    for n, channel in enumerate(["C1", "P1", "C1"]):
        stored = briefed(library, f"arxiv:{n}", "doi:10.1/x", channel=channel, ts=f"{n}.0", private=channel == "P1")
    library.accept("T1", share("arxiv:0", channel="P2", private=True), at(1))
    known_id = share("arxiv:0", channel="P2", private=True).id
    library.settle("T1", known_id, ShareState.BRIEFED, at(1), paper_id=stored.id)
    library.known_paper("T1", ["arxiv:0", "doi:10.1/x"], "C1")
    library.same_work("T1", "Tides", "Ada", "C1")
    library.text("T1", stored.id, "C1")
    library.brief("T1", stored.id, "zh", "C1")
    library.first_share("T1", stored.id, "C1", before=known_id)
    library.shared_in("T1", Coverage(("C1",)), WEEK, "zh")
    library.failed_in("T1", Coverage(("C1",)), WEEK)
    gathering = Schedule("T1", "C1", "weekly", time(9), "UTC", "U1", sources=("C2",))
    library.put_schedule("T1", gathering)
    freeze(library, 1, 200)
    freeze(library, 2, 300)
    library.search("T1", member("P1"), "tides 湖泊潮汐", "zh", limit=10)
    library.recent("T1", member("P1"), "zh", limit=10)
    library.search("T1", guest("C1", "P1"), "tides 湖泊潮汐", "zh", limit=10)
    library.recent("T1", guest("C1", "P1"), "zh", limit=10)
    library.seen_in("T1", stored.id, guest("C1", "P1"))
    library.revise("T1", stored.id, "C1", brief("mine"), "U2", at(2))
    library.revisions("T1", stored.id, "zh", "C1")
    library.leave_out("T1", share("arxiv:0", ts="0.0").id, "U1", at(2))
    library.discussed("T1", "C1", "0.0", "reply:1", at(2))
    library.activity("T1", Coverage(("C1",)), at(0))
    library.usage_in("T1", Coverage(("C1",)), WEEK)
    library.withdraw("T1", "C1", "2.0", at(3))
    library.close()
    assert len(plans) > 40
    ours = r"SCAN (?!asked|same_work|channels|CONSTANT|findable_words V)|\(team_id=\?\)$|\(team_id=\? AND scope=\?\)$"
    one_row_will_do = "EXISTS (SELECT 1 FROM papers WHERE team_id = :team AND scope = column1)"
    reading = {sql: plan for sql, plan in plans.items() if any(re.search(ours, step) for step in plan)}
    assert [sql for sql in reading if one_row_will_do not in sql] == []
