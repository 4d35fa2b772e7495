"""Names of people in a text, however they are written: with capitals, without, all in capitals,
without marks. Rather one too many than one too few.

Most syllables of names are words as well; so a name is known by what stands before it ("tên là",
"ông"), by its surname, and by being written with capitals. What the phrasings say is no name
("hồ sơ", "vợ chồng").
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final
from zlib import crc32

from content.faq import FaqEntry
from content.folding import fold, words
from content.said import CALLED, OWNERS, Said
from content.topics import Topics

_LONGEST = 4  # words of a name
_WORD = re.compile(r"[^\W_]+")


SURNAMES: Final = frozenset(
    _WORD.findall(
        "nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly dinh trinh dao mai"
        " luong truong lam ha quach thai luu cao doan ta to vuong chau trieu ngan mac tong kieu"
        " thach danh neang son kim kien tang"
    )
)
_HIGHLAND: Final = frozenset(
    _WORD.findall(
        "giàng sùng vàng lò thào tẩn phàn bàn hầu nông lý triệu chảo hạng cứ mùa vừ lầu ly hờ sìn"
        " lường quàng tòng lù đèo lỳ pờ chang giang sung thao phan sin quang deo ma vi la lo kim"
    )
)
_HIGHLAND_MIDDLE: Final = frozenset(_WORD.findall("thị văn a mí mùi tờ seo láo thi van mi mui"))
_AFTER_MIDDLE: Final = frozenset(
    _WORD.findall("trường trấn xã hóa hoá bản phòng sự tứ truong tran xa")
)
_BY_NUMBER: Final = frozenset(  # people who are called by their number among the children
    _WORD.findall("anh chi co chu bac ong ba cu di cau mo thim duong")
)
_MARKED_SURNAMES: Final = frozenset(
    _WORD.findall(
        "nguyễn trần lê phạm huỳnh hoàng vũ võ đặng bùi đỗ hồ ngô dương lý lí đinh trịnh đào lương"
        " trương lâm hà quách thái lưu đoàn tạ tô vương châu triệu ngân mạc tống kiều mã cù bế"
        " thạch danh neáng sơn kim kiên tăng phùng đàm liêu giáp nghiêm tôn khúc doãn hứa"
        " khổng khương lã tiêu"
    )
)
_CLEAR_SURNAMES: Final = frozenset(  # no other word is spelled so
    _WORD.findall(
        "nguyễn trần lê phạm huỳnh hoàng võ đặng bùi ngô trịnh trương phan dương đinh quách tống"
    )
)
_PLAIN_SURNAMES: Final = frozenset(("nguyen", "huynh", "quach"))  # clear even without marks
_ORDINALS: Final = frozenset(_WORD.findall("tư năm sáu bảy tám chín út tu nam sau bay tam chin ut"))
_COMPOUNDS: Final = frozenset(
    ("pham vi", "pham luat", "pham huy", "tran nha", "dang nay", "dang sau", "vi pham")
)
_MIDDLE: Final = frozenset(("van", "thi"))
_LETTERS: Final = frozenset("ahky")  # before a name in the highlands: "A Tót", "H'Mít", "Y Bắp"
_MARKED_MIDDLE: Final = frozenset(("văn", "thị"))
_STOPS: Final = frozenset(  # what comes after a name
    _WORD.findall(
        "muốn hỏi xin làm ở cần bị có được không ko thì mà đã sẽ sinh ký tuổi quê thôn xóm ấp xã và"
        " với cho để là rồi chưa nhé nha vừa mới nộp nhận cấp khai này kia đó quá mất lên đi về gửi"
        " như thế nào của tại ra vào đang nữa nhà lấy ngày năm này khỏi trong trên cũ"
    )
)
_PLAIN_STOPS: Final = frozenset(map(fold, _STOPS)) - {"thi", "nha", "nam", "ngay", "la", "bi"}
_NO_NAMES: Final = frozenset(
    _WORD.findall("gi ai sao nao dau la va cua cho khong co o nguoi dan can bo chu bi duoc")
)
_MARKED_NO_NAMES: Final = frozenset(_WORD.findall("vợ chồng cháu hộ họ cụ làm đang"))


class Names:
    """`known` gives the folded words of what is asked, in their order; it is asked for them where
    they are needed."""

    def __init__(self, known: Callable[[], Iterable[str]]) -> None:
        self._ask = known

    def spans(self, said: Said) -> Iterator[tuple[int, int]]:
        """Where names stand, by position in the text."""
        rules = (self._capitals, self._told, self._surnamed, self._highland, self._nicknamed)
        for at in range(len(said)):
            for rule in rules:
                start, stop = rule(said, at)
                if start < stop:
                    yield said.span(start, stop)

    @cached_property
    def _asked(self) -> tuple[frozenset[str], array[int]]:
        """The words, and of each two that follow one another the checksum, sorted: so they take
        little memory."""
        known: set[str] = set()
        pairs, before = array("I"), ""
        for word in self._ask():
            known.add(word)
            pairs.append(_checksum(before, word))
            before = word
        return frozenset(known), array("I", sorted(set(pairs)))

    def _knows(self, said: Said, at: int) -> bool:
        return all(word in self._asked[0] for word in words(said.folded[at]))

    def _pairs(self, said: Said, at: int) -> bool:
        """Whether the phrasings say this word and the next one, too."""
        pairs, wanted = self._asked[1], _checksum(said.folded[at], said.folded[at + 1])
        found = bisect_left(pairs, wanted)
        return found < len(pairs) and pairs[found] == wanted

    def _capitals(self, said: Said, at: int) -> tuple[int, int]:
        """Words with capitals from `at` on, at least two, that the phrasings do not all know, or
        that stand after what one calls people. The first word of a sentence counts only if the
        phrasings do not know it."""
        if (
            said.shouted
            or not said.capital(at)
            or (at and said.joined(at) and said.capital(at - 1))
        ):
            return 0, 0
        stop = at + 1
        while stop < len(said) and said.joined(stop) and said.capital(stop):
            stop += 1
        if stop - at > 1 and said.spelled[at] in _LETTERS and not self._pairs(said, at):
            return at, stop
        if said.begins(at) and self._knows(said, at) and said.spelled[at] not in _HIGHLAND:
            at += 1
        if stop - at < 2:
            return 0, 0
        addressed = at > 0 and said.joined(at) and said.spelled[at - 1] in OWNERS
        if addressed:  # "cháu Minh Khang"
            return (0, 0) if self._pairs(said, at) else (at, stop)
        if stop - at > 2 and not all(self._pairs(said, one) for one in range(at, stop - 1)):
            return at, stop
        known = all(self._knows(said, one) for one in range(at, stop))
        return (0, 0) if known else (at, stop)

    def _told(self, said: Said, at: int) -> tuple[int, int]:
        """The name after words that announce one ending before `at`: "tên là", "cháu là"."""
        announced = said.announced(at)
        if (
            not announced
            or _compound(said, at)
            or said.spelled[at] in _MARKED_NO_NAMES
            or said.folded[at] in _NO_NAMES
        ):
            return 0, 0
        sure = announced == "sure" or said.capital(at) or _surname(said, at)
        if not sure and self._knows(said, at):
            return 0, 0
        stop = at + 1
        certain = announced == "sure" or _surname(said, at)
        while stop < min(at + _LONGEST, len(said)) and self._goes_on(said, at, stop, certain):
            stop += 1
        return at, stop

    def _goes_on(self, said: Said, first: int, at: int, certain: bool) -> bool:
        """Whether the word is part of the name that begins at `first`."""
        if not said.joined(at) or _ends(said, at):
            return False
        if said.capital(first) and not said.shouted:
            return said.capital(at)
        fourth = at - first == _LONGEST - 1
        return (certain and not fourth) or not self._knows(said, at)

    def _surnamed(self, said: Said, at: int) -> tuple[int, int]:
        """ "nguyen van an", "võ minh nhật", however it is written; but no "hồ sơ khai sinh"."""
        if not _surname(said, at) or at + 1 >= len(said) or not said.joined(at + 1):
            return 0, 0
        if _compound(said, at):
            return 0, 0
        stop = at + 1
        while stop < min(at + _LONGEST, len(said)) and self._goes_on(said, at, stop, True):
            stop += 1
        written = said.capital(at) and not said.shouted and stop > at + 1
        owned = at > 0 and _owned(said, at)
        clear = _clear(said, at) or self._middle(said, at, stop, owned)
        known = all(self._pairs(said, one) for one in range(at, stop - 1))
        marked = said.spelled[at] != said.folded[at]
        if not clear and (known or (self._pairs(said, at) and not (written or marked))):
            return 0, 0
        signed = said.begins(at) and stop - at == 3 and stop < len(said) and _ends(said, stop)
        enough = stop - at > (1 if owned or written else 2)
        return (at, stop) if enough and (clear or owned or written or signed) else (0, 0)

    def _middle(self, said: Said, at: int, stop: int, owned: bool) -> bool:
        """Whether "văn" or "thị" follows, as nothing else."""
        if stop - at < 3:
            return False
        if said.spelled[at + 1] in _MARKED_MIDDLE:
            return True
        plain = said.spelled[at + 1] in _MIDDLE
        return plain and (owned or not self._knows(said, stop - 1))

    def _nicknamed(self, said: Said, at: int) -> tuple[int, int]:
        """ "sáu lành" of "ông sáu lành"."""
        if not 0 < at < len(said) - 1 or said.folded[at - 1] not in _BY_NUMBER:
            return 0, 0
        if said.spelled[at] not in _ORDINALS or not (said.joined(at) and said.joined(at + 1)):
            return 0, 0
        after = said.folded[at + 1]
        if _ends(said, at + 1) or after.isdecimal() or self._pairs(said, at):
            return 0, 0
        return at, at + 2

    def _highland(self, said: Said, at: int) -> tuple[int, int]:
        """ "giàng a páo", "LÒ THỊ MẨY"; but no "vàng thị trường"."""
        if at + 2 >= len(said) or said.spelled[at] not in _HIGHLAND:
            return 0, 0
        if not (said.joined(at + 1) and said.joined(at + 2)):
            return 0, 0
        last = at + 2
        spoilt = said.spelled[last] in _AFTER_MIDDLE or said.folded[last] in _NO_NAMES | CALLED
        if said.spelled[at + 1] not in _HIGHLAND_MIDDLE or spoilt:
            return 0, 0
        owned = at > 0 and _owned(said, at)
        clear = owned or said.spelled[at] != said.folded[at] or not self._knows(said, last)
        return (at, at + 3) if clear else (0, 0)


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


def _checksum(one: str, other: str) -> int:
    return crc32(f"{one} {other}".encode())


def _surname(said: Said, at: int) -> bool:
    return said.spelled[at] in SURNAMES | _MARKED_SURNAMES


def _compound(said: Said, at: int) -> bool:
    """Whether the word is one with its neighbour, and so no surname."""
    around = said.folded[max(at - 1, 0) : at + 2]
    return any(f"{one} {other}" in _COMPOUNDS for one, other in pairwise(around))


def _clear(said: Said, at: int) -> bool:
    """Whether the surname is nothing else: no "phần" typed "phan"."""
    return said.spelled[at] in (_PLAIN_SURNAMES if said.plain else _CLEAR_SURNAMES)


def _owned(said: Said, at: int) -> bool:
    """Whether what one calls people stands before, or a colon."""
    if said.joined(at):
        return said.spelled[at - 1] in OWNERS
    return said.colon(at)


def _ends(said: Said, at: int) -> bool:
    """Whether the word can only come after a name."""
    if said.spelled[at] == said.folded[at]:
        return said.folded[at] in _PLAIN_STOPS | _NO_NAMES
    return said.spelled[at] in _STOPS or said.folded[at] in _NO_NAMES
