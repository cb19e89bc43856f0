"""What can be said against a slot without looking at the paper, and against a slot that copies it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from bot.briefs.brief import LENGTHS, LONGEST_ZH
from bot.briefs.grounding.cues import cues
from bot.briefs.grounding.source import Source, latin_words, plain
from bot.models import SLOTS, Draft, Fault, Language, Slot
from bot.visible import visible

HOPELESS_LENGTH = 600
"""Characters from which a slot is not looked at any further."""
HOPELESS = f"more than {HOPELESS_LENGTH} characters"
EXCERPT_WORDS = 25
"""Most words of an excerpt from the original."""
SENTENCE_EN = 8
"""Words from which a whole sentence of the paper is a copy."""
COPIED_EN, COPIED_ZH = 16, 30
"""A run of the paper's own words (or Chinese characters) this long that makes up the slot is a copy."""

_CJK = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_OTHER_SCRIPT = re.compile(r"[^\W\d_A-Za-zªºÀ-ɏͰ-Ͽ㐀-䶿一-鿿豈-﫿]|[^\D0-9]|[☀-➿⬀-⯿\U0001f000-\U0001faff]")
"""Letters and digits that neither language is written in, and pictures: letters and numbers are among them, too."""
_WORD = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’]*")
_PLAIN_WORD = re.compile(r"(?<![A-Za-zÀ-ɏ0-9@._/+-])[a-zß-ÿ]{2,}(?:-[a-zß-ÿ]+)*(?![A-Za-zÀ-ɏ0-9@_/+-])")
_SENTENCES = re.compile(r"[.!?]\s+(?=[A-Z\"(])|[。！？!?](?=.)|[;；]\s*$|\n")


@cache
def _patterns(key: str, *, whole: bool = False, words: bool = False) -> re.Pattern[str]:
    either = "|".join(cues()["form"][key])
    if whole:
        either = rf"\W*(?:{either})\W*$"
    if words:
        either = rf"(?<![\w-])(?:{either})(?![\w-])"
    return re.compile(either, re.IGNORECASE | re.MULTILINE)


def form_faults(draft: Draft, language: Language, excerpts: frozenset[str]) -> Iterator[Fault]:
    """Faults of form of all slots; excerpts are spared length and language."""
    for slot in SLOTS:
        yield from _slot_faults(slot, getattr(draft, slot), language, excerpt=slot in excerpts)
    total = sum(len(getattr(draft, slot).strip()) for slot in SLOTS if slot not in excerpts)
    if language == "zh" and total > LONGEST_ZH:
        yield Fault("effect", "length", f"三项共 {total} 字，最多 {LONGEST_ZH} 字")
    yield from _repeated(draft)


@lru_cache(maxsize=512)
def _slot_faults(slot: Slot, words: str, language: Language, *, excerpt: bool) -> tuple[Fault, ...]:
    """The excerpts of a paper are tried in many combinations: the same words come again and again."""
    return tuple(_of_slot(slot, words, language, excerpt=excerpt))


def _of_slot(slot: Slot, words: str, language: Language, *, excerpt: bool) -> Iterator[Fault]:
    if len(words) > HOPELESS_LENGTH:
        yield Fault(slot, "length", HOPELESS)
        return
    missing = _missing(words)
    if missing:
        yield Fault(slot, "missing", missing)
        return
    yield from (Fault(slot, kind, what) for kind, what in _marks(words, excerpt=excerpt))
    yield from (Fault(slot, "length", what) for what in _length(slot, words, language, excerpt=excerpt))
    if not excerpt:
        yield from (Fault(slot, "language", what) for what in _language(words, language))
        yield from (Fault(slot, kind, what) for kind, what in _filler(slot, words, language))
    elif _says_nothing(words):
        yield Fault(slot, "filler", words)


def _missing(words: str) -> str:
    shown = plain(words)
    if not re.search(r"\w", shown):
        return "empty"
    if _patterns("placeholder", whole=True).match(shown):
        return shown[:60]
    inside = _patterns("placeholder_inside").search(shown)
    return inside[0][:60] if inside else ""


def _marks(words: str, *, excerpt: bool) -> Iterator[tuple[str, str]]:
    if unseen := set(words) - set(visible(words)):
        yield "markup", f"U+{ord(min(unseen)):04X}"
    if mark := _patterns("markup").search(words):
        yield "markup", mark[0][:60]
    found = _patterns("injection").search(plain(words))
    if found and not (excerpt and found[0].lower() in ("you", "your", "please")) and not _is_title(found[0]):
        yield "injection", found[0][:60]
    if sentence := _SENTENCES.search(words.strip().rstrip("。.!！")):
        yield "sentence", sentence[0].strip() or "line break"


def _is_title(words: str) -> bool:
    """``You`` in the name of a method is no address to the reader."""
    return words.istitle() and words.lower() in ("you", "your")


def _length(slot: Slot, words: str, language: Language, *, excerpt: bool) -> Iterator[str]:
    if excerpt:
        if len(words.split()) > EXCERPT_WORDS * 2 or len(words) > 400:
            yield f"{len(words.split())} words, at most {EXCERPT_WORDS}"
        return
    fewest, most = LENGTHS[language][slot]
    size = len(words.strip()) if language == "zh" else len(words.split())
    unit = "characters" if language == "zh" else "words"
    if not fewest <= size <= most:
        yield f"{size} {unit}, must be {fewest} to {most}"
    elif language == "en" and len(words) > most * 16:
        yield f"{len(words)} letters in {size} words"


def _language(words: str, language: Language) -> Iterator[str]:
    shown = plain(words)
    if other := _OTHER_SCRIPT.search(shown):
        yield other[0]
    if language == "en":
        if cjk := re.search(r"[㐀-鿿豈-﫿]+", shown):
            yield cjk[0]
        yield from _other_latin(shown)
        return
    if len(_CJK.findall(shown)) < (4 if _PLAIN_WORD.search(shown) else 2):
        yield f"not Chinese: {shown[:40]}"
        return
    # Terms may stay in English; a phrase of running English may not.
    runs = re.finditer(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9'’.,()%/ -]*", shown)
    for run in runs:
        plain_words = [word for word in _PLAIN_WORD.findall(run[0]) if word not in _connecting()]
        function_words = [word for word in _PLAIN_WORD.findall(run[0]) if word in _running()]
        if len(plain_words) >= 3 or (len(plain_words) >= 2 and function_words):
            yield run[0].strip()[:60]
            return
    if len(_CJK.findall(shown)) < len(_PLAIN_WORD.findall(shown)) * 3:
        yield f"more English than Chinese: {shown[:40]}"


@cache
def _connecting() -> frozenset[str]:
    """Small words that may stand between the words of a name."""
    return frozenset(cues()["form"]["connecting"].split())


@cache
def _running() -> frozenset[str]:
    """Small words that only running English has."""
    return frozenset(cues()["form"]["running"].split())


def _other_latin(shown: str) -> Iterator[str]:
    """German, French and the like: two of their function words where English has none."""
    words = [word.lower() for word in _WORD.findall(shown)]
    foreign = [word for word in words if word in _foreign_words()]
    english = [word for word in words if word in _running() or word in _connecting()]
    if len(foreign) >= 2 and len(foreign) > len(english):
        yield " ".join(foreign)


@cache
def _foreign_words() -> frozenset[str]:
    return frozenset(cues()["form"]["other_languages"].split()) - {"die", "on", "the", "o", "il", "in", "a"}


def _filler(slot: Slot, words: str, language: Language) -> Iterator[tuple[str, str]]:
    shown = plain(words).strip(" .,;。，；、")
    if found := _patterns(f"filler_{language}", words=language == "en").search(shown):
        yield "filler", found[0]
    elif _says_nothing(shown):
        yield "filler", shown[:60]
    pronoun = cues()["form"][f"pronoun_{language}"]
    if found := re.match(
        rf"(?:{pronoun})\b" if language == "en" else rf"(?:{pronoun})(?!外|文本)", shown, re.IGNORECASE
    ):
        yield "pronoun", found[0]
    if language == "zh":
        first, last = cues()["form"]["frame_zh"][slot]
        if shown.endswith(last) or shown.startswith(first):
            yield "frame", last if shown.endswith(last) else first
    elif found := re.match(rf"(?:{cues()['form']['frame_en'][slot]})\b", shown, re.IGNORECASE):
        yield "frame", found[0]


@cache
def _empty_zh() -> re.Pattern[str]:
    words = sorted(cues()["form"]["empty_zh"].split(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@cache
def _empty_en() -> frozenset[str]:
    return frozenset(cues()["form"]["empty_en"].split())


def _says_nothing(words: str) -> bool:
    shown = plain(words)
    if re.search(r"\d", shown):
        return False
    if _CJK.search(shown):
        rest = re.sub(r"[\W_]", "", _empty_zh().sub("", shown))
        return len(rest) < 3
    return all(word in _empty_en() for word in re.findall(r"[a-z]+(?:-[a-z]+)*", shown.lower()))


def _repeated(draft: Draft) -> Iterator[Fault]:
    """A slot that says what another one says."""
    bags = {slot: _grams(getattr(draft, slot)[:HOPELESS_LENGTH]) for slot in SLOTS}
    for at, slot in enumerate(SLOTS):
        for other in SLOTS[:at]:
            small, large = sorted((bags[slot], bags[other]), key=len)
            if len(small) >= 3 and len(small & large) >= 0.75 * len(small):
                yield Fault(slot, "repeated", f"says the same as {other}")


@lru_cache(maxsize=256)
def _grams(words: str) -> frozenset[str]:
    """Words of English, pairs of characters of Chinese."""
    shown = plain(words).lower()
    latin = [w for w in latin_words(shown).split() if w not in _connecting() and w not in _running()]
    pairs = [run[i : i + 2] for run in re.findall(r"[一-鿿]+", shown) for i in range(len(run) - 1)]
    return frozenset(latin + pairs)


def copied(slot: str, source: Source) -> str:
    """The run of the paper's own words that the slot consists of, empty when it is in its own words."""
    shown = plain(slot)
    if len(_CJK.findall(shown)) >= COPIED_ZH:
        units, glue, least, body = list(re.sub(r"\s", "", shown)), "", COPIED_ZH, re.sub(r"\s", "", source.text)
    else:
        units, glue, least, body = latin_words(shown).split(), " ", COPIED_EN, source.words
    whole = f"{glue}{glue.join(units)}{glue}"
    if glue and len(units) >= SENTENCE_EN and shown[0].isupper() and shown.endswith(".") and whole in body:
        return whole.strip()[:80]
    least = max(least, -(-len(units) * 4 // 5))
    for start in range(len(units) - least + 1):
        run = units[start : start + least]
        numbers = sum(each[0].isdigit() for each in run)  # facts have to be verbatim, they are no copying
        if least - numbers >= (COPIED_EN if glue else COPIED_ZH) and f"{glue}{glue.join(run)}{glue}" in body:
            return glue.join(run)[:80]
    return ""
