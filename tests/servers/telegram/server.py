"""The server: calls come in, answers go out, and whoever waits for a state is told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any, Final

from tests.patience import PATIENCE
from tests.servers.clock import Clock
from tests.servers.faults import BEFORE, Exchange
from tests.servers.loopback import Loopback
from tests.servers.telegram.bodies import parsed, urlencoded
from tests.servers.telegram.calls import Call
from tests.servers.telegram.chats import Bot
from tests.servers.telegram.control import control
from tests.servers.telegram.files import MAX_UPLOAD
from tests.servers.telegram.methods import METHODS
from tests.servers.telegram.pace import Meter, Pace
from tests.servers.telegram.people import Village
from tests.servers.telegram.polling import Polling
from tests.servers.telegram.refusals import Refusal, failing
from tests.servers.telegram.updates import encoded
from tests.servers.web import JSON, Connection

_TOKEN: Final = re.compile(rb"\d+:[\w-]{20,}")


class TelegramServer(Loopback, Village):
    """`async with TelegramServer() as server`. `pace=None`: no 429s. `key`: a regular expression
    that finds in a text what it is counted under."""

    def __init__(
        self,
        *,
        port: int = 0,
        pace: Pace | None = Pace(),  # noqa: B008 (frozen)
        clock: Clock | None = None,
        key: str = "",
        seed: int = 0,
    ) -> None:
        Loopback.__init__(self, port)
        Village.__init__(self, clock or Clock(), pace, key, seed)
        self._latency = (0.0, 0.0)
        self._by_token: dict[bytes, Bot] = {}

    # --- life

    async def _end_hooks(self) -> None:
        for bot in self.bots.values():
            if bot.hook is not None:
                await bot.hook.aclose()

    async def recover(self) -> None:
        await super().recover()
        for bot in self.bots.values():
            if bot.hook is not None:
                bot.hook.wake()

    # --- what is set

    def add_bot(self, username: str, name: str, privacy: bool, token: str) -> Bot:
        bot = super().add_bot(username, name, privacy, token)
        self._by_token[bot.token.encode()] = bot
        bot.updates.on_push = self._pusher(bot)
        return bot

    def _pusher(self, bot: Bot) -> Callable[[], None]:
        def pushed() -> None:
            if bot.hook is not None:
                bot.hook.wake()
            elif bot.updates.poll is not None:
                asyncio.get_running_loop().call_soon(bot.updates.flush)

        return pushed

    def set_latency(self, seconds: float, jitter: float = 0.0) -> None:
        """Each call takes `seconds`, give or take `jitter`; half of it before it is done."""
        self._latency = (seconds, jitter)

    def set_pace(self, pace: Pace | None) -> None:
        """Fresh buckets for every bot."""
        self.pace = pace
        for bot in self.bots.values():
            bot.meter = Meter(pace)

    # --- what is waited for

    async def idle(self, timeout: float = PATIENCE) -> None:  # noqa: ASYNC109
        """Returns once every update is acknowledged and no call is under way."""
        await self.until(
            lambda: not self.concurrent and not any(b.updates.pending for b in self.bots.values()),
            timeout,
        )

    def state(self) -> dict[str, Any]:
        """Counts only: no text, no token."""
        return {
            "calls": dict(self.records.calls),
            "refusals": dict(self.records.refusals),
            "sent": len(self.records.sent),
            "edits": len(self.records.edits),
            "twice": len(self.records.twice),
            "too_many": self.records.too_many,
            "concurrent": self.concurrent,
            "most_concurrent": self.most_concurrent,
            "down": self.down,
            "bots": {
                bot.username: {
                    "pending": len(bot.updates.pending),
                    "unacknowledged": len(bot.updates.unacknowledged),
                    "acknowledged": len(bot.updates.acknowledged),
                    "handed_out": len(bot.updates.handed_out),
                    "conflicts": bot.updates.conflicts,
                    "polling": bot.updates.poll is not None,
                }
                for bot in self.bots.values()
            },
        }

    # --- calls

    def handle(
        self, connection: Connection, verb: bytes, target: bytes, content_type: str, body: bytes
    ) -> None:
        if b"%3A" in target:  # python-telegram-bot writes so when it downloads
            target = target.replace(b"%3A", b":", 1)
        if target.startswith(b"/bot"):
            token, _, name = target[4:].partition(b"/")
            bot = self._by_token.get(token)
            if bot is None or bot.revoked:
                connection.reply(*self._stranger(token))
            else:
                self._called(connection, bot, name, content_type, body)
        elif target.startswith(b"/file/bot"):
            token, _, path = target[9:].partition(b"/")
            connection.reply(*self._download(token, path.decode()))
        elif target.startswith(b"/_/"):
            control(self, connection, verb, target[3:].decode(), body)
        else:
            connection.reply(404, encoded(Refusal(404, "Not Found").body).encode())

    def _stranger(self, token: bytes) -> tuple[int, bytes]:
        known = _TOKEN.fullmatch(token)
        refusal = Refusal(401, "Unauthorized") if known else Refusal(404, "Not Found")
        self.records.refusals[refusal.description] += 1
        self.changed()
        return refusal.code, encoded(refusal.body).encode()

    def _called(
        self, connection: Connection, bot: Bot, name: bytes, content_type: str, body: bytes
    ) -> None:
        name, _, query = name.partition(b"?")
        method = METHODS.get(name.lower())
        if method is None:
            refusal = Refusal(404, "Not Found: method not found")
            connection.reply(404, encoded(refusal.body).encode())
            return
        self.records.calls[method[0]] += 1
        try:
            if len(body) > MAX_UPLOAD:
                raise Refusal(413, "Request Entity Too Large")
            params, files = parsed(content_type, body)
        except Refusal as refusal:
            connection.reply(*self._refused(refusal))
            return
        if query:
            params = urlencoded(query) | params
        call = Call(self, bot, method[0], params, files)
        if not self.faults and not self._latency[0] and method[1] is not None:
            connection.reply(*self._done(call, method[1]))
            return
        self._on_its_way(connection, call, method[1])

    def _on_its_way(
        self, connection: Connection, call: Call, method: Callable[[Call], Any] | None
    ) -> None:
        name, chat = call.method.lower(), call.integer("chat_id")
        struck = [fault for fault in self.faults if fault.strikes(name, chat)]
        base, jitter = self._latency
        latency = max(0.0, base + self.random.uniform(-jitter, jitter)) if base else 0.0
        exchange = Exchange(connection, failing, struck, latency / 2)
        if method is not None:
            self.concurrent += 1
            self.most_concurrent = max(self.most_concurrent, self.concurrent)
            exchange.on_end = self._ended
        before = latency / 2 + sum(each.seconds for each in struck if each.kind == "delay")
        if before:
            loop = asyncio.get_running_loop()
            loop.call_later(before, self._begin, exchange, call, method)
        else:
            self._begin(exchange, call, method)

    def _ended(self) -> None:
        self.concurrent -= 1
        self.changed()

    def _begin(self, exchange: Exchange, call: Call, method: Callable[[Call], Any] | None) -> None:
        early = next((each for each in exchange.faults if each.kind in BEFORE - {"delay"}), None)
        if early is not None and early.kind == "hang":
            exchange.faults.remove(early)
            exchange.hold(early, lambda: self._begin(exchange, call, method))
            self.changed()
        elif early is not None:
            exchange.before(early)
            self.changed()
        elif method is None:
            Polling(exchange, call, self._refused).begin()
        else:
            exchange.finish(*self._done(call, method))

    def _done(self, call: Call, method: Callable[[Call], Any]) -> tuple[int, bytes]:
        try:
            result = method(call)
        except Refusal as refusal:
            return self._refused(refusal)
        self.changed()
        return 200, b'{"ok":true,"result":%b}' % encoded(result).encode("utf-8", "replace")

    def _refused(self, refusal: Refusal) -> tuple[int, bytes]:
        self.records.refusals[refusal.description] += 1
        if refusal.code == 429:
            self.records.too_many += 1
        self.changed()
        return refusal.code, encoded(refusal.body).encode()

    def _download(self, token: bytes, path: str) -> tuple[int, bytes, bytes]:
        bot = self._by_token.get(token)
        if bot is None or bot.revoked:
            return *self._stranger(token), JSON
        stored = self.files.by_path(path)
        if stored is None:
            return 404, encoded(Refusal(404, "Not Found").body).encode(), JSON
        self.records.calls["file"] += 1
        return 200, stored.data, b"application/octet-stream"
