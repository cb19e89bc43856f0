"""A share whose channel turned out to be closed, or open to outsiders, moves out of everybody else's sight."""

from __future__ import annotations

from datetime import time

from library_samples import ALWAYS, at, brief, member, paper, scheduled, share, text

from bot.models import Coverage, DigestReply, Paper, Schedule, Share, ShareState
from bot.ports import Library


def shared(library: Library, item: str, *keys: str, channel: str = "C1", ts: str = "1.0") -> tuple[Share, Paper]:
    posted = share(item, channel=channel, ts=ts)
    library.accept("T1", posted, at(0))
    return posted, library.keep("T1", paper(*keys), brief(ts), text(ts), at(0), share_id=posted.id)


def test_what_only_it_brought_is_seen_in_its_channel_alone(library: Library) -> None:
    posted, public = shared(library, "file:F1", "sha256:aa")
    for _ in range(2):
        stored = library.set_apart("T1", posted.id, at(1))
    assert stored.share.private
    assert stored.state is ShareState.BRIEFED
    assert library.known_paper("T1", ["sha256:aa"], "C2") is None
    assert library.search("T1", member(), "tides", "zh", limit=5).total == 0
    assert stored.paper_id is not None
    assert stored.paper_id != public.id
    assert library.brief("T1", stored.paper_id, "zh", "C1") == brief("1.0")
    assert library.text("T1", stored.paper_id, "C1") == text("1.0")
    assert library.search("T1", member("C1"), "tides", "zh", limit=5).total == 1
    assert len(library.shared_in("T1", Coverage(("C1",)), ALWAYS, "zh")) == 1


def test_what_others_shared_too_stays_the_teams(library: Library) -> None:
    posted, public = shared(library, "arxiv:1", "arxiv:1")
    shared(library, "arxiv:1", "arxiv:1", channel="C2", ts="2.0")
    library.set_apart("T1", posted.id, at(1))
    assert library.known_paper("T1", ["arxiv:1"], "C3") is not None
    first = library.first_share("T1", public.id, "C2", before=share("arxiv:1", channel="C2", ts="2.0").id)
    assert first is None


def test_one_not_yet_briefed_is_filed_apart_from_the_start(library: Library) -> None:
    posted = share("file:F1", ts="1.0")
    library.accept("T1", posted, at(0))
    assert library.set_apart("T1", posted.id, at(0)).share.private
    library.keep("T1", paper("sha256:aa"), brief(), text(), at(1), share_id=posted.id)
    assert library.known_paper("T1", ["sha256:aa"], "C2") is None
    assert library.known_paper("T1", ["sha256:aa"], "C1") is not None


def test_a_digest_of_another_channel_that_was_not_posted_yet_loses_it(library: Library) -> None:
    library.put_schedule("T1", Schedule("T1", "C2", "daily", time(9), "UTC", "U1", sources=("C1",)))
    posted, _ = shared(library, "arxiv:1", "arxiv:1")
    digest = scheduled(library, "d1", -1, 2, channel="C2")
    assert len(digest.entries) == 1
    own = scheduled(library, "d2", -1, 2)
    library.set_apart("T1", posted.id, at(3))
    left, kept = library.frozen_digest("T1", "d1"), library.frozen_digest("T1", "d2")
    assert left is not None
    assert left.entries == ()
    assert kept is not None
    assert len(kept.entries) == len(own.entries) == 1


def test_a_digest_posted_elsewhere_is_found_when_its_paper_is_forgotten_later(library: Library) -> None:
    library.put_schedule("T1", Schedule("T1", "C2", "daily", time(9), "UTC", "U1", sources=("C1",)))
    posted, _ = shared(library, "arxiv:1", "arxiv:1")
    scheduled(library, "d1", -1, 2, channel="C2")
    library.digest_posted("T1", "d1", "7.0", at(2))
    reply = DigestReply("d1", 0, 1, "C2", "7.1", "7.0")
    library.digest_replied("T1", reply)
    library.set_apart("T1", posted.id, at(3))
    library.withdraw("T1", "C1", "1.0", at(4))
    assert library.digest_messages("T1", [posted.id]) == [reply]
    assert library.digest_parents("T1", [posted.id]) == {"d1": "7.0"}
    assert library.digest_parents("T2", [posted.id]) == {}


def test_a_share_set_apart_leaves_a_digest_elsewhere_to_those_who_shared_it_too(library: Library) -> None:
    library.put_schedule("T1", Schedule("T1", "C2", "daily", time(9), "UTC", "U1", sources=("C1",)))
    posted, _ = shared(library, "arxiv:1", "arxiv:1")
    other, _ = shared(library, "arxiv:1", "arxiv:1", channel="C2", ts="2.0")
    scheduled(library, "d1", -1, 2, channel="C2")
    library.set_apart("T1", posted.id, at(3))
    digest = library.frozen_digest("T1", "d1")
    assert digest is not None
    assert [[each.share.id for each in entry.shares] for entry in digest.entries] == [[other.id]]


def test_what_a_share_set_apart_is_corrected_to_shows_in_its_own_channels_digest_alone(library: Library) -> None:
    library.put_schedule("T1", Schedule("T1", "C2", "daily", time(9), "UTC", "U1", sources=("C1",)))
    posted, _ = shared(library, "arxiv:1", "arxiv:1")
    shared(library, "arxiv:1", "arxiv:1", channel="C2", ts="2.0")
    scheduled(library, "d1", -1, 2, channel="C2")
    scheduled(library, "d2", -1, 2)
    library.set_apart("T1", posted.id, at(3))
    for digest_id, shown in (("d1", brief("2.0")), ("d2", brief("secret"))):
        library.show_in_digest("T1", digest_id, posted.id, brief("secret"))
        digest = library.frozen_digest("T1", digest_id)
        assert digest is not None
        assert [entry.brief for entry in digest.entries] == [shown]


def test_a_withdrawn_share_stays_withdrawn(library: Library) -> None:
    posted, _ = shared(library, "arxiv:1", "arxiv:1")
    library.withdraw("T1", "C1", "1.0", at(1))
    assert library.set_apart("T1", posted.id, at(2)).state is ShareState.WITHDRAWN
