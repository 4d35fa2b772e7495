"""Telegram: aiogram hears, python-telegram-bot speaks, and the wire is ours.

Both libraries' own pollers acknowledge updates before they are safe, and one update that they
cannot parse stops them for ever. So updates are fetched, kept and acknowledged here, as raw JSON;
the libraries are loaded beside, in threads, when the first poll has been answered.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from bot.platforms.base import (
    Limits,
    NotUnderstood,
    Outgoing,
    Pace,
    RawUpdate,
    Sent,
    Store,
    Taken,
)
from bot.platforms.parsing import parsed
from bot.platforms.telegram.download import download
from bot.platforms.telegram.loading import Loading
from bot.platforms.telegram.me import Me, me_of
from bot.platforms.telegram.polling import HEARD, HOLD, poll, raw, unread
from bot.platforms.telegram.webhook import Watch, webhook_of
from bot.platforms.telegram.wire import Wire, quietly
from handlers.messages import Attachment, Incoming

if TYPE_CHECKING:
    from bot.platforms.telegram.hearing import Hearing
    from bot.platforms.telegram.speaking import Speaking

# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: about 30 messages
# a second in all, one a second to a chat, 20 a minute to a group. 30/s with a burst of 20 drew
# refusals, 29/s with bursts of 10 none. What leaves in step may arrive closer together: hence the
# hundredths.
PACE: Final = Pace(per_second=29, burst=10, private_interval=1.05, group_interval=3.1)
LIMITS: Final = Limits(
    max_text=4096,
    buttons=True,
    edits=True,
    files=True,
    group_intake="all",
    pace=PACE,
    max_file=20_000_000,
    keeps_files=True,
    whispers=True,
)
LAST_WORD: Final = 3.0  # seconds a stop waits for Telegram
LOOK_AFTER: Final = 60.0  # seconds between looks at the webhook; see SETTLED of the listener


class Telegram:
    """One bot. `hook_url`: where Telegram can bring updates to `hook`, "" for nowhere;
    `called`: it does so, instead of their being fetched."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str,
        proxy: str = "",
        hook_url: str = "",
        called: bool = False,
    ) -> None:
        self.name = "telegram"
        self.limits = LIMITS
        self.mention = self.link = ""
        self._wire = Wire(token, base_url=base_url, proxy=proxy)
        self._hook_url = hook_url
        self._called = called
        self._secret = hmac.digest(token.encode(), b"loalang webhook", "sha256").hex()
        self._store: Store | None = None
        self._signals: set[asyncio.Task[None]] = set()
        self._watch = Watch(hook_url)
        self._known = asyncio.Event()  # who we are
        self._hearing: Loading[Hearing] | None = None
        self._speaking = Loading("python-telegram-bot", lambda: _load_speaking(self._wire))

    async def receive(self, store: Store) -> None:
        if self._called:
            await self._be_called(store)
        else:
            await self._fetch_updates(store)

    async def _fetch_updates(self, store: Store) -> None:
        """The first poll is answered at once: nothing heavy stands before it."""
        try:
            offset = await poll(self._wire, store, self._signal, None, 0)
        except Taken:
            if not await self._taken_back():
                raise
            offset = None
        await self._learn()
        while True:
            offset = await poll(self._wire, store, self._signal, offset, HOLD)

    async def _taken_back(self) -> bool:
        """Whether it was a webhook of our own, that outlived a sudden end."""
        found = webhook_of(await self._wire.call("getWebhookInfo"))
        ours = bool(self._hook_url) and found.url == self._hook_url
        if ours:
            await self._wire.call("deleteWebhook")
        return ours

    async def _be_called(self, store: Store) -> None:
        self._store = store
        if not self._watch.ours:
            await self._wire.call(
                "setWebhook",
                url=self._hook_url,
                secret_token=self._secret,
                allowed_updates=HEARD,
            )
        await self._learn()
        while True:
            self._watch.look(await self._wire.call("getWebhookInfo"))
            await store(())
            await asyncio.sleep(LOOK_AFTER)

    async def hook(self, request: web.Request) -> web.Response:
        """Telegram brings an update: 200 once it is kept, and only then.
        https://core.telegram.org/bots/api#setwebhook"""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(errors="replace"), self._secret.encode()):
            return web.Response(status=403)
        if self._store is None:
            return web.Response(status=503)
        body = await request.read()
        update = parsed(body)
        await self._store([raw(update) if isinstance(update, dict) else unread(body)])
        self._watch.called()
        if isinstance(update, dict):
            self._signal(update)
        return web.Response()

    def _signal(self, update: Mapping[str, Any]) -> None:
        """A press is answered at once, or its button goes on turning in the person's hand."""
        press = update.get("callback_query")
        number = press.get("id") if isinstance(press, dict) else None
        if isinstance(number, str):
            self._begin(quietly(self._wire, "answerCallbackQuery", callback_query_id=number))

    def _begin(self, signal: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(signal)
        self._signals.add(task)
        task.add_done_callback(self._signals.discard)

    async def _learn(self) -> None:
        """Who we are, once; then aiogram may take its seconds."""
        if self._known.is_set():
            return
        me = me_of(await self._wire.call("getMe"))
        self.mention = f"@{me.username}"
        self.link = f"https://t.me/{me.username}?start="  # https://core.telegram.org/api/links
        self._speaking.begin()
        self._hearing = Loading("aiogram", lambda: _load_hearing(me))
        self._hearing.begin()
        self._known.set()

    async def understand(self, update: RawUpdate) -> Incoming | None:
        values = parsed(update.body)
        if not isinstance(values, dict):
            raise NotUnderstood("the body is not a JSON object")
        if not any(kind in values for kind in HEARD):
            return None
        while self._hearing is None:
            await self._known.wait()
        hearing = await self._hearing.at_last()
        return await hearing.understand(values)

    async def send(self, outgoing: Outgoing) -> Sent:
        speaking = await self._speaking.now()
        return await speaking.send(outgoing)

    async def fetch(self, file: Attachment, to: Path) -> None:
        await download(self._wire, file.ref, to, self.limits.max_file)

    async def aclose(self) -> None:
        """With our webhook gone, what comes waits at Telegram, and may be fetched either way."""
        for task in self._signals:
            task.cancel()
        for loading in (self._hearing, self._speaking):
            if loading:
                loading.end()
        if self._store is not None:
            await quietly(self._wire, "deleteWebhook", patience=LAST_WORD)
        await self._wire.aclose()


def _load_hearing(me: Me) -> Hearing:
    from bot.platforms.telegram.hearing import Hearing

    return Hearing(me)


def _load_speaking(wire: Wire) -> Speaking:
    from bot.platforms.telegram.speaking import Speaking

    return Speaking(wire)
