"""All that is assumed of Zalo's Bot Platform, in one table: where a real bot shows otherwise,
nothing but this page changes.

How each is known: [D2] the documentation as two or more independent readers quote it, [D1] as one
does; [F2], [F1] observed on a real bot by two or more, by one; [X] sources contradict each other,
both are taken; [U] nobody says, chosen with care.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from bot.platforms.base import Limits, Pace

# --- the way there

BASE_URL: Final = "https://bot-api.zaloplatforms.com"  # [D2][F2]; formerly bot-api.zapps.me [F1]
# Behind it "/bot<token>/<method>", by POST with JSON. [D2][F2]

# --- methods [D2]

ME: Final = "getMe"  # → id, account_name, can_join_groups; display_name [X]
POLL: Final = "getUpdates"  # → one update, without offset or acknowledgement; a list [X]
SET_WEBHOOK: Final = "setWebhook"
DELETE_WEBHOOK: Final = "deleteWebhook"
WEBHOOK: Final = "getWebhookInfo"  # where there is none: code 404 [F2]
SAY: Final = "sendMessage"
SHOW: Final = "sendPhoto"  # by an address that Zalo reads; nothing can be uploaded [F2]
SIGNAL: Final = "sendChatAction"
TYPING: Final = "typing"
SIGNAL_COUNTS: Final = True  # to the month: not known [U], so with a monthly plan none is shown
# There is none that edits, deletes, pins, leaves, uploads a file or tells of a chat. [D1], 404 [F1]

# --- webhooks

# The header holds the secret itself, no signature. [D2][F2]
SECRET_HEADER: Final = "X-Bot-Api-Secret-Token"  # noqa: S105 - its name
SECRET_LENGTHS: Final = (8, 256)  # characters; must be given [D2][F1]

# --- events

TEXT: Final = "message.text.received"  # [D2]
IMAGE: Final = "message.image.received"  # [D2]
VOICE: Final = "message.voice.received"  # [D2]
REACTION: Final = "message.reaction.received"  # [U]
MESSAGES: Final = "message."  # begins the names of all of them, known or not [D2]
PHOTO_FIELDS: Final = ("photo_url", "photo")  # observed [F2] and documented [D2]
PRIVATE: Final = "PRIVATE"  # the chat's id is the person's [D2]
GROUP: Final = "GROUP"  # only what mentions the bot, or replies to it, arrives [D2][F2]
LONGEST_ID: Final = 100  # characters; the longest seen has 24 [U]

# --- sizes

MOST_TEXT: Final = 2000  # [D2]; in UTF-16 units, or code points, which are fewer [U]
MOST_CAPTION: Final = 2000  # [D2]
SPLIT: Final = 1900  # where we cut, for what is counted otherwise out there
LARGEST_PHOTO: Final = 10_000_000  # bytes that we take in; Zalo tells none [U]
BOLD: Final = "b"  # among the `text_styles`, whose places are UTF-16 units [D1][F1]

# --- codes of errors, in the body; the HTTP status may say 200 [F2]

Treatment: TypeAlias = Literal["refused", "token", "gone", "idle", "pause", "unknown"]
CODES: Final[dict[int, Treatment]] = {  # [D2]
    # Also, it may be, for a chat that never was [U]: a refusal costs the one message, while taking
    # it for a closed chat would cost a group for the sake of a text.
    400: "refused",
    401: "token",
    403: "unknown",  # "Internal server error", in these words
    404: "gone",  # no such chat, method or webhook; believed of a chat if Zalo knows the method
    408: "idle",  # to a poll: nothing came; to anything else: nobody knows
    426: "refused",  # too many tests of a webhook today
    429: "pause",  # too fast, or the month is used up: it does not say
}
# Believed of the HTTP status alone, under a page of somebody before Zalo: a pause is asked for by
# who stands before what does the work, so nothing was done. [U]
BARE: Final = frozenset({408, 429})
# A call without anything in it is answered by 400, "must not be empty", where Zalo knows its
# method [D2][F1]: it sends nothing, and tells a closed chat from a method or an address that moved.


def treatment(code: int) -> Treatment:
    """Other codes [U]: what reads like a refusal is one."""
    return CODES.get(code, "refused" if 400 <= code < 500 else "unknown")


# --- times, in seconds

HOLD: Final = 30  # of an idle poll [D2]; sent as text, as documented [X]
MARGIN: Final = 15.0  # more, until a poll is given up
PATIENCE: Final = 15.0  # for an answer
PHOTO_PATIENCE: Final = 60.0  # while Zalo reads the photo from us
KEPT_OPEN: Final = 10.0  # an idle connection; when Zalo closes its side is not known [U]
PAUSE: Final = 60.0  # after a 429, which tells no time [D2]
POLL_PAUSE: Final = 5.0  # the same, of a poll: what comes meanwhile is lost
LOOK_AFTER: Final = 60.0  # between looks whether a webhook is still ours, and between tries
PROVEN: Final = 60.0  # how long it is believed whether Zalo knows a method
TYPING_LASTS: Final = 5.0  # how long “is writing” shows [U]

# --- the free plan, as of 26/09/2026 [D2]

MOST_USERS: Final = 50  # of one bot; whether members of groups count is not known [U]
MOST_GROUPS: Final = 3  # of one bot
MONTHLY: Final = 3000  # messages of one bot and month
COUNTS_RECEIVED: Final = True  # only what is sent, or both ways [X]: so never over

LIMITS: Final = Limits(
    max_text=SPLIT,
    buttons=False,
    edits=False,
    files=False,
    group_intake="mention",
    pace=Pace(per_second=1, burst=1, private_interval=3, group_interval=3),  # none published [U]
    max_file=LARGEST_PHOTO,
    photos_by_url=True,
    monthly=MONTHLY,
    counts_received=COUNTS_RECEIVED,
)
