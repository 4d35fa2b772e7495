"""Tells whose matter a text is, by what `content.training` has learned from examples.

Nothing but Python here: what is learned stays in its file, of which a question reads the few
lines that it needs. The file: a line with the checksum of all that follows; a line of JSON; what
the words are, one a line; then the numbers, as this machine writes them.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO, Final

from content.features import Features, Told, features

WORDS, LETTERS, MARKS = 0.25, 0.6, 0.15  # the shares in what tells a text
SHARES: Final = (math.sqrt(WORDS), math.sqrt(LETTERS), math.sqrt(MARKS))

_STRANGE: Final = (0.3, 0.1, 0.1)  # what an unknown word, group of letters, marked word weighs
_PIECE: Final = 1 << 16  # bytes read at once
_PAGE: Final = 16  # lines of a page


class Classifier:
    """Scores a text against every label: near 1 where it is like its examples, near 0 where it
    is like those of others or like nothing known."""

    def __init__(self, labels: Sequence[str], vocabulary: bytes, numbers: memoryview, step: float):
        """`vocabulary`: the features, sorted, one a line; `numbers`: of bytes; the rarity of each
        feature, in four, then for each its weight for every label, in two: how many times `step`.
        Raises ValueError where they are not as many."""
        self.labels = tuple(labels)
        self._pages = _Pages(vocabulary)
        self._numbers, self._step, count = numbers, step, len(self)
        if len(numbers) != count * (4 + 2 * len(self.labels)):
            raise ValueError("the parts do not fit")
        self._rarity = numbers[: 4 * count].cast("f")
        self._steps = numbers[4 * count :].cast("h")
        self._strange = math.log(len(self.labels) + 1)

    def __len__(self) -> int:
        """How many features it knows."""
        return len(self._pages)

    def scores(self, told: Told) -> list[float]:
        """One number for each of `labels`."""
        totals = [0.0] * len(self.labels)
        for column, value in zip(*self.vector(features(told)), strict=True):
            row, value = self._row(column), value * self._step
            totals = [total + value * steps for total, steps in zip(totals, row, strict=True)]
        return totals

    def weights(self, column: int) -> Sequence[float]:
        """Of one feature, for every label."""
        return [steps * self._step for steps in self._row(column)]

    def _row(self, column: int) -> Sequence[int]:
        start = column * len(self.labels)
        return self._steps[start : start + len(self.labels)]

    def knows(self, word: str) -> bool:
        """Whether a folded word, or a pair of them ("a b"), occurs in any example."""
        return self._pages.find(word) is not None

    def vector(self, counted: Features) -> tuple[list[int], list[float]]:
        """Columns and their values. What is unknown has no column, and makes the rest less; a text
        without marks is told by the rest alone."""
        all_of_it = whole(len(counted.marked))
        columns: list[int] = []
        values: list[float] = []
        for counts, share, strange in zip(counted, SHARES, _STRANGE, strict=True):
            found, weighed = self._weigh(counts, strange * self._strange)
            columns += found
            values += [all_of_it * share * value for value in weighed]
        return columns, values

    def _weigh(self, counts: Mapping[str, int], strange: float) -> tuple[list[int], list[float]]:
        columns, values, squares = [], [], 0.0
        for feature, count in counts.items():
            column = self._pages.find(feature)
            rarity = strange if column is None else self._rarity[column]
            value = rarity * (1 + math.log(count))
            squares += value * value
            if column is not None:
                columns.append(column)
                values.append(value)
        length = math.sqrt(squares) or 1.0
        return columns, [value / length for value in values]

    def save(self, path: Path) -> None:
        """Whole or not at all. Raises OSError."""
        head = {
            "labels": self.labels,
            "words": len(self._pages.text),
            "step": self._step,
            "order": sys.byteorder,
        }
        body = b"\n".join([json.dumps(head).encode(), self._pages.text, self._numbers.tobytes()])
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            unfinished.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> Classifier:
        """Raises OSError; ValueError where it is not what `save` wrote on such a machine."""
        with path.open("rb") as file:
            _check(file)
            head = json.loads(file.readline())
            if head["order"] != sys.byteorder:
                raise ValueError("written on another kind of machine")
            vocabulary = file.read(head["words"])
            start = file.tell() + 1
            return cls(
                head["labels"],
                vocabulary,
                memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))[start:],
                head["step"],
            )


class _Pages:
    """Sorted lines, found like words in a dictionary: by the first of each page. As strings they
    would take several times the room."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        lines = text.split(b"\n") if text else []
        self._length = len(lines)
        self._firsts = tuple(line.decode() for line in lines[::_PAGE])
        self._starts = [0]
        for top in range(0, len(lines), _PAGE):
            page = lines[top : top + _PAGE]
            self._starts.append(self._starts[-1] + sum(map(len, page)) + len(page))

    def __len__(self) -> int:
        return self._length

    def find(self, line: str) -> int | None:
        """Its number, from 0."""
        page = bisect_right(self._firsts, line) - 1
        if page < 0:
            return None
        start, end = self._starts[page], self._starts[page + 1]
        wanted, text = b"\n" + line.encode() + b"\n", b"\n" + self.text[start : end - 1] + b"\n"
        at = text.find(wanted)
        return None if at < 0 else page * _PAGE + text.count(b"\n", 0, at)


def whole(marked: int) -> float:
    """What makes up for marks that are not there."""
    return 1.0 if marked else 1 / math.sqrt(1 - MARKS)


def _check(file: BinaryIO) -> None:
    """Leaves the file behind its first line. Raises ValueError where it is damaged."""
    told = file.readline().strip().decode()
    start, found = file.tell(), hashlib.sha256()
    while piece := file.read(_PIECE):
        found.update(piece)
    if found.hexdigest() != told:
        raise ValueError("the file is damaged")
    file.seek(start)
