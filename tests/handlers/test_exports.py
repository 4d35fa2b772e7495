"""An admin asks for a table step by step; leaders for statistics; others are told whom to ask."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db import exports, places
from db.exports import UnderWay
from db.listing import Filters
from db.permissions import NotAllowed
from db.scene import Grant, Scene
from handlers import exports as talk
from handlers.messages import Effect, Incoming, Outcome, Reply
from handlers.router import Dispatcher
from tests.handlers.desk import BEN, DONG, ask_first, fallback, stale
from tests.handlers.inputs import shipped
from tests.handlers.stage import NOW, Stage, message, press, scene

WORDS = shipped().words("vi")
ADMIN = (Grant("admin", 2, "1.2."),)
APPROVER = (Grant("approver", 2, "1.2."),)
HEAD = (Grant("village_head", 3, "1.2.3."),)
DISPATCHER = Dispatcher([talk.router], fallback=fallback, stale=stale, ask_first=ask_first)


class Office:
    """Every reply becomes the scene of what comes next."""

    def __init__(self, grants: tuple[Grant, ...] = ADMIN, *, files: bool = True) -> None:
        self.scene: Scene = replace(scene(grants=grants), menu_id=1)
        self.files = files
        self.stage = Stage(shipped())
        self.villages = [BEN, DONG]
        self.stage.answers[places.below] = lambda path, kind: self.villages

    async def say(self, text: str) -> Outcome:
        return await self._hear(message(text))

    async def press(self, action: str) -> Outcome:
        assert action in [offered for _, offered in self.scene.buttons]
        return await self._hear(press(action))

    async def asked(self, *choices: str) -> Outcome:
        """`/xuat`, and the choices after it."""
        outcome = await self.say("/xuat")
        for choice in choices:
            outcome = await self.press(choice)
        return outcome

    async def _hear(self, incoming: Incoming) -> Outcome:
        context = replace(self.stage.context(self.scene), files=self.files)
        outcome = await DISPATCHER.dispatch(incoming, context)
        if isinstance(outcome, Reply):
            self.scene = replace(
                self.scene,
                step=outcome.step or "",
                keep=json.loads(json.dumps(dict(outcome.keep))),
                buttons=tuple((button.label, button.action) for button in outcome.buttons),
            )
        return outcome


def text(outcome: Outcome) -> str:
    assert isinstance(outcome, Reply)
    return outcome.text


def order(outcome: Outcome) -> dict[str, Any]:
    """What was ordered."""
    assert isinstance(outcome, Effect)
    assert outcome.verb is exports.request
    return dict(outcome.arguments)


def midnight(year: int, month: int, day: int) -> datetime:
    """In Vietnam."""
    return datetime(year, month, day, tzinfo=UTC) - timedelta(hours=7)


CHOICES = ("exports.period:last_month", "exports.format:xlsx", f"exports.place:{BEN.id}")


async def test_four_choices_make_an_order() -> None:
    office = Office()
    assert "01/10/2026 đến 31/10/2026, Thôn Bến, bảng Excel" in text(await office.asked(*CHOICES))
    assert order(await office.press("exports.go")) == {
        "kind": "xlsx",
        "filters": Filters(midnight(2026, 10, 1), midnight(2026, 11, 1), BEN.id),
    }


async def test_names_come_only_by_a_choice_of_their_own() -> None:
    office = Office()
    await office.asked("exports.period:all", "exports.format:csv", "exports.place:all")
    ordered = order(await office.press("exports.go:names"))
    assert ordered == {"kind": "csv", "filters": Filters(names=True)}


async def test_a_period_may_be_written() -> None:
    office = Office()
    await office.say("/xuat")
    await office.say("từ 1/11 đến 20/11")
    assert office.scene.step == "exports.format"
    assert office.scene.keep == {"since": "2026-11-01", "until": "2026-11-20"}


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("31/2", "period_no_such_day"),
        ("20/11 đến 1/11", "period_backwards"),
        ("hôm nào cũng được", "period_unclear"),
    ],
)
async def test_a_period_that_is_none_is_asked_for_again(said: str, key: str) -> None:
    office = Office()
    await office.say("/xuat")
    again = text(await office.say(said))
    assert again.startswith(WORDS(f"exports.{key}"))
    assert office.scene.step == "exports.period"


async def test_where_there_is_one_village_it_is_not_asked_for() -> None:
    office = Office()
    office.villages = [BEN]
    await office.asked("exports.period:all", "exports.format:csv")
    assert office.scene.step == "exports.confirm"


@pytest.mark.parametrize("choices", [(), CHOICES[:1], CHOICES[:2], CHOICES])
async def test_what_is_no_choice_is_asked_again_and_nothing_is_lost(
    choices: tuple[str, ...],
) -> None:
    office = Office()
    await office.asked(*choices)
    before = office.scene
    await office.say("ờ thì")
    assert (office.scene.step, office.scene.keep, office.scene.buttons) == (
        before.step,
        before.keep,
        before.buttons,
    )


async def test_a_choice_may_be_named() -> None:
    office = Office()
    await office.asked(*CHOICES[:2])
    await office.say("bến")
    assert office.scene.keep["place"] == BEN.id


async def test_thinking_better_of_it_orders_nothing() -> None:
    office = Office()
    await office.asked(*CHOICES)
    assert text(await office.press("exports.cancel")) == WORDS("exports.cancelled")


async def test_refusals_are_polite() -> None:
    office = Office()
    await office.asked(*CHOICES)
    outcome = await office.press("exports.go")
    assert isinstance(outcome, Effect)
    assert outcome.refusals[UnderWay].text == WORDS("exports.under_way")
    assert outcome.refusals[NotAllowed].text == WORDS("start.not_allowed")


async def test_statistics_are_of_the_last_eight_weeks() -> None:
    ordered = order(await Office(APPROVER).say("thống kê"))
    since, until = midnight(2026, 9, 28), midnight(2026, 11, 23)
    assert until > NOW
    assert ordered == {"kind": "chart", "filters": Filters(since, until)}


@pytest.mark.parametrize(
    ("grants", "said", "key"),
    [
        (APPROVER, "/xuat", "not_allowed"),
        (HEAD, "/xuat", "not_allowed"),
        (HEAD, "/thongke", "not_allowed_statistics"),
        ((), "/thongke", "not_allowed_statistics"),
    ],
)
async def test_others_are_told_whom_to_ask(grants: tuple[Grant, ...], said: str, key: str) -> None:
    assert text(await Office(grants).say(said)) == WORDS(f"exports.{key}")


async def test_where_no_file_can_go_another_way_is_shown() -> None:
    office = Office(files=False)
    assert text(await office.say("/xuat")) == WORDS("exports.no_files")
    assert isinstance(await office.press("exports.statistics"), Effect)


@pytest.mark.parametrize("said", ["/xuat", "/thongke"])
async def test_a_group_is_no_place_for_it(said: str) -> None:
    office = Office()
    office.scene = replace(office.scene, chat_kind="group")
    assert await office.say(said) == Reply(WORDS("exports.in_private"), stay=True)


def test_labels_fit_on_a_button() -> None:
    for language in ("vi", "en"):
        words = shipped().words(language)
        keys = [f"period_{name}" for name in ("week", "month", "last_month", "all")]
        for key in (*keys, "format_xlsx", "format_csv", "all_places", "go", "go_with_names"):
            assert len(words(f"exports.{key}")) <= 24
