"""Both libraries' own clients read the loopback server's answers: two parsers that know nothing
of each other, and each method and update."""

from __future__ import annotations

from typing import Any

from tests.servers.stage import Stage
from tests.servers.telegram import picture


def aiogram_kit() -> dict[str, Any]:
    from aiogram import types

    return {
        "keyboard": lambda data: types.InlineKeyboardMarkup(
            inline_keyboard=[[types.InlineKeyboardButton(text="Đã nhận", callback_data=data)]]
        ),
        "file": lambda data, name: types.BufferedInputFile(data, name),
        "photo": lambda media, words: types.InputMediaPhoto(media=media, caption=words),
        "entity": types.MessageEntity(type="bold", offset=0, length=2),
        "command": types.BotCommand(command="start", description="Bắt đầu"),
        "reply": lambda number: types.ReplyParameters(message_id=number),
    }


def ptb_kit() -> dict[str, Any]:
    import telegram

    return {
        "keyboard": lambda data: telegram.InlineKeyboardMarkup(
            [[telegram.InlineKeyboardButton("Đã nhận", callback_data=data)]]
        ),
        "file": lambda data, name: telegram.InputFile(data, name),
        "photo": lambda media, words: telegram.InputMediaPhoto(
            media if isinstance(media, str) else media.input_file_content, caption=words
        ),
        "entity": telegram.MessageEntity("bold", 0, 2),
        "command": telegram.BotCommand("start", "Bắt đầu"),
        "reply": lambda number: telegram.ReplyParameters(number),
    }


async def every_method(stage: Stage, bot: Any, kit: dict[str, Any]) -> None:
    """Both libraries name methods and fields alike."""
    server, me = stage.server, stage.person.id
    stage.server.set_pace(None)
    assert (await bot.get_me()).username == "loa_lang_bot"
    assert await bot.set_my_commands([kit["command"]])
    said = await bot.send_message(
        me, "Loa làng", entities=[kit["entity"]], reply_markup=kit["keyboard"]("a")
    )
    assert (said.text, said.chat.first_name, said.from_user.is_bot) == ("Loa làng", "Bà Tư", True)
    assert said.entities[0].length == 2
    reply = await bot.send_message(me, "đáp", reply_parameters=kit["reply"](said.message_id))
    assert reply.reply_to_message.message_id == said.message_id
    thread = stage.group.topic("Thông báo")
    inside = await bot.send_message(stage.group.id, "chủ đề", message_thread_id=thread)
    assert inside.is_topic_message
    photo = await bot.send_photo(me, kit["file"](picture(), "a.jpg"), caption="ảnh")
    assert [size.width for size in photo.photo] == [90, 320, 800, 1280]
    again = await bot.send_photo(stage.group.id, photo.photo[-1].file_id)
    assert again.photo[-1].file_id == photo.photo[-1].file_id
    paper = await bot.send_document(me, kit["file"](b"%PDF", "giấy tờ.pdf"))
    assert (paper.document.file_name, paper.document.file_size) == ("giấy tờ.pdf", 4)
    media = [kit["photo"](kit["file"](picture(9), "b.jpg"), "hai ảnh"),
             kit["photo"](photo.photo[-1].file_id, None)]  # fmt: skip
    album = await bot.send_media_group(me, media)
    assert len({each.media_group_id for each in album}) == 1
    assert album[0].caption == "hai ảnh"
    place = await bot.send_location(me, latitude=10.5, longitude=106.25)
    assert place.location.latitude == 10.5
    assert await bot.send_chat_action(me, "typing")
    edited = await bot.edit_message_text(
        "mới", chat_id=me, message_id=said.message_id, reply_markup=kit["keyboard"]("b")
    )
    assert edited.text == "mới"
    assert edited.edit_date is not None
    await bot.edit_message_caption(chat_id=me, message_id=photo.message_id, caption="chữ khác")
    await bot.edit_message_reply_markup(
        chat_id=me, message_id=reply.message_id, reply_markup=kit["keyboard"]("c")
    )
    query = stage.person.press(stage.token, reply.message_id, "Đã nhận")
    assert await bot.answer_callback_query(query, text="Cảm ơn bà con")
    assert await bot.pin_chat_message(me, reply.message_id, disable_notification=True)
    assert await bot.unpin_chat_message(me, message_id=reply.message_id)
    assert await bot.delete_message(me, reply.message_id)
    assert server.records.deleted == [(me, reply.message_id)]
    assert (await bot.get_chat(me)).first_name == "Bà Tư"
    assert (await bot.get_chat(stage.group.id)).is_forum
    for change, status in (
        (stage.group.promote, "administrator"),
        (stage.group.mute, "restricted"),
        (stage.group.demote, "member"),
    ):
        change(stage.token)
        assert (await bot.get_chat_member(stage.group.id, bot.id)).status == status
    assert await bot.leave_chat(stage.group.id)
    assert stage.group.chat.standing(bot.id) == "left"
    assert await bot.set_webhook("https://noi-khac.invalid/x", allowed_updates=["message"])
    info = await bot.get_webhook_info()
    assert list(info.allowed_updates) == ["message"]
    assert await bot.delete_webhook()


async def test_aiogram_reads_every_answer(stage: Stage, aiogram_bot: Any) -> None:
    await every_method(stage, aiogram_bot, aiogram_kit())
    sent = await aiogram_bot.send_document(stage.person.id, aiogram_kit()["file"](b"abc", "a.txt"))
    file = await aiogram_bot.get_file(sent.document.file_id)
    assert (await aiogram_bot.download_file(file.file_path)).read() == b"abc"


async def test_ptb_reads_every_answer(stage: Stage, ptb_bot: Any) -> None:
    await every_method(stage, ptb_bot, ptb_kit())
    sent = await ptb_bot.send_document(stage.person.id, ptb_kit()["file"](b"abc", "a.txt"))
    file = await ptb_bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"abc"


def much_happens(stage: Stage) -> None:
    """One update of each sort a person or group can cause."""
    person, group, bot = stage.person, stage.group, stage.token
    channel = stage.server.group("Kênh xã", [bot], kind="channel")
    topic = group.topic("Việc chung")
    person.say(group, "@loa_lang_bot #tin /giup", topic=topic)
    said = person.say(group, "ảnh", photo=picture())
    person.say(group, "đáp", reply_to=said["message_id"])
    person.album(bot, [picture(), picture()], "hai ảnh")
    person.say(bot, "", document=("đơn.docx", b"PK"))
    person.say(bot, "", location=(10.0, 106.0))
    person.say(bot, "", contact="0900000000")
    person.say(bot, "", voice=b"OggS")
    person.say(bot, "", video=b"....")
    person.say(bot, "", sticker=True)
    person.say(bot, "của người khác", forward=stage.server.person("Ông Ba").json)
    person.say(bot, "của ai đó", forward="Người ẩn")
    person.say(bot, "của kênh", forward=channel.json)
    group.say_as_admin("quản trị ẩn danh")
    group.say_as_channel(channel, "nhân danh kênh")
    group.linked_post(channel, "bài của kênh")
    channel.post("trên kênh")
    person.edit(group, said["message_id"], "ảnh, sửa lại")
    person.forge(bot, 1, "bịa")
    for change in (group.promote, group.demote, group.mute, group.unmute, group.remove, group.add):
        change(bot)
    person.block(bot)
    person.unblock(bot)
    stage.server.group("Nhóm nhỏ", [bot, person]).upgrade()
    group.remove(person)


async def test_aiogram_understands_every_update(stage: Stage, aiogram_bot: Any) -> None:
    much_happens(stage)
    updates = await aiogram_bot.get_updates(limit=100)
    assert len(updates) == len(stage.server.bots[stage.token].updates.pending)
    messages = [each.message for each in updates if each.message]
    assert {message.content_type for message in messages} >= {
        "text", "photo", "document", "location", "contact", "voice", "video", "sticker",
        "new_chat_members", "left_chat_member", "migrate_to_chat_id", "migrate_from_chat_id",
        "forum_topic_created",
    }  # fmt: skip
    assert sum(message.is_automatic_forward or False for message in messages) == 1
    assert {each.event_type for each in updates} == {
        "message", "edited_message", "channel_post", "callback_query", "my_chat_member",
    }  # fmt: skip


async def test_ptb_understands_every_update(stage: Stage, ptb_bot: Any) -> None:
    much_happens(stage)
    updates = await ptb_bot.get_updates(limit=100)
    assert len(updates) == len(stage.server.bots[stage.token].updates.pending)
    marked = next(each.message for each in updates if each.message and each.message.entities
                  and len(each.message.entities) == 3)  # fmt: skip
    found = marked.parse_entities()
    assert sorted(found.values()) == ["#tin", "/giup", "@loa_lang_bot"]
    origins = [each.message.forward_origin for each in updates if each.message]
    assert {str(origin.type) for origin in origins if origin} == {"user", "hidden_user", "channel"}
