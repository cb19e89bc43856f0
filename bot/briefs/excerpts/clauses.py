"""What a clause of a paper is, and the cues by which English ones are found. Pure.

The cues are those of scientific prose (``excerpts.toml``): who proposes what, what fails or lacks, what was shown.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from bot.briefs.sentences import without_citations
from bot.models import Slot


@dataclass(frozen=True, slots=True)
class Clause:
    """An excerpt that may fill a slot; the higher ``score``, the better. What scores below 1 says too little."""

    slot: Slot
    words: str
    """Verbatim but for citation marks and ``referent``."""
    score: float
    finite: bool = False
    """It has a subject and a verb of its own, so that a lead-in must carry it: "the problem that …"."""
    purpose: bool = False
    """It is a bare verb phrase: "the problem of how to …"."""
    inquiry: str = ""
    """It is what was looked at, and this is how: "an analysis of …"."""
    referent: str = ""
    """Words of the sentence before that stand in ``words`` for "these …", which points at them."""
    spare: bool = False
    """No cue spoke for it, or a weak one: some sentence of the paper, better than none."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the clauses of one paper are judged by."""

    name: str
    """What the paper calls its own work, read from its title; empty when the title names nothing."""
    title_words: frozenset[str]
    survey: bool = False
    """It reports on the work of others."""


@cache
def _cues(language: str) -> dict[str, list[str]]:
    source = resources.files("bot.briefs.excerpts").joinpath("excerpts.toml")
    tables: dict[str, dict[str, list[str]]] = tomllib.loads(source.read_text(encoding="utf-8"))
    return tables[language]


def either(language: str, *keys: str) -> str:
    """A group that matches any cue of the lists ``keys``."""
    return f"(?:{'|'.join(cue for key in keys for cue in _cues(language)[key])})"


@cache
def pattern(form: str) -> re.Pattern[str]:
    """A pattern in which ``<key>`` stands for any cue of that English list, as whole words."""
    filled = re.sub(r"(?<!\?P)<(\w+)>", lambda match: rf"(?<![\w-]){either('en', match[1])}(?![\w-])", form)
    return re.compile(filled, re.IGNORECASE)


# --- what stands before and around a clause ----------------------------------------------------------

TURN = r"^(?:<turns>,?\s+)+"
_SURVEY = (
    r"\b(?:this|the present|our) (?:\w+ )?<survey>\b"
    r"|^an? (?:[\w-]+ ){0,3}<survey> (?:of|on)\b|: an? (?:[\w-]+ ){0,3}<survey>$"
)
_OWN_WORK = r"<own>|\bour\b|^the (?:method|approach|network|algorithm|technique|framework) (?:is|was|can|has)\b"
# A verb that can carry a clause, as far as its form shows one.
_VERB = (
    r"\b(?:is|are|was|were|has|have|had|do|does|did|can|cannot|could|may|might|will|would|must|should|remains?|suffers?|"
    r"lacks?|fails?|[a-z]{3,}(?:s|ed) (?:the|an?|to|from|that|more|less|better|well|as|\w+ly))\b"
)
_BARE_WORKS = (
    r"^(?:(?:most|many|some|all|several|the) )?(?:(?:existing|recent|current|prior|previous|earlier|"
    r"traditional|conventional|past|available|other) )+"
    r"(?:approach|method|work|solution|technique|stud|research|system|model|effort|literature)\w*\b"
    r"(?! (?:for|to|on|in|of|such|that|\w+ing))"
)


def without_turn(sentence: str) -> str:
    """Without the "However," that ties a sentence to the one before."""
    return pattern(TURN).sub("", plain_prose(sentence))


def has_verb(clause: str) -> bool:
    """Whether a clause that was cut seems to have kept its verb."""
    return bool(re.search(_VERB, clause))


def unbound(sentence: str) -> str:
    """The same where it breaks off into a main clause: "As caches are costly, it is crucial to …" is one of these."""
    return re.sub(r"^(?:As|Since|Because) (?=.{20,}, it is \w+ (?:to|that)\b)", "", without_turn(sentence))


def promises(sentence: str) -> bool:
    """Whether the sentence speaks of code, plans or the paper's plan, which are no results."""
    return bool(pattern("<no_result>").search(sentence))


def tells_lack(sentence: str) -> bool:
    """Whether the sentence says that something is hard or missing."""
    return bool(pattern("<lacks>").search(sentence))


def tells_survey(text: str) -> bool:
    """Whether a title, or a text that speaks of itself, calls the paper a survey."""
    return bool(pattern(_SURVEY).search(text))


def tells_own(sentence: str) -> bool:
    """Whether the sentence speaks of the paper's own work."""
    return bool(pattern(_OWN_WORK).search(sentence))


def plain_prose(sentence: str) -> str:
    """Without reference marks and without the heading that a structured abstract runs into its sentence."""
    return pattern(r"^<run_in>[:.]?\s+(?-i:(?=[A-Z]))").sub("", without_citations(sentence))


def names(context: Context, words: str) -> bool:
    """Whether the paper's own name stands in ``words``, however it is hyphenated."""
    name = re.sub(r"[\W_]", "", context.name).lower()
    return bool(name) and bool(
        re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z])", re.sub(r"[-–_]", "", words.lower()))
    )


# Words that stand in no plain noun phrase.
_NOT_INSIDE = (
    r"(?:we|our|us|this|these|those|it|they|there|to|in|on|at|for|from|of|with|by|and|or|as|is|are|was|were|has|have|"
    r"can|when|while|if|since|because|that|which)\b"
)


def resolved(sentence: str, before: str, text: str) -> tuple[str, str]:
    """``sentence`` with what "these models" are where the one before opens so, and these words; else as it is."""
    sentence = plain_prose(sentence)
    for match in re.finditer(r"\b[Tt]hese ([a-z]{3,}s)\b", sentence):
        opening = re.match(rf"((?:(?!(?i:{_NOT_INSIDE}))[\w-]+ ){{1,3}}{match[1]})\b(?! of\b)", without_turn(before))
        if opening:
            words = opening[1]
            first = words.split()[0].lower()
            if match.start() > 0 and re.search(rf"(?<![\w-]){re.escape(first)}(?![\w-])", text):
                words = words[:1].lower() + words[1:]
            return sentence[: match.start()] + words + sentence[match.end() :], words
    return sentence, ""


def looseness(phrase: str) -> float:
    """How much a phrase leans on what stood before it."""
    loose = 0.7 * len(re.findall(r"\b(?:this|these|those|such (?!as)|they|it|above)\b", phrase, re.IGNORECASE))
    loose += 0.3 * len(re.findall(r"\b(?:its|their)\b", phrase, re.IGNORECASE))
    loose += 0.6 * bool(re.match(r"(?:[\w-]+ ){0,4}(?:its|their)\b", phrase))  # before anything that they could mean
    return loose + 1.2 * bool(pattern(_BARE_WORKS).match(phrase))
