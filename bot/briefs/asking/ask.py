"""Puts a paper into a prompt. Pure.

The prompt is the file ``prompts/brief-1.md``; its name is kept with each brief. The paper's text is chosen for the
purpose (abstract, contributions, main results, conclusion) and marked as data.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from bot.briefs.brief import LENGTHS, plain
from bot.briefs.excerpts.effects import tells_result
from bot.briefs.excerpts.techniques import tells_technique
from bot.briefs.passages import Passage, abstract, part, passages
from bot.briefs.sentences import split
from bot.models import SLOTS, Fault, FullText, Language, Paper
from bot.visible import visible

Message = Mapping[str, str]

PROMPT_VERSION = "brief-1"

LARGEST_TEXT = 13_000
"""Characters of the paper in a prompt: under 5,000 tokens with the instructions, at 3.6 characters of English each."""
_CJK_WEIGHT = 3.5
"""A Chinese character takes about as many tokens as this many Latin letters."""
# Characters by part; what one leaves unused is not given to another, so that most prompts stay far below the largest.
_SHARES = {"abstract": 2_600, "introduction": 2_000, "results": 1_200, "conclusion": 1_300}

_LANGUAGE = {"zh": "Chinese (中文)", "en": "English"}
_FRAME = {
    "zh": "使用{technique}技术，解决了{problem}问题，达成了{effect}效果。",
    "en": "…, which uses {technique} to solve {problem}, achieving {effect}.",
}
_INSTITUTIONS = {
    "zh": 'a list of objects {"name": an organisation of the authors exactly as printed, "zh": its established '
    "Chinese name}, at most six; universities, companies and institutes, not departments or cities.",
    "en": "a list of the authors' organisations exactly as printed, at most six; universities, companies and "
    "institutes, not departments or cities.",
}


def schema(language: Language) -> dict[str, Any]:
    """The JSON schema of a reply, closed and with all keys required as strict providers want it."""
    texts = {name: {"type": "string"} for slot in SLOTS for name in (slot, f"{slot}_quote")}
    named: dict[str, Any] = {"type": "string"}
    if language == "zh":
        pair = {"name": {"type": "string"}, "zh": {"type": "string"}}
        named = {"type": "object", "properties": pair, "required": list(pair), "additionalProperties": False}
    fields = texts | {"institutions": {"type": "array", "items": named}}
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


# --- the prompt -------------------------------------------------------------------------------------


@cache
def _template() -> str:
    return resources.files("bot.briefs.asking").joinpath("prompts", f"{PROMPT_VERSION}.md").read_text(encoding="utf-8")


def messages(paper: Paper, text: FullText | None, language: Language) -> list[Message]:
    """The question about a paper: instructions, then the paper as data."""
    bounds = LENGTHS[language]
    unit = {"zh": "characters", "en": "words"}[language]
    lengths = ", ".join(f"{slot} {low} to {high} {unit}" for slot, (low, high) in bounds.items())
    facts = {
        "institutions": _INSTITUTIONS[language],
        "frame": _FRAME[language],
        "language": _LANGUAGE[language],
        "lengths": f"Lengths: {lengths}.",
    }
    instructions = re.sub(r"\{(\w+)\}", lambda match: facts[match[1]], _template())
    return [{"role": "system", "content": instructions}, {"role": "user", "content": _data(paper, text)}]


def _data(paper: Paper, text: FullText | None) -> str:
    """The paper between markers that its own text cannot forge, because they are made from it."""
    blocks = [f"Title: {plain(paper.title, 500)}", *(_block(each) for each in choose(paper, text))]
    body = "\n\n".join(blocks)
    marker = f"paper-{hashlib.sha256(body.encode()).hexdigest()[:12]}"
    return f"<{marker}>\n{body}\n</{marker}>\n\nReturn the JSON object about this paper."


def _block(passage: Passage) -> str:
    return f"[page {passage.page or 1}, {passage.kind}]\n{visible(passage.text)}"


def choose(paper: Paper, text: FullText | None) -> list[Passage]:
    """The passages a model gets to read, in the order of the pages, at most LARGEST_TEXT characters in all."""
    found = passages(text) if text else []
    chosen = [Passage("abstract", 1, _cut(_joined(abstract(paper, found)), _SHARES["abstract"]))]
    kinds = {passage.kind for passage in found}
    if text is None:
        pass
    elif {"introduction", "conclusion"} & kinds and chosen[0].text:
        header = next(part(found, "header"), None)
        chosen[:0] = [Passage("header", header.page, _cut(_joined(header.text), 500))] if header else []
        chosen += _telling(part(found, "introduction"), _SHARES["introduction"], tells_technique)
        chosen += _telling(part(found, "results"), _SHARES["results"], tells_result)
        chosen += _opening(part(found, "conclusion"), _SHARES["conclusion"])
    else:
        pages = [Passage("text", number, _joined(page)) for number, page in enumerate(text.pages[:2], start=1)]
        known = len(chosen[0].text) if chosen[0].text else 0
        chosen += _opening(pages, LARGEST_TEXT - known - 1_500)
    return [passage for passage in chosen if passage.text]


def _telling(found: Iterable[Passage], share: int, tells: Callable[[str], bool]) -> list[Passage]:
    """The sentences that tell, with the one that follows each, as far as the share goes."""
    kept: list[Passage] = []
    for passage in found:
        sentences = split(passage.text)
        telling = [number for number, words in enumerate(sentences) if tells(words)]
        wanted = sorted({n + more for n in telling for more in (0, 1) if n + more < len(sentences)})
        words = _cut(" ".join(sentences[number] for number in wanted), share)
        share -= _weight(words)
        if words:
            kept.append(Passage(passage.kind, passage.page, words))
        if share < 200:
            break
    return kept


def _opening(found: Iterable[Passage], share: int) -> list[Passage]:
    kept: list[Passage] = []
    for passage in found:
        words = _cut(_joined(passage.text), share)
        share -= _weight(words)
        if words:
            kept.append(Passage(passage.kind, passage.page, words))
        if share < 200:
            break
    return kept


def _joined(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _weight(text: str) -> int:
    return int(len(text) + (_CJK_WEIGHT - 1) * len(re.findall(r"[\u3400-\u9fff]", text)))


def _cut(text: str, share: int) -> str:
    """As many whole sentences from the start as the share allows."""
    if _weight(text) <= share:
        return text
    kept = ""
    for words in split(text):
        longer = f"{kept} {words}".strip()
        if _weight(longer) > share:
            break
        kept = longer
    return kept or text[: max(0, int(share / _weight(text) * len(text)))]


# --- asking again ---------------------------------------------------------------------------------


def repair(asked: Sequence[Message], answer: str, wrong: Sequence[str]) -> list[Message]:
    """The question again, with what was wrong about the first answer."""
    named = "\n".join(f"- {each}" for each in wrong[:12])
    again = (
        f"Your answer cannot be used:\n{named}\n\nReturn the whole JSON object once more, with these points put right."
    )
    return [*asked, {"role": "assistant", "content": answer[:4_000]}, {"role": "user", "content": again}]


def spoken(fault: Fault) -> str:
    """A fault of grounding, told to the model."""
    return f'"{fault.slot}": {_SPOKEN.get(fault.kind, fault.kind)} ({plain(fault.what, 120)})'


_SPOKEN = {
    "number": "this number is not proven by the quote of the slot",
    "unit": "this number has another unit or direction in the quote",
    "change": "mind by how much a thing changed and what it came to",
    "bound": "the quote does not bound the number like this",
    "name": "this name does not stand in the paper",
    "institution": "this institution does not stand in the paper",
    "quote": "the quote must be copied letter by letter from the paper",
    "language": "this is not in the language asked for",
    "length": "the length is wrong",
    "copy": "this is copied from the paper; say it in your own words",
    "filler": "these words say nothing",
    "missing": "the slot says nothing",
    "repeated": "the slot repeats another",
    "pronoun": "it begins with a pronoun that points nowhere",
    "frame": "the sentence around the slot says this word already",
    "markup": "no markup, links or invisible characters",
    "injection": "the slot must report what the paper did, and nothing else",
    "sentence": "one phrase, not several sentences or lines",
}
