"""Finds the clauses of English sentences that tell what came out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.briefs.excerpts.clauses import (
    Clause,
    Context,
    either,
    has_verb,
    looseness,
    names,
    pattern,
    plain_prose,
    tells_own,
)
from bot.briefs.excerpts.techniques import tells_technique
from bot.briefs.excerpts.trim import ragged, trim

_RESULT_NUMBER = (
    r"(?:\d[\d.,]{0,30}+\s?(?:[–-]\s?\d[\d.,]{0,30}+\s?)?"
    r"(?:×(?!\s?\d)|x\b|%|percent\b|-?fold\b|times\b|(?:percentage |F1 )?points?\b|"
    r"dB\b|tok(?:en)?s?/s|tokens per second|orders? of magnitude|ms\b|fps\b|petaflops|BLEU|F1|"
    r"min\b|hours?\b|seconds?\b|years\b|days\b)|(?<!\d)(?<!\d )[×∼~]\s?\d|\d\s?±\s?\d"
    r"|\b(?:two|three|four|five|ten|an?|several) orders? of magnitude"
    r"|\b(?:doubl|tripl|halv)(?:es?|ed|ing)\b)"
)
# Where the object of "achieves" ends: another verb has the same subject.
_NEXT_VERB = (
    r",? (?:and|but|while) (?:\w+ly )?(?:improve|reduce|outperform|<does>|shows|remains|is|are|has|have|can|was|were)\b"
)
# "We present a cache that is robust even if …": what it can do, for want of a measured result.
_RELATED = (
    r"<own> (?:<adverbs> )*(?:<proposes>|<develops>|<describes>) .*?"
    r"\b(?:that|which) (?P<what>(?:is|are|can|<does>) [^;:]{15,})"
)
_CIRCUMSTANCES = r"^(?:<settings> (?:[^,()]|\([^)]*\)){3,90}, (?=\w)|\w+ing [^,]{3,90}, (?=(?:an?|the|we|our)\b))"
_BARELY_SHOWN = r"^(?:<evaluated> )*<evaluates> <shows> (?:that )?"
_IS_SHOWN = r"\b(?:is|are|was|were) (?:\w+ly )?(?:shown|found|estimated|observed|seen|proven) to\b"
_LOOKS_AT = r"<own> (?:<adverbs> )*<studies> (?:how|whether|why|what)\b"
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
    reported = bool(shown or pattern(_IS_SHOWN).search(sentence))
    base = 0.8 * own + 0.9 * reported - 1.5 * (context.survey and not tells_own(sentence))
    if not reported and (tells_technique(sentence) or pattern(_LOOKS_AT).search(sentence)):
        base -= 0.8
    if not (pattern("<gains>").search(clause) or pattern(_RESULT_NUMBER).search(clause) or base > 0.8):
        return
    for match in pattern(r"<achieves> (?=<achieved>)").finditer(clause):
        phrase = trim(pattern(_NEXT_VERB).split(clause[match.end() :])[0], keep=pattern(_RESULT_NUMBER))
        if len(phrase.split()) >= 4 and not pattern(_PRONOUN).match(phrase) and pattern(r"^<achieved>").match(phrase):
            yield Clause("effect", phrase, base + 0.3 + _gain(phrase, clause) - 0.4 * looseness(phrase))
    if (related := pattern(_RELATED).search(sentence)) and pattern("<gains>").search(related["what"]):
        yield Clause("effect", trim(related["what"]), 0.9, finite=True)
    for piece in _coordinates(clause):
        whole = trim(piece, keep=pattern(_RESULT_NUMBER))
        if len(whole) < len(piece) and not has_verb(whole):
            continue
        leans = not pattern(rf"{_PRONOUN}|^how\b").match(whole) and pattern("^<dangling>").match(whole) is not None
        fewest = 4 if pattern("<gains>").search(whole) else 5
        if len(whole.split()) >= fewest and re.match(r"[\w\"“∼~]", whole) and not leans:
            leaning = 0.6 * bool(pattern(_PRONOUN).match(whole)) + 0.3 * looseness(pattern(_PRONOUN).sub("", whole))
            leaning += 1.2 * bool(
                re.search(r"\b(?:this|that|these|it|them)(?: (?:by|through|via|in|as|with)\b|$)", whole)
            )
            leaning += 1.5 * bool(re.match(r"(?:and|or|by|to|of|which|that|where|with|from|than|if) ", whole.lower()))
            leaning += 1.5 * (not shown and bool(re.match(r"\w+ing ", whole)))
            yield Clause("effect", whole, base + _gain(whole, clause) - leaning, finite=True)


@cache
def _shown() -> re.Pattern[str]:
    shown = rf"\b{either('en', 'reports')}\w* (?:\w+ly )?(?:that,? (?=\w)|(?=our |the proposed ))"
    return re.compile(rf"{shown}|\bwe (?:\w+ly )?(?:show|demonstrate) (?=how )", re.IGNORECASE)


def _coordinates(clause: str) -> list[str]:
    """The clause without the circumstances it opens with, and its second half where that can stand alone."""
    clause = pattern(_CIRCUMSTANCES).sub("", clause)
    halves = re.split(r"(?:; (?:\([ivx]+\) )?|, and |: )(?=(?:our|the|we|it|[A-Z]\w+)\b)", clause)
    return [clause, *(half for half in halves[1:] if has_verb(half) or pattern("<does>").search(half))]


def _gain(shown: str, clause: str) -> float:
    """What an excerpt says of a result; a number that the clause has and the excerpt lost is worth nothing."""
    found = pattern(_RESULT_NUMBER).findall(shown)
    number = 2.5 * bool(found) + 0.3 * (len(found) > 1) - 0.8 * ragged(shown, clause)
    return number + 0.9 * bool(pattern("<gains>").search(shown)) + 0.02 * min(20, len(shown.split()))


def tells_result(sentence: str) -> bool:
    """Whether the sentence reports a result in figures."""
    return bool(pattern(_RESULT_NUMBER).search(sentence) and pattern("<gains>").search(sentence))
