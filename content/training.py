"""Learns whose matter a text is, from examples: ridge regression on words and letter groups.

The regression is solved in closed form over the examples (a few thousand at most), not over
the features (tens of thousands), so that an old PC learns in seconds and two PCs learn the
same. Method: R. Rifkin, G. Yeo, T. Poggio, "Regularized Least-Squares Classification", 2003.
"""

from __future__ import annotations

from collections import Counter
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
_RIDGE: Final = 0.5  # how far one example is believed
_AT_ONCE: Final = 1024  # features multiplied at once: 8 MB for 2,000 examples


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
    told = np.concatenate([rarity, weights.ravel()]).astype(np.float32).tobytes()
    return Classifier(labels, vocabulary, memoryview(told))


def _counted(examples: Sequence[Example]) -> tuple[list[str], list[tuple[_Counts, ...]]]:
    """The features that more than one example has, and of each example those of every kind. What
    one has alone says little of others, and is more than all the rest."""
    found = [features(example.told) for example in examples]
    times = Counter(feature for kinds in found for counts in kinds for feature in counts)
    often = (feature for feature, number in times.items() if number > 1)
    columns = {feature: column for column, feature in enumerate(often)}
    return list(columns), [tuple(_counts(counts, columns) for counts in kinds) for kinds in found]


def _counts(counts: Mapping[str, int], columns: Mapping[str, int]) -> _Counts:
    known = [(columns[feature], number) for feature, number in counts.items() if feature in columns]
    both = np.array(known, np.int32).reshape(-1, 2)
    return both[:, 0], both[:, 1].astype(np.float32)


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
    """The product of every two rows."""
    total = np.zeros((len(rows), len(rows)), np.float32)
    for start in range(0, count, _AT_ONCE):
        block = np.zeros((len(rows), min(_AT_ONCE, count - start)), np.float32)
        for number, (columns, values) in enumerate(rows):
            at = columns - start
            inside = (at >= 0) & (at < block.shape[1])
            block[number, at[inside]] = values[inside]
        total += block @ block.T
    return total
