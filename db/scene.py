"""Who acts and where they stand, as plain data: a handler needs nothing else of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from db.permissions import ROLES, NotAllowed


class Grant(NamedTuple):
    """A role at a place; `path` as in `Place.path`: the right reaches everything below it."""

    role: str
    place_id: int
    path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which chat, by which update, when. Ids are 0 for whom we have not met."""

    person_id: int
    account_id: int
    chat_id: int
    bot_id: int
    now: datetime
    place_id: int | None = None
    grants: tuple[Grant, ...] = ()
    inbox_id: int | None = None

    def can(self, permission: str, path: str | None = None) -> bool:
        """Whether a role grants `permission` at the place of `path` (None: anywhere)."""
        return any(
            permission in ROLES.get(grant.role, frozenset())
            and (path is None or path.startswith(grant.path))
            for grant in self.grants
        )

    def require(self, permission: str, path: str | None = None) -> None:
        """Raises NotAllowed."""
        if not self.can(permission, path):
            raise NotAllowed(permission)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a handler knows of whom it talks to, where, and how far they have come.

    `buttons` are the (label, action) pairs of the menu on offer; `version` 0: no row yet;
    `answers`: in this group, questions are answered that were not put to us.
    """

    actor: Actor
    chat_kind: str
    chat_title: str = field(default="", repr=False)
    chat_place_id: int | None = None
    segment: str | None = None
    name: str = field(default="", repr=False)
    language: str | None = None
    step: str = ""
    keep: Mapping[str, Any] = field(default_factory=dict, repr=False)
    free_text: bool = False
    menu_id: int | None = None
    menu_body: str = field(default="", repr=False)
    buttons: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    version: int = 0
    home_chat_id: int | None = None  # where the account was last met in private
    answers: bool = False

    @property
    def private(self) -> bool:
        return self.chat_kind == "private"
