"""How python-telegram-bot reaches Telegram: by our wire, and told only what is certain.

Its own transport costs several times the CPU and writes the token into the log. It would also read
a proxy's page under HTTP 403 as Telegram's refusal, lose the pause of a 429 without parameters and
quote in the log what it cannot parse. So every answer is judged by the wire's one table first.
"""

from __future__ import annotations

from typing import Any, Final

from aiohttp import FormData
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

from bot.platforms.base import OutcomeUnknown, SendError, Taken
from bot.platforms.telegram.wire import PATIENCE, Wire, result_of

UPLOADING: Final = 300.0  # seconds more for what carries files: 20 MB at 70 kB/s
# What is read of a sent message. The rest would only cost: parsing it doubles python-telegram-bot's
# own work, and what Telegram adds next year must not make a message that left look doubtful.
READ: Final = ("message_id", "date", "chat", "photo", "document")


class Failed(NetworkError):
    """Carries what is certain through python-telegram-bot, which lets its own errors pass."""

    __slots__ = ("outcome",)

    def __init__(self, outcome: SendError) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


class AiohttpRequest(BaseRequest):
    """`patience`: seconds for an answer. Whatever token the bot was given, the wire's is used."""

    def __init__(self, wire: Wire, patience: float = PATIENCE) -> None:
        self._wire = wire
        self._patience = patience

    @property
    def read_timeout(self) -> float:
        return self._patience

    async def initialize(self) -> None:
        """The wire is opened by its first call."""

    async def shutdown(self) -> None:
        """The wire is closed by whoever made it."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *_: Any,
        **timeouts: Any,
    ) -> tuple[int, bytes]:
        """Raises Failed."""
        data = request_data or RequestData()
        patience = self._patience + (UPLOADING if data.contains_files else 0)
        body = multipart(data) if data.contains_files else data.parameters
        try:
            status, answer = await self._wire.post(url.rpartition("/")[2], body, patience)
            if status != 200:
                result_of(status, answer)  # raises
        except SendError as error:
            raise Failed(error) from None
        except Taken as error:
            raise Failed(OutcomeUnknown(f"Telegram answered 409 ({error})")) from None
        return status, answer

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """What `do_request` returned. Raises Failed."""
        try:
            result = result_of(200, payload)
            if isinstance(result, list):
                result = [_sent(one) for one in result]
            elif not isinstance(result, bool):
                result = _sent(result)
        except SendError as error:
            raise Failed(error) from None
        return {"ok": True, "result": result}


def multipart(data: RequestData) -> FormData:
    """Files are read while they go up. Names stay in UTF-8, as Telegram reads them; half
    characters become "?", as in `in_json`."""
    form = FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value.encode(errors="replace").decode())
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


def _sent(message: Any) -> dict[str, Any]:
    if not isinstance(message, dict) or not isinstance(message.get("message_id"), int):
        raise OutcomeUnknown("an answer without the message that was sent")
    return {name: message[name] for name in READ if name in message}
