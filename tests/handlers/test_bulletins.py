"""What a bulletin's keeper sees of it, and what each button does or kindly refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db import announcements, audience, bulletins, material, standings
from db.announcements import Part
from db.audience import NobodyThere
from db.bulletins import AlreadySent, Due, NeverFires, SlotGone
from db.material import Material
from db.permissions import NotAllowed
from db.standings import NoSuchBulletin, Standing
from handlers.messages import Reply
from tests.handlers.board import CADRE, FIRST, HEAD, LAST, STANDING, TOLD, WEEKDAYS, WORDS, Board
from tests.handlers.desk import BEN, RESIDENT, actions, labels, progress
from tests.handlers.reporting import LAMP

SLOT = f"5.{int(FIRST.timestamp())}"
WEEKLY = (
    "• Bản tin sáng – Thôn Bến (5 giờ 30 sáng, thứ Hai đến thứ Sáu): "
    "kỳ tới Thứ Hai 23/11, 5 giờ 30 sáng"
)
PAUSED = replace(STANDING, state="paused", next_at=None)
SKIPPED = replace(STANDING, skipped_next=True)


async def test_the_list_says_when_each_goes_out_next() -> None:
    board = Board()
    reply = await board.say("bản tin")
    assert WEEKLY in reply.text
    assert actions(reply) == ["bulletins.show:5", "bulletins.new", "start.menu"]
    assert all(len(label) <= 24 for label in labels(reply))


async def test_a_long_list_has_pages() -> None:
    board = Board()
    board.stage.answers[standings.mine] = [replace(STANDING, id=one) for one in range(1, 18)]
    first = await board.say("bản tin")
    shown = [f"bulletins.show:{one}" for one in range(1, 18)]
    assert actions(first) == [*shown[:8], "bulletins.list:1", "bulletins.new", "start.menu"]
    assert first.text.count("•") == 8
    assert actions(await board.press("bulletins.list:1"))[:9] == [*shown[8:16], "bulletins.list:2"]
    last = [shown[16], "bulletins.new", "start.menu"]
    assert actions(await board.press("bulletins.list:2")) == last
    assert actions(await board.press_elsewhere("bulletins.list:9")) == last


async def test_reminders_are_told_apart_by_their_words() -> None:
    text = "Thu tiền nước ở nhà văn hóa thôn."
    reminder = replace(STANDING.definition, sections=("text",), text=text)
    board = Board(standing=replace(STANDING, definition=reminder))
    assert labels(await board.say("bản tin"))[0] == "Thu tiền nước ở nhà văn…"


async def test_a_reminder_has_one_name_in_the_list_and_on_its_button() -> None:
    reminder = replace(STANDING.definition, sections=("text",), text="Thu tiền nước ở nhà văn hóa.")
    board = Board(standing=replace(STANDING, definition=reminder))
    reply = await board.say("bản tin")
    assert f"• {labels(reply)[0]} (" in reply.text
    asked = await board.press_elsewhere("bulletins.remove:5")
    assert f"“{labels(reply)[0]}”" in asked.text


async def test_one_that_goes_out_once_says_its_day_once() -> None:
    once = {**WEEKDAYS, "kind": "once", "days": [], "on": "2026-11-28"}
    standing = replace(STANDING, definition=replace(STANDING.definition, schedule=once))
    board = Board(standing=standing)
    assert (await board.say("bản tin")).text.count("28/11") == 1
    assert (await board.press("bulletins.show:5")).text.count("28/11") == 1


WORDED: list[tuple[str, str, str]] = [
    ("list", "tao ban tin", "templates"),
    ("list", "thêm", "templates"),
    ("paused", "tiep tuc", "resumed"),
    ("paused", "chay lai di em", "resumed"),
    ("active", "bo ky nay", "skipped"),
    ("active", "tạm nghỉ", "paused"),
    ("active", "gửi luôn đi", "ask_send"),
    ("active", "đổi giờ gửi", "when_again"),
    ("skipped", "vẫn gửi nhé", "unskipped"),
]


@pytest.mark.parametrize(
    ("menu", "said", "key"), WORDED, ids=[f"{menu}: {said}" for menu, said, _ in WORDED]
)
async def test_a_choice_may_be_said_in_other_words(menu: str, said: str, key: str) -> None:
    board = Board(standing={"paused": PAUSED, "skipped": SKIPPED}.get(menu, STANDING))
    await (board.say("bản tin") if menu == "list" else board.press_elsewhere("bulletins.show:5"))
    values = {"places": "Thôn Bến", "when": "5 giờ 30 sáng, thứ Hai đến thứ Sáu"}
    assert WORDS(f"bulletins.{key}", **values) in (await board.say(said)).text


@pytest.mark.parametrize(
    ("said", "step"), [("doi gio", "when"), ("sửa lời", "text"), ("tạm nghỉ", ""), ("gửi luôn", "")]
)
async def test_what_a_bulletin_offers_may_be_said_where_it_can_be_opened(
    said: str, step: str
) -> None:
    board = Board()
    await board.press_elsewhere("bulletins.retime:5")
    await board.say("6 giờ sáng")
    await board.press("bulletins.begin")
    reply = await board.say(said)
    assert (reply.step or "").removeprefix("bulletins.") == step
    assert any(button.action.startswith("bulletins.") for button in reply.buttons)
    assert len(board.done) == (2 if "nghỉ" in said else 1)  # nothing is sent that was not asked


@pytest.mark.parametrize("said", ["có", "xóa luôn đi"])
async def test_a_yes_deletes_where_that_is_asked_and_nowhere_else(said: str) -> None:
    board = Board()
    await board.press_elsewhere("bulletins.show:5")
    await board.say(said)
    assert board.done == []
    await board.press_elsewhere("bulletins.remove:5")
    await board.say(said)
    assert board.done[0].verb is bulletins.end


async def test_without_any_it_is_said_what_they_are_for() -> None:
    board = Board()
    board.stage.answers[standings.mine] = []
    reply = await board.say("/bantin")
    assert reply.text == WORDS("bulletins.none")
    assert actions(reply)[0] == "bulletins.new"


@pytest.mark.parametrize(
    ("grants", "more", "key"),
    [
        (RESIDENT, {}, "bulletins.not_allowed"),
        (HEAD, {"chat_kind": "group"}, "bulletins.in_private"),
    ],
    ids=["resident", "group"],
)
async def test_who_may_not_see_them_is_told(grants: Any, more: dict[str, Any], key: str) -> None:
    assert (await Board(grants, **more).say("bản tin")).text == WORDS(key)


async def test_one_bulletin_says_all_there_is_to_know_in_words() -> None:
    reply = await Board().press_elsewhere("bulletins.show:5")
    assert reply.text.splitlines() == [
        "📢 Bản tin sáng – Thôn Bến",
        "Giờ gửi: 5 giờ 30 sáng, thứ Hai đến thứ Sáu",
        "Gửi tới: Thôn Bến – nhóm: Hộ dân",
        "Gồm có: ngày dương, ngày âm, thông báo gần đây, lời riêng",
        "Kỳ tới Thứ Hai 23/11, 5 giờ 30 sáng.",
        "Rồi đến: Thứ Ba 24/11, Thứ Tư 25/11.",
        "Kỳ gần nhất (Thứ Sáu 20/11, 5 giờ 30 sáng): đã tới 3/4 nhóm.",
    ]
    assert all(len(label) <= 24 for label in labels(reply))


OFFERED: list[tuple[str, Standing, str]] = [
    ("active", STANDING, "preview ask skip pause retime retext remove list"),
    ("skipped", SKIPPED, "preview ask unskip pause retime retext remove list"),
    ("paused", PAUSED, "preview ask resume retime retext remove list"),
    ("over", replace(STANDING, next_at=None), "preview ask pause retime retext remove list"),
]


@pytest.mark.parametrize(
    ("standing", "offered"), [case[1:] for case in OFFERED], ids=[case[0] for case in OFFERED]
)
async def test_only_what_makes_sense_is_offered(standing: Standing, offered: str) -> None:
    reply = await Board(standing=standing).press_elsewhere("bulletins.show:5")
    names = [action.partition(":")[0].partition(".")[2] for action in actions(reply)]
    assert names == offered.split()


@pytest.mark.parametrize("reason", ["late", "asked", "empty", "nobody", "not_allowed"])
async def test_why_the_last_issue_was_skipped_is_said(reason: str) -> None:
    last = replace(LAST, state="skipped", reason=reason, version_id=None)
    reply = await Board(standing=replace(STANDING, last=last)).press_elsewhere("bulletins.show:5")
    told = WORDS(f"bulletins.last_{reason}", time="Thứ Sáu 20/11, 5 giờ 30 sáng")
    assert reply.text.endswith(told)


async def test_where_the_last_issue_was_carried_by_hand_it_was_received() -> None:
    board = Board()
    counts = {"sent": 1, "relayed": 2, "handed": 1}
    board.stage.answers[announcements.progress] = progress(counts=counts)
    reply = await board.press_elsewhere("bulletins.show:5")
    time = "Thứ Sáu 20/11, 5 giờ 30 sáng"
    assert reply.text.endswith(WORDS("bulletins.last_sent", time=time, reached=3, total=4))


async def test_before_the_first_issue_there_is_no_last_one() -> None:
    reply = await Board(standing=replace(STANDING, last=None)).press_elsewhere("bulletins.show:5")
    assert reply.text.endswith(WORDS("bulletins.last_none"))


async def test_whose_it_is_is_told_to_others() -> None:
    other = replace(STANDING, owner_id=99, owner="Ông Tre")
    reply = await Board(CADRE, standing=other).press_elsewhere("bulletins.show:5")
    assert WORDS("bulletins.is_of", owner="Ông Tre") in reply.text


async def test_the_preview_sends_nothing() -> None:
    board = Board()
    reply = await board.press_elsewhere("bulletins.preview:5")
    assert "".join(reply.lead).startswith("📢 Bản tin sáng – Thôn Bến")
    assert reply.text == WORDS("bulletins.preview_now")
    assert board.done == []


DONE: list[tuple[str, str, Any, str]] = [
    ("pause", "5", bulletins.pause, "paused"),
    ("resume", "5", bulletins.resume, "resumed"),
    ("skip", SLOT, bulletins.skip_next, "skipped"),
    ("unskip", SLOT, bulletins.unskip, "unskipped"),
]


@pytest.mark.parametrize(
    ("action", "argument", "verb", "key"), DONE, ids=[action for action, *_ in DONE]
)
async def test_it_is_done_and_the_bulletin_shown_as_it_stands_then(
    action: str, argument: str, verb: Any, key: str
) -> None:
    board = Board()
    board.results[verb] = PAUSED if action == "pause" else STANDING
    reply = await board.press_elsewhere(f"bulletins.{action}:{argument}")
    assert reply.text.startswith(WORDS(f"bulletins.{key}"))
    assert board.done[0].verb is verb
    assert board.done[0].arguments["bulletin_id"] == 5
    if "skip" in action:
        assert board.done[0].arguments["slot"] == FIRST
    if action == "pause":
        assert "bulletins.resume:5" in actions(reply)


async def test_it_goes_on_from_its_next_time() -> None:
    board = Board(standing=PAUSED)
    await board.press_elsewhere("bulletins.resume:5")
    assert board.done[0].arguments["next_at"] == FIRST


async def test_sending_now_asks_once_more_and_shows_it() -> None:
    board = Board()
    asked = await board.press_elsewhere("bulletins.ask:5")
    body = "".join(asked.lead)
    assert "Cắt nước để thau bể." in body
    assert board.done == []
    sent = await board.press(actions(asked)[0])
    assert sent.follows == 12
    effect = board.done[0]
    assert effect.arguments["after"] == LAST.id
    assert effect.arguments["body"] == body
    assert effect.arguments["parts"]["sandbox-telegram"] == (Part(body),)


async def test_what_is_hidden_before_is_in_what_goes_out() -> None:
    told = replace(TOLD, announcements=(replace(TOLD.announcements[0], hidden=True),))
    board = Board(material=told)
    for action in ("preview", "ask"):
        asked = await board.press_elsewhere(f"bulletins.{action}:5")
        assert WORDS("issue.hidden") in "".join(asked.lead)
        assert "Cắt nước" not in "".join(asked.lead)
    await board.press(actions(asked)[0])
    assert "Cắt nước để thau bể." in board.done[0].arguments["body"]


async def test_the_first_issue_can_be_sent_by_hand() -> None:
    board = Board(standing=replace(STANDING, last=None))
    await board.press(actions(await board.press_elsewhere("bulletins.ask:5"))[0])
    assert board.done[0].arguments["after"] is None


async def test_what_changed_since_it_was_shown_is_shown_again() -> None:
    board = Board()
    send = actions(await board.press_elsewhere("bulletins.ask:5"))[0]
    board.stage.answers[material.preview] = lambda actor, **_: replace(TOLD, announcements=())
    again = await board.press(send)
    assert WORDS("bulletins.changed_now") in again.text
    assert again.lead
    assert board.done == []


@pytest.mark.parametrize("action", ["ask", "preview"])
async def test_with_nothing_to_tell_nothing_can_be_sent(action: str) -> None:
    empty = replace(STANDING, definition=replace(STANDING.definition, text=""))
    board = Board(standing=empty, material=Material(1))
    reply = await board.press_elsewhere(f"bulletins.{action}:5")
    assert (reply.text, reply.lead) == (WORDS("bulletins.preview_empty"), ())
    assert not any(one.startswith("bulletins.send") for one in actions(reply))


async def test_deleting_asks_first() -> None:
    board = Board()
    asked = await board.press_elsewhere("bulletins.remove:5")
    assert board.done == []
    assert actions(asked) == ["bulletins.end:5", "bulletins.show:5"]
    reply = await board.press("bulletins.end:5")
    assert "đã xóa" in reply.text
    assert board.done[0].verb is bulletins.end


REFUSED: list[tuple[str, Any, Exception, str]] = [
    ("pause:5", bulletins.pause, NotAllowed("announcement:send"), "not_yours"),
    ("pause:5", bulletins.pause, NoSuchBulletin(), "gone"),
    ("pause:5", bulletins.pause, Due(), "due"),
    ("resume:5", bulletins.resume, NeverFires(), "never_again"),
    ("resume:5", bulletins.resume, NobodyThere(), "nobody"),
    (f"skip:{SLOT}", bulletins.skip_next, SlotGone(), "slot_gone"),
    ("end:5", bulletins.end, NoSuchBulletin(), "gone"),
]


@pytest.mark.parametrize(
    ("action", "verb", "error", "key"),
    REFUSED,
    ids=[f"{action}-{key}" for action, _, _, key in REFUSED],
)
async def test_a_refusal_is_polite_and_says_where_to_go_on(
    action: str, verb: Any, error: Exception, key: str
) -> None:
    board = Board()
    board.results[verb] = error
    reply = await board.press_elsewhere(f"bulletins.{action}")
    assert reply.text == WORDS(f"bulletins.{key}")
    assert actions(reply) == ["bulletins.list"]


async def test_a_second_press_on_send_is_told_that_it_went_out() -> None:
    board = Board()
    send = actions(await board.press_elsewhere("bulletins.ask:5"))[0]
    board.results[bulletins.send_now] = AlreadySent()
    assert (await board.press(send)).text == WORDS("bulletins.already_sent")


STANDING_ACTIONS = [
    *("show:5", "preview:5", "ask:5", "send:5.41.x", "pause:5", "resume:5", "retime:5"),
    *("retext:5", "remove:5", f"skip:{SLOT}", f"unskip:{SLOT}", "show:", "send:", "skip:x"),
    *("skip:5.", "skip:5.x", "skip:5.-1", "skip:5.²", f"skip:5.{'9' * 18}"),
]


@pytest.mark.parametrize("action", STANDING_ACTIONS)
@pytest.mark.parametrize(
    ("error", "key"),
    [(NoSuchBulletin(), "gone"), (NotAllowed("announcement:send"), "not_yours")],
    ids=["ended", "right_lost"],
)
async def test_a_bulletin_that_is_gone_or_not_ones_own_shows_nothing(
    action: str, error: Exception, key: str
) -> None:
    def refuse(*_: object) -> Standing:
        raise error

    board = Board()
    board.stage.answers[standings.get] = refuse
    reply = await board.press_elsewhere(f"bulletins.{action}")
    assert reply.text == WORDS(f"bulletins.{key}")
    assert board.done == []


@pytest.mark.parametrize("action", ["preview:5", "ask:5", "send:5.41.x"])
@pytest.mark.parametrize(
    ("error", "key"),
    [
        (NotAllowed("announcement:send"), "not_yours"),
        (NoSuchBulletin(), "gone"),
        (NobodyThere(), "nobody"),
    ],
    ids=["right_lost", "ended", "untied"],
)
@pytest.mark.parametrize("verb", [material.preview, audience.count], ids=["issue", "audience"])
async def test_what_changes_between_two_reads_is_told_politely(
    verb: Any, error: Exception, key: str, action: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    board = Board()
    board.stage.answers[verb] = refuse
    reply = await board.press_elsewhere(f"bulletins.{action}")
    assert reply.text == WORDS(f"bulletins.{key}")


@pytest.mark.parametrize("action", ["list", "show:5", "pause:5", "ask:5", "preview:5", "end:5"])
async def test_a_half_written_report_is_not_pushed_aside(action: str) -> None:
    keep = {"what": LAMP, "where": "", "media": []}
    board = Board(step="feedback.where", keep=keep, free_text=True, menu_body="Ở đâu ạ?")
    reply = await board.press_elsewhere(f"bulletins.{action}")
    assert reply.stay or "start.resume" in actions(reply)
    kept = board.keep if reply.stay else board.keep["keep"]
    assert kept["what"] == LAMP


async def test_a_ledger_that_is_gone_does_not_hide_the_bulletin() -> None:
    def gone(version_id: int) -> Any:
        raise announcements.NoSuchVersion

    board = Board()
    board.stage.answers[announcements.progress] = gone
    assert "Bản tin sáng" in (await board.press_elsewhere("bulletins.show:5")).text


async def test_in_english_a_bulletin_still_goes_out_in_vietnamese() -> None:
    board = Board(language="en")
    reply: Reply = await board.press_elsewhere("bulletins.preview:5")
    assert reply.text.startswith("Sent now")
    assert "Thông báo gần đây" in "".join(reply.lead)


def test_the_ledger_of_these_tests_is_of_its_groups() -> None:
    assert STANDING.last is not None
    assert progress().version_id == STANDING.last.version_id
    assert STANDING.definition.places == (BEN.id,)
