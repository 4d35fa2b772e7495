"""The bot comes into a group and says who it is; those who tie groups hear what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest

from db import chats
from db.chats import Change
from handlers.messages import Effect, Membership, Moved, Notice, Outcome, Reply, Standing
from tests.handlers.desk import DISPATCHER, WORDS, stage
from tests.handlers.stage import GROUP, PRIVATE, SOMEBODY, scene

HELLO = WORDS("groups.hello", days=3)
AGAIN = WORDS("groups.hello_again")
ADMIN = WORDS("groups.hello_admin")


async def heard(
    incoming: Membership | Moved,
    kind: Literal["private", "group"] = "group",
    place: int | None = None,
    known: bool = True,
    mention: str = "",
) -> Outcome:
    where = scene(chat_kind=kind, chat_place_id=place)
    if not known:
        where = replace(where, actor=replace(where.actor, chat_id=0))
    here = stage()
    here.mention = mention
    return await DISPATCHER.dispatch(incoming, here.context(where))


async def effect_of(incoming: Membership, **more: Any) -> Effect[Any]:
    outcome = await heard(incoming, **more)
    assert isinstance(outcome, Effect)
    return outcome


GREETINGS: list[tuple[str, Standing, Standing, int | None, str]] = [
    ("put in", "member", "out", None, HELLO),
    ("put in as admin", "admin", "out", None, f"{HELLO}\n{ADMIN}"),
    ("put in again", "member", "out", 3, AGAIN),
    ("put in again as admin", "admin", "out", 3, f"{AGAIN}\n{ADMIN}"),
    ("put in as before, we hear late", "member", "member", None, ""),
    ("admin as before", "admin", "admin", None, ""),
    ("put in without a voice", "muted", "out", None, ""),
    ("given the voice that it never had", "member", "muted", None, HELLO),
    ("given its voice again", "member", "muted", 3, ""),
    ("given its voice again as admin", "admin", "muted", 3, ""),
    ("made admin", "admin", "member", None, ADMIN),
    ("made admin where cadres hear of it", "admin", "member", 3, ""),
    ("no longer admin", "member", "admin", None, ""),
    ("muted", "muted", "member", 3, ""),
    ("taken out", "out", "member", 3, ""),
]


@pytest.mark.parametrize(
    ("standing", "before", "place", "said"),
    [pytest.param(*case[1:], id=case[0]) for case in GREETINGS],
)
async def test_put_into_a_group_it_says_who_it_is_and_keeps_what_it_is_there(
    standing: Standing, before: Standing, place: int | None, said: str
) -> None:
    change = Membership(GROUP, SOMEBODY, standing, before)
    effect = await effect_of(change, place=place)
    assert effect.verb is chats.stand
    assert effect.arguments == {"standing": standing, "before": before}
    assert effect.say(changes(place, before, standing)) == Reply(said, stay=True)


def changes(place: int | None, before: Standing, standing: Standing) -> list[Change]:
    """As the verb tells of a tied group where nobody ties groups."""
    return [] if place is None else [Change("Hộ dân Bến", (), before, standing)]


async def test_a_group_of_which_a_topic_is_tied_is_no_new_one() -> None:
    effect = await effect_of(Membership(GROUP, SOMEBODY, "member", "out"))
    topic = Change("Xã Mẫu · Tin xã", (5,), "out", "member")
    assert effect.say([topic]).text == AGAIN


async def test_all_of_a_group_are_greeted_in_vietnamese_whoever_put_it_in() -> None:
    context = stage().context(scene(chat_kind="group"), "en")
    outcome = await DISPATCHER.dispatch(Membership(GROUP, SOMEBODY, "member", "out"), context)
    assert isinstance(outcome, Effect)
    assert outcome.say([]).text == HELLO


def test_the_greeting_says_where_a_cadre_gets_the_code_and_when_we_go() -> None:
    assert WORDS("start.groups") in HELLO
    assert WORDS("groups.new") in HELLO
    assert "đăng ký <mã>" in HELLO
    assert "3 ngày" in HELLO


async def test_the_greeting_has_the_line_to_copy_where_the_bot_has_a_name() -> None:
    effect = await effect_of(Membership(GROUP, SOMEBODY, "member", "out"), mention="@ten_bot")
    hello = effect.say([]).text
    assert hello == WORDS("groups.hello_at", days=3, mention="@ten_bot")
    assert "@ten_bot đăng ký <mã>" in hello.splitlines()
    tied = effect.say(changes(3, "out", "member"))
    assert tied.text == WORDS("groups.hello_again_at", mention="@ten_bot")


@pytest.mark.parametrize("standing", ["member", "out"])
async def test_what_happens_in_a_private_chat_is_kept_without_a_word(standing: Standing) -> None:
    before: Standing = "out" if standing == "member" else "member"
    effect = await effect_of(Membership(PRIVATE, SOMEBODY, standing, before), kind="private")
    assert effect.arguments["standing"] == standing
    assert effect.say([]) == Reply(stay=True)


STRANGERS: list[tuple[str, Membership | Moved, Literal["private", "group"], bool]] = [
    ("put into a new group", Membership(GROUP, SOMEBODY, "member"), "group", True),
    ("put out of a group", Membership(GROUP, SOMEBODY, "out", "member"), "group", False),
    ("begun in private", Membership(PRIVATE, SOMEBODY, "member"), "private", False),
    ("blocked in private", Membership(PRIVATE, SOMEBODY, "out", "member"), "private", False),
    ("a group has moved", Moved(GROUP, SOMEBODY, "-100"), "group", False),
]


@pytest.mark.parametrize(
    ("incoming", "kind", "matters"), [pytest.param(*case[1:], id=case[0]) for case in STRANGERS]
)
async def test_of_chats_never_met_only_a_new_group_matters(
    incoming: Membership | Moved, kind: Literal["private", "group"], matters: bool
) -> None:
    assert (await heard(incoming, kind, known=False) is not None) == matters


NEWS: list[tuple[str, str, str, str]] = [
    ("put out", "member", "out", "out"),
    ("put out while muted", "muted", "out", "out"),
    ("muted", "admin", "muted", "muted"),
    ("put in without a voice", "out", "muted", "muted"),
    ("put in again", "out", "member", "back"),
    ("put in again as admin", "out", "admin", "back"),
    ("may write again", "muted", "member", "writes"),
    ("made admin", "member", "admin", "admin"),
    ("made admin while muted", "muted", "admin", "admin"),
    ("no longer admin", "admin", "member", "not_admin"),
]


@pytest.mark.parametrize(
    ("was", "standing", "kind"), [pytest.param(*case[1:], id=case[0]) for case in NEWS]
)
async def test_those_who_tie_the_group_are_told_in_plain_words(
    was: str, standing: Standing, kind: str
) -> None:
    effect = await effect_of(Membership(GROUP, SOMEBODY, standing, "member"), place=3)
    reply = effect.say([Change("Hộ dân Bến", (5, 7), was, standing)])
    text = WORDS(f"groups.news_{kind}", group="Hộ dân Bến")
    assert reply.notices == (Notice(text, people=(5, 7)),)
    assert "“Hộ dân Bến”" in text


async def test_a_group_and_its_topics_are_one_piece_of_news_for_the_same_people() -> None:
    effect = await effect_of(Membership(GROUP, SOMEBODY, "out", "member"), place=3)
    told = [
        Change("Xã Mẫu", (5,), "member", "out"),
        Change("Xã Mẫu", (5,), "admin", "out"),
        Change("Xã Mẫu", (6,), "member", "out"),
        Change("Xã Mẫu", (), "member", "out"),
        Change("", (5,), "member", "out"),
    ]
    notices = effect.say(told).notices
    assert [notice.people for notice in notices] == [(5,), (6,), (5,)]
    assert WORDS("groups.untitled") in notices[2].text


async def test_a_group_that_moves_is_followed_without_a_word() -> None:
    outcome = await heard(Moved(GROUP, SOMEBODY, "-1009"))
    assert isinstance(outcome, Effect)
    assert outcome.verb is chats.follow
    assert outcome.arguments == {"to": "-1009"}
    assert outcome.say(True) == outcome.say(False) == Reply(stay=True)


@pytest.mark.parametrize("answers", [False, True])
async def test_what_an_administrator_sees_is_said_as_the_group_has_it(answers: bool) -> None:
    where = scene(chat_kind="group", chat_place_id=3, answers=answers)
    cases: list[tuple[Standing, str]] = [("out", AGAIN), ("member", "")]
    for before, greeting in cases:
        incoming = Membership(GROUP, SOMEBODY, "admin", before)
        outcome = await DISPATCHER.dispatch(incoming, stage().context(where))
        assert isinstance(outcome, Effect)
        reply = outcome.say([Change("Hộ dân Bến", (7,), before, "admin")])
        reads = WORDS("groups.told_answers_on") if answers else ADMIN
        assert reply.text == (f"{greeting}\n{reads}" if greeting else "")
        key = "back" if before == "out" else "admin_answers" if answers else "admin"
        (notice,) = reply.notices
        assert notice.text == WORDS(f"groups.news_{key}", group="Hộ dân Bến")
