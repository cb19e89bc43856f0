"""The meta tags of a web page, whatever the page is. Pure.

One pass over the page, which takes time in proportion to it: libxml2 takes the square of the attributes of a tag, the
standard library's parser that of unfinished tags (CVE-2025-6069).
"""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from collections.abc import Iterator
from html import unescape

MOST_CONTENTS = 5_000
"""Contents kept under one name; hardly any paper has more authors (the record, of 2015, is 5,154)."""
LONGEST_CONTENT = 50_000
"""Characters of a content; no abstract is longer."""
_LONGEST_HEADER = 300

_CHARSET = re.compile(rb"charset\s*+=\s*+[\"']?+\s*+([\w.:-]{1,40})", re.IGNORECASE)
_NO_CHARSETS = ("idna", "punycode")
"""Python decodes from these too, which are for host names, in time that is the square of the text's."""
# What stands in a comment, a script, a style sheet or a form is no tag.
_NEXT = re.compile(
    r"<(?:!--.*?(?:-->|\Z)|(?P<raw>script|style|textarea)\b.*?(?:</(?P=raw)|\Z)|(?P<meta>meta)(?=[\s/>]))",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"[\s/]*+(?P<name>[^\s/>=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?")


def meta_tags(body: bytes, content_type: str) -> defaultdict[str, list[str]]:
    """Name (or property) of a meta tag in small letters → its contents, in order."""
    tags: defaultdict[str, list[str]] = defaultdict(list)
    for attributes in _metas(_text(body, content_type[:_LONGEST_HEADER])):
        name = _plain(attributes.get("name") or attributes.get("property") or "").lower()
        content = _plain(attributes.get("content") or "")
        if content and len(tags[name]) < MOST_CONTENTS:
            tags[name].append(content)
    return tags


def _metas(page: str) -> Iterator[dict[str, str]]:
    """The attributes of each meta tag as they are written, the first of a name."""
    at = 0
    while found := _NEXT.search(page, at):
        at = found.end()
        if found["meta"] is None:
            continue
        attributes: dict[str, str] = {}
        while attribute := _ATTRIBUTE.match(page, at):
            at = attribute.end()
            attributes.setdefault(attribute["name"].lower(), attribute[attribute.lastindex or 1])
        yield attributes


def _plain(value: str) -> str:
    try:
        return unescape(value[:LONGEST_CONTENT]).strip()
    except ValueError:  # a reference to a character by a number of thousands of digits
        return ""


def _text(body: bytes, content_type: str) -> str:
    declared = _CHARSET.search(content_type.encode("latin-1", "ignore")) or _CHARSET.search(body[:4_096])
    for charset in (declared[1].decode("ascii").lower() if declared else "utf-8", "utf-8"):
        try:
            if codecs.lookup(charset).name not in _NO_CHARSETS:
                text = body.decode(charset, "replace").replace("\0", "")
                return text.encode("utf-8", "replace").decode("utf-8")  # half a pair is no character
        except (LookupError, ValueError):
            continue
    return ""
