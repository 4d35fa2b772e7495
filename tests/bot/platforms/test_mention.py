"""How people address the bot in a group, and what is left of their words."""

from __future__ import annotations

import pytest

from bot.platforms.mention import is_mentioned, without_mention

MENTION = "@Bot Loa Làng"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        pytest.param("@Bot Loa Làng xin chào", "xin chào", id="as its name is written"),
        pytest.param("@bot loa lang: cho hỏi", "cho hỏi", id="small letters without marks"),
        pytest.param("cho hỏi chút @BOT LOA LÀNG", "cho hỏi chút", id="at the end"),
        pytest.param("@Bot  Loa\nLàng chào", "chào", id="other white space"),
        pytest.param("@Bot Loa La\u0300ng, chào", "chào", id="marks written apart"),
        pytest.param("@Bot Loa Làng", "", id="nothing else"),
        pytest.param("có ai, kể cả @bot loa lang biết không", None, id="in the middle it stays"),
    ],
)
def test_a_mention_is_heard_and_taken_off(text: str, rest: str | None) -> None:
    assert is_mentioned(text, MENTION)
    assert without_mention(text, MENTION) == (text if rest is None else rest)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("bot loa làng ơi", id="without the sign"),
        pytest.param("@Bot Loa Làngx", id="a longer name"),
        pytest.param("@Bot Loa", id="half the name"),
        pytest.param("thư gửi a@b.c", id="an address"),
        pytest.param("@" * 5000, id="many signs"),
        pytest.param("", id="nothing"),
    ],
)
def test_other_words_are_no_mention(text: str) -> None:
    assert not is_mentioned(text, MENTION)
    assert without_mention(text, MENTION) == text
