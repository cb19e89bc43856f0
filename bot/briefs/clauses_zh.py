"""Picks clauses of Chinese sentences that name a technique, a problem or a result. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.briefs.clauses import Clause, Context

LONGEST = 50
"""Characters of an excerpt: 25 English words say about as much as 50 characters."""

_MAKES = (
    (re.compile(r"(?:提出|设计|构建|构造|建立|研制|开发|发展|给出|实现)(?:并\w{2,4})?了?"), 3.0),
    (re.compile(r"(?:采用|利用|使用|运用|引入|基于|通过|借助|结合)了?"), 1.8),
    (re.compile(r"(?:研究|分析|探讨|综述|介绍|讨论)了?"), 1.2),
)
_LACKS = re.compile(
    r"问题|难以|难题|困难|不足|缺乏|缺少|受限|限制|瓶颈|挑战|局限|无法|不能|低下|较低|较差|较高|昂贵|开销|复杂|耗时|忽略|忽视|"
    r"不稳定|不高|易受|冲突|矛盾|浪费|过大|过高|降低了?|影响|缺陷|匮乏|稀缺"
)
_AGAINST = re.compile(
    r"(?:针对|为了?(?:解决|克服|应对|缓解|避免|降低|提高|实现|满足)|(?:解决|克服|缓解|应对)了?)(?P<what>[^，。；]{6,60})"
)
_TURN = re.compile(r"^(?:然而|但是|但|可是|不过|因此|目前|现有的?情况下|同时|此外|另外|并且|而且|其中)[，,]?")
_RESULT = re.compile(
    r"(?:\d[\d.]*\s?(?:%|％|倍|个百分点|dB|ms|毫秒|秒|小时|分钟)|百分之|[一二三四五六七八九十]+倍|数量级)"
)
_GAINS = re.compile(
    r"提高|提升|降低|减少|优于|达到|缩短|增加|改善|加快|加速|超过|节省|有效|显著|验证|证明|表明|领先|准确"
)
_SHOWN = re.compile(
    r"(?:结果|实验|仿真|分析|测试|研究|数据|评测|模拟)\w{0,10}?(?:表明|显示|证明|证实|说明|验证了?|发现)[，,：:]?"
)
_DANGLING = re.compile(r"^(?:这|该|其|它|此|上述|以上|本文|我们|作者|论文)")


def techniques(sentence: str, context: Context) -> Iterator[Clause]:
    """What the paper proposes or uses."""
    for pattern, strength in _MAKES:
        for match in pattern.finditer(sentence):
            words = _trim(re.split(r"[，。；：]", sentence[match.end() :])[0])
            words = re.sub(r"^(?:一种|一个|一套|了)(?=.{6})", r"", words)
            if len(words) >= 6 and not re.match(r"(?:的|问题|以下|这|该|其)", words):
                named = 1.0 * bool(context.name and context.name in words) + 0.6 * bool(
                    re.search(r"(?:方法|算法|模型|框架|系统|网络|机制|策略|架构|方案|技术|平台)", words)
                )
                ours = 0.5 * bool(re.search(r"本文|我们|该文|论文", sentence))
                yield Clause("technique", words, strength + named + ours)


def problems(sentence: str, context: Context) -> Iterator[Clause]:
    """What was hard or missing."""
    for match in _AGAINST.finditer(sentence):
        words = _trim(re.sub(r"(?:等)?的?问题$", "", match["what"]))
        if len(words) >= 6 and not _DANGLING.match(words):
            yield Clause("problem", words, 3.0)
    pieces = [piece for piece in re.split(r"[，。；：]", sentence) if piece]
    for number, piece in enumerate(pieces):
        rest = _TURN.sub("", piece)
        if _LACKS.search(rest) and not _DANGLING.match(rest) and not re.search(r"本文|我们|提出|结果表明", piece):
            turned = rest != piece or (number > 0 and bool(_TURN.match(pieces[number - 1] + "，")))
            words = _trim(rest)
            if len(words) >= 8:
                yield Clause("problem", words, 1.6 + 0.8 * turned, finite=True)


def effects(sentence: str, context: Context) -> Iterator[Clause]:
    """What came out."""
    shown = _SHOWN.search(sentence)
    rest = sentence[shown.end() :] if shown else sentence
    pieces = [piece for piece in re.split(r"[。；]", rest) if piece]
    for piece in pieces:
        if not (_GAINS.search(piece) or _RESULT.search(piece)) or re.search(r"针对|为了|如何", piece[:12]):
            continue
        words = _around(piece)
        score = 0.9 * bool(shown) + 2.5 * bool(_RESULT.search(words)) + 0.9 * bool(_GAINS.search(words))
        if len(words) >= 8:
            yield Clause("effect", words, score - 0.5 * bool(_DANGLING.match(words)), finite=True)


def _around(piece: str) -> str:
    """The part of a long sentence that holds the number."""
    parts = [part for part in piece.split("，") if part]
    number = next((n for n, part in enumerate(parts) if _RESULT.search(part)), 0)
    start = number
    while start > 0 and len("，".join(parts[start - 1 : number + 1])) <= LONGEST:
        start -= 1
    return _trim("，".join(parts[start:]))


def _trim(words: str) -> str:
    words = words.strip(" ，。；：、.")
    if len(words) <= LONGEST:
        return words
    cuts = [
        m.start()
        for m in re.finditer(r"[，、；]|(?<=\w)(?:以及|并且|从而|进而|使得)", words)
        if 10 <= m.start() <= LONGEST
    ]
    return words[: cuts[-1]] if cuts else words[:LONGEST].rstrip("的和与及了")
