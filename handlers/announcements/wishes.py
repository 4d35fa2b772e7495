"""What somebody means who answers the menus of an announcement in words of their own: “ok gửi đi”,
“chỉ hộ dân thôi”, “bỏ khẩn”. The words are data (`announcements.*_words`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from content.folding import fold
from content.words import Words
from handlers.announcements.draft import Draft, bare, numbered, picked, plain

_LONGEST: Final = 8  # words of a wish to announce something
_LONGEST_WISH: Final = 80  # characters of any
_WISHES: Final = (
    "send",
    "next",
    "rewrite",
    "add",
    "change_places",
    "calm",
    "urge",
    "everywhere",
    "everyone",
    "undo",
    "leave_out",
    "resend",
)


@dataclass(frozen=True, slots=True)
class Meant:
    """`wish`: what is to be done, "" for nothing but a choice; `actions`: of the choices named,
    none where it is not clear. `toggle`: they are listed by number, which takes back what was
    chosen; `only`: nothing else is to be chosen; `out`: they are to be left out."""

    wish: str = ""
    actions: tuple[str, ...] = ()
    toggle: bool = False
    only: bool = False
    out: bool = False


def meant(text: str, buttons: Sequence[tuple[str, str]], words: Words) -> Meant | None:
    """None: the text answers no menu. `buttons`: labels and actions, as they are offered."""
    if "?" in text:
        return None
    conjunction = words("announcements.and")
    if wish := wished(text, words):
        return Meant(wish)
    exact = picked(text, buttons, conjunction)
    if exact:
        return Meant(actions=exact, toggle=numbered(text))
    front, end = _listed(words, "front"), _listed(words, "end")
    said = plain(fold(text)).split()
    out = len(said) > 1 and said[0] in _listed(words, "out")
    rest = re.sub(r"^\W*\w+\W+", "", fold(text)) if out else text
    front += _listed(words, "to")
    actions = picked(rest, buttons, conjunction, front, end)
    if actions is None:
        return None if exact is None else Meant()
    only = _listed(words, "only")
    return Meant(
        actions=actions,
        toggle=not out and any(map(numbered, bare(fold(rest), front, end))),
        only=said[0] in only or said[-1] in only,
        out=out,
    )


def wished(text: str, words: Words) -> str:
    """One of the wishes, "" for none of them."""
    if len(text) > _LONGEST_WISH:
        return ""
    wishes = {phrase: wish for wish in reversed(_WISHES) for phrase in _listed(words, wish)}
    return next((wishes[one] for one in _bare(text, words) if one in wishes), "")


def begins(text: str, words: Words) -> bool:
    """Whether somebody asks, out of the blue, to announce something."""
    if "?" in text or len(text) > _LONGEST_WISH or len(text.split()) > _LONGEST:
        return False
    phrases = tuple(f"{phrase} " for phrase in _listed(words, "begin"))
    return any(f"{one} ".startswith(phrases) for one in _bare(text, words))


def opened(text: str, words: Words) -> str:
    """The text of an announcement that is said at once, as in “thông báo: …”; "" for none."""
    head, _, rest = text.partition(":")
    known = len(head) <= _LONGEST_WISH and plain(fold(head)).strip() in _listed(words, "open")
    return rest.strip() if known else ""


def chosen(draft: Draft, said: Meant) -> Draft:
    """The draft with the places or segments that were named, or without them."""
    first = said.actions[0] if said.actions and said.only and not said.out else ""
    if first.startswith("announcements.place:"):
        draft = replace(draft, places=())
    elif first.startswith("announcements.segment:"):
        draft = replace(draft, segments=())
    for action in said.actions:
        name, _, argument = action.partition(":")
        if name == "announcements.place":
            known = draft.with_place(int(argument), toggle=said.toggle)
            draft = draft.without(int(argument)) if said.out else known
        elif name in ("announcements.segment", "announcements.all"):
            draft = _with_segments(draft, argument.split(","), said, whole=name.endswith("all"))
    return draft


def _with_segments(draft: Draft, segments: Sequence[str], said: Meant, *, whole: bool) -> Draft:
    if said.out:
        return draft.without(*segments)
    if whole:
        return draft.with_all(segments, toggle=said.toggle)
    return draft.with_segment(segments[0], toggle=said.toggle)


def _bare(text: str, words: Words) -> list[str]:
    return bare(plain(fold(text)), _listed(words, "front"), _listed(words, "end"))


def _listed(words: Words, name: str) -> list[str]:
    return [plain(fold(word)) for word in words(f"announcements.{name}_words").split(",")]
