"""A commune to be: its names as somebody typed them, checked, and the file that they make.

The file holds people and groups to practise with, plainly invented. None of them has a role:
roles come by codes, as in life.
"""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.config import BotConfig, ConfigError
from content.commune import Commune
from content.documents import Layers
from content.folding import fold, spell
from content.loader import SHIPPED
from content.local import load_local
from content.practice import Practice, load_practice

LONGEST: Final = 100  # characters of a name
MOST: Final = 90  # villages: each keeps a number of two figures in a menu
CADRES: Final = 3  # of the commune, to practise with

_STYLES: Final = ("telegram", "zalo")

_VALUES: Final = """\
# {commune}: giờ giấc, số điện thoại, mức thu của xã. Bỏ dấu # ở dòng nào thì ghi giá trị dòng ấy;
# dòng còn dấu # thì bot nói là xã chưa ghi. Ghi xong nhớ điền owner và checked.
# What is the commune's own: take the # off a line and write its value; of the others the bot says
# that they have not been entered. Then fill in owner and checked.

# Ai ở xã giữ các dòng này / who keeps these lines:
# owner = ""
# Ngày xem lại gần nhất, viết như 2026-11-22 / the day they were last looked at:
# checked =

[values]
"""


@dataclass(frozen=True, slots=True)
class Names:
    """`province` "": the commune stands topmost."""

    commune: str
    villages: tuple[str, ...]
    province: str = ""


def program() -> str:
    """How the program is started here: installed, or from its folder."""
    return "loalang" if shutil.which("loalang") else "python3 scripts/run.py"


def on_one_line(text: str) -> None:
    """Raises ConfigError."""
    if any(unicodedata.category(sign)[0] == "C" for sign in text):
        raise ConfigError(
            "tên có dấu xuống dòng hay ký tự ẩn: gõ lại trên một dòng / "
            "the name holds a line break or an unseen character: type it again on one line"
        )


def name(text: str) -> str:
    """A name as it is shown. Raises ConfigError."""
    on_one_line(text)
    found = unicodedata.normalize("NFC", " ".join(text.split()))
    if not any(sign.isalnum() for sign in found):
        raise ConfigError("chưa có tên: gõ tên vào / there is no name: type one")
    if len(found) > LONGEST:
        raise ConfigError(
            f"tên dài {len(found)} chữ, nhiều nhất {LONGEST}: viết ngắn lại / "
            f"the name has {len(found)} characters, {LONGEST} at most: shorten it"
        )
    return found


def optional(text: str) -> str:
    """A name, or "" for none. Raises ConfigError."""
    return name(text) if text.strip() else ""


def villages(text: str) -> tuple[str, ...]:
    """Names with commas between them. Raises ConfigError."""
    found = tuple(name(piece) for piece in re.split("[,;]", text) if piece.strip())
    if not found:
        raise ConfigError(
            "chưa có thôn nào: gõ tên các thôn, cách nhau bằng dấu phẩy / "
            "there is no village: type their names with commas between them"
        )
    if len(found) > MOST:
        raise ConfigError(
            f"có {len(found)} thôn, nhiều nhất {MOST}: gộp bớt lại / "
            f"there are {len(found)} villages, {MOST} at most: leave some out"
        )
    known: set[tuple[str, ...]] = set()
    for one in found:
        if tuple(spell(one)) in known:
            raise ConfigError(
                f"hai thôn cùng tên “{one}”: đặt tên khác nhau / "
                f"two villages are called “{one}”: give each its own name"
            )
        known.add(tuple(spell(one)))
    return found


def slugs(names: Sequence[str]) -> tuple[str, ...]:
    """What each place is called in files and settings: a–z, 0–9 and hyphens, each unique."""
    taken: list[str] = []
    for one in names:
        plain = "-".join(re.findall("[a-z0-9]+", fold(one))) or "noi"
        number, slug = 1, plain
        while slug in taken:
            number += 1
            slug = f"{plain}-{number}"
        taken.append(slug)
    return tuple(taken)


def commune_slug(names: Names) -> str:
    return slugs((names.commune,))[0]


def refuse_strangers(bots: Sequence[BotConfig], commune: Commune) -> None:
    """Raises ConfigError for a bot whose place is none of the commune's."""
    slugs = [place.slug for place in commune.places]
    for bot in bots:
        if bot.place not in slugs:
            raise ConfigError(
                f"bots.place “{bot.place}” is no place of the commune; "
                f"write one of {', '.join(slugs)}"
            )


def seat(commune: Commune) -> str:
    """The slug of the commune itself, where its first admin stands. Raises ConfigError."""
    for place in commune.places:
        if place.kind == "commune":
            return place.slug
    raise ConfigError('commune.toml has no commune; add a place of kind = "commune" to it')


def commune_toml(names: Names) -> str:
    """The commune's file, as `content.commune` reads it. Raises ContentError."""
    practice = load_practice()
    commune, *below = slugs((names.commune, *names.villages))
    province = slugs((names.commune, *names.villages, names.province))[-1] if names.province else ""
    tables = [
        "# Địa bàn của xã. Phần người và nhóm chỉ để tập, đều bịa ra; không ai có sẵn vai trò.\n"
        "# The commune's places. People and groups are for practice; nobody has a role yet.\n",
        _table("[bot]", **practice.bot),
        *_places(names, commune, below, province),
        *_people(names, commune, below, practice),
        *_groups(names, below, practice),
    ]
    return "\n".join(tables)


def place_toml(names: Names) -> str:
    """The file of what the commune enters itself, as `content.local` reads it, still empty."""
    labels = load_local(Layers.of([SHIPPED])).labels
    lines = (f'# {label["vi"]} / {label["en"]}:\n# {key} = ""\n' for key, label in labels.items())
    return _VALUES.format(commune=names.commune) + "".join(lines)


def _places(names: Names, commune: str, below: Sequence[str], province: str) -> Iterator[str]:
    if province:
        yield _table("[[places]]", slug=province, name=names.province, kind="province")
    above = {"parent": province} if province else {}
    yield _table("[[places]]", slug=commune, name=names.commune, kind="commune", **above)
    for slug, village in zip(below, names.villages, strict=True):
        yield _table("[[places]]", slug=slug, name=village, kind="village", parent=commune)


def _people(names: Names, commune: str, below: Sequence[str], practice: Practice) -> Iterator[str]:
    """Three of the commune; then of each village one for each style."""
    for number in range(1, CADRES + 1):
        title = practice.cadre.format(number=number)
        yield _person(f"can-bo-{number}", title, commune, _style(number))
    for slug, village in zip(below, names.villages, strict=True):
        for number, style in enumerate(_STYLES, 1):
            title = practice.villager.format(number=number, village=village)
            yield _person(_villager(slug, style), title, slug, style)


def _groups(names: Names, below: Sequence[str], practice: Practice) -> Iterator[str]:
    """Of each village one for each style, to be tied by a code."""
    for slug, village in zip(below, names.villages, strict=True):
        for style in _STYLES:
            cadres = [f"can-bo-{n}" for n in range(1, CADRES + 1) if _style(n) == style]
            yield _table(
                "[[groups]]",
                id=f"nhom-{slug}-{style}",
                title=practice.group.format(village=village, app=practice.apps[style]),
                style=style,
                tied=False,
                members=[_villager(slug, style), *cadres],
            )


def _style(number: int) -> str:
    return _STYLES[(number - 1) % len(_STYLES)]


def _villager(slug: str, style: str) -> str:
    return f"dan-{slug}-{style}"


def _person(id: str, name: str, place: str, style: str) -> str:
    return _table("[[people]]", id=id, name=name, role="resident", place=place, style=style)


def _table(heading: str, **values: object) -> str:
    """What JSON calls a value is also one in TOML, as long as it is on one line."""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([heading, *lines, ""])
