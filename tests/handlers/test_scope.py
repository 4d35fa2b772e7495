"""What is told where an entry alone would mislead."""

from __future__ import annotations

import pytest

from handlers import faq
from handlers.messages import Effect, Reply
from tests.handlers.inputs import shipped
from tests.handlers.stage import Stage, message, scene

NUMBER = 3  # of the question that is kept


async def told(text: str, language: str = "vi") -> Reply:
    context = Stage(shipped()).context(scene(version=1), language)
    outcome = await faq.question(message(text), context)
    reply = outcome.say(NUMBER) if isinstance(outcome, Effect) else outcome
    assert isinstance(reply, Reply)
    return reply


@pytest.mark.parametrize(
    "text",
    ["lấy chồng Hàn Quốc cần giấy tờ gì", "kết hôn với người nước ngoài nộp ở đâu, mấy ngày"],
)
async def test_who_marries_a_foreigner_is_told_so_and_not_the_usual_papers(text: str) -> None:
    reply = await told(text)
    entry = shipped().entry("ket_hon")
    assert entry is not None
    assert "Với người nước ngoài cũng làm ở xã" in reply.text
    assert entry.aspects["ho_so"].split("\n")[0] not in reply.text
    assert "faq.aspect:ket_hon.ho_so" in [button.action for button in reply.buttons]


async def test_who_is_too_young_is_told_the_age() -> None:
    reply = await told("15 tuổi kết hôn được không")
    assert "nữ từ đủ 18 tuổi" in reply.text


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "text", ["giờ mở cửa chợ", "đăng ký tạm trú cho con bò", "mua sổ hộ nghèo ở đâu"]
)
async def test_what_is_foreign_to_us_is_told_where_to_go(text: str, language: str) -> None:
    topic = shipped().search.find(text).topic
    assert topic is not None
    reply = await told(text, language)
    assert reply.text.startswith(topic.advice[language])
