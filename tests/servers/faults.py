"""What goes wrong, by script: before the call is done, or after it, when only its answer is
lost. What a server says then in its own words is the server's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal, TypeAlias, get_args

from tests.servers.web import Connection

FaultKind = Literal[
    "refuse",  # closed without an answer, nothing done
    "hang",  # nothing done and nothing said until released; then as if it had just come
    "hang_after",  # done; said when released
    "reset",  # done; then RST
    "half",  # done; then half of the answer and the end
    "error",  # HTTP `status`, nothing done
    "error_after",  # HTTP `status`, done
    "garbage",  # 200 and something that is no JSON, done
    "too_many",  # 429, nothing done; `seconds` is the retry_after
    "content_type",  # the right answer as text/html
    "no_result",  # 200 and `{"ok":true}` alone, done
    "delay",  # `seconds` later than usual, done
]
KINDS: Final = frozenset(get_args(FaultKind))
BEFORE: Final = frozenset({"refuse", "hang", "error", "too_many", "delay"})
HTML: Final = b"text/html"
Answer: TypeAlias = tuple[int, bytes, bytes]  # status, body, its type


@dataclass(slots=True, eq=False)
class Fault:
    """Strikes calls of `method` (any if "") in `chat` (any if 0 or ""): the `nth` only, or each
    with `probability`, at most `times` in all (0: without end)."""

    kind: FaultKind
    method: str = ""
    chat: int | str = 0
    nth: int = 0
    times: int = 1
    probability: float = 1.0
    status: int = 502
    seconds: float = 1.0
    seed: int = 0
    seen: int = 0
    hits: int = 0
    cancelled: bool = False
    _held: list[Callable[[], None]] = field(default_factory=list, repr=False)
    _random: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault {self.kind!r}; take one of {sorted(KINDS)}")
        self._random = Random(self.seed)

    @property
    def general(self) -> bool:
        return not self.method and not self.chat and not self.nth and self.probability >= 1

    @property
    def holding(self) -> int:
        """Calls that hang."""
        return len(self._held)

    def strikes(self, method: str, chat: int | str) -> bool:
        if self.cancelled or (self.times and self.hits >= self.times):
            return False
        if (self.method and self.method.lower() != method) or (self.chat and self.chat != chat):
            return False
        self.seen += 1
        if self.nth and self.seen != self.nth:
            return False
        if self.probability < 1 and self._random.random() >= self.probability:
            return False
        self.hits += 1
        return True

    def hold(self, go_on: Callable[[], None]) -> None:
        self._held.append(go_on)

    def release(self) -> None:
        """What hangs goes on; nothing hangs any more."""
        self.cancelled = True
        held, self._held = self._held, []
        for go_on in held:
            go_on()


@dataclass(slots=True, eq=False)
class Exchange:
    """One call on its way: `finish` is given its true answer, and tells what the faults make of
    it. `failing`: what is said for an "error" or "too_many"; `later`: seconds the answer takes."""

    connection: Connection
    failing: Callable[[Fault], Answer]
    faults: list[Fault] = field(default_factory=list)
    later: float = 0.0
    on_end: Callable[[], None] = lambda: None
    _ended: bool = False

    def finish(self, status: int, body: bytes) -> None:
        if self.later > 0:
            asyncio.get_running_loop().call_later(self.later, self._say, status, body)
        else:
            self._say(status, body)

    def _say(self, status: int, body: bytes) -> None:
        fault = next((each for each in self.faults if each.kind not in BEFORE), None)
        if fault is not None and fault.kind == "hang_after":
            self.hold(fault, lambda: self._end(None, status, body))
            return
        self._end(fault, status, body)

    def _end(self, fault: Fault | None, status: int, body: bytes) -> None:
        connection = self.connection
        self._end_once()
        kind = fault.kind if fault else ""
        if kind == "reset":
            connection.reset()
        elif kind == "half":
            connection.reply_half(status, body)
        elif kind == "error_after" and fault is not None:
            connection.reply(*self.failing(fault))
        elif kind == "garbage":
            connection.reply(200, b"\x00<<< this is no JSON {")
        elif kind == "content_type":
            connection.reply(status, body, HTML)
        elif kind == "no_result":
            connection.reply(200, b'{"ok":true}')
        else:
            connection.reply(status, body)

    def hold(self, fault: Fault, go_on: Callable[[], None]) -> None:
        """Until the fault is released; for whoever counts, a call that was given up is over."""
        self.connection.on_lost = self._end_once
        fault.hold(go_on)

    def _end_once(self) -> None:
        if not self._ended:
            self._ended = True
            self.on_end()

    def before(self, fault: Fault) -> None:
        """End the call without doing it."""
        self._end_once()
        if fault.kind == "refuse":
            self.connection.close()
        else:
            self.connection.reply(*self.failing(fault))
