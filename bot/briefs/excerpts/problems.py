"""Finds the clauses of English sentences that tell what was hard or missing. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.briefs.excerpts.clauses import TURN, Clause, Context, looseness, names, pattern, plain_prose, without_turn
from bot.briefs.excerpts.trim import ragged, trim

_AGAINST = (
    r"(?:^|, |and |designed |aims? |helps? |used |able |in order )to (?:\w+ly )?<overcomes>(?: \w+ly)? "
    r"(?P<np>[^,;:]{8,180})"
)
_PROBLEM_OF = r"\b(?P<np>(?:the|an?|this) (?:[\w-]+ ){0,2}<problem_nouns> (?:of|between|that) [^,;:]{10,160})"
_NP_END = r"(?<!that )(?<!which )<verbs>"
_CHALLENGE = r"\b(?:challenge|limitation|problem|issue|bottleneck|drawback|obstacle)s?(?: [\w ]{0,30})?: (?=\w)"
_CONCESSION = r"^<concedes> [^;]*?, (?=\w)"
_LOOKED_AT = r"\b(?:is|are|was|were) (?:\w+ )?(?:explored|discussed|examined|described|analy[sz]ed|reviewed)\b"
_TASK_IS = (
    r"^(?:an?|the|one|another) (?:[\w-]+ ){0,3}(?:challenge|difficulty|problem|task) is to (?P<what>[a-z]+ [^;:]{15,})"
)


def problems(sentence: str, context: Context) -> Iterator[Clause]:
    """Noun phrases and clauses for what was hard or missing."""
    sentence = plain_prose(sentence)
    if sentence.rstrip().endswith("?"):
        return
    for form, score in ((_AGAINST, 3.2), (_PROBLEM_OF, 2.2)):
        for match in pattern(form).finditer(sentence):
            phrase = trim(pattern(_NP_END).split(match["np"])[0])
            if not pattern("^<dangling>").match(phrase) and len(phrase.split()) >= 4 and not re.match(r"\d", phrase):
                yield Clause("problem", phrase, score - looseness(phrase))
    if named := pattern(_CHALLENGE).search(sentence):
        yield from _complaint(sentence[named.end() :], 1.0, context)
    rest = pattern(TURN).sub("", sentence)
    if task := pattern(_TASK_IS).match(rest):
        words = trim(task["what"])
        yield Clause("problem", words, 3.0 - looseness(words), purpose=True)
    turned = 1.0 * bool(pattern(r"^<adversatives>").match(sentence))
    if conceded := pattern(_CONCESSION).match(rest):
        for piece in rest[conceded.end() :].split("; "):
            yield from _complaint(piece, 0.6 + 0.6 * turned, context)
    else:
        joint = r"(?<=\w), (?:but|yet|however,?|while|whereas) |; (?:however, )?|\bbut (?=\w+ \w+ )"
        for piece in re.split(joint, rest):
            yield from _complaint(piece, turned, context)
    yield from _purpose(sentence)


def _complaint(clause: str, bonus: float, context: Context) -> Iterator[Clause]:
    clause = pattern(TURN).sub("", clause.strip()).rstrip(".")
    lacks = pattern("<lacks>").findall(clause)
    if not lacks or pattern("^<dangling>").match(clause) or not re.match(r"[\w\"“]", clause):
        return
    if pattern(_LOOKED_AT).search(clause):
        return
    if pattern(r"\b(?:we|our|this paper|this work|this article|proposed|outperform\w*|ours)\b").search(clause):
        return
    shown = trim(clause, keep=pattern("<lacks>"))
    if len(shown.split()) < 5 or not pattern("<lacks>").search(shown) or pattern("^<dangling>").match(shown):
        return
    strong = bool(pattern("<strong_lacks>").search(shown))
    score = 1.4 + bonus + 0.4 * strong + 0.1 * min(3, len(lacks)) - 0.6 * ragged(shown, clause)
    if names(context, shown) or (not strong and pattern("<gains>").search(shown)):
        score -= 1.5  # it tells of the paper's own work
    yield Clause("problem", shown, score - looseness(shown), finite=True)


def _purpose(sentence: str) -> Iterator[Clause]:
    """What the paper wants to do, where nothing is said to be hard: "the problem of how to …"."""
    aim = r"(?P<verb>\w+)(?: ?,)? to ((?!the |a |an |our |this |be |these |its |that |which )[a-z]+ [^,;.]{15,})"
    match = re.search(aim, sentence)
    if (
        match
        and not pattern("^<leans_to>$").match(match["verb"])
        and pattern("<own>").search(sentence[: match.start()])
    ):
        words = trim(re.split(r"[:;]", match[2])[0])
        yield Clause("problem", words, 1.1 - looseness(words), purpose=True)


_POINTS_BACK = r"^to (?:\w+ly )?<overcomes>(?: \w+ly)? (?:this|these|such|the above|the aforementioned|it|them)\b"


def posed(sentence: str, following: str) -> Iterator[Clause]:
    """A whole sentence as the problem, when the next one sets out "to overcome this"."""
    rest = pattern(r"^(?:<settings>|to) [^,]{3,120}, (?!but |and |or |which )(?=\w)").sub("", without_turn(sentence))
    if pattern(_POINTS_BACK).match(plain_prose(following)) and not pattern("^<dangling>").match(rest):
        words = trim(rest)
        yield Clause("problem", words, 2.4 - looseness(words), finite=True)
