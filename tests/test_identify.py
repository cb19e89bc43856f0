"""Links and names of papers, in every shape people post them."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import Identifier
from bot.papers import sites
from bot.papers.identify import Found, doi, identify, identify_asked, identify_url

SHA = "204e3073870fae3d05bcbc2f6a8e263d9b72e776"
HASH = "3f5ee243547dee91fbd053c1c4a845aa"

LINKS = [
    # arXiv
    ("https://arxiv.org/abs/2510.12345", "arxiv:2510.12345", None),
    ("http://arxiv.org/abs/2510.12345v2", "arxiv:2510.12345", 2),
    ("https://www.arxiv.org/pdf/2510.12345", "arxiv:2510.12345", None),
    ("https://arxiv.org/pdf/2510.12345v12.pdf", "arxiv:2510.12345", 12),
    ("https://arxiv.org/pdf/2510.12345v2.pdf?download=1#page=3", "arxiv:2510.12345", 2),
    ("https://arxiv.org/html/2510.12345v1#S2.F1", "arxiv:2510.12345", 1),
    ("https://arxiv.org/abs/2510.12345?context=cs.CL", "arxiv:2510.12345", None),
    ("https://arxiv.org/abs/arXiv:2510.12345", "arxiv:2510.12345", None),
    ("https://ARXIV.org/abs/0704.0001", "arxiv:0704.0001", None),
    ("https://arxiv.org/abs/hep-th/9901001", "arxiv:hep-th/9901001", None),
    ("https://arxiv.org/pdf/hep-th/9901001v3.pdf", "arxiv:hep-th/9901001", 3),
    ("https://arxiv.org/abs/math.GT/0309136", "arxiv:math/0309136", None),
    ("https://export.arxiv.org/abs/2510.12345", "arxiv:2510.12345", None),
    ("https://browse.arxiv.org/html/2510.12345", "arxiv:2510.12345", None),
    ("http://xxx.lanl.gov/abs/hep-th/9901001", "arxiv:hep-th/9901001", None),
    ("http://cn.arxiv.org/pdf/2510.12345", "arxiv:2510.12345", None),
    ("https://arxiv.org./abs/2510.12345", "arxiv:2510.12345", None),
    ("https://ar5iv.labs.arxiv.org/html/1706.03762", "arxiv:1706.03762", None),
    ("https://ar5iv.org/abs/1706.03762", "arxiv:1706.03762", None),
    ("https://www.alphaxiv.org/abs/2510.12345v3", "arxiv:2510.12345", 3),
    ("https://www.alphaxiv.org/zh/overview/2510.12345", "arxiv:2510.12345", None),
    ("https://huggingface.co/papers/2510.12345", "arxiv:2510.12345", None),
    ("https://papers.cool/arxiv/2510.12345", "arxiv:2510.12345", None),
    ("https://scirate.com/arxiv/2510.12345", "arxiv:2510.12345", None),
    ("https://doi.org/10.48550/arXiv.2510.12345", "arxiv:2510.12345", None),
    ("https://doi.org/10.48550/arxiv.hep-th/9901001", "arxiv:hep-th/9901001", None),
    # DOIs
    ("https://doi.org/10.1145/3292500.3330701", "doi:10.1145/3292500.3330701", None),
    ("http://dx.doi.org/10.1016/S0140-6736(20)30183-5", "doi:10.1016/s0140-6736(20)30183-5", None),
    ("https://doi.org/10.1002%2Fanie.202000000", "doi:10.1002/anie.202000000", None),
    ("https://dl.acm.org/doi/pdf/10.1145/3292500.3330701", "doi:10.1145/3292500.3330701", None),
    ("https://dl.acm.org/doi/10.1145/3292500.3330701?cid=1", "doi:10.1145/3292500.3330701", None),
    ("https://onlinelibrary.wiley.com/doi/epdf/10.1002/anie.1", "doi:10.1002/anie.1", None),
    ("https://www.science.org/doi/full/10.1126/science.abc1234", "doi:10.1126/science.abc1234", None),
    ("https://link.springer.com/article/10.1007/s11263-020-01316-z", "doi:10.1007/s11263-020-01316-z", None),
    ("https://link.springer.com/content/pdf/10.1007/s11263-020-01316-z.pdf", "doi:10.1007/s11263-020-01316-z", None),
    ("https://www.nature.com/articles/s41586-021-03819-2.pdf", "doi:10.1038/s41586-021-03819-2", None),
    (
        "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0123456",
        "doi:10.1371/journal.pone.0123456",
        None,
    ),
    ("https://www.frontiersin.org/articles/10.3389/fnins.2019.00123/full", "doi:10.3389/fnins.2019.00123", None),
    ("https://journals.aps.org/prl/abstract/10.1103/PhysRevLett.1.1", "doi:10.1103/physrevlett.1.1", None),
    ("https://iopscience.iop.org/article/10.1088/1742-6596/1/1/012001/meta", "doi:10.1088/1742-6596/1/1/012001", None),
    ("https://www.biorxiv.org/content/10.1101/2020.01.01.123456v2", "doi:10.1101/2020.01.01.123456", None),
    (
        "https://www.biorxiv.org/content/10.1101/2020.01.01.123456v2.full.pdf+html",
        "doi:10.1101/2020.01.01.123456",
        None,
    ),
    ("https://www.medrxiv.org/content/10.1101/2020.01.01.20123456v1.full", "doi:10.1101/2020.01.01.20123456", None),
    ("https://www.biorxiv.org/content/early/2020/01/01/2020.01.01.123456", "doi:10.1101/2020.01.01.123456", None),
    ("https://papers.ssrn.com/sol3/papers.cfm?abstract_id=4321000", "doi:10.2139/ssrn.4321000", None),
    ("https://www.ijcai.org/proceedings/2019/0123.pdf", "doi:10.24963/ijcai.2019/123", None),
    # venues
    ("https://aclanthology.org/2023.acl-long.1/", "acl:2023.acl-long.1", None),
    ("https://aclanthology.org/2023.acl-long.1.pdf", "acl:2023.acl-long.1", None),
    ("https://www.aclweb.org/anthology/P19-1001.pdf", "acl:P19-1001", None),
    ("https://doi.org/10.18653/v1/2023.acl-long.1", "acl:2023.acl-long.1", None),
    ("https://doi.org/10.18653/v1/p19-1001", "acl:P19-1001", None),
    ("https://openreview.net/forum?id=YicbFdNTTy", "openreview:YicbFdNTTy", None),
    ("https://openreview.net/pdf?noteId=x&id=YicbFdNTTy", "openreview:YicbFdNTTy", None),
    ("https://proceedings.mlr.press/v139/radford21a.html", "pmlr:v139/radford21a", None),
    ("https://proceedings.mlr.press/v139/radford21a/radford21a.pdf", "pmlr:v139/radford21a", None),
    (
        "https://raw.githubusercontent.com/mlresearch/v235/main/assets/smith24a/smith24a.pdf",
        "pmlr:v235/smith24a",
        None,
    ),
    ("https://jmlr.org/papers/volume21/20-074/20-074.pdf", "jmlr:v21/20-074", None),
    (f"https://papers.nips.cc/paper/2017/hash/{HASH}-Abstract.html", f"neurips:2017/{HASH}", None),
    (
        f"https://proceedings.neurips.cc/paper_files/paper/2022/file/{HASH}-Paper-Conference.pdf",
        f"neurips:2022/{HASH}-Conference",
        None,
    ),
    (
        "https://openaccess.thecvf.com/content/CVPR2023/papers/Li_A_CVPR_2023_paper.pdf",
        "cvf:content/CVPR2023/Li_A_CVPR_2023_paper",
        None,
    ),
    ("https://www.usenix.org/conference/osdi23/presentation/zhong", "usenix:osdi23/presentation/zhong", None),
    (f"https://www.semanticscholar.org/paper/Some-Title/{SHA}", f"s2:{SHA}", None),
    ("https://api.semanticscholar.org/CorpusID:13756489", "s2:CorpusID:13756489", None),
    ("https://eprint.iacr.org/2023/123.pdf", "iacr:2023/123", None),
    ("https://hal.science/hal-01234567v1/document", "hal:hal-01234567", None),
    # PDFs and pages
    ("https://example.org/~me/Paper.PDF?utm_source=x&y=1#page=2", "pdf:https://example.org/~me/Paper.PDF?y=1", None),
    (
        "https://github.com/me/notes/blob/main/doc/paper.pdf",
        "pdf:https://raw.githubusercontent.com/me/notes/main/doc/paper.pdf",
        None,
    ),
    ("HTTPS://Example.org:443/a?fbclid=1#b", "page:https://example.org/a", None),
    ("http://127.0.0.1:8123/x/paper.pdf", "pdf:http://127.0.0.1:8123/x/paper.pdf", None),
]


@pytest.mark.parametrize(("link", "key", "version"), LINKS, ids=[link for link, *_ in LINKS])
def test_a_link_names_its_paper(link: str, key: str, version: int | None) -> None:
    identifier = identify_url(link)
    assert identifier is not None
    assert (identifier.key, identifier.version) == (key, version)


@pytest.mark.parametrize(("link", "key", "version"), LINKS, ids=[link for link, *_ in LINKS])
def test_our_own_links_for_a_venue_lead_back_to_the_same_paper(link: str, key: str, version: int | None) -> None:
    kind, _, value = key.partition(":")
    for made in (sites.page_url(kind, value), sites.pdf_url(kind, value)):
        if made:
            again = identify_url(made)
            assert again is not None
            assert again.key == key


@pytest.mark.parametrize(
    "link",
    [
        "https://github.com/pytorch/pytorch",
        "https://github.com/a/b/issues/12",
        "https://www.youtube.com/watch?v=abc",
        "https://youtu.be/abc",
        "https://docs.google.com/document/d/1/edit",
        "https://drive.google.com/file/d/1/paper.pdf",
        "https://team.slack.com/files/U1/F1/paper.pdf",
        "https://us02web.zoom.us/j/123",
        "https://x.com/someone/status/1",
        "https://huggingface.co/meta-llama/Llama-3",
        "https://arxiv.org/list/cs.CL/recent",
        "https://arxiv.org/",
        "https://en.wikipedia.org/wiki/Paper",
        "https://example.org/",
        "https://example.org",
        "https://example.org/logo.png",
        "https://example.org/data.zip",
        "https://user:secret@arxiv.org/abs/2510.12345",
        "ftp://arxiv.org/abs/2510.12345",
        "javascript:alert(1)",
        "http://[::1",
        "http://example.org:99999/a.pdf",
        "https://arxiv.org/abs/\x002510.12345",
        "",
    ],
)
def test_a_link_to_something_else_is_left_alone(link: str) -> None:
    assert identify_url(link) is None


def test_a_page_is_certain_only_where_papers_live() -> None:
    known = identify_url("https://ieeexplore.ieee.org/document/8100173")
    unknown = identify_url("https://example.org/blog/post")
    lookalike = identify_url("https://evilarxiv.org/abs/2510.12345")
    assert known and known.certain
    assert unknown and not unknown.certain
    assert lookalike and lookalike.kind == "page" and not lookalike.certain


def keys(text: str) -> list[str]:
    return [found.identifier.key for found in identify(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<https://arxiv.org/abs/2510.12345|arxiv.org/abs/2510.12345>", ["arxiv:2510.12345"]),
        ("<https://openreview.net/pdf?a=1&amp;id=YicbFdNTTy>", ["openreview:YicbFdNTTy"]),
        ("see (https://arxiv.org/abs/2510.12345), it is good.", ["arxiv:2510.12345"]),
        ("https://arxiv.org/abs/2510.12345.", ["arxiv:2510.12345"]),
        ("“https://arxiv.org/abs/2510.12345”", ["arxiv:2510.12345"]),
        ("看https://arxiv.org/abs/2510.12345这篇，很好", ["arxiv:2510.12345"]),
        ("链接：https://arxiv.org/abs/2510.12345。", ["arxiv:2510.12345"]),
        ("arxiv.org/abs/2510.12345v3 says so", ["arxiv:2510.12345"]),
        ("arXiv:2510.12345v2, arXiv: 2510.12346 and arXiv 2510.12347.", [f"arxiv:2510.1234{n}" for n in (5, 6, 7)]),
        ("arXiv:hep-th/9901001 and math.GT/0309136", ["arxiv:hep-th/9901001", "arxiv:math/0309136"]),
        ("doi:10.1145/3292500.3330701.", ["doi:10.1145/3292500.3330701"]),
        ("DOI 10.1016/S0140-6736(20)30183-5)", ["doi:10.1016/s0140-6736(20)30183-5"]),
        ("(doi: 10.1145/3292500.3330701)", ["doi:10.1145/3292500.3330701"]),
        ("10.1145/3292500.3330701", ["doi:10.1145/3292500.3330701"]),
        ("https://doi.org/10.1016/S0140-6736(20)30183-5).", ["doi:10.1016/s0140-6736(20)30183-5"]),
        ("[paper](https://arxiv.org/abs/2510.12345)", ["arxiv:2510.12345"]),
        ("*https://arxiv.org/abs/2510.12345*", ["arxiv:2510.12345"]),
        ("from 10.2024/11.2024 on", []),
        ("2510.12345 euros, cs/1234567, 12/9901001", []),
        ("arXiv:2513.12345 is no month", []),
        ("<@U123> <#C1|papers> <!here> <mailto:a@b.org|a@b.org>", []),
        ("nothing here", []),
    ],
)
def test_a_text_names_its_papers(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


@pytest.mark.parametrize(
    ("text", "key", "version"),
    [
        ("2510.12345", "arxiv:2510.12345", None),
        (" 2510.12345v2 ", "arxiv:2510.12345", 2),
        ("arXiv:2510.12345", "arxiv:2510.12345", None),
        ("hep-th/9901001", "arxiv:hep-th/9901001", None),
        ("10.1145/3292500.3330701", "doi:10.1145/3292500.3330701", None),
        ("<https://aclanthology.org/P19-1001|the paper>", "acl:P19-1001", None),
    ],
)
def test_where_a_paper_is_asked_for_its_bare_identifier_names_it(text: str, key: str, version: int | None) -> None:
    [found] = identify_asked(text)
    assert (found.identifier.key, found.identifier.version) == (key, version)


@pytest.mark.parametrize("text", ["", "2510.123456", "251.12345", "paper.pdf", "2510.12345.pdf"])
def test_what_is_more_or_less_than_an_identifier_names_nothing(text: str) -> None:
    assert identify_asked(text) == []


@pytest.mark.parametrize(
    "value",
    [
        "10.1234/<img/src=x/onerror=alert(1)>",
        "10.1234/<1<2>",
        "10.1234/a>b",
        "10.1234/a\u202egnp.exe",
        "10.1234/a\u200bb",
        "10.1234/a\x00b",
    ],
)
def test_markup_and_what_nobody_sees_is_in_no_doi(value: str) -> None:
    assert doi(value) is None
    identifier = identify_url(f"https://doi.org/{quote(value)}")
    assert identifier is None or identifier.kind == "page"


def test_the_brackets_of_an_old_doi_are_its_own() -> None:
    value = "10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o"
    assert doi(value) == identify_url(f"https://doi.org/{quote(value)}") == Identifier("doi", value)


def test_abstract_page_and_pdf_in_one_message_are_one_paper() -> None:
    text = "https://arxiv.org/abs/2510.12345 (https://arxiv.org/pdf/2510.12345v2) arXiv:2510.12345"
    assert identify(text) == [Found(Identifier("arxiv", "2510.12345"), "https://arxiv.org/abs/2510.12345")]


def test_several_papers_come_in_the_order_of_the_text() -> None:
    text = "doi:10.1145/3292500.3330701 <https://aclanthology.org/P19-1001|x> https://arxiv.org/abs/2510.12345"
    assert keys(text) == ["doi:10.1145/3292500.3330701", "acl:P19-1001", "arxiv:2510.12345"]


hostile = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="<>|&;:/.?#%@[]()10arxivdophtps \u3000\x00", max_size=400),
    st.builds(
        lambda start, middle, end: start + middle + end,
        st.sampled_from([link for link, *_ in LINKS] + ["https://", "<https://", "arXiv:", "doi:10.1/", "http://["]),
        st.text(max_size=60),
        st.text(alphabet=")]}.,;'\"v.pdf/full", max_size=40),
    ),
)


@given(hostile)
def test_no_text_makes_it_fail(text: str) -> None:
    for found in identify(text):
        assert found.identifier.value
    identify_url(text)
    doi(text)


@given(hostile)
def test_naming_a_paper_twice_gives_the_same_name(text: str) -> None:
    for found in identify(text):
        kind, value = found.identifier.kind, found.identifier.value
        link = {
            "arxiv": f"https://arxiv.org/abs/{value}",
            "pdf": value,
            "page": value,
        }.get(kind) or sites.page_url(kind, value)
        if kind == "doi":
            assert doi(value) == found.identifier
        elif link:
            again = identify_url(link)
            assert again is not None
            assert again.key == found.identifier.key


PIECES = [
    "<",
    "<https://a",
    "https://",
    "http://a.",
    "arxiv",
    "arXiv:",
    "10.1234/",
    "/full",
    "v1.pdf",
    "((",
    "))",
    "&amp;",
    "hep-th/",
    "a-",
    "%2F",
    "abs/1",
    "?id=",
    "||",
    "doi",
]
STARTS = [
    "https://arxiv.org/abs/",
    "https://doi.org/10.1/a",
    "https://dl.acm.org/doi/10.1/",
    "<https://x.y/",
    "doi:10.1234/a",
    "https://openreview.net/pdf?",
    "https://journals.plos.org/a?",
    "https://www.biorxiv.org/content/10.1/1",
]


@pytest.mark.timeout(60)
def test_a_text_of_nothing_but_identifiers_that_are_none_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.papers.identify.LONGEST_TEXT", 2_000_000)
    assert identify("arxiv2001.00001." * 100_000 + "x") == []


@pytest.mark.timeout(60)
@pytest.mark.parametrize("start", ["", *STARTS])
def test_no_text_makes_it_hang(start: str) -> None:
    """Patterns that backtrack would take hours on these, not milliseconds."""
    for piece in (*PIECES, " ", "doi  ", "\u3000"):
        text = start + piece * (80_000 // len(piece))
        identify(text)
        identify_url(text[:4_000])
        doi(text)


# --- Asked for --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("1706.03762", ["arxiv:1706.03762"]),
        ("1706.03762v5", ["arxiv:1706.03762"]),
        ("1706.03762, 2510.12345 hep-th/9901001", ["arxiv:1706.03762", "arxiv:2510.12345", "arxiv:hep-th/9901001"]),
        ("1706.03762、2510.12345", ["arxiv:1706.03762", "arxiv:2510.12345"]),
        ("arXiv:1706.03762", ["arxiv:1706.03762"]),
        ("arXiv 1706.03762", ["arxiv:1706.03762"]),
        ("<https://arxiv.org/abs/1706.03762>", ["arxiv:1706.03762"]),
        ("10.1000/1706.03762", ["doi:10.1000/1706.03762"]),
        ("1713.03762", []),
        ("1706.037", []),
        ("$1706.03762", []),
        ("the 3.14159 of lakes", []),
    ],
)
def test_who_is_asked_for_a_paper_may_name_it_by_its_bare_arxiv_identifier(text: str, keys: list[str]) -> None:
    assert [each.identifier.key for each in identify_asked(text)] == keys


def test_in_running_text_a_bare_number_is_no_paper() -> None:
    assert identify("we measured 1706.03762 m and 2510.12345") == []
