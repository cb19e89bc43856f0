"""``make quality``: how good the checks are, and how good the briefs.

The first table corrupts correct briefs and counts what the checks find; the second scores the briefs that the
configured model writes. Real papers are used when ``PAPERWIRE_PAPERS`` names a folder of them, our samples otherwise.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.answers import Case
from benchmarks.cases import own_cases, read_all, real_cases
from benchmarks.corruptions import Corruption, corrupt
from bot.briefs.grounding.ground import check
from bot.briefs.score import Graded, score, table
from bot.briefs.write import Writer
from bot.console import NoAnswers
from bot.models import FullText, Language, Paper
from bot.settings import Settings
from playground.samples import samples


@dataclass(frozen=True)
class Finding:
    """What the checks made of correct and of corrupted briefs."""

    refused: tuple[str, ...]
    """Correct briefs that were refused, each with the faults named."""
    correct: int
    found: Counter[str]
    made: Counter[str]
    missed: tuple[Corruption, ...]
    milliseconds: float
    """Mean time of one check."""


def examine(cases: Sequence[Case], *, per_kind: int = 6) -> Finding:
    """Run the checks over every case and everything made of it."""
    refused = []
    for case in cases:
        if faults := check(case.draft, case.paper, case.text, case.language):
            refused.append(
                f"{case.paper.id} {case.language}: " + "; ".join(f"{f.slot} {f.kind} {f.what}" for f in faults)
            )
    found, made, missed = Counter[str](), Counter[str](), []
    corruptions = corrupt(cases, per_kind=per_kind)
    started = time.perf_counter()
    for each in corruptions:
        made[each.kind] += 1
        if check(each.draft, each.case.paper, each.case.text, each.case.language):
            found[each.kind] += 1
        else:
            missed.append(each)
    spent = 1000 * (time.perf_counter() - started) / max(1, len(corruptions))
    return Finding(tuple(refused), len(cases), found, made, tuple(missed), spent)


def checks_table(finding: Finding) -> str:
    lines = ["| corruption | made | found | missed | % |", "|---|--:|--:|--:|--:|"]
    for kind, made in finding.made.items():
        found = finding.found[kind]
        lines.append(f"| {kind} | {made} | {found} | {made - found} | {100 * found / made:.1f} |")
    refused = len(finding.refused)
    lines.append(
        f"| *correct briefs refused* | {finding.correct} | {refused} | | {100 * refused / finding.correct:.1f} |"
    )
    return "\n".join(lines)


def written(files: Sequence[Path]) -> list[Graded]:
    """Briefs of the PDFs in both languages, by the model that the settings name."""
    writer = Writer(Settings(), NoAnswers())
    graded = []
    for name, reading in read_all(list(files)).items():
        paper = Paper(name, reading.title, reading.authors, reading.institutions, reading.abstract, reading.language)
        for language in _LANGUAGES:
            graded.append(_graded(writer, paper, reading.text, language))
    return graded


_LANGUAGES: tuple[Language, ...] = ("zh", "en")


def _graded(writer: Writer, paper: Paper, text: FullText, language: Language) -> Graded:
    return Graded(paper, text, writer.write(paper, text, language, now=datetime.now(UTC)))


def main() -> None:
    folder = os.environ.get("PAPERWIRE_PAPERS")
    with tempfile.TemporaryDirectory() as spare:
        if folder:
            cases = real_cases(Path(folder))
            files = sorted({Path(folder) / case.paper.id for case in cases})
        else:
            cases = own_cases()
            files = [Path(spare) / f"{sample.name}.pdf" for sample in samples()]
            for file, sample in zip(files, samples(), strict=True):
                file.write_bytes(sample.pdf)
        finding = examine(cases)
        where = "real papers" if folder else "our own samples; set PAPERWIRE_PAPERS for real papers"
        print(f"## The checks, on {finding.correct} correct briefs of {where}\n")
        print(checks_table(finding))
        print(f"\n{sum(finding.made.values())} bad answers, {finding.milliseconds:.1f} ms a check\n")
        for line in finding.refused:
            print(f"refused: {line}")
        if "-v" in sys.argv:
            for each in finding.missed:
                print(f"missed: {each.kind}: {each.case.paper.id} {each.case.language}: {each.what}")
        print("## The briefs\n")
        print(table(score(written(files))))


if __name__ == "__main__":
    main()
