"""A bulletin is made, or changed, step by step; what each step says is in `planning`."""

from __future__ import annotations

from dataclasses import replace

from content.schedule import Schedule, ScheduleRefused
from db import bulletins
from db.audience import NobodyThere
from db.bulletins import Due, NeverFires
from db.permissions import NotAllowed
from db.standings import NoSuchBulletin, Standing
from handlers.announcements import drafting
from handlers.announcements.drafting import SEND, unticked
from handlers.announcements.wishes import Meant, chosen, meant
from handlers.bulletins import planning, timing
from handlers.bulletins.plan import Plan
from handlers.bulletins.standing import name, state
from handlers.bulletins.synonyms import step
from handlers.messages import Button, Message, Outcome, Press, Reply, effect
from handlers.router import Context, Router
from handlers.start import back

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
    said = meant(message.text, _offered(context), context.words)
    if said and len(said.actions) == 1 and said.actions[0].startswith("announcements.template:"):
        return await _from_template(said.actions[0].partition(":")[2], context)
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
    plan, done = _plan(context), f"{context.scene.step}_done"
    said = None if message.attachments else meant(message.text, _offered(context), context.words)
    if said is None:
        return await _again(plan, context, context.words("announcements.choose"))
    if said.wish in ("everyone", "everywhere"):
        return await _everywhere(plan, said.wish, context)
    if said.wish in ("send", "next"):
        return await _leave(plan, done, context)
    plan = plan.to(chosen(plan.draft, said))
    if _announced(done) in said.actions:
        return await _leave(plan, done, context)
    note = "" if said.actions else context.words("announcements.choose")
    return await _again(plan, context, note)


@router.action("bulletins.place", takes="number")
@router.action("bulletins.segment")
@router.action("bulletins.all")
async def choose_recipients(press: Press, context: Context, argument: str) -> Outcome:
    plan, said = _plan(context), Meant(actions=(_announced(press.action),), toggle=True)
    return replace(await _again(plan.to(chosen(plan.draft, said)), context), in_place=True)


@router.action("bulletins.places_done")
@router.action("bulletins.segments_done")
async def recipients_chosen(press: Press, context: Context, argument: str) -> Outcome:
    return await _leave(_plan(context), press.action, context)


async def _everywhere(plan: Plan, wish: str, context: Context) -> Reply:
    """All kinds of groups; or the commune where that may be chosen, else every village."""
    if wish == "everyone" and context.scene.step == "bulletins.segments":
        offered = [action for _, action in _offered(context)]
        every = tuple(one for one in offered if one.startswith("announcements.all:"))
        return await _again(plan.to(chosen(plan.draft, Meant(actions=every))), context)
    spots = await drafting.options(context)
    if len(spots) == 1:
        return await _again(plan, context, context.words("announcements.too_wide"))
    whole = [spot for spot in spots if spot.kind != "village"] or spots
    return await planning.show_places(
        context, replace(plan, places=tuple(spot.id for spot in whole))
    )


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


@step(router, "bulletins.when")
async def say_when(message: Message, context: Context) -> Outcome:
    plan = _plan(context)
    if schedule := timing.retimed(message.text, plan, context):
        return await planning.timed(context, plan, schedule)
    try:
        schedule = timing.meant(message.text, plan, context.actor.now)
    except ScheduleRefused as refused:
        if refused.problem in timing.HALVES:
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


@step(router, "bulletins.short")
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
    note = timing.understood(context, Schedule.of(plan.schedule))
    return await planning.onwards(context, plan, note)


@step(router, "bulletins.preview")
async def say_preview(message: Message, context: Context) -> Outcome:
    plan = _plan(context)
    if schedule := timing.retimed(message.text, plan, context):
        return await planning.timed(context, plan, schedule)
    reply = await planning.onwards(context, plan, context.words("start.choose_first"))
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
        show = Button(words("bulletins.show"), f"bulletins.show:{standing.id}")
        if plan.bulletin:
            text = words("bulletins.changed", title=name(standing), state=state(standing, words))
        else:
            first = timing.moment(words, standing.next_at) if standing.next_at else "–"
            text = words("bulletins.begun", title=name(standing), time=first)
        return Reply(text, (show, back(context)))

    definition = planning.defined(context, plan, await planning.named(context, plan))
    if plan.bulletin:
        changed = effect(
            bulletins.change,
            bulletin_id=plan.bulletin,
            definition=definition,
            next_at=next_at,
            skips=await timing.skips(context, plan),
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


def _offered(context: Context) -> list[tuple[str, str]]:
    """Labels and actions, as an announcement would offer them."""
    words = context.words
    return [(unticked(words, label), _announced(action)) for label, action in context.scene.buttons]


def _announced(action: str) -> str:
    return action.replace("bulletins.", "announcements.", 1)
