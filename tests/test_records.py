"""Records go in, come out, and give the same report."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from library_samples import at, brief, paper, share, text

from bot.digests.records import export_records, import_records, read_records, record_of
from bot.digests.report import report
from bot.errors import Tell
from bot.models import LANGUAGES, Institution, Language, Period
from bot.wording import explain
from storage.database.sqlite import SqliteLibrary

GOLDEN = Path(__file__).parent / "golden"
RECORDS = (GOLDEN / "records.jsonl").read_text(encoding="utf-8").splitlines()
MADE_AT = datetime(2026, 11, 22, 13, 5, 2, tzinfo=UTC)


def reported(library: SqliteLibrary, language: Language = "zh", *, plain: bool = True) -> str:
    entries = library.all_papers("local", None, language)
    return report(entries, language, title="湖泊与树叶论文分析报告", at=MADE_AT, zone="UTC", plain=plain)


def exported(library: SqliteLibrary) -> list[str]:
    return [json.dumps(record, ensure_ascii=False) for record in export_records(library, "local")]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_imported_records_give_the_report_byte_for_byte(
    new_library: Callable[[], SqliteLibrary], language: Language
) -> None:
    library = new_library()
    assert import_records(library, "local", RECORDS, at(0)) == (3, 3)
    assert reported(library, language).encode() == (GOLDEN / f"report.{language}.md").read_bytes()


def test_importing_twice_changes_nothing(new_library: Callable[[], SqliteLibrary]) -> None:
    library = new_library()
    import_records(library, "local", RECORDS, at(0))
    first = exported(library)
    assert import_records(library, "local", RECORDS, at(50)) == (3, 0)
    assert exported(library) == first
    assert library.all_papers("local", Period(at(40), at(60)), "zh") == ()


def test_what_is_exported_imports_to_the_same_report(new_library: Callable[[], SqliteLibrary]) -> None:
    library, other = new_library(), new_library()
    import_records(library, "local", RECORDS, at(0))
    posted = share(team="local")
    library.accept("local", posted, at(0))
    about = replace(paper("arxiv:1", "doi:10.1/x", version=3), venue="Limnology", published=date(2026, 10, 1))
    kept = library.keep("local", about, brief("made"), text(), at(0), share_id=posted.id)
    library.keep("local", kept, brief("made", "en"), None, at(0), share_id=posted.id)
    import_records(other, "local", exported(library), at(1))
    assert exported(other) == exported(library)
    for language in ("zh", "en"):
        assert reported(other, language) == reported(library, language)
    stored = other.known_paper("local", ["doi:10.1/x"], "anywhere")
    assert stored is not None and replace(stored, id=kept.id) == kept
    assert other.brief("local", stored.id, "en", "anywhere") == brief("made", "en")


def test_a_record_in_the_form_of_the_examples_is_written_back_as_it_was(
    new_library: Callable[[], SqliteLibrary],
) -> None:
    library = new_library()
    import_records(library, "local", RECORDS, at(0))
    examples = sorted((json.loads(line) for line in RECORDS), key=lambda record: record["title"].casefold())
    for example, record in zip(examples, export_records(library, "local"), strict=True):
        assert {field: record[field] for field in example} == example


def test_a_record_of_one_entry_holds_its_one_brief(new_library: Callable[[], SqliteLibrary]) -> None:
    library = new_library()
    import_records(library, "local", RECORDS, at(0))
    assert [list(record_of(entry)["brief"]) for entry in library.all_papers("local", None, "en")] == [
        ["zh"],
        ["zh"],
        ["en"],
    ]


def test_a_corrected_sentence_takes_the_place_of_the_imported_one(new_library: Callable[[], SqliteLibrary]) -> None:
    library = new_library()
    import_records(library, "local", RECORDS, at(0))
    import_records(library, "local", [line.replace("11 dB", "12 dB") for line in RECORDS], at(1))
    assert "12 dB" in reported(library) and "11 dB" not in reported(library)


def test_a_sentence_changed_in_an_export_is_believed(new_library: Callable[[], SqliteLibrary]) -> None:
    record = record_of(library_entry(new_library()))
    record["brief"]["zh"] = "人的话。"
    (read,) = read_records([json.dumps(record)])
    assert read.briefs[0].sentence == "人的话。"
    assert read.briefs[0].evidence == brief().evidence


def library_entry(library: SqliteLibrary):
    library.accept("local", share(team="local"), at(0))
    library.keep("local", paper(), brief(), None, at(0), share_id=share(team="local").id)
    (entry,) = library.all_papers("local", None, "zh")
    return entry


def test_institutions_keep_where_they_are_printed(new_library: Callable[[], SqliteLibrary]) -> None:
    (read,) = read_records([json.dumps(record_of(library_entry(new_library())))])
    assert read.paper.institutions == paper().institutions
    (read,) = read_records([RECORDS[0]])
    assert read.paper.institutions[2] == Institution("Department of Physics")


def test_blank_lines_and_a_byte_order_mark_are_passed_over() -> None:
    assert len(read_records(["\ufeff" + RECORDS[0], "", "  \n", RECORDS[1]])) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "Invalid JSON"),
        ("[1]", "object"),
        ('{"brief": {"zh": "x"}}', "title"),
        ('{"title": " ", "brief": {"zh": "x"}}', "title"),
        ('{"title": "x"}', "brief"),
        ('{"title": "x", "brief": {}}', "brief"),
        ('{"title": "x", "brief": {"fr": "x"}}', "brief.fr"),
        ('{"title": "x", "brief": "x"}', "brief"),
        ('{"title": "x", "brief": {"zh": "x"}, "author_count": -1}', "author_count"),
        ('{"title": "x", "brief": {"zh": "x"}, "institutions": "MIT"}', "institutions"),
        ('{"title": "\\ud800", "brief": {"zh": "x"}}', "Invalid JSON"),
        ("[" * 100_000, "Invalid JSON"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_imported(
    new_library: Callable[[], SqliteLibrary], line: str, reason: str
) -> None:
    library = new_library()
    with pytest.raises(Tell, match="bad_record") as told:
        import_records(library, "local", [RECORDS[0], "", line, RECORDS[1]], at(0))
    assert told.value.facts["line"] == 3
    assert reason in str(told.value.facts["reason"])
    assert all("3" in explain(language, told.value) for language in LANGUAGES)
    assert library.all_papers("local", None, "zh") == ()


def test_what_a_record_leaves_out_is_empty() -> None:
    (read,) = read_records(['{"title": "x", "brief": {"zh": "y"}, "abstract": null, "institutions": null, "new": 1}'])
    assert (read.paper.abstract, read.paper.institutions, read.paper.author_count) == ("", (), 0)


WORDS = st.text(st.characters(codec="utf-8"), max_size=30)
SOME = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=30)


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "title": SOME,
            "institutions": st.lists(WORDS, max_size=3),
            "author_count": st.integers(0, 3000),
            "abstract": WORDS,
            "brief": st.dictionaries(st.sampled_from(["zh", "en"]), SOME, min_size=1),
        }
    )
)
def test_every_record_is_kept_verbatim(record: dict[str, object]) -> None:
    (read,) = read_records([json.dumps(record)])
    assert (read.paper.title, read.paper.abstract) == (record["title"], record["abstract"])
    assert [institution.name for institution in read.paper.institutions] == record["institutions"]
    assert {each.language: each.sentence for each in read.briefs} == record["brief"]
