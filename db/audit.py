"""Who did what with other people's data or rights, written in the transaction that does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from db.tables import Audit, table


def note(
    session: Session,
    *,
    at: datetime,
    person_id: int | None,
    action: str,
    detail: Mapping[str, Any],
) -> None:
    """`person_id` None: from the command line. `detail` holds ids and settings, never what
    people said or are called."""
    session.execute(
        insert(table(Audit)).values(at=at, person_id=person_id, action=action, detail=dict(detail))
    )
