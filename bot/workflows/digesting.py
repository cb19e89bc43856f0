"""The workflow of a digest: frozen once, then posted whole, each of its messages and files once."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from bot.briefs.correction import anonymous
from bot.channels import Channels
from bot.digests.chart import WEEKS, Week, page_alt_text, weekly_chart, weeks_of
from bot.digests.chart import alt_text as alt_text_of
from bot.digests.report import digest_report
from bot.errors import NOT_INSTALLED, PaperwireError, Tell
from bot.models import Coverage, Digest, DigestEntry, DigestReply, Paper, Period, Usage
from bot.outcomes import announce
from bot.ports import Library, Messenger
from bot.work import POSTS, Bug, Work
from bot.workflows.pausing import Pausing
from bot.workflows.posting import Posting
from bot.workflows.translating import Translating

log = logging.getLogger("paperwire.digesting")

_WEEKS = TypeAdapter(tuple[Week, ...])

# A digest that comes so long after it was due says so.
_LATE = timedelta(hours=1)


class Digesting:
    """Posts digests, durably."""

    def __init__(
        self,
        work: Work,
        library: Library,
        messenger: Messenger,
        posting: Posting,
        channels: Channels,
        clock: Callable[[], datetime],
        first_page: Callable[[Paper], bytes | None],
        translating: Translating,
    ) -> None:
        """``first_page`` draws a paper's."""
        self._work = work
        self._library = library
        self._messenger = messenger
        self._posting = posting
        self._channels = channels
        self._clock = clock
        self._first_page = first_page
        self._translating = translating
        self._pausing = Pausing(work, library, messenger, posting, channels)

    # what listeners and the clock call: one durable write each

    def scheduled_digest(self, team_id: str, channel_id: str, due_at: datetime, interval_back: datetime) -> None:
        """Post the digest due at a time, once."""
        key = f"digest:{team_id}:{channel_id}:{due_at.isoformat()}"
        period = [interval_back.isoformat(), due_at.isoformat()]
        self._work.enqueue(POSTS, "post_digest", key, team_id, channel_id, key, period, True, channel=channel_id)

    def asked_digest(self, team_id: str, channel_id: str, user_id: str, period: Period, key: str) -> None:
        """Post the digest of a period that somebody asked for; ``key`` is of the click."""
        key = f"digest:{team_id}:{channel_id}:asked:{key}"
        bounds = [period.since_at.isoformat(), period.until_at.isoformat()]
        inputs = (team_id, channel_id, key, bounds, False, user_id)
        self._work.enqueue(POSTS, "post_digest", key, *inputs, channel=channel_id)

    def renew_report(self, team_id: str, digest_id: str, parent_ts: str, share_id: str) -> None:
        """Put the report of a posted digest anew, once for a share that is gone."""
        channel_id = self._frozen(team_id, digest_id).channel_id
        # Its hash, because the share itself shall leave no trace.
        key = f"report:{digest_id}:{hashlib.sha256(share_id.encode()).hexdigest()[:32]}"
        self._work.enqueue(POSTS, "renew_report", key, team_id, digest_id, parent_ts, channel=channel_id)

    # workflows

    def workflows(self) -> dict[str, Callable[..., None]]:
        """By the names under which the engine knows them; a name never changes its meaning."""
        return {"post_digest": self.post_digest, "renew_report": self.put_report_anew}

    def post_digest(
        self,
        team_id: str,
        channel_id: str,
        digest_id: str,
        bounds: list[str],
        scheduled: bool,
        asked_by: str | None = None,
    ) -> None:
        """``asked_by`` is missing where an earlier version took the order in."""
        period = Period(datetime.fromisoformat(bounds[0]), datetime.fromisoformat(bounds[1]))
        try:
            entries = self._work.insist(
                "freeze", lambda: self._freeze(team_id, channel_id, digest_id, period, scheduled)
            )
            size = self._messenger.digest_group(entries)
            parent = self._digest_parent(team_id, channel_id, digest_id, late=scheduled and self._is_late(period))
            self._work.insist("posted", lambda: self._posted(team_id, digest_id, parent, entries))
            if entries:
                self._send_chart(self._frozen(team_id, digest_id), digest_id, parent)
            for number in range(-(-entries // size)):
                self._work.pace()
                self._digest_reply(team_id, digest_id, number, size, parent)
            if entries:
                self._share_report(team_id, digest_id, parent)
            announce("delivered", team=team_id, channel=channel_id, digest=digest_id, papers=entries)
        except (PaperwireError, Bug) as error:
            log.error("digest %s stopped: %s", digest_id, error)
            code = error.code if isinstance(error, PaperwireError) else "bug"
            announce("undelivered", team=team_id, channel=channel_id, digest=digest_id, code=code)
            if scheduled:
                self._pausing.undelivered(team_id, channel_id, digest_id, period.until_at, code)
            if asked_by is not None:
                self._posting.not_done(f"{digest_id}:failed", team_id, asked_by, error)
        self._work.pace()

    def put_report_anew(self, team_id: str, digest_id: str, parent_ts: str) -> None:
        channel_id = self._frozen(team_id, digest_id).channel_id

        def find() -> str | None:
            name = _report_name(self._frozen(team_id, digest_id))
            return self._messenger.file_in_thread(team_id, channel_id, parent_ts, name)

        try:
            # None while a digest is being posted: its report comes last, and without what is gone.
            old = self._work.insist("old_report", find)
            if old is None:
                return
            self._work.insist("delete_report", lambda: self._messenger.delete_file(team_id, old))
            if self._work.insist("left", lambda: bool(self._frozen(team_id, digest_id).entries)):
                self._share_report(team_id, digest_id, parent_ts)
        except (PaperwireError, Bug) as error:
            log.warning("the report of digest %s still holds what was forgotten: %s", digest_id, error)
        self._work.pace()

    def redraw(self, team_id: str, reply: DigestReply) -> None:
        """Let a posted digest show what is left of it, where something that ``reply`` showed was changed or went.

        Raises Tell and Retry; may be repeated.
        """
        digest = self._shown(team_id, reply.digest_id)
        left = [entry for entry in digest.entries if entry.number // reply.size == reply.number]
        if left:
            self._messenger.update_digest_reply(digest, reply)
        else:
            self._messenger.delete(team_id, reply.channel_id, reply.ts)
            if reply.picture is not None:
                self._messenger.delete_file(team_id, reply.picture)
        self.redraw_parent(team_id, reply.digest_id, reply.parent_ts)

    def redraw_parent(self, team_id: str, digest_id: str, ts: str) -> None:
        """The same for the message that a digest's thread hangs on, which lists what it holds."""
        self._messenger.update_digest_parent(self._with_usage(team_id, digest_id), ts)

    # parts

    def _digest_parent(self, team_id: str, channel_id: str, digest_id: str, *, late: bool) -> str:
        def send() -> str:
            return self._messenger.digest_parent(self._with_usage(team_id, digest_id), digest_id, late=late)

        return self._posting.post_once(digest_id, team_id, channel_id, None, send)

    def _with_usage(self, team_id: str, digest_id: str) -> Digest:
        digest = self._frozen(team_id, digest_id)
        if self._messenger.audience(team_id, digest.channel_id).outsiders:
            return own_part(digest)
        return replace(digest, usage=self._library.usage_in(team_id, _coverage(digest), digest.period))

    def _is_late(self, period: Period) -> bool:
        return self._clock() - period.until_at > _LATE

    def _send_chart(self, digest: Digest, digest_id: str, parent_ts: str) -> None:
        """A picture of the last weeks, where there is more than this one to see."""
        weeks = self._work.insist("weeks", lambda: _WEEKS.dump_python(self._weeks(digest, digest_id), mode="json"))
        drawn = _WEEKS.validate_python(weeks)
        if sum(1 for week in drawn if week.papers) < 2:
            return
        name, alt_text = f"weeks-{digest.period.until_at:%Y-%m-%d}.png", alt_text_of(drawn, digest.language)
        self._work.pace()
        self._posting.send_file(
            digest.team_id, digest.channel_id, parent_ts, name, lambda: weekly_chart(drawn), alt_text
        )

    def _weeks(self, digest: Digest, digest_id: str) -> tuple[Week, ...]:
        digest = self._shown(digest.team_id, digest_id)
        until = digest.period.until_at
        since = until - timedelta(weeks=WEEKS + 1)
        shared, discussed = self._library.activity(digest.team_id, _coverage(digest), since)
        return weeks_of(shared, discussed, until, digest.zone)

    def _digest_reply(self, team_id: str, digest_id: str, number: int, size: int, parent_ts: str) -> None:
        key = f"{digest_id}:{number}"

        def held() -> list[DigestEntry]:
            digest = self._shown(team_id, digest_id)
            return [entry for entry in digest.entries if entry.number // size == number]

        # Decided in a step: a replay must take the same way, whatever was withdrawn meanwhile.
        decided = self._work.insist("held", lambda: [entry.paper.id for entry in held()])
        if not decided:
            return
        picture = self._picture(team_id, digest_id, number, held) if size == 1 else None

        def send() -> str:
            digest = self._shown(team_id, digest_id)
            if not held():
                raise Tell("withdrawn")
            return self._messenger.digest_reply(digest, number, size, parent_ts, key, picture)

        channel_id = self._frozen(team_id, digest_id).channel_id

        def posted(ts: str) -> None:
            reply = DigestReply(digest_id, number, size, channel_id, ts, parent_ts, picture)
            self._library.digest_replied(team_id, reply)
            # Who forgets a paper from now on finds the message; what went while it was sent is looked for here.
            if [entry.paper.id for entry in held()] != decided:
                self.redraw(team_id, reply)

        try:
            self._posting.post_once(key, team_id, channel_id, parent_ts, send, posted)
        except Bug as bug:
            log.error("reply %s left out: bug %s", key, bug)
        except Tell as error:
            if error.code != "withdrawn":
                raise

    def _picture(self, team_id: str, digest_id: str, number: int, held: Callable[[], list[DigestEntry]]) -> str | None:
        """The uploaded picture of the first page of a reply's one paper, where its PDF is at hand."""

        def upload() -> str | None:
            digest = self._frozen(team_id, digest_id)
            outsiders = self._messenger.audience(team_id, digest.channel_id).outsiders
            for entry in held():
                paper = entry.paper
                drawn = self._first_page(paper) if not outsiders or self._is_own_file(digest, entry) else None
                if drawn is not None:
                    alt_text = page_alt_text(paper.title, digest.language)
                    return self._messenger.keep_picture(team_id, f"page-{number + 1}.png", drawn, alt_text)
            return None

        try:
            return self._work.step("picture", upload)
        except (PaperwireError, Bug) as error:
            log.info("no picture beside %s, reply %d: %s", digest_id, number, error)
            return None

    def _is_own_file(self, digest: Digest, entry: DigestEntry) -> bool:
        """Whether the PDF at hand is the one that was uploaded in the channel, or was never uploaded anywhere."""
        if any(each.share.file_id is not None for each in entry.shares):
            return sum(1 for each in entry.paper.identifiers if each.kind == "sha256") == 1
        records = [each.paper_id for each in entry.shares if each.paper_id]
        return not any(self._library.uploaded(digest.team_id, each, digest.channel_id) for each in records)

    def _share_report(self, team_id: str, digest_id: str, parent_ts: str) -> None:
        digest = self._frozen(team_id, digest_id)

        def words() -> bytes:
            shown = self._shown(team_id, digest_id)
            own = (digest.channel_id,)
            names = self._posting.names(team_id, own, digest.language)
            addresses = self._posting.addresses(team_id, own)
            return digest_report(shown, digest.period.until_at, names=names, addresses=addresses).encode()

        self._posting.send_file(team_id, digest.channel_id, parent_ts, _report_name(digest), words)

    # steps

    def _freeze(self, team_id: str, channel_id: str, digest_id: str, period: Period, scheduled: bool) -> int:
        """How many papers the digest holds; for a workspace that left nothing is frozen (Tell ``not_installed``)."""
        if not self._messenger.installed(team_id):
            raise Tell(NOT_INSTALLED)
        # It may have been posted with papers that are being read again now; without them it would be another one.
        if self._work.doubtful:
            self._work.await_shares()
        settings, now = self._channels.settings(team_id, channel_id), self._clock()
        digest = self._library.freeze_digest(team_id, settings, digest_id, period, now, scheduled=scheduled)
        # In this step, and not in one of its own: digests that an earlier version began know no other.
        self._translating.complete(digest, digest_id)
        return len(self._frozen(team_id, digest_id).entries)

    def _posted(self, team_id: str, digest_id: str, parent_ts: str, entries: int) -> None:
        """Remember the message; who forgets a paper from now on finds it, what went before is looked for here."""
        self._library.digest_posted(team_id, digest_id, parent_ts, self._clock())
        if len(self._frozen(team_id, digest_id).entries) != entries:
            self.redraw_parent(team_id, digest_id, parent_ts)

    def _shown(self, team_id: str, digest_id: str) -> Digest:
        """What may be posted of a frozen digest now: to outsiders nothing that other channels brought."""
        digest = self._frozen(team_id, digest_id)
        outsiders = self._messenger.audience(team_id, digest.channel_id).outsiders
        return own_part(digest) if outsiders else digest

    def _frozen(self, team_id: str, digest_id: str) -> Digest:
        digest = self._work.patiently(lambda: self._library.frozen_digest(team_id, digest_id))
        assert digest is not None, "frozen in the step before"
        return digest


def own_part(digest: Digest) -> Digest:
    """What a channel's own shares brought, for readers who may know of no other channel, nor what any of it took."""
    entries = []
    for entry in digest.entries:
        shares = tuple(share for share in entry.shares if share.share.channel_id == digest.channel_id)
        if shares:
            # Where channels were gathered, nobody can tell any more whose reactions were counted.
            discussion = 0 if digest.sources else entry.discussion
            brief = replace(anonymous(entry.brief), usage=Usage())
            entries.append(replace(entry, shares=shares, brief=brief, discussion=discussion))
    failed = tuple(share for share in digest.failed if share.share.channel_id == digest.channel_id)
    return replace(digest, entries=tuple(entries), failed=failed, sources=())


def _report_name(digest: Digest) -> str:
    return f"digest-{digest.period.until_at.astimezone(ZoneInfo(digest.zone)):%Y-%m-%d}.md"


def _coverage(digest: Digest) -> Coverage:
    return Coverage((digest.channel_id,), digest.sources)
