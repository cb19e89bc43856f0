"""Finds the clauses of English sentences that tell what was hard or missing. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.briefs.excerpts.clauses import (
    TURN,
    Clause,
    Context,
    has_verb,
    looseness,
    names,
    pattern,
    plain_prose,
    tells_own,
    without_turn,
)
from bot.briefs.excerpts.trim import ragged, trim

_AGAINST = (
    r"(?:^|, |and |designed |aims? |helps? |used |able |in order )to (?:\w+ly )?<overcomes>(?: \w+ly)? "
    r"(?P<np>[^,;:]{8,180})"
)
_PROBLEM_OF = r"\b(?P<np>(?:the|an?) (?:[\w-]+ ){0,2}<problem_nouns> (?:of|between|that) [^,;:]{10,300})"
_NP_END = r"(?<!that )(?<!which )<verbs>"
_CHALLENGE = r"\b(?:challenge|limitation|problem|issue|bottleneck|drawback|obstacle)s?(?: [\w ]{0,30})?: (?=\w)"
_LEANS = r"(?:none|few|they|these|it|this|their|its)\b"
_CONCESSION = r"^<concedes> (?:[^;()]|\([^)]*\))*?, (?!(?:and|or)\b|[\w -]{2,25},)(?=\w)"
_LOOKED_AT = r"\b(?:is|are|was|were) (?:\w+ )?(?:explored|discussed|examined|described|reviewed|<studied>)\b"
_TASK_IS = (
    r"^(?:an?|the|one|another) (?:[\w-]+ ){0,3}(?:challenge|difficulty|problem|task) is to (?P<what>[a-z]+ [^;:]{15,})"
)


def problems(sentence: str, context: Context) -> Iterator[Clause]:
    """Noun phrases and clauses for what was hard or missing."""
    sentence = plain_prose(sentence)
    yield from _asked(sentence)
    for form, score in ((_AGAINST, 3.2), (_PROBLEM_OF, 2.2)):
        for match in pattern(form).finditer(sentence):
            phrase = trim(pattern(_NP_END).split(match["np"])[0])
            if not pattern("^<dangling>").match(phrase) and len(phrase.split()) >= 4 and not re.match(r"\d", phrase):
                yield Clause("problem", phrase, score - looseness(phrase))
    if sentence.rstrip().endswith("?"):
        return
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
        first, *others = re.split(joint, rest)
        for piece in (first, *others):
            yield from _complaint(piece, turned, context)
        if any(pattern(_LEANS).match(piece) for piece in others):  # "…; however, none of them …" needs its first half
            yield from _complaint(rest, 1.0, context)
    yield from _purpose(sentence)


# A question that is not asked but told of: "it is unclear whether …", "this paper examines how …".
_ASKED = (
    r"(?:\b(?:<own>|it|and) (?:<adverbs> )*(?:<studies>|asks?(?:ed)?)|<open>(?: (?:is|are|remains?))?|"
    r"(?:^|,|\bof|\bon|\babout)(?= how to )|"
    r"\bto (?:\w+ly )?(?:understand|determine|clarify|find out|investigate|explore|learn|test|examine|assess|study)) "
    r"(?P<what>(?:whether|how|why|what|which) [^;:?]{20,})"
)


# "How caches age is a fundamental question".
_POSED_FIRST = (
    r"^(?P<what>(?:how|whether|why) [^,;:?]{15,120}?) (?:is|are|remains?) "
    r"(?:(?:still |yet |largely |poorly |not |a |an |one |the )|<open>)"
)
_LOOKED_INTO = (
    r"<own> (?:<adverbs> )*(?:<studies>) (?P<what>the (?:[\w-]+ ){0,2}"
    r"(?:relation|role|effect|impact|influence|evolution|origin|nature|dependence|distribution|mechanism|structure|propert|"
    r"behaviou?r|interplay|link|connection|consequence|extent)\w*\b[^,;:]{8,})"
)


def _asked(sentence: str) -> Iterator[Clause]:
    """Indirect questions, and what was looked into: "the question of how …"."""
    if first := pattern(_POSED_FIRST).match(sentence):
        yield Clause("problem", trim(first["what"]), 2.4)
    if looked := pattern(_LOOKED_INTO).search(sentence):
        words = trim(re.split(r" (?:using|by means of|with the help of) ", looked["what"])[0])
        yield Clause("problem", words, 1.6 - looseness(words), inquiry="question")
    for match in pattern(_ASKED).finditer(sentence):
        words = trim(match["what"])
        if len(words.split()) >= 5:
            yield Clause("problem", words, 2.6 - looseness(words))


def _complaint(clause: str, bonus: float, context: Context) -> Iterator[Clause]:
    clause = pattern(TURN).sub("", clause.strip()).rstrip(".")
    lacks = pattern("<lacks>").findall(clause)
    if not lacks or pattern("^<dangling>").match(clause) or not re.match(r"[\w\"“]", clause):
        return
    of_its_own = tells_own(clause) or pattern(r"\b(?:ours|the proposed|outperform\w*)\b").search(clause)
    if of_its_own or pattern(_LOOKED_AT).search(clause):
        return
    shown = trim(clause, keep=pattern("<lacks>"))
    if len(shown.split()) < 5 or not pattern("<lacks>").search(shown) or pattern("^<dangling>").match(shown):
        return
    if len(shown) < len(clause) and not has_verb(shown):
        return
    strong = bool(pattern("<strong_lacks>").search(shown))
    score = 1.4 + bonus + 0.4 * strong + 0.1 * min(3, len(lacks)) - 0.6 * ragged(shown, clause)
    if names(context, shown) or (not strong and pattern("<gains>").search(shown)):
        score -= 1.5  # it tells of the paper's own work
    yield Clause("problem", shown, score - looseness(shown), finite=True)


_FIRST_AIM = r"^(?:in order )?to (?P<what>(?!<overcomes>|this|these|that)[a-z]+ [^,;:]{12,}?),? (?:<own>|here|and to)\b"
# "Objective: to test …", "the aim of this study was to test …".
_STATED_AIM = (
    r"(?:^|\b(?:aim|goal|purpose|objective)s? of <own> (?:is|was|are|were) )"
    r"to (?P<what>(?!<overcomes>)[a-z]+ [^;:]{12,})$"
)


def _purpose(sentence: str) -> Iterator[Clause]:
    """What the paper wants to do, where nothing is said to be hard: "the problem of how to …"."""
    if first := pattern(_FIRST_AIM).match(sentence):
        words = trim(first["what"])
        yield Clause("problem", words, 1.3 - looseness(words), purpose=True)
    stated = pattern(_STATED_AIM).search(sentence.rstrip("."))
    # Not "to test pumps, efforts must be made", which goes on behind the aim.
    if stated and not tells_own(stated["what"]) and not any(map(has_verb, stated["what"].split(", ")[1:])):
        words = trim(stated["what"])
        yield Clause("problem", words, 2.2 - looseness(words), purpose=True)
    aim = r"(?P<verb>\w+)(?: ?,)? to ((?!the |a |an |our |this |be |these |its |that |which )[a-z]+ [^,;.]{15,})"
    match = re.search(aim, sentence)
    if (
        match
        and not pattern("^<leans_to>$").match(match["verb"])
        and pattern(r"(?<!which )<own>[^:;]*$").search(sentence[: match.start()])
    ):
        words = trim(re.split(r"[:;]", match[2])[0])
        yield Clause("problem", words, 1.1 - looseness(words), purpose=True)


_POINTS_BACK = r"^to (?:\w+ly )?<overcomes>(?: \w+ly)? (?:this|these|such|the above|the aforementioned|it|them)\b"
# "However, this assumption may not hold", where the assumption has just been named.
_TAKES_BACK = r"^<adversatives>[^;:]*?\b(?:this|these|such) (?P<noun>[a-z]{4,})\b[^;:]*<lacks>"


def posed(sentence: str, following: str) -> Iterator[Clause]:
    """A whole sentence as the problem, when the next one sets out "to overcome this"."""
    rest = pattern(r"^(?:<settings>|to) [^,]{3,120}, (?!but |and |or |which )(?=\w)").sub("", without_turn(sentence))
    following = plain_prose(following)
    taken_back = pattern(_TAKES_BACK).match(following)
    named = taken_back and re.search(rf"\b{taken_back['noun']}\b", rest)
    if (named or pattern(_POINTS_BACK).match(following)) and not pattern("^<dangling>").match(rest):
        words = trim(rest)
        yield Clause("problem", words, 2.4 - looseness(words), finite=True)
