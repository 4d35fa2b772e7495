"""The bot in a group: it comes and says who it is, and those who tie groups hear what becomes of
it there. Of what happens in a private chat nothing is said."""

from __future__ import annotations

from collections.abc import Sequence

from content.words import Words
from db import chats
from db.chats import Change
from handlers.groups.ready import ready
from handlers.messages import Incoming, Membership, Moved, Notice, Outcome, Reply, effect
from handlers.router import Context


async def changed(incoming: Incoming, context: Context) -> Outcome:
    """The bot was put into a chat or taken out of it, or has other rights there."""
    if not isinstance(incoming, Membership):
        return None
    known = context.actor.chat_id != 0
    if not known and (context.scene.private or not incoming.present):
        return None

    words = context.content.words("vi")  # whoever did it, all of the group read it

    def say(changes: Sequence[Change]) -> Reply:
        mention, tied = context.mention, bool(changes)
        answers = context.scene.answers
        reads = words("groups.told_answers_on" if answers else "groups.hello_admin")
        greeting = "" if context.scene.private else _greeting(incoming, words, mention, tied, reads)
        return Reply(greeting, stay=True, notices=_notices(words, changes, answers))

    verb = effect(chats.stand, standing=incoming.standing, before=incoming.before)
    return verb.then(say)


async def moved(incoming: Incoming, context: Context) -> Outcome:
    if not isinstance(incoming, Moved) or not context.actor.chat_id:
        return None
    return effect(chats.follow, to=incoming.to).then(lambda _: Reply(stay=True))


def _greeting(incoming: Membership, words: Words, mention: str, tied: bool, reads: str) -> str:
    """Who speaks here from now on, how the group is tied, and what an administrator sees
    (`reads`); "" where there is nothing to say, or it cannot be said. `tied`: itself, or one of its
    topics."""
    before, standing = incoming.before, incoming.standing
    if standing in ("out", "muted"):
        return ""
    said = []
    if before == "out" and tied:
        said.append(ready(words, "groups.hello_again", mention))
    elif before in ("out", "muted") and not tied:
        said.append(ready(words, "groups.hello", mention, days=chats.PATIENCE.days))
    if standing == "admin" and (said or (before == "member" and not tied)):
        said.append(reads)
    return "\n".join(said)


def _notices(words: Words, changes: Sequence[Change], answers: bool) -> tuple[Notice, ...]:
    """Each said once, though a group and its topics may be called alike."""
    told = (news(words, _kind(one, answers), one) for one in changes if one.people)
    return tuple(dict.fromkeys(told))


def _kind(change: Change, answers: bool) -> str:
    """What is new, by the end of its key: what keeps messages from arriving comes first."""
    if change.standing in ("out", "muted"):
        return change.standing
    if change.was == "out":
        return "back"
    if change.standing == "admin":
        return "admin_answers" if answers else "admin"
    return "writes" if change.was == "muted" else "not_admin"


def news(words: Words, kind: str, change: Change) -> Notice:
    """To those who tie the group."""
    title = change.title or words("groups.untitled")
    return Notice(words(f"groups.news_{kind}", group=title), people=change.people)
