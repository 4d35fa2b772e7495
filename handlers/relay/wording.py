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


def request(errand: Errand, words: Words) -> Reply:
    """For which stops the messages just above are, and a button for each."""
    lines = [line for medium, stops in _by_medium(errand) for line in _asked(medium, stops, words)]
    if errand.files:
        lines += ["", words("relay.with_files", count=len(errand.files))]
    if strange := [stop for stop in errand.stops if stop.instead]:
        lines += ["", words("relay.instead", places=titles(strange))]
    one = len(errand.stops) == 1
    lines += ["", words("relay.then_one" if one else "relay.then")]
    if len(errand.stops) > MOST:
        lines.append(words("relay.more"))
    return Reply("\n".join(lines), buttons(errand, words))


def reminder(errand: Errand, words: Words) -> Reply:
    """Once, to whoever has not said that it is done."""
    first = words("relay.remind", code=errand.code, text=quote(errand.body, QUOTED))
    lines = [first, *_lines(errand.stops), "", words("relay.remind_then")]
    return Reply("\n".join(lines), buttons(errand, words))


def recall(errand: Errand, words: Words) -> Reply:
    first = words("relay.recall", code=errand.code, text=quote(errand.body, QUOTED))
    return Reply("\n".join([first, *_lines(errand.stops), "", words("relay.recall_then")]))


def notice(errand: Errand, said: Reply) -> Notice:
    """To whoever carries it."""
    return Notice(said.text, (errand.keeper_id,), buttons=said.buttons, code=errand.code)


def buttons(errand: Errand, words: Words) -> tuple[Button, ...]:
    """One for each stop, and one for all where there are several."""
    if len(errand.stops) == 1:
        (stop,) = errand.stops
        return (Button(words(f"relay.done_{medium(stop)}"), f"relay.done:{stop.delivery_id}"),)
    each = [
        Button(_label(stop, words), f"relay.done:{stop.delivery_id}")
        for stop in errand.stops[:MOST]
    ]
    every = ",".join(str(stop.delivery_id) for stop in errand.stops)
    return (*each, Button(words("relay.done_all"), f"relay.done:{every}"))


def did(stops: Sequence[Stop], words: Words) -> Iterator[str]:
    """What was done where, a line for each way of doing it."""
    for one, found in groupby(sorted(stops, key=_order), key=medium):
        yield words(f"relay.did_{one}", places=titles(found))


def titles(stops: Iterator[Stop] | Sequence[Stop]) -> str:
    return ", ".join(f"“{_title(stop)}”" for stop in stops)


def medium(stop: Stop) -> str:
    return stop.segment if stop.segment in ALOUD else "group"


def _by_medium(errand: Errand) -> Iterator[tuple[str, list[Stop]]]:
    for one, stops in groupby(sorted(errand.stops, key=_order), key=medium):
        yield one, list(stops)


def _asked(medium: str, stops: Sequence[Stop], words: Words) -> Iterator[str]:
    yield words(f"relay.ask_{medium}", count=len(stops))
    yield from _lines(stops)


def _lines(stops: Sequence[Stop]) -> Iterator[str]:
    return (f"– {_title(stop)}" for stop in stops)


def _order(stop: Stop) -> int:
    """Groups first, as in `groups.REACHES`; otherwise as they came."""
    return ("group", *ALOUD).index(medium(stop))


def _title(stop: Stop) -> str:
    return " ".join(stop.title.split())


def _label(stop: Stop, words: Words) -> str:
    """Names that are too long lose their middle: what they are is at one end, and where they are
    at the other."""
    room, title = LABEL - len(words("relay.done_of", place="")), _title(stop)
    if len(title) > room:
        half = (room - 1) // 2
        title = f"{title[: room - 1 - half].rstrip()}…{title[-half:].lstrip()}"
    return words("relay.done_of", place=title)
