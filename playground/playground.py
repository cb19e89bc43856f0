"""A workspace to play with from Python: people act through methods, the bot through Slack's protocol."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from playground.installation import Installation
from playground.page import Page
from playground.people import People
from playground.slack.clock import Clock
from playground.slack.delivery import Delivery
from playground.slack.server import Slack
from playground.slack.web_api.door import Call, Fault
from playground.threaded import ThreadedServer

ALLOWED_HOSTS = "PAPERWIRE_ALLOWED_HOSTS"
CLOCK_OFFSET = "PAPERWIRE_CLOCK_OFFSET"


class Playground(People):
    """Use as a context manager: the server runs on loopback, on a free port, in a thread of its own.

    People, channels and messages are named by id (``U…``, ``C…``, ``ts``). ``time_scale`` divides Slack's waits
    (rate limits, redelivery, expiry). ``burst`` messages a channel pass before the limit of one a second holds;
    ``tiers`` adds the per-minute limits of the other methods. ``clock_file`` is where a bot that honours it finds by
    how much ``move_clock`` has moved the workspace's time.
    """

    def __init__(
        self,
        *,
        time_scale: float = 1.0,
        installation: Installation | None = None,
        burst: int = 1,
        tiers: bool = False,
        port: int = 0,
        clock_file: Path | None = None,
    ) -> None:
        self.installation = installation or Installation()
        self.clock = Clock(time_scale)
        super().__init__(Slack(self.installation, self.clock, burst=burst, tiers=tiers))
        self._clock_file = clock_file
        self._server = ThreadedServer(self.slack.application(Page(self).routes()), "playground", port)

    def __enter__(self) -> Self:
        self._server.start()
        self.workspace.url = self._server.url
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        return self.workspace.url

    def environment(self, *beside: Mapping[str, str]) -> dict[str, str]:
        """What a bot needs to run against this workspace, and ``beside`` it against other stand-ins.

        Files lie on loopback, from where the bot fetches only what ``PAPERWIRE_ALLOWED_HOSTS`` names.
        """
        own = {
            "SLACK_BOT_TOKEN": self.installation.bot_token,
            "SLACK_APP_TOKEN": self.installation.app_token,
            "SLACK_SIGNING_SECRET": self.installation.signing_secret,
            "SLACK_API_URL": f"{self.url}/api/",
            ALLOWED_HOSTS: self.url.removeprefix("http://"),
        }
        if self._clock_file:
            own[CLOCK_OFFSET] = str(self._clock_file)
        hosts = [each[ALLOWED_HOSTS] for each in (own, *beside) if ALLOWED_HOSTS in each]
        merged = {name: value for each in (own, *beside) for name, value in each.items()}
        return {**merged, ALLOWED_HOSTS: ",".join(hosts)}

    def move_clock(self, seconds: float) -> None:
        """Let so much time pass at once, in the workspace and, by ``clock_file``, for the bot."""
        if seconds < 0:
            raise ValueError("time does not go back")
        with self.workspace.turn():
            self.clock.ahead += seconds
            if self._clock_file:
                new = self._clock_file.with_suffix(".new")
                new.write_text(str(self.clock.ahead))
                new.replace(self._clock_file)  # whole at any moment: the bot reads when it likes

    @property
    def calls(self) -> list[Call]:
        """Every call of the Web API so far."""
        return list(self.slack.calls)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every event sent so far, with how its tries went."""
        return list(self.slack.courier.deliveries)

    # transport

    def wait_until_connected(self, seconds: float = 30) -> None:
        """Until a bot has an open Socket Mode connection."""
        self.wait_for(lambda: bool(self.slack.courier.sockets), seconds)

    def wait_until_heard(self, seconds: float = 30) -> None:
        """Until the bot has acknowledged every event so far, or Slack has given it up."""
        self.wait_for(lambda: all(each.state != "under way" for each in self.deliveries), seconds)

    def http_app(self, url: str) -> None:
        """Register the request URL of a bot in HTTP mode; it must answer Slack's challenge."""
        self._run(self.slack.courier.verify(url))

    def refresh(self) -> None:
        """Ask every open connection to be replaced, as Slack does every few hours."""
        courier = self.slack.courier
        for socket in list(courier.sockets):
            self._call(courier.refresh, socket)

    def deliver_copies(self, copies: int) -> None:
        """From now on every event comes ``copies`` times."""
        self.slack.courier.copies = copies

    def repeat_events(self, last: int | None = None) -> None:
        """Deliver the last events (all when None) once more, as a retry that was not needed."""
        courier = self.slack.courier
        bodies = [each.body for each in courier.deliveries][-(last or 0) :]
        for body in bodies:
            self._call(courier.start, courier.accept(body))

    # what goes wrong

    def fail_next(self, method: str, **fault: Any) -> None:
        """Let the next calls of a method go wrong; see Fault for how (``error``, ``retry_after``, ``drop`` …)."""
        self.slack.faults.append(Fault(method, **fault))

    def revoke_token(self) -> None:
        self._revoke("token_revoked")

    def uninstall(self) -> None:
        """Somebody removes the app from the workspace: its token ends, and Slack says so, in no certain order."""
        self._revoke("account_inactive")
        ended = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.installation.bot_user_id]}}
        for event in (ended, {"type": "app_uninstalled"}):
            self._run(self.slack.send(event))

    def _revoke(self, answer: str) -> None:
        with self.workspace.turn():
            self.workspace.revoked |= dict.fromkeys(self.workspace.tokens, answer)
            self.workspace.tokens.clear()
