"""From a Reply or a Notice to outbox rows: split for its platform, numbered where there are no
buttons, files after the words. Runs inside the update's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from bot.platforms import hand
from bot.platforms.base import Limits
from bot.platforms.rendering import menu, parts, utf16_length
from content.loader import Content
from content.words import Words
from db import announcements, conversations, media, outbox, people
from db.bots import HAND
from db.outbox import REPLY, URGENT, Draft
from db.people import Mailbox
from db.quota import Allowance
from db.scene import Actor, Scene
from handlers.messages import Button, Notice, Reply


@dataclass(frozen=True, slots=True)
class Composer:
    """`limits` by the platform's name (none for what people carry by hand: no reply or notice is
    ever queued to where no bot is); `plans` by the ids of bots whose month is limited."""

    content: Content
    limits: Mapping[str, Limits]
    plans: Mapping[int, Allowance] = field(default_factory=dict)
    blind: frozenset[str] = frozenset()  # platforms that no photo can be sent to

    def split(self, text: str) -> dict[str, tuple[str, ...]]:
        """How each platform, and whoever carries it by hand, will carry a text, with room for
        the mark of a repetition."""
        room = utf16_length(f"\n{self.content.words('vi')('system.sent_again')}")
        everyone = {**self.limits, HAND: hand.LIMITS}
        return {name: parts(text, limits.max_text - room) for name, limits in everyone.items()}

    def reply(
        self,
        session: Session,
        actor: Actor,
        platform: str,
        scene: Scene,
        reply: Reply,
        words: Words,
        chosen: str = "",
    ) -> None:
        """Queue the words and move the conversation on. `chosen`: the label just pressed."""
        limits = self.limits[platform]
        if reply.in_place and chosen and limits.edits and scene.menu_id:
            self._change_menu(session, actor, scene, reply)
            return
        here = Mailbox(actor.chat_id, actor.bot_id, platform)
        if not reply.stay:
            self._close_menu(session, actor, limits, scene, chosen)
        text = self._with_menu(reply, limits, words)
        priority = URGENT if reply.urgent else REPLY
        lead = [
            _words(here, "reply", priority, piece, actor.now)
            for lead in reply.lead
            for piece in parts(lead, limits.max_text, numbered=False)
        ]
        outbox.put(session, lead)
        self._files(session, here, "reply", priority, reply.lead_media, actor.now)
        alone = outbox.asker(session, actor) if reply.whisper and limits.whispers else None
        spoken = self._spoken(
            here, "reply", priority, text, reply.buttons, actor.now, only_for=alone
        )
        ids = outbox.put(session, spoken)
        self._files(session, here, "reply", priority, reply.media, actor.now)
        menu_id = ids[-1] if ids and reply.buttons else None
        self._move_on(session, actor, scene, reply, menu_id)
        if reply.follows is not None and ids:
            announcements.follow(session, reply.follows, ids[-1])
        for notice in reply.notices:
            self.notice(session, actor.now, notice)

    def notice(
        self, session: Session, now: datetime, notice: Notice, *, urgent: bool = False
    ) -> None:
        """Queue words for other chats."""
        priority = URGENT if urgent else REPLY
        boxes = people.mailboxes(session, notice.people, now)
        if notice.chat is not None:
            boxes = [people.mailbox(session, notice.chat)]
        for box in boxes:
            limits = self.limits.get(box.platform)
            if limits is None:
                continue
            offers = notice.buttons and not notice.careful
            idle = conversations.idle(session, box.chat_id) if offers else None
            text = self._with_codes(notice, limits, idle is not None)
            drafts = self._spoken(box, "notice", priority, text, notice.buttons, now, notice.code)
            ids = outbox.put(session, drafts)
            self._files(session, box, "notice", priority, notice.media, now)
            if idle is not None and not limits.buttons:
                conversations.offer(session, box.chat_id, idle, ids[-1], now)

    def to_forward(
        self,
        session: Session,
        now: datetime,
        box: Mailbox,
        texts: Sequence[str],
        files: Sequence[int],
        *,
        urgent: bool,
        code: str,
    ) -> None:
        """Queue messages that somebody passes on: each as it is, and nothing with them."""
        priority = URGENT if urgent else REPLY
        pieces = self.pieces(box, texts)
        words = [_words(box, "notice", priority, one, now, code) for one in pieces]
        outbox.put(session, words)
        self._files(session, box, "notice", priority, files, now, code)

    def pieces(self, box: Mailbox, texts: Sequence[str]) -> list[str]:
        """The messages that carry these texts as they are."""
        most = self.limits[box.platform].max_text
        return [piece for text in texts for piece in parts(text, most, numbered=False)]

    def _spoken(
        self,
        box: Mailbox,
        origin: str,
        priority: int,
        text: str,
        buttons: Sequence[Button],
        now: datetime,
        code: str = "",
        only_for: str | None = None,
    ) -> list[Draft]:
        pieces = parts(text, self.limits[box.platform].max_text)
        offered = tuple((button.label, button.action) for button in buttons)
        return [
            Draft(
                box.bot_id,
                box.chat_id,
                origin,
                priority,
                piece,
                now,
                buttons=offered if last else (),
                code=code,
                only_for=only_for,
            )
            for piece, last in zip(pieces, _ending(len(pieces)), strict=True)
        ]

    def _files(
        self,
        session: Session,
        box: Mailbox,
        origin: str,
        priority: int,
        files: Sequence[int],
        now: datetime,
        code: str = "",
    ) -> None:
        states = media.states(session, files) if files else {}
        outbox.put(
            session,
            [
                Draft(
                    box.bot_id,
                    box.chat_id,
                    origin,
                    priority,
                    "",
                    now if states[file] == "kept" else None,
                    media_id=file,
                    code=code,
                )
                for file in files
                if states.get(file) in ("kept", "wanted")
            ],
        )

    def _with_menu(self, reply: Reply, limits: Limits, words: Words) -> str:
        if limits.buttons or not reply.buttons:
            return reply.text
        labels = [button.label for button in reply.buttons]
        if reply.free_text:
            return f"{reply.text}\n\n{words('system.or_say', labels=' / '.join(labels))}"
        hint = "system.choose_by_number" if len(labels) > 1 else "system.choose_only"
        return menu(reply.text, labels, words(hint, label=labels[0]))

    def _with_codes(self, notice: Notice, limits: Limits, idle: bool) -> str:
        """Where there are no buttons, a bare number chooses only if nothing else is under way;
        the number after the matter's code always does."""
        if limits.buttons or not notice.buttons:
            return notice.text
        words = self.content.words("vi")
        hint = "system.choose_by_number_or_code" if idle else "system.choose_by_code"
        labels = [button.label for button in notice.buttons]
        return menu(notice.text, labels, words(hint, code=notice.code))

    def _close_menu(
        self, session: Session, actor: Actor, limits: Limits, scene: Scene, chosen: str
    ) -> None:
        """A menu that belongs to a step disappears with it; what was chosen stays to be read."""
        if not (limits.buttons and limits.edits and scene.step and scene.menu_id):
            return
        body = f"{scene.menu_body}\n→ {chosen.removeprefix('✓ ')}" if chosen else ""
        if not body or utf16_length(body) > limits.max_text:
            body = scene.menu_body
        outbox.put_edit(session, scene.menu_id, body, (), actor.now)

    def _change_menu(self, session: Session, actor: Actor, scene: Scene, reply: Reply) -> None:
        """The menu just pressed shows the reply: a second press on it is as good as the first."""
        buttons = [(button.label, button.action) for button in reply.buttons]
        outbox.put_edit(session, scene.menu_id or 0, reply.text, buttons, actor.now)
        self._move_on(session, actor, scene, reply, scene.menu_id)

    def _move_on(
        self, session: Session, actor: Actor, scene: Scene, reply: Reply, menu_id: int | None
    ) -> None:
        step, keep, free_text = reply.step or "", reply.keep, reply.free_text
        if reply.stay:
            if menu_id is None:
                return
            step, keep, free_text = scene.step, scene.keep, scene.free_text
        if scene.version == 0 and not step and menu_id is None:
            return
        conversations.save(
            session,
            actor,
            version=scene.version,
            step=step,
            keep=keep,
            free_text=free_text,
            menu_id=menu_id,
        )


def _words(
    box: Mailbox, origin: str, priority: int, text: str, now: datetime, code: str = ""
) -> Draft:
    return Draft(box.bot_id, box.chat_id, origin, priority, text, now, code=code)


def _ending(count: int) -> list[bool]:
    return [number == count for number in range(1, count + 1)]
