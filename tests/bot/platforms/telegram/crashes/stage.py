"""Telegram as a stage for `tests.bot.playing`: what people see there, what they write and press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.platforms.entry import BOT, Attached, Entry
from bot.platforms.village import Upload
from db.communes import NewGroup, NewPerson, NewPlace, Settlement
from tests.bot.hamlet import CADRE, HEAD, LEADER, hamlet, resident
from tests.bot.platforms.telegram.crashes.lives import Witness
from tests.bot.playing import WORDS, Cast, Ears
from tests.bot.villagers import files
from tests.living import PNG
from tests.servers.telegram import Group
from tests.servers.telegram.chats import Json
from tests.servers.telegram.records import buttons

NAME: Final = "xa"  # of the bot


@dataclass
class Square:
    """A hamlet's people (in private) and groups with their one bot. Photos have no names on
    Telegram: theirs stand behind the picture in its bytes."""

    server: Witness
    token: str
    ids: dict[str, int]  # of people, by their names in the play
    groups: list[Group]

    async def messages(self, person: str, chat: str | None = None, after: int = 0) -> list[Entry]:
        place = self.server.chats.get(int(chat)) if chat and chat != person else None
        private = self.server.bots[self.token].private
        shown = place or private.get(self.ids[person])
        found = shown.messages.items() if shown else ()
        return [self._entry(one) for number, one in found if number > after]

    async def write(self, person: str, chat: str, text: str, uploads: Sequence[Upload] = ()) -> str:
        who = self.server.person_of(self.ids[person])
        for upload in uploads:
            who.say(self.token, photo=upload.data + upload.name.encode())
        return str(who.say(self.token, text)["message_id"]) if text else ""

    async def press(self, person: str, chat: str, message: str, callback: str) -> None:
        self.server.person_of(self.ids[person]).press(self.token, int(message), callback)

    def _entry(self, message: Json) -> Entry:
        bot = self.server.bots[self.token]
        pictures = [self.server.files.found(bot.id, id).data for id in files(message)]
        return Entry(
            chat=str(message["chat"]["id"]),
            sender=BOT if message["from"]["id"] == bot.id else str(message["from"]["id"]),
            text=message.get("text", ""),
            id=str(message["message_id"]),
            buttons=tuple((one["text"], one["callback_data"]) for one in buttons(message)),
            attachments=tuple(
                Attached("", data.removeprefix(PNG).decode(), "image/png", len(data))
                for data in pictures
            ),
        )

    def cast(self, residents: int) -> Cast:
        return Cast(
            residents=tuple(map(resident, range(residents))),
            staff=(CADRE, LEADER, HEAD),
            author=CADRE,
            choices=(WORDS("announcements.all_groups"), WORDS("announcements.next")),
            groups=tuple(
                Ears(str(one.id), one.chat.json["title"], "telegram", CADRE) for one in self.groups
            ),
        )


def built(server: Witness, residents: int, groups: int) -> tuple[Square, Settlement]:
    """The hamlet on the server, and as the database is to know it."""
    token, commune = server.bot(), hamlet(residents=residents, groups=groups)
    people = {one.id: server.person(one.name) for one in commune.people}
    for person in people.values():
        person.received(token)  # their chats with the bot have begun
    places = [server.group(one.title, [token], told=False) for one in commune.groups]
    ids = {name: person.id for name, person in people.items()}
    return Square(server, token, ids, places), Settlement(
        places=[NewPlace(p.slug, p.name, p.kind, p.parent) for p in commune.places],
        bots=[(NAME, "telegram", commune.groups[0].place)],
        groups=[
            NewGroup(NAME, str(place.id), one.title, one.place, one.segment)
            for place, one in zip(places, commune.groups, strict=True)
        ],
        people=[
            NewPerson(
                NAME,
                "telegram",
                str(ids[one.id]),
                one.name,
                one.place,
                "" if one.role == "resident" else one.role,
            )
            for one in commune.people
        ],
    )
