"""Finds the clauses of English sentences that name a technique, a problem or a result. Pure.

The cues are those of scientific prose (``excerpts.toml``): who proposes what, what fails or lacks, what was shown.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from bot.briefs.excerpts.trim import ragged, trim
from bot.briefs.sentences import without_citations
from bot.models import Slot


@dataclass(frozen=True, slots=True)
class Clause:
    """An excerpt that may fill a slot; the higher ``score``, the better. What scores below 1 says too little."""

    slot: Slot
    words: str
    """Verbatim but for citation marks."""
    score: float
    finite: bool = False
    """It has a subject and a verb of its own, so that a lead-in must carry it: "the problem that …"."""
    purpose: bool = False
    """It is a bare verb phrase: "the problem of how to …"."""
    spare: bool = False
    """No cue spoke for it: some sentence of the paper, better than none."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the clauses of one paper are judged by."""

    name: str
    """What the paper calls its own work, read from its title; empty when the title names nothing."""
    title_words: frozenset[str]


@cache
def _cues(language: str) -> dict[str, list[str]]:
    source = resources.files("bot.briefs.excerpts").joinpath("excerpts.toml")
    tables: dict[str, dict[str, list[str]]] = tomllib.loads(source.read_text(encoding="utf-8"))
    return tables[language]


def either(language: str, *keys: str) -> str:
    """A group that matches any cue of the lists ``keys``."""
    return f"(?:{'|'.join(cue for key in keys for cue in _cues(language)[key])})"


@cache
def _re(form: str) -> re.Pattern[str]:
    """A pattern in which ``<key>`` stands for any cue of that English list, as whole words."""
    filled = re.sub(r"(?<!\?P)<(\w+)>", lambda match: rf"(?<![\w-]){either('en', match[1])}(?![\w-])", form)
    return re.compile(filled, re.IGNORECASE)


# --- technique --------------------------------------------------------------------------------------

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
    own = _re(r"<own>|\b(?:our|it)\b").search(sentence) or _names(context, sentence)
    for kind, strength in _STRENGTHS.items():
        for match in _re(rf"(?:^|(?<=\s)){_SUBJECT}{_ADVERBS}<{kind}> (?=\S)").finditer(sentence):
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
    if own and (by := _re(_BY).search(sentence)):
        yield from _technique(_object(sentence[by.end() :]), 1.8, context)
    if passive := _re(_PASSIVE).search(sentence):
        strength = 1.0 if passive["verb"] in ("used", "employed", "applied") else 2.0
        yield from _technique(re.sub(r"^.*?, (?=an? )", "", passive["np"]), strength, context)


def without_turn(sentence: str) -> str:
    """Without the "However," that ties a sentence to the one before."""
    return _re(_TURN).sub("", plain_prose(sentence))


def unbound(sentence: str) -> str:
    """The same where it breaks off into a main clause: "As caches are costly, it is crucial to …" is one of these."""
    return re.sub(r"^(?:As|Since|Because) (?=.{20,}, it is \w+ (?:to|that)\b)", "", without_turn(sentence))


def promises(sentence: str) -> bool:
    """Whether the sentence speaks of code, plans or the paper's plan, which are no results."""
    return bool(_re("<no_result>").search(sentence))


def plain_prose(sentence: str) -> str:
    """Without reference marks and without the heading that a structured abstract runs into its sentence."""
    return _re(r"^<run_in>[:.]?\s+(?-i:(?=[A-Z]))").sub("", without_citations(sentence))


def _names(context: Context, words: str) -> bool:
    """Whether the paper's own name stands in ``words``, however it is hyphenated."""
    name = re.sub(r"[\W_]", "", context.name).lower()
    return bool(name) and bool(
        re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z])", re.sub(r"[-–_]", "", words.lower()))
    )


def _ours(subject: str, context: Context) -> bool:
    return subject.lower().startswith(("our ", "the proposed ")) or subject == context.name


def _object(rest: str) -> str:
    """The object of a verb, up to where the sentence turns to something else."""
    rest = re.sub(r"^(?:to )?(?:use|leverage|employ|apply|adopt|utili[sz]e) ", "", rest)
    rest = re.sub(r"^(?:here|now|first|only|a set of|(?:the )?(?:concept|idea|use) of) ", "", rest)
    end = _re(
        r"[;:](?=\s)|\.$|\s[—–]\s|, <object_ends> | (?:to|and) (?:address|tackle|solve|overcome|bridge|mitigate) "
    ).search(rest)
    return (rest[: end.start()] if end else rest).strip()


def _technique(phrase: str, strength: float, context: Context) -> Iterator[Clause]:
    phrase = trim(_re(_APPOSITION).sub("", phrase))
    count = len(phrase.split())
    if (count < 2 and phrase != context.name) or _re(_NO_TECHNIQUE).match(phrase) or _re(_LEADING).match(phrase):
        return
    score = strength - 1.5 * bool(_re(r"^(?:<modifiers> )*<bare_technique>\W*$").match(phrase)) - 0.6 * (count < 4)
    score -= 0.5 * len(re.findall(r"\b(?:this|these|its|their|such|it|they)\b", phrase[:60]))
    if _names(context, phrase):
        score += 1.5
    elif _re(_NAME).search(phrase):
        score += 0.8
    score += 0.25 * min(4, len(context.title_words & set(re.findall(r"[a-z]{4,}", phrase.lower()))))
    yield Clause("technique", phrase, score)


def tells_technique(sentence: str) -> bool:
    """Whether the sentence says what the paper itself does, or lists contributions."""
    return bool(
        _re(r"<own>\s(?:\w+\s){0,2}(?:<proposes>|<develops>|<describes>|<uses>)|contributions?").search(sentence)
    )


# --- problem ----------------------------------------------------------------------------------------

_AGAINST = (
    r"(?:^|, |and |designed |aims? |helps? |used |able |in order )to (?:\w+ly )?<overcomes>(?: \w+ly)? "
    r"(?P<np>[^,;:]{8,180})"
)
_PROBLEM_OF = r"\b(?P<np>(?:the|an?|this) (?:[\w-]+ ){0,2}<problem_nouns> (?:of|between|that) [^,;:]{10,160})"
_NP_END = r"(?<!that )(?<!which )<verbs>"
_CHALLENGE = r"\b(?:challenge|limitation|problem|issue|bottleneck|drawback|obstacle)s?(?: [\w ]{0,30})?: (?=\w)"
_TURN = r"^(?:<turns>,?\s+)+"
_CONCESSION = r"^<concedes> [^;]*?, (?=\w)"
_LOOKED_AT = r"\b(?:is|are|was|were) (?:\w+ )?(?:explored|discussed|examined|described|analy[sz]ed|reviewed)\b"
_TASK_IS = (
    r"^(?:an?|the|one|another) (?:[\w-]+ ){0,3}(?:challenge|difficulty|problem|task) is to (?P<what>[a-z]+ [^;:]{15,})"
)
_BARE_WORKS = (
    r"^(?:(?:most|many|some|all|several|the) )?(?:(?:existing|recent|current|prior|previous|earlier|"
    r"traditional|conventional|past|available|other) )+"
    r"(?:approach|method|work|solution|technique|stud|research|system|model|effort|literature)\w*\b"
    r"(?! (?:for|to|on|in|of|such|that|\w+ing))"
)


def problems(sentence: str, context: Context) -> Iterator[Clause]:
    """Noun phrases and clauses for what was hard or missing."""
    sentence = plain_prose(sentence)
    if sentence.rstrip().endswith("?"):
        return
    for form, score in ((_AGAINST, 3.2), (_PROBLEM_OF, 2.2)):
        for match in _re(form).finditer(sentence):
            phrase = trim(_re(_NP_END).split(match["np"])[0])
            if not _re("^<dangling>").match(phrase) and len(phrase.split()) >= 4 and not re.match(r"\d", phrase):
                yield Clause("problem", phrase, score - _looseness(phrase))
    if named := _re(_CHALLENGE).search(sentence):
        yield from _complaint(sentence[named.end() :], 1.0, context)
    rest = _re(_TURN).sub("", sentence)
    if task := _re(_TASK_IS).match(rest):
        words = trim(task["what"])
        yield Clause("problem", words, 3.0 - _looseness(words), purpose=True)
    turned = 1.0 * bool(_re(r"^<adversatives>").match(sentence))
    if conceded := _re(_CONCESSION).match(rest):
        for piece in rest[conceded.end() :].split("; "):
            yield from _complaint(piece, 0.6 + 0.6 * turned, context)
    else:
        joint = r"(?<=\w), (?:but|yet|however,?|while|whereas) |; (?:however, )?|\bbut (?=\w+ \w+ )"
        for piece in re.split(joint, rest):
            yield from _complaint(piece, turned, context)
    yield from _purpose(sentence)


def _complaint(clause: str, bonus: float, context: Context) -> Iterator[Clause]:
    clause = _re(_TURN).sub("", clause.strip()).rstrip(".")
    lacks = _re("<lacks>").findall(clause)
    if not lacks or _re("^<dangling>").match(clause) or not re.match(r"[\w\"“]", clause):
        return
    if _re(_LOOKED_AT).search(clause):
        return
    if _re(r"\b(?:we|our|this paper|this work|this article|proposed|outperform\w*|ours)\b").search(clause):
        return
    shown = trim(clause, keep=_re("<lacks>"))
    if len(shown.split()) < 5 or not _re("<lacks>").search(shown) or _re("^<dangling>").match(shown):
        return
    strong = bool(_re("<strong_lacks>").search(shown))
    score = 1.4 + bonus + 0.4 * strong + 0.1 * min(3, len(lacks)) - 0.6 * ragged(shown, clause)
    if _names(context, shown) or (not strong and _re("<gains>").search(shown)):
        score -= 1.5  # it tells of the paper's own work
    yield Clause("problem", shown, score - _looseness(shown), finite=True)


def _purpose(sentence: str) -> Iterator[Clause]:
    """What the paper wants to do, where nothing is said to be hard: "the problem of how to …"."""
    aim = r"(?P<verb>\w+)(?: ?,)? to ((?!the |a |an |our |this |be |these |its |that |which )[a-z]+ [^,;.]{15,})"
    match = re.search(aim, sentence)
    if match and not _re("^<leans_to>$").match(match["verb"]) and _re("<own>").search(sentence[: match.start()]):
        words = trim(re.split(r"[:;]", match[2])[0])
        yield Clause("problem", words, 1.1 - _looseness(words), purpose=True)


def _looseness(phrase: str) -> float:
    """How much a phrase leans on what stood before it."""
    loose = 0.7 * len(re.findall(r"\b(?:this|these|those|such (?!as)|they|it|above)\b", phrase, re.IGNORECASE))
    loose += 0.3 * len(re.findall(r"\b(?:its|their)\b", phrase, re.IGNORECASE))
    return loose + 1.2 * bool(_re(_BARE_WORKS).match(phrase))


# --- effect -----------------------------------------------------------------------------------------

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
    sentence = _re(r"^(?:<leads>[,:]?\s+)+").sub("", plain_prose(sentence)).rstrip(".")
    if sentence.endswith("?") or _re("<no_result>").search(sentence):
        return
    own = bool(
        _re(r"\b(?:we|our|proposed|experiments?|results?(?! in\b)|evaluations?|simulations?)\b").search(sentence)
    )
    own = own or _names(context, sentence)
    shown = _shown().search(sentence)
    clause = _re(_BARELY_SHOWN).sub("", sentence[shown.end() :] if shown else sentence)
    if again := _shown().search(clause[:80]):  # "we conclude that our results show that …"
        clause = clause[again.end() :]
    if not (_re("<gains>").search(clause) or _re(_RESULT_NUMBER).search(clause) or shown):
        return
    base = 0.8 * own + 0.9 * bool(shown)
    for match in _re(r"<achieves> (?=<achieved>)").finditer(clause):
        phrase = trim(clause[match.end() :], keep=_re(_RESULT_NUMBER))
        if len(phrase.split()) >= 4 and not _re(_PRONOUN).match(phrase) and _re(r"^<achieved>").match(phrase):
            yield Clause("effect", phrase, base + 0.3 + _gain(phrase, clause) - 0.4 * _looseness(phrase))
    for piece in _coordinates(clause):
        whole = trim(piece, keep=_re(_RESULT_NUMBER))
        leans = _re(_PRONOUN).match(whole) is None and _re("^<dangling>").match(whole) is not None
        fewest = 4 if _re("<gains>").search(whole) else 5
        if len(whole.split()) >= fewest and re.match(r"[\w\"“∼~]", whole) and not leans:
            leaning = 0.4 * bool(_re(_PRONOUN).match(whole)) + 0.3 * _looseness(_re(_PRONOUN).sub("", whole))
            leaning += 1.5 * bool(
                re.match(r"(?:\w+ing|and|or|by|to|of|which|that|where|with|from|than|if) ", whole.lower())
            )
            yield Clause("effect", whole, base + _gain(whole, clause) - leaning, finite=True)


@cache
def _shown() -> re.Pattern[str]:
    return re.compile(rf"\b{either('en', 'reports')}\w* (?:\w+ly )?(?:that,? (?=\w)|(?=our |the proposed ))", re.I)


def _coordinates(clause: str) -> list[str]:
    """The clause without the circumstances it opens with, and its second half where that can stand alone."""
    clause = _re(r"^<settings> [^,]{3,90}, (?=\w)").sub("", clause)
    halves = re.split(r"(?:; (?:\([ivx]+\) )?|, and |: )(?=(?:our|the|we|it|[A-Z]\w+)\b)", clause)
    return [clause, *halves[1:]] if len(halves) > 1 else [clause]


def _gain(shown: str, clause: str) -> float:
    """What an excerpt says of a result; a number that the clause has and the excerpt lost is worth nothing."""
    found = _re(_RESULT_NUMBER).findall(shown)
    number = 2.5 * bool(found) + 0.3 * (len(found) > 1) - 0.8 * ragged(shown, clause)
    return number + 0.9 * bool(_re("<gains>").search(shown)) + 0.02 * min(20, len(shown.split()))


_POINTS_BACK = r"^to (?:\w+ly )?<overcomes>(?: \w+ly)? (?:this|these|such|the above|the aforementioned|it|them)\b"


def posed(sentence: str, following: str) -> Iterator[Clause]:
    """A whole sentence as the problem, when the next one sets out "to overcome this"."""
    rest = _re(r"^(?:<settings>|to) [^,]{3,120}, (?!but |and |or |which )(?=\w)").sub("", without_turn(sentence))
    if _re(_POINTS_BACK).match(plain_prose(following)) and not _re("^<dangling>").match(rest):
        words = trim(rest)
        yield Clause("problem", words, 2.4 - _looseness(words), finite=True)


def tells_result(sentence: str) -> bool:
    """Whether the sentence reports a result in figures."""
    return bool(_re(_RESULT_NUMBER).search(sentence) and _re("<gains>").search(sentence))
