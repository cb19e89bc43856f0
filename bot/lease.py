"""A replica's lease: its right to work, renewed in the database that all replicas share.

Every life of a process has an id of its own that is never used again, so two processes never answer to one name.
What keeps two of them from the same step is time:

    0 s    the last renewal that was answered leaves the replica
    14 s   no other was answered since: the replica ends itself, in the middle of whatever it does
    20 s   (after the renewal *arrived*, by the database's clock) the lease runs out; the next living replica that
           looks, which each does every 3 s, strikes it off the list and takes its work over

The replica counts from when it sent, the database from when it received, so the six seconds between the two hold
however long the network took. They are for a process that stands still: before every step it looks at its clock, and
a clock that also counts suspended time. A renewal that comes late finds the lease struck off, and ends the replica.

A cut or a restart of the database that is over within 14 s costs nothing: renewals go on over a new connection.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections.abc import Callable
from typing import Protocol

from bot.errors import Retry

log = logging.getLogger("paperwire.lease")

_RENEW_SECONDS = 2.0
_STOP_SECONDS = 14.0
LEASE_SECONDS = 20.0

# For the supervisor, which starts the process again (EX_TEMPFAIL of sysexits.h).
_EXIT_CODE = 75


class Leases(Protocol):
    """Which replicas live, where all of them see it. Every method raises Retry when the database is away."""

    def take(self, replica: str, seconds: float) -> None: ...

    def renew(self, replica: str, seconds: float) -> bool:
        """False when the replica was struck off meanwhile."""

    def living(self) -> list[str]:
        """Strikes off those whose lease ran out; the others, oldest first."""

    def release(self, replica: str) -> None: ...

    def close(self) -> None: ...


def end_process(reason: str) -> None:
    """End at once, so that no step goes on; the supervisor starts a new life."""
    log.error("%s; stopping at once, so that no work is done twice", reason)
    logging.shutdown()
    os._exit(_EXIT_CODE)


class Lease:
    """Held from ``take`` to ``release``; ``lost`` is called when it cannot be kept."""

    def __init__(self, leases: Leases, lost: Callable[[str], None] = end_process) -> None:
        self.replica = f"replica-{uuid.uuid4().hex[:12]}"
        self._leases = leases
        self._lost = lost
        self._ending = threading.Event()
        self._over = threading.Event()
        self._good_until = 0.0

    def take(self) -> None:
        sent_at = _now()
        self._leases.take(self.replica, LEASE_SECONDS)
        self._good_until = sent_at + _STOP_SECONDS
        for name, run in (("lease", self._keep), ("lease-watch", self._watch)):
            threading.Thread(target=run, name=name, daemon=True).start()

    def check(self) -> None:
        """Before every step: whether this replica may still work."""
        if _now() > self._good_until and not self._over.is_set():
            self._lost(f"Postgres has not answered {self.replica} for {_STOP_SECONDS:.0f} s")

    def living(self) -> list[str]:
        """The replicas that may work. Raises Retry when the database is away."""
        return self._leases.living()

    def release(self, *, idle: bool) -> None:
        """Renew no more. An ``idle`` replica is struck off; one with steps still running is watched to its end."""
        self._ending.set()
        if not idle:
            return
        self._over.set()
        try:
            self._leases.release(self.replica)
        except Retry as error:
            log.warning("%s is left to run out: %s", self.replica, error)

    def _keep(self) -> None:
        while not self._ending.wait(_RENEW_SECONDS):
            sent_at = _now()
            try:
                kept = self._leases.renew(self.replica, LEASE_SECONDS)
            except Retry as error:
                log.warning("lease of %s not renewed, trying again: %s", self.replica, error)
                continue
            if not kept and not self._ending.is_set():
                self._lost(f"{self.replica} was given up for dead")
                return
            self._good_until = sent_at + _STOP_SECONDS

    def _watch(self) -> None:
        # On its own: a renewal may hang in a connection that nobody answers.
        while not self._over.wait(0.25):
            self.check()


def _now() -> float:
    """Seconds that go on while the machine sleeps, where the system counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
