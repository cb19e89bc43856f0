"""A replica works only while Postgres hears from it, and is given up for dead only after it has stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from cable import Cable

from bot import lease as lease_module
from bot.lease import Lease
from storage.database.postgres import PostgresLibrary
from storage.leases import PostgresLeases


@pytest.fixture
def url(postgres_url: str) -> str:
    """A database with a library in it."""
    PostgresLibrary(postgres_url).close()
    return postgres_url


@contextmanager
def taken(url: str, lost: Callable[[str], None]) -> Iterator[Lease]:
    """A lease that is renewed, without a bot around it."""
    with closing(PostgresLeases(url)) as leases:
        lease = Lease(leases, lost)
        lease.take()
        try:
            yield lease
        finally:
            lease.release(idle=True)


def wait_for(condition: Callable[[], bool], seconds: float) -> float:
    """Returns how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.05)
    return time.monotonic() - began


def never(reason: str) -> None:
    raise AssertionError(reason)


def test_the_living_are_listed_oldest_first(url: str) -> None:
    with taken(url, never) as old, taken(url, never) as young:
        assert old.living() == [old.replica, young.replica]


def test_a_replica_that_ends_idle_is_struck_off_at_once(url: str) -> None:
    with taken(url, never) as old:
        with taken(url, never):
            assert len(old.living()) == 2
        assert old.living() == [old.replica]


def test_a_lease_that_ran_out_is_struck_off_and_cannot_be_renewed(url: str) -> None:
    with closing(PostgresLeases(url)) as leases:
        leases.take("one", 0.3)
        leases.take("two", 60)
        wait_for(lambda: leases.living() == ["two"], 5)
        assert not leases.renew("one", 60)
        assert leases.renew("two", 60)


def test_a_replica_given_up_for_dead_learns_it(url: str) -> None:
    reasons: list[str] = []
    with taken(url, reasons.append) as lease, closing(PostgresLeases(url)) as other:
        other.release(lease.replica)
        wait_for(lambda: bool(reasons), 10)
    assert "given up for dead" in reasons[0]


def test_before_a_step_a_machine_that_slept_finds_its_lease_over(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reasons: list[str] = []
    with taken(url, reasons.append) as lease:
        lease.check()
        assert not reasons
        awake = lease_module._now
        monkeypatch.setattr(lease_module, "_now", lambda: awake() + 15)
        lease.check()
        assert reasons


def test_a_cut_that_is_over_soon_costs_nothing(url: str) -> None:
    with Cable(url) as cable, taken(cable.url, never) as lease, closing(PostgresLeases(url)) as other:
        for harm in (cable.cut, cable.stall):
            harm()
            time.sleep(4)
            cable.flow()
        time.sleep(14)  # with what the last renewal before the cuts gave, it would be over
        lease.check()
        assert other.living() == [lease.replica]


@pytest.mark.parametrize("harm", [Cable.unplug, Cable.stall])
def test_a_replica_cut_off_stops_well_before_it_is_given_up(url: str, harm: Callable[[Cable], None]) -> None:
    stopped_at: list[float] = []
    with closing(PostgresLeases(url)) as other, Cable(url) as cable:
        with taken(cable.url, lambda _: stopped_at.append(time.monotonic())) as lease:
            time.sleep(3)
            harm(cable)
            began = time.monotonic()
            wait_for(lambda: other.living() == [], 30)
            given_up_at = time.monotonic()
            cable.plug()
            cable.flow()
        assert lease.replica not in other.living()
    # 14, 6 and 20 s, with what a busy machine takes to notice.
    assert stopped_at[0] - began <= 16
    assert given_up_at - stopped_at[0] >= 4
    assert given_up_at - began <= 25
