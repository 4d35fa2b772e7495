"""Conversations, platform-neutral and without side effects; `dispatcher` is all of them as one.

They are imported when asked for, so that the vocabulary costs those who only need words
(`handlers.messages`) nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handlers.router import Dispatcher, Router


def routers() -> tuple[Router, ...]:
    """In order of precedence."""
    from handlers import exports, faq, people, start, warnings
    from handlers.announcements import progress, taking
    from handlers.announcements import talk as announcements
    from handlers.bulletins import making, wording
    from handlers.bulletins import talk as bulletins
    from handlers.feedback import offering
    from handlers.feedback import talk as feedback
    from handlers.groups import by_hand, group_list, keeping, naming
    from handlers.groups import talk as groups
    from handlers.linking import accounts
    from handlers.linking import talk as linking
    from handlers.questions import drafts, guide, handing, listing, qr, verdicts
    from handlers.relay import talk as relay
    from handlers.roles import candidates, inviting
    from handlers.roles import talk as roles
    from handlers.tickets import followups, publishing
    from handlers.tickets import talk as tickets

    return (
        warnings.router,
        start.router,
        announcements.router,
        progress.router,
        taking.router,
        relay.router,
        bulletins.router,
        making.router,
        wording.router,
        roles.router,
        inviting.router,
        candidates.router,
        linking.router,
        accounts.router,
        groups.router,
        group_list.router,
        by_hand.router,
        keeping.router,
        naming.router,
        exports.router,
        feedback.router,
        offering.router,
        followups.router,
        tickets.router,
        publishing.router,
        handing.router,
        drafts.router,
        qr.router,
        guide.router,
        people.router,
        listing.router,
        verdicts.router,
        faq.router,
    )


def dispatcher() -> Dispatcher:
    """Raises ValueError where two conversations claim the same command, action or step."""
    from handlers import faq, start
    from handlers.router import Dispatcher

    return Dispatcher(
        routers(), fallback=faq.question, stale=start.stale, ask_first=start.ask_first
    )
