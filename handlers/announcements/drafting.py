"""What each step of writing an announcement says, and what it offers.

A show reads what it needs first and is pure afterwards, so that an effect may use it. Where a
step cannot be, its show says why and stands at the step before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from content.words import Words
from db import announcements, audience, media, places
from db.audience import Audience
from db.bots import HAND
from db.costs import Purse
from db.groups import ALOUD, REACHES
from db.permissions import NotAllowed
from db.places import Spot
from handlers.announcements import costs
from handlers.announcements.carriers import by_hand
from handlers.announcements.days import day_named, told_until
from handlers.announcements.draft import Draft
from handlers.messages import Button, Reply
from handlers.router import Context
from handlers.titles import inside

Show: TypeAlias = Callable[[Draft, str], Reply]
"""From a draft, and words to say before anything else, to the message of a step."""

SEND: Final = "announcement:send"
SEND_WIDE: Final = "announcement:send_wide"
SEND_URGENT: Final = "announcement:send_urgent"

_NAMED: Final = 5  # villages without a group that a preview names

Parts: TypeAlias = Mapping[str, tuple[str, ...]]


async def options(context: Context) -> list[Spot]:
    """Where the actor may write to: villages, and whole communes for whom that is given."""
    found: dict[int, Spot] = {}
    for grant in context.actor.grants:
        if context.actor.can(SEND, grant.path):
            for spot in await context.read(places.below, grant.path):
                whole = spot.kind == "commune" and context.actor.can(SEND_WIDE, spot.path)
                if whole or (spot.kind == "village" and context.actor.can(SEND, spot.path)):
                    found[spot.id] = spot
    return sorted(found.values(), key=lambda spot: (spot.kind != "village", spot.id))


def body(draft: Draft, context: Context) -> str:
    """The words as they go out: in Vietnamese, whatever language the author reads."""
    if not draft.urgent:
        return draft.body
    mark = context.content.words("vi")("announcements.urgent_mark")
    return "\n".join(part for part in (mark, draft.body) if part)


def show_text(context: Context) -> Show:
    words = context.words

    def show(draft: Draft, note: str) -> Reply:
        key = f"announcements.text_{draft.mode}" if draft.mode else "announcements.text"
        back = [_button(words, "review", "segments_done")] if draft.mode else []
        return _reply(words, "text", draft, (note, words(key)), back)

    return show


async def show_places(context: Context, reason: str = "") -> Show:
    """`reason`: the key of the words that say why one stands here again."""
    words = context.words
    spots = await options(context)

    def show(draft: Draft, note: str) -> Reply:
        choices = [
            Button(
                _ticked(words, _called(words, spot), spot.id in draft.places),
                f"announcements.place:{spot.id}",
            )
            for spot in spots
        ]
        why = words(reason) if reason else ""
        text = (note, why, words("announcements.places"))
        return _reply(words, "places", draft, text, [*choices, _next(words, "places_done")])

    return show


def _called(words: Words, spot: Spot) -> str:
    """As it is offered: among villages, a commune is the whole of it."""
    if spot.kind == "village":
        return spot.name
    return words("announcements.whole", place=inside(words, spot.name))


async def show_segments(context: Context, draft: Draft) -> Show:
    """For the places of `draft`."""
    try:
        offer = await context.read(audience.offer, context.actor, draft.places)
    except NotAllowed:
        return await show_places(context, "announcements.not_allowed_there")
    there = tuple(segment for segment in REACHES if offer.segments.get(segment))
    if offer.too_wide or not there:
        reason = "announcements.too_wide" if offer.too_wide else "announcements.nobody"
        return await show_places(context, reason)
    words = context.words

    def show(draft: Draft, note: str) -> Reply:
        draft = replace(draft, segments=tuple(one for one in there if one in draft.segments))
        everyone = _ticked(words, words("announcements.all_groups"), draft.segments == there)
        choices = [Button(everyone, f"announcements.all:{','.join(there)}")]
        for one in there:
            key = "announcements.segment_aloud" if one in ALOUD else "announcements.segment"
            label = words(key, name=words(f"segments.{one}"), count=offer.segments[one])
            ticked = _ticked(words, label, one in draft.segments)
            choices.append(Button(ticked, f"announcements.segment:{one}"))
        text = (note, words("announcements.segments"))
        return _reply(words, "segments", draft, text, [*choices, _next(words, "segments_done")])

    return show


def show_doubt(context: Context) -> Show:
    """Whether what was said is part of the announcement: asked where it may be an answer."""
    words = context.words

    def show(draft: Draft, note: str) -> Reply:
        choices = (_button(words, "take", "take"), _button(words, "leave_out", "leave_out"))
        text = _paragraphs(note, words("announcements.doubt", text=draft.doubt))
        return Reply(text, choices, step="announcements.doubt", keep=draft.keep)

    return show


def with_undo(context: Context, reply: Reply, before: Draft) -> Reply:
    """The reply, which also offers to go back to the words and files before."""
    if reply.step == "announcements.text":
        return reply
    *choices, cancel = reply.buttons
    keep = {**reply.keep, "added": [len(before.body), len(before.media)]}
    return replace(
        reply, buttons=(*choices, _button(context.words, "undo", "undo"), cancel), keep=keep
    )


async def show_step(context: Context, draft: Draft, step: str) -> Show:
    """The show of one of the steps at which is chosen."""
    if step == "announcements.places":
        return await show_places(context)
    if step == "announcements.segments":
        return await show_segments(context, draft)
    return await show_preview(context, draft)


async def show_again(context: Context, draft: Draft, key: str = "") -> Reply:
    """The step once more, after the words of `key`; of the preview, without the messages, which
    stand above."""
    show = await show_step(context, draft, context.scene.step)
    note = context.words(key) if key else ""
    return replace(show(draft, note), lead=(), lead_media=())


async def show_preview(context: Context, draft: Draft) -> Show:
    """For the audience of `draft`: to whom, in how many messages, and how they will look."""
    try:
        found = await context.read(audience.count, context.actor, draft.places, draft.segments)
        purses = await costs.purses(context, draft)
        carried = await by_hand(context, draft, found)
    except NotAllowed:
        return await show_places(context, "announcements.not_allowed_there")
    if found.too_wide or not found.groups:
        reason = "announcements.too_wide" if found.too_wide else "announcements.nobody"
        return await show_places(context, reason)
    spots = await context.read(places.named, draft.places)
    states = await context.read(media.states, draft.media)
    gone = {file for file in draft.media if states.get(file) not in ("wanted", "kept")}
    urgent = all(context.actor.can(SEND_URGENT, spot.path) for spot in spots)

    def show(draft: Draft, note: str) -> Reply:
        if gone & set(draft.media):
            draft = replace(draft, media=tuple(file for file in draft.media if file not in gone))
            note = _paragraphs(note, context.words("announcements.files_gone", count=len(gone)))
        if draft.empty:
            return show_text(context)(draft, note)
        draft = replace(draft, urgent=draft.urgent and urgent)
        return _preview(context, draft, note, found, purses, carried, spots, urgent)

    return show


def _preview(
    context: Context,
    draft: Draft,
    note: str,
    found: Audience,
    purses: Sequence[Purse],
    carried: str,
    spots: Sequence[Spot],
    may_urge: bool,
) -> Reply:
    words, text = context.words, body(draft, context)
    shown = announcements.digest(text, draft.media, draft.places, draft.segments, draft.urgent)
    parts = context.split(text)
    parts = {name: pieces for name, pieces in parts.items() if name in found.platforms} or parts
    fullest = max(parts, key=lambda name: len(parts[name]))
    summary = "\n".join(
        [
            _to_whom(words, draft, spots, found.groups),
            *_platforms(words, draft, parts, found),
            *([carried] if carried else []),
            *costs.said(words, purses, _messages(draft, parts), draft.urgent),
            *_unheard(words, found),
            *_remarks(words, draft, parts, fullest),
            *_unseen(context, draft, found),
            *day_named(draft.body, context),
            *told_until(draft.body, context),
        ]
    )
    question = words("announcements.preview")
    reply = _reply(
        words,
        "preview",
        replace(draft, shown=shown),
        (note, summary, question),
        _choices(words, draft, may_urge),
    )
    return replace(reply, lead=parts[fullest], lead_media=draft.media)


def _to_whom(words: Words, draft: Draft, spots: Sequence[Spot], groups: int) -> str:
    aloud = any(segment in ALOUD for segment in draft.segments)  # no groups
    return words(
        "announcements.to_aloud" if aloud else "announcements.to",
        places=", ".join(spot.name for spot in spots),
        segments=", ".join(words(f"segments.{segment}") for segment in draft.segments),
        groups=groups,
    )


def _platforms(words: Words, draft: Draft, parts: Parts, found: Audience) -> Iterator[str]:
    for platform in (name for name in parts if name != HAND):
        yield words(
            "announcements.platform",
            platform=costs.platform_name(words, platform),
            messages=_messages(draft, parts)[platform],
            groups=found.platforms.get(platform, 0),
        )


def _messages(draft: Draft, parts: Parts) -> dict[str, int]:
    """To each group, by platform."""
    return {name: len(pieces) + len(draft.media) for name, pieces in parts.items()}


def _unheard(words: Words, found: Audience) -> Iterator[str]:
    """A full count of groups must not hide a village without any."""
    names = found.unheard[:_NAMED]
    if names:
        others = len(found.unheard) - len(names)
        key = "announcements.unheard_more" if others else "announcements.unheard"
        yield words(key, places=", ".join(names), count=len(found.unheard), others=others)


def _remarks(words: Words, draft: Draft, parts: Parts, fullest: str) -> Iterator[str]:
    if len(set(parts.values())) > 1:
        yield words("announcements.shown_as", platform=costs.platform_name(words, fullest))
    if draft.media:
        yield words("announcements.with_files", count=len(draft.media))
    if draft.urgent:
        yield words("announcements.is_urgent")


def _unseen(context: Context, draft: Draft, found: Audience) -> Iterator[str]:
    """Where photos do not arrive; whoever carries by hand may be written to there, too."""
    by_hand = bool(found.platforms.get(HAND))
    for platform in sorted(context.blind if draft.media else ()):
        if by_hand or found.platforms.get(platform):
            name = costs.platform_name(context.words, platform)
            yield context.words("announcements.photos_unseen", platform=name)


def _choices(words: Words, draft: Draft, may_urge: bool) -> list[Button]:
    urge = "urgent_off" if draft.urgent else "urgent_on"
    return [
        _button(words, "send", "send"),
        _button(words, "add", "add"),
        _button(words, "rewrite", "rewrite"),
        _button(words, "change_places", "change_places"),
        *([_button(words, urge, "urgent")] if may_urge else []),
    ]


def _reply(
    words: Words, step: str, draft: Draft, text: Sequence[str], buttons: Sequence[Button]
) -> Reply:
    cancel = Button(words("common.cancel"), "announcements.cancel")
    draft = replace(draft, added=(), doubt="", back="")
    if step != "text":
        draft = replace(draft, mode="")
    return Reply(
        _paragraphs(*text),
        (*buttons, cancel),
        step=f"announcements.{step}",
        keep=draft.keep,
        free_text=step == "text",
    )


def _button(words: Words, key: str, action: str) -> Button:
    return Button(words(f"announcements.{key}"), f"announcements.{action}")


def _next(words: Words, action: str) -> Button:
    return _button(words, "next", action)


def _ticked(words: Words, label: str, chosen: bool) -> str:
    """A name typed is then no longer the label, which would take the choice back."""
    return words("announcements.chosen", label=label) if chosen else label


def unticked(words: Words, label: str) -> str:
    before, _, after = words("announcements.chosen", label="\n").partition("\n")
    chosen = label.startswith(before) and label.endswith(after)
    return label.removeprefix(before).removesuffix(after) if chosen else label


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
