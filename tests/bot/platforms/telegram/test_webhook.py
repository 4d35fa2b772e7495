"""From look to look at a webhook: whose it is, and whether Telegram gets through."""

from __future__ import annotations

from typing import Any

import pytest

from bot.platforms.base import Taken, Unreachable
from bot.platforms.telegram.webhook import Watch, Webhook, webhook_of

OURS = "https://bot.xa.example/telegram/xa"


def told(waiting: int = 0, failed_at: int = 0, url: str = OURS) -> dict[str, Any]:
    failed = {"last_error_date": failed_at, "last_error_message": "Connection refused"}
    return {"url": url, "pending_update_count": waiting} | (failed if failed_at else {})


def test_a_failure_while_something_waits_is_trouble_until_telegram_gets_through() -> None:
    watch = Watch(OURS)
    watch.look(told())
    with pytest.raises(Unreachable):
        watch.look(told(1, 100))
    with pytest.raises(Unreachable):
        watch.look(told(2, 100))  # Telegram pauses: it has not tried again
    watch.called()
    watch.look(told(1, 100))
    watch.look(told(1, 100))
    with pytest.raises(Unreachable):
        watch.look(told(1, 160))
    watch.look(told(0, 160))


@pytest.mark.parametrize(
    "then",
    [
        pytest.param(told(5), id="much waits and nothing failed"),
        pytest.param(told(0, 170), id="what failed came after all"),
        pytest.param(told(1, 100), id="it failed before us"),
    ],
)
def test_what_is_no_trouble(then: dict[str, Any]) -> None:
    watch = Watch(OURS)
    watch.look(told(1, then.get("last_error_date", 0) and 100))
    watch.look(then)
    assert watch.ours


@pytest.mark.parametrize("told", [told(url="https://other.example/"), told(url=""), {}, None, [1]])
def test_a_webhook_that_is_not_ours_is_anothers(told: Any) -> None:
    watch = Watch(OURS)
    with pytest.raises(Taken):
        watch.look(told)
    assert not watch.ours


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Connection refused", "nothing answers there"),
        ("Connection timed out", "no answer in time"),
        ("Read timeout expired", "no answer in time"),
        ("SSL error {error:0A000086:SSL routines::certificate verify failed}", "its certificate"),
        ("Failed to resolve host: Name or service not known", "its name"),
        ("Wrong response from the webhook: 502 Bad Gateway", "the web server in front"),
        ("bà con ơi", ""),
        (None, ""),
        ({"a": 1}, ""),
    ],
)
def test_telegrams_words_are_never_ours(words: Any, reason: str) -> None:
    found = webhook_of({"url": OURS, "last_error_message": words})
    assert found.reason.startswith(reason)
    assert bool(found.reason) == bool(reason)


@pytest.mark.parametrize("strange", [True, -1, 1.5, "1", None, [1]])
def test_strange_numbers_are_none(strange: Any) -> None:
    values = {"url": strange, "pending_update_count": strange, "last_error_date": strange}
    assert webhook_of(values)[1:3] == (0, 0)
    assert webhook_of({}) == Webhook("", 0, 0, "")
