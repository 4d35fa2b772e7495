"""What differs from place to place, who alone says what, and what an entry leaves out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert
from sqlmodel import Session

from content.faq import Document, FaqEntry, Source
from content.loader import SHIPPED, Content, load
from db import places
from db.engine import Database
from db.places import Spot
from db.scene import Scene
from db.tables import Bot, table
from handlers.messages import Reply
from handlers.procedures import LONGEST, answer, gist
from handlers.router import Context
from tests.blank import lay
from tests.handlers.stage import Stage, scene

WORDS = load().words("vi")
OFFICE = "UBND xã"
HOURS = "Giờ làm việc của xã"
READ = Source("Cổng mẫu", date(2026, 7, 1), "portal copy")
HEARD = Source("Sổ tay mẫu", date(2026, 7, 2), "secondary", key="so")
ENTERED_THERE = Source("Xã tự ghi", date(2026, 7, 3), "local")
FORM = Document("Tờ khai mẫu", "https://example.org/to-khai")
ASPECTS = {name: f"Về {name}." for name in ("ho_so", "noi_nop", "thoi_han", "le_phi", "online")}
VALUES = """\
owner = "Văn phòng"
checked = 2026-11-01

[values]
{lines}
"""
ENTERED = {
    "tinh": 'phi_ho_tich = "5.000 đồng"\ngio_lam_viec = "giờ của tỉnh"',
    "xa-may": 'gio_lam_viec = "7 giờ đến 16 giờ"\nlich_rac = "thứ ba"',
    "xa-gio": 'gio_lam_viec = "8 giờ đến 17 giờ"',
    "thon-trong": 'lich_rac = "thứ tư {dien_thoai} [so]"',
}


def entry(**more: Any) -> FaqEntry:
    """An invented matter."""
    fields: dict[str, Any] = {
        "id": "tha_dieu",
        "title": {"vi": "Thả diều", "en": "Flying a kite"},
        "code": "",
        "office": OFFICE,
        "owner": "Người giữ sân",
        "phrasings": (),
        "sources": (READ, HEARD),
        "review_by": date(2027, 1, 1),
        "valid_from": None,
        "valid_until": None,
        "aspects": ASPECTS,
        "english": "Fly it high.",
    }
    return FaqEntry(**fields | more)


def short(text: str, **more: Any) -> FaqEntry:
    """One that has only a short answer."""
    return entry(aspects={"tra_loi": text}, **more)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    folder = tmp_path_factory.mktemp("content")
    (folder / "places").mkdir()
    for slug, lines in ENTERED.items():
        (folder / "places" / f"{slug}.toml").write_text(VALUES.format(lines=lines), "utf-8")
    return load([SHIPPED, folder])


def read_of(content: Content, *chain: str, where: Scene | None = None) -> Context:
    """As in a place whose slugs are these, nearest first."""
    stage = Stage(content)
    stage.answers[places.chain] = chain
    return stage.context(where or scene())


async def told(one: FaqEntry, context: Context, aspect: str | None = None) -> str:
    return (await answer(one, aspect, context)).text


def missing(label: str, language: str = "vi") -> str:
    return load().words(language)("faq.local_missing", label=label, office=OFFICE)


async def test_a_value_stands_in_its_line(content: Content) -> None:
    text = await told(short("Nghỉ lễ.\nMở cửa: {gio_lam_viec}."), read_of(content, "xa-may"))
    assert "Nghỉ lễ.\nMở cửa: 7 giờ đến 16 giờ." in text


async def test_a_line_whose_value_is_missing_names_the_office_instead(content: Content) -> None:
    context = read_of(content, "xa-gio")
    text = await told(short("Nghỉ lễ.\nXe đến: {lich_rac} nhé.\nHết."), context)
    assert f"Nghỉ lễ.\n{missing('Lịch thu gom rác')}\nHết." in text
    assert "Xe đến" not in text
    assert "{" not in text


async def test_missing_lines_that_follow_each_other_are_one(content: Content) -> None:
    one = short("- Rác: {lich_rac}\n- Phí: {phi_ho_tich}, {lich_rac}\n- Giờ: {gio_lam_viec}")
    text = await told(one, read_of(content, "xa-gio"))
    both = WORDS("faq.local_missing_many", labels="Lịch thu gom rác; Lệ phí hộ tịch", office=OFFICE)
    assert f"- {both}\n- Giờ: 8 giờ" in text


async def test_the_commune_is_no_source_of_what_it_has_not_entered(content: Content) -> None:
    one = short("Giờ: {gio_lam_viec}\nRác: {lich_rac}", sources=(ENTERED_THERE, READ))
    context = read_of(content, "xa-nao")
    for text in (await told(one, context), await gist(one, None, context)):
        assert ENTERED_THERE.name not in text
        assert "Văn phòng ghi" not in text
        assert READ.name in text


async def test_who_entered_a_value_vouches_for_it_as_of_the_day_it_was_checked(
    content: Content,
) -> None:
    one = short("Cứ thả.\nGiờ: {gio_lam_viec}", sources=(READ,))
    for text in (
        await told(one, read_of(content, "xa-gio")),
        await gist(one, None, read_of(content, "xa-gio")),
    ):
        assert "Nguồn: Cổng mẫu, ngày 01/07/2026; Văn phòng ghi, ngày 01/11/2026." in text


async def test_of_what_a_place_alone_says_only_the_place_is_the_source(content: Content) -> None:
    one = short("Giờ: {gio_lam_viec}\nRác: {lich_rac}", sources=(READ, ENTERED_THERE))
    for text in (
        await told(one, read_of(content, "xa-gio")),
        await gist(one, None, read_of(content, "xa-gio")),
    ):
        assert "Nguồn: Văn phòng ghi, ngày 01/11/2026. Phụ trách" in text


async def test_a_place_vouches_for_nothing_that_is_not_told(content: Content) -> None:
    one = entry(aspects=ASPECTS | {"le_phi": "Mức: {phi_ho_tich}"}, sources=(READ,))
    context = read_of(content, "tinh")
    assert "Văn phòng ghi" in await told(one, context, "le_phi")
    assert "Văn phòng ghi" not in await told(one, context, "ho_so")
    assert "entered by" not in await told(one, Stage(content).context(scene(), "en"))


async def test_where_nobody_vouches_for_anything_only_who_answers_is_named(
    content: Content,
) -> None:
    one = short("Giờ: {gio_lam_viec}", sources=(ENTERED_THERE,))
    for text in (await told(one, read_of(content)), await gist(one, None, read_of(content))):
        assert WORDS("faq.owner", owner=one.owner) in text
        assert "Nguồn" not in text


async def test_in_english_the_labels_are_english(content: Content) -> None:
    stage = Stage(content)
    stage.answers[places.chain] = ("xa-may",)
    one = entry(english="Open: {gio_lam_viec}\nFee: {phi_ho_tich}\nFree [so].")
    text = await told(one, stage.context(scene(), "en"))
    assert f"Open: 7 giờ đến 16 giờ\n{missing('Civil status fees', 'en')}\n" in text
    assert "Free (according to Sổ tay mẫu, not compared yet)." in text


async def test_a_value_is_told_as_it_was_entered(content: Content) -> None:
    """Even where it looks like one of ours."""
    text = await told(short("{lich_rac}"), read_of(content, "thon-trong"))
    assert "thứ tư {dien_thoai} [so]" in text


async def test_what_only_a_secondary_source_says_is_marked_behind_the_fact(
    content: Content,
) -> None:
    text = await told(
        entry(aspects=ASPECTS | {"le_phi": "5 đồng [so], sau là 6 đồng[so]."}), read_of(content)
    )
    mark = "(theo Sổ tay mẫu, chưa đối chiếu)"
    assert f"5 đồng {mark}, sau là 6 đồng {mark}." in text


async def test_a_source_is_named_as_it_is_called(content: Content) -> None:
    odd = replace(HEARD, name="Sổ {phi_ho_tich} [so]")
    text = await told(short("5 đồng [so].", sources=(READ, odd)), read_of(content))
    assert "5 đồng (theo Sổ {phi_ho_tich} [so], chưa đối chiếu)." in text


async def test_a_source_that_has_been_compared_leaves_no_mark(content: Content) -> None:
    compared = (READ, replace(HEARD, standing="official text"))
    text = await told(short("5 đồng [so].", sources=compared), read_of(content))
    assert "\n5 đồng.\n" in text


@pytest.mark.parametrize("room", range(60, 120, 7))
async def test_no_fact_is_cut_off_from_its_mark(content: Content, room: int) -> None:
    """In a group there is room for the beginning only."""
    before = "Xã ghi rõ. " + "rất " * room
    text = await gist(short(f"{before}5.000 đồng [so]."), None, read_of(content))
    assert "chưa đối chiếu)" in text or "5.000" not in text


async def test_the_short_answer_comes_first_without_a_label(content: Content) -> None:
    one = entry(aspects={"tra_loi": "Cứ thả.", **ASPECTS})
    text = await told(one, read_of(content))
    assert text.index("\nCứ thả.\n") < text.index("Giấy tờ cần có: Về ho_so.")
    assert content.words("vi")("faq.tra_loi") not in text


async def test_an_aspect_that_an_entry_leaves_out_is_admitted(content: Content) -> None:
    reply = await answer(
        entry(aspects={"tra_loi": "Cứ thả.", "noi_nop": "Sân."}), "le_phi", read_of(content)
    )
    absent = content.words("vi")("faq.no_aspect", aspect="Lệ phí", office=OFFICE)
    assert f"Cứ thả.\n{absent}" in reply.text
    assert "Sân." not in reply.text
    assert reply.buttons[0].action == "faq.aspect:tha_dieu.noi_nop"
    assert "tha_dieu.tra_loi" not in str(reply.buttons)


async def test_without_a_short_answer_there_is_only_the_office(content: Content) -> None:
    text = await told(entry(), read_of(content), "luu_y")
    assert content.words("vi")("faq.no_aspect", aspect="Lưu ý", office=OFFICE) in text
    assert "Về" not in text


async def test_an_aspect_nobody_knows_is_as_none(content: Content) -> None:
    assert await told(entry(), read_of(content), "ask") == await told(entry(), read_of(content))


@pytest.mark.parametrize("aspect", [None, "ho_so", "online"])
async def test_forms_stand_below_what_is_told(content: Content, aspect: str | None) -> None:
    text = await told(entry(documents=(FORM,)), read_of(content), aspect)
    assert "\n\nMẫu và đường dẫn:\n- Tờ khai mẫu: https://example.org/to-khai\n\n" in text


@pytest.mark.parametrize("aspect", ["le_phi", "luu_y", "noi_nop"])
async def test_forms_are_not_told_where_something_else_was_asked(
    content: Content, aspect: str
) -> None:
    assert FORM.url not in await told(entry(documents=(FORM,)), read_of(content), aspect)


async def test_in_a_group_there_are_no_forms(content: Content) -> None:
    here = read_of(content, where=scene(chat_kind="group"))
    one = entry(documents=(FORM,))
    assert FORM.url not in await told(one, here) + await gist(one, "ho_so", here)


def _buttons(reply: Reply) -> list[str]:
    return [button.action for button in reply.buttons]


async def test_what_leaves_no_room_for_the_forms_offers_them(content: Content) -> None:
    long = entry(documents=(FORM,), aspects=ASPECTS | {"ho_so": "Giấy tờ. " * 400})
    reply = await answer(long, None, read_of(content))
    assert FORM.url not in reply.text
    assert "faq.aspect:tha_dieu.mau" in _buttons(reply)
    whole = await answer(entry(documents=(FORM,)), None, read_of(content))
    assert "faq.aspect:tha_dieu.mau" not in _buttons(whole)


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_who_asks_for_the_form_gets_it_first(content: Content, language: str) -> None:
    one, context = entry(documents=(FORM,)), Stage(content).context(scene(), language)
    reply = await answer(one, "mau", context)
    assert f"- {FORM.name}: {FORM.url}" in reply.text
    assert context.words("faq.forms") in reply.text
    assert "Về " not in reply.text
    others = [f"faq.aspect:tha_dieu.{name}" for name in ASPECTS] if language == "vi" else []
    assert _buttons(reply)[: len(others)] == others
    assert "faq.aspect:tha_dieu.mau" not in _buttons(reply)


async def test_in_a_group_the_form_is_given_to_who_asks_for_it(content: Content) -> None:
    here = read_of(content, where=scene(chat_kind="group"))
    assert FORM.url in await gist(entry(documents=(FORM,)), "mau", here)


async def test_where_there_is_no_form_that_is_admitted(content: Content) -> None:
    text = await told(entry(), read_of(content), "mau")
    assert WORDS("faq.no_aspect", aspect=WORDS("faq.mau"), office=OFFICE) in text


async def test_the_form_of_what_is_overdue_is_not_given(content: Content) -> None:
    old = entry(documents=(FORM,), review_by=date(2026, 1, 1))
    reply = await answer(old, "mau", read_of(content))
    assert FORM.url not in reply.text
    assert "faq.aspect:tha_dieu.mau" not in _buttons(reply)


async def test_forms_give_way_to_the_answer(content: Content) -> None:
    many = tuple(replace(FORM, url=f"{FORM.url}/{number}" * 8) for number in range(20))
    text = await told(entry(documents=many), read_of(content))
    assert len(text) <= LONGEST
    assert all(f"Về {name}." in text for name in ASPECTS)
    assert f"{many[0].url}\n" in text
    long = entry(documents=many, aspects=ASPECTS | {"ho_so": "Giấy tờ. " * 400})
    text = await told(long, read_of(content))
    assert len(text) <= LONGEST
    assert "Mẫu và đường dẫn" not in text


@pytest.mark.parametrize("aspect", [None, "ho_so", "mau", "luu_y"])
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_however_much_stands_around_it_the_answer_is_told(
    content: Content, aspect: str | None, language: str
) -> None:
    sources = tuple(replace(READ, name=f"Nguồn số {number} của xã") for number in range(60))
    crowded = entry(
        title={"vi": "Thả diều " * 60, "en": "Flying a kite " * 60},
        code=", ".join(["1.001193"] * 90),
        office="Ủy ban " * 240,
        owner="Ban " * 400,
        sources=sources,
        documents=(FORM,) * 40,
        aspects=ASPECTS | {"ho_so": "Giấy tờ. " * 400},
        english="Fly it high. " * 300,
    )
    stage = Stage(content)
    for where in (scene(), scene(chat_kind="group")):
        reply = await answer(crowded, aspect, stage.context(where, language))
        assert len(reply.text) <= LONGEST
        body = {None: "Giấy tờ. Giấy", "ho_so": "Giấy tờ. Giấy", "mau": FORM.url}
        said = body.get(aspect, "luu_y") if language == "vi" or aspect == "mau" else "Fly it high."
        assert said in reply.text or aspect == "luu_y"
        assert READ.name not in reply.text
        assert "Nguồn số 0 của xã" in reply.text
        assert len(await gist(crowded, aspect, stage.context(where, language))) <= LONGEST


async def test_short_sections_are_whole_where_a_long_one_must_be_cut(content: Content) -> None:
    long = entry(aspects=ASPECTS | {"ho_so": "Giấy tờ. " * 400, "le_phi": "Phí. " * 60})
    reply = await answer(long, None, read_of(content))
    assert LONGEST - 40 < len(reply.text) <= LONGEST
    assert "Phí. " * 59 in reply.text
    assert reply.buttons[0].action == "faq.aspect:tha_dieu.ho_so"
    assert reply.text.count("…") == 1


async def test_what_is_overdue_for_review_is_never_told_as_a_fact(content: Content) -> None:
    here = scene()
    here = replace(here, actor=replace(here.actor, now=datetime(2027, 1, 2, tzinfo=UTC)))
    one = short("Mở cửa: {gio_lam_viec}, 5 đồng [so].", documents=(FORM,))
    context = read_of(content, "xa-may", where=here)
    for text in [await told(one, context), await gist(one, None, context)]:
        assert content.words("vi")("faq.expired", office=OFFICE) in text
        assert not {"7 giờ", "5 đồng", FORM.url} & set(text.split("\n"))
        assert "Mở cửa" not in text


async def test_in_a_group_the_short_answer_is_the_gist(content: Content) -> None:
    here = read_of(content, "xa-may", where=scene(chat_kind="group"))
    one = entry(aspects={"tra_loi": "Mở cửa: {gio_lam_viec}.", **ASPECTS})
    assert "Mở cửa: 7 giờ đến 16 giờ.\nNguồn" in await gist(one, None, here)
    assert "Lệ phí: Về le_phi." in await gist(one, "le_phi", here)


async def test_without_anything_local_no_place_is_looked_up(content: Content) -> None:
    stage = Stage(content)
    del stage.answers[places.chain]
    assert "Về ho_so." in await told(entry(), stage.context(scene()))


async def test_where_there_is_no_bot_nothing_has_been_entered(content: Content) -> None:
    stage = Stage(content)
    del stage.answers[places.chain]
    nobody = scene(place_id=None)
    nobody = replace(nobody, actor=replace(nobody.actor, bot_id=0))
    text = await told(short("Mở cửa: {gio_lam_viec}."), stage.context(nobody))
    assert missing(HOURS) in text


@pytest_asyncio.fixture
async def province(tmp_path: Path) -> AsyncIterator[tuple[Database, dict[str, Spot]]]:
    """One province with two communes, each with a bot (1, 2) and a village."""
    database = Database.open(lay(f"sqlite:///{tmp_path / 'loalang.db'}"))

    def build(session: Session) -> dict[str, Spot]:
        spots: dict[str, Spot] = {}
        for slug, kind, parent in [
            ("tinh", "province", None),
            ("xa-may", "commune", "tinh"),
            ("xa-gio", "commune", "tinh"),
            ("thon-trong", "village", "xa-may"),
            ("thon-ngoai", "village", "xa-gio"),
        ]:
            above = spots[parent] if parent else None
            spots[slug] = places.add(session, slug=slug, name=slug, kind=kind, parent=above)
        for name in ("xa-may", "xa-gio"):
            bot = {"name": name, "platform": "telegram", "place_id": spots[name].id}
            session.execute(insert(table(Bot)).values(**bot))
        return spots

    try:
        yield database, await database.write(build)
    finally:
        await database.close()


async def test_two_communes_of_one_installation_have_their_own_hours(
    province: tuple[Database, dict[str, Spot]], content: Content
) -> None:
    database, spots = province
    one = short("Giờ: {gio_lam_viec}\nRác: {lich_rac}\nPhí: {phi_ho_tich}")

    async def asked(bot_id: int, home: str = "", group: str = "") -> str:
        where = scene(
            place_id=spots[home].id if home else None,
            chat_kind="group" if group else "private",
            chat_place_id=spots[group].id if group and group != "untied" else None,
        )
        where = replace(where, actor=replace(where.actor, bot_id=bot_id))
        context = replace(Stage(content).context(where), read=database.read)
        text = await told(one, context)
        return text.split("\n\n")[1]

    cloud = "Giờ: 7 giờ đến 16 giờ\nRác: thứ ba\nPhí: 5.000 đồng"
    windy = f"Giờ: 8 giờ đến 17 giờ\n{missing('Lịch thu gom rác')}\nPhí: 5.000 đồng"
    assert await asked(1, "xa-may") == cloud
    assert await asked(1, "xa-gio") == windy
    assert await asked(1, "thon-ngoai") == windy
    assert (await asked(1, "thon-trong")).startswith("Giờ: 7 giờ đến 16 giờ\nRác: thứ tư")
    assert await asked(1) == cloud
    assert await asked(2) == windy
    assert await asked(1, "xa-may", group="xa-gio") == windy
    assert await asked(2, "xa-may", group="untied") == windy
    assert (await asked(2, "tinh")).startswith("Giờ: giờ của tỉnh")


async def test_the_chain_of_a_place_is_in_order_and_no_neighbours(
    province: tuple[Database, dict[str, Spot]],
) -> None:
    database, spots = province

    def more(session: Session) -> int:
        """Places whose ids begin alike: 1 and 10."""
        above = spots["tinh"]
        made = [
            places.add(session, slug=f"xa-{n}", name="Xã", kind="commune", parent=above)
            for n in range(12)
        ]
        return made[-1].id

    last = await database.write(more)
    assert await database.read(places.chain, last, 1) == ("xa-11", "tinh")
    chain = await database.read(places.chain, spots["thon-trong"].id, 2)
    assert chain == ("thon-trong", "xa-may", "tinh")
    assert await database.read(places.chain, None, 2) == ("xa-gio", "tinh")
    assert await database.read(places.chain, None, 99) == ()
