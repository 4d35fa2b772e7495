"""Every kind of update, and what is understood of it."""

from __future__ import annotations

from typing import Final

from handlers.messages import (
    Attachment,
    Chat,
    Edit,
    Incoming,
    Location,
    Membership,
    Message,
    Moved,
    Press,
    Sender,
    Standing,
    Untaken,
)
from tests.bot.platforms.telegram import updates as u
from tests.bot.platforms.telegram.updates import Json

LUA: Final = Sender("7000000001", "Bà Lúa")
KHE: Final = Sender("700002", "Khế")
NOBODY: Final = Sender("")

PRIVATE: Final = Chat("7000000001", "private")
BASIC: Final = Chat("-500001", "group", "Hộ dân Gò Sen")
GROUP: Final = Chat("-1001000000001", "group", "Các hộ dân Gò Sen")
FORUM: Final = Chat("-1001000000002", "group", "Thôn Bến Đò")
TOPIC: Final = Chat("-1001000000002/45", "group", "Thôn Bến Đò · Hỏi đáp")
UNNAMED_TOPIC: Final = Chat("-1001000000002/45", "group", "")

LARGEST: Final = Attachment("photo-large", "photo", "", 98000)
SHEET: Final = Attachment("document-1", "document", "Danh sách.xlsx", 52000)
RIVER: Final = Location(20.5, 106.25)

AMONG_US: Final = "mai họp thôn nhé"
OFFERED: Final = u.said_by_bot("Bà con chọn?", chat=u.PRIVATE)

Case = tuple[str, Json, Incoming | None]


def private(text: str = "", **more: object) -> Message:
    return Message(PRIVATE, LUA, text, **more)  # type: ignore[arg-type]


def group(text: str, addressed: bool = True) -> Message:
    return Message(GROUP, LUA, text, addressed=addressed)


def untaken(kind: Untaken) -> Message:
    return private(untaken=kind)


IN_PRIVATE: Final[list[Case]] = [
    ("words", u.private("Đèn đường hỏng"), private("Đèn đường hỏng")),
    ("without marks", u.private("den duong hong"), private("den duong hong")),
    ("marks apart", u.private("Đe\u0300n hỏng"), private("Đèn hỏng")),
    ("a sender of one name", u.private("dạ", by=u.KHE), Message(PRIVATE, KHE, "dạ")),
    ("command", u.private("/hoi giấy khai sinh"), private("/hoi giấy khai sinh")),
    ("deep link", u.private("/start xa-mau"), private("/start xa-mau")),
    ("command with our name", u.private("/hoi@LoaLang_thu_bot giấy"), private("/hoi giấy")),
    ("command of another", u.private("/hoi@khac_bot giấy"), private("/hoi@khac_bot giấy")),
    ("our name first", u.private("@loalang_thu_bot giấy"), private("giấy")),
    ("two lines", u.private("một\r\nhai"), private("một\nhai")),
    ("reply", u.private("cái này", reply_to_message=OFFERED), private("cái này")),
    ("forward", u.private("nước bẩn", forward_origin=u.ORIGIN), private("nước bẩn")),
    ("by another bot", u.private("thơ", via_bot=u.OTHER_BOT), private("thơ")),
    ("a topic of the private chat", u.private("x", message_thread_id=5), private("x")),
    ("photo", u.private(photo=u.PHOTO), private(attachments=(LARGEST,))),
    (
        "photo with words",
        u.private(photo=u.PHOTO, caption="cột đèn", media_group_id="9"),
        private("cột đèn", attachments=(LARGEST,), album="9"),
    ),
    (
        "photo too large",
        u.private(photo=u.HUGE_PHOTO),
        private(attachments=(Attachment("photo-fits", "photo", "", 19_000_000),)),
    ),
    (
        "live photo",
        u.private(photo=u.PHOTO, live_photo=u.VIDEO),
        private(attachments=(LARGEST,)),
    ),
    ("document", u.private(document=u.DOCUMENT), private(attachments=(SHEET,))),
    (
        "document without a name",
        u.private(document=u.file("document-2", None)),
        private(attachments=(Attachment("document-2", "document"),)),
    ),
    ("location", u.private(location=u.RIVER), private(location=RIVER)),
    (
        "live location",
        u.private(location=u.RIVER | {"live_period": 900, "heading": 40}),
        private(location=RIVER),
    ),
    ("venue", u.private(venue=u.VENUE, location=u.RIVER), private(location=RIVER)),
    ("contact", u.private(contact=u.CONTACT), untaken("contact")),
    ("voice", u.private(voice=u.VOICE), untaken("voice")),
    (
        "voice with words",
        u.private(voice=u.VOICE, caption="nghe"),
        private("nghe", untaken="voice"),
    ),
    ("audio", u.private(audio=u.VOICE), untaken("voice")),
    ("video", u.private(video=u.VIDEO, caption="ao"), private("ao", untaken="video")),
    ("round video", u.private(video_note=u.VIDEO), untaken("video")),
    ("moving picture", u.private(animation=u.VIDEO, document=u.VIDEO), untaken("video")),
    ("sticker", u.private(sticker=u.STICKER), untaken("other")),
    ("poll", u.private(poll=u.POLL), untaken("other")),
    ("dice", u.private(dice={"emoji": "🎲", "value": 4}), untaken("other")),
    ("story", u.private(story={"id": 1, "chat": u.CHANNEL}), untaken("other")),
    ("game", u.private(game={"title": "Cờ", "photo": u.PHOTO}), untaken("other")),
    ("pinned", u.private(pinned_message=OFFERED), None),
]

IN_GROUPS: Final[list[Case]] = [
    ("among us", u.group(AMONG_US), group(AMONG_US, False)),
    ("basic group", u.group("/hoi", chat=u.BASIC), Message(BASIC, LUA, "/hoi")),
    ("in a group: command", u.group("/hoi giấy"), group("/hoi giấy")),
    ("command with marks", u.group("/trợgiúp"), group("/trợgiúp")),
    ("command for us", u.group("/hoi@LOALANG_THU_BOT giấy"), group("/hoi giấy")),
    ("command for another", u.group("/hoi@khac_bot giấy"), group("/hoi@khac_bot giấy", False)),
    ("no command", u.group("/ hai ngàn"), group("/ hai ngàn", False)),
    ("mention first", u.group("@loalang_thu_bot, giấy khai sinh"), group("giấy khai sinh")),
    ("nothing but our name", u.group("@loalang_thu_bot"), group("")),
    ("mention and command", u.group("@loalang_thu_bot /hoi giấy"), group("/hoi giấy")),
    ("mention last", u.group("giấy khai sinh @LoaLang_thu_bot?"), group("giấy khai sinh?")),
    ("mention amid", u.group("hỏi @loalang_thu_bot xem"), group("hỏi @loalang_thu_bot xem")),
    ("name with marks", u.group("@Loa Làng giấy khai sinh"), group("giấy khai sinh")),
    ("name without marks", u.group("@loa lang giay khai sinh"), group("giay khai sinh")),
    ("another's name", u.group("@loalang_thu_bot2 ơi"), group("@loalang_thu_bot2 ơi", False)),
    (
        "name with a link to nobody",
        u.group("Loa Làng ơi", entities=[{"type": "text_mention", "offset": 0, "length": 8}]),
        group("Loa Làng ơi", False),
    ),
    (
        "mention in a caption",
        u.group(photo=u.PHOTO, caption="@loalang_thu_bot đèn hỏng"),
        Message(GROUP, LUA, "đèn hỏng", (LARGEST,)),
    ),
    (
        "reply to us",
        u.group("cái này", reply_to_message=u.said_by_bot("Bà con cần gì?")),
        group("cái này"),
    ),
    (
        "reply to a neighbour",
        u.group("ừ", reply_to_message=u.message("mai nhé", by=u.KHE, chat=u.GROUP)),
        group("ừ", False),
    ),
    (
        "reply to a channel",
        u.group("ừ", reply_to_message=u.message("tin", by=None, chat=u.GROUP)),
        group("ừ", False),
    ),
    (
        "sticker among us",
        u.group(sticker=u.STICKER),
        Message(GROUP, LUA, addressed=False, untaken="other"),
    ),
    ("forward in a group", u.group("nước bẩn", forward_origin=u.ORIGIN), None),
    ("old forward in a group", u.group("nước bẩn", forward_date=u.DAY), None),
    ("anonymous admin", u.group("/hoi", by=u.ANONYMOUS, sender_chat=u.GROUP), None),
    ("in a channel's name", u.group("/hoi", by=u.CHANNEL_BOT, sender_chat=u.CHANNEL), None),
    ("in a channel's name, as a person", u.group("/hoi", sender_chat=u.CHANNEL), None),
    (
        "of the linked channel",
        u.group("Tin", by=u.TELEGRAM, sender_chat=u.CHANNEL, is_automatic_forward=True),
        None,
    ),
    ("forwarded by itself", u.group("Tin", is_automatic_forward=True), None),
    ("Telegram itself", u.group("/hoi", by=u.TELEGRAM), None),
    ("another bot", u.group("/hoi", by=u.OTHER_BOT), None),
    ("nobody", u.group("/hoi", by=None), None),
    ("in a group: by another bot", u.group("thơ", via_bot=u.OTHER_BOT), group("thơ", False)),
    ("newcomer", u.group(new_chat_members=[u.KHE], new_chat_member=u.KHE), None),
    ("we came", u.group(new_chat_members=[u.BOT]), None),
    ("somebody left", u.group(left_chat_member=u.KHE), None),
    ("title", u.group(new_chat_title="Gò Sen mới"), None),
    ("group made", u.group(chat=u.BASIC, group_chat_created=True), None),
    ("in a group: pinned", u.group(pinned_message=u.said_by_bot("Tin")), None),
    (
        "upgraded",
        u.group(chat=u.BASIC, migrate_to_chat_id=u.GROUP["id"]),
        Moved(BASIC, LUA, GROUP.id),
    ),
    (
        "upgraded by nobody",
        u.group(
            chat=u.BASIC,
            by=u.ANONYMOUS,
            sender_chat=u.BASIC,
            migrate_to_chat_id=u.GROUP["id"],
        ),
        Moved(BASIC, NOBODY, GROUP.id),
    ),
    ("came from", u.group(migrate_from_chat_id=u.BASIC["id"]), None),
    ("topic", u.topic(AMONG_US), Message(TOPIC, LUA, AMONG_US, addressed=False)),
    ("topic: command", u.topic("/hoi giấy"), Message(TOPIC, LUA, "/hoi giấy")),
    (
        "topic: reply to us",
        u.topic("cái này", reply_to_message=u.said_by_bot("Cần gì?", chat=u.FORUM)),
        Message(UNNAMED_TOPIC, LUA, "cái này"),
    ),
    ("topic: begun", u.topic(forum_topic_created={"name": "x", "icon_color": 1}), None),
    (
        "forum without a topic",
        u.group("/hoi", chat=u.FORUM),
        Message(FORUM, LUA, "/hoi"),
    ),
    (
        "thread of a group without topics",
        u.group("/hoi", message_thread_id=45),
        group("/hoi"),
    ),
    ("channel as a message", u.group("Tin", chat=u.CHANNEL), None),
]

EDITS: Final[list[Case]] = [
    (
        "edit",
        u.update("edited_message", u.message("Cháy rồi", edit_date=u.DAY + 9)),
        Edit(PRIVATE, LUA, "41", "Cháy rồi"),
    ),
    (
        "edited caption",
        u.update("edited_message", u.message(photo=u.PHOTO, caption="Cháy", chat=u.GROUP)),
        Edit(GROUP, LUA, "41", "Cháy"),
    ),
    (
        "edit in a topic",
        u.update("edited_message", u.topic("@loalang_thu_bot cháy")["message"]),
        Edit(TOPIC, LUA, "41", "cháy"),
    ),
    ("place moves on", u.update("edited_message", u.message(location=u.RIVER)), None),
    (
        "edit of an anonymous admin",
        u.update("edited_message", u.message("x", by=u.ANONYMOUS, chat=u.GROUP)),
        None,
    ),
]

PRESSES: Final[list[Case]] = [
    ("press", u.press("812.3", OFFERED), Press(PRIVATE, LUA, "812", 3)),
    (
        "press in a group",
        u.press("812.0", u.said_by_bot("Chọn?"), by=u.KHE),
        Press(GROUP, KHE, "812", 0),
    ),
    (
        "press in a topic",
        u.press("812.1", u.topic("Chọn?", by=u.BOT)["message"]),
        Press(UNNAMED_TOPIC, LUA, "812", 1),
    ),
    (
        "press on what is gone",
        u.press("812.3", u.inaccessible(u.GROUP)),
        Press(GROUP, LUA, "812", 3),
    ),
    (
        "in private: press on what is gone",
        u.press("812.3", u.inaccessible(u.PRIVATE)),
        Press(PRIVATE, LUA, "812", 3),
    ),
    ("inline", u.press("812.3", None, inline_message_id="AA"), None),
    ("game pressed", u.press(None, OFFERED, game_short_name="co"), None),
    ("of another program", u.press("menu:start", OFFERED), None),
    ("large index", u.press("812.12345", OFFERED), None),
    ("index in other figures", u.press("812.٣", OFFERED), None),
    ("in a channel", u.press("812.3", u.said_by_bot("Tin", chat=u.CHANNEL)), None),
    ("pressed by a bot", u.press("812.3", OFFERED, by=u.OTHER_BOT), None),
]


def moved(before: Standing, now: Standing) -> Membership:
    return Membership(GROUP, LUA, now, before)


SPEAKS, MUTED = u.restricted(member=True, speaks=True), u.restricted(member=True, speaks=False)
OLD_ADMIN: Final[Json] = {"user": u.BOT, "status": "administrator", "can_manage_chat": True}
OTHER_ADMIN: Final[Json] = u.ADMIN | {"can_pin_messages": False}
BANNED: Final = u.restricted(member=False, speaks=False)

MEMBERSHIPS: Final[list[Case]] = [
    ("put in", u.standing(u.LEFT, u.MEMBER), moved("out", "member")),
    ("put in as admin", u.standing(u.KICKED, u.ADMIN), moved("out", "admin")),
    ("made admin", u.standing(u.MEMBER, u.ADMIN), moved("member", "admin")),
    ("no admin any more", u.standing(u.ADMIN, u.MEMBER), moved("admin", "member")),
    ("owner", u.standing(u.MEMBER, u.OWNER), moved("member", "admin")),
    ("muted", u.standing(u.MEMBER, MUTED), moved("member", "muted")),
    ("may write again", u.standing(MUTED, SPEAKS), moved("muted", "member")),
    ("restricted and out", u.standing(SPEAKS, BANNED), moved("member", "out")),
    ("left", u.standing(u.MEMBER, u.LEFT), moved("member", "out")),
    ("kicked", u.standing(u.ADMIN, u.KICKED), moved("admin", "out")),
    ("other rights", u.standing(u.ADMIN, OTHER_ADMIN), moved("admin", "admin")),
    ("of an older server", u.standing(u.MEMBER, OLD_ADMIN), moved("member", "admin")),
    (
        "blocked",
        u.standing(u.MEMBER, u.KICKED, chat=u.PRIVATE),
        Membership(PRIVATE, LUA, "out", "member"),
    ),
    (
        "unblocked",
        u.standing(u.KICKED, u.MEMBER, chat=u.PRIVATE),
        Membership(PRIVATE, LUA, "member", "out"),
    ),
    (
        "by an anonymous admin",
        u.standing(u.LEFT, u.MEMBER, chat=u.BASIC, by=u.ANONYMOUS),
        Membership(BASIC, NOBODY, "member"),
    ),
    ("into a channel", u.standing(u.LEFT, u.ADMIN, chat=u.CHANNEL), None),
]

UNHEARD: Final[list[Case]] = [
    ("channel post", u.update("channel_post", u.message("Tin", by=None, chat=u.CHANNEL)), None),
    ("edited post", u.update("edited_channel_post", u.message("Tin", chat=u.CHANNEL)), None),
    ("business", u.update("business_message", u.message("x")), None),
    ("member", u.update("chat_member", u.standing(u.LEFT, u.MEMBER)["my_chat_member"]), None),
    ("poll alone", u.update("poll", u.POLL), None),
    ("of tomorrow", u.update("telepathy", {"thought": "x"}), None),
    ("empty", {"update_id": 731000000}, None),
    ("null", {"update_id": 731000000, "message": None}, None),
]

RECORDED: Final = [*IN_PRIVATE, *IN_GROUPS, *EDITS, *PRESSES, *MEMBERSHIPS, *UNHEARD]
