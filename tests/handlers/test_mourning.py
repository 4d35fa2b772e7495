"""A death in the family is answered with sympathy first; a thing that was lost is not."""

from __future__ import annotations

import pytest

from bot.platforms.zalo.facts import SPLIT
from db import questions
from handlers import faq
from handlers.messages import Effect, Reply
from tests.handlers.inputs import shipped
from tests.handlers.stage import Stage, message, scene

LINES = {language: shipped().words(language)("faq.condolence") for language in ("vi", "en")}


async def told(text: str, language: str = "vi") -> Reply:
    context = Stage(shipped()).context(scene(version=1), language)
    outcome = await faq.question(message(text), context)
    reply = outcome.say(3) if isinstance(outcome, Effect) else outcome
    assert isinstance(reply, Reply)
    return reply


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("ông nội em mới mất, cần làm giấy gì", "Đăng ký khai tử"),
        ("bo toi moi mat hom qua, can lam giay gi", "Đăng ký khai tử"),
        ("má tui qua đời hồi hôm, giờ khai tử ở đâu", "Đăng ký khai tử"),
    ],
)
async def test_sympathy_comes_before_the_answer(text: str, about: str) -> None:
    reply = await told(text)
    assert reply.text.startswith(f"{LINES['vi']}\n\n{about}")
    assert reply.text.lower().count("chia buồn") == 1
    assert len(reply.text) <= SPLIT


async def test_sympathy_is_said_in_the_language_spoken() -> None:
    assert (await told("my father died, which papers", "en")).text.startswith(LINES["en"])


@pytest.mark.parametrize(
    "text",
    [
        "chồng tôi mất tháng trước giờ có được tiền gì không",
        "chong toi mat thang truoc gio co duoc tien gi khong",
        "bố em mất rồi có được hưởng tiền gì không",
    ],
)
async def test_who_asks_for_money_after_a_death_is_led_to_the_funeral_support(text: str) -> None:
    reply = await told(text)
    assert reply.text.startswith(LINES["vi"])
    offered = " ".join(button.action for button in reply.buttons)
    assert "mai_tang" in (*reply.keep.values(), *offered.replace(".", ":").split(":"))


@pytest.mark.parametrize(
    "text",
    [
        "mất giấy khai sinh",
        "mat giay khai sinh",
        "mất căn cước thì làm lại ở đâu",
        "mẹ em mất căn cước",
        "me em mat can cuoc, lam lai o dau",
        "giấy khai sinh của mẹ em mất rồi",
        "chồng tôi mất tiền",
        "bố em làm căn cước mất bao lâu",
        "nha em mat dien",
        "con chó nhà em mất rồi",
        "em mất rồi",
        "toi bo mat roi",
        "ông nội mất từ năm 1985 chưa khai tử",
    ],
)
def test_what_is_lost_or_long_past_is_not_mourned(text: str) -> None:
    assert not shipped().topics.mourning.told(text)


@pytest.mark.parametrize(
    "text",
    [
        "bố em mất",
        "vợ mất rồi giờ làm giấy gì",
        "chong toi qua doi",
        "anh trai tôi chết vì tai nạn",
        "my grandmother has just passed away",
        "mẹ tôi mất ở bệnh viện, khai tử ở đâu",
    ],
)
def test_a_death_in_the_family_is_heard(text: str) -> None:
    assert shipped().topics.mourning.told(text)


async def test_a_group_is_told_of_sympathy_first_too() -> None:
    stage = Stage(shipped())
    stage.answers |= {questions.lately: [], questions.last: None}
    where = stage.context(scene(chat_kind="group", version=1))
    text = "ông nội em mới mất, cần làm giấy gì"
    outcome = await faq.question(message(text, group=True), where)
    assert isinstance(outcome, Effect)
    assert outcome.say(3).text.startswith(f"{LINES['vi']}\n\nĐăng ký khai tử")
