"""Tables of reports for an admin, statistics for leaders: asked for here, made after the commit.

period ─▶ format ─▶ place (where there are several) ─▶ confirm, with names or without
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from content.periods import NAMES, Period, PeriodError, last_weeks, named, period
from db import exports, places
from db.exports import UnderWay
from db.listing import Filters
from db.permissions import NotAllowed
from db.places import Spot
from handlers.announcements.draft import picked
from handlers.messages import Button, Message, Outcome, Press, Reply, effect
from handlers.router import HERE, Context, Router
from handlers.start import back

EXPORT: Final = "ticket:export"
STATISTICS: Final = "ticket:statistics"
FORMATS: Final = ("xlsx", "csv")
_ALL: Final = "all"

router = Router()


@router.command("thongke")
async def statistics_command(message: Message, context: Context) -> Outcome:
    return _statistics(context)


@router.action("exports.statistics", standing=True)
async def statistics(press: Press, context: Context, argument: str) -> Outcome:
    return _statistics(context)


def _statistics(context: Context) -> Outcome:
    refused = _refused(context, STATISTICS, "exports.not_allowed_statistics")
    if refused is not None:
        return refused
    since, until = last_weeks(_today(context)).moments(HERE)
    return _ordered(context, "chart", Filters(since, until), "exports.begun_chart")


@router.command("xuat")
async def command(message: Message, context: Context) -> Outcome:
    return _begin(context)


@router.action("exports.new", standing=True)
async def begun(press: Press, context: Context, argument: str) -> Outcome:
    return _begin(context)


def _begin(context: Context) -> Reply:
    refused = _refused(context, EXPORT, "exports.not_allowed")
    if refused is not None:
        return refused
    if not context.files:
        choices = (Button(context.words("start.statistics"), "exports.statistics"), back(context))
        return Reply(context.words("exports.no_files"), choices)
    return _ask_period(context)


def _ask_period(context: Context, note: str = "") -> Reply:
    words = context.words
    choices = [Button(words(f"exports.period_{name}"), f"exports.period:{name}") for name in NAMES]
    return _ask(context, "period", {}, choices, note=note)


@router.step("exports.period")
async def period_said(message: Message, context: Context) -> Outcome:
    try:
        chosen = period(message.text[:100], _today(context))
    except PeriodError as error:
        return _ask_period(context, context.words(f"exports.period_{error.problem}"))
    return _ask_format(context, _kept(chosen))


@router.action("exports.period")
async def period_chosen(press: Press, context: Context, argument: str) -> Outcome:
    return _ask_format(context, _kept(named(argument, _today(context))))


def _kept(chosen: Period) -> dict[str, Any]:
    days = {"since": chosen.since, "until": chosen.until}
    return {name: day.isoformat() if day else "" for name, day in days.items()}


def _ask_format(context: Context, keep: dict[str, Any], note: str = "") -> Reply:
    words = context.words
    choices = [Button(words(f"exports.format_{one}"), f"exports.format:{one}") for one in FORMATS]
    return _ask(context, "format", keep, choices, note=note)


@router.action("exports.format")
async def format_chosen(press: Press, context: Context, argument: str) -> Outcome:
    keep = {**context.scene.keep, "format": argument}
    spots = await _spots(context)
    if len(spots) < 2:
        return _confirm(context, {**keep, "place": None}, spots)
    return _ask_place(context, keep, spots)


def _ask_place(
    context: Context, keep: dict[str, Any], spots: Sequence[Spot], note: str = ""
) -> Reply:
    everywhere = Button(context.words("exports.all_places"), f"exports.place:{_ALL}")
    choices = [Button(spot.name, f"exports.place:{spot.id}") for spot in spots]
    return _ask(context, "place", keep, [everywhere, *choices], note=note)


@router.action("exports.place", takes="place")
async def place_chosen(press: Press, context: Context, argument: str) -> Outcome:
    place = None if argument == _ALL else int(argument)
    return _confirm(context, {**context.scene.keep, "place": place}, await _spots(context))


def _confirm(
    context: Context, keep: dict[str, Any], spots: Sequence[Spot], note: str = ""
) -> Reply:
    words = context.words
    names = {spot.id: spot.name for spot in spots}
    told = {
        "period": _told(context, _period(keep)),
        "place": names.get(keep["place"]) or words("exports.everywhere"),
        "format": words(f"exports.short_{keep['format']}"),
    }
    choices = [
        Button(words("exports.go"), "exports.go"),
        Button(words("exports.go_with_names"), "exports.go:names"),
    ]
    return _ask(context, "confirm", keep, choices, note=note, **told)


@router.action("exports.go")
async def confirmed(press: Press, context: Context, argument: str) -> Outcome:
    keep = context.scene.keep
    since, until = _period(keep).moments(HERE)
    filters = Filters(since, until, keep["place"], names=argument == "names")
    return _ordered(context, keep["format"], filters, "exports.begun")


@router.step("exports.format")
@router.step("exports.place")
@router.step("exports.confirm")
async def said(message: Message, context: Context) -> Outcome:
    """A choice in words, or else the question once more."""
    chosen = picked(message.text, context.scene.buttons, context.words("announcements.and")) or ()
    if len(chosen) == 1 and not message.attachments:
        name, _, argument = chosen[0].partition(":")
        menu = str(context.scene.menu_id)
        press = Press(message.chat, message.sender, menu, 0, chosen[0])
        if name in router.actions:
            return await router.actions[name].handler(press, context, argument)
    keep, note = dict(context.scene.keep), context.words("exports.choose")
    if context.scene.step == "exports.format":
        return _ask_format(context, keep, note)
    spots = await _spots(context)
    if context.scene.step == "exports.place":
        return _ask_place(context, keep, spots, note)
    return _confirm(context, keep, spots, note)


@router.action("exports.cancel")
async def cancelled(press: Press, context: Context, argument: str) -> Outcome:
    return Reply(context.words("exports.cancelled"), (back(context),))


def _ordered(context: Context, kind: str, filters: Filters, key: str) -> Outcome:
    words = context.words
    begun = Reply(words(key), (back(context),))
    refusals: dict[type[Exception], Reply] = {
        UnderWay: Reply(words("exports.under_way"), (back(context),)),
        NotAllowed: Reply(words("start.not_allowed"), (back(context),)),
    }
    return effect(exports.request, kind=kind, filters=filters).then(lambda _: begun, refusals)


def _refused(context: Context, permission: str, key: str) -> Reply | None:
    if not context.scene.private:
        return Reply(context.words("exports.in_private"), stay=True)
    if not context.actor.can(permission):
        return Reply(context.words(key), (back(context),))
    return None


def _ask(
    context: Context,
    step: str,
    keep: dict[str, Any],
    choices: Sequence[Button],
    *,
    note: str = "",
    **told: str,
) -> Reply:
    question = context.words(f"exports.ask_{step}", **told)
    cancel = Button(context.words("common.cancel"), "exports.cancel")
    text = f"{note}\n\n{question}" if note else question
    return Reply(text, (*choices, cancel), step=f"exports.{step}", keep=keep)


async def _spots(context: Context) -> list[Spot]:
    """The villages one may export of."""
    found: dict[int, Spot] = {}
    for grant in context.actor.grants:
        if context.actor.can(EXPORT, grant.path):
            villages = await context.read(places.below, grant.path, "village")
            found.update({spot.id: spot for spot in villages})
    return list(found.values())


def _period(keep: Any) -> Period:
    since, until = (keep[name] and date.fromisoformat(keep[name]) for name in ("since", "until"))
    return Period(since or None, until or None)


def _told(context: Context, chosen: Period) -> str:
    days = {"since": chosen.since, "until": chosen.until}
    told = {name: f"{day:%d/%m/%Y}" for name, day in days.items() if day}
    if not told:
        return context.words("exports.any_time")
    return context.words(f"exports.period_{'_'.join(told)}", **told)


def _today(context: Context) -> date:
    return context.actor.now.astimezone(HERE).date()
