"""The conversation in docs/developing.md does what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

from handlers.messages import Press, Reply
from handlers.router import Dispatcher, Router
from tests.handlers.desk import ask_first, fallback, stale
from tests.handlers.stage import PRIVATE, SOMEBODY, Stage, message, scene

PAGE = Path(__file__).resolve().parent.parent / "docs" / "developing.md"
MARKET_DAY = "Chợ phiên họp ngày mùng Năm."


def dispatcher() -> Dispatcher:
    found = re.search(r"```python\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    module = ModuleType("market")
    exec(compile(found[1], PAGE.name, "exec"), module.__dict__)  # noqa: S102 - our own page
    router = module.__dict__["router"]
    assert isinstance(router, Router)
    return Dispatcher([router], fallback=fallback, stale=stale, ask_first=ask_first)


async def test_the_example_answers_whose_village_is_known() -> None:
    reply = await dispatcher().dispatch(message("chợ phiên"), Stage().context(scene()))
    assert isinstance(reply, Reply)
    assert (reply.text, reply.step) == (MARKET_DAY, None)


async def test_the_example_asks_for_the_village_and_goes_on() -> None:
    talk, stage = dispatcher(), Stage()
    asked = await talk.dispatch(message("/chophien"), stage.context(scene(place_id=None)))
    assert isinstance(asked, Reply)
    assert asked.step == "market.village"
    here = scene(place_id=None, step="market.village", free_text=True)
    reply = await talk.dispatch(message("Bến Đò"), stage.context(here))
    assert isinstance(reply, Reply)
    assert reply.text == MARKET_DAY


async def test_the_examples_button_outlives_its_menu() -> None:
    press = Press(PRIVATE, SOMEBODY, "77", 0, "market.next")
    reply = await dispatcher().dispatch(press, Stage().context(scene(menu_id=99)))
    assert isinstance(reply, Reply)
    assert reply.text == MARKET_DAY


async def test_the_example_keeps_out_of_groups() -> None:
    context = Stage().context(scene(chat_kind="group"))
    reply = await dispatcher().dispatch(message("chợ phiên", group=True), context)
    assert isinstance(reply, Reply)
    assert reply.text == context.words("groups.in_private")
