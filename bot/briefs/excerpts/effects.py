"""Finds the clauses of English sentences that tell what came out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.briefs.excerpts.clauses import Clause, Context, either, looseness, names, pattern, plain_prose
from bot.briefs.excerpts.trim import ragged, trim

_RESULT_NUMBER = (
    r"(?:\d[\d.,]{0,30}+\s?(?:[–-]\s?\d[\d.,]{0,30}+\s?)?"
    r"(?:×|x\b|%|percent\b|-?fold\b|times\b|(?:percentage |F1 )?points?\b|"
    r"dB\b|tok(?:en)?s?/s|tokens per second|orders? of magnitude|ms\b|fps\b|petaflops|BLEU|F1|"
    r"min\b|hours?\b|seconds?\b|years\b|days\b)|[×∼~]\s?\d|\d\s?±\s?\d"
    r"|\b(?:two|three|four|five|ten|an?|several) orders? of magnitude"
    r"|\b(?:doubl|tripl|halv)(?:es?|ed|ing)\b)"
)
_BARELY_SHOWN = r"^(?:<evaluated> )*<evaluates> <shows> (?:that )?"
_PRONOUN = r"^(?:it|they|this|these|we|our|its|their|the proposed|that|such)\b"


def effects(sentence: str, context: Context) -> Iterator[Clause]:
    """Noun phrases and clauses for what came out."""
    sentence = pattern(r"^(?:<leads>[,:]?\s+)+").sub("", plain_prose(sentence)).rstrip(".")
    if sentence.endswith("?") or pattern("<no_result>").search(sentence):
        return
    own = bool(
        pattern(r"\b(?:we|our|proposed|experiments?|results?(?! in\b)|evaluations?|simulations?)\b").search(sentence)
    )
    own = own or names(context, sentence)
    shown = _shown().search(sentence)
    clause = pattern(_BARELY_SHOWN).sub("", sentence[shown.end() :] if shown else sentence)
    if again := _shown().search(clause[:80]):  # "we conclude that our results show that …"
        clause = clause[again.end() :]
    if not (pattern("<gains>").search(clause) or pattern(_RESULT_NUMBER).search(clause) or shown):
        return
    base = 0.8 * own + 0.9 * bool(shown)
    for match in pattern(r"<achieves> (?=<achieved>)").finditer(clause):
        phrase = trim(clause[match.end() :], keep=pattern(_RESULT_NUMBER))
        if len(phrase.split()) >= 4 and not pattern(_PRONOUN).match(phrase) and pattern(r"^<achieved>").match(phrase):
            yield Clause("effect", phrase, base + 0.3 + _gain(phrase, clause) - 0.4 * looseness(phrase))
    for piece in _coordinates(clause):
        whole = trim(piece, keep=pattern(_RESULT_NUMBER))
        leans = pattern(_PRONOUN).match(whole) is None and pattern("^<dangling>").match(whole) is not None
        fewest = 4 if pattern("<gains>").search(whole) else 5
        if len(whole.split()) >= fewest and re.match(r"[\w\"“∼~]", whole) and not leans:
            leaning = 0.4 * bool(pattern(_PRONOUN).match(whole)) + 0.3 * looseness(pattern(_PRONOUN).sub("", whole))
            leaning += 1.5 * bool(
                re.match(r"(?:\w+ing|and|or|by|to|of|which|that|where|with|from|than|if) ", whole.lower())
            )
            yield Clause("effect", whole, base + _gain(whole, clause) - leaning, finite=True)


@cache
def _shown() -> re.Pattern[str]:
    return re.compile(rf"\b{either('en', 'reports')}\w* (?:\w+ly )?(?:that,? (?=\w)|(?=our |the proposed ))", re.I)


def _coordinates(clause: str) -> list[str]:
    """The clause without the circumstances it opens with, and its second half where that can stand alone."""
    clause = pattern(r"^<settings> [^,]{3,90}, (?=\w)").sub("", clause)
    halves = re.split(r"(?:; (?:\([ivx]+\) )?|, and |: )(?=(?:our|the|we|it|[A-Z]\w+)\b)", clause)
    return [clause, *halves[1:]] if len(halves) > 1 else [clause]


def _gain(shown: str, clause: str) -> float:
    """What an excerpt says of a result; a number that the clause has and the excerpt lost is worth nothing."""
    found = pattern(_RESULT_NUMBER).findall(shown)
    number = 2.5 * bool(found) + 0.3 * (len(found) > 1) - 0.8 * ragged(shown, clause)
    return number + 0.9 * bool(pattern("<gains>").search(shown)) + 0.02 * min(20, len(shown.split()))


def tells_result(sentence: str) -> bool:
    """Whether the sentence reports a result in figures."""
    return bool(pattern(_RESULT_NUMBER).search(sentence) and pattern("<gains>").search(sentence))
