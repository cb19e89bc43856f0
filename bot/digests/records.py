"""Papers with their briefs as JSON lines: what ``import`` reads and ``export`` writes.

A record needs a ``title`` and a ``brief`` (language → sentence) and may have ``institutions``, ``author_count`` and
``abstract``. What an export adds (authors, identifiers, slots with their evidence …) makes the way back complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError, ValidationInfo, field_validator

from bot.errors import Tell
from bot.models import LANGUAGES, Author, Brief, DigestEntry, Identifier, Institution, Language, Paper
from bot.ports import Library

_BRIEF = TypeAdapter(Brief)
_IDENTIFIERS = TypeAdapter(tuple[Identifier, ...])
_INSTITUTIONS = TypeAdapter(tuple[Institution, ...])
_Words = Annotated[str, Field(pattern=r"\S")]


@dataclass(frozen=True, slots=True)
class Record:
    """What one line says; the paper has no id yet."""

    paper: Paper
    briefs: tuple[Brief, ...]


class _Line(BaseModel):
    """Fields it does not know are passed over."""

    title: _Words
    institutions: tuple[str, ...] = ()
    author_count: int = Field(0, ge=0)
    abstract: str = ""
    brief: dict[Language, _Words] = Field(min_length=1)
    authors: tuple[str, ...] = ()
    language: str = "en"
    identifiers: tuple[Identifier, ...] = ()
    institution_lines: tuple[Institution, ...] = ()
    venue: str = ""
    published: date | None = None
    page_url: str | None = None
    source: str = "import"
    version: int | None = None
    made_of: dict[Language, Brief] = {}

    @field_validator("institutions", "author_count", "abstract", "authors", mode="before")
    @classmethod
    def _null_is_unknown(cls, value: object, info: ValidationInfo) -> object:
        return cls.model_fields[info.field_name or ""].default if value is None else value

    def record(self) -> Record:
        lines = {each.name: each for each in self.institution_lines}
        paper = Paper(
            id="",
            title=self.title,
            authors=tuple(map(Author, self.authors)),
            institutions=tuple(lines.get(name, Institution(name)) for name in self.institutions),
            abstract=self.abstract,
            language=self.language,
            identifiers=self.identifiers,
            venue=self.venue,
            published=self.published,
            page_url=self.page_url,
            source=self.source,
            author_count=self.author_count or len(self.authors),
            version=self.version,
        )
        return Record(paper, tuple(self._brief(language, sentence) for language, sentence in self.brief.items()))

    def _brief(self, language: Language, sentence: str) -> Brief:
        """The sentence as it stands, whatever it was made of."""
        made_of = self.made_of.get(language)
        if made_of is None:
            return Brief(language, self.title, (), "", "", "", sentence, model="import")
        return replace(made_of, language=language, sentence=sentence)


def read_records(lines: Iterable[str]) -> tuple[Record, ...]:
    """All records, or none: raises Tell ``bad_record`` naming the line that is wrong, and why."""
    return tuple(
        _record(line, number) for number, line in enumerate(lines, 1) if line.strip().removeprefix("\ufeff").strip()
    )


def _record(line: str, number: int) -> Record:
    try:
        return _Line.model_validate_json(line.removeprefix("\ufeff")).record()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Tell("bad_record", line=number, reason=f"{where}: {first['msg']}" if where else first["msg"]) from error


def import_records(library: Library, team_id: str, lines: Iterable[str], now: datetime) -> tuple[int, int]:
    """Put records into a team's library, visible to the whole team; once more changes nothing.

    Returns how many records there were, and how many papers the library did not have before. Raises Tell
    ``bad_record`` before anything is stored.
    """
    records = read_records(lines)
    before = {entry.paper.id for entry in library.all_papers(team_id, None, LANGUAGES[0])}
    kept = {library.keep(team_id, record.paper, brief, None, now).id for record in records for brief in record.briefs}
    return len(records), len(kept - before)


def export_records(library: Library, team_id: str) -> Iterator[dict[str, Any]]:
    """Every paper of a team as a record with its briefs in all languages, in order of title."""
    by_language = {language: library.all_papers(team_id, None, language) for language in LANGUAGES}
    for same in zip(*by_language.values(), strict=True):
        yield record_of(same[0], *(entry.brief for entry in same[1:]))


def record_of(entry: DigestEntry, *others: Brief) -> dict[str, Any]:
    """An entry as a record, ready for JSON; ``others`` are briefs of the paper in other languages."""
    paper = entry.paper
    briefs = {brief.language: brief for brief in (*others, entry.brief)}
    record: dict[str, Any] = {
        "title": paper.title,
        "institutions": [institution.name for institution in paper.institutions],
        "author_count": paper.author_count or len(paper.authors),
        "abstract": paper.abstract,
        "brief": {language: brief.sentence for language, brief in sorted(briefs.items())},
    }
    more = {
        "authors": [author.name for author in paper.authors],
        "language": paper.language,
        "identifiers": _IDENTIFIERS.dump_python(paper.identifiers, mode="json"),
        "institution_lines": [
            line for line in _INSTITUTIONS.dump_python(paper.institutions, mode="json") if line["printed"] or line["zh"]
        ],
        "venue": paper.venue,
        "published": paper.published and paper.published.isoformat(),
        "page_url": paper.page_url,
        "source": paper.source,
        "version": paper.version,
        "made_of": {
            language: _BRIEF.dump_python(brief, mode="json")
            for language, brief in sorted(briefs.items())
            if brief.model != "import"
        },
    }
    return record | {name: value for name, value in more.items() if value}
