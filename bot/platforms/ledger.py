"""What the village's record holds, and the verbs upon it.

Verbs are plain functions with the connection first; each runs inside one job of `record`,
so it happens whole or not at all. Times are ISO 8601 texts in UTC.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from bot.platforms.entry import (
    Attached,
    Entry,
    MenuGone,
    Missing,
    NotMember,
    Room,
    Villager,
    Waiting,
)
from bot.platforms.mention import is_mentioned
from content.commune import Commune, Style
from content.folding import normalize

Connection: TypeAlias = sqlite3.Connection

SCHEMA = """
CREATE TABLE IF NOT EXISTS village (identity TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS people (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL,
  place TEXT NOT NULL, style TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS chats (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, title TEXT NOT NULL,
  place TEXT NOT NULL, segment TEXT NOT NULL, style TEXT NOT NULL, mention TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS members (
  chat TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (person, chat)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
  number INTEGER PRIMARY KEY AUTOINCREMENT, chat TEXT NOT NULL, sender TEXT NOT NULL,
  from_bot INTEGER NOT NULL, text TEXT NOT NULL, buttons TEXT NOT NULL,
  attachments TEXT NOT NULL, location TEXT NOT NULL, sent_at TEXT NOT NULL, edited_at TEXT,
  deleted INTEGER NOT NULL DEFAULT 0, pinned INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS messages_of_chat ON messages (chat, number);
CREATE TABLE IF NOT EXISTS files (
  id TEXT PRIMARY KEY, sha256 TEXT NOT NULL, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS updates (
  number INTEGER PRIMARY KEY AUTOINCREMENT, style TEXT NOT NULL, lane TEXT NOT NULL,
  body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS updates_of_style ON updates (style, number);
"""


def settle(db: Connection, commune: Commune) -> None:
    """Fill the record at its first start; later starts keep what is there."""
    if db.execute("SELECT 1 FROM village").fetchone():
        return
    names = {place.slug: place.name for place in commune.places} | {"": ""}
    people = [(p.id, p.name, p.role, names[p.place], p.style) for p in commune.people]
    rooms: list[tuple[str, ...]] = [
        (p.id, "private", commune.title, "", "", p.style, "") for p in commune.people
    ]
    rooms += [
        (g.id, "group", g.title, names[g.place], g.segment, g.style, commune.mentions[g.style])
        for g in commune.groups
    ]
    members = [(p.id, p.id) for p in commune.people]
    members += [(g.id, member) for g in commune.groups for member in g.members]
    db.execute("INSERT INTO village VALUES (?)", (secrets.token_hex(4),))
    db.executemany("INSERT INTO people VALUES (NULL, ?, ?, ?, ?, ?)", people)
    db.executemany("INSERT INTO chats VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", rooms)
    db.executemany("INSERT INTO members VALUES (?, ?)", members)


def people(db: Connection) -> list[Villager]:
    return [Villager(*tuple(row)[1:]) for row in db.execute("SELECT * FROM people ORDER BY number")]


def chats(db: Connection, person: str) -> list[Room]:
    """The chat with the bot first."""
    _person(db, person)
    query = (
        "SELECT c.* FROM members m JOIN chats c ON c.id = m.chat "
        "WHERE m.person = ? ORDER BY c.kind = 'group', c.number"
    )
    return [_room(row) for row in db.execute(query, (person,))]


def messages(db: Connection, person: str, chat: str | None, after: int) -> list[Entry]:
    """Oldest first, of one chat or of all the person's chats."""
    _person(db, person)
    if chat is not None:
        member_of(db, person, chat)
    query = (
        "SELECT * FROM messages WHERE number > ? AND chat IN "
        "(SELECT chat FROM members WHERE person = ? AND (? IS NULL OR chat = ?)) ORDER BY number"
    )
    return [_entry(row) for row in db.execute(query, (after, person, chat, chat))]


def member_of(db: Connection, person: str, chat: str) -> Room:
    _person(db, person)
    room = _chat(db, chat)
    query = "SELECT 1 FROM members WHERE person = ? AND chat = ?"
    if not db.execute(query, (person, chat)).fetchone():
        raise NotMember("this person is not in this chat; take one from /api/chats?person=")
    return room


def group(db: Connection, chat: str) -> Room:
    room = _chat(db, chat)
    if room.kind != "group":
        raise Missing("this chat is no group; take a group's id from /api/chats?person=")
    return room


def write(db: Connection, draft: Entry, now: str, reply_to: str) -> tuple[Entry, Room, bool]:
    """A person's message, its chat, and whether the bot hears of it."""
    room = member_of(db, draft.sender, draft.chat)
    answers_bot = bool(reply_to) and _message(db, draft.chat, reply_to).from_bot
    # The record holds what SQLite can store; the update carries the text as it was written.
    entry = _insert(db, replace(draft, text=normalize(draft.text)), now)
    heard = (
        room.style == "telegram"
        or room.kind == "private"
        or answers_bot
        or is_mentioned(entry.text, room.mention)
    )
    if heard:
        message = {
            "id": entry.id,
            "text": draft.text,
            "attachments": [_file_json(attached) for attached in draft.attachments],
            "location": draft.location,
            "answers_bot": answers_bot,
        }
        _tell_bot(db, room, draft.sender, {"message": message})
    return entry, room, heard


def press(db: Connection, person: str, chat: str, message: str, callback: str) -> Room:
    room = member_of(db, person, chat)
    entry = _message(db, chat, message)
    if entry.deleted or callback not in {action for _, action in entry.buttons}:
        raise MenuGone("this menu is gone; press a button that its message still shows")
    _tell_bot(db, room, person, {"press": {"message": message, "data": callback}})
    return room


def post(db: Connection, style: Style, draft: Entry, now: str) -> Entry:
    _chat(db, draft.chat, style)
    return _insert(db, draft, now)


def change(db: Connection, style: Style, draft: Entry, now: str) -> Entry | None:
    """The bot's message with another text and other buttons; None when it is so already."""
    entry = _own(db, style, draft.chat, draft.id)
    if entry.deleted:
        raise Missing("the message is deleted; send a new one")
    if (entry.text, entry.buttons) == (draft.text, draft.buttons):
        return None
    query = "UPDATE messages SET text = ?, buttons = ?, edited_at = ? WHERE number = ?"
    db.execute(query, (draft.text, json.dumps(draft.buttons), now, int(draft.id)))
    return _own(db, style, draft.chat, draft.id)


def remove(db: Connection, style: Style, chat: str, message: str) -> Entry | None:
    """The bot's message, now deleted; None when it was so already. The words are kept."""
    if _own(db, style, chat, message).deleted:
        return None
    db.execute("UPDATE messages SET deleted = 1 WHERE number = ?", (int(message),))
    return _own(db, style, chat, message)


def keep_file(db: Connection, attached: Attached, sha256: str) -> None:
    db.execute("INSERT INTO files VALUES (?, ?, ?)", (attached.id, sha256, attached.name))


def file(db: Connection, id: str) -> tuple[str, str]:
    """A file's name and its SHA-256."""
    row = db.execute("SELECT name, sha256 FROM files WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise Missing("there is no such file; take the url from a message")
    return row["name"], row["sha256"]


def waiting(db: Connection, style: Style, most: int) -> list[Waiting]:
    """What the bot has not acknowledged, oldest first."""
    query = (
        "SELECT number, identity || '-' || number, lane, body "
        "FROM updates, village WHERE style = ? ORDER BY number LIMIT ?"
    )
    return [Waiting(*row) for row in db.execute(query, (style, most))]


def acknowledge(db: Connection, style: Style, up_to: int) -> None:
    db.execute("DELETE FROM updates WHERE style = ? AND number <= ?", (style, up_to))


def unacknowledged(db: Connection) -> int:
    (count,) = db.execute("SELECT count(*) FROM updates").fetchone()
    return int(count)


def _person(db: Connection, person: str) -> Villager:
    row = db.execute("SELECT * FROM people WHERE id = ?", (person,)).fetchone()
    if row is None:
        raise Missing("there is no such person; take an id from /api/people")
    return Villager(*tuple(row)[1:])


def _chat(db: Connection, chat: str, style: Style | None = None) -> Room:
    row = db.execute("SELECT * FROM chats WHERE id = ?", (chat,)).fetchone()
    if row is None or (style is not None and row["style"] != style):
        raise Missing("there is no such chat; take an id from /api/chats?person=")
    return _room(row)


def _message(db: Connection, chat: str, message: str) -> Entry:
    row = None
    if message.isascii() and message.isdecimal() and len(message) < 19:
        query = "SELECT * FROM messages WHERE number = ? AND chat = ?"
        row = db.execute(query, (int(message), chat)).fetchone()
    if row is None:
        raise Missing("there is no such message in this chat; take an id from /api/messages")
    return _entry(row)


def _own(db: Connection, style: Style, chat: str, message: str) -> Entry:
    _chat(db, chat, style)
    entry = _message(db, chat, message)
    if not entry.from_bot:
        raise Missing("the message is a person's; only the bot's own can be changed")
    return entry


def _insert(db: Connection, draft: Entry, now: str) -> Entry:
    query = (
        "INSERT INTO messages (chat, sender, from_bot, text, buttons, attachments, location, "
        "sent_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *"
    )
    files = json.dumps([(one.id, one.name, one.type, one.size) for one in draft.attachments])
    buttons, location = json.dumps(draft.buttons), json.dumps(draft.location)
    values = (draft.chat, draft.sender, draft.from_bot, draft.text, buttons, files, location, now)
    return _entry(db.execute(query, values).fetchone())


def _tell_bot(db: Connection, room: Room, person: str, news: Mapping[str, Any]) -> None:
    # Zalo tells no titles of groups.
    chat = {"id": room.id, "kind": room.kind}
    if room.kind == "group" and room.style == "telegram":
        chat["title"] = room.title
    sender = {"id": person, "name": _person(db, person).name}
    body = json.dumps({"chat": chat, "from": sender, **news}).encode()
    query = "INSERT INTO updates (style, lane, body) VALUES (?, ?, ?)"
    db.execute(query, (room.style, room.id, body))


def _file_json(attached: Attached) -> dict[str, Any]:
    kind = "photo" if attached.type.startswith("image/") else "document"
    return {"file": attached.id, "kind": kind, "name": attached.name, "size": attached.size}


def _room(row: sqlite3.Row) -> Room:
    return Room(*tuple(row)[1:])


def _entry(row: sqlite3.Row) -> Entry:
    location = json.loads(row["location"])
    return Entry(
        id=str(row["number"]),
        chat=row["chat"],
        sender=row["sender"],
        text=row["text"],
        buttons=tuple((label, callback) for label, callback in json.loads(row["buttons"])),
        attachments=tuple(Attached(*values) for values in json.loads(row["attachments"])),
        location=(location[0], location[1]) if location else None,
        sent_at=row["sent_at"],
        edited_at=row["edited_at"],
        deleted=bool(row["deleted"]),
        pinned=bool(row["pinned"]),
    )
