"""Fetch what links lead to, trusting neither the link nor the server.

A link is user input: it must not reach what only this machine may reach. Every connection goes through the guard
(``bot.papers.guard``), those of redirects too. One parser (httpx.URL) reads a link for the check and for the request
alike. Every request is bounded in time and bytes, before and after decompression.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path

import httpcore
import httpx

from bot.errors import Retry, Tell
from bot.papers import bodies
from bot.papers.guard import Guard, Hosts, Resolve, shown
from bot.settings import Settings

MOST_REDIRECTS = 8
LONGEST_PAGE = 5_000_000
_AGENT = "Paperwire (Slack bot; reads papers that people share)"
_SLACK_HOSTS = ("slack.com", "slack-edge.com", "slack-files.com")


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
        self._hosts = Hosts(settings, resolve)
        self._network = network or httpcore.SyncBackend()

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
                raise bodies.too_large(shown(answer.url), max_bytes)
            return bodies.save_pdf(answer.body(max_bytes), folder, shown(answer.url), login=bearer is not None)

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
        raise Tell("no_access", url=shown(url), reason="redirects without end")

    @contextmanager
    def _request(self, target: httpx.URL, headers: dict[str, str], deadline: float) -> Iterator[httpcore.Response]:
        guard = Guard(self._network, self._hosts, deadline)
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

    def _check_port(self, target: httpx.URL) -> None:
        port = _port(target)
        if port not in (80, 443) and not self._hosts.allowed(target.host, port):
            raise Tell("bad_link", url=shown(str(target)), reason=f"port {port}")

    def _may_see_token(self, target: httpx.URL) -> bool:
        slack = httpx.URL(self._settings.slack_api_url)
        if (target.scheme, target.host, _port(target)) == (slack.scheme, slack.host, _port(slack)):
            return True
        ours = any(target.host == host or target.host.endswith(f".{host}") for host in _SLACK_HOSTS)
        return ours and target.scheme == "https"


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
        return bodies.plain(self.response.iter_stream(), coding, max_bytes, shown(self.url))


def _parse(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url.strip())
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise Tell("bad_link", url=shown(url), reason="not a web address") from error
    if target.scheme not in ("http", "https") or not target.host or target.userinfo:
        raise Tell("bad_link", url=shown(url), reason="not a web address")
    return target


def _location(target: httpx.URL, response: httpcore.Response) -> httpx.URL | None:
    """Where a redirect leads, None when the answer is none."""
    if response.status not in (301, 302, 303, 307, 308):
        return None
    location = _header(response, "location")
    if not location:
        raise Tell("not_found", url=shown(str(target)))
    try:
        return _parse(str(target.join(location)))
    except (httpx.InvalidURL, ValueError) as error:
        raise Tell("bad_link", url=shown(location), reason="not a web address") from error


def _check_status(target: httpx.URL, response: httpcore.Response, *, login: bool) -> None:
    status = response.status
    if 200 <= status < 300:
        return
    if status in (408, 425, 429) or status >= 500:
        after = _retry_after(_header(response, "retry-after"), time.time())
        raise Retry("source_unavailable", after=after, source=target.host, reason=f"HTTP {status}")
    if status in (401, 402, 403, 407, 451):
        raise Tell("login_page" if login else "no_access", url=shown(str(target)), reason=f"HTTP {status}")
    raise Tell("not_found", url=shown(str(target)))


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
