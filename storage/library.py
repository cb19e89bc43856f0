"""The library: ``bot.ports.Library`` over SQL that SQLite and Postgres both speak.

One method is one transaction. What it does is in the modules beside this one, a family of tables each; a backend
adds connections and transactions only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

from bot.models import (
    Allowance,
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
from storage import (
    accounts,
    answers,
    briefs,
    channels,
    digest_replies,
    digests,
    discussions,
    entries,
    files,
    finding,
    forgetting,
    keeping,
    papers,
    requests,
    rests,
    shared,
    shares,
)
from storage.database.rows import Transaction


class SqlLibrary(ABC):
    """See ``bot.ports.Library`` for what each method promises."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Transaction]:
        """A transaction that sees one state of the library throughout."""

    @abstractmethod
    def _writing(self, team_id: str | None = None) -> AbstractContextManager[Transaction]:
        """A transaction that no other writer comes between; nothing of it stays when an exception leaves it.

        Given a team, it touches nothing but that team's rows, and writers of other teams may go on beside it.
        """

    @abstractmethod
    def close(self) -> None: ...

    # shares

    def accept(self, team_id: str, share: Share, now: datetime) -> StoredShare:
        with self._writing(team_id) as tx:
            return shares.accept(tx, team_id, share, now)

    def shares_at(self, team_id: str, channel_id: str, ts: str) -> Sequence[StoredShare]:
        with self._reading() as tx:
            return shared.at_message(tx, team_id, channel_id, ts)

    def stored_share(self, team_id: str, share_id: str) -> StoredShare | None:
        with self._reading() as tx:
            return shares.find(tx, team_id, share_id)

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
        with self._writing(team_id) as tx:
            return shares.settle(tx, team_id, share_id, state, now, paper_id=paper_id, error=error)

    def set_apart(self, team_id: str, share_id: str, now: datetime) -> StoredShare:
        with self._writing(team_id) as tx:
            return shares.set_apart(tx, team_id, share_id, now)

    def replied(self, team_id: str, share_id: str, channel_id: str, reply_ts: str) -> StoredShare:
        with self._writing(team_id) as tx:
            return shares.replied(tx, team_id, share_id, channel_id, reply_ts)

    def withdraw(self, team_id: str, channel_id: str, ts: str, now: datetime) -> Sequence[StoredShare]:
        with self._writing(team_id) as tx:
            return shares.withdraw(tx, team_id, channel_id, ts, now)

    def first_share(self, team_id: str, paper_id: str, channel_id: str, *, before: str) -> StoredShare | None:
        with self._reading() as tx:
            return shared.first_share(tx, team_id, paper_id, channel_id, before)

    # papers and briefs

    def known_paper(self, team_id: str, keys: Iterable[str], channel_id: str) -> Paper | None:
        with self._reading() as tx:
            return papers.known_paper(tx, team_id, keys, channel_id)

    def same_work(self, team_id: str, title: str, first_author: str, channel_id: str) -> Paper | None:
        with self._reading() as tx:
            return papers.same_work(tx, team_id, title, first_author, channel_id)

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
        with self._writing(team_id) as tx:
            if share_id is None:
                return keeping.keep(tx, team_id, papers.PUBLIC, paper, brief, text, now, imported=True, again=again)
            share = shares.known(tx, team_id, share_id)
            if share.state is ShareState.WITHDRAWN:
                return paper
            # What a private channel knows of the team's record it knows in a copy of its own.
            own_id = keeping.for_share(tx, team_id, paper.id, share.share, now) or ""
            scope = papers.scope_of(share.share)
            own = replace(paper, id=own_id)
            stored = keeping.keep(tx, team_id, scope, own, brief, text, now, imported=False, again=again)
            if share.share.file_id is not None:
                papers.mark_uploaded(tx, team_id, stored.id)
            shares.settle(tx, team_id, share_id, ShareState.BRIEFED, now, paper_id=stored.id)
            return stored

    def paper(self, team_id: str, paper_id: str, channel_id: str) -> Paper | None:
        with self._reading() as tx:
            return papers.paper(tx, team_id, paper_id, channel_id)

    def text(self, team_id: str, paper_id: str, channel_id: str) -> FullText | None:
        with self._reading() as tx:
            return papers.text(tx, team_id, paper_id, channel_id)

    def held(
        self, team_id: str, paper_id: str, channel_id: str, user_id: str | None, *, everywhere: bool = False
    ) -> Holding:
        with self._reading() as tx:
            return forgetting.held(tx, team_id, paper_id, channel_id, user_id, everywhere=everywhere)

    def shared_by(self, team_id: str, user_id: str | None, keys: Sequence[str]) -> Sequence[StoredShare]:
        with self._reading() as tx:
            return shared.shared_by(tx, team_id, user_id, keys)

    def forget(self, team_id: str, share_ids: Sequence[str], paper_ids: Sequence[str], now: datetime) -> None:
        with self._writing(team_id) as tx:
            forgetting.forget(tx, team_id, share_ids, paper_ids, now)

    def release_files(self, hashes: Iterable[str], now: datetime) -> None:
        with self._writing(answers.NO_TEAM) as tx:
            files.release(tx, hashes, now)

    def released_files(self) -> Mapping[str, datetime]:
        with self._reading() as tx:
            return files.released(tx)

    def uploaded(self, team_id: str, paper_id: str, channel_id: str) -> bool:
        with self._reading() as tx:
            return papers.uploaded(tx, team_id, paper_id, channel_id)

    def brief(self, team_id: str, paper_id: str, language: Language, channel_id: str) -> Brief | None:
        with self._reading() as tx:
            return briefs.current(tx, team_id, paper_id, language, channel_id)

    # digests

    def shared_in(self, team_id: str, coverage: Coverage, period: Period, language: Language) -> Sequence[DigestEntry]:
        with self._reading() as tx:
            return entries.shared_in(tx, team_id, coverage, period, language)

    def all_papers(self, team_id: str, period: Period | None, language: Language) -> Sequence[DigestEntry]:
        with self._reading() as tx:
            return entries.all_papers(tx, team_id, period, language)

    def failed_in(self, team_id: str, coverage: Coverage, period: Period) -> Sequence[StoredShare]:
        with self._reading() as tx:
            return shared.shared_in(tx, team_id, coverage, period, ShareState.FAILED)

    def freeze_digest(
        self, team_id: str, settings: ChannelSettings, digest_id: str, period: Period, now: datetime, *, scheduled: bool
    ) -> Digest:
        with self._writing(team_id) as tx:
            return digests.freeze(tx, team_id, settings, digest_id, period, now, scheduled=scheduled)

    def release_digest(self, team_id: str, digest_id: str) -> None:
        with self._writing(team_id) as tx:
            digests.release(tx, team_id, digest_id)

    def frozen_digest(self, team_id: str, digest_id: str) -> Digest | None:
        with self._reading() as tx:
            return digests.frozen(tx, team_id, digest_id)

    def last_digest_due(self, team_id: str, channel_id: str) -> datetime | None:
        with self._reading() as tx:
            return digests.last_due(tx, team_id, channel_id)

    def digest_posted(self, team_id: str, digest_id: str, parent_ts: str, now: datetime) -> None:
        with self._writing(team_id) as tx:
            digests.posted(tx, team_id, digest_id, parent_ts, now)

    def digest_replied(self, team_id: str, reply: DigestReply) -> None:
        with self._writing(team_id) as tx:
            digest_replies.replied(tx, team_id, reply)

    def digest_reply(self, team_id: str, channel_id: str, ts: str) -> DigestReply | None:
        with self._reading() as tx:
            return digest_replies.reply(tx, team_id, channel_id, ts)

    def digest_messages(self, team_id: str, share_ids: Sequence[str]) -> Sequence[DigestReply]:
        with self._reading() as tx:
            return digest_replies.of_shares(tx, team_id, share_ids)

    def digest_parents(self, team_id: str, share_ids: Sequence[str]) -> Mapping[str, str]:
        with self._reading() as tx:
            return digest_replies.parents(tx, team_id, share_ids)

    def show_in_digest(self, team_id: str, digest_id: str, share_id: str, brief: Brief) -> None:
        with self._writing(team_id) as tx:
            digest_replies.show(tx, team_id, digest_id, share_id, brief)

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
        with self._reading() as tx:
            return finding.search(tx, team_id, coverage, words, language, limit, offset, titles=titles)

    def recent(self, team_id: str, coverage: Coverage, language: Language, *, limit: int) -> Sequence[DigestEntry]:
        with self._reading() as tx:
            return finding.recent(tx, team_id, coverage, language, limit)

    def seen_in(self, team_id: str, paper_id: str, coverage: Coverage) -> str | None:
        with self._reading() as tx:
            return papers.seen_in(tx, team_id, paper_id, coverage)

    def revise(self, team_id: str, paper_id: str, channel_id: str, brief: Brief, user_id: str, now: datetime) -> None:
        with self._writing(team_id) as tx:
            briefs.revise(tx, team_id, paper_id, channel_id, brief, user_id, now)

    def revisions(self, team_id: str, paper_id: str, language: Language, channel_id: str) -> Sequence[Revision]:
        with self._reading() as tx:
            return briefs.revisions(tx, team_id, paper_id, language, channel_id)

    def leave_out(self, team_id: str, share_id: str, user_id: str, now: datetime) -> None:
        with self._writing(team_id) as tx:
            shares.leave_out(tx, team_id, share_id, user_id, now)

    def put_back(self, team_id: str, share_id: str, user_id: str) -> bool:
        with self._writing(team_id) as tx:
            return shares.put_back(tx, team_id, share_id, user_id)

    def discussed(
        self, team_id: str, channel_id: str, ts: str, key: str, now: datetime, *, undone: bool = False
    ) -> None:
        with self._writing(team_id) as tx:
            discussions.discussed(tx, team_id, channel_id, ts, key, now, undone=undone)

    def activity(
        self, team_id: str, coverage: Coverage, since_at: datetime
    ) -> tuple[Sequence[datetime], Sequence[datetime]]:
        with self._reading() as tx:
            return shared.times(tx, team_id, coverage, since_at), discussions.times(tx, team_id, coverage, since_at)

    def usage_in(self, team_id: str, coverage: Coverage, period: Period) -> Usage:
        with self._reading() as tx:
            return briefs.usage_in(tx, team_id, coverage, period)

    # schedules and settings

    def schedules(self) -> Sequence[Schedule]:
        with self._reading() as tx:
            return channels.schedules(tx)

    def schedule(self, team_id: str, channel_id: str) -> Schedule | None:
        with self._reading() as tx:
            return channels.schedule(tx, team_id, channel_id)

    def put_schedule(self, team_id: str, schedule: Schedule) -> None:
        with self._writing(team_id) as tx:
            channels.put_schedule(tx, team_id, schedule)

    def pause_schedule(self, team_id: str, channel_id: str, reason: str | None) -> None:
        with self._writing(team_id) as tx:
            channels.pause_schedule(tx, team_id, channel_id, reason)

    def drop_schedule(self, team_id: str, channel_id: str) -> bool:
        with self._writing(team_id) as tx:
            return channels.drop_schedule(tx, team_id, channel_id)

    def channel_settings(self, team_id: str, channel_id: str) -> ChannelSettings | None:
        with self._reading() as tx:
            return channels.settings(tx, team_id, channel_id)

    def put_channel_settings(self, team_id: str, settings: ChannelSettings) -> None:
        with self._writing(team_id) as tx:
            channels.put_settings(tx, team_id, settings)

    # models

    def answer(self, key: str) -> str | None:
        with self._reading() as tx:
            return answers.answer(tx, key)

    def keep_answer(self, key: str, model: str, answer: str, usage: Usage, now: datetime) -> None:
        with self._writing(answers.NO_TEAM) as tx:
            answers.keep(tx, key, model, answer, usage, now)

    def note_answer(self, team_id: str, share_id: str, key: str, now: datetime) -> None:
        with self._writing(team_id) as tx:
            answers.note_share(tx, team_id, share_id, key, now)

    def forget_answers(self, team_id: str, share_id: str) -> None:
        with self._writing(team_id) as tx:
            answers.forget_share(tx, team_id, share_id)

    def forget_answer(self, key: str) -> None:
        with self._writing(answers.NO_TEAM) as tx:
            answers.forget(tx, key)

    def reserve_call(self, call_id: str, model: str, tokens: int, allowance: Allowance, now: datetime) -> float:
        with self._writing(answers.NO_TEAM) as tx:
            return accounts.reserve(tx, call_id, model, tokens, allowance, now)

    def book_call(self, team_id: str, call_id: str, usage: Usage, now: datetime) -> None:
        with self._writing(team_id) as tx:
            accounts.book(tx, team_id, call_id, usage, now)

    def spent(self, team_id: str, now: datetime) -> float:
        with self._reading() as tx:
            return accounts.spent(tx, team_id, now)

    def take_request(self, signature: str, taker: str, void_at: datetime, now: datetime) -> bool:
        with self._writing(answers.NO_TEAM) as tx:
            return requests.take(tx, signature, taker, void_at, now)

    def rest(self, name: str, seconds: float, now: datetime) -> None:
        with self._writing(answers.NO_TEAM) as tx:
            rests.rest(tx, name, seconds, now)

    def rest_left(self, name: str, now: datetime) -> float:
        with self._reading() as tx:
            return rests.left(tx, name, now)

    # retention

    def drop_texts(self, before: datetime) -> int:
        with self._writing() as tx:
            return keeping.drop_texts(tx, before)

    def drop_papers(self, before: datetime, now: datetime) -> int:
        with self._writing() as tx:
            return forgetting.drop_papers(tx, before, now)

    def knows_team(self, team_id: str) -> bool:
        with self._reading() as tx:
            return forgetting.knows_team(tx, team_id)

    def forget_team(self, team_id: str, now: datetime) -> int:
        with self._writing() as tx:
            return forgetting.forget_team(tx, team_id, now)

    def prune(self, before: datetime) -> int:
        """Forget the words of model answers and the traces of deleted messages older than ``before``; how many."""
        with self._writing() as tx:
            files.prune(tx, before)
            return answers.prune(tx, before) + shares.prune(tx, before) + discussions.prune(tx, before)
