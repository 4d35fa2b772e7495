"""The server by HTTP, below `/_/`: for whoever runs it in a process of its own. A GET, or a POST
of a JSON object; the answer is JSON. What a bot is called here is its token; a person or group,
its id."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from tests.servers.telegram.pace import Pace
from tests.servers.telegram.people import Person
from tests.servers.telegram.places import Group
from tests.servers.telegram.records import Sent
from tests.servers.web import Connection

if TYPE_CHECKING:
    from tests.servers.telegram.server import TelegramServer

Asked = dict[str, Any]


def control(
    server: TelegramServer, connection: Connection, verb: bytes, path: str, body: bytes
) -> None:
    name = path.partition("?")[0]
    try:
        asked: Asked = json.loads(body) if body else {}
        if name == "until":
            _until(server, connection, asked)
            return
        if name == "outage":
            _outage(server, connection, asked)
            return
        action = ACTIONS.get(name)
        if action is None:
            _reply(connection, 404, {"error": f"no {name!r}; take one of {sorted(ACTIONS)}"})
            return
        _reply(connection, 200, action(server, asked))
    except (KeyError, LookupError, TypeError, ValueError) as error:
        _reply(connection, 400, {"error": f"{type(error).__name__}: {error}"})


def _reply(connection: Connection, status: int, answer: Any) -> None:
    connection.reply(status, json.dumps(answer, ensure_ascii=False, default=str).encode())


def _until(server: TelegramServer, connection: Connection, asked: Asked) -> None:
    """Answers once all the counts named are reached (`sent`, `edits`, `acknowledged`, `polls`…),
    or the seconds of `timeout` are over; `reached` tells which."""
    goals = {key: value for key, value in asked.items() if key != "timeout"}

    def holds() -> bool:
        now = _counts(server, {})
        return all(now[key] >= goal for key, goal in goals.items())

    holds()  # an unknown count is the caller's mistake

    async def wait() -> None:
        try:
            await server.until(holds, float(asked.get("timeout", 20)))
        except TimeoutError:
            _reply(connection, 200, {"reached": False, **_counts(server, {})})
        else:
            _reply(connection, 200, {"reached": True, **_counts(server, {})})

    server.start(wait())


def _outage(server: TelegramServer, connection: Connection, asked: Asked) -> None:
    """Gone for `seconds`, this connection included; the answer comes before."""

    async def away() -> None:
        await asyncio.sleep(0)
        await server.outage()
        await asyncio.sleep(float(asked.get("seconds", 1)))
        await server.recover()

    _reply(connection, 200, {})
    server.start(away())


def _bot(server: TelegramServer, asked: Asked) -> Any:
    token = server.bot(**asked)
    return {"token": token, "id": server.bots[token].id}


def _person(server: TelegramServer, asked: Asked) -> Any:
    return {"id": server.person(**asked).id}


def _group(server: TelegramServer, asked: Asked) -> Any:
    members = [_member(server, each) for each in asked.pop("members", [])]
    return {"id": server.group(members=members, **asked).id}


def _member(server: TelegramServer, who: Any) -> Person | str:
    return who if isinstance(who, str) else server.person_of(int(who))


def _where(server: TelegramServer, asked: Asked) -> str | Group:
    where = asked.pop("where")
    return where if isinstance(where, str) else server.group_of(int(where))


def _say(server: TelegramServer, asked: Asked) -> Any:
    person = server.person_of(int(asked.pop("person")))
    at = server.clock.monotonic()
    said = person.say(_where(server, asked), **asked)
    return {"message_id": said["message_id"], "at": at}


def _edit(server: TelegramServer, asked: Asked) -> Any:
    person = server.person_of(int(asked["person"]))
    person.edit(_where(server, asked), int(asked["message_id"]), asked["text"])
    return {}


def _press(server: TelegramServer, asked: Asked) -> Any:
    person = server.person_of(int(asked["person"]))
    where = _where(server, asked)
    return {"query": person.press(where, int(asked["message_id"]), asked["button"])}


def _block(server: TelegramServer, asked: Asked) -> Any:
    server.person_of(int(asked["person"])).block(asked["bot"])
    return {}


def _member_change(server: TelegramServer, asked: Asked) -> Any:
    """`do`: add, remove, promote, demote, mute, unmute."""
    group = server.group_of(int(asked["group"]))
    changes: dict[str, Callable[[str], None]] = {
        "add": group.add,
        "remove": group.remove,
        "promote": group.promote,
        "demote": group.demote,
        "mute": group.mute,
        "unmute": group.unmute,
    }
    changes[asked["do"]](asked["bot"])
    return {}


def _upgrade(server: TelegramServer, asked: Asked) -> Any:
    return {"id": server.group_of(int(asked["group"])).upgrade().id}


def _raw(server: TelegramServer, asked: Asked) -> Any:
    return {"update_id": server.raw(asked["bot"], asked["update"])}


def _burst(server: TelegramServer, asked: Asked) -> Any:
    return {"people": [each.id for each in server.burst(asked.pop("bot"), **asked)]}


def _ids(server: TelegramServer, asked: Asked) -> Any:
    """`do`: skip, jump, repeat."""
    updates = server.bots[asked["bot"]].updates
    {"skip": updates.skip, "jump": updates.jump, "repeat": updates.repeat}[asked["do"]]()
    return {}


def _revoke(server: TelegramServer, asked: Asked) -> Any:
    server.revoke(asked["bot"])
    return {}


def _fault(server: TelegramServer, asked: Asked) -> Any:
    server.fault(**asked)
    return {"number": len(server.faults) - 1}


def _faults(server: TelegramServer, asked: Asked) -> Any:
    """`clear`: release all and forget them."""
    hits = [{"kind": each.kind, "seen": each.seen, "hits": each.hits} for each in server.faults]
    if asked.get("clear"):
        server.clear_faults()
    return hits


def _release(server: TelegramServer, asked: Asked) -> Any:
    server.faults[int(asked["number"])].release()
    return {}


def _latency(server: TelegramServer, asked: Asked) -> Any:
    server.set_latency(**asked)
    return {}


def _pace(server: TelegramServer, asked: Asked) -> Any:
    """`{"off": true}`, or any fields of `Pace`."""
    server.set_pace(None if asked.pop("off", False) else Pace(**asked))
    return asdict(server.pace) if server.pace else {}


def _clock(server: TelegramServer, asked: Asked) -> Any:
    """`ahead`: seconds by which dates are wrong from now on."""
    server.clock.ahead = float(asked.get("ahead", 0))
    return {"monotonic": server.clock.monotonic()}


def _counts(server: TelegramServer, asked: Asked) -> dict[str, int]:
    records = server.records
    bots = server.bots.values()
    return {
        "sent": len(records.sent),
        "edits": len(records.edits),
        "answers": len(records.answers),
        "said": len(records.said),
        "distinct": len(records.counts),
        "twice": len(records.twice),
        "too_many": records.too_many,
        "calls": sum(records.calls.values()),
        "polls": records.calls["getUpdates"],
        "pending": sum(len(bot.updates.pending) for bot in bots),
        "acknowledged": sum(len(bot.updates.acknowledged) for bot in bots),
        "polling": sum(bot.updates.poll is not None for bot in bots),
        "most_concurrent": server.most_concurrent,
    }


def _state(server: TelegramServer, asked: Asked) -> Any:
    return server.state()


def _sent(server: TelegramServer, asked: Asked) -> Any:
    """From the `since`-th on: chat, key, time, message id."""
    return [_short(each) for each in server.sent[int(asked.get("since", 0)) :]]


def _short(sent: Sent) -> list[Any]:
    return [sent.chat, sent.key, sent.at, sent.message_id]


def _said(server: TelegramServer, asked: Asked) -> Any:
    """From the `since`-th on: chat, key, time."""
    return server.records.said[int(asked.get("since", 0)) :]


def _edits(server: TelegramServer, asked: Asked) -> Any:
    return [_short(each) for each in server.edits[int(asked.get("since", 0)) :]]


def _twice(server: TelegramServer, asked: Asked) -> Any:
    return [[chat, key, count] for (chat, key), count in server.records.twice.items()]


def _updates(server: TelegramServer, asked: Asked) -> Any:
    """The ids of one bot's updates."""
    updates = server.bots[asked["bot"]].updates
    return {
        "pending": [each.id for each in updates.pending],
        "acknowledged": updates.acknowledged,
        "handed_out": updates.handed_out,
    }


def _reset(server: TelegramServer, asked: Asked) -> Any:
    """Forget what was counted; the world stays as it is. Buckets are full again."""
    server.records.clear()
    server.most_concurrent = 0
    server.set_pace(server.pace)
    return {}


ACTIONS: Final[dict[str, Callable[[TelegramServer, Asked], Any]]] = {
    "block": _block,
    "bot": _bot,
    "burst": _burst,
    "clock": _clock,
    "counts": _counts,
    "edit": _edit,
    "edits": _edits,
    "fault": _fault,
    "faults": _faults,
    "group": _group,
    "ids": _ids,
    "latency": _latency,
    "member": _member_change,
    "pace": _pace,
    "person": _person,
    "press": _press,
    "raw": _raw,
    "release": _release,
    "reset": _reset,
    "revoke": _revoke,
    "said": _said,
    "say": _say,
    "sent": _sent,
    "state": _state,
    "twice": _twice,
    "updates": _updates,
    "upgrade": _upgrade,
}
