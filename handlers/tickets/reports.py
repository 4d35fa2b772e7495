"""A report in words: how what people send becomes part of it, and how it is shown again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from content.phrases import found, tokens
from content.words import Words
from db import media, tickets
from handlers import procedures
from handlers.messages import Button, Location, Message, Outcome, Reply, effect
from handlers.router import HERE, Context

Told: TypeAlias = Literal["heading", "notice", "notice_more", "thanks", "again"]

QUOTED: Final = 80  # characters of a report that are enough to know it again
LABELLED: Final = 30  # … on a button
LONGEST_ANSWER: Final = 300  # … of an answer in a list
LONGEST_CHOICE: Final = 5  # … of figures that were meant as a choice


def noted(message: Message, say: Callable[[tuple[int, ...]], Reply]) -> Outcome:
    """Note the message's files, if any; `say` gets their media ids."""
    if not message.attachments:
        return say(())
    files = [media.Seen(file.ref, file.kind, file.name) for file in message.attachments]
    return effect(media.want, files=files).then(say)


async def apart(text: str, context: Context) -> str:
    """What to say of a text that came halfway and is no part of the report: what `aside` tells, a
    question (with its answer). "" where it is part of it."""
    if said := aside(text, context, "feedback.not_noted"):
        return said
    answer = await asked(text, context)
    return f"{answer.text}\n\n{context.words('feedback.not_noted')}" if answer else ""


def aside(text: str, context: Context, unnoted: str) -> str:
    """What to say of a cry for help (`unnoted`: the key of the words), of thanks or of a missed
    choice; else ""."""
    if context.content.danger(text):
        return context.words(unnoted)
    if context.content.topics.pleasantry(text) == "cam_on":
        return context.words("faq.cam_on")
    missed = stray(text) and not context.scene.free_text
    return context.words("feedback.choose") if missed else ""


def stray(text: str) -> bool:
    """Whether a text is but a figure or a sign, which belongs to nothing."""
    return len(text) <= LONGEST_CHOICE and not any(sign.isalpha() for sign in text)


async def asked(text: str, context: Context) -> Reply | None:
    """The answer, where the text reads as a question, asks clearly for a procedure and complains
    of nothing. What only names a matter (“sau trường tiểu học”) may well be a place."""
    content = context.content
    await content.search.ready()
    nearest = content.search.find(text)
    if nearest.decision != "answer" or content.topics.is_complaint(text):
        return None
    aspect = content.search.aspect(text)
    asks = aspect or "?" in text or found(tokens(text), content.topics.questions, strict=False)
    entry = content.entry(nearest.entry or "")
    if entry is None or not asks:
        return None
    return await procedures.answer(entry, aspect, context)


def on_earth(location: Location | None) -> tuple[float, float] | None:
    """Latitude and longitude, unless they are no place at all."""
    if location is None or not (abs(location.latitude) <= 90 and abs(location.longitude) <= 180):
        return None
    return location.latitude, location.longitude


def day(moment: datetime) -> str:
    """The date in Vietnam, dd/mm/yyyy; a moment without a zone is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(HERE).strftime("%d/%m/%Y")


def quote(text: str, length: int = QUOTED) -> str:
    """The beginning of a text, on one line."""
    return clip(" ".join(text[: 4 * length].split()), length)


def clip(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def particulars(
    words: Words, where: str, location: tuple[float, float] | None, files: int
) -> tuple[str, ...]:
    """Lines that say where and how many photos, as far as they are known."""
    lines = []
    if where:
        lines.append(words("tickets.where", where=where))
    if location:
        lines.append(words("tickets.location", point=point(location)))
    if files:
        lines.append(words("tickets.files", count=files))
    return tuple(lines)


def point(location: tuple[float, float]) -> str:
    """Latitude, longitude in degrees, to about a metre."""
    return f"{location[0]:.5f}, {location[1]:.5f}"


def full(words: Words, report: tickets.Report, staff: bool) -> str:
    lines = [heading(words, report), words("tickets.place", place=report.place)]
    if staff:
        lines.append(words("tickets.who", who=report.who))
    lines += particulars(words, report.address, report.location, len(report.media))
    lines += ["", report.what]
    said = [words("tickets.answered", answer=report.answer)] if report.answer else []
    if report.again:
        again = words("tickets.said_again", text=report.again)
        said = [*said, again] if report.state == "open" else [again, *said]
    lines += [line for one in said for line in ("", one)]
    if staff and report.published:
        lines += ["", words("publishing.told", note=report.published)]
    return "\n".join(lines)


def summary(words: Words, report: tickets.Report) -> str:
    lines = [heading(words, report), words("tickets.quote", quote=quote(report.what))]
    if report.answer:
        lines.append(words("tickets.answered", answer=quote(report.answer, LONGEST_ANSWER)))
    return "\n".join(lines)


def heading(words: Words, report: tickets.Report) -> str:
    state = words(f"tickets.state_{report.state}")
    code, date = tickets.code(report.id), day(report.created_at)
    return words(key(report, "heading"), code=code, date=date, state=state)


def staff_buttons(words: Words, number: int) -> tuple[Button, ...]:
    return (
        Button(words("tickets.answer"), f"tickets.answer:{number}"),
        Button(words("tickets.show"), f"tickets.show:{number}"),
    )


def reader_buttons(words: Words, report: tickets.Report) -> tuple[Button, ...]:
    """What stands under an answer, for the person who reported."""
    return (
        Button(words(key(report, "thanks")), "tickets.thanks"),
        Button(words(key(report, "again")), f"tickets.again:{report.id}"),
    )


def key(report: tickets.Report, name: Told) -> str:
    """Of the words: a question that was handed over is spoken of in others than a report."""
    return f"handing.{name}" if report.category == tickets.QUESTION else f"tickets.{name}"


def show_buttons(reports: Sequence[tickets.Report]) -> tuple[Button, ...]:
    return tuple(
        Button(f"{tickets.code(one.id)} · {quote(one.what, LABELLED)}", f"tickets.show:{one.id}")
        for one in reports
    )
