"""A local OpenAI-compatible model server that answers as it is told: well, badly, late, never.

It speaks HTTP on 127.0.0.1 and a free port, so that LiteLLM is really called. Replies are taken from a queue; when
the queue is empty the server reads the paper in the prompt and answers with quotes from it.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any

from local_site import Server

from bot.models import Usage


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    hang: bool = False
    """Take the request, never answer."""
    endless: bool = False
    """Send spaces, as fast as they are taken, for ever."""
    drip: bool = False
    """Send the body a byte at a time, for ever slower than anyone waits."""


def good(content: str | None, *, finish: str = "stop", refusal: str | None = None, **usage: int) -> Reply:
    """An answer of the model."""
    message = {"role": "assistant", "content": content} | ({"refusal": refusal} if refusal else {})
    return _completion([{"index": 0, "message": message, "finish_reason": finish}], usage)


def empty_choices() -> Reply:
    return _completion([], {})


def error(status: int, message: str, *, code: str | None = None, kind: str = "error", **headers: str) -> Reply:
    """An error in OpenAI's form; ``Retry_After="1"`` becomes the header Retry-After."""
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return Reply(status, json.dumps(body), {name.replace("_", "-"): value for name, value in headers.items()})


def html(status: int = 200) -> Reply:
    return Reply(status, "<html><body><h1>Bad gateway</h1></body></html>", content_type="text/html")


def hang() -> Reply:
    return Reply(hang=True)


def drip() -> Reply:
    return Reply(drip=True, body=good("{}").body)


def _completion(choices: list[dict[str, Any]], usage: dict[str, int]) -> Reply:
    counted = {"prompt_tokens": usage.get("input_tokens", 1000), "completion_tokens": usage.get("output_tokens", 100)}
    counted["total_tokens"] = sum(counted.values())
    body = {"id": "cmpl-1", "object": "chat.completion", "created": 1, "model": "fake", "choices": choices}
    return Reply(body=json.dumps(body | {"usage": counted}))


class FakeModelServer:
    """``with FakeModelServer() as server: server.queue(good("…"), error(500, "…"))``."""

    def __init__(self) -> None:
        self._replies: deque[Reply] = deque()
        self._closing = threading.Event()
        self.requests: list[dict[str, Any]] = []
        """Every request body received, in order."""
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.times: list[float] = []
        """When each request came, by a clock that only goes on."""
        self._server = Server(_handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def queue(self, *replies: Reply) -> None:
        """Answers of the next requests, in order."""
        self._replies.extend(replies)

    def clear(self) -> None:
        """Forget the answers still queued."""
        self._replies.clear()

    def __enter__(self) -> FakeModelServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def answer(self, request: dict[str, Any]) -> Reply:
        return self._replies.popleft() if self._replies else good(json.dumps(echo(request), ensure_ascii=False))

    def wait(self, seconds: float) -> bool:
        """True when the server closes meanwhile."""
        return self._closing.wait(seconds)


def _handler(server: FakeModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = json.loads(body)
            server.requests.append(request)
            server.times.append(time.monotonic())
            server.headers.append(dict(self.headers))
            server.paths.append(self.path)
            reply = server.answer(request)
            if reply.hang:
                server.wait(120)
                self.close_connection = True
                return
            content = reply.body.encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            if not reply.endless:
                self.send_header("Content-Length", str(len(content)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.close_connection = reply.endless
                while reply.endless and not server.wait(0):
                    self.wfile.write(b" " * 1_000_000)
                if reply.drip:
                    self._drip(content)
                else:
                    self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _drip(self, content: bytes) -> None:
            for byte in content:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if server.wait(0.1):
                    self.close_connection = True
                    return

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def question(messages: Sequence[Mapping[str, Any]]) -> str:
    """A short name for what a model is asked, the same for the same question."""
    return hashlib.sha256("\0".join(str(each["content"]) for each in messages).encode()).hexdigest()


# --- answering without a script ---------------------------------------------------------------------

_CUES = {
    "technique": r"\b(?:propos|introduc|present|develop|design|describ|us)(?:es?|ed?|ing)?$",
    "problem": r"\b(?:challeng|difficult|limit|lack|suffer|costly|bottleneck|problem|fail)",
    "effect": r"\b(?:achiev|outperform|improv|reduc|faster|show|demonstrat)",
}
_CHINESE = {"technique": "方案", "problem": "难点", "effect": "结果"}


def echo(request: dict[str, Any]) -> dict[str, Any]:
    """An answer made of the prompt's own paper text: short fragments, each with words of its sentence as quote."""
    asked = [str(message["content"]) for message in request["messages"]]
    blocks = re.split(r"\[page \d+[^\]]*\]\n", re.sub(r"</paper.*", "", asked[1], flags=re.DOTALL))[1:]
    sentences = [s for block in blocks for s in re.split(r"(?<=[.!?])\s+", block.strip()) if 40 < len(s) < 400]
    answer: dict[str, Any] = {"institutions": []}
    for slot, cue in _CUES.items():
        words, at = _telling(sentences, cue)
        if "中文" in asked[0]:
            named = next((word.strip(".,;:()") for word in words if re.match(r"[A-Z]\w*[A-Z0-9]", word)), words[at])
            answer[slot] = f"原文中与{named}有关的{_CHINESE[slot]}"
        else:
            answer[slot] = " ".join(words[at : at + 9]).strip(".,;:")
        answer[f"{slot}_quote"] = " ".join(words[max(0, at - 4) : at + 12])
    return answer


def _telling(sentences: list[str], cue: str) -> tuple[list[str], int]:
    """The words of the first sentence that has a cue with enough words behind it, and the place of those words."""
    for sentence in sentences:
        words = sentence.split()
        for at, word in enumerate(words):
            after = words[at + 1 : at + 10]
            if re.search(cue, word, re.IGNORECASE) and len(after) >= 6 and not {"we", "our", "We", "Our"} & set(after):
                return words, at + 1
    return sentences[0].split(), 0


class Kept(dict[str, str]):
    """Answers in memory."""

    def answer(self, key: str) -> str | None:
        return self.get(key)

    def keep_answer(self, key: str, model: str, answer: str, usage: Usage, now: datetime) -> None:
        self.setdefault(key, answer)

    def forget_answer(self, key: str) -> None:
        self.pop(key, None)
