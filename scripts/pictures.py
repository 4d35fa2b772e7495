"""Takes the pictures of the documentation from the running page. Needs Debian's chromium.

.venv/bin/python scripts/pictures.py
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.living import Living, living  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
PHONE = {"width": 360, "height": 640}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
NEWS = (
    "Thứ Bảy này, từ 7 giờ, cả thôn tổng vệ sinh đường làng và nạo vét mương đầu xóm. Mỗi nhà "
    "một người, mang theo cuốc xẻng. Bà con nhắn nhau cùng ra nhé."
)


async def main() -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Install Debian's chromium, then run this again.")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with living(Path(folder)) as village, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = await browser.new_page(viewport=PHONE)
            await question(village, page)
            await announcement(village, page)
            await browser.close()


async def question(village: Living, page: Page) -> None:
    resident = await village.person("resident", "telegram")
    await village.say(resident, "lam giay khai sinh can gi, le phi bao nhieu")
    await take(village, page, resident, "question")


async def announcement(village: Living, page: Page) -> None:
    head = await village.person("village_head", "telegram")
    await village.say(head, "/thongbao")
    await village.say(head, NEWS)
    await village.press(head, "Hộ dân")
    await village.press(head, "Tiếp tục")
    await village.press(head, "Gửi ngay")
    await take(village, page, head, "announcement")


async def take(village: Living, page: Page, person: str, name: str) -> None:
    await page.goto(str(village.client.make_url(f"/#{person}/{person}")))
    await page.reload()
    await page.get_by_text("Loa Làng").last.wait_for()
    await page.wait_for_load_state("load")
    await page.locator("article, li").last.wait_for()
    await page.screenshot(path=PICTURES / f"{name}.png")


asyncio.run(main())
