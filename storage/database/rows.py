"""Rows of the tables as the types of ``bot.models``, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import TypeAdapter

from bot.models import (
    Author,
    Brief,
    ChannelSettings,
    Evidence,
    FullText,
    Identifier,
    Institution,
    Paper,
    Schedule,
    Share,
    ShareState,
    StoredShare,
    Usage,
)

if TYPE_CHECKING:
    from storage.database.index import WordIndex

Row = Mapping[str, Any]
Value = str | int | float | None


class Transaction(Protocol):
    """An open transaction. ``values`` fill the statement's ``:name`` parameters."""

    @property
    def index(self) -> WordIndex: ...

    def rows(self, sql: str, /, **values: Value) -> list[Row]:
        """All rows the statement answers with; none for a statement without RETURNING."""

    def row(self, sql: str, /, **values: Value) -> Row | None:
        """The first row, if any."""


_authors = TypeAdapter(tuple[Author, ...])
_institutions = TypeAdapter(tuple[Institution, ...])
_identifier = TypeAdapter(Identifier)
_evidence = TypeAdapter(dict[str, Evidence])
_words = TypeAdapter(tuple[str, ...])
_paper = TypeAdapter(Paper)
_brief = TypeAdapter(Brief)


T = TypeVar("T")


def _text(adapter: TypeAdapter[T], value: T) -> str:
    return json.dumps(adapter.dump_python(value, mode="json"), ensure_ascii=False)


def storable(value: Value) -> Value:
    """Text that every database takes: without halves of surrogate pairs and NULs, as broken PDFs have them."""
    return value.encode("utf-8", "replace").decode().replace("\0", "") if isinstance(value, str) else value


def stamp(at: datetime) -> str:
    """A time as text of fixed width in UTC, so that text order is time order. Raises ValueError when naive."""
    if at.tzinfo is None:
        raise ValueError(f"a time without zone: {at}")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def strings_json(values: Sequence[str]) -> str:
    return _text(_words, tuple(values))


def strings(text: str) -> tuple[str, ...]:
    return _words.validate_json(text)


def listed(name: str, values: Sequence[Value]) -> tuple[str, dict[str, Value]]:
    """``(":name0, :name1", {"name0": …})`` for an IN list, which no driver takes as one parameter."""
    named: dict[str, Value] = {f"{name}{place}": value for place, value in enumerate(values)}
    return ", ".join(f":{each}" for each in named) or "NULL", named


# --- Papers -----------------------------------------------------------------------------------------


def paper_values(paper: Paper) -> dict[str, Value]:
    return {
        "title": paper.title,
        "authors": _text(_authors, paper.authors),
        "author_count": paper.author_count or len(paper.authors),
        "institutions": _text(_institutions, paper.institutions),
        "abstract": paper.abstract,
        "language": paper.language,
        "venue": paper.venue,
        "published": paper.published.isoformat() if paper.published else None,
        "page_url": paper.page_url,
        "source": paper.source,
        "version": paper.version,
        "passed_over": strings_json(paper.passed_over),
    }


def paper_of(row: Row, identifiers: tuple[Identifier, ...]) -> Paper:
    return Paper(
        id=row["id"],
        title=row["title"],
        authors=_authors.validate_json(row["authors"]),
        institutions=_institutions.validate_json(row["institutions"]),
        abstract=row["abstract"],
        language=row["language"],
        identifiers=identifiers,
        venue=row["venue"],
        published=date.fromisoformat(row["published"]) if row["published"] else None,
        page_url=row["page_url"],
        source=row["source"],
        author_count=row["author_count"],
        version=row["version"],
        passed_over=strings(row["passed_over"]),
    )


def identifier_of(row: Row) -> Identifier:
    return Identifier(row["kind"], row["value"], row["version"], bool(row["certain"]))


def identifier_values(identifier: Identifier) -> dict[str, Value]:
    return {
        "key": identifier.key,
        "kind": identifier.kind,
        "value": identifier.value,
        "version": identifier.version,
        "certain": int(identifier.certain),
    }


def text_values(text: FullText) -> dict[str, Value]:
    return {
        "pages": _text(_words, text.pages),
        "page_count": text.page_count,
        "hidden_text": int(text.hidden_text),
    }


def text_of(row: Row) -> FullText:
    return FullText(_words.validate_json(row["pages"]), row["page_count"], bool(row["hidden_text"]))


def paper_json(paper: Paper) -> str:
    return _text(_paper, paper)


def paper_from_json(text: str) -> Paper:
    return _paper.validate_json(text)


# --- Briefs -----------------------------------------------------------------------------------------


def usage_values(usage: Usage) -> dict[str, Value]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost": None if usage.cost is None else float(usage.cost),
        "calls": usage.calls,
        "seconds": float(usage.seconds),
    }


def usage_of(row: Row) -> Usage:
    return Usage(row["input_tokens"], row["output_tokens"], row["cost"], row["calls"], row["seconds"])


def brief_values(brief: Brief) -> dict[str, Value]:
    return {
        "language": brief.language,
        "title": brief.title,
        "institutions": _text(_words, brief.institutions),
        "technique": brief.technique,
        "problem": brief.problem,
        "effect": brief.effect,
        "sentence": brief.sentence,
        "evidence": _text(_evidence, brief.evidence),
        "model": brief.model,
        "prompt_version": brief.prompt_version,
        "badges": _text(_words, brief.badges),
        "verdict": _text(_words, brief.verdict),
    } | usage_values(brief.usage)


def brief_of(row: Row) -> Brief:
    return Brief(
        language=row["language"],
        title=row["title"],
        institutions=_words.validate_json(row["institutions"]),
        technique=row["technique"],
        problem=row["problem"],
        effect=row["effect"],
        sentence=row["sentence"],
        evidence=_evidence.validate_json(row["evidence"]),
        model=row["model"],
        prompt_version=row["prompt_version"],
        badges=_words.validate_json(row["badges"]),
        verdict=_words.validate_json(row["verdict"]),
        usage=usage_of(row),
    )


def brief_json(brief: Brief) -> str:
    return _text(_brief, brief)


def brief_from_json(text: str) -> Brief:
    return _brief.validate_json(text)


# --- Shares -----------------------------------------------------------------------------------------


def share_values(share: Share) -> dict[str, Value]:
    return {
        "id": share.id,
        "channel_id": share.channel_id,
        "ts": share.ts,
        "item": share.item,
        "user_id": share.user_id,
        "thread_ts": share.thread_ts,
        "identifier": _text(_identifier, share.identifier) if share.identifier else None,
        "url": share.url,
        "file_id": share.file_id,
        "file_name": share.file_name,
        "private": int(share.private),
        "asked": int(share.asked),
        "silent": int(share.silent),
    }


def share_of(row: Row) -> StoredShare:
    share = Share(
        team_id=row["team_id"],
        channel_id=row["channel_id"],
        ts=row["ts"],
        item=row["item"],
        user_id=row["user_id"],
        thread_ts=row["thread_ts"],
        identifier=_identifier.validate_json(row["identifier"]) if row["identifier"] else None,
        url=row["url"],
        file_id=row["file_id"],
        file_name=row["file_name"],
        private=bool(row["private"]),
        asked=bool(row["asked"]),
        silent=bool(row["silent"]),
    )
    return StoredShare(
        share=share,
        state=ShareState(row["state"]),
        shared_at=datetime.fromisoformat(row["shared_at"]),
        paper_id=row["paper_id"],
        reply_ts=row["reply_ts"],
        error=row["error"],
        briefed_at=moment(row["briefed_at"]),
        # A version before that noted no channel may still run beside this one.
        reply_channel_id=row["reply_channel_id"] or (row["channel_id"] if row["reply_ts"] else None),
    )


# --- Channels ---------------------------------------------------------------------------------------


def schedule_values(schedule: Schedule) -> dict[str, Value]:
    return {
        "channel_id": schedule.channel_id,
        "cadence": schedule.cadence,
        "at": schedule.at.isoformat(),
        "zone": schedule.zone,
        "user_id": schedule.user_id,
        "weekday": schedule.weekday,
        "monthday": schedule.monthday,
        "created_at": stamp(schedule.created_at) if schedule.created_at else None,
        "paused": schedule.paused,
        "sources": _text(_words, schedule.sources),
    }


def schedule_of(row: Row) -> Schedule:
    return Schedule(
        team_id=row["team_id"],
        channel_id=row["channel_id"],
        cadence=row["cadence"],
        at=time.fromisoformat(row["at"]),
        zone=row["zone"],
        user_id=row["user_id"],
        weekday=row["weekday"],
        monthday=row["monthday"],
        created_at=moment(row["created_at"]),
        paused=row["paused"],
        sources=_words.validate_json(row["sources"]),
    )


def settings_of(row: Row) -> ChannelSettings:
    return ChannelSettings(row["team_id"], row["channel_id"], row["language"], row["topic"], row["zone"], row["mode"])
