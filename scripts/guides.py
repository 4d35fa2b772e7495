"""Draws the photo guides of the answers: of each `scripts/guides/<id>.html`, 720 pixels wide,
`content/faq/<id>.png`. Needs Debian's chromium.

.venv/bin/python scripts/guides.py
"""

from __future__ import annotations

import base64
import io
import shutil
import sys
from hashlib import sha256
from pathlib import Path

import font_roboto
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "scripts" / "guides"
FAQ = ROOT / "content" / "faq"
COLORS = 48
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
FACE = (
    "@font-face {{ font-family: Roboto; font-weight: {weight}; "
    "src: url(data:font/ttf;base64,{ttf}) }}"
)


def main() -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Install Debian's chromium, then run this again.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 720, "height": 400})
        for source in sorted(SOURCES.glob("*.html")):
            keep(drawn(page, source), source)
        browser.close()


def drawn(page: Page, source: Path) -> bytes:
    """The page as PNG, in our own font: the same on every machine."""
    page.set_content(source.read_text(encoding="utf-8"))
    fonts = {400: font_roboto.Roboto, 700: font_roboto.RobotoBold}
    for weight, file in fonts.items():
        ttf = base64.b64encode(Path(file).read_bytes()).decode()
        page.add_style_tag(content=FACE.format(weight=weight, ttf=ttf))
    page.evaluate("document.fonts.ready")
    return page.screenshot(full_page=True)


def keep(png: bytes, source: Path) -> None:
    """With few colors, and the mark of what it was drawn from, which a test compares."""
    mark = PngInfo()
    mark.add_text("Source", sha256(source.read_bytes()).hexdigest())
    target = FAQ / f"{source.stem}.png"
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
        few.save(target, "PNG", optimize=True, pnginfo=mark)


if __name__ == "__main__":
    main()
