"""Ports of this machine for servers that a test starts a while after it has named them."""

from __future__ import annotations

import itertools
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager

# Below what systems hand out to whoever asks for any port (Linux: from 32768 on, others higher): none of the many
# servers and connections of other tests comes upon a port that is named and not yet, or for a while not, listened at.
_FIRST, _COUNT = 20_000, 12_000
# Where each process begins: far from where the tests beside it do, most likely.
_numbers = itertools.count(secrets.randbelow(_COUNT))


def free_port() -> int:
    """A port that nobody listens at, never the same twice."""
    for number in itertools.islice(_numbers, _COUNT):
        port = _FIRST + number % _COUNT
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise OSError("no port is free")


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port that nobody listens at, and nobody can meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])
