"""Which places `ask` and `check` speak for, by the settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import BotConfig, Config, load
from bot.init import Given, init
from bot.served import PlaceError, chain_of, served
from content.commune import commune_of
from tests.living import ROOT


def bots(*places: str) -> tuple[BotConfig, ...]:
    return tuple(BotConfig(f"b{n}", "telegram", place, "X") for n, place in enumerate(places))


@pytest.fixture
def own(tmp_path: Path) -> Config:
    init(tmp_path / "xa", Given("Xã Mây", "A, B", "Tỉnh Gió"), None, lambda line: None)
    return load(tmp_path / "xa" / "config.toml")


def of(config: Config) -> tuple[str, ...]:
    return served(config, commune_of(config.content))


def test_bots_say_which_places_are_served(own: Config) -> None:
    slugs = [place.slug for place in commune_of(own.content).places if place.kind == "village"]
    config = replace(own, bots=bots(slugs[1], "xa-may", slugs[1], "nowhere"))
    assert of(config) == (slugs[1], "xa-may")
    assert chain_of(config, None) == (slugs[1], "xa-may", "tinh-gio")


def test_without_a_bot_it_is_the_commune_of_ones_own(own: Config) -> None:
    assert of(own) == ("xa-may",)
    assert chain_of(own, None) == ("xa-may", "tinh-gio")


def test_nobody_lives_in_the_invented_commune_without_saying_so(tmp_path: Path) -> None:
    shipped = load(ROOT / "config.toml")
    assert (of(shipped), chain_of(shipped, None)) == ((), ())
    beside = replace(shipped, content=str(tmp_path))  # texts of one's own, and no commune
    assert of(beside) == ()
    assert chain_of(beside, "go-sen") == ("go-sen", "song-trang", "huong-dong")


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        pytest.param("go-sem", "did you mean “go-sen”", id="nearly"),
        pytest.param("", "use one of: ben-do, ", id="nothing"),
        pytest.param("Gò Sen", "there is no place “Gò Sen”; ", id="its name"),
    ],
)
def test_a_place_that_is_not_there_is_refused_with_those_that_are(slug: str, said: str) -> None:
    with pytest.raises(PlaceError, match=said):
        chain_of(load(ROOT / "config.toml"), slug)
