"""Everything said on Zalo: words as they are, never as markup, and photos that Zalo reads from an
address of ours. There is nothing else here: no buttons, edits, pins or files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.platforms.base import (
    ChatGone,
    File,
    Outgoing,
    OutgoingAlbum,
    OutgoingDelete,
    OutgoingEdit,
    OutgoingLeave,
    OutgoingLocation,
    OutgoingMessage,
    OutgoingPin,
    Rejected,
    Sent,
)
from bot.platforms.rendering import utf16_length
from bot.platforms.zalo import facts
from bot.platforms.zalo.proof import Proof
from bot.platforms.zalo.updates import id_of
from bot.platforms.zalo.wire import Wire
from content.folding import normalize

_NOT_HERE: Final = {
    OutgoingEdit: "messages cannot be changed on Zalo",
    OutgoingDelete: "messages cannot be deleted on Zalo",
    OutgoingPin: "messages cannot be pinned on Zalo",
    OutgoingLocation: "places cannot be sent on Zalo",
}


class Speaking:
    """`patience`: seconds for an answer; a photo has longer."""

    def __init__(
        self,
        wire: Wire,
        patience: float = facts.PATIENCE,
        photo_patience: float = facts.PHOTO_PATIENCE,
    ) -> None:
        self._wire = wire
        self._patience = patience
        self._photo_patience = photo_patience
        self._proof = Proof(wire)

    async def send(self, outgoing: Outgoing) -> Sent:
        """Raises SendError."""
        match outgoing:
            case OutgoingMessage(buttons=()):
                return await self._message(outgoing)
            case OutgoingMessage():
                raise Rejected("there are no buttons on Zalo")
            case OutgoingAlbum(chat, (file,), text):
                return await self._message(OutgoingMessage(chat, text, file=file))
            case OutgoingAlbum():
                raise Rejected("there are no albums on Zalo")
            case OutgoingLeave():
                return Sent()  # nobody but the group can do it: for us it is done
            case _:
                raise Rejected(_NOT_HERE[type(outgoing)])

    async def _message(self, outgoing: OutgoingMessage) -> Sent:
        if outgoing.file is not None:
            return await self._show(outgoing, outgoing.file)
        text = _fitting(outgoing.text, facts.MOST_TEXT)
        if not text.strip():
            raise Rejected("the text is empty")
        values: dict[str, Any] = {"chat_id": outgoing.chat, "text": text}
        if outgoing.bold and text == outgoing.text:  # else its places are no more what they were
            values["text_styles"] = [
                {"start": start, "len": length, "st": [facts.BOLD]}
                for start, length in outgoing.bold
            ]
        return await self._call(facts.SAY, self._patience, values)

    async def _show(self, outgoing: OutgoingMessage, file: File) -> Sent:
        if file.kind != "photo":
            raise Rejected("files cannot be sent on Zalo, only photos")
        if not file.url:
            raise Rejected("the photo has no address that Zalo could read it from")
        values = {"chat_id": outgoing.chat, "photo": file.url}
        if caption := _fitting(outgoing.text, facts.MOST_CAPTION):
            values["caption"] = caption
        return await self._call(facts.SHOW, self._photo_patience, values)

    async def _call(self, method: str, patience: float, values: Mapping[str, Any]) -> Sent:
        try:
            result = await self._wire.call(method, patience, **values)
        except ChatGone:
            await self._proof.of(method)  # and what made Zalo say so may be over by now
            result = await self._wire.call(method, patience, **values)
        id = id_of(result.get("message_id")) if isinstance(result, dict) else ""
        return Sent((id,) if id else ())


def _fitting(text: str, most: int) -> str:
    """The text as it goes out: composed, since marks of their own would count."""
    text = normalize(text)
    if utf16_length(text) > most:
        raise Rejected("the text is too long")
    return text
