"""The commands about papers: brief, read, import, export, report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot.briefs.notes import model_notes
from bot.briefs.score import Graded, score, table
from bot.console import Briefed, brief_source, find, in_order, line, show, side_by_side, writing
from bot.digests.period import zone_named
from bot.digests.records import export_records, import_records
from bot.digests.report import report, report_title
from bot.errors import PaperwireError, Tell
from bot.models import LANGUAGES, DigestEntry, Language, Period, Reading
from bot.papers.jail import Jail
from bot.papers.record import header_record
from bot.pipeline import Pipeline
from bot.ports import Library
from bot.settings import Settings
from bot.wording import explain


@dataclass(frozen=True, slots=True)
class Program:
    """What the composition root hands to the commands."""

    settings: Settings
    open_library: Callable[[], AbstractContextManager[Library]]
    open_pipeline: Callable[[], AbstractContextManager[Pipeline]]
    """On a folder of its own that goes with it."""
    now: Callable[[], datetime]

    @contextmanager
    def library(self) -> Iterator[Library]:
        """The library that is there; none is made. Raises Tell (``no_library``)."""
        settings = self.settings
        if settings.database_url is None and not settings.library_file.exists():
            raise Tell("no_library", folder=str(settings.data))
        with self.open_library() as library:
            yield library


def register(main: click.Group) -> None:
    for command in (brief, evaluate, read, import_, export, report_):
        main.add_command(command)


_language = click.option("--language", type=click.Choice(LANGUAGES), help="Language; PAPERWIRE_LANGUAGE by default.")
_team = click.option("--team", default="local", show_default=True, help="Workspace (Slack's team id).")
_since = click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day.")
_until = click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day.")


@click.command(short_help="Brief papers: PDF files, links, identifiers.")
@click.argument("sources", nargs=-1, required=True, metavar="FILE|LINK|ID…")
@_language
@click.option("--json", "as_json", is_flag=True, help="A JSON line for each paper.")
@click.option("--compare", "models", multiple=True, metavar="MODEL", help="Brief by this model; repeat for others.")
@click.option("--report", "report_file", type=click.Path(path_type=Path, dir_okay=False), help="Write a report too.")
@click.pass_obj
def brief(
    program: Program,
    sources: Sequence[str],
    language: Language | None,
    as_json: bool,
    models: Sequence[str],
    report_file: Path | None,
) -> None:
    """Brief papers, given as PDF files, links or identifiers (1706.03762, a DOI). Exits with 1 when one failed."""
    chosen = language or program.settings.language
    if models:
        if as_json or report_file is not None:
            raise click.UsageError("--compare prints briefs side by side: leave out --json and --report.")
        _compare(program, sources, chosen, models)
        return
    if report_file is not None:
        with writing(report_file):  # tried before the work, and what stands there left as it is
            report_file.open("a").close()
    results: list[Briefed] = []
    with program.open_pipeline() as pipeline:
        now = program.now()
        for result in in_order(
            lambda source: brief_source(pipeline, source, chosen, now), sources, "Briefing", program.settings.workers
        ):
            results.append(result)
            click.echo(line(result.record()) if as_json else show(result), err=bool(result.error) and not as_json)
    if report_file is not None:
        entries = [entry for result in results if (entry := result.entry())]
        words = report(entries, chosen, title=report_title(chosen), at=now, zone=program.settings.zone, plain=False)
        with writing(report_file):
            report_file.write_text(words, encoding="utf-8")
    if any(result.error for result in results):
        raise SystemExit(1)


def _compare(program: Program, sources: Sequence[str], language: Language, models: Sequence[str]) -> None:
    with program.open_pipeline() as pipeline:
        for source in sources:
            briefs = pipeline.compare(find(pipeline, source), language, models, program.now())
            click.echo(side_by_side(source, models, briefs))


@click.command("eval", short_help="Score the briefs that models make.")
@click.argument("sources", nargs=-1, required=True, metavar="FILE|LINK|ID…")
@_language
@click.option("--model", "models", multiple=True, metavar="MODEL", help="Score this model; repeat for others.")
@click.pass_obj
def evaluate(program: Program, sources: Sequence[str], language: Language | None, models: Sequence[str]) -> None:
    """Score the briefs that models make of papers, without a judge: a table, a row for each model."""
    chosen = language or program.settings.language
    names = models or program.settings.models_for(chosen)[:1]
    graded: list[Graded] = []
    with program.open_pipeline() as pipeline:

        def grade(source: str) -> list[Graded]:
            try:
                found = find(pipeline, source)
            except PaperwireError as error:
                click.echo(f"{source}: {explain('en', error)}", err=True)
                return []
            briefs = pipeline.compare(found, chosen, names, program.now())
            for note in (note for made in briefs for note in model_notes(made, "en")):
                click.echo(f"{source}: {note}", err=True)
            return [Graded(found.paper, found.text, made) for made in briefs]

        for each in in_order(grade, sources, "Scoring", program.settings.workers):
            graded += each
    click.echo(table(score(graded)))
    if len({each.paper.id for each in graded}) < len(sources):
        raise SystemExit(1)


@click.command(short_help="Read title, authors, institutions, abstract.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="A JSON line for each file.")
@click.pass_obj
def read(program: Program, files: Sequence[Path], as_json: bool) -> None:
    """Read the headers of PDFs: title, authors, institutions, abstract. Exits with 1 when one failed."""
    failed = False
    with Jail(workers=program.settings.readers, max_pages=program.settings.max_pages) as jail:

        def header(file: Path) -> Reading | PaperwireError:
            try:
                if not file.is_file():
                    raise Tell("no_file", path=str(file))
                return jail.read(file, header_only=True)
            except PaperwireError as error:
                return error

        for file, outcome in zip(files, in_order(header, files, "Reading", program.settings.readers), strict=True):
            bad = isinstance(outcome, PaperwireError)
            failed = failed or bad
            words = line(header_record(str(file), outcome)) if as_json else _header_words(file, outcome)
            click.echo(words, err=bad and not as_json)
    if failed:
        raise SystemExit(1)


def _header_words(file: Path, outcome: Reading | PaperwireError) -> str:
    if isinstance(outcome, PaperwireError):
        return f"{file}: {explain('en', outcome)}\n"
    authors = ", ".join(author.name for author in outcome.authors)
    institutions = ", ".join(institution.name for institution in outcome.institutions)
    return f"{file}\n  {outcome.title}\n  {authors}\n  {institutions}\n  {outcome.abstract}\n"


@click.command("import", short_help="Take records into the library.")
@click.argument("file", type=click.File(encoding="utf-8", errors="surrogateescape"), metavar="FILE.jsonl")
@_team
@click.pass_obj
def import_(program: Program, file: Iterable[str], team: str) -> None:
    """Take records (JSON lines) into the library; taking them again changes nothing."""
    with program.open_library() as library:
        count, new = import_records(library, team, file, program.now())
    click.echo(f"records: {count}, new papers: {new}", err=True)


@click.command(short_help="Print the library's papers as records.")
@_team
@click.pass_obj
def export(program: Program, team: str) -> None:
    """Print the library's papers as records (JSON lines), which `import` takes back."""
    with program.library() as library:
        for record in export_records(library, team):
            click.echo(line(record))


@click.command("report", short_help="Print the report of the library's papers.")
@click.option("--title", help="Heading of the report.")
@_language
@click.option("--plain", is_flag=True, help="Only the fixed form, without links, evidence and cost.")
@click.option("--at", "at", type=click.DateTime(["%Y-%m-%d %H:%M:%S"]), help="Time stamp, in PAPERWIRE_ZONE.")
@_since
@_until
@_team
@click.pass_obj
def report_(
    program: Program,
    title: str | None,
    language: Language | None,
    plain: bool,
    at: datetime | None,
    since: datetime | None,
    until: datetime | None,
    team: str,
) -> None:
    """Print the report of the library's papers, or of those shared from one day to another."""
    settings = program.settings
    chosen = language or settings.language
    zone = zone_named(settings.zone)
    stamp = at.replace(tzinfo=zone) if at else program.now()
    period = _period(since, until, zone, program.now())
    with program.library() as library:
        entries: Sequence[DigestEntry] = library.all_papers(team, period, chosen)
    words = report(
        entries, chosen, title=title or report_title(chosen), at=stamp.astimezone(UTC), zone=settings.zone, plain=plain
    )
    sys.stdout.buffer.write(words.encode())


def _period(since: datetime | None, until: datetime | None, zone: ZoneInfo, now: datetime) -> Period | None:
    """From the first moment of ``since`` to the last of ``until``, in the zone.

    Raises Tell (``period_reversed``, ``period_to_come``).
    """
    if since is None and until is None:
        return None
    first = since.date() if since else date(1970, 1, 1)
    today = now.astimezone(zone).date()
    last = until.date() if until else today
    if first > last and until is None:
        raise Tell("period_to_come", since=first.isoformat(), today=today.isoformat())
    if first > last:
        raise Tell("period_reversed", since=first.isoformat(), until=last.isoformat())
    return Period(_midnight(first, zone), _midnight(last + timedelta(days=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
