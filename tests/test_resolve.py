"""From a link to what is known of the paper: which source is asked, which is passed over, what it says."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path

import pytest
from fake_arxiv import FakeArxiv
from local_site import Site, page, redirect, status

from bot.console import NoAnswers
from bot.errors import Retry, Tell
from bot.models import Author, FullText, Identifier, Reading
from bot.papers.arxiv_api import ArxivApi
from bot.papers.identify import identify_url
from bot.papers.resolve import Resolver
from bot.papers.web import Web
from bot.running import open_pipeline
from bot.settings import Settings
from storage.database.sqlite import SqliteLibrary

pytestmark = pytest.mark.timeout(60)

PAPER = Identifier("arxiv", "2510.12345")
ABSTRACT = "We show that folding maps\ntwice saves 97\\% of the space, at $O(n)$ cost."


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    with FakeArxiv() as fake:
        fake.add(
            "2510.12345",
            "Folding Maps\n  Twice: Erd\\H{o}s' $\\alpha$ Problem",
            ["Ada Byron", "Paul Erd\\H{o}s"],
            ABSTRACT,
            version=3,
            doi="10.5555/Folding.1",
            journal="J. Maps 1 (2025)",
        )
        fake.add("hep-th/9901001", "Old Strings", ["A Person"], "On strings.")
        yield fake


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    yield server
    server.close()


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def settings_for(arxiv: FakeArxiv, site: Site, **more: object) -> Settings:
    base = f"http://127.0.0.1:{site.port}"
    values: dict[str, object] = {
        "arxiv_api_url": arxiv.api_url,
        "arxiv_url": arxiv.base_url,
        "arxiv_delay": 0,
        "doi_url": f"{base}/doi",
        "crossref_url": f"{base}/crossref",
        "semantic_scholar_url": f"{base}/s2",
        "allowed_hosts": (arxiv.host, f"127.0.0.1:{site.port}"),
        "fetch_seconds": 10,
    }
    return Settings.model_validate(values | more)


@pytest.fixture
def resolver(arxiv: FakeArxiv, site: Site, clock: Clock) -> Resolver:
    settings = settings_for(arxiv, site)
    return Resolver(settings, Web(settings), clock=clock)


# --- arXiv ------------------------------------------------------------------------------------------


def test_arxivs_api_tells_title_authors_abstract_and_latest_version(resolver: Resolver, arxiv: FakeArxiv) -> None:
    metadata = resolver.resolve(PAPER)
    assert metadata.source == "arXiv API"
    assert metadata.title == "Folding Maps Twice: Erdős' α Problem"
    assert metadata.authors == (Author("Ada Byron"), Author("Paul Erdős"))
    assert metadata.abstract == "We show that folding maps twice saves 97% of the space, at O(n) cost."
    assert metadata.identifiers == (Identifier("arxiv", "2510.12345", 3), Identifier("doi", "10.5555/folding.1"))
    assert metadata.venue == "J. Maps 1 (2025)"
    assert metadata.published == date(2025, 10, 15)
    assert metadata.page_url == "https://arxiv.org/abs/2510.12345"
    assert metadata.pdf_urls == (f"{arxiv.base_url}/pdf/2510.12345",)
    assert metadata.passed_over == ()


def test_the_version_that_was_shared_is_the_one_read(resolver: Resolver, arxiv: FakeArxiv) -> None:
    metadata = resolver.resolve(Identifier("arxiv", "2510.12345", 1))
    assert metadata.pdf_urls[0] == f"{arxiv.base_url}/pdf/2510.12345v1"
    assert metadata.identifiers[0].version == 3


def test_an_old_arxiv_identifier_is_found(resolver: Resolver) -> None:
    assert resolver.resolve(Identifier("arxiv", "hep-th/9901001")).title == "Old Strings"


def test_the_same_paper_is_asked_for_once(resolver: Resolver, arxiv: FakeArxiv, clock: Clock) -> None:
    for _ in range(3):
        resolver.resolve(PAPER)
    assert arxiv.api_calls() == [["2510.12345"]]
    clock.now += 3_601
    resolver.resolve(PAPER)
    assert len(arxiv.api_calls()) == 2


@pytest.mark.parametrize("status_code", [429, 503, 500, 403])
def test_when_the_api_refuses_the_abstract_page_is_read(status_code: int, resolver: Resolver, arxiv: FakeArxiv) -> None:
    arxiv.throttle(1, status=status_code)
    metadata = resolver.resolve(PAPER)
    assert metadata.source == "page tags"
    assert metadata.title == "Folding Maps Twice: Erdős' α Problem"
    assert [author.name for author in metadata.authors] == ["Ada Byron", "Paul Erdős"]
    assert metadata.abstract.startswith("We show that folding maps twice saves 97%")
    assert metadata.identifiers[0] == PAPER
    assert metadata.published == date(2025, 10, 15)
    assert [line.split(":")[0] for line in metadata.passed_over] == ["arXiv API"]


def test_when_everything_refuses_the_pdf_itself_must_do(resolver: Resolver, arxiv: FakeArxiv) -> None:
    arxiv.throttle(5, part="/a")
    metadata = resolver.resolve(PAPER)
    assert metadata.source == "PDF"
    assert metadata.title == ""
    assert metadata.pdf_urls == (f"{arxiv.base_url}/pdf/2510.12345",)
    assert [line.split(":")[0] for line in metadata.passed_over] == ["arXiv API", "arXiv page"]


def test_a_source_that_asks_us_to_wait_is_left_alone_until_then(
    resolver: Resolver, arxiv: FakeArxiv, clock: Clock
) -> None:
    arxiv.throttle(1, "120")
    assert resolver.resolve(PAPER).source == "page tags"
    clock.now += 119
    assert resolver.resolve(PAPER).source == "page tags"
    assert len(arxiv.api_calls()) == 1
    clock.now += 2
    assert resolver.resolve(PAPER).source == "arXiv API"


def test_a_brief_does_not_wait_for_an_api_that_hangs(
    arxiv: FakeArxiv, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.papers.arxiv_api._CALL_SECONDS", 0.5)
    settings = settings_for(arxiv, site)
    arxiv.hang(1, 20)
    assert Resolver(settings, Web(settings)).resolve(PAPER).source == "page tags"


def test_a_paper_that_the_api_does_not_know_yet_is_found_by_its_page(resolver: Resolver, arxiv: FakeArxiv) -> None:
    arxiv.lagging.add("2510.12345")
    assert resolver.resolve(PAPER).source == "page tags"


def test_a_paper_that_does_not_exist_is_not_found(resolver: Resolver) -> None:
    with pytest.raises(Tell, match="not_found"):
        resolver.resolve(Identifier("arxiv", "2510.99999"))
    with pytest.raises(Tell, match="not_found"):
        resolver.resolve(Identifier("arxiv", "9999.99999"))


def test_api_calls_keep_their_distance(site: Site) -> None:
    with FakeArxiv(pace=0.2) as arxiv:
        for number in range(3):
            arxiv.add(f"2510.0000{number}", f"Paper {number}", ["A B"], "Words.")
        settings = settings_for(arxiv, site, arxiv_delay=0.25)
        resolver = Resolver(settings, Web(settings))
        found = [resolver.resolve(Identifier("arxiv", f"2510.0000{number}")).source for number in range(3)]
    assert found == ["arXiv API"] * 3


def test_papers_shared_in_a_burst_share_a_call(site: Site) -> None:
    with FakeArxiv(pace=0.2) as arxiv:
        names = [f"2510.{number:05}" for number in range(20)]
        for name in names:
            arxiv.add(name, f"Paper {name}", ["A B"], "Words.")
        settings = settings_for(arxiv, site, arxiv_delay=0.3)
        resolver = Resolver(settings, Web(settings))
        titles: dict[str, str] = {}

        def resolve(name: str) -> None:
            metadata = resolver.resolve(Identifier("arxiv", name))
            titles[name] = f"{metadata.source}: {metadata.title}"

        threads = [threading.Thread(target=resolve, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert titles == {name: f"arXiv API: Paper {name}" for name in names}
        assert len(arxiv.api_calls()) <= 3


def test_one_call_that_fails_fails_for_all_who_wait_for_it(arxiv: FakeArxiv, site: Site) -> None:
    settings = settings_for(arxiv, site)
    api = ArxivApi(settings, Web(settings))
    arxiv.hang(1, 0.5)
    outcomes: list[str] = []

    def ask() -> None:
        try:
            outcomes.append(api.lookup("2510.12345").title)
        except Retry:
            outcomes.append("later")

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    for thread in threads:
        thread.join(20)
    assert outcomes == ["later"] * 4
    assert len(arxiv.api_calls()) == 1


# --- DOIs -------------------------------------------------------------------------------------------

LANDING = """<html><head><meta charset="utf-8">
<meta name="citation_title" content="Maps &amp; Folds">
<meta name="citation_author" content="Byron, Ada">
<meta name="citation_author_institution" content="University of Nowhere">
<meta name="citation_author" content="李 明"><meta name="citation_author_institution" content="University of Nowhere">
<meta name="citation_author" content="King, Martin, Jr.">
<meta name="citation_doi" content="doi:10.5555/Maps.2"><meta name="citation_journal_title" content="J. Maps">
<meta name="citation_publication_date" content="2024/05">
<meta name="citation_pdf_url" content="/files/maps.pdf">
<meta property="og:description" content="Folding…">
<meta name="dc.description" content="&lt;p&gt;Abstract: We fold p &lt; 0.05 maps.&lt;/p&gt;">
</head><body>x</body></html>"""

DOI = Identifier("doi", "10.5555/maps.2")
WORK = {
    "status": "ok",
    "message": {
        "DOI": "10.5555/Maps.2",
        "title": ["Maps &amp; <i>Folds</i>"],
        "author": [
            {"given": "Ada", "family": "Byron", "affiliation": [{"name": "University of Nowhere"}]},
            {"name": "The Map Consortium"},
        ],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>We fold\n maps in <jats:sup>O</jats:sup>(n).</jats:p>",
        "container-title": ["J. Maps"],
        "issued": {"date-parts": [[2024, 5]]},
        "link": [{"URL": "https://pub.example/maps.pdf", "content-type": "application/pdf"}],
        "resource": {"primary": {"URL": "https://pub.example/maps"}},
    },
}


def test_a_doi_is_read_from_the_publishers_page(resolver: Resolver, site: Site) -> None:
    site.pages["/doi/10.5555/maps.2"] = redirect("/article/2")
    site.pages["/article/2"] = page(LANDING.encode(), "text/html")
    metadata = resolver.resolve(DOI)
    assert metadata.source == "page tags"
    assert metadata.title == "Maps & Folds"
    assert [author.name for author in metadata.authors] == ["Ada Byron", "李 明", "Martin King Jr."]
    assert metadata.institutions == ("University of Nowhere",)
    assert metadata.abstract == "We fold p < 0.05 maps."
    assert metadata.identifiers == (DOI,)
    assert metadata.venue == "J. Maps"
    assert metadata.published == date(2024, 5, 1)
    assert metadata.page_url == "https://doi.org/10.5555/maps.2"
    assert metadata.pdf_urls == (f"http://127.0.0.1:{site.port}/files/maps.pdf",)


@pytest.mark.parametrize("landing", [status(403), status(500), page(b"<html>Please enable JavaScript</html>")])
def test_where_the_publisher_is_silent_crossref_is_asked(landing: object, resolver: Resolver, site: Site) -> None:
    site.pages["/doi/10.5555/maps.2"] = landing  # type: ignore[assignment]
    site.pages["/crossref/works/10.5555%2Fmaps.2"] = page(json.dumps(WORK).encode(), "application/json")
    metadata = resolver.resolve(DOI)
    assert metadata.source == "Crossref"
    assert metadata.title == "Maps & Folds"
    assert [author.name for author in metadata.authors] == ["Ada Byron", "The Map Consortium"]
    assert metadata.institutions == ("University of Nowhere",)
    assert metadata.abstract == "We fold maps in O(n)."
    assert metadata.identifiers == (DOI,)
    assert metadata.published == date(2024, 5, 1)
    assert metadata.pdf_urls == ("https://pub.example/maps.pdf",)
    assert [line.split(":")[0] for line in metadata.passed_over] == ["publisher's page"]


def test_a_doi_that_nobody_knows_is_not_found(resolver: Resolver) -> None:
    with pytest.raises(Tell, match="not_found"):
        resolver.resolve(DOI)


def test_a_doi_is_tried_again_when_a_source_may_come_back(resolver: Resolver, site: Site) -> None:
    site.pages["/doi/10.5555/maps.2"] = status(403)
    site.pages["/crossref/works/10.5555%2Fmaps.2"] = status(503)
    with pytest.raises(Retry, match="source_unavailable"):
        resolver.resolve(DOI)


@pytest.mark.parametrize(
    "answer", [b"", b"{}", b"[]", b'{"message": {"title": []}}', b'{"message": {"title": 3}}', b"\xff"]
)
def test_nonsense_from_crossref_is_no_paper(answer: bytes, resolver: Resolver, site: Site) -> None:
    site.pages["/doi/10.5555/maps.2"] = status(403)
    site.pages["/crossref/works/10.5555%2Fmaps.2"] = page(answer, "application/json")
    with pytest.raises(Tell):
        resolver.resolve(DOI)


def test_one_publisher_that_fails_does_not_stop_another(resolver: Resolver, site: Site) -> None:
    site.pages["/doi/10.5555/other"] = status(503, Retry_After="600")
    with pytest.raises(Retry):
        resolver.resolve(Identifier("doi", "10.5555/other"))
    site.pages["/doi/10.5555/maps.2"] = page(LANDING.encode(), "text/html")
    assert resolver.resolve(DOI).title == "Maps & Folds"


# --- Other sites ------------------------------------------------------------------------------------


def test_a_page_with_citation_tags_is_a_paper(resolver: Resolver, site: Site) -> None:
    site.pages["/work"] = page(LANDING.encode(), "text/html")
    metadata = resolver.resolve(Identifier("page", f"http://127.0.0.1:{site.port}/work", certain=False))
    assert metadata.title == "Maps & Folds"
    assert DOI in metadata.identifiers


def test_a_page_that_turns_out_to_be_a_pdf_is_a_paper(resolver: Resolver, site: Site) -> None:
    site.pages["/download?id=1"] = page(b"%PDF-1.7 words", "application/pdf")
    url = f"http://127.0.0.1:{site.port}/download?id=1"
    metadata = resolver.resolve(Identifier("page", url, certain=False))
    assert (metadata.source, metadata.pdf_urls) == ("PDF", (url,))


@pytest.mark.parametrize(
    "body", [b"", b"<html><head><title>A blog</title></head></html>", b"\x00\xff<meta name=", b"{}"]
)
def test_any_other_page_is_no_paper(body: bytes, resolver: Resolver, site: Site) -> None:
    site.pages["/blog"] = page(body)
    with pytest.raises(Tell, match="not_a_paper"):
        resolver.resolve(Identifier("page", f"http://127.0.0.1:{site.port}/blog", certain=False))


@pytest.mark.parametrize("charset", ["gb18030", "utf-8", "big5"])
def test_pages_in_other_encodings_are_read(charset: str, resolver: Resolver, site: Site) -> None:
    html = f'<html><head><meta charset="{charset}"><meta name="citation_title" content="中文論文"></head></html>'
    site.pages["/work"] = page(html.encode(charset), "text/html")
    assert resolver.resolve(Identifier("page", f"http://127.0.0.1:{site.port}/work")).title == "中文論文"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", [b"<a ", b"<meta x='", b"<div>", b"<!--", b"<meta name=citation_author content=a>"])
def test_a_hostile_page_is_read_in_no_time(piece: bytes, resolver: Resolver, site: Site) -> None:
    body = b'<meta name="citation_title" content="Real">' + piece * (4_000_000 // len(piece))
    site.pages["/work"] = page(body, "text/html")
    assert resolver.resolve(Identifier("page", f"http://127.0.0.1:{site.port}/work")).title == "Real"


@pytest.mark.timeout(60)
def test_a_source_without_end_is_read_in_no_time(resolver: Resolver, site: Site) -> None:
    blank = " " * 900_000
    attributes = " ".join(f"a{number}" for number in range(400_000))
    work = {"DOI": DOI.value, "title": [f"Maps <b {attributes}>"], "abstract": f"<p>Abstract{blank}<p>We fold."}
    site.pages["/doi/10.5555/maps.2"] = status(403)
    site.pages["/crossref/works/10.5555%2Fmaps.2"] = page(json.dumps({"message": work}).encode(), "application/json")
    metadata = resolver.resolve(DOI)
    assert (metadata.source, metadata.title) == ("Crossref", "Maps")


def test_a_page_that_names_thousands_of_pdfs_and_identifiers_is_believed_a_few(resolver: Resolver, site: Site) -> None:
    links = "".join(f'<meta name="citation_pdf_url" content="/{number}.pdf">' for number in range(3_000))
    dois = "".join(f'<meta name="citation_doi" content="10.5555/{number}">' for number in range(3_000))
    broken = '<meta name="citation_pdf_url" content="http://[">'
    site.pages["/work"] = page(f'<meta name="citation_title" content="Many">{broken}{links}{dois}'.encode())
    metadata = resolver.resolve(Identifier("page", f"http://127.0.0.1:{site.port}/work"))
    assert metadata.pdf_urls[0] == f"http://127.0.0.1:{site.port}/0.pdf"
    assert len(metadata.pdf_urls) < 30
    assert len(metadata.identifiers) < 30


def test_a_direct_pdf_link_needs_no_source(resolver: Resolver) -> None:
    identifier = identify_url("https://example.org/a.pdf")
    assert identifier is not None
    metadata = resolver.resolve(identifier)
    assert metadata.source == "PDF"
    assert metadata.pdf_urls == ("https://example.org/a.pdf",)
    assert metadata.page_url == "https://example.org/a.pdf"


def test_an_upload_has_no_link(resolver: Resolver) -> None:
    metadata = resolver.resolve(Identifier("sha256", "0" * 64))
    assert (metadata.source, metadata.pdf_urls, metadata.page_url) == ("PDF", (), None)


def reading(title: str, arxiv: Identifier | None, doi: Identifier | None = None) -> Reading:
    return Reading(title, (), (), "", "en", arxiv, doi, FullText((title,), 1))


def test_an_upload_is_confirmed_by_the_identifier_it_prints(resolver: Resolver) -> None:
    metadata = resolver.confirm(reading("Folding maps twice: Erdos' α problem", PAPER))
    assert metadata is not None
    assert metadata.source == "arXiv API"


def test_an_upload_is_confirmed_by_its_doi_when_it_prints_another_papers_arxiv_identifier(
    resolver: Resolver, site: Site
) -> None:
    site.pages["/doi/10.5555/maps.2"] = page(LANDING.encode())
    metadata = resolver.confirm(reading("Maps & Folds", PAPER, DOI))
    assert metadata is not None
    assert metadata.identifiers == (DOI,)


def test_an_upload_that_cites_a_paper_is_not_taken_for_it(resolver: Resolver) -> None:
    assert resolver.confirm(reading("A Theory of Napkins", PAPER)) is None


def test_an_upload_is_not_held_up_by_sources_that_fail(resolver: Resolver, arxiv: FakeArxiv) -> None:
    arxiv.throttle(5, part="/a")
    assert resolver.confirm(reading("Folding Maps Twice", PAPER, DOI)) is None
    assert resolver.confirm(reading("Folding Maps Twice", None)) is None


def test_semantic_scholar_leads_to_the_paper_it_took(resolver: Resolver, site: Site) -> None:
    sha = "204e3073870fae3d05bcbc2f6a8e263d9b72e776"
    record = {
        "title": "Folding Maps Twice",
        "authors": [{"authorId": "1", "name": "Ada Byron"}],
        "externalIds": {"ArXiv": "2510.12345", "DOI": "10.5555/folding.1", "CorpusId": 1},
        "openAccessPdf": None,
        "abstract": None,
    }
    fields = "title,abstract,authors,externalIds,openAccessPdf,publicationDate,venue,url"
    site.pages[f"/s2/graph/v1/paper/{sha}?fields={fields}"] = page(json.dumps(record).encode(), "application/json")
    metadata = resolver.resolve(Identifier("s2", sha))
    assert metadata.source == "arXiv API"
    assert {name.key for name in metadata.identifiers} == {
        f"s2:{sha}",
        "arxiv:2510.12345",
        "doi:10.5555/folding.1",
    }
    assert metadata.pdf_urls[0].endswith("/pdf/2510.12345")


def test_a_venue_whose_page_is_away_still_has_its_pdf(arxiv: FakeArxiv, site: Site) -> None:
    settings = settings_for(arxiv, site)

    def nowhere(host: str, port: int) -> list[str]:
        return ["10.0.0.1"]

    metadata = Resolver(settings, Web(settings, resolve=nowhere)).resolve(Identifier("acl", "P19-1001"))
    assert metadata.source == "PDF"
    assert metadata.pdf_urls == ("https://aclanthology.org/P19-1001.pdf",)
    assert metadata.page_url == "https://aclanthology.org/P19-1001/"
    assert metadata.passed_over == ("page: private",)


def test_replicas_keep_arxivs_delay_together(tmp_path: Path) -> None:
    """Each has its own pace and its own thread; the library they share makes them one."""
    with FakeArxiv(pace=0.2) as arxiv, ExitStack() as stack:
        library = stack.enter_context(closing(SqliteLibrary(tmp_path / "library.db")))
        settings = Settings(
            arxiv_api_url=arxiv.api_url, arxiv_url=arxiv.base_url, allowed_hosts=(arxiv.host,), arxiv_delay=0.7
        )
        replicas = [
            stack.enter_context(open_pipeline(settings, tmp_path / name, NoAnswers(), library)) for name in "abc"
        ]
        papers = [Identifier("arxiv", f"2601.0000{number}") for number in range(6)]
        for paper in papers:
            arxiv.add(paper.value, f"Paper {paper.value}", ["Ada Quill"], "About it.")
        with ThreadPoolExecutor(3) as pool:
            found = [pool.submit(replicas[number % 3].resolve, paper) for number, paper in enumerate(papers)]
        assert [each.result().source for each in found] == ["arXiv API"] * 6
