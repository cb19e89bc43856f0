"""From a link or a file to a paper and its brief, one method a stage, each safe to repeat.

It knows nothing of Slack, of storage or of durability: ``bot.work`` makes the stages durable, the command line
calls them one after another.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from bot.briefs.asking import provider
from bot.briefs.asking.meter import Commission
from bot.briefs.write import Writer
from bot.errors import Retry, Tell
from bot.models import Brief, FullText, Identifier, Language, Metadata, Paper, Reading
from bot.outcomes import announce
from bot.papers.agree import compose
from bot.papers.bodies import too_large
from bot.papers.fetch import fetch
from bot.papers.jail import Jail
from bot.papers.resolve import Resolver
from bot.papers.web import Web

log = logging.getLogger("paperwire.pipeline")
_READING = TypeAdapter(Reading)

# Without a full text a brief can still be made from title and abstract, unless the PDF itself is the question.
_TEXTLESS = {"no_text", "damaged", "password", "empty", "too_large", "too_many_pages", "took_too_long", "not_a_pdf"}
_TEXTLESS |= {"not_found", "no_pdf", "login_page", "too_much_memory", "no_access"}


SHORTEST_ABSTRACT = 200
"""Characters of an abstract that can carry a brief by itself."""


@dataclass(frozen=True, slots=True)
class Found:
    """A paper with its text, None when only the abstract could be had."""

    paper: Paper
    text: FullText | None


class Pipeline:
    """The stages, bound to their tools."""

    def __init__(self, web: Web, resolver: Resolver, jail: Jail, writer: Writer, folder: Path, max_bytes: int) -> None:
        self._web = web
        self._resolver = resolver
        self._jail = jail
        self._writer = writer
        self._folder = folder
        self._max_bytes = max_bytes

    def resolve(self, identifier: Identifier) -> Metadata:
        """Ask the sources. Raises Tell (``not_a_paper`` for an uncertain link to something else, ``not_found``)."""
        return self._resolver.resolve(identifier)

    def fetch(self, metadata: Metadata) -> str:
        """Download the PDF; returns its file name in the PDF folder, ``<sha256>.pdf``."""
        return fetch(metadata, self._web, self.folder(), max_bytes=self._max_bytes).name

    def take(self, path: Path) -> str:
        """Take a PDF from disk into the PDF folder; returns its file name there."""
        if path.stat().st_size > self._max_bytes:
            raise too_large(path.name, self._max_bytes)
        with path.open("rb") as source:
            name = f"{hashlib.file_digest(source, 'sha256').hexdigest()}.pdf"
        if not (self.folder() / name).exists():
            shutil.copyfile(path, self._folder / f".{name}")
            (self._folder / f".{name}").replace(self._folder / name)
        return name

    def folder(self) -> Path:
        """The PDF folder, made when it is first needed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    def has(self, name: str) -> bool:
        """Whether a PDF of that name can be read here."""
        return (self._folder / name).exists()

    def read(self, name: str) -> Reading:
        """Read a PDF of the folder in the jail; the reading is kept beside it, so that reading again is free.

        Raises Retry (``pdf_gone``) for one that has to be fetched first.
        """
        kept = self._folder / f"{name}.reading.json"
        if kept.exists():
            return _READING.validate_json(kept.read_bytes())
        if not (self._folder / name).exists():  # a restored backup knows of PDFs that it does not hold
            raise Retry("pdf_gone")
        began = time.monotonic()
        if not (self._folder / name).exists():
            # Forgotten between two steps, on behalf of another share of the same file.
            raise Retry("paper_withdrawn")
        reading = self._jail.read(self._folder / name)
        announce("read", pages=len(reading.text.pages), seconds=time.monotonic() - began)
        draft = kept.with_suffix(f".{id(reading)}")
        draft.write_bytes(_READING.dump_json(reading))
        draft.replace(kept)
        return reading

    def confirm(self, name: str) -> Metadata | None:
        """What a source says of an uploaded PDF, asked for the identifier its pages print; None when none does."""
        return self._resolver.confirm(self.read(name))

    def compose(
        self, identifiers: tuple[Identifier, ...], metadata: Metadata | None, name: str | None, paper_id: str
    ) -> Found:
        """Unite what the sources and the PDF say.

        Raises Tell when the PDF cannot be read and no source gave title and abstract.
        """
        reading: Reading | None = None
        if name is not None:
            identifiers = (*identifiers, Identifier("sha256", name.removesuffix(".pdf")))
            try:
                reading = self.read(name)
            except Tell as error:
                if not spares_text(error, metadata):
                    raise
        paper = compose(metadata, reading, identifiers, paper_id=paper_id)
        return Found(paper, reading.text if reading else None)

    def write(
        self,
        found: Found,
        language: Language,
        now: datetime,
        *,
        patient: bool = False,
        commission: Commission | None = None,
    ) -> Brief:
        """The brief, grounded. With ``patient`` raises Retry where a model may answer later; else it is excerpted."""
        return self._writer.write(found.paper, found.text, language, now=now, patient=patient, commission=commission)

    def anew(self, key: str) -> Writer:
        """The writer of ``write`` and ``compare``, but for the answers that were given before; see ``Writer.anew``."""
        return self._writer.anew(key)

    def first_page(self, paper: Paper) -> bytes | None:
        """A picture (PNG) of the paper's first page; None when its PDF is not at hand, or cannot be drawn."""
        for identifier in paper.identifiers:
            file = self._folder / f"{identifier.value}.pdf"
            if identifier.kind == "sha256" and file.exists():
                try:
                    return self._jail.thumbnail(file)
                except Tell as error:
                    log.info("no picture of %s: %s", paper.id, error)
        return None

    def compare(self, found: Found, language: Language, models: Sequence[str], now: datetime) -> list[Brief]:
        """The brief by each model alone."""
        return self._writer.compare(found.paper, found.text, language, models, now=now)

    def preload(self) -> None:
        """Do what would make the first brief slow: LiteLLM takes seconds to import."""
        provider.loaded()

    def forget_files(self, released: Mapping[str, datetime]) -> int:
        """Delete PDFs, by the SHA-256 of their bytes, and their readings older than their release; how many files."""
        gone = 0
        for value, released_at in released.items():
            for file in self.folder().glob(f"{value}.pdf*"):
                with suppress(FileNotFoundError):  # several threads may be at it
                    if file.stat().st_mtime <= released_at.timestamp():
                        file.unlink()
                        gone += 1
        return gone

    def forget_pdfs(self, before: datetime) -> int:
        """Delete fetched PDFs and their readings not touched since a time; returns how many files went."""
        old = [file for file in self.folder().iterdir() if file.stat().st_mtime < before.timestamp()]
        for file in old:
            file.unlink(missing_ok=True)
        return len(old)


def spares_text(error: Tell, metadata: Metadata | None) -> bool:
    """Whether the work can go on from a source's title and abstract although the PDF could not be had."""
    return (
        error.code in _TEXTLESS
        and metadata is not None
        and bool(metadata.title)
        and len(metadata.abstract) >= SHORTEST_ABSTRACT
    )
