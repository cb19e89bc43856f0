"""The command line and the composition root: the one module that knows all the others."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import click
from pydantic import ValidationError

from bot import __version__, commands
from bot.answering import Answering
from bot.briefing import Briefing
from bot.briefs.meter import Ledger
from bot.briefs.model import Answers
from bot.briefs.write import Writer
from bot.commands import Program
from bot.console import NoAnswers
from bot.correcting import Correcting
from bot.digesting import Digesting
from bot.doctor import examine, machine_checks, model_checks
from bot.engine import RESTORED, postgres_engine, shown_url, sole_owner, sqlite_engine
from bot.errors import TOKEN_REFUSED, PaperwireError, Retry, Tell
from bot.forgetting import Forgetting
from bot.models import Allowance, ChannelSettings
from bot.outcomes import listen, log_to
from bot.papers.arxiv_api import NAME as ARXIV
from bot.papers.jail import Jail
from bot.papers.resolve import Resolver
from bot.papers.web import Web
from bot.pausing import resume
from bot.pipeline import Pipeline
from bot.ports import Library
from bot.posting import Posting
from bot.pulse import STALE_SECONDS, Pulse, silent_for
from bot.settings import Settings, address
from bot.wording import explain
from bot.work import Work, left_in

if TYPE_CHECKING:
    from handlers.oauth import InstallFlow

log = logging.getLogger("paperwire")
T = TypeVar("T")

# Of finished work, model answers and traces of deleted messages; the library itself forgets nothing by age.
_RETENTION = timedelta(days=30)
# A large library takes longer to look through than its users would wait; then the bot starts meanwhile.
_PATIENT_CHECK_SECONDS = 3.0


def clock(settings: Settings) -> Callable[[], datetime]:
    """What the bot takes for now."""
    offset = settings.clock_offset

    def now() -> datetime:
        ahead = float(offset.read_text() or 0) if offset and offset.exists() else 0.0
        return datetime.now(UTC) + timedelta(seconds=ahead)

    return now


@contextmanager
def open_pipeline(
    settings: Settings, folder: Path, answers: Answers, ledger: Ledger | None = None
) -> Iterator[Pipeline]:
    """The stages from link to brief, with the processes that read PDFs."""
    web = Web(settings)
    with Jail(workers=settings.readers, max_pages=settings.max_pages) as jail:
        writer = Writer(settings, answers, ledger)
        resolver = Resolver(settings, web, arxiv_turn=partial(_arxiv_turn, settings, ledger) if ledger else None)
        yield Pipeline(web, resolver, jail, writer, folder, int(settings.max_pdf_mb * 1_000_000))


def _arxiv_turn(settings: Settings, ledger: Ledger) -> float:
    """One call of arXiv's API in its delay, by all replicas together; see ``ArxivApi``."""
    if not settings.arxiv_delay:
        return 0.0
    allowance = Allowance(1, None, settings.arxiv_delay)
    return ledger.reserve_call(uuid4().hex, ARXIV, 0, allowance, datetime.now(UTC))


@contextmanager
def _passing_pipeline(settings: Settings) -> Iterator[Pipeline]:
    """For the command line: PDFs go with it, and so do the model's answers."""
    with (
        TemporaryDirectory(prefix="paperwire-") as folder,
        open_pipeline(settings, Path(folder), NoAnswers()) as pipeline,
    ):
        yield pipeline


@contextmanager
def _open_library(settings: Settings) -> Iterator[Library]:
    from storage.opening import open_library

    with closing(open_library(settings)) as library:
        yield library


@contextmanager
def _open_work(settings: Settings) -> Iterator[Work]:
    """The engine, not launched yet: on a file of the data folder, or on the Postgres that replicas share."""
    make = partial(Work, settings.data, workers=settings.workers, time_scale=settings.time_scale)
    if settings.database_url is None:
        yield make(sqlite_engine(settings.work_file))
        return
    from storage.leases import PostgresLeases

    url = settings.database_url.get_secret_value()
    with closing(PostgresLeases(url)) as leases:
        yield make(postgres_engine(url), leases=leases)


def run_bot(settings: Settings, http: tuple[str, int] | None) -> None:
    """Run until SIGTERM or SIGINT. Raises SystemExit 1 when Slack stays out of reach."""
    # Imported here: the other commands need neither Slack nor the library.
    from handlers.app import build_app
    from handlers.clients import Clients, OneWorkspace, make_client
    from handlers.clock import Clock
    from handlers.desk import Desk
    from handlers.slack import SlackMessenger
    from handlers.status import serving
    from handlers.transport import connect_socket, http_server
    from storage.backup import check_at_start
    from storage.opening import open_library

    settings.data.mkdir(parents=True, exist_ok=True)
    now = clock(settings)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with ExitStack() as stack:
        checking = stack.enter_context(ThreadPoolExecutor(1)).submit(check_at_start, settings.databases)
        with suppress(TimeoutError):
            checking.result(_PATIENT_CHECK_SECONDS)
        library = open_library(settings)
        stack.callback(library.close)
        pipeline = stack.enter_context(open_pipeline(settings, settings.pdf_folder, library, library))
        flow = stack.enter_context(_install_flow(settings, library)) if settings.client_id else None
        token = settings.bot_token.get_secret_value() if settings.bot_token and flow is None else None
        client = make_client(token, settings.slack_api_url)
        clients: Clients = flow.teams if flow else OneWorkspace(client)
        messenger = SlackMessenger(clients, Web(settings), int(settings.max_pdf_mb * 1_000_000), settings.time_scale)
        work = stack.enter_context(_open_work(settings))
        briefing = Briefing(work, library, messenger, pipeline, settings.language, now)
        posting = Posting(work, library, messenger, settings.language, now)
        digesting = Digesting(work, library, messenger, posting, settings.zone, now, pipeline.first_page)
        defaults = ChannelSettings("", "", settings.language, zone=settings.zone)
        answering = Answering(work, library, messenger, briefing, posting, defaults, now)
        correcting = Correcting(work, library, messenger, posting, pipeline, settings, now)
        forgetting = Forgetting(work, library, messenger, pipeline, digesting, now)
        parts = (briefing, posting, digesting, answering, correcting, forgetting)
        work.launch({name: run for part in parts for name, run in part.workflows().items()})
        stack.callback(work.close)
        pulse = Pulse(settings.data / "heartbeat")
        if settings.status is not None:
            _show_status(settings.status, stack, library, work, pulse, stop)

        def tidy() -> None:
            if work.tidies():
                work.forget_finished(datetime.now(UTC) - _RETENTION)
                library.prune(now() - _RETENTION)
                if settings.keep_text_days is not None:
                    library.drop_texts(now() - timedelta(days=settings.keep_text_days))
            forgetting.clean()
            # The readings beside the PDFs hold the texts too.
            days = min(settings.keep_pdfs_days, settings.keep_text_days or settings.keep_pdfs_days)
            pipeline.forget_pdfs(datetime.now(UTC) - timedelta(days=days))

        ticking = Clock(library, digesting, now, tidy, settings.time_scale)
        ticking.start()
        stack.callback(ticking.close)
        desk = Desk(
            briefing=briefing,
            posting=posting,
            digesting=digesting,
            answering=answering,
            correcting=correcting,
            forgetting=forgetting,
            library=library,
            now=now,
            language=settings.language,
            zone=settings.zone,
            budget=settings.monthly_budget,
            waiting=work.waiting,
        )
        app = build_app(client, desk, flow)
        if http is not None:
            assert settings.signing_secret is not None, "asked for before the start"
            secret = settings.signing_secret.get_secret_value()
            server = http_server(app, secret, http, alive=lambda: pulse.alive)
            connected: Callable[[], bool] = stack.enter_context(serving(server)).is_alive
        else:
            app_token = settings.app_token.get_secret_value() if settings.app_token else ""
            handler = _patiently(lambda: connect_socket(app, app_token, client), stop)
            if handler is None:
                return
            stack.callback(handler.close)
            connected = handler.client.is_connected
        log.info("connected to Slack")
        if flow is None:
            resume(library)
        threading.Thread(target=pipeline.preload, name="preload", daemon=True).start()

        def well() -> bool:
            if checking.done():
                checking.result()  # raises Tell for damage found meanwhile
            return connected()

        pulse.beat(well, stop)
        log.info("stopping")


def _show_status(
    address: tuple[str, int], stack: ExitStack, library: Library, work: Work, pulse: Pulse, stop: threading.Event
) -> None:
    """Serve health, readiness and metrics until the stack is left."""
    # Imported here: without somebody who asks for metrics, nothing of this is paid for.
    from handlers.metrics import Metrics
    from handlers.status import serving, status_server

    metrics = Metrics(work.unfinished, lambda: pulse.connected())
    stack.callback(listen(metrics.hear))
    ready: dict[str, Callable[[], bool]] = {
        "slack": lambda: pulse.connected(),
        "library": lambda: library.stored_share("", "") is None,  # any question will do
        "work": lambda: work.waiting() >= 0,
        "running": lambda: not stop.is_set(),
    }
    stack.enter_context(serving(status_server(address, lambda: pulse.alive, ready, metrics.page)))


@contextmanager
def _install_flow(settings: Settings, library: Library) -> Iterator[InstallFlow]:
    """How workspaces install the app. Raises Tell for a key that is missing, none, or another."""
    # Imported here: most bots serve one workspace.
    from handlers.oauth import InstallFlow
    from handlers.teams import Teams
    from storage.installations import Installations, States, installations_engine, keys_from

    engine = installations_engine(settings)
    store, states = Installations(settings.client_id or "", engine, keys_from(settings.token_keys)), States(engine)
    store.open()
    states.open()
    teams = Teams(store, library, settings.slack_api_url)
    teams.resume()
    yield InstallFlow(settings, teams, states)
    engine.dispose()


def _patiently(connect: Callable[[], T], stop: threading.Event) -> T | None:
    """Connect, waiting for Slack where it is down; None when the bot shall stop before.

    Raises Tell (``token_refused``) where waiting mends nothing.
    """
    wait = 1.0
    while not stop.is_set():
        try:
            return connect()
        except Retry as error:
            reason = str(error.facts.get("reason", error.code))
            if error.code == TOKEN_REFUSED:
                raise Tell(TOKEN_REFUSED, reason=reason) from error
            log.warning("Slack is out of reach (%s), trying again in %.0f s", reason, wait)
            stop.wait(wait)
            wait = min(wait * 2, 60.0)
    return None


# --- the command line -------------------------------------------------------------------------------


class _Refusals(click.Group):
    """Turns the errors a user can act on into one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except PaperwireError as error:
            click.echo(f"paperwire: {explain('en', error)}", err=True)
            raise SystemExit(1) from error


@click.group(cls=_Refusals, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Paperwire briefs the papers a team shares in Slack, and compiles digests of them."""
    try:
        settings = Settings()
        settings.hand_on_model_keys()
    except ValidationError as error:
        for problem in error.errors():
            click.echo(f"paperwire: {problem['loc'][0]}: {problem['msg']}", err=True)
        raise SystemExit(2) from error
    log_to(sys.stderr, settings.log_level, settings.log_format)
    ctx.obj = Program(
        settings,
        open_library=lambda: _open_library(settings),
        open_pipeline=lambda: _passing_pipeline(settings),
        now=clock(settings),
    )


commands.register(main)


@main.command()
@click.option("--http", metavar="HOST:PORT", help="Serve Slack's requests at /slack/events instead of Socket Mode.")
@click.pass_obj
def run(program: Program, http: str | None) -> None:
    """Run the bot, through Socket Mode or HTTP."""
    settings = program.settings
    if settings.client_id and http is None:
        click.echo(f"paperwire: {explain('en', Tell('oauth_needs_http'))}", err=True)
        raise SystemExit(2)
    missing = settings.missing(http=http is not None)
    if missing:
        click.echo(
            f"paperwire: not set: {', '.join(missing)}. Take them from your Slack app's pages (README, “Connect it to "
            "your Slack”) and put them into the environment; `paperwire doctor` checks them.",
            err=True,
        )
        raise SystemExit(2)
    try:
        served_at = address(http) if http is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--http") from error
    run_bot(settings, served_at)
    # What still runs goes on in the next life; its threads may sleep for minutes and would hold the exit up.
    logging.shutdown()
    os._exit(0)


@main.command()
@click.pass_obj
def doctor(program: Program) -> None:
    """Check tokens, scopes, model, database, clock and versions; each line is ok or says what to do."""
    from handlers.doctor import slack_checks
    from storage.backup import check_at_start

    settings = program.settings

    def library() -> str:
        if settings.database_url is not None:
            from storage.postgres import place

            with program.open_library():
                return place(settings.database_url.get_secret_value())
        file = settings.library_file
        check_at_start(settings.databases)
        if not file.exists():
            return f"{file} (made at the first start)"
        with program.open_library():
            return str(file)

    def token_key() -> str:
        from storage.installations import Installations, installations_engine, keys_from

        keys = keys_from(settings.token_keys)
        teams: list[str] = []
        if settings.database_url is not None or settings.installations_file.exists():
            engine = installations_engine(settings)
            try:
                teams = Installations(settings.client_id or "", engine, keys).teams()
            finally:
                engine.dispose()
        return (
            f"{len(settings.token_keys)}, the first of which encrypts; workspaces whose tokens it reads: {len(teams)}"
        )

    checks = [
        *machine_checks(settings),
        ("library", library),
        *model_checks(settings, NoAnswers(), program.now),
        *([("token key", token_key)] if settings.client_id else []),
        *slack_checks(settings),
    ]
    if not examine(checks, click.echo):
        raise SystemExit(1)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.pass_obj
def backup(program: Program, file: Path) -> None:
    """Write the library and the work under way into one file, while the bot runs or not."""
    from storage.backup import back_up

    if url := program.settings.database_url:
        command = f"pg_dump --format=custom --file={quote(str(file))} {quote(shown_url(url.get_secret_value()))}"
        raise Tell("backup_of_postgres", command=command)
    back_up(program.settings.databases, file)
    click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB", err=True)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option("--force", is_flag=True, help="Replace what is in the folder.")
@click.pass_obj
def restore(program: Program, file: Path, force: bool) -> None:
    """Put a backup in place, whole or not at all; the bot must be stopped."""
    from storage.backup import restore as put_back

    folder = program.settings.data
    if url := program.settings.database_url:
        target = quote(shown_url(url.get_secret_value()))
        command = f"pg_restore --clean --if-exists --dbname={target} {quote(str(file))}"
        raise Tell("restore_of_postgres", command=command, file=str(folder / RESTORED))
    with sole_owner(folder):
        put_back(file, program.settings.databases, force=force)
        (folder / RESTORED).write_text("")
    click.echo(f"{folder} is as {file} has it; start the bot", err=True)


@main.command("migrate-to")
@click.argument("url", required=False, metavar="[postgresql://…]")
@click.pass_obj
def migrate_to(program: Program, url: str | None) -> None:
    """Move the library of the data folder to Postgres: to DATABASE_URL, unless another address is given.

    The bot must be stopped. When it is interrupted, run it again. The data folder stays as it is.
    """
    from storage.moving import move
    from storage.postgres import place

    settings = program.settings
    target = url or (settings.database_url.get_secret_value() if settings.database_url else None)
    if target is None:
        raise click.UsageError("Say where to: give an address postgresql://…, or set DATABASE_URL.")
    with sole_owner(settings.data):
        unfinished = left_in(settings.work_file)
        if unfinished:
            raise Tell("move_unfinished_work", count=unfinished, folder=str(settings.data))
        rows = move(
            settings.library_file,
            settings.installations_file,
            target,
            lambda table, done, count: click.echo(f"{table}: {done:,} of {count:,}", err=True),
        )
    click.echo(
        f"{sum(rows.values()):,} rows in {len(rows)} tables are in {place(target)} as in {settings.library_file}. Set "
        "DATABASE_URL to that address for every replica and start; remove the old file when you are content.",
        err=True,
    )


@main.command()
@click.option("--once", is_flag=True, help="Play a script in the terminal instead, and end.")
def demo(once: bool) -> None:
    """Try the bot in a Slack workspace on this machine, a web page: no account, no key, no network."""
    from playground.demo import play
    from playground.live import serve

    raise SystemExit(play() if once else serve())


@main.command()
@click.pass_obj
def healthy(program: Program) -> None:
    """Exit 0 when a bot running on this data folder is connected to Slack (for container health checks)."""
    age = silent_for(program.settings.data / "heartbeat")
    if age is None or age > STALE_SECONDS:
        click.echo("no heartbeat" if age is None else f"last heartbeat {age:.0f} s ago", err=True)
        raise SystemExit(1)


if __name__ == "__main__":
    main(prog_name="paperwire")
