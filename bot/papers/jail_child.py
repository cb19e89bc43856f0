"""The inside of the jail: one process that reads the PDFs it is told to, under limits, until its owner is gone.

Questions come as JSON lines on standard input, answers leave the same way. Nothing heavy is imported here: the
jail starts a new child for every one that a PDF has killed.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import os
import queue
import resource
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from bot.errors import Tell
from bot.papers.read import read


def main() -> None:
    limits = json.loads(sys.argv[1])
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not pass for an answer
    os.nice(5)  # whoever waits for the bot's answer to a request comes first
    bytes_allowed = limits["memory_mb"] * 2**20
    with contextlib.suppress(ValueError, OSError):  # macOS has the name but not the limit
        resource.setrlimit(resource.RLIMIT_AS, (bytes_allowed, bytes_allowed))
    for nothing in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(nothing, (0, 0))
    questions: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # no further thread either
    while True:
        answer = _answer(json.loads(questions.get()), limits)
        answer["megabytes"] = _resident_megabytes()
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _listen(questions: queue.SimpleQueue[bytes]) -> None:
    """Pass questions on, and end the process, reading or not, once nobody is left to ask any."""
    for line in sys.stdin.buffer:
        questions.put(line)
    os._exit(0)


def _answer(question: dict[str, Any], limits: dict[str, int]) -> dict[str, Any]:
    _allow_seconds(limits["cpu_seconds"])
    try:
        if "message" in question:
            return {"excerpts": _excerpts(question["message"])}
        path = Path(question["path"])
        if "width" in question:
            return {"picture": base64.b64encode(_first_page(path, question["width"])).decode()}
        reading = read(path, max_pages=limits["max_pages"], header_only=question["header_only"])
        return {"reading": dataclasses.asdict(reading)}
    except Tell as error:
        return {"code": error.code, "facts": error.facts}
    except MemoryError:
        return {"code": "too_much_memory", "facts": {"megabytes": limits["memory_mb"]}}
    except Exception:
        return {"bug": traceback.format_exc(limit=-12)}


def _excerpts(message: str) -> str:
    from bot.briefs.excerpts.extractive import answer  # with pydantic, which reading needs not

    return answer(message)


def _first_page(path: Path, width: int) -> bytes:
    from bot.papers.thumbnail import first_page  # with Pillow, which reading needs not

    return first_page(path, width)


def _allow_seconds(seconds: int) -> None:
    """Grant processor time from now on; the kernel counts over the life of the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


def _resident_megabytes() -> int:
    """The most memory this process had. ``ru_maxrss`` starts at what the parent had when it started us (getrusage(2)
    keeps the high mark over exec), and the bot is larger than we are; Linux knows our own."""
    status = Path("/proc/self/status")
    if status.exists():
        own = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(own.split()[1]) // 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20


if __name__ == "__main__":
    main()
