"""Who reports and who answers, for the tests of both: a stage, the villages, one report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from db import people, places, tickets
from db.scene import Actor, Grant
from tests.handlers.stage import Stage, scene
from tests.handlers.talk import Talk

STAGE = Stage()
WORDS = STAGE.content.words("vi")
ENGLISH = STAGE.content.words("en")
BEN_DO = places.Spot(2, "ben-do", "Thôn Bến Đò", "village", "1.2.")
GO_SEN = places.Spot(3, "go-sen", "Thôn Gò Sen", "village", "1.3.")
LAMP = "Đèn đường hỏng cả tuần"
GATE = "trước cổng nhà văn hóa"
HEAD = Grant("village_head", 2, "1.2.")
BY_HEAD = tickets.Signature("village_head", "Thôn Bến Đò")
ELSEWHERE = Grant("village_head", 3, "1.3.")
REPORT = tickets.Report(
    id=12,
    who="Bác Mít",
    person_id=31,
    chat_id=32,
    place="Thôn Bến Đò",
    place_id=2,
    place_path="1.2.",
    what="Đèn đường hỏng cả tuần, " + "tối om " * 20,
    address="trước cổng",
    latitude=None,
    longitude=None,
    media=(40,),
    language="vi",
    state="open",
    created_at=datetime(2026, 11, 21, 18, 0, tzinfo=UTC),
)


def ready(*, consented: bool = True) -> Stage:
    stage = Stage(STAGE.content)
    stage.answers[people.consented] = consented
    stage.answers[places.villages_of_bot] = [BEN_DO, GO_SEN]
    stage.answers[tickets.usable] = lambda files: tuple(files)
    return stage


def opened(**arguments: Any) -> tickets.Opened:
    return tickets.Opened(
        12, "Thôn Bến Đò", 2, "1.2.", "Bà Lúa", len(arguments["files"]), staff=(21, 22)
    )


def reporter(stage: Stage, **more: Any) -> Talk:
    """A resident, at home in Bến Đò unless `place_id` says otherwise."""
    told = Talk(stage, scene(**more))
    told.results[tickets.open_report] = opened
    return told


def read(actor: Actor, number: int) -> tickets.Report:
    """As the verb does."""
    if number != REPORT.id or not (
        actor.person_id == REPORT.person_id or actor.can("ticket:read", REPORT.place_path)
    ):
        raise tickets.NoSuchReport
    return REPORT


def desk(*grants: Grant, report: tickets.Report = REPORT, **more: Any) -> Talk:
    """Staff with these grants; without any, a resident who is not the reporter."""
    stage = Stage(STAGE.content)
    stage.answers[tickets.read] = lambda actor, number: replace(report, id=read(actor, number).id)
    stage.answers[tickets.signature] = BY_HEAD
    told = Talk(stage, scene(grants=grants, **more))
    told.results[tickets.answer] = tickets.Answered(report, BY_HEAD)
    return told


def own(told: Talk) -> Talk:
    """The same talk, by the person who reported."""
    actor = replace(told.scene.actor, person_id=REPORT.person_id)
    told.scene = replace(told.scene, actor=actor)
    return told
