"""Making a bulletin, or changing one: what each step says, and what comes after it.

template ─▶ places ─▶ segments ─▶ when ─▶ words of its own ─▶ preview ─▶ it runs. What is known
already is not asked. Recipients are chosen as for an announcement, in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from content.schedule import (
    LAST,
    Schedule,
    described,
)
from content.words import Words
from db import audience, material, places
from db.audience import Audience
from db.permissions import NotAllowed
from db.standings import Definition
from handlers.announcements import drafting
from handlers.announcements.draft import Draft
from handlers.bulletins import timing
from handlers.bulletins.issue import compose
from handlers.bulletins.plan import Plan
from handlers.messages import Button, Reply
from handlers.router import Context

_NOON: Final = 12  # o'clock
_EVERY_MONTH: Final = 28  # the last day that all months have


async def onwards(context: Context, plan: Plan, note: str = "") -> Reply:
    """The first step whose answer is missing; the preview when none is."""
    if not plan.places:
        return await show_places(context, plan, note)
    if not plan.segments:
        return await show_segments(context, plan, note)
    if not plan.schedule:
        return show_when(context, plan, note)
    if not plan.asked:
        return show_text(context, plan, note)
    return await show_preview(context, plan, note)


def show_templates(context: Context) -> Reply:
    words = context.words
    lines, buttons = [words("bulletins.templates")], []
    for template in context.content.bulletins:
        when = described(template.schedule, words)
        lines.append(words("bulletins.template", title=template.title, when=when))
        buttons.append(Button(template.title, f"bulletins.template:{template.id}"))
    return Reply("\n".join(lines), (*buttons, _cancel(words)), step="bulletins.template")


async def show_places(context: Context, plan: Plan, note: str = "", reason: str = "") -> Reply:
    show = await drafting.show_places(context, reason)
    return _as_bulletin(show(plan.draft, note), plan)


async def show_segments(context: Context, plan: Plan, note: str = "") -> Reply:
    show = await drafting.show_segments(context, plan.draft)
    return _as_bulletin(show(plan.draft, note), plan)


def _as_bulletin(reply: Reply, plan: Plan) -> Reply:
    """A step of an announcement, for a bulletin."""
    buttons = tuple(
        replace(button, action=button.action.replace("announcements.", "bulletins.", 1))
        for button in reply.buttons
    )
    step = (reply.step or "").replace("announcements.", "bulletins.", 1)
    return replace(reply, buttons=buttons, step=step, keep=plan.to(Draft.of(reply.keep)).keep)


def show_when(context: Context, plan: Plan, note: str = "") -> Reply:
    """`note`: why it is asked again, with an example; it takes the place of the question."""
    words, chosen = context.words, bool(plan.schedule)
    name = "keep_time" if chosen else "usual"
    known = Button(words(f"bulletins.{name}"), f"bulletins.{name}")
    when = described(Schedule.of(plan.schedule if chosen else plan.usual), words)
    if note:
        ask = words("bulletins.or_choose", label=known.label, when=when)
    else:
        ask = words("bulletins.when_again" if chosen else "bulletins.when", when=when)
    return _step("when", plan, (note, ask), (known, _cancel(words)), free_text=True)


async def timed(context: Context, plan: Plan, schedule: Schedule) -> Reply:
    """Say how the words were understood and go on; ask again where that leads nowhere."""
    if not context.slots(schedule, context.actor.now, 1):
        never = context.words("bulletins.never", when=described(schedule, context.words))
        return show_when(context, plan, never)
    plan = plan.at(schedule)
    if schedule.kind == "monthly" and schedule.day > _EVERY_MONTH:
        return show_short_months(context, plan)
    return await onwards(context, plan, timing.understood(context, schedule))


def show_short_months(context: Context, plan: Plan, note: str = "") -> Reply:
    """Some months have no such day: leave them out, or take their last day?"""
    words, day = context.words, Schedule.of(plan.schedule).day
    buttons = (
        Button(words("bulletins.last_day"), "bulletins.last_day"),
        Button(words("bulletins.keep_day", day=day), "bulletins.keep_day"),
        Button(words("bulletins.retime"), "bulletins.change_time"),
        _cancel(words),
    )
    return _step("short", plan, (note, words("bulletins.short_months", day=day)), buttons)


def on_last_day(plan: Plan) -> Plan:
    return plan.at(replace(Schedule.of(plan.schedule), day=LAST))


def show_text(context: Context, plan: Plan, note: str = "") -> Reply:
    words = context.words
    if plan.text:
        ask, known = "text_again", Button(words("bulletins.keep_text"), "bulletins.keep_text")
    else:
        ask, known = "text", Button(words("bulletins.no_text"), "bulletins.no_text")
    key = "bulletins.text_needed" if plan.needs_text and not plan.text else f"bulletins.{ask}"
    offered = [] if plan.needs_text and not plan.text else [known]
    if plan.text and not plan.needs_text:
        offered.append(Button(words("bulletins.drop_text"), "bulletins.no_text"))
    text = (note, words(key), plan.text)
    return _step("text", plan, text, (*offered, _cancel(words)), free_text=True)


def show_doubt(context: Context, plan: Plan) -> Reply:
    """Are these words meant for everybody, or for us?"""
    words = context.words
    names = ("write_text", "drop_doubt")
    buttons = [Button(words(f"bulletins.{name}"), f"bulletins.{name}") for name in names]
    text = words("bulletins.ask_text", text=plan.doubt)
    return _step("doubt", plan, (text,), (*buttons, _cancel(words)))


async def show_preview(context: Context, plan: Plan, note: str = "") -> Reply:
    """Exactly what the groups would read now, to whom it goes, and when first."""
    names = await named(context, plan)
    try:
        found = await context.read(audience.count, context.actor, plan.places, plan.segments)
        issue = await issue_now(context, defined(context, plan, names), plan.bulletin or None)
    except NotAllowed:
        return await show_places(context, plan, note, "announcements.not_allowed_there")
    if found.too_wide or not found.groups:
        reason = "announcements.too_wide" if found.too_wide else "announcements.nobody"
        return await show_places(context, plan, note, reason)
    times = context.slots(Schedule.of(plan.schedule), context.actor.now, 1)
    if not times:
        return show_when(context, plan, context.words("bulletins.never_again"))
    summary = _summary(context.words, plan, names, found, times[0])
    kept = [
        context.words("bulletins.stays_skipped", time=timing.moment(context.words, slot))
        for slot in await timing.skips(context, plan)
    ]
    text = (note, "\n".join([summary, *kept]), _question(context.words, plan, issue.body))
    reply = _step("preview", plan, text, _choices(context.words, plan))
    return replace(reply, lead=fullest(context, issue.shown, found))


async def named(context: Context, plan: Plan) -> tuple[str, ...]:
    """The names of its places."""
    return tuple(spot.name for spot in await context.read(places.named, plan.places))


def defined(context: Context, plan: Plan, names: Sequence[str]) -> Definition:
    """As it is to run: a new one is called by its village, if it is for one only."""
    if plan.bulletin:
        return plan.definition()
    title = plan.title
    if plan.usual and not plan.needs_text and not _still_so(plan.schedule, plan.usual):
        title = context.content.words("vi")("bulletins.plain_title")
    return plan.definition(f"{title} – {names[0]}" if len(names) == 1 else title)


def _still_so(schedule: Mapping[str, Any], usual: Mapping[str, Any]) -> bool:
    """Whether the name of a template is true: one on many days is of the morning, others are of
    the week or the month."""
    if _on_many_days(usual):
        return bool((schedule["hour"] < _NOON) == (usual["hour"] < _NOON))
    return bool(schedule["kind"] == usual["kind"]) and not _on_many_days(schedule)


def _on_many_days(schedule: Mapping[str, Any]) -> bool:
    return schedule["kind"] == "daily" or len(schedule["days"]) > 1


class IssueNow(NamedTuple):
    """`body`: what would go out, "" if there is nothing to say; `shown`: as the actor may see it
    before."""

    body: str
    shown: str


async def issue_now(context: Context, definition: Definition, bulletin_id: int | None) -> IssueNow:
    """The issue as it would go out this moment. Raises NotAllowed."""
    actor = context.actor
    found = await context.read(
        material.preview, actor, definition=definition, bulletin_id=bulletin_id
    )
    body = compose(context.content, definition, found, actor.now)
    shown = compose(context.content, definition, found, actor.now, masked=True)
    return IssueNow(body or "", shown or "")


def fullest(context: Context, body: str, found: Audience) -> tuple[str, ...]:
    """The messages on the platform that needs most of them."""
    if not body:
        return ()
    parts = context.split(body)
    there = [pieces for name, pieces in parts.items() if name in found.platforms]
    return max(there or list(parts.values()), key=len)


def _summary(
    words: Words, plan: Plan, names: Sequence[str], found: Audience, first: datetime
) -> str:
    when = described(Schedule.of(plan.schedule), words)
    to = words(
        "announcements.to",
        places=", ".join(names),
        segments=", ".join(words(f"segments.{segment}") for segment in plan.segments),
        groups=found.groups,
    )
    lines = [words("bulletins.is_when", when=when), to]
    return "\n".join([*lines, words("bulletins.first", time=timing.moment(words, first))])


def _question(words: Words, plan: Plan, body: str) -> str:
    if not body:
        return words("bulletins.preview_empty")
    return words("bulletins.preview", begin=_begin(words, plan).label)


def _begin(words: Words, plan: Plan) -> Button:
    return Button(
        words("bulletins.save" if plan.bulletin else "bulletins.begin"), "bulletins.begin"
    )


def _choices(words: Words, plan: Plan) -> tuple[Button, ...]:
    return (
        _begin(words, plan),
        Button(words("bulletins.retime"), "bulletins.change_time"),
        Button(words("bulletins.retext"), "bulletins.change_text"),
        Button(words("announcements.change_places"), "bulletins.change_places"),
        _cancel(words),
    )


def _step(
    name: str,
    plan: Plan,
    text: Sequence[str],
    buttons: tuple[Button, ...],
    *,
    free_text: bool = False,
) -> Reply:
    return Reply(
        "\n\n".join(part for part in text if part),
        buttons,
        step=f"bulletins.{name}",
        keep=plan.keep,
        free_text=free_text,
    )


def _cancel(words: Words) -> Button:
    return Button(words("common.cancel"), "bulletins.cancel")
