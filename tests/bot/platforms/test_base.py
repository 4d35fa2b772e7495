from __future__ import annotations

from pathlib import Path

import pytest

from bot.platforms.base import File, OutgoingEdit, OutgoingMessage, RawUpdate

WORDS = "Chi Kin"
BUTTONS = ((WORDS, "1.0"),)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(RawUpdate("1", "an", WORDS.encode()), id="update"),
        pytest.param(OutgoingMessage("an", WORDS, BUTTONS), id="message"),
        pytest.param(OutgoingMessage("an", "", (), File(Path("x"), WORDS, "photo")), id="file"),
        pytest.param(OutgoingEdit("an", "5", WORDS, BUTTONS), id="edit"),
    ],
)
def test_what_crosses_the_seam_shows_no_words_in_its_repr(value: object) -> None:
    assert WORDS not in repr(value)
