"""What the author of an announcement reads while it goes out, and when it has gone out; and what
may still be done about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from content.words import Words
from db import announcements
from db.announcements import UNDER_WAY, NoSuchVersion, Progress
from db.permissions import NotAllowed
from handlers.interjection import beside
from handlers.messages import Button, Effect, Outcome, Press, Reply, effect
from handlers.router import Context, Router

router = Router()

NOT_REACHED = ("failed", "cancelled")
UNCERTAIN = ("uncertain",)


def status(progress: Progress, words: Words) -> Reply:
    """The living message: how far it has come, and a way to stop while there is something left
    to stop."""
    handed = progress.count("handed")
    counts = {"reached": progress.reached, "total": progress.total, "handed": handed}
    lines = [words(_headline(progress), **counts), *_counted(progress, words)]
    lines += _unwritten(progress, words)
    stop = Button(words("announcements.stop"), f"announcements.stop:{progress.version_id}")
    moving = not progress.over and not progress.stopped
    return Reply("\n".join(lines), (stop,) if moving else ())


def _headline(progress: Progress) -> str:
    if progress.stopped:
        return "announcements.status_stopped"
    if progress.over:
        return _counting("announcements.status_over", progress)
    if not progress.count(*UNDER_WAY):
        return "announcements.status_handed"
    moving = any(state != "queued" for state, count in progress.counts.items() if count)
    return "announcements.status_moving" if moving else "announcements.status_begun"


def _counting(key: str, progress: Progress) -> str:
    """Where something was carried, not only groups are counted."""
    return f"{key}_carried" if progress.count("relayed") else key


def _counted(progress: Progress, words: Words) -> Iterator[str]:
    if progress.count("handed") and progress.count(*UNDER_WAY):
        yield words("announcements.count_handed", count=progress.count("handed"))
    for state in (*NOT_REACHED, *UNCERTAIN):
        if progress.count(state):
            yield words(f"announcements.count_{state}", count=progress.count(state))


def report(progress: Progress, words: Words) -> Reply:
    """The last word: who was not reached, by name, and buttons for just those."""
    total, reached = progress.total, progress.reached
    if reached == total:
        return Reply(words(_counting("announcements.report_all", progress), total=total))
    lines = [words("announcements.report", reached=reached, total=total)]
    for state in (*NOT_REACHED, *UNCERTAIN, "handed"):
        if progress.count(state):
            lines += _names(progress, state, words)
    lines += _unwritten(progress, words)
    missed = progress.count(*NOT_REACHED)
    buttons = []
    if missed:
        label = words("announcements.resend", count=missed)
        buttons.append(Button(label, f"announcements.resend:{progress.version_id}"))
    if doubtful := progress.count("uncertain"):
        lines += ["", words("announcements.uncertain_warning")]
        label = words("announcements.resend_uncertain", count=doubtful)
        buttons.append(Button(label, f"announcements.resend_uncertain:{progress.version_id}"))
    return Reply("\n".join(lines), tuple(buttons))


def carried(progress: Progress, words: Words) -> Reply:
    """After the report: the last keeper has answered."""
    counts = {"reached": progress.reached, "total": progress.total}
    return Reply(words("announcements.carried", code=f"TB-{progress.version_id}", **counts))


def _unwritten(progress: Progress, words: Words) -> Iterator[str]:
    """Who is to be called, because no bot can write to them."""
    for met in (True, False):
        names = [one.name for one in progress.unwritten if one.met is met]
        if names:
            key = "announcements.unwritten_spent" if met else "announcements.unwritten"
            yield words(key, names=", ".join(" ".join(name.split()) for name in names))


def _names(progress: Progress, state: str, words: Words) -> Iterator[str]:
    """Nameless groups (their platform told no title) are counted with the others."""
    names = [name for name in progress.not_reached.get(state, ()) if name.strip()]
    yield ""
    yield words(f"announcements.not_reached_{state}", count=progress.count(state))
    yield from (f"– {' '.join(name.split())}" for name in names)
    others = progress.count(state) - len(names)
    if others and names:
        yield words("announcements.and_others", count=others)


@router.action("announcements.stop", standing=True)
async def stop(press: Press, context: Context, argument: str) -> Outcome:
    def say(progress: Progress) -> Reply:
        return beside(Reply(status(progress, context.words).text), context.scene)

    return effect(announcements.stop, version_id=_version(argument)).then(
        say, _standing_refusals(context)
    )


@router.action("announcements.resend", standing=True)
async def resend(press: Press, context: Context, argument: str) -> Outcome:
    return resent(context, argument, NOT_REACHED)


@router.action("announcements.resend_uncertain", standing=True)
async def resend_uncertain(press: Press, context: Context, argument: str) -> Outcome:
    """The report has warned that some may get it twice."""
    return resent(context, argument, UNCERTAIN)


def resent(context: Context, argument: str, states: Sequence[str]) -> Effect[tuple[Progress, int]]:
    def say(result: tuple[Progress, int]) -> Reply:
        progress, touched = result
        if not touched:
            return beside(Reply(context.words("announcements.nothing_to_resend")), context.scene)
        return beside(followed(progress, context), context.scene)

    return effect(announcements.resend, version_id=_version(argument), states=states).then(
        say, _standing_refusals(context)
    )


def followed(progress: Progress, context: Context) -> Reply:
    """The living message."""
    return replace(status(progress, context.words), follows=progress.version_id)


def _standing_refusals(context: Context) -> dict[type[Exception], Reply]:
    return {
        NotAllowed: Reply(context.words("announcements.not_yours"), stay=True),
        NoSuchVersion: Reply(context.words("announcements.gone"), stay=True),
    }


def _version(argument: str) -> int:
    """0, which no version has, if it is no number."""
    return int(argument) if argument.isascii() and argument.isdecimal() else 0
