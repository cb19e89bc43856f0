"""Papers as a table for spreadsheets: CSV (RFC 4180) in UTF-8 with the mark that Excel knows it by. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from bot.briefs.correction import named_institutions
from bot.digests.citation import LONGEST_TEXT, line, link
from bot.models import DigestEntry, Language
from bot.wording import say

_COLUMNS = (
    "title", "authors", "institutions", "published", "venue", "identifiers", "link", "brief", "abstract", "shared",
    "shares",
)  # fmt: skip
_FORMULA = re.compile(r"(?=[=+\-@＝＋－＠])")
"""How a cell begins that a spreadsheet computes: https://owasp.org/www-community/attacks/CSV_Injection."""
_FORMULA_INSIDE = re.compile(r";(?=[=+\-@＝＋－＠])")
"""Where the comma is for decimals, spreadsheets part cells at semicolons, quoted or not."""


def sheet(entries: Sequence[DigestEntry], language: Language, zone: str) -> str:
    """A row a paper under a header in ``language``; days are those of ``zone``."""
    written = io.StringIO()
    rows = csv.writer(written, quoting=csv.QUOTE_ALL)
    rows.writerow([say(language, f"export.{column}") for column in _COLUMNS])
    tz = ZoneInfo(zone)
    rows.writerows([_cell(text) for text in _texts(entry, tz)] for entry in entries)
    return "\ufeff" + written.getvalue()


def _texts(entry: DigestEntry, tz: ZoneInfo) -> Iterator[str]:
    """In order of the columns."""
    paper, shares = entry.paper, entry.shares
    yield paper.title
    yield "; ".join(author.name for author in paper.authors)
    yield "; ".join(named_institutions(paper, entry.brief))
    yield paper.published.isoformat() if paper.published else ""
    yield paper.venue
    yield "; ".join(
        f"{each.kind}:{each.value}" for each in paper.identifiers if each.kind not in ("pdf", "page", "sha256")
    )
    yield link(paper)
    yield entry.brief.sentence
    yield paper.abstract
    yield min(share.shared_at for share in shares).astimezone(tz).date().isoformat() if shares else ""
    yield str(len(shares))


def _cell(text: str) -> str:
    text = _FORMULA_INSIDE.sub("; ", line(text, LONGEST_TEXT))
    return f"'{text}" if _FORMULA.match(text) else text
