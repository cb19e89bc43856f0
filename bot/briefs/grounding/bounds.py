"""What stands before a number: its sign and the bound set on it ("up to", at least, 超过, 不到)."""

from __future__ import annotations

import re

_UPTO = (
    r"(?<![A-Za-z])(?i:up to|as (?:much|high|large|many|low|little|few|fast) as|max(?:imum|imal|\.)?"
    r"|at (?:its |their )?(?:best|peak)|peak\w*)(?![A-Za-z])|最多|最高|高达|至多|可达|最大|多达|最快"
)
_LEAST = (
    r"(?<![A-Za-z])(?i:at least|more than|exceed(?:s|ed|ing)?|greater than|surpass(?:es|ed|ing)?|no less than|over"
    r"|above|beyond|higher than|larger than)(?![A-Za-z])|>=?|≥|≳|至少|超过|超|逾|多于|高于|大于|不低于|不少于|突破"
)
_LESS = (
    r"(?<![A-Za-z])(?i:at most|less than|under|below|fewer than|within|no more than|not exceeding|lower than"
    r"|smaller than)(?![A-Za-z])|<=?|≤|≲|不到|低于|少于|不足|小于|不超过|至多"
)
_BETWEEN = (
    r"[\s$€£~≈*(×]*(?:(?i:a|an|about|approximately|around|roughly|nearly|almost|some|by|of|to|the)\s)*"
    r"(?:约|近|大约|达|到|为|至|了|提升|提高|降低|减少|快|加速)*[\s$€£~≈(+±-]*$"
)
LIMITS = f"(?:{_UPTO}|{_LEAST}|{_LESS})"
"""Any word that bounds a number, as a regular expression."""
_KINDS = (("less", _LESS), ("least", _LEAST), ("upto", _UPTO))
_ADJACENT = [(kind, re.compile(f"(?:{words}){_BETWEEN}")) for kind, words in _KINDS]
_LOOSE = [(kind, re.compile(words)) for kind, words in _KINDS]
_COMPARED = re.compile(r"(?:(?i:over|above|beyond))[\s~]*$")
_AFTER_LEAST = re.compile(r"\s?(?:以上|or more|\+(?!\d)|多(?!个?[百模任智层头])|余)")
_AFTER_LESS = re.compile(r"\s?(?:以下|以内|之内|or less)")
_SIGN = re.compile(r"(?:^|[\s(\[{,:;=~一-鿿])([-±])\s?$|(?:(?<![A-Za-z])(?i:minus|negative)\s|负|零下)$")
_PART = re.compile(r"[;。；!?！？]|[.,，]\s")


def bounds(before: str, after: str, *, bare: bool) -> tuple[str, str, str]:
    """Sign, bound beside the number, and bound anywhere in its part of the sentence.

    ``before`` reaches back to the previous number; ``after`` is the few characters behind the unit. Over a ``bare``
    number (over 12 baselines) "over" compares and sets no bound.
    """
    near = before[-48:]
    sign = _SIGN.search(near)
    if _AFTER_LEAST.match(after):
        adjacent = "least"
    elif _AFTER_LESS.match(after):
        adjacent = "less"
    elif bare and _COMPARED.search(near):
        adjacent = ""
    else:
        adjacent = next((kind for kind, pattern in _ADJACENT if pattern.search(near)), "")
    part = _PART.split(before[-160:])[-1]
    loose = adjacent or next((kind for kind, pattern in _LOOSE if pattern.search(part)), "")
    return ((sign[1] or "-") if sign else ("±" if near.rstrip().endswith("±") else "")), adjacent, loose
