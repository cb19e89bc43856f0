"""How fast, how frugal and how right reading is, side by side with pypdf, pdfminer.six and pdftotext.

``PAPERWIRE_PAPERS`` names a folder of real papers with ``gold.jsonl`` and ``score.py``; without it the project's own
sample papers are read, and there is no accuracy to print. ``python -m benchmarks.reading`` prints the table.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pypdf
from pdfminer.high_level import extract_text
from rich.console import Console
from rich.table import Table

from bot.errors import PaperwireError
from bot.papers.jail import Jail
from bot.papers.record import header_record

Row = tuple[str, str, str]
"""What, figure, aim."""

_SAMPLES = Path(__file__).parent.parent / "playground" / "samples"
_COMPARED_PAGES = 160
"""Pages the four readers are compared on; pdfminer.six takes a tenth of a second for each."""
_LONG = 8
"""Shorter files are mostly header: they were cut to their first pages."""
_AIMS = {
    "title": "≥ .98",
    "authors": "≥ .95",
    "abstract": "≥ .95",
    "all_four": "≥ .75",
    "empty": "≤ .02",
    "institutions F1": "≥ .88",
    "hyphens right": "≥ .98",
    "hyphens wrong": "≤ .03",
    "papers accepted": "≥ .98",
    "refusals right": "1.0",
}


def rows() -> Iterator[Row]:
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    folder = Path(os.environ.get("PAPERWIRE_PAPERS") or _SAMPLES)
    with Jail(1, max_pages=400) as jail:
        papers = [path for path in sorted(folder.glob("*.pdf")) if _readable(jail, path)]
        yield from _times(jail, papers)
    yield from _side_by_side(papers)
    yield from _child()
    if (folder / "gold.jsonl").exists():
        yield from _accuracy(folder)


def _readable(jail: Jail, path: Path) -> bool:
    try:
        jail.read(path, header_only=True)
    except PaperwireError:
        return False
    return True


def _times(jail: Jail, papers: Sequence[Path]) -> Iterator[Row]:
    headers = sorted(_seconds(lambda path=path: jail.read(path, header_only=True)) for path in papers)
    long, pages, whole = 0, 0, 0.0
    for path in papers:
        start = time.perf_counter()
        count = jail.read(path).text.page_count
        if count >= _LONG:
            long, pages, whole = long + 1, pages + count, whole + time.perf_counter() - start
    yield f"header in a warm jail, median of {len(papers)} papers", _ms(statistics.median(headers)), "< 100 ms"
    yield "header in a warm jail, slowest", _ms(headers[-1]), ""
    if pages:
        yield f"header and whole text, per page, {long} papers of {_LONG} pages and more", _ms(whole / pages), "< 10 ms"
    memory = max(
        child.memory_info().rss for child in psutil.Process().children() if "jail_child" in child.cmdline()[-2]
    )
    yield "memory of the child after them all", f"{memory / 2**20:.0f} MB", "< 200 MB"


def _side_by_side(papers: Sequence[Path]) -> Iterator[Row]:
    chosen: list[Path] = []
    pages = 0
    for path in papers:
        count = len(pypdf.PdfReader(path).pages)
        if pages + count <= _COMPARED_PAGES:
            chosen.append(path)
            pages += count
    with Jail(1, max_pages=400) as jail:
        jail.read(chosen[0])
        readers: dict[str, Callable[[Path], object]] = {"Paperwire (jail, header and text)": jail.read}
        readers["pypdf"] = lambda path: [page.extract_text() for page in pypdf.PdfReader(path).pages]
        readers["pdfminer.six"] = lambda path: extract_text(str(path))
        if tool := shutil.which("pdftotext"):
            readers["pdftotext"] = lambda path: subprocess.run([tool, str(path), "-"], capture_output=True, check=True)
        for name, read in readers.items():
            seconds = sum(_seconds(lambda path=path, read=read: read(path)) for path in chosen)
            yield f"text per page, {name}, same {len(chosen)} files", _ms(seconds / pages), ""
    if not shutil.which("pdftotext"):
        yield "text per page, pdftotext", "not installed", ""


def _child() -> Iterator[Row]:
    """From nothing to the first answer: what a new child costs after a PDF has killed one."""
    with tempfile.TemporaryDirectory() as place:
        nothing = Path(place) / "nothing.pdf"
        nothing.write_bytes(b"")
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            with Jail(1, max_pages=1) as jail:
                _readable(jail, nothing)
                seconds.append(time.perf_counter() - start)
    yield "a new child, start to first answer, median of 5", _ms(statistics.median(seconds)), "< 200 ms"


def _accuracy(folder: Path) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as place, Jail(2, max_pages=400) as jail:
        predictions = Path(place) / "predictions.jsonl"
        with predictions.open("w", encoding="utf-8") as lines:
            for path in sorted(folder.glob("*.pdf")):
                lines.write(json.dumps(_record(jail, path), ensure_ascii=False) + "\n")
        command = [sys.executable, str(folder / "score.py"), str(folder / "gold.jsonl"), str(predictions)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for line in re.finditer(r"^(\S.*?) +(\d\.\d{3})\b(.*)", printed, re.MULTILINE):
        yield f"accuracy: {line[1]} {line[3].strip()}", line[2], _AIMS.get(line[1], "")


def _record(jail: Jail, path: Path) -> dict[str, object]:
    try:
        return header_record(path.name, jail.read(path))
    except PaperwireError as error:
        return header_record(path.name, error)


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def main() -> None:
    table = Table("what", "figure", "aim", title="Reading papers")
    for row in rows():
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
