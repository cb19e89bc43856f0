"""Where a request may go: to addresses that were looked up and found public, and no longer than its deadline.

Every address of an answer is checked, and the connection goes to the address that was checked, so a name that changes
its mind in between (rebinding) gains nothing.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpcore
import httpx

from bot.errors import PaperwireError, Retry, Tell
from bot.papers.addresses import refusal
from bot.settings import Settings

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port → its addresses. Raises OSError when there are none."""

_NO_SUCH_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
"""The name server's own "there is none"; every other failure of it may pass."""


class Hosts:
    """Names and their addresses. ``settings.allowed_hosts`` are the only exceptions to the rules on them."""

    def __init__(self, settings: Settings, resolve: Resolve | None = None) -> None:
        self._settings = settings
        self._resolve = resolve or _addresses
        self._resolvers = ThreadPoolExecutor(max_workers=8, thread_name_prefix="dns")

    def allowed(self, host: str, port: int) -> bool:
        return f"{host}:{port}" in self._settings.allowed_hosts

    def fit_addresses(self, host: str, port: int, timeout: float) -> Sequence[str]:
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
        if not self.allowed(host, port):
            for address in addresses:
                if reason := refusal(address):
                    raise Tell("private_address", url=shown(host), reason=reason)
        return addresses

    def _unknown(self, host: str, timeout: float) -> PaperwireError:
        """What it means that nobody knows a name: a wrong link, unless not even the sources' names are known."""
        urls = (self._settings.arxiv_url, self._settings.doi_url, self._settings.crossref_url)
        ours = {httpx.URL(url).host for url in urls}
        named = [name for name in ours - {host} if not name.replace(".", "").isdigit() and ":" not in name]
        if named and not any(self._is_known(name, timeout) for name in named):
            return Retry("no_network", source=host)
        return Retry("source_unavailable", source=host) if host in ours else Tell("not_found", url=shown(host))

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


class Guard(httpcore.NetworkBackend):
    """Connects to checked addresses only, and lets no operation outlast the request's deadline."""

    def __init__(self, network: httpcore.NetworkBackend, hosts: Hosts, deadline: float) -> None:
        self._network = network
        self._hosts = hosts
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._hosts.fit_addresses(host, port, _left(self._deadline, httpcore.ConnectTimeout))
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


def shown(url: str) -> str:
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
