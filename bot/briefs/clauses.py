"""Picks clauses of English sentences that name a technique, a problem or a result, and trims them. Pure.

The cues are those of scientific prose: who proposes what, what fails or lacks, what was shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.briefs.sentences import without_citations
from bot.models import Slot

LONGEST = 25
"""Words of an excerpt."""


@dataclass(frozen=True, slots=True)
class Clause:
    """An excerpt that may fill a slot; the higher ``score``, the better."""

    slot: Slot
    words: str
    """Verbatim but for citation marks."""
    score: float
    finite: bool = False
    """It has a subject and a verb of its own, so that a lead-in must carry it: "the problem that …"."""
    purpose: bool = False
    """It is a bare verb phrase: "the problem of how to …"."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the clauses of one paper are judged by."""

    name: str
    """What the paper calls its own work, read from its title; empty when the title names nothing."""
    title_words: frozenset[str]


# --- technique --------------------------------------------------------------------------------------

_ADVERBS = r"(?:(?:\w+ly|then|also|further|here|first|thus|hence|will|to|in turn|instead|next|do|have|can) )*"
_MAKES = {
    r"proposes?d?|introduces?d?|presents?(?:ed)?": 3.0,
    r"develops?(?:ed)?|designs?(?:ed)?|devises?d?|releases?d?|contributes?d?": 2.8,
    r"describes?d?|builds?|built|implements?(?:ed)?|formulates?d?|constructs?(?:ed)?|creates?d?|offers?|provides?": 2.2,
    r"uses?d?|employs?(?:ed)?|leverages?d?|utili[sz]es?d?|appl(?:y|ies|ied)|adopts?(?:ed)?|combines?d?|trains?(?:ed)?|"
    r"features?|exploits?|integrates?d?|relies on|incorporates?d?": 2.0,
    r"explores?d?|stud(?:y|ies|ied)|investigates?d?|analy[sz]es?d?|considers?(?:ed)?|performs?(?:ed)?|reviews?(?:ed)?|"
    r"surveys?|examines?d?|conducts?(?:ed)?|measures?d?|compares?d?|evaluates?d?|tests?(?:ed)?": 1.2,
}
_OWN = r"we|this (?:paper|work|article|study|letter|report|survey|review|chapter)|(?:the|our) (?:paper|work|authors)"
_MAKER = re.compile(
    rf"\b(?:{_OWN}|it|and|(?P<own>our \w+|the proposed [\w-]+|[A-Z][\w-]*[A-Z0-9][\w-]*|[A-Z][a-z]+))\b,? "
    rf"{_ADVERBS}(?P<verb>{'|'.join(_MAKES)}) (?=\S)"
)
_IS_A = re.compile(r"(?:,| is| are|, called|, named|—|:) (?=(?:a|an|the) )")
_PASSIVE = re.compile(
    r"^(?P<np>[^,;:]{15,160}?) (?:is|are|was|were|has been|have been) (?P<verb>proposed|presented|introduced|"
    r"developed|described|used|employed|applied)\b"
)
_VAGUE = re.compile(
    r"^(?:a|an|the|our|several|some|two|three|extensive|comprehensive|detailed|in-depth|empirical|new|novel|simple|"
    r"first|theoretical|\W)*\s*(?:(?:experiments?|evaluations?|evidence|results?|stud(?:y|ies)|overview|problems?|"
    r"challenges?|solutions?|insights?|questions?|issues?|tests?|case stud(?:y|ies)|data|code|discussion|examples?|"
    r"numerical|analys[ie]s|limitations?|tasks?|future|ways?|foundations?|findings|potential|that|this|these|it|how|"
    r"whether|why|what|both|more|them|their|its|him|superior|competitive|such|competitive|state-of-the-art results)\b)"
)
_WEAK = re.compile(
    r"^(?:a|an|the|our)?\s*(?:\w+ )?(?:method|approach|technique|framework|system|model|algorithm)s?\W*$"
)


def techniques(sentence: str, context: Context) -> Iterator[Clause]:
    """Noun phrases for what the paper proposes or uses."""
    sentence = without_citations(sentence)
    own = re.search(rf"\b(?:{_OWN}|our|it)\b", sentence, re.IGNORECASE) or (context.name and context.name in sentence)
    for match in _MAKER.finditer(
        sentence[:1].lower() + sentence[1:] if sentence.startswith(("We ", "This ", "It ")) else sentence
    ):
        if not own or (match["own"] and not _ours(match["own"], context)):
            continue
        strength = next(score for verbs, score in _MAKES.items() if re.fullmatch(verbs, match["verb"]))
        phrase = _phrase(sentence[match.end() :])
        yield from _named(phrase, strength - 0.3 * (match.group().startswith("and ")), context)
    if context.name:
        for match in re.finditer(re.escape(context.name) + r"(?: \([^)]+\))?" + _IS_A.pattern, sentence):
            yield from _named(_phrase(sentence[match.end() :]), 2.6, context)
    if match := _PASSIVE.match(sentence):
        strength = 1.0 if match["verb"] in ("used", "employed", "applied") else 2.0
        phrase = re.sub(r"^.*?, (?=an? )", "", match["np"])
        yield from _named(phrase, strength, context)


def _ours(subject: str, context: Context) -> bool:
    return subject.lower().startswith(("our ", "the proposed ")) or subject == context.name


def _phrase(rest: str) -> str:
    rest = re.sub(r"^(?:to )?(?:use|leverage|employ|apply|adopt|utili[sz]e) ", "", rest)
    rest = re.sub(r"^(?:here|now|first|a set of|(?:the )?(?:concept|idea|use) of) ", "", rest)
    # The object ends where the sentence turns to something else.
    end = re.search(
        r"[;:](?=\s)|\.$|\s[—–]\s|, (?:and|but|while|whereas|so|in order|showing|demonstrating) |, we ", rest
    )
    return (rest[: end.start()] if end else rest).strip()


def _named(phrase: str, strength: float, context: Context) -> Iterator[Clause]:
    phrase = trim(phrase)
    count = len(phrase.split())
    if count < 2 and phrase != context.name:
        return
    if _VAGUE.match(phrase.lower()) or re.match(r"(?:to|by|in|on|as|of|for|with|from|and|or|not) ", phrase.lower()):
        return
    score = strength - 1.5 * bool(_WEAK.match(phrase)) - 0.6 * (count < 4)
    score -= 0.5 * len(re.findall(r"\b(?:this|these|its|their|such|it|they)\b", phrase[:60]))
    if context.name and re.search(rf"(?<!\w){re.escape(context.name)}(?!\w)", phrase):
        score += 1.5
    elif re.search(r"\([A-Z][\w-]*[A-Z0-9][\w-]*s?\)", phrase):
        score += 0.8
    score += 0.25 * min(4, len(context.title_words & set(re.findall(r"[a-z]{4,}", phrase.lower()))))
    yield Clause("technique", phrase, score)


# --- problem ----------------------------------------------------------------------------------------

_AGAINST = re.compile(
    r"\b[Tt]o (?:\w+ly )?(?:overcome|address|mitigate|alleviate|tackle|solve|resolve|combat|bridge|close|handle|"
    r"remedy|counter|eliminate|break|relieve|circumvent|narrow)(?: \w+ly)? (?P<np>[^,;:]{8,180})"
)
_PROBLEM_OF = re.compile(
    r"\b(?P<np>(?:the |a |an )?(?:[\w-]+ ){0,3}(?:problem|challenge|task|question|difficulty|lack|shortage|cost|limitations?|"
    r"bottleneck|gap|shortcomings?|risk) (?:of|in|between|for) [^,;:]{10,160})"
)
_CHALLENGE = re.compile(
    r"\b(?:challenge|limitation|problem|issue|bottleneck|drawback|question|obstacle)s?(?: [\w ]{0,30})?: (?=\w)"
)
_TURN = re.compile(
    r"^(?:(?:however|but|yet|unfortunately|nevertheless|nonetheless|moreover|furthermore|in addition|additionally|besides|"
    r"still|in practice|in particular|specifically|as a result|consequently|therefore|thus|hence|on the other hand|"
    r"at the same time|for example|for instance|also|recently|currently|in contrast|critically|worse|even worse|"
    r"importantly|instead|finally|and|because|meanwhile|to date|in reality)\b,?\s+)+",
    re.IGNORECASE,
)
_CONCESSION = re.compile(
    r"^(?:while|although|though|despite|even though|whereas|in spite of|given|due to|as|with|when|if|since) [^;]*?, (?=\w)",
    re.I,
)
_LACKS = re.compile(
    r"\b(?:challeng\w+|difficult\w*|bottlenecks?|limit(?:s|ed|ing|ations?)|suffer\w*|lack(?:s|ing)?|cannot|can not|fails?|"
    r"failure|failed|unable|costly|expensive|prohibitive\w*|inefficien\w+|insufficient\w*|overheads?|degrad\w+|ignor\w+|"
    r"neglect\w*|overlook\w*|poor(?:ly)?|unclear|unexplored|underexplored|unresolved|unsolved|little (?:work|is)|hinder\w*|"
    r"imped\w+|restrict\w*|struggl\w+|hard(?:er)? to|hard|slow(?:er|ly)?|redundan\w+|inaccura\w+|vulnerab\w+|risks?|waste\w*|"
    r"under-?utili[sz]\w+|complicate\w*|complex\w*|inadequa\w+|scarc\w+|remains? (?:an )?(?:open|under|a challeng|limited|"
    r"largely|poorly)|open (?:problem|question)|not (?:well|yet|been|be|optimized|scale|fully|reproducible|consider|"
    r"generali[sz]e)|no (?:existing|prior|access|single|work|established)|none of|without|at the (?:cost|expense) of|"
    r"sacrific\w+|diminish\w*|burden\w*|gap|missing|demanding|heav(?:y|ily)|rarely|instabil\w+|unstable|noisy|"
    r"infeasible|impractical|problem(?:s|atic)?|threat\w*|disease|mortality|requires? (?:constructing|a|an|large|substantial|"
    r"significant|extensive)|doubtful|crucial|impossible|never|bias(?:es|ed)?|drawbacks?|shortcomings?|harmful|loss of|"
    r"over-?fit\w*|hallucinat\w+|mismatch\w*)\b",
    re.IGNORECASE,
)
_STRONG_LACK = re.compile(
    r"\b(?:challeng\w+|bottlenecks?|limitations?|suffer\w*|lack(?:s|ing)?|cannot|fails?|unable|prohibitive\w*|inefficien\w+|"
    r"insufficient\w*|unresolved|struggl\w+|hinder\w*|unclear|unexplored|poor(?:ly)?|difficult\w*|costly|missing)\b",
    re.I,
)
_DANGLING = re.compile(
    r"^(?:this|these|those|such|it|its|they|their|that|here|there|both|we|our|the (?:latter|former|above|proposed|same)|one|"
    r"he|she|most of (?:them|these)|many of (?:them|these)|some of (?:them|these)|doing so|each|all)\b",
    re.IGNORECASE,
)
_BARE_WORKS = re.compile(
    r"^(?:most |many |some |all |several )?(?:(?:existing|recent|current|prior|previous|earlier|traditional|conventional|past|available|other) )+"
    r"(?:approaches|methods|works?|solutions|techniques|studies|research|systems|models|efforts|literature)\b(?! (?:for|to|on|in|of|such|that))",
    re.IGNORECASE,
)
_OUR_DOING = re.compile(r"\b(?:we|our|this paper|this work|this article|proposed|outperform\w*|ours)\b", re.IGNORECASE)


def problems(sentence: str, context: Context) -> Iterator[Clause]:
    """Noun phrases and clauses for what was hard or missing."""
    sentence = without_citations(sentence)
    for match in _AGAINST.finditer(sentence):
        phrase = trim(re.split(r"\b(?:we|this paper|by \w+ing)\b", match["np"])[0])
        if not _DANGLING.match(phrase) and len(phrase.split()) >= 3:
            yield Clause("problem", phrase, 3.2 - _looseness(phrase))
    for match in _PROBLEM_OF.finditer(sentence):
        phrase = trim(match["np"])
        if not _DANGLING.match(phrase):
            yield Clause("problem", phrase, 2.2 - _looseness(phrase))
    if match := _CHALLENGE.search(sentence):
        yield from _complaint(sentence[match.end() :], 1.0)
    rest = _TURN.sub("", sentence)
    turned = rest != sentence
    if match := _CONCESSION.match(rest):
        yield from _complaint(rest[match.end() :], 0.6 + 0.8 * turned)
    else:
        for piece in re.split(
            r"(?<=\w), (?:but|yet|however,?|while|whereas) |; (?:however, )?|\bbut (?=\w+ \w+ )", rest
        ):
            yield from _complaint(piece, 1.0 * turned)
    if match := re.search(r"\bto ((?!the |a |an |our |this |be |these |its )[a-z]+ [^,;.]{15,})", sentence):
        if re.search(rf"\b(?:{_OWN})\b", sentence[: match.start()], re.IGNORECASE):
            yield Clause("problem", trim(match[1]), 0.9 - _looseness(match[1]), purpose=True)


def _complaint(clause: str, bonus: float) -> Iterator[Clause]:
    clause = _TURN.sub("", clause.strip()).rstrip(".")
    lacks = _LACKS.findall(clause)
    if not lacks or _DANGLING.match(clause) or _OUR_DOING.search(clause) or not re.match(r"[\w\"“]", clause):
        return
    shown = trim(clause, keep=_LACKS)
    if len(shown.split()) < 5 or not _LACKS.search(shown):
        return
    score = 1.4 + bonus + 0.4 * bool(_STRONG_LACK.search(shown)) + 0.1 * min(3, len(lacks))
    yield Clause("problem", shown, score - _looseness(shown), finite=True)


def _looseness(phrase: str) -> float:
    """How much a phrase leans on what stood before it."""
    loose = 0.7 * len(
        re.findall(r"\b(?:this|these|those|such (?!as)|its|their|they|it|above)\b", phrase, re.IGNORECASE)
    )
    return loose + 1.2 * bool(_BARE_WORKS.match(phrase))


# --- effect -----------------------------------------------------------------------------------------

_RESULT_NUMBER = re.compile(
    r"(?:\d[\d.,]*\s?(?:[–-]\s?\d[\d.,]*\s?)?(?:×|x\b|%|percent\b|-?fold\b|times\b|(?:percentage )?points?\b|dB\b|tok(?:en)?s?/s|"
    r"tokens per second|orders? of magnitude|ms\b|FPS\b|Petaflops|BLEU|F1|min\b|hours?\b)|[×∼~]\s?\d|"
    r"\b(?:two|three|four|five|ten|an?|several) orders? of magnitude|\b(?:doubl|tripl|halv)(?:es?|ed|ing)\b)",
    re.IGNORECASE,
)
_GAINS = re.compile(
    r"\b(?:achiev\w+|outperform\w*|improv\w+|reduc\w+|surpass\w*|obtain\w*|increas\w+|accelerat\w+|attain\w*|enabl\w+|exceed\w*|"
    r"speed-?ups?|faster|better|superior\w*|state[- ]of[- ]the[- ]art|competitive|comparable|match(?:es|ed)|preserv\w+|decreas\w+|"
    r"gains?|effective(?:ness|ly)?|won|validat\w+|robust\w*|lower|higher|yield\w*|deliver\w*|save[sd]?|"
    r"scal(?:es|able)|outstanding|significantly|successfully|discover\w*|found|suitable|mitigat\w+|accurate(?:ly)?)\b",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"\b(?:show|demonstrat|indicat|reveal|suggest|confirm|find|found|verif|prov|report|observ|conclud|establish|identif|discover|illustrat)\w* "
    r"(?:\w+ly )?that (?=\w)"
)
_ACHIEVES = re.compile(
    r"\b(?:achiev(?:es?|ed|ing)|obtain(?:s|ed|ing)?|attain(?:s|ed|ing)?|deliver(?:s|ed|ing)?|yield(?:s|ed|ing)?|reach(?:es|ed|ing)?|"
    r"provid(?:es|ing)|result(?:s|ed|ing)? in|leads? to|leading to) (?=\S)"
)
_NOT_A_RESULT = re.compile(
    r"\b(?:code|source|software|available at|publicly available|open-sourc\w+|https?:|github|remainder|rest of (?:the|this)|section \d|organi[sz]ed|we release|"
    r"released|doi|license|future work|in this (?:paper|section))\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:remarkably|notably|moreover|furthermore|in addition|additionally|finally|importantly|overall|specifically|"
    r"in particular|as a result|consequently|also|besides|for example|for instance|meanwhile|thus|therefore|hence|crucially|"
    r"last but not the? least|in summary|further|here|key results|surprisingly|interestingly|however)\b[,:]?\s+)+",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"^(?:it|they|this|these|we|our|its|their|the proposed|that|such)\b", re.IGNORECASE)


def effects(sentence: str, context: Context) -> Iterator[Clause]:
    """Noun phrases and clauses for what came out."""
    sentence = _LEAD.sub("", without_citations(sentence)).rstrip(".")
    if _NOT_A_RESULT.search(sentence):
        return
    own = bool(re.search(r"\b(?:we|our|proposed|experiments?|results?|evaluations?|simulations?)\b", sentence, re.I))
    own = own or bool(context.name and context.name in sentence)
    shown = _SHOWN.search(sentence)
    clause = sentence[shown.end() :] if shown else sentence
    if not _GAINS.search(clause) and not _RESULT_NUMBER.search(clause) and not shown:
        return
    base = 0.8 * own + 0.9 * bool(shown)
    for match in _ACHIEVES.finditer(clause):
        phrase = trim(clause[match.end() :], keep=_RESULT_NUMBER)
        if len(phrase.split()) >= 4 and not _PRONOUN.match(phrase):
            yield Clause("effect", phrase, base + 0.3 + _gain(phrase, clause) - 0.4 * _looseness(phrase))
    for piece in _coordinates(clause):
        whole = trim(piece, keep=_RESULT_NUMBER)
        if len(whole.split()) >= 5 and re.match(r"[\w\"“∼~]", whole):
            leaning = 0.4 * bool(_PRONOUN.match(whole)) + 0.3 * _looseness(_PRONOUN.sub("", whole))
            yield Clause("effect", whole, base + _gain(whole, clause) - leaning, finite=True)


def _coordinates(clause: str) -> list[str]:
    """The clause, and its second half where that can stand alone."""
    clause = re.sub(
        r"^(?:when|compared (?:to|with)|under|on|in|with|for|across|among|as|through|by|using|while|despite) [^,]{3,90}, (?=\w)",
        "",
        clause,
        flags=re.I,
    )
    halves = re.split(r"(?:; (?:\([ivx]+\) )?|, and |: )(?=(?:our|the|we|it|[A-Z]\w+)\b)", clause)
    return [clause, *halves[1:]] if len(halves) > 1 else [clause]


def _gain(shown: str, clause: str) -> float:
    """A number that the clause has and the excerpt lost is worth nothing."""
    number = 2.5 * bool(_RESULT_NUMBER.search(shown)) + 0.3 * (len(_RESULT_NUMBER.findall(shown)) > 1)
    return number + 0.9 * bool(_GAINS.search(shown)) + 0.02 * min(20, len(shown.split()))


# --- trimming ---------------------------------------------------------------------------------------

_STRONG_END = re.compile(
    r"[,;:]\s|\s[—–-]+\s|—|\s(?=(?:that|which|where|while|whereas|thereby|because|although|such as|so that|without)\s)"
)
_WEAK_END = re.compile(
    r"\s(?=(?:by|for|with|to|using|via|from|on|in|at|under|over|and|or|as|through|across|during|when|if|of|between|than|into|among|based|compared)\s)"
)
_OPEN_END = re.compile(
    r"(?:[\s,;:(—–-]+(?:and|or|but|a|an|the|of|to|for|with|by|in|on|at|from|as|that|which|while|where|is|are|was|were|be|via|than|"
    r"using|such|its|their|our|this|these|both|either|more|most|very|not|into|over|under|between|e\.g\.?|i\.e\.?|also|can|may|will|has|have|"
    r"thereby|including|when|if|who|whose|it|we|they|only|even|each|all|any|some|other))+[\s,;:(—–-]*$",
    re.IGNORECASE,
)


def trim(clause: str, keep: re.Pattern[str] | None = None) -> str:
    """The clause cut to LONGEST words where it can be cut; what ``keep`` finds stays in where that is possible."""
    clause = re.sub(r"\s+", " ", clause).strip().rstrip(".,;:")
    if len(clause.split()) <= LONGEST:
        return _closed(clause)
    needed = 0
    if keep and (match := keep.search(clause)):
        needed = match.end()
        if len(clause[:needed].split()) > LONGEST:  # too far in: begin later
            starts = [m.end() for m in _STRONG_END.finditer(clause, 0, match.start())]
            starts = [s for s in starts if len(clause[s:needed].split()) <= LONGEST]
            if not starts:
                return _closed(" ".join(clause.split()[:LONGEST]))
            tail = re.sub(r"^(?:and|but|which|that|while|thereby|where)\s+", "", clause[starts[0] :])
            return trim(tail, keep)
    for ends, least in ((_STRONG_END, 8), (_WEAK_END, 5)):
        fits = [
            m.start()
            for m in ends.finditer(clause, needed)
            if least <= len(clause[: m.start()].split()) <= LONGEST and _balanced(clause[: m.start()])
        ]
        if fits:
            return _closed(clause[: fits[-1]])
    return _closed(" ".join(clause.split()[:LONGEST]))


def _balanced(words: str) -> bool:
    return words.count("(") == words.count(")") and words.count("“") == words.count("”") and words.count('"') % 2 == 0


def _closed(words: str) -> str:
    """Without a dangling last word and without a bracket that never closes."""
    words = _OPEN_END.sub("", words.strip())
    if words.count("(") > words.count(")"):
        words = words[: words.rfind("(")]
    if words.count(")") > words.count("(") and words.endswith(")"):
        words = words[:-1]
    words = words.rstrip(" ,;:.—–-")
    return _OPEN_END.sub("", words)
