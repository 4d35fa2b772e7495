"""Learns whose matter a text is, from examples: ridge regression on words and letter groups.

The regression is solved in closed form over the examples (a few thousand at most), not over
the features (tens of thousands), so that an old PC learns in seconds and two PCs learn the
same. Method: R. Rifkin, G. Yeo, T. Poggio, "Regularized Least-Squares Classification", 2003.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from content.classifier import SHARES, Classifier, whole
from content.features import Example, features

Numbers: TypeAlias = NDArray[np.float32]
_Counts: TypeAlias = tuple[NDArray[np.int32], Numbers]  # columns, and how often each occurs

_COMMON: Final = np.float32(0.6)  # what a feature weighs that every label uses
_TINY: Final = 1e-9
_STEPS: Final = 32_767  # from nothing to the heaviest weight, which two bytes hold
_RIDGE: Final = 0.5  # how far one example is believed
_AT_ONCE: Final = 1024  # features multiplied at once: 16 MB for 4,000 examples
_RARE: Final = 64  # examples that have a feature: those of more are multiplied whole
_PIECE: Final = 256  # rows of a matrix that are worked on at once


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
    shares = _solved(likeness, truth)
    weights = np.zeros((len(vocabulary), len(labels)), np.float32)
    for (columns, values), share in zip(rows, shares, strict=True):
        weights[columns] += np.outer(values, share)
    step = max(float(np.abs(weights).max(initial=0)), _TINY) / _STEPS
    steps = np.rint(weights / np.float32(step)).astype(np.int16)
    told = memoryview(rarity.astype(np.float32).tobytes() + steps.tobytes())
    return Classifier(labels, "\n".join(vocabulary).encode(), told, step)


def _counted(examples: Sequence[Example]) -> tuple[list[str], list[tuple[_Counts, ...]]]:
    """The words that more than one example has, all other features that more than two have, and
    of each example those of every kind. What fewer have says little of others, and is more than
    all the rest."""
    seen: dict[str, int] = {}
    found = [
        tuple(_counts(counts, seen) for counts in features(example.told)) for example in examples
    ]
    times = np.zeros(len(seen), np.int32)
    for kinds in found:
        for columns, _ in kinds:
            times[columns] += 1
    often = times > np.array([2 if feature[0] == "#" or " " in feature else 1 for feature in seen])
    names = list(seen)
    order = sorted(np.flatnonzero(often), key=names.__getitem__)
    column = np.full(len(seen), -1, np.int32)
    column[order] = np.arange(len(order))
    kept = [tuple(_only(counts, often, column) for counts in kinds) for kinds in found]
    return [names[number] for number in order], kept


def _counts(counts: Mapping[str, int], seen: dict[str, int]) -> _Counts:
    columns = [seen.setdefault(feature, len(seen)) for feature in counts]
    return np.array(columns, np.int32), np.array(list(counts.values()), np.float32)


def _only(counts: _Counts, often: NDArray[np.bool_], column: NDArray[np.int32]) -> _Counts:
    columns, times = counts
    known = often[columns]
    return column[columns[known]], times[known]


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
    for (columns, times), share in zip(counts, SHARES, strict=True):
        weighed = rarity[columns] * (1 + np.log(times))
        length = max(float(np.sqrt(weighed @ weighed)), _TINY)
        values.append(whole(len(counts[-1][0])) * share * weighed / length)
    return np.concatenate([columns for columns, _ in counts]), np.concatenate(values)


def _likeness(rows: Sequence[tuple[NDArray[np.int32], Numbers]], count: int) -> Numbers:
    """The product of every two rows, in the lower half at least."""
    columns = np.concatenate([columns for columns, _ in rows])
    values = np.concatenate([values for _, values in rows])
    owners = np.repeat(np.arange(len(rows)), [len(columns) for columns, _ in rows])
    order, times = np.argsort(columns, kind="stable"), np.bincount(columns, minlength=count)
    ends = np.cumsum(times)
    total = np.zeros((len(rows), len(rows)), np.float32)
    for column in np.flatnonzero(times <= _RARE):
        mine = order[ends[column] - times[column] : ends[column]]
        total[np.ix_(owners[mine], owners[mine])] += np.outer(values[mine], values[mine])
    common = np.flatnonzero(times > _RARE)
    for start in range(0, len(common), _AT_ONCE):
        block = np.zeros((len(rows), min(_AT_ONCE, len(common) - start)), np.float32)
        for at, column in enumerate(common[start : start + _AT_ONCE]):
            mine = order[ends[column] - times[column] : ends[column]]
            block[owners[mine], at] = values[mine]
        for top, end in _pieces(len(rows)):
            total[top:end, :end] += block[top:end] @ block[:end].T
    return total


def _solved(matrix: Numbers, truth: Numbers) -> Numbers:
    """`matrix`⁻¹ `truth`, by Cholesky's method in pieces: `matrix`, symmetric and positive, of
    which only the lower half is read, is overwritten, since a second one would not fit an old
    PC. `truth` is overwritten too."""
    pieces = _pieces(len(matrix))
    for top, end in pieces:
        below, inverse = matrix[end:, top:end], _inverse(matrix[top:end, top:end])
        matrix[top:end, top:end] = inverse
        below[:] = below @ inverse.T
        truth[top:end] = inverse @ truth[top:end]
        truth[end:] -= below @ truth[top:end]
        for start, stop in _pieces(len(below)):
            matrix[end + start : end + stop, end : end + stop] -= below[start:stop] @ below[:stop].T
    for top, end in reversed(pieces):
        rest = truth[top:end] - matrix[end:, top:end].T @ truth[end:]
        truth[top:end] = matrix[top:end, top:end].T @ rest
    return truth


def _inverse(square: Numbers) -> Numbers:
    """Of its lower triangle in Cholesky's sense."""
    return np.linalg.inv(np.linalg.cholesky(square)).astype(np.float32)


def _pieces(length: int) -> list[tuple[int, int]]:
    return [(top, min(top + _PIECE, length)) for top in range(0, length, _PIECE)]
