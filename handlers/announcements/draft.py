"""An announcement being written, as its conversation keeps it, and choices typed in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from content.folding import fold

_LONGEST_CHOICE = 200  # characters
_NUMBERS = re.compile(r"\d{1,2}(?:\W+(?:[a-z]{1,3}\W+)?\d{1,2})*\W*")


@dataclass(frozen=True, slots=True)
class Draft:
    """`media`, `places`: our ids; `mode`: "add" or "rewrite" while the words change once more;
    `shown`: the digest of what the preview showed; `added`: how many characters and files there
    were before the last addition, while that may be taken out again; `doubt`: words of which it
    is asked whether they belong to it, and `back`: the step they came at."""

    body: str = field(default="", repr=False)
    media: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    segments: tuple[str, ...] = ()
    urgent: bool = False
    mode: str = ""
    shown: str = ""
    added: tuple[int, ...] = ()
    doubt: str = field(default="", repr=False)
    back: str = ""

    @classmethod
    def of(cls, keep: Mapping[str, Any]) -> Draft:
        return cls(
            body=keep.get("body", ""),
            media=tuple(keep.get("media", ())),
            places=tuple(keep.get("places", ())),
            segments=tuple(keep.get("segments", ())),
            urgent=keep.get("urgent", False),
            mode=keep.get("mode", ""),
            shown=keep.get("shown", ""),
            added=tuple(keep.get("added", ())),
            doubt=keep.get("doubt", ""),
            back=keep.get("back", ""),
        )

    @property
    def keep(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
        }

    @property
    def empty(self) -> bool:
        return not self.body and not self.media

    def written(self, text: str, files: Sequence[int] = ()) -> Draft:
        """With more words as a new paragraph, and more files; or, in the mode "rewrite", with
        these in place of the old ones, as far as there are any."""
        text = text.strip()
        if self.mode == "rewrite":
            return replace(self, body=text or self.body, media=tuple(files) or self.media, mode="")
        body = "\n\n".join(part for part in (self.body, text) if part)
        return replace(self, body=body, media=(*self.media, *files), mode="")

    @property
    def shortened(self) -> Draft:
        """Without the last addition."""
        body, files = self.added or (len(self.body), len(self.media))
        return replace(self, body=self.body[:body].rstrip(), media=self.media[:files])

    def with_place(self, place: int, *, toggle: bool = True) -> Draft:
        """One that was chosen is taken out again, if `toggle`."""
        return replace(self, places=_with(self.places, place, toggle))

    def with_segment(self, segment: str, *, toggle: bool = True) -> Draft:
        return replace(self, segments=_with(self.segments, segment, toggle))

    def without(self, *gone: int | str) -> Draft:
        """Without these places or segments."""
        places = tuple(one for one in self.places if one not in gone)
        return replace(
            self, places=places, segments=tuple(one for one in self.segments if one not in gone)
        )

    def with_all(self, segments: Sequence[str], *, toggle: bool = True) -> Draft:
        """All of the segments; or none, if all were chosen and `toggle`."""
        none = toggle and {*segments} <= {*self.segments}
        return replace(self, segments=() if none else (*segments,))


def _with(chosen: tuple[Any, ...], one: Any, toggle: bool) -> tuple[Any, ...]:
    if one not in chosen:
        return (*chosen, one)
    return tuple(item for item in chosen if item != one) if toggle else chosen


def numbered(text: str) -> bool:
    """Whether choices are listed by their numbers, not by their names."""
    return _NUMBERS.fullmatch(fold(text)) is not None


def picked(
    text: str,
    buttons: Sequence[tuple[str, str]],
    conjunction: str,
    front: Collection[str] = (),
    end: Collection[str] = (),
) -> tuple[str, ...] | None:
    """The actions of the buttons that the text lists by number or name; `conjunction`: the word
    for "and"; `front`, `end`: see `bare`. Empty: it names choices, but not clearly; None: it is
    no choice at all."""
    if len(text) > _LONGEST_CHOICE:
        return None
    folded = fold(text)
    if figures := next((one for one in bare(folded, front, end) if numbered(one)), ""):
        chosen = [int(number) for number in re.findall(r"\d+", figures)]
        if not all(1 <= number <= len(buttons) for number in chosen):
            return ()
        return tuple(buttons[number - 1][1] for number in chosen)
    joint = re.compile(rf"[,;&+]|\b{re.escape(fold(conjunction))}\b")
    names = [name for piece in joint.split(folded) if (name := plain(piece))]
    found = [
        next(filter(None, (_named(one, buttons) for one in bare(name, front, end))), [])
        for name in names
    ]
    if not found or not all(found):
        return None
    return tuple(actions[0] for actions in found) if all(len(one) == 1 for one in found) else ()


def _named(name: str, buttons: Sequence[tuple[str, str]]) -> list[str]:
    """Actions of the buttons called so: exactly, else by their first words; and if there is
    something to tell apart, by their last ones."""
    labels = [(plain(fold(label)), action) for label, action in buttons]
    exact = [action for label, action in labels if label == name]
    return exact or [
        action
        for label, action in labels
        if label.startswith(f"{name} ") or (":" in action and label.endswith(f" {name}"))
    ]


def bare(folded: str, front: Collection[str], end: Collection[str]) -> list[str]:
    """The text, and what is left of it without words that say nothing before or behind it."""
    found = {folded: None}
    for one in (queue := [folded]):
        rests = [one.removeprefix(f"{word} ") for word in front if one.startswith(f"{word} ")]
        rests += [one.removesuffix(f" {word}") for word in end if one.endswith(f" {word}")]
        queue += [rest for rest in dict.fromkeys(rests) if rest and rest not in found]
        found |= dict.fromkeys(rests)
    return [one for one in found if one]


def plain(folded: str) -> str:
    """Its words and figures only."""
    return " ".join(re.findall(r"[^\W_]+", folded))
