"""The line to a model's server, bounded: an answer without end takes neither our memory nor our time.

For LiteLLM's OpenAI-compatible providers, servers of one's own among them. (For the others LiteLLM makes clients of its
own; there the deadline of ``bot.briefs.asking.deadline`` alone holds.)
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator

import httpx

from bot.errors import PaperwireError
from bot.papers.bodies import plain

# A brief is a few thousand characters; whatever more a provider says beside it.
_LONGEST_ANSWER = 4_000_000
_CODED = ("content-encoding", "content-length", "transfer-encoding")


def bounded_client(verify: ssl.SSLContext | str | bool) -> httpx.Client:
    """A client that reads an answer whole within its request's timeout, or not at all.

    A model's server has no reason to send us elsewhere with a paper in hand: redirects are not followed.
    """
    return httpx.Client(transport=_Bounded(verify=verify), verify=verify, follow_redirects=False)


class _Bounded(httpx.HTTPTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        seconds = request.extensions.get("timeout", {}).get("read")
        end = time.monotonic() + (60.0 if seconds is None else float(seconds))
        response = super().handle_request(request)
        try:
            coding = response.headers.get("content-encoding", "")
            content = b"".join(plain(_until(end, response, request), coding, _LONGEST_ANSWER, str(request.url.host)))
        except PaperwireError as error:
            raise httpx.ReadError(f"an answer that cannot be read: {error.code}", request=request) from error
        finally:
            response.close()
        headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in _CODED]
        return httpx.Response(response.status_code, headers=headers, content=content, extensions=response.extensions)


def _until(end: float, response: httpx.Response, request: httpx.Request) -> Iterator[bytes]:
    assert isinstance(response.stream, httpx.SyncByteStream)
    for chunk in response.stream:
        if time.monotonic() > end:
            raise httpx.ReadTimeout("an answer that does not end", request=request)
        yield chunk
