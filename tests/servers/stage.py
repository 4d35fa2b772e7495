"""Who stands ready when both libraries are asked: a bot, a person it knows and a forum."""

from __future__ import annotations

from dataclasses import dataclass

from tests.servers.telegram import Group, Person, TelegramServer


@dataclass(frozen=True, slots=True)
class Stage:
    server: TelegramServer
    token: str
    person: Person
    group: Group
