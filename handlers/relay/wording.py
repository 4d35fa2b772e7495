"""What somebody reads who carries an announcement by hand: the request, the reminder, and that it
is not needed any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from content.words import Words
from db.errands import Errand
from db.groups import ALOUD
from db.relay import Stop
from handlers.messages import Button, Notice, Reply
from handlers.pages import LABEL
from handlers.tickets.reports import quote

MOST: Final = 7  # stops with a button of their own, beside the one for all
QUOTED: Final = 60  # characters by which an announcement is known again
WAYS: Final = ("group", *ALOUD)  # of carrying


def request(errand: Errand, words: Words, *, files: bool) -> Reply:
    """For which stops the messages just above are, and a button for each. `files`: they arrive
    where this is read."""
    pieces, stops = len(errand.texts) + len(errand.files), errand.open
    what = words("relay.above" if pieces == 1 else "relay.above_all")
    lines = list(_asked(stops, what, words))
    if errand.files:
        key = "relay.with_files" if files else "relay.without_files"
        lines += ["", words(key, count=len(errand.files))]
    if strange := [stop for stop in stops if stop.instead]:
        lines += ["", words("relay.instead", places=titles(strange))]
    lines += ["", words("relay.then_one" if len(stops) == 1 else "relay.then")]
    return Reply("\n".join([*lines, *_more(stops, words)]), buttons([errand], words))


def reminder(errand: Errand, words: Words) -> Reply:
    """Once, to whoever has not said that it is done. Its numbers mean what they meant in the
    request."""
    first = words("relay.remind", code=errand.code, text=quote(errand.body, QUOTED))
    lines = [first, *_lines(errand.open), "", words("relay.remind_then")]
    text = "\n".join([*lines, *_more(errand.open, words)])
    return Reply(text, buttons([errand], words, as_told=True))


def recall(errand: Errand, words: Words) -> Reply:
    first = words("relay.recall", text=quote(errand.body, QUOTED))
    return Reply("\n".join([first, *_lines(errand.stops), "", words("relay.recall_then")]))


def notice(errand: Errand, said: Reply) -> Notice:
    """To whoever carries it."""
    return Notice(said.text, (errand.keeper_id,), buttons=said.buttons, code=errand.code)


def buttons(
    errands: Sequence[Errand], words: Words, *, as_told: bool = False
) -> tuple[Button, ...]:
    """One for each stop, done or not, so that numbers stay what they are; and one for all where
    there are several. Of too many, those that are open, unless `as_told`: the first."""
    stops = [stop for errand in errands for stop in errand.stops]
    if len(stops) == 1:
        label = words(f"relay.done_{medium(stops[0])}")
        label = words("relay.done_before", place=label) if stops[0].done else label
        return (Button(label, action("done", stops)),)
    left = [stop for stop in stops if not stop.done]
    shown = left if len(stops) > MOST and left and not as_told else stops
    each = [Button(_label(stop, words), action("done", [stop])) for stop in shown[:MOST]]
    every = Button(words("relay.done_all"), action("done", left or stops))
    return (*each, every) if stops else ()


def action(name: str, stops: Sequence[Stop]) -> str:
    return f"relay.{name}:{','.join(str(stop.delivery_id) for stop in stops)}"


def did(stops: Sequence[Stop], words: Words) -> Iterator[str]:
    """What was done where, a line for each way of doing it."""
    for way, found in _by_way(stops):
        yield words(f"relay.did_{way}", places=titles(found))


def titles(stops: Sequence[Stop]) -> str:
    return ", ".join(f"“{_title(stop)}”" for stop in stops)


def medium(stop: Stop) -> str:
    """One of WAYS."""
    return stop.segment if stop.segment in ALOUD else "group"


def _by_way(stops: Sequence[Stop]) -> Iterator[tuple[str, list[Stop]]]:
    """Groups first, as in `groups.REACHES`; otherwise as they came."""
    ordered = sorted(stops, key=lambda stop: WAYS.index(medium(stop)))
    for way, found in groupby(ordered, key=medium):
        yield way, list(found)


def _asked(stops: Sequence[Stop], what: str, words: Words) -> Iterator[str]:
    for way, found in _by_way(stops):
        if len(found) == 1:
            yield words(f"relay.ask_one_{way}", what=what, place=_title(found[0]))
        else:
            yield words(f"relay.ask_{way}", what=what, count=len(found))
            yield from _lines(found)


def _more(stops: Sequence[Stop], words: Words) -> Sequence[str]:
    return [words("relay.more")] if len(stops) > MOST else []


def _lines(stops: Sequence[Stop]) -> Iterator[str]:
    return (f"– {_title(stop)}" for stop in stops)


def _title(stop: Stop) -> str:
    return " ".join(stop.title.split())


def _label(stop: Stop, words: Words) -> str:
    """Names that are too long lose their middle: what they are is at one end, and where they are
    at the other."""
    key = "relay.done_before" if stop.done else "relay.done_of"
    room, title = LABEL - len(words(key, place="")), _title(stop)
    if len(title) > room:
        half = (room - 1) // 2
        title = f"{title[: room - 1 - half].rstrip()}…{title[-half:].lstrip()}"
    return words(key, place=title)
