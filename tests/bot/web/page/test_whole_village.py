"""The product's jobs with the real bot, as people do them: through the page."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, FilePayload, expect

from tests.bot.web.page.seat import Seat, sit
from tests.bot.web.page.town import PHONE, WIDE
from tests.living import PNG, Living, said

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEWS = "Sáng mai cắt nước từ 8 giờ để sửa ống, bà con tích nước dùng tạm."


async def test_two_people_side_by_side_a_report_and_its_answer(
    browser: Browser, village: Living
) -> None:
    resident = await village.person("resident", "zalo")
    home = (await village.groups(resident))[0]["place"]
    head = next(
        one["id"]
        for one in await village.get("/api/people")
        if one["role"] == "village_head" and one["place"] == home
    )
    page = await sit(browser, village, WIDE, resident, head)
    told, answering = Seat(page, 0), Seat(page, 1)
    await told.write("phản ánh")
    await told.choose("Đồng ý")
    await told.reads("gì|việc")
    await told.write("Nắp cống đầu ngõ bị vỡ")
    await told.reads("ở đâu|Ở đâu|chỗ nào")
    await told.write("Ngõ 2, gần giếng làng")
    photo = FilePayload(name="cong.png", mimeType="image/png", buffer=PNG)
    await told.pane.locator("input[type=file]").set_input_files(photo)
    await expect(told.pane.locator(".files li")).to_have_count(1)
    await told.send()
    await told.choose("Gửi")
    await told.reads(r"PA-\d+")
    await expect(answering.pane.locator(".message", has_text="Nắp cống")).to_be_visible()
    await expect(answering.pane.locator(".message img")).to_be_visible()
    await answering.write("PA-1 1")
    await answering.reads("trả lời")
    await answering.write("Chiều nay tổ thợ thay nắp mới")
    await answering.choose("Gửi")
    await told.reads("Chiều nay tổ thợ thay nắp mới")
    await page.close()


@pytest.mark.parametrize("style", ["telegram", "zalo"])
async def test_a_village_heads_announcement_reaches_just_the_chosen_group(
    browser: Browser, village: Living, style: str
) -> None:
    head = await village.person("village_head", style)
    page = await sit(browser, village, PHONE, head)
    seat = Seat(page)
    await seat.write("thông báo")
    await seat.reads("nội dung")
    await seat.write(NEWS)
    await seat.choose("Hộ dân")
    await seat.choose("Tiếp tục")
    await seat.choose("Gửi ngay")
    await seat.reads("1/1 nhóm")
    reached = []
    for group in await village.groups(head):
        heard = await village.heard(head, group["id"])
        reached += [group["segment"]] * sum(message["text"] == NEWS for message in heard)
    assert reached == ["households"]
    await page.close()


@pytest.mark.parametrize(
    ("style", "size"),
    [pytest.param("telegram", PHONE, id="phone"), pytest.param("zalo", WIDE, id="wide")],
)
async def test_a_resident_asks_and_asks_on(
    browser: Browser, village: Living, style: str, size: tuple[int, int]
) -> None:
    page = await sit(browser, village, size, await village.person("resident", style))
    seat = Seat(page)
    await seat.write("lam giay khai sinh can gi")
    await seat.reads("Giấy tờ cần có.*Nguồn:")
    await seat.choose("Lệ phí")
    await seat.reads("Lệ phí")
    await page.close()


async def test_an_approver_tells_the_whole_commune_urgently(
    browser: Browser, village: Living
) -> None:
    approver = await village.person("approver", "telegram")
    page = await sit(browser, village, WIDE, approver)
    seat = Seat(page)
    await seat.write("/thongbao")
    await seat.reads("nội dung")
    await seat.write("Bão sắp vào, bà con về nhà văn hóa trước 15 giờ.")
    for choice in ("Cả xã Sông Trăng", "Tiếp tục", "Tất cả các nhóm", "Tiếp tục", "Đánh dấu khẩn"):
        await seat.choose(choice)
    await seat.reads("đi trước mọi tin khác")
    await seat.choose("Gửi ngay")
    await seat.reads("Đã tới 16/19 nơi; 3 nơi đang nhờ người chuyển")
    group = page.locator(".chats .row", has_text="Cấp ủy thôn Gò Sen")
    await expect(group.locator(".badge")).to_be_visible()
    await group.click()
    await seat.reads("🔴 KHẨN")
    await page.close()


async def test_an_admin_ties_a_group_and_the_list_shows_where_it_belongs(
    browser: Browser, village: Living
) -> None:
    page = await sit(browser, village, PHONE, "nhap")
    seat = Seat(page)
    await seat.write("/nhom")
    for choice in ("Thêm nhóm", "Gò Sen", "Người dân"):
        await seat.choose(choice)
    await seat.reads("đăng ký")
    words = await page.locator(".message").last.inner_text()
    code = re.findall(r"đăng ký ([0-9A-Z]{4}-[0-9A-Z]{4})", words)[0]
    await page.locator(".chat .back").click()
    group = page.locator(".chats .row", has_text="Tổ phụ nữ Gò Sen")
    await expect(group).to_contain_text("Chưa gắn với nơi nào")
    await group.click()
    await page.get_by_role("button", name="Gọi bot").click()
    await page.keyboard.type(f"đăng ký {code}")
    await seat.send()
    await seat.reads("từ nay nhận tin của Thôn Gò Sen")
    await expect(page.locator(".chat .titles p")).to_have_text("Thôn Gò Sen · Người dân")
    await page.close()


async def test_whoever_gets_a_role_is_shown_with_it_at_once(
    browser: Browser, village: Living
) -> None:
    admin = await village.person("admin", "telegram")
    await village.say(admin, "/vaitro")
    for choice in ("Mời người mới", "Trưởng thôn", "Đồng Gió", "Không thời hạn"):
        words = said(await village.press(admin, choice))
    page = await sit(browser, village, PHONE, "khe")
    owner = page.locator(".owner p")
    await expect(owner).to_contain_text("người dân", ignore_case=True)
    await Seat(page).write(re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}", words)[0])
    await Seat(page).reads("hỏi lại người mời")
    await village.press(admin, "Đúng người")
    await Seat(page).reads("Chúc mừng")
    await expect(owner).to_contain_text("Trưởng thôn, Thôn Đồng Gió")
    await page.close()


async def test_a_group_without_a_line_is_reported_and_reached_later(
    browser: Browser, village: Living
) -> None:
    group = "tgr-go-sen-ho-dan"
    page = await sit(browser, village, WIDE, "lua", f"khe/{group}")
    head, neighbour = Seat(page, 0), Seat(page, 1)
    await page.get_by_role("button", name="Thử cho nhóm này mất mạng").click()
    await expect(neighbour.pane.get_by_text("Nhóm này đang mất mạng")).to_be_visible()
    await head.write("/thongbao")
    await head.reads("nội dung")
    await head.write(NEWS)
    for choice in ("Hộ dân", "Tiếp tục", "Gửi ngay"):
        await head.choose(choice)
    await head.reads(r"Chưa gửi được \(1\)")
    await page.get_by_role("button", name="Nối lại").click()
    await expect(neighbour.pane.get_by_text("Nhóm này đang mất mạng")).to_be_hidden()
    await head.choose("Gửi lại")
    await neighbour.reads(NEWS)
    await page.close()


async def test_an_admin_gets_a_chart_and_a_table_from_the_menu(
    browser: Browser, village: Living
) -> None:
    resident = await village.person("resident", "telegram")
    await village.say(resident, "/phananh")
    for choice in ("Đồng ý", "", "", "Không có ảnh", "Gửi"):
        await (village.press(resident, choice) if choice else village.say(resident, "Đèn hỏng"))
    page = await sit(browser, village, WIDE, await village.person("admin", "telegram"))
    seat = Seat(page)
    await seat.write("/start")
    await seat.choose("Quản trị")
    await seat.choose("Thống kê")
    chart = seat.pane.get_by_role("button", name="Xem ảnh phan-anh")
    await chart.click()
    whole = page.get_by_role("dialog", name="Ảnh").get_by_role("img")
    await expect(whole).to_have_js_property("complete", True)
    assert await whole.evaluate("image => image.naturalWidth") >= 1000
    await page.keyboard.press("Escape")
    await seat.write("/xuat")
    await seat.choose("Tất cả")
    await seat.choose("Excel")
    await seat.choose("Tất cả các nơi")
    await seat.choose("Xuất, không tên")
    link = seat.pane.get_by_role("link", name=".xlsx")
    await expect(link).to_be_visible()
    async with page.expect_download() as download:
        await link.click()
    assert (await download.value).suggested_filename.endswith(".xlsx")
    await page.close()


async def test_a_bulletin_is_made_on_zalo_and_goes_out_when_the_clock_moves(
    browser: Browser, village: Living
) -> None:
    head = await village.person("village_head", "zalo")
    page = await sit(browser, village, PHONE, head)
    seat = Seat(page)
    await seat.write("bản tin")
    for choice in ("Thêm bản tin", "Bản tin sáng", "Hộ dân", "Tiếp tục"):
        await seat.choose(choice)
    await seat.reads("Gửi vào lúc nào")
    await seat.write("5 giờ 30 sáng hằng ngày")
    await seat.reads("lời nào cần ghi")
    await seat.write("Bà con nhớ đổ rác trước 6 giờ tối.")
    await seat.choose("Bắt đầu")
    await seat.reads("đã bắt đầu")
    await page.locator(".chat .back").click()
    await page.locator("#clock .now").click()
    await page.get_by_role("button", name="đến 5:30 sáng").click()
    group = page.locator(".chats .row", has_text="Các hộ dân")
    await expect(group.locator(".badge")).to_have_text("1")
    await group.click()
    await seat.reads("📢 Bản tin sáng.*nhớ đổ rác")
    await page.close()
