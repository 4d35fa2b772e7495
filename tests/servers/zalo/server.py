"""The server: calls come in, answers go out, and whoever waits for a state is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from tests.patience import PATIENCE
from tests.servers.clock import Clock
from tests.servers.faults import BEFORE, HTML, Answer, Exchange, Fault
from tests.servers.loopback import Loopback
from tests.servers.web import JSON, Connection
from tests.servers.zalo.habits import Habits
from tests.servers.zalo.methods import GET_UPDATES, METHODS, Call, Method
from tests.servers.zalo.people import Village
from tests.servers.zalo.polling import Polling
from tests.servers.zalo.refusals import WORDS, Refusal, bad, not_found

SLOWEST_PHOTO: Final = 10.0  # seconds


class ZaloServer(Loopback, Village):
    """`async with ZaloServer() as server`. `key`: a regular expression that finds in a text what
    it is counted under. `habits` may be replaced at any time."""

    def __init__(
        self,
        *,
        port: int = 0,
        habits: Habits = Habits(),  # noqa: B008 (frozen)
        clock: Clock | None = None,
        key: str = "",
        seed: int = 0,
    ) -> None:
        Loopback.__init__(self, port)
        Village.__init__(self, clock or Clock(), habits, key, seed)
        self._reader: aiohttp.ClientSession | None = None

    async def _end_hooks(self) -> None:
        for bot in self.bots.values():
            bot.ears.forsake()
            if bot.hook is not None:
                await bot.hook.aclose()
        if self._reader is not None:
            await self._reader.close()

    async def idle(self, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109
        """Returns once every event is handed out or lost, and no call is under way."""
        await self.until(lambda: not self.concurrent and not self.waiting, timeout)

    @property
    def waiting(self) -> int:
        """Events on their way to a bot."""
        hooks = [bot.hook.queue for bot in self.bots.values() if bot.hook]
        queues = [bot.ears.queue for bot in self.bots.values()]
        return sum(map(len, [*hooks, *queues]))

    def polled(self, token: str) -> bool:
        """Whether this bot waits for news."""
        return bool(self.bots[token].ears.polls)

    def state(self) -> dict[str, Any]:
        return {
            "calls": dict(self.records.calls),
            "refusals": dict(self.records.refusals),
            "sent": len(self.records.sent),
            "too_many": self.records.too_many,
            "accepted": self.accepted,
            "concurrent": self.concurrent,
            "down": self.down,
            "lost": self.lost,
            "waiting": self.waiting,
            "bots": [
                {
                    "polls": len(bot.ears.polls),
                    "handed": len(bot.ears.handed),
                    "lost": len(bot.ears.lost),
                    "spent": dict(bot.spent),
                }
                for bot in self.bots.values()
            ],
        }

    # --- calls

    def handle(
        self, connection: Connection, verb: bytes, target: bytes, content_type: str, body: bytes
    ) -> None:
        if target.startswith(b"/files/"):
            self._download(connection, target.decode())
            return
        path, _, query = target.decode().replace("%3A", ":").partition("?")
        token, _, name = path.removeprefix("/bot").partition("/")
        bot = self.bots.get(token)
        if not path.startswith("/bot") or (bot and name not in METHODS and name != GET_UPDATES):
            connection.reply(*self.refused(not_found()))
        elif bot is None or bot.revoked:
            connection.reply(*self.refused(Refusal(401)))
        else:
            self.records.calls[name] += 1
            params = {**dict(parse_qsl(query)), **read(content_type, body)}
            self._on_its_way(connection, Call(self, bot, name, params))

    def _on_its_way(self, connection: Connection, call: Call) -> None:
        chat = call.params.get("chat_id")
        where = chat if isinstance(chat, str) else ""
        struck = [one for one in self.faults if one.strikes(call.method.lower(), where)]
        exchange = Exchange(connection, self._failing, struck)
        if call.method != GET_UPDATES:
            self.concurrent += 1
            self.most_concurrent = max(self.most_concurrent, self.concurrent)
            exchange.on_end = self._ended
        delay = sum(one.seconds for one in struck if one.kind == "delay")
        if delay:
            asyncio.get_running_loop().call_later(delay, self._begin, exchange, call)
        else:
            self._begin(exchange, call)

    def _ended(self) -> None:
        self.concurrent -= 1
        self.changed()

    def _begin(self, exchange: Exchange, call: Call) -> None:
        early = next((each for each in exchange.faults if each.kind in BEFORE - {"delay"}), None)
        if early is not None and early.kind == "hang":
            exchange.faults.remove(early)
            exchange.hold(early, lambda: self._begin(exchange, call))
            self.changed()
        elif early is not None:
            exchange.before(early)
            self.changed()
        elif call.method == GET_UPDATES:
            Polling(self, exchange, call).begin()
        else:
            self._do(exchange, call, METHODS[call.method])

    def _do(self, exchange: Exchange, call: Call, method: Method) -> None:
        try:
            result = method(call)
        except Refusal as refusal:
            exchange.finish(*self.refused(refusal))
            return
        if isinstance(result, Awaitable):
            self.start(self._finish(exchange, result))
            return
        exchange.finish(*self.success(result))
        self.changed()

    async def _finish(self, exchange: Exchange, work: Awaitable[Any]) -> None:
        try:
            answer = self.success(await work)
        except Refusal as refusal:
            answer = self.refused(refusal)
        exchange.finish(*answer)
        self.changed()

    # --- answers

    def success(self, result: Any) -> tuple[int, bytes]:
        body: dict[str, Any] = {"ok": True}
        if result != {}:
            body["result"] = result
        return 200, encoded(body | ({"error_code": 0} if self.habits.zero_code else {}))

    def refused(self, refusal: Refusal) -> tuple[int, bytes]:
        self.records.refusals[f"{refusal.code} {refusal.description}"] += 1
        if refusal.code == 429:
            self.records.too_many += 1
        self.changed()
        status = refusal.code if self.habits.errors_as_status else 200
        return refusal.status or status, encoded(refusal.body)

    def _failing(self, fault: Fault) -> Answer:
        """Zalo's own codes as it says them, others as the proxy before it does."""
        code = 429 if fault.kind == "too_many" else fault.status
        if code in WORDS:
            return *self.refused(Refusal(code)), JSON
        page = f"<html><head><title>{code}</title></head><body>nginx</body></html>"
        return code, page.encode(), HTML

    # --- files

    def _download(self, connection: Connection, path: str) -> None:
        found = self.files.get(path)
        if found is None:
            connection.reply(404, b"gone", HTML)
        else:
            self.records.calls["file"] += 1
            connection.reply(200, found, b"image/jpeg")
        self.changed()

    async def read_photo(self, url: str) -> bytes:
        """As Zalo reads it, but on this machine only; raises a 400."""
        if urlsplit(url).hostname != "127.0.0.1":
            raise bad("The photo cannot be read")
        if self._reader is None:
            timeout = aiohttp.ClientTimeout(SLOWEST_PHOTO)
            self._reader = aiohttp.ClientSession(timeout=timeout)
        try:
            async with self._reader.get(url) as answer:
                data = await answer.read()
                if answer.status != 200 or not answer.content_type.startswith("image/"):
                    raise bad("The photo cannot be read")
        except (aiohttp.ClientError, TimeoutError):
            raise bad("The photo cannot be read") from None
        self.records.fetched.append(url)
        return data


def read(content_type: str, body: bytes) -> dict[str, Any]:
    """Of JSON or a form; multipart is documented, and was seen not to be read."""
    if content_type.lower().startswith("application/json"):
        try:
            values = json.loads(body)
        except ValueError:
            return {}
        return values if isinstance(values, dict) else {}
    if content_type.lower().startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode("utf-8", "replace")))
    return {}


def encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
