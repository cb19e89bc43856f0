"""A digest that gathers channels of two languages speaks its own: the briefs it lacks are written as it is frozen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from library_samples import ALWAYS, T0, at, brief, paper, share

from bot.briefs.asking.meter import Commission
from bot.channels import Channels
from bot.errors import Retry
from bot.models import Audience, Brief, ChannelSettings, Coverage, Digest, Language, Schedule
from bot.pipeline import Found
from bot.ports import Library
from bot.workflows import translating
from bot.workflows.posting import Posting
from bot.workflows.translating import Translating

OPEN, CLOSED = Audience(closed=False, outsiders=False), Audience(closed=True, outsiders=False)


@dataclass
class Hub:
    """The channel C1, in English, which gathers C2, in Chinese."""

    library: Library
    audiences: dict[str, Audience] = field(default_factory=dict)
    commissions: list[Commission] = field(default_factory=list)
    fails: bool = False

    def __post_init__(self) -> None:
        messenger: Any = SimpleNamespace(audience=lambda _, channel: self.audiences.get(channel, OPEN))
        channels = Channels(self.library, ChannelSettings("", ""))
        posting = Posting(None, self.library, messenger, channels, lambda: at(2))  # type: ignore[arg-type]
        pipeline: Any = SimpleNamespace(write=self.write)
        self.translating = Translating(self.library, messenger, posting, pipeline, lambda: at(2))
        self.library.put_channel_settings("T1", ChannelSettings("T1", "C1", "en"))
        self.library.put_schedule("T1", Schedule("T1", "C1", "daily", T0.time(), "UTC", "U1", sources=("C2",)))

    def write(self, found: Found, language: Language, now: object, *, commission: Commission) -> Brief:
        self.commissions.append(commission)
        if self.fails:
            raise Retry("model_limit", model="m")
        return replace(brief("written", language), title=found.paper.title)

    def shared(self, item: str, channel: str = "C2", language: Language = "zh", **more: Any) -> str:
        """The paper's id."""
        posted = share(item, channel=channel, ts=f"{len(item)}.{channel}", **more)
        self.library.accept("T1", posted, at(0))
        about = paper(item if ":" in item and not item.startswith("file") else f"sha256:{item[5:]}", title=item)
        return self.library.keep("T1", about, brief("first", language), None, at(0), share_id=posted.id).id

    def frozen(self) -> Digest:
        settings = ChannelSettings("T1", "C1", "en")
        return self.library.freeze_digest("T1", settings, "d1", ALWAYS, at(2), scheduled=False)

    def digest(self) -> Digest:
        frozen = self.frozen()
        self.translating.complete(frozen, "d1")
        digest = self.library.frozen_digest("T1", "d1")
        assert digest is not None
        return digest


@pytest.fixture
def hub(library: Library) -> Hub:
    return Hub(library)


def languages(digest: Digest) -> list[Language]:
    return [entry.brief.language for entry in digest.entries]


def test_every_brief_of_a_digest_is_in_its_language_and_stays_at_hand(hub: Hub) -> None:
    paper_id = hub.shared("arxiv:2")
    hub.shared("arxiv:11", "C1", "en")
    assert languages(hub.digest()) == ["en", "en"]
    written = hub.library.brief("T1", paper_id, "en", "C1")
    assert written is not None
    assert written.technique == "written technique"
    assert hub.library.brief("T1", paper_id, "zh", "C2") == brief("first")
    # Frozen, and asked once more after a crash: nothing is written twice.
    assert languages(hub.digest()) == ["en", "en"]
    assert len(hub.commissions) == 1


def test_what_cannot_be_written_is_shown_in_the_other_language(hub: Hub) -> None:
    hub.shared("arxiv:2")
    hub.fails = True
    assert languages(hub.digest()) == ["zh"]


def test_a_digest_is_not_held_up_for_long(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        hub.shared(f"arxiv:{'1' * (number + 1)}")
    monkeypatch.setattr(translating, "MOST", 3)
    assert sorted(languages(hub.digest())) == ["en", "en", "en", "zh"]
    monkeypatch.setattr(translating, "_SECONDS", 0.0)
    assert sorted(languages(hub.digest())) == ["en", "en", "en", "zh"]


def test_an_upload_is_written_of_by_the_private_model_alone(hub: Hub) -> None:
    hub.shared("file:F1")
    hub.shared("arxiv:22")
    hub.digest()
    assert sorted(each.private for each in hub.commissions) == [False, True]


def test_a_closed_channels_digest_changes_nothing_that_others_see(hub: Hub) -> None:
    paper_id = hub.shared("arxiv:2")
    hub.audiences["C1"] = CLOSED
    assert languages(hub.digest()) == ["en"]
    assert hub.library.brief("T1", paper_id, "en", "C3") is None
    [entry] = hub.library.shared_in("T1", Coverage(("C2",)), ALWAYS, "en")
    assert entry.brief.language == "zh"


def test_what_a_closed_channel_shared_itself_keeps_its_brief(hub: Hub) -> None:
    hub.audiences["C1"] = CLOSED
    paper_id = hub.shared("arxiv:2", "C1", private=True)
    assert languages(hub.digest()) == ["en"]
    assert hub.library.brief("T1", paper_id, "en", "C1") is not None


def test_what_a_channel_shared_that_was_closed_since_leaves_the_digest_unread(hub: Hub) -> None:
    hub.shared("arxiv:2")
    hub.audiences["C2"] = CLOSED
    assert languages(hub.digest()) == []
    assert hub.commissions == []


def test_of_a_message_that_was_deleted_nothing_is_written(hub: Hub) -> None:
    hub.shared("arxiv:2")
    frozen = hub.frozen()
    hub.library.withdraw("T1", "C2", "7.C2", at(2))
    hub.translating.complete(frozen, "d1")
    assert hub.commissions == []
