"""What every backend of the library promises about forgetting a paper."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from library_samples import ALWAYS, asked, at, brief, member, paper, share, text

from bot.channels import Channels
from bot.errors import Tell
from bot.models import Audience, Brief, ChannelSettings, Coverage, DigestReply, Paper, ShareState, Usage
from bot.ports import Library
from bot.workflows.posting import Posting


def shared(
    library: Library,
    *keys: str,
    channel: str = "C1",
    user: str = "U1",
    ts: str = "1.0",
    title: str = "Tides in Shallow Lakes",
    team: str = "T1",
) -> Paper:
    posted = share(keys[0], channel=channel, ts=ts, user=user, private=channel.startswith("P"), team=team)
    library.accept(team, posted, at(0))
    return library.keep(team, paper(*keys, title=title), brief(ts), text(ts), at(0), share_id=posted.id)


def ids(*shares: object) -> list[str]:
    return [each.share.id for each in shares]  # type: ignore[attr-defined]


def test_a_sharer_is_shown_their_own_shares_and_the_record_only_they_hold(library: Library) -> None:
    stored = shared(library, "arxiv:1", "sha256:aa")
    held = library.held("T1", stored.id, "C1", "U1")
    assert (held.paper_ids, held.briefs, held.pages) == ((stored.id,), 1, 14)
    assert (len(held.shares), held.others) == (1, ())
    other = library.held("T1", stored.id, "C1", "U2")
    assert (other.paper_ids, other.shares, len(other.others)) == ((), (), 1)


def test_a_sharer_has_their_shares_forgotten_in_every_channel_and_hears_of_nobody_elses(library: Library) -> None:
    stored = shared(library, "arxiv:1")
    mine = shared(library, "arxiv:1", channel="P1", ts="2.0")
    shared(library, "arxiv:1", channel="P2", ts="3.0", user="U2")
    held = library.held("T1", stored.id, "C1", "U1")
    assert set(held.paper_ids) == {stored.id, mine.id}
    assert [each.share.channel_id for each in held.shares] == ["C1", "P1"]
    assert held.others == ()
    assert library.held("T1", stored.id, "C1", None).paper_ids == (stored.id,)


def test_the_shares_of_a_paper_are_known_by_its_link_wherever_they_are(library: Library) -> None:
    shared(library, "arxiv:1", "doi:10.1/1")
    shared(library, "arxiv:1", channel="P1", ts="2.0")
    shared(library, "arxiv:1", channel="P2", ts="3.0", user="U2")
    shared(library, "arxiv:2", ts="4.0", title="Winds")
    assert [each.share.channel_id for each in library.shared_by("T1", "U1", ["arxiv:1"])] == ["C1", "P1"]
    assert [each.share.channel_id for each in library.shared_by("T1", None, ["arxiv:1"])] == ["C1", "P1", "P2"]
    assert [each.share.channel_id for each in library.shared_by("T1", "U1", ["doi:10.1/1"])] == ["C1"]
    assert library.shared_by("T1", "U2", ["arxiv:2"]) == library.shared_by("T2", None, ["arxiv:1"]) == []
    library.withdraw("T1", "P2", "3.0", at(1))
    assert library.shared_by("T1", "U2", ["arxiv:1"]) == []


def test_links_that_were_no_papers_are_forgotten_after_a_while(library: Library) -> None:
    for number, state in ((1, ShareState.IGNORED), (2, ShareState.FAILED)):
        posted = share(f"page:{number}", ts=f"{number}.0")
        library.accept("T1", posted, at(number))
        library.settle("T1", posted.id, state, at(number), error="not_a_paper")
    assert library.prune(at(1)) == 0
    assert library.prune(at(5)) == 1
    assert library.stored_share("T1", share("page:1", ts="1.0").id) is None
    assert library.stored_share("T1", share("page:2", ts="2.0").id) is not None


def test_a_record_that_somebody_else_shared_or_that_was_imported_stays(library: Library) -> None:
    stored = shared(library, "arxiv:1", user="U1", ts="1.0")
    shared(library, "arxiv:1", user="U2", ts="2.0", channel="C2")
    held = library.held("T1", stored.id, "C1", "U1")
    assert (held.paper_ids, len(held.shares), len(held.others)) == ((), 1, 1)
    library.forget("T1", ids(*held.shares), held.paper_ids, at(1))
    assert library.known_paper("T1", ["arxiv:1"], "C1") is not None
    imported = library.keep("T1", paper("arxiv:9", title="Winds"), brief(), None, at(0))
    shared(library, "arxiv:9", title="Winds", ts="3.0")
    assert library.held("T1", imported.id, "C1", "U1").paper_ids == ()
    assert library.held("T1", imported.id, "C1", None).paper_ids == (imported.id,)


def test_what_is_forgotten_is_found_nowhere_and_new_when_it_comes_again(library: Library) -> None:
    stored = shared(library, "arxiv:1", "sha256:aa")
    asked(library, "d1", ALWAYS, at(0))
    library.note_answer("T1", share("arxiv:1", ts="1.0").id, "k" * 64, at(0))
    library.keep_answer("k" * 64, "m", "words", Usage(cost=0.5), at(0))
    library.keep_answer("k" * 64 + ":again", "m", "other words", Usage(), at(0))
    library.keep_answer("l" * 64, "m", "of another paper", Usage(), at(0))
    held = library.held("T1", stored.id, "C1", None, everywhere=True)
    for _ in range(2):  # as after a crash
        library.forget("T1", ids(*held.shares), held.paper_ids, at(1))
    assert library.paper("T1", stored.id, "C1") is None
    assert library.known_paper("T1", ["arxiv:1", "sha256:aa"], "C1") is None
    assert library.search("T1", member(), "tides", "zh", limit=5).total == 0
    assert library.shared_in("T1", Coverage(("C1",)), ALWAYS, "zh") == ()
    digest = library.frozen_digest("T1", "d1")
    assert digest is not None
    assert digest.entries == ()
    assert library.answer("k" * 64) is None
    assert library.answer("k" * 64 + ":again") is None
    assert library.answer("l" * 64) == "of another paper"
    assert library.released_files().keys() == {"aa"}
    again = shared(library, "arxiv:1", "sha256:aa", ts="5.0")
    assert again.id != stored.id
    assert library.first_share("T1", again.id, "C1", before=share("arxiv:1", ts="5.0").id) is None


def test_an_answer_that_comes_after_its_share_went_is_forgotten_by_who_asks_again(library: Library) -> None:
    posted = share("file:F1", ts="1.0")
    library.accept("T1", posted, at(0))
    library.note_answer("T1", posted.id, "k" * 64, at(0))
    library.withdraw("T1", "C1", "1.0", at(1))
    library.keep_answer("k" * 64, "m", "words", Usage(), at(2))
    library.forget_answers("T2", posted.id)
    assert library.answer("k" * 64) == "words"
    library.forget_answers("T1", posted.id)
    assert library.answer("k" * 64) is None


def test_a_forgotten_share_does_not_come_back_with_its_message_and_leaves_the_others_of_it(library: Library) -> None:
    stored = shared(library, "arxiv:1")
    other = shared(library, "arxiv:2", title="Winds over Hills")
    held = library.held("T1", stored.id, "C1", "U1")
    library.forget("T1", ids(*held.shares), held.paper_ids, at(1))
    assert library.accept("T1", share("arxiv:1", ts="1.0"), at(2)).state == "withdrawn"
    library.prune(at(5000))
    assert library.accept("T1", share("arxiv:1", ts="1.0"), at(5001)).state == "withdrawn"
    assert library.paper("T1", other.id, "C1") is not None
    assert [each.paper_id for each in library.shares_at("T1", "C1", "1.0")] == [other.id]


def test_an_admin_is_shown_what_the_channel_sees_and_forgets_everywhere_in_the_team(library: Library) -> None:
    public = shared(library, "arxiv:1", "sha256:aa")
    closed = shared(library, "doi:10.1/1", "sha256:aa", channel="P1", ts="2.0", user="U2")
    closer = shared(library, "doi:10.1/1", channel="P2", ts="3.0", user="U3", title="tides_final.pdf")
    theirs = shared(library, "arxiv:1", team="T2", ts="9.0")
    shown = library.held("T1", public.id, "C1", None)
    assert (shown.paper_ids, len(shown.shares)) == ((public.id,), 1)
    held = library.held("T1", public.id, "C1", None, everywhere=True)
    assert set(held.paper_ids) == {public.id, closed.id, closer.id}
    library.forget("T1", ids(*held.shares), held.paper_ids, at(1))
    for stored, channel in ((public, "C1"), (closed, "P1"), (closer, "P2")):
        assert library.paper("T1", stored.id, channel) is None
    assert library.paper("T2", theirs.id, "C1") is not None
    assert "aa" in library.released_files()


def test_nobody_forgets_what_their_channel_does_not_see_or_another_teams(library: Library) -> None:
    closed = shared(library, "arxiv:1", channel="P1")
    for team, channel in (("T1", "C1"), ("T1", "P2"), ("T2", "P1")):
        held = library.held(team, closed.id, channel, None, everywhere=True)
        assert (held.paper_ids, held.shares, held.others) == ((), (), ())
    with pytest.raises(KeyError):
        library.forget("T2", [share("arxiv:1", channel="P1", ts="1.0").id], [closed.id], at(1))
    library.forget("T2", [], [closed.id], at(1))
    assert library.paper("T1", closed.id, "P1") is not None


def test_a_share_made_while_a_paper_was_being_forgotten_keeps_it(library: Library) -> None:
    stored = shared(library, "arxiv:1")
    held = library.held("T1", stored.id, "C1", None, everywhere=True)
    shared(library, "arxiv:1", ts="2.0")
    library.forget("T1", ids(*held.shares), held.paper_ids, at(1))
    assert library.paper("T1", stored.id, "C1") is not None
    assert library.shares_at("T1", "C1", "1.0") == []


def test_a_file_is_released_once_no_record_names_it(library: Library) -> None:
    shared(library, "arxiv:1", "sha256:aa", "sha256:bb")
    shared(library, "file:F1", "sha256:aa", channel="P1", ts="2.0")
    library.release_files(["aa", "cc"], at(1))
    assert library.released_files() == {"cc": at(1)}
    library.withdraw("T1", "C1", "1.0", at(2))
    assert library.released_files() == {"cc": at(1), "bb": at(2)}
    library.withdraw("T1", "P1", "2.0", at(3))
    assert library.released_files() == {"cc": at(1), "bb": at(2), "aa": at(3)}
    library.prune(at(2.5))
    assert library.released_files() == {"aa": at(3)}


def test_the_messages_of_digests_that_show_a_share_are_known_after_it_went(library: Library) -> None:
    made = [shared(library, f"arxiv:{n}", title=f"Tides {n}", ts=f"{n}.0") for n in range(10)]
    asked(library, "single", ALWAYS, at(1))
    asked(library, "grouped", ALWAYS, at(1))
    single = [DigestReply("single", n, 1, "C1", f"7.{n}", "7.9", f"F{n}") for n in range(10)]
    grouped = [DigestReply("grouped", n, 8, "C1", f"8.{n}", "8.9") for n in range(2)]
    for reply in (*single, *grouped):
        library.digest_replied("T1", reply)
    for number, group in ((3, 0), (9, 1)):
        held = library.held("T1", made[number].id, "C1", "U1")
        library.forget("T1", ids(*held.shares), held.paper_ids, at(2))
        assert library.digest_messages("T1", ids(*held.shares)) == [grouped[group], single[number]]
        assert library.digest_messages("T2", ids(*held.shares)) == []
    assert library.digest_messages("T1", []) == []


def test_a_share_withdrawn_while_its_answer_is_written_is_no_bug(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared(library, "arxiv:1", "sha256:aa")
    posted, asked = share("arxiv:1", ts="1.0", user="U1"), library.brief
    messenger = SimpleNamespace(audience=lambda *_: Audience(closed=False, outsiders=False))
    channels = Channels(library, ChannelSettings("T1", "C1"))
    posting = Posting(None, library, messenger, channels, lambda: at(1))  # type: ignore[arg-type]
    assert posting.answer(posted, {}, "zh").brief is not None

    def too_late(*given: Any) -> Brief | None:
        library.withdraw("T1", "C1", "1.0", at(1))
        return asked(*given)

    monkeypatch.setattr(library, "brief", too_late)
    with pytest.raises(Tell, match="withdrawn"):
        posting.answer(posted, {}, "zh")
