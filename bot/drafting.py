"""`loalang faq drafts`: what cadres answered to questions, each as the beginnings of an entry.

Such a file is no entry yet: the loader refuses it until what its comments ask for is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from bot.clock import Clock
from bot.config import Config, ConfigError
from content.faq import FEWEST_PHRASINGS
from content.lint import ENOUGH_PHRASINGS
from content.loader import SHIPPED, load
from content.masking import Masking
from content.schedule import HERE
from db import drafts, schema, snapshot
from db.drafts import Draft
from db.errors import DatabaseError
from handlers.questions.drafts import impersonal, without_numbers

GOOD_FOR: Final = timedelta(days=90)  # from being written, until somebody looks at it again
NOTHING: Final = (
    "no drafts wait; a cadre makes one in chat: after answering a question that was handed on, by "
    "the button “Thành câu trả lời mẫu” (“Use as model answer”). Each is written once only: look "
    "where the last ones went"
)
_HEADING: Final = re.compile(r"^(?=#|\+\+\+)", re.MULTILINE)  # what would not be read as text

_FILE: Final = """\
+++
# Bản nháp từ câu trả lời của cán bộ ({place}). CHƯA DÙNG ĐƯỢC: viết nốt các chỗ còn trống, xem
# lại cho đúng, đừng để tên hay số riêng của ai, rồi chép vào faq/ trong thư mục nội dung của xã.
# Chỗ [số …], [tên …] đã che đi: của cơ quan thì điền lại, của bà con thì bỏ.
# The draft of an entry, not complete: fill in what is empty, then put it into faq/ of your content.
{hint}id = {id}  # tên của bài, không dấu; tệp cũng phải mang tên này
office = ""  # nơi nhận, ví dụ: UBND xã, tại Trung tâm Phục vụ hành chính công
owner = ""  # ai ở xã phụ trách bài này
review_by = {review_by}  # đến ngày này phải xem lại
names = []  # 3–8 cách bà con gọi việc này, ví dụ: "khai sinh", "giấy khai sinh"
# Bà con hỏi (để hiểu ý, đừng chép): {question}
phrasings = [
  # Viết {fewest} câu trở lên, mỗi câu như một người khác hỏi, rồi vài câu tiếng Anh.
  # Từ khoảng {enough} câu khác nhau thì bà con hỏi mới dễ trúng: để thêm vào tệp .txt cùng tên, mỗi
  # dòng một câu.
]

[title]
vi = ""  # tên bài, ví dụ: Đăng ký khai sinh
en = ""

[[sources]]
key = "can_bo"
name = "Cán bộ xã trả lời ngày {day}"
date = {date}
standing = "secondary"
+++

## tra_loi
{answer} [can_bo]

# en
"""
_HINT: Final = """\
# Câu này trước đó được hiểu là “{entry}”: nếu cùng một việc thì viết thêm vào bài ấy.
"""


def write(config: Config, folder: Path) -> list[Path]:
    """Write every draft that waits into a file of its own in `folder`, which is made if need be;
    from then on they wait no more. No file that is there is touched. Raises ConfigError,
    ContentError, DatabaseError."""
    url, now = config.url, Clock().now()
    if schema.stand(url) != "current":
        raise DatabaseError(
            "there is no database of this version: start Loa Làng once, then write the drafts"
        )
    own = (Path(config.content),) if config.content else ()
    masking = load((SHIPPED, *own)).masking
    with snapshot.taken(url) as session:
        waiting = drafts.waiting(session)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths = [_written(_impersonal(draft, masking), folder, now) for draft in waiting]
    except OSError as error:
        raise ConfigError(
            f"{folder}: the drafts cannot be written there ({error.strerror}); name another folder "
            "with --out"
        ) from None
    ids = [draft.id for draft in waiting]
    snapshot.write(url, partial(drafts.taken, ids=ids, now=now))
    return paths


def _impersonal(draft: Draft, masking: Masking) -> Draft:
    return replace(draft, answer=impersonal(draft.answer, masking))


def _written(draft: Draft, folder: Path, now: datetime) -> Path:
    """Under the first name that is free; for this user only, as it tells what somebody asked."""
    for id in _ids(draft):
        path = folder / f"{id}.md"
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            continue
        path.write_text(text(draft, id, now), encoding="utf-8", errors="replace")
        return path
    raise AssertionError("there are always more names")


def _ids(draft: Draft) -> Iterator[str]:
    yield f"nhap_{draft.id}"
    yield from (f"nhap_{draft.id}_{number}" for number in count(2))


def text(draft: Draft, id: str, now: datetime) -> str:
    """The file of the entry `id`."""
    day = _day(draft.made_at)
    return _FILE.format(
        place=_comment(draft.place),
        hint=_HINT.format(entry=draft.entry) if draft.entry else "",
        id=json.dumps(id),
        review_by=_day(now + GOOD_FOR),
        fewest=FEWEST_PHRASINGS,
        enough=ENOUGH_PHRASINGS,
        question=_comment(draft.question),
        day=f"{day:%d/%m/%Y}",
        date=day,
        answer=_HEADING.sub(" ", without_numbers(draft.answer.strip())),
    )


def _comment(text: str) -> str:
    """In one line, without the signs that no TOML may hold."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(seen.split())


def _day(moment: datetime) -> date:
    return moment.astimezone(HERE).date()
