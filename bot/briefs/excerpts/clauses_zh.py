"""Finds the clauses of Chinese sentences that name a technique, a problem or a result. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.briefs.excerpts.clauses import Clause, Context, either

LONGEST = 50
"""Characters of an excerpt: as much as some 25 English words say."""

_RESULT = r"(?:\d[\d.]*\s?(?:%|％|倍|个百分点|dB|ms|毫秒|秒|小时|分钟)|百分之|[一二三四五六七八九十]+倍|数量级)"


_MADE = r"(?<=[\u3400-\u9fff]{4})(?:制备|合成|测定|研究|分析|构建|建立|设计|提取|预测|计算|评估|开发|完成)[了出]"
"""Where "采用…" turns to what was made by it."""
_INQUIRIES = {"综述": "review", "分析": "analysis"}


@cache
def _re(form: str) -> re.Pattern[str]:
    """A pattern in which ``<key>`` stands for any cue of that Chinese list."""
    return re.compile(re.sub(r"(?<!\?P)<(\w+)>", lambda match: either("zh", match[1]), form))


def techniques(sentence: str, context: Context) -> Iterator[Clause]:
    """What the paper proposes or uses."""
    sentence = _plain(sentence)
    for kind, strength in (("proposes", 3.0), ("uses", 1.8), ("studies", 1.2)):
        for match in _re(rf"<{kind}>(?:并\w{{2,4}})?(?:出|了|和\w\w了?)?").finditer(sentence):
            # "基于图网络的方法" is a name as it stands.
            start = match.start() if match[0] == "基于" else match.end()
            words, *after = re.split(r"[，。；：]", sentence[start:], maxsplit=2)
            if re.fullmatch(r"[\w-]+", words, re.ASCII) and after and re.match("一[种个套类]", after[0]):
                words = f"{words}，{after[0]}"  # "LiteEye，一个…网络"
            words = shortened(re.split(_MADE, words)[0])
            words = re.sub(r"^(?:一[种个套类]|了)(?=.{6})", "", words)
            if len(words) >= 6 and not _re("^(?:<dangling>|问题|方面)").match(words):
                score = (
                    strength
                    + 0.6 * bool(_re("<kinds>").search(words))
                    + 0.5 * bool(re.search("本文|我们|论文", sentence))
                )
                score += 1.0 * bool(context.name and context.name in words)
                inquiry = _INQUIRIES.get(match[0][:2], "study") if kind == "studies" else ""
                yield Clause("technique", words, score, inquiry=inquiry)


def _plain(sentence: str) -> str:
    """Without the heading that a structured abstract runs into its sentence."""
    return re.sub(
        r"^[\[【(]?(?:目的|方法|结果|结论|背景|目标|意义|创新点)(?!表明|显示|证明|证实|说明|发现)[\]】)]?\s*[：:]?\s*(?=\S{6})",
        "",
        sentence,
    )


def problems(sentence: str, context: Context) -> Iterator[Clause]:
    """What was hard or missing."""
    if aim := re.match(r"[\[【(]?目的[\]】)]?\s*[：:]?\s*(?P<what>[^，。；]{6,60})", sentence):
        yield Clause("problem", shortened(aim["what"]), 2.6)
    for match in _re("<overcomes>(?P<what>[^，。；]{6,60})").finditer(sentence):
        words = shortened(re.sub(r"(?:等|这一|等等)?的?(?:问题|难题|挑战)$", "", match["what"]))
        if len(words) >= 6 and not _re("^<dangling>").match(words):
            yield Clause("problem", words, 3.0)
    if want := re.match(
        "为了?(?P<what>(?:提高|提升|降低|减少|改善|增强|实现|保证|缩短|加快|满足)[^，。；]{4,60})，", sentence
    ):
        yield Clause("problem", shortened(want["what"]), 2.0, purpose=True)
    before = ""
    for piece in filter(None, re.split(r"[，。；：]", sentence)):
        rest = re.sub(
            r"^(?:其|(?:最后|首先|其次|并|还)?(?:讨论|总结|分析|指出)了?)", "", _re("^<turns>").sub("", piece)
        )
        if before and re.match("[既又也还仍均都]", rest):
            rest = f"{before}，{rest}"
        if _re("<lacks>").search(rest) and not _re(r"^<dangling>|本文|我们|提出|<shown>").search(rest):
            turned = bool(_re("^<turns>").match(piece) or _re("^<turns>$").match(before))
            words = shortened(rest)
            if len(words) >= 6:
                headless = 0.9 * bool(re.match("限制|导致|造成|影响|使得?|从而|难以|无法", words))
                yield Clause("problem", words, 1.6 + 0.8 * turned - headless, finite=True)
        before = piece


def effects(sentence: str, context: Context) -> Iterator[Clause]:
    """What came out."""
    sentence = _plain(sentence)
    shown = _re("<shown>").search(sentence)
    for piece in filter(None, re.split(r"[。；]", sentence[shown.end() :] if shown else sentence)):
        if not _re(f"<gains>|{_RESULT}").search(piece) or re.search("针对|为了|如何|提出", piece[:12]):
            continue
        words = _around(piece)
        score = 0.9 * bool(shown) + 2.5 * bool(_re(_RESULT).search(words)) + 0.9 * bool(_re("<gains>").search(words))
        if len(words) >= 8:
            yield Clause("effect", words, score - 0.5 * bool(_re("^<dangling>").match(words)), finite=True)


def _around(piece: str) -> str:
    """The part of a long sentence that holds the number."""
    parts = [part for part in piece.split("，") if part]
    number = next((n for n, part in enumerate(parts) if _re(_RESULT).search(part)), 0)
    start = number
    while start > 0 and len("，".join(parts[start - 1 : number + 1])) <= LONGEST:
        start -= 1
    return shortened("，".join(parts[start:]))


def shortened(words: str) -> str:
    """At most LONGEST characters, cut at a joint where there is one."""
    words = words.strip(" ，。；：、.")
    if len(words) <= LONGEST:
        return words
    joints = re.finditer(r"[，、；]|(?<=\w)(?:以及|并且|从而|进而|使得)", words)
    cuts = [match.start() for match in joints if 10 <= match.start() <= LONGEST]
    cut = words[: cuts[-1]] if cuts else words[:LONGEST].rstrip("的和与及了")
    # Never "从 48 秒" without the "降低到 1.9 秒" behind it: the half would mislead.
    whole = re.sub(r"[，、]?(?:由|从)[^到至为，]*\d[^到至为]*$", "", cut)
    return whole if len(whole) >= 8 else cut
