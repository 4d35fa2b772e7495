"""One spelling for words that name a time: so that its readers need to know only one of each.

Folded, but what only its marks tell apart (tới and tối, sáu and sau) stays apart; numbers in
figures; a sign or word that no schedule needs as "?".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from content.folding import fold

PARTS: Final[Mapping[str, str]] = {
    "sang": "morning",
    "morning": "morning",
    "small hours": "morning",
    "am": "morning",
    "trua": "noon",
    "noon": "noon",
    "chieu": "afternoon",
    "afternoon": "afternoon",
    "pm": "afternoon",
    "toi": "evening",
    "evening": "evening",
    "dem": "night",
    "khuya": "night",
    "night": "night",
}
NAMES: Final = "|".join(PARTS)

_MARKED: Final[Mapping[str, str]] = {
    **{"tới": "upto", "tối": "evening", "từ": "from", "mốt": "kia", "đúng": "luc", "tầm": "luc"},
    **{"tư": "4", "sáu": "6", "bảy": "7", "bẩy": "7", "âm": "lunar", "âl": "lunar"},
    **{"bây": "#", "đã": "#"},  # are not bảy and dạ
}
_AND: Final = r"(?: ?, ?(?:va )?| va | )"
_EVEN: Final = rf"(?:2{_AND}4{_AND}6|246|hai{_AND}(?:tu|4){_AND}(?:sau|6))"
_ODD: Final = rf"(?:3{_AND}5{_AND}7|357|ba{_AND}nam{_AND}(?:bay|7))"
# Every other weekday, as school and market go: said without "thứ".
_THREES: Final = tuple(
    (re.compile(rf"\b(?:(?:thu ?|t)(?:{three}|{dashed})|{three})\b(?! ?(?:gio|h|/|-|\.\d))"), days)
    for three, dashed, days in (
        (_EVEN, "2-4-6|2/4/6", "t2, t4, t6"),
        (_ODD, "3-5-7|3/5/7", "t3, t5, t7"),
    )
)
_SLASHED: Final = re.compile(r"(?<=\bthu )[2-7](?:/[2-7])+(?![\d/])")

_UNITS: Final[Mapping[str, int]] = {
    **{"khong": 0, "le": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "4": 4},
    **{"nam": 5, "lam": 5, "nham": 5, "sau": 6, "6": 6, "bay": 7, "7": 7, "tam": 8, "chin": 9},
}
# Without marks, "muoi tu" and "muoi sau" may also be mười từ and mười sau.
_UNIT: Final = (
    r"(?:(?:mot|hai|ba|bon|nam|lam|nham|bay|tam|chin|[467])\b"
    r"|(?:tu|sau)(?= (?:gio|phut|ruoi|thang|hang|moi)\b))"
)
_TENS: Final = rf"(?:(?:hai|ba|bon|nam) )?muoi\b(?: {_UNIT})?"
# "bay gio" may also be "bây giờ", now; "thu hai muoi gio" is ten o'clock on a Monday.
_COUNTED: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<lead>(?:\bgio|\bkem|\d[hg]) )(?P<said>{_TENS}|(?:hai|ba|bon|nam|khong|le) {_UNIT}"
        rf"|nam\b(?! \d)|{_UNIT}(?= phut\b))",
        rf"(?<!\bthu )\b(?P<lead>)(?P<said>{_TENS}|khong|mot|hai|ba|bon|nam|sau|tam|chin"
        rf"|bay(?= ruoi\b| gio (?:\d|kem|ruoi|{NAMES})))(?= (?:gio|ruoi)\b)",
        rf"(?P<lead>\b(?:ngay|mung|mong|thang) )(?P<said>{_TENS}|(?:hai|ba) {_UNIT}"
        r"|(?:mot|hai|ba|bon|nam|bay|tam|chin)\b|(?<=thang )tu\b)",
    )
)


def canonical(text: str) -> str:
    """Words, numbers and the signs , / . : - ? with single spaces."""
    text = unicodedata.normalize("NFC", text).lower()
    text = re.sub(r"\b(hai|ba|bốn|tư|năm|mươi) mốt\b", r"\1 một", text)
    text = _signs(fold(re.sub(r"\w+", lambda found: _MARKED.get(found[0], found[0]), text)))
    for three, days in _THREES:
        text = three.sub(days, text)
    text = _SLASHED.sub(lambda found: found[0].replace("/", ","), text)
    for counted in _COUNTED:
        text = counted.sub(_in_figures, text)
    return text


def _signs(text: str) -> str:
    text = re.sub(r"\b([ap])\.m\b\.?", r"\1m", re.sub(r"[–—−~]", "-", text))
    text = re.sub(r"[\"'“”‘’()\[\]!?*_…]|\.+(?= |$)", " ", text)
    text = re.sub(r"[;&+]|:(?!\d\d)|(?<=[^\W\d])\.(?=\w)", ",", text)
    return " ".join(re.sub(r"[^\w/.:,\- ]", " ? ", text).split())


def _in_figures(found: re.Match[str]) -> str:
    """An hour as said; minutes and days in two figures, as they are never an hour's."""
    number = _number(found["said"])
    return f"{found['lead']}{number:02}" if found["lead"] else str(number)


def _number(said: str) -> int:
    words = said.split()
    if "muoi" not in words:
        return sum(_UNITS[word] * 10**place for place, word in enumerate(reversed(words)))
    tens, _, units = said.partition("muoi")
    return 10 * _UNITS.get(tens.strip(), 1) + _UNITS.get(units.strip(), 0)
