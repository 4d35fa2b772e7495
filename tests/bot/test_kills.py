"""Ten times kill -9 in the middle of the work, judged by what people can read over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

from content.commune import Style
from tests.bot.playing import WORDS, Cast, Ears, Play, Step
from tests.bot.program import Gone, Program

ROUNDS = 5  # of two kills each
STYLES: dict[str, Style] = {"telegram": "telegram", "zalo": "zalo"}
AUTHOR = "thu"  # an approver who uses Telegram, in content/demo


async def casting(program: Program) -> Cast:
    """The demo's people: six residents of both styles, and all staff of the commune."""
    residents = [one["id"] for one in await program.people("resident")]
    staff = [
        person["id"]
        for role in ("admin", "approver", "cadre")
        for person in await program.people(role)
    ]
    home = (await program.people("approver"))[0]["place"]
    everywhere = WORDS("announcements.whole", place=home.replace("Xã", "xã"))
    choices = (everywhere, "announcements.next", "announcements.all_groups", "announcements.next")
    return Cast(
        residents=tuple(residents[::4]),
        staff=tuple(staff),
        author=AUTHOR,
        choices=tuple(WORDS(key) if key in WORDS else key for key in choices),
        groups=await _groups(program),
    )


async def _groups(program: Program) -> tuple[Ears, ...]:
    """Every group that is tied, with a member of it."""
    found: dict[str, Ears] = {}
    for role in ("resident", "village_head", "cadre", "approver", "admin"):
        for person in await program.people(role):
            for chat in await program.chats(person["id"]):
                if chat["kind"] == "group" and chat["segment"]:
                    ears = Ears(chat["id"], chat["title"], STYLES[chat["style"]], person["id"])
                    found[chat["id"]] = ears
    return tuple(found.values())


async def take(program: Program, steps: list[Step]) -> bool:
    """Everybody's step at once, and its consequences; False: the program was killed."""
    results = await asyncio.gather(*(step() for step in steps), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, Gone):
            raise result
    try:
        await program.quiet()
    except Gone:
        return False
    return True


async def test_ten_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    chance = Random(9)
    program = await Program.start(tmp_path)
    killed = 0
    try:
        cast = await casting(program)
        for number in range(ROUNDS):
            after = max(int(one.id) for one in await program.messages(AUTHOR)) if number else 0
            play = Play(program, cast, f"K{number}", after)
            scenes = len(play.scenes())
            deaths = {chance.randrange(scenes - 1), scenes - 1}
            for scene in range(scenes):
                if scene in deaths:  # from its first call to when only its consequences are left
                    program.fatal = chance.randint(1, 2 * len(play.scenes()[scene]) + 1)
                if not await take(program, play.scenes()[scene]):
                    killed += 1
                    await program.kill()
                    program = await Program.start(tmp_path)
                    play = Play(program, cast, play.name, after)
                    await program.quiet()
                    assert await take(program, play.scenes()[scene])
            assert await play.wrong() == []
        assert killed == 2 * ROUNDS
    finally:
        await program.kill()
