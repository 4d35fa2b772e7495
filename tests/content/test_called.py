from __future__ import annotations

from dataclasses import replace

import pytest

from content.called import Called
from content.loader import load


@pytest.fixture(scope="module")
def called() -> Called:
    entry = load().faq[0]
    return Called(
        [
            replace(entry, id="birth", names=("khai sinh", "giấy khai sinh", "giấy tờ")),
            replace(entry, id="again", names=("đăng ký lại khai sinh", "giấy tờ")),
            replace(entry, id="fee", names=("mai táng phí",)),
            replace(entry, id="name", names=("đổi họ",)),
            replace(entry, id="card", names=("căn cước",)),
        ]
    )


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("làm giấy khai sinh ở đâu", {"birth"}),
        ("lam KHAI SINH cho con", {"birth"}),
        ("dk lại khai sinh cho bà", {"again"}),
        ("đăng ký lại khai sinh hay khai sinh mới", {"again", "birth"}),
        ("mai táng", set()),
        ("giấy tờ gì", {"again", "birth"}),  # two share it
        ("khai sinhh", set()),
        ("muốn đổi họ cho con", {"name"}),
        ("muon doi ho cho con", {"name"}),
        ("đổi hộ chiếu", set()),
        ("làm cccd", {"card"}),
        ("", set()),
    ],
)
def test_of_names_within_each_other_the_longest_counts(
    called: Called, text: str, ids: set[str]
) -> None:
    assert called.named(text) == ids


def test_nothing_is_called_without_entries() -> None:
    assert Called(()).named("khai sinh") == frozenset()
