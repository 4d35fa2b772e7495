"""Every kind of event as documented or seen, with invented people, and what is understood."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from handlers.messages import Attachment, Chat, Incoming, Message, Sender

Json: TypeAlias = dict[str, Any]
Case: TypeAlias = tuple[str, Json, Incoming | None]

MENTIONS: Final = ("@Bot Loa Làng", "@bot.VDthu")
ID: Final = "6ede9afa66b88fe6d6a9"
LUA: Final = Sender(ID, "Bà Lúa")
PRIVATE: Final = Chat(ID, "private")
GROUP: Final = Chat("zgr-f8a7101d77709e2ec761", "group")
PICTURE: Final = "https://photo.zdn.example/jpg/1"
PHOTO: Final = Attachment(PICTURE, "photo")


def event(kind: str, where: Chat = PRIVATE, /, **message: Any) -> Json:
    said = {
        "message_id": "2d758cb5e222177a4e35",
        "date": 1750316131602,
        "from": {"id": ID, "display_name": "Bà Lúa", "is_bot": False},
        "chat": {"id": where.id, "chat_type": where.kind.upper()},
        **message,
    }
    return {"event_name": f"message.{kind}.received", "message": said}


def text(words: str, where: Chat = PRIVATE, /, **message: Any) -> Json:
    return event("text", where, text=words, **message)


def private(words: str = "", **more: Any) -> Message:
    return Message(PRIVATE, LUA, words, **more)


def group(words: str, **more: Any) -> Message:
    return Message(GROUP, LUA, words, **more)


WORDS: Final[list[Case]] = [
    ("words", text("Đèn đường hỏng"), private("Đèn đường hỏng")),
    ("marks apart", text("Đe\u0300n ho\u0309ng"), private("Đèn hỏng")),
    ("two lines", text("một\r\nhai"), private("một\nhai")),
    ("half a character", text("a\ud83db\x00"), private("a\ufffdb\ufffd")),
    ("an emoji", text("dạ 🙏"), private("dạ 🙏")),
    ("nothing", text(""), private("")),
    ("mention in private", text("@Bot Loa Làng giấy khai sinh"), private("giấy khai sinh")),
    ("mention first", text("@Bot Loa Làng, mất nước", GROUP), group("mất nước")),
    ("mention without marks", text("@bot loa lang 7KQM-3XRT", GROUP), group("7KQM-3XRT")),
    ("mention last", text("mất nước @Bot Loa Làng", GROUP), group("mất nước")),
    ("mention alone", text("@Bot Loa Làng", GROUP), group("")),
    ("mention by account", text("@bot.VDthu mất nước", GROUP), group("mất nước")),
    ("somebody else", text("@Bác Gạo ơi", GROUP), group("@Bác Gạo ơi")),
    ("a reply to us", text("cảm ơn", GROUP), group("cảm ơn")),
    (
        "ids as numbers",
        text("dạ", **{"from": {"id": 17}, "chat": {"id": 17, "chat_type": "PRIVATE"}}),
        Message(Chat("17", "private"), Sender("17"), "dạ"),
    ),
    ("a bot", text("xin chào", **{"from": {"id": ID, "is_bot": True}}), None),
]
PICTURES: Final[list[Case]] = [
    ("as seen", event("image", photo_url=PICTURE), private(attachments=(PHOTO,))),
    ("as documented", event("image", photo=PICTURE), private(attachments=(PHOTO,))),
    (
        "both",
        event("image", photo_url=PICTURE, photo={"id": 1}, message_type="CHAT_PHOTO"),
        private(attachments=(PHOTO,)),
    ),
    (
        "with words",
        event("image", photo_url=PICTURE, caption="cột đèn"),
        private("cột đèn", attachments=(PHOTO,)),
    ),
    (
        "in a group",
        event("image", GROUP, photo_url=PICTURE, caption="@Bot Loa Làng đèn hỏng"),
        group("đèn hỏng", attachments=(PHOTO,)),
    ),
    ("without address", event("image"), private(untaken="other")),
    ("words alone", event("image", caption="cột đèn"), private("cột đèn")),
]
OTHERS: Final[list[Case]] = [
    ("sticker", event("sticker", sticker="s1", url=PICTURE), private(untaken="other")),
    ("voice", event("voice", voice_url="https://v.example/a.aac"), private(untaken="voice")),
    ("file", event("unsupported"), private(untaken="other")),
    ("file in a group", event("unsupported", GROUP), group("", untaken="other")),
    ("link", event("link", link="https://a.example"), private(untaken="other")),
    ("link with words", event("link", text="xem nhé"), private("xem nhé")),
    ("a kind to come", event("poll", poll={"a": [1]}), private(untaken="other")),
    (
        "of nobody, in private",
        event("unsupported", **{"from": None}),
        Message(PRIVATE, Sender(ID), untaken="other"),
    ),
    ("of nobody, in a group", event("unsupported", GROUP, **{"from": None}), None),
    ("protected", {"event_name": "message.unsupported.received"}, None),
    ("protected, half", {"event_name": "message.unsupported.received", "message": {}}, None),
    (
        "protected, without chat id",
        event("unsupported") | {"message": {"chat": {"chat_type": "PRIVATE"}}},
        None,
    ),
    ("reaction", event("reaction", reaction="heart"), None),
    ("another event", {"event_name": "user.follow", "user": {"id": ID}}, None),
]
RECORDED: Final = [*WORDS, *PICTURES, *OTHERS]
