"""`loalang ask`: what the bot would say to a question, without database or platform."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from content.loader import Content

_PROCEDURES: Final = ("faq.entry:", "faq.aspect:")  # the actions of their buttons


class TableError(Exception):
    """The table of questions cannot be read. The message ends in what to do."""


def ask(content: Content, question: str, chain: Sequence[str] = (), *, as_json: bool) -> str:
    """The bot's answer in private, or one JSON object that says what it would do. `chain`: the
    slugs of the places whose values are told, nearest first."""
    if as_json:
        return json.dumps(_judged(content, question), ensure_ascii=False)
    return _answered(content, question, chain)


def ask_file(
    content: Content, path: Path, chain: Sequence[str] = (), *, as_json: bool
) -> Iterator[str]:
    """One line (or answer) for each row of a tab-separated table, in its order."""
    for _, row in rows(path, ("question",)):
        yield ask(content, row["question"], chain, as_json=as_json)


def rows(path: Path, needed: Collection[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of a tab-separated table with their lines, column → cell ("" where there is none).
    Raises TableError, also for a table that lacks one of the columns `needed`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            columns = tuple(table.fieldnames or ())
            for name in columns:
                if columns.count(name) > 1:
                    problem = f"two columns are called “{name}” in its first line; rename one"
                    raise TableError(f"{path}: {problem}")
            for name in needed:
                if name not in columns:
                    problem = f"no column “{name}” in its first line; add that header"
                    raise TableError(f"{path}: {problem}")
            for row in table:
                yield table.line_num, {name: row[name] or "" for name in columns}
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror}); check the name") from None
    except UnicodeDecodeError:
        raise TableError(f"{path}: is not UTF-8; save it as UTF-8") from None
    except csv.Error as error:
        raise TableError(f"{path}: {error}; make the line shorter") from None


def _judged(content: Content, question: str) -> dict[str, Any]:
    found = content.search.find(question)
    return {
        "question": question,
        "decision": found.decision,
        "entry": found.entry,
        "candidates": list(found.candidates),
        "score": round(found.score, 4),
        "language": content.languages.detect(question),
    }


def _answered(content: Content, question: str, chain: Sequence[str]) -> str:
    """As a resident of there whom nobody has met yet would read it; of the menu, only what is
    about procedures."""
    import asyncio

    from db.scene import Actor, Scene
    from handlers import faq, start, warnings
    from handlers.messages import Chat, Message, Reply, Sender
    from handlers.router import Context, Dispatcher

    now = datetime.now(UTC)
    place_id = 1 if chain else None  # `_reading` asks for no other
    actor = Actor(person_id=0, account_id=0, chat_id=0, bot_id=0, now=now, place_id=place_id)
    scene = Scene(actor, "private")
    words = content.words(content.languages.detect(question))
    context = Context(scene, words, content, read=_reading(chain), split=_split, slots=_slots)
    message = Message(Chat("ask", "private"), Sender("ask"), question)
    asked = Dispatcher(
        (warnings.router, start.router, faq.router),
        fallback=faq.question,
        stale=start.stale,
        ask_first=start.ask_first,
    )
    outcome = asyncio.run(asked.dispatch(message, context))
    if not isinstance(outcome, Reply):
        return ""
    offered = (button for button in outcome.buttons if button.action.startswith(_PROCEDURES))
    return "\n".join([outcome.text, *(f"• {button.label}" for button in offered)])


def _reading(chain: Sequence[str]) -> Callable[..., Any]:
    """Knows where the resident lives, and nothing else of what a database holds."""

    async def read(verb: Callable[..., Any], *_: Any, **__: Any) -> Sequence[str]:
        from db import places  # most questions need no tables

        if verb is not places.chain:
            raise LookupError("a question is answered without a database")
        return chain

    return read


def _split(text: str) -> dict[str, tuple[str, ...]]:
    return {"": (text,)}


def _slots(*_: Any, **__: Any) -> tuple[datetime, ...]:
    return ()
