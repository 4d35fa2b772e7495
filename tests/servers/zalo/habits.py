"""Where Zalo's documents and what was seen of it disagree, or are silent: each way can be had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Habits:
    """The defaults are what was seen on real bots; where nothing was seen, the harsher way."""

    errors_as_status: bool = False  # an API error's code is its HTTP status too, instead of 200
    idle_status: int = 408  # HTTP, of a poll that heard nothing; 200 was seen too
    zero_code: bool = False  # `error_code: 0` beside a success
    lists: bool = False  # getUpdates answers with a list, of all there is
    photo_key: Literal["photo_url", "photo"] = "photo_url"  # seen; documented
    wrapped: bool = False  # a webhook's body is `{"ok", "result": event}`, as documented
    bare: bool = False  # an unsupported event has no `message`
    links: Literal["text", "unsupported"] = "text"  # what a text with an address comes as
    shows_display: bool = False  # getMe tells the display name
    code_points: bool = False  # texts are measured in them, instead of UTF-16 units
    gone: int = 404  # code for a chat that the bot was put out of: nobody has seen it
    unknown: int = 400  # code for a chat that never was
    counts_received: bool = False  # what is received counts to the month, too
    outcome: str = "webhook.ok"  # of its own try of a webhook, when it is set
    tries: int = 1  # of a webhook, until an event is given up: undocumented
    grace: float = 3.0  # seconds an event waits for the next poll: an invention
