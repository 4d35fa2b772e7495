"""What the server says no with. The words are Telegram's own: the Bot API server's source, or
TDLib's below it, as of May 2026; clients tell errors apart by them."""

from __future__ import annotations

import json
from typing import Any

from tests.servers.faults import HTML, Answer, Fault
from tests.servers.web import JSON

CONFLICT_POLL = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is"
    " running"
)
CONFLICT_SET_WEBHOOK = "Conflict: terminated by setWebhook request"
CONFLICT_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete"
    " the webhook first"
)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
WRONG_FILE = "wrong file identifier/HTTP URL specified"


class Refusal(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    @property
    def body(self) -> dict[str, Any]:
        body = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad(description: str, **parameters: int) -> Refusal:
    return Refusal(400, f"Bad Request: {description}", **parameters)


def forbidden(description: str) -> Refusal:
    return Refusal(403, f"Forbidden: {description}")


def too_many(retry_after: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def failing(fault: Fault) -> Answer:
    """429 and 500 in Telegram's own JSON; others as the proxy before it says them."""
    if fault.kind == "too_many":
        return 429, _json(too_many(max(1, round(fault.seconds)))), JSON
    if fault.status == 500:
        return 500, _json(Refusal(500, "Internal Server Error")), JSON
    page = f"<html><head><title>{fault.status}</title></head><body>nginx</body></html>"
    return fault.status, page.encode(), HTML


def _json(refusal: Refusal) -> bytes:
    return json.dumps(refusal.body).encode()
