"""An album arrives as one message for each picture, its words with the first: nothing of it is
lost, wherever it is sent."""

from __future__ import annotations

from bot.platforms.telegram.hearing import Hearing
from db import tickets
from handlers.messages import Attachment, Message
from tests.bot.platforms.telegram.updates import ME, file, private
from tests.handlers.desk import CADRE, Desk, at
from tests.handlers.reporting import GATE, LAMP, ready, reporter
from tests.handlers.talk import Talk

WORDS = "Rác thải đổ ở mương, hôi thối lắm"


async def send_album(chat: Talk | Desk, words: str) -> None:
    hearing = Hearing(ME)
    for number in (1, 2, 3):
        photo = [file(f"photo-{number}", 900, width=9, height=9)]
        said = {"caption": words} if words and number == 1 else {}
        heard = await hearing.understand(private(photo=photo, media_group_id="77", **said))
        assert isinstance(heard, Message)
        assert heard.attachments == (Attachment(f"photo-{number}", "photo", "", 900),)
        await chat.say(heard.text, *heard.attachments)


async def test_an_album_that_begins_a_report_is_in_it_as_a_whole() -> None:
    told = reporter(ready())
    await told.say("/phananh")
    await send_album(told, WORDS)
    await told.say(GATE)
    await told.press("feedback.send")
    report = told.done[-1]
    assert report.verb is tickets.open_report
    assert (report.arguments["what"], report.arguments["files"]) == (WORDS, (40, 41, 42))


async def test_an_album_that_ends_a_report_is_in_it_as_a_whole() -> None:
    told = reporter(ready())
    for words in ("/phananh", LAMP, GATE):
        await told.say(words)
    await send_album(told, "")
    await told.press("feedback.send")
    assert told.done[-1].arguments["files"] == (40, 41, 42)


async def test_an_album_is_in_an_announcement_as_a_whole() -> None:
    desk = at("text", CADRE, body="", places=[], segments=[])
    await send_album(desk, WORDS)
    assert (desk.keep["body"], desk.keep["media"]) == (WORDS, [40, 41, 42])


async def test_an_album_takes_the_place_of_what_is_rewritten() -> None:
    desk = at("text", CADRE, media=[7], mode="rewrite")
    await send_album(desk, WORDS)
    assert (desk.keep["body"], desk.keep["media"]) == (WORDS, [40, 41, 42])
