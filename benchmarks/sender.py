"""Sends signed events over HTTP, as Slack would, from a process of its own: what it takes is not the bot's.

Standard input holds a JSON object: ``url``, ``secret``, ``events`` (bodies), and either ``rate``, the events a second
that come at their own time, whether the one before was answered or not, or ``at_once``, how many are under way
together. Standard output gets the seconds until each was answered, which is when it was stored durably.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_sdk.signature import SignatureVerifier


def main() -> None:
    given = json.load(sys.stdin)
    url, verifier, rate = given["url"], SignatureVerifier(given["secret"]), given.get("rate")
    began = time.perf_counter() + 0.2

    def send(number: int, event: dict[str, Any]) -> float:
        due = began + number / rate if rate else time.perf_counter()
        time.sleep(max(0.0, due - time.perf_counter()))
        body, stamp = json.dumps(event), str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": verifier.generate_signature(timestamp=stamp, body=body) or "",
        }
        with urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers), timeout=30) as answer:
            assert answer.status == 200
        return time.perf_counter() - due

    with ThreadPoolExecutor(2 * rate if rate else given["at_once"]) as pool:
        json.dump(list(pool.map(send, range(len(given["events"])), given["events"])), sys.stdout)


if __name__ == "__main__":
    main()
