"""The bytes of an answer: decompressed under a cap, recognised as PDF or not, saved under their own hash."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bot.errors import Retry, Tell

_MAGIC_WITHIN = 1024
"""Readers look for ``%PDF-`` in the first 1,024 bytes (PDF 1.7 reference, implementation note 13)."""
_STEP = 65_536
_HTML = re.compile(rb"\s*(?:<!--.{0,400}?-->\s*)?<(?:!doctype\s+html|html|head)", re.IGNORECASE | re.DOTALL)


def plain(chunks: Iterable[bytes], coding: str, max_bytes: int, url: str) -> Iterator[bytes]:
    """The body without its Content-Encoding ``coding``, in small pieces.

    Raises Tell ``too_large`` as soon as the bytes received or those produced are more than ``max_bytes``: a bomb
    is never unpacked, and one that unpacks to nothing for ever ends too.
    """
    decode = _decoder(coding, url)
    received = produced = 0
    for chunk in chunks:
        received += len(chunk)
        while chunk:
            piece, chunk = decode(chunk)
            produced += len(piece)
            if max(received, produced) > max_bytes:
                raise too_large(url, max_bytes)
            yield piece


def _decoder(coding: str, url: str) -> Callable[[bytes], tuple[bytes, bytes]]:
    """A function from compressed bytes to a few plain ones and the compressed ones that are left."""
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return lambda data: (data, b"")
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise Retry("source_unavailable", source=url, reason=f"answers in {coding[:20]}")
    # 32: zlib tells gzip from zlib by the header
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def decode(data: bytes) -> tuple[bytes, bytes]:
        try:
            return inflate.decompress(data, _STEP), inflate.unconsumed_tail
        except zlib.error as error:
            raise Retry("source_unavailable", source=url, reason="damaged answer") from error

    return decode


def too_large(url: str, max_bytes: int) -> Tell:
    return Tell("too_large", url=url, limit_mb=round(max_bytes / 1e6, 1))


def is_pdf(head: bytes | bytearray) -> bool:
    """Whether a body that begins with ``head`` is a PDF."""
    return b"%PDF-" in head[:_MAGIC_WITHIN]


def save_pdf(chunks: Iterable[bytes], folder: Path, url: str, *, login: bool) -> Path:
    """Write a PDF into ``folder`` as ``<sha256>.pdf``, whole or not at all.

    Raises Tell ``not_a_pdf`` as soon as the first bytes say so; ``login_page`` instead when ``login`` and it is a
    web page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".fetching-", suffix=".part")
    unfinished = Path(name)
    digest = hashlib.sha256()
    head = b""
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
                digest.update(chunk)
                if len(head) < _MAGIC_WITHIN:
                    head += chunk
                    if len(head) >= _MAGIC_WITHIN:
                        _check(head, url, login=login)
            _check(head, url, login=login)
            file.flush()
            os.fsync(file.fileno())
        target = folder / f"{digest.hexdigest()}.pdf"
        unfinished.replace(target)
        return target
    finally:
        unfinished.unlink(missing_ok=True)


def _check(head: bytes, url: str, *, login: bool) -> None:
    if not is_pdf(head):
        raise Tell("login_page" if login and _HTML.match(head) else "not_a_pdf", url=url)
