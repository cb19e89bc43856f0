"""Finds the phrases of English sentences that name what a paper proposes or uses. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.briefs.excerpts.clauses import Clause, Context, names, pattern, plain_prose
from bot.briefs.excerpts.trim import trim

_STRENGTHS = {"proposes": 3.0, "develops": 2.8, "describes": 2.2, "uses": 2.0, "studies": 1.2}
_SUBJECT = r"(?:<own>|it|and|(?P<named>our [\w-]+|the proposed [\w-]+|(?-i:[A-Z][\w-]*(?: [A-Z][\w-]*)?))),? "
_ADVERBS = r"(?P<adverb>(?:<adverbs>\s)*)"
_IS_A = re.compile(r"(?:,| is| are|, called|, named|—|:) (?=(?:a|an|the) )")
_BY = r"\b(?:by|through|via) (?:introducing|proposing|using|leveraging|combining|applying|developing|integrating) "
_PASSIVE = (
    r"^(?:[^,;:]{3,60}, )?(?P<np>[^,;:]{15,160}?) (?:is|are|was|were|has been|have been) "
    r"(?P<verb>proposed|presented|introduced|developed|described|used|employed|applied)\b"
)
# A vague noun with the name behind it: "a novel solution, Zero Redundancy Optimizer (ZeRO), to …".
_APPOSITION = (
    r"^<modifiers>(?: <modifiers>)* (?:\w+ )?<bare_technique>"
    r"(?: (?:called|named|termed|dubbed)|, (?:(?:called|named|termed|dubbed|namely) )?)(?-i:(?= ?[A-Z]))\s*"
)
_NO_TECHNIQUE = r"^(?:<modifiers> )*(?:<no_object>|(?:[\w-]+ )?<no_technique>)"
_LEADING = r"^(?:to|of|on|by|in|as|for|with|from|and|or|not|at|over|upon|up|all|only|out|used|based|built) "
_NAME = r"\((?-i:[A-Z][\w-]*[A-Z0-9][\w-]*s?)\)"


def techniques(sentence: str, context: Context) -> Iterator[Clause]:
    """Noun phrases for what the paper proposes or uses."""
    sentence = plain_prose(sentence)
    own = pattern(r"<own>|\b(?:our|it)\b").search(sentence) or names(context, sentence)
    for kind, strength in _STRENGTHS.items():
        for match in pattern(rf"(?:^|(?<=\s)){_SUBJECT}{_ADVERBS}<{kind}> (?=\S)").finditer(sentence):
            if not own or (match["named"] and not _ours(match["named"], context)):
                continue
            weaker = 0.7 * bool(re.search(r"also|further|addition", match["adverb"])) + 0.3 * match[0].startswith(
                "and "
            )
            bonus = 0.8 if match["named"] == context.name else 0.0
            yield from _technique(_object(sentence[match.end() :]), strength - weaker + bonus, context)
    if context.name:
        for match in re.finditer(re.escape(context.name) + r"(?: \([^)]+\))?" + _IS_A.pattern, sentence):
            yield from _technique(_object(sentence[match.end() :]), 3.6, context)
    if own and (by := pattern(_BY).search(sentence)):
        yield from _technique(_object(sentence[by.end() :]), 1.8, context)
    if passive := pattern(_PASSIVE).search(sentence):
        strength = 1.0 if passive["verb"] in ("used", "employed", "applied") else 2.0
        yield from _technique(re.sub(r"^.*?, (?=an? )", "", passive["np"]), strength, context)


def _ours(subject: str, context: Context) -> bool:
    return subject.lower().startswith(("our ", "the proposed ")) or subject == context.name


def _object(rest: str) -> str:
    """The object of a verb, up to where the sentence turns to something else."""
    rest = re.sub(r"^(?:to )?(?:use|leverage|employ|apply|adopt|utili[sz]e) ", "", rest)
    rest = re.sub(r"^(?:here|now|first|only|a set of|(?:the )?(?:concept|idea|use) of) ", "", rest)
    end = pattern(
        r"[;:](?=\s)|\.$|\s[—–]\s|, <object_ends> | (?:to|and) (?:address|tackle|solve|overcome|bridge|mitigate) "
    ).search(rest)
    return (rest[: end.start()] if end else rest).strip()


def _technique(phrase: str, strength: float, context: Context) -> Iterator[Clause]:
    phrase = trim(pattern(_APPOSITION).sub("", phrase))
    count = len(phrase.split())
    if (
        (count < 2 and phrase != context.name)
        or pattern(_NO_TECHNIQUE).match(phrase)
        or pattern(_LEADING).match(phrase)
    ):
        return
    score = strength - 1.5 * bool(pattern(r"^(?:<modifiers> )*<bare_technique>\W*$").match(phrase)) - 0.6 * (count < 4)
    score -= 0.5 * len(re.findall(r"\b(?:this|these|its|their|such|it|they)\b", phrase[:60]))
    if names(context, phrase):
        score += 1.5
    elif pattern(_NAME).search(phrase):
        score += 0.8
    score += 0.25 * min(4, len(context.title_words & set(re.findall(r"[a-z]{4,}", phrase.lower()))))
    yield Clause("technique", phrase, score)


def tells_technique(sentence: str) -> bool:
    """Whether the sentence says what the paper itself does, or lists contributions."""
    return bool(
        pattern(r"<own>\s(?:\w+\s){0,2}(?:<proposes>|<develops>|<describes>|<uses>)|contributions?").search(sentence)
    )
