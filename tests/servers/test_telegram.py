"""The loopback Bot API, asked by hand: acknowledgement, what people do, counts."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.living import ROOT
from tests.servers.asker import Asker, clock
from tests.servers.telegram import TelegramServer, picture


def ids(updates: list[Any]) -> list[int]:
    return [each["update_id"] for each in updates]


# --- acknowledgement


async def test_an_update_stays_until_a_higher_offset_is_asked_for(ask: Asker) -> None:
    server, bot = ask.server, ask.server.bots[ask.token].updates
    person = server.person()
    for text in ("một", "hai", "ba"):
        person.say(ask.token, text)
    first, second, third = ids(await ask.updates())
    assert ids(await ask.updates()) == [first, second, third] == bot.unacknowledged
    assert ids(await ask.updates(first + 1, limit=1)) == [second]
    assert bot.acknowledged == [first]
    assert ids(await ask.updates(-1)) == [third]
    assert bot.acknowledged == [first, second]
    assert await ask.updates(third + 1) == []
    await server.idle()


async def test_an_offset_far_ahead_confirms_nothing(ask: Asker) -> None:
    updates = ask.server.bots[ask.token].updates
    old = updates.next_id
    updates.jump()
    ask.server.person().say(ask.token, "sau một tuần im lặng")
    [after] = ids(await ask.updates(old))
    assert after < old
    assert updates.acknowledged == []


async def test_a_waiting_poll_is_answered_by_the_next_update(ask: Asker) -> None:
    waiting = asyncio.create_task(ask.updates(timeout=50))
    updates = ask.server.bots[ask.token].updates
    await ask.server.until(lambda: updates.poll is not None)
    person = ask.server.person()
    person.say(ask.token, "một")
    person.say(ask.token, "hai")
    assert [each["message"]["text"] for each in await waiting] == ["một", "hai"]


async def test_the_older_of_two_polls_ends_with_a_conflict(ask: Asker) -> None:
    updates = ask.server.bots[ask.token].updates
    older = asyncio.create_task(ask("getUpdates", timeout=50))
    await ask.server.until(lambda: updates.poll is not None)
    newer = asyncio.create_task(ask("getUpdates", timeout=50))
    refused = await older
    assert refused["error_code"] == 409
    assert "terminated by other getUpdates" in refused["description"]
    ask.server.person().say(ask.token, "vẫn nghe")
    assert len((await newer)["result"]) == 1


async def test_a_poller_that_went_away_leaves_its_place(ask: Asker) -> None:
    updates = ask.server.bots[ask.token].updates
    poll = asyncio.create_task(ask.updates(timeout=50))
    await ask.server.until(lambda: updates.poll is not None)
    poll.cancel()
    await ask.server.until(lambda: updates.poll is None)
    ask.server.person().say(ask.token, "một")
    assert updates.handed_out == []


async def test_ids_have_gaps_and_an_update_may_come_twice(ask: Asker) -> None:
    updates, person = ask.server.bots[ask.token].updates, ask.server.person()
    person.say(ask.token, "một")
    updates.skip(3)
    person.say(ask.token, "hai")
    updates.repeat()
    first, second, again = ids(await ask.updates())
    assert (second, again) == (first + 4, second)


async def test_a_repeated_update_is_seen_again_after_it_was_confirmed(ask: Asker) -> None:
    updates = ask.server.bots[ask.token].updates
    ask.server.person().say(ask.token, "một")
    [first] = ids(await ask.updates())
    updates.repeat()
    assert ids(await ask.updates(first + 1)) == [first]
    assert ids(await ask.updates(first + 1)) == []


async def test_only_allowed_kinds_come_and_that_is_remembered(ask: Asker) -> None:
    person = ask.server.person()
    await ask.updates(allowed_updates=["callback_query"])
    person.say(ask.token, "không nghe")
    person.forge(ask.token, 1, "x")
    [update] = await ask.updates()
    assert update["callback_query"]["data"] == "x"
    await ask.updates(update["update_id"] + 1, allowed_updates=[])
    person.say(ask.token, "lại nghe")
    assert len(await ask.updates()) == 1


async def test_old_updates_are_forgotten(ask: Asker) -> None:
    person = ask.server.person()
    person.say(ask.token, "một")
    person.forge(ask.token, 1, "x")
    clock(ask.server).advance(151)
    assert ["message" in each for each in await ask.updates()] == [True]
    clock(ask.server).advance(86_400)
    assert await ask.updates() == []


async def test_raw_updates_keep_their_shape(ask: Asker) -> None:
    ask.server.raw(ask.token, {"message": {"chat": 7}})
    ask.server.raw(ask.token, {"update_id": "chữ", "tương_lai": [1]})
    first, second = await ask.updates()
    assert first["message"] == {"chat": 7}
    assert second == {"update_id": "chữ", "tương_lai": [1]}


# --- tokens and bodies


async def test_tokens_unknown_malformed_and_revoked(ask: Asker) -> None:
    right = ask.token
    for token, status, words in (
        (right[:-1] + "Y", 401, "Unauthorized"),
        ("sai", 404, "Not Found"),
        (right, 200, ""),
    ):
        ask.token = token
        assert (await ask("getMe")).get("description", "") == words
        assert ask.status == status
    ask.server.revoke(right)
    assert (await ask("getMe"))["error_code"] == 401
    assert (await ask("getUpdates"))["error_code"] == 401


async def test_an_unknown_method_is_not_found(ask: Asker) -> None:
    assert (await ask("sendPigeon"))["error_code"] == 404


@pytest.mark.parametrize("how", ["urlencoded", "json", "multipart", "chunked"])
async def test_a_body_may_come_in_any_form(ask: Asker, how: str) -> None:
    person = ask.server.person()
    person.say(ask.token, "chào")
    markup = {"inline_keyboard": [[{"text": "Đã nhận", "callback_data": "a+b%20&c"}]]}
    fields: dict[str, Any] = {"chat_id": person.id, "text": "ấp 1 + ấp 2 = 100% & hơn"}
    whole: dict[str, Any] = {**fields, "reply_markup": markup}
    nested = {
        **{name: str(value) for name, value in fields.items()},
        "reply_markup": json.dumps(markup),
    }
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in nested.items():
        form.add_field(name, value)

    async def pieces() -> AsyncIterator[bytes]:
        encoded = json.dumps(whole).encode()
        yield encoded[:20]
        yield encoded[20:]

    ways: dict[str, dict[str, Any]] = {
        "urlencoded": {"data": nested},
        "json": {"json": whole},
        "multipart": {"data": form},
        "chunked": {"data": pieces(), "headers": {"Content-Type": "application/json"}},
    }
    url = f"{ask.server.base_url}/bot{ask.token}/sendMessage"
    async with ask.session.post(url, **ways[how]) as answer:
        assert answer.status == 200
    [message] = ask.server.sent
    assert (message.text, message.buttons) == (fields["text"], ["Đã nhận"])
    person.press(ask.token, message, "a+b%20&c")


# --- people and places


async def test_privacy_mode_lets_through_what_is_meant_for_the_bot(ask: Asker) -> None:
    server, person = ask.server, ask.server.person()
    other = server.bot("khac_bot", privacy=False)
    group = server.group(members=[ask.token, other, person])
    heard = server.bots[ask.token].updates.pending
    heard.clear()
    ours = (await ask("sendMessage", chat_id=group.id, text="chào"))["result"]["message_id"]
    person.say(group, "chuyện riêng")
    person.say(group, "/giup@khac_bot")
    person.say(group, "/giup")  # we spoke last
    person.say(group, "/giup@Loa_Lang_Bot")
    person.say(group, "ơi @loa_lang_bot giúp với")
    person.say(group, "cảm ơn", reply_to=ours)
    group.remove(person)
    texts = [json.loads(each.body)["message"].get("text", "-") for each in heard]
    assert texts == [
        "/giup", "/giup@Loa_Lang_Bot", "ơi @loa_lang_bot giúp với", "cảm ơn", "-",
    ]  # fmt: skip
    group.promote(ask.token)
    group.add(person)
    person.say(group, "ai cũng nghe")
    assert "ai cũng nghe" in heard[-1].body
    everything = server.bots[other].updates.pending
    assert sum("chuyện riêng" in each.body for each in everything) == 1


async def test_an_upgraded_group_says_where_it_went(ask: Asker) -> None:
    group = ask.server.group(members=[ask.token])
    new = group.upgrade()
    answer = await ask("sendMessage", chat_id=group.id, text="a")
    assert answer["parameters"] == {"migrate_to_chat_id": new.id}
    assert (await ask("sendMessage", chat_id=new.id, text="a"))["ok"]
    moves = [each["message"] for each in await ask.updates() if "message" in each]
    assert [each.get("migrate_to_chat_id") for each in moves][-2:] == [new.id, None]
    assert moves[-1]["migrate_from_chat_id"] == group.id


async def test_files_belong_to_one_bot_and_one_kind(ask: Asker) -> None:
    server, person = ask.server, ask.server.person()
    other = server.bot("khac_bot")
    for token in (ask.token, other):
        person.say(token, "xem", photo=picture(), size=21_000_000)
    photos = (await ask.updates())[-1]["message"]["photo"]
    assert len({each["file_id"] for each in photos}) == 4
    big = photos[-1]["file_id"]
    assert await ask.refusal("getFile", file_id=big) == "Bad Request: file is too big"
    assert (await ask("sendPhoto", chat_id=person.id, photo=big))["ok"]
    assert "can't use file of type Photo as Document" in await ask.refusal(
        "sendDocument", chat_id=person.id, document=big
    )
    ask.token = other
    assert "wrong file identifier" in await ask.refusal("sendPhoto", chat_id=person.id, photo=big)


# --- counts and the process


async def test_deliveries_are_counted_by_chat_and_key(ask: Asker) -> None:
    person = ask.server.person()
    person.say(ask.token, "chào")
    for text in ("tin #1", "tin #2", "lại #1"):
        await ask("sendMessage", chat_id=person.id, text=text)
    assert [each.key for each in ask.server.sent] == ["#1", "#2", "#1"]
    assert ask.server.records.twice == {(person.id, "#1"): 2}
    assert ask.server.records.calls["sendMessage"] == 3
    assert [each["text"] for each in person.received(ask.token)] == ["tin #1", "tin #2", "lại #1"]


async def test_until_says_what_there_is_when_it_waits_in_vain(server: TelegramServer) -> None:
    with pytest.raises(TimeoutError, match="look at what the server has"):
        await server.until(lambda: False, timeout=0)


async def test_the_server_runs_alone_and_is_steered_by_http() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.servers.telegram", "--key", r"#\d+", "--no-pace",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    base = json.loads(await process.stdout.readline())["base_url"]
    async with aiohttp.ClientSession() as session:

        async def do(name: str, **asked: Any) -> Any:
            async with session.post(f"{base}/_/{name}", json=asked) as answer:
                assert answer.status == 200, await answer.text()
                return await answer.json()

        bot = await do("bot", username="loa_bot")
        people = (await do("burst", bot=bot["token"], messages=4, people=2))["people"]
        group = await do("group", title="Thôn", members=[bot["token"], people[0]])
        await do("say", person=people[0], where=group["id"], text="/chao")
        url = f"{base}/bot{bot['token']}/sendMessage"
        for chat in people:
            async with session.post(url, data={"chat_id": str(chat), "text": "số #7"}) as answer:
                assert answer.status == 200
        counts = await do("until", sent=2, timeout=5)
        assert (counts["reached"], counts["said"]) == (True, 5)
        assert [[chat, key] for chat, key, *_ in await do("sent")] == [[p, "#7"] for p in people]
        async with session.post(f"{base}/_/nothing") as answer:
            assert answer.status == 404
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    await process.communicate()
