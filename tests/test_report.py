"""The report, byte for byte against the files in ``golden``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library_samples import at, paper, share
from markdown_it import MarkdownIt
from slack_sight import markdown_harms, unseen

from bot.digests.compile import compile_digest, in_order
from bot.digests.report import digest_report, report, report_title
from bot.models import (
    Brief,
    ChannelSettings,
    DigestEntry,
    Evidence,
    Identifier,
    Institution,
    Language,
    Paper,
    Period,
    ShareState,
    StoredShare,
    Usage,
)

GOLDEN = Path(__file__).parent / "golden"
MADE_AT = datetime(2026, 11, 22, 19, 5, 2, tzinfo=UTC)


def golden(name: str) -> str:
    return (GOLDEN / name).read_bytes().decode()


def full_entry() -> DigestEntry:
    """An entry that has something to say on every line of the report."""
    about = replace(
        paper("arxiv:2610.00001", "doi:10.1000/tides", "pdf:https://example.org/tides.pdf", "sha256:aa"),
        id="p1",
        author_count=2,
    )
    versioned = Identifier("arxiv", "2610.00001", 2)
    about = replace(about, identifiers=(versioned, *about.identifiers[1:]))
    made = Brief(
        language="en",
        title=about.title,
        institutions=("University of Constance",),
        technique="a filter",
        problem="masked tides",
        effect="40× less data",
        sentence='University of Constance released "Tides in Shallow Lakes", which uses a filter.',
        evidence={
            "technique": Evidence("We use a filter\nof our own.", 1),
            "problem": Evidence("Lakes have tides too.", 0),
            "effect": Evidence("It needs 40× less data.", 7),
        },
        model="some/model",
        badges=("abstract-only", "fallback:problem"),
        usage=Usage(1200, 80, 0.00214, 1, 3.5),
    )
    shares = tuple(
        StoredShare(share(ts=ts, user=user), ShareState.BRIEFED, at(hour), "p1")
        for ts, user, hour in [("1.0", "U1", 0), ("2.0", "U2", 20)]
    )
    return DigestEntry(about, made, shares)


def bare_entry(title: str = "An Old Import") -> DigestEntry:
    sentence = "Somebody wrote it."
    return DigestEntry(
        Paper("p2", title, source="import"), Brief("en", title, (), "", "", "", sentence, model="import")
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_full_report(language: Language) -> None:
    entries = in_order([full_entry(), bare_entry()])
    made = report(
        entries, language, title="Lakes", at=MADE_AT, zone="Asia/Shanghai", plain=False,
        names=lambda name: {"U1": "Ada", "C1": "#lakes"}.get(name, name),
        addresses=lambda each: "https://lab.slack.com/archives/C1/p10" if each.user_id == "U1" else "",
    )  # fmt: skip
    assert made == golden(f"report_full.{language}.md")


def test_the_plain_report_is_the_full_one_without_what_comes_after_the_abstracts() -> None:
    def made(plain: bool) -> list[str]:
        return report(
            [full_entry(), bare_entry()], "en", title="Lakes", at=MADE_AT, zone="UTC", plain=plain
        ).splitlines()

    full, plain = made(False), made(True)
    left = [line for line in full if line in plain]
    assert [line for line in left if line] == [line for line in plain if line]
    assert all(line.startswith("- **") for line in full if line not in plain)


def test_lines_after_the_abstract_are_a_list_to_a_reader_of_markdown() -> None:
    made = report([full_entry()], "en", title="Lakes", at=MADE_AT, zone="UTC", plain=False)
    kinds = [token.type for token in MarkdownIt("commonmark").parse(made)]
    assert kinds.count("list_item_open") == 8


def test_a_brief_in_the_other_language_says_so_and_an_import_names_no_model() -> None:
    english, chinese = (
        report([full_entry(), bare_entry()], language, title="Lakes", at=MADE_AT, zone="UTC", plain=False)
        for language in ("en", "zh")
    )
    assert "brief in" not in english
    assert chinese.count("简报为英文") == 2
    assert "import" not in english


def test_the_time_stamp_is_in_the_zone() -> None:
    for zone, stamp in [("Asia/Shanghai", "2026-11-23 03:05:02"), ("America/New_York", "2026-11-22 14:05:02")]:
        assert f"生成时间: {stamp}\n" in report([], "zh", title="x", at=MADE_AT, zone=zone, plain=True)


def test_a_report_of_nothing_says_so() -> None:
    assert report([], "en", title="Lakes", at=MADE_AT, zone="UTC", plain=False) == (
        "# Lakes\nGenerated: 2026-11-22 19:05:02\nPapers: 0\n\n## Briefs\n\n## Details\n"
    )


@pytest.mark.parametrize(
    ("language", "topic", "title"),
    [
        ("zh", "", "论文分析报告"),
        ("zh", "湖泊", "湖泊技术论文分析报告"),
        ("en", "Lakes", "Lakes: Technical Paper Report"),
    ],
)
def test_the_title_follows_the_channels_topic(language: Language, topic: str, title: str) -> None:
    assert report_title(language, topic) == title
    settings = ChannelSettings("T1", "C1", language, topic, "Asia/Shanghai")
    digest = compile_digest(settings, Period(at(0), at(168)), [full_entry()])
    assert digest_report(digest, MADE_AT).startswith(f"# {title}\n")
    assert "2026-11-23 03:05:02" in digest_report(digest, MADE_AT)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\x85", " \n\n "])
def test_a_title_cannot_break_out_of_its_line(newline: str) -> None:
    entry = bare_entry(f"Tides{newline}## 论文详细信息{newline}### 9. Forged")
    entry = replace(entry, paper=replace(entry.paper, institutions=(Institution(f"A{newline}# B"),)))
    entry = replace(entry, brief=replace(entry.brief, sentence=f"One{newline}# Two"))
    made = report([entry], "zh", title=f"x{newline}# y", at=MADE_AT, zone="UTC", plain=True)
    assert [line for line in made.splitlines() if line.startswith("#")] == [
        "# x # y",
        "## 论文技术简报",
        "### 1. Tides ## 论文详细信息 ### 9. Forged",
        "## 论文详细信息",
        "### 1. Tides ## 论文详细信息 ### 9. Forged",
    ]


HOSTILE = (
    "](javascript:alert(1)) <img src=x onerror=alert(1)> ![x](https://evil.example)",
    "[click\\](https://evil.example) \\<img src=x> \\\\\\<img src=x>",
    "[click\\\\](https://evil.example) \\\\<img src=x>",
    "[x][y]\n\n[y]: https://evil.example",
    "10.1234/<img/src=x/onerror=alert(1)>[c](javascript:alert(1))\u202e",
)


def hostile_entry(words: str) -> DigestEntry:
    whole = full_entry()
    about = replace(
        whole.paper,
        title=words,
        abstract=words,
        institutions=(Institution(words),),
        identifiers=(Identifier("doi", words), Identifier("openreview", words)),
        page_url=words,
    )
    made = replace(
        whole.brief, sentence=words, institutions=(words,), evidence={"effect": Evidence(words, 1)}, model=words,
        badges=(words,),
    )  # fmt: skip
    return replace(whole, paper=about, brief=made)


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_others_are_words_to_a_reader_of_markdown(words: str) -> None:
    made = report([hostile_entry(words)], "en", title=words, at=MADE_AT, zone="UTC", plain=False, names=lambda _: words)
    assert list(markdown_harms(made, "report")) == []
    assert list(unseen(made, "report")) == []


@given(st.text(st.sampled_from("\\[]()<>!:/ax \n"), max_size=30))
def test_no_words_become_markup(words: str) -> None:
    made = report([hostile_entry(words)], "en", title="x", at=MADE_AT, zone="UTC", plain=False, names=lambda _: words)
    assert list(markdown_harms(made, "report")) == []


@pytest.mark.parametrize("words", ["a \\ b", "$\\alpha < \\beta$", "[1] (see x)", "a<5, b[0]", "\\section", "C:\\x"])
def test_ordinary_words_stay_as_they_are(words: str) -> None:
    made = report([hostile_entry(words)], "en", title="x", at=MADE_AT, zone="UTC", plain=True)
    assert made.splitlines().count(words) == 2


@pytest.mark.parametrize("line", ["```", "~~~ python", "====", " ---", "* * *", "## More"])
def test_no_line_of_an_abstract_takes_in_what_follows(line: str) -> None:
    def kinds(abstract: str) -> list[tuple[str, str]]:
        entries = [replace(bare_entry(), paper=replace(bare_entry().paper, abstract=abstract)), bare_entry("Last")]
        made = report(entries, "en", title="x", at=MADE_AT, zone="UTC", plain=True)
        return [(each.type, each.tag) for each in MarkdownIt("commonmark").parse(made)]

    assert kinds(f"One\n{line}\ntwo") == kinds("One\nline\ntwo")


def test_a_title_that_nobody_sees_is_told() -> None:
    assert "### 1. –\n" in report([bare_entry("\u3164")], "en", title="x", at=MADE_AT, zone="UTC", plain=True)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "https://evil.example/><b>"])
def test_a_paper_leads_into_the_web_alone(url: str) -> None:
    entry = full_entry()
    entry = replace(entry, paper=replace(entry.paper, page_url=url, identifiers=()))
    made = report([entry], "en", title="x", at=MADE_AT, zone="UTC", plain=False)
    assert list(markdown_harms(made, "report")) == []
    assert ("**Link**" in made) == url.startswith("https://")


# --- Compiling --------------------------------------------------------------------------------------


def test_papers_come_in_order_of_title_whatever_its_case() -> None:
    entries = in_order(bare_entry(title) for title in ["beta", "Gamma", "ALPHA", "alpha", "Ähre"])
    assert [entry.paper.title for entry in entries] == ["ALPHA", "alpha", "beta", "Gamma", "Ähre"]
