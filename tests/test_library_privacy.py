"""Teams and private channels never see each other's anything.

The property: what an observer can ask of the library is the same, whether or not anything happened in a private
channel (or another team) that is not the observer's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library_places import Places, opened, sqlite_place
from library_samples import ALWAYS, at, brief, member, paper, share, text

from bot.errors import Retry
from bot.models import ChannelSettings, Coverage, Digest, Paper, Period, Schedule, Share, ShareState, StoredShare
from storage.database import index
from storage.database.postgres import PostgresLibrary
from storage.database.rows import Row, Transaction
from storage.database.sqlite import SqliteLibrary
from storage.library import SqlLibrary

TEAMS = ("T1", "T2")
PRIVATE = ("P1", "P2")
CHANNELS = ("C1", "C2", *PRIVATE)
# Works that go by several names, so that records meet and merge.
NAMES = ("arxiv:1", "doi:10.1/1", "sha256:1", "arxiv:2", "doi:10.1/2", "sha256:2")
TITLES = ("Tides in Shallow Lakes", "Waves in Deep Seas")


@contextmanager
def a_library(places: Places) -> Iterator[SqlLibrary]:
    with places() as place, closing(opened(place)) as library:
        yield library


# --- What may happen --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """Something done for a channel; ``words`` mark whatever it leaves behind."""

    number: int
    kind: str
    team: str
    channel: str
    message: int
    names: frozenset[str]
    title: str
    language: Any
    closed: bool = False
    """The channel is closed at the moment: it changes between public and private."""

    @property
    def words(self) -> str:
        return f"<{self.team}.{self.channel}{'!' * self.closed}.{self.number}>"

    @property
    def ts(self) -> str:
        return f"{self.message + 10 * self.closed}.0"

    @property
    def posted(self) -> Share:
        posted = share(min(self.names), team=self.team, channel=self.channel, ts=self.ts, user=self.words)
        return replace(posted, private=self.channel in PRIVATE or self.closed)

    @property
    def paper(self) -> Paper:
        about = paper(*sorted(self.names), title=self.title, abstract=f"abstract {self.words}", source="PDF")
        return replace(about, venue=f"venue {self.words}")

    @property
    def digest_id(self) -> str:
        return f"{self.kind}:{self.channel}:{self.message}"

    def happen(self, library: SqlLibrary) -> None:
        now, settings = at(self.number), ChannelSettings(self.team, self.channel, self.language)
        match self.kind:
            case "brief":
                library.accept(self.team, self.posted, now)
                made = replace(brief(self.words), language=self.language)
                library.keep(self.team, self.paper, made, text(self.words), now, share_id=self.posted.id)
            case "reuse":
                stored = library.accept(self.team, self.posted, now)
                known = library.known_paper(self.team, self.names, self.channel if stored.share.private else "")
                if known:
                    state = ShareState.BRIEFED
                    library.settle(self.team, self.posted.id, state, now, paper_id=known.id)
                    library.keep(self.team, replace(self.paper, id=known.id), None, None, now, share_id=self.posted.id)
            case "fail":
                library.accept(self.team, self.posted, now)
                library.settle(self.team, self.posted.id, ShareState.FAILED, now, error=self.words)
            case "withdraw":
                library.withdraw(self.team, self.channel, self.ts, now)
            case "freeze":
                period = Period(at(-1), now)
                library.freeze_digest(self.team, settings, self.digest_id, period, now, scheduled=True)
            case "ask":
                library.freeze_digest(self.team, settings, self.digest_id, ALWAYS, now, scheduled=False)
            case "revise":
                stored = library.stored_share(self.team, self.posted.id)
                if stored and stored.paper_id:
                    mine = replace(brief(self.words), language=self.language)
                    library.revise(self.team, stored.paper_id, self.channel, mine, self.words, now)
            case "leave out":
                if library.stored_share(self.team, self.posted.id):
                    library.leave_out(self.team, self.posted.id, self.words, now)
            case "forget":
                stored = library.stored_share(self.team, self.posted.id)
                if stored and stored.paper_id:
                    held = library.held(self.team, stored.paper_id, self.channel, stored.share.user_id)
                    library.forget(self.team, [each.share.id for each in held.shares], held.paper_ids, now)
            case "set apart":
                if library.stored_share(self.team, self.posted.id):
                    library.set_apart(self.team, self.posted.id, now)
            case "discuss":
                undone = self.language == "en"
                library.discussed(self.team, self.channel, self.ts, "reply", now, undone=undone)
            case "gather":
                plan = Schedule(self.team, self.channel, "daily", time(9), "UTC", self.words, sources=CHANNELS)
                library.put_schedule(self.team, plan)
            case "set":
                library.put_channel_settings(
                    self.team, ChannelSettings(self.team, self.channel, self.language, self.words)
                )


KINDS = ("brief", "brief", "brief", "reuse", "reuse", "withdraw", "freeze", "ask", "fail", "set")
KINDS += ("forget", "set apart", "revise", "revise", "leave out", "discuss", "gather", "freeze")


def histories(
    channels: Sequence[str], teams: Sequence[str] = TEAMS, kinds: Sequence[str] = KINDS
) -> st.SearchStrategy[list[Act]]:
    act = st.builds(
        Act,
        number=st.just(0),
        kind=st.sampled_from(kinds),
        team=st.sampled_from(teams),
        channel=st.sampled_from(channels),
        message=st.integers(1, 3),
        names=st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=3),
        title=st.sampled_from(TITLES),
        language=st.sampled_from(["zh", "en"]),
    )
    return st.lists(act, min_size=2, max_size=14).map(
        lambda acts: [replace(act, number=number) for number, act in enumerate(acts)]
    )


ACTS = histories(CHANNELS)


# --- What can be seen -------------------------------------------------------------------------------


def seen(library: SqlLibrary, team: str, channel: str) -> list[Any]:
    """Every answer a channel can get, with our own ids left out."""
    return [nameless(answer) for answer in answers(library, team, channel)]


def answers(library: SqlLibrary, team: str, channel: str) -> Iterator[Any]:
    papers = [library.known_paper(team, [name], channel) for name in NAMES]
    papers += [library.same_work(team, title, "Ada Wöhler", channel) for title in TITLES]
    for known in papers:
        yield known
        if known is not None:
            yield library.paper(team, known.id, channel)
            yield library.text(team, known.id, channel)
            yield library.brief(team, known.id, "zh", channel)
            yield library.brief(team, known.id, "en", channel)
            yield library.revisions(team, known.id, "zh", channel)
            yield library.revisions(team, known.id, "en", channel)
            yield library.first_share(team, known.id, channel, before="")
            yield library.uploaded(team, known.id, channel)
            held = library.held(team, known.id, channel, None)
            yield (len(held.paper_ids), held.shares, held.briefs, held.pages)
            for message in range(1, 4):
                own = share("arxiv:1", team=team, channel=channel, ts=f"{message}.0").id
                yield library.first_share(team, known.id, channel, before=own)
    for language in ("zh", "en"):
        yield library.shared_in(team, Coverage((channel,)), ALWAYS, language)
    yield library.failed_in(team, Coverage((channel,)), ALWAYS)
    yield library.last_digest_due(team, channel)
    yield library.activity(team, Coverage((channel,)), ALWAYS.since_at)
    yield library.usage_in(team, Coverage((channel,)), ALWAYS)
    there = [channel] if channel in PRIVATE else []
    for query in ("tides", "technique sentence", "waves ada", "abstract", "c", "abstract seas first"):
        page = library.search(team, member(*there), query, "zh", limit=4, offset=1)
        yield page.total
        yield page.entries
    for limit in (2, 9):
        yield library.recent(team, member(*there), "en", limit=limit)
    for number in range(1, 4):
        for kind in ("freeze", "ask"):
            digest = library.frozen_digest(team, f"{kind}:{channel}:{number}")
            yield digest
            yield digest and digest.entries
    yield library.channel_settings(team, channel)
    yield library.schedule(team, channel)


def nameless(answer: Any) -> Any:
    match answer:
        case Paper():
            return replace(answer, id="")
        case StoredShare():
            return replace(answer, paper_id=answer.paper_id and "some")
        case tuple() | list():
            return [nameless(each) for each in answer]
        case Digest():
            return replace(answer, entries=(), failed=())
        case _ if hasattr(answer, "shares"):
            return (nameless(answer.paper), answer.brief, nameless(answer.shares), answer.number, answer.discussion)
    return answer


def run(acts: list[Act], library: SqlLibrary) -> None:
    for act in acts:
        act.happen(library)


def for_all(places: Places, *strategies: Any) -> Callable[[Callable[..., None]], None]:
    """Check a property with many examples; on Postgres with fewer, because each takes seconds."""
    thorough = settings(
        max_examples=80 if places is sqlite_place else 12,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    return lambda check: thorough(given(*strategies)(check))()


def test_what_happens_in_a_private_channel_shows_nowhere_else(places: Places) -> None:
    @for_all(places, ACTS, st.sampled_from(TEAMS), st.sampled_from(PRIVATE))
    def check(acts: list[Act], team: str, channel: str) -> None:
        elsewhere = [act for act in acts if (act.team, act.channel) != (team, channel)]
        with a_library(places) as with_it, a_library(places) as without_it:
            run(acts, with_it)
            run(elsewhere, without_it)
            for other_team in TEAMS:
                for other in CHANNELS:
                    if (other_team, other) != (team, channel):
                        assert seen(with_it, other_team, other) == seen(without_it, other_team, other)


def test_what_happens_in_a_team_shows_in_no_other(places: Places) -> None:
    @for_all(places, ACTS, st.sampled_from(TEAMS))
    def check(acts: list[Act], team: str) -> None:
        with a_library(places) as with_it, a_library(places) as without_it:
            run(acts, with_it)
            run([act for act in acts if act.team != team], without_it)
            for other in TEAMS:
                if other != team:
                    for channel in CHANNELS:
                        assert seen(with_it, other, channel) == seen(without_it, other, channel)
                    for language in ("zh", "en"):
                        everything = with_it.all_papers(other, None, language)
                        assert nameless(everything) == nameless(without_it.all_papers(other, None, language))
                        assert f"<{team}." not in str(everything)


def test_what_was_shared_while_a_channel_was_closed_shows_nowhere_else_though_it_is_open_at_other_times(
    places: Places,
) -> None:
    kinds = ("brief", "brief", "brief", "reuse", "revise", "set apart", "forget")

    @for_all(places, histories(("C1", "C2", "C2", "C2"), ("T1",), kinds), st.sets(st.integers(0, 13)))
    def check(acts: list[Act], closed: set[int]) -> None:
        with a_library(places) as library:
            for act in acts:
                replace(act, closed=act.channel == "C2" and act.number in closed).happen(library)
            gathered = [library.shared_in("T1", Coverage(("C1",), ("C2",)), ALWAYS, each) for each in ("zh", "en")]
            for said in (gathered, *(list(answers(library, "T1", channel)) for channel in ("C1", "P1", ""))):
                assert "<T1.C2!." not in str(said)


def test_no_word_of_a_private_channel_stands_in_another_channels_digest(places: Places) -> None:
    @for_all(places, ACTS)
    def check(acts: list[Act]) -> None:
        with a_library(places) as library:
            run(acts, library)
            for act in acts:
                digest = library.frozen_digest(act.team, act.digest_id)
                if digest is not None:
                    foreign = {f"<{team}.{channel}." for team in TEAMS for channel in PRIVATE}
                    foreign -= {f"<{digest.team_id}.{digest.channel_id}."}
                    assert not [mark for mark in foreign if mark in str(digest)]


def test_every_briefed_share_has_a_paper_and_a_brief_its_channel_can_read(places: Places) -> None:
    @for_all(places, ACTS)
    def check(acts: list[Act]) -> None:
        with a_library(places) as library:
            try:
                run(acts, library)
            except Retry as error:
                assert error.code == "paper_withdrawn"
            with library._reading() as tx:
                left_out = {row["id"] for row in tx.rows("SELECT id FROM shares WHERE left_out_at IS NOT NULL")}
            for act in acts:
                stored = library.stored_share(act.team, act.posted.id)
                if stored is not None and stored.state is ShareState.BRIEFED:
                    assert stored.paper_id is not None
                    assert library.paper(act.team, stored.paper_id, act.channel) is not None
                    briefs = [
                        library.brief(act.team, stored.paper_id, language, act.channel) for language in ("zh", "en")
                    ]
                    assert any(briefs)
                    entries = library.shared_in(act.team, Coverage((act.channel,)), ALWAYS, act.language)
                    if stored.share.id in left_out:
                        assert not [entry for entry in entries if stored in entry.shares]
                        continue
                    (entry,) = [entry for entry in entries if stored in entry.shares]
                    assert entry.brief.language == act.language or not briefs[act.language == "en"]


def test_nothing_stays_when_every_message_is_deleted(places: Places) -> None:
    @for_all(places, ACTS)
    def check(acts: list[Act]) -> None:
        with a_library(places) as library:
            run(acts, library)
            for team in TEAMS:
                for channel in CHANNELS:
                    for message in range(1, 4):
                        library.withdraw(team, channel, f"{message}.0", at(100))
                assert library.all_papers(team, None, "zh") == ()
            with library._reading() as tx:
                for table in (
                    "papers",
                    "identifiers",
                    "absorbed",
                    "texts",
                    "briefs",
                    "digest_entries",
                    "findable",
                    "findable_words",
                ):
                    assert tx.rows(f"SELECT * FROM {table}") == [], table


def test_the_search_index_is_in_step_after_any_history(places: Places) -> None:
    @for_all(places, ACTS)
    def check(acts: list[Act]) -> None:
        with a_library(places) as library:
            run(acts, library)
            with library._writing() as tx:
                kept = tx.rows("SELECT * FROM findable ORDER BY number")
                with_brief = "SELECT number FROM papers p WHERE EXISTS (SELECT 1 FROM briefs b WHERE b.paper_id = p.id)"
                assert [row["number"] for row in kept] == [
                    row["number"] for row in tx.rows(f"{with_brief} ORDER BY number")
                ]
                indexed = _lexemes(tx) if isinstance(library, PostgresLibrary) else []
                tx.rows("DELETE FROM findable")
                index.fill(tx)
                assert tx.rows("SELECT * FROM findable ORDER BY number") == kept
                if isinstance(library, SqliteLibrary):
                    tx.rows("INSERT INTO findable_words (findable_words) VALUES ('integrity-check')")
                else:
                    assert _lexemes(tx) == indexed


def _lexemes(tx: Transaction) -> list[Row]:
    return tx.rows("SELECT number, CAST(words AS text) FROM findable_words ORDER BY number")


# --- By example -------------------------------------------------------------------------------------


def private(item: str = "sha256:aa", *, ts: str = "5.0", channel: str = "P1") -> Share:
    return share(item, channel=channel, ts=ts, private=True)


def test_a_private_upload_is_unknown_elsewhere(library: SqlLibrary) -> None:
    library.accept("T1", private(), at(0))
    kept = library.keep(
        "T1", paper("sha256:aa", "arxiv:1"), brief("secret"), text("secret"), at(0), share_id=private().id
    )
    assert library.known_paper("T1", ["sha256:aa", "arxiv:1"], "P1") == kept
    for channel in ("C1", "P2", ""):
        assert library.known_paper("T1", ["sha256:aa", "arxiv:1"], channel) is None
        assert library.same_work("T1", kept.title, kept.authors[0].name, channel) is None
        assert library.paper("T1", kept.id, channel) is None
        assert library.text("T1", kept.id, channel) is None
        assert library.brief("T1", kept.id, "zh", channel) is None
        assert library.first_share("T1", kept.id, channel, before="") is None


def test_the_same_paper_shared_publicly_later_gets_a_public_brief(library: SqlLibrary) -> None:
    library.accept("T1", private(), at(0))
    library.keep("T1", paper("sha256:aa", "arxiv:1"), brief("secret"), text("secret"), at(0), share_id=private().id)
    library.accept("T1", share("arxiv:1"), at(1))
    public = library.keep("T1", paper("arxiv:1"), brief("open"), text("open"), at(1), share_id=share("arxiv:1").id)
    assert library.brief("T1", public.id, "zh", "C2") == brief("open")
    assert library.text("T1", public.id, "C2") == text("open")
    assert [each.key for each in public.identifiers] == ["arxiv:1"]
    assert library.first_share("T1", public.id, "C1", before=share("arxiv:1").id) is None
    own = library.known_paper("T1", ["arxiv:1"], "P1")
    assert own is not None and library.brief("T1", own.id, "zh", "P1") == brief("secret")
    assert len(library.all_papers("T1", None, "zh")) == 1, "for the operator it is one paper"


def test_a_private_channel_reuses_what_the_team_knows_and_sees_who_shared_it(library: SqlLibrary) -> None:
    library.accept("T1", share("arxiv:1"), at(0))
    public = library.keep("T1", paper("arxiv:1"), brief("open"), text("open"), at(0), share_id=share("arxiv:1").id)
    library.accept("T1", private("arxiv:1"), at(1))
    settled = library.settle("T1", private("arxiv:1").id, ShareState.BRIEFED, at(1), paper_id=public.id)
    assert settled.paper_id is not None
    assert library.brief("T1", settled.paper_id, "zh", "P1") == brief("open")
    first = library.first_share("T1", settled.paper_id, "P1", before=private("arxiv:1").id)
    assert first is not None and first.share == share("arxiv:1")
    assert [entry.brief for entry in library.shared_in("T1", Coverage(("P1",)), ALWAYS, "zh")] == [brief("open")]


def test_what_a_private_channel_holds_outlives_the_public_share_there_only(library: SqlLibrary) -> None:
    library.accept("T1", share("arxiv:1"), at(0))
    public = library.keep("T1", paper("arxiv:1"), brief("open"), text("open"), at(0), share_id=share("arxiv:1").id)
    library.accept("T1", private("arxiv:1"), at(1))
    own = library.settle("T1", private("arxiv:1").id, ShareState.BRIEFED, at(1), paper_id=public.id).paper_id
    assert own is not None
    library.withdraw("T1", "C1", "1.000100", at(2))
    assert library.known_paper("T1", ["arxiv:1"], "C1") is None
    assert library.brief("T1", own, "zh", "P1") == brief("open")
    assert library.text("T1", own, "P1") == text("open")


def test_what_the_team_knows_fills_what_a_private_record_lacks(library: SqlLibrary) -> None:
    library.accept("T1", private("arxiv:1"), at(0))
    own = library.keep("T1", paper("arxiv:1"), brief("own"), None, at(0), share_id=private("arxiv:1").id)
    library.accept("T1", share("arxiv:1"), at(1))
    library.keep("T1", paper("arxiv:1"), brief("open", "en"), text("open"), at(1), share_id=share("arxiv:1").id)
    library.accept("T1", private("arxiv:1", ts="6.0"), at(2))
    library.settle("T1", private("arxiv:1", ts="6.0").id, ShareState.BRIEFED, at(2), paper_id=own.id)
    library.withdraw("T1", "C1", "1.000100", at(3))
    assert library.brief("T1", own.id, "zh", "P1") == brief("own")
    assert library.brief("T1", own.id, "en", "P1") == brief("open", "en")
    assert library.text("T1", own.id, "P1") == text("open")


def test_a_private_digest_reads_the_teams_brief_where_its_own_is_in_the_other_language(library: SqlLibrary) -> None:
    library.accept("T1", private("arxiv:1"), at(0))
    library.keep("T1", paper("arxiv:1"), brief("own"), None, at(0), share_id=private("arxiv:1").id)
    library.accept("T1", share("arxiv:1"), at(1))
    library.keep("T1", paper("arxiv:1"), brief("open", "en"), None, at(1), share_id=share("arxiv:1").id)
    assert [entry.brief for entry in library.shared_in("T1", Coverage(("P1",)), ALWAYS, "zh")] == [brief("own")]
    assert [entry.brief for entry in library.shared_in("T1", Coverage(("P1",)), ALWAYS, "en")] == [brief("open", "en")]
    assert [entry.brief for entry in library.shared_in("T1", Coverage(("C1",)), ALWAYS, "zh")] == [brief("open", "en")]


def test_one_message_id_in_two_teams_is_two_shares(library: SqlLibrary) -> None:
    for team in TEAMS:
        library.accept(team, share(team=team), at(0))
    assert library.stored_share("T2", share(team="T1").id) is None
    library.withdraw("T1", "C1", "1.000100", at(1))
    kept = library.stored_share("T2", share(team="T2").id)
    assert kept is not None and kept.state is ShareState.ACCEPTED


def test_a_public_share_uses_nothing_of_when_its_channel_was_closed(library: SqlLibrary) -> None:
    library.accept("T1", private("arxiv:1", channel="C1"), at(0))
    own = library.keep("T1", paper("arxiv:1"), brief("secret"), text("secret"), at(0), share_id="T1:C1:5.0:arxiv:1")
    library.accept("T1", share("arxiv:1", ts="6.0"), at(1))
    with pytest.raises(Retry, match="paper_withdrawn"):
        library.settle("T1", "T1:C1:6.0:arxiv:1", ShareState.BRIEFED, at(1), paper_id=own.id)
    public = library.keep("T1", own, brief("open"), None, at(1), share_id="T1:C1:6.0:arxiv:1")
    assert public.id != own.id
    assert library.brief("T1", own.id, "zh", "C1") == brief("secret")
    gathered = library.shared_in("T1", Coverage(("C2",), ("C1",)), ALWAYS, "en")
    assert [entry.brief for entry in gathered] == [brief("open")]
    assert library.text("T1", public.id, "C2") is None


def test_a_copy_for_a_private_channel_is_of_an_upload_too(library: SqlLibrary) -> None:
    library.accept("T1", share("file:F1"), at(0))
    public = library.keep("T1", paper("sha256:aa", "arxiv:1"), brief(), None, at(0), share_id=share("file:F1").id)
    library.accept("T1", private("arxiv:1"), at(1))
    own = library.settle("T1", private("arxiv:1").id, ShareState.BRIEFED, at(1), paper_id=public.id).paper_id
    library.withdraw("T1", "C1", "1.000100", at(2))
    assert own is not None and library.uploaded("T1", own, "P1")
