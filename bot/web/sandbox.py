"""The village over HTTP, for the page and for scripts: the only way people talk in the demo.

Served on this machine only, and never by `run`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.platforms.base import Platform
from bot.platforms.entry import Entry, MenuGone, Missing, NotMember, Room, Villager
from bot.platforms.record import RecordError
from bot.platforms.village import Village
from bot.web import demand
from bot.web.assets import PAGE, Assets
from bot.web.feed import Feed
from bot.web.guard import Refused, add_headers, answer_errors, only_this_machine

Ties: TypeAlias = Mapping[str, tuple[str, str]]  # place's name and segment by the group's id
Roles: TypeAlias = Mapping[str, tuple[str, str]]  # role and place's name by the person's id

_YEAR = 366 * 24 * 3600.0  # seconds
_LONGEST_WAIT = 600.0  # seconds
_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


def sandbox_app(
    village: Village,
    platforms: Sequence[Platform],
    *,
    clock: Callable[[], datetime],
    idle: Callable[[float], Awaitable[bool]],
    advance: Callable[[float], Awaitable[datetime]],
    ties: Callable[[], Awaitable[Ties]] | None = None,
    roles: Callable[[], Awaitable[Roles]] | None = None,
    heartbeat: float = 15.0,
    page: Path = PAGE,
) -> web.Application:
    """`idle(seconds)`: whether nothing was due or in hand within that time. `advance(seconds)`:
    moves the demo's clock, runs what has fallen due, and returns the new time. `ties()`: where
    the bot says its groups belong; `roles()`: who has a role for the bot. Without these, all is as
    it was settled."""
    most_bytes = max(platform.limits.max_file for platform in platforms)
    # Base64 takes four bytes for three; the rest is for the words.
    app = web.Application(
        middlewares=[answer_errors, only_this_machine, _answer_village],
        client_max_size=math.ceil(most_bytes / 3) * 4 + 2_000_000,
    )
    feed = Feed()
    village.listen(lambda news, entry: _announce(feed, news, entry))
    _People(village, most_bytes, ties, roles).add_to(app)
    _Running(feed, clock, idle, advance, heartbeat).add_to(app)
    Assets(page).add_to(app)
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(lambda _: _end(feed))
    return app


class _People:
    """What a person sees and does."""

    def __init__(
        self,
        village: Village,
        most_bytes: int,
        ties: Callable[[], Awaitable[Ties]] | None,
        roles: Callable[[], Awaitable[Roles]] | None,
    ) -> None:
        self._village = village
        self._most_bytes = most_bytes
        self._ties = ties
        self._roles = roles

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/api/people", self.people)
        app.router.add_get("/api/chats", self.chats)
        app.router.add_get("/api/messages", self.messages)
        app.router.add_post("/api/messages", self.write)
        app.router.add_post("/api/presses", self.press)
        app.router.add_post("/api/outages", self.cut)
        app.router.add_get("/api/files/{id}", self.file)

    async def people(self, request: web.Request) -> web.Response:
        people = await self._village.people()
        if self._roles is not None:
            roles = await self._roles()
            people = [_titled(person, roles) for person in people]
        fields = ("id", "name", "role", "place", "style")
        return web.json_response([_pick(person, fields) for person in people])

    async def chats(self, request: web.Request) -> web.Response:
        rooms = await self._village.chats(demand.identity(request.query, "person"))
        if self._ties is not None:
            ties = await self._ties()
            rooms = [_tied(room, ties) if room.kind == "group" else room for room in rooms]
        fields = ("id", "kind", "title", "place", "segment", "style", "mention")
        cut = self._village.is_cut
        return web.json_response([_pick(room, fields) | {"cut": cut(room.id)} for room in rooms])

    async def messages(self, request: web.Request) -> web.Response:
        person = demand.identity(request.query, "person")
        chat = demand.identity(request.query, "chat") if "chat" in request.query else None
        after = demand.after(request.query)
        entries = await self._village.messages(person, chat, after)
        return web.json_response([_message(entry) for entry in entries])

    async def write(self, request: web.Request) -> web.Response:
        known = ("person", "chat", "text", "attachments", "location")
        values = await demand.body(request, known)
        id = await self._village.write(
            person=demand.identity(values, "person"),
            chat=demand.identity(values, "chat"),
            text=demand.text(values),
            location=demand.location(values),
            uploads=demand.uploads(values, self._most_bytes),
        )
        return web.json_response({"id": id})

    async def press(self, request: web.Request) -> web.Response:
        known = ("person", "chat", "message", "action")
        values = await demand.body(request, known)
        await self._village.press(*(demand.identity(values, field) for field in known))
        return web.json_response({})

    async def cut(self, request: web.Request) -> web.Response:
        values = await demand.body(request, ("chat", "on"))
        await self._village.cut(demand.identity(values, "chat"), demand.truth(values, "on"))
        return web.json_response({})

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Shown in the page only when its bytes are an image's, whatever it calls itself."""
        name, path = await self._village.file(request.match_info["id"])
        type = _image_type(path)
        shown = "inline" if type else "attachment"
        return web.FileResponse(
            path,
            headers={
                "Content-Type": type or "application/octet-stream",
                "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name, safe='')}",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )


class _Running:
    """The demo's clock, its news, and whether it has come to rest."""

    def __init__(
        self,
        feed: Feed,
        clock: Callable[[], datetime],
        idle: Callable[[float], Awaitable[bool]],
        advance: Callable[[float], Awaitable[datetime]],
        heartbeat: float,
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._idle = idle
        self._advance = advance
        self._heartbeat = heartbeat

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/api/events", self.events)
        app.router.add_get("/api/clock", self.now)
        app.router.add_post("/api/clock", self.advance)
        app.router.add_get("/api/idle", self.idle)

    async def events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        with self._feed.line(lambda: _cut(request)) as line:
            await response.prepare(request)
            with suppress(ConnectionResetError):  # the page was closed
                await response.write(b"retry: 1000\n\n")
                async for event in line.events(self._heartbeat):
                    await response.write(event)
        return response

    async def now(self, request: web.Request) -> web.Response:
        return web.json_response({"now": _utc(self._clock())})

    async def advance(self, request: web.Request) -> web.Response:
        values = await demand.body(request, ("advance",))
        by = demand.number(values.get("advance"), "advance", 0, _YEAR)
        try:
            moved = await self._advance(by)
        except ValueError as error:
            raise Refused(400, str(error)) from None
        return web.json_response({"now": _utc(moved)})

    async def idle(self, request: web.Request) -> web.Response:
        timeout = demand.seconds(request.query.get("timeout", "10"), "timeout", _LONGEST_WAIT)
        if not await self._idle(timeout):
            raise Refused(408, "the bot is still at work; ask again or allow a longer timeout")
        return web.json_response({})


@web.middleware
async def _answer_village(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Missing as error:
        raise Refused(404, str(error)) from None
    except NotMember as error:
        raise Refused(403, str(error)) from None
    except MenuGone as error:
        raise Refused(409, str(error)) from None
    except RecordError as error:
        raise Refused(503, str(error)) from None


def _announce(feed: Feed, news: str, entry: Entry) -> None:
    if feed:
        feed.tell(news, json.dumps(_message(entry)))


async def _end(feed: Feed) -> None:
    feed.end()


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _message(entry: Entry) -> dict[str, Any]:
    """A deleted message shows nothing of what it was."""
    fields = ("id", "chat", "sender", "from_bot", "text", "sent_at", "edited_at")
    message = _pick(entry, (*fields, "deleted", "pinned"))
    message["buttons"] = [{"label": label, "action": action} for label, action in entry.buttons]
    message["attachments"] = [
        _pick(one, ("name", "type", "size")) | {"url": f"/api/files/{one.id}"}
        for one in entry.attachments
    ]
    message["location"] = None
    if entry.location is not None:
        latitude, longitude = entry.location
        message["location"] = {"latitude": latitude, "longitude": longitude}
    if entry.deleted:
        message |= {"text": "", "buttons": [], "attachments": [], "location": None}
    return message


def _titled(person: Villager, roles: Roles) -> Villager:
    role, place = roles.get(person.id, ("resident", person.place))
    return replace(person, role=role, place=place)


def _tied(room: Room, ties: Ties) -> Room:
    place, segment = ties.get(room.id, ("", ""))
    return replace(room, place=place, segment=segment)


def _pick(value: object, fields: Sequence[str]) -> dict[str, Any]:
    return {field: getattr(value, field) for field in fields}


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _image_type(path: Path) -> str:
    """By the first bytes; "" when it is no image that browsers show."""
    with path.open("rb") as file:
        head = file.read(12)
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return "image/webp"
    return next((type for magic, type in _IMAGES if head.startswith(magic)), "")
