"""Cuts an English clause to an excerpt's length where it can be cut. Pure."""

from __future__ import annotations

import re

from bot.briefs.grounding.form import EXCERPT_WORDS

_STRONG = re.compile(
    r"[;:]\s|\s[—–-]+\s|—"
    # A comma between adjectives or in a list is no joint.
    r"|,\s(?=(?:and|but|or|which|that|where|while|whereas|with|by|to|using|thereby|thus|a|an|the|we|it|including|for|as|in|"
    r"on|at|from|especially|particularly|because|without|enabling|achieving|reducing|improving|leading|resulting|\w+ing|"
    r"\w+ly \w+ing|[a-z]{3,}s (?:the|an?|its|their|by|up))\s)"
    r"|\s(?=(?:that|which|where|while|whereas|thereby|because|although|such as|so that|without)\s)"
)
_WEAK = re.compile(
    r"\s(?=(?:by|for|with|to|using|via|from|on|in|at|under|over|and|or|as|through|across|during|when|if|of|between|"
    r"than|into|among|based|compared)\s)"
)
_OPEN_END = re.compile(
    r"(?:[\s,;:(—–-]+(?:and|or|but|a|an|the|of|to|for|with|by|in|on|at|from|as|that|which|while|where|is|are|was|were|"
    r"be|via|than|using|such|its|their|our|this|these|both|either|more|most|very|not|into|over|under|between|e\.g\.?|"
    r"i\.e\.?|also|can|may|will|has|have|thereby|including|when|if|who|whose|it|we|they|only|even|each|all|any|some|"
    r"other|up|due|because|however|so|thus|respectively|about|per|without))+[\s,;:(—–-]*$",
    re.IGNORECASE,
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
)


def _parted(clause: str, at: int) -> re.Match[str] | None:
    """The statement that a cut at ``at`` would break in two, so that the half would mislead."""
    return next((m for form in _TOGETHER for m in form.finditer(clause) if m.start() < at < m.end()), None)


def trim(clause: str, keep: re.Pattern[str] | None = None) -> str:
    """The clause cut to EXCERPT_WORDS words; what ``keep`` finds first stays in where that is possible."""
    clause = re.sub(r"\s+", " ", clause).strip().rstrip(".,;:")
    if _size(clause) <= EXCERPT_WORDS:
        # "hard to work with" may end so, as the sentence does.
        return clause if re.search(r"\w to \w+ (?:with|on|from)$", clause) else _closed(clause)
    needed = 0
    if keep and (match := keep.search(clause)):
        needed = broken.end() if (broken := _parted(clause, match.end())) else match.end()
        if _size(clause[:needed]) > EXCERPT_WORDS:
            return _from_later(clause, match, keep)
    for ends, fewest in ((_STRONG, 9), (_WEAK, 5)):
        fits = [
            match.start()
            for match in ends.finditer(clause, needed)
            if fewest <= _size(clause[: match.start()]) <= EXCERPT_WORDS
            and _whole(clause[: match.start()])
            and not _parted(clause, match.start())
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
    """Whether brackets and quotation marks close, and the last noun stands by itself."""
    closed = words.count("(") == words.count(")") and words.count("“") == words.count("”") and words.count('"') % 2 == 0
    return closed and not _EMPTY.search(words)


def _closed(words: str) -> str:
    """Without a dangling last word and without a bracket that never closes."""
    words = _OPEN_END.sub("", words.strip())
    while words.count("(") > words.count(")"):
        words = words[: words.rfind("(")]
    if words.count(")") > words.count("("):
        words = re.sub(r"^\([ivx\d]+\)\s*", "", words)
        words = words[:-1] if words.endswith(")") and words.count(")") > words.count("(") else words
    words = re.sub(r"\s+(?:between|both|either)\b(?!.*\b(?:and|or)\b).*$", "", words)
    words = re.sub(r",?\s+it is \w+$", "", words)  # "…, it is crucial" without what
    words = re.sub(r",\s+\w+ed$", "", words).rstrip(" ,;:.—–-")  # "…, accessed" without by what
    return _OPEN_END.sub("", words)
