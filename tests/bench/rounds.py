"""Who plays when: each participant once a round, in an order that turns, so that a machine that
grows slower or faster meanwhile is fair to all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. `each`: messages of a round where a message costs only CPU; `ours` and
    `peers`: messages where the platform's limits make it last; `rounds`: of ours, and of the peers
    where a round lasts; `probes`: people who ask in a round; `one_peer`: no more of them."""

    each: int
    ours: int
    peers: int
    rounds: int
    peer_rounds: int
    probes: int
    seconds: int  # of a steady trickle
    one_peer: bool = False


QUICK = Scale(
    each=300, ours=300, peers=150, rounds=1, peer_rounds=1, probes=10, seconds=3, one_peer=True
)
USUAL = Scale(each=500, ours=500, peers=200, rounds=5, peer_rounds=1, probes=20, seconds=10)
FULL = Scale(each=1000, ours=3000, peers=600, rounds=5, peer_rounds=3, probes=25, seconds=20)


def rotated(names: Sequence[str], number: int) -> list[str]:
    """The order of the round of that number, from 0."""
    turn = number % len(names) if names else 0
    return [*names[turn:], *names[:turn]]


async def interleaved(
    names: Sequence[str], rounds: int, play: Callable[[str, int], Awaitable[T]]
) -> dict[str, list[T]]:
    """What `play(name, round)` gave, by name."""
    results: dict[str, list[T]] = {name: [] for name in names}
    for number in range(rounds):
        for name in rotated(names, number):
            results[name].append(await play(name, number))
    return results
