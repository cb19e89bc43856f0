"""The library knows of which papers an upload brought anything."""

from __future__ import annotations

from dataclasses import replace

from library_samples import at, brief, paper, share, text

from bot.models import Paper, ShareState
from bot.ports import Library


def kept(library: Library, item: str, *keys: str, channel: str = "C1", title: str = "Tides") -> Paper:
    posted = share(item, channel=channel, ts=f"{item}.{channel}", private=channel.startswith("P"))
    library.accept("T1", posted, at(0))
    return library.keep("T1", paper(*keys, title=title), brief(), text(), at(0), share_id=posted.id)


def test_a_paper_known_from_its_link_alone_was_not_uploaded(library: Library) -> None:
    linked = kept(library, "arxiv:1", "arxiv:1")
    assert not library.uploaded("T1", linked.id, "C1")
    assert not library.uploaded("T1", "unknown", "C1")


def test_a_paper_uploaded_once_stays_marked_whatever_is_linked_later(library: Library) -> None:
    kept(library, "file:F1", "arxiv:1", "sha256:a")
    linked = kept(library, "arxiv:1", "arxiv:1")
    assert library.uploaded("T1", linked.id, "C2")


def test_records_that_turn_out_to_be_one_work_are_marked_when_one_was(library: Library) -> None:
    kept(library, "arxiv:1", "arxiv:1", title="Tides in Lakes")
    kept(library, "file:F1", "sha256:a", title="tides-final-2")
    united = kept(library, "arxiv:1v2", "arxiv:1", "sha256:a", title="Tides in Lakes")
    assert library.uploaded("T1", united.id, "C1")


def test_an_upload_in_a_private_channel_marks_nothing_elsewhere(library: Library) -> None:
    linked = kept(library, "arxiv:1", "arxiv:1")
    kept(library, "file:F1", "arxiv:1", "sha256:a", channel="P1")
    assert not library.uploaded("T1", linked.id, "C1")
    assert library.uploaded("T1", linked.id, "P1")
    assert not library.uploaded("T2", linked.id, "P1")


def test_what_an_upload_brought_goes_with_the_last_one_and_the_paper_stays_to_who_linked_it(library: Library) -> None:
    uploaded = kept(library, "file:F1", "arxiv:1", "sha256:a")
    kept(library, "file:F2", "arxiv:1", "sha256:b", channel="C2")
    kept(library, "arxiv:1", "arxiv:1", channel="C3")
    library.withdraw("T1", "C1", "file:F1.C1", at(1))
    assert library.text("T1", uploaded.id, "C3") == text()
    library.withdraw("T1", "C2", "file:F2.C2", at(1))
    assert library.text("T1", uploaded.id, "C3") is None
    left = library.known_paper("T1", ["arxiv:1"], "C3")
    assert left is not None
    assert [each.key for each in left.identifiers] == ["arxiv:1"]
    assert library.brief("T1", left.id, "zh", "C3") == replace(brief(), evidence={})
    assert library.released_files().keys() == {"a", "b"}
    # What is fetched by the link from now on is nobody's upload.
    library.keep("T1", left, None, text("linked"), at(2), share_id=share("arxiv:1", channel="C3", ts="arxiv:1.C3").id)
    library.accept("T1", share("arxiv:1", channel="C4", ts="9.0"), at(2))
    library.settle("T1", "T1:C4:9.0:arxiv:1", ShareState.BRIEFED, at(2), paper_id=left.id)
    library.withdraw("T1", "C4", "9.0", at(3))
    assert library.text("T1", left.id, "C3") == text("linked")


def test_what_a_public_upload_brought_goes_from_private_channels_too_and_never_the_other_way_round(
    library: Library,
) -> None:
    public = kept(library, "file:F1", "arxiv:1", "sha256:a")
    linked = share("arxiv:1", channel="P1", ts="2.0", private=True)
    library.accept("T1", linked, at(0))
    own = library.settle("T1", linked.id, ShareState.BRIEFED, at(0), paper_id=public.id).paper_id
    assert own is not None
    kept(library, "file:F2", "arxiv:1", "sha256:a", channel="P2")
    library.withdraw("T1", "P2", "file:F2.P2", at(1))
    assert library.text("T1", public.id, "C1") == text()
    mine = kept(library, "file:F3", "arxiv:1", "sha256:a", channel="P2")
    library.withdraw("T1", "C1", "file:F1.C1", at(1))
    assert library.known_paper("T1", ["arxiv:1"], "C1") is None
    assert library.text("T1", own, "P1") is None
    assert library.known_paper("T1", ["sha256:a"], "P1") is None
    assert library.brief("T1", own, "zh", "P1") is not None
    assert library.text("T1", mine.id, "P2") == text()
