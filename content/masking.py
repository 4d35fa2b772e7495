"""Takes out of a question what would tell who asked, so that it can be kept for those who write
the answers: numbers, addresses, links and names. Rather too much than too little.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from content.accounts import without_accounts
from content.faq import FaqEntry
from content.folding import fold, words
from content.topics import Topics

MASK: Final = "•••"
LONGEST: Final = 600  # characters of a question that are kept

_LOOKED_AT = 4_000  # characters; what comes after them is not kept
_FEWEST_DIGITS = 4
_LONGEST_NAME = 5  # words, where only what comes before them says that it is a name

_ENDINGS: Final = frozenset(  # of the names of machines
    ("com", "vn", "net", "org", "info", "me", "io", "gov", "edu", "ly", "link", "app", "xyz", "gl")
)
_PIECE = re.compile(r"\S+")
_AROUND = ".,;:!?()[]<>“”\"'"  # what may stand around an address
_DIGITS = re.compile(rf"[+(]?\d(?:[\W_]{{0,3}}\d){{{_FEWEST_DIGITS - 1},}}")
_FEWEST_SPOKEN = 6
_JOINED_NAME = re.compile(r"(?<!\w)([^\W\d_]{2,10})(?:[_.][^\W\d_]{1,10}){2,4}(?!\w)")
_MENTION = re.compile(r"@\s*\w[\w.]*")
_WORD = re.compile(r"[^\W_]+")
_END = re.compile(r"[.!?…\n:;]|\s[-–]\s")  # what follows begins with a capital anyway
_PAUSE = re.compile(r"[^\w\s'’]")

_SURNAMES: Final = frozenset(
    _WORD.findall(
        "nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly dinh trinh dao mai"
        " luong truong lam ha quach thai luu cao doan ta to vuong chau trieu ngan"
    )
)
_SPOKEN: Final = frozenset(
    _WORD.findall("khong ko linh mot hai ba bon tu nam lam sau bay tam chin muoi")
)
_HIGHLAND: Final = frozenset(
    _WORD.findall(
        "giàng sùng vàng lò thào tẩn phàn bàn hầu nông lý triệu chảo hạng cứ mùa vừ lầu ly hờ sìn"
        " lường quàng tòng lù đèo lỳ pờ chang giang sung thao phan sin quang deo"
    )
)
_HIGHLAND_MIDDLE: Final = frozenset(_WORD.findall("thị văn a mí mùi tờ seo láo thi van mi mui"))
_AFTER_MIDDLE: Final = frozenset(
    _WORD.findall("trường trấn xã hóa hoá bản phòng sự tứ truong tran xa")
)
_SURE_SURNAMES: Final = frozenset(  # with a capital and two more after it
    _WORD.findall(
        "giàng sùng thào tẩn phàn vừ sìn lường quàng tòng lù đèo lò vàng nguyễn trần phạm huỳnh ngô"
        " bùi lê"
    )
)
_CHANGING: Final = frozenset(("doi", "sua", "chuyen", "thay", "cai"))
_MIDDLE: Final = frozenset(("van", "thi"))
_MARKED_MIDDLE: Final = frozenset(("văn", "thị"))
_ONLY_SURNAMES: Final = frozenset(("nguyen", "tran", "pham", "huynh", "le", "ngo", "bui"))
_CALLED: Final = frozenset(  # what people call themselves and each other
    _WORD.findall(
        "toi tui to minh em chau con anh chi co chu bac ong ba cu di cau mo thim duong bo me vo"
        " chong t e c"
    )
)
_ADDRESSED: Final = frozenset(  # before a name, where the name has a capital
    _WORD.findall("anh chị cô chú bác ông bà cụ thím cậu mợ dì cháu chi ong bac thim chau")
)
_ANNOUNCING: Final = _CALLED | {"la", "is", "am", "ten", "name"}
_MARKED_SURNAMES: Final = frozenset(
    _WORD.findall(
        "nguyễn trần lê phạm huỳnh hoàng vũ võ đặng bùi đỗ hồ ngô dương lý lí đinh trịnh đào lương"
        " trương lâm hà quách thái lưu đoàn tạ tô vương châu triệu ngân"
    )
)
_NO_NAMES: Final = frozenset(
    _WORD.findall("gi ai sao nao dau la va cua cho khong co o nguoi dan can bo chu bi duoc dang")
)
_MARKED_NO_NAMES: Final = frozenset(_WORD.findall("vợ chồng cháu hộ họ cụ làm"))


class Masking:
    """`known` gives the folded words that are no names; it is asked where they are needed."""

    def __init__(self, known: Callable[[], Iterable[str]]) -> None:
        self._ask = known

    def masked(self, text: str) -> str:
        """The text, a MASK in place of each piece of personal data; of a very long one only the
        beginning. Marks and capitals stay as they are."""
        text = _cleaned(text[:_LOOKED_AT])
        text = without_accounts(_without_addresses(text), MASK)
        text = _DIGITS.sub(MASK, _without_joined_names(text))
        said = _Said(text)
        spans = sorted({*self._names(said), *_mentions(text), *_spoken(said)})
        return _blotted(text, spans)

    def kept(self, text: str) -> str:
        """Masked, folded and at most LONGEST characters."""
        folded = _without_addresses(fold(self.masked(text)))  # where folding brings them together
        for hidden in (_MENTION, _DIGITS):
            folded = hidden.sub(f"{MASK} ", folded)
        return " ".join(folded.split())[:LONGEST].rstrip()

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._ask())

    def _names(self, said: _Said) -> Iterator[tuple[int, int]]:
        """Where names stand, by position in the text."""
        for at in range(len(said)):
            for start, stop in (
                self._capitals(said, at),
                self._told(said, at),
                self._full_name(said, at),
                self._highland(said, at),
            ):
                if start < stop:
                    yield said.span(start, stop)

    def _capitals(self, said: _Said, at: int) -> tuple[int, int]:
        """Words with capitals from `at` on, at least two, that the phrasings do not all know. The
        first word of a sentence counts only if they do not know it."""
        if (
            said.shouted
            or not said.capital(at)
            or (at and said.joined(at) and said.capital(at - 1))
        ):
            return 0, 0
        stop = at + 1
        while stop < len(said) and said.joined(stop) and said.capital(stop):
            stop += 1
        surname = said.folded[at] in _SURNAMES or said.spelled[at] in _HIGHLAND
        if said.begins(at) and self._knows(said, at) and not surname:
            at += 1
            if at == stop:
                return 0, 0
        if stop - at > 2 and said.spelled[at] in _SURE_SURNAMES:
            return at, stop
        if stop - at < 2 or all(self._knows(said, one) for one in range(at, stop)):
            return 0, 0
        return at, stop

    def _told(self, said: _Said, at: int) -> tuple[int, int]:
        """The name after words that announce one ending before `at`: "tên là", "cháu là"."""
        announced = said.announced(at)
        if not announced or said.spelled[at] in _MARKED_NO_NAMES or said.folded[at] in _NO_NAMES:
            return 0, 0
        sure = announced == "sure" or said.capital(at) or said.folded[at] in _SURNAMES
        if not sure and self._knows(said, at):
            return 0, 0
        stop = at + 1
        written = said.capital(at) and not said.shouted
        while stop < min(at + _LONGEST_NAME, len(said)) and self._goes_on(said, stop, written):
            stop += 1
        return at, stop

    def _goes_on(self, said: _Said, at: int, written: bool) -> bool:
        """Whether the word is part of the name before it. `written`: with capitals."""
        if not said.joined(at) or said.folded[at] in _NO_NAMES:
            return False
        if written:
            return said.capital(at)
        return said.folded[at - 1] in _SURNAMES | _MIDDLE or not self._knows(said, at)

    def _full_name(self, said: _Said, at: int) -> tuple[int, int]:
        """ "nguyen van an", however it is written; but no "giám hộ thì làm"."""
        if said.spelled[at] not in _SURNAMES | _MARKED_SURNAMES or at + 2 >= len(said):
            return 0, 0
        if not (said.joined(at + 1) and said.joined(at + 2)):
            return 0, 0
        plain = said.spelled[at + 1] in _MIDDLE
        clear = said.folded[at] in _ONLY_SURNAMES or not self._knows(said, at + 2)
        if said.spelled[at + 1] in _MARKED_MIDDLE or (plain and clear):
            return at, at + 3
        return 0, 0

    def _highland(self, said: _Said, at: int) -> tuple[int, int]:
        """ "giàng a páo", "LÒ THỊ MẨY"; but no "vàng thị trường"."""
        if at + 2 >= len(said) or said.spelled[at] not in _HIGHLAND:
            return 0, 0
        if not (said.joined(at + 1) and said.joined(at + 2)):
            return 0, 0
        last = at + 2
        spoilt = said.spelled[last] in _AFTER_MIDDLE or said.folded[last] in _NO_NAMES | _CALLED
        if said.spelled[at + 1] not in _HIGHLAND_MIDDLE or spoilt:
            return 0, 0
        clear = said.spelled[at] != said.folded[at] or not self._knows(said, last)
        return (at, at + 3) if clear else (0, 0)

    def _knows(self, said: _Said, at: int) -> bool:
        return all(word in self._known for word in words(said.folded[at]))


def no_names(entries: Sequence[FaqEntry], topics: Topics) -> Iterator[str]:
    """The folded words in which people ask and complain."""
    texts = [
        text
        for entry in entries
        for text in (*entry.phrasings, *entry.names, *entry.title.values())
    ]
    texts += [text for topic in topics.decline for text in topic.phrasings]
    for text in (*texts, *topics.told):
        yield from words(text)


class _Said:
    """A text by its words. `shouted`: written in capitals, which then say nothing."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found = list(_WORD.finditer(text))
        self._words = [one[0] for one in self._found]
        self.spelled = [word.lower() for word in self._words]
        self.folded = [fold(word) for word in self._words]
        capitals = sum(sign.isupper() for sign in text)
        self.shouted = capitals > sum(sign.islower() for sign in text)

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
        """Whether nothing but space stands before the word."""
        return at > 0 and not self._gap(at).strip()

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
        if self.folded[at] in _CALLED and not (named and written):
            return ""
        if before[-1] in ("ten", "name"):
            return "sure" if written else "likely"
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
        return "likely" if before and before[-1] in _CALLED | {"i"} else ""

    def _gap(self, at: int) -> str:
        start = self._found[at - 1].end() if at else 0
        return self._text[start : self._found[at].start()]


def _spoken(said: _Said) -> Iterator[tuple[int, int]]:
    """Numbers said in words, or in words and digits."""
    start, signs = 0, 0
    for at in range(len(said) + 1):
        word = said.folded[at] if at < len(said) else ""
        if word.isdecimal() or word in _SPOKEN:
            signs += len(word) if word.isdecimal() else 1
            continue
        if signs >= _FEWEST_SPOKEN:
            yield said.span(start, at)
        start, signs = at + 1, 0


def _without_joined_names(text: str) -> str:
    """nguyen_van_an"""
    return _JOINED_NAME.sub(lambda found: MASK if fold(found[1]) in _SURNAMES else found[0], text)


def _without_addresses(text: str) -> str:
    """No e-mail addresses, no links."""
    if not any(sign in text for sign in (".", "@", "://")):
        return text
    return _PIECE.sub(lambda found: _masked_address(found[0]), re.sub(r"\s@\s", "@", text))


def _masked_address(piece: str) -> str:
    bare = piece.strip(_AROUND)
    host = re.split(r"[/?:]", bare.lower(), maxsplit=1)[0]
    name, _, ending = host.rpartition(".")
    mail = "@" in bare[1:] and "." in bare
    if bare.lower() == host and host.endswith(".gov.vn") and not mail:
        return piece
    if mail or "://" in bare or host.startswith("www.") or (name and ending in _ENDINGS):
        return piece.replace(bare, MASK)
    return piece


def _mentions(text: str) -> Iterator[tuple[int, int]]:
    """ "@lua", and "@Bà Lúa" with all its capitals."""
    for found in _MENTION.finditer(text):
        stop = found.end()
        while (more := re.compile(r" \w+").match(text, stop)) and more[0][1].isupper():
            stop = more.end()
        yield found.start(), stop


def _cleaned(text: str) -> str:
    """One spelling of each sign, and none that cannot be seen."""
    pieces = []
    for sign in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(sign)
        if category == "Cc" and sign not in "\n\t":
            pieces.append(" ")
        elif category not in ("Cf", "Cs"):
            pieces.append(sign)
    return "".join(pieces)


def _blotted(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces, done = [], 0
    for start, stop in spans:
        if stop <= done:
            continue
        if start >= done:
            pieces += [text[done:start], MASK]
        done = stop
    return "".join([*pieces, text[done:]])
