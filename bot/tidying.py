"""Letting go of what has been kept long enough."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bot.models import Allowance
from bot.pipeline import Pipeline
from bot.ports import Library
from bot.settings import Settings
from bot.work import Work
from bot.workflows.forgetting import Forgetting

# Of finished work, model answers and traces of deleted messages; of papers as the settings say.
_RETENTION = timedelta(days=30)
_ONCE_A_DAY = Allowance(1, None, 24 * 3600.0)


def tidy(
    settings: Settings,
    work: Work,
    library: Library,
    pipeline: Pipeline,
    forgetting: Forgetting,
    now: Callable[[], datetime],
) -> None:
    """Let go of what has been kept long enough. What replicas share falls to whoever comes first in a day."""
    keep_papers = timedelta(days=settings.keep_papers_days) if settings.keep_papers_days else None
    # Finished work, models' answers and cached PDFs tell of papers too.
    retention = min(_RETENTION, keep_papers or _RETENTION)

    def let_go() -> None:
        while keep_papers is not None and library.drop_papers(now() - keep_papers, now()):
            pass
        library.prune(now() - retention)
        if settings.keep_text_days is not None:
            library.drop_texts(now() - timedelta(days=settings.keep_text_days))

    if not work.patiently(lambda: library.reserve_call(uuid4().hex, "tidying", 0, _ONCE_A_DAY, now())):
        work.forget_finished(datetime.now(UTC) - retention)
        work.patiently(let_go)
    forgetting.clean()
    # The readings beside the PDFs hold the texts too.
    days = [settings.keep_pdfs_days, *filter(None, (settings.keep_text_days, settings.keep_papers_days))]
    pipeline.forget_pdfs(datetime.now(UTC) - timedelta(days=min(days)))
