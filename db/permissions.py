"""Who may do what, as data: `noun:verb` words for each role. Verbs ask here, inside their
own transaction, so that chat, console and command line cannot differ."""

from collections.abc import Mapping
from typing import Final

_CADRE: Final = frozenset(
    {"announcement:send", "group:tie", "ticket:read", "ticket:answer"},
)
_LEADER: Final = _CADRE | {
    "announcement:send_wide",
    "announcement:send_urgent",
    "ticket:statistics",
}

ROLES: Final[Mapping[str, frozenset[str]]] = {
    "village_head": _CADRE,
    "cadre": _CADRE,
    "approver": _LEADER,
    "admin": _LEADER | {"ticket:export", "role:grant"},
}


class NotAllowed(Exception):
    """The actor lacks `permission` at the place in question."""

    def __init__(self, permission: str) -> None:
        super().__init__(f"permission {permission} is missing")
        self.permission = permission


def roles_with(permission: str) -> tuple[str, ...]:
    return tuple(role for role, granted in ROLES.items() if permission in granted)
