"""Tells whose matter a text is, from examples: ridge regression on words and letter groups.

The regression is solved in closed form over the examples (a few thousand at most), not over
the features (tens of thousands), so that an old PC learns in seconds and two PCs learn the
same. Method: R. Rifkin, G. Yeo, T. Poggio, "Regularized Least-Squares Classification", 2003.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from content.features import Example, Features, Told, features

Numbers: TypeAlias = NDArray[np.float32]
_Counts: TypeAlias = tuple[NDArray[np.int32], Numbers]  # columns, and how often each occurs

_WORDS, _LETTERS, _MARKS = 0.25, 0.6, 0.15  # the shares in what tells a text
_SHARES: Final = (math.sqrt(_WORDS), math.sqrt(_LETTERS), math.sqrt(_MARKS))
_COMMON: Final = np.float32(0.6)  # what a feature weighs that every label uses
_TINY: Final = 1e-9
_STRANGE: Final = (0.3, 0.1, 0.1)  # what an unknown word, group of letters, marked word weighs
_RIDGE: Final = 0.5  # how far one example is believed
_AT_ONCE: Final = 1024  # features multiplied at once: 8 MB for 2,000 examples


class Classifier:
    """Scores a text against every label: near 1 where it is like its examples, near 0 where it
    is like those of others or like nothing known."""

    def __init__(
        self, labels: Sequence[str], vocabulary: Sequence[str], rarity: Numbers, weights: Numbers
    ) -> None:
        """`rarity`: of each feature of `vocabulary`; `weights`: features × labels."""
        self.labels = tuple(labels)
        self._columns = {feature: column for column, feature in enumerate(vocabulary)}
        self._rarity = rarity
        self._weights = weights
        self._strange = math.log(len(self.labels) + 1)

    def scores(self, told: Told) -> Numbers:
        """One number for each of `labels`."""
        columns, values = self.vector(features(told))
        return np.asarray(values @ self._weights[columns])

    def knows(self, word: str) -> bool:
        """Whether a folded word, or a pair of them ("a b"), occurs in any example."""
        return word in self._columns

    def vector(self, counted: Features) -> tuple[NDArray[np.int32], Numbers]:
        """Columns and their values. What is unknown has no column, and makes the rest less; a text
        without marks is told by the rest alone."""
        whole = _whole(len(counted.marked))
        columns: list[int] = []
        values: list[float] = []
        for counts, share, strange in zip(counted, _SHARES, _STRANGE, strict=True):
            found, weighed = self._weigh(counts, strange * self._strange)
            columns += found
            values += [whole * share * value for value in weighed]
        return np.array(columns, np.int32), np.array(values, np.float32)

    def _weigh(self, counts: Mapping[str, int], strange: float) -> tuple[list[int], list[float]]:
        columns, values, squares = [], [], 0.0
        for feature, count in counts.items():
            column = self._columns.get(feature)
            rarity = strange if column is None else float(self._rarity[column])
            value = rarity * (1 + math.log(count))
            squares += value * value
            if column is not None:
                columns.append(column)
                values.append(value)
        length = math.sqrt(squares) or 1.0
        return columns, [value / length for value in values]

    def save(self, path: Path) -> None:
        """Whole or not at all. Raises OSError."""
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            with unfinished.open("wb") as file:
                np.savez(
                    file,
                    labels=_packed(self.labels),
                    vocabulary=_packed(self._columns),
                    rarity=self._rarity,
                    weights=self._weights.astype(np.float16),
                )
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> Classifier:
        """Raises OSError, ValueError or KeyError where it is not what `save` wrote."""
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            labels, vocabulary = _unpacked(kept["labels"]), _unpacked(kept["vocabulary"])
            rarity, weights = kept["rarity"], kept["weights"].astype(np.float32)
        if weights.shape != (len(vocabulary), len(labels)) or rarity.shape != (len(vocabulary),):
            raise ValueError("the parts do not fit")
        return cls(labels, vocabulary, rarity, weights)


def train(examples: Sequence[Example]) -> Classifier:
    """The same examples in the same order always give the same."""
    labels = sorted({example.label for example in examples})
    numbers = {label: number for number, label in enumerate(labels)}
    owners = np.array([numbers[example.label] for example in examples], np.int32)
    vocabulary, counted = _counted(examples)
    rarity = _rarity(counted, owners, len(vocabulary), len(labels))
    rows = [_row(counts, rarity) for counts in counted]
    truth = np.zeros((len(examples), len(labels)), np.float32)
    truth[np.arange(len(examples)), owners] = 1
    likeness = _likeness(rows, len(vocabulary))
    weight = np.array([example.weight for example in examples], np.float32)
    likeness[np.diag_indices_from(likeness)] += _RIDGE / weight
    shares = np.linalg.solve(likeness, truth)
    weights = np.zeros((len(vocabulary), len(labels)), np.float32)
    for (columns, values), share in zip(rows, shares, strict=True):
        weights[columns] += np.outer(values, share)
    return Classifier(labels, vocabulary, rarity, weights)


def _counted(examples: Sequence[Example]) -> tuple[list[str], list[tuple[_Counts, ...]]]:
    """All features, and of each example those of words and of letters."""
    columns: dict[str, int] = {}
    counted = []
    for example in examples:
        both = features(example.told)
        counted.append(tuple(_counts(counts, columns) for counts in both))
    return list(columns), counted


def _counts(counts: Mapping[str, int], columns: dict[str, int]) -> _Counts:
    found = [columns.setdefault(feature, len(columns)) for feature in counts]
    return np.array(found, np.int32), np.array(list(counts.values()), np.float32)


def _rarity(
    counted: Sequence[tuple[_Counts, ...]], owners: NDArray[np.int32], count: int, labels: int
) -> Numbers:
    """How few labels use each feature."""
    used = np.zeros(count, np.float32)
    for label in range(labels):
        mine = [one for one, owner in zip(counted, owners, strict=True) if owner == label]
        used[np.unique(np.concatenate([columns for one in mine for columns, _ in one]))] += 1
    return _COMMON + np.log((labels + 1) / used)


def _row(counts: tuple[_Counts, ...], rarity: Numbers) -> tuple[NDArray[np.int32], Numbers]:
    values = []
    for (columns, times), share in zip(counts, _SHARES, strict=True):
        weighed = rarity[columns] * (1 + np.log(times))
        length = max(float(np.sqrt(weighed @ weighed)), _TINY)
        values.append(_whole(len(counts[-1][0])) * share * weighed / length)
    return np.concatenate([columns for columns, _ in counts]), np.concatenate(values)


def _whole(marked: int) -> float:
    """What makes up for marks that are not there."""
    return 1.0 if marked else 1 / math.sqrt(1 - _MARKS)


def _likeness(rows: Sequence[tuple[NDArray[np.int32], Numbers]], count: int) -> Numbers:
    """The product of every two rows. Features that one row has alone are told by the diagonal,
    which is known: they are left out."""
    times = np.zeros(count, np.int32)
    for columns, _ in rows:
        times[columns] += 1
    place = np.where(times > 1, np.cumsum(times > 1) - 1, -1)
    kept = int((times > 1).sum())
    total = np.zeros((len(rows), len(rows)), np.float32)
    for start in range(0, kept, _AT_ONCE):
        block = np.zeros((len(rows), min(_AT_ONCE, kept - start)), np.float32)
        for number, (columns, values) in enumerate(rows):
            at = place[columns] - start
            inside = (place[columns] >= 0) & (at >= 0) & (at < block.shape[1])
            block[number, at[inside]] = values[inside]
        total += block @ block.T
    np.fill_diagonal(total, [float(values @ values) for _, values in rows])
    return total


def _packed(texts: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def _unpacked(packed: NDArray[np.uint8]) -> list[str]:
    return packed.tobytes().decode().split("\n")
