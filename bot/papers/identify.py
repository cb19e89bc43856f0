"""Find the papers that a text names: links in any shape, arXiv identifiers, DOIs. Nothing is looked up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from bot.models import Identifier
from bot.papers import sites
from bot.visible import visible

LONGEST_TEXT = 100_000
"""Characters looked at; Slack's own limit on a message is 40,000."""
LONGEST_URL = 4_000

_ARCHIVES = (
    "astro-ph|cond-mat|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|nucl-ex|nucl-th|quant-ph|physics|nlin|q-bio|math|cs|"
    "acc-phys|adap-org|alg-geom|ao-sci|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|dg-ga|funct-an|mtrl-th|"
    "patt-sol|plasm-ph|q-alg|solv-int|supr-con"
)
"""Archives of the old identifiers, https://arxiv.org/archive (with those since renamed)."""

_OLD_ARXIV = rf"(?:{_ARCHIVES})(?:\.[A-Z]{{2}})?/(?:9[1-9]|0[0-7])(?:0[1-9]|1[0-2])\d{{3}}"
_NEW_ARXIV = r"(?:0[7-9]|[1-9]\d)(?:0[1-9]|1[0-2])\.\d{4,5}"
_MENTION = re.compile(
    r"<(?P<marked>[^<>|\s]+)(?:\|[^<>]*)?>"
    r"|(?P<url>https?://[^\s<>\"|\u3000-\u9fff\uff00-\uffef]+)"
    r"|(?<![\w./@-])(?P<bare>(?:[a-z]{1,8}\.)?(?:arxiv\.org|doi\.org|openreview\.net|aclanthology\.org)/[^\s<>\"|]+)"
    rf"|\barxiv\s{{0,2}}[:：]?\s{{0,2}}(?P<arxiv>{_NEW_ARXIV}|{_OLD_ARXIV})(?:v(?P<version>\d{{1,3}}))?(?!\.*\w)"
    rf"|(?<![\w./-])(?P<old>{_OLD_ARXIV})(?:v(?P<old_version>\d{{1,3}}))?(?!\w)"
    rf"|\bdoi\s{{0,2}}[:：]?\s{{0,2}}(?P<doi>10\.\d{{4,9}}/[^\s<>\"|\u3000-\u9fff\uff00-\uffef]+)"
    rf"|(?<![\w./-])(?P<lone>10\.\d{{4,9}}/[^\s<>\"|\u3000-\u9fff\uff00-\uffef]+)",
    re.IGNORECASE,
)
_BARE_ARXIV = re.compile(rf"(?<![^\s,;，；、]){_NEW_ARXIV}(?:v\d{{1,3}})?(?![^\s,;，；、])")
_DOI = re.compile(r"10\.\d{4,9}/(?:[^\s<>]|<\d[^\s<>]*>)+")
"""Angle brackets stand in old ones of Wiley only, around pages: ``…49:8<693::AID-ASI4>3.0.CO;2-O``."""
_ARXIV_DOI = re.compile(rf"10\.48550/arxiv\.(?P<id>{sites.ARXIV_ID})(?:v(?P<version>\d{{1,3}}))?$", re.IGNORECASE)
_ACL_DOI = re.compile(r"10\.(?:18653/v1|3115/v1)/(?P<id>\d{4}\.[\w-]+\.\d+|[a-z]\d\d-\d{4,5})$", re.IGNORECASE)
_DOI_JUNK = re.compile(
    r"(?:/(?:full|abstract|meta|pdf|epdf|html|fulltext|full-text|summary|references|figures|supplementary-material)"
    r"|\.(?:full|abstract|full-text|pdf\+html|pdf|html|xml|supplementary-material|article-info|article-metrics)"
    r"|(?<=\d)v\d{1,2}(?=$|[./]))+$"
)
"""What platforms put behind the DOI in their links: ``…v2.full.pdf``, ``…/meta``."""
_CLOSERS = {")": "(", "]": "[", "}": "{", "）": "（", "】": "【", "》": "《", "」": "「"}
_PUNCTUATION = ".,;:!?'\"*_~`。，；：！？、…’”"


@dataclass(frozen=True, slots=True)
class Found:
    """A paper named in a text; ``url`` is None when it was named without a link."""

    identifier: Identifier
    url: str | None


def identify(text: str) -> list[Found]:
    """The papers that a text names, in order, each once.

    Takes plain text and Slack's mrkdwn (``<https://…|label>``, ``&amp;``). Links that are no papers are left out;
    links that may be are in it with ``certain=False``. Never raises.
    """
    found: dict[str, Found] = {}
    for match in _MENTION.finditer(text[:LONGEST_TEXT]):
        mention = _mention(match)
        if mention and mention.identifier.key not in found:
            found[mention.identifier.key] = mention
    return list(found.values())


def identify_asked(text: str) -> list[Found]:
    """The papers that somebody names who was asked for one: as ``identify``, and arXiv's numbers (``1706.03762``),
    which in running text may be anything.
    """
    return identify(_BARE_ARXIV.sub(r"arXiv:\g<0>", text[:LONGEST_TEXT]))


def identify_url(url: str) -> Identifier | None:
    """The paper that a link leads to, None when it leads to something else. Never raises."""
    url = url.strip()
    if not url.isprintable() or len(url) > LONGEST_URL:
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return _known(host, parts) or _other(host, port, parts)


def arxiv(value: str, version: str | int | None = None) -> Identifier:
    """The identifier of an arXiv paper; the subject class of the old form (``math.GT/…``) is not part of it."""
    archive, slash, number = value.lower().partition("/")
    canonical = f"{archive.partition('.')[0]}/{number}" if slash else archive
    return Identifier("arxiv", canonical, int(version) if version else None)


def doi(value: str) -> Identifier | None:
    """The identifier that a DOI stands for: of arXiv's and the ACL's DOIs it is their own; None if it is no DOI."""
    value = _unclosed(value) if len(value) <= LONGEST_URL else ""
    if not _DOI.fullmatch(value) or visible(value) != value:
        return None
    if own := _ARXIV_DOI.match(value):
        return arxiv(own["id"], own["version"])
    if own := _ACL_DOI.match(value):
        return Identifier("acl", _anthology(own["id"]))
    return Identifier("doi", value.lower())


def _mention(match: re.Match[str]) -> Found | None:
    if len(match[0]) > LONGEST_URL:
        return None
    if number := match["arxiv"] or match["old"]:
        return Found(arxiv(number, match["version"] or match["old_version"]), None)
    if value := match["doi"] or match["lone"]:
        # "10.2024/11.2024" is a span of months; what is no DOI for sure needs the word before it
        if match["lone"] and not re.search(r"[a-z]|\d{5}", value.partition("/")[2], re.IGNORECASE):
            return None
        identifier = doi(_unescaped(value))
        return Found(identifier, None) if identifier else None
    url = _unescaped(match["marked"] or _unclosed(match["url"] or f"https://{match['bare']}"))
    identifier = identify_url(url)
    return Found(identifier, url) if identifier else None


def _unescaped(text: str) -> str:
    """Slack escapes these three and no others, https://docs.slack.dev/messaging/formatting-message-text."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _unclosed(text: str) -> str:
    """Without the punctuation of the sentence around it; a closing bracket stays when it is opened inside."""
    end = len(text)
    while end:
        last = text[end - 1]
        opener = _CLOSERS.get(last)
        if last in _PUNCTUATION or (opener and text.count(last, 0, end) > text.count(opener, 0, end)):
            end -= 1
        else:
            break
    return text[:end]


def _known(host: str, parts: SplitResult) -> Identifier | None:
    path = unquote(parts.path)
    target = f"{path}?{unquote(parts.query)}" if parts.query else path
    for site in sites.SITES:
        if site.hosts and not sites.on(host, site.hosts):
            continue
        match = site.pattern.match(path) or site.pattern.match(target)
        if match:
            return _canonical(site, match)
    return None


def _canonical(site: sites.Site, match: re.Match[str]) -> Identifier | None:
    value = site.value(match) if site.value else match["id"]
    if site.kind == "arxiv":
        return arxiv(value, match["version"])
    if site.kind == "doi":
        on_platform = "doi.org" not in site.hosts
        return doi(_DOI_JUNK.sub("", value) if on_platform else value)
    if site.kind == "acl":
        return Identifier("acl", _anthology(value))
    if site.kind == "s2" and not value.startswith("C"):
        value = value.lower()
    return Identifier(site.kind, value)


def _anthology(value: str) -> str:
    """Old identifiers are written in capitals (``P19-1001``), the new ones in small letters."""
    return value.lower() if value[0].isdigit() else value.upper()


def _other(host: str, port: int | None, parts: SplitResult) -> Identifier | None:
    path = parts.path.lower()
    url = _plain_url(host, port, parts)
    if path.endswith(".pdf"):
        return None if sites.on(host, sites.NEVER_EVEN_PDF) else Identifier("pdf", url)
    if path in ("", "/") and not parts.query:
        return None
    if sites.on(host, sites.NEVER) or path.endswith(sites.NOT_DOCUMENTS):
        return None
    known = any(sites.on(host, (suffix,)) and shape.match(parts.path) for suffix, shape in sites.PAPER_PAGES)
    return Identifier("page", url, certain=known)


def _plain_url(host: str, port: int | None, parts: SplitResult) -> str:
    """The link without fragment, tracking parameters and the scheme's own port."""
    default = {"http": 80, "https": 443}[parts.scheme]
    shown = f"[{host}]" if ":" in host else host
    query = parts.query
    if any(sites.TRACKING.fullmatch(name) for name, _ in parse_qsl(query, keep_blank_values=True)):
        kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if not sites.TRACKING.fullmatch(pair[0])]
        query = urlencode(kept)
    return (
        f"{parts.scheme}://{shown}"
        + (f":{port}" if port not in (None, default) else "")
        + (parts.path or "/")
        + (f"?{query}" if query else "")
    )
