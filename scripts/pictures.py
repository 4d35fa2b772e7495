"""Takes the pictures of the documentation from the running page and the tour. Needs Debian's
chromium.

.venv/bin/python scripts/pictures.py
"""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect
from rich.console import Console
from rich.terminal_theme import MONOKAI

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.tour.play import play  # noqa: E402
from tests.living import CONTENT, Living, living  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
PHONE: ViewportSize = {"width": 360, "height": 640}
TALL: ViewportSize = {"width": 360, "height": 1240}  # a question with its whole answer
DESK: ViewportSize = {"width": 1280, "height": 760}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
HEAD, RESIDENT, GROUP = "lua", "khe", "tgr-go-sen-ho-dan"  # of one village, in Telegram style
ZALO_RESIDENT = "na"
NEWS = (
    "Thứ Bảy này, từ 7 giờ, cả thôn tổng vệ sinh đường làng và nạo vét mương đầu xóm. Mỗi nhà "
    "một người, mang theo cuốc xẻng. Bà con nhắn nhau cùng ra nhé."
)
# Few fonts with letters of one width have all those of Vietnamese: they are set apart in boxes.
TERMINAL = """<!doctype html><meta charset="utf-8"><style>
pre {{ font: 15px/1.25 "DejaVu Sans Mono"; color: #d9d9d9; margin: 0; padding: 16px }}
body {{ background: #1b1b1b; margin: 0; width: max-content }}
i {{ font: inherit; font-family: "DejaVu Sans Condensed"; display: inline-block; width: 0.602em;
  text-align: center }}
</style><pre>{code}</pre>"""


async def main(played: Console) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Install Debian's chromium, then run this again.")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with living(Path(folder)) as village, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            await start(village, browser)
            await question(village, browser)
            await report(village, browser)
            await announcement(village, browser)
            await bulletin(village, browser)
            await tour(browser, played)
            await browser.close()
    for picture in PICTURES.glob("*.png"):
        shrink(picture)


async def start(village: Living, browser: Browser) -> None:
    await take(village, browser, "", "start", DESK)


async def question(village: Living, browser: Browser) -> None:
    """The same in both styles."""
    for person, name in ((RESIDENT, "question"), (ZALO_RESIDENT, "question-zalo")):
        await village.say(person, "dang ky khai sinh o dau, le phi bao nhieu")
        await take(village, browser, f"{person}/{person}", name, TALL)


async def report(village: Living, browser: Browser) -> None:
    """A resident and the village head side by side."""
    await village.say(RESIDENT, "/phananh")
    await village.press(RESIDENT, "Đồng ý")
    await village.say(RESIDENT, "Đèn đường đầu ngõ 2 hỏng ba hôm nay, tối đi lại rất khó.")
    await village.say(RESIDENT, "Đầu ngõ 2, gần giếng làng")
    await village.press(RESIDENT, "Không có ảnh")
    await village.press(RESIDENT, "Gửi")
    await village.press(HEAD, "Trả lời")
    await village.say(HEAD, "Tối nay tổ điện ra thay bóng mới. Cảm ơn anh đã báo.")
    await village.press(HEAD, "Gửi")
    await take(village, browser, f"{RESIDENT}/{RESIDENT}&{HEAD}/{HEAD}", "report", DESK)


async def announcement(village: Living, browser: Browser) -> None:
    await village.say(HEAD, "/thongbao")
    await village.say(HEAD, NEWS)
    await village.press(HEAD, "Hộ dân")
    await village.press(HEAD, "Tiếp tục")
    await village.press(HEAD, "Gửi ngay")
    await take(village, browser, f"{HEAD}/{HEAD}", "announcement")


async def bulletin(village: Living, browser: Browser) -> None:
    await village.say(HEAD, "/bantin")
    for choice in ("Thêm bản tin", "Bản tin sáng", "Hộ dân", "Tiếp tục"):
        await village.press(HEAD, choice)
    await village.say(HEAD, "5 giờ 30 sáng hằng ngày")
    await village.press(HEAD, "Không có")
    await village.press(HEAD, "Bắt đầu")
    async with village.client.post("/api/clock", json={"advance": 24 * 3600}) as answer:
        answer.raise_for_status()
    await take(village, browser, f"{RESIDENT}/{GROUP}", "bulletin")


def play_tour() -> Console:
    """In a loop of its own, which it leaves closed."""
    console = Console(
        record=True, width=104, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    asyncio.run(play(console, CONTENT, fast=True))
    return console


async def tour(browser: Browser, played: Console) -> None:
    drawn = played.export_html(theme=MONOKAI, inline_styles=True, code_format=TERMINAL)
    head, code = drawn.split("<pre>")
    code = re.sub("[\u1ea0-\u1ef9]", r"<i>\g<0></i>", code)
    page = await browser.new_page(viewport={"width": 980, "height": 1240})
    await page.set_content(f"{head}<pre>{code}")
    await page.screenshot(path=PICTURES / "tour.png")
    await page.close()


async def take(
    village: Living, browser: Browser, place: str, name: str, size: ViewportSize = PHONE
) -> None:
    """The page at `#place`, without the guide on a phone."""
    page: Page = await browser.new_page(viewport=size, device_scale_factor=2)
    await page.goto(str(village.client.make_url(f"/#{place}")))
    await expect(page.locator(".message, .people .row").first).to_be_visible()
    await expect(page.locator("#jobs .job")).to_have_count(4)
    await page.evaluate("document.activeElement.blur()")
    await page.screenshot(path=PICTURES / f"{name}.png")
    await page.close()


def shrink(picture: Path) -> None:
    """Few colours are enough for a page, and a third of the bytes."""
    image = Image.open(picture).convert("RGB")
    if image.width > 1600:
        image = image.resize(
            (image.width * 5 // 8, image.height * 5 // 8), Image.Resampling.LANCZOS
        )
    image.quantize(96, dither=Image.Dither.NONE).save(picture, optimize=True)


if __name__ == "__main__":
    asyncio.run(main(play_tour()))
