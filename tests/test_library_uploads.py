"""The library knows of which papers an upload brought anything."""

from __future__ import annotations

from library_samples import at, brief, paper, share, text

from bot.models import Paper
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
