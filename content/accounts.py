"""Takes out of a text what leads to somebody without being a name or a plain number: a house,
an account, a password, an address spelled out, digits with letters between them."""

from __future__ import annotations

import re

_PARTED_DIGITS = re.compile(r"(?<!\d)\d{3,}(?:[a-z]\d{3,}){2,}", re.I)
_HOUSE = re.compile(
    r"\b(số nhà|so nha|nhà số|nha so)\s*\d[\w/]*"
    r"(?:[\s,]{1,3}(?:ngõ|ngo|ngách|ngach|hẻm|hem|kiệt|kiet)\s*\d[\w/]*)*"
    r"(?:[\s,]{1,3}(?:đường|duong|phố|pho)(?:\s\w+){1,2})?",
    re.I,
)
_NUMBERED = re.compile(
    r"\b(?:số|so)\s*\d[\w/]*[\s,]{1,3}"
    r"(?:ngõ|ngo|ngách|ngach|hẻm|hem|kiệt|kiet|đường|duong|phố|pho)\s*[\w/]+",
    re.I,
)
_IN_HAMLET = re.compile(
    r"\b(ở|o|nhà|nha)\s\d+[a-z]?(?:/\d+)*(?=\s(?:thôn|thon|khu|tổ|xóm|xom|ấp|ap|bản)\s)", re.I
)
_PLOT = re.compile(
    r"\b(thửa(?:\sđất)?|thua\s(?:dat|đất))((?:\s(?:số|so))*\s)\d+"
    r"(?:[\s,]{1,3}(?:tờ|to)(?:\s(?:bản|ban|đồ|do|số|so))*\s\d+)?",
    re.I,
)
_ACCOUNT = re.compile(
    r"\b(facebook|fb|zalo|telegram|tiktok|viber|nick)\b"
    r"((?:\s(?:của|cua|em|tôi|toi|mình|minh|là|la|tên|ten))*[\s:]{1,3})"
    r"(?=[\w.]*[\d_])[a-z][\w.]{3,}",
    re.I,
)
_SECRET = re.compile(
    r"\b(mật khẩu|mat khau|mk|pass|password|otp)"
    r"((?:\s(?:của|cua|em|tôi|toi|mình|minh))*\s?(?:\b(?:là|la|is)\b|[:=])[\s:]{0,3})"
    r"(?!(?:gì|gi|sao|số|so|mấy|may|cái|cai|bao|thế|the|what)\b)[^\s•]+",
    re.I,
)
_MIXED_SECRET = re.compile(
    r"\b(mật khẩu|mat khau|mk|pass|password|otp|pin)((?:\s[^\W\d_]+){0,3}\s)"
    r"(?:(?=[^\W_]{0,20}[^\W\d_]\d)[^\s•]{4,}|\d{3,})",
    re.I,
)
_NAMED_ACCOUNT = re.compile(
    r"\b(facebook|fb|zalo|telegram|tiktok|viber|nick)(\s?:\s?)\w+(?:\s\w+){0,2}", re.I
)
_SPACED_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{2,64}(?:\s?@\s?|\sat\s|\s)(?:gmail|yahoo|hotmail|outlook|icloud)"
    r"\s?(?:\.|dot\s|chấm\s|cham\s)?\s?(?:com|vn)?(?!\w)",
    re.I,
)
_SAID_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?"
    r"(?:[(\[]\s?(?:at|a[ -](?:còng|cong))\s?[)\]]|\sa[ -](?:còng|cong)\b)\s?\w+"
    r"(?:\s?(?:[(\[]\s?dot\s?[)\]]|\.|\s(?:chấm|cham)\s)\s?\w+)*",
    re.I,
)


def without_accounts(text: str, mask: str) -> str:
    """`mask`: what stands instead."""
    text = _PARTED_DIGITS.sub(mask, _SAID_MAIL.sub(mask, text))
    text = _SPACED_MAIL.sub(mask, _NUMBERED.sub(mask, text))
    text = _PLOT.sub(rf"\1\2{mask}", _IN_HAMLET.sub(rf"\1 {mask}", text))
    text = _HOUSE.sub(rf"\1 {mask}", text)
    for hidden in (_SECRET, _MIXED_SECRET, _ACCOUNT, _NAMED_ACCOUNT):
        text = hidden.sub(rf"\1\2{mask}", text)
    return text
