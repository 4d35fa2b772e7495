"""What people ask and find no good answer to, for those who look after the answers: once a week,
and whenever they like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from content.clusters import Cluster, clusters
from content.faq import FaqEntry
from content.loader import Content
from content.masking import MASK
from content.words import Words
from db import drafts, questions
from db.questions import READS, Asked
from handlers.messages import Button, Message, Outcome, Press, Reply
from handlers.questions.drafts import list_button
from handlers.router import HERE, Context, Router
from handlers.start import back
from handlers.tickets.reports import quote

WEEK: Final = timedelta(days=7)
MOST: Final = 10  # groups of questions in one list
SOON: Final = timedelta(days=14)  # before an entry must be looked at again

_LONGEST: Final = 120  # characters shown of a question
_PLACES: Final = 3  # named with one group of questions

router = Router()


@router.command("cauhoi")
async def command(message: Message, context: Context) -> Outcome:
    return await _listed(context)


@router.action("questions.list", standing=True)
async def pressed(press: Press, context: Context, argument: str) -> Outcome:
    return await _listed(context)


async def _listed(context: Context) -> Outcome:
    words, actor = context.words, context.actor
    if not context.scene.private:
        return Reply(words("questions.list_in_private"), stay=True)
    if not actor.can(READS):
        return Reply(words("start.not_allowed"), (back(context),))
    since = actor.now - WEEK
    asked = await context.read(questions.wanting, actor, since, actor.now)
    waiting = await context.read(drafts.count, actor)
    text = told(asked, since, actor.now, waiting, context.content, words)
    return Reply(text, (*offered(waiting, words), back(context)))


def told(
    asked: Sequence[Asked],
    since: datetime,
    until: datetime,
    drafts: int,
    content: Content,
    words: Words,
) -> str:
    """The list, what is asked most often first; `drafts`: how many answers wait to become
    entries."""
    days = {"first": _day(since), "last": _day(until)}
    found = clusters([one.text for one in asked], content.topics.filler | {MASK})
    lines = [words("questions.list" if found else "questions.list_none", **days)]
    lines += [_line(one, asked, words) for one in found[:MOST]]
    if more := sum(len(one.members) for one in found[MOST:]):
        lines.append(words("questions.list_more", count=more))
    if found:
        lines.append(words("questions.list_advice"))
    if drafts:
        lines.append(words("questions.list_drafts", count=drafts))
    if due := reviews(content, until):
        lines.append(words("questions.list_reviews"))
        lines += [_review(one, words) for one in due[:MOST]]
    if len(due) > MOST:
        lines.append(words("questions.list_more_reviews", count=len(due) - MOST))
    return "\n".join(lines)


def reviews(content: Content, now: datetime) -> list[FaqEntry]:
    """Entries that are told no more, or soon will not be, the most pressing first."""
    day = (now + SOON).astimezone(HERE).date()
    return sorted(
        (one for one in content.faq if one.expired(day)), key=lambda one: (one.review_by, one.id)
    )


def offered(drafts: int, words: Words) -> tuple[Button, ...]:
    """What can be done with the list."""
    return (list_button(words),) if drafts else ()


def _line(cluster: Cluster, asked: Sequence[Asked], words: Words) -> str:
    members = [asked[one] for one in cluster.members]
    wrong = sum(one.verdict == questions.WRONG for one in members)
    key = "questions.line" if not wrong else "questions.line_wrong"
    counted = {"wrong": wrong} if wrong else {}
    return words(
        key,
        count=len(members),
        text=quote(cluster.text, _LONGEST),
        places=_places([one.place for one in members]),
        **counted,
    )


def _review(entry: FaqEntry, words: Words) -> str:
    return words(
        "questions.review",
        title=entry.title[words.language],
        owner=entry.owner,
        day=f"{min(entry.review_by, entry.valid_until or entry.review_by):%d/%m/%Y}",
    )


def _places(names: Sequence[str]) -> str:
    once = list(dict.fromkeys(names))
    return ", ".join(once[:_PLACES]) + ("…" if len(once) > _PLACES else "")


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(HERE):%d/%m}"
