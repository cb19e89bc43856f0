"""The sample papers are what their sources say, and the stand-in for arXiv serves them."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest

from bot.errors import Tell
from bot.papers.identify import identify
from bot.papers.jail import Jail
from bot.papers.resolve import Resolver
from bot.papers.web import Web
from bot.settings import Settings
from playground.arxiv import ArxivStandIn
from playground.samples import Sample, sample, samples
from playground.samples.typeset import NOTICE, typeset

PAPERS = samples()
each_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return "\n".join(pages).replace("\r", "").replace("￾", "")


def squeezed(text: str) -> str:
    """Without spaces and without the hyphens of line ends."""
    return re.sub(r"\s", "", text)


def test_there_is_an_english_a_chinese_and_a_many_institution_paper() -> None:
    assert {paper.language for paper in PAPERS} == {"en", "zh"}
    assert {paper.columns for paper in PAPERS} == {1, 2}
    assert max(len([mark for mark, _ in paper.institutions if mark.isdigit()]) for paper in PAPERS) >= 3


@each_paper
def test_a_committed_pdf_is_what_its_source_typesets_to(paper: Sample) -> None:
    assert text_of(typeset(paper)) == text_of(paper.pdf)


@each_paper
def test_a_sample_says_that_it_is_one(paper: Sample) -> None:
    assert squeezed(NOTICE[paper.language]) in squeezed(text_of(paper.pdf))


@each_paper
def test_all_words_of_a_source_stand_in_its_pdf(paper: Sample) -> None:
    text = squeezed(text_of(paper.pdf))
    wanted = [
        paper.title,
        paper.abstract,
        *(name for name, _ in paper.authors),
        *(line for _, line in paper.institutions),
    ]
    wanted += [paragraph for section in paper.sections for paragraph in section.text.split("\n\n")]
    assert [words for words in wanted if squeezed(words) not in text] == []


@each_paper
def test_no_paper_can_have_the_identifier_of_a_sample(paper: Sample) -> None:
    """Today's identifiers begin with April 2007, https://info.arxiv.org/help/arxiv_identifier.html."""
    year_and_month = int(paper.arxiv.split(".")[0])
    assert year_and_month < 704
    [found] = identify(f"https://arxiv.org/abs/{paper.arxiv}")
    assert (found.identifier.kind, found.identifier.value) == ("arxiv", paper.arxiv)


def test_the_two_column_sample_has_hyphenated_lines() -> None:
    with pypdfium2.PdfDocument(sample("two_pass_skimming").pdf) as document:
        assert document[0].get_textpage().get_text_range().count("￾") >= 3


@each_paper
def test_the_bot_reads_a_sample(paper: Sample, tmp_path: Any) -> None:
    file = tmp_path / "paper.pdf"
    file.write_bytes(paper.pdf)
    with Jail(workers=1, max_pages=50) as jail:
        reading = jail.read(file)
    assert squeezed(reading.title) == squeezed(paper.title)
    assert reading.language == paper.language


# --- the stand-in for arXiv -------------------------------------------------------------------------


@pytest.fixture
def arxiv() -> Iterator[ArxivStandIn]:
    with ArxivStandIn() as arxiv:
        yield arxiv


@pytest.fixture
def settings(arxiv: ArxivStandIn, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in arxiv.environment().items():
        monkeypatch.setenv(name, value)
    return Settings()


@each_paper
def test_the_stand_in_answers_as_arxiv_does(paper: Sample, settings: Settings, arxiv: ArxivStandIn) -> None:
    [found] = identify(f"https://arxiv.org/abs/{paper.arxiv}")
    metadata = Resolver(settings, Web(settings)).resolve(found.identifier)
    assert metadata.source == "arXiv API"
    assert metadata.title == paper.title
    assert tuple(author.name for author in metadata.authors) == tuple(name for name, _ in paper.authors)
    assert metadata.abstract == paper.abstract
    assert metadata.published == paper.submitted
    with urllib.request.urlopen(metadata.pdf_urls[0]) as response:
        assert response.read() == paper.pdf


def test_its_pages_carry_citation_tags(arxiv: ArxivStandIn) -> None:
    paper = sample("quiet_updates")
    url = arxiv.environment()["PAPERWIRE_ARXIV_URL"]
    with urllib.request.urlopen(f"{url}/abs/{paper.arxiv}") as response:
        tags = re.findall(r'<meta name="(\w+)" content="([^"]*)"', response.read().decode())
    assert ("citation_title", paper.title) in tags
    assert [value for name, value in tags if name == "citation_author"] == [name for name, _ in paper.authors]


def test_what_it_does_not_hold_is_not_found(settings: Settings, arxiv: ArxivStandIn) -> None:
    [found] = identify("https://arxiv.org/abs/0001.99999")
    with pytest.raises(Tell, match="not_found"):
        Resolver(settings, Web(settings)).resolve(found.identifier)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{settings.arxiv_url}/pdf/0001.99999")
    caught.value.close()
    assert arxiv.requests == ["/api/query", "/abs/0001.99999", "/pdf/0001.99999"]
