"""Telegram's Bot API on 127.0.0.1, for tests and benchmarks.

In a test::

    async with TelegramServer() as server:         # pace=None: no 429s; clock=HandClock()
        token = server.bot(privacy=True)
        person = server.person("Bà Tư")
        group = server.group("Thôn 1", [token, person])     # kind="supergroup", forum=True, …
        person.say(token, "/start")                # in private; say(group, "…") in the group
        await server.until(lambda: server.sent_to(person))
        person.press(token, server.sent[-1], "Đã nhận")
        await server.idle()                        # all acknowledged, nothing under way

`server.bots[token].updates` holds the bot's queue (`skip`, `jump`, `repeat`, `unacknowledged`),
`server.records` what was counted, `server.fault(kind, method, …)` breaks things (`faults.py`),
`outage`/`recover`, `set_latency`, `set_pace`, `revoke`, `raw`, `burst` do what they say. Alone:
`python -m tests.servers.telegram --port 0 [--key REGEX] [--seed N] [--no-pace]` prints
`{"base_url": …, "port": …}` and is steered by JSON posted to `/_/<action>` (`control.py`).

| imitated | how |
|---|---|
| tokens | 401 unknown or revoked, 404 malformed |
| bodies | urlencoded, multipart with `attach://`, JSON; chunked or not |
| getUpdates | kept until a higher offset; negative offsets; an offset more than 10 ahead of the queue confirms nothing; limit, timeout, allowed_updates; 409 for the older poll and beside a webhook; 24 h, callback queries 150 s |
| webhooks | secret, max_connections, posted until answered 2xx; only to this machine |
| methods | those of `methods.py`, with whole Message, File, User and Chat objects |
| sizes | UTF-16 units, bytes of callback data, albums, files; texts are trimmed; entities are checked |
| states | blocked, deactivated, kicked, not a member, never met or started, upgraded, deleted, muted |
| pace | a bucket for the token and one for each chat; a 429 blocks its scope for 3 s or more. An invention: Telegram publishes no algorithm |
| privacy mode | as `world.sees` tells, with its sources |
| ephemeral messages | words to one member: from an admin, or within 15 s of a press; answered with number 0. They never get lost |
| faults | `faults.KINDS`, by method, chat, n-th call or chance; latency; outage; wrong dates |

| not imitated | instead |
|---|---|
| parse_mode | plain text passes as HTML, anything else is refused: send entities |
| limits of repeated polls (same offset within 0.5 s: one update; within 3 s: a pause), and the 3 s a second 409 waits | answered at once |
| pictures | only the first bytes are looked at; all sizes hold the same bytes; no download by URL |
| TLS, HTTP/2, pipelining | plain HTTP/1.1; a webhook may be http on this machine |
| topics closed, slow mode, reactions, polls, inline mode, payments, business messages, ephemeral commands, edits and files | unknown methods are 404, unknown fields are passed over |
| messages of one bot as another sees them | bots never hear bots |
| a basic group's bot muted alone, its update | the whole group is muted, silently |

Where the words of an error come from: the Bot API server's and TDLib's sources of May 2026; the
malformed token's 404 from the public service.
"""  # noqa: E501

from tests.servers.clock import Clock, HandClock
from tests.servers.faults import Fault, FaultKind
from tests.servers.telegram.chats import Bot
from tests.servers.telegram.files import picture
from tests.servers.telegram.pace import Pace
from tests.servers.telegram.people import Person
from tests.servers.telegram.places import Group
from tests.servers.telegram.records import Sent
from tests.servers.telegram.server import TelegramServer

__all__ = [
    "Bot",
    "Clock",
    "Fault",
    "FaultKind",
    "Group",
    "HandClock",
    "Pace",
    "Person",
    "Sent",
    "TelegramServer",
    "picture",
]
