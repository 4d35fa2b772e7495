"""What is said around a report without being part of it: words that open it, a no, a wish."""

from __future__ import annotations

from content.folding import normalize
from content.phrases import after, found, tokens
from handlers.people import listed, mentions, says
from handlers.router import Context
from handlers.start import wished


def refuses(text: str, context: Context) -> bool:
    no = ("people.no_words", "common.cancel_words", "start.leave_words")
    return any(says(context, key, text) for key in no)


def after_opening(text: str, context: Context) -> str | None:
    """What is reported after words that only open it; None where there are none."""
    content, text = context.content, normalize(text)
    if content.danger(text) or mentions(context, "tickets.mine_words", text):
        return None
    keys = ("people.small_words", "feedback.opening_around")
    around = [word for key in keys for word in listed(context, key)]
    told = after(text, listed(context, "feedback.opening_words"), around)
    asks = told and ":" not in text and found(tokens(told), content.topics.questions, strict=False)
    return "" if asks else told


def after_no(text: str, context: Context) -> str:
    """What is said after "không, …", or wished for after a no; "" where it is neither."""
    no, comma, rest = text.replace(".", ",").partition(",")
    if comma and refuses(no, context):
        return text[-len(rest) :].strip() if rest else ""
    small = listed(context, "people.small_words")
    said = after(text, listed(context, "people.no_words"), small) or ""
    return said if wished(said, context) else ""


def moves_on(text: str, context: Context) -> bool:
    """Whether a text asks for something else; a remark that only resembles a procedure does not."""
    meant = context.content.search.find(text)
    if meant.decision == "feedback" or meant.nothing:
        return bool(wished(text, context))
    return (
        meant.decision != "choices"
        or context.content.topics.asks(text)
        or bool(wished(text, context))
    )
