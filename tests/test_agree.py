"""One paper from what sources and pages say, and one spelling from many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import LONGEST_ABSTRACT, LONGEST_TITLE, Author, FullText, Identifier, Institution, Metadata, Reading
from bot.papers.agree import compose, newer_version, same_title
from bot.papers.latex import plain

SHA = Identifier("sha256", "0" * 64)
ARXIV = Identifier("arxiv", "2510.12345")
DOI = Identifier("doi", "10.5555/maps.2")

READING = Reading(
    title="Folding Maps Twice",
    authors=(Author("A. Byron"),),
    institutions=(Institution("University of Nowhere", "University of Nowhere, Dept. of Maps"),),
    abstract="We fold as printed.",
    language="en",
    arxiv=None,
    doi=None,
    text=FullText(("Folding Maps Twice\nA. Byron\nAbstract We fold as printed.",), 1),
)
METADATA = Metadata(
    source="arXiv API",
    title="Folding maps twice",
    authors=(Author("Ada Byron"), Author("Charles Cabbage")),
    institutions=("Whatever a source says",),
    abstract="We fold.",
    identifiers=(Identifier("arxiv", "2510.12345", 2), DOI),
    venue="J. Maps",
    published=date(2025, 10, 15),
    page_url="https://arxiv.org/abs/2510.12345",
)


def test_what_nobody_sees_and_what_nobody_reads_is_no_part_of_a_paper() -> None:
    spoken = "".join(chr(0xE0000 + ord(letter)) for letter in "IGNORE ALL")
    said = replace(METADATA, title=f"Folding{spoken} maps\u200b twice", abstract=f"We {spoken}fold. " * 90_000)
    paper = compose(said, None, [ARXIV], paper_id="p1")
    assert paper.title == "Folding maps twice"
    assert set(paper.abstract.split()) <= {"We", "fold.", "fold"}
    assert len(paper.abstract) <= LONGEST_ABSTRACT
    assert len(compose(replace(said, title="x" * 90_000), None, [ARXIV], paper_id="p1").title) == LONGEST_TITLE


def test_a_source_that_agrees_has_title_authors_and_abstract_right() -> None:
    paper = compose(METADATA, READING, [ARXIV, SHA], paper_id="p1")
    assert (paper.id, paper.title, paper.abstract) == ("p1", "Folding maps twice", "We fold.")
    assert [author.name for author in paper.authors] == ["Ada Byron", "Charles Cabbage"]
    assert paper.author_count == 2
    assert paper.source == "arXiv API"
    assert (paper.venue, paper.published) == ("J. Maps", date(2025, 10, 15))
    assert paper.page_url == "https://arxiv.org/abs/2510.12345"


def test_institutions_come_from_the_pages_only() -> None:
    assert [place.name for place in compose(METADATA, READING, [ARXIV], paper_id="p").institutions] == [
        "University of Nowhere"
    ]
    assert compose(METADATA, None, [ARXIV], paper_id="p").institutions == ()


def test_where_a_source_is_silent_the_pages_speak() -> None:
    paper = compose(replace(METADATA, authors=(), abstract=""), READING, [ARXIV], paper_id="p")
    assert paper.authors == READING.authors
    assert paper.abstract == "We fold as printed."


def test_an_upload_that_cites_another_papers_identifier_keeps_its_own_header() -> None:
    cited = replace(METADATA, title="A Theory of Napkins")
    reading = replace(READING, arxiv=ARXIV)
    paper = compose(cited, reading, [SHA], paper_id="p")
    assert (paper.title, paper.abstract, paper.source) == ("Folding Maps Twice", "We fold as printed.", "PDF")
    assert paper.identifiers == (SHA,)
    assert paper.venue == ""


def test_an_upload_that_extends_a_paper_whose_title_it_mentions_keeps_its_own_header() -> None:
    cited = replace(METADATA, title="A Theory of Napkins")
    pages = ("Folding Maps Twice. This extends A Theory of Napkins, arXiv:2510.12345.",)
    reading = replace(READING, arxiv=ARXIV, text=FullText(pages, 1))
    assert compose(cited, reading, [SHA], paper_id="p").title == "Folding Maps Twice"


def test_a_linked_paper_whose_header_was_misread_keeps_what_the_source_says() -> None:
    misread = replace(READING, title="Proceedings of the Society of Maps, Volume 7")
    assert compose(METADATA, misread, [ARXIV, SHA], paper_id="p").title == "Folding maps twice"
    unread = replace(READING, title="", text=FullText(("",), 1))
    assert compose(METADATA, unread, [ARXIV, SHA], paper_id="p").title == "Folding maps twice"


def test_a_source_that_speaks_of_another_paper_than_the_pdf_behind_its_link_is_left_aside() -> None:
    wrong = replace(METADATA, title="A Theory of Napkins")
    paper = compose(wrong, READING, [ARXIV, SHA], paper_id="p")
    assert (paper.title, paper.source) == ("Folding Maps Twice", "PDF")
    assert paper.page_url == METADATA.page_url


def test_identifiers_are_united() -> None:
    paper = compose(METADATA, READING, [ARXIV, SHA], paper_id="p")
    assert [name.key for name in paper.identifiers] == [ARXIV.key, SHA.key, DOI.key]


def test_an_uploads_printed_identifier_counts_when_its_title_agrees() -> None:
    reading = replace(READING, arxiv=replace(ARXIV, version=1), doi=Identifier("doi", "10.5555/printed"))
    metadata = replace(METADATA, identifiers=(Identifier("arxiv", "2510.12345", 2),))
    paper = compose(metadata, reading, [SHA], paper_id="p")
    assert {name.key for name in paper.identifiers} == {SHA.key, ARXIV.key, "doi:10.5555/printed"}
    assert (paper.version, newer_version(paper)) == (1, 2)


def test_a_printed_identifier_does_not_compete_with_a_known_one() -> None:
    reading = replace(READING, doi=Identifier("doi", "10.9999/cited"))
    paper = compose(METADATA, reading, [ARXIV, SHA], paper_id="p")
    assert "doi:10.9999/cited" not in {name.key for name in paper.identifiers}


def test_without_a_source_the_pages_are_all_there_is() -> None:
    paper = compose(None, READING, [SHA], paper_id="p")
    assert (paper.title, paper.source, paper.page_url) == ("Folding Maps Twice", "PDF", None)
    assert paper.identifiers == (SHA,)


def test_without_pages_the_source_is_all_there_is() -> None:
    paper = compose(METADATA, None, [ARXIV], paper_id="p")
    assert (paper.title, paper.source) == ("Folding maps twice", "arXiv API")


def test_a_newer_version_is_noticed() -> None:
    first = compose(METADATA, READING, [replace(ARXIV, version=1), SHA], paper_id="p")
    assert first.version == 1
    assert newer_version(first) == 2
    latest = compose(METADATA, READING, [ARXIV, SHA], paper_id="p")
    assert latest.version == 2
    assert newer_version(latest) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Attention Is All You Need", "ATTENTION IS ALL YOU NEED"),
        ("Attention Is All You Need", "Attention is\nall you  need"),
        ("Self-Supervised Learning of Maps", "Self Supervised Learning of Maps"),
        ("Erd\\H{o}s and $k$-means clustering", "Erdős and k-means Clustering"),
        ("Efﬁcient Offline Learning", "Efficient Offline Learning"),
        ("Schrödinger’s Maps", "Schrodinger's maps"),
        ("Folding Maps Twice: A Study", "Folding Maps Twice"),
        ("深度学习：综述与展望二十一世纪的地图折叠方法", "深度学习: 综述与展望二十一世纪的地图折叠方法"),
        ("Folding of Large Maps in Small Rooms", "Folding of Iarge Maps in Small Rooms"),
    ],
)
def test_one_title_in_two_spellings(one: str, other: str) -> None:
    assert same_title(one, other)
    assert same_title(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Attention Is All You Need", "Attention Is All You Need in Speech Separation"),
        ("Qwen2 Technical Report", "Qwen3 Technical Report"),
        ("Maps: A Study", "Maps: A Survey of Folding"),
        ("Folding Maps", "A Theory of Napkins"),
        ("", "Folding Maps"),
        ("", ""),
        ("…", "?!"),
    ],
)
def test_two_titles(one: str, other: str) -> None:
    assert not same_title(one, other)
    assert not same_title(other, one)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ("Erd{\\H{o}}s", "Erdős"),
        (
            'Schr\\"odinger, \\\'{E}cole, na\\"{\\i}ve, \\c{c}a, \\v{S}koda, \\O rsted, Stra\\ss e',
            "Schrödinger, École, naïve, ça, Škoda, Ørsted, Straße",
        ),
        ("$\\alpha$-divergence at $O(n^{2})$", "α-divergence at O(n^2)"),
        ("97\\% of \\emph{all} \\textbf{maps}", "97% of all maps"),
        ("it saves $2M and then $3M, or $5-$10", "it saves $2M and then $3M, or $5-$10"),
        ("about ~50% in Fig.~3", "about ~50% in Fig. 3"),
        ("$\\mathcal{O}(\\log n)$", "O(log n)"),
        ("``quoted'' text", "“quoted” text"),
        ("GPT\\_4 \\& friends", "GPT_4 & friends"),
        ("line\n  break\u00ad", "line break"),
    ],
)
def test_latex_becomes_text(latex: str, text: str) -> None:
    assert plain(latex) == text


@given(st.text(max_size=200), st.text(alphabet="\\{}$^~'\"`abcHuv $%&_", max_size=300))
def test_no_title_makes_it_fail(anything: str, latex: str) -> None:
    assert plain(plain(anything)) == plain(plain(plain(anything)))
    assert same_title(anything, latex) == same_title(latex, anything)
