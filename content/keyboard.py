"""What a keyboard left of the marks: Telex (chasy) and VNI (cha1y) keys, letters held down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_TONES: Final = ("\u0301", "\u0300", "\u0309", "\u0303", "\u0323")
_TELEX: Final = dict(zip("sfrxj", _TONES, strict=True))
_VNI: Final = dict(zip("12345", _TONES, strict=True))
_ROOF: Final = str.maketrans("aeo", "âêô")
_HORN: Final = str.maketrans("uo", "ươ")

_WORD: Final = re.compile(r"\w+")
_LONGEST: Final = 10  # keys of one word
_CUT: Final = 20_000  # characters that are looked at
_HELD: Final = r"(?=[^\W\d_])(?![bcdghiklmnpqrstvwxđ])(.)\1"  # vowels; not cccd, not III
_STRETCHED: Final = re.compile(_HELD + "{2,}", re.IGNORECASE)
_DOUBLED: Final = re.compile(_HELD + "+", re.IGNORECASE)
_FULLWIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

_SYLLABLE: Final = re.compile(r"([^aeiouyâêôăươ]*)([aeiouyâêôăươ]+)(ng|nh|ch|[cmnpt])?")
_TONE_KEY: Final = re.compile(r"(?<=[aeiouyw])(.*)([sfrxj])(?=[a-z]*$)")
_LATE: Final = re.compile(r"([aeo])([iuy]|[cmnpt]|ng|nh|ch)\1$")  # chete
_LATE_HORN: Final = re.compile(r"(uo|[uo])([iuy]|[cmnpt]|ng|nh|ch|)w$")  # nuocw
_VNI_KEYS: Final = re.compile(r"[a-z]+\d[a-z\d]*")


def readings(text: str) -> Iterator[str]:
    """The text as it was typed, then every other way of reading it: without letters held down,
    and with the marks that its keys stand for."""
    plain = text[:_CUT].translate(_FULLWIDTH)
    yield plain
    short = _STRETCHED.sub(r"\1", plain)
    others = (
        short,
        _DOUBLED.sub(r"\1", plain),
        _WORD.sub(lambda word: marked(word.group()), short),
    )
    yield from dict.fromkeys(other for other in others if other != plain)


def marked(word: str) -> str:
    """The word that its keys stand for, in lower case; itself where they stand for none."""
    keys = word.lower()
    if len(keys) > _LONGEST or not keys.isascii():
        return word
    made = _from_telex(keys) if keys.isalpha() else _from_vni(keys)
    return made if made is not None else word


def _from_telex(word: str) -> str | None:
    tone, bare = "", word
    if key := _TONE_KEY.search(word):
        tone = _TELEX[key.group(2)]
        bare = word[: key.start(2)] + word[key.end(2) :]
    bare = re.sub(r"^dd|^d(?=[a-z]+d$)", "đ", bare)
    bare = bare.removesuffix("d") if bare.startswith("đ") else bare
    bare = _LATE_HORN.sub(lambda late: late[1].translate(_HORN) + late[2], bare)
    bare = bare.replace("uow", "ươ").replace("uw", "ư").replace("ow", "ơ").replace("aw", "ă")
    bare = _LATE.sub(lambda late: late[1].translate(_ROOF) + late[2], bare)
    bare = re.sub(r"([aeo])\1", lambda pair: pair[1].translate(_ROOF), bare)
    bare = bare.replace("ưo", "ươ").replace("w", "ư")
    return _syllable(bare, tone) if bare != word else None


def _from_vni(word: str) -> str | None:
    if not _VNI_KEYS.fullmatch(word):
        return None
    keys = re.findall(r"\d", word)
    bare = re.sub(r"\d", "", word)
    tone = next((_VNI[key] for key in keys if key in _VNI), "")
    if "9" in keys:
        bare = bare.replace("d", "đ", 1)
    if "8" in keys:
        bare = bare.replace("a", "ă", 1)
    if "7" in keys:
        bare = re.sub(r"uo|[uo]", lambda vowel: vowel[0].translate(_HORN), bare, count=1)
    if "6" in keys:
        bare = re.sub(r"[aeo]", lambda vowel: vowel[0].translate(_ROOF), bare, count=1)
    return _syllable(bare, tone)


def _syllable(bare: str, tone: str) -> str | None:
    """The word with its tone on a vowel; None where no Vietnamese word is built so."""
    found = _SYLLABLE.fullmatch(bare)
    return f"{found[1]}{found[2][0]}{tone}{found[2][1:]}{found[3] or ''}" if found else None
