"""A message of ours that answers a share, and what the library says of that share."""

from __future__ import annotations

from dataclasses import dataclass

from bot.models import Brief, DigestReply, Language, Paper, Share, ShareState, StoredShare
from bot.ports import Library


@dataclass(frozen=True, slots=True)
class Place:
    """A message of ours that answers a share, in one language."""

    team_id: str
    share_id: str
    language: Language
    channel_id: str
    """Of the message: the share's, or a direct message."""
    ts: str


class Places:
    def __init__(self, library: Library) -> None:
        self._library = library

    def stored(self, place: Place) -> StoredShare | None:
        """The share, while it stands."""
        stored = self._library.stored_share(place.team_id, place.share_id)
        return None if stored is None or stored.state is ShareState.WITHDRAWN else stored

    def about(self, place: Place) -> tuple[Share | None, Paper | None, Brief | None]:
        """The share with its paper and brief, as far as they still stand."""
        stored = self.stored(place)
        if stored is None or stored.paper_id is None:
            return stored.share if stored else None, None, None
        share, paper_id = stored.share, stored.paper_id
        paper = self._library.paper(place.team_id, paper_id, share.channel_id)
        return share, paper, self._library.brief(place.team_id, paper_id, place.language, share.channel_id)

    def brief(self, place: Place) -> Brief | None:
        return self.about(place)[2]

    def digest_reply(self, place: Place) -> DigestReply | None:
        """What the message shows, where it stands in a digest's thread."""
        return self._library.digest_reply(place.team_id, place.channel_id, place.ts)

    def is_private(self, place: Place) -> bool:
        """Whether an upload, or a private conversation, brought anything that is known of the paper."""
        stored = self.stored(place)
        return stored is None or is_private(self._library, stored)


def is_private(library: Library, stored: StoredShare) -> bool:
    """Whether an upload, or a private conversation, brought anything that is known of a share's paper."""
    share, paper_id = stored.share, stored.paper_id
    if share.private or share.file_id is not None or paper_id is None:
        return True
    return library.uploaded(share.team_id, paper_id, share.channel_id)
