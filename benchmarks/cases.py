"""Correct briefs written by hand: on texts of our own, and on real papers where a folder of them is at hand.

``tests/data/correct_briefs.jsonl`` names real papers by file and holds the briefs with short quotes, nothing else of
the papers. ``PAPERWIRE_PAPERS`` says where the PDFs are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.answers import Case
from bot.briefs.grounding.ground import locate
from bot.models import Draft, Evidence, FullText, Institution, Language, Paper, Reading
from bot.papers.jail import Jail

_DATA = Path(__file__).parent.parent / "tests" / "data"


def own_cases() -> list[Case]:
    """Briefs of the sample texts in ``tests/data``."""
    papers = {entry["file"]: entry for entry in _lines("own_papers.jsonl")}
    return [_case(brief, papers[brief["file"]]) for brief in _lines("own_briefs.jsonl")]


def real_cases(folder: Path) -> list[Case]:
    """Briefs of the real papers that are in ``folder``."""
    briefs = [brief for brief in _lines("correct_briefs.jsonl") if (folder / brief["file"]).exists()]
    readings = read_all([folder / name for name in sorted({brief["file"] for brief in briefs})])
    return [_case(brief, _as_printed(readings[brief["file"]])) for brief in briefs if brief["file"] in readings]


def read_all(files: list[Path]) -> dict[str, Reading]:
    """What the pages of each PDF say, by file name; a file that cannot be read is an error."""
    with Jail(workers=1, max_pages=400) as jail:
        return {file.name: jail.read(file) for file in files}


def _as_printed(reading: Reading) -> dict[str, Any]:
    return {"title": reading.title, "abstract": reading.abstract, "pages": reading.text.pages}


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_DATA / name).read_text(encoding="utf-8").splitlines()]


def _case(brief: Mapping[str, Any], printed: Mapping[str, Any]) -> Case:
    """Institutions are as labelled by hand with the brief, so that the reading of headers is not measured here."""
    language: Language = brief["language"]
    institutions = tuple(Institution(name, printed=name, zh=zh) for name, zh in brief["institutions"])
    paper = Paper(brief["file"], printed["title"], institutions=institutions, abstract=printed["abstract"])
    text = FullText(tuple(printed["pages"]), len(printed["pages"]))
    evidence = {slot: Evidence(quote, locate(quote, paper, text) or 0) for slot, quote in brief["quotes"].items()}
    shown = tuple((each.zh if language == "zh" else None) or each.name for each in institutions)
    draft = Draft(brief["technique"], brief["problem"], brief["effect"], evidence, shown)
    return Case(paper, text, language, draft)
