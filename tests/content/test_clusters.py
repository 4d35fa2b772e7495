from __future__ import annotations

from content.clusters import clusters

IGNORED = ("a", "da", "em", "hoi")


def told(texts: list[str]) -> list[tuple[str, list[int]]]:
    return [(one.text, one.members) for one in clusters(texts, IGNORED)]


def test_what_asks_the_same_is_together_and_the_largest_comes_first() -> None:
    texts = [
        "lam the thu vien o dau",
        "da em hoi tien dien thang nay a",
        "the thu vien lam o dau",
        "tien dien thang nay",
        "hoi lam the thu vien o dau a",
    ]
    assert told(texts) == [
        ("lam the thu vien o dau", [0, 2, 4]),
        ("tien dien thang nay", [1, 3]),
    ]


def test_what_is_said_most_often_stands_for_all() -> None:
    texts = ["the thu vien o dau vay nhi", "the thu vien o dau", "the thu vien o dau"]
    assert told(texts) == [("the thu vien o dau", [0, 1, 2])]


def test_different_questions_stay_apart_and_equal_groups_in_order() -> None:
    texts = ["tien dien", "san bong", "cho dem"]
    assert [one.members for one in clusters(texts)] == [[0], [1], [2]]


def test_a_text_of_words_that_say_nothing_and_an_empty_one_are_told_too() -> None:
    assert [one.members for one in clusters(["em hoi a", "em hoi", "", ""], IGNORED)] == [
        [0, 1],
        [2],
        [3],
    ]


def test_abbreviations_are_the_words_they_stand_for() -> None:
    assert len(clusters(["lam cccd o dau", "lam can cuoc cong dan o dau"])) == 1


def test_the_same_texts_give_the_same_groups() -> None:
    texts = [f"tu {n % 7} viec {n % 3}" for n in range(60)]
    assert told(texts) == told(texts)
    assert sum(len(one.members) for one in clusters(texts)) == 60
