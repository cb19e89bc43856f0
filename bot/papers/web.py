"""Fetch what links lead to, trusting neither the link nor the server. The only user of httpx and httpcore.

A link is user input: it must not reach what only this machine may reach. Names are resolved here, every address
of an answer is checked, and the connection goes to the address that was checked, so a name that changes its
mind in between (rebinding) gains nothing. Redirects pass the same gate. One parser (httpx.URL) reads a link for
the check and for the request alike. Every request is bounded in time and bytes, before and after decompression.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path

import httpcore
import httpx

from bot.errors import PaperwireError, Retry, Tell
from bot.papers import bodies
from bot.papers.addresses import refusal
from bot.settings import Settings

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port → its addresses. Raises OSError when there are none."""
Fit = Callable[[str, int, float], Sequence[str]]
"""The same within so many seconds, every address fit to be connected to."""

MOST_REDIRECTS = 8
LONGEST_PAGE = 5_000_000
_AGENT = "Paperwire (Slack bot; reads papers that people share)"
_SLACK_HOSTS = ("slack.com", "slack-edge.com", "slack-files.com")
_NO_SUCH_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
"""The name server's own "there is none"; every other failure of it may pass."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page answered, status 2xx. ``url`` is where the redirects ended."""

    url: str
    status: int
    content_type: str
    """In small letters, with its parameters."""
    body: bytes
    """Decompressed; of a PDF only the beginning, see ``Web.get``."""

    @property
    def is_pdf(self) -> bool:
        return bodies.is_pdf(self.body)


class Web:
    """``settings.allowed_hosts`` (``host:port``) are the only exceptions to the rules on addresses and ports.

    ``resolve`` and ``network`` stand for DNS and TCP; the checks lie above both. Safe to share between threads.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        resolve: Resolve | None = None,
        network: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._settings = settings
        self._resolve = resolve or _addresses
        self._network = network or httpcore.SyncBackend()
        self._resolvers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="dns")

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        max_bytes: int = LONGEST_PAGE,
        seconds: float | None = None,
    ) -> Answer:
        """Fetch a page, all redirects included, in ``seconds`` (default: ``settings.fetch_seconds``).

        A PDF is not read to its end: ``body`` holds enough to see that it is one; ``download`` fetches it.
        Raises Tell (``bad_link``, ``private_address``, ``not_found``, ``no_access``, ``too_large``) and Retry
        (``source_unavailable``).
        """
        with self._answer(url, accept, seconds) as answer:
            body = bytearray()
            for chunk in answer.body(max_bytes):
                body += chunk
                if bodies.is_pdf(body):
                    break
            content_type = _header(answer.response, "content-type").lower()
            return Answer(answer.url, answer.response.status, content_type, bytes(body))

    def download(
        self,
        url: str,
        folder: Path,
        *,
        max_bytes: int,
        bearer: str | None = None,
        seconds: float | None = None,
    ) -> Path:
        """Fetch a PDF into ``folder`` as ``<sha256>.pdf``; the file is there whole or not at all.

        ``bearer`` is Slack's token: it is sent to Slack's file hosts over https (and to the host of
        ``settings.slack_api_url``) only, never along a redirect to another host.
        Raises what ``get`` raises, and Tell ``not_a_pdf`` or, with ``bearer``, ``login_page``.
        """
        with self._answer(url, "application/pdf,*/*;q=0.5", seconds, bearer) as answer:
            length = _number(_header(answer.response, "content-length"))
            if length is not None and length > max_bytes:
                raise bodies.too_large(_shown(answer.url), max_bytes)
            return bodies.save_pdf(answer.body(max_bytes), folder, _shown(answer.url), login=bearer is not None)

    @contextmanager
    def _answer(self, url: str, accept: str, seconds: float | None, bearer: str | None = None) -> Iterator[_Incoming]:
        """The answer at the end of the redirects, its body still to be read."""
        deadline = time.monotonic() + (seconds or self._settings.fetch_seconds)
        target = _parse(url)
        for _ in range(MOST_REDIRECTS + 1):
            self._check_port(target)
            sent = {"Host": target.netloc.decode("ascii"), "User-Agent": _AGENT, "Accept": accept}
            if bearer and self._may_see_token(target):
                sent["Authorization"] = f"Bearer {bearer}"
            with self._request(target, sent, deadline) as response:
                following = _location(target, response)
                if following is None:
                    _check_status(target, response, login="Authorization" in sent)
                    yield _Incoming(target, response)
                    return
            target = following
        raise Tell("no_access", url=_shown(url), reason="redirects without end")

    @contextmanager
    def _request(self, target: httpx.URL, headers: dict[str, str], deadline: float) -> Iterator[httpcore.Response]:
        guard = _Guard(self._network, self._fit_addresses, deadline)
        # a pool for each request: nothing is kept alive, so a deadline belongs to one request
        tls = self._tls if target.scheme == "https" else None
        pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=guard, max_connections=1)
        address = httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path)
        sent = [*headers.items(), ("Accept-Encoding", "gzip, identity"), ("Connection", "close")]
        try:
            with pool, pool.stream("GET", address, headers=sent) as response:
                yield response
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            reason = "no answer in time" if isinstance(error, httpcore.TimeoutException) else "connection failed"
            raise Retry("source_unavailable", source=target.host, reason=reason) from error

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context(trust_env=False)

    def _allowed(self, host: str, port: int) -> bool:
        return f"{host}:{port}" in self._settings.allowed_hosts

    def _check_port(self, target: httpx.URL) -> None:
        port = _port(target)
        if port not in (80, 443) and not self._allowed(target.host, port):
            raise Tell("bad_link", url=_shown(str(target)), reason=f"port {port}")

    def _may_see_token(self, target: httpx.URL) -> bool:
        slack = httpx.URL(self._settings.slack_api_url)
        if (target.scheme, target.host, _port(target)) == (slack.scheme, slack.host, _port(slack)):
            return True
        ours = any(target.host == host or target.host.endswith(f".{host}") for host in _SLACK_HOSTS)
        return ours and target.scheme == "https"

    def _fit_addresses(self, host: str, port: int, timeout: float) -> Sequence[str]:
        """The addresses of a host, all of them fit to be connected to."""
        try:
            addresses = self._looked_up(host, port, timeout)
        except TimeoutError as error:
            raise Retry("source_unavailable", source=host, reason="no answer in time") from error
        except (OSError, UnicodeError) as error:
            if isinstance(error, socket.gaierror) and error.errno not in _NO_SUCH_NAME:
                raise Retry("source_unavailable", source=host, reason="name server does not answer") from error
            raise self._unknown(host, timeout) from error
        if not addresses:
            raise self._unknown(host, timeout)
        if not self._allowed(host, port):
            for address in addresses:
                if reason := refusal(address):
                    raise Tell("private_address", url=_shown(host), reason=reason)
        return addresses

    def _unknown(self, host: str, timeout: float) -> PaperwireError:
        """What it means that nobody knows a name: a wrong link, unless not even the sources' names are known."""
        urls = (self._settings.arxiv_url, self._settings.doi_url, self._settings.crossref_url)
        ours = {httpx.URL(url).host for url in urls}
        named = [name for name in ours - {host} if not name.replace(".", "").isdigit() and ":" not in name]
        if named and not any(self._is_known(name, timeout) for name in named):
            return Retry("no_network", source=host)
        return Retry("source_unavailable", source=host) if host in ours else Tell("not_found", url=_shown(host))

    def _is_known(self, host: str, timeout: float) -> bool:
        try:
            return bool(self._looked_up(host, 443, timeout))
        except (OSError, TimeoutError):
            return False

    def _looked_up(self, host: str, port: int, timeout: float) -> Sequence[str]:
        asked = self._resolvers.submit(self._resolve, host, port)
        try:
            return asked.result(timeout)
        finally:
            asked.cancel()  # where its turn has not come, nobody waits for it any more


class _Guard(httpcore.NetworkBackend):
    """Connects to checked addresses only, and lets no operation outlast the request's deadline."""

    def __init__(self, network: httpcore.NetworkBackend, fit_addresses: Fit, deadline: float) -> None:
        self._network = network
        self._fit_addresses = fit_addresses
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._fit_addresses(host, port, _left(self._deadline, httpcore.ConnectTimeout))
        for position, address in enumerate(addresses):
            try:
                stream = self._network.connect_tcp(
                    address, port, _left(self._deadline, httpcore.ConnectTimeout), local_address, socket_options
                )
            except httpcore.ConnectError:
                if position == len(addresses) - 1:
                    raise
            else:
                return _Timed(stream, self._deadline)
        raise httpcore.ConnectError

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("a link never leads to a socket file")


class _Timed(httpcore.NetworkStream):
    """A connection on which many short waits do not add up to a long one."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, httpcore.ConnectTimeout)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A good answer whose body is still on its way."""

    target: httpx.URL
    response: httpcore.Response

    @property
    def url(self) -> str:
        return str(self.target.copy_with(fragment=None))

    def body(self, max_bytes: int) -> Iterator[bytes]:
        coding = _header(self.response, "content-encoding")
        return bodies.plain(self.response.iter_stream(), coding, max_bytes, _shown(self.url))


def _parse(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise Tell("bad_link", url=_shown(url), reason="not a web address") from error
    if target.scheme not in ("http", "https") or not target.host or target.userinfo:
        raise Tell("bad_link", url=_shown(url), reason="not a web address")
    return target


def _location(target: httpx.URL, response: httpcore.Response) -> httpx.URL | None:
    """Where a redirect leads, None when the answer is none."""
    if response.status not in (301, 302, 303, 307, 308):
        return None
    location = _header(response, "location")
    if not location:
        raise Tell("not_found", url=_shown(str(target)))
    try:
        return _parse(str(target.join(location)))
    except (httpx.InvalidURL, ValueError) as error:
        raise Tell("bad_link", url=_shown(location), reason="not a web address") from error


def _check_status(target: httpx.URL, response: httpcore.Response, *, login: bool) -> None:
    status = response.status
    if 200 <= status < 300:
        return
    if status in (408, 425, 429) or status >= 500:
        after = _retry_after(_header(response, "retry-after"), time.time())
        raise Retry("source_unavailable", after=after, source=target.host, reason=f"HTTP {status}")
    if status in (401, 402, 403, 407, 451):
        raise Tell("login_page" if login else "no_access", url=_shown(str(target)), reason=f"HTTP {status}")
    raise Tell("not_found", url=_shown(str(target)))


def _retry_after(value: str, now: float) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3)."""
    if (seconds := _number(value)) is not None:
        return float(seconds)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _number(value: str) -> int | None:
    """The number a header holds, None when it holds none: Python takes ``²`` for a digit, but for no number."""
    return int(value[:12]) if value.isascii() and value.isdigit() else None


def _header(response: httpcore.Response, name: str) -> str:
    wanted = name.encode("ascii")
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == wanted), "")


def _port(target: httpx.URL) -> int:
    return {"http": 80, "https": 443}[target.scheme] if target.port is None else target.port


def _shown(url: str) -> str:
    """A link as an error may quote it."""
    return url if len(url) <= 200 else url[:199] + "…"


def _left(deadline: float, late: type[httpcore.TimeoutException]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise late
    return left


def _addresses(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
