"""What is said when a group has been tied: there, and to the people it concerns."""

from __future__ import annotations

from typing import Final

from content.words import Words
from db.groups import Tied
from handlers.groups.adding import MOST
from handlers.messages import Button, Notice, Reply
from handlers.pages import LABEL
from handlers.router import Context
from handlers.tickets.reports import clip

TWINS: Final = 4  # groups carried by hand that are offered to be untied


def tied(context: Context, tied: Tied) -> Reply:
    words = context.words
    key = "groups.moved" if tied.moved else "groups.tied"
    told = {"place": tied.place, "segment": words(f"segments.{tied.segment}")}
    if tied.again:
        return Reply(words("groups.tied_already", **told), stay=True)
    told_all = {"group": tied.group, **told}
    notices = [_to_who_asked(words, tied, words("groups.tied_notice", **told_all))]
    if tied.left:
        news = words("groups.left_notice", was=tied.was, **told_all)
        notices.append(Notice(news, people=tied.left))
    return Reply(words(key, **told), stay=True, notices=tuple(notices))


def _to_who_asked(words: Words, tied: Tied, news: str) -> Notice:
    """With what is left to do, as buttons that stay."""
    said, buttons = [news], []
    if tied.made_up:
        said.append(words("groups.made_up"))
        buttons.append(Button(words("groups.rename"), f"groups.rename:{tied.chat_id}"))
    if tied.by_hand:
        titles = ", ".join(f"“{title}”" for _, title in tied.by_hand[:TWINS])
        said.append(words("groups.twins", titles=titles))
        buttons += [
            Button(clip(words("groups.untie_one", title=title), LABEL), f"groups.untie:{id}")
            for id, title in tied.by_hand[:TWINS]
        ]
    if tied.tied_by > (most := MOST.get(tied.platform, tied.tied_by)):
        said.append(words("groups.too_many", count=tied.tied_by, most=most))
    code = f"NH-{tied.chat_id}" if buttons else ""
    people = (tied.created_by,)
    return Notice("\n\n".join(said), people=people, buttons=tuple(buttons), code=code)
