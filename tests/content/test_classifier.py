from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from content import training
from content.classifier import Classifier
from content.features import Example, Told, features
from content.folding import fold
from content.training import train

TAUGHT = {
    "birth": ["giay khai sinh", "khai sinh cho con", "dang ky khai sinh", "con moi sinh"],
    "death": ["giay khai tu", "khai tu cho ong", "dang ky khai tu", "ong moi mat"],
    "dog": ["cho tha rong", "cho can", "dat cho di dao", "con cho nha ben"],
}


def told(text: str) -> Told:
    """Typed without marks, but for those that are there."""
    spelled = tuple("" if word.isascii() else word for word in text.split())
    return Told(tuple(fold(word) for word in text.split()), spelled)


EXAMPLES = [Example(told(text), label) for label, texts in TAUGHT.items() for text in texts]


@pytest.fixture(scope="module")
def taught() -> Classifier:
    return train(EXAMPLES)


def best(taught: Classifier, text: str) -> str:
    scores = taught.scores(told(text))
    return taught.labels[scores.index(max(scores))]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("khai sinh chau noi", "birth"),
        ("khai tu ba ngoai", "death"),
        ("cho cua ho can toi", "dog"),
        ("khaisinh cho be", "birth"),  # glued
        ("khai sih", "birth"),  # misspelled
        ("giay khai tuu", "death"),
    ],
)
def test_a_text_is_told_by_what_it_shares_with_examples(
    taught: Classifier, text: str, label: str
) -> None:
    assert best(taught, text) == label


def test_what_shares_nothing_scores_near_nothing(taught: Classifier) -> None:
    assert max(map(abs, taught.scores(told("wxyz qqq")))) < 0.05
    assert taught.scores(told("")) == [0.0] * 3


def test_strange_words_make_a_text_less_like_anything(taught: Classifier) -> None:
    known = max(taught.scores(told("khai sinh")))
    assert 0 < max(taught.scores(told("khai sinh wxyz qqqq zzzz"))) < known


def test_an_example_scores_its_own_label_highest(taught: Classifier) -> None:
    for example in EXAMPLES:
        assert best(taught, " ".join(example.told.folded)) == example.label


def test_an_example_that_weighs_more_is_believed_more() -> None:
    unsure = [Example(told("le phi"), "a"), Example(told("le phi"), "b")]
    light = train([unsure[0], unsure[1]._replace(weight=0.2)])
    assert best(light, "le phi") == "a"
    heavy = train([unsure[0]._replace(weight=0.2), unsure[1]])
    assert best(heavy, "le phi") == "b"


def test_marks_tell_apart_what_folds_to_the_same() -> None:
    texts = {"đi vắng": "away", "vắng nhà": "away", "dạ vâng": "yes", "vâng thưa": "yes"}
    taught = train([Example(told(text), label) for text, label in texts.items()])
    assert best(taught, "vâng") == "yes"
    assert best(taught, "vắng") == "away"
    away, yes = taught.scores(told("vang"))
    assert abs(away - yes) < 0.2


def test_it_is_the_regression_that_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the same regression over the features themselves, solved the long way."""
    monkeypatch.setattr(training, "_AT_ONCE", 7)  # many blocks, the last one not full
    often = EXAMPLES * 3  # so that no feature is left out
    taught = train(often)
    rows = np.zeros((len(often), len(taught)))
    for number, example in enumerate(often):
        columns, values = taught.vector(features(example.told))
        rows[number, columns] = values
    truth = np.array([[float(one.label == label) for label in taught.labels] for one in often])
    ridge = training._RIDGE * np.eye(rows.shape[1])
    expected = np.linalg.solve(rows.T @ rows + ridge, rows.T @ truth)
    assert np.allclose([taught.weights(one) for one in range(len(expected))], expected, atol=1e-4)


def test_every_feature_is_found_where_it_stands(taught: Classifier) -> None:
    words = taught._pages.text.decode().split("\n")
    assert len(words) == len(taught) > 2 * 16  # more than two pages
    assert [taught._pages.find(word) for word in words] == list(range(len(words)))
    assert not any(map(taught.knows, ("", "!", "zzz", *(word + "~" for word in words))))


def test_of_too_few_examples_nothing_is_learned() -> None:
    lonely = train([Example(told("khai sinh"), "birth")])
    assert len(lonely) == 0
    assert lonely.scores(told("khai sinh")) == [0.0]


def test_what_one_example_has_alone_is_not_learned() -> None:
    taught = train(EXAMPLES)
    assert taught.knows("khai")
    assert not taught.knows("nha")


def test_what_is_saved_scores_the_same(taught: Classifier, tmp_path: Path) -> None:
    taught.save(tmp_path / "a")
    again = Classifier.load(tmp_path / "a")
    assert again.labels == taught.labels
    for text in ("khai sinh cho be", "cho can", "qqq", "đi vắng"):
        assert again.scores(told(text)) == taught.scores(told(text))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_file_with_one_bit_changed_is_never_read(taught: Classifier, tmp_path: Path) -> None:
    path = tmp_path / "a"
    taught.save(path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ValueError, match="damaged"):
            Classifier.load(path)


def test_it_learns_the_same_every_time(taught: Classifier) -> None:
    assert train(EXAMPLES).scores(told("khai sinh")) == taught.scores(told("khai sinh"))
