"""What people ask and find no good answer to, for those who look after the answers: once a week,
and whenever they like, a page at a time."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from content.clusters import clusters
from content.faq import FaqEntry
from content.loader import Content
from content.masking import MASK
from content.words import Words
from db import drafts, questions
from db.questions import READS, WRONG, Asked
from handlers.messages import Button, Message, Outcome, Press, Reply
from handlers.pages import page
from handlers.questions.drafts import list_button
from handlers.router import HERE, Context, Router
from handlers.start import back
from handlers.tickets.reports import clip, quote

WEEK: Final = timedelta(days=7)
MOST: Final = 10  # groups of questions on one page
ROOM: Final = 1_760  # characters of a page: with its menu it is one message on every platform
SOON: Final = timedelta(days=14)  # before an entry must be looked at again

_ACTION: Final = "questions.list"
_PRESSED: Final = re.compile(r"(?:(\d{1,11})\.(\d{1,11}):)?(\d{1,9})", re.ASCII)

router = Router()


class Listed(NamedTuple):
    """A page: its words, and the ways on from it."""

    text: str
    buttons: tuple[Button, ...]


class _Group(NamedTuple):
    """Questions that ask the same. `wrong`: (title, times) of what they were answered with and
    told to be wrong, the most frequent first."""

    text: str
    times: int
    places: tuple[str, ...]
    wrong: tuple[tuple[str, int], ...]


class _Width(NamedTuple):
    """How much is told. `quoted`, `title`: characters of a question, and of a title or a name;
    `places`, `wrong`: named with a group of questions; `reviews`: entries to be looked at again."""

    quoted: int
    title: int
    places: int
    wrong: int
    reviews: int


_WIDTHS: Final = (  # the first that there is room for
    _Width(120, 60, 3, 2, 10),
    _Width(80, 40, 2, 2, 10),
    _Width(60, 40, 1, 1, 5),
    _Width(60, 24, 1, 1, 2),
    _Width(40, 24, 1, 1, 0),
    _Width(24, 16, 1, 1, 0),
)


@router.command("cauhoi")
async def command(message: Message, context: Context) -> Outcome:
    return await _shown("", context)


@router.action(_ACTION, standing=True)
async def pressed(press: Press, context: Context, argument: str) -> Outcome:
    """`argument`: the page, from 0; before it, in seconds, from and to when was asked what is
    listed; without that, of the last seven days."""
    return await _shown(argument, context)


async def _shown(argument: str, context: Context) -> Outcome:
    words, actor = context.words, context.actor
    if not context.scene.private:
        return Reply(words("questions.list_in_private"), stay=True)
    if not actor.can(READS):
        return Reply(words("start.not_allowed"), (back(context),))
    since, until, number = _wished(argument, actor.now)
    asked = await context.read(questions.wanting, actor, since, until)
    waiting = await context.read(drafts.count, actor)
    shown = listed(asked, since, until, waiting, context.content, words, number)
    return Reply(shown.text, (*shown.buttons, back(context)))


def _wished(argument: str, now: datetime) -> tuple[datetime, datetime, int]:
    found = _PRESSED.fullmatch(argument)
    if not (found and found[1]):
        return now - WEEK, now, int(found[3]) if found else 0
    since, until = (datetime.fromtimestamp(int(one), UTC) for one in found.group(1, 2))
    return since, until, int(found[3])


def listed(
    asked: Sequence[Asked],
    since: datetime,
    until: datetime,
    drafts: int,
    content: Content,
    words: Words,
    number: int = 0,
) -> Listed:
    """The page of that number, from 0 (beyond the end: the last one), what is asked most often
    first. Its buttons list the same days, whenever they are pressed. On the first page alone:
    `drafts`, how many answers wait to become entries, and what must be looked at again."""
    found = _groups(asked, content, words)
    number = min(number, max(len(found) - 1, 0) // MOST)
    action = f"{_ACTION}:{int(since.timestamp())}.{math.ceil(until.timestamp())}"
    shown, more = page(found, number, MOST, action, words)
    key = "questions.list" if found else "questions.list_none"
    head = [words(key, first=_day(since), last=_day(until))]
    if len(found) > MOST:
        first, last = number * MOST + 1, number * MOST + len(shown)
        head.append(words("questions.list_page", first=first, last=last, total=len(found)))
    if number:
        before = Button(words("questions.list_before"), f"{action}:{number - 1}")
        return Listed(_fitting(head, shown, [], [], words), (*more, before))
    foot = [words("questions.list_advice")] if found else []
    foot += [words("questions.list_drafts", count=drafts)] if drafts else []
    text = _fitting(head, shown, foot, reviews(content, until), words)
    return Listed(text, (*more, *((list_button(words),) if drafts else ())))


def reviews(content: Content, now: datetime) -> list[FaqEntry]:
    """Entries that are told no more, or soon will not be, the most pressing first."""
    day = (now + SOON).astimezone(HERE).date()
    return sorted(
        (one for one in content.faq if one.expired(day)), key=lambda one: (one.review_by, one.id)
    )


def _groups(asked: Sequence[Asked], content: Content, words: Words) -> list[_Group]:
    """What is asked most often first; of equal ones, what was answered wrongly. Only what names the
    same procedures can be one group; words that any procedure is asked about with make none."""
    ignored = content.topics.filler | content.topics.faint | {MASK}
    naming: dict[frozenset[str], list[Asked]] = defaultdict(list)
    for one in asked:
        naming[content.search.named(one.text)].append(one)
    groups = [
        _group(one.text, [same[at] for at in one.members], content, words)
        for same in naming.values()
        for one in clusters([each.text for each in same], ignored)
    ]
    return sorted(groups, key=lambda one: (-one.times, not one.wrong))


def _group(text: str, members: Sequence[Asked], content: Content, words: Words) -> _Group:
    wrong = Counter(one.entry for one in members if one.verdict == WRONG)
    return _Group(
        text,
        len(members),
        tuple(dict.fromkeys(one.place for one in members)),
        tuple((_title(id, content, words), times) for id, times in wrong.most_common()),
    )


def _title(entry_id: str, content: Content, words: Words) -> str:
    entry = content.entry(entry_id)
    return entry.title[words.language] if entry else entry_id


def _fitting(
    head: Sequence[str],
    groups: Sequence[_Group],
    foot: Sequence[str],
    due: Sequence[FaqEntry],
    words: Words,
) -> str:
    """As much as one message holds."""
    text = ""
    for width in _WIDTHS:
        lines = [line for one in groups for line in _lines(one, words, width)]
        text = "\n".join([*head, *lines, *foot, *_due(due, words, width)])
        if len(text) <= ROOM:
            break
    return text


def _lines(group: _Group, words: Words, width: _Width) -> list[str]:
    places = ", ".join(clip(one, width.title) for one in group.places[: width.places])
    more = "…" if len(group.places) > width.places else ""
    text = quote(group.text, width.quoted)
    lines = [words("questions.line", count=group.times, text=text, places=places + more)]
    lines += [
        words("questions.line_wrong", title=clip(title, width.title), count=times)
        for title, times in group.wrong[: width.wrong]
    ]
    if len(group.wrong) > width.wrong:
        lines[-1] += "…"
    return lines


def _due(entries: Sequence[FaqEntry], words: Words, width: _Width) -> list[str]:
    if not entries:
        return []
    lines = [_review(one, words, width) for one in entries[: width.reviews]]
    if more := len(entries) - len(lines):
        lines.append(words("questions.list_more_reviews", count=more))
    return [words("questions.list_reviews"), *lines]


def _review(entry: FaqEntry, words: Words, width: _Width) -> str:
    return words(
        "questions.review",
        title=clip(entry.title[words.language], width.title),
        owner=clip(entry.owner, width.title),
        day=f"{min(entry.review_by, entry.valid_until or entry.review_by):%d/%m/%Y}",
    )


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(HERE):%d/%m}"
