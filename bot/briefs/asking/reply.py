"""Understands a model's answer: from loose talk to a draft, of which nothing is believed yet. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.briefs.brief import plain
from bot.briefs.brief import slot as fitted
from bot.briefs.grounding.ground import locate
from bot.briefs.grounding.names import begun_small
from bot.briefs.grounding.source import plain as source_text
from bot.briefs.grounding.source import source_of, squash
from bot.briefs.sentences import split
from bot.models import SLOTS, Draft, Evidence, FullText, Institution, Language, Paper

_LONGEST_SENTENCE = 600
"""Characters; what is longer runs on, as text without full stops does."""


_LONGEST_CHINESE_NAME = 14
"""Characters; the few organisations with a longer name go by the printed one, or stand in our table."""
# How names of organisations end, those of our table among them; the short names of firms end in anything.
_CHINESE_NAME = re.compile(
    r"[\u3400-\u9fff·]+(?:大学|学院|分校|学校|研究生院|研究院|研究所|研究中心|研究会|研究组|实验室|科学院|技术院|医院|诊所|中心|天文台"
    r"|博物馆|图书馆|公司|集团|银行|基金会|协会|学会|联盟|委员会|组织|机构|研究局|航天局)"
)


class Named(BaseModel):
    """An institution as the model read it, with the Chinese name it proposes."""

    name: str
    zh: str = ""


class Reply(BaseModel):
    """What a model is asked for."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    technique: str = Field(min_length=1)
    technique_quote: str = ""
    problem: str = Field(min_length=1)
    problem_quote: str = ""
    effect: str = Field(min_length=1)
    effect_quote: str = ""
    institutions: list[Named] = []

    @field_validator("institutions", mode="before")
    @classmethod
    def _loosely(cls, value: object) -> object:
        """Names alone will do, and so will one name; what is no name at all is passed over."""
        if isinstance(value, str):
            value = [value] if value.strip() else []
        if not isinstance(value, list):
            return []
        named = ({"name": each} if isinstance(each, str) else each for each in value[:12])
        texts = ({k: v for k, v in each.items() if isinstance(v, str)} for each in named if isinstance(each, dict))
        return [each for each in texts if "name" in each]


def understand(answer: str) -> tuple[Reply | None, list[str]]:
    """The reply in a model's answer, or what is wrong with it, a line each."""
    found = json_object(answer)
    if found is None:
        return None, ["there is no JSON object in the answer"]
    try:
        return Reply.model_validate(found), []
    except ValidationError as error:
        return None, [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]


def json_object(text: str) -> dict[str, Any] | None:
    """The JSON object in an answer, None when there is none: out of a code fence, out of talk around it, after a
    model's thinking aloud, with trailing commas or raw line breaks.
    """
    text = re.sub(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|$)", "", text[:50_000], flags=re.DOTALL)
    for start in [match.start() for match in re.finditer(r"\{", text)][:20]:
        body = text[start:]
        for candidate in (body, re.sub(r",(\s*[}\]])", r"\1", body)):
            try:
                found, _ = json.JSONDecoder(strict=False).raw_decode(candidate)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict):
                return found
    return None


def draft_of(reply: Reply, paper: Paper, text: FullText | None, language: Language) -> Draft:
    """The reply as a draft. On which page a quote stands is found by us, and nothing is believed yet."""
    evidence: dict[str, Evidence] = {}
    for slot in SLOTS:
        quote = plain(getattr(reply, f"{slot}_quote")).strip(" \"“”'")
        if quote:
            evidence[slot] = _evidence(quote, paper, text)
    words = {slot: fitted(language, slot, getattr(reply, slot)) for slot in SLOTS}
    if language == "en":
        words = {slot: begun_small(each, source_of(paper, text)) for slot, each in words.items()}
    return Draft(
        **words,
        evidence=evidence,
        institutions=tuple(dict.fromkeys(plain(each.name, 200) for each in reply.institutions if each.name.strip())),
    )


def _evidence(quote: str, paper: Paper, text: FullText | None) -> Evidence:
    page = locate(quote, paper, text)
    return Evidence(quote, page if page is not None else 1)


def whole_sentence(evidence: Evidence, paper: Paper, text: FullText | None) -> Evidence:
    """The sentence of the paper around a quote, for the reader; the quote itself where it crosses sentences or the
    sentence runs on: what the slot rests on must never be cut off.
    """
    if evidence.quote == plain(paper.title):
        return evidence
    page = paper.abstract if evidence.page == 0 else text.pages[evidence.page - 1] if text else ""
    wanted, printed = squash(source_text(evidence.quote)), squash(source_text(page))
    # The abstract first: on a page a heading runs into its first sentence.
    for sentence in (*split(paper.abstract), *split(page)):
        told = squash(source_text(sentence))
        if len(sentence) <= _LONGEST_SENTENCE and wanted in told and told in printed:
            return Evidence(plain(sentence), evidence.page)
    return evidence


def chinese_names(reply: Reply, institutions: Sequence[Institution]) -> dict[str, str]:
    """Chinese names that a model proposes for institutions that have none of their own, by our name of each."""
    wanted = {_letters(each.name): each.name for each in institutions if not each.zh}
    return {
        wanted[_letters(named.name)]: zh
        for named in reply.institutions
        if _letters(named.name) in wanted and (zh := plain(named.zh, 40)) and _is_chinese_name(zh)
    }


def _is_chinese_name(name: str) -> bool:
    """Whether it looks like an organisation's name: nothing else vouches for it, and it is posted as one."""
    return len(name) <= _LONGEST_CHINESE_NAME and _CHINESE_NAME.fullmatch(name) is not None


def _letters(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())
