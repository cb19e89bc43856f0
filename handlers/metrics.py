"""What Prometheus may know: outcomes counted, the queues, the process. The only user of prometheus_client.

Imported only where it is asked for (``PAPERWIRE_STATUS``). What each metric means to an operator stands in
``docs/operating.md``; a test compares the two. Labels are codes, models, sources and queues, of which there are few;
never channels, people or papers.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot import __version__
from bot.outcomes import Facts

T = TypeVar("T", Counter, Histogram)
Unfinished = Callable[[], Mapping[str, tuple[int, float]]]
"""By queue: how many pieces of work are not finished, and the age of the oldest in seconds."""

# outcome → name, what is counted, the facts that are its labels
_COUNTED = {
    "briefed": ("papers_briefed", "Papers briefed, by the model of the brief", ("model",)),
    "reused": ("papers_reused", "Shares answered with a brief that was there already", ()),
    "refused": ("papers_refused", "Shares that ended in an error told to people", ("kind", "code")),
    "postponed": ("papers_postponed", "Tries put off: a source or a model was unavailable", ("code",)),
    "ignored": ("links_ignored", "Links left alone, because they lead to no paper", ("code",)),
    "answered": ("replies", "Replies posted", ()),
    "unanswered": ("replies_failed", "Replies that could not be posted", ("code",)),
    "delivered": ("digests_posted", "Digests posted whole", ()),
    "undelivered": ("digests_failed", "Digests that stopped before they were whole", ("code",)),
    "paused": ("schedules_paused", "Schedules paused, because nothing can be posted there", ("code",)),
    "bug": ("bugs", "Errors of Paperwire's own, logged with their traceback", ()),
    "not_accepted": ("events_not_accepted", "Events that could not be stored; Slack sends them again", ("code",)),
    "passed_over": ("sources_passed_over", "Times a source of metadata was passed over", ("source", "code")),
    "slack_refused": ("slack_errors", "Calls of Slack's Web API refused, by Slack's code", ("code",)),
    "asked": ("model_calls", "Questions to models: ok, or why there was no answer", ("model", "code")),
}
# outcome → name, what takes the time, the labels, the buckets in seconds
_TIMED = {
    "briefed": ("brief_seconds", "From a message to its brief", (), (0.5, 1, 2, 5, 10, 30, 60, 300, 1_800)),
    "read": ("reading_seconds", "Reading a PDF", (), (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30)),
    "asked": (
        "model_seconds",
        "A model's answer, all tries; of those that came",
        ("model",),
        (0.5, 1, 2, 5, 10, 20, 40, 60, 120),
    ),
}


class Metrics:
    """A registry of its own. Let ``hear`` listen to outcomes; ``page`` is what Prometheus fetches."""

    def __init__(self, unfinished: Unfinished, connected: Callable[[], bool]) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        build = Gauge("paperwire_build_info", "Always 1", ["version", "python"], registry=registry)
        build.labels(__version__, platform.python_version()).set(1)
        reached = Gauge("paperwire_connected", "1 while Slack reaches the bot, else 0", registry=registry)
        reached.set_function(lambda: float(connected()))
        registry.register(_Queues(unfinished))
        self._counters = {
            outcome: (Counter(f"paperwire_{name}", words, labels, registry=registry), labels)
            for outcome, (name, words, labels) in _COUNTED.items()
        }
        self._histograms = {
            outcome: (Histogram(f"paperwire_{name}", words, labels, buckets=buckets, registry=registry), labels)
            for outcome, (name, words, labels, buckets) in _TIMED.items()
        }
        self._tokens = Counter("paperwire_model_tokens", "Tokens taken", ["model", "direction"], registry=registry)
        self._cost = Counter("paperwire_model_cost_dollars", "Cost, as far as known", ["model"], registry=registry)

    def hear(self, outcome: str, facts: Facts) -> None:
        """Count an outcome of ``bot.outcomes``."""
        if outcome in self._counters:
            counter, labels = self._counters[outcome]
            _of(counter, labels, facts).inc()
        if outcome in self._histograms and "seconds" in facts and facts.get("code", "ok") == "ok":
            histogram, labels = self._histograms[outcome]
            _of(histogram, labels, facts).observe(float(facts["seconds"]))
        if outcome == "asked":
            model = str(facts["model"])
            self._tokens.labels(model, "in").inc(float(facts["input_tokens"]))
            self._tokens.labels(model, "out").inc(float(facts["output_tokens"]))
            self._cost.labels(model).inc(float(facts.get("cost", 0)))

    def page(self) -> bytes:
        """In Prometheus's text format."""
        return generate_latest(self._registry)


def _of(metric: T, labels: tuple[str, ...], facts: Facts) -> T:
    return metric.labels(*(str(facts[label]) for label in labels)) if labels else metric


class _Queues(Collector):
    """Asks the engine when Prometheus asks, not before."""

    def __init__(self, unfinished: Unfinished) -> None:
        self._unfinished = unfinished

    def describe(self) -> Iterable[Metric]:
        return self._families({})

    def collect(self) -> Iterable[Metric]:
        return self._families(self._unfinished())

    def _families(self, queues: Mapping[str, tuple[int, float]]) -> Iterator[Metric]:
        depth = GaugeMetricFamily("paperwire_work_unfinished", "Pieces of work not finished", labels=["queue"])
        age = GaugeMetricFamily("paperwire_work_oldest_seconds", "Age of the oldest of them", labels=["queue"])
        for queue, (count, seconds) in queues.items():
            depth.add_metric([queue], count)
            age.add_metric([queue], seconds)
        yield from (depth, age)
