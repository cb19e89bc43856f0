"""The jail: hostile PDFs cost their sender a clear message, and nobody else anything."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
import typeset_papers as typeset
from typeset_papers import CATALOG, ONE_PAGE, raw_pdf, stream

from bot.briefs.excerpts import extractive
from bot.errors import Tell
from bot.models import Paper
from bot.papers.jail import Jail

PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>"


def compressed_twice() -> bytes:
    """14 KB that unfold to 3 GB."""
    once = zlib.compressobj(9)
    block = b"q\n" * 2**20
    packed = b"".join([once.compress(block) for _ in range(1500)] + [once.flush()])
    return raw_pdf(CATALOG, ONE_PAGE, PAGE, stream(zlib.compress(packed, 9), b"/Filter[/FlateDecode/FlateDecode]"))


def forms_in_forms() -> bytes:
    """2 KB that draw a billion words: each form draws the next one ten times."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<<"
    levels = [stream(b"/X Do " * 10, form + b"/XObject<</X %d 0 R>>>>" % (number + 6)) for number in range(8)]
    last = stream(b"BT /F 10 Tf (words without end) Tj ET " * 10, form + b"/Font<</F<</Type/Font>>>>>>")
    return raw_pdf(CATALOG, ONE_PAGE, PAGE, stream(b"/X Do " * 10), *levels, last)


def slow() -> bytes:
    """Many pages that share 20 MB of commands without any effect: little memory, much time."""
    commands = stream(zlib.compress(b"q Q " * 5_000_000, 9), b"/Filter/FlateDecode")
    pages = b"<</Type/Pages/Kids[%s]/Count 300>>" % (b"3 0 R " * 300)
    return raw_pdf(CATALOG, pages, PAGE, commands, stream(b""))


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(typeset.made(typeset.one_column, typeset.references))
    return path


@pytest.fixture(scope="module")
def jail() -> Iterator[Jail]:
    with Jail(2, max_pages=400, cpu_seconds=2, wall_seconds=120) as jail:
        yield jail


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children() if "jail_child" in " ".join(child.cmdline())}


def code_of(jail: Jail, path: Path) -> str:
    with pytest.raises(Tell) as told:
        jail.read(path)
    return told.value.code


def test_a_paper_read_in_the_jail_comes_out_whole(jail: Jail, paper: Path) -> None:
    reading = jail.read(paper)
    assert reading.title.startswith("Otter")
    assert [institution.zh for institution in reading.institutions] == ["格拉斯哥大学", "代尔夫特理工大学"]
    assert len(reading.text.pages) == 2


def test_the_jail_is_warm_the_same_children_read_paper_after_paper(jail: Jail, paper: Path) -> None:
    jail.read(paper)
    before = children()
    for _ in range(5):
        jail.read(paper, header_only=True)
    assert children() == before


@pytest.mark.parametrize("bomb", [compressed_twice, forms_in_forms])
def test_a_memory_bomb_is_told_and_the_neighbour_does_not_notice(paper: Path, tmp_path: Path, bomb: object) -> None:
    path = tmp_path / "bomb.pdf"
    path.write_bytes(bomb())  # type: ignore[operator]
    with Jail(2, max_pages=400) as jail, ThreadPoolExecutor(4) as threads:
        bombs = [threads.submit(code_of, jail, path) for _ in range(2)]
        papers = [threads.submit(jail.read, paper) for _ in range(4)]
        assert {told.result() for told in bombs} <= {"too_much_memory", "took_too_long"}
        assert "too_much_memory" in {told.result() for told in bombs}
        assert all(read.result().title.startswith("Otter") for read in papers)


def test_a_slow_paper_is_told_after_the_processor_time_allowed(jail: Jail, paper: Path, tmp_path: Path) -> None:
    path = tmp_path / "slow.pdf"
    path.write_bytes(slow())
    with pytest.raises(Tell) as told:
        jail.read(path)
    assert (told.value.code, told.value.facts) == ("took_too_long", {"seconds": 2})
    assert jail.read(paper).title.startswith("Otter")


def test_processor_time_is_counted_for_each_paper_not_for_the_child(paper: Path, tmp_path: Path) -> None:
    big = tmp_path / "big.pdf"
    big.write_bytes(typeset.made(typeset.one_column, *[typeset.references] * 60))
    before = children()
    with Jail(1, max_pages=400, cpu_seconds=1) as jail:
        (child,) = children() - before
        used = 0.0
        while used < 1.5:
            jail.read(big)
            times = psutil.Process(child).cpu_times()
            used = times.user + times.system


def test_a_child_that_hangs_is_ended_by_the_clock(paper: Path, tmp_path: Path) -> None:
    path = tmp_path / "slow.pdf"
    path.write_bytes(slow())
    with Jail(1, max_pages=400, cpu_seconds=60, wall_seconds=0.5) as jail:
        assert code_of(jail, path) == "took_too_long"
    with Jail(1, max_pages=400) as jail:
        assert jail.read(paper).title.startswith("Otter")


def test_a_child_killed_while_it_waits_is_replaced(paper: Path) -> None:
    before = children()
    with Jail(1, max_pages=400) as jail:
        jail.read(paper)
        for pid in children() - before:
            os.kill(pid, signal.SIGKILL)
        assert jail.read(paper).title.startswith("Otter")


def test_a_child_started_among_a_thousand_open_files_reads(paper: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2_048:
        pytest.skip(f"at most {hard} open files are allowed here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (2_048, hard))
    try:
        with ExitStack() as stack:
            for _ in range(1_024):
                stack.enter_context(Path(os.devnull).open())
            with Jail(1, max_pages=400) as jail:
                assert jail.read(paper).title
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_many_threads_share_few_children(jail: Jail, paper: Path) -> None:
    with ThreadPoolExecutor(12) as threads:
        titles = {reading.title for reading in threads.map(lambda _: jail.read(paper, header_only=True), range(40))}
    assert len(titles) == 1


def test_children_get_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    before = children()
    with Jail(1, max_pages=400):
        environments = [psutil.Process(pid).environ() for pid in children() - before]
    assert environments
    assert all("SLACK_BOT_TOKEN" not in environment for environment in environments)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no /proc")
def test_no_process_of_our_user_reads_our_memory_or_environment() -> None:
    program = (
        "import ctypes, os, sys; from bot.papers.jail import keep_to_ourselves\n"
        "def readable(name):\n"
        "    try: return not open(f'/proc/{os.getppid()}/{name}', 'rb').close()\n"
        "    except OSError: return False\n"
        "def asked():\n"
        "    if (child := os.fork()) == 0: os._exit(sum(map(readable, ('environ', 'mem', 'status'))))\n"
        "    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"
        "os.getuid() or os.setuid(65534)\n"
        "ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)\n"  # as a process begins that did not change its user
        "before = asked(); keep_to_ourselves()\n"
        "print(before, asked())\n"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "3 1\n", "all but the status, which is open to everybody"


def test_children_write_no_file_and_start_no_process(paper: Path) -> None:
    before = children()
    with Jail(1, max_pages=400) as jail:
        jail.read(paper)
        (child,) = children() - before
        limits = [psutil.Process(child).rlimit(which) for which in (psutil.RLIMIT_FSIZE, psutil.RLIMIT_NPROC)]
        assert limits == [(0, 0), (0, 0)]
        assert jail.thumbnail(paper).startswith(b"\x89PNG")


@pytest.mark.parametrize("module", ["litellm", "slack_sdk", "slack_bolt", "dbos", "httpx", "pydantic", "sqlite_utils"])
def test_children_import_only_what_reads(module: str) -> None:
    code = f"import sys, bot.papers.jail_child; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_excerpts_from_a_child_are_those_of_the_model_itself(jail: Jail) -> None:
    paper = Paper(id="a", title="Quiet Updates", abstract="We propose QuietIndex. It is 3.1 times faster than before.")
    message = extractive.question(paper, None, "en")
    assert jail.excerpt(message) == extractive.answer(message)


def test_what_cannot_be_excerpted_is_a_bug_and_the_child_goes_on(jail: Jail, paper: Path) -> None:
    with pytest.raises(RuntimeError, match="excerpting failed"):
        jail.excerpt("not a paper")
    assert jail.read(paper).title


@pytest.mark.parametrize("busy", [False, True], ids=["waiting", "reading"])
def test_children_end_when_the_bot_is_killed(tmp_path: Path, busy: bool) -> None:
    bomb = tmp_path / "slow.pdf"
    bomb.write_bytes(slow())
    code = (
        "import sys, time, threading\n"
        "from pathlib import Path\n"
        "from bot.papers.jail import Jail\n"
        "jail = Jail(2, max_pages=400)\n"
        f"if {busy}: threading.Thread(target=jail.read, args=(Path({str(bomb)!r}),), daemon=True).start()\n"
        "time.sleep(0.5); print('ready', flush=True); time.sleep(60)\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"ready\n"
    orphans = psutil.Process(owner.pid).children()
    assert len(orphans) == 2
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    _, alive = psutil.wait_procs(orphans, timeout=30)
    assert alive == []


def test_a_closed_jail_leaves_no_children(paper: Path) -> None:
    before = children()
    with Jail(2, max_pages=400) as jail:
        jail.read(paper)
        assert len(children() - before) == 2
    assert children() <= before
    with pytest.raises(ValueError, match="closed"):
        jail.read(paper)


def test_a_large_bot_does_not_make_its_children_look_worn(paper: Path) -> None:
    """The kernel hands a process's memory mark on to what it starts."""
    program = (
        "import sys; from pathlib import Path; from bot.papers.jail import Jail; import psutil\n"
        "ballast = bytearray(600_000_000); ballast[::4096] = b'x' * len(ballast[::4096])\n"
        "def children(): return {each.pid for each in psutil.Process().children()}\n"
        "with Jail(1, max_pages=40) as jail:\n"
        "    jail.read(Path(sys.argv[1])); before = children()\n"
        "    for _ in range(3): jail.read(Path(sys.argv[1]))\n"
        "    sys.exit(children() != before)\n"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", program, str(paper)], cwd=root, timeout=120, check=False)
    assert done.returncode == 0
