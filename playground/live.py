"""The playground as a page to play with: a small workspace, the real bot in it, for as long as one likes."""

from __future__ import annotations

import tempfile
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from playground.arxiv import ARXIV, ArxivStandIn
from playground.demo import has_display, installation, interruptible, run_bot
from playground.playground import Playground
from playground.slack.delivery import NotAnswered

TIME_SCALE = 20
"""Slack's waits and the bot's own pass so much faster: a digest that fell due is there within seconds."""
CONNECTED_WITHIN = 60
TRIES = 5
LANGUAGES = {"papers": "zh", "papers-en": "en"}
"""By channel, what the bot speaks there."""


def serve(console: Console | None = None) -> int:
    """Serve the page until Ctrl-C, which is how it is meant to end; returns an exit code."""
    console = console or Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="paperwire-") as folder, interruptible():
        log, clock_file = Path(folder) / "bot.log", Path(folder) / "clock"
        try:
            with (
                Playground(time_scale=TIME_SCALE, installation=installation(), clock_file=clock_file) as place,
                ArxivStandIn(beyond=ARXIV) as arxiv,
                run_bot(place.environment(arxiv.environment(), settings(Path(folder))), log) as bot,
            ):
                ada, channels = furnish(place)
                _announce(place.url, console)
                threading.Thread(target=invite, args=(place, ada, channels), daemon=True).start()
                code = bot.wait()
        except KeyboardInterrupt:
            console.print("Stopped.")
            return 0
        console.print(f"The bot ended with exit code {code}. The last lines of its log:", style="bold red")
        console.print("\n".join(log.read_text(errors="replace").splitlines()[-15:]), markup=False)
    return 1


def settings(folder: Path) -> dict[str, str]:
    """The bot's, for its data in ``folder``."""
    return {
        "PAPERWIRE_DATA": str(folder / "data"),
        "PAPERWIRE_LANGUAGE": LANGUAGES["papers"],
        "PAPERWIRE_ZONE": "Europe/Berlin",
        "PAPERWIRE_TIME_SCALE": str(TIME_SCALE),
    }


def _announce(url: str, console: Console) -> None:
    console.print(f"The playground is at {url}/", markup=False, soft_wrap=True)
    console.print(
        "The bot joins in a few seconds. Ctrl-C ends it, and all that was shared goes with it.", soft_wrap=True
    )
    if has_display():
        webbrowser.open(url)


def furnish(place: Playground) -> tuple[str, dict[str, str]]:
    """Two people and two channels; who invites the bot, and by name the channels."""
    ada = place.add_user("Ada", "Europe/Berlin", admin=True)
    place.add_user("Ben", "Asia/Shanghai")
    channels = {name: place.add_channel(name, bot=False) for name in LANGUAGES}
    for user in [each.id for each in place.workspace.users.values() if not each.is_bot]:
        place.direct_channel(user)
    return ada, channels


def invite(place: Playground, ada: str, channels: dict[str, str]) -> None:
    """As one does with a new app: it says hello then, in the language chosen before."""
    place.wait_until_connected(CONNECTED_WITHIN)
    for name, channel in channels.items():
        _choose_language(place, ada, channel, LANGUAGES[name])
        place.invite(ada, channel)


def _choose_language(place: Playground, ada: str, channel: str, language: str) -> None:
    """A bot that has just started may be too slow for a command's three seconds; then it is asked again."""
    for _ in range(TRIES):
        with suppress(NotAnswered, TimeoutError):
            for answer in place.command(ada, channel, f"/digest language {language}"):
                place.dismiss(ada, answer["ts"])
            return
