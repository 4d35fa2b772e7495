"""A cadre's private chat, played by hand: every reply becomes the scene of the next message."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from db import audience, errands, groups, invitations, links, media, people, places, roles
from db.announcements import Progress
from db.audience import Audience, Offer
from db.places import Spot
from db.scene import Grant, Scene
from handlers.announcements import progress as followed
from handlers.announcements import taking
from handlers.announcements import talk as announcements
from handlers.groups import group_list
from handlers.groups import talk as group_talk
from handlers.messages import Attachment, Effect, Incoming, Location, Message, Outcome, Reply
from handlers.router import Context, Dispatcher
from tests.handlers.inputs import shipped
from tests.handlers.stage import Stage, message, press, scene

COMMUNE = Spot(2, "xa", "Xã Mẫu", "commune", "1.2.")
BEN = Spot(3, "ben", "Thôn Bến", "village", "1.2.3.")
DONG = Spot(4, "dong", "Thôn Đông", "village", "1.2.4.")
TAY = Spot(5, "tay", "Thôn Tây", "village", "1.2.5.")
SPOTS = (COMMUNE, BEN, DONG, TAY)
GROUPS = {"households": 2, "party_members": 1}

HEAD = (Grant("village_head", BEN.id, BEN.path),)
CADRE = (Grant("cadre", COMMUNE.id, COMMUNE.path),)
APPROVER = (Grant("approver", COMMUNE.id, COMMUNE.path),)
RESIDENT: tuple[Grant, ...] = ()

WORDS = shipped().words("vi")

TEXT = "Ngày mai thôn ta mất nước từ 8 giờ."
PHOTO = Attachment("ref", "photo", "gieng.jpg")
RIVER = Location(20.5, 106.25)
CHOSEN = {
    "body": TEXT,
    "media": [],
    "places": [BEN.id, DONG.id],
    "segments": ["households"],
    "urgent": False,
    "mode": "",
    "shown": "",
}


async def fallback(message: Message, context: Context) -> Outcome:
    return Reply("nobody claims this", stay=True)


async def stale(incoming: Incoming, context: Context) -> Outcome:
    return Reply("this menu is gone", stay=True)


def ask_first(context: Context, wish: str) -> Reply:
    return Reply("unfinished", stay=True)


DISPATCHER = Dispatcher(
    [announcements.router, followed.router, taking.router, group_talk.router, group_list.router],
    fallback=fallback,
    stale=stale,
    ask_first=ask_first,
)


def stage() -> Stage:
    """Every village has the groups of `GROUPS`, on both platforms; only the whole is too wide."""
    stage = Stage(shipped())
    stage.answers[places.below] = lambda path: [s for s in SPOTS if s.path.startswith(path)]
    stage.answers[places.named] = lambda ids: [spot for spot in SPOTS if spot.id in ids]
    stage.answers[audience.offer] = _offer
    stage.answers[audience.count] = _count
    stage.answers[media.states] = lambda ids: dict.fromkeys(ids, "kept")
    stage.answers[groups.overview] = lambda actor: []
    stage.answers[groups.loose] = []
    stage.answers[errands.mine] = []
    stage.answers[invitations.open_among] = stage.answers[groups.open_among] = ""
    stage.answers[roles.admins] = 1
    stage.answers[links.waiting] = None
    stage.answers[links.accounts] = []
    return stage


def _offer(actor: Any, chosen: tuple[int, ...]) -> Offer:
    return Offer(GROUPS, _too_wide(actor, chosen))


def _count(actor: Any, chosen: tuple[int, ...], segments: tuple[str, ...]) -> Audience:
    groups = len(chosen) * sum(GROUPS[segment] for segment in segments)
    platforms = {"sandbox-telegram": groups - 1, "sandbox-zalo": 1}
    return Audience(groups, platforms, _too_wide(actor, chosen))


def _too_wide(actor: Any, chosen: tuple[int, ...]) -> bool:
    whole = COMMUNE.id in chosen or {3, 4, 5} <= set(chosen)
    return whole and not actor.can("announcement:send_wide", COMMUNE.path)


class Desk:
    """`results`: what each verb returns, a value, a function of its arguments or an error it
    raises; `done`: the effects so far."""

    def __init__(
        self,
        grants: tuple[Grant, ...],
        *,
        answers: Stage | None = None,
        dispatcher: Dispatcher = DISPATCHER,
        **more: Any,
    ) -> None:
        self.stage = answers or stage()
        self.dispatcher = dispatcher
        self.scene: Scene = replace(scene(grants=grants, **more), menu_id=1)
        self.done: list[Effect[Any]] = []
        self.results: dict[Callable[..., Any], Any] = {
            media.want: self._want,
            media.discard: None,
            people.speak: None,
        }
        self._files = 40

    async def say(
        self, text: str = "", *attachments: Attachment, location: Location | None = None
    ) -> Reply:
        return await self.hear(message(text, *attachments, location=location))

    async def press(self, action: str) -> Reply:
        """Only what is on offer can be pressed."""
        assert action in [offered for _, offered in self.scene.buttons]
        return await self.hear(press(action))

    async def press_elsewhere(self, action: str) -> Reply:
        """A standing button on another message."""
        return await self.hear(replace(press(action), menu="99"))

    async def hear(self, incoming: Incoming) -> Reply:
        context = self.stage.context(self.scene)
        reply = self._settled(await self.dispatcher.dispatch(incoming, context))
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
    def keep(self) -> dict[str, Any]:
        return dict(self.scene.keep)

    def _settled(self, outcome: Outcome) -> Reply:
        assert outcome is not None
        if isinstance(outcome, Reply):
            return outcome
        self.done.append(outcome)
        result = self.results[outcome.verb]
        if isinstance(result, Exception):
            return outcome.refusals[type(result)]
        said: Reply = outcome.say(result(**outcome.arguments) if callable(result) else result)
        return said

    def _want(self, files: list[media.Seen]) -> tuple[int, ...]:
        first, self._files = self._files, self._files + len(files)
        return tuple(range(first, self._files))


def actions(reply: Reply) -> list[str]:
    return [button.action for button in reply.buttons]


def labels(reply: Reply) -> list[str]:
    return [button.label for button in reply.buttons]


def progress(**more: Any) -> Progress:
    values: dict[str, Any] = {
        "version_id": 12,
        "author_chat": 9,
        "status_id": None,
        "shown": "",
        "counts": {"queued": 4},
        "not_reached": {},
        "stopped": False,
        **more,
    }
    return Progress(**values)


def at(step: str, grants: tuple[Grant, ...] = CADRE, **keep: Any) -> Desk:
    """In the middle of it, with a menu on offer as that step would offer it."""
    buttons = {
        "places": (
            ("Thôn Bến", "announcements.place:3"),
            (WORDS("announcements.chosen", label="Thôn Đông"), "announcements.place:4"),
            ("Thôn Tây", "announcements.place:5"),
            ("Tiếp tục", "announcements.places_done"),
        ),
        "segments": (
            ("Tất cả các nhóm", "announcements.all:households,party_members"),
            ("Hộ dân (2 nhóm)", "announcements.segment:households"),
            ("Đảng viên (1 nhóm)", "announcements.segment:party_members"),
            ("Tiếp tục", "announcements.segments_done"),
        ),
        "preview": (
            ("Gửi ngay", "announcements.send"),
            ("Thêm nội dung", "announcements.add"),
            ("Sửa nội dung", "announcements.rewrite"),
            ("Đổi nơi nhận", "announcements.change_places"),
            ("Đánh dấu khẩn", "announcements.urgent"),
        ),
    }
    offered = (*buttons.get(step, ()), ("Thôi", "announcements.cancel"))
    return Desk(
        grants,
        step=f"announcements.{step}",
        keep={**CHOSEN, **keep},
        free_text=step == "text",
        buttons=offered,
    )
