"""The few things the bot needs of the world: a library to remember with and a messenger to speak through.

``storage`` implements Library, ``handlers`` implements Messenger; tests use the real ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.errors import PaperwireError
from bot.models import (
    Allowance,
    Audience,
    Brief,
    ChannelSettings,
    Coverage,
    Digest,
    DigestEntry,
    DigestReply,
    FullText,
    Holding,
    Language,
    Paper,
    Period,
    Revision,
    Schedule,
    SearchPage,
    Share,
    ShareState,
    StoredShare,
    Usage,
)


class Library(Protocol):
    """Everything stored. Every method takes the team first and never shows one team's rows to another.

    What was shared in a private channel or a DM (``Share.private``) is visible in that channel only: methods
    that take ``channel_id`` answer as that channel may see, and for '' as everybody may.
    """

    # shares

    def accept(self, team_id: str, share: Share, now: datetime) -> StoredShare:
        """Store a share, or return it as stored already; a message withdrawn before stays withdrawn."""

    def shares_at(self, team_id: str, channel_id: str, ts: str) -> Sequence[StoredShare]:
        """The standing shares of a message, or those that a message of ours answers."""

    def stored_share(self, team_id: str, share_id: str) -> StoredShare | None: ...

    def settle(
        self,
        team_id: str,
        share_id: str,
        state: ShareState,
        now: datetime,
        *,
        paper_id: str | None = None,
        error: str | None = None,
    ) -> StoredShare:
        """Move a share to ``state``. A withdrawn share stays withdrawn, a briefed one briefed; the caller sees that
        in the result. Raises Retry ``paper_withdrawn`` when nobody holds the paper any more.
        """

    def set_apart(self, team_id: str, share_id: str, now: datetime) -> StoredShare:
        """Its channel turned out to be closed, or open to outsiders: the share is private from now on.

        What it brought moves into the channel's own scope; what others shared too stays the team's. Other channels'
        digests lose it. Harmless when repeated.
        """

    def replied(self, team_id: str, share_id: str, channel_id: str, reply_ts: str) -> StoredShare:
        """Remember which message answered a share, and in which channel: the share's, or a direct message."""

    def withdraw(self, team_id: str, channel_id: str, ts: str, now: datetime) -> Sequence[StoredShare]:
        """The message was deleted: its shares are withdrawn, also one that is accepted only later.

        Text and brief of a paper that no other share holds are purged. Returns the shares withdrawn.
        """

    def first_share(self, team_id: str, paper_id: str, channel_id: str, *, before: str) -> StoredShare | None:
        """The first standing share of a paper that the channel may see, other than the share with id ``before``."""

    # papers and briefs

    def known_paper(self, team_id: str, keys: Iterable[str], channel_id: str) -> Paper | None:
        """The paper one of whose identifier keys is among ``keys`` and that the channel may see."""

    def same_work(self, team_id: str, title: str, first_author: str, channel_id: str) -> Paper | None:
        """The paper with that title and first author (letters and digits compared, case and accents folded)."""

    def keep(
        self,
        team_id: str,
        paper: Paper,
        brief: Brief | None,
        text: FullText | None,
        now: datetime,
        *,
        share_id: str | None = None,
        again: bool = False,
    ) -> Paper:
        """One transaction: paper (merged with the record that shares an identifier), text, brief, and the share
        settled as briefed. Without ``share_id`` (an import) everything is public. Returns the paper as stored,
        under the library's own id; for a withdrawn share nothing is stored and the paper comes back as it was given.

        The brief becomes the current one of its language, unless a person's words are (see ``revise``): those give
        way only ``again``, which says that somebody asked for a new brief.
        """

    def paper(self, team_id: str, paper_id: str, channel_id: str) -> Paper | None: ...

    def text(self, team_id: str, paper_id: str, channel_id: str) -> FullText | None: ...

    def held(
        self, team_id: str, paper_id: str, channel_id: str, user_id: str | None, *, everywhere: bool = False
    ) -> Holding:
        """What would go if somebody who sees the paper in the channel had it forgotten.

        For a person their own shares, in every channel; for None, an admin, every share of the work and what was
        imported, as far as the channel may see, so that the answer may be shown there; or ``everywhere`` in the team.
        """

    def shared_by(self, team_id: str, user_id: str | None, keys: Sequence[str]) -> Sequence[StoredShare]:
        """A person's standing shares, or everybody's (None), of papers that go by one of ``keys``, in every channel."""

    def forget(self, team_id: str, share_ids: Sequence[str], paper_ids: Sequence[str], now: datetime) -> None:
        """Withdraw shares whose messages stay, for good, and forget records, as ``held`` named them.

        What another share holds by now stays. With them go texts, briefs, model answers and entries of digests.
        Harmless when repeated. Raises KeyError for a share that was never accepted.
        """

    def release_files(self, hashes: Iterable[str], now: datetime) -> None:
        """PDFs, by the SHA-256 of their bytes, may be deleted wherever they are cached, unless a record names them."""

    def released_files(self) -> Mapping[str, datetime]:
        """Which PDFs are to be deleted where they are older than when they were released, for a month."""

    def uploaded(self, team_id: str, paper_id: str, channel_id: str) -> bool:
        """Whether an upload brought anything of what the channel may see of a paper."""

    def brief(self, team_id: str, paper_id: str, language: Language, channel_id: str) -> Brief | None:
        """The current brief in that language, None when there is none the channel may see."""

    # digests

    def shared_in(self, team_id: str, coverage: Coverage, period: Period, language: Language) -> Sequence[DigestEntry]:
        """The briefed papers shared there in a period, in order of title; the brief in ``language`` where
        there is one, else in the other."""

    def all_papers(self, team_id: str, period: Period | None, language: Language) -> Sequence[DigestEntry]:
        """Every paper (shared, or imported, in the period when given), for reports and exports by the operator."""

    def failed_in(self, team_id: str, coverage: Coverage, period: Period) -> Sequence[StoredShare]: ...

    def freeze_digest(
        self, team_id: str, settings: ChannelSettings, digest_id: str, period: Period, now: datetime, *, scheduled: bool
    ) -> Digest:
        """Decide once what a digest of the channel holds, in one transaction, and answer the same ever after.

        A scheduled one takes the channel's briefed shares made since the previous one's cut-off (the first one: since
        the period's begin) that no earlier one of the channel took; a share still unfinished is left for the next.
        One that somebody asked for holds all briefed shares of its period; it takes nothing away from the scheduled
        ones, nor does it move their cut-off.

        Where the channel's schedule names sources, their public shares are gathered in the same way, each once by
        every channel that gathers it. Only what is withdrawn later leaves a digest; the other entries keep their
        ``number``. An entry keeps its brief until somebody corrects it in the digest (``show_in_digest``).
        """

    def release_digest(self, team_id: str, digest_id: str) -> None:
        """Empty a digest that was never posted, so that the next one takes its shares; a posted one stays."""

    def frozen_digest(self, team_id: str, digest_id: str) -> Digest | None: ...

    def last_digest_due(self, team_id: str, channel_id: str) -> datetime | None:
        """The due time of the latest digest frozen for the channel."""

    def digest_posted(self, team_id: str, digest_id: str, parent_ts: str, now: datetime) -> None: ...

    def digest_replied(self, team_id: str, reply: DigestReply) -> None:
        """Remember which message shows which entries of a digest; the same again changes nothing."""

    def digest_reply(self, team_id: str, channel_id: str, ts: str) -> DigestReply | None:
        """What a message in a digest's thread shows; None for any other message, and for those of older versions."""

    def digest_messages(self, team_id: str, share_ids: Sequence[str]) -> Sequence[DigestReply]:
        """The messages of digests that show, or showed, what some shares brought."""

    def digest_parents(self, team_id: str, share_ids: Sequence[str]) -> Mapping[str, str]:
        """The ts of the message that each digest's thread hangs on, of those posted that hold, or held, the shares."""

    def show_in_digest(self, team_id: str, digest_id: str, share_id: str, brief: Brief) -> None:
        """Let the entry that a share brought into a frozen digest show ``brief`` from now on."""

    # finding, correcting, discussing

    def search(
        self,
        team_id: str,
        coverage: Coverage,
        words: str,
        language: Language,
        *,
        limit: int,
        offset: int = 0,
        titles: bool = False,
    ) -> SearchPage:
        """Papers by title, author, institution, brief or abstract, best first; nothing in ``words`` is syntax.

        Every word must begin a word there; of a run of Chinese any piece is found.

        Found is what the asker may see: records of their own conversations and the team's. Where ``coverage.public``
        names channels, the team's only as far as somebody shared them there, and no other shares are told.
        With ``titles`` only those whose title holds all the words.
        """

    def recent(self, team_id: str, coverage: Coverage, language: Language, *, limit: int) -> Sequence[DigestEntry]:
        """The papers shared last, latest first, as far as the asker may see, as in ``search``."""

    def seen_in(self, team_id: str, paper_id: str, coverage: Coverage) -> str | None:
        """Where somebody sees a paper, as in ``search``: '' for the team's record, else the one of their own
        conversations whose record it is; None when they may not see it."""

    def revise(self, team_id: str, paper_id: str, channel_id: str, brief: Brief, user_id: str, now: datetime) -> None:
        """A person's words become the current brief; the one before stays in the history.

        They stay current until a person revises them or asks for a new brief (``keep`` with ``again``). Raises
        KeyError for a paper the channel may not see.
        """

    def revisions(self, team_id: str, paper_id: str, language: Language, channel_id: str) -> Sequence[Revision]:
        """The briefs of a paper in a language: the current one, then those before it, latest first."""

    def leave_out(self, team_id: str, share_id: str, user_id: str, now: datetime) -> None:
        """Take a share out of every digest to come; the brief and its reply stay."""

    def put_back(self, team_id: str, share_id: str, user_id: str) -> bool:
        """Undo ``leave_out``, with the shares of its channel that the same person left out at the same time.

        False when that person did not leave it out, or somebody put it back already.
        """

    def discussed(
        self, team_id: str, channel_id: str, ts: str, key: str, now: datetime, *, undone: bool = False
    ) -> None:
        """Somebody reacted or replied to a message (``key`` tells which reaction or reply), or took it back.

        Counted once however often it is told, also when it is told before the message's shares are stored. ``now``
        is when it happened: what happened last counts, in whatever order it is told.
        """

    def activity(
        self, team_id: str, coverage: Coverage, since_at: datetime
    ) -> tuple[Sequence[datetime], Sequence[datetime]]:
        """When papers were shared there, and when they were discussed, since a time."""

    def usage_in(self, team_id: str, coverage: Coverage, period: Period) -> Usage:
        """What the briefs of the papers shared in a period took."""

    # schedules and settings

    def schedules(self) -> Sequence[Schedule]:
        """Of all teams: the clock's only question."""

    def schedule(self, team_id: str, channel_id: str) -> Schedule | None: ...

    def put_schedule(self, team_id: str, schedule: Schedule) -> None:
        """Set or replace the channel's schedule."""

    def pause_schedule(self, team_id: str, channel_id: str, reason: str | None) -> None:
        """Stop a schedule for a reason that the channel is told, or let it go on (None)."""

    def drop_schedule(self, team_id: str, channel_id: str) -> bool:
        """True when there was one."""

    def channel_settings(self, team_id: str, channel_id: str) -> ChannelSettings | None:
        """What the channel chose, else what its workspace chose for channels (``EVERY_CHANNEL``), under its own id.

        Direct messages follow their reader, not the workspace.
        """

    def put_channel_settings(self, team_id: str, settings: ChannelSettings) -> None: ...

    # models

    def answer(self, key: str) -> str | None:
        """A model's stored answer; ``key`` is a hash of model and prompt, so it says nothing of any team."""

    def keep_answer(self, key: str, model: str, answer: str, usage: Usage, now: datetime) -> None: ...

    def note_answer(self, team_id: str, share_id: str, key: str, now: datetime) -> None:
        """An answer under ``key``, or one that begins so, is about a share, and forgotten with it."""

    def forget_answers(self, team_id: str, share_id: str) -> None:
        """Drop the words of all answers about a share, also of those that came after it was forgotten."""

    def forget_answer(self, key: str) -> None:
        """Drop the words of an answer that led to no brief, so that a later attempt asks anew."""

    def reserve_call(self, call_id: str, model: str, tokens: int, allowance: Allowance, now: datetime) -> float:
        """Count a call of a model, of about so many tokens, among those of the last ``allowance.seconds``; 0.0 then.

        Where it does not fit nothing is counted, and the answer is in how many seconds it may. Over all teams.
        """

    def book_call(self, team_id: str, call_id: str, usage: Usage, now: datetime) -> None:
        """What a call really took: its tokens correct the reservation, its cost (0 when unknown) is the team's."""

    def spent(self, team_id: str, now: datetime) -> float:
        """What models cost a team in the month of ``now`` (UTC), in US dollars."""

    def take_request(self, signature: str, taker: str, void_at: datetime, now: datetime) -> bool:
        """Whether ``taker`` is the first to take a request of Slack's, by the hash of its signature.

        It is remembered until ``void_at``, when the signature holds no more. Over all teams and replicas.
        """

    def rest(self, name: str, seconds: float, now: datetime) -> None:
        """Remember that ``name`` (see ``bot.rests``) asked to be left alone for so long. For all replicas."""

    def rest_left(self, name: str, now: datetime) -> float:
        """Seconds for which ``name`` is still to be left alone; 0.0 when it may be asked."""

    def drop_texts(self, before: datetime) -> int:
        """Drop the full texts kept since before a time, of all teams; briefs stay. Returns how many."""

    def drop_papers(self, before: datetime, now: datetime) -> int:
        """Forget papers, of all teams, that were shared and imported last before a time, with all that belongs to them.

        Some at a time: returns how many went, and is to be called until that is none. Digests stay without them.
        """

    def knows_team(self, team_id: str) -> bool:
        """Whether anything of a team is kept."""

    def forget_team(self, team_id: str, now: datetime) -> int:
        """Delete everything of a team, also its schedules and settings; returns how many rows."""

    def prune(self, before: datetime) -> int:
        """Forget the words of model answers and the traces of deleted messages older than ``before``; how many."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Reply:
    """What a thread gets: exactly one of ``brief`` (with ``paper``), ``error`` and ``bug`` is set."""

    language: Language
    paper: Paper | None = None
    brief: Brief | None = None
    first: StoredShare | None = None
    """The share that brought this paper first, when it was known already."""
    newer_version: int | None = None
    error: PaperwireError | None = None
    bug: str | None = None
    """The short id under which a bug was logged."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """``shares`` are silent; ``cursor`` leads to the next page and is empty on the last."""

    messages: int
    shares: Sequence[Share]
    cursor: str


class Messenger(Protocol):
    """The bot's voice in Slack. ``key`` identifies a message for ever, so that it can be looked up after a crash.

    Raises Retry for throttling and outages, Tell (``not_in_channel``, ``channel_gone``, ``missing_scope`` …) for
    what retrying cannot mend, ``not_installed`` for a workspace that left.
    """

    def installed(self, team_id: str) -> bool:
        """Whether the workspace has the app installed: without it nothing can be said there."""

    def audience(self, team_id: str, channel_id: str) -> Audience:
        """Who reads a channel, as Slack said within the last seconds. Where we may not ask: the smallest, with
        outsiders. Raises Retry."""

    def permalink(self, share: Share) -> str:
        """Where a share's message is found, for readers who may see it; empty when Slack does not say."""

    def working(self, share: Share) -> None:
        """Show on the message that the bot is at work."""

    def finished(self, share: Share, *, failed: bool, again: bool) -> None:
        """Replace the sign of work by that of the outcome; ``again``: an earlier outcome's sign may be there too."""

    def is_guest(self, team_id: str, user_id: str) -> bool:
        """Whether a person sees no public channels but those they are in. Raises Retry."""

    def name(self, team_id: str, slack_id: str) -> str:
        """What a person or a channel is called; the id itself when Slack does not say."""

    def reply(self, channel_id: str, thread_ts: str | None, share: Share, reply: Reply, key: str) -> str:
        """Post the answer to a share, in its thread or to a person directly; returns the message's ts."""

    def update_reply(self, channel_id: str, ts: str, share: Share, reply: Reply) -> None:
        """Let the message that answers a share say ``reply``; fine when it is gone already."""

    def note(self, team_id: str, channel_id: str, thread_ts: str | None, words: str, key: str) -> str:
        """Post a sentence of ours; returns the message's ts."""

    def direct_channel(self, team_id: str, user_id: str) -> str:
        """The channel of the direct messages between the bot and a person."""

    def posted(self, team_id: str, channel_id: str, thread_ts: str | None, key: str) -> str | None:
        """The ts of our message with that key, looked up in Slack; None when it was never posted."""

    def delete(self, team_id: str, channel_id: str, ts: str) -> None:
        """Delete a message of ours; fine when it is gone already."""

    def download(self, team_id: str, file_id: str, folder: Path) -> Path:
        """The PDF behind a Slack file, as a file in ``folder``.

        Raises Tell (``file_gone``, ``not_a_pdf``, ``too_large``, ``login_page`` …).
        """

    def digest_parent(self, digest: Digest, key: str, *, late: bool) -> str:
        """Post the message that a digest's thread hangs on, which says so when it is ``late``; returns its ts."""

    def digest_group(self, papers: int) -> int:
        """How many entries share a thread reply in a digest of so many papers."""

    def digest_reply(
        self, digest: Digest, number: int, size: int, parent_ts: str, key: str, picture: str | None
    ) -> str:
        """Post reply ``number`` (from 0) into the digest's thread: the entries whose numbers, divided by ``size``,
        give it; with a picture (a file's id) or none. Returns its ts."""

    def update_digest_reply(self, digest: Digest, reply: DigestReply) -> None:
        """Let a message in the digest's thread show its entries as they are now; fine when it is gone already."""

    def update_digest_parent(self, digest: Digest, ts: str) -> None:
        """Let the message that a digest's thread hangs on say what the digest holds now; fine when it is gone."""

    def delete_file(self, team_id: str, file_id: str) -> None:
        """Delete a file of ours; fine when it is gone already."""

    def keep_picture(self, team_id: str, name: str, content: bytes, alt_text: str) -> str:
        """Upload a picture that messages may show, shared nowhere by itself; returns the file's id."""

    def reserve_file(self, team_id: str, name: str, content: bytes, alt_text: str = "") -> str:
        """First half of an upload: the bytes are with Slack, shared nowhere; returns the file's id."""

    def file_in_thread(self, team_id: str, channel_id: str, thread_ts: str, name: str) -> str | None:
        """The id of the file of that name shared in a thread of ours, None when there is none."""

    def share_file(self, team_id: str, file_id: str, title: str, channel_id: str, thread_ts: str | None) -> None:
        """Second half: the file appears; nothing happens when it is there already."""

    def history(self, team_id: str, channel_id: str, private: bool, since_at: datetime, cursor: str) -> HistoryPage:
        """A page of a channel's past messages, latest first; ``cursor`` is empty for the first."""
