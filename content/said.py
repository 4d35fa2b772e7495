"""A text by its words, and where it says that somebody's name follows."""

from __future__ import annotations

import re
from typing import Final

from content.folding import fold

_WORD = re.compile(r"[^\W_]+")
_END = re.compile(r"[.!?…\n:;]|\s[-–]\s")  # what follows begins with a capital anyway
_PAUSE = re.compile(r"[^\w\s'’]")

_CHANGING: Final = frozenset(("doi", "sua", "chuyen", "thay", "cai"))
CALLED: Final = frozenset(  # what people call themselves and each other
    _WORD.findall(
        "toi tui to minh em chau con anh chi co chu bac ong ba cu di cau mo thim duong bo me vo"
        " chong t e c"
    )
)
_ADDRESSED: Final = frozenset(  # before a name, where the name has a capital
    _WORD.findall("anh chị cô chú bác ông bà cụ thím cậu mợ dì cháu chi ong bac thim chau")
)
_ANNOUNCING: Final = CALLED | {"la", "is", "am", "ten", "name"}
OWNERS: Final = frozenset(  # before a name; no "có", which without marks is "cô", too
    _WORD.findall(
        "của tên họ bé cho là người từ tôi tui tớ mình em cháu con anh chị cô chú bác ông bà cụ cậu"
        " dì mợ thím dượng bố má mẹ vợ chồng thằng đứa tía cua ten be la nguoi toi minh chau chu"
        " bac ong bo me vo chong thang zalo fb facebook nick"
    )
)
_OF_NAMES: Final = frozenset(
    _WORD.findall(
        "sai cu moi that dem lot thanh goi trong tren cho theo xau dep rieng tuoi cha chinh day"
        " khoi no ra trung"
    )
)


class Said:
    """A text by its words. `shouted`: written in capitals, which then say nothing."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found = list(_WORD.finditer(text))
        self._words = [one[0] for one in self._found]
        self.spelled = [word.lower() for word in self._words]
        self.folded = [fold(word) for word in self._words]
        capitals = sum(sign.isupper() for sign in text)
        self.shouted = capitals > sum(sign.islower() for sign in text)
        self.plain = self.spelled == self.folded  # typed without marks

    def __len__(self) -> int:
        return len(self._words)

    def span(self, start: int, stop: int) -> tuple[int, int]:
        return self._found[start].start(), self._found[stop - 1].end()

    def capital(self, at: int) -> bool:
        return self._words[at][0].isupper()

    def begins(self, at: int) -> bool:
        """Whether a sentence begins here."""
        return at == 0 or bool(_END.search(self._gap(at)))

    def joined(self, at: int) -> bool:
        """Whether nothing but space stands before the word, or the sign in "H'Mít"."""
        return at > 0 and not self._gap(at).strip(" \n\t'’")

    def colon(self, at: int) -> bool:
        """Whether a heading stands before the word: "chủ hộ: …"."""
        return at > 0 and self._gap(at).strip() == ":"

    def announced(self, at: int) -> str:
        """Whether a name is said to follow: "sure", "likely" or ""."""
        before = self.folded[max(at - 4, 0) : at]
        if self._changed(at):
            return "sure" if self.capital(at) and not self.shouted else "likely"
        if not before or before[-1] not in _ANNOUNCING:
            return ""
        if _PAUSE.search(self._gap(at).replace(":", "")):
            return ""
        if before[-1] in ("la", "is", "am"):
            return self._said_of(before[:-1])
        written = ":" in self._gap(at) or (self.capital(at) and not self.shouted)
        named = "ten" in before[-2:] or before[-1] == "name"
        if self.folded[at] in CALLED and not (named and written):
            return ""
        if before[-1] in ("ten", "name"):
            whose = at > 1 and self.spelled[at - 2] in OWNERS
            return "sure" if written or (whose and self.folded[at] not in _OF_NAMES) else "likely"
        return "likely" if self.spelled[at - 1] in _ADDRESSED and written else ""

    def _changed(self, at: int) -> bool:
        """Whether what a name is changed to begins here."""
        before = self.folded[max(at - 12, 0) : at]
        if len(before) < 3 or before[-1] != "thanh" or before[-2] not in _CHANGING:
            return False
        return "ten" in before[:-2] and not _PAUSE.search(self._gap(at).replace(":", ""))

    def _said_of(self, before: list[str]) -> str:
        """What a "là" after these words announces."""
        if {"ten", "name"} & set(before[-3:]):
            return "sure"
        return "likely" if before and before[-1] in CALLED | {"i"} else ""

    def _gap(self, at: int) -> str:
        start = self._found[at - 1].end() if at else 0
        return self._text[start : self._found[at].start()]
