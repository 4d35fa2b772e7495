"""The village's people: each with the role that the bot knows of now."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from db import people, places, roles
from db.tables import Account, table
from tests.living import Living, living

account = table(Account)


async def shown(village: Living, id: str) -> tuple[str, str]:
    everybody: list[dict[str, Any]] = await village.get("/api/people")
    return next((one["role"], one["place"]) for one in everybody if one["id"] == id)


async def test_people_have_the_role_that_the_bot_knows_of_now(tmp_path: Path) -> None:
    async with living(tmp_path) as village:
        before = await village.get("/api/people")
        now = village.app.clock.now()
        home = (await shown(village, "khe"))[1]

        def give(session: Session, name: str, kind: str, until: timedelta) -> str:
            person = (
                session.execute(account.select().where(account.c.external_id == "khe"))
                .one()
                .person_id
            )
            spot = next(one for one in places.below(session, "") if one.kind == kind)
            roles.give(
                session,
                person_id=person,
                name=name,
                place_id=spot.id,
                until=now + until,
                by=None,
                now=now,
            )
            assert people.grants(session, person, now)
            return spot.name

        async def given(*how: Any) -> str:
            return str(await village.app.database.write(give, *how))

        await given("cadre", "commune", timedelta(hours=1))
        commune = await given("approver", "commune", timedelta(hours=1))
        village_name = await given("village_head", "village", timedelta(hours=2))
        assert await shown(village, "khe") == ("approver", commune)
        others = [one for one in await village.get("/api/people") if one["id"] != "khe"]
        assert others == [one for one in before if one["id"] != "khe"]
        await village.demo.advance(timedelta(hours=1), lambda: None)
        assert await shown(village, "khe") == ("village_head", village_name)
        await village.demo.advance(timedelta(hours=1), lambda: None)
        assert await shown(village, "khe") == ("resident", home)
