"""Every table, in the order a reader meets them: places and people, chats, what came in,
what goes out, and the matters of the village. Rows are plain data; verbs live beside this file.

Times are aware UTC. Platform ids are opaque strings. States are words, listed at each table.
"""

from db.tables.base import table
from db.tables.matters import (
    Announcement,
    AnnouncementPart,
    AnnouncementVersion,
    Audit,
    Bulletin,
    Delivery,
    Export,
    FaqDraft,
    Occurrence,
    Question,
    QuestionList,
    Relay,
    Ticket,
    TicketEvent,
)
from db.tables.messages import (
    Conversation,
    Inbox,
    Media,
    Outbox,
    Quota,
    Upload,
)
from db.tables.people import (
    Account,
    Bot,
    Chat,
    Consent,
    GroupCode,
    Invitation,
    Link,
    Person,
    Place,
    Role,
)

__all__ = [
    "Account",
    "Announcement",
    "AnnouncementPart",
    "AnnouncementVersion",
    "Audit",
    "Bot",
    "Bulletin",
    "Chat",
    "Consent",
    "Conversation",
    "Delivery",
    "Export",
    "FaqDraft",
    "GroupCode",
    "Inbox",
    "Invitation",
    "Link",
    "Media",
    "Occurrence",
    "Outbox",
    "Person",
    "Place",
    "Question",
    "QuestionList",
    "Quota",
    "Relay",
    "Role",
    "Ticket",
    "TicketEvent",
    "Upload",
    "table",
]
