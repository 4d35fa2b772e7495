"""What is said beside a running conversation, so that no answer given there is lost; and what
becomes of the answers when it is interrupted or given up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from db.scene import Actor, Scene
from handlers.messages import Effect, Outcome, Reply, effect

if TYPE_CHECKING:
    from sqlmodel import Session

INTERRUPTED: Final = "start.interrupted"  # the step at which one chooses to go on, or not to
OFFERED: Final = "feedback.offered"
OFFERS: Final = (OFFERED, "tickets.offered")  # nothing is begun there: moving on drops it
FREE: Final = ("", "faq.ask", *OFFERS)  # the steps at which anything may be asked
WISH: Final = "wish"  # what `kept` holds besides: an action, or a command with its slash


def unfinished(scene: Scene) -> bool:
    """Whether moving on would lose answers."""
    return scene.step not in ("", *OFFERS) and any(scene.keep.values())


def beside(reply: Reply, scene: Scene) -> Reply:
    """The reply without its menu, where that would take the place of what is unfinished; one
    without a menu ends no question."""
    if unfinished(scene):
        return replace(reply, stay=True, buttons=())
    return reply if reply.buttons else replace(reply, stay=reply.stay or bool(scene.step))


def moves(outcome: Outcome, scene: Scene) -> bool:
    """Whether something else is offered than what is unfinished."""
    if not isinstance(outcome, Reply) or not unfinished(scene):
        return False
    return bool(outcome.step or outcome.buttons) and not _goes_on(outcome, scene)


def interjected(outcome: Outcome, scene: Scene) -> Outcome:
    """The outcome, said without touching what is unfinished."""
    if outcome is None or not unfinished(scene):
        return outcome
    return _changed(outcome, lambda reply: _aside(reply, scene))


def preceded(outcome: Outcome, warning: str) -> Outcome:
    """The outcome with the warning sent first, as urgently as can be."""
    if outcome is None:
        return Reply(warning, urgent=True, stay=True)
    return _changed(outcome, lambda reply: replace(reply, lead=(warning, *reply.lead), urgent=True))


def kept(scene: Scene, wish: str) -> Mapping[str, Any]:
    """What is unfinished, while it is asked whether to give it up for `wish`. As JSON."""
    if scene.step == INTERRUPTED:
        return {**scene.keep, WISH: wish}
    return {
        "step": scene.step,
        "keep": dict(scene.keep),
        "free_text": scene.free_text,
        "menu": scene.menu_body,
        "buttons": [list(button) for button in scene.buttons],
        WISH: wish,
    }


def restored(scene: Scene) -> Scene:
    """The scene as it was before the interruption, if there is one."""
    if scene.step != INTERRUPTED:
        return scene
    before = scene.keep
    return replace(
        scene,
        step=before["step"],
        keep=before["keep"],
        free_text=before["free_text"],
        menu_body=before["menu"],
        buttons=tuple((label, action) for label, action in before["buttons"]),
    )


def given_up(outcome: Outcome, scene: Scene) -> Outcome:
    """The outcome, which ends what is unfinished, and lets go of its files."""
    if outcome is None:
        return None
    ended = _changed(outcome, lambda reply: replace(reply, stay=False))
    files = tuple(restored(scene).keep.get("media", ()))
    return _discarding(ended, files) if files else ended


def _discarding(outcome: Reply | Effect[Any], files: tuple[int, ...]) -> Outcome:
    from db import media  # not for a mere question

    if isinstance(outcome, Reply):
        return effect(media.discard, files=files).then(lambda _: outcome)
    verb = outcome.verb

    def both(session: Session, actor: Actor, **arguments: Any) -> Any:
        media.discard(session, actor, files=files)
        return verb(session, actor, **arguments)

    return replace(outcome, verb=both)


def _goes_on(reply: Reply, scene: Scene) -> bool:
    """Whether the reply leaves the conversation, or is a step of it that has all its answers."""
    if reply.stay:
        return True
    same = (reply.step or "").partition(".")[0] == scene.step.partition(".")[0]
    return same and all(_held(reply.keep.get(key), old) for key, old in scene.keep.items())


def _held(new: object, old: object) -> bool:
    """Whether an answer is still there, perhaps with more added. A flag is no answer."""
    if not old or isinstance(old, bool):
        return True
    if isinstance(old, str):
        return isinstance(new, str) and old in new
    if isinstance(old, list | tuple):
        return isinstance(new, list | tuple) and all(one in new for one in old)
    return new == old


def _aside(reply: Reply, scene: Scene) -> Reply:
    """Without its menu, which would take the place of the running one."""
    if _goes_on(reply, scene):
        return reply
    return replace(reply, step=None, keep={}, free_text=False, buttons=(), stay=True)


def _changed(outcome: Reply | Effect[Any], change: Callable[[Reply], Reply]) -> Reply | Effect[Any]:
    """The outcome with every Reply it may end in changed."""
    if isinstance(outcome, Reply):
        return change(outcome)
    refusals = {error: change(reply) for error, reply in outcome.refusals.items()}
    return replace(outcome, say=lambda result: change(outcome.say(result)), refusals=refusals)
