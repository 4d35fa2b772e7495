"""A bulletin of every day, by the village head, to be decided about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from db import bulletins
from db.standings import Definition, Standing
from tests.db.village import NOW, Village, acting

SLOT = NOW + timedelta(days=1)
EVERYTHING = ("day", "announcements", "ahead", "answered", "faq", "text")


def definition(village: Village, *slugs: str, **changed: Any) -> Definition:
    made = Definition(
        title="Bản tin sáng",
        text="",
        sections=EVERYTHING,
        schedule={"kind": "daily"},
        places=tuple(village.ids(*(slugs or ("ben",)))),
        segments=("households",),
        late_hours=4,
    )
    return replace(made, **changed)


def begun(session: Session, village: Village, *slugs: str, name: str = "head") -> Standing:
    return bulletins.make(
        session,
        acting(session, village, name),
        definition=definition(village, *slugs),
        next_at=SLOT,
    )
