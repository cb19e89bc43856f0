"""Words an excerpt for the frame of a brief: a lead-in, the third person, a small first letter, or marks. Pure."""

from __future__ import annotations

import re

from bot.briefs.excerpts.clauses import Clause, Context, pattern
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
    r"|reduces|achieves|lowers|raises|cuts|saves|shows)\b)"
    r"|this(?= [a-z]+s (?:an?|the|up|to|in|by|that|over|more|\d)\b))(?![’'])",
    re.IGNORECASE,
)


# What was looked at, by how it was: in Chinese the verb stands before the quotation.
_INQUIRIES_ZH = {
    "comparison": "比较",
    "measurement": "测量",
    "evaluation": "评估",
    "analysis": "分析",
    "calculation": "计算",
    "simulation": "模拟",
    "reconstruction": "重建",
    "estimation": "估计",
    "observation": "观测",
    "review": "综述",
    "study": "研究",
}


def worded(clause: Clause, context: Context, text: str) -> str:
    """English in English: our lead-in, and the authors in the third person."""
    words = clause.words if clause.slot == "problem" else _ITSELF.sub(context.name or "the method", clause.words)
    words = _lowered(_third_person(words), context, text)
    if clause.inquiry == "question":
        return f"the question of {words}"
    if clause.inquiry:
        return _inquiry(clause, words)
    if clause.purpose:
        return f"the problem of how to {words}"
    if clause.slot == "problem" and re.match(r"(?:whether|how|why|what|which)\b", words):
        return f"the question of {words}"
    if clause.slot == "effect" and clause.finite and pattern("^(?:is|are|can|<does>)").match(words):
        words = f"{context.name or 'the method'} {words}"
    if clause.slot == "effect" and words.startswith("how "):
        return f"a demonstration of {words}"
    participle = r"(?:\w+ly )?(?:improv|reduc|increas|decreas|achiev|outperform|boost|cutt|rais|lower|accelerat)ing\b"
    if clause.slot == "effect" and re.match(participle, words):
        return f"the result of {words}"
    if clause.finite:
        dependent = clause.slot == "problem" and re.match(r"(?:when|if|as|while|since|because|although)\b", words)
        return (_SPARE_LEADS if clause.spare and not dependent else _LEADS)[clause.slot].format(words)
    return _with_name(words, context) if clause.slot == "technique" else words


def _inquiry(clause: Clause, words: str) -> str:
    return f"{'an' if clause.inquiry[0] in 'aeo' else 'a'} {clause.inquiry} of {words}"


def _with_name(words: str, context: Context) -> str:
    """The method's name before what it is, unless a name stands there already."""
    named = context.name.lower() in words.lower() or re.search(r"\b[A-Z][\w-]* \([A-Z][\w-]*[A-Z0-9]", words)
    return words if not context.name or named or not re.match(r"(?:a|an|the) ", words) else f"{context.name}, {words}"


def _third_person(words: str) -> str:
    words = re.sub(r"^(?:This|These|this|these|Our|our|Such|such) (?=\w+)", "the ", words)
    words = re.sub(r"^(?:They|they)\b(?![’'])", "the methods", words)
    words = re.sub(r"\b(?:[Ww]e|us)\b", "the authors", words)
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


# Who or what a quotation's first word points at, said before the mark.
_POINTED_ZH = {"we": "作者", "our": "其", "its": "其", "their": "其", "this": "该", "these": "这些", "such": "这类"}


def quoted(clause: Clause, context: Context, language: Language) -> str:
    """Verbatim in marks, what "these" are in brackets; a pronoun in front, which would point nowhere, is left out."""
    pronoun = r"(?:(?:it|they|we|our|this|these|such(?! as)|its|their)\b|本文|我们|该|其)\s*"
    words = re.sub(rf"^(?:{pronoun})+", "", clause.words, flags=re.IGNORECASE)
    if clause.referent:
        words = words.replace(clause.referent, f"[{clause.referent}]", 1)
    quoted = _MARKS[language].format(words)
    if language == "en":
        return _inquiry(clause, quoted) if clause.inquiry in _INQUIRIES_ZH else _named(clause, context, quoted, ", ")
    if clause.inquiry in _INQUIRIES_ZH:
        return f"{_INQUIRIES_ZH[clause.inquiry]}{quoted}的"
    if clause.purpose:
        return f"如何{quoted}的"
    if clause.slot == "effect" and _ITSELF.match(clause.words):
        return f"{context.name or '该方法'}{quoted}"
    first = re.match(r"[a-z]+", clause.words, re.IGNORECASE)
    return _named(clause, context, _POINTED_ZH.get(first[0].lower() if first else "", "") + quoted, "")


def _named(clause: Clause, context: Context, quoted: str, between: str) -> str:
    named = clause.slot == "technique" and _with_name(clause.words, context) != clause.words
    return f"{context.name}{between}{quoted}" if named else quoted
