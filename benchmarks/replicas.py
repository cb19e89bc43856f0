"""How fast several replicas on one Postgres are: accepting at a steady rate, and briefing with a slow model.

A cluster of its own, its commits on the disk; else as ``benchmarks.bot``. All processes share this machine, so what
the figures of two and three replicas are bounded by is said beside them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psutil
import pytest

from benchmarks.bot import BOT, Row, Scene, accepting, milliseconds, scene

# Of the tests, to whose folder the import above has opened the path.
from fake_model_server import FakeModelServer, Reply  # isort: skip
from postgres_cluster import PostgresCluster, running_cluster  # isort: skip

_MODEL_SECONDS = 2.0
_PAPERS = 100
_RATES = (10, 50)
_RATE_SECONDS = 20
_SETTLE_SECONDS = 15
_WORKERS = 4  # as PAPERWIRE_WORKERS has it by default


class SlowModel(FakeModelServer):
    """Thinks before it answers, as hosted models do."""

    def answer(self, request: dict[str, Any]) -> Reply:
        time.sleep(_MODEL_SECONDS)
        return super().answer(request)


def rows() -> Iterator[Row]:
    try:
        with running_cluster(durable=True) as cluster:
            # Each share is of a paper of its own: one that is known costs a tenth of the work.
            with scene(telling=False, papers=1 + sum(_RATES) * _RATE_SECONDS) as made:
                yield from _accepting(made, cluster)
            with scene() as made:
                for replicas in (1, 2, 3):
                    yield from _briefing(made, cluster, replicas)
    except pytest.skip.Exception as reason:
        yield "replicas on Postgres", f"not measured: {reason}", ""


def _accepting(made: Scene, cluster: PostgresCluster) -> Iterator[Row]:
    port = 20_000 + time.time_ns() % 20_000
    database = cluster.url(cluster.create_database())
    with made.bot("pg-accepting", (*BOT, "--http", f"127.0.0.1:{port}"), DATABASE_URL=database) as bot:
        bot.wait_until_connected()
        time.sleep(_SETTLE_SECONDS)
        accepting(made, port, range(1), at_once=1)
        sent = 1
        for rate in _RATES:
            numbers = range(sent, sent + rate * _RATE_SECONDS)
            seconds, sent = accepting(made, port, numbers, rate=rate), numbers.stop
            words = f"accepting {rate} shares a second for {_RATE_SECONDS} s, on Postgres, while they are briefed"
            yield f"{words}, p50", milliseconds(seconds, 0.5), ""
            yield f"{words}, p99", milliseconds(seconds, 0.99), "< 100 ms"


def _briefing(made: Scene, cluster: PostgresCluster, replicas: int) -> Iterator[Row]:
    database = cluster.url(cluster.create_database())
    with SlowModel() as model, ExitStack() as stack:
        settings = {"PAPERWIRE_MODEL": "openai/slow", "PAPERWIRE_MODEL_URL": model.url, "OPENAI_API_KEY": "none"}
        names = [f"pg-{replicas}-{number}" for number in range(replicas)]
        bots = [stack.enter_context(made.bot(name, DATABASE_URL=database, **settings)) for name in names]
        for bot in bots:
            bot.wait_until_connected()
        time.sleep(_SETTLE_SECONDS)
        psutil.cpu_percent()
        began = time.perf_counter()
        shared = [made.share(number) for number in range(_PAPERS)]
        while not all(made.answered(*each) for each in shared):
            time.sleep(0.2)
        minutes = (time.perf_counter() - began) / 60
        busy = psutil.cpu_percent()
    allowed = replicas * _WORKERS * 60 / (_MODEL_SECONDS * len(model.requests) / _PAPERS)
    words = f"papers per minute, {replicas} on Postgres, a model of {_MODEL_SECONDS:.0f} s"
    bound = f"the model allows {allowed:.0f}, {_WORKERS} at a time in each replica"
    yield words, f"{_PAPERS / minutes:.0f}", f"{bound}; {busy:.0f} % of {psutil.cpu_count()} cores busy"


def main() -> None:
    for what, figure, aim in rows():
        sys.stdout.write(f"{what}: {figure}  {aim}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
