"""The Zalo Bot Platform on 127.0.0.1, for tests and benchmarks.

In a test::

    async with ZaloServer(habits=Habits(wrapped=True)) as server:
        token = server.bot("Bot Loa Làng", plan=FREE)     # plan=Plan(): nothing is too much
        person = server.person("Bà Tư")
        group = server.group("Thôn 1", [token])
        person.say(token, "chào")                  # in private; say(group, "@Bot Loa Làng …")
        await server.until(lambda: server.shown(token, person.id))

`server.sent` holds what arrived (`records.py`), `server.bots[token].ears` what was `handed` out
and what was `lost`, `server.fault(kind, method, …)` breaks things (`tests/servers/faults.py`; an
"error" of one of Zalo's own codes is said in its words), `outage`/`recover`, `revoke`, `raw`,
`forget_files` do what they say; `ears.forsake()` says that nobody will poll any more.

| imitated | how |
|---|---|
| address, bodies | `/bot<TOKEN>/<method>`, the method as it is written; JSON, a form, a query; multipart is not read |
| getUpdates | one event (or a list) and it is gone; idle is error 408; nobody polls: it is lost; of two who poll, the one that waited longer hears it |
| webhooks | secret of 8 to 256 characters, flat or wrapped bodies; no second try unless wished for; only to this machine; no polling beside |
| events | text, picture with its caption, sticker, voice, unsupported; no title, no join or leave, no press, no edit |
| groups | only what holds “@<display name>” or replies to the bot |
| methods | those of `methods.py`; all others, as editing and deleting, are HTTP 404 |
| sizes | texts and captions of 1 to 2,000, `text_styles` are checked; a photo is an address, which is read |
| states | blocked, put out of a group, never met, token made anew, picture's address run out |
| plans | messages of a month (Vietnam's), users, groups, a burst: 429 without any `retry_after` |
| what sources disagree on | `habits.py` |

| not imitated | instead |
|---|---|
| how long an event waits between two polls | `grace`: nobody has measured it |
| what a webhook is tried with when it is set | always well |
| parse_mode | ignored: send `text_styles` |
| one person's id with different bots | the same |
| what is answered for a photo that cannot be read, and after leaving a group | 400; `gone` |
| TLS | plain HTTP/1.1; a webhook may be http on this machine |

Where it is from: what independent developers wrote down of Zalo's documents and of real bots, as of
November 2026. None of it was compared with a real bot here.
"""  # noqa: E501

from tests.servers.clock import Clock, HandClock
from tests.servers.faults import Fault, FaultKind
from tests.servers.zalo.habits import Habits
from tests.servers.zalo.people import Group, Person
from tests.servers.zalo.records import Sent
from tests.servers.zalo.server import ZaloServer
from tests.servers.zalo.world import FREE, Bot, Plan

__all__ = [
    "FREE",
    "Bot",
    "Clock",
    "Fault",
    "FaultKind",
    "Group",
    "Habits",
    "HandClock",
    "Person",
    "Plan",
    "Sent",
    "ZaloServer",
]
