"""Zalo's Bot Platform, by a client of our own: one update at a time, never acknowledged and never
kept for us, so nothing stands between a poll, the database and the next poll.

All that is assumed of Zalo stands in `facts.py`.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from bot.platforms.base import Outgoing, RawUpdate, Sent, Store, Taken, Unreachable
from bot.platforms.parsing import parsed
from bot.platforms.zalo import facts
from bot.platforms.zalo.download import download, is_loopback
from bot.platforms.zalo.hearing import understood
from bot.platforms.zalo.me import Me, me_of, mention_of
from bot.platforms.zalo.polling import Poller, free_ear, heard
from bot.platforms.zalo.speaking import Speaking
from bot.platforms.zalo.updates import events_in, raw, unread
from bot.platforms.zalo.webhook import fault_of, secret_of, webhook_url
from bot.platforms.zalo.wire import Wire
from bot.platforms.zalo.writing import Writing
from handlers.messages import Attachment, Incoming

log = logging.getLogger(__name__)


class Zalo:
    """One bot. `display`: its name as people mention it, "" to ask Zalo. `hook_url`: where Zalo can
    bring updates to `hook`, "" for nowhere; `called`: it does so, instead of their being fetched.
    `monthly` and `counts_received`: its plan, as Limits have it."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str,
        display: str = "",
        hook_url: str = "",
        called: bool = False,
        monthly: int | None = facts.MONTHLY,
        counts_received: bool = facts.COUNTS_RECEIVED,
    ) -> None:
        self.name = "zalo"
        self.limits = replace(facts.LIMITS, monthly=monthly, counts_received=counts_received)
        self.mention = mention_of(display)
        self.link = ""  # there is no address that says a code
        self.me: Me | None = None
        self._mentions: Sequence[str] = (self.mention,) if self.mention else ()
        self._display = display
        self._wire = Wire(token, base_url=base_url)
        self._here = is_loopback(base_url)
        self._hook_url = hook_url
        self._called = called
        self._secret = secret_of(token)
        self._store: Store | None = None
        self._hooked = False  # Zalo gets through by our webhook, as far as is known
        self._failed = False  # Zalo has tried to, in vain
        self._known = asyncio.Event()  # how we are mentioned
        self._writing = Writing(self._wire, allowed=monthly is None or not facts.SIGNAL_COUNTS)
        self._poller = Poller(self._wire, self._writing.show)
        self._speaking = Speaking(self._wire)
        if self.mention:
            self._known.set()

    async def receive(self, store: Store) -> None:
        await self._learn()
        if self._called:
            await self._be_called(store)
        else:
            await self._fetch_updates(store)

    async def _fetch_updates(self, store: Store) -> None:
        await free_ear(self._wire, self._hook_url)
        while True:
            await self._poller.turn(store)

    async def _learn(self) -> None:
        """Who we are, once."""
        if self.me is None:
            with heard():
                self.me = me_of(await self._wire.call(facts.ME))
            self._mentions = self.me.mentions(self._display)
            self.mention = next(iter(self._mentions), "")
            self._known.set()

    async def _be_called(self, store: Store) -> None:
        """Zalo may try at once whether we are there, so we listen before it is told where."""
        self._store = store
        with heard():
            if not self._hooked:
                await self._set_webhook()
            while True:
                await store(())
                await asyncio.sleep(facts.LOOK_AFTER)
                if await webhook_url(self._wire) != self._hook_url:
                    self._hooked = False
                    raise Taken("webhook")

    async def _set_webhook(self) -> None:
        """Zalo keeps the address even where its own try came to nothing; setting it again tries
        again. Raises SendError."""
        if self._failed:
            await asyncio.sleep(facts.LOOK_AFTER)
        result = await self._wire.call(
            facts.SET_WEBHOOK, url=self._hook_url, secret_token=self._secret
        )
        fault = fault_of(result)
        if fault and not self._failed:
            log.warning("Zalo cannot call us (%s); check web.public and what stands there", fault)
        self._hooked, self._failed = not fault, bool(fault)
        if fault:
            raise Unreachable(f"Zalo cannot call us ({fault})")

    async def hook(self, request: web.Request) -> web.Response:
        """Zalo brings an update: 200 once it is kept, and only then."""
        given = request.headers.get(facts.SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(errors="replace"), self._secret.encode()):
            return web.Response(status=403)
        if self._store is None:
            return web.Response(status=503)
        body = await request.read()
        events = events_in(parsed(body))
        try:
            await self._store([raw(event) for event in events] or [unread(body)])
        except Exception as error:  # whatever it was: Zalo must not believe that we have it
            log.error("an update could not be kept: %s", type(error).__name__)
            return web.Response(status=503)
        self._hooked = True
        for event in events:
            self._writing.show(event)
        return web.Response()

    async def understand(self, update: RawUpdate) -> Incoming | None:
        await self._known.wait()
        return understood(update.body, self._mentions)

    async def send(self, outgoing: Outgoing) -> Sent:
        return await self._speaking.send(outgoing)

    async def fetch(self, file: Attachment, to: Path) -> None:
        await download(self._wire, file.ref, to, self.limits.max_file, here=self._here)

    async def aclose(self) -> None:
        """A webhook stays: Zalo keeps nothing for who polls later, and may call again."""
        self._writing.stop()
        await self._wire.aclose()
