"""Accuracy on real papers that lie outside the project: ``PAPERWIRE_PAPERS`` names their folder.

The folder brings its gold labels (``gold.jsonl``) and its own ``score.py``; the thresholds are those of issue #3.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import PaperwireError
from bot.papers.jail import Jail
from bot.papers.record import header_record

AT_LEAST = {
    "title": 0.98,
    "authors": 0.95,
    "abstract": 0.95,
    "institutions F1": 0.88,
    "all_four": 0.75,
    "hyphens right": 0.98,
    "papers accepted": 0.98,
    "refusals right": 1.0,
}
AT_MOST = {"empty": 0.02, "hyphens wrong": 0.03}


@pytest.fixture(scope="module")
def folder() -> Path:
    named = os.environ.get("PAPERWIRE_PAPERS")
    if not named:
        pytest.skip("PAPERWIRE_PAPERS names no folder of labelled papers")
    return Path(named)


@pytest.fixture(scope="module")
def figures(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    predictions = tmp_path_factory.mktemp("accuracy") / "predictions.jsonl"
    with Jail(2, max_pages=400) as jail, predictions.open("w", encoding="utf-8") as lines:
        for path in sorted(folder.glob("*.pdf")):
            try:
                record = header_record(path.name, jail.read(path))
            except PaperwireError as error:
                record = header_record(path.name, error)
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")
    score = [sys.executable, str(folder / "score.py"), str(folder / "gold.jsonl"), str(predictions)]
    printed = subprocess.run(score, capture_output=True, text=True, check=True).stdout
    return {
        found[1].strip(): float(found[2]) for found in re.finditer(r"^(\S.*?) +(\d\.\d{3})\b", printed, re.MULTILINE)
    }


@pytest.mark.parametrize(("field", "least"), AT_LEAST.items(), ids=AT_LEAST)
def test_this_much_is_right(figures: dict[str, float], field: str, least: float) -> None:
    assert figures[field] >= least


@pytest.mark.parametrize(("field", "most"), AT_MOST.items(), ids=AT_MOST)
def test_this_much_is_wrong_at_most(figures: dict[str, float], field: str, most: float) -> None:
    assert figures[field] <= most
