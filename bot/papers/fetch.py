"""Get a paper's PDF from the first place that gives it."""

from __future__ import annotations

import logging
from pathlib import Path

from bot.errors import PaperwireError, Retry, Tell
from bot.models import Metadata
from bot.papers.web import Web

log = logging.getLogger("paperwire.fetch")

_TELLING = ("too_large", "private_address", "login_page", "no_access", "not_a_pdf", "bad_link", "not_found")
"""Of several failures the one that says most about what to do now comes first."""


def fetch(metadata: Metadata, web: Web, folder: Path, *, max_bytes: int) -> Path:
    """The PDF as a file ``<sha256>.pdf`` in ``folder``; ``metadata.pdf_urls`` are tried in order.

    Raises Tell ``no_pdf`` when there is nowhere to get it. When every place fails: Retry when one of them may be
    back later, else the most telling Tell.
    """
    failures: list[PaperwireError] = []
    for url in metadata.pdf_urls:
        try:
            return web.download(url, folder, max_bytes=max_bytes)
        except (Tell, Retry) as error:
            log.info("no PDF at %s: %s", url, error)
            failures.append(error)
    if not failures:
        raise Tell("no_pdf", url=metadata.page_url or "")
    raise min(failures, key=_rank)


def _rank(error: PaperwireError) -> int:
    if isinstance(error, Retry):
        return -1
    return _TELLING.index(error.code) if error.code in _TELLING else len(_TELLING)
