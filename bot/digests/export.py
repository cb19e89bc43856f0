"""The papers of a digest as a file: a report, references for a reference manager, a table, records. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args

from bot.digests.bibtex import bibtex
from bot.digests.citation import citations
from bot.digests.records import record_of
from bot.digests.report import Addresses, Names, nowhere, report
from bot.digests.ris import ris
from bot.digests.sheet import sheet
from bot.models import DigestEntry, Language

Form = Literal["md", "bib", "ris", "csv", "jsonl"]
FORMS: tuple[Form, ...] = get_args(Form)
"""Each is also the file's ending."""
# Ends of lines to a reader that splits text, though not to JSON.
_LINE_ENDS = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}


def export(
    form: Form,
    entries: Sequence[DigestEntry],
    language: Language,
    *,
    title: str,
    at: datetime,
    zone: str,
    names: Names = str,
    addresses: Addresses = nowhere,
) -> str:
    """``entries`` in their order as a file of ``form``, to be written in UTF-8, its line ends as they are.

    ``title`` and ``at`` head the report (``md``), in which ``names`` gives people and channels their names and
    ``addresses`` says where messages are found; no other form says who shared a paper.
    """
    match form:
        case "md":
            content = report(
                entries, language, title=title, at=at, zone=zone, plain=False, names=names, addresses=addresses
            )
        case "bib":
            content = bibtex(citations(entries))
        case "ris":
            content = ris(citations(entries))
        case "csv":
            content = sheet(entries, language, zone)
        case "jsonl":
            content = "".join(map(_record, entries))
    return content.encode("utf-8", "replace").decode()


def _record(entry: DigestEntry) -> str:
    return json.dumps(record_of(entry), ensure_ascii=False).translate(_LINE_ENDS) + "\n"
