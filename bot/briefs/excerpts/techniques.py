"""Finds the phrases of English sentences that name what a paper proposes or uses. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.briefs.excerpts.clauses import Clause, Context, names, pattern, plain_prose
from bot.briefs.excerpts.trim import trim

_STRENGTHS = {"proposes": 3.0, "develops": 2.8, "describes": 2.2, "uses": 2.0, "studies": 1.2, "finds": 0.6}
_SUBJECT = (
    r"(?:<own>|it|and|(?P<named>our (?!efforts?\b|attempts?\b|goals?\b|aims?\b)[\w-]+|the proposed [\w-]+|"
    r"(?-i:[A-Z][\w-]*(?: [A-Z][\w-]*)?))),? "
)
_ADVERBS = r"(?P<adverb>(?:<adverbs>\s)*)"
_IS_A = re.compile(r"(?:,| is| are|, called|, named|—|:) (?=(?:a|an|the) )")
_BY = r"\b(?:by|through|via) (?:introducing|proposing|using|leveraging|combining|applying|developing|integrating) "
_BY_LOOKING = r"\bby (?P<verb>evaluating|comparing|measuring|analy[sz]ing|examining|studying|simulating|modell?ing) "
_THIS_IS_A = r"^(?:this|<own>) (?:is|was) (?=an? )"
_FOCUS = (
    r"\b(?:focus|aim|goal|purpose|objective|idea) of <own> (?:is|was) (?:the (?:development|use|design) of )?(?=an? )"
)
_USING = r"\b(?:using|by means of|with the help of) (?!this|these|such|it\b|them\b|(?:(?:the|an?) )?(?:\w+ )?data)"
_DONE = r"\b(?:was|were|is|are) (?:\w+ly )?\w+(?:ed|ied|own|ught|ilt|ade)\b"
# What "has been" proposed was so by others.
_PASSIVE = (
    r"^(?:[^,;:]{3,60}, )?"
    r"(?P<np>(?:(?!\b(?:is|are|was|were|that|which)\b)[^,;:]){15,160}?) (?:is|are|was|were) "
    r"(?:\w+ly |then |also |here )?(?P<verb><proposed>|<used>|<studied>)"
)
_EXPERIMENT = r"^(?!it |this |these |they )[^,;:]{3,100} (?:was|were) <experiments>"
_PASSIVE_STRENGTHS = {"proposed": 2.0, "used": 1.0, "studied": 0.9}
# "We report the use of …" names it as surely as "we describe".
_IS_MADE = r"(?:the )?(?:first )?(?:use|design|development|implementation|construction|reali[sz]ation) of (?!\w+ing\b)"
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
    if sentence.endswith("?"):
        return
    own = pattern(r"<own>|\b(?:our|it)\b").search(sentence) or names(context, sentence)
    if own:
        yield from _objects(sentence, context)
    if context.name:
        for match in re.finditer(re.escape(context.name) + r"(?: \([^)]+\))?" + _IS_A.pattern, sentence):
            yield from _technique(_object(sentence[match.end() :]), 3.6, context)
    if focus := pattern(_FOCUS).search(sentence):
        yield from _technique(_object(sentence[focus.end() :]), 2.0, context)
    if own and (by := pattern(_BY).search(sentence)):
        yield from _technique(_object(sentence[by.end() :]), 1.8, context)
    if own and (looking := pattern(_BY_LOOKING).search(sentence)):
        yield from _inquiries(_technique(_object(sentence[looking.end() :]), 1.5, context), looking["verb"], context)
    if is_a := pattern(_THIS_IS_A).match(sentence):
        yield from _technique(_object(sentence[is_a.end() :]), 2.2, context)
    if (own or pattern(_DONE).search(sentence)) and (using := pattern(_USING).search(sentence)):
        yield from _technique(_object(sentence[using.end() :]), 1.3 if own else 1.1, context, named=False)
    if passive := pattern(_PASSIVE).search(sentence):
        kind = next(kind for kind in _PASSIVE_STRENGTHS if pattern(f"^<{kind}>$").match(passive["verb"]))
        phrase = re.sub(r"^.*?, (?=an? )", "", passive["np"])
        found = _technique(phrase, _PASSIVE_STRENGTHS[kind], context)
        yield from found if kind != "studied" else _inquiries(found, passive["verb"], context)
    if pattern(_EXPERIMENT).match(sentence):
        yield Clause("technique", trim(sentence), 1.1, finite=True, spare=True)


def _objects(sentence: str, context: Context) -> Iterator[Clause]:
    """What "we propose", "this paper studies" and the like have as their object."""
    for kind, strength in _STRENGTHS.items():
        for match in pattern(rf"(?:^|(?<=\s)){_SUBJECT}{_ADVERBS}(?P<verb><{kind}>) (?=\S)").finditer(sentence):
            if match["named"] and not _ours(match["named"], context):
                continue
            weaker = 0.7 * bool(re.search(r"also|further|addition", match["adverb"])) + 0.3 * match[0].startswith(
                "and "
            )
            bonus = 0.8 if match["named"] == context.name else 0.0
            if context.survey and pattern(_IS_INQUIRY).match(sentence[match.end() :]):
                bonus += 1.5
            made = kind == "finds" and pattern(_IS_MADE).match(sentence[match.end() :])
            bonus += 1.6 * bool(made)
            named = kind != "finds" or bool(made)
            found = _technique(_object(sentence[match.end() :]), strength - weaker + bonus, context, named=named)
            if kind in ("studies", "finds") and not made:
                found = _inquiries(found, match["verb"], context)
            yield from found


# Nouns for what is done to the object of a verb; "study" for all others.
_INQUIRIES = {
    "comparison": r"compar",
    "measurement": r"measur|determin",
    "evaluation": r"evaluat|assess|test",
    "analysis": r"analy|characteri|quantif",
    "calculation": r"calculat|comput",
    "simulation": r"simulat",
    "reconstruction": r"reconstruct",
    "estimation": r"estimat|deduc|infer",
    "observation": r"observ|detect",
    "review": r"review|survey|summari",
}
_IS_INQUIRY = (
    r"^(?:<modifiers> )*(?:[\w-]+ )?(?:measurement|observation|search|study|analys[ie]s|calculation|simulation|survey|"
    r"comparison|determination|experiment|review|overview|examination|investigation)s?\b"
)


def _inquiries(found: Iterator[Clause], verb: str, context: Context) -> Iterator[Clause]:
    """What was looked at is no technique by itself, "an analysis of" it is; a method looked at is one."""
    noun = next((noun for noun, stem in _INQUIRIES.items() if re.match(stem, verb, re.IGNORECASE)), "study")
    for clause in found:
        if pattern(_IS_INQUIRY).match(clause.words):
            yield replace(clause, score=clause.score + 1.0)
        elif re.match(r"\w+ing\b", clause.words):
            yield replace(clause, score=clause.score + 0.8 * context.survey)
        elif re.match("perform|conduct|carr", verb):
            yield clause
        elif context.survey:
            yield replace(clause, inquiry="review", score=clause.score + 0.8)
        elif noun == "study" and re.match(r"an? ", clause.words):
            yield clause
        else:
            yield replace(clause, inquiry=noun)


def _ours(subject: str, context: Context) -> bool:
    return subject.lower().startswith(("our ", "the proposed ")) or subject == context.name


def _object(rest: str) -> str:
    """The object of a verb, up to where the sentence turns to something else."""
    rest = re.sub(r"^(?:to )?(?:use|leverage|employ|apply|adopt|utili[sz]e) ", "", rest)
    rest = re.sub(r"^(?:here|now|first|only|a set of|(?:the )?(?:concept|idea) of) ", "", rest)
    rest = re.sub(rf"^{_IS_MADE}", "", rest)
    end = pattern(
        r"[;:](?=\s)|\.$|\s[—–]\s|, <object_ends> |,? and (?:\w+ly )?<then> (?:the|an?|our|its|their|how|that|whether) "
        r"| (?:to|and) (?:address|tackle|solve|overcome|bridge|mitigate) "
    ).search(rest)
    return (rest[: end.start()] if end else rest).strip()


def _from_name(phrase: str, context: Context) -> str:
    """Without "the design and implementation of" before what the paper is about."""
    made = re.match(r"the (?:design|implementation|development|architecture)\b[^;:(]{0,90}? (?:of|deploying) ", phrase)
    return phrase[made.end() :] if made and names(context, phrase[made.end() :]) else phrase


def _technique(phrase: str, strength: float, context: Context, *, named: bool = True) -> Iterator[Clause]:
    """``named`` says whether a name in the phrase is likely to be the paper's own."""
    phrase = trim(pattern(_APPOSITION).sub("", _from_name(phrase, context)))
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
    elif named and pattern(_NAME).search(phrase):
        score += 0.8
    if named:
        score += 0.25 * min(4, len(context.title_words & set(re.findall(r"[a-z]{4,}", phrase.lower()))))
    yield Clause("technique", phrase, score)


def tells_technique(sentence: str) -> bool:
    """Whether the sentence says what the paper itself does, or lists contributions."""
    return bool(
        pattern(r"<own>\s(?:\w+\s){0,2}(?:<proposes>|<develops>|<describes>|<uses>)|contributions?").search(sentence)
    )
