"""A server on loopback whose every answer a test decides, the broken and the hostile ones too."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answering = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """On loopback, at a free port.

    Who comes while several wait already would be heard a second later at the earliest: the standard library lets five
    wait, and on a busy machine that is soon too few.
    """

    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)


class Site:
    """A server on loopback with pages of any kind; ``pages`` maps a path to what it does."""

    def __init__(self) -> None:
        self.pages: dict[str, Answering] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.requests.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
                self.close_connection = True
                with contextlib.suppress(OSError):  # the client hung up, as it should
                    site.pages.get(self.path, status(404))(self)

            def log_message(self, *_: object) -> None: ...

        self.server = Server(Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def status(code: int, **headers: str) -> Answering:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def page(body: bytes, content_type: str = "text/html", **headers: str) -> Answering:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", content_type)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def redirect(location: str, code: int = 302) -> Answering:
    return status(code, Location=location)


def raw(*pieces: bytes, pause: float = 0, forever: bool = False) -> Answering:
    """Bytes as they are, with a pause between the pieces, the last one again and again if ``forever``."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        for piece in pieces:
            request.wfile.write(piece)
            time.sleep(pause)
        stop = time.monotonic() + 30
        while forever and time.monotonic() < stop:
            request.wfile.write(pieces[-1])
            time.sleep(pause)

    return answer
