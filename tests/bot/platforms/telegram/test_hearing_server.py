"""What the loopback Bot API brings, which others wrote, is understood like our own recordings."""

from __future__ import annotations

from bot.platforms.telegram.hearing import Hearing
from bot.platforms.telegram.me import me_of
from bot.platforms.telegram.wire import Wire
from handlers.messages import Edit, Incoming, Membership, Message, Moved, Press
from tests.servers.telegram import TelegramServer


async def understood(server: TelegramServer, token: str) -> list[Incoming | None]:
    """Everything that waits for this bot."""
    async with Wire(token, base_url=server.base_url) as wire:
        hearing = Hearing(me_of(await wire.call("getMe")))
        return [await hearing.understand(one) for one in await wire.call("getUpdates")]


def told(heard: list[Incoming | None]) -> list[str]:
    return [one.text for one in heard if isinstance(one, Message) and one.addressed]


async def test_a_private_chat_is_understood() -> None:
    async with TelegramServer() as server:
        token = server.bot("loalang_thu_bot")
        lua = server.person("Bà Lúa")
        lua.say(token, "/start xa-mau")
        lua.album(token, [b"1", b"2"], "Cột đèn đổ")
        lua.say(token, document=("Đơn.pdf", b"%PDF"))
        lua.say(token, location=(20.5, 106.25))
        lua.say(token, contact="+84000000000")
        lua.say(token, voice=b"OggS")
        lua.say(token, "ao", video=b"mp4")
        lua.say(token, sticker=True)
        first = lua.say(token, "Nước bẩn", forward="Người lạ")
        lua.edit(token, first["message_id"], "Nước rất bẩn")
        lua.forge(token, 99, "812.1")
        lua.forge(token, 99, "not ours")
        lua.block(token)
        lua.unblock(token)
        heard = await understood(server, token)
    sender = str(lua.id)
    messages = [one for one in heard if isinstance(one, Message)]
    assert {(one.chat.id, one.sender.id) for one in heard if one} == {(sender, sender)}
    assert told(heard)[:3] == ["/start xa-mau", "Cột đèn đổ", ""]
    assert [one.kind for each in messages for one in each.attachments] == ["photo"] * 2 + [
        "document"
    ]
    assert [one.untaken for one in messages if one.untaken] == [
        "contact",
        "voice",
        "video",
        "other",
    ]
    assert [type(one) for one in heard[-6:]] == [
        Message,
        Edit,
        Press,
        type(None),
        Membership,
        Membership,
    ]
    assert [one.standing for one in heard if isinstance(one, Membership)] == ["out", "member"]


async def test_a_group_is_understood_whoever_speaks_in_it() -> None:
    async with TelegramServer() as server:
        token = server.bot("loalang_thu_bot", name="Loa Làng", privacy=False)
        lua, channel = server.person("Bà Lúa"), server.group("Kênh xã", kind="channel")
        group = server.group("Hộ dân", [lua], kind="supergroup")
        group.add(token, by=lua)
        group.promote(token, by=lua)
        group.demote(token)
        group.mute(token)
        lua.say(group, "mai họp nhé")
        lua.say(group, "@loalang_thu_bot giấy khai sinh")
        lua.say(group, "/hoi@loalang_thu_bot giấy")
        lua.say(group, "/hoi@khac_bot giấy")
        lua.say(group, "/tin", forward="Người lạ")
        group.say_as_admin("/hoi anh")
        group.say_as_channel(channel, "/hoi kênh")
        group.linked_post(channel, "/hoi tin")
        group.remove(token)
        heard = await understood(server, token)
    assert [one.standing for one in heard if isinstance(one, Membership)] == [
        "member",
        "admin",
        "member",
        "muted",
        "out",
    ]
    assert told(heard) == ["giấy khai sinh", "/hoi giấy"]
    said = [one.text for one in heard if isinstance(one, Message) and not one.addressed]
    assert said == ["mai họp nhé", "/hoi@khac_bot giấy"]


async def test_a_group_that_is_upgraded_lives_on_under_its_new_id() -> None:
    async with TelegramServer() as server:
        token = server.bot()
        group = server.group("Hộ dân", [token], told=False)
        upgraded = group.upgrade()
        heard = await understood(server, token)
    assert [(one.chat.id, one.to) for one in heard if isinstance(one, Moved)] == [
        (str(group.id), str(upgraded.id))
    ]
    assert [one for one in heard if one and not isinstance(one, Moved)] == []


async def test_a_topic_is_a_chat_of_its_own() -> None:
    async with TelegramServer() as server:
        token, lua = server.bot("loalang_thu_bot"), server.person("Bà Lúa")
        forum = server.group("Thôn", [lua, token], forum=True, told=False)
        topic = forum.topic("Hỏi đáp")
        lua.say(forum, "/hoi giấy", topic=topic)
        (said,) = [one for one in await understood(server, token) if one]
    assert (said.chat.id, said.chat.kind) == (f"{forum.id}/{topic}", "group")
