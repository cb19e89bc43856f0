"""A paper's PDF from the first place that gives it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from local_site import Answering, Site, page, status

from bot.errors import PaperwireError, Retry, Tell
from bot.models import Metadata
from bot.papers.fetch import fetch
from bot.papers.web import Web
from bot.settings import Settings

pytestmark = pytest.mark.timeout(60)

PDF = b"%PDF-1.7 a paper"


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    yield server
    server.close()


def fetched(site: Site, folder: Path, *answers: Answering) -> Path:
    base = f"http://127.0.0.1:{site.port}"
    for number, answer in enumerate(answers):
        site.pages[f"/{number}.pdf"] = answer
    metadata = Metadata(source="PDF", pdf_urls=tuple(f"{base}/{number}.pdf" for number in range(len(answers))))
    web = Web(Settings(allowed_hosts=(f"127.0.0.1:{site.port}",)))
    return fetch(metadata, web, folder, max_bytes=10_000)


def test_the_first_place_is_enough(site: Site, tmp_path: Path) -> None:
    assert fetched(site, tmp_path, page(PDF), page(b"%PDF-1.7 another")).read_bytes() == PDF
    assert [path for path, _ in site.requests] == ["/0.pdf"]


@pytest.mark.parametrize(
    "first", [status(404), status(403), status(503), page(b"<html>"), page(b"%PDF-" + b"x" * 20_000)]
)
def test_the_next_place_is_tried_when_one_fails(first: Answering, site: Site, tmp_path: Path) -> None:
    assert fetched(site, tmp_path, first, page(PDF)).read_bytes() == PDF


@pytest.mark.parametrize(
    ("answers", "kind", "code"),
    [
        ([status(404), status(503, Retry_After="5"), status(403)], Retry, "source_unavailable"),
        ([status(404), status(403)], Tell, "no_access"),
        ([page(b"<html>"), status(404)], Tell, "not_a_pdf"),
        ([status(403), page(b"%PDF-" + b"x" * 20_000)], Tell, "too_large"),
        ([status(404), status(404)], Tell, "not_found"),
    ],
)
def test_of_several_failures_the_most_telling_is_told(
    answers: list[Answering], kind: type[PaperwireError], code: str, site: Site, tmp_path: Path
) -> None:
    with pytest.raises(kind) as error:
        fetched(site, tmp_path, *answers)
    assert error.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_a_paper_without_an_open_pdf_is_said_to_have_none(site: Site, tmp_path: Path) -> None:
    with pytest.raises(Tell, match="no_pdf"):
        fetched(site, tmp_path)
