"""An admin's private chat: roles, invitations and candidates, as the database would tell them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from db import candidates, invitations, places, roles
from db.candidates import Candidate
from db.invitations import Used
from db.places import Spot
from db.roles import Held
from db.scene import Grant
from handlers import start
from handlers.announcements import talk as announcements
from handlers.groups import group_list
from handlers.groups import talk as group_talk
from handlers.roles import candidates as candidate_talk
from handlers.roles import inviting
from handlers.roles import talk as role_talk
from handlers.router import Dispatcher
from tests.handlers.desk import BEN, COMMUNE, SPOTS, Desk, fallback, stage, stale
from tests.handlers.stage import NOW

ADMIN = (Grant("admin", COMMUNE.id, COMMUNE.path),)
CODE = "7KQM-3XRT"
HEAD_OF_BEN = "Trưởng thôn Bến"
NEW_YEAR = datetime(2026, 12, 31, 17, tzinfo=UTC)  # the end of 31/12 in the village
DISPATCHER = Dispatcher(
    [
        start.router,
        announcements.router,
        role_talk.router,
        inviting.router,
        candidate_talk.router,
        group_talk.router,
        group_list.router,
    ],
    fallback=fallback,
    stale=stale,
    ask_first=start.ask_first,
)


def _below(path: str, kind: str | None = None) -> list[Spot]:
    return [s for s in SPOTS if s.path.startswith(path) and kind in (None, s.kind)]


def desk(grants: tuple[Grant, ...] = ADMIN, **more: Any) -> Desk:
    here = stage()
    here.answers[places.below] = _below
    here.answers[roles.held] = lambda actor: []
    here.answers[candidates.waiting] = lambda actor: []
    here.answers[invitations.unused] = lambda actor: []
    return Desk(grants, answers=here, dispatcher=DISPATCHER, **more)


def held(number: int = 1, **more: Any) -> Held:
    values: dict[str, Any] = {
        "id": number,
        "person_id": 40 + number,
        "who": f"Ông {number}",
        "language": "vi",
        "role": "village_head",
        "place": "Thôn Bến",
        "path": BEN.path,
        "since": NOW,
        "until": None,
        **more,
    }
    return Held(**values)


def candidate(**more: Any) -> Candidate:
    values: dict[str, Any] = {
        "id": 6,
        "role": "village_head",
        "place": "Thôn Bến",
        "until": None,
        "person_id": 41,
        "who": "Ông Tre",
        "language": "vi",
        "inviter": 7,
        **more,
    }
    return Candidate(**values)


def used(**more: Any) -> Used:
    values: dict[str, Any] = {
        "id": 6,
        "role": "village_head",
        "place": "Thôn Bến",
        "until": None,
        "inviter": 5,
        "who": "Ông Tre",
        "platform": "sandbox-zalo",
        "grant": None,
        **more,
    }
    return Used(**values)


def listing(*found: Held, **more: Any) -> Desk:
    here = desk(**more)
    here.stage.answers[roles.held] = lambda actor: list(found)
    here.stage.answers[roles.read] = lambda actor, id: next(one for one in found if one.id == id)
    return here
