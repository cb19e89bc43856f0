"""The papers of a digest as a file: a report, references for a reference manager, a table, records. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from bot.digests.bibtex import bibtex
from bot.digests.citation import citations, line
from bot.digests.records import record_of
from bot.digests.report import Names, report
from bot.digests.ris import ris
from bot.digests.sheet import sheet
from bot.models import DigestEntry, Language

Form = Literal["md", "bib", "ris", "csv", "jsonl"]
FORMS: dict[Form, str] = {
    "md": "text/markdown",
    "bib": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
}
"""Form → media type; the form is also the file's ending."""
_LONGEST_STEM = 80
# Ends of lines to a reader that splits text, though not to JSON.
_LINE_ENDS = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file for people to keep. ``content`` is to be written in UTF-8, its line ends as they are."""

    name: str
    media_type: str
    content: str


def export(
    form: Form,
    entries: Sequence[DigestEntry],
    language: Language,
    *,
    title: str,
    at: datetime,
    zone: str,
    names: Names = str,
) -> Exported:
    """``entries`` in their order as a file of ``form``, named after ``title`` and the day of ``at`` in ``zone``.

    ``names`` gives people and channels their names in the report (``md``); no other form says who shared a paper.
    """
    match form:
        case "md":
            content = report(entries, language, title=title, at=at, zone=zone, plain=False, names=names)
        case "bib":
            content = bibtex(citations(entries))
        case "ris":
            content = ris(citations(entries))
        case "csv":
            content = sheet(entries, language, zone)
        case "jsonl":
            content = "".join(map(_record, entries))
    return Exported(_name(title, at, zone, form), FORMS[form], content.encode("utf-8", "replace").decode())


def _record(entry: DigestEntry) -> str:
    return json.dumps(record_of(entry), ensure_ascii=False).translate(_LINE_ENDS) + "\n"


def _name(title: str, at: datetime, zone: str, form: Form) -> str:
    words = re.findall(r"\w+", line(title, _LONGEST_STEM).replace("…", ""))
    return f"{'-'.join((*words, f'{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}'))}.{form}"
