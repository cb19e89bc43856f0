"""The command line."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory

import click
from pydantic import ValidationError

from bot import __version__, commands
from bot.commands import Program
from bot.console import NoAnswers
from bot.doctor import CheckFailed, examine, machine_checks, model_checks
from bot.engine import RESTORED, shown_url, sole_owner
from bot.errors import PaperwireError, Tell
from bot.outcomes import log_to
from bot.pipeline import Pipeline
from bot.pulse import STALE_SECONDS, silent_for
from bot.running import clock, open_library, open_pipeline, run_bot
from bot.settings import Settings
from bot.variables import address, faults
from bot.wording import explain
from bot.work import left_in

log = logging.getLogger("paperwire")


@contextmanager
def _passing_pipeline(settings: Settings) -> Iterator[Pipeline]:
    """For the command line: PDFs go with it, and so do the model's answers."""
    with (
        TemporaryDirectory(prefix="paperwire-") as folder,
        open_pipeline(settings, Path(folder), NoAnswers()) as pipeline,
    ):
        yield pipeline


class _Refusals(click.Group):
    """Turns the errors a user can act on into one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except PaperwireError as error:
            _refuse(error)
            raise SystemExit(1) from error


def _refuse(error: PaperwireError) -> None:
    click.echo(f"paperwire: {explain('en', error)}", err=True)


@contextmanager
def _end_of_process() -> Iterator[None]:
    """The process ends with the block, however that ends; threads that sleep for minutes do not hold it up."""
    code = 1
    try:
        yield
        code = 0
    except PaperwireError as error:
        _refuse(error)
    except Exception:
        log.exception("the bot ends")
    finally:
        logging.shutdown()
        os._exit(code)


@click.group(cls=_Refusals, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Paperwire briefs the papers a team shares in Slack, and compiles digests of them."""
    try:
        settings = Settings()
        settings.hand_on_model_keys()
    except ValidationError as error:
        for fault in faults(error):
            click.echo(f"paperwire: {fault}", err=True)
        raise SystemExit(2) from error
    level = settings.log_level if ctx.invoked_subcommand == "run" else settings.log_level_of_commands
    log_to(sys.stderr, level, settings.log_format)
    if ctx.invoked_subcommand != "doctor":  # which has a line for them
        for words in settings.strangers():
            log.warning(words)
    ctx.obj = Program(
        settings,
        open_library=lambda: open_library(settings),
        open_pipeline=lambda: _passing_pipeline(settings),
        now=clock(settings),
    )


commands.register(main)


@main.command(short_help="Run the bot.")
@click.option("--http", metavar="HOST:PORT", help="Serve Slack's requests at /slack/events instead of Socket Mode.")
@click.pass_obj
def run(program: Program, http: str | None) -> None:
    """Run the bot, through Socket Mode or HTTP."""
    from handlers.tokens import check_tokens

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
        check_tokens(settings, http=http is not None)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--http") from error
    except CheckFailed as problem:
        click.echo(f"paperwire: {problem}", err=True)
        raise SystemExit(2) from problem
    with _end_of_process():
        run_bot(settings, served_at)


@main.command(short_help="Check the installation; say what to do.")
@click.pass_obj
def doctor(program: Program) -> None:
    """Check tokens, scopes, model, database, clock and versions; each line is ok or says what to do."""
    from handlers.doctor import slack_checks
    from storage.database.backup import check_at_start

    settings = program.settings

    def library() -> str:
        if settings.database_url is not None:
            from storage.database.postgres import place

            with program.open_library():
                return place(settings.database_url.get_secret_value())
        file = settings.library_file
        check_at_start(settings.databases)
        if not file.exists():
            return f"{file} (made at the first start)"
        with program.open_library():
            return str(file)

    def token_key() -> str:
        from storage.workspaces import installed

        teams = installed(settings)
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


@main.command(short_help="Write library and work into one file.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.pass_obj
def backup(program: Program, file: Path) -> None:
    """Write the library and the work under way into one file, while the bot runs or not."""
    from storage.database.backup import back_up

    if url := program.settings.database_url:
        command = f"pg_dump --format=custom --file={quote(str(file))} {quote(shown_url(url.get_secret_value()))}"
        raise Tell("backup_of_postgres", command=command)
    back_up(program.settings.databases, file)
    click.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB", err=True)


@main.command(short_help="Put a backup in place; the bot must be stopped.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option("--force", is_flag=True, help="Replace what is in the folder.")
@click.pass_obj
def restore(program: Program, file: Path, force: bool) -> None:
    """Put a backup in place, whole or not at all; the bot must be stopped."""
    from storage.database.backup import restore as put_back

    folder = program.settings.data
    if url := program.settings.database_url:
        target = quote(shown_url(url.get_secret_value()))
        command = f"pg_restore --clean --if-exists --dbname={target} {quote(str(file))}"
        raise Tell("restore_of_postgres", command=command, file=str(folder / RESTORED))
    with sole_owner(folder):
        put_back(file, program.settings.databases, force=force)
        (folder / RESTORED).write_text("")
    click.echo(f"{folder} is as {file} has it; start the bot", err=True)


@main.command("migrate-to", short_help="Move the library of the data folder to Postgres.")
@click.argument("url", required=False, metavar="[postgresql://…]")
@click.pass_obj
def migrate_to(program: Program, url: str | None) -> None:
    """Move the library of the data folder to Postgres: to DATABASE_URL, unless another address is given.

    The bot must be stopped. When it is interrupted, run it again. The data folder stays as it is.
    """
    from storage.database.moving import move
    from storage.database.postgres import place

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


@main.command("forget-workspace", short_help="Remove all that is kept of a workspace.")
@click.argument("team", metavar="TEAM")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def forget_workspace(program: Program, team: str, yes: bool) -> None:
    """Remove all that is kept of a workspace (Slack's team id) and its installation, while the bot runs or not.

    It may be repeated. Cached PDFs go at the bot's next start, or within a day.
    """
    from storage.workspaces import forget_installation, forget_work, is_known

    settings = program.settings
    with program.library() as library:
        if not is_known(settings, library, team):
            raise Tell("unknown_workspace", team=team)
        if not yes:
            prompt = "Everything of this workspace goes for good, in the library and in the work. Go on?"
            click.confirm(prompt, abort=True)
        forget_installation(settings, team)
        work = forget_work(settings, team)
        rows = library.forget_team(team, program.now())
    click.echo(f"{team}: {rows:,} rows and {work:,} pieces of work are gone", err=True)


@main.command(short_help="Try the bot in a playground on this machine.")
@click.option("--once", is_flag=True, help="Play a script in the terminal instead, and end.")
def demo(once: bool) -> None:
    """Try the bot in a Slack workspace on this machine, a web page: no account, no key, no network."""
    from playground.demo import play
    from playground.live import serve

    raise SystemExit(play() if once else serve())


@main.command(short_help="Exit 0 while a bot is connected to Slack.")
@click.pass_obj
def healthy(program: Program) -> None:
    """Exit 0 when a bot running on this data folder is connected to Slack (for container health checks)."""
    settings = program.settings
    age = silent_for(settings.data / "heartbeat")
    if age is None:
        raise Tell("no_heartbeat", folder=str(settings.data))
    if age > STALE_SECONDS:
        raise Tell("heartbeat_old", folder=str(settings.data), seconds=age)


if __name__ == "__main__":
    main(prog_name="paperwire")
