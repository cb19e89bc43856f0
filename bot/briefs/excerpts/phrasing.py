"""Words an excerpt for the frame of a brief: a lead-in, the third person, a small first letter, or marks. Pure."""

from __future__ import annotations

import re

from bot.briefs.excerpts.clauses import Clause, Context
from bot.models import Language, Slot

_MARKS: dict[Language, str] = {"zh": "「{}」", "en": "“{}”"}
_LEADS: dict[Slot, str] = {
    "technique": "the approach that {}",
    "problem": "the problem that {}",
    "effect": "the result that {}",
}
# The same for a sentence that no cue spoke for.
_SPARE_LEADS: dict[Slot, str] = {
    "technique": "an approach in which {}",
    "problem": "a problem where {}",
    "effect": "the result that {}",
}
# A pronoun that stands for the method; before a noun, "this" points at something else.
_ITSELF = re.compile(
    r"^(?:it\b|this(?= (?:\w+ly )?(?:is|was|can|will|makes|means|leads|gives|allows|enables|yields|results|improves"
    r"|reduces|achieves|lowers|raises|cuts|saves|shows)\b))(?![’'])",
    re.IGNORECASE,
)


def worded(clause: Clause, context: Context, text: str) -> str:
    """English in English: our lead-in, and the authors in the third person."""
    words = _lowered(_third_person(clause.words, context), context, text)
    if clause.purpose:
        return f"the problem of how to {words}"
    participle = r"(?:\w+ly )?(?:improv|reduc|increas|decreas|achiev|outperform|boost|cutt|rais|lower|accelerat)ing\b"
    if clause.slot == "effect" and re.match(participle, words):
        return f"the result of {words}"
    if clause.finite:
        return (_SPARE_LEADS if clause.spare else _LEADS)[clause.slot].format(words)
    return _with_name(words, context) if clause.slot == "technique" else words


def _with_name(words: str, context: Context) -> str:
    """The method's name before what it is, unless a name stands there already."""
    named = context.name.lower() in words.lower() or re.search(r"\b[A-Z][\w-]* \([A-Z][\w-]*[A-Z0-9]", words)
    return words if not context.name or named or not re.match(r"(?:a|an|the) ", words) else f"{context.name}, {words}"


def _third_person(words: str, context: Context) -> str:
    words = _ITSELF.sub(context.name or "the method", words)
    words = re.sub(r"^(?:This|These|this|these|Our|our|Such|such) (?=\w+)", "the ", words)
    words = re.sub(r"^(?:They|they)\b(?![’'])", "the methods", words)
    words = re.sub(r"\b[Ww]e\b", "the authors", words)
    words = re.sub(r"\b[Oo]urs\b", "the authors’", words)
    return re.sub(r"\b[Oo]ur\b", "the", words)


def _lowered(words: str, context: Context, text: str) -> str:
    """A sentence's first word in the middle of ours: a capital stays where it belongs to a name."""
    if re.match(
        r"(?:The|An?|In|On|For|At|By|With|To|These|This|Our"
        r"|(?:Some|Most|Many|Large|Deep|Recent|Existing)(?! [A-Z(]))\b",
        words,
    ):
        return words[:1].lower() + words[1:]
    first = re.match(r"[A-Z][a-z]*(?:-[a-z]+)*(?![\w-])(?! (?:[A-Z]|\())", words)
    if first is None or first[0] == context.name:
        return words
    small = re.search(rf"(?<![\w-]){first[0].lower()}(?![\w-])", text)
    # Behind a heading that the page runs into its text ("Introduction Readers of …") a sentence begins as well.
    named = re.search(rf"(?<![\w-])[a-z][\w-]*,? {first[0]}(?![\w-])", text) or first[0].lower() in context.title_words
    return words[:1].lower() + words[1:] if small or not named else words


def quoted(clause: Clause, context: Context, language: Language) -> str:
    """Verbatim in marks; a pronoun in front, which would point nowhere, is left out."""
    words = re.sub(
        r"^(?:(?:(?:it|they|we|our|this|these|its|their)\b|本文|我们|该|其)\s*)+", "", clause.words, flags=re.IGNORECASE
    )
    quoted = _MARKS[language].format(words)
    if clause.slot == "technique" and _with_name(words, context) != words:
        return f"{context.name}{'' if language == 'zh' else ', '}{quoted}"
    return quoted
