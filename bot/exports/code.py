"""The QR code of an address as a picture to print: the code, and below it what it leads to."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import Final

WIDTH: Final = 1080  # pixels, as are all lengths below
_QUIET: Final = 4  # modules that stay white around a code
_SIZE: Final = 56
_LINE: Final = 72
_LONGEST: Final = 34  # characters of a line


def draw(link: str, title: str, path: Path) -> None:
    """As PNG."""
    import font_roboto
    import segno
    from PIL import Image
    from PIL.ImageDraw import Draw
    from PIL.ImageFont import truetype

    code, drawn = segno.make(link, error="m", micro=False), BytesIO()
    modules, _ = code.symbol_size(border=_QUIET)
    code.save(drawn, kind="png", scale=WIDTH // modules, border=_QUIET)
    lines = wrap(title, _LONGEST)
    with Image.open(drawn) as square:
        picture = Image.new("L", (WIDTH, WIDTH + _LINE * (len(lines) + 1)), "white")
        picture.paste(square.convert("L"), ((WIDTH - square.width) // 2, 0))
    font, on = truetype(font_roboto.RobotoBold, _SIZE), Draw(picture)
    for number, line in enumerate(lines):
        on.text((WIDTH // 2, WIDTH + _LINE * number), line, "black", font, "ma")
    picture.save(path, "PNG", optimize=True)
