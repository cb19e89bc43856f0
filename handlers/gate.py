"""The gate of HTTP mode: what Slack did not sign, or sent before, goes no further and is not even parsed."""

from __future__ import annotations

import hashlib
import hmac
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol
from uuid import uuid4

from bot.errors import Retry

log = logging.getLogger("paperwire.gate")

_SECONDS = 300
"""For so long a signature holds, before and after its time stamp (Slack's rule for verifying requests)."""


class Memory(Protocol):
    """What all replicas remember together (the library)."""

    def take_request(self, signature: str, taker: str, void_at: datetime, now: datetime) -> bool: ...


class Gate:
    """One a process. ``now`` is in seconds since the epoch."""

    def __init__(self, signing_secret: str, now: Callable[[], float], memory: Memory) -> None:
        self._secret = signing_secret.encode()
        self._now = now
        self._memory = memory
        self._lock = threading.Lock()
        self._taken: dict[str, float] = {}
        """Signatures of requests taken, with the time from which they are void anyhow."""

    def may_be_slack(self, headers: Mapping[str, str]) -> bool:
        """Whether a request says that it is signed, and just now: known before a byte of its body is."""
        stamp = headers.get("x-slack-request-timestamp", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
            return False
        return bool(headers.get("x-slack-signature")) and abs(self._now() - int(stamp)) <= _SECONDS

    def is_slack(self, headers: Mapping[str, str], body: bytes | bytearray) -> bool:
        """Whether the request is signed with the secret that only Slack and we know (Slack's scheme v0).

        The bytes are signed: slack_sdk's verifier decodes them first, and fails on what is no UTF-8.
        """
        signed = hmac.new(self._secret, f"v0:{headers['x-slack-request-timestamp']}:".encode(), hashlib.sha256)
        signed.update(body)
        expected = f"v0={signed.hexdigest()}"
        return hmac.compare_digest(expected.encode(), headers["x-slack-signature"].encode())

    def take(self, headers: Mapping[str, str]) -> bool:
        """Take a signed request; False when it was taken before by this process.

        Somebody who got hold of a request must not have a command answered to himself, or a button pressed, by sending
        it again. What Slack sends again it has signed anew, so it is another request here; that it has no second
        effect either is seen to where it is accepted, by its key.
        """
        now, signature = self._now(), headers["x-slack-signature"]
        with self._lock:
            self._taken = {each: void_at for each, void_at in self._taken.items() if void_at >= now}
            if signature in self._taken:
                return False
            self._taken[signature] = int(headers["x-slack-request-timestamp"]) + _SECONDS
        return True

    def take_from_all(self, headers: Mapping[str, str]) -> bool:
        """Take a signed request from all replicas; False when one of them took it before. One durable write.

        For commands and interactions, whose answer goes to whoever sent them. Events have none, and are accepted by
        their keys.
        """
        signature = hashlib.sha256(headers["x-slack-signature"].encode()).hexdigest()
        void_at = datetime.fromtimestamp(int(headers["x-slack-request-timestamp"]) + _SECONDS, UTC)
        now = datetime.fromtimestamp(self._now(), UTC)
        try:
            return self._memory.take_request(signature, uuid4().hex, void_at, now)
        except Retry as error:
            # Without the library there is nothing to be answered but that.
            log.warning("whether another replica took a request is not known: %s", error)
            return True

    def give_back(self, headers: Mapping[str, str]) -> None:
        """The request came to nothing: should Slack send the very same again, it is welcome."""
        with self._lock:
            self._taken.pop(headers["x-slack-signature"], None)
