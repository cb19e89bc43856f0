"""Links are user input: nothing private is reached, nothing lasts, nothing fills the disk, no token strays."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpcore
import pytest
from local_site import Site, page, raw, redirect, status

from bot.errors import PaperwireError, Retry, Tell
from bot.papers.bodies import plain
from bot.papers.web import MOST_REDIRECTS, Web
from bot.settings import Settings

pytestmark = pytest.mark.timeout(60)

PUBLIC = "93.184.215.14"
PUBLIC6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
PDF = b"%PDF-1.7\n" + b"words " * 500


class Canary:
    """A listener that nobody may ever reach: it stands for every address that is not public."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.leaks = 0
        self.thread = threading.Thread(target=self._count, daemon=True)
        self.thread.start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.leaks += 1
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class PlainTls(httpcore.NetworkStream):
    """A connection on which TLS succeeds without certificates: who is connected to is tested, not TLS."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self.read, self.write, self.close = stream.read, stream.write, stream.close  # type: ignore[method-assign]
        self.get_extra_info = stream.get_extra_info  # type: ignore[method-assign]

    def start_tls(self, *_: object, **__: object) -> httpcore.NetworkStream:
        return self


class Internet(httpcore.SyncBackend):
    """Public addresses lead to the site, all others to the canary."""

    def __init__(self, site: Site, canary: Canary) -> None:
        self.site, self.canary = site, canary
        self.connected: list[tuple[str, int]] = []
        self.names: dict[str, list[list[str]]] = {
            "public.example": [[PUBLIC]],
            "public6.example": [[PUBLIC6]],
            "other.example": [[PUBLIC]],
            "inside.example": [["10.0.0.7"]],
            "localhost": [["127.0.0.1", "::1"]],
            "localhost.": [["127.0.0.1"]],
            "metadata.google.internal": [["169.254.169.254"]],
            "127.0.0.1.nip.example": [["127.0.0.1"]],
            "mixed.example": [[PUBLIC, "127.0.0.1"]],
            "mixed-first.example": [["192.168.1.1", PUBLIC]],
            "mixed6.example": [[PUBLIC, "fd00:ec2::254"]],
            "scoped.example": [["fe80::1%lo"]],
            "rebinding.example": [[PUBLIC], ["127.0.0.1"]],
            "nothing.example": [[]],
            "files.slack.com": [[PUBLIC]],
            "slack.com": [[PUBLIC]],
            "cdn.slack-edge.com": [[PUBLIC]],
            "slack.com.example": [[PUBLIC]],
            "evilslack.com": [[PUBLIC]],
        }
        self.asked: list[str] = []

    def resolve(self, host: str, port: int) -> list[str]:
        """Our DNS; numbers in whatever form are read by the system, as always."""
        self.asked.append(host)
        if host in self.names:
            answers = self.names[host]
            return answers[min(self.asked.count(host), len(answers)) - 1]
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(address[0]) for *_, address in found]

    def connect_tcp(self, host: str, port: int, *arguments: object, **named: object) -> httpcore.NetworkStream:
        self.connected.append((host, port))
        local = self.site.port if host in (PUBLIC, PUBLIC6) else self.canary.port
        return PlainTls(super().connect_tcp("127.0.0.1", local, *arguments, **named))  # type: ignore[arg-type]


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    yield server
    server.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    listener = Canary()
    yield listener
    listener.close()


@pytest.fixture
def internet(site: Site, canary: Canary) -> Internet:
    return Internet(site, canary)


@pytest.fixture
def web(internet: Internet) -> Web:
    return Web(Settings(fetch_seconds=20), resolve=internet.resolve, network=internet)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n"


# --- What may not be reached ------------------------------------------------------------------------

TRICKS = {
    "loopback": "http://127.0.0.1/",
    "loopback by https": "https://127.0.0.1/",
    "elsewhere in loopback": "http://127.8.8.8/",
    "decimal": "http://2130706433/",
    "hexadecimal": "http://0x7f000001/",
    "hexadecimal parts": "http://0x7f.0x0.0x0.0x1/",
    "octal": "http://0177.0.0.1/",
    "octal in one": "http://017700000001/",
    "short": "http://127.1/",
    "mixed bases": "http://0x7f.1/",
    "unspecified": "http://0.0.0.0/",
    "zero": "http://0/",
    "IPv6 loopback": "http://[::1]/",
    "IPv6 loopback in full": "http://[0:0:0:0:0:0:0:1]/",
    "IPv6 unspecified": "http://[::]/",
    "IPv4 mapped": "http://[::ffff:127.0.0.1]/",
    "IPv4 mapped in hex": "http://[::ffff:7f00:1]/",
    "IPv4 compatible": "http://[::127.0.0.1]/",
    "NAT64": "http://[64:ff9b::7f00:1]/",
    "NAT64 of a private network": "http://[64:ff9b:1::a00:1]/",
    "6to4": "http://[2002:7f00:1::]/",
    "Teredo": "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "ISATAP": "http://[2606:4700::5efe:7f00:1]/",
    "unique local": "http://[fd00::1]/",
    "IPv6 link-local": "http://[fe80::1]/",
    "IPv6 site-local": "http://[fec0::1]/",
    "IPv6 multicast": "http://[ff02::1]/",
    "IPv6 documentation": "http://[2001:db8::1]/",
    "private 10": "http://10.0.0.1/",
    "private 172": "http://172.31.255.254/",
    "private 192": "http://192.168.0.1/",
    "CGNAT": "http://100.64.0.1/",
    "metadata of Amazon and others": "http://169.254.169.254/latest/meta-data/",
    "metadata of Amazon by IPv6": "http://[fd00:ec2::254]/",
    "metadata of Alibaba": "http://100.100.100.200/",
    "metadata of Azure": "http://168.63.129.16/",
    "metadata of Oracle": "http://192.0.0.192/",
    "metadata by name": "http://metadata.google.internal/",
    "multicast": "http://224.0.0.1/",
    "broadcast": "http://255.255.255.255/",
    "reserved": "http://240.0.0.1/",
    "benchmarking": "http://198.18.0.1/",
    "localhost": "http://localhost/",
    "localhost with a dot": "http://localhost./",
    "a name that leads inside": "http://inside.example/",
    "a name that spells its address": "http://127.0.0.1.nip.example/",
    "a scoped address": "http://scoped.example/",
    "public and private mixed": "http://mixed.example/",
    "private and public mixed": "http://mixed-first.example/",
    "public and unique local mixed": "http://mixed6.example/",
    "ideographic full stops": "http://127。0。0。1/",
    "credentials that look like a host": "http://public.example@127.0.0.1/",
    "a backslash before the host": "http://public.example\\@127.0.0.1/",
}
REFUSED = {
    "full-width digits": "http://１２７.0.0.1/",
    "circled digits": "http://①②⑦.⓪.⓪.①/",
    "credentials": "http://user:password@public.example/",
    "another port": "http://public.example:22/",
    "a database's port": "http://public.example:6379/",
    "port zero": "http://public.example:0/",
    "file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:70/_x",
    "ftp": "ftp://public.example/",
    "dict": "dict://127.0.0.1:11211/stat",
    "data": "data:application/pdf,%PDF-",
    "no scheme": "//127.0.0.1/",
    "no host": "http:///etc/passwd",
    "line breaks": "http://public.example/\r\nHost: 127.0.0.1",
    "a null byte": "http://public.example\x00.127.0.0.1/",
    "a bracket left open": "http://[::1/",
    "nothing": "",
}


def refused(web: Web, url: str, folder: Path) -> set[str]:
    codes = set()
    for attempt in (lambda: web.get(url), lambda: web.download(url, folder, max_bytes=10_000)):
        with pytest.raises(PaperwireError) as error:
            attempt()
        codes.add(error.value.code)
    return codes


@pytest.mark.parametrize("trick", TRICKS)
def test_a_link_into_a_private_network_is_refused(
    trick: str, web: Web, internet: Internet, canary: Canary, tmp_path: Path
) -> None:
    codes = refused(web, TRICKS[trick], tmp_path)
    assert codes <= {"private_address", "bad_link"}
    assert internet.connected == []
    assert canary.leaks == 0


@pytest.mark.parametrize("trick", TRICKS)
def test_a_redirect_into_a_private_network_is_refused(
    trick: str, web: Web, site: Site, internet: Internet, canary: Canary, tmp_path: Path
) -> None:
    location = TRICKS[trick].encode("utf-8").decode("latin-1")
    site.pages["/start"] = redirect(location)
    codes = refused(web, "http://public.example/start", tmp_path)
    assert codes <= {"private_address", "bad_link", "not_found"}
    assert {host for host, _ in internet.connected} == {PUBLIC}
    assert canary.leaks == 0


@pytest.mark.parametrize("trick", REFUSED)
def test_what_is_no_plain_web_link_is_refused(
    trick: str, web: Web, internet: Internet, canary: Canary, tmp_path: Path
) -> None:
    assert refused(web, REFUSED[trick], tmp_path) == {"bad_link"}
    assert internet.connected == []
    assert canary.leaks == 0


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "gopher://127.0.0.1:70/_x", "//127.0.0.1/", "http://public.example:22/", "http://a@b/", "http://[::1"],
)  # fmt: skip
def test_a_redirect_to_something_else_than_a_plain_web_link_is_refused(
    location: str, web: Web, site: Site, canary: Canary, tmp_path: Path
) -> None:
    site.pages["/start"] = redirect(location)
    assert refused(web, "http://public.example/start", tmp_path) <= {"bad_link", "private_address"}
    assert len(site.requests) == 2
    assert canary.leaks == 0


def test_the_address_that_was_checked_is_the_one_connected_to(web: Web, site: Site, internet: Internet) -> None:
    """A name server that answers differently the second time (rebinding) is never asked a second time."""
    site.pages["/"] = page(b"hello")
    assert web.get("http://rebinding.example/").body == b"hello"
    assert internet.connected == [(PUBLIC, 80)]
    assert internet.asked == ["rebinding.example"]


def test_a_name_that_turns_private_is_refused_at_the_next_hop(
    web: Web, site: Site, internet: Internet, canary: Canary
) -> None:
    site.pages["/"] = redirect("http://rebinding.example/again")
    with pytest.raises(Tell, match="private_address"):
        web.get("http://rebinding.example/")
    assert internet.connected == [(PUBLIC, 80)]
    assert canary.leaks == 0


def test_a_public_ipv6_address_is_fine(web: Web, site: Site, internet: Internet) -> None:
    site.pages["/"] = page(b"hello")
    assert web.get("http://public6.example/").body == b"hello"
    assert internet.connected == [(PUBLIC6, 80)]


def test_an_allowed_host_is_allowed_on_its_port_only(
    site: Site, internet: Internet, canary: Canary, tmp_path: Path
) -> None:
    site.pages["/"] = page(b"hello")
    web = Web(Settings(allowed_hosts=(f"127.0.0.1:{site.port}",)))
    assert web.get(f"http://127.0.0.1:{site.port}/").body == b"hello"
    for other in (f"http://127.0.0.1:{canary.port}/", f"http://localhost:{site.port}/", "http://127.0.0.1/"):
        assert refused(web, other, tmp_path) <= {"bad_link", "private_address"}
    assert canary.leaks == 0


def test_an_allowed_host_cannot_send_us_elsewhere(site: Site, canary: Canary, tmp_path: Path) -> None:
    web = Web(Settings(allowed_hosts=(f"127.0.0.1:{site.port}",)))
    site.pages["/start"] = redirect(f"http://127.0.0.1:{canary.port}/")
    assert refused(web, f"http://127.0.0.1:{site.port}/start", tmp_path) == {"bad_link"}
    assert canary.leaks == 0


def test_proxies_of_the_environment_are_not_used(
    web: Web, site: Site, canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    site.pages["/"] = page(b"hello")
    assert web.get("http://public.example/").body == b"hello"
    assert canary.leaks == 0


def test_the_canary_notices_a_leak(internet: Internet, canary: Canary) -> None:
    """The proof that the tests above can fail: without our guard the same link arrives."""
    with httpcore.ConnectionPool(network_backend=internet) as pool:
        assert pool.request("GET", TRICKS["loopback"]).content == b"secret"
    assert canary.leaks == 1


# --- What may not last, or fill anything ------------------------------------------------------------


ZEROS = b"%PDF-" + b"\0" * 50_000_000
ENDLESS = {
    "an endless body": raw(HEAD + b"\r\n%PDF-1.7", b"x" * 65_536, forever=True),
    "an endless chunked body": raw(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n%PDF-1.7 \r\n",
        b"10000\r\n" + b"x" * 65_536 + b"\r\n",
        forever=True,
    ),
    "a body larger than it says": raw(
        HEAD + b"Content-Length: 2000000\r\n\r\n" + b"%PDF-1.7", b"x" * 65_536, forever=True
    ),
    "a gzip bomb": page(gzip.compress(ZEROS), "application/pdf", Content_Encoding="gzip"),
    "a deflate bomb": page(zlib.compress(ZEROS), "application/pdf", Content_Encoding="deflate"),
    "gzip that unpacks to nothing": raw(
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10],
        b"\x00\x00\x00\xff\xff" * 10_000,
        forever=True,
    ),
}


@pytest.mark.parametrize("case", ENDLESS)
def test_what_is_too_large_is_cut_off(case: str, web: Web, site: Site, tmp_path: Path) -> None:
    site.pages["/a.pdf"] = ENDLESS[case]
    with pytest.raises(Tell) as error:
        web.download("http://public.example/a.pdf", tmp_path, max_bytes=1_000_000)
    assert error.value.code == "too_large"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_bomb_is_never_unpacked_in_memory(pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(ZEROS)
    tracemalloc.start()
    try:
        with pytest.raises(Tell, match="too_large"):
            for _ in plain([bomb], "gzip", 1_000_000, "http://public.example/"):
                pass
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_page_that_is_too_large_is_cut_off(web: Web, site: Site) -> None:
    site.pages["/"] = raw(b"HTTP/1.1 200 OK\r\n\r\n<html>", b"x" * 65_536, forever=True)
    with pytest.raises(Tell, match="too_large"):
        web.get("http://public.example/", max_bytes=1_000_000)


SLOW = {
    "no answer at all": raw(b"", pause=30),
    "a header in drips": raw(b"HTTP/1.1 200 OK\r\nX: ", b"x", pause=0.1, forever=True),
    "a body in drips": raw(HEAD + b"\r\n%PDF-1.7", b"x", pause=0.1, forever=True),
    "a body that stops": raw(HEAD + b"Content-Length: 5000\r\n\r\n%PDF-1.7", b"", pause=30),
    "endless informational answers": raw(b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.01, forever=True),
}


@pytest.mark.parametrize("case", SLOW)
@pytest.mark.timeout(15)
def test_what_takes_too_long_is_given_up(case: str, web: Web, site: Site, tmp_path: Path) -> None:
    site.pages["/a.pdf"] = SLOW[case]
    with pytest.raises(Retry, match="source_unavailable"):
        web.download("http://public.example/a.pdf", tmp_path, max_bytes=1_000_000, seconds=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.timeout(15)
def test_redirects_share_one_deadline(web: Web, site: Site) -> None:
    def slow(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.4)
        redirect("/")(request)

    site.pages["/"] = slow
    with pytest.raises(Retry, match="source_unavailable"):
        web.get("http://public.example/", seconds=1)


@pytest.mark.timeout(15)
def test_a_lookup_that_was_given_up_before_its_turn_is_never_made(internet: Internet) -> None:
    release = threading.Event()
    asked: list[str] = []

    def hang(host: str, port: int) -> list[str]:
        asked.append(host)
        release.wait(60)
        return [PUBLIC]

    web = Web(Settings(), resolve=hang, network=internet)
    for number in range(12):
        with pytest.raises(Retry, match="source_unavailable"):
            web.get(f"http://host{number}.example/", seconds=0.05)
    release.set()
    with contextlib.suppress(PaperwireError):
        web.get("http://last.example/", seconds=5)
    assert len(asked) < 12
    assert asked[-1] == "last.example"


@pytest.mark.timeout(15)
def test_a_name_server_that_hangs_is_given_up(internet: Internet) -> None:
    release = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        release.wait(60)
        return [PUBLIC]

    try:
        with pytest.raises(Retry, match="source_unavailable"):
            Web(Settings(), resolve=hang, network=internet).get("http://public.example/", seconds=0.5)
    finally:
        release.set()


BROKEN = {
    "a body shorter than it says": raw(HEAD + b"Content-Length: 5000\r\n\r\n%PDF-1.7 cut"),
    "a chunk cut off": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n%PDF-1.7"),
    "a flood of headers": raw(
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000 + b"\r\n", b"X: y\r\n" * 1_000, forever=True
    ),
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "damaged gzip": page(b"%PDF-1.7 not gzip", "application/pdf", Content_Encoding="gzip"),
    "a coding we did not ask for": page(PDF, "application/pdf", Content_Encoding="br"),
    "two lengths": raw(HEAD + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\n%PDF-1.7"),
    "hanging up": raw(b""),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.timeout(15)
def test_a_broken_answer_is_tried_again_later(case: str, web: Web, site: Site, tmp_path: Path) -> None:
    site.pages["/a.pdf"] = BROKEN[case]
    with pytest.raises(Retry, match="source_unavailable"):
        web.download("http://public.example/a.pdf", tmp_path, max_bytes=1_000_000)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_connection_is_tried_again_later(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Retry, match="source_unavailable"):
        Web(Settings(allowed_hosts=(f"127.0.0.1:{port}",))).get(f"http://127.0.0.1:{port}/")


def test_the_next_address_is_tried_when_one_refuses(site: Site, internet: Internet) -> None:
    site.pages["/"] = page(b"hello")

    class HalfDead(Internet):
        def connect_tcp(self, host: str, port: int, *arguments: object, **named: object) -> httpcore.NetworkStream:
            if host == PUBLIC6:
                raise httpcore.ConnectError
            return super().connect_tcp(host, port, *arguments, **named)

    network = HalfDead(site, internet.canary)
    network.names["both.example"] = [[PUBLIC6, PUBLIC]]
    assert Web(Settings(), resolve=network.resolve, network=network).get("http://both.example/").body == b"hello"


def test_a_redirect_loop_ends(web: Web, site: Site) -> None:
    site.pages["/a"] = redirect("/b")
    site.pages["/b"] = redirect("/a")
    with pytest.raises(Tell, match="no_access"):
        web.get("http://public.example/a")
    assert len(site.requests) == MOST_REDIRECTS + 1


# --- What answers mean ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (404, Tell, "not_found"),
        (410, Tell, "not_found"),
        (400, Tell, "not_found"),
        (401, Tell, "no_access"),
        (403, Tell, "no_access"),
        (451, Tell, "no_access"),
        (408, Retry, "source_unavailable"),
        (429, Retry, "source_unavailable"),
        (500, Retry, "source_unavailable"),
        (503, Retry, "source_unavailable"),
    ],
)
def test_each_status_has_its_error(answer: int, kind: type[PaperwireError], code: str, web: Web, site: Site) -> None:
    site.pages["/"] = status(answer)
    with pytest.raises(kind) as error:
        web.get("http://public.example/")
    assert error.value.code == code


def test_retry_after_is_passed_on_in_seconds(web: Web, site: Site) -> None:
    site.pages["/seconds"] = status(429, Retry_After="17")
    site.pages["/date"] = status(503, Retry_After=formatdate(time.time() + 100, usegmt=True))
    nonsense = {"/word": "soon", "/power": "²", "/zone": "Mon, 01 Jan 2024 00:00:00 +99999999999999999999"}
    for path, value in nonsense.items():
        site.pages[path] = status(503, Retry_After=value)
    waits = []
    for path in ("/seconds", "/date", *nonsense):
        with pytest.raises(Retry) as error:
            web.get(f"http://public.example{path}")
        waits.append(error.value.after)
    assert waits[0] == 17
    assert waits[1] is not None and 90 < waits[1] <= 100
    assert waits[2:] == [None, None, None]


def names(errno: int, *known: str) -> Callable[[str, int], list[str]]:
    """A name server that knows so many names, and of the others says ``errno``."""

    def resolve(host: str, port: int) -> list[str]:
        if host in known:
            return ["203.0.114.1"]
        raise socket.gaierror(errno, "no")

    return resolve


@pytest.mark.parametrize(
    ("host", "errno", "known", "code"),
    [
        ("public.example", socket.EAI_NONAME, ["arxiv.org", "doi.org"], "not_found"),
        ("public.example", socket.EAI_NONAME, ["doi.org"], "not_found"),
        ("public.example", socket.EAI_NONAME, [], "no_network"),
        ("arxiv.org", socket.EAI_NONAME, [], "no_network"),
        ("arxiv.org", socket.EAI_NONAME, ["doi.org"], "source_unavailable"),
        ("public.example", socket.EAI_AGAIN, [], "source_unavailable"),
        ("public.example", socket.EAI_FAIL, [], "source_unavailable"),
    ],
    ids=str,
)
def test_a_wrong_name_is_told_apart_from_a_machine_without_network(
    internet: Internet, host: str, errno: int, known: list[str], code: str
) -> None:
    with pytest.raises(PaperwireError) as error:
        Web(Settings(), resolve=names(errno, *known), network=internet).get(f"http://{host}/")
    assert error.value.code == code
    assert isinstance(error.value, Tell if code == "not_found" else Retry)


def test_an_answer_tells_where_the_redirects_ended(web: Web, site: Site) -> None:
    site.pages["/a"] = redirect("../b?x=1#part")
    site.pages["/b?x=1"] = page("héllo".encode(), "Text/HTML; charset=UTF-8")
    answer = web.get("http://public.example/a")
    assert (answer.url, answer.status) == ("http://public.example/b?x=1", 200)
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.body.decode() == "héllo"


def test_compressed_answers_are_unpacked(web: Web, site: Site, tmp_path: Path) -> None:
    site.pages["/gzip"] = page(gzip.compress(PDF), "application/pdf", Content_Encoding="gzip")
    site.pages["/deflate"] = page(zlib.compress(PDF), "application/pdf", Content_Encoding="deflate")
    for path in ("/gzip", "/deflate"):
        assert web.download(f"http://public.example{path}", tmp_path, max_bytes=10_000).read_bytes() == PDF


def test_of_a_pdf_only_the_beginning_is_read_as_a_page(web: Web, site: Site) -> None:
    site.pages["/a"] = raw(HEAD + b"\r\n%PDF-1.7", b"x" * 65_536, forever=True)
    answer = web.get("http://public.example/a", max_bytes=10_000_000)
    assert answer.is_pdf
    assert len(answer.body) < 10_000_000


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_every_redirect_is_followed(code: int, web: Web, site: Site) -> None:
    site.pages["/a"] = redirect("/b", code)
    site.pages["/b"] = page(b"hello")
    assert web.get("http://public.example/a").body == b"hello"


def test_cookies_are_not_kept(web: Web, site: Site) -> None:
    site.pages["/a"] = status(302, Location="/b", Set_Cookie="who=me; Path=/")
    site.pages["/b"] = page(b"hello")
    web.get("http://public.example/a")
    web.get("http://public.example/b")
    assert all("cookie" not in headers for _, headers in site.requests)


# --- Downloads --------------------------------------------------------------------------------------


def test_a_pdf_is_saved_under_its_hash(web: Web, site: Site, tmp_path: Path) -> None:
    site.pages["/a.pdf"] = page(PDF, "application/pdf")
    saved = web.download("http://public.example/a.pdf", tmp_path / "new", max_bytes=len(PDF))
    assert saved == tmp_path / "new" / f"{hashlib.sha256(PDF).hexdigest()}.pdf"
    assert saved.read_bytes() == PDF
    assert web.download("http://public.example/a.pdf", tmp_path / "new", max_bytes=len(PDF)) == saved
    assert list((tmp_path / "new").iterdir()) == [saved]


def test_a_pdf_may_have_something_before_its_header(web: Web, site: Site, tmp_path: Path) -> None:
    site.pages["/near.pdf"] = page(b"\r\n" * 100 + PDF, "application/octet-stream")
    site.pages["/far.pdf"] = page(b"\r\n" * 1_000 + PDF, "application/pdf")
    assert web.download("http://public.example/near.pdf", tmp_path, max_bytes=10_000).exists()
    with pytest.raises(Tell, match="not_a_pdf"):
        web.download("http://public.example/far.pdf", tmp_path, max_bytes=10_000)


@pytest.mark.parametrize("body", [b"", b"<html>hello</html>", b"PK\x03\x04", b"%PD", b"x" * 5_000])
def test_what_is_no_pdf_is_not_kept(body: bytes, web: Web, site: Site, tmp_path: Path) -> None:
    site.pages["/a.pdf"] = page(body, "application/pdf")
    with pytest.raises(Tell, match="not_a_pdf"):
        web.download("http://public.example/a.pdf", tmp_path, max_bytes=10_000)
    assert list(tmp_path.iterdir()) == []


def test_a_pdf_announced_as_too_large_is_not_begun(web: Web, site: Site, tmp_path: Path) -> None:
    site.pages["/a.pdf"] = raw(HEAD + b"Content-Length: 99000000\r\n\r\n", b"", pause=20)
    with pytest.raises(Tell) as error:
        web.download("http://public.example/a.pdf", tmp_path, max_bytes=50_000_000, seconds=5)
    assert error.value.code == "too_large"
    assert error.value.facts["limit_mb"] == 50


# --- The Slack token --------------------------------------------------------------------------------

TOKEN = "xoxb-not-a-real-token"


def seen_tokens(site: Site) -> list[str | None]:
    return [headers.get("authorization") for _, headers in site.requests]


@pytest.mark.parametrize("host", ["files.slack.com", "slack.com", "cdn.slack-edge.com"])
def test_the_token_goes_to_slack(host: str, web: Web, site: Site, tmp_path: Path) -> None:
    site.pages["/a.pdf"] = page(PDF, "application/pdf")
    web.download(f"https://{host}/a.pdf", tmp_path, max_bytes=10_000, bearer=TOKEN)
    assert seen_tokens(site) == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    "url",
    [
        "https://public.example/a.pdf",
        "https://slack.com.example/a.pdf",
        "https://evilslack.com/a.pdf",
        "http://files.slack.com/a.pdf",
    ],
)
def test_the_token_goes_nowhere_else(url: str, web: Web, site: Site, tmp_path: Path) -> None:
    site.pages["/a.pdf"] = page(PDF, "application/pdf")
    web.download(url, tmp_path, max_bytes=10_000, bearer=TOKEN)
    assert seen_tokens(site) == [None]


def test_the_token_follows_redirects_within_slack_only(web: Web, site: Site, tmp_path: Path) -> None:
    site.pages["/one"] = redirect("https://cdn.slack-edge.com/two")
    site.pages["/two"] = redirect("https://other.example/three")
    site.pages["/three"] = redirect("http://files.slack.com/a.pdf")
    site.pages["/a.pdf"] = page(PDF, "application/pdf")
    web.download("https://files.slack.com/one", tmp_path, max_bytes=10_000, bearer=TOKEN)
    assert seen_tokens(site) == [f"Bearer {TOKEN}", f"Bearer {TOKEN}", None, None]


def test_the_token_goes_to_the_stand_in_for_slack(site: Site, canary: Canary, tmp_path: Path) -> None:
    host = f"127.0.0.1:{site.port}"
    web = Web(Settings(slack_api_url=f"http://{host}/api/", allowed_hosts=(host,)))
    site.pages["/a.pdf"] = page(PDF, "application/pdf")
    web.download(f"http://{host}/a.pdf", tmp_path, max_bytes=10_000, bearer=TOKEN)
    assert seen_tokens(site) == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    "body",
    [b"<!DOCTYPE html><html><title>Sign in</title>", b"\n<html lang=en>" + b"x" * 3_000, b"<!-- hi --><HTML>"],
)
def test_slacks_login_page_is_recognised(body: bytes, web: Web, site: Site, tmp_path: Path) -> None:
    site.pages["/files-pri/a.pdf"] = redirect("https://slack.com/?redir=x")
    site.pages["/?redir=x"] = page(body, "text/html; charset=utf-8")
    with pytest.raises(Tell, match="login_page"):
        web.download("https://files.slack.com/files-pri/a.pdf", tmp_path, max_bytes=10_000, bearer=TOKEN)
    assert list(tmp_path.iterdir()) == []
