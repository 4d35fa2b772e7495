"""Takes values out of a platform's JSON by type. A complaint names the path of the field,
never what stands there: updates are full of people's words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from bot.platforms.base import NotUnderstood


class Fields:
    """A JSON object and the path to it. `null` counts as absent."""

    def __init__(self, values: Any, path: str = "") -> None:
        if not isinstance(values, dict):
            raise NotUnderstood(path or "the body is not a JSON object")
        self._values = values
        self._path = path

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def unfit(self, key: str) -> NotUnderstood:
        return NotUnderstood(self._at(key))

    def inner(self, key: str) -> Fields:
        return Fields(self._values.get(key), self._at(key))

    def each(self, key: str) -> Iterator[Fields]:
        """The objects of an array; none when it is absent."""
        values = self._values.get(key) or []
        if not isinstance(values, list):
            raise self.unfit(key)
        for index, value in enumerate(values):
            yield Fields(value, f"{self._at(key)}[{index}]")

    def text(self, key: str, default: str | None = None) -> str:
        value = self._values.get(key)
        value = default if value is None else value
        if not isinstance(value, str):
            raise self.unfit(key)
        return value

    def truth(self, key: str) -> bool:
        """False when it is absent."""
        value = self._values.get(key) or False
        if not isinstance(value, bool):
            raise self.unfit(key)
        return value

    def number(self, key: str) -> float:
        return _number(self._values.get(key), self.unfit(key))

    def numbers(self, key: str, count: int) -> list[float]:
        values = self._values.get(key)
        if not isinstance(values, list) or len(values) != count:
            raise self.unfit(key)
        return [_number(value, self.unfit(key)) for value in values]

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def _number(value: Any, error: NotUnderstood) -> float:
    """A finite one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise error
    if isinstance(value, float) and not math.isfinite(value):
        raise error
    return value
