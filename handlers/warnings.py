"""What comes before every conversation: whom to call when life is in danger, and the road of a
denunciation, which the law does not let us take on the way."""

from __future__ import annotations

from typing import Final

from content.danger import Danger
from handlers.interjection import given_up, restored
from handlers.messages import Edit, Incoming, Message, Outcome, Reply
from handlers.router import Context, Router
from handlers.start import back

# Here staff write for others to read: an announcement may speak of denunciations.
_STAFF_STEPS: Final = (
    *("announcements.", "bulletins.", "exports.", "groups."),
    *("publishing.", "roles.", "tickets."),
)

router = Router()


@router.warning
def danger(incoming: Incoming, context: Context) -> str:
    """The emergency numbers, for a new or a corrected message, addressed to us or not."""
    if not isinstance(incoming, Message | Edit):
        return ""
    found = context.content.danger(incoming.text)
    return _numbers(found, context) if found else ""


@router.refusal
async def denunciation(incoming: Incoming, context: Context) -> Outcome:
    """The official road; the conversation ends, so that nothing of it is kept."""
    if not (isinstance(incoming, Message) and incoming.addressed):
        return None
    if restored(context.scene).step.startswith(_STAFF_STEPS):
        return None
    if not context.content.denunciation(incoming.text):
        return None
    menu = (back(context),) if context.scene.private else ()
    road = Reply(context.words("warnings.denunciation"), buttons=menu)
    return given_up(road, context.scene)


def _numbers(found: Danger, context: Context) -> str:
    words = context.words
    lines = [
        words("warnings.number", number=number.number, name=number.name[words.language])
        for number in found.numbers
    ]
    return "\n".join([words("warnings.call"), *lines, words("warnings.calm")])
