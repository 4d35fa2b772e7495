from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

import handlers
from db import media
from db.scene import Scene
from handlers import start
from handlers.messages import (
    Attachment,
    Button,
    Edit,
    Effect,
    Incoming,
    Location,
    Message,
    Outcome,
    Press,
    Reply,
    effect,
)
from handlers.router import Context, Dispatcher, Router
from tests.handlers.inputs import MESSAGES, shipped
from tests.handlers.stage import GROUP, PRIVATE, SOMEBODY, Stage, message, press, scene

PHOTO = Attachment("ref", "photo", "nha.jpg")
RIVER = Location(20.5, 106.25)
WRITING: dict[str, Any] = {
    "step": "diary.page",
    "keep": {"what": "một dòng", "files": [], "asked": True},
}
FORGED = ["", "x", "-1", "+1", " 1", "1 ", "1_0", "1.5", "１２", "²", "१", "9" * 19, "9" * 5000]


def count(session: Any, actor: Any, *, number: int) -> int:
    return number


def diary() -> Router:
    """A conversation of one step, a command that goes elsewhere, and buttons of every kind."""
    router = Router()

    @router.step("diary.page")
    async def page(message: Message, context: Context) -> Outcome:
        keep = {**context.scene.keep, "what": f"{context.scene.keep['what']}\n{message.text}"}
        return Reply("tiếp", step="diary.page", keep=keep, free_text=True)

    @router.command("batdau", "begin")
    async def begin(message: Message, context: Context) -> Outcome:
        return Reply(f"bắt đầu {message.text}".strip(), step="diary.page", keep={"what": "mới"})

    @router.command("them")
    async def more(message: Message, context: Context) -> Outcome:
        keep = {**context.scene.keep, "what": f"{context.scene.keep.get('what', '')} thêm"}
        return Reply("thêm", step="diary.other", keep=keep)

    @router.command("anh")
    async def picture(message: Message, context: Context) -> Outcome:
        keep = {"what": f"{context.scene.keep.get('what', '')} ảnh", "files": []}
        reply = Reply("ảnh", step="diary.other", keep=keep if message.text == "thêm" else {})
        return effect(count, number=4).then(lambda _: reply) if message.attachments else reply

    @router.command("gio")
    async def hour(message: Message, context: Context) -> Outcome:
        return Reply("mấy giờ rồi")

    @router.action("diary.done")
    async def done(press: Press, context: Context, argument: str) -> Outcome:
        return Reply("xong")

    @router.action("diary.show", standing=True)
    async def show(press: Press, context: Context, argument: str) -> Outcome:
        return Reply(f"xem {argument}", buttons=(Button("Nữa", "diary.show:2"),))

    @router.action("diary.at", standing=True, takes="number")
    async def at(press: Press, context: Context, argument: str) -> Outcome:
        return Reply(f"trang {int(argument)}")

    @router.action("diary.hush", standing=True)
    async def hush(press: Press, context: Context, argument: str) -> Outcome:
        return Reply("thôi nhé", stay=True)

    @router.action("diary.count", standing=True)
    async def counted(press: Press, context: Context, argument: str) -> Outcome:
        refusals: dict[type[Exception], Reply] = {LookupError: Reply("không có")}
        return effect(count, number=3).then(
            lambda number: Reply(str(number), buttons=(Button("Dừng", "diary.done"),)), refusals
        )

    return router


def guards() -> Router:
    router = Router()

    @router.warning
    def smoke(incoming: Incoming, context: Context) -> str:
        return "ra ngoài" if "khói" in getattr(incoming, "text", "") else ""

    @router.refusal
    async def secret(incoming: Incoming, context: Context) -> Outcome:
        return Reply("không nhận") if "mật" in getattr(incoming, "text", "") else None

    @router.rule
    async def code(incoming: Incoming, context: Context) -> Outcome:
        return Reply("mã") if getattr(incoming, "text", "") == "PA-1" else None

    return router


async def fallback(message: Message, context: Context) -> Outcome:
    return Reply(f"không rõ: {message.text}")


async def stale(incoming: Incoming, context: Context) -> Outcome:
    return Reply("đã cũ", stay=True)


def ask_first(context: Context, wish: str) -> Reply:
    return Reply(f"bỏ để {wish}?", step="kept", keep={"kept": dict(context.scene.keep)})


def leaving(wish: str, **more: Any) -> Scene:
    return scene(step="kept", keep={"what": "một dòng", "wish": wish, **more}, menu_id=1)


async def heard(incoming: Incoming, scene: Scene) -> Outcome:
    dispatcher = Dispatcher(
        [guards(), diary()], fallback=fallback, stale=stale, ask_first=ask_first
    )
    return await dispatcher.dispatch(incoming, Stage(shipped()).context(scene))


async def said(incoming: Incoming, scene: Scene) -> Reply:
    outcome = await heard(incoming, scene)
    assert isinstance(outcome, Reply)
    return outcome


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("/batdau", "bắt đầu", id="slash"),
        pytest.param("/BatDau@loalang_bot hôm nay", "bắt đầu hôm nay", id="addressed, with rest"),
        pytest.param("Bắt đầu", "bắt đầu", id="spaced, with diacritics"),
        pytest.param("BẮT  ĐẦU ", "bắt đầu", id="capitals"),
        pytest.param("/khongco", "không rõ: /khongco", id="unknown command"),
        pytest.param("bắt đầu nhé", "không rõ: bắt đầu nhé", id="more than the word"),
        pytest.param("b" * 41, f"không rõ: {'b' * 41}", id="too long for a command"),
    ],
)
async def test_a_command_is_known_in_every_spelling(text: str, answer: str) -> None:
    assert (await said(message(text), scene())).text == answer


async def test_where_words_are_awaited_only_a_slash_makes_a_command() -> None:
    reply = await said(message("bắt đầu"), scene(**WRITING, free_text=True))
    assert reply.text == "tiếp"
    assert reply.keep["what"] == "một dòng\nbắt đầu"


async def test_a_message_not_for_us_is_left_alone() -> None:
    assert await heard(message("/batdau", group=True, addressed=False), scene()) is None


@pytest.mark.parametrize(
    ("action", "menu_id", "answer"),
    [
        pytest.param("diary.done", 1, "xong", id="of the menu on offer"),
        pytest.param("diary.done", 2, "đã cũ", id="of a menu that is gone"),
        pytest.param("diary.show:7", 2, "xem 7", id="standing, of an older message"),
        pytest.param("nobody.knows", 1, "đã cũ", id="unknown"),
        pytest.param("", 1, "đã cũ", id="not ours"),
    ],
)
async def test_a_press_works_while_its_menu_or_its_button_stands(
    action: str, menu_id: int, answer: str
) -> None:
    assert (await said(press(action), scene(menu_id=menu_id))).text == answer


async def test_a_number_reaches_whom_it_is_for() -> None:
    assert (await said(press("diary.at:12"), scene())).text == "trang 12"
    assert (await said(press("diary.at:" + "9" * 18), scene())).text == "trang " + "9" * 18


@pytest.mark.parametrize("argument", FORGED)
async def test_what_is_no_number_of_ours_is_a_menu_that_is_gone(argument: str) -> None:
    assert (await said(press(f"diary.at:{argument}"), scene())).text == "đã cũ"


@pytest.mark.parametrize("argument", FORGED)
async def test_nothing_is_given_up_for_what_is_no_number_of_ours(argument: str) -> None:
    assert (await said(press("start.leave"), leaving(f"diary.at:{argument}"))).text == "đã cũ"


async def test_no_number_is_longer_than_a_database_can_hold() -> None:
    huge = press("diary.show:1." + "9" * 19)
    assert (await said(huge, scene())).text == "đã cũ"


@pytest.mark.parametrize("argument", FORGED)
async def test_every_conversation_is_kept_from_numbers_that_are_none(argument: str) -> None:
    """Those whose buttons carry one: the words of a menu that is gone, whoever presses."""
    dispatcher = handlers.dispatcher()
    context = Stage(shipped()).context(scene(menu_id=1))
    numbered = [
        name
        for router in handlers.routers()
        for name, action in router.actions.items()
        if action.takes in ("number", "place")
    ]
    gone = await start.stale(press(""), context)
    assert len(numbered) > 30
    for name in numbered:
        assert await dispatcher.dispatch(press(f"{name}:{argument}"), context) == gone, name


@pytest.mark.parametrize(
    ("incoming", "wish"),
    [
        pytest.param(message("/batdau lại"), "/batdau lại", id="command"),
        pytest.param(message(f"/batdau {'x' * 5000}"), f"/batdau {'x' * 5000}", id="long command"),
        pytest.param(press("diary.show:7"), "diary.show:7", id="button of an older message"),
    ],
)
async def test_what_would_push_answers_aside_asks_first(incoming: Incoming, wish: str) -> None:
    reply = await said(incoming, scene(**WRITING, menu_id=2))
    assert reply.text == f"bỏ để {wish}?"
    assert reply.keep == {"kept": WRITING["keep"]}


@pytest.mark.parametrize(
    ("incoming", "words"),
    [
        pytest.param(message("/anh", PHOTO), "bỏ để /anh?", id="an effect"),
        pytest.param(message("/batdau", PHOTO), "bỏ để /batdau?", id="a reply"),
        pytest.param(message("/batdau", location=RIVER), "bỏ để /batdau?", id="a location"),
    ],
)
async def test_a_command_with_more_than_words_asks_first_and_says_what_it_does_not_keep(
    incoming: Incoming, words: str
) -> None:
    reply = await said(incoming, scene(**WRITING))
    assert (reply.text, reply.keep) == (words, {"kept": WRITING["keep"]})
    assert reply.lead == (shipped().words("vi")("start.send_again"),)


async def test_a_command_with_a_photo_that_goes_on_needs_no_question() -> None:
    outcome = await heard(message("/anh thêm", PHOTO), scene(**WRITING))
    assert isinstance(outcome, Effect)
    assert outcome.say(4).keep["what"] == "một dòng ảnh"


async def test_what_goes_on_with_all_answers_needs_no_question() -> None:
    reply = await said(message("/them"), scene(**WRITING))
    assert (reply.step, reply.keep["what"]) == ("diary.other", "một dòng thêm")


@pytest.mark.parametrize(
    "keep",
    [pytest.param({}, id="nothing said yet"), pytest.param({"what": "", "n": []}, id="empty")],
)
async def test_without_answers_nothing_is_asked(keep: dict[str, Any]) -> None:
    reply = await said(message("/batdau"), scene(step="diary.page", keep=keep))
    assert reply.text == "bắt đầu"


async def test_plain_words_are_said_beside_the_conversation() -> None:
    assert await said(message("/gio"), scene(**WRITING)) == Reply("mấy giờ rồi", stay=True)


async def test_a_rule_speaks_beside_the_conversation() -> None:
    assert await said(message("PA-1"), scene(**WRITING)) == Reply("mã", stay=True)
    assert await said(message("PA-1"), scene()) == Reply("mã")


async def test_an_effect_from_an_older_button_leaves_the_conversation_and_its_menu() -> None:
    outcome = await heard(press("diary.count"), scene(**WRITING, menu_id=2))
    assert isinstance(outcome, Effect)
    assert outcome.arguments == {"number": 3}
    assert outcome.say(3) == Reply("3", stay=True)
    assert outcome.refusals == {LookupError: Reply("không có", stay=True)}


async def test_an_effect_of_the_menu_on_offer_moves_the_conversation() -> None:
    outcome = await heard(press("diary.count"), scene(**WRITING, menu_id=1))
    assert isinstance(outcome, Effect)
    assert not outcome.say(3).stay
    assert [button.action for button in outcome.say(3).buttons] == ["diary.done"]


@pytest.mark.parametrize(
    ("wish", "answer"),
    [
        pytest.param("/batdau lại", "bắt đầu lại", id="command with rest"),
        pytest.param("diary.show:7", "xem 7", id="action"),
        pytest.param("diary.hush", "thôi nhé", id="words alone"),
        pytest.param("/batdau chuyện mật", "không nhận", id="what is not taken here"),
    ],
)
async def test_answers_given_up_make_way_for_the_wish(wish: str, answer: str) -> None:
    reply = await said(press("start.leave"), leaving(wish))
    assert (reply.text, reply.stay) == (answer, False)


@pytest.mark.parametrize("wish", ["gone.action", ""])
async def test_a_wish_that_can_no_longer_be_met_gives_nothing_up(wish: str) -> None:
    assert await said(press("start.leave"), leaving(wish, media=[4])) == Reply("đã cũ", stay=True)


async def test_the_files_of_what_is_given_up_are_let_go() -> None:
    outcome = await heard(press("start.leave"), leaving("/batdau", media=[4, 5]))
    assert isinstance(outcome, Effect)
    assert (outcome.verb, outcome.arguments) == (media.discard, {"files": (4, 5)})
    assert outcome.say(None).text == "bắt đầu"


async def test_the_files_given_up_are_let_go_together_with_what_the_wish_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dropped: list[tuple[int, ...]] = []
    monkeypatch.setattr(media, "discard", lambda *_, files: dropped.append(files))
    outcome = await heard(press("start.leave"), leaving("diary.count", media=[4]))
    assert isinstance(outcome, Effect)
    assert outcome.verb(None, None, **outcome.arguments) == 3
    assert dropped == [(4,)]


async def test_nobody_gives_up_answers_by_an_old_button() -> None:
    reply = await said(replace(press("start.leave"), menu="2"), leaving("diary.show:7"))
    assert reply == Reply("đã cũ", stay=True)


async def test_a_warning_comes_first_and_the_awaited_answer_is_still_taken() -> None:
    reply = await said(message("khói quá"), scene(**WRITING))
    assert (reply.lead, reply.urgent, reply.text) == (("ra ngoài",), True, "tiếp")
    assert reply.keep["what"] == "một dòng\nkhói quá"


@pytest.mark.parametrize(
    "incoming",
    [
        pytest.param(message("có khói"), id="private"),
        pytest.param(message("có khói", group=True, addressed=False), id="group, not addressed"),
        pytest.param(Edit(GROUP, SOMEBODY, "5", "có khói"), id="edit in a group"),
        pytest.param(Edit(PRIVATE, SOMEBODY, "5", "có khói"), id="edit in private"),
    ],
)
async def test_where_nothing_is_awaited_a_warning_stands_alone(incoming: Incoming) -> None:
    assert await said(incoming, scene()) == Reply("ra ngoài", urgent=True, stay=True)


async def test_a_refusal_ends_the_conversation_without_asking() -> None:
    reply = await said(message("chuyện mật"), scene(**WRITING))
    assert (reply.text, reply.step, dict(reply.keep), reply.stay) == ("không nhận", None, {}, False)


async def test_a_warning_also_precedes_a_refusal() -> None:
    reply = await said(message("mật, có khói"), scene(**WRITING))
    assert (reply.lead, reply.text) == (("ra ngoài",), "không nhận")


@pytest.mark.parametrize("kind", ["commands", "actions", "steps"])
def test_two_routers_may_not_claim_the_same_name(kind: str) -> None:
    one, other = Router(), Router()
    getattr(one, kind)["x"] = getattr(other, kind)["x"] = fallback
    with pytest.raises(ValueError, match="two routers claim x"):
        Dispatcher([one, other], fallback=fallback, stale=stale, ask_first=ask_first)


@given(incoming=MESSAGES)
async def test_no_message_loses_what_was_written(incoming: Message) -> None:
    outcome = await heard(incoming, scene(**WRITING))
    assert isinstance(outcome, Reply)
    if outcome.text != "không nhận" and not outcome.stay:
        assert "một dòng" in json.dumps(dict(outcome.keep), ensure_ascii=False)
