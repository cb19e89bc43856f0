"""Cuts an English clause to an excerpt's length where it can be cut. Pure."""

from __future__ import annotations

import re

from bot.briefs.grounding.form import EXCERPT_WORDS

_STRONG = re.compile(
    r"[;:]\s|\s[—–-]+\s|—"
    # A comma between adjectives or in a list is no joint, but for one with numbers.
    r"|,\s(?=(?:and\s)?\(?(?:\d|[ivx]+)\)\s)"
    r"|,\s(?=(?:and|but|or|which|that|where|while|whereas|with|by|to|using|thereby|thus|a|an|the|we|it|including|for|as|in|"
    r"on|at|from|especially|particularly|because|without|enabling|achieving|reducing|improving|leading|resulting|\w+ing|"
    r"\w+ly \w+ing|[a-z]{3,}s (?:the|an?|its|their|by|up))\s)"
    r"|\s(?=(?:that|which|where|while|whereas|thereby|because|although|such as|so that|without)\s)"
)
_WEAK = re.compile(
    r"\s(?=(?:by|for|with|to|using|via|from|on|in|at|under|over|and|or|as|through|across|during|when|if|of|between|"
    r"than|into|among|based|compared)\s(?!which\b|whom\b))"
)
_OPEN_END = re.compile(
    r"(?:[\s,;:(—–-]+(?:and|or|but|a|an|the|of|to|for|with|by|in|on|at|from|as|that|which|while|where|is|are|was|were|"
    r"be|via|than|using|such|its|their|our|this|these|both|either|more|most|very|not|\d\S*\s(?:larger|smaller|bigger|longer|higher|lower)|into|over|under|between|e\.g\.?|"
    r"i\.e\.?|also|can|may|will|has|have|thereby|including|when|if|who|whose|it|we|they|only|even|each|all|any|some|"
    r"other|up|due|because|however|so|thus|respectively|about|per|without))+[\s,;:(—–-]*$",
    re.IGNORECASE,
)


_A_FEW = 4
"""Words more that are better kept than cut off: the last ones often hold the point."""
_NO_VERB_YET = re.compile(r"\b(?:is|are|was|were|be|been|has|have|can|may|will|show|shows|means|find|argue)$")

# The members of a list but for the first, up to the last: "…, speed, and cost".
_LIST = re.compile(
    r",\s(?!(?:which|who|where|while|that|thereby|and|or|but)\b)[^,;:()\d]{2,40}(?:,\s[^,;:()\d]{2,40})*,\s(?:and|or)\s\S+"
)
# Halves of one statement: a number that changed "from" something "to" something, more "than" something.
_TOGETHER = (
    re.compile(
        r"\bfrom\s(?=[^;:]{0,60}\d)[^;:]{1,90}?\sto\s(?:[^\s;,]+\s){0,3}?[^\s;,]*\d[^\s;,]*"
        r"(?:\s(?!and\b|or\b|with\b|for\b|while\b|by\b|on\b|in\b|at\b|when\b|using\b)[A-Za-z%]+\b)?"
    ),
    re.compile(
        r"(?:[\w.,%×∼~–-]*\d[\w.,%×–-]*\s(?:(?!and\b)[\w%×-]+\s){0,3}?)?\b(?:\w+er|more|less)\b(?:\s[\w’'%/-]+){0,8}?"
        r"\sthan\s(?:(?:the|an?|those|that|its|their|other|all|existing|previous|prior|current|of|for)\s)*[^\s,;]+",
        re.IGNORECASE,
    ),
    _LIST,
)


# Where to cut: the most words, the joints looked for, the fewest words.
_CUTS = (
    (EXCERPT_WORDS, _STRONG, 9),
    (EXCERPT_WORDS, _WEAK, 5),
    (EXCERPT_WORDS + _A_FEW, _STRONG, 9),
    (EXCERPT_WORDS + _A_FEW, _WEAK, 9),
)


def _parted(clause: str, at: int) -> re.Match[str] | None:
    """The statement that a cut at ``at`` would break in two, so that the half would mislead."""
    return next((m for form in _TOGETHER for m in form.finditer(clause) if m.start() < at < m.end()), None)


def trim(clause: str, keep: re.Pattern[str] | None = None) -> str:
    """The clause cut to EXCERPT_WORDS words, if it is more than a few longer; what ``keep`` finds first stays in where
    that is possible.
    """
    clause = re.sub(r"\s+(?=[,;])", "", re.sub(r"\s+", " ", clause)).strip().rstrip(".,;:。，；！")
    if _size(clause) <= EXCERPT_WORDS + _A_FEW:
        # "hard to work with" may end so, as the sentence does.
        return clause if re.search(r"\w to \w+ (?:with|on|from)$", clause) else _closed(clause, cut=False)
    needed = 0
    if keep and (match := keep.search(clause)):
        needed = broken.end() if (broken := _parted(clause, match.end())) else match.end()
        if _size(clause[:needed]) > EXCERPT_WORDS:
            return _from_later(clause, match, keep)
    for most, ends, fewest in _CUTS:
        joints = [match.start() for form in (ends, _LIST) for match in form.finditer(clause, needed)]
        fits = [
            at
            for at in sorted(joints)
            if fewest <= _size(clause[:at]) <= most and _whole(clause[:at]) and not _parted(clause, at)
        ]
        if fits:
            return _closed(clause[: fits[-1]])
    return _first_words(clause)


def _from_later(clause: str, match: re.Match[str], keep: re.Pattern[str]) -> str:
    """What must stay lies too far in: the excerpt begins later, at a joint of the sentence."""
    starts = [joint.end() for joint in _STRONG.finditer(clause, 0, match.start())]
    starts = [start for start in starts if _size(clause[start : match.end()]) <= EXCERPT_WORDS]
    if not starts:
        return _first_words(clause)
    return trim(re.sub(r"^(?:and|but|which|that|while|thereby|where)\s+", "", clause[starts[0] :]), keep)


def ragged(words: str, clause: str) -> bool:
    """Whether ``words`` break off where the clause does not."""
    at = clause.find(words)
    rest = clause[at + len(words) :] if at >= 0 else ""
    return bool(rest) and not re.match(r"\W*$|[;:—(]|\W*,|\s[—–-]", rest) and _WEAK.match(rest) is None


def _size(words: str) -> int:
    return len(words.split())


def _first_words(clause: str) -> str:
    kept = " ".join(clause.split()[:EXCERPT_WORDS])
    broken = _parted(clause, len(kept))
    return _closed(clause[: broken.start()] if broken and _size(clause[: broken.start()]) >= 5 else kept)


def around(clause: str, keep: re.Pattern[str]) -> str:
    """As many words on either side of what ``keep`` finds as an excerpt may have, where no joint is to be found."""
    match = keep.search(clause)
    if match is None:
        return ""
    before, after = clause[: match.start()].split(), clause[match.end() :].split()
    beside = max(0, EXCERPT_WORDS - _size(match[0]))
    left = min(len(before), max(beside // 2, beside - len(after)))
    kept = " ".join([*before[len(before) - left :], ""]) if left else ""
    start = match.start() - len(kept)
    return _first_words(clause[max(0, start) :].strip().rstrip(".,;:"))


# Nouns that say nothing without the clause behind them.
_EMPTY = re.compile(r"\b(?:impression|fact|idea|assumption|evidence|notion|observation|belief|claim|hypothesis|way)$")


def _whole(words: str) -> bool:
    """Whether brackets and quotation marks close, the last noun stands by itself, and the verb has its other half."""
    words = re.sub(r"(?<![\w(])(?:\d|[ivx]+)\)", "", words)  # 1), 2) and 3) open no bracket
    closed = words.count("(") == words.count(")") and words.count("“") == words.count("”") and words.count('"') % 2 == 0
    return closed and not _EMPTY.search(words) and not _NO_VERB_YET.search(words)


def _closed(words: str, *, cut: bool = True) -> str:
    """Without a dangling last word and without a bracket that never closes."""
    words = _OPEN_END.sub("", words.strip())
    while words.count("(") > words.count(")"):
        words = words[: words.rfind("(")]
    if words.count(")") > words.count("("):
        words = re.sub(r"^\([ivx\d]+\)\s*", "", words)
        words = words[:-1] if words.endswith(")") and words.count(")") > words.count("(") else words
    if cut:
        words = re.sub(r"\s+(?:between|both|either)\b(?!.*\b(?:and|or)\b).*$", "", words)
    words = re.sub(r",?\s+it is \w+$", "", words)  # "…, it is crucial" without what
    # "…, accessed" without by what
    words = re.sub(r"(?:,\s+\w+ed|\s(?:developed|proposed|introduced|provided|described))$", "", words)
    words = words.rstrip(" ,;:.—–-")
    return _OPEN_END.sub("", words)
