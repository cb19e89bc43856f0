"""People's corrections, what they say about papers, and digests that gather channels."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from library_samples import ALWAYS, asked, at, brief, member, paper, scheduled, share, text
from sqlite_utils import Database

from bot.models import ChannelSettings, Coverage, Digest, DigestReply, Paper, Period, Schedule, ShareState, Usage
from storage.database.migrations import for_sqlite
from storage.database.schema import MIGRATIONS
from storage.database.sqlite import SqliteLibrary
from storage.library import SqlLibrary


def briefed(
    library: SqlLibrary,
    key: str = "arxiv:1",
    *,
    channel: str = "C1",
    ts: str = "1.0",
    hour: float = 0,
    title: str = "Tides in Shallow Lakes",
    private: bool = False,
) -> Paper:
    posted = share(key, channel=channel, ts=ts, private=private)
    library.accept("T1", posted, at(hour))
    return library.keep("T1", paper(key, title=title), brief(ts), text(ts), at(hour), share_id=posted.id)


def again(library: SqlLibrary, stored: Paper, words: str, *, explicitly: bool = False, hour: float = 9) -> None:
    library.keep("T1", stored, brief(words), None, at(hour), share_id=share("arxiv:1", ts="1.0").id, again=explicitly)


# --- Corrections ------------------------------------------------------------------------------------


def test_a_persons_words_become_the_brief_and_the_earlier_stay_in_the_history(library: SqlLibrary) -> None:
    stored = briefed(library)
    library.revise("T1", stored.id, "C1", brief("mine"), "U7", at(1))
    assert library.brief("T1", stored.id, "zh", "C2") == brief("mine")
    assert [(each.brief, each.made_at, each.user_id) for each in library.revisions("T1", stored.id, "zh", "C1")] == [
        (brief("mine"), at(1), "U7"),
        (brief("1.0"), at(0), None),
    ]
    assert [entry.brief for entry in library.shared_in("T1", Coverage(("C1",)), ALWAYS, "zh")] == [brief("mine")]
    assert library.revisions("T1", stored.id, "en", "C1") == []


def test_a_model_does_not_displace_a_persons_words_unless_asked_to(library: SqlLibrary) -> None:
    stored = briefed(library)
    library.revise("T1", stored.id, "C1", brief("mine"), "U7", at(1))
    again(library, stored, "newer version")
    library.keep("T1", stored, brief("imported"), None, at(2))
    assert library.brief("T1", stored.id, "zh", "C1") == brief("mine")
    assert [entry.brief for entry in library.all_papers("T1", None, "zh")] == [brief("mine")]
    again(library, stored, "asked for", explicitly=True)
    assert library.brief("T1", stored.id, "zh", "C1") == brief("asked for")
    again(library, stored, "newest version")
    assert library.brief("T1", stored.id, "zh", "C1") == brief("newest version")
    users = [each.user_id for each in library.revisions("T1", stored.id, "zh", "C1")]
    assert users == [None, None, None, "U7", None, None], "the import stands last"


def test_the_same_brief_asked_for_anew_takes_the_place_of_a_persons_words(library: SqlLibrary) -> None:
    stored = briefed(library)
    library.revise("T1", stored.id, "C1", brief("mine"), "U7", at(1))
    for _ in range(2):
        again(library, stored, "1.0", explicitly=True)
    assert [each.brief for each in library.revisions("T1", stored.id, "zh", "C1")] == [
        brief("1.0"),
        brief("mine"),
        brief("1.0"),
    ]


def test_a_repeated_step_adds_nothing_to_the_history(library: SqlLibrary) -> None:
    stored = briefed(library)
    for hour in (1, 2):
        library.revise("T1", stored.id, "C1", brief("mine"), "U7", at(hour))
        again(library, stored, "1.0")
    assert [each.user_id for each in library.revisions("T1", stored.id, "zh", "C1")] == ["U7", None]


def test_the_last_person_has_the_word(library: SqlLibrary) -> None:
    stored = briefed(library)
    for user in ("U1", "U2", "U1"):
        library.revise("T1", stored.id, "C1", brief(user), user, at(1))
        again(library, stored, f"after {user}")
        assert library.brief("T1", stored.id, "zh", "C1") == brief(user)
    assert library.revisions("T1", stored.id, "zh", "C1")[0].brief == brief("U1")


def test_words_in_one_language_leave_the_other_alone(library: SqlLibrary) -> None:
    stored = briefed(library)
    library.revise("T1", stored.id, "C1", brief("mine", "en"), "U7", at(1))
    assert library.brief("T1", stored.id, "zh", "C1") == brief("1.0")
    assert library.brief("T1", stored.id, "en", "C1") == brief("mine", "en")


def test_words_of_a_private_channel_stay_there(library: SqlLibrary) -> None:
    public = briefed(library)
    briefed(library, channel="P1", ts="2.0", private=True)
    own = library.stored_share("T1", share("arxiv:1", channel="P1", ts="2.0").id)
    assert own is not None and own.paper_id is not None
    for paper_id in (own.paper_id, public.id):
        library.revise("T1", paper_id, "P1", brief("secret"), "U7", at(1))
        assert library.brief("T1", own.paper_id, "zh", "P1") == brief("secret")
        assert library.brief("T1", public.id, "zh", "C1") == brief("1.0")
        assert [each.user_id for each in library.revisions("T1", public.id, "zh", "C1")] == [None]
    with pytest.raises(KeyError):
        library.revise("T1", own.paper_id, "C1", brief("stray"), "U7", at(1))


def test_a_correction_goes_with_the_paper(library: SqlLibrary) -> None:
    stored = briefed(library)
    library.revise("T1", stored.id, "C1", brief("mine"), "U7", at(1))
    library.withdraw("T1", "C1", "1.0", at(2))
    assert library.revisions("T1", stored.id, "zh", "C1") == []


def test_a_private_copy_holds_the_correction(library: SqlLibrary) -> None:
    stored = briefed(library)
    library.revise("T1", stored.id, "C1", brief("mine"), "U7", at(1))
    posted = share("arxiv:1", channel="P1", ts="2.0", private=True)
    library.accept("T1", posted, at(2))
    own = library.settle("T1", posted.id, ShareState.BRIEFED, at(2), paper_id=stored.id).paper_id
    library.keep("T1", replace(stored, id=own or ""), brief("model"), None, at(3), share_id=posted.id)
    assert library.brief("T1", own or "", "zh", "P1") == brief("mine")
    assert library.revisions("T1", own or "", "zh", "P1")[0].user_id == "U7"


# --- Corrections in a digest ------------------------------------------------------------------------


def test_what_is_corrected_in_a_digest_stays_corrected_there_and_nothing_else_changes(library: SqlLibrary) -> None:
    for number in (1, 2):
        briefed(library, f"arxiv:{number}", ts=f"{number}.0", title=f"Tides {number}")
    frozen = asked(library, "D1", ALWAYS, at(1))
    other = asked(library, "D2", ALWAYS, at(1))
    share_id = share("arxiv:2", ts="2.0").id
    library.show_in_digest("T1", "D1", share_id, brief("mine", "en"))
    library.show_in_digest("T2", "D1", share_id, brief("a stranger's"))
    library.show_in_digest("T1", "D1", "no such share", brief("nobody's"))
    shown = library.frozen_digest("T1", "D1")
    assert shown is not None
    assert shown.entries == (frozen.entries[0], replace(frozen.entries[1], brief=brief("mine", "en")))
    assert asked(library, "D1", ALWAYS, at(2)) == shown
    assert library.frozen_digest("T1", "D2") == other


def test_a_message_in_a_digests_thread_is_known_by_its_place(library: SqlLibrary) -> None:
    asked(library, "D1", ALWAYS, at(1))
    reply = DigestReply("D1", 2, 8, "C1", "5.0", "4.0", "F7")
    for each in (reply, reply, replace(reply, number=3, ts="6.0", picture=None)):
        library.digest_replied("T1", each)
    assert library.digest_reply("T1", "C1", "5.0") == reply
    assert library.digest_reply("T1", "C1", "6.0") == DigestReply("D1", 3, 8, "C1", "6.0", "4.0")
    for stranger in (("T2", "C1", "5.0"), ("T1", "C2", "5.0"), ("T1", "C1", "4.0")):
        assert library.digest_reply(*stranger) is None


# --- Left out of digests ----------------------------------------------------------------------------


def freeze(library: SqlLibrary, number: int, hour: float, channel: str = "C1") -> Digest:
    return scheduled(library, f"{channel}:{number}", hour - 100, hour, channel=channel)


def titles(digest: Digest) -> list[str]:
    return [entry.paper.title for entry in digest.entries]


def test_a_share_left_out_is_in_no_digest_to_come(library: SqlLibrary) -> None:
    briefed(library, title="a")
    stored = briefed(library, "arxiv:2", ts="2.0", title="zebra")
    before = asked(library, "before", ALWAYS, at(1))
    for user in ("U1", "U2"):
        library.leave_out("T1", share("arxiv:2", ts="2.0").id, user, at(2))
    assert titles(asked(library, "after", ALWAYS, at(3))) == ["a"]
    assert titles(freeze(library, 1, 4)) == ["a"]
    assert titles(freeze(library, 2, 8)) == []
    assert [entry.paper.title for entry in library.shared_in("T1", Coverage(("C1",)), ALWAYS, "zh")] == ["a"]
    assert library.frozen_digest("T1", "before") == before
    assert library.brief("T1", stored.id, "zh", "C1") == brief("2.0")
    assert library.search("T1", member(), "zebra", "zh", limit=9).total == 1


def test_a_failed_share_left_out_is_listed_no_more(library: SqlLibrary) -> None:
    library.accept("T1", share(), at(0))
    library.settle("T1", share().id, ShareState.FAILED, at(0), error="not_found")
    assert len(library.failed_in("T1", Coverage(("C1",)), ALWAYS)) == 1
    library.leave_out("T1", share().id, "U1", at(1))
    assert (library.failed_in("T1", Coverage(("C1",)), ALWAYS), freeze(library, 1, 4).failed) == ([], ())


def test_who_left_shares_out_puts_back_those_of_that_moment(library: SqlLibrary) -> None:
    for number in range(3):
        briefed(library, f"arxiv:{number}", ts=f"{number}.0")
    ids = [share(f"arxiv:{number}", ts=f"{number}.0").id for number in range(3)]
    for share_id, hour in zip(ids, (2, 2, 3), strict=True):
        library.leave_out("T1", share_id, "U1", at(hour))
    assert not library.put_back("T1", ids[0], "U2")
    assert not library.put_back("T2", ids[0], "U1")
    assert library.put_back("T1", ids[0], "U1")
    assert not library.put_back("T1", ids[1], "U1"), "it is back already"
    back = library.shared_in("T1", Coverage(("C1",)), ALWAYS, "zh")
    assert sorted(each.share.id for entry in back for each in entry.shares) == sorted(ids[:2])


def test_only_a_known_share_can_be_left_out(library: SqlLibrary) -> None:
    with pytest.raises(KeyError):
        library.leave_out("T1", share().id, "U1", at(1))


# --- Discussion -------------------------------------------------------------------------------------


def discussion(library: SqlLibrary, channel: str = "C1") -> int:
    (entry,) = library.shared_in("T1", Coverage((channel,)), ALWAYS, "zh")
    return entry.discussion


def test_reactions_and_replies_are_counted_once_however_often_they_are_told(library: SqlLibrary) -> None:
    library.discussed("T1", "C1", "1.0", "reaction:eyes:U1", at(0))
    briefed(library)
    for _ in range(3):
        library.discussed("T1", "C1", "1.0", "reaction:eyes:U1", at(1))
        library.discussed("T1", "C1", "1.0", "reply:5.0", at(1))
    library.discussed("T1", "C1", "9.0", "reply:10.0", at(1))
    library.discussed("T1", "C2", "1.0", "reply:10.0", at(1))
    library.discussed("T2", "C1", "1.0", "reply:10.0", at(1))
    assert discussion(library) == 2


def test_what_is_taken_back_counts_no_more_in_whatever_order_it_is_told(library: SqlLibrary) -> None:
    briefed(library)
    library.discussed("T1", "C1", "1.0", "reaction:eyes:U1", at(1))
    library.discussed("T1", "C1", "1.0", "reaction:eyes:U1", at(2), undone=True)
    library.discussed("T1", "C1", "1.0", "reaction:eyes:U1", at(1))
    assert discussion(library) == 0
    library.discussed("T1", "C1", "1.0", "reaction:tada:U1", at(2), undone=True)
    library.discussed("T1", "C1", "1.0", "reaction:tada:U1", at(1))
    assert discussion(library) == 0
    library.discussed("T1", "C1", "1.0", "reaction:eyes:U1", at(3))
    assert discussion(library) == 1


def test_what_is_said_of_our_reply_is_said_of_the_paper(library: SqlLibrary) -> None:
    briefed(library)
    library.replied("T1", share("arxiv:1", ts="1.0").id, "C1", "1.5")
    library.discussed("T1", "C1", "1.5", "reaction:eyes:U1", at(1))
    library.discussed("T1", "C1", "1.0", "reaction:eyes:U1", at(1))
    assert discussion(library) == 2


def test_all_shares_of_an_entry_count_each_message_once(library: SqlLibrary) -> None:
    briefed(library)
    library.accept("T1", share("file:F1", ts="1.0"), at(0))
    library.keep("T1", paper("arxiv:1"), None, None, at(0), share_id=share("file:F1", ts="1.0").id)
    briefed(library, ts="2.0")
    library.discussed("T1", "C1", "1.0", "reply:5.0", at(1))
    library.discussed("T1", "C1", "2.0", "reply:6.0", at(1))
    assert discussion(library) == 2


def test_a_digest_keeps_the_count_it_was_frozen_with(library: SqlLibrary) -> None:
    briefed(library)
    library.discussed("T1", "C1", "1.0", "reply:5.0", at(1))
    digest = freeze(library, 1, 4)
    library.discussed("T1", "C1", "1.0", "reply:6.0", at(5))
    assert [entry.discussion for entry in digest.entries] == [1]
    assert library.frozen_digest("T1", "C1:1") == digest
    assert discussion(library) == 2


def test_a_deleted_message_takes_its_discussion_along(library: SqlLibrary) -> None:
    briefed(library)
    library.replied("T1", share("arxiv:1", ts="1.0").id, "C1", "1.5")
    for ts in ("1.0", "1.5"):
        library.discussed("T1", "C1", ts, "reply:5.0", at(1))
    library.withdraw("T1", "C1", "1.0", at(2))
    library.discussed("T1", "C1", "1.0", "reply:6.0", at(3))
    with library._reading() as tx:
        assert tx.rows("SELECT * FROM discussions") == []


def test_retention_drops_the_discussion_of_what_is_no_share(library: SqlLibrary) -> None:
    briefed(library)
    for ts, key, undone in [("1.0", "reply:5.0", False), ("1.0", "reply:6.0", True), ("7.0", "reply:8.0", False)]:
        library.discussed("T1", "C1", ts, key, at(1), undone=undone)
    library.discussed("T1", "C1", "8.0", "reply:9.0", at(9))
    assert library.prune(at(5)) == 2
    assert discussion(library) == 1
    assert library.prune(at(20)) == 1


def test_the_times_of_shares_and_discussion_are_known(library: SqlLibrary) -> None:
    briefed(library, hour=-3)
    briefed(library, "arxiv:2", ts="2.0", hour=2)
    briefed(library, "arxiv:3", ts="3.0", hour=1)
    briefed(library, "arxiv:4", ts="4.0", hour=1, channel="C2")
    library.discussed("T1", "C1", "1.0", "reply:5.0", at(4))
    library.discussed("T1", "C1", "1.0", "reply:6.0", at(-1))
    library.discussed("T1", "C1", "2.0", "reply:7.0", at(3))
    library.discussed("T1", "C1", "2.0", "reply:8.0", at(3))
    library.discussed("T1", "C1", "2.0", "reply:8.0", at(3), undone=True)
    library.discussed("T1", "C1", "99.0", "reply:9.0", at(3))
    shared, discussed = library.activity("T1", Coverage(("C1",)), at(0))
    assert (list(shared), list(discussed)) == ([at(1), at(2)], [at(3), at(4)])


def test_what_briefs_took_is_summed_a_paper_once(library: SqlLibrary) -> None:
    stored = briefed(library)
    briefed(library, "arxiv:1", ts="1.5")
    briefed(library, "arxiv:2", ts="2.0", hour=500, title="Other")
    library.revise("T1", stored.id, "C1", brief("mine"), "U7", at(1))
    assert library.usage_in("T1", Coverage(("C1",)), Period(at(0), at(10))) == Usage(2400, 160, 0.0042, 2, 7.0)
    again(library, stored, "free", explicitly=True)
    free = replace(brief("unknown"), usage=Usage(1, 1, None, 1, 1.0))
    library.keep("T1", stored, free, None, at(2), share_id=share("arxiv:1", ts="1.0").id)
    assert library.usage_in("T1", Coverage(("C1",)), ALWAYS).cost is None
    assert library.usage_in("T1", Coverage(("C2",)), ALWAYS) == Usage()


# --- Schedules and gathering ------------------------------------------------------------------------

WEEKLY = Schedule("T1", "HUB", "weekly", time(9), "Europe/Berlin", "U1", created_at=at(0))


def test_a_schedule_is_paused_for_a_reason_and_goes_on(library: SqlLibrary) -> None:
    library.put_schedule("T1", replace(WEEKLY, sources=("C1", "C2")))
    library.pause_schedule("T1", "HUB", "channel_gone")
    paused = library.schedule("T1", "HUB")
    assert paused is not None and (paused.paused, paused.sources) == ("channel_gone", ("C1", "C2"))
    library.pause_schedule("T1", "HUB", None)
    assert library.schedule("T1", "HUB") == replace(WEEKLY, sources=("C1", "C2"))
    library.pause_schedule("T1", "NONE", "x")


def test_a_channels_mode_is_kept(library: SqlLibrary) -> None:
    quiet = ChannelSettings("T1", "C1", mode="quiet")
    library.put_channel_settings("T1", quiet)
    library.put_channel_settings("T1", ChannelSettings("T1", "C2"))
    assert library.channel_settings("T1", "C1") == quiet
    assert library.channel_settings("T1", "C2") == ChannelSettings("T1", "C2", mode="reply")


def test_public_channels_are_gathered_and_have_their_own_digests_too(library: SqlLibrary) -> None:
    library.put_schedule("T1", replace(WEEKLY, sources=("C1", "C2", "P1")))
    briefed(library, "arxiv:1", title="a")
    briefed(library, "arxiv:1", channel="C2", ts="2.0", title="a")
    briefed(library, "arxiv:3", channel="C2", ts="3.0", title="c")
    briefed(library, "arxiv:4", channel="HUB", ts="4.0", title="own")
    briefed(library, "arxiv:5", channel="P1", ts="5.0", title="secret", private=True)
    briefed(library, "arxiv:6", channel="C3", ts="6.0", title="elsewhere")
    gathered = freeze(library, 1, 4, "HUB")
    assert titles(gathered) == ["a", "c", "own"]
    assert [each.share.channel_id for each in gathered.entries[0].shares] == ["C1", "C2"]
    assert titles(freeze(library, 1, 4, "C2")) == ["a", "c"]
    assert titles(freeze(library, 2, 8, "HUB")) == []
    assert titles(freeze(library, 2, 8, "C2")) == []


def test_gathered_shares_that_were_late_come_with_the_next(library: SqlLibrary) -> None:
    library.put_schedule("T1", replace(WEEKLY, sources=("C1",)))
    slow = share("arxiv:1", ts="1.0")
    library.accept("T1", slow, at(1))
    assert titles(freeze(library, 1, 4, "HUB")) == []
    library.keep("T1", paper("arxiv:1"), brief(), None, at(3), share_id=slow.id)
    assert titles(freeze(library, 2, 8, "HUB")) == ["Tides in Shallow Lakes"]
    assert titles(freeze(library, 3, 12, "HUB")) == []


def test_a_source_added_later_brings_nothing_from_before(library: SqlLibrary) -> None:
    library.put_schedule("T1", WEEKLY)
    briefed(library, "arxiv:1", title="old", hour=1)
    freeze(library, 1, 4, "HUB")
    library.put_schedule("T1", replace(WEEKLY, sources=("C1",)))
    briefed(library, "arxiv:2", ts="2.0", title="new", hour=5)
    assert titles(freeze(library, 2, 8, "HUB")) == ["new"]
    assert titles(freeze(library, 3, 12, "HUB")) == []


def test_failures_of_gathered_channels_are_listed(library: SqlLibrary) -> None:
    library.put_schedule("T1", replace(WEEKLY, sources=("C1", "P1")))
    for channel in ("C1", "P1", "C2"):
        posted = share(channel=channel, private=channel == "P1")
        library.accept("T1", posted, at(1))
        library.settle("T1", posted.id, ShareState.FAILED, at(1), error="not_found")
    assert [each.share.channel_id for each in freeze(library, 1, 4, "HUB").failed] == ["C1"]


def test_a_private_channel_gathers_the_same_work_into_one_entry(library: SqlLibrary) -> None:
    library.put_schedule("T1", replace(WEEKLY, channel_id="P1", sources=("C1",)))
    briefed(library)
    briefed(library, channel="P1", ts="2.0", private=True)
    digest = freeze(library, 1, 4, "P1")
    assert [[each.share.channel_id for each in entry.shares] for entry in digest.entries] == [["C1", "P1"]]


def test_what_is_gathered_counts_as_far_as_it_is_public(library: SqlLibrary) -> None:
    usage = Usage(100, 10, 0.001, 1, 1.0)
    for number, channel in enumerate(["C1", "C2", "P1", "C3"]):
        shared = share(f"arxiv:{number}", channel=channel, ts=f"{number}.0", private=channel == "P1")
        library.accept("T1", shared, at(number))
        about = replace(paper(f"arxiv:{number}"), title=channel)
        library.keep("T1", about, replace(brief(), usage=usage), None, at(number), share_id=shared.id)
        library.discussed("T1", channel, f"{number}.0", "reply:9.0", at(number))
    for coverage, expected in (
        (Coverage(("C1",)), [0]),
        (Coverage(("C1",), ("C2", "P1")), [0, 1]),
        (Coverage(("P1",), ("C2",)), [1, 2]),
        (Coverage(("D9",), None), [0, 1, 3]),
        (Coverage(("D9", "P1"), None), [0, 1, 2, 3]),
        (Coverage(("D9",), ("C3",)), [3]),
    ):
        assert len(library.shared_in("T1", coverage, ALWAYS, "zh")) == len(expected)
        assert library.activity("T1", coverage, at(-1)) == ([at(each) for each in expected],) * 2
        assert library.usage_in("T1", coverage, ALWAYS).calls == len(expected)


def test_what_a_digest_that_was_never_posted_had_taken_goes_into_the_next(library: SqlLibrary) -> None:
    briefed(library)
    assert titles(freeze(library, 1, 4)) == ["Tides in Shallow Lakes"]
    library.release_digest("T2", "C1:1")
    assert titles(freeze(library, 2, 8)) == [], "it was another team's word"
    library.release_digest("T1", "C1:1")
    assert titles(freeze(library, 3, 12)) == ["Tides in Shallow Lakes"]
    library.digest_posted("T1", "C1:3", "9.0", at(12))
    library.release_digest("T1", "C1:3")
    assert titles(freeze(library, 4, 16)) == [], "it was posted"


# --- From the first tables --------------------------------------------------------------------------


def test_a_library_of_the_first_tables_goes_on_with_all_it_holds(tmp_path: Path) -> None:
    file = tmp_path / "library.db"
    old = Database(file)
    for_sqlite(MIGRATIONS).apply(old, stop_before="m002_finding_correcting_discussing")
    old.conn.executescript(_OLD)
    old.close()
    for _ in range(2):
        library = SqliteLibrary(file)
        page = library.search("T1", member(), "limnology 潮汐", "zh", limit=5)
        assert [(entry.paper.title, entry.brief.sentence) for entry in page.entries] == [("Old Lakes", "测量潮汐")]
        assert library.schedule("T1", "C1") == Schedule(
            "T1", "C1", "weekly", time(9), "UTC", "U1", created_at=at(0), paused="archived"
        )
        assert library.channel_settings("T1", "C1") == ChannelSettings("T1", "C1", "en", "Lakes", "UTC", "reply")
        digest = library.frozen_digest("T1", "d1")
        assert digest is not None and [len(entry.shares) for entry in digest.entries] == [1]
        assert titles(freeze(library, 2, 100)) == [], "it was taken before"
        assert [entry.paper.title for entry in library.recent("T1", member(), "zh", limit=5)] == ["Old Lakes"]
        library.close()
    with sqlite3.connect(file) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert opened.execute("PRAGMA foreign_key_check").fetchall() == []
    opened.close()


_AT = "2026-11-16T09:00:00.000000+00:00"
_OLD = f"""
    INSERT INTO papers VALUES (1, 'T1', 'p1', '', 'Old Lakes', 'oldlakes', 'adawohler', '[{{"name": "Ada Wöhler"}}]', 1,
        '[]', 'Limnology of lakes.', 'en', '', NULL, NULL, 'arXiv API', 1, NULL, '{_AT}');
    INSERT INTO identifiers VALUES ('T1', '', 'arxiv:1', 'arxiv', '1', NULL, 1, 0, 'p1');
    INSERT INTO briefs VALUES (1, 'T1', 'p1', 'zh', 'Old Lakes', '[]', 't', 'p', 'e', '测量潮汐', '{{}}', 'm', '1',
        '[]', '[]', 1, 1, 0.1, 1, 1.0, 0, '{_AT}');
    INSERT INTO shares VALUES ('T1', 'T1:C1:1.0:arxiv:1', 'C1', '1.0', 'arxiv:1', 'U1', NULL, NULL, NULL, NULL, NULL, 0,
        0, 'briefed', '{_AT}', 'p1', '1.5', NULL, '{_AT}');
    INSERT INTO digests VALUES ('T1', 'd1', 'C1', 1, 'zh', '', 'UTC', '2026-11-09T09:00:00.000000+00:00',
        '2026-11-16T10:00:00.000000+00:00', '2026-11-16T10:00:00.000000+00:00', NULL, NULL);
    INSERT INTO digest_entries SELECT 'T1', 'd1', 0, json_object('id', 'p1', 'title', 'Old Lakes'),
        json_object('language', 'zh', 'title', 'Old Lakes', 'institutions', json('[]'), 'technique', 't',
                    'problem', 'p', 'effect', 'e', 'sentence', '测量潮汐');
    INSERT INTO digest_shares VALUES ('T1', 'd1', 'T1:C1:1.0:arxiv:1', 0, 1);
    INSERT INTO schedules VALUES ('T1', 'C1', 'weekly', '09:00:00', 'UTC', 'U1', 'mon', 1, '{_AT}', 'archived');
    INSERT INTO channel_settings VALUES ('T1', 'C1', 'en', 'Lakes', 'UTC');
"""
