"""A procedure's page on the national portal as a QR picture, for staff to print or pass on."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from content.faq import FaqEntry
from handlers.interjection import beside
from handlers.messages import Button, Outcome, Press, Reply, effect
from handlers.router import Context, Router
from handlers.start import back

PORTAL: Final = "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/"
NEEDS: Final = "announcement:send"

router = Router()


def portal_link(entry: FaqEntry) -> str:
    """The procedure's own page there, "" for none."""
    return next((one.url for one in entry.documents if one.url.startswith(PORTAL)), "")


def qr_button(entry: FaqEntry, context: Context) -> Button | None:
    """What staff are offered in private under a procedure that has such a page."""
    offered = context.scene.private and context.actor.can(NEEDS) and portal_link(entry)
    return Button(context.words("handing.qr"), f"questions.qr:{entry.id}") if offered else None


def with_qr(answer: Reply, entry: FaqEntry, context: Context) -> Reply:
    """The answer about the entry, the code on offer before the way back."""
    button = qr_button(entry, context)
    if button is None:
        return answer
    *before, last = answer.buttons
    return replace(answer, buttons=(*before, button, last))


@router.action("questions.qr", standing=True)
async def asked(press: Press, context: Context, argument: str) -> Outcome:
    """`argument`: the entry's id. Where no picture can be sent, its link is."""
    words, entry = context.words, context.content.entry(argument)
    link = portal_link(entry) if entry else ""
    if entry is None or not link:
        return _said(words("handing.qr_gone"), context)
    if not context.scene.private or not context.actor.can(NEEDS):
        return _said(words("start.not_allowed"), context)
    title = entry.title[context.language]
    if not context.files:
        return _said(words("handing.qr_link", title=title, link=link), context)
    from db import exports  # a mere question needs no tables

    said = {key: _said(words(f"handing.qr_{key}"), context) for key in ("begun", "under_way")}
    return effect(exports.draw_code, entry=entry.id).then(
        lambda _: said["begun"], {exports.UnderWay: said["under_way"]}
    )


def _said(text: str, context: Context) -> Reply:
    return beside(Reply(text, (back(context),)), context.scene)
