"""Meta tags of pages, well made, badly made and hostile."""

from __future__ import annotations

import pytest

from bot.papers.tags import LONGEST_CONTENT, MOST_CONTENTS, meta_tags

TITLE = '<meta name="citation_title" content="Real">'


def tags(page: str | bytes, content_type: str = "text/html") -> dict[str, list[str]]:
    return dict(meta_tags(page if isinstance(page, bytes) else page.encode(), content_type))


@pytest.mark.parametrize(
    "written",
    [
        '<meta name="a" content="x > y &amp; z">',
        "<META CONTENT='x > y &amp; z' NAME='A'/>",
        '<meta name=a\ncontent = "x > y &amp; z" content="another" />',
        '<meta property="a" content="x > y &#38; z"',
        '<p title=">"><meta/name="a"/content=" x &gt; y & z ">',
        '<!-- <meta name=a content=old> --><script>"<meta name=a content=b>"</script><meta name=a content="x > y & z">',
    ],
)
def test_a_tag_is_read_however_it_is_written(written: str) -> None:
    assert tags(written) == {"a": ["x > y & z"]}


def test_contents_stand_in_order() -> None:
    page = (
        '<meta name=b content=1><meta name=c content=it\'s><meta name=b content="2"><meta name=b><meta charset=utf-8>'
    )
    assert {name: found for name, found in tags(page).items() if found} == {"b": ["1", "2"], "c": ["it's"]}


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "page",
    [
        f"<meta {' '.join(f'a{number}' for number in range(600_000))}>",
        "<meta a=\"'" * 450_000,
        "<meta a='<meta a=\"" * 250_000,
        "<script" * 700_000,
        "<!-- -" * 800_000,
        "<" * 5_000_000,
        "<meta content='&#" + "9" * 5_000_000,
    ],
    ids=["attributes", "quotes", "two quotes", "scripts", "comments", "openings", "a number"],
)
def test_a_page_takes_time_in_proportion_to_its_length(page: str) -> None:
    assert tags(TITLE + page)["citation_title"] == ["Real"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("declared", ["charset" + " " * 900_000, "charset=punycode", "charset=idna", "charset=utf-99"])
def test_what_a_page_says_of_its_characters_costs_nothing(declared: str) -> None:
    page = TITLE.encode() + b"-" + b"a" * 4_000_000
    assert tags(page, declared)["citation_title"] == ["Real"]
    assert tags(f"<meta {declared[:4_000]}>".encode() + page)["citation_title"] == ["Real"]


def test_what_is_kept_of_a_page_is_bounded() -> None:
    found = tags(
        "<meta name=citation_author content=A>" * (MOST_CONTENTS + 5) + f"<meta name=b content={'x' * 100_000}>"
    )
    assert len(found["citation_author"]) == MOST_CONTENTS
    assert len(found["b"][0]) == LONGEST_CONTENT
