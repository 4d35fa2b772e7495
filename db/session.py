"""What a verb holds in its hand: a session that cannot end the transaction it stands in.

Several verbs may share one transaction (group commit), so only the engine commits. A verb that
wants to undo its work raises; a verb that expects a conflict uses ON CONFLICT or
`session.begin_nested()`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias

from sqlalchemy import Connection
from sqlmodel import Session

BoundVerb: TypeAlias = Callable[[Session], Any]

_TOPICS = "topics"
_SWALLOWED = "a verb went on after a failed flush undid its work: put it in begin_nested()"


class VerbSession(Session):
    """Joined to a transaction that is not its own."""

    def commit(self) -> NoReturn:
        raise RuntimeError("a verb does not commit: return, and the engine commits")

    def rollback(self) -> NoReturn:
        raise RuntimeError("a verb does not roll back: raise, and the engine rolls back")


def notify(session: Session, topic: str) -> None:
    """Wake the listeners of `topic` once this verb's work is committed; not if it is undone."""
    session.info.setdefault(_TOPICS, set()).add(topic)


def perform(connection: Connection, verb: BoundVerb, topics: set[str]) -> Any:
    """Run one verb in the connection's open transaction; its topics are added to `topics`.

    Rows it returns are complete, detached and safe to use in another thread.
    """
    session = VerbSession(connection, join_transaction_mode="rollback_only", expire_on_commit=False)
    try:
        result = verb(session)
        session.flush()
        if not session.is_active:
            raise RuntimeError(_SWALLOWED)
        topics.update(session.info.get(_TOPICS, ()))
        return result
    finally:
        session.close()
