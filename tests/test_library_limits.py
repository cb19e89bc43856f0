"""What every backend of the library promises about calls of models and what they cost."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

import pytest
from library_places import opened
from library_samples import at

from bot.models import Allowance, Usage
from bot.ports import Library

SPAWN = multiprocessing.get_context("spawn")
FOUR = Allowance(4, None)


def after(seconds: float) -> datetime:
    return at(0) + timedelta(seconds=seconds)


def test_so_many_calls_fit_and_the_next_one_when_the_first_is_a_minute_old(library: Library) -> None:
    two = Allowance(2, None)
    assert library.reserve_call("a", "m", 10, two, after(0)) == 0
    assert library.reserve_call("b", "m", 10, two, after(20)) == 0
    assert library.reserve_call("c", "m", 10, two, after(30)) == pytest.approx(30)
    assert library.reserve_call("c", "m", 10, two, after(59.9)) == pytest.approx(0.1)
    assert library.reserve_call("c", "m", 10, two, after(60)) == 0
    assert library.reserve_call("d", "m", 10, two, after(61)) == pytest.approx(19)


def test_a_call_waits_until_its_tokens_fit(library: Library) -> None:
    thousand = Allowance(None, 1000)
    assert library.reserve_call("a", "m", 300, thousand, after(0)) == 0
    assert library.reserve_call("b", "m", 500, thousand, after(10)) == 0
    assert library.reserve_call("c", "m", 200, thousand, after(20)) == 0
    # 300 tokens come free when the first is old, which is not enough for 400.
    assert library.reserve_call("d", "m", 400, thousand, after(30)) == pytest.approx(40)
    assert library.reserve_call("d", "m", 300, thousand, after(30)) == pytest.approx(30)


def test_what_a_call_really_took_counts_once_it_is_known(library: Library) -> None:
    thousand = Allowance(None, 1000)
    assert library.reserve_call("a", "m", 900, thousand, after(0)) == 0
    assert library.reserve_call("b", "m", 500, thousand, after(1)) > 0
    library.book_call("T1", "a", Usage(300, 100, None, 1), after(2))
    assert library.reserve_call("b", "m", 500, thousand, after(3)) == 0
    library.book_call("T1", "b", Usage(2000, 0, None, 1), after(4))
    assert library.reserve_call("c", "m", 1, thousand, after(5)) == pytest.approx(58)


def test_a_call_larger_than_the_limit_is_let_through_alone(library: Library) -> None:
    hundred = Allowance(None, 100)
    assert library.reserve_call("a", "m", 10, hundred, after(0)) == 0
    assert library.reserve_call("b", "m", 500, hundred, after(1)) == pytest.approx(59)
    assert library.reserve_call("b", "m", 500, hundred, after(60)) == 0
    assert library.reserve_call("c", "m", 1, hundred, after(61)) == pytest.approx(59)


def test_each_model_has_its_own_limit(library: Library) -> None:
    one = Allowance(1, None)
    assert library.reserve_call("a", "m", 1, one, after(0)) == 0
    assert library.reserve_call("b", "other", 1, one, after(0)) == 0
    assert library.reserve_call("c", "m", 1, one, after(1)) > 0


def test_many_threads_at_once_get_no_more_than_the_limit(library: Library) -> None:
    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda n: library.reserve_call(f"c{n}", "m", 1, FOUR, after(0)), range(40)))
    assert sum(wait == 0 for wait in waits) == 4


def test_costs_add_up_by_team_and_month_whatever_is_booked_at_once(library: Library) -> None:
    november, december = datetime(2026, 11, 30, 23, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    assert library.spent("T1", november) == 0
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: library.book_call("T1", f"c{n}", Usage(cost=0.25), november), range(40)))
    library.book_call("T1", "next", Usage(cost=1.5), december)
    library.book_call("T2", "theirs", Usage(cost=7.0), november)
    library.book_call("T1", "unknown", Usage(cost=None), november)
    assert library.spent("T1", november) == pytest.approx(10.0)
    assert library.spent("T1", december) == pytest.approx(1.5)
    assert library.spent("T2", november) == pytest.approx(7.0)
    # The month is that of UTC, whatever the clock says where it hangs.
    assert library.spent("T1", december.astimezone(tz=None)) == pytest.approx(1.5)


def compete(place: str, start: Barrier, process: int, out: Connection) -> None:
    library = opened(place)
    start.wait(60)
    with ThreadPoolExecutor(4) as pool:
        waits = list(pool.map(lambda n: library.reserve_call(f"{process}-{n}", "m", 1, FOUR, after(0)), range(12)))
        list(pool.map(lambda n: library.book_call("T1", f"{process}-{n}", Usage(cost=0.5), after(0)), range(12)))
    library.close()
    out.send(sum(wait == 0 for wait in waits))


def test_two_processes_keep_one_limit_and_one_account(place: str) -> None:
    opened(place).close()
    start, pipes = SPAWN.Barrier(2), [SPAWN.Pipe(duplex=False) for _ in range(2)]
    processes = [SPAWN.Process(target=compete, args=(place, start, n, pipe[1])) for n, pipe in enumerate(pipes)]
    for process in processes:
        process.start()
    admitted = [pipe[0].recv() for pipe in pipes]
    for process in processes:
        process.join(30)
    assert sum(admitted) == 4
    library = opened(place)
    assert library.spent("T1", after(0)) == pytest.approx(12.0)
    library.close()


def test_a_request_is_taken_by_the_first_until_its_signature_is_void(library: Library) -> None:
    assert library.take_request("00ff", "one", at(9), at(5))
    assert library.take_request("00ff", "one", at(9), at(5))
    assert not library.take_request("00ff", "two", at(9), at(6))
    assert library.take_request("11ee", "two", at(9), at(6))
    assert library.take_request("00ff", "two", at(15), at(10))
