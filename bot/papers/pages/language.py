"""Which language a text is written in, as far as briefs need to know."""

from __future__ import annotations

import re
from collections import Counter

_COMMON = {
    "en": "the of and to in is that for with as are this by on be we which from or an",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als",
    "fr": "de la le et les des en un du une que est pour qui dans par plus pas au sur",
    "es": "de la que el en y a los se del las un por con no una su para es al",
    "pt": "de que e do da em um para é com não uma os no se na por mais as dos",
    "it": "di e il la che in a per un del le della con non una dei sono si i da",
    "nl": "de van een en het in is dat op te zijn met voor niet aan er om ook als dan",
}
"""The commonest small words; ISO 639-1 code → words."""

_WORDS = {code: frozenset(words.split()) for code, words in _COMMON.items()}


def language_of(text: str) -> str:
    """The ISO 639-1 code of ``text``; ``en`` when there is too little to tell."""
    sample = text[:20_000]
    han = len(re.findall(r"[\u4e00-\u9fff]", sample))
    kana = len(re.findall(r"[\u3040-\u30ff]", sample))
    hangul = len(re.findall(r"[\uac00-\ud7af]", sample))
    cyrillic = len(re.findall(r"[\u0400-\u04ff]", sample))
    latin = len(re.findall(r"[A-Za-z]", sample))
    if han + kana + hangul > latin / 6 and han + kana + hangul > 20:
        if hangul > han + kana:
            return "ko"
        return "ja" if kana > han / 8 else "zh"
    if cyrillic > latin:
        return "ru"
    counts = Counter(re.findall(r"[^\W\d_]+", sample.lower()))
    scores = {code: sum(counts[word] for word in words) for code, words in _WORDS.items()}
    best = max(scores, key=lambda code: (scores[code], code == "en"))
    return best if scores[best] > 1.2 * scores["en"] else "en"
