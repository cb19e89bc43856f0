"""People's names as references want them, family name first. Pure.

A paper prints a name in one piece; where it is cut is decided by rules that hold in most languages, and a name that
no rule can cut for sure (a group, a transliterated name, four Chinese characters) stays in one piece.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_MOST_WORDS = 9
"""More are a group, or a sentence that was taken for a name."""
_LOWER_PARTICLE = re.compile(
    "af|al|av|bin|ibn|bint|da|dal|de|degli|dei|del|dela|della|den|der|di|do|dos|das|du|el|la|las|le|los|te|ten|ter"
    "|van|vom|von|vor|zu|zum|zur|'t"
)
_CAPITAL_PARTICLE = re.compile("Van|Von|De|Del|Della|Der|Den|Dos|Ter")
"""Those that are no given name, nor a syllable of one, in other languages: Da, Di, Le, Bin and Ben are."""
_SUFFIX = re.compile(r"(?:jr|sr)\.?|ii|iii|iv", re.IGNORECASE)
_GROUP = re.compile(
    r"\b(?:collaborations?|consortium|teams?|group|project|committee|council|initiative|network|community|foundation"
    r"|institut\w*|universit\w*|college|laborator\w*|labs?|research|society|association|agency|company|corporation"
    r"|corp|inc|ltd|llc|gmbh|contributors|developers|authors|and|for|of|et al)\b|^the\s|[&/]|(?-i:\bAI\b)"
    r"|团队|小组|课题组|研究|大学|学院|公司|实验室|中心|委员会|协会|集团|联盟|工程",
    re.IGNORECASE,
)
_HAN = r"[々〇\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_HAN_NAME = re.compile(rf"{_HAN}{{2,4}}")
_HAN_APART = re.compile(rf"({_HAN}{{1,4}})[ ,]+([\u3040-\u30ff]+|{_HAN}{{1,4}})")
_HANGUL_NAME = re.compile(r"[\uac00-\ud7a3]{2,4}")
_TWO_CHARACTERS = re.compile(
    "欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|夏侯|皇甫|尉迟|尉遲|公孙|公孫|慕容|令狐|司徒|司空|东方|東方|独孤|獨孤|南宫|南宮"
    "|宇文|长孙|長孫|端木|西门|西門|闻人|聞人|轩辕|軒轅|남궁|황보|제갈|사공|선우|독고|서문"
)
"""Family names of two characters, Chinese and Korean; all others have one."""


@dataclass(frozen=True, slots=True)
class Name:
    """``particle`` goes before ``family`` (van, de la), ``suffix`` after all (Jr.); a group has only ``family``."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""

    @property
    def last(self) -> str:
        """What stands before the comma."""
        return f"{self.particle} {self.family}".strip()


def name_of(printed: str) -> Name:
    """The parts of a name in one line; of an inverted one (``Wöhler, Ada``) too."""
    if _GROUP.search(printed) or len(printed.split()) > _MOST_WORDS:
        return Name(printed)
    parts = [part.strip() for part in re.split("[,，]", printed) if part.strip()]
    if len(parts) > 1:
        return _inverted(parts) or Name(printed)
    return _han(printed) or _straight(printed.split()) or Name(printed)


def _inverted(parts: list[str]) -> Name | None:
    suffixes = [part for part in parts if _SUFFIX.fullmatch(part)]
    names = [part for part in parts if not _SUFFIX.fullmatch(part)]
    if len(suffixes) > 1 or len(names) not in (1, 2):
        return None
    name = name_of(names[0]) if len(names) == 1 else _with_particle(names[0].split(), names[1])
    return replace(name, suffix=suffixes[0]) if suffixes and name.given else name


def _with_particle(last: list[str], given: str) -> Name:
    end = next((at for at, word in enumerate(last[:-1]) if not _LOWER_PARTICLE.fullmatch(word)), len(last) - 1)
    return Name(" ".join(last[end:]), given, " ".join(last[:end]))


def _han(printed: str) -> Name | None:
    if apart := _HAN_APART.fullmatch(printed):
        return Name(apart[1], apart[2])
    if not (_HAN_NAME.fullmatch(printed) or _HANGUL_NAME.fullmatch(printed)):
        return None
    if len(printed) > 2 and _TWO_CHARACTERS.match(printed):
        return Name(printed[:2], printed[2:])
    return Name(printed[0], printed[1:]) if len(printed) < 4 else None


def _straight(words: list[str]) -> Name | None:
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    if len(words) < 2 or _LOWER_PARTICLE.fullmatch(words[0]):
        return None
    if "y" in words[2:-1]:  # Santiago Ramón y Cajal
        family = words.index("y", 2) - 1
        return Name(" ".join(words[family:]), " ".join(words[:family]), suffix=suffix)
    last = len(words) - 1
    start = next((at for at in range(1, last) if _is_particle(words[at])), last)
    family = next((at for at in range(start, last) if not _is_particle(words[at])), last)
    return Name(" ".join(words[family:]), " ".join(words[:start]), " ".join(words[start:family]), suffix)


def _is_particle(word: str) -> bool:
    return bool(_LOWER_PARTICLE.fullmatch(word) or _CAPITAL_PARTICLE.fullmatch(word))
