"""The composition root: the bot put together from all its parts, and run."""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from bot.briefs.asking.meter import Ledger
from bot.briefs.asking.model import Answers
from bot.briefs.write import Writer
from bot.channels import Channels
from bot.engine import postgres_engine, sqlite_engine
from bot.errors import TOKEN_REFUSED, Retry, Tell
from bot.models import Allowance, ChannelSettings
from bot.outcomes import listen
from bot.papers.arxiv_api import NAME as ARXIV
from bot.papers.jail import Jail, keep_to_ourselves
from bot.papers.resolve import Resolver
from bot.papers.web import Web
from bot.pipeline import Pipeline
from bot.ports import Library
from bot.pulse import Pulse
from bot.rests import SharedRests
from bot.settings import Settings
from bot.tidying import tidy
from bot.work import Work
from bot.workflows.answering import Answering
from bot.workflows.briefing import Briefing
from bot.workflows.correcting import Correcting
from bot.workflows.digesting import Digesting
from bot.workflows.forgetting import Forgetting
from bot.workflows.pausing import resume
from bot.workflows.posting import Posting
from bot.workflows.translating import Translating

if TYPE_CHECKING:
    from handlers.desk import Desk
    from handlers.oauth import InstallFlow
    from handlers.slack import SlackMessenger

log = logging.getLogger("paperwire")
T = TypeVar("T")

# Python lets a thread compute for 5 ms before it gives way to another; a request of Slack's gives way a dozen times,
# to as many threads as work on papers. `benchmarks.replicas` shows the difference.
_SWITCH_SECONDS = 0.0005
# A thread that accepts work waits for a database that is away, longer than whoever stops the bot does.
_CLOSING_SECONDS = 5.0
# A large library takes longer to look through than its users would wait; then the bot starts meanwhile.
_PATIENT_CHECK_SECONDS = 3.0


def clock(settings: Settings) -> Callable[[], datetime]:
    """What the bot takes for now."""
    offset = settings.clock_offset

    def now() -> datetime:
        try:
            ahead = float(offset.read_text() or 0) if offset else 0.0
        except FileNotFoundError:  # nobody has set it, or nobody does any more
            ahead = 0.0
        return datetime.now(UTC) + timedelta(seconds=ahead)

    return now


@contextmanager
def open_pipeline(
    settings: Settings, folder: Path, answers: Answers, ledger: Ledger | None = None
) -> Iterator[Pipeline]:
    """The stages from link to brief, with the processes that read PDFs."""
    keep_to_ourselves()
    web = Web(settings)
    with Jail(workers=settings.readers, max_pages=settings.max_pages) as jail:
        writer = Writer(settings, answers, ledger, jail.excerpt)
        resolver = (
            Resolver(
                settings,
                web,
                arxiv_turn=partial(_arxiv_turn, settings, ledger),
                rests=SharedRests(ledger, settings.time_scale),
            )
            if ledger
            else Resolver(settings, web)
        )
        yield Pipeline(web, resolver, jail, writer, folder, int(settings.max_pdf_mb * 1_000_000))


def _arxiv_turn(settings: Settings, ledger: Ledger) -> float:
    """One call of arXiv's API in its delay, by all replicas together; see ``ArxivApi``."""
    if not settings.arxiv_delay:
        return 0.0
    allowance = Allowance(1, None, settings.arxiv_delay)
    try:
        return ledger.reserve_call(uuid4().hex, ARXIV, 0, allowance, datetime.now(UTC))
    except Retry:
        return 1.0  # while the library is away nobody knows; arXiv is not to blame


@contextmanager
def open_library(settings: Settings) -> Iterator[Library]:
    from storage.database import opening

    with closing(opening.open_library(settings)) as library:
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
    """Run until SIGTERM or SIGINT. Raises SystemExit 1 when Slack stays out of reach.

    Threads may be left that sleep for minutes; what they do goes on in the next life.
    """
    # Imported here: the other commands need neither Slack nor the library.
    from handlers.app import build_app
    from handlers.calls import Calls
    from handlers.clients import Clients, OneWorkspace, make_client
    from handlers.clock import Clock
    from handlers.slack import SlackMessenger
    from handlers.status import serving
    from handlers.transport import connect_socket, http_server
    from storage.database.backup import check_at_start

    sys.setswitchinterval(_SWITCH_SECONDS)
    now = clock(settings)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with ExitStack() as stack:
        checking = stack.enter_context(ThreadPoolExecutor(1)).submit(check_at_start, settings.databases)
        with suppress(TimeoutError):
            checking.result(_PATIENT_CHECK_SECONDS)
        library = stack.enter_context(open_library(settings))
        pipeline = stack.enter_context(open_pipeline(settings, settings.pdf_folder, library, library))
        flow = stack.enter_context(_install_flow(settings, library)) if settings.client_id else None
        token = settings.bot_token.get_secret_value() if settings.bot_token and flow is None else None
        client = make_client(token, settings.slack_api_url)
        clients: Clients = flow.teams if flow else OneWorkspace(client)
        messenger = SlackMessenger(
            Calls(clients, SharedRests(library, settings.time_scale)),
            Web(settings),
            int(settings.max_pdf_mb * 1_000_000),
            settings.time_scale,
        )
        work = stack.enter_context(_open_work(settings))
        desk = _desk(settings, work, library, messenger, pipeline, now)
        work.launch({name: run for part in desk.parts for name, run in part.workflows().items()})
        stack.callback(work.close)
        pulse = Pulse(settings.data / "heartbeat")
        if settings.status is not None:
            _show_status(settings.status, stack, library, work, pulse, stop)
        tidying = partial(tidy, settings, work, library, pipeline, desk.forgetting, now)
        ticking = Clock(library, desk.digesting, now, tidying, settings.time_scale)
        ticking.start()
        stack.callback(_within, _CLOSING_SECONDS, ticking.close)
        app = build_app(client, desk, flow)
        if http is not None:
            assert settings.signing_secret is not None, "asked for before the start"
            secret = settings.signing_secret.get_secret_value()
            server = http_server(app, secret, http, alive=lambda: pulse.alive, memory=library)
            connected: Callable[[], bool] = stack.enter_context(serving(server)).is_alive
        else:
            app_token = settings.app_token.get_secret_value() if settings.app_token else ""
            handler = _patiently(lambda: connect_socket(app, app_token, client), stop)
            if handler is None:
                return
            stack.callback(_within, _CLOSING_SECONDS, handler.close)
            connected = handler.client.is_connected
        log.info("connected to Slack")
        if flow is None:
            resume(library)
        threading.Thread(target=_preload, args=(pipeline,), name="preload", daemon=True).start()

        def well() -> bool:
            if checking.done():
                checking.result()  # raises Tell for damage found meanwhile
            return connected()

        pulse.beat(well, stop)
        log.info("stopping")


def _within(seconds: float, close: Callable[[], None]) -> None:
    """Close something, or leave it as it is: the process ends all the same."""
    closing = threading.Thread(target=close, name="closing", daemon=True)
    closing.start()
    closing.join(seconds)


def _preload(pipeline: Pipeline) -> None:
    """Load what would make the first brief slow, and spare the collector of garbage what is there for good: else it
    looks through all of LiteLLM again and again, and nobody is answered for a quarter of a second."""
    gc.disable()
    try:
        pipeline.preload()
        gc.freeze()
    finally:
        gc.enable()


def _desk(
    settings: Settings,
    work: Work,
    library: Library,
    messenger: SlackMessenger,
    pipeline: Pipeline,
    now: Callable[[], datetime],
) -> Desk:
    """The parts of the bot, each knowing those it works with."""
    from handlers.desk import Desk

    channels = Channels(library, ChannelSettings("", "", settings.language, zone=settings.zone))
    briefing = Briefing(work, library, messenger, pipeline, channels, now)
    posting = Posting(work, library, messenger, channels, now)
    translating = Translating(library, messenger, posting, pipeline, now)
    digesting = Digesting(work, library, messenger, posting, channels, now, pipeline.first_page, translating)
    return Desk(
        briefing=briefing,
        posting=posting,
        digesting=digesting,
        answering=Answering(work, library, messenger, briefing, posting, channels, now),
        correcting=Correcting(work, library, messenger, posting, digesting, pipeline, channels, settings, now),
        forgetting=Forgetting(work, library, messenger, pipeline, digesting, now),
        library=library,
        now=now,
        channels=channels,
        budget=settings.monthly_budget,
        model=lambda language, private: settings.models_for(language, private=private)[0],
        audience=messenger.audience,
        permalinks=messenger.permalinks,
        waiting=None if settings.client_id else work.waiting,
    )


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

    # Each over connections of its own: whoever opens the install page must not hold up who an event speaks for.
    store = Installations(settings.client_id or "", installations_engine(settings), keys_from(settings.token_keys))
    states = States(installations_engine(settings))
    store.open()
    states.open()
    teams = Teams(store, store.drop_before, library, settings.slack_api_url)
    teams.resume()
    yield InstallFlow(settings, teams, states)
    store.engine.dispose()
    states.engine.dispose()


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
