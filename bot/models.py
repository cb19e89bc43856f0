"""The words of Paperwire as types: Identifier, Paper, Brief, Share, Digest, Schedule and their parts.

Plain frozen data, no behaviour that needs the outside. Times are aware UTC datetimes named ``…_at``;
``ts`` and ``thread_ts`` are Slack's own strings and never turned into numbers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
Slot = Literal["technique", "problem", "effect"]
SLOTS: tuple[Slot, ...] = ("technique", "problem", "effect")


def language_named(code: str | None) -> Language | None:
    """The language of a code, where it is one that we speak."""
    return next((each for each in LANGUAGES if each == code), None)


# --- Papers -----------------------------------------------------------------------------------------


KEY_PREFIX = 120


def shortened(key: str, longest: int = 400) -> str:
    """A key, or its beginning and its digest where it is too long: an index of Postgres takes no more than 2,704 bytes.

    ``storage.database.schema`` has the same in SQL.
    """
    if len(key) <= longest:
        return key
    return f"{key[:KEY_PREFIX]}#{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One name of a paper.

    ``kind`` is ``arxiv``, ``doi``, a venue's site (``acl``, ``openreview``, ``pmlr`` …), ``pdf`` (a direct
    link), ``page`` (a page that may carry citation tags) or ``sha256`` (the bytes of a PDF).
    ``value`` is canonical: an arXiv identifier without version, a DOI in lower case, a URL without fragment.
    """

    kind: str
    value: str
    version: int | None = None
    certain: bool = True
    """False when only a look at the page can tell whether this is a paper; such a link is left alone silently."""

    @property
    def key(self) -> str:
        """The name under which the library files it, for example ``arxiv:2510.13546``."""
        return shortened(f"{self.kind}:{self.value}")


@dataclass(frozen=True, slots=True)
class Author:
    name: str


@dataclass(frozen=True, slots=True)
class Institution:
    """An organisation (university, company, institute), never a department, a city or a team."""

    name: str
    """The one name we use everywhere for it, in Latin script where the organisation has one."""
    printed: str = ""
    """The line of the paper it was read from."""
    page: int = 1
    """The page of that line, counted from 1."""
    zh: str | None = None
    """The established Chinese name, where our table has one."""


@dataclass(frozen=True, slots=True)
class FullText:
    """The text of a PDF by page, hyphens repaired, invisible text dropped, the references cut off."""

    pages: tuple[str, ...]
    page_count: int = 0
    """Pages of the PDF itself, at least ``len(pages)``."""
    hidden_text: bool = False
    """The PDF carries text that no reader can see; it was dropped."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the pages of one PDF say by themselves: its header and its text."""

    title: str
    authors: tuple[Author, ...]
    institutions: tuple[Institution, ...]
    abstract: str
    language: str
    """``en``, ``zh`` or another ISO 639-1 code, of the body text."""
    arxiv: Identifier | None
    doi: Identifier | None
    text: FullText


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a source (arXiv API, a page's citation tags, Crossref) says of a paper; empty where it is silent."""

    source: str
    """For people: ``arXiv API``, ``page tags``, ``Crossref``."""
    title: str = ""
    authors: tuple[Author, ...] = ()
    institutions: tuple[str, ...] = ()
    abstract: str = ""
    identifiers: tuple[Identifier, ...] = ()
    venue: str = ""
    published: date | None = None
    page_url: str | None = None
    pdf_urls: tuple[str, ...] = ()
    """Where the PDF may be had, best first."""
    passed_over: tuple[str, ...] = ()
    """Sources that throttled or failed before this one, each with its reason."""


LONGEST_TITLE = 2_000
LONGEST_ABSTRACT = 20_000
"""Characters of a paper's record: more than any has, and few enough for prompts, caches and checks."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One scholarly work, whatever it was shared as."""

    id: str
    title: str
    authors: tuple[Author, ...] = ()
    institutions: tuple[Institution, ...] = ()
    abstract: str = ""
    language: str = "en"
    identifiers: tuple[Identifier, ...] = ()
    venue: str = ""
    published: date | None = None
    page_url: str | None = None
    """Where a person reads about it; None for a paper known only as an upload."""
    source: str = ""
    """Where title, authors and abstract come from: ``arXiv API``, ``page tags``, ``Crossref``, ``PDF``, ``import``."""
    author_count: int = 0
    """As stated; equals ``len(authors)`` unless the record was imported without names."""
    version: int | None = None
    passed_over: tuple[str, ...] = ()
    """Sources that throttled or failed before ``source`` spoke of it, each with its reason: ``arXiv API: HTTP 429``."""


# --- Briefs -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of the paper, verbatim, and the page it stands on (counted from 1; 0 is the abstract of a source)."""

    quote: str
    page: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What model calls took. ``cost`` is in US dollars, None when a price is not known."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = 0.0
    calls: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may be asked of one model within ``seconds``; None where there is no limit."""

    requests: int | None
    tokens: int | None
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Brief:
    """Our sentence about a paper in one language, with the proof of each slot."""

    language: Language
    title: str
    institutions: tuple[str, ...]
    """As shown, at most as many as the paper prints; empty when it states none."""
    technique: str
    problem: str
    effect: str
    sentence: str
    """The sentence as posted, rendered by code from the slots."""
    evidence: dict[str, Evidence] = field(default_factory=dict)
    """Slot → evidence."""
    model: str = "extractive"
    prompt_version: str = ""
    badges: tuple[str, ...] = ()
    """``extractive``, ``abstract-only``, ``fallback:problem``, ``hidden-text`` … shown beside the sentence."""
    verdict: tuple[str, ...] = ()
    """What grounding found and mended, a line each; empty when all stood at once."""
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model (or the extractive one) proposes for a brief, before anything is believed."""

    technique: str
    problem: str
    effect: str
    evidence: dict[str, Evidence] = field(default_factory=dict)
    """Slot → the sentence it is taken from."""
    institutions: tuple[str, ...] = ()
    """Names as the model read or translated them; only those that the reading knows are ever shown."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a draft may not be posted as it is."""

    slot: str
    """A slot, or ``institutions``."""
    kind: str
    """``number``, ``unit``, ``name``, ``institution``, ``quote``, ``language``, ``length``, ``copy``, ``filler`` …"""
    what: str
    """The words at fault, or what is missing: told to the model when it is asked to repair."""


# --- Slack ------------------------------------------------------------------------------------------


class ShareState(StrEnum):
    ACCEPTED = "accepted"
    BRIEFED = "briefed"
    FAILED = "failed"
    IGNORED = "ignored"
    """The link led to no paper and nobody had asked for a brief."""
    WITHDRAWN = "withdrawn"
    """The message was deleted."""


@dataclass(frozen=True, slots=True)
class Share:
    """Someone posted one paper in a channel."""

    team_id: str
    channel_id: str
    ts: str
    """Of the message, which is where the reaction goes and what the reply's thread hangs on."""
    item: str
    """What was shared: an identifier's key, or ``file:F…``. Unique within its message."""
    user_id: str
    thread_ts: str | None = None
    """Of the thread the message itself stands in, if any."""
    identifier: Identifier | None = None
    """For a link."""
    url: str | None = None
    """The link as it was posted."""
    file_id: str | None = None
    """For an upload."""
    file_name: str | None = None
    private: bool = False
    """Shared in a private channel or a DM: visible there only."""
    asked: bool = False
    """Someone asked for this brief (mention, shortcut, command): failures are told even for an uncertain link."""
    silent: bool = False
    """Found while reading the channel's history: kept for digests and search, never answered."""

    @property
    def id(self) -> str:
        """The business key, the same for every event and retry of one user action."""
        return f"{self.team_id}:{self.channel_id}:{self.ts}:{self.item}"

    @property
    def thread(self) -> str:
        """Where the reply goes."""
        return self.thread_ts or self.ts


@dataclass(frozen=True, slots=True)
class StoredShare:
    """A share as the library knows it."""

    share: Share
    state: ShareState
    shared_at: datetime
    paper_id: str | None = None
    reply_ts: str | None = None
    error: str | None = None
    """The code of the error that failed it, see ``bot.errors``."""
    briefed_at: datetime | None = None
    reply_channel_id: str | None = None
    """Where our reply stands: in the share's channel, or with the asker alone."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads a channel at present."""

    closed: bool
    """Its members alone: a private channel, a direct message."""
    outsiders: bool
    """People of other organisations too (Slack Connect), or nobody can tell."""

    @property
    def apart(self) -> bool:
        """What is shared there is seen there only."""
        return self.closed or self.outsiders


# --- Digests ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """Half open: ``since_at <= t < until_at``."""

    since_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """The conversations that a digest is compiled of, or whose papers somebody is shown."""

    own: tuple[str, ...]
    """Everything shared in these counts: the readers are in them."""
    public: tuple[str, ...] | None = ()
    """Further channels, of which only public shares count; None for every channel of the workspace."""

    def holds(self, share: Share) -> bool:
        """Whether a share counts."""
        elsewhere = not share.private and (self.public is None or share.channel_id in self.public)
        return elsewhere or share.channel_id in self.own


@dataclass(frozen=True, slots=True)
class DigestEntry:
    """One paper of a digest with the shares that brought it there, first share first."""

    paper: Paper
    brief: Brief
    shares: tuple[StoredShare, ...] = ()
    number: int = 0
    """Its place in a frozen digest, from 0; it keeps it when an entry before it is withdrawn."""
    discussion: int = 0
    """Reactions and replies to those shares."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What one channel shared in a period. ``entries`` are in order of title, case-insensitive."""

    team_id: str
    channel_id: str
    language: Language
    period: Period
    zone: str
    entries: tuple[DigestEntry, ...]
    topic: str = ""
    failed: tuple[StoredShare, ...] = ()
    usage: Usage = field(default_factory=Usage)
    """What its briefs took."""
    sources: tuple[str, ...] = ()
    """Public channels gathered into it."""


MOST_LISTED = 2_000
"""Records that a search looks at, where more match."""


@dataclass(frozen=True, slots=True)
class DigestReply:
    """A message in a digest's thread and the entries it shows."""

    digest_id: str
    number: int
    """Of the reply, from 0: it shows the entries whose numbers, divided by ``size``, give it."""
    size: int
    channel_id: str
    ts: str
    parent_ts: str
    """Of the message its thread hangs on."""
    picture: str | None = None
    """The file of the picture in it."""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of what a search found, best first."""

    entries: tuple[DigestEntry, ...]
    total: int
    """How many there are on all pages."""
    more: bool = False
    """More than ``MOST_LISTED`` match: of the latest of them are those listed, latest first instead of best first."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What the library has of one work, as far as somebody may have it forgotten."""

    paper_ids: tuple[str, ...]
    """The records that would go wholly."""
    shares: tuple[StoredShare, ...]
    """That would go, first share first."""
    others: tuple[StoredShare, ...]
    """That would stay, because somebody else made them."""
    briefs: int
    """Of those records, in all languages, with those that were replaced."""
    pages: int
    """Of their PDFs."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A brief as it was or is: made by a model, or edited by a person."""

    brief: Brief
    made_at: datetime
    user_id: str | None = None
    """Who edited it; None for a model's."""


Mode = Literal["reply", "quiet", "off"]
"""What a share gets at once: a brief in the thread, only a sign on the message, or nothing at all."""

Cadence = Literal["daily", "weekdays", "weekly", "monthly"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a channel gets its digest: a wall-clock time in a zone."""

    team_id: str
    channel_id: str
    cadence: Cadence
    at: time
    zone: str
    user_id: str
    """Who set it."""
    weekday: Weekday = "mon"
    """For ``weekly``."""
    monthday: int = 1
    """For ``monthly``, 1 to 28."""
    created_at: datetime | None = None
    paused: str | None = None
    """Why no digest is posted at present; None when it runs."""
    sources: tuple[str, ...] = ()
    """Public channels gathered into this one; empty when the digest is of the channel itself."""


EVERY_CHANNEL = "*"
"""In place of a channel's id."""


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    team_id: str
    channel_id: str
    """``EVERY_CHANNEL`` for what holds in the workspace's channels that chose nothing."""
    language: Language = "zh"
    topic: str = ""
    zone: str = "UTC"
    mode: Mode = "reply"
