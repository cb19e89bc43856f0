"""How fast a large library answers: searches over 100,000 papers, App Home, a digest of 1,000 papers.

``python -m benchmarks.library`` measures SQLite; given the address of an empty Postgres database it moves the library
there and measures that. ``--papers`` takes another number of them.

The papers are made of words drawn as a language draws them, a few often and most seldom, so that what is looked for is
as common or as rare as it would be.
"""

from __future__ import annotations

import argparse
import itertools
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.digests.compile import compile_digest
from bot.digests.report import digest_report
from bot.models import Author, Brief, ChannelSettings, Coverage, Identifier, Institution, Paper, Period, Share, Usage
from storage.database.moving import move
from storage.database.postgres import PostgresLibrary
from storage.database.sqlite import SqliteLibrary
from storage.library import SqlLibrary

Row = tuple[str, str, str]
"""What, figure, aim."""

PAPERS = 100_000
_DIGEST = 1_000
_QUERIES = 200
_AT_ONCE = 2_000
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_MEMBER = Coverage((), None)
_GUEST = Coverage(("C0", "C7", "C8"))

_FREQUENT = (  # noqa: SIM905
    "the of and to in a is that we for with on by as are this from our which an be model data learning method "
    "results show large propose network approach training paper task using based can these deep between than it "
    "problem such however framework performance two high different features analysis graph algorithm representation "
    "attention policy generation prediction evaluation accuracy stochastic gradient distribution sampling diffusion "
    "protein quantum climate turbulence galaxy lattice thermal boundary equation"
).split()
_SYLLABLES = "ba chi dor el fan gri hom ist jun ka lim mor nex ori pla quin ro sta tri ul ver wen xy zo".split()  # noqa: SIM905
_IDEOGRAPHS = (
    "模型学习数据方法网络训练结果语言图像知识推理生成预测分类评估基准优化梯度收敛估计分布采样扩散蛋白分子量子气候模拟湍流"
    "星系晶格磁场热力边界方程非线性解渐近湖泊潮汐水文沉积地震火山生态土壤森林海洋大气冰川卫星遥感机器人控制感知决策规划"
    "协同安全隐私联邦压缩蒸馏检索问答翻译要对话情"
)


class Words:
    """Draws words of a made-up language: the place of a word in ``seldom`` says how rare it is."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        made = ("".join(self.random.choices(_SYLLABLES, k=size)) for size in itertools.cycle((2, 3, 4)))
        self.seldom = list(dict.fromkeys(itertools.islice(made, 60_000)))
        self._all = [*_FREQUENT, *self.seldom]
        self._weights = list(itertools.accumulate(1 / (place + 3) for place in range(len(self._all))))
        self._ideographs = list(itertools.accumulate(1 / (place + 5) for place in range(len(_IDEOGRAPHS))))

    def some(self, count: int) -> str:
        return " ".join(self.random.choices(self._all, cum_weights=self._weights, k=count))

    def ideographs(self, count: int) -> str:
        return "".join(self.random.choices(_IDEOGRAPHS, cum_weights=self._ideographs, k=count))


@dataclass(frozen=True)
class Shared:
    share: Share
    paper: Paper
    briefs: tuple[Brief, Brief]
    at: datetime


def made(words: Words, number: int) -> Shared:
    """A paper shared in the first channel while it is among the first thousand, then in one of fifty."""
    title = words.some(9).capitalize()
    institution = Institution(words.some(2).title(), words.some(6), 1, words.ideographs(6))
    identifier = Identifier("arxiv", f"26{number // 10_000:02}.{number % 10_000:05}")
    authors = tuple(Author(words.some(2).title()) for _ in range(4))
    paper = Paper("", title, authors, (institution,), words.some(150), "en", (identifier,), source="arXiv API")
    channel = "C0" if number < _DIGEST else f"C{1 + number % 50}"
    share = Share("T1", channel, f"{number}.0", identifier.key, "U1", identifier=identifier)
    zh = Brief("zh", title, (institution.name,), "", "", "", words.ideographs(60), usage=Usage(900, 80, 0.002, 1, 3.0))
    en = Brief("en", title, (institution.name,), "", "", "", words.some(40), usage=Usage(900, 80, 0.002, 1, 3.0))
    return Shared(share, paper, (zh, en), _BEGIN + timedelta(minutes=number))


def filled(folder: Path, words: Words, count: int) -> SqliteLibrary:
    """A library of so many papers, each shared once and briefed in both languages."""
    from storage import briefs, keeping, shares
    from storage.database import index
    from storage.papers import PUBLIC

    library = SqliteLibrary(folder / "library.db")
    for start in range(0, count, _AT_ONCE):
        # Many to a transaction, which the bot has no reason to do: a disk's patience is measured elsewhere.
        with library._writing() as tx:
            for number in range(start, min(count, start + _AT_ONCE)):
                each = made(words, number)
                shares.accept(tx, "T1", each.share, each.at)
                paper = keeping.shelve(tx, "T1", PUBLIC, each.paper, each.at, imported=False)
                for brief in each.briefs:
                    briefs.keep(tx, "T1", paper.id, brief, each.at, imported=False, again=False)
                index.file(tx, "T1", paper.id)
                tx.rows(
                    "UPDATE shares SET state = 'briefed', paper_id = :paper WHERE team_id = 'T1' AND id = :id",
                    paper=paper.id,
                    id=each.share.id,
                )
    return library


def queries(words: Words) -> dict[str, tuple[list[str], str]]:
    """Queries by kind, each kind with its aim."""
    draw = words.random
    # In some fifty papers each; long, so that they begin no more frequent words.
    seldom = [word for word in words.seldom[len(words.seldom) // 2 :] if len(word) >= 12]
    frequent = [word for word in _FREQUENT if len(word) > 3]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"

    def many(make: Callable[[], str]) -> list[str]:
        return [make() for _ in range(_QUERIES)]

    hostile = [
        '"' * 50,
        "* OR NOT NEAR(a b, 2)",
        "title : the AND (",
        "%' OR 1=1 --",
        "\0the\0",
        "the " * 500,
        " ".join(letters),
        " ".join(frequent),
        " ".join(frequent[-8:]),
        " ".join(f"{first}{second}" for first in "stc" for second in "aeiou"),
        "the" * 300,
        "-".join(frequent[:20]),
        "模" * 200,
        _IDEOGRAPHS,
        "(((((" * 100 + "the",
        "a* b* c*",
        words.some(400),
    ]
    return {
        "rare words": (many(lambda: draw.choice(seldom)), "p99 < 20 ms"),
        "common words": (many(lambda: draw.choice(frequent)), "p99 < 100 ms"),
        "two to five words": (many(lambda: words.some(draw.randint(2, 5))), "p99 < 100 ms"),
        "beginnings of words": (many(lambda: draw.choice(words.seldom)[: draw.randint(2, 4)]), "p99 < 100 ms"),
        "one character": (many(lambda: draw.choice(letters + _IDEOGRAPHS)), "p99 < 100 ms"),
        "Chinese, two to eight characters": (many(lambda: words.ideographs(draw.randint(2, 8))), "p99 < 100 ms"),
        "hostile": ([draw.choice(hostile) for _ in range(_QUERIES)], "p99 < 100 ms"),
    }


def _milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def _percentile(figures: Sequence[float], share: float) -> float:
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def rows(papers: int = PAPERS, url: str | None = None) -> Iterator[Row]:
    words = Words(7)
    with tempfile.TemporaryDirectory(prefix="paperwire-bench-") as folder:
        began = time.perf_counter()
        library: SqlLibrary = filled(Path(folder), words, papers)
        if url is None:
            each = 1000 * (time.perf_counter() - began) / papers
            yield f"filing a paper with two briefs, {papers:,} in a row", f"{each:.1f} ms", ""
            megabytes = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
            yield f"library of {papers:,} papers without their full texts", f"{megabytes:.0f} MB", ""
        else:
            library.close()
            yield from _moving(Path(folder) / "library.db", url)
            library = PostgresLibrary(url)
        yield from _searching(library, words)
        yield from _accepting(library)
        yield from _showing(library, papers)
        yield from _forgetting(library, papers)
        library.close()


def _moving(file: Path, url: str) -> Iterator[Row]:
    began = time.perf_counter()
    moved = move(file, file.with_name("none"), url, lambda *_: None)
    took = time.perf_counter() - began
    yield f"library of {moved['papers']:,} papers moved to Postgres, {sum(moved.values()):,} rows", f"{took:.0f} s", ""


def _accepting(library: SqlLibrary) -> Iterator[Row]:
    """Each in a transaction of its own, eight threads at a time, as fast as they can."""

    def accept(number: int) -> float:
        key = f"file:F{number}"
        share = Share("T1", "C99", f"{number}.5", key, "U1", file_id=f"F{number}", file_name="draft.pdf")
        return _milliseconds(lambda: library.accept("T1", share, _BEGIN))

    began = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        figures = list(pool.map(accept, range(1000)))
    rate = len(figures) / (time.perf_counter() - began)
    yield (
        "a share accepted, eight at a time (p50 / p99; a second)",
        f"{_percentile(figures, 0.5):.1f} / {_percentile(figures, 0.99):.1f} ms; {rate:.0f}",
        "p99 < 100 ms",
    )


def _searching(library: SqlLibrary, words: Words) -> Iterator[Row]:
    library.search("T1", _MEMBER, "warm", "zh", limit=10)
    for kind, (asked, aim) in queries(words).items():
        figures = [
            _milliseconds(lambda query=query: library.search("T1", _MEMBER, query, "zh", limit=10)) for query in asked
        ]  # type: ignore[misc]
        name = f"search, first page, {kind} (p50 / p99)"
        yield name, f"{_percentile(figures, 0.5):.1f} / {_percentile(figures, 0.99):.1f} ms", aim
    seldom_and_often = [words.random.choice([*words.seldom, *_FREQUENT * 500]) for _ in range(_QUERIES)]
    figures = [
        _milliseconds(lambda query=query: library.search("T1", _GUEST, query, "zh", limit=10))  # type: ignore[misc]
        for query in seldom_and_often
    ]
    worst = f"{_percentile(figures, 0.5):.1f} / {_percentile(figures, 0.99):.1f} ms"
    yield "the same for a guest of three channels, rare and common words", worst, "p99 < 200 ms"


def _showing(library: SqlLibrary, papers: int) -> Iterator[Row]:
    figures = [_milliseconds(lambda: library.recent("T1", _MEMBER, "zh", limit=20)) for _ in range(20)]
    yield "recent papers for App Home, slowest of 20", f"{max(figures):.1f} ms", "< 200 ms"
    figures = [_milliseconds(lambda: library.recent("T1", _GUEST, "zh", limit=20)) for _ in range(20)]
    yield "the same for a guest of three channels", f"{max(figures):.1f} ms", "< 200 ms"
    period = Period(_BEGIN, _BEGIN + timedelta(minutes=papers))
    settings = ChannelSettings("T1", "C0")

    def digest() -> None:
        entries = library.shared_in("T1", Coverage(("C0",)), period, "zh")
        assert len(entries) == _DIGEST
        digest_report(compile_digest(settings, period, entries), period.until_at)

    yield f"digest of {_DIGEST:,} papers read, compiled and rendered", f"{_milliseconds(digest):.0f} ms", "< 500 ms"
    frozen = _milliseconds(lambda: library.freeze_digest("T1", settings, "d", period, period.until_at, scheduled=True))
    yield f"digest of {_DIGEST:,} papers frozen", f"{frozen:.0f} ms", ""


def _forgetting(library: SqlLibrary, papers: int) -> Iterator[Row]:
    now = _BEGIN + timedelta(minutes=papers)
    yield (
        "a message deleted, its words overwritten",
        f"{_milliseconds(lambda: library.withdraw('T1', 'C0', '5.0', now)):.0f} ms",
        "",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=PAPERS)
    parser.add_argument("url", nargs="?")
    given = parser.parse_args()
    for row in rows(given.papers, given.url):
        print("  ".join(row), flush=True)
