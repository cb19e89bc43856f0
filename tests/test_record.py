"""What ``paperwire read --json`` prints of a reading."""

from __future__ import annotations

import dataclasses
import json

from bot.errors import Retry, Tell
from bot.models import Author, FullText, Identifier, Institution, Reading
from bot.papers.record import header_record, reading_from

READING = Reading(
    title="Otter",
    authors=(Author("Mira Valdés"),),
    institutions=(Institution("University of Glasgow", "1University of Glasgow, UK", 1, "格拉斯哥大学"),),
    abstract="Rivers.",
    language="en",
    arxiv=Identifier("arxiv", "2401.01234", 2),
    doi=None,
    text=FullText(("Rivers.",), 1, True),
)


def test_a_paper_has_the_documented_fields() -> None:
    assert header_record("a/otter.pdf", READING) == {
        "file": "a/otter.pdf",
        "is_paper": True,
        "title": "Otter",
        "authors": ["Mira Valdés"],
        "institutions": ["University of Glasgow"],
        "institution_lines": ["1University of Glasgow, UK"],
        "abstract": "Rivers.",
        "arxiv_id": "2401.01234",
        "language": "en",
        "error": None,
        "code": None,
    }


def test_a_refusal_has_the_same_fields_and_its_reason() -> None:
    refused = header_record("x.pdf", Tell("password"))
    assert refused.keys() == header_record("a.pdf", READING).keys()
    assert (refused["is_paper"], refused["error"]) == (False, "password")


def test_an_empty_file_is_a_damaged_one_told_more_exactly() -> None:
    record = header_record("x.pdf", Tell("empty"))
    assert (record["error"], record["code"]) == ("damaged", "empty")


def test_a_source_that_is_out_is_no_crash() -> None:
    assert header_record("x.pdf", Retry("source_busy"))["code"] == "source_busy"


def test_a_reading_survives_the_way_through_the_wall() -> None:
    assert reading_from(json.loads(json.dumps(dataclasses.asdict(READING)))) == READING
