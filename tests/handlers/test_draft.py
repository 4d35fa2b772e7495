"""Choices typed in words, and the draft a conversation keeps."""

from __future__ import annotations

import pytest

from handlers.announcements.draft import Draft, picked

PICKED: list[tuple[str, str, tuple[str, ...] | None]] = [
    ("exact_before_longer", "bến", ("a:1",)),
    ("by_first_words", "bến đò", ("a:2",)),
    ("by_last_words", "trên", ("a:2",)),
    ("ambiguous", "thôn", ()),
    ("number", "3.", ("done",)),
    ("zero", "0", ()),
    ("a_command_only_by_its_beginning", "tục", None),
    ("a_sentence", "thôn ta họp lúc 8 giờ", None),
    ("one_of_two_unknown", "bến, nơi khác", None),
    ("only_signs", "!!!", None),
    ("long", "bến, " * 60, None),
]


@pytest.mark.parametrize(
    ("text", "expected"), [case[1:] for case in PICKED], ids=[case[0] for case in PICKED]
)
def test_choices_in_words_are_found_only_where_they_are_clear(
    text: str, expected: tuple[str, ...] | None
) -> None:
    offered = [
        ("Bến", "a:1"),
        ("✓ Bến Đò Trên", "a:2"),
        ("Tiếp tục", "done"),
        ("Thôn Một", "a:3"),
        ("Thôn Hai", "a:4"),
    ]
    assert picked(text, offered, "và") == expected


def test_a_draft_survives_its_conversation() -> None:
    draft = Draft("x", (1,), (2, 3), ("unions",), True, "add", "d")
    assert Draft.of(draft.keep) == draft
    assert Draft.of({}) == Draft()
