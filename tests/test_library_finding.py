"""Finding papers again: by words in two languages, and the latest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from library_places import Places, opened
from library_samples import at, brief, guest, member, paper, share, text

from bot.models import Author, Brief, Coverage, Institution, Paper
from storage import finding
from storage.database.sqlite import SqliteLibrary
from storage.database.words import asked, holds, score, stored
from storage.library import SqlLibrary


@pytest.fixture(scope="module")
def standing(places: Places) -> Iterator[SqlLibrary]:
    with places() as place:
        library = opened(place)
        kept(library, work(), words("用浮标测量浅湖潮汐"))
        yield library
        library.close()


def work(title: str = "Tides in Shallow Lakes", *, key: str = "", abstract: str = "", **more: object) -> Paper:
    about = Paper("", title, (Author("Ada Wöhler"),), abstract=abstract, source="arXiv API")
    known = paper(key or f"doi:10.1/{title.casefold().replace(' ', '-')}")
    return replace(about, identifiers=known.identifiers, **more)  # type: ignore[arg-type]


def words(sentence: str, language: str = "zh") -> Brief:
    return replace(brief(), sentence=sentence, language=language, institutions=())  # type: ignore[arg-type]


_ts = iter(range(1, 1_000_000))


def kept(
    library: SqlLibrary,
    about: Paper,
    *briefs: Brief,
    channel: str = "C1",
    team: str = "T1",
    hour: float = 0,
    private: bool = False,
) -> Paper:
    posted = share(
        about.identifiers[0].key, team=team, channel=channel, ts=f"{next(_ts)}.0", user="U1", private=private
    )
    library.accept(team, posted, at(hour))
    stored = about
    for each in briefs or (words("空"),):
        stored = library.keep(team, about, each, text(), at(hour), share_id=posted.id)
    return stored


def found(library: SqlLibrary, query: str, *channels: str, team: str = "T1") -> list[str]:
    page = library.search(team, member(*channels), query, "zh", limit=100)
    assert page.total == len(page.entries)
    return [entry.paper.title for entry in page.entries]


# --- What is found ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "tides",
        "TIDES",
        "ｔｉｄｅｓ",
        "tid",
        "shallow tides",
        "wöhler",
        "wohler",
        "WOHLER ada",
        "limnology",
        "康斯坦茨",
        "康",
        "潮汐",
        "浅湖潮汐",
        "湖潮",
        "汐",
        "swash",
        "swash 潮汐 tides constance",
        "GNSS",
        "水位observed",
        "2610.00001",
        "tides, shallow? (lakes)",
    ],
)
def test_a_paper_is_found_by_words_of_any_part_of_it(library: SqlLibrary, query: str) -> None:
    institution = Institution("University of Constance", "Limnology, University of Constance", 1, "康斯坦茨大学")
    about = work(key="arxiv:2610.00001", abstract="Swash; 水位 observed with GNSS.", institutions=(institution,))
    kept(library, about, words("用浮标测量浅湖潮汐"), words("Uses buoys to measure seiches.", "en"))
    kept(library, work("Galaxies Far Away", authors=(Author("Jo Long"),)))
    assert found(library, query) == ["Tides in Shallow Lakes"]


@pytest.mark.parametrize("query", ["buoys", "浮标", "seiches 浮标"])
def test_briefs_in_both_languages_are_found(library: SqlLibrary, query: str) -> None:
    kept(library, work(), words("用浮标测量浅湖潮汐"), words("Uses buoys to measure seiches.", "en"))
    assert found(library, query) == ["Tides in Shallow Lakes"]


@pytest.mark.parametrize("query", ["ides", "tides galaxies", "潮湖", "浅汐", "tidesx", "浮标潮汐"])
def test_what_lacks_a_word_is_not_found(library: SqlLibrary, query: str) -> None:
    kept(library, work(), words("用浮标测量浅湖潮汐"))
    assert found(library, query) == []


@pytest.mark.parametrize("query", ["", "   ", '"', "'", "-", "*", "()", "…", "🜁", "\0", "\ud83d", "%", "_", "\ue000"])
def test_a_query_without_letters_finds_nothing(library: SqlLibrary, query: str) -> None:
    kept(library, work())
    assert library.search("T1", member(), query, "zh", limit=10).total == 0


@pytest.mark.parametrize(
    "query",
    [
        '"tides"',
        "'tides'",
        "tides*",
        "-tides",
        "+tides",
        "^tides",
        "(tides",
        "tides)",
        "{tides}",
        "tides:",
        "%tides%",
        "tides;--",
        '"tides" "',
        "tides\0",
    ],
)
def test_marks_around_a_word_are_no_syntax(library: SqlLibrary, query: str) -> None:
    kept(library, work())
    assert found(library, query) == ["Tides in Shallow Lakes"]


@pytest.mark.parametrize("operator", ["AND", "OR", "NOT", "NEAR", "title :", "NEAR(tides, 2)"])
def test_operators_are_words_like_any_other(library: SqlLibrary, operator: str) -> None:
    kept(library, work())
    kept(library, work(f"Tides {operator} Title"))
    assert found(library, f"tides {operator}") == [f"Tides {operator} Title"]


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=60) | st.lists(st.sampled_from(['"', "*", "NEAR(", "潮", "a", "OR", ":", "\ue000"])).map(" ".join)
)
def test_no_query_breaks_the_search(standing: SqlLibrary, query: str) -> None:
    page = standing.search("T1", member("P1"), query, "en", limit=5)
    assert len(page.entries) <= page.total


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="abc 潮汐湖é-", min_size=1, max_size=12), st.data())
def test_any_piece_that_begins_a_word_is_found(title: str, data: st.DataObject) -> None:
    """The beginning of a word of letters, any piece of a run of ideographs."""
    texts = {"title": stored(title), "brief": "", "names": "", "abstract": ""}
    runs = [word.tokens for word in asked(title)]
    if runs:
        run = data.draw(st.sampled_from([each for each in title.replace("-", " ").split() if asked(each)]))
        start = data.draw(st.integers(0, len(run) - 1)) if all(each in "潮汐湖" for each in run) else 0
        end = data.draw(st.integers(start + 1, len(run)))
        query = asked(run[start:end])
        assert holds(query, texts) and score(query, texts) > 0


def test_a_long_query_asks_for_all_its_words(library: SqlLibrary) -> None:
    abstract = " ".join(f"word{number}" for number in range(200))
    kept(library, work("Long", abstract=abstract))
    kept(library, work("Longer", abstract=abstract.replace("word29 ", "")))
    assert found(library, " ".join(f"word{number}" for number in range(30))) == ["Long"]
    assert found(library, abstract * 50) == ["Long"]


# --- In which order ---------------------------------------------------------------------------------


def test_title_counts_more_than_brief_than_names_than_abstract(library: SqlLibrary) -> None:
    kept(library, work("Four", abstract="seiche"))
    kept(library, work("Three", authors=(Author("Jo Seiche"),)))
    kept(library, work("Two"), words("a seiche", "en"))
    kept(library, work("Seiche"))
    kept(library, work("None"))
    assert found(library, "seiche") == ["Seiche", "Two", "Three", "Four"]


def test_whole_words_count_more_than_beginnings(library: SqlLibrary) -> None:
    kept(library, work("On RL for lakes"))
    kept(library, work("On RLHF for lakes"))
    assert found(library, "rl") == ["On RL for lakes", "On RLHF for lakes"]


def test_among_equals_the_latest_comes_first(library: SqlLibrary) -> None:
    for letter in "abc":
        kept(library, work(f"Lake {letter}"))
    assert found(library, "lake") == ["Lake c", "Lake b", "Lake a"]


def test_titles_alone_are_searched_where_that_is_asked(library: SqlLibrary) -> None:
    kept(library, work("Tides of the Lake"))
    kept(library, work("Moon", abstract="The tides of the lake follow it."))
    kept(library, work("浅湖潮汐"))

    def titles(query: str) -> list[str]:
        page = library.search("T1", member(), query, "zh", limit=10, titles=True)
        assert page.total == len(page.entries)
        return [entry.paper.title for entry in page.entries]

    assert library.search("T1", member(), "of the", "zh", limit=10).total == 2
    assert titles("of the") == titles("tid lak") == ["Tides of the Lake"]
    assert titles("湖潮") == ["浅湖潮汐"]
    assert titles("follow") == titles("Moon tides") == []


def test_pages_follow_one_another(library: SqlLibrary) -> None:
    for number in range(7):
        kept(library, work(f"Lake {number}"))
    pages = [library.search("T1", member(), "lake", "zh", limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [page.total for page in pages] == [7] * 4
    assert [entry.paper.title[-1] for page in pages for entry in page.entries] == list("6543210")


def test_of_what_matches_too_often_the_latest_are_listed(library: SqlLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_LISTED", 4)
    for number in range(6):
        kept(library, work(f"Lake {number}" if number else "Lake Lake Lake"))
    page = library.search("T1", member(), "lake", "zh", limit=10)
    assert [entry.paper.title for entry in page.entries] == ["Lake 5", "Lake 4", "Lake 3", "Lake 2"]
    assert (page.total, page.more) == (4, True)
    few = library.search("T1", member(), "lake 3", "zh", limit=10)
    assert (few.total, few.more) == (1, False)


# --- In step ----------------------------------------------------------------------------------------


def test_what_changes_is_found_by_its_new_words_only(library: SqlLibrary) -> None:
    stored = kept(library, work(key="arxiv:1"), words("old sentence", "en"))
    kept(library, replace(work("Currents", key="arxiv:1"), version=2), words("new sentence", "en"))
    assert (found(library, "tides"), found(library, "old")) == ([], [])
    assert found(library, "currents new") == ["Currents"]
    library.revise("T1", stored.id, "C1", words("somebody's correction", "en"), "U1", at(1))
    assert (found(library, "new"), found(library, "correction")) == ([], ["Currents"])


def test_merged_records_are_found_once(library: SqlLibrary) -> None:
    kept(library, work("Tides, a Preprint", key="arxiv:1"))
    kept(library, work("Tides in Lakes", key="doi:10.1/x"))
    both = replace(work("Tides in Lakes"), identifiers=paper("arxiv:1", "doi:10.1/x").identifiers)
    kept(library, both)
    assert found(library, "tides") == ["Tides in Lakes"]


def test_what_is_withdrawn_is_not_found(library: SqlLibrary) -> None:
    kept(library, work())
    (entry,) = library.search("T1", member(), "tides", "zh", limit=1).entries
    library.withdraw("T1", "C1", entry.shares[0].share.ts, at(1))
    assert found(library, "tides") == []


def test_an_imported_paper_is_found(library: SqlLibrary) -> None:
    library.keep("T1", work(), brief(), None, at(0))
    assert found(library, "tides") == ["Tides in Shallow Lakes"]


def test_words_taken_back_leave_no_trace_in_the_file(tmp_path: Path) -> None:
    library = SqliteLibrary(tmp_path / "library.db")
    kept(library, work("Other", abstract="nothing"))
    kept(library, work(abstract="xyzzyplugh"), channel="C2")
    (entry,) = library.search("T1", member(), "xyzzyplugh", "zh", limit=1).entries
    library.withdraw("T1", "C2", entry.shares[0].share.ts, at(1))
    library.close()
    assert not [file for file in tmp_path.iterdir() if b"xyzzyplugh" in file.read_bytes()]


# --- Who finds it -----------------------------------------------------------------------------------


def test_what_was_shared_privately_is_found_by_who_is_there(library: SqlLibrary) -> None:
    kept(library, work(), channel="P1", private=True)
    assert found(library, "tides") == found(library, "tides", "P2") == []
    assert found(library, "tides", "P1") == found(library, "tides", "P2", "P1") == ["Tides in Shallow Lakes"]
    assert found(library, "tides", "P1", team="T2") == []


def test_a_work_of_several_conversations_is_one_entry_led_by_the_teams_record(library: SqlLibrary) -> None:
    kept(library, work(key="arxiv:1"), words("秘密"), channel="P1", private=True)
    public = kept(library, work(key="arxiv:1"), words("公开"), hour=1)
    kept(library, work(key="arxiv:1"), channel="P2", private=True, hour=2)
    (entry,) = library.search("T1", member("P1", "P2"), "tides", "zh", limit=10).entries
    assert (entry.paper, entry.brief.sentence) == (public, "公开")
    assert [each.share.channel_id for each in entry.shares] == ["P1", "C1", "P2"]
    (entry,) = library.search("T1", member(), "tides", "zh", limit=10).entries
    assert [each.share.channel_id for each in entry.shares] == ["C1"]


def test_the_papers_shared_last_come_first(library: SqlLibrary) -> None:
    for hour, title in enumerate(["a", "b", "c", "d"]):
        kept(library, work(title), hour=hour, private=title == "c", channel="P1" if title == "c" else "C1")
    kept(library, work("a"), channel="C2", hour=9)
    kept(library, work("elsewhere"), team="T2", hour=9)

    def recent(*channels: str, limit: int = 10) -> list[str]:
        return [entry.paper.title for entry in library.recent("T1", member(*channels), "zh", limit=limit)]

    assert recent() == ["a", "d", "b"]
    assert recent("P1") == ["a", "d", "c", "b"]
    assert recent("P1", limit=2) == ["a", "d"]
    assert recent(limit=0) == []


def test_one_paper_shared_again_and_again_leaves_room_for_others(library: SqlLibrary) -> None:
    kept(library, work("rare"), hour=0)
    for hour in range(1, 30):
        kept(library, work("often"), hour=hour)
    assert [entry.paper.title for entry in library.recent("T1", member(), "zh", limit=2)] == ["often", "rare"]


# --- Guests -----------------------------------------------------------------------------------------


def seen_by(library: SqlLibrary, coverage: Coverage) -> tuple[list[str], list[str]]:
    """What a search finds, and what was shared last."""
    page = library.search("T1", coverage, "tides", "zh", limit=100)
    assert (page.total, page.more) == (len(page.entries), False)
    latest = library.recent("T1", coverage, "zh", limit=100)
    return sorted(entry.paper.title for entry in page.entries), sorted(entry.paper.title for entry in latest)


def test_a_guest_finds_what_was_shared_in_their_channels_alone(library: SqlLibrary) -> None:
    kept(library, work("Tides a"), channel="C1")
    kept(library, work("Tides b"), channel="C2")
    kept(library, work("Tides c"), channel="P1", private=True)
    kept(library, work("Tides d"), channel="P2", private=True)
    library.keep("T1", work("Tides e"), brief(), None, at(0))
    kept(library, work("Tides f"), channel="C1", team="T2")
    for coverage, expected in (
        (guest("C1"), ["Tides a"]),
        (guest("C1", "C2"), ["Tides a", "Tides b"]),
        (guest("P1", "C2"), ["Tides b", "Tides c"]),
        (Coverage(("P1",), ("C1",)), ["Tides a", "Tides c"]),
        (Coverage((), ("P1", "C3")), []),
        (guest(), []),
    ):
        assert seen_by(library, coverage) == (expected, expected)


def test_a_guest_is_told_of_no_share_and_no_discussion_elsewhere(library: SqlLibrary) -> None:
    kept(library, work(), channel="C1", hour=0)
    kept(library, work(), channel="C2", hour=1)
    kept(library, work(), channel="C3", hour=2)
    (entry,) = library.search("T1", member(), "tides", "zh", limit=9).entries
    for each in entry.shares:
        library.discussed("T1", each.share.channel_id, each.share.ts, "reply", at(3))
    (everything,) = library.recent("T1", member(), "zh", limit=9)
    assert (len(everything.shares), everything.discussion) == (3, 3)
    for answered in (
        library.search("T1", guest("C2"), "tides", "zh", limit=9).entries,
        library.recent("T1", guest("C2"), "zh", limit=9),
    ):
        (entry,) = answered
        assert [each.share.channel_id for each in entry.shares] == ["C2"]
        assert entry.discussion == 1


def test_what_was_withdrawn_in_a_guests_channel_is_gone_for_them_whoever_else_holds_it(library: SqlLibrary) -> None:
    kept(library, work(), channel="C1")
    kept(library, work(), channel="C2")
    (entry,) = library.search("T1", guest("C1"), "tides", "zh", limit=9).entries
    library.withdraw("T1", "C1", entry.shares[0].share.ts, at(1))
    assert seen_by(library, guest("C1")) == ([], [])
    assert seen_by(library, guest("C2"))[0] == ["Tides in Shallow Lakes"]


def test_what_matches_too_often_elsewhere_hides_nothing_from_a_guest(
    library: SqlLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_LISTED", 4)
    kept(library, work("Tides first"), channel="C1")
    for number in range(6):
        kept(library, work(f"Tides {number}"), channel="C2")
    assert seen_by(library, guest("C1")) == (["Tides first"], ["Tides first"])


def test_where_somebody_sees_a_paper_is_told_by_its_record(library: SqlLibrary) -> None:
    public = kept(library, work(key="arxiv:1"), channel="C1")
    closed = kept(library, work(key="arxiv:1"), channel="P1", private=True)
    imported = library.keep("T1", work("Old"), brief(), None, at(0))
    for coverage, expected in (
        (member(), ["", None, ""]),
        (member("P2", "P1"), ["", "P1", ""]),
        (guest("C1"), ["", None, None]),
        (Coverage(("D1",), ("C1",)), ["", None, None]),
        (guest("C2"), [None, None, None]),
        (guest("P1"), [None, "P1", None]),
    ):
        assert [library.seen_in("T1", each.id, coverage) for each in (public, closed, imported)] == expected
    assert library.seen_in("T2", public.id, member()) is None
    assert library.seen_in("T1", "unheard-of", member()) is None


def test_an_id_that_merged_into_another_is_seen_as_that(library: SqlLibrary) -> None:
    one, other = kept(library, work("Tides", key="arxiv:1")), kept(library, work("Waves", key="doi:10.1/x"))
    both = replace(work("Tides"), identifiers=paper("arxiv:1", "doi:10.1/x").identifiers)
    kept(library, both, channel="C2")
    assert [library.seen_in("T1", each.id, guest("C2")) for each in (one, other)] == ["", ""]
