"""Several replicas in HTTP mode behind a balancer: whichever a request comes to, it is answered once."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from fake_arxiv import FakeArxiv
from local_ports import free_port
from local_site import Server
from made_papers import MadePaper
from postgres_cluster import PostgresCluster
from running_bot import APP, BOT, RunningBot
from test_http_mode import COMMAND, signed

from playground import Playground

pytestmark = [pytest.mark.kill, pytest.mark.timeout(300)]

# A second of Slack's takes a third of one here: longer than a paper takes, so that only who waits keeps to it.
_SCALE = 3


class Balancer:
    """Hands requests to replicas in turn; one that does not answer is passed over."""

    def __init__(self, addresses: list[str]) -> None:
        turns = itertools.cycle(range(len(addresses)))
        self._client = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0), timeout=10)
        self.taken_by: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                first = next(turns)  # one turn each: who took several would skip those that others took meanwhile
                for address in (*addresses[first:], *addresses[:first]):
                    try:
                        answer = self._client.post(
                            f"{address}{handler.path}", content=body, headers=dict(handler.headers)
                        )
                    except httpx.ConnectError:
                        continue
                    self.taken_by.append(address)
                    handler.send_response(answer.status_code)
                    handler.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
                    handler.send_header("Content-Length", str(len(answer.content)))
                    handler.end_headers()
                    handler.wfile.write(answer.content)
                    return
                handler.send_error(502)

            def log_message(handler, *_: object) -> None:
                pass

        self._server = Server(Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._client.close()


@dataclass
class Served:
    place: Playground
    arxiv: FakeArxiv
    bots: list[RunningBot]
    addresses: list[str]
    balancer: Balancer
    ada: str

    def share(self, number: int, channel: str) -> str:
        paper = MadePaper(number)
        self.arxiv.add(paper.arxiv_id, paper.title, paper.authors, paper.abstract, paper.pdf())
        return self.place.post(self.ada, channel, f"https://arxiv.org/abs/{paper.arxiv_id}")

    def settled(self, channel: str, shared: list[str]) -> bool:
        return all("white_check_mark" in self.place.reactions(channel, ts) for ts in shared)


@contextmanager
def served(folder: Path, database: str, replicas: int) -> Iterator[Served]:
    with Playground(time_scale=_SCALE, installation=APP) as place, FakeArxiv() as arxiv, ExitStack() as stack:
        environment = {
            **place.environment(arxiv.environment()),
            "PAPERWIRE_TIME_SCALE": str(_SCALE),
            "PAPERWIRE_LANGUAGE": "en",
            "PAPERWIRE_READERS": "1",
            "DATABASE_URL": database,
        }
        del environment["SLACK_APP_TOKEN"]
        addresses = [f"127.0.0.1:{free_port()}" for _ in range(replicas)]
        bots = [
            RunningBot(environment, folder / f"replica-{number}", (*BOT, "--http", address))
            for number, address in enumerate(addresses)
        ]
        for bot in bots:
            stack.enter_context(bot)
        for bot in bots:
            bot.wait_until_connected()
        urls = [f"http://{address}" for address in addresses]
        balancer = Balancer(urls)
        stack.callback(balancer.close)
        place.http_app(f"{balancer.url}/slack/events")
        yield Served(place, arxiv, bots, urls, balancer, place.add_user("ada", "UTC"))


@pytest.fixture
def database(postgres_cluster: PostgresCluster) -> Iterator[str]:
    name = postgres_cluster.create_database()
    yield postgres_cluster.url(name)
    postgres_cluster.drop_database(name)


def test_one_channel_is_answered_once_and_at_slacks_pace_by_all_replicas(tmp_path: Path, database: str) -> None:
    """Every event comes twice, to two replicas; one of three is killed midway."""
    with served(tmp_path, database, 3) as made:
        channel = made.place.add_channel("papers")
        made.place.deliver_copies(2)
        shared = [made.share(number, channel) for number in range(12)]
        made.place.wait_for(lambda: len([ts for ts in shared if made.place.thread(channel, ts)]) > 3, 60)
        made.bots[0].kill()
        shared += [made.share(number, channel) for number in range(12, 20)]
        made.place.wait_for(lambda: made.settled(channel, shared), 90)
        answers = [made.place.thread(channel, ts) for ts in shared]
        assert [len(each) for each in answers] == [1] * len(shared)
        assert set(made.balancer.taken_by) == set(made.addresses)
        # Slack refuses what comes too soon: then there are more calls than answers. A kill may cost one, too.
        posts = [call for call in made.place.calls if call.method == "chat.postMessage"]
        assert len(posts) <= len(shared) + 1
        # The command and the button go to whichever replica is next, and find what another has stored.
        [preview] = made.place.command(made.ada, channel, "/digest week")
        assert "20 papers" in preview["text"]
        made.place.click(made.ada, preview, "digest_post")
        heads = made.place.wait_for(
            lambda: [each for each in made.place.messages(channel) if "20 papers" in each["text"]], 60
        )
        assert len(heads) == 1


def test_a_command_taken_by_one_replica_is_refused_by_every_other(tmp_path: Path, database: str) -> None:
    with served(tmp_path, database, 2) as made:
        body = urlencode(COMMAND | {"text": "help"})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        headers = signed(made.place, body, time.time()) | form
        answers = [
            httpx.post(f"{address}/slack/events", content=body, headers=headers, timeout=30)
            for address in (*made.addresses, *made.addresses)
        ]
        assert [answer.status_code for answer in answers] == [200, 409, 409, 409]
        assert ["/digest week" in answer.text for answer in answers] == [True, False, False, False]
        later = signed(made.place, body, time.time() + 2) | form
        assert httpx.post(f"{made.addresses[1]}/slack/events", content=body, headers=later).status_code == 200
