"""A one-time code among the words it is said with: alone, after "đăng ký", or with what the group
is to be called behind it."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from content.folding import fold
from content.phrases import tokens, without
from db.codes import CODE_SIGNS
from handlers.people import listed
from handlers.router import Context

TITLE: Final = 60  # characters of what a group is called

# "<mã>" is how the replies write that a code is to stand there.
_TIE: Final = re.compile(
    r"/?(?:dang ?k[yi]|noi ?nhom)(?:@\S+)?(?:[\s:]+(?:<(?:ma|code)>|(?P<code>[^\s:].*)))?"
)
# Written with its dash, or of the signs that codes are made of: "khai sinh" is no code.
_SIGN: Final = f"[{CODE_SIGNS.lower()}]"
_DASHED: Final = "[a-z0-9]{4} ?[-‐–—−_.]{1,2} ?[a-z0-9]{4}"
_CODE: Final = re.compile(rf"{_DASHED}|{_SIGN}{{4}} ?{_SIGN}{{4}}")
_MAYBE_WITHIN: Final = re.compile(rf"(?i)\b(?=({_DASHED}|{_SIGN}{{4}} ?{_SIGN}{{4}})\b)")
_CODE_WITHIN: Final = re.compile(rf"\b{_DASHED}\b|\b{_SIGN}{{8}}\b")
_AROUND: Final = " \t\n\"“”‘’'"
_BEFORE: Final = f"{_AROUND}:;,.-–—>=)"


class Said(NamedTuple):
    """`asked`: the word that goes with a code was said; `code`: "" for none that can be one;
    `title`: what the group is to be called, "" for nothing said."""

    asked: bool
    code: str
    title: str = ""


def said(text: str) -> Said:
    """`text`: folded."""
    asked = _TIE.fullmatch(text)
    code = (asked["code"] or "") if asked else text
    return Said(asked is not None, code if _is_code(code) else "")


def explained(text: str) -> bool:
    """Whether the folded text is the word alone, without what should come with it."""
    asked = _TIE.fullmatch(text)
    return asked is not None and not asked["code"]


def with_title(text: str, context: Context) -> Said:
    """A code that begins the words, and what the group is to be called behind it; the bot's name
    may stand anywhere."""
    if context.mention:
        text = re.sub(re.escape(context.mention), " ", text, flags=re.IGNORECASE)
    for found in _MAYBE_WITHIN.finditer(text):
        head = said(fold(text[: found.end(1)]))
        if head.code:
            return head._replace(title=_title(text[found.end(1) :], context))
    return said(fold(text))


def behind(text: str, code: str, context: Context) -> str:
    """What stands behind the last place of a folded code, on its line: the group's name."""
    places = [found for found in _MAYBE_WITHIN.finditer(text) if fold(found[1]) == code]
    rest = text[places[-1].end(1) :] if places else ""
    return _title(rest.partition("\n")[0], context)


def _title(rest: str, context: Context) -> str:
    """Nothing where only small words are left."""
    small = (*listed(context, "people.small_words"), *listed(context, "groups.around_code"))
    if not any(token.folded for token in without(tokens(rest), small)):
        return ""
    return title_of(rest.lstrip(_BEFORE).rstrip(f"{_AROUND},;."))[:TITLE].strip()


def title_of(text: str) -> str:
    """On one line."""
    return " ".join(text.split())


def possible(text: str) -> list[str]:
    """What may be a code among folded words."""
    return [found[1] for found in _MAYBE_WITHIN.finditer(text) if _mixed(found[1])]


def within(text: str) -> str:
    """What looks like a code among folded words, as people write it, "" for nothing."""
    found = _CODE_WITHIN.search(text)
    return found[0].upper() if found and _mixed(found[0]) else ""


def _is_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None and _mixed(text)


def _mixed(code: str) -> bool:
    """Letters and figures: neither two words nor a telephone number."""
    return any(sign.isdigit() for sign in code) and any(sign.isalpha() for sign in code)
