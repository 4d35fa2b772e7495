"""A bulletin is made, or changed, step by step; `handlers.planning` has what each step says."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from content.folding import normalize
from content.schedule import Schedule, ScheduleRefused
from db import bulletins
from db.bulletins import Due, NeverFires, NobodyThere, NoSuchBulletin, Standing
from db.permissions import NotAllowed
from handlers import drafting, planning
from handlers.draft import numbered, picked
from handlers.drafting import SEND, unticked
from handlers.messages import Button, Message, Outcome, Press, Reply, effect
from handlers.people import says
from handlers.plan import Plan
from handlers.reports import stray
from handlers.router import Context, Router
from handlers.start import back

LONGEST: Final = 1_500  # characters of words of one's own: one message, with what else is told

router = Router()


@router.action("bulletins.new", standing=True)
async def new(press: Press, context: Context, argument: str) -> Outcome:
    if not context.scene.private:
        return Reply(context.words("bulletins.in_private"), stay=True)
    if not context.actor.can(SEND):
        return Reply(context.words("bulletins.not_allowed"), (back(context),))
    if not await drafting.options(context):
        return Reply(context.words("announcements.no_places"), (back(context),))
    return planning.show_templates(context)


@router.step("bulletins.template")
async def say_template(message: Message, context: Context) -> Outcome:
    actions = _picked(message, context) or ()
    if len(actions) == 1 and actions[0].startswith("bulletins.template:"):
        return await _from_template(actions[0].partition(":")[2], context)
    return planning.show_templates(context)


@router.action("bulletins.template")
async def choose_template(press: Press, context: Context, argument: str) -> Outcome:
    return await _from_template(argument, context)


async def _from_template(id: str, context: Context) -> Outcome:
    found = next((one for one in context.content.bulletins if one.id == id), None)
    if found is None:
        return planning.show_templates(context)
    plan, spots = Plan.new(found), await drafting.options(context)
    if len(spots) == 1:
        plan = replace(plan, places=(spots[0].id,))
    return await planning.onwards(context, plan)


@router.step("bulletins.places")
@router.step("bulletins.segments")
async def say_recipients(message: Message, context: Context) -> Outcome:
    """A name only adds; a number is as good as a press."""
    plan, actions = _plan(context), _picked(message, context) or ()
    for action in actions:
        plan = _chosen(plan, action, toggle=numbered(message.text))
    done = f"{context.scene.step}_done"
    if done in actions:
        return await _leave(plan, done, context)
    note = "" if actions else context.words("announcements.choose")
    return await _again(plan, context, note)


@router.action("bulletins.place")
@router.action("bulletins.segment")
@router.action("bulletins.all")
async def choose_recipients(press: Press, context: Context, argument: str) -> Outcome:
    return replace(await _again(_chosen(_plan(context), press.action), context), in_place=True)


@router.action("bulletins.places_done")
@router.action("bulletins.segments_done")
async def recipients_chosen(press: Press, context: Context, argument: str) -> Outcome:
    return await _leave(_plan(context), press.action, context)


def _chosen(plan: Plan, action: str, *, toggle: bool = True) -> Plan:
    name, _, argument = action.partition(":")
    if name == "bulletins.place":
        return plan.to(plan.draft.with_place(int(argument), toggle=toggle))
    if name == "bulletins.segment":
        return plan.to(plan.draft.with_segment(argument, toggle=toggle))
    if name == "bulletins.all":
        return plan.to(plan.draft.with_all(argument.split(","), toggle=toggle))
    return plan


async def _again(plan: Plan, context: Context, note: str = "") -> Reply:
    if context.scene.step == "bulletins.segments":
        return await planning.show_segments(context, plan, note)
    return await planning.show_places(context, plan, note)


async def _leave(plan: Plan, action: str, context: Context) -> Outcome:
    if action == "bulletins.places_done":
        if not plan.places:
            note = context.words("announcements.choose_place")
            return await planning.show_places(context, plan, note)
        return await planning.show_segments(context, plan)
    if not plan.segments:
        note = context.words("announcements.choose_segment")
        return await planning.show_segments(context, plan, note)
    return await planning.onwards(context, plan)


@router.step("bulletins.when")
async def say_when(message: Message, context: Context) -> Outcome:
    plan = _plan(context)
    try:
        schedule = planning.meant(message.text, plan, context.actor.now)
    except ScheduleRefused as refused:
        if refused.problem in planning.HALVES:
            plan = replace(plan, half=message.text)
        note = context.words(f"bulletins.refused_{refused.problem}")
        return planning.show_when(context, plan, note)
    return await planning.timed(context, plan, schedule)


@router.action("bulletins.usual")
async def take_usual(press: Press, context: Context, argument: str) -> Outcome:
    plan = _plan(context)
    return await planning.timed(context, plan, Schedule.of(plan.usual))


@router.action("bulletins.keep_time")
async def keep_time(press: Press, context: Context, argument: str) -> Outcome:
    return await planning.onwards(context, _plan(context))


@router.step("bulletins.short")
async def say_day(message: Message, context: Context) -> Outcome:
    return planning.show_short_months(
        context, _plan(context), context.words("announcements.choose")
    )


@router.action("bulletins.last_day")
async def take_last_day(press: Press, context: Context, argument: str) -> Outcome:
    plan = planning.on_last_day(_plan(context))
    return await planning.timed(context, plan, Schedule.of(plan.schedule))


@router.action("bulletins.keep_day")
async def keep_day(press: Press, context: Context, argument: str) -> Outcome:
    plan = _plan(context)
    note = planning.understood(context, Schedule.of(plan.schedule))
    return await planning.onwards(context, plan, note)


@router.step("bulletins.text")
async def say_text(message: Message, context: Context) -> Outcome:
    words, plan, text = context.words, _plan(context), normalize(message.text).strip()
    if not plan.needs_text and says(context, "people.no_words", text):
        return await planning.onwards(context, plan.saying(""))
    if not text or stray(text):
        return planning.show_text(context, plan, words("bulletins.words_please"))
    if len(text) > LONGEST:
        return planning.show_text(context, plan, words("bulletins.too_long", longest=LONGEST))
    note = words("bulletins.no_files") if message.attachments else ""
    return await planning.onwards(context, plan.saying(text), note)


@router.action("bulletins.no_text")
async def without_text(press: Press, context: Context, argument: str) -> Outcome:
    return await planning.onwards(context, _plan(context).saying(""))


@router.action("bulletins.keep_text")
async def keep_text(press: Press, context: Context, argument: str) -> Outcome:
    plan = _plan(context)
    return await planning.onwards(context, plan.saying(plan.text))


@router.step("bulletins.preview")
async def say_preview(message: Message, context: Context) -> Outcome:
    if says(context, "people.yes_words", message.text):
        return await _begin(_plan(context), context)
    reply = await planning.onwards(context, _plan(context), context.words("start.choose_first"))
    return replace(reply, lead=())


@router.action("bulletins.change_time")
async def change_time(press: Press, context: Context, argument: str) -> Outcome:
    return planning.show_when(context, _plan(context))


@router.action("bulletins.change_text")
async def change_text(press: Press, context: Context, argument: str) -> Outcome:
    return planning.show_text(context, _plan(context))


@router.action("bulletins.change_places")
async def change_places(press: Press, context: Context, argument: str) -> Outcome:
    plan = _plan(context)
    if len(await drafting.options(context)) == 1:
        return await planning.show_segments(context, plan)
    return await planning.show_places(context, plan)


@router.action("bulletins.begin")
async def begin(press: Press, context: Context, argument: str) -> Outcome:
    return await _begin(_plan(context), context)


async def _begin(plan: Plan, context: Context) -> Outcome:
    """From now on it runs so."""
    words = context.words
    times = context.slots(Schedule.of(plan.schedule), context.actor.now, 1)
    next_at = times[0] if times else None
    refusals = {
        NotAllowed: await planning.show_places(
            context, plan, reason="announcements.not_allowed_there"
        ),
        NobodyThere: await planning.show_places(context, plan, reason="announcements.nobody"),
        NeverFires: planning.show_when(context, plan, words("bulletins.never_again")),
        NoSuchBulletin: Reply(words("bulletins.gone"), (_list(context),)),
        Due: Reply(words("bulletins.due"), stay=True),
    }

    def say(standing: Standing) -> Reply:
        key = "bulletins.changed" if plan.bulletin else "bulletins.begun"
        first = planning.moment(words, standing.next_at) if standing.next_at else "–"
        show = Button(words("bulletins.show"), f"bulletins.show:{standing.id}")
        text = words(key, title=standing.definition.title, time=first)
        return Reply(text, (show, back(context)))

    definition = plan.definition()
    if plan.bulletin:
        changed = effect(
            bulletins.change, bulletin_id=plan.bulletin, definition=definition, next_at=next_at
        )
        return changed.then(say, refusals)
    return effect(bulletins.make, definition=definition, next_at=next_at).then(say, refusals)


@router.action("bulletins.cancel")
async def cancel(press: Press, context: Context, argument: str) -> Outcome:
    key = "bulletins.kept" if _plan(context).bulletin else "bulletins.cancelled"
    return Reply(context.words(key), (_list(context), back(context)))


def _list(context: Context) -> Button:
    return Button(context.words("bulletins.list"), "bulletins.list")


def _plan(context: Context) -> Plan:
    return Plan.of(context.scene.keep)


def _picked(message: Message, context: Context) -> tuple[str, ...] | None:
    if message.attachments or not message.text.strip():
        return None
    buttons = [(unticked(context.words, label), action) for label, action in context.scene.buttons]
    return picked(message.text, buttons, context.words("announcements.and"))
