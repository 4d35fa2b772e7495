"""The methods, and what they take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

from tests.servers.zalo.events import Json
from tests.servers.zalo.hooks import Hook
from tests.servers.zalo.refusals import Refusal, bad, not_found
from tests.servers.zalo.world import Bot, Chat

if TYPE_CHECKING:
    from tests.servers.zalo.server import ZaloServer

MOST_TEXT: Final = 2000
STYLES: Final = frozenset((
    "b", "i", "u", "s", "f_13", "f_15", "f_18", "f_20", "lst_1", "lst_2",
    "c_050a19", "c_15a85f", "c_f7b503", "c_f27806", "c_db342e",
    "ind_1", "ind_2", "ind_3", "ind_4", "ind_5",
))  # fmt: skip
POLLING_BESIDE: Final = "a webhook is set: delete it before polling"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one bot."""

    server: ZaloServer
    bot: Bot
    method: str
    params: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Raises a 400 where it is missing."""
        value = self.params.get(name)
        if not isinstance(value, str) or not value:
            raise bad(f"The {name} must not be empty")
        return value

    def words(self, name: str) -> str:
        """Of 1 to 2,000, however they are measured."""
        text = self.text(name)
        if not text.strip():
            raise bad(f"The {name} must not be empty")
        if self._length(text) > MOST_TEXT:
            raise bad(f"The {name} must have at most {MOST_TEXT} characters")
        return text

    def _length(self, text: str) -> int:
        return len(text) if self.server.habits.code_points else units(text)

    def chat(self) -> Chat:
        return self.server.chat_of(self.bot, self.params.get("chat_id"))


Method: TypeAlias = Callable[[Call], Json | Awaitable[Json]]


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def get_me(call: Call) -> Json:
    bot = call.bot
    known = {"display_name": bot.display} if call.server.habits.shows_display else {}
    about = {"id": bot.id, "account_name": bot.account, "account_type": "BASIC"}
    return about | {"can_join_groups": True} | known


def send_message(call: Call) -> Json:
    chat, text = call.chat(), call.words("text")
    styles = _styles(call.params.get("text_styles", []), text)
    call.server.pay(call.bot)
    return call.server.deliver(call.bot, chat, call.method, text, styles=styles)


def _styles(given: Any, text: str) -> tuple[Json, ...]:
    if not isinstance(given, list) or not all(_is_style(one, units(text)) for one in given):
        raise bad("The text_styles are invalid")
    return tuple(given)


def _is_style(one: Any, length: int) -> bool:
    if not isinstance(one, dict) or one.keys() != {"start", "len", "st"}:
        return False
    start, size, codes = one["start"], one["len"], one["st"]
    if type(start) is not int or type(size) is not int or not isinstance(codes, list):
        return False
    return start >= 0 and size > 0 and start + size <= length and STYLES.issuperset(codes)


async def send_photo(call: Call) -> Json:
    chat, url = call.chat(), call.text("photo")
    if not url.startswith(("http://", "https://")):
        raise bad("The photo must start with http:// or https://")
    caption = call.words("caption") if "caption" in call.params else ""
    found = await call.server.read_photo(url)
    call.server.pay(call.bot)
    sent = call.server.deliver(call.bot, chat, call.method, caption, photo=found, photo_url=url)
    return sent | {"message_type": "CHAT_PHOTO"}


def send_sticker(call: Call) -> Json:
    chat, sticker = call.chat(), call.text("sticker")
    call.server.pay(call.bot)
    return call.server.deliver(call.bot, chat, call.method, sticker)


def send_voice(call: Call) -> Json:
    """Into a group it answers as if it had been done."""
    chat, url = call.chat(), call.text("voice_url")
    if not url.endswith(".aac"):
        raise bad("The voice_url must end in .aac")
    call.server.pay(call.bot)
    if chat.kind == "GROUP":
        date = round(call.server.clock.time() * 1000)
        return {"message_id": call.server.new_id(), "date": date}
    return call.server.deliver(call.bot, chat, call.method, url)


def send_chat_action(call: Call) -> Json:
    chat, action = call.chat(), call.text("action")
    if action != "typing":
        raise bad("The action is not supported")
    call.server.records.actions.append((chat.id, action))
    return {}


def set_webhook(call: Call) -> Json:
    """Whether it answers is not tried: that comes to what the habit is."""
    url, secret = call.text("url"), call.text("secret_token")
    host = urlsplit(url).hostname
    if not url.startswith("https://") and host not in ("127.0.0.1", "localhost"):
        raise bad("The url must be a public HTTPS address")
    if not 8 <= len(secret) <= 256:
        raise bad("The secret_token must have 8 to 256 characters")
    call.bot.ears.refuse_all(bad(POLLING_BESIDE))
    call.bot.ears.forsake()
    if call.bot.hook is not None:
        call.bot.hook.end()
    hook = call.bot.hook = Hook(call.server, call.bot, url, secret)
    outcome = call.server.habits.outcome
    verified = {"ok": outcome == "webhook.ok", "outcome": outcome, "latency_ms": 1, "hint": ""}
    return {"url": url, "updated_at": hook.set_at, "verification": verified}


def delete_webhook(call: Call) -> Json:
    if call.bot.hook is not None:
        call.bot.hook.end()
        call.bot.hook = None
    return {"url": "", "updated_at": round(call.server.clock.time() * 1000)}


def get_webhook_info(call: Call) -> Json:
    if call.bot.hook is None:
        raise not_found()
    return {"url": call.bot.hook.url, "updated_at": call.bot.hook.set_at}


def test_webhook(call: Call) -> Json:
    raise Refusal(426, "Daily limit exceeded")


METHODS: Final[Mapping[str, Method]] = {
    "getMe": get_me,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendSticker": send_sticker,
    "sendVoice": send_voice,
    "sendChatAction": send_chat_action,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "testWebhook": test_webhook,
}
GET_UPDATES: Final = "getUpdates"
