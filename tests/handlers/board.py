"""Somebody who makes bulletins: every conversation is there, as in the program, and the verbs of
bulletins answer as they would."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from db import announcements, audience, bulletins, places, standings
from db import material as matter
from db.audience import Audience, Offer
from db.material import Material, Told
from db.scene import Grant
from db.standings import Definition, Standing
from db.standings import Outcome as Became
from handlers import dispatcher
from handlers.bulletins.plan import Plan
from handlers.messages import Incoming, Reply
from handlers.router import Dispatcher
from tests.handlers.desk import BEN, CADRE, HEAD, SPOTS, WORDS, Desk, progress, stage
from tests.handlers.stage import Stage

__all__ = ["BEN", "CADRE", "HEAD", "WORDS"]

FIRST = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # Monday 23/11, 5.30 in Vietnam
MORNING = "ban-tin-sang"
WEEKDAYS = {
    "kind": "weekly",
    "hour": 5,
    "minute": 30,
    "days": [0, 1, 2, 3, 4],
    "day": 0,
    "on": None,
}
DEFINITION = Definition(
    title="Bản tin sáng – Thôn Bến",
    text="Đổ rác trước 6 giờ tối.",
    sections=("day", "announcements", "text"),
    schedule=WEEKDAYS,
    places=(BEN.id,),
    segments=("households",),
    late_hours=4,
)
LAST = Became(41, datetime(2026, 11, 19, 22, 30, tzinfo=UTC), "sent", "", 12, FIRST)
STANDING = Standing(
    id=5,
    definition=DEFINITION,
    owner_id=7,
    owner="Bà Lúa",
    state="active",
    next_at=FIRST,
    swept_at=LAST.slot,
    last=LAST,
    skipped_next=False,
    places=("Thôn Bến",),
)
TOLD = Material(3, announcements=(Told(9, date(2026, 11, 21), "Cắt nước để thau bể."),))
CHANGING: tuple[Callable[..., Standing], ...] = (
    *(bulletins.make, bulletins.change, bulletins.end, bulletins.pause, bulletins.resume),
    *(bulletins.skip_next, bulletins.unskip),
)
PLAN = replace(Plan.change(STANDING), bulletin=0, title="Bản tin sáng", usual=WEEKDAYS)


@cache
def whole() -> Dispatcher:
    return dispatcher()


def ready(standing: Standing = STANDING, material: Material = TOLD) -> Stage:
    answers = stage()
    answers.answers.update(
        {
            standings.mine: [standing],
            standings.get: standing,
            bulletins.asked: [],
            matter.preview: lambda actor, **_: material,
            announcements.progress: progress(counts={"sent": 3, "failed": 1}),
            places.named: lambda ids: [spot for spot in SPOTS if spot.id in ids],
            audience.offer: lambda actor, ids: Offer({"households": 2}, False),
            audience.count: Audience(2, {"sandbox-telegram": 2}, False),
        }
    )
    return answers


class Board(Desk):
    """`language`: of the words it is answered in."""

    def __init__(
        self,
        grants: tuple[Grant, ...] = HEAD,
        *,
        standing: Standing = STANDING,
        material: Material = TOLD,
        language: str = "vi",
        **more: Any,
    ) -> None:
        super().__init__(grants, answers=ready(standing, material), **more)
        self.language = language
        self.results |= dict.fromkeys(CHANGING, standing)
        self.results[bulletins.send_now] = progress()

    async def hear(self, incoming: Incoming) -> Reply:
        context = self.stage.context(self.scene, self.language)
        reply = self._settled(await whole().dispatch(incoming, context))
        if not reply.stay:
            self.scene = replace(
                self.scene,
                step=reply.step or "",
                keep=json.loads(json.dumps(dict(reply.keep))),
                free_text=reply.free_text,
                buttons=tuple((button.label, button.action) for button in reply.buttons),
            )
        return reply

    @property
    def plan(self) -> Plan:
        return Plan.of(self.scene.keep)


def making(step: str, plan: Plan = PLAN, grants: tuple[Grant, ...] = HEAD, **more: Any) -> Board:
    """In the middle of it; the menu is what that step offers when it is asked again."""
    free_text = step in ("when", "text")
    return Board(
        grants,
        step=f"bulletins.{step}",
        keep=json.loads(json.dumps(plan.keep)),
        free_text=free_text,
        buttons=BUTTONS[step],
        **more,
    )


_CANCEL = ("Thôi", "bulletins.cancel")
BUTTONS: dict[str, tuple[tuple[str, str], ...]] = {
    "places": (("Thôn Bến", "bulletins.place:3"), ("Tiếp tục", "bulletins.places_done"), _CANCEL),
    "segments": (
        ("Hộ dân (2 nhóm)", "bulletins.segment:households"),
        ("Tiếp tục", "bulletins.segments_done"),
        _CANCEL,
    ),
    "when": (("Theo giờ này", "bulletins.usual"), _CANCEL),
    "short": (
        ("Ngày cuối tháng", "bulletins.last_day"),
        ("Giữ ngày 31", "bulletins.keep_day"),
        ("Đổi giờ", "bulletins.change_time"),
        _CANCEL,
    ),
    "text": (("Không có", "bulletins.no_text"), _CANCEL),
    "doubt": (("Ghi vào", "bulletins.write_text"), ("Không ghi", "bulletins.drop_doubt"), _CANCEL),
    "preview": (
        ("Bắt đầu", "bulletins.begin"),
        ("Đổi giờ", "bulletins.change_time"),
        ("Sửa lời", "bulletins.change_text"),
        ("Đổi nơi nhận", "bulletins.change_places"),
        _CANCEL,
    ),
}
