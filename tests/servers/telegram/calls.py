"""One call of one bot: its parameters as Telegram reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.servers.telegram.bodies import Params, Upload
from tests.servers.telegram.chats import Bot, Chat, Json, writable
from tests.servers.telegram.files import Stored
from tests.servers.telegram.refusals import WRONG_FILE, bad
from tests.servers.telegram.texts import inline_keyboard
from tests.servers.telegram.world import World, as_seen


@dataclass(slots=True)
class Call:
    world: World
    bot: Bot
    method: str
    params: Params
    files: dict[str, Upload]

    def text(self, name: str) -> str:
        value = self.params.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """As the real server: what is no number counts as the default."""
        try:
            return int(self.params[name])
        except (KeyError, TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        return str(self.params.get(name, "")).lower() in ("true", "1", "yes")

    def nested(self, name: str, called: str) -> Any:
        """A JSON value; raises a 400 that says it `called` it so."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {called}") from None

    def chat(self, *, write: bool = True) -> Chat:
        return self.world.chat_of(self.bot, self.params.get("chat_id"), write=write)

    def entities(self, name: str, text: str) -> Any:
        """Those given for `text`. Markup is not imitated: what has a `parse_mode` must be plain."""
        if "parse_mode" in self.params and (self.text("parse_mode") != "HTML" or "<" in text):
            raise bad("unsupported parse_mode (this server reads no markup: send entities)")
        return self.nested(name, "entities JSON object") if name in self.params else None

    def start(self, content: str, *, weight: float = 1.0) -> tuple[Chat, Json]:
        """The chat to write into and the fields every message may have; raises where it may not
        be written, and a 429 where it is too fast."""
        keyboard = inline_keyboard(self.params.get("reply_markup"))
        chat = self.chat()
        writable(self.bot, chat, content)
        fields: Json = {}
        if keyboard:
            fields["reply_markup"] = keyboard
        if "reply_parameters" in self.params:
            self._reply(chat, fields)
        if "message_thread_id" in self.params:
            self._thread(chat, fields)
        if "protect_content" in self.params and self.flag("protect_content"):
            fields["has_protected_content"] = True
        self.bot.meter.draw(chat.id, weight, self.world.clock.monotonic())
        return chat, fields

    def _reply(self, chat: Chat, fields: Json) -> None:
        given = self.nested("reply_parameters", "reply parameters JSON object")
        if not isinstance(given, dict):
            return
        replied = chat.messages.get(int(given.get("message_id", 0)))
        if replied is not None:
            bare = {key: value for key, value in replied.items() if key != "reply_to_message"}
            fields["reply_to_message"] = as_seen(bare, self.bot.id)
        elif not given.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")

    def _thread(self, chat: Chat, fields: Json) -> None:
        thread = self.integer("message_thread_id")
        if not chat.json.get("is_forum"):
            return
        if thread not in chat.topics:
            raise bad("message thread not found")
        fields |= {"message_thread_id": thread, "is_topic_message": True}

    def file(self, kind: str, given: Any = None) -> Stored:
        """The file sent along, or meant by a file_id; raises a 400 for neither."""
        value = self.params.get(kind) if given is None else given
        if given is None and kind in self.files:
            upload: Upload | None = self.files[kind]
        elif isinstance(value, str) and value.startswith("attach://"):
            upload = self.files.get(value.removeprefix("attach://"))
        else:
            upload = None
        if upload is not None:
            name = upload.name or f"{kind}.jpg"
            return self.world.files.upload(kind, name, upload.data)
        if not value:
            raise bad(f"there is no {kind} in the request")
        if not isinstance(value, str) or value.startswith("attach://"):
            raise bad(WRONG_FILE)
        return self.world.files.of_kind(self.bot.id, value, kind)
