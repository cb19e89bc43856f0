"""Exports are read back by the parsers that people's tools are built on, whatever the papers say."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from bibtexparser.bparser import BibTexParser
from bibtexparser.customization import splitname
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library_samples import at, brief, paper, share
from slack_sight import is_unseen

from bot.digests.citation import LONGEST_TEXT, MOST_AUTHORS
from bot.digests.export import FORMS, Form, export
from bot.digests.names import Name, name_of
from bot.digests.records import export_records, import_records, read_records
from bot.digests.report import report
from bot.models import (
    Author,
    Brief,
    DigestEntry,
    Evidence,
    Identifier,
    Institution,
    Language,
    Paper,
    ShareState,
    StoredShare,
)
from storage.database.sqlite import SqliteLibrary

GOLDEN = Path(__file__).parent / "golden"
MADE_AT = datetime(2026, 11, 22, 19, 5, 2, tzinfo=UTC)


def entry(*authors: str, **about: Any) -> DigestEntry:
    """The sample paper, changed."""
    changed = replace(paper("arxiv:2610.00001"), id="p1", published=date(2026, 10, 3), **about)
    if authors:
        changed = replace(changed, authors=tuple(map(Author, authors)))
    return DigestEntry(changed, brief("first", "en"))


def content(form: Form, *entries: DigestEntry, language: Language = "en") -> str:
    return export(form, entries, language, title="Lakes", at=MADE_AT, zone="Asia/Shanghai")


def bib(*entries: DigestEntry) -> list[dict[str, str]]:
    """As ``bibtexparser`` reads it; it leaves out an entry it cannot read, and turns their order."""
    text = content("bib", *entries)
    read = bibtexparser.loads(text, BibTexParser(common_strings=True, ignore_nonstandard_types=False)).entries
    assert len(read) == len(entries) == text.count("\n@") + text.startswith("@")
    return sorted(read, key=lambda each: text.index(f"{{{each['ID']},"))


def ris(*entries: DigestEntry) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = rispy.loads(content("ris", *entries))
    assert len(read) == len(entries)
    return read


def rows(*entries: DigestEntry, language: Language = "en") -> list[dict[str, str]]:
    text = content("csv", *entries, language=language)
    assert text.startswith("\ufeff")
    read = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))
    assert len(read) == len(entries)
    return read


LATEX = {
    r"\{\vphantom{\}}": "{", r"\vphantom{\{}\}": "}", r"{\textbackslash}": "\\",
    r"{\textasciitilde}": "~", r"{\textasciicircum}": "^", **{f"\\{mark}": mark for mark in "#$%&_"},
    "{": "", "}": "",
}  # fmt: skip
LATEX_TOKEN = re.compile("|".join(map(re.escape, sorted(LATEX, key=len, reverse=True))))


def typeset(value: str) -> str:
    """The text that LaTeX prints for a value (and Zotero shows, by the same table)."""
    return LATEX_TOKEN.sub(lambda found: LATEX[found[0]], value)


def separate(names: str) -> list[str]:
    """The names of an author field as BibTeX parts them: at each "and" outside braces."""
    apart, depth = [""], 0
    for word in names.split():
        if word.lower() == "and" and not depth:
            apart.append("")
        else:
            apart[-1] += f" {word}"
            depth += word.count("{") - word.count("}")
    return [name for name in apart if name]


def one_line(text: str) -> str:
    return " ".join("".join(" " if ord(mark) < 32 or 127 <= ord(mark) < 160 else mark for mark in text).split())


def seen(text: str) -> str:
    """Without what nobody sees: marks of direction and of zero width, private and unassigned ones."""
    whole = text.encode("utf-8", "replace").decode()
    spaced = "".join(" " if mark in "\ufeff\ufffe\uffff" else mark for mark in whole)
    return "".join(
        mark for mark in spaced if mark.isspace() or unicodedata.category(mark) == "Cc" or not is_unseen(mark)
    )


# --- The files as people get them -------------------------------------------------------------------


def sample_entries() -> list[DigestEntry]:
    """What a digest may hold: a preprint, a Chinese journal article, a conference paper by a group, an upload."""
    tides = entry(
        "Ada Wöhler", "Ludwig van der Meer", "The Lake Survey Collaboration", abstract="Lakes have 40% & more."
    )
    shares = [StoredShare(share(ts=ts), ShareState.BRIEFED, at(hour), "p1") for ts, hour in [("2.0", 9), ("1.0", -9)]]
    leaves = Paper(
        "p2", "基于小波的树叶分类方法", (Author("张伟"), Author("欧阳娜娜")), (Institution("北京大学", zh="北京大学"),),
        "本文研究树叶。", "zh", (Identifier("doi", "10.1000/leaves_2"),), "计算机学报", date(2025, 5, 1),
        source="Crossref",
    )  # fmt: skip
    reefs = Paper(
        "p3", "ReefNet: Mapping Reefs with BERT-like Models on GPU", (Author("Reef Team"),), (), "We map reefs.",
        identifiers=(Identifier("acl", "2024.reef-1.7"),), venue="Proceedings of the Reef Workshop",
        page_url="https://example.org/reefs?a=1;b=2", source="page tags",
    )  # fmt: skip
    upload = Paper(
        "p4", "=Notes on Ponds", (Author("Plato"),), identifiers=(Identifier("sha256", "ab"),), source="PDF"
    )  # fmt: skip
    sentence = "北京大学发布了《基于小波的树叶分类方法》论文。"
    return [
        replace(tides, shares=tuple(shares)),
        DigestEntry(leaves, replace(brief(), sentence=sentence)),
        DigestEntry(reefs, brief("first", "en")),
        DigestEntry(upload, brief("first", "en")),
    ]


@pytest.mark.parametrize("form", ["bib", "ris", "csv", "jsonl"])
def test_an_export_is_the_golden_file(form: Form) -> None:
    made = content(form, *sample_entries(), language="zh")
    assert made.encode() == (GOLDEN / f"export.{form}").read_bytes()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_markdown_is_the_full_report(language: Language) -> None:
    expected = report(
        sample_entries(), language, title="Lakes", at=MADE_AT, zone="Asia/Shanghai", plain=False, names=str.lower
    )
    made = export(
        "md", sample_entries(), language, title="Lakes", at=MADE_AT, zone="Asia/Shanghai", names=str.lower
    )  # fmt: skip
    assert made == expected


@pytest.mark.parametrize("form", ["bib", "ris", "jsonl"])
def test_no_papers_are_an_empty_file(form: Form) -> None:
    assert content(form) == ""


def test_a_table_of_no_papers_still_has_its_header() -> None:
    assert content("csv", language="zh").startswith('\ufeff"标题","作者",')


# --- Reference managers -----------------------------------------------------------------------------


def test_a_preprint_in_bibtex_carries_all_that_a_reference_needs() -> None:
    (read,) = bib(entry())
    assert read == {
        "ENTRYTYPE": "misc",
        "ID": "wohler-2026-tides-shallow-lakes",
        "title": "Tides in Shallow Lakes",
        "author": "Wöhler, Ada and Lindqvist, Bo",
        "year": "2026",
        "month": "October",
        "eprint": "2610.00001",
        "archiveprefix": "arXiv",
        "doi": "10.48550/arXiv.2610.00001",
        "url": "https://example.org/tides",
        "abstract": "Lakes have tides too.",
        "annote": "first sentence",
    }


def test_a_preprint_in_ris_carries_the_same() -> None:
    (read,) = ris(entry())
    assert read == {
        "type_of_reference": "UNPB",
        "id": "wohler-2026-tides-shallow-lakes",
        "authors": ["Wöhler, Ada", "Lindqvist, Bo"],
        "title": "Tides in Shallow Lakes",
        "year": "2026",
        "date": "2026/10/03",
        "accession_number": "arXiv:2610.00001",
        "doi": "10.48550/arXiv.2610.00001",
        "urls": ["https://example.org/tides"],
        "abstract": "Lakes have tides too.",
        "notes": ["first sentence"],
    }


@pytest.mark.parametrize(
    ("venue", "keys", "bibtex", "ris_type"),
    [
        ("", ["arxiv:2610.00001"], ("misc", None), "UNPB"),
        ("arXiv.org", ["arxiv:2610.00001"], ("misc", None), "UNPB"),
        ("bioRxiv", ["doi:10.1101/1"], ("misc", None), "UNPB"),
        ("Limnology & Oceanography", ["doi:10.1/x"], ("article", "journal"), "JOUR"),
        ("Phys. Rev. D 76, 013009 (2007)", ["arxiv:hep-ph/0701001"], ("article", "journal"), "JOUR"),
        ("Proceedings of the 3rd Lake Meeting", ["doi:10.1/x"], ("inproceedings", "booktitle"), "CPAPER"),
        ("NeurIPS 2026", [], ("inproceedings", "booktitle"), "CPAPER"),
        ("Findings of the Lake", ["acl:2026.lake-1.1"], ("inproceedings", "booktitle"), "CPAPER"),
    ],
)
def test_the_venue_decides_what_kind_of_reference_it_is(
    venue: str, keys: list[str], bibtex: tuple[str, str | None], ris_type: str
) -> None:
    identifiers = tuple(Identifier(*key.split(":", 1)) for key in keys)
    published = entry(venue=venue, identifiers=identifiers)
    (read,) = bib(published)
    kind, field = bibtex
    assert read["ENTRYTYPE"] == kind
    assert {name: typeset(read[name]) for name in ("journal", "booktitle") if name in read} == (
        {field: venue} if field else {}
    )
    (read,) = ris(published)
    assert (read["type_of_reference"], read.get("secondary_title")) == (ris_type, venue if field else None)


def test_the_publishers_doi_goes_before_that_of_arxiv() -> None:
    both = entry(identifiers=(Identifier("arxiv", "2610.00001"), Identifier("doi", "10.1000/a_b(1)")))
    assert bib(both)[0]["doi"] == ris(both)[0]["doi"] == "10.1000/a_b(1)"


def test_a_paper_without_a_page_links_to_where_its_identifier_leads() -> None:
    assert bib(entry(page_url=None))[0]["url"] == "https://arxiv.org/abs/2610.00001"
    only_doi = entry(page_url=None, identifiers=(Identifier("doi", "10.1000/x"),))
    assert bib(only_doi)[0]["url"] == "https://doi.org/10.1000/x"
    upload = entry(page_url=None, identifiers=(Identifier("sha256", "aa"),))
    assert not {"url", "doi", "eprint"} & bib(upload)[0].keys()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "https://", "x" * 3000])
def test_only_links_into_the_web_are_exported(url: str) -> None:
    odd = entry(page_url=url, identifiers=())
    assert "url" not in bib(odd)[0] and "urls" not in ris(odd)[0] and rows(odd)[0]["Link"] == ""


@pytest.mark.parametrize("url", ["https://example.org/a;b={c}?d=\\e&f=é 中#%20", "https://example.org/}\n@x{"])
def test_a_link_is_encoded_and_stays_one(url: str) -> None:
    (read,) = bib(entry(page_url=url))
    assert re.fullmatch(r"https://example\.org/[!#-\[\]-z|~]+", read["url"])
    assert ris(entry(page_url=url))[0]["urls"] == [read["url"].replace(";", "%3B")]


@pytest.mark.parametrize(
    ("title", "braced"),
    [
        ("Tides in Shallow Lakes", "Tides in Shallow Lakes"),
        ("BERT: Pre-training of Deep Transformers", "{BERT}: Pre-training of Deep Transformers"),
        ("Scaling GPT-4 with LoRA and mT5", "Scaling {GPT}-4 with {LoRA} and {mT5}"),
        ("Vision-Language Models for Q-Learning", "Vision-Language Models for {Q}-Learning"),
        ("A Study of A Lake", "A Study of {A} Lake"),
        ("Wavelets for the lakes of Bavaria", "Wavelets for the lakes of {Bavaria}"),
        ("Deep lakes: Evidence from the Baltic sea", "Deep lakes: Evidence from the {Baltic} sea"),
        ("ATTENTION IN SHALLOW LAKES", "{ATTENTION IN SHALLOW LAKES}"),
        ("DeepLake-R1", "{DeepLake}-{R1}"),
        ("50% of C# & $x_1$ in {R}^n ~ \\", None),
        ("基于小波的 BERT 方法", "基于小波的 {BERT} 方法"),
    ],
)
def test_capitals_that_matter_are_braced(title: str, braced: str | None) -> None:
    (read,) = bib(entry(title=title))
    assert typeset(read["title"]) == title
    assert braced is None or read["title"] == braced


# --- Names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "in_bibtex", "in_ris"),
    [
        ("Ada Wöhler", "Wöhler, Ada", "Wöhler, Ada"),
        ("Wöhler, Ada", "Wöhler, Ada", "Wöhler, Ada"),
        ("J. R. R. Tolkien", "Tolkien, J. R. R.", "Tolkien, J. R. R."),
        ("Ludwig van Beethoven", "van Beethoven, Ludwig", "van Beethoven, Ludwig"),
        ("van Beethoven, Ludwig", "van Beethoven, Ludwig", "van Beethoven, Ludwig"),
        ("Rob van 't Hof", "van 't Hof, Rob", "van 't Hof, Rob"),
        ("Juan Pérez de la Cruz", "de la Cruz, Juan Pérez", "de la Cruz, Juan Pérez"),
        ("Jan-Peter Van der Meer", "Van der Meer, Jan-Peter", "Van der Meer, Jan-Peter"),
        ("Santiago Ramón y Cajal", "Ramón y Cajal, Santiago", "Ramón y Cajal, Santiago"),
        ("danah boyd", "boyd, danah", "boyd, danah"),
        ("Xin Di Wang", "Wang, Xin Di", "Wang, Xin Di"),
        ("Martin Luther King, Jr.", "King, Jr., Martin Luther", "King, Martin Luther, Jr."),
        ("Sammy Davis Jr.", "Davis, Jr., Sammy", "Davis, Sammy, Jr."),
        ("Plato", "{Plato}", "Plato"),
        ("de la Cruz", "{de la Cruz}", "de la Cruz"),
        ("张伟", "张, 伟", "张, 伟"),
        ("欧阳娜娜", "欧阳, 娜娜", "欧阳, 娜娜"),
        ("山田 太郎", "山田, 太郎", "山田, 太郎"),
        ("山田太郎", "{山田太郎}", "山田太郎"),
        ("约翰·史密斯", "{约翰·史密斯}", "约翰·史密斯"),
        ("김민수", "김, 민수", "김, 민수"),
        ("The ATLAS Collaboration", "{The ATLAS Collaboration}", "The ATLAS Collaboration"),
        ("Reef Team, Lake Group", "{Reef Team, Lake Group}", "Reef Team Lake Group"),
        ("DeepLake-AI", "{DeepLake-AI}", "DeepLake-AI"),
        ("湖泊研究小组", "{湖泊研究小组}", "湖泊研究小组"),
        ("Procter and Gamble", "{Procter and Gamble}", "Procter and Gamble"),
        ("others", "{others}", "others"),
        ("R&D {x}", r"{R\&D \{\vphantom{\}}x\vphantom{\{}\}}", "R&D {x}"),
    ],
)
def test_a_name_is_turned_family_name_first(printed: str, in_bibtex: str, in_ris: str) -> None:
    (read,) = bib(entry(printed, "Bo Lindqvist"))
    assert read["author"] == f"{in_bibtex} and Lindqvist, Bo"
    assert ris(entry(printed, "Bo Lindqvist"))[0]["authors"] == [in_ris, "Lindqvist, Bo"]


def test_bibtex_takes_the_parts_of_a_name_for_what_they_are() -> None:
    (read,) = bib(entry("Ludwig van Beethoven", "Martin Luther King, Jr.", "The Reef Team"))
    parts = [splitname(name) for name in read["author"].split(" and ")]
    assert parts == [
        {"first": ["Ludwig"], "von": ["van"], "last": ["Beethoven"], "jr": []},
        {"first": ["Martin", "Luther"], "von": [], "last": ["King"], "jr": ["Jr."]},
        {"first": [], "von": [], "last": ["{The Reef Team}"], "jr": []},
    ]


def test_the_authors_of_a_giant_collaboration_are_bounded() -> None:
    giant = entry(*(f"Person Nr{number}x" for number in range(MOST_AUTHORS + 5)))
    assert bib(giant)[0]["author"].endswith(" and others")
    assert len(ris(giant)[0]["authors"]) == MOST_AUTHORS


# --- Keys -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("authors", "about", "key"),
    [
        (["Łukasz Øster-Größe"], {}, "ostergrosse-2026-tides-shallow-lakes"),
        (["Ludwig van Beethoven"], {}, "beethoven-2026-tides-shallow-lakes"),
        ([], {"published": None}, "wohler-nd-tides-shallow-lakes"),
        (["The Reef Team"], {"title": "On the Use of GPT-4"}, "thereefteam-2026-use-gpt-4"),
        (["x" * 500], {"title": "y" * 500}, f"{'x' * 24}-2026-{'y' * 20}"),
    ],
)
def test_a_key_can_be_read_and_typed(authors: list[str], about: dict[str, Any], key: str) -> None:
    published = {"published": date(2026, 10, 3)} | about
    made = entry(*authors)
    assert bib(replace(made, paper=replace(made.paper, **published)))[0]["ID"] == key


def test_a_key_does_not_depend_on_what_else_is_exported() -> None:
    alone = bib(entry())[0]["ID"]
    assert [each["ID"] for each in bib(entry("Bo Lindqvist"), entry(), entry(title="Leaves"))][1] == alone
    chinese = [entry("张伟", title="湖泊"), entry("张伟", title="树叶")]
    keys = [each["ID"] for each in bib(*chinese)]
    assert len(set(keys)) == 2 and [bib(each)[0]["ID"] for each in chinese] == keys
    assert all(re.fullmatch(r"paper-2026-[0-9a-f]{6}", key) for key in keys)


def test_twins_get_keys_that_follow_the_paper_not_its_place() -> None:
    one, two = entry(), entry()
    two = replace(two, paper=replace(two.paper, id="p2"))
    first, second = (each["ID"] for each in bib(one, two))
    assert first != second
    assert [each["ID"] for each in bib(two, one)] == [second, first]
    assert len({each["ID"] for each in bib(one, one, one)}) == 3


# --- Tables -----------------------------------------------------------------------------------------


def test_a_row_says_what_people_sort_and_filter_by() -> None:
    first, *_, last = rows(*sample_entries())
    assert first == {
        "Title": "Tides in Shallow Lakes",
        "Authors": "Ada Wöhler; Ludwig van der Meer; The Lake Survey Collaboration",
        "Institutions": "University of Constance",
        "Published": "2026-10-03",
        "Venue": "",
        "Identifiers": "arxiv:2610.00001",
        "Link": "https://example.org/tides",
        "Brief": "first sentence",
        "Abstract": "Lakes have 40% & more.",
        "First shared": "2026-11-16",
        "Times shared": "2",
    }
    assert (last["Title"], last["Identifiers"], last["First shared"], last["Times shared"]) == (
        "'=Notes on Ponds", "", "", "0",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1+1", "\r\n=1", " \ufeff=1", "＝1+1", "\x00=1", "x;=1+1"],
)
def test_no_cell_is_a_formula_in_any_spreadsheet(text: str) -> None:
    made = content("csv", entry(title=text, abstract=f"{text};{text}"))
    for delimiter in ",;\t":  # which one parts cells depends on the reader's country
        for row in csv.reader(io.StringIO(made.removeprefix("\ufeff"), newline=""), delimiter=delimiter):
            assert not [cell for cell in row if re.match(r"\s*[=+\-@＝＋－＠]", cell) and cell[:1] != " "]


def test_a_table_opens_in_any_zone() -> None:
    shared = StoredShare(share(), ShareState.BRIEFED, datetime(2026, 11, 16, 23, 30, tzinfo=UTC), "p1")
    made = export("csv", [replace(entry(), shares=(shared,))], "en", title="x", at=MADE_AT, zone="Asia/Tokyo")
    assert '"2026-11-17"' in made


# --- Records ----------------------------------------------------------------------------------------


def test_exported_records_import_into_another_library_and_come_out_the_same(
    new_library: Callable[[], SqliteLibrary],
) -> None:
    library, other = new_library(), new_library()
    import_records(library, "local", (GOLDEN / "records.jsonl").read_text(encoding="utf-8").splitlines(), at(0))
    for each in sample_entries():
        library.keep("local", each.paper, each.brief, None, at(0))
    made = content("jsonl", *library.all_papers("local", None, "zh"))
    assert import_records(other, "local", made.splitlines(), at(9)) == (7, 7)
    assert content("jsonl", *other.all_papers("local", None, "zh")) == made
    assert list(export_records(other, "local")) == [json.loads(line) for line in made.splitlines()]


# --- Hostile papers ---------------------------------------------------------------------------------

NASTY = st.sampled_from(
    ["\n", "\r\n", "\u2028", "\x85", "\x00", "\x1b", "\x9b", "\ud800", "{", "}", "{{", "\\", "\\}", "%", "$", '"', "'",
     "#", "~", "^", "_", "&", "@misc{x,", "}\n@article{y,", "\nER  - \nTY  - JOUR\n", "  - ", "TI  - ", " and ", ",",
     ";", "=cmd()", '"\n=1,', "\t", "\ufeff", "\u202e", "\\textbackslash", "\\vphantom{", "et al", "/", "-", ":"]
)  # fmt: skip
TEXT = st.lists(st.one_of(NASTY, st.text(max_size=8)), max_size=8).map("".join)
PAPERS = st.builds(
    Paper,
    id=st.text(max_size=4),
    title=TEXT,
    authors=st.lists(TEXT.map(Author), max_size=4).map(tuple),
    institutions=st.lists(TEXT.map(Institution), max_size=2).map(tuple),
    abstract=TEXT,
    identifiers=st.lists(
        st.builds(Identifier, st.sampled_from(["arxiv", "doi", "acl", "pdf", "sha256"]), TEXT.map("10.1000/".__add__)),
        max_size=3,
    ).map(tuple),
    venue=TEXT,
    published=st.none() | st.dates(),
    page_url=st.none() | TEXT | TEXT.map("https://example.org/".__add__),
)
ENTRIES = st.lists(
    st.builds(lambda about, words: DigestEntry(about, replace(brief(), sentence=words)), PAPERS, TEXT), max_size=4
)
many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(ENTRIES)
def test_no_paper_breaks_bibtex(entries: list[DigestEntry]) -> None:
    read = bib(*entries)
    assert len({each["ID"] for each in read}) == len(entries)
    for each, made in zip(entries, read, strict=True):
        assert re.fullmatch(r"[a-z0-9-]+", made["ID"])
        assert set(made) <= {
            "ENTRYTYPE", "ID", "title", "author", "year", "month", "journal", "booktitle", "eprint", "archiveprefix",
            "doi", "url", "abstract", "annote",
        }  # fmt: skip
        said = seen(each.paper.title)
        assert one_line(typeset(made.get("title", ""))) == one_line(said)
        printed = [author for author in each.paper.authors if one_line(seen(author.name))]
        assert len(separate(made.get("author", ""))) == len(printed)


@many
@given(ENTRIES)
def test_no_paper_breaks_ris(entries: list[DigestEntry]) -> None:
    for each, made in zip(entries, ris(*entries), strict=True):
        assert set(made) <= {
            "type_of_reference", "id", "authors", "title", "year", "date", "secondary_title", "accession_number",
            "doi", "urls", "abstract", "notes",
        }  # fmt: skip
        said = seen(each.paper.title)
        assert one_line(made.get("title", "")) == one_line(said)
        assert len(made.get("urls", [])) <= 1 and len(made.get("notes", [])) <= 1


@many
@given(ENTRIES)
def test_no_paper_breaks_the_table(entries: list[DigestEntry]) -> None:
    for row in rows(*entries):
        assert None not in row and not [cell for cell in row.values() if re.match(r"[=+\-@\t\r\n]", cell)]


@many
@given(ENTRIES)
def test_no_paper_breaks_the_records(entries: list[DigestEntry]) -> None:
    made = content("jsonl", *entries)
    assert len(made.splitlines()) == len(made.split("\n")) - 1 == len(entries)
    for line, each in zip(made.splitlines(), entries, strict=True):
        said = (each.paper.title, each.brief.sentence)
        if not all(re.search(r"\S", words) for words in said) or "\\ud800" in repr(each):
            continue
        (read,) = read_records([line])
        about = replace(each.paper, id="", source=each.paper.source or "import", page_url=each.paper.page_url or None)
        assert read.paper == replace(about, author_count=about.author_count or len(about.authors))
        assert read.briefs == (each.brief,)


@many
@given(ENTRIES)
def test_every_export_can_be_written_as_utf_8(entries: list[DigestEntry]) -> None:
    for form in FORMS:
        assert content(form, *entries).encode().decode() == content(form, *entries)


@many
@given(ENTRIES)
def test_no_control_character_reaches_another_program(entries: list[DigestEntry]) -> None:
    for form in ("bib", "ris", "csv"):
        made = content(form, *entries).removeprefix("\ufeff")
        assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\u2028\u2029]", made)


@pytest.mark.parametrize("form", ["bib", "ris", "csv"])
@pytest.mark.parametrize("flood", ["{", "word ", "\n", "\\", "é", "张", "ER  - \n"])
def test_ten_megabytes_are_cut(form: Form, flood: str) -> None:
    long = flood * (10_000_000 // len(flood))
    flooded = entry(long, title=f"T{long}", abstract=f"A{long}", venue=long)
    flooded = replace(flooded, brief=replace(flooded.brief, sentence=f"S{long}"))
    made = content(form, flooded, entry())
    assert len(made) < 20 * LONGEST_TEXT * 2
    if form == "csv":
        assert all(len(cell) <= 32_767 for row in rows(flooded, entry()) for cell in row.values())


def test_bounded_texts_still_parse() -> None:
    flooded = entry("{" * 10_000, title="\\" * 100_000, abstract="}{" * 100_000, venue="%" * 10_000)
    assert len(bib(flooded, entry())) == len(ris(flooded, entry())) == 2


@settings(max_examples=500, deadline=None)
@given(TEXT.map(lambda text: " ".join(text.split())).filter(bool))
def test_a_name_loses_no_letter(printed: str) -> None:
    name = name_of(printed)
    parts = " ".join((name.particle, name.family, name.given, name.suffix))
    assert sorted(filter(str.isalnum, parts)) == sorted(filter(str.isalnum, printed))
    assert name == Name(printed) or (name.family and name.given)


def test_evidence_and_verdicts_survive_the_records() -> None:
    made_of = Brief("en", "t", ("A",), "x", "y", "z", "s", {"effect": Evidence("q\u2028", 3)}, "m", "1", ("b",), ("v",))
    (read,) = read_records(content("jsonl", DigestEntry(paper(), made_of)).splitlines())
    assert read.briefs == (made_of,)
