"""`loalang run --config FILE` in a hurry: at Zalo's one message a second a village of hundreds of
messages would be answered for an hour."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from bot import config, logs, service
from bot.config import BotConfig, Config
from bot.platforms.base import Pace
from bot.service import Served
from content.loader import SHIPPED, load

SWIFT: Final = Pace(per_second=10_000, burst=10_000, private_interval=0, group_interval=0)


def swift(bot: BotConfig, token: str, config: Config) -> Served:
    platform = service.zalo(bot, token, config)
    platform.limits = replace(platform.limits, pace=SWIFT)
    return platform


def main(settings: Path) -> None:
    logs.start()
    loaded = config.load(settings)
    content = load((SHIPPED, Path(loaded.content)), loaded.folder)
    service.serve(loaded, content, say=lambda line: None, connect=swift)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
