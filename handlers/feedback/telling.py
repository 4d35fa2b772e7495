"""A report on its way: what is told so far, and the next thing to ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

from content.words import LANGUAGES
from db import tickets
from db.places import Spot
from handlers import people
from handlers.interjection import OFFERED
from handlers.messages import Button, Notice, Reply
from handlers.questions.keeping import handed
from handlers.router import Context
from handlers.start import back
from handlers.tickets import reports

Step: TypeAlias = Literal["what", "village", "where", "photo"]
Told: TypeAlias = Literal[
    Step,
    "what_again",
    "got_more",
    "not_noted",
    "summary",
    "confirm",
    "send",
    "refused",
    "cancelled",
    "received",
    "follow",
    "staff_notice",
]

SHOWN: Final = 600  # characters of a report in a summary or a notice; all of it is kept


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as far as it is told. `location`: latitude, longitude; `media`: media ids;
    `place`, `village`: a place's id and name; `asked`: no photo is to come; `anew`: the next
    words take the place of these. `question`: the number of the one it hands over; `recorded`: its
    words are still those that were kept of it, for which the next are better. `heard`: the number
    of the question that it was taken for, if it is kept."""

    what: str = field(default="", repr=False)
    where: str = field(default="", repr=False)
    location: tuple[float, float] | None = field(default=None, repr=False)
    media: tuple[int, ...] = ()
    place: int | None = None
    village: str = ""
    asked: bool = False
    anew: bool = False
    question: int | None = None
    recorded: bool = False
    heard: int = 0

    @classmethod
    def of(cls, keep: Mapping[str, Any]) -> Draft:
        location = keep.get("location")
        return cls(
            what=keep.get("what", ""),
            where=keep.get("where", ""),
            location=(location[0], location[1]) if location else None,
            media=tuple(keep.get("media", ())),
            place=keep.get("place"),
            village=keep.get("village", ""),
            asked=keep.get("asked", False),
            anew=keep.get("anew", False),
            question=keep.get("question"),
            recorded=keep.get("recorded", False),
            heard=keep.get("heard", 0),
        )

    def keep(self) -> dict[str, Any]:
        """For the conversation, as JSON has it."""
        location = list(self.location) if self.location else None
        return asdict(self) | {"media": list(self.media), "location": location}

    @property
    def empty(self) -> bool:
        return not (self.what or self.where or self.location or self.media)

    def at(self, spot: Spot) -> Draft:
        return replace(self, place=spot.id, village=spot.name)

    def with_what(self, text: str) -> Draft:
        if not text:
            return self
        if self.recorded:
            return replace(self, what=text, anew=False, recorded=False)
        if self.anew:
            return Draft(
                what=text,
                media=self.media,
                place=self.place,
                village=self.village,
                question=self.question,
            )
        return replace(self, what=_joined(self.what, text))

    def with_where(self, text: str) -> Draft:
        return replace(self, where=_joined(self.where, text))

    def with_location(self, location: tuple[float, float] | None) -> Draft:
        return replace(self, location=location) if location else self

    def with_media(self, ids: tuple[int, ...]) -> Draft:
        return replace(self, media=self.media + ids)


def key(draft: Draft, name: Told) -> str:
    """Of the words: a question that is handed over is spoken of in others than a report."""
    return f"feedback.{name}" if draft.question is None else f"handing.{name}"


def offer(draft: Draft, context: Context) -> Reply:
    """Ask whether what was said out of the blue is meant as a report."""
    words = context.words
    lines = [words("feedback.offer")]
    if draft.what:
        lines.append(words("feedback.offer_quote", quote=reports.quote(draft.what, SHOWN)))
    if draft.media:
        lines.append(words("tickets.files", count=len(draft.media)))
    buttons = (
        Button(words("feedback.take"), "feedback.from_text"),
        *handed(draft.heard, context),
        Button(words("common.no"), "feedback.cancel"),
    )
    return Reply("\n".join(lines), buttons, step=OFFERED, keep=draft.keep())


def consent(draft: Draft, context: Context) -> Reply:
    """The words that are agreed to, exactly as their proof will have them."""
    words = context.words
    buttons = (
        Button(words("feedback.agree"), "feedback.agree"),
        Button(words("feedback.refuse"), "feedback.refuse"),
    )
    text = words("people.consent")
    return Reply(text, buttons, step="feedback.consent", keep=draft.keep())


def question(draft: Draft, spots: Sequence[Spot], context: Context) -> Reply:
    """What is still missing, or the whole report for a yes. `spots`: villages to choose from."""
    if not draft.what or draft.anew:
        return _ask("what", draft, context, free_text=True)
    if draft.question is not None:
        return _confirm(draft, context)
    if draft.place is None and spots:
        buttons = people.village_buttons(spots, "feedback.village")
        return _ask("village", draft, context, buttons)
    if not draft.where and draft.location is None:
        return _ask("where", draft, context, free_text=True)
    if not draft.media and not draft.asked:
        none = Button(context.words("feedback.no_photo"), "feedback.no_photo")
        return _ask("photo", draft, context, (none,))
    return _confirm(draft, context)


def gained(before: Draft, after: Draft, context: Context) -> tuple[str, ...]:
    """Acknowledge what came along besides words."""
    words, lines = context.words, []
    if after.location and before.location != after.location:
        lines.append(words("feedback.got_location"))
    if set(after.media) - set(before.media):
        lines.append(words("feedback.got_files", count=len(after.media)))
    return tuple(lines)


def receipt(draft: Draft, opened: tickets.Opened, context: Context, promise: str = "") -> Reply:
    """The code for the resident, and word to the staff who read reports there. `promise`: when
    these answer."""
    words, code = context.words, tickets.code(opened.id)
    buttons = (Button(words(key(draft, "follow")), "tickets.mine"), back(context))
    lines = [words(key(draft, "received"), code=code, place=opened.place)]
    if opened.files:
        lines.append(words("tickets.files", count=opened.files))
    if promise:
        lines.append(promise)
    text = "\n".join([*lines, words("feedback.received_next", code=code)])
    notices = (_to_staff(draft, opened, context),) if opened.staff else ()
    return Reply(text, buttons, notices=notices)


def _ask(
    name: Step,
    draft: Draft,
    context: Context,
    buttons: tuple[Button, ...] = (),
    free_text: bool = False,
) -> Reply:
    again = name == "what" and draft.anew
    text = context.words(key(draft, "what_again" if again else name))
    return Reply(
        text,
        (*buttons, Button(context.words("common.cancel"), "feedback.cancel")),
        step=f"feedback.{name}",
        keep=_answers(draft).keep(),
        free_text=free_text,
    )


def _answers(draft: Draft) -> Draft:
    """Where one lives is no answer yet: it is found again."""
    return replace(draft, place=None, village="") if draft.empty else draft


def _confirm(draft: Draft, context: Context) -> Reply:
    words = context.words
    lines = reports.particulars(words, draft.where, draft.location, len(draft.media))
    if draft.village:
        lines = (words("tickets.place", place=draft.village), *lines)
    text = _paragraphs(
        words(key(draft, "summary")),
        reports.clip(draft.what, SHOWN),
        "\n".join(lines),
        words("handing.recorded" if draft.recorded else key(draft, "confirm")),
    )
    rewrite = () if draft.recorded else (Button(words("feedback.rewrite"), "feedback.rewrite"),)
    buttons = (
        Button(words(key(draft, "send")), "feedback.send"),
        *rewrite,
        Button(words("common.cancel"), "feedback.cancel"),
    )
    return Reply(text, buttons, step="feedback.confirm", keep=draft.keep())


def _to_staff(draft: Draft, opened: tickets.Opened, context: Context) -> Notice:
    words, code = context.content.words(LANGUAGES[0]), tickets.code(opened.id)
    lines = reports.particulars(words, draft.where, draft.location, 0)
    if opened.files:
        lines = (*lines, words("feedback.files_follow", count=opened.files))
    text = _paragraphs(
        words(key(draft, "staff_notice"), code=code, place=opened.place, who=opened.who),
        reports.clip(draft.what, SHOWN),
        "\n".join(lines),
    )
    buttons = reports.staff_buttons(words, opened.id)
    return Notice(text, people=opened.staff, buttons=buttons, code=code, media=draft.media)


def _joined(first: str, second: str) -> str:
    return "\n".join(part for part in (first, second) if part)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
